package rules

import (
	"errors"
	"flag"
	"os"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/yamlform"
	"nctsim/simulator/yamlform/yamlformtest"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func registered(file string, s Strictness) *Checker {
	GinkgoHelper()
	r, err := LoadRegistry("mine.yaml", []byte(file), s)
	Expect(err).NotTo(HaveOccurred())
	Expect(r.Mode()).To(Equal(s))
	return newChecker(Options{Registry: r})
}

var _ = Describe("Registered traders", func() {
	It("make the rejection of the published example in strict mode, and are welcome in lenient mode", func() {
		d := made(message.Phase5, "ie015-simplified-xi-gb", "HolderOfTheTransitProcedure/identificationNumber=XI985524247819"+
			" | -Authorisation | Consignment/Consignor/identificationNumber=XI985524247819 | -Consignment/HouseConsignment/Consignor")
		found := registeredOf(registered("", Strict), d)
		Expect(pointers(found)).To(Equal([]string{
			"12 R0850 /CC015C/HolderOfTheTransitProcedure/identificationNumber",
			"12 R0850 /CC015C/Consignment/Consignor/identificationNumber",
			"12 BR20005 /CC015C/HolderOfTheTransitProcedure/identificationNumber",
		}))
		for _, f := range found {
			Expect(f.Original).To(Equal("XI985524247819"))
		}
		Expect(registeredOf(final, d)).To(BeEmpty())
	})

	It("are not the only ones in lenient mode, but in strict mode", func() {
		edit := "TraderAtDestination/identificationNumber=GB111222333444"
		d := made(message.Phase6, "ie007-normal", edit)
		Expect(registeredOf(final, d)).To(BeEmpty())
		Expect(pointers(registeredOf(registered("", Strict), d))).To(ContainElement(
			"12 R0850 /CC007C/TraderAtDestination/identificationNumber"))
		Expect(pointers(registeredOf(registered("parties: [{eori: GB111222333444}]", Strict), d))).NotTo(ContainElement(
			ContainSubstring("R0850")))
	})

	It("may be barred from being holder (BR20004)", func() {
		c := registered("refused: {holders: [GB953574106000]}", Lenient)
		Expect(pointers(registeredOf(c, made(message.Phase6, "ie015-simplified-gb-xi", "")))).To(Equal([]string{
			"12 BR20004 /CC015C/HolderOfTheTransitProcedure/identificationNumber"}))
	})

	It("may be barred from representing, which is reported about the holder (BR20005)", func() {
		c := registered("refused: {representatives: [GB201909015000]}", Lenient)
		d := made(message.Phase6, "ie015-simplified-gb-xi", "Representative/identificationNumber=GB201909015000 | Representative/status=2")
		found := registeredOf(c, d)
		Expect(pointers(found)).To(Equal([]string{"12 BR20005 /CC015C/HolderOfTheTransitProcedure/identificationNumber"}))
		Expect(found[0].Original).To(Equal("GB953574106000"))
	})
})

var _ = Describe("Registered authorisations", func() {
	DescribeTable("belong to one type and one owner (G0033):",
		func(name, edit string, strictness Strictness, want ...string) {
			Expect(pointers(registeredOf(registered("", strictness), made(message.Phase6, name, edit)))).To(Equal(append([]string{}, want...)))
		},
		Entry("used by the owner", "ie015-simplified-gb-xi", "", Strict),
		Entry("used by another", "ie015-simplified-gb-xi", "HolderOfTheTransitProcedure/identificationNumber=GB201909015000", Lenient,
			"14 G0033 //Authorisation[1]/referenceNumber"),
		Entry("used as another type", "ie007-simplified", "Authorisation[1]/referenceNumber=GBAUTHDEP01", Lenient,
			"14 G0033 //Authorisation[1]/referenceNumber"),
		Entry("the published invalid one", "ie007-simplified", "Authorisation[1]/referenceNumber=GBACT24A7770003", Lenient,
			"14 G0033 //Authorisation[1]/referenceNumber"),
		Entry("unknown, lenient", "ie007-simplified", "Authorisation[1]/referenceNumber=GBANY1", Lenient),
		Entry("unknown, strict", "ie007-simplified", "Authorisation[1]/referenceNumber=GBANY1", Strict,
			"14 G0033 //Authorisation[1]/referenceNumber"),
		Entry("a place known to be wrong", "ie170-presentation", "Consignment/LocationOfGoods/authorisationNumber=GB XYZ E20 1HZ", Lenient,
			"14 G0033 /CC170C/Consignment/LocationOfGoods/authorisationNumber"),
		Entry("a place of arrival in a departure, strict", "ie170-presentation",
			"Consignment/LocationOfGoods/authorisationNumber=GB DES E20 1HZ", Strict,
			"14 G0033 /CC170C/Consignment/LocationOfGoods/authorisationNumber"),
	)

	It("are pointed to as the published example does, with a position always", func() {
		for _, p := range []message.Phase{message.Phase5, message.Phase6} {
			for _, positions := range []Positions{Always, WhenRepeated} {
				c := newChecker(Options{Positions: positions})
				found := registeredOf(c, made(p, "ie007-simplified", "Authorisation[1]/referenceNumber=GBACT24A7770003"))
				Expect(pointers(found)).To(Equal([]string{"14 G0033 //Authorisation[1]/referenceNumber"}))
				Expect(found[0].Original).To(Equal("GBACT24A7770003"))
				found = registeredOf(c, made(p, "ie015-simplified-gb-xi", "1*Authorisation[1] | Authorisation[2]/referenceNumber=GBACT24A7770003"))
				Expect(pointers(found)).To(Equal([]string{"14 G0033 //Authorisation[2]/referenceNumber"}))
				Expect(found[0].Original).To(Equal("GBACT24A7770003"))
			}
		}
	})
})

var _ = Describe("Registered places", func() {
	It("are the only ones in strict mode", func() {
		strict := registered("", Strict)
		d := made(message.Phase6, "ie015-simplified-gb-xi", "CustomsOfficeOfDeparture/referenceNumber=GB999999 | Consignment/PlaceOfLoading/UNLocode=FRXYZ")
		Expect(pointers(check(strict, d))).To(Equal([]string{
			"12 CL171 /CC015C/CustomsOfficeOfDeparture/referenceNumber",
			"12 CL244 /CC015C/Consignment/PlaceOfLoading/UNLocode",
		}))
		more := registered("offices: [{id: GB999999, roles: [DEP]}]\nunLocodes: [FRXYZ]", Strict)
		Expect(check(more, d)).To(BeEmpty())
	})
})

var _ = Describe("A guarantee check", func() {
	grn := "Guarantee[1]/GuaranteeReference[1]/GRN="
	reasons := func(found []InvalidGuarantee) []string {
		out := []string{}
		for _, g := range found {
			Expect(g.Why).NotTo(BeEmpty())
			out = append(out, g.GRN+" "+g.Reason)
		}
		return out
	}
	on := Cover{At: day("2026-06-01")}

	DescribeTable("finds the first thing that is wrong (docs/spec/process.md#4-6):",
		func(edit, file string, strictness Strictness, want ...string) {
			c := registered(file, strictness)
			Expect(reasons(c.CheckGuarantees(made(message.Phase6, "ie015-simplified-gb-xi", edit), on))).To(Equal(append([]string{}, want...)))
		},
		Entry("nothing", grn+"26GB000001038B634", "", Strict),
		Entry("unknown to customs", grn+"20XI0000010000110", "", Lenient, "20XI0000010000110 G01"),
		Entry("not registered, lenient", grn+"25GB000001ABCDEF1", "", Lenient),
		Entry("not registered, strict", grn+"25GB000001ABCDEF1", "", Strict, "25GB000001ABCDEF1 G01"),
		Entry("of another phase, strict", grn+"24GB0000010000031", "", Strict, "24GB0000010000031 G02"),
		Entry("of another phase, lenient", grn+"24GB0000010000031", "", Lenient),
		Entry("of another type", "Guarantee[1]/guaranteeType=0", "", Lenient, "26GB000001038B634 G02"),
		Entry("cancelled", "", guaranteeFile("status: cancelled"), Lenient, "26GB000001038B634 G02"),
		Entry("not yet valid", "", guaranteeFile("from: 2026-06-02"), Lenient, "26GB000001038B634 G02"),
		Entry("valid from today", "", guaranteeFile("from: 2026-06-01"), Lenient),
		Entry("no longer valid", "", guaranteeFile("until: 2026-05-31"), Lenient, "26GB000001038B634 G02"),
		Entry("valid until today", "", guaranteeFile("until: 2026-06-01"), Lenient),
		Entry("balance too low", "", guaranteeFile("balance: 2449.99, currency: GBP"), Lenient, "26GB000001038B634 G02"),
		Entry("balance just enough", "", guaranteeFile("balance: 2450, currency: GBP"), Lenient),
		Entry("balance in another currency", "", guaranteeFile("balance: 1, currency: EUR"), Lenient),
		Entry("wrong access code", "Guarantee[1]/GuaranteeReference[1]/accessCode=AC02", "", Lenient, "26GB000001038B634 G03"),
		Entry("of somebody else, as published", grn+"23XI00000100000D0", "", Lenient, "23XI00000100000D0 G04"),
	)

	It("takes what movements have reserved off the registered balance", func() {
		c := registered(guaranteeFile("balance: 100000, currency: GBP"), Lenient)
		d := made(message.Phase6, "ie015-simplified-gb-xi", "")
		Expect(c.CheckGuarantees(d, on)).To(BeEmpty())
		reserved := func(amount, currency string) Cover {
			return Cover{At: on.At, Ledger: guarantee.NewLedger([]movement.Reservation{{GRN: "26GB000001038B634", Amount: amount, Currency: currency}})}
		}
		Expect(c.CheckGuarantees(d, reserved("97550", "GBP"))).To(BeEmpty())
		Expect(reasons(c.CheckGuarantees(d, reserved("97550.01", "GBP")))).To(Equal([]string{"26GB000001038B634 G02"}))
		Expect(c.CheckGuarantees(d, reserved("100000", "EUR"))).To(BeEmpty(), "another currency does not count")
		found := c.CheckGuarantees(d, reserved("200000", "GBP"))
		Expect(found).To(HaveExactElements(HaveField("Why", "-100000.00 GBP are left, 2450.00 are needed")))
	})

	It("adds up what a declaration claims of one guarantee, and takes the default where it gives no amount", func() {
		twice := made(message.Phase6, "ie015-simplified-gb-xi", "1*Guarantee[1]/GuaranteeReference[1]")
		c := registered(guaranteeFile("balance: 4899.99, currency: GBP"), Lenient)
		Expect(reasons(c.CheckGuarantees(twice, on))).To(Equal([]string{"26GB000001038B634 G02"}))
		Expect(registered(guaranteeFile("balance: 4900, currency: GBP"), Lenient).CheckGuarantees(twice, on)).To(BeEmpty())

		none := made(message.Phase5, "ie015-simplified-gb-xi", "-Guarantee[1]/GuaranteeReference[1]/amountToBeCovered | -Guarantee[1]/GuaranteeReference[1]/currency")
		grn := none.Get("Guarantee[1]/GuaranteeReference[1]/GRN")
		file := "guarantees: [{grn: " + grn + ", type: 1, access: AC01, owner: GB953574106000, balance: 9999.99, currency: EUR}]"
		Expect(reasons(registered(file, Lenient).CheckGuarantees(none, on))).To(Equal([]string{grn + " G02"}))
	})

	It("names every GRN once and passes over types without one", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", grn+"20XI0000010000110 | 1*Guarantee[1]/GuaranteeReference[1] | 1*Guarantee[1]"+
			" | Guarantee[2]/GuaranteeReference[1]/GRN=08GB00000100005N0 | 1*Guarantee[2] | Guarantee[3]/guaranteeType=3"+
			" | Guarantee[3]/GuaranteeReference[1]/GRN=21XI0000030000HE8")
		Expect(reasons(final.CheckGuarantees(d, on))).To(Equal([]string{"20XI0000010000110 G01", "08GB00000100005N0 G01"}))
	})

	DescribeTable("is the same in phase 4 (docs/spec/responses.md#6):",
		func(name, edit, file string, strictness Strictness, want ...string) {
			d := made(message.Phase4, name, edit)
			Expect(reasons(registered(file, strictness).CheckGuarantees(d, on))).To(Equal(append([]string{}, want...)))
		},
		Entry("a published guarantee, GB", "ie015-simplified-gb-it", "", "", Strict),
		Entry("the other published guarantee, GB", "ie015-simplified-gb-it", grn4+"20GB0000010000GX1", "", Strict),
		Entry("a published guarantee, XI", "ie015-simplified-xi-gb", "", "", Strict),
		Entry("unknown to customs, GB", "ie015-simplified-gb-it", grn4+"08GB00000100005N0", "", Lenient, "08GB00000100005N0 G01"),
		Entry("unknown to customs, XI", "ie015-simplified-xi-gb", grn4+"21XI0000030000HE8", "", Lenient, "21XI0000030000HE8 G01"),
		Entry("with a wrong check digit", "ie015-simplified-gb-it", grn4+"09GB00000100000M1", "", Lenient, "09GB00000100000M1 G01"),
		Entry("of no form at all", "ie015-simplified-gb-it", grn4+"GUARANTEE", "", Lenient, "GUARANTEE G01"),
		Entry("not registered, strict", "ie015-simplified-gb-it", grn4+"19GB0000010000GX7", "", Strict, "19GB0000010000GX7 G01"),
		Entry("not registered, lenient", "ie015-simplified-gb-it", grn4+"19GB0000010000GX7", "", Lenient),
		Entry("of a later phase, strict", "ie015-simplified-gb-it", grn4+"26GB000001038B634", "", Strict, "26GB000001038B634 G02"),
		Entry("of another type", "ie015-simplified-gb-it", "GUAGUA[1]/GuaTypGUA1=0", "", Lenient, "09GB00000100000M0 G02"),
		Entry("wrong access code", "ie015-simplified-gb-it", "GUAGUA[1]/GUAREFREF[1]/AccCodREF6=AC02", "", Lenient, "09GB00000100000M0 G03"),
		Entry("of somebody else", "ie015-simplified-gb-it", grn4+"20XI00014200002V8", "", Lenient, "20XI00014200002V8 G04"),
		Entry("a type without a GRN", "ie015-simplified-gb-it", "GUAGUA[1]/GuaTypGUA1=8 | "+grn4+"08GB00000100005N0", "", Lenient),
		Entry("under TIR", "ie015-tir-xi-it", "GUAGUA[1]/GuaTypGUA1=1 | "+grn4+"21XI0000030000HE8", "", Strict),
		Entry("balance too low for the items together", "ie015-simplified-gb-it", mentions4, guarantee4("99.99"), Lenient, "09GB00000100000M0 G02"),
		Entry("balance just enough", "ie015-simplified-gb-it", mentions4, guarantee4("100"), Lenient),
	)

	It("knows where published guarantees are accepted", func() {
		r, err := LoadRegistry("mine.yaml", nil, Strict)
		Expect(err).NotTo(HaveOccurred())
		d := made(message.Phase5, "transition/ie015-simplified-gb-xi", grn+"23GB0000010000058")
		Expect(newChecker(Options{Registry: r, Mode: Transition}).CheckGuarantees(d, on)).To(BeEmpty())
		Expect(reasons(newChecker(Options{Registry: r}).CheckGuarantees(d, on))).To(Equal([]string{"23GB0000010000058 G02"}))
	})
})

// Edits of declarations of phase 4.
const (
	grn4      = "GUAGUA[1]/GUAREFREF[1]/GuaRefNumGRNREF1="
	mentions4 = "-GOOITEGDS[1]/SPEMENMT2 | 1*GOOITEGDS[1]" +
		" | GOOITEGDS[1]/SPEMENMT2[1]/AddInfMT21=60.50GBP09GB00000100000M0 | GOOITEGDS[1]/SPEMENMT2[1]/AddInfCodMT23=CAL" +
		" | GOOITEGDS[2]/SPEMENMT2[1]/AddInfMT21=39.50GBP09GB00000100000M0 | GOOITEGDS[2]/SPEMENMT2[1]/AddInfCodMT23=CAL"
)

func guarantee4(balance string) string {
	return "guarantees: [{grn: 09GB00000100000M0, type: 1, access: AC01, owner: GB954131533000, currency: GBP, balance: " + balance + "}]"
}

func guaranteeFile(more string) string {
	return "guarantees: [{grn: 26GB000001038B634, type: 1, access: AC01, owner: GB953574106000, " + more + "}]"
}

var _ = Describe("A registry file", func() {
	It("adds to the published data", func() {
		r, err := LoadRegistry("mine.yaml", []byte("parties:\n- {eori: XI985524247819, name: Mine, address: {city: Belfast}}\n"+
			"refused: {eoris: [GB999999999000]}\nrefusedWhenStrict: {eoris: [GB888888888000]}\n"), Lenient)
		Expect(err).NotTo(HaveOccurred())
		p, ok := r.Party("XI985524247819")
		Expect(ok).To(BeTrue())
		Expect(p).To(Equal(Party{EORI: "XI985524247819", Name: "Mine", Address: Address{City: "Belfast"}}))
		_, ok = r.Party("GB953574106000")
		Expect(ok).To(BeTrue())
		d := made(message.Phase6, "ie007-normal", "TraderAtDestination/identificationNumber=XI985524247819")
		Expect(registeredOf(newChecker(Options{Registry: r}), d)).To(BeEmpty(), "registered, so no longer refused")
		Expect(r.Knows("GB999999999000")).To(BeFalse(), "refused")
		Expect(r.Knows("GB888888888000")).To(BeTrue(), "refused in strict mode alone")
	})

	DescribeTable("knows who has an EORI:",
		func(s Strictness, eori string, known bool) {
			r, err := LoadRegistry("mine.yaml", nil, s)
			Expect(err).NotTo(HaveOccurred())
			Expect(r.Knows(eori)).To(Equal(known))
		},
		Entry("registered", Strict, "GB953574106000", true),
		Entry("not registered, strict", Strict, "GB111111111000", false),
		Entry("not registered, lenient", Lenient, "GB111111111000", true),
		Entry("rejected in strict mode alone, strict", Strict, "XI985524247819", false),
		Entry("rejected in strict mode alone, lenient", Lenient, "XI985524247819", true),
		Entry("none at all", Lenient, "123", false),
	)

	DescribeTable("takes a balance to the penny", suite.Parameters,
		func(written, balance string) {
			r, err := LoadRegistry("mine.yaml", []byte(guaranteeFile("currency: GBP, balance: "+written)), Lenient)
			Expect(err).NotTo(HaveOccurred())
			g, _ := r.Guarantee("26GB000001038B634")
			Expect(g.Balance).To(Equal(balance))
		},
		Entry(nil, "12345678.90", "12345678.90"), Entry(nil, "9999999999999.99", "9999999999999.99"), Entry(nil, `"250000.10"`, "250000.10"),
		Entry(nil, "'7'", "7"), Entry(nil, "0", "0"),
	)

	It("can take its place", func() {
		r, err := LoadRegistry("mine.yaml", []byte("replace: true\nparties: [{eori: GB1}]\n"), Strict)
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Parties()).To(Equal([]Party{{EORI: "GB1"}}))
		Expect(r.Guarantees()).To(BeEmpty())
		_, ok := r.Office("GB000060")
		Expect(ok).To(BeFalse())
	})

	It("has the published data as default", func() {
		r, err := DefaultRegistry()
		Expect(err).NotTo(HaveOccurred())
		Expect(r.Mode()).To(Equal(Lenient))
		p, _ := r.Party("GB201909015000")
		Expect(p.Name).To(Equal("TT INVENTORY"))
		Expect(r.Parties()).To(HaveLen(14))
		Expect(r.Guarantees()).To(HaveLen(15))
		Expect(r.RefusesGuarantee("20XI0000010000110")).To(BeTrue())
		Expect(r.RefusesGuarantee("24XI0000010000031")).To(BeFalse())
		g, _ := r.Guarantee("24XI0000010000031")
		Expect(g.Access).To(Equal("AC01"))
		g, _ = r.Guarantee("23GB0000010000854")
		Expect(g).To(Equal(Guarantee{GRN: "23GB0000010000854", Type: "0", Access: "AC01", Owner: "GB953574106000", Balance: "262626", Currency: "GBP"}))
		o, _ := r.Office("XI005160")
		Expect(o.Roles).To(ContainElements("DEP", "DES"))
	})

	DescribeTable("is refused when it makes no sense:",
		func(file, want string) {
			_, err := LoadRegistry("mine.yaml", []byte(file), Lenient)
			Expect(err).To(MatchError(ContainSubstring(want)))
		},
		Entry("unknown key", "parties:\n- eori: GB1\n  nmae: x\n", "mine.yaml:3:3: the party has no key nmae; hint: did you mean name\n    nmae: x\n    ^"),
		Entry("not YAML", "parties: [", "mine.yaml:1:10: sequence end token ']' not found"),
		Entry("not a registry", "- GB1", "mine.yaml:1:1: the registry is a list here; it takes a group of keys"),
		Entry("EORI", "parties: [{eori: gb1}]", "mine.yaml:1:18: eori cannot be gb1; hint: it looks like GB953574106000"),
		Entry("GRN", "guarantees: [{grn: 24GB0000010000296, type: 1, owner: GB1}]", "mine.yaml:1:20: grn: GRN \"24GB0000010000296\" has a wrong check digit"),
		Entry("guarantee without owner", "guarantees: [{grn: 24GB0000010000031, type: 1}]", "mine.yaml:1:14: the guarantee has no owner"),
		Entry("balance without currency", guaranteeFile("balance: 12"), "mine.yaml:1:85: balance is allowed only beside currency"),
		Entry("balance", guaranteeFile("currency: GBP, balance: 12.345"), "balance cannot be 12.345; hint: it looks like 1250.00"),
		Entry("currency", guaranteeFile("balance: 12, currency: pounds"), "currency cannot be pounds; hint: it looks like GBP"),
		Entry("day", guaranteeFile("until: tomorrow"), "until cannot be tomorrow; hint: it looks like 2026-12-31"),
		Entry("day that the calendar does not have", guaranteeFile("until: 2026-02-30"), "until: there is no day 2026-02-30"),
		Entry("status", guaranteeFile("status: lost"), "there is no status of a guarantee lost; hint: known are valid, cancelled"),
		Entry("place of validity", guaranteeFile("valid: [p7]"), "there is no place of validity p7; hint: did you mean p4"),
		Entry("authorisation", "authorisations: [{type: C521}]", "mine.yaml:1:18: the authorisation has no number"),
		Entry("location", "locations: [{number: A, use: both}]", "mine.yaml:1:30: there is no use of a place both; hint: known are departure, destination"),
		Entry("office", "offices: [{id: GB1}]", "mine.yaml:1:16: id cannot be GB1; hint: it looks like GB000246"),
		Entry("sub place", "subPlaces: [DOVER ERTS, A PLACE WITH TOO LONG A NAME]", `mine.yaml:1:25: subPlaces: "A PLACE WITH TOO LONG A NAME" does not consist of 1 to 17 characters of ASCII; hint: it looks like DOVER ERTS`),
		Entry("place of loading", "loadingCodes: [\"\"]", "mine.yaml:1:16: loadingCodes is empty"),
	)

	It("shows all its mistakes at once", func() {
		_, err := LoadRegistry("mine.yaml", []byte("partys: []\nparties: [{eori: x}, {}]\nrefused: {eori: [GB1]}\n"), Lenient)
		var problems yamlform.Problems
		Expect(errors.As(err, &problems)).To(BeTrue())
		Expect(problems).To(HaveExactElements(
			MatchError("mine.yaml:1:1: the registry has no key partys; hint: did you mean parties"),
			MatchError("mine.yaml:2:18: eori cannot be x; hint: it looks like GB953574106000"),
			MatchError("mine.yaml:2:22: the party has no eori"),
			MatchError("mine.yaml:3:11: refused has no key eori; hint: did you mean eoris"),
		))
	})

	It("may be empty, and leave keys without a value", func() {
		for _, file := range []string{"", "# nothing yet\n", "parties:\nrefused:\nguarantees: []\n", "parties: [{eori: GB1, name: , address: }]"} {
			_, err := LoadRegistry("mine.yaml", []byte(file), Lenient)
			Expect(err).NotTo(HaveOccurred(), file)
		}
	})

	It("needs a known mode", func() {
		_, err := LoadRegistry("mine.yaml", nil, "loose")
		Expect(err).To(MatchError(ContainSubstring(`"loose"`)))
	})
})

var update = flag.Bool("update", false, "write docs/schemas/registry.schema.json anew")

var _ = Describe("docs/schemas/registry.schema.json", func() {
	It("is the form of registry files, for editors", func() {
		const path = "../../docs/schemas/registry.schema.json"
		schema := yamlformtest.JSONSchema("nctsim registry", registryShape)
		if *update {
			Expect(os.WriteFile(path, schema, 0o644)).To(Succeed())
		}
		written, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(written)).To(Equal(string(schema)), "go test ./simulator/rules -update mends it")
	})
})
