package compose_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/xmltree"
)

// phase4DepartureTypes and phase4ArrivalTypes are the messages of phase 4 to the trader of either side.
var (
	phase4DepartureTypes = []string{"IE928", "IE016", "IE028", "IE055", "IE060", "IE062", "IE029", "IE051", "IE009", "IE045", "IE917"}
	phase4ArrivalTypes   = []string{"IE008", "IE043", "IE058", "IE025", "IE917"}
)

// stored is a trader's message of phase 4 as the API keeps it: addressed as the message of some number of a movement.
func stored(d *message.Document, number, correlation int) *message.Document {
	GinkgoHelper()
	kind := message.Departure
	if d.Type.Kind == message.Arrival {
		kind = message.Arrival
	}
	c := *d
	c.Root = d.Root.Clone()
	sender := &xmltree.Node{Name: "MesSenMES3", Text: movement.TraderAddress(kind, number, correlation)}
	c.Root.Children = slices.DeleteFunc(c.Root.Children, func(n *xmltree.Node) bool { return n.Name == sender.Name })
	c.Root.Children = slices.Insert(c.Root.Children, 2, sender)
	return &c
}

// phase4Movement is what the office knows of a movement whose first message was taken.
func phase4Movement(d *message.Document) movement.Movement {
	m := movement.Movement{
		ID: "0123456789abcdef", Number: 12, Sent: 1, Kind: d.Type.Kind, Phase: message.Phase4,
		LRN: d.Field(message.LRN), Sender: d.Field(message.Sender), Created: received,
		Facts: movement.Facts{Submitted: received, Accepted: accepted},
	}
	if m.Kind == message.Arrival {
		m.MRN, m.Office, m.MovementEORI = d.Field(message.MRN), d.Field(message.OfficeOfPresentation), d.Field(message.TraderAtDestination)
		m.Facts = movement.Facts{}
		return m
	}
	m.Office, m.MovementEORI = d.Field(message.OfficeOfDeparture), d.Field(message.Holder)
	m.MRN = movement.NewPhase4MRN(accepted, m.Office, stream("mrn"))
	return m
}

// phase4Request asks for a message about a declaration or an arrival notification of phase 4, which the API has stored.
func phase4Request(code string, d *message.Document) compose.Request {
	GinkgoHelper()
	d = stored(d, 12, 1)
	return compose.Request{Type: code, Movement: phase4Movement(d), Original: d, Now: later, Stream: stream(code)}
}

// phase4Answer is a request for a message that answers the nth message of the trader.
func phase4Answer(code string, d, answered *message.Document, n int) compose.Request {
	GinkgoHelper()
	r := phase4Request(code, d)
	r.Answered, r.Movement.Sent = stored(answered, 12, n), n
	r.AnsweredRecord = movement.Message{Type: answered.Type.Code, Received: later}
	return r
}

// arriving is a request for a message about the goods of a declaration that arrive.
func arriving(code string, notification, declaration *message.Document) compose.Request {
	GinkgoHelper()
	r := phase4Request(code, notification)
	departure := phase4Movement(declaration)
	r.Declaration, r.Departure = declaration, &departure
	return r
}

// phase4 is a valid sample message of phase 4.
func phase4(name string) *message.Document {
	GinkgoHelper()
	return fixture(message.Phase4, name)
}

var _ = Describe("A message of the trader as the API stores it", func() {
	It("says who sent it, although its schema does not know the element", func() {
		d := stored(phase4("ie015-normal-gb-it"), 12, 1)
		Expect(d.Field(message.Sender)).To(Equal("MDTP-DEP-00000000000000000000012-01"))
		again, err := catalogue.Parse(message.Phase4, d.Bytes())
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Field(message.Sender)).To(Equal("MDTP-DEP-00000000000000000000012-01"))
		Expect(again.Root.Children[2].Name).To(Equal("MesSenMES3"))
		Expect(again.Root.Children[3].Name).To(Equal("MesRecMES6"))
	})
})
