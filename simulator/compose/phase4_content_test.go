package compose_test

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest/suite"
)

// values are those at some paths, "-" where there is no element.
func values(d *message.Document, paths ...string) string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = "-"
		if d.Has(path) {
			out[i] = d.Get(path)
		}
	}
	return strings.Join(out, " | ")
}

const principal = "TRAPRIPC1"

// addressOf are the lines that describe the principal.
var addressOf = []string{principal + "/NamPC17", principal + "/StrAndNumPC122", principal + "/PosCodPC123", principal + "/CitPC124", principal + "/CouPC125"}

// withoutAddress is a declaration of a principal who is known by a number alone.
func withoutAddress(d *message.Document) *message.Document {
	GinkgoHelper()
	return edited(d, nil, append(addressOf, principal+"/NADLNGPC")...)
}

// sentAddress is what the fixtures say of their British principal; registeredAddress is what the register has.
const (
	sentAddress       = "Northway Freight Ltd | 7 Western Docks Road | CT17 9TJ | Dover | GB"
	registeredAddress = "NCTS UK TEST LAB HMCE | 11TH FLOOR, ALEX HOUSE, VICTORIA AV | SS99 1AA | SOUTHEND-ON-SEA, ESSEX | GB"
)

// addresses are the lines of some parties of phase 4.
var (
	consignorAddress = []string{"TRACONCO1/NamCO17", "TRACONCO1/StrAndNumCO122", "TRACONCO1/PosCodCO123", "TRACONCO1/CitCO124", "TRACONCO1/CouCO125"}
	consigneeAddress = []string{"TRACONCE1/NamCE17", "TRACONCE1/StrAndNumCE122", "TRACONCE1/PosCodCE123", "TRACONCE1/CitCE124", "TRACONCE1/CouCE125"}
	traderAddress    = []string{"TRADESTRD/NamTRD7", "TRADESTRD/StrAndNumTRD22", "TRADESTRD/PosCodTRD23", "TRADESTRD/CitTRD24", "TRADESTRD/CouTRD25"}
)

// unregistered is a declaration whose principal nobody has registered.
func unregistered(d *message.Document) *message.Document {
	GinkgoHelper()
	return edited(d, map[string]string{principal + "/TINPC159": "GB652420267000"})
}

var _ = Describe("The parties of phase 4 (docs/spec/responses.md#7-2)", func() {
	principals := slices.DeleteFunc(slices.Clone(phase4DepartureTypes), func(code string) bool { return code == "IE016" || code == "IE917" })

	It("have the principal's registered name and address, whatever they sent, and the number that they sent", func() {
		for _, code := range principals {
			Expect(values(made(phase4Request(code, phase4("ie015-normal-gb-it"))), append(addressOf, principal+"/TINPC159")...)).
				To(Equal(registeredAddress+" | GB954131533000"), code)
		}
		for _, code := range principals {
			Expect(values(made(phase4Request(code, phase4("ie015-normal-xi-gb"))), addressOf...)).
				To(Equal("NI Consignor Ltd | 1 Consignor Close | BT1 1AA | BELFAST | XI"), code)
		}
		Expect(values(made(arriving("IE043", phase4("ie007-normal-gb-xi"), phase4("ie015-normal-gb-xi"))), addressOf...)).To(Equal(registeredAddress))
	})

	It("are shown as the trader sent them if they are not registered", func() {
		for _, code := range principals {
			Expect(values(made(phase4Request(code, unregistered(phase4("ie015-normal-gb-it")))), append(addressOf, principal+"/TINPC159")...)).
				To(Equal(sentAddress+" | GB652420267000"), code)
		}
	})

	It("keep the principal's own words in the IE029 of a TIR declaration, not in its other messages", func() {
		d := phase4("ie015-tir-xi-it")
		for _, code := range principals {
			m := made(phase4Request(code, d))
			want := "NI Consignor Ltd | 1 Consignor Close | BT1 1AA | BELFAST | XI"
			if code == "IE029" {
				want = values(d, addressOf...)
			}
			Expect(values(m, addressOf...)).To(Equal(want), code)
		}
		for _, code := range []string{"IE928", "IE028", "IE029"} {
			Expect(made(phase4Request(code, d)).Get(principal+"/HITPC126")).To(Equal("NIR/22/1234567"), code)
		}
	})

	It("show a British consignor as registered, and one from Northern Ireland and every consignee as sent", func() {
		shown := func(declaration, notification string) []*message.Document {
			d := phase4(declaration)
			return []*message.Document{made(phase4Request("IE029", d)), made(phase4Request("IE051", d)), made(arriving("IE043", phase4(notification), d))}
		}
		for _, m := range shown("ie015-simplified-gb-xi", "ie007-simplified-gb-xi") {
			Expect(values(m, consignorAddress...)).To(Equal(registeredAddress), m.Type.Code)
			Expect(values(m, consigneeAddress...)).To(Equal(values(phase4("ie015-simplified-gb-xi"), consigneeAddress...)), m.Type.Code)
		}
		for _, m := range shown("ie015-simplified-xi-gb", "ie007-simplified-xi-gb") {
			Expect(values(m, consignorAddress...)).To(Equal(values(phase4("ie015-simplified-xi-gb"), consignorAddress...)), m.Type.Code)
			Expect(values(m, consigneeAddress...)).To(Equal(values(phase4("ie015-simplified-xi-gb"), consigneeAddress...)), m.Type.Code)
		}
	})

	It("have the details of the register when the trader sent only a number", func() {
		known := compose.New(catalogue, compose.Options{Registry: map[string]compose.Party{"GB954131533000": {
			Name: "Northway Freight International Holdings", Street: "1 Quay", Postcode: "CT1", City: "Dover", Country: "GB",
		}}})
		for _, code := range principals {
			out, err := known.Compose(phase4Request(code, withoutAddress(phase4("ie015-normal-gb-it"))))
			Expect(err).NotTo(HaveOccurred())
			Expect(values(out.Document, addressOf...)).To(Equal("Northway Freight International Hold | 1 Quay | CT1 | Dover | GB"), code)
			Expect(out.Warnings).To(ContainElement("the text of TRAPRIPC1/NamPC17 was cut at 35 characters"))
		}
	})

	It("have what the register says of them, and else what they sent", func() {
		known := compose.New(catalogue, compose.Options{Registry: map[string]compose.Party{"GB954131533000": {Name: "Mine"}}})
		out, err := known.Compose(phase4Request("IE028", phase4("ie015-normal-gb-it")))
		Expect(err).NotTo(HaveOccurred())
		Expect(values(out.Document, addressOf...)).To(Equal("Mine | 7 Western Docks Road | CT17 9TJ | Dover | GB"))
	})

	DescribeTable("whose address nobody knows", func(code string, required bool) {
		out := composed(phase4Request(code, unregistered(withoutAddress(phase4("ie015-normal-xi-gb")))))
		if !required {
			Expect(values(out.Document, addressOf...)).To(Equal("- | - | - | - | -"))
			Expect(out.Warnings).To(BeEmpty())
			return
		}
		Expect(values(out.Document, addressOf...)).To(Equal("--- | --- | --- | --- | XI"))
		Expect(out.Warnings).To(ConsistOf("NamPC17, StrAndNumPC122, PosCodPC123, CitPC124, CouPC125 of the principal was not declared and is not registered"))
	},
		Entry("have none in the IE928", "IE928", false), Entry("have none in the IE028", "IE028", false),
		Entry("have none in the IE029", "IE029", false), Entry("have none in the IE055", "IE055", false),
		Entry("have unknown lines in the IE060", "IE060", true), Entry("have unknown lines in the IE045", "IE045", true),
	)

	It("have unknown lines in the unloading permission, with what was sent", func() {
		d := edited(unregistered(phase4("ie015-normal-gb-xi")), nil, principal+"/PosCodPC123", principal+"/CouPC125")
		out := composed(arriving("IE043", phase4("ie007-normal-gb-xi"), d))
		Expect(values(out.Document, addressOf...)).To(Equal("Northway Freight Ltd | 7 Western Docks Road | --- | Dover | GB"))
		Expect(out.Warnings).To(ConsistOf("PosCodPC123, CouPC125 of the principal was not declared and is not registered"))
	})

	It("may be known by a TIR number alone", func() {
		d := edited(withoutAddress(phase4("ie015-tir-xi-it")), nil, principal+"/TINPC159")
		for _, code := range phase4DepartureTypes {
			m := made(phase4Request(code, d))
			if path := principal + "/HITPC126"; m.Element(path) != nil {
				Expect(m.Get(path)).To(Equal("NIR/22/1234567"), code)
			}
		}
	})

	It("are remembered by the movement when no message is at hand", func() {
		r := phase4Request("IE028", phase4("ie015-normal-gb-it"))
		r.Original = nil
		Expect(made(r).Get(principal + "/TINPC159")).To(Equal("GB954131533000"))
		r = phase4Request("IE025", phase4("ie007-normal-gb-xi"))
		r.Original = nil
		Expect(made(r).Get("TRADESTRD/TINTRD59")).To(Equal("XI198654787835"))
	})

	It("at destination are registered too, or those of the IE007, without a language", func() {
		for _, code := range []string{"IE025", "IE043"} {
			n := phase4("ie007-normal-gb-xi")
			m := made(arriving(code, n, phase4("ie015-normal-gb-xi")))
			Expect(values(m, append(traderAddress, "TRADESTRD/NADLNGRD", "TRADESTRD/TINTRD59")...)).
				To(Equal("NI Consignee Ltd | 1 Consignee Close | BT2 2AA | BELFAST | XI | - | XI198654787835"), code)
			n = edited(n, map[string]string{"TRADESTRD/TINTRD59": "XI185524447820"})
			m = made(arriving(code, n, phase4("ie015-normal-gb-xi")))
			Expect(values(m, traderAddress...)).To(Equal(values(n, traderAddress...)), code)
		}
	})
})

var _ = Describe("The languages of phase 4 (docs/spec/responses.md#7-2)", func() {
	languages := func(m *message.Document) []string {
		var out []string
		for _, leaf := range leaves(m.Root) {
			if strings.Contains(leaf, "LNG") {
				out = append(out, leaf)
			}
		}
		return out
	}
	root := func(code string) string {
		t, _ := message.Phase4.TypeOfCode(code)
		return t.Root
	}
	// speaking is a declaration that says the language of everything that has one.
	speaking := func() *message.Document {
		return edited(phase4("ie015-security-normal-gb-it"), map[string]string{
			"HEAHEA/AgrLocOfGooHEA39LNG": "EN", "HEAHEA/IdeOfMeaOfTraAtDHEA78LNG": "EN", "HEAHEA/IdeOfMeaOfTraCroHEA85LNG": "EN",
			"HEAHEA/CodPlUnHEA357LNG": "EN", "TRACONCO1/TRACONCO1LNG": "EN", "TRACONCE1/NADLNGCE": "IT",
			"SEAINFSLI/SEAIDSID[1]/SeaIdeSID1LNG": "E1", "GOOITEGDS[1]/SPEMENMT2[1]/AddInfMT21LNG": "EN", "GOOITEGDS[1]/PACGS2[1]/MarNumOfPacGS21LNG": "EN",
		})
	}

	It("are not repeated: only that of the document where a message requires it, and of the address in the first answer", func() {
		for _, code := range phase4DepartureTypes {
			for before := range 2 {
				r := phase4Request(code, speaking())
				r.Movement.Messages = r.Movement.Sent + before
				var want []string
				switch {
				case code == "IE029" || code == "IE051":
					want = []string{root(code) + "/HEAHEA/NCTSAccDocHEA601LNG=EN"}
				case (code == "IE928" || code == "IE028") && before == 0:
					want = []string{root(code) + "/TRAPRIPC1/NADLNGPC=EN"}
				}
				Expect(languages(made(r))).To(Equal(want), "%s after %d", code, before)
			}
		}
		for _, code := range phase4ArrivalTypes {
			Expect(languages(made(arriving(code, phase4("ie007-normal-gb-xi"), speaking())))).To(BeEmpty(), code)
		}
	})

	It("are not made up", func() {
		d := edited(phase4("ie015-normal-gb-it"), nil, principal+"/NADLNGPC")
		for _, code := range []string{"IE928", "IE028"} {
			Expect(languages(made(phase4Request(code, d)))).To(BeEmpty())
		}
	})
})

var _ = Describe("The IE009 of phase 4", func() {
	d := func() *message.Document { return phase4("ie015-normal-gb-it") }
	shown := func(r compose.Request) string {
		GinkgoHelper()
		return values(made(r), "HEAHEA/CanDecHEA93", "HEAHEA/DatOfCanReqHEA147", "HEAHEA/CanIniByCusHEA94", "HEAHEA/DatOfCanDecHEA146", "HEAHEA/CanJusHEA248")
	}
	answer := func(c compose.Content) string {
		GinkgoHelper()
		r := phase4Answer("IE009", d(), phase4("ie014-cancellation-gb"), 2)
		r.Content = c
		return shown(r)
	}

	It("accepts what the trader requested, on the day of the decision", func() {
		Expect(answer(compose.Content{})).To(Equal("1 | 20260421 | 0 | 20260421 | Trader request"))
	})

	It("refuses what comes too late", func() {
		Expect(answer(compose.Content{Decision: "0", Justification: "NOT IN REQUIRED STATE"})).To(Equal("0 | 20260421 | 0 | 20260421 | NOT IN REQUIRED STATE"))
	})

	It("does not say that the state was wrong when an officer refuses without a word", func() {
		Expect(answer(compose.Content{Decision: "0"})).To(Equal("0 | 20260421 | 0 | 20260421 | Refused by customs"))
	})

	It("has the words of the officer", func() {
		Expect(answer(compose.Content{Decision: "0", Justification: "Already\nloaded"})).To(Equal("0 | 20260421 | 0 | 20260421 | Already loaded"))
	})

	It("has no date of request if customs decided by itself", func() {
		Expect(answer(compose.Content{ByCustoms: true, Justification: "Seized"})).To(Equal("1 | - | 1 | 20260421 | Seized"))
		Expect(shown(phase4Request("IE009", d()))).To(Equal("1 | - | 1 | 20260421 | Cancelled by customs"))
	})
})

var _ = Describe("The rejections of phase 4", func() {
	errors := func(m *message.Document) []string {
		var out []string
		for _, e := range m.Each("FUNERRER1") {
			out = append(out, values(e, "ErrTypER11", "ErrPoiER12", "ErrReaER13", "OriAttValER14"))
		}
		return out
	}
	rejection := func(code string, c compose.Content) *message.Document {
		GinkgoHelper()
		r := phase4Answer("IE016", phase4("ie015-normal-gb-it"), phase4("ie015-normal-gb-it"), 1)
		switch code {
		case "IE008":
			r = phase4Answer(code, phase4("ie007-normal-gb-xi"), phase4("ie007-normal-gb-xi"), 1)
		case "IE058":
			r = phase4Answer(code, phase4("ie007-normal-gb-xi"), phase4("ie044-discrepancies-gb-xi"), 2)
		}
		r.Content = c
		return made(r)
	}

	It("give a date and the usual reason", func() {
		Expect(values(rejection("IE016", compose.Content{}), "HEAHEA/TypOfDecHEA24", "HEAHEA/DecRejDatHEA159", "HEAHEA/DecRejReaHEA252")).
			To(Equal("T1 | 20260421 | The IE015 message received was invalid"))
		Expect(values(rejection("IE008", compose.Content{}), "HEAHEA/ArrRejDatHEA142", "HEAHEA/ArrRejReaHEA242")).To(Equal("20260421 | Invalid IE007 Message"))
		Expect(values(rejection("IE058", compose.Content{}), "HEAHEA/UnlRemRejDatHEA218", "HEAHEA/UnlRemRejReaHEA280")).
			To(Equal("20260421 | The IE044 Message was invalid"))
	})

	It("have the errors of Test Support if nothing else is known (docs/spec/api-1.0.md#15-3)", func() {
		Expect(errors(rejection("IE016", compose.Content{}))).To(Equal([]string{"12 | HEA.Type of declaration | - | T1"}))
		Expect(errors(rejection("IE008", compose.Content{}))).To(BeEmpty())
		Expect(errors(rejection("IE058", compose.Content{}))).To(Equal([]string{
			"12 | REM.Unloading Date | - | 20260303", "12 | HEA.Total number of items | - | 2", "13 | GDS(1).ROC | - | -", "15 | SLI.Seals number | R206 | 2",
		}))
	})

	It("have the reason of the officer alone", func() {
		for code, reason := range map[string]string{"IE016": "DecRejReaHEA252", "IE008": "ArrRejReaHEA242", "IE058": "UnlRemRejReaHEA280"} {
			m := rejection(code, compose.Content{RejectionReason: "Because"})
			Expect(m.Get("HEAHEA/" + reason)).To(Equal("Because"))
			Expect(errors(m)).To(BeEmpty(), code)
		}
	})

	It("have the errors of the office, without a reason where there is none", func() {
		for _, code := range []string{"IE016", "IE008", "IE058"} {
			Expect(errors(rejection(code, compose.Content{Errors: []compose.FunctionalError{
				{Pointer: "HEA.Customs sub place", Code: "12", Reason: "N/A", Original: "ATLANTIS"}, {Pointer: "PC1.Trader Holder ID TIR", Code: "15", Reason: "NR001"},
			}}))).To(Equal([]string{"12 | HEA.Customs sub place | - | ATLANTIS", "15 | PC1.Trader Holder ID TIR | NR001 | -"}), code)
		}
	})

	It("cut what has no room", func() {
		many := slices.Repeat([]compose.FunctionalError{{
			Pointer: strings.Repeat("p", 300), Code: "7", Reason: "TR0002-and-more", Original: strings.Repeat("o", 300),
		}}, 1001)
		r := phase4Request("IE016", phase4("ie015-normal-gb-it"))
		r.Content.Errors = many
		out := composed(r)
		Expect(errors(out.Document)).To(HaveLen(999))
		Expect(errors(out.Document)[0]).To(Equal("12 | " + strings.Repeat("p", 210) + " | TR0002 | " + strings.Repeat("o", 140)))
		Expect(out.Warnings).To(ContainElements("IE016 has room for 999 FUNERRER1, 2 were left out", `"7" is not an error type of phase 4, 12 is given instead`))
	})

	It("repeat the MRN that was sent", func() {
		n := edited(phase4("ie007-normal-gb-xi"), map[string]string{"HEAHEA/DocNumHEA5": "NOBODY KNOWS"})
		r := phase4Answer("IE008", phase4("ie007-normal-gb-xi"), n, 1)
		Expect(made(r).Field(message.MRN)).To(Equal("NOBODY KNOWS"))
	})
})

var _ = Describe("The IE917 of phase 4", func() {
	shown := func(out compose.Composed) string {
		d := out.Document
		Expect(d.Find("FUNERRER1")).To(HaveLen(1))
		return values(d, "HEAHEA/OriMesIdeMES22", "HEAHEA/DocNumHEA5", "HEAHEA/RefNumHEA4", "FUNERRER1/ErrTypER11", "FUNERRER1/ErrPoiER12", "FUNERRER1/ErrReaER13", "FUNERRER1/OriAttValER14")
	}

	It("names the message refused", func() {
		d := phase4("ie015-normal-gb-it")
		Expect(shown(composed(beforeMRN(phase4Request("IE917", d))))).
			To(Equal("NW260006 | - | NW-CORSA-26-004 | 12 | CC015B | The document is not well formed | -"))
		r := phase4Answer("IE917", d, phase4("ie014-cancellation-gb"), 2)
		Expect(shown(composed(r))).To(HavePrefix("NW260011 | " + r.Movement.MRN + " | NW-CORSA-26-004 | 12 | CC014A |"))
		Expect(shown(composed(phase4Answer("IE917", phase4("ie007-normal-gb-xi"), phase4("ie044-clean-gb-xi"), 2)))).To(ContainSubstring(" | - | 12 | CC044A |"))
	})

	It("names itself when no message is left to name", func() {
		r := phase4Request("IE917", phase4("ie015-normal-gb-it"))
		r.Original = nil
		out := composed(r)
		Expect(out.Document.Get("HEAHEA/OriMesIdeMES22")).To(Equal(out.Identification))
	})

	It("has one error, that of the office", func() {
		r := phase4Request("IE917", phase4("ie015-normal-gb-it"))
		r.Content.XMLErrors = []compose.XMLError{{Line: 3, Pointer: "TRD[1].TIN", Code: "52", Text: "Wrong encoding", Original: "x"}, {}}
		out := composed(r)
		Expect(shown(out)).To(HaveSuffix("12 | TRD[1].TIN | Wrong encoding | x"))
		Expect(out.Warnings).To(ConsistOf("IE917 has room for one error, 1 were left out"))
		r.Content.Errors = []compose.FunctionalError{{Pointer: "HEA.x", Code: "15", Reason: "A reason longer than six characters"}}
		Expect(shown(composed(r))).To(HaveSuffix("15 | HEA.x | A reason longer than six characters | -"))
	})
})

var _ = Describe("The IE055 of phase 4", func() {
	invalid := func(d *message.Document) []string {
		var out []string
		for _, g := range d.Each("GUAREF2") {
			out = append(out, values(g, "GuaRefNumGRNREF21", "INVGUARNS/InvGuaReaCodRNS11", "INVGUARNS/InvGuaReaRNS12"))
		}
		return out
	}

	It("says of the first guarantee that it does not exist, if nobody says anything else", func() {
		Expect(invalid(made(phase4Request("IE055", phase4("ie015-normal-gb-it"))))).To(Equal([]string{"20GB0000010000GX1 | G01 | Does not exist"}))
	})

	It("has one reason for each guarantee", func() {
		r := phase4Request("IE055", phase4("ie015-normal-gb-it"))
		r.Content.Guarantees = []compose.InvalidGuarantee{
			{GRN: "08GB00000100005N0", Reasons: []compose.Reason{{Code: "G02"}, {Code: "G03"}}}, {GRN: "21XI0000030000HE8"}, {Reasons: []compose.Reason{{Text: "Unknown"}}},
		}
		out := composed(r)
		Expect(invalid(out.Document)).To(Equal([]string{"08GB00000100005N0 | G02 | -", "21XI0000030000HE8 | G01 | Does not exist", "20GB0000010000GX1 | G01 | Unknown"}))
		Expect(out.Warnings).To(ConsistOf("IE055 has room for one reason for each guarantee, G03 of 08GB00000100005N0 was left out"))
	})

	It("speaks of a guarantee that looks right for a declaration without any", func() {
		out := composed(phase4Request("IE055", phase4("ie015-tir-xi-it")))
		Expect(invalid(out.Document)[0]).To(MatchRegexp(`^26XI000001[0-9A-Z]{6}[0-9] \| G01`))
		Expect(out.Warnings).To(HaveLen(1))
	})
})

var _ = Describe("The IE029 of phase 4", func() {
	control := func(r compose.Request) string {
		GinkgoHelper()
		return values(made(r), "CONRESERS/ConDatERS14", "CONRESERS/ConResCodERS16", "CONRESERS/ConByERS18", "CONRESERS/DatLimERS69")
	}

	It("says that nobody looked at the goods, and gives them until the next day", func() {
		for _, name := range []string{"ie015-normal-gb-it", "ie015-security-normal-xi-gb", "ie015-tir-xi-it"} {
			Expect(control(phase4Request("IE029", phase4(name)))).To(Equal("20260421 | A2 | Not Controlled | 20260422"), name)
		}
	})

	It("keeps the limit that an authorised trader declared, and names the authorisation", func() {
		for name, authorisation := range map[string]string{"ie015-simplified-gb-it": "GB-AUTH-42", "ie015-simplified-xi-gb": "XI-AUTH-86"} {
			r := phase4Request("IE029", phase4(name))
			Expect(control(r)).To(Equal("20260421 | A3 | Not Controlled | 20260310"))
			Expect(made(r).Get("HEAHEA/AutIdHEA380")).To(Equal(authorisation))
		}
		Expect(made(phase4Request("IE029", phase4("ie015-normal-gb-it"))).Has("HEAHEA/AutIdHEA380")).To(BeFalse(), "not in the normal procedure")
		Expect(made(phase4Request("IE029", unregistered(phase4("ie015-simplified-gb-it")))).Has("HEAHEA/AutIdHEA380")).To(BeFalse(), "nothing is registered")
	})

	It("is never simplified under TIR", func() {
		d := edited(phase4("ie015-tir-xi-it"), map[string]string{"CONRESERS/ConResCodERS16": "A3", "CONRESERS/DatLimERS69": "20260510"})
		Expect(control(phase4Request("IE029", d))).To(Equal("20260421 | A2 | Not Controlled | 20260422"))
		Expect(made(phase4Request("IE029", d)).Has("HEAHEA/AutIdHEA380")).To(BeFalse())
	})

	It("says what a control found", func() {
		r := phase4Request("IE029", phase4("ie015-simplified-gb-it"))
		r.Movement.Facts.Controlled = true
		Expect(control(r)).To(Equal("20260421 | A1 | GB000060 | 20260310"))
		r.Content.ControlResult = &compose.ControlResult{Code: "A4", By: "Officer 7", Date: "2026-05-02"}
		Expect(control(r)).To(Equal("20260421 | A4 | Officer 7 | 20260502"))
	})

	It("adds what customs adds", func() {
		for _, declared := range []map[string]string{nil, {"HEAHEA/DiaLanIndAtDepHEA254": "FR"}} {
			d := edited(phase4("ie015-security-simplified-xi-gb"), declared)
			Expect(values(made(phase4Request("IE029", d)), "HEAHEA/NCTRetCopHEA104", "HEAHEA/BinItiHEA246", "HEAHEA/DiaLanIndAtDepHEA254", "HEAHEA/IssDatHEA186", "HEAHEA/AccDatHEA158")).
				To(Equal("0 | 0 | EN | 20260421 | " + accepted.Format("20060102")))
		}
	})

	DescribeTable("names the office to which copies return, by the side of departure:", func(name, want string) {
		Expect(values(made(phase4Request("IE029", phase4(name))), "CUSOFFRETCOPOCP/RefNumOCP1", "CUSOFFRETCOPOCP/CusOffNamOCP2", "CUSOFFRETCOPOCP/StrAndNumOCP3",
			"CUSOFFRETCOPOCP/CouOCP4", "CUSOFFRETCOPOCP/PosCodOCP6", "CUSOFFRETCOPOCP/CitOCP7")).To(Equal(want))
	},
		Entry("GB", "ie015-normal-gb-it", "GB000001 | Central Community Transit Office | BT-CCTO, HM Revenue and Customs | GB | BX9 1EH | SALFORD"),
		Entry("XI", "ie015-normal-xi-gb", "XI000142 | XI_Belfast | 1st Floor, Admin Block, Cargo Ctr. | XI | B26 3QN | Belfast"),
		Entry("TIR", "ie015-tir-xi-it", "XI000142 | XI_Belfast | 1st Floor, Admin Block, Cargo Ctr. | XI | B26 3QN | Belfast"),
	)

	It("keeps the place of the goods with safety data only, and a sub place never", func() {
		const authorised, agreed, sub, security = "HEAHEA/AutLocOfGooCodHEA41", "HEAHEA/AgrLocOfGooHEA39", "HEAHEA/CusSubPlaHEA66", "HEAHEA/SecHEA358"
		places := map[string]string{authorised: "A", agreed: "Pre-Lodged", sub: "DOVER ERTS"}
		for _, code := range []string{"IE029", "IE051"} {
			d := edited(phase4("ie015-normal-gb-it"), places)
			Expect(values(made(phase4Request(code, d)), authorised, agreed, sub)).To(Equal("- | - | -"), code)
			Expect(values(made(phase4Request(code, edited(d, map[string]string{security: "0"}))), authorised, agreed, sub)).To(Equal("- | - | -"), code)
			Expect(values(made(phase4Request(code, edited(d, map[string]string{security: "1"}))), authorised, agreed, sub)).To(Equal("A | Pre-Lodged | -"), code)
		}
	})

	It("says of every guarantee reference where it is valid", func() {
		d := edited(phase4("ie015-normal-gb-it"), map[string]string{
			"GUAGUA[1]/GUAREFREF[2]/GuaRefNumGRNREF1": "09GB00000100000M0",
			"GUAGUA[2]/GuaTypGUA1":                    "1", "GUAGUA[2]/GUAREFREF[1]/GuaRefNumGRNREF1": "20GB0000010000GX1",
		})
		for _, d := range []*message.Document{d, phase4("ie015-tir-xi-it")} {
			for _, code := range []string{"IE029", "IE051"} {
				for _, reference := range made(phase4Request(code, d)).Each("GUAGUA/GUAREFREF") {
					Expect(reference.Get("VALLIMECVLE/NotValForECVLE1")).To(Equal("0"), code)
				}
			}
		}
	})

	DescribeTable("writes liability amounts without zeros at the end", suite.Parameters, func(code, declared, want string) {
		d := edited(phase4("ie015-normal-gb-it"), map[string]string{"GOOITEGDS[1]/SPEMENMT2[1]/AddInfMT21": declared, "GOOITEGDS[1]/SPEMENMT2[1]/AddInfCodMT23": code})
		for _, code := range []string{"IE029", "IE051"} {
			Expect(made(phase4Request(code, d)).Get("GOOITEGDS[1]/SPEMENMT2[1]/AddInfMT21")).To(Equal(want), code)
		}
	},
		Entry(nil, "CAL", "5000.00GBP09GB00000100000M0", "5000GBP09GB00000100000M0"),
		Entry(nil, "CAL", "10000.00EUR20GB0000010000GX1", "10000EUR20GB0000010000GX1"),
		Entry(nil, "CAL", "20.22EUR20GB0000010000GX1", "20.22EUR20GB0000010000GX1"),
		Entry(nil, "CAL", "20.20EUR20GB0000010000GX1", "20.2EUR20GB0000010000GX1"),
		Entry(nil, "CAL", "100GBP20GB0000010000GX1", "100GBP20GB0000010000GX1"),
		Entry(nil, "CAL", "20GB0000010000GX1", "20GB0000010000GX1"),
		Entry("nothing else", "30400", "5000.00GBP in all", "5000.00GBP in all"),
	)

	It("has every element of the declaration but those that it drops, and only more", func() {
		dropped := []string{"AgrLocOfGooHEA39", "AutLocOfGooCodHEA41", "CusSubPlaHEA66"}
		for name, d := range declarations(message.Phase4) {
			m := made(phase4Request("IE029", d))
			for _, group := range d.Root.Children {
				if len(group.Children) == 0 || group.Name == "HEAHEA" || group.Name == "CONRESERS" {
					continue
				}
				Expect(m.Root.All(group.Name)).To(HaveLen(len(d.Root.All(group.Name))), name)
			}
			for _, e := range d.Root.Child("HEAHEA").Children {
				if strings.HasSuffix(e.Name, "LNG") && e.Name != "NCTSAccDocHEA601LNG" || slices.Contains(dropped, e.Name) && d.Get("HEAHEA/SecHEA358") != "1" {
					continue
				}
				Expect(m.Get("HEAHEA/"+e.Name)).To(Equal(d.Get("HEAHEA/"+e.Name)), name)
			}
			spoken := func(leaf string) bool { return strings.Contains(leaf, "LNG") || strings.Contains(leaf, "/AddInfMT21=") }
			Expect(slices.DeleteFunc(leaves(m.Each("GOOITEGDS")[0].Root), spoken)).To(Equal(slices.DeleteFunc(leaves(d.Each("GOOITEGDS")[0].Root), spoken)), name)
		}
	})

	It("has room for all items", func() {
		d := phase4DeclarationOf(phase4("ie015-normal-gb-it"), 999)
		for _, code := range []string{"IE029", "IE051"} {
			m := made(phase4Request(code, d))
			Expect(m.Find("GOOITEGDS")).To(HaveLen(999))
			Expect(m.Get("GOOITEGDS[999]/IteNumGDS7")).To(Equal("999"))
		}
		m := made(arriving("IE043", phase4("ie007-normal-gb-xi"), d))
		Expect(m.Find("GOOITEGDS")).To(HaveLen(999))
	})
})

var _ = Describe("The IE051 of phase 4", func() {
	It("gives the motivation of the officer, or the usual one of the code", func() {
		for m, want := range map[compose.Motivation]string{
			{}:                           "Control result not satisfactory",
			{Code: "G1"}:                 "Guarantee not valid",
			{Text: "Something is wrong"}: "Something is wrong",
			{Code: "X9"}:                 "X9",
		} {
			r := phase4Request("IE051", phase4("ie015-normal-gb-it"))
			r.Content.Motivation = m
			Expect(made(r).Get("HEAHEA/NoRelMotHEA272")).To(Equal(want))
		}
	})

	It("says of goods and items that they did not pass (docs/spec/api-1.0.md#15-3)", func() {
		m := made(phase4Request("IE051", phase4("ie015-seven-transits-normal-gb-it")))
		Expect(values(m, "CONRESERS/ConDatERS14", "CONRESERS/ConResCodERS16", "CONRESERS/DatLimERS69", "RESOFCON534/ConInd424")).To(Equal("20260421 | B1 | - | OT"))
		Expect(m.Get("RESOFCON534/DesTOC2")).To(Equal("See Header for details"))
		Expect(values(m, "HEAHEA/AccDatHEA158", "HEAHEA/IssDatHEA186", "HEAHEA/NCTRetCopHEA104", "HEAHEA/AutIdHEA380", "CUSOFFRETCOPOCP", "HEAHEA/DiaLanIndAtDepHEA254")).
			To(Equal("- | - | - | - | - | EN"))
		for _, item := range m.Each("GOOITEGDS") {
			Expect(item.Get("RESOFCONROC/ConIndROC1")).To(Equal("OR"))
		}
	})

	It("makes up packages that were not declared, and says so", func() {
		out := composed(phase4Request("IE051", edited(phase4("ie015-normal-gb-it"), nil, "GOOITEGDS/PACGS2")))
		Expect(out.Document.Get("GOOITEGDS/PACGS2/KinOfPacGS23")).To(Equal("NA"))
		Expect(out.Warnings).To(ConsistOf("the packages of 1 items were not declared and are given as not available"))
	})
})

var _ = Describe("Other messages of phase 4", func() {
	It("give the day", func() {
		for code, path := range map[string]string{
			"IE028": "HEAHEA/AccDatHEA158", "IE060": "HEAHEA/DatOfConNotHEA148", "IE045": "HEAHEA/WriOffDatHEA619", "IE062": "HEAHEA/RelReqRejDatHEA155",
		} {
			Expect(made(phase4Request(code, phase4("ie015-normal-gb-it"))).Get(path)).To(Equal("20260421"), code)
		}
		Expect(made(phase4Request("IE025", phase4("ie007-normal-gb-xi"))).Get("HEAHEA/GooRelDatHEA176")).To(Equal("20260421"))
	})

	It("repeat the MRN of a request that came before there was any", func() {
		d := phase4("ie015-normal-gb-it")
		for code, request := range map[string]string{"IE009": "ie014-cancellation-gb", "IE062": "ie054-release"} {
			asked := phase4(request)
			out := composed(beforeMRN(phase4Answer(code, d, asked, 2)))
			Expect(out.Document.Field(message.MRN)).To(Equal(asked.Field(message.MRN)), code)
			Expect(out.Warnings).To(BeEmpty(), code)
		}
	})

	It("make up an MRN if they are asked for too early, one for the whole message", func() {
		for _, code := range []string{"IE028", "IE029", "IE051", "IE045"} {
			out := composed(beforeMRN(phase4Request(code, phase4("ie015-normal-gb-it"))))
			Expect(out.Document.Field(message.MRN)).To(MatchRegexp("^26GB0000601[0-9A-F]{6}[0-9]$"))
			Expect(out.Warnings).To(ConsistOf(fmt.Sprintf("the movement has no MRN, so %s carries %s", code, out.Document.Field(message.MRN))))
		}
	})
})
