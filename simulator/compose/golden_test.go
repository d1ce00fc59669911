package compose_test

import (
	"flag"
	"os"
	"path/filepath"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
)

var update = flag.Bool("update", false, "write the golden files anew")

// story is a request as it comes up in the life of a declaration.
type story struct {
	name    string
	request func(declaration *message.Document) compose.Request
}

// amendment and invalidation are messages of the trader about any declaration.
func amendment(d *message.Document) *message.Document {
	GinkgoHelper()
	b, err := message.New(catalogue, d.Phase, "CC013C")
	Expect(err).NotTo(HaveOccurred())
	for _, e := range d.Schema.Children {
		_, err := b.Copy(e.Name, d, e.Name)
		Expect(err).NotTo(HaveOccurred())
	}
	for path, value := range map[string]string{
		"messageIdentification": "AMEND1", "messageType": "CC013C", "TransitOperation/amendmentTypeFlag": "0",
	} {
		Expect(b.Set(path, value)).To(Succeed())
	}
	return b.Document()
}

func invalidation(d *message.Document) *message.Document {
	GinkgoHelper()
	b, err := message.New(catalogue, d.Phase, "CC014C")
	Expect(err).NotTo(HaveOccurred())
	for _, group := range []string{"messageSender", "messageRecipient", "TransitOperation", "CustomsOfficeOfDeparture", "HolderOfTheTransitProcedure"} {
		_, err := b.Copy(group, d, group)
		Expect(err).NotTo(HaveOccurred())
	}
	for path, value := range map[string]string{
		"messageIdentification": "CANCEL1", "messageType": "CC014C", "preparationDateAndTime": "2026-04-21T08:30:00",
		"Invalidation/requestDateAndTime": "2026-04-21T08:29:00", "Invalidation/initiatedByCustoms": "0",
		"Invalidation/justification": "Lorry has broken down",
	} {
		Expect(b.Set(path, value)).To(Succeed())
	}
	return b.Document()
}

// beforeMRN makes it a movement that is not accepted yet.
func beforeMRN(r compose.Request) compose.Request {
	r.Movement.MRN = ""
	return r
}

var stories = []story{
	{"ie928", func(d *message.Document) compose.Request { return beforeMRN(answering("IE928", d, d)) }},
	{"ie028", func(d *message.Document) compose.Request { return answering("IE028", d, d) }},
	{"ie004", func(d *message.Document) compose.Request { return answering("IE004", d, amendment(d)) }},
	{"ie004-by-lrn", func(d *message.Document) compose.Request { return beforeMRN(answering("IE004", d, amendment(d))) }},
	{"ie009", func(d *message.Document) compose.Request { return answering("IE009", d, invalidation(d)) }},
	{"ie009-refused", func(d *message.Document) compose.Request {
		r := answering("IE009", d, invalidation(d))
		r.Content = compose.Content{Decision: "0", Justification: "Goods are under control"}
		return r
	}},
	{"ie009-by-customs", func(d *message.Document) compose.Request {
		r := request("IE009", d)
		r.Content = compose.Content{ByCustoms: true, Justification: "Declared twice"}
		return r
	}},
	{"ie019", func(d *message.Document) compose.Request {
		r := request("IE019", d)
		r.Content.Discrepancies = "Two packages are missing"
		return r
	}},
	{"ie029", func(d *message.Document) compose.Request { return request("IE029", d) }},
	{"ie029-after-control", func(d *message.Document) compose.Request {
		r := request("IE029", d)
		r.Movement.Facts.Controlled = true
		r.Content.ControlResult = &compose.ControlResult{Text: "Seals checked"}
		return r
	}},
	{"ie035", func(d *message.Document) compose.Request {
		r := request("IE035", d)
		r.Content.Recovery = compose.Recovery{Text: "Goods not produced", Amount: "1250.40", Currency: "GBP"}
		return r
	}},
	{"ie045", func(d *message.Document) compose.Request { return request("IE045", d) }},
	{"ie051", func(d *message.Document) compose.Request {
		r := request("IE051", d)
		r.Content.Motivation.Code = "G1"
		return r
	}},
	{"ie055", func(d *message.Document) compose.Request {
		r := request("IE055", d)
		r.Content.Guarantees = []compose.InvalidGuarantee{
			{GRN: "20XI0000010000110", Reasons: []compose.Reason{{Code: "G01", Text: "Does not exist"}}},
			{GRN: "24GB0000010000031", Reasons: []compose.Reason{{Code: "G03"}, {Code: "G04"}}},
		}
		return r
	}},
	{"ie056", func(d *message.Document) compose.Request {
		r := beforeMRN(answering("IE056", d, d))
		r.Content.Errors = []compose.FunctionalError{
			{Pointer: "/CC015C/HolderOfTheTransitProcedure/identificationNumber", Code: "12", Reason: "R0850", Original: "GB953574106000"},
			{Pointer: "/CC015C/Consignment/LocationOfGoods/UNLocode", Code: "13", Reason: "C0394"},
		}
		return r
	}},
	{"ie056-too-late", func(d *message.Document) compose.Request {
		r := answering("IE056", d, invalidation(d))
		r.Content.Errors = []compose.FunctionalError{{Pointer: "/CC014C", Code: "92", Reason: "N/A"}}
		return r
	}},
	{"ie056-time-out", func(d *message.Document) compose.Request {
		r := beforeMRN(request("IE056", d))
		r.Content = compose.Content{RejectionCode: "4", RejectionReason: "time limit for presentation expired"}
		return r
	}},
	{"ie060", func(d *message.Document) compose.Request {
		r := request("IE060", d)
		r.Content.Controls = []compose.Control{{Type: "10"}, {Type: "50", Text: "Border force"}}
		return r
	}},
	{"ie060-documents", func(d *message.Document) compose.Request {
		r := request("IE060", d)
		r.Content = compose.Content{NotificationType: "1", Documents: []compose.RequestedDocument{{Type: "N380", Description: "Invoice"}}}
		return r
	}},
	{"ie060-intention", func(d *message.Document) compose.Request {
		r := beforeMRN(request("IE060", d))
		r.Content.NotificationType = "2"
		return r
	}},
	{"ie182", func(d *message.Document) compose.Request { return request("IE182", d) }},
}

var _ = Describe("The messages of a declaration", func() {
	for _, p := range phases {
		for _, declaration := range []string{"ie015-simplified-gb-xi", "ie015-normal-gb-xi"} {
			for _, s := range stories {
				name := p.Dir() + "-" + declaration[len("ie015-"):] + "-" + s.name
				It("are as written down: "+name, func() {
					out := composed(s.request(fixture(p, declaration)))
					golden(name, indented(out.Document.Root, 0))
					Expect(out.Warnings).To(BeEmpty())
				})
			}
		}
	}

	It("follow the IE170 of a pre-lodged declaration", func() {
		for _, p := range phases {
			r := request("IE029", fixture(p, "ie015-prelodged-simplified-gb-xi"))
			r.Presentation = fixture(p, "ie170-presentation")
			golden(p.Dir()+"-presented-ie029", indented(made(r).Root, 0))
		}
	})

	It("show the carnet and its holder under TIR", func() {
		for _, p := range phases {
			for _, code := range []string{"IE028", "IE029", "IE055"} {
				golden(p.Dir()+"-tir-"+code, indented(made(request(code, fixture(p, "ie015-tir-xi"))).Root, 0))
			}
		}
	})
})

// golden compares with the file of that name, or writes it with -update.
func golden(name, got string) {
	GinkgoHelper()
	file := filepath.Join("testdata", "golden", name+".xml")
	if *update {
		Expect(os.MkdirAll(filepath.Dir(file), 0o755)).To(Succeed())
		Expect(os.WriteFile(file, []byte(got), 0o644)).To(Succeed())
	}
	want, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred(), "hint: go test ./simulator/compose -update")
	if diff := cmp.Diff(string(want), got); diff != "" {
		Fail(name + " is not as written down (-written +got); hint: -update if it should be so\n" + diff)
	}
}
