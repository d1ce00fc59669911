package compose_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// eachPhase4 looks at every message of phase 4 about the sample declaration or the sample arrival.
func eachPhase4(look func(code string, r compose.Request)) {
	GinkgoHelper()
	for _, code := range phase4DepartureTypes {
		look(code, phase4Request(code, phase4("ie015-normal-gb-it")))
	}
	for _, code := range phase4ArrivalTypes {
		look(code, arriving(code, phase4("ie007-normal-gb-xi"), phase4("ie015-normal-gb-xi")))
	}
}

var _ = Describe("The header of phase 4 (docs/spec/responses.md#7-1)", func() {
	It("says syntax, application and that it is not a test", func() {
		eachPhase4(func(code string, r compose.Request) {
			d := made(r)
			Expect(d.Get("SynIdeMES1")).To(Equal("UNOC"), code)
			Expect(d.Get("SynVerNumMES2")).To(Equal("3"), code)
			Expect(d.Get("TesIndMES18")).To(Equal("0"), code)
			Expect(d.Get("AppRefMES14")).To(Equal("NCTS"), code)
		})
	})

	It("names the application if and only if the trader's message did: the first one, or the IE044 or IE014 that is answered", func() {
		silent := func(d *message.Document) *message.Document { return edited(d, nil, "AppRefMES14", "TesIndMES18") }
		d, n := phase4("ie015-normal-gb-it"), phase4("ie007-normal-gb-xi")
		for _, code := range phase4DepartureTypes {
			m := made(phase4Request(code, silent(d)))
			Expect(values(m, "AppRefMES14", "TesIndMES18")).To(Equal("- | 0"), code)
		}
		for _, code := range phase4ArrivalTypes {
			Expect(made(arriving(code, silent(n), d)).Has("AppRefMES14")).To(BeFalse(), code)
		}
		withdrawal, remarks := phase4("ie014-cancellation-gb"), phase4("ie044-clean-gb-xi")
		Expect(made(phase4Answer("IE009", silent(d), withdrawal, 2)).Get("AppRefMES14")).To(Equal("NCTS"))
		Expect(made(phase4Answer("IE009", d, silent(withdrawal), 2)).Has("AppRefMES14")).To(BeFalse())
		Expect(made(phase4Answer("IE058", silent(n), remarks, 2)).Get("AppRefMES14")).To(Equal("NCTS"))
		Expect(made(phase4Answer("IE058", n, silent(remarks), 2)).Has("AppRefMES14")).To(BeFalse())
		r := arriving("IE025", n, d)
		r.Answered = stored(silent(remarks), 12, 2)
		Expect(made(r).Get("AppRefMES14")).To(Equal("NCTS"), "an IE025 answers the IE007")
		other := edited(d, map[string]string{"AppRefMES14": "ANYTHING"})
		Expect(made(phase4Request("IE028", other)).Get("AppRefMES14")).To(Equal("NCTS"))
	})

	It("is on one line, in no namespace and without attributes", func() {
		eachPhase4(func(code string, r compose.Request) {
			out := composed(r)
			Expect(string(out.Body)).To(HavePrefix("<"+out.Document.Type.Root+"><SynIdeMES1>UNOC</SynIdeMES1>"), code)
			Expect(string(out.Body)).NotTo(ContainSubstring("\n"), code)
		})
	})

	It("names the type by country, number and letter", func() {
		want := map[string]string{
			"IE928": "GB928A", "IE016": "GB016A", "IE028": "GB028A", "IE055": "GB055A", "IE060": "GB060A", "IE062": "GB062A",
			"IE029": "GB029B", "IE051": "GB051B", "IE009": "GB009A", "IE045": "GB045A", "IE917": "GB917A",
		}
		for _, code := range phase4DepartureTypes {
			Expect(made(phase4Request(code, phase4("ie015-normal-gb-it"))).Get("MesTypMES20")).To(Equal(want[code]))
			Expect(made(phase4Request(code, phase4("ie015-normal-xi-gb"))).Get("MesTypMES20")).To(Equal("XI" + want[code][2:]))
		}
		Expect(made(phase4Request("IE025", phase4("ie007-normal-gb-xi"))).Get("MesTypMES20")).To(Equal("XI025A"))
		Expect(made(phase4Request("IE008", phase4("ie007-normal-xi-gb"))).Get("MesTypMES20")).To(Equal("GB008A"))
	})

	It("is sent by the side of the office", func() {
		Expect(made(phase4Request("IE045", phase4("ie015-normal-gb-it"))).Field(message.Sender)).To(Equal("NTA.GB"))
		Expect(made(phase4Request("IE045", phase4("ie015-normal-xi-gb"))).Field(message.Sender)).To(Equal("NTA.XI"))
		Expect(made(arriving("IE043", phase4("ie007-normal-gb-xi"), phase4("ie015-normal-gb-xi"))).Field(message.Sender)).To(Equal("NTA.XI"))
	})

	It("takes an office without a country to be British", func() {
		d := edited(phase4("ie007-normal-gb-xi"), map[string]string{"CUSOFFPREOFFRES/RefNumRES1": "éé-12345"})
		m := made(phase4Request("IE025", d))
		Expect(m.Field(message.Sender)).To(Equal("NTA.GB"))
		Expect(m.Get("MesTypMES20")).To(Equal("GB025A"))
	})

	It("goes to the address of the first message, and an IE058 to that of the IE044 that it rejects", func() {
		d, n := phase4("ie015-normal-gb-it"), phase4("ie007-normal-gb-xi")
		recipient := func(r compose.Request) string { return made(r).Get("MesRecMES6") }
		Expect(recipient(phase4Answer("IE009", d, phase4("ie014-cancellation-gb"), 2))).To(Equal("MDTP-DEP-00000000000000000000012-01"))
		Expect(recipient(phase4Request("IE029", d))).To(Equal("MDTP-DEP-00000000000000000000012-01"))
		Expect(recipient(phase4Answer("IE025", n, phase4("ie044-clean-gb-xi"), 5))).To(Equal("MDTP-ARR-00000000000000000000012-01"))
		Expect(recipient(phase4Answer("IE058", n, phase4("ie044-clean-gb-xi"), 3))).To(Equal("MDTP-ARR-00000000000000000000012-03"))
	})

	It("goes to the address that the movement has when no message tells it", func() {
		r := phase4Request("IE009", phase4("ie015-normal-gb-it"))
		r.Original, r.Declaration, r.Movement.Sender = phase4("ie015-normal-gb-it"), nil, ""
		r.Movement.Sent, r.Answered = 4, phase4("ie014-cancellation-gb")
		Expect(made(r).Get("MesRecMES6")).To(Equal("MDTP-DEP-00000000000000000000012-01"))
		r = phase4Request("IE058", phase4("ie007-normal-gb-xi"))
		r.Movement.Sent = 4
		Expect(made(r).Get("MesRecMES6")).To(Equal("MDTP-ARR-00000000000000000000012-04"))
	})

	It("has day and minute in UTC, never before those of the message before", func() {
		r := phase4Request("IE045", phase4("ie015-normal-gb-it"))
		r.Now = time.Date(2026, 7, 1, 1, 2, 3, 0, time.FixedZone("BST", 3600))
		d := made(r)
		Expect(d.Get("DatOfPreMES9") + " " + d.Get("TimOfPreMES10")).To(Equal("20260701 0002"))
		r.Movement.Prepared = time.Date(2026, 7, 1, 23, 59, 0, 0, time.UTC)
		d = made(r)
		Expect(d.Get("DatOfPreMES9") + " " + d.Get("TimOfPreMES10")).To(Equal("20260701 2359"))
	})

	It("has the same 14 digits as reference and identification: a counter, 41, and the time of the message", func() {
		seen := map[string]bool{}
		for sent := range 6 {
			for number := 1; number <= 15; number++ {
				r := phase4Request("IE928", phase4("ie015-normal-gb-it"))
				r.Movement.Number, r.Movement.Messages = number, r.Movement.Sent+sent
				out := composed(r)
				Expect(out.Identification).To(MatchRegexp(`^[1-9][0-9]410421091540$`))
				Expect(out.Document.Get("MesIdeMES19")).To(Equal(out.Identification))
				Expect(out.Document.Get("IntConRefMES11")).To(Equal(out.Identification))
				Expect(out.Interchange).To(Equal(out.Identification))
				Expect(movement.InterchangeReference(later, movement.CounterOf(out.Interchange))).To(Equal(out.Identification))
				seen[out.Identification] = true
			}
		}
		Expect(seen).To(HaveLen(90))
	})

	It("can get another reference, wherever the message names itself", func() {
		r := phase4Request("IE917", phase4("ie015-normal-gb-it"))
		r.Original = nil
		out := composed(r)
		again, err := catalogue.Parse(message.Phase4, compose.Renumber(out.Body, out.Identification, "12345678901234"))
		Expect(err).NotTo(HaveOccurred())
		Expect(values(again, "IntConRefMES11", "MesIdeMES19", "HEAHEA/OriMesIdeMES22")).To(Equal("12345678901234 | 12345678901234 | 12345678901234"))
	})

	It("comes out the same for the same request and stream", func() {
		eachPhase4(func(code string, r compose.Request) {
			first := composed(r).Body
			r.Stream = stream(code)
			Expect(composed(r).Body).To(Equal(first), code)
		})
	})

	It("is valid on every day", func() {
		for day := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2028; day = day.AddDate(0, 0, 1) {
			for _, r := range []compose.Request{
				phase4Request("IE028", phase4("ie015-normal-gb-it")),
				arriving("IE043", phase4("ie007-normal-gb-xi"), phase4("ie015-normal-gb-xi")),
			} {
				r.Now, r.Movement.Facts.Accepted = day, day
				if r.Departure != nil {
					r.Departure.Facts.Accepted = day
				}
				Expect(made(r).Get("HEAHEA/AccDatHEA158")).To(Equal(day.Format("20060102")))
			}
		}
	})
})

var _ = Describe("A message of phase 4 that cannot be composed", func() {
	DescribeTable("is", func(code, name, complaint string) {
		_, err := composer.Compose(phase4Request(code, phase4(name)))
		Expect(err).To(MatchError(complaint))
	},
		Entry("one of the later phases", "IE056", "ie015-normal-gb-it", "compose IE056: not a message that customs sends"),
		Entry("one of the trader", "IE015", "ie015-normal-gb-it", "compose IE015: not a message that customs sends"),
		Entry("one to the trader of the other side", "IE008", "ie015-normal-gb-it", "compose IE008: not a message to the trader of this side"),
		Entry("an unloading permission without goods", "IE043", "ie007-normal-gb-xi", "compose IE043: the movement has no declaration to copy from"),
	)

	It("is a release without a declaration", func() {
		for _, code := range []string{"IE029", "IE051"} {
			r := phase4Request(code, phase4("ie015-normal-gb-it"))
			r.Original = nil
			_, err := composer.Compose(r)
			Expect(err).To(MatchError("compose " + code + ": the movement has no declaration to copy from"))
		}
	})
})
