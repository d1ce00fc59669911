package compose_test

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var _ = Describe("The header (docs/spec/responses.md#2)", func() {
	It("has the PhaseID NCTS5.1 in phase 5 and none in phase 6", func() {
		for _, p := range phases {
			for _, code := range departureTypes {
				id, has := made(request(code, fixture(p, "ie015-normal-gb-xi"))).Root.Attr("PhaseID")
				Expect(has).To(Equal(p == message.Phase5), code)
				if has {
					Expect(id).To(Equal("NCTS5.1"), code)
				}
			}
		}
	})

	It("is on one line, with the namespace behind PhaseID", func() {
		for p, start := range map[message.Phase]string{
			message.Phase5: `<ncts:CC928C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>NTA.GB</messageSender>`,
			message.Phase6: `<ncts:CC928C xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>NTA.GB</messageSender>`,
		} {
			body := string(composed(request("IE928", fixture(p, "ie015-normal-gb-xi"))).Body)
			Expect(body).To(HavePrefix(start))
			Expect(body).NotTo(ContainSubstring("\n"))
		}
	})

	It("is sent by the side of the office of departure", func() {
		for _, code := range departureTypes {
			Expect(made(request(code, fixture(message.Phase5, "ie015-normal-gb-xi"))).Get("messageSender")).To(Equal("NTA.GB"))
			Expect(made(request(code, fixture(message.Phase5, "ie015-normal-xi-gb"))).Get("messageSender")).To(Equal("NTA.XI"))
		}
	})

	It("goes to the sender of the message answered, and unsolicited to that of the IE015", func() {
		d := fixture(message.Phase5, "ie015-normal-gb-xi")
		other := edited(invalidation(d), map[string]string{"messageSender": "AGENT-2"})
		Expect(made(answering("IE009", d, other)).Get("messageRecipient")).To(Equal("AGENT-2"))
		Expect(made(request("IE029", d)).Get("messageRecipient")).To(Equal("BRIGANTINE-LTD"))
	})

	It("goes to the sender the movement remembers when there is no message left to ask", func() {
		r := request("IE928", fixture(message.Phase5, "ie015-normal-gb-xi"))
		r.Original = nil
		r.Movement.Sender = "REMEMBERED"
		Expect(made(r).Get("messageRecipient")).To(Equal("REMEMBERED"))
	})

	It("is stamped in UTC, in seconds, without a zone", func() {
		r := request("IE928", fixture(message.Phase5, "ie015-normal-gb-xi"))
		r.Now = time.Date(2026, 7, 1, 1, 2, 3, 999e6, time.FixedZone("BST", 3600))
		Expect(made(r).Get("preparationDateAndTime")).To(Equal("2026-07-01T00:02:03"))
	})

	It("is never stamped before the last message of the movement", func() {
		r := request("IE045", fixture(message.Phase5, "ie015-normal-gb-xi"))
		r.Movement.Prepared = later.Add(time.Hour)
		Expect(made(r).Get("preparationDateAndTime")).To(Equal("2026-04-21T10:15:40"))
	})

	It("has an identification of 14 upper-case letters and digits, another one each time", func() {
		st := stream("identifications")
		seen := map[string]bool{}
		for range 200 {
			r := request("IE928", fixture(message.Phase5, "ie015-normal-gb-xi"))
			r.Stream = st
			out := composed(r)
			Expect(out.Identification).To(Equal(out.Document.Get("messageIdentification")))
			Expect(regexp.MustCompile(`^[A-Z0-9]{14}$`).MatchString(out.Identification)).To(BeTrue(), out.Identification)
			seen[out.Identification] = true
		}
		Expect(seen).To(HaveLen(200))
	})

	It("comes out the same for the same request and stream", func() {
		for _, p := range phases {
			for _, code := range departureTypes {
				d := fixture(p, "ie015-normal-gb-xi")
				first := composed(request(code, d)).Body
				Expect(composed(request(code, d)).Body).To(Equal(first), code)
			}
		}
	})

	It("is valid at any time from 2023 on", func() {
		for year := 2023; year < 2100; year += 7 {
			for _, code := range []string{"IE028", "IE029"} {
				r := request(code, fixture(message.Phase6, "ie015-normal-gb-xi"))
				r.Now = time.Date(year, 12, 31, 23, 59, 59, 0, time.UTC)
				r.Movement.Facts.Accepted = r.Now
				r.Movement.MRN = movement.NewMRN(r.Now, r.Movement.Office, "0", stream("mrn", code))
				Expect(made(r).Get("TransitOperation/declarationAcceptanceDate")).To(HavePrefix(strconv.Itoa(year)))
			}
		}
	})

	It("names its own type", func() {
		for _, code := range departureTypes {
			Expect(made(request(code, fixture(message.Phase6, "ie015-normal-gb-xi"))).Get("messageType")).To(Equal("CC" + code[2:] + "C"))
		}
	})
})

var _ = Describe("The correlationIdentifier (docs/spec/responses.md#2)", func() {
	var d, amended, cancelled *message.Document
	BeforeEach(func() {
		d = fixture(message.Phase5, "ie015-normal-gb-xi")
		amended, cancelled = amendment(d), invalidation(d)
	})
	correlation := func(r compose.Request) string {
		GinkgoHelper()
		return made(r).Get("correlationIdentifier")
	}

	It("is that of the IE015 in IE928, IE028, IE051 and IE060, whatever caused them", func() {
		for _, code := range []string{"IE928", "IE028", "IE051", "IE060"} {
			Expect(correlation(request(code, d))).To(Equal("BR250001"), code)
			Expect(correlation(answering(code, d, amended))).To(Equal("BR250001"), code)
		}
	})

	It("stays that of the IE015 after an amendment", func() {
		r := request("IE060", d)
		r.Declaration = amended
		Expect(correlation(r)).To(Equal("BR250001"))
	})

	It("is that of the amendment in the IE004", func() {
		Expect(correlation(answering("IE004", d, amended))).To(Equal("AMEND1"))
	})

	It("is that of the rejected message in the IE056, and of the IE015 at the presentation time-out", func() {
		Expect(correlation(answering("IE056", d, cancelled))).To(Equal("CANCEL1"))
		Expect(correlation(request("IE056", d))).To(Equal("BR250001"))
	})

	It("is that of the IE014 in the IE009, and of the IE015 when customs acted", func() {
		Expect(correlation(answering("IE009", d, cancelled))).To(Equal("CANCEL1"))
		r := answering("IE009", d, cancelled)
		r.Content.ByCustoms = true
		Expect(correlation(r)).To(Equal("BR250001"))
		Expect(correlation(request("IE009", d))).To(Equal("BR250001"))
	})

	It("is absent in IE019, IE029, IE035, IE055 and IE182", func() {
		for _, code := range []string{"IE019", "IE029", "IE035", "IE055", "IE182"} {
			Expect(made(answering(code, d, amended)).Has("correlationIdentifier")).To(BeFalse(), code)
		}
	})

	It("is an internal one of customs in the IE045", func() {
		m := made(request("IE045", d))
		Expect(m.Get("correlationIdentifier")).To(MatchRegexp(`^[A-Z0-9]{14}$`))
		Expect(m.Get("correlationIdentifier")).NotTo(Equal(m.Get("messageIdentification")))
	})

	It("is left out when the message it would name is not at hand", func() {
		r := request("IE928", d)
		r.Original = nil
		Expect(made(r).Has("correlationIdentifier")).To(BeFalse())
	})
})

var _ = Describe("LRN and MRN (docs/spec/responses.md#3)", func() {
	has := func(r compose.Request) (lrn, mrn bool) {
		GinkgoHelper()
		m := made(r)
		return m.Has("TransitOperation/LRN"), m.Has("TransitOperation/MRN")
	}

	DescribeTable("before and after the MRN is allocated:",
		func(code string, lrnBefore, mrnBefore, lrnAfter, mrnAfter bool) {
			for _, p := range phases {
				d := fixture(p, "ie015-normal-gb-xi")
				r := answering(code, d, invalidation(d))
				lrn, mrn := has(r)
				Expect([]bool{lrn, mrn}).To(Equal([]bool{lrnAfter, mrnAfter}), "after")
				lrn, mrn = has(beforeMRN(r))
				Expect([]bool{lrn, mrn}).To(Equal([]bool{lrnBefore, mrnBefore}), "before")
			}
		},
		Entry("IE928 has the LRN", "IE928", true, false, true, false),
		Entry("IE028 has both", "IE028", true, true, true, true),
		Entry("IE029 has both", "IE029", true, true, true, true),
		Entry("IE004 has one (C0467)", "IE004", true, false, false, true),
		Entry("IE056 has one (C0467)", "IE056", true, false, false, true),
		Entry("IE060 has one", "IE060", true, false, false, true),
		Entry("IE009 has both afterwards, as published", "IE009", true, false, true, true),
		Entry("IE019 has the MRN", "IE019", false, true, false, true),
		Entry("IE035 has the MRN", "IE035", false, true, false, true),
		Entry("IE045 has the MRN", "IE045", false, true, false, true),
		Entry("IE051 has the MRN", "IE051", false, true, false, true),
		Entry("IE055 has the MRN", "IE055", false, true, false, true),
		Entry("IE182 has the MRN", "IE182", false, true, false, true),
	)

	It("keeps the LRN out of the IE009 where C0467 is taken strictly", func() {
		strict := compose.New(catalogue, compose.Options{StrictC0467: true})
		d := fixture(message.Phase5, "ie015-normal-gb-xi")
		out, err := strict.Compose(answering("IE009", d, invalidation(d)))
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Document.Has("TransitOperation/LRN")).To(BeFalse())
		Expect(out.Document.Get("TransitOperation/MRN")).To(Equal(movementOf(d).MRN))
		out, err = strict.Compose(beforeMRN(answering("IE009", d, invalidation(d))))
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Document.Get("TransitOperation/LRN")).To(Equal("BR-MIXED-25-014"))
	})

	It("makes up an MRN for a message that is asked for too early, and says so", func() {
		out := composed(beforeMRN(request("IE045", fixture(message.Phase5, "ie015-normal-gb-xi"))))
		Expect(out.Document.Get("TransitOperation/MRN")).To(MatchRegexp(`^26GB000246[A-Z0-9]{6}J[0-9]$`))
		Expect(out.Warnings).To(ConsistOf(HavePrefix("the movement has no MRN, so IE045 carries 26GB000246")))
	})
})

var _ = Describe("A message that cannot be composed", func() {
	d := func() *message.Document { return fixture(message.Phase5, "ie015-normal-gb-xi") }

	It("is one that does not go to the trader of a departure", func() {
		_, err := composer.Compose(request("IE043", d()))
		Expect(err).To(MatchError("compose IE043: not a message to the trader of this side"))
	})

	It("is one of a phase that is not loaded", func() {
		r := request("IE928", d())
		r.Movement.Phase = message.Phase(7)
		_, err := composer.Compose(r)
		Expect(err).To(MatchError(`compose IE928: phase 7 has no message "CC928C"`))
	})

	It("is an IE029 without a declaration", func() {
		r := request("IE029", d())
		r.Original = nil
		_, err := composer.Compose(r)
		Expect(err).To(MatchError("compose IE029: the movement has no declaration to copy from"))
	})

	It("is one with a value that its schema refuses, and all such values are named", func() {
		r := request("IE060", d())
		r.Content = compose.Content{NotificationType: "much too long", Controls: []compose.Control{{Type: "1234"}}}
		r.Movement.LRN = "x"
		_, err := composer.Compose(r)
		var invalid *compose.InvalidError
		Expect(errors.As(err, &invalid)).To(BeTrue())
		Expect(invalid.Type).To(Equal("IE060"))
		Expect(string(invalid.Body)).To(ContainSubstring("much too long"))
		Expect(err).To(MatchError(And(
			HavePrefix("composed IE060 does not fit its schema: "), ContainSubstring("/notificationType: "))))
		Expect(len(invalid.Errors)).To(BeNumerically(">=", 1))
	})
})
