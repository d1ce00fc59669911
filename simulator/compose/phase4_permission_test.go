package compose_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
)

var _ = Describe("The IE043 of phase 4", func() {
	permission := func(d *message.Document, c compose.Content) compose.Composed {
		GinkgoHelper()
		r := arriving("IE043", phase4("ie007-normal-gb-xi"), d)
		r.Content = c
		return composed(r)
	}
	goods := func() *message.Document { return phase4("ie015-simplified-gb-xi") }

	It("shows what the trader at destination has to know of the goods", func() {
		out := permission(goods(), compose.Content{})
		Expect(out.Warnings).To(BeEmpty())
		for _, path := range []string{
			"HEAHEA/TypOfDecHEA24", "HEAHEA/CouOfDesCodHEA30", "HEAHEA/CouOfDisCodHEA55", "HEAHEA/IdeOfMeaOfTraAtDHEA78", "HEAHEA/ConIndHEA96",
			"HEAHEA/TotNumOfIteHEA305", "HEAHEA/TotNumOfPacHEA306", "HEAHEA/TotGroMasHEA307", "TRACONCE1/NamCE17",
			"CUSOFFDEPEPT/RefNumEPT1", "SEAINFSLI/SeaNumSLI2", "SEAINFSLI/SEAIDSID/SeaIdeSID1", "GOOITEGDS/IteNumGDS7", "GOOITEGDS/GooDesGDS23",
			"GOOITEGDS/GroMasGDS46", "GOOITEGDS/PRODOCDC2/DocRefDC23", "GOOITEGDS/CONNR2/ConNumNR21", "GOOITEGDS/PACGS2/NumOfPacGS24",
		} {
			Expect(goods().Has(path)).To(BeTrue(), path)
			Expect(out.Document.Find(path)).To(HaveLen(len(goods().Find(path))), path)
			Expect(out.Document.Get(path)).To(Equal(goods().Get(path)), path)
		}
		Expect(values(out.Document, "CUSOFFPREOFFRES/RefNumRES1", "HEAHEA/AccDatHEA158")).To(Equal("XI000142 | 20260421"))
		Expect(out.Document.Has("CTLCL1")).To(BeFalse())
	})

	It("counts how often an unloading went on", func() {
		for n, want := range map[int]string{1: "1", 3: "3", 12: "9"} {
			out := permission(goods(), compose.Content{ContinueUnloading: n})
			Expect(out.Document.Get("CTLCL1/ConUnlCL130")).To(Equal(want))
			Expect(out.Document.Find("GOOITEGDS")).To(HaveLen(2))
		}
	})

	It("shows nothing else of the heading, and no special mention", func() {
		d := edited(phase4("ie015-security-normal-gb-it"), map[string]string{"HEAHEA/NumOfLoaLisHEA304": "2"})
		Expect(d.Has("GOOITEGDS/SPEMENMT2/AddInfCodMT23")).To(BeTrue())
		out := permission(d, compose.Content{})
		Expect(out.Document.Has("GOOITEGDS/SPEMENMT2")).To(BeFalse())
		var heading []string
		for _, e := range out.Document.Root.Child("HEAHEA").Children {
			heading = append(heading, e.Name)
		}
		Expect(heading).To(Equal([]string{
			"DocNumHEA5", "TypOfDecHEA24", "CouOfDesCodHEA30", "CouOfDisCodHEA55", "IdeOfMeaOfTraAtDHEA78", "NatOfMeaOfTraAtDHEA80", "ConIndHEA96",
			"AccDatHEA158", "TotNumOfIteHEA305", "TotNumOfPacHEA306", "TotGroMasHEA307",
		}))
		for _, group := range []string{"CUSOFFTRARNS", "CUSOFFDESEST", "CONRESERS", "GUAGUA", "CARTRA100"} {
			Expect(out.Document.Root.Child(group)).To(BeNil(), group)
		}
	})

	It("has the acceptance date of the departure, or of goods from elsewhere, or of today", func() {
		r := arriving("IE043", phase4("ie007-normal-gb-xi"), goods())
		r.Departure.Facts.Accepted = day("2026-03-01")
		Expect(made(r).Get("HEAHEA/AccDatHEA158")).To(Equal("20260301"))
		r.Departure = nil
		Expect(made(r).Get("HEAHEA/AccDatHEA158")).To(Equal("20260421"))
		var err error
		r.Declaration, err = composer.Foreign(message.Phase4, phase4("ie007-normal-gb-xi"), day("2026-02-01"), stream("x"))
		Expect(err).NotTo(HaveOccurred())
		Expect(made(r).Get("HEAHEA/AccDatHEA158")).To(Equal("20260201"))
	})

	// shown tells how much a permission shows: items, documents and mentions of each, seals.
	shown := func(d *message.Document) compose.UnloadingCounts {
		GinkgoHelper()
		c := compose.UnloadingCounts{Goods: len(d.Find("GOOITEGDS")), Seals: len(d.Find("SEAINFSLI/SEAIDSID"))}
		for i, item := range d.Each("GOOITEGDS") {
			products, mentions := len(item.Find("PRODOCDC2")), len(item.Find("SPEMENMT2"))
			if i > 0 {
				Expect([]int{products, mentions}).To(Equal([]int{c.Products, c.SpecialMentions}))
			}
			c.Products, c.SpecialMentions = products, mentions
		}
		return c
	}

	DescribeTable("shows as much as it is asked to (docs/spec/api-1.0.md#15-1):", func(asked compose.UnloadingCounts) {
		want := asked
		if want.Goods == 0 {
			want.Products, want.SpecialMentions = 0, 0
		}
		out := permission(goods(), compose.Content{Unloading: &asked})
		Expect(shown(out.Document)).To(Equal(want))
		Expect(out.Document.Get("HEAHEA/TotNumOfIteHEA305")).To(Equal(fmt.Sprint(asked.Goods)))
		Expect(out.Document.Has("SEAINFSLI")).To(Equal(asked.Seals > 0))
		Expect(out.Document.Get("SEAINFSLI/SeaNumSLI2")).To(Equal(strings.TrimPrefix(fmt.Sprint(asked.Seals), "0")))

		arrival := phase4Request("IE043", phase4("ie007-normal-gb-xi"))
		arrival.Content.Unloading = &asked
		random, err := composer.Random(arrival)
		Expect(err).NotTo(HaveOccurred())
		Expect(shown(random.Document)).To(Equal(want))
	},
		Entry("one of each", compose.UnloadingCounts{Goods: 1, Products: 1, SpecialMentions: 1, Seals: 1}),
		Entry("more than was declared", compose.UnloadingCounts{Goods: 12, Products: 3, SpecialMentions: 4, Seals: 20}),
		Entry("no documents", compose.UnloadingCounts{Goods: 2, SpecialMentions: 2, Seals: 1}),
		Entry("nothing", compose.UnloadingCounts{}),
		Entry("all items", compose.UnloadingCounts{Goods: 999, Products: 1, SpecialMentions: 1, Seals: 1}),
		Entry("all documents and mentions", compose.UnloadingCounts{Goods: 1, Products: 99, SpecialMentions: 99, Seals: 1}),
		Entry("all seals", compose.UnloadingCounts{Goods: 1, Products: 1, SpecialMentions: 1, Seals: 9999}),
	)

	It("shows no more than the schema allows, and nothing for less than nothing", func() {
		Expect(shown(permission(goods(), compose.Content{Unloading: &compose.UnloadingCounts{Goods: 1000, Products: 100, SpecialMentions: -1, Seals: 10000}}).Document)).
			To(Equal(compose.UnloadingCounts{Goods: 999, Products: 99, Seals: 9999}))
	})

	It("numbers further items on, and counts up the totals", func() {
		out := permission(goods(), compose.Content{Unloading: &compose.UnloadingCounts{Goods: 3, Products: 1, SpecialMentions: 1, Seals: 1}})
		Expect(values(out.Document, "GOOITEGDS[1]/IteNumGDS7", "GOOITEGDS[2]/IteNumGDS7", "GOOITEGDS[3]/IteNumGDS7")).To(Equal("1 | 2 | 3"))
		Expect(values(out.Document, "HEAHEA/TotNumOfPacHEA306", "HEAHEA/TotGroMasHEA307")).To(Equal("170 | 3740"))
		d := edited(goods(), map[string]string{"GOOITEGDS[1]/GroMasGDS46": "0.125"}, "GOOITEGDS[2]/GroMasGDS46", "HEAHEA/TotNumOfPacHEA306")
		out = permission(d, compose.Content{Unloading: &compose.UnloadingCounts{Goods: 5}})
		Expect(values(out.Document, "HEAHEA/TotNumOfPacHEA306", "HEAHEA/TotGroMasHEA307")).To(Equal("- | 0.375"))
		d = edited(goods(), map[string]string{"GOOITEGDS[1]/GroMasGDS46": "99999999999", "GOOITEGDS[2]/GroMasGDS46": "1"})
		out = permission(d, compose.Content{Unloading: &compose.UnloadingCounts{Goods: 3}})
		Expect(out.Document.Has("HEAHEA/TotGroMasHEA307")).To(BeFalse(), "a sum without room")
	})
})

var _ = Describe("Goods from elsewhere in phase 4", func() {
	foreign := func(mrn string) *message.Document {
		GinkgoHelper()
		n := edited(phase4("ie007-normal-gb-xi"), map[string]string{"HEAHEA/DocNumHEA5": mrn})
		d, err := composer.Foreign(message.Phase4, n, accepted, stream("foreign", mrn))
		Expect(err).NotTo(HaveOccurred())
		return d
	}

	It("come from the office in their MRN, always the same ones", func() {
		d := foreign("26IT0211001A0B1C29")
		Expect(d.Type.Root).To(Equal("CC029B"))
		Expect(values(d, "HEAHEA/DocNumHEA5", "CUSOFFDEPEPT/RefNumEPT1", "HEAHEA/CouOfDisCodHEA55", "HEAHEA/CouOfDesCodHEA30", "CUSOFFDESEST/RefNumEST1")).
			To(Equal("26IT0211001A0B1C29 | IT021100 | IT | XI | XI000142"))
		Expect(foreign("26IT0211001A0B1C29").Bytes()).To(Equal(d.Bytes()))
		Expect(foreign("26IT0211001A0B1C30").Bytes()).NotTo(Equal(d.Bytes()))
	})

	It("come from somewhere if the MRN does not tell", func() {
		Expect(foreign("x").Get("CUSOFFDEPEPT/RefNumEPT1")).To(Equal("FR001260"))
	})

	It("are a release but for its header", func() {
		b := message.Edit(foreign("26IT0211001A0B1C29"))
		head := phase4Request("IE029", phase4("ie015-normal-gb-it"))
		for _, e := range made(head).Root.Children {
			if len(e.Children) == 0 {
				Expect(b.Set(e.Name, e.Text)).To(Succeed())
			}
		}
		Expect(catalogue.Set(message.Phase4).Validate(context.Background(), b.Document().Bytes(), schemaOptions).Errors).To(BeEmpty())
	})
})

var _ = Describe("The random messages of phase 4 (docs/spec/api-1.0.md#15-3)", func() {
	random := func(r compose.Request) *message.Document {
		GinkgoHelper()
		out, err := composer.Random(r)
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Identification).To(Equal(out.Document.Field(message.Identification)))
		Expect(catalogue.Set(message.Phase4).Validate(context.Background(), out.Body, schema.Options{Root: out.Document.Type.Root}).Errors).To(BeEmpty())
		return out.Document
	}

	It("are dated now, in UTC", func() {
		eachPhase4(func(code string, r compose.Request) {
			Expect(values(random(r), "DatOfPreMES9", "TimOfPreMES10")).To(Equal("20260421 | 0915"), code)
		})
	})

	It("name the office of the declaration", func() {
		for _, code := range phase4DepartureTypes {
			if d := random(phase4Request(code, phase4("ie015-normal-xi-gb"))); d.Element("CUSOFFDEPEPT") != nil {
				Expect(d.Get("CUSOFFDEPEPT/RefNumEPT1")).To(Equal("XI000142"), code)
			}
		}
		r := phase4Request("IE028", phase4("ie015-normal-xi-gb"))
		r.Original = nil
		Expect(random(r).Get("CUSOFFDEPEPT/RefNumEPT1")).To(Equal("XI000142"))
	})

	It("have nothing else of the movement, not even its MRN", func() {
		eachPhase4(func(code string, r compose.Request) {
			d := random(r)
			Expect(string(d.Bytes())).NotTo(ContainSubstring(r.Movement.MRN), code)
			Expect(d.Get("MesRecMES6")).NotTo(HavePrefix("MDTP"), code)
			Expect(d.Get("TRAPRIPC1/NamPC17")).NotTo(Equal("Northway Freight Ltd"), code)
		})
		Expect(random(phase4Request("IE028", phase4("ie015-normal-xi-gb"))).Field(message.MRN)).To(MatchRegexp(`^[0-9]{2}[A-Z]{2}[0-9A-Z]{13}[0-9]$`))
	})

	DescribeTable("have the fixed values of the original:", func(code, want string, paths ...string) {
		r := phase4Request(code, phase4("ie015-normal-gb-it"))
		if t, _ := message.Phase4.TypeOfCode(code); t.Kind == message.Arrival {
			r = phase4Request(code, phase4("ie007-normal-gb-xi"))
		}
		Expect(values(random(r), paths...)).To(Equal(want))
	},
		Entry("IE009", "IE009", "1 | 1 | 20260421 | 20260421", "HEAHEA/CanDecHEA93", "HEAHEA/CanIniByCusHEA94", "HEAHEA/DatOfCanReqHEA147", "HEAHEA/DatOfCanDecHEA146"),
		Entry("IE016", "IE016", "20260421 | -", "HEAHEA/DecRejDatHEA159", "FUNERRER1/ErrReaER13"),
		Entry("IE025", "IE025", "20260421", "HEAHEA/GooRelDatHEA176"),
		Entry("IE029", "IE029", "NCTS | 0 | 0 | 0", "AppRefMES14", "TesIndMES18", "HEAHEA/NCTRetCopHEA104", "HEAHEA/BinItiHEA246"),
		Entry("IE051", "IE051", "NCTS | 0 | 20260421 | B1 | OT | OR", "AppRefMES14", "TesIndMES18", "CONRESERS/ConDatERS14", "CONRESERS/ConResCodERS16", "RESOFCON534/ConInd424", "GOOITEGDS/RESOFCONROC/ConIndROC1"),
		Entry("IE058", "IE058", "The IE044 Message was invalid | REM.Unloading Date | HEA.Total number of items | GDS(1).ROC | R206", "HEAHEA/UnlRemRejReaHEA280",
			"FUNERRER1[1]/ErrPoiER12", "FUNERRER1[2]/ErrPoiER12", "FUNERRER1[3]/ErrPoiER12", "FUNERRER1[4]/ErrReaER13"),
	)

	It("show one of each in an unloading permission", func() {
		d := random(phase4Request("IE043", phase4("ie007-normal-gb-xi")))
		for _, path := range []string{"GOOITEGDS", "GOOITEGDS/PRODOCDC2", "GOOITEGDS/SPEMENMT2", "SEAINFSLI/SEAIDSID"} {
			Expect(d.Find(path)).To(HaveLen(1), path)
		}
		Expect(d.Get("SEAINFSLI/SeaNumSLI2")).To(Equal("1"))
	})

	It("come out the same for the same stream", func() {
		eachPhase4(func(code string, r compose.Request) {
			first := random(r)
			r.Stream = stream(code)
			Expect(random(r).Bytes()).To(Equal(first.Bytes()), code)
		})
	})

	DescribeTable("are refused", func(code, complaint string) {
		_, err := composer.Random(compose.Request{Type: code, Movement: movement.Movement{Phase: message.Phase4}, Now: later, Stream: stream()})
		Expect(err).To(MatchError(complaint))
	},
		Entry("for a message of the trader", "IE014", "random IE014: not a message that can be placed"),
		Entry("for a message of later phases", "IE004", "random IE004: not a message that can be placed"),
	)
})
