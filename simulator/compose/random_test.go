package compose_test

import (
	"regexp"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// arrivalTypes are the messages to the trader of an arrival, which the generator writes too.
var arrivalTypes = []string{"IE025", "IE043", "IE057"}

func random(p message.Phase, code string) compose.Composed {
	GinkgoHelper()
	out, err := composer.Random(compose.Request{
		Type: code, Movement: movement.Movement{ID: "0123456789abcdef", Phase: p, LRN: "MINE", MRN: "26GB000246AL65TIJ5"},
		Now: later, Stream: stream("random", code, p.String()),
	})
	Expect(err).NotTo(HaveOccurred())
	return out
}

// eachRandom looks at every generated message of both phases.
func eachRandom(look func(code string, m *message.Document)) {
	for _, p := range phases {
		for _, code := range append(arrivalTypes, departureTypes...) {
			look(code, random(p, code).Document)
		}
	}
}

const noTrigger = "0123456789abcdef-0000000000000000"

var _ = Describe("The random messages of Test Support (docs/spec/api-2.1-3.0.md#12)", func() {
	It("carry PhaseID NCTS5.0 under either version", func() {
		eachRandom(func(code string, m *message.Document) {
			id, _ := m.Root.Attr("PhaseID")
			Expect(id).To(Equal("NCTS5.0"), code)
			Expect(m.Get("messageType")).To(Equal(m.Type.Root))
		})
	})

	It("are addressed to the movement", func() {
		eachRandom(func(code string, m *message.Document) {
			Expect(m.Get("messageRecipient")).To(Equal(noTrigger), code)
		})
	})

	It("have sender and identification of 1 to 35 letters and digits", func() {
		eachRandom(func(code string, m *message.Document) {
			Expect(m.Get("messageSender")).To(MatchRegexp(`^[A-Za-z0-9]{1,35}$`), code)
			Expect(m.Get("messageIdentification")).To(MatchRegexp(`^[A-Za-z0-9]{1,35}$`), code)
		})
	})

	DescribeTable("correlate with",
		func(code string, same bool) {
			for _, p := range phases {
				id := random(p, code).Document.Get("correlationIdentifier")
				Expect(id == noTrigger).To(Equal(same), id)
				Expect(id).To(MatchRegexp(`^[-A-Za-z0-9]{1,35}$`))
			}
		},
		Entry("the address: IE004", "IE004", true), Entry("the address: IE009", "IE009", true),
		Entry("the address: IE028", "IE028", true), Entry("the address: IE029", "IE029", true),
		Entry("the address: IE035", "IE035", true), Entry("the address: IE051", "IE051", true),
		Entry("the address: IE055", "IE055", true), Entry("the address: IE056", "IE056", true),
		Entry("the address: IE060", "IE060", true),
		Entry("nothing: IE019", "IE019", false), Entry("nothing: IE025", "IE025", false),
		Entry("nothing: IE043", "IE043", false), Entry("nothing: IE045", "IE045", false),
		Entry("nothing: IE057", "IE057", false), Entry("nothing: IE182", "IE182", false),
		Entry("nothing: IE928", "IE928", false),
	)

	It("are dated today, and now in UTC without a zone", func() {
		eachRandom(func(code string, m *message.Document) {
			Expect(m.Get("preparationDateAndTime")).To(Equal("2026-04-21T09:15:40"))
			walk(m.Root, m.Schema, func(path string, n *xmltree.Node, e *schema.Element) {
				if e.Leaf() && e.Type.Base == "date" {
					Expect(n.Text).To(Equal("2026-04-21"), code+path)
				}
				if e.Leaf() && e.Type.Base == "dateTime" {
					Expect(n.Text).To(Equal("2026-04-21T09:15:40"), code+path)
				}
			})
		})
	})

	It("have an LRN and an MRN that are not the movement's", func() {
		mrn := regexp.MustCompile(`^2[4-9][A-Z]{2}[A-Z0-9]{12}[J-M][0-9]$`)
		eachRandom(func(code string, m *message.Document) {
			for _, n := range m.Find("TransitOperation/LRN") {
				Expect(n.Text).To(MatchRegexp(`^[A-Za-z0-9]{1,22}$`), code)
				Expect(n.Text).NotTo(Equal("MINE"))
			}
			for _, n := range m.Find("TransitOperation/MRN") {
				Expect(mrn.MatchString(n.Text)).To(BeTrue(), code+" "+n.Text)
				Expect(n.Text).NotTo(Equal("26GB000246AL65TIJ5"))
			}
		})
	})

	It("name random offices and countries in upper case", func() {
		eachRandom(func(code string, m *message.Document) {
			walk(m.Root, m.Schema, func(path string, n *xmltree.Node, _ *schema.Element) {
				if n.Name == "country" {
					Expect(n.Text).To(MatchRegexp(`^[A-Z]{2}$`), code+path)
				}
				if office := regexp.MustCompile(`CustomsOffice[A-Za-z]*/referenceNumber$`); office.MatchString(path) {
					Expect(n.Text).To(MatchRegexp(`^[A-Z]{2}[A-Z0-9]{6}$`), code+path)
				}
			})
		})
	})

	DescribeTable("have fixed values:",
		func(code, path, want string) {
			for _, p := range phases {
				for _, n := range random(p, code).Document.Find(path) {
					Expect(n.Text).To(Equal(want))
				}
				Expect(random(p, code).Document.Has(path)).To(BeTrue(), p.Dir())
			}
		},
		Entry("IE019 text", "IE019", "TransitOperation/discrepanciesNotificationText", "discrepanciesNotification"),
		Entry("IE025 releaseIndicator", "IE025", "TransitOperation/releaseIndicator", "0"),
		Entry("IE025 releaseType of the house", "IE025", "Consignment/HouseConsignment/releaseType", "0"),
		Entry("IE025 releaseType of the item", "IE025", "Consignment/HouseConsignment/ConsignmentItem/releaseType", "0"),
		Entry("IE043 gross mass of the consignment", "IE043", "Consignment/grossMass", "12345.6789"),
		Entry("IE043 gross mass of the house", "IE043", "Consignment/HouseConsignment/grossMass", "9876.54321"),
		Entry("IE057 errorCode", "IE057", "FunctionalError/errorCode", "12"),
		Entry("IE182 latitude", "IE182", "Consignment/Incident/Location/GNSS/latitude", "90.000000"),
		Entry("IE182 longitude", "IE182", "Consignment/Incident/Location/GNSS/longitude", "180.000000"),
	)

	It("have every element of the schema once, but for the empty holder of IE028 and the errors of IE056", func() {
		eachRandom(func(code string, m *message.Document) {
			walk(m.Root, m.Schema, func(path string, n *xmltree.Node, e *schema.Element) {
				if code == "IE028" && n.Name == holder {
					Expect(n.Children).To(BeEmpty())
					return
				}
				var want, got []string
				for _, c := range e.Children {
					if code != "IE056" || c.Name != "FunctionalError" {
						want = append(want, c.Name)
					}
				}
				for _, c := range n.Children {
					got = append(got, c.Name)
				}
				Expect(got).To(Equal(want), code+path)
			})
		})
	})

	It("hold texts no longer than the schema allows", func() {
		eachRandom(func(code string, m *message.Document) {
			walk(m.Root, m.Schema, func(path string, n *xmltree.Node, e *schema.Element) {
				if e.Leaf() && e.Type.MaxLength >= 0 {
					Expect(len(n.Text)).To(BeNumerically("<=", e.Type.MaxLength), code+path)
				}
				if e.Leaf() {
					Expect(n.Text).NotTo(BeEmpty(), code+path)
				}
			})
		})
	})

	It("come out the same for the same stream", func() {
		for _, code := range departureTypes {
			Expect(random(message.Phase6, code).Body).To(Equal(random(message.Phase6, code).Body))
			out := random(message.Phase6, code)
			Expect(out.Identification).To(Equal(out.Document.Get("messageIdentification")))
		}
	})

	DescribeTable("are refused", func(p message.Phase, code, complaint string) {
		_, err := composer.Random(compose.Request{Type: code, Movement: movement.Movement{Phase: p}, Now: later, Stream: stream()})
		Expect(err).To(MatchError(complaint))
	},
		Entry("for a message of the trader", message.Phase5, "IE015", "random IE015: not a message that can be placed"),
		Entry("for a message that is none", message.Phase5, "IE000", "random IE000: not a message that can be placed"),
		Entry("in a phase that is not loaded", message.Phase(7), "IE028", "random IE028: phase 7 has no such message"),
	)
})

// walk visits a tree together with its declarations.
func walk(n *xmltree.Node, e *schema.Element, visit func(path string, n *xmltree.Node, e *schema.Element)) {
	walkFrom("/"+n.Name, n, e, visit)
}

func walkFrom(path string, n *xmltree.Node, e *schema.Element, visit func(string, *xmltree.Node, *schema.Element)) {
	visit(path, n, e)
	for _, c := range n.Children {
		walkFrom(path+"/"+c.Name, c, e.Child(c.Name), visit)
	}
}
