package compose_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/xmltree"
)

func TestCompose(t *testing.T) {
	suite.Run(t, "compose")
}

var (
	// phases are those of phases 5 and 6; phase 4 has specs of its own.
	phases    = []message.Phase{message.Phase5, message.Phase6}
	catalogue *message.Catalogue
	composer  *compose.Composer
	// schemaOptions are those of a plain validation.
	schemaOptions = schema.Options{}
)

var _ = BeforeSuite(func() {
	catalogue = simtest.Catalogue()
	composer = compose.New(catalogue, compose.Options{})
})

// departureTypes are the thirteen messages to the trader of a departure.
var departureTypes = []string{
	"IE004", "IE009", "IE019", "IE028", "IE029", "IE035", "IE045", "IE051", "IE055", "IE056", "IE060", "IE182", "IE928",
}

// fixture is a valid sample message of a phase.
var fixture = simtest.Document

// declarations are all sample IE015 of a phase by name.
func declarations(p message.Phase) map[string]*message.Document {
	out := map[string]*message.Document{}
	for _, name := range simtest.Samples(p, "ie015-*") {
		out[name] = fixture(p, name)
	}
	return out
}

// published are the published messages of a phase whose file names match, by file; none if the samples are not beside
// the repository.
func published(p message.Phase, pattern string) map[string]*message.Document {
	GinkgoHelper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "samples", "p"+p.String(), pattern))
	Expect(err).NotTo(HaveOccurred())
	out := map[string]*message.Document{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		Expect(err).NotTo(HaveOccurred())
		out[filepath.Base(f)], err = catalogue.Parse(p, data)
		Expect(err).NotTo(HaveOccurred())
	}
	return out
}

// The times of a story: received, accepted, and what comes later.
var (
	received = time.Date(2026, 4, 21, 8, 30, 5, 123e6, time.UTC)
	accepted = received.Add(2 * time.Second)
	later    = time.Date(2026, 4, 21, 9, 15, 40, 0, time.UTC)
)

// movementOf is what the office knows after it accepted a declaration.
func movementOf(d *message.Document) movement.Movement {
	office := d.Get("CustomsOfficeOfDeparture/referenceNumber")
	return movement.Movement{
		ID: "0123456789abcdef", Kind: message.Departure, Phase: d.Phase, State: movement.Accepted,
		MovementEORI: d.Get("HolderOfTheTransitProcedure/identificationNumber"),
		LRN:          d.Get("TransitOperation/LRN"), Office: office, Sender: d.Get("messageSender"),
		MRN: movement.NewMRN(accepted, office, d.Get("TransitOperation/security"), stream("mrn")),
		// What the trader is told must not depend on the millisecond.
		Created: received, Facts: movement.Facts{Submitted: received, Accepted: accepted},
	}
}

// day is midnight of a date as messages write it.
func day(text string) time.Time {
	GinkgoHelper()
	t, err := time.Parse(time.DateOnly, text)
	Expect(err).NotTo(HaveOccurred())
	return t
}

func stream(names ...string) *clock.Stream { return clock.NewSource(42).Stream(names...) }

// request asks for a message about a declaration that was accepted.
func request(code string, d *message.Document) compose.Request {
	return compose.Request{Type: code, Movement: movementOf(d), Original: d, Now: later, Stream: stream(code)}
}

// answering is a request for a message that answers one of the trader's.
func answering(code string, d, answered *message.Document) compose.Request {
	r := request(code, d)
	r.Answered = answered
	r.AnsweredRecord = movement.Message{Type: answered.Type.Code, Received: received.Add(time.Minute)}
	return r
}

// made is the composed message; anything wrong fails the spec.
func made(r compose.Request) *message.Document {
	GinkgoHelper()
	return composed(r).Document
}

func composed(r compose.Request) compose.Composed {
	GinkgoHelper()
	out, err := composer.Compose(r)
	Expect(err).NotTo(HaveOccurred())
	return out
}

// edited is a document with elements removed and values set, in the order of their paths.
func edited(d *message.Document, set map[string]string, remove ...string) *message.Document {
	GinkgoHelper()
	b := message.Edit(d)
	for _, path := range remove {
		Expect(b.Remove(path)).To(Succeed())
	}
	for _, path := range slices.Sorted(maps.Keys(set)) {
		Expect(b.Set(path, set[path])).To(Succeed())
	}
	return b.Document()
}

// outline lists the paths of all elements, in order.
func outline(n *xmltree.Node) []string {
	out := []string{n.Name}
	for _, c := range n.Children {
		for _, below := range outline(c) {
			out = append(out, n.Name+"/"+below)
		}
	}
	return out
}

// indented is a message as people read it.
func indented(n *xmltree.Node, depth int) string {
	pad := strings.Repeat("  ", depth)
	if len(n.Children) == 0 {
		return pad + "<" + n.Name + ">" + n.Text + "</" + n.Name + ">\n"
	}
	var b strings.Builder
	b.WriteString(pad + "<" + n.Name)
	for _, a := range n.Attrs() {
		if a.Name == "PhaseID" {
			b.WriteString(` PhaseID="` + a.Value + `"`)
		}
	}
	b.WriteString(">\n")
	for _, c := range n.Children {
		b.WriteString(indented(c, depth+1))
	}
	b.WriteString(pad + "</" + n.Name + ">\n")
	return b.String()
}
