package compose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
)

// phase4Stories are requests that between them use every branch of the messages of phase 4 to the trader of a departure.
var phase4Stories = []struct {
	name    string
	request func(d *message.Document) compose.Request
}{
	{"ie928", func(d *message.Document) compose.Request { return beforeMRN(phase4Request("IE928", d)) }},
	{"ie016", func(d *message.Document) compose.Request {
		r := beforeMRN(phase4Answer("IE016", d, d, 1))
		r.Content.Errors = []compose.FunctionalError{
			{Pointer: "HEA.Place of loading code", Code: "15", Reason: "C191"},
			{Pointer: "HEA.Customs sub place", Code: "12", Reason: "N/A", Original: "ATLANTIS"},
		}
		return r
	}},
	{"ie016-by-officer", func(d *message.Document) compose.Request {
		r := beforeMRN(phase4Request("IE016", d))
		r.Content.RejectionReason = "The goods were not at the declared place"
		return r
	}},
	{"ie028", func(d *message.Document) compose.Request { return phase4Request("IE028", d) }},
	{"ie055", func(d *message.Document) compose.Request {
		r := phase4Request("IE055", d)
		r.Content.Guarantees = []compose.InvalidGuarantee{
			{GRN: "08GB00000100005N0", Reasons: []compose.Reason{{Code: "G01"}}},
			{GRN: "20XI00014200002V8", Reasons: []compose.Reason{{Code: "G04", Text: "Of somebody else"}}},
		}
		return r
	}},
	{"ie060", func(d *message.Document) compose.Request { return phase4Request("IE060", d) }},
	{"ie062", func(d *message.Document) compose.Request {
		r := phase4Answer("IE062", d, phase4("ie054-release"), 2)
		r.Content.RejectionReason = "The control was not passed"
		return r
	}},
	{"ie029", func(d *message.Document) compose.Request { return phase4Request("IE029", d) }},
	{"ie029-after-control", func(d *message.Document) compose.Request {
		r := phase4Request("IE029", d)
		r.Movement.Facts.Controlled = true
		r.Content.ControlResult = &compose.ControlResult{Date: "2026-05-02", By: "Officer 7"}
		return r
	}},
	{"ie051", func(d *message.Document) compose.Request {
		r := phase4Request("IE051", d)
		r.Content.Motivation = compose.Motivation{Code: "G1"}
		return r
	}},
	{"ie009", func(d *message.Document) compose.Request {
		return phase4Answer("IE009", d, phase4("ie014-cancellation-gb"), 2)
	}},
	{"ie009-refused", func(d *message.Document) compose.Request {
		r := phase4Answer("IE009", d, phase4("ie014-cancellation-gb"), 2)
		r.Content.Decision, r.Content.Justification = "0", "NOT IN REQUIRED STATE"
		return r
	}},
	{"ie009-by-customs", func(d *message.Document) compose.Request {
		r := phase4Request("IE009", d)
		r.Content = compose.Content{Decision: "1", ByCustoms: true, Justification: "Goods were seized"}
		return r
	}},
	{"ie045", func(d *message.Document) compose.Request { return phase4Request("IE045", d) }},
	{"ie917", func(d *message.Document) compose.Request {
		return beforeMRN(phase4Answer("IE917", d, d, 1))
	}},
}

// phase4ArrivalStories are those to the trader of an arrival.
var phase4ArrivalStories = []struct {
	name    string
	request func(notification, declaration *message.Document) compose.Request
}{
	{"ie008", func(n, d *message.Document) compose.Request {
		r := phase4Answer("IE008", n, n, 1)
		r.Content.Errors = []compose.FunctionalError{{Pointer: "HEA.Customs sub place", Code: "12", Original: "ATLANTIS"}}
		return r
	}},
	{"ie043", func(n, d *message.Document) compose.Request { return arriving("IE043", n, d) }},
	{"ie043-continued", func(n, d *message.Document) compose.Request {
		r := arriving("IE043", n, d)
		r.Content.ContinueUnloading = 2
		return r
	}},
	{"ie043-counted", func(n, d *message.Document) compose.Request {
		r := arriving("IE043", n, d)
		r.Content.Unloading = &compose.UnloadingCounts{Goods: 3, Products: 2, SpecialMentions: 1, Seals: 4}
		return r
	}},
	{"ie058", func(n, d *message.Document) compose.Request {
		r := phase4Answer("IE058", n, phase4("ie044-discrepancies-gb-xi"), 2)
		r.Content.Errors = []compose.FunctionalError{{Pointer: "HEA.Total gross mass", Code: "15", Reason: "TR0002", Original: "2063"}}
		return r
	}},
	{"ie025", func(n, d *message.Document) compose.Request {
		r := arriving("IE025", n, d)
		r.Answered = stored(phase4("ie044-clean-gb-xi"), 12, 2)
		return r
	}},
	{"ie917", func(n, d *message.Document) compose.Request {
		return phase4Answer("IE917", n, phase4("ie044-clean-gb-xi"), 2)
	}},
}

var _ = Describe("The messages of phase 4 (docs/spec/responses.md#7)", func() {
	for _, declaration := range []string{"normal-gb-it", "simplified-xi-gb", "tir-xi-it"} {
		for _, s := range phase4Stories {
			name := "phase4-" + declaration + "-" + s.name
			It("are as written down: "+name, func() {
				golden(name, indented(made(s.request(phase4("ie015-"+declaration))).Root, 0))
			})
		}
	}

	for _, notification := range []string{"simplified-gb-xi", "normal-xi-gb"} {
		for _, s := range phase4ArrivalStories {
			name := "phase4-" + notification + "-" + s.name
			It("are as written down: "+name, func() {
				r := s.request(phase4("ie007-"+notification), phase4("ie015-"+notification))
				golden(name, indented(made(r).Root, 0))
			})
		}
	}

	It("show goods from elsewhere", func() {
		n := phase4("ie007-simplified-gb-xi")
		r := phase4Request("IE043", n)
		var err error
		r.Declaration, err = composer.Foreign(message.Phase4, n, accepted, stream("foreign"))
		Expect(err).NotTo(HaveOccurred())
		golden("phase4-foreign-ie043", indented(made(r).Root, 0))
	})
})
