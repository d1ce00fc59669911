package compose

import (
	"fmt"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// noTrigger is the message id in the addressing of generated messages, whatever message they answer.
const noTrigger = "0000000000000000"

// Random writes the message that HMRC's own Test Support API would place: every element of the schema once,
// with random values that have nothing to do with the movement (docs/spec/api-2.1-3.0.md#12, "HMRC's generated
// messages"). It needs Type, Movement (ID and Phase), Now and Stream only, writes messages to the trader of
// an arrival too, and validates nothing: these messages are not always valid.
//
// In phase 4 they are valid, have only some of the optional elements, name the office of departure of the Declaration
// or Original, and show as much as Content.Unloading says (docs/spec/api-1.0.md#15).
func (c *Composer) Random(r Request) (Composed, error) {
	t, known := r.Movement.Phase.TypeOfCode(r.Type)
	if !known || !t.Injectable {
		return Composed{}, fmt.Errorf("random %s: not a message that can be placed", r.Type)
	}
	e := c.catalogue.Schema(r.Movement.Phase, t.Root)
	if e == nil {
		return Composed{}, fmt.Errorf("random %s: phase %s has no such message", r.Type, r.Movement.Phase)
	}
	g := &generator{request: r, root: t.Root, sample: sampler{r.Stream}}
	root := formatOf(r.Movement.Phase).random(g, e)
	body := (&message.Document{Phase: r.Movement.Phase, Root: root}).Bytes()
	document, err := c.catalogue.Parse(r.Movement.Phase, body)
	if err != nil {
		return Composed{}, fmt.Errorf("random %s: %w", r.Type, err)
	}
	return Composed{Written{Identification: document.Field(message.Identification)}, document, body}, nil
}

// generator fills the schema of one message.
type generator struct {
	request Request
	root    string
	sample  sampler
}

// generated is how an element gets its value, if not by its type.
type generated func(*generator) string

func constant(value string) generated { return func(*generator) string { return value } }

func today(g *generator) string { return compactDate(g.request.Now) }

// generatedValues are the elements that are not simply random, by name or by parent and name, first for one
// root and then for all of them. No name of phase 4 is one of the later phases.
var generatedValues = map[string]map[string]generated{
	"CC019C": {"discrepanciesNotificationText": constant("discrepanciesNotification")},
	"CC025C": {"releaseIndicator": constant("0"), "releaseType": constant("0")},
	"CC043C": {
		"latitude": constant("90.000000"), "longitude": constant("180.000000"),
		"Consignment/grossMass": constant("12345.6789"), "grossMass": constant("9876.54321"),
	},
	"CC057C": {"errorCode": constant("12")},
	"CC182C": {"latitude": constant("90.000000"), "longitude": constant("180.000000")},
	"CC009A": {"CanDecHEA93": constant("1"), "CanIniByCusHEA94": constant("1"), "DatOfCanReqHEA147": today, "DatOfCanDecHEA146": today},
	"CC016A": {"DecRejDatHEA159": today},
	"CC025A": {"GooRelDatHEA176": today},
	"CC028A": {"DocNumHEA5": (*generator).mrn},
	"CC029B": {"AppRefMES14": constant(phase4Application), "TesIndMES18": constant(notATest), "NCTRetCopHEA104": constant("0"), "BinItiHEA246": constant("0")},
	"CC043A": {"AppRefMES14": constant(phase4Application), "TesIndMES18": constant(notATest), "SeaNumSLI2": (*generator).seals},
	"CC051B": {
		"AppRefMES14": constant(phase4Application), "TesIndMES18": constant(notATest), "ConDatERS14": today,
		"ConResCodERS16": constant(defaultMotivation), "ConInd424": constant(otherIrregularity), "ConIndROC1": constant(irregularItem),
	},
	"CC058A": {"UnlRemRejReaHEA280": constant(remarksInvalid)},
	"": {
		"DatOfPreMES9":          today,
		"TimOfPreMES10":         func(g *generator) string { return g.request.Now.UTC().Format("1504") },
		"RefNumEPT1":            (*generator).officeOfDeparture,
		"messageRecipient":      (*generator).address,
		"messageType":           func(g *generator) string { return g.root },
		"correlationIdentifier": (*generator).correlation,
		"MRN":                   (*generator).mrn,
		"country":               func(g *generator) string { return g.sample.pick(upper, 2) },
	},
}

// addressedBack are the messages whose correlationIdentifier is the same as the messageRecipient.
var addressedBack = []string{
	"CC004C", "CC009C", "CC028C", "CC029C", "CC035C", "CC051C", "CC055C", "CC056C", "CC060C",
}

// emptyGroups are written without content, absentGroups not at all.
var (
	emptyGroups  = map[string]string{"CC028C": "HolderOfTheTransitProcedure"}
	absentGroups = map[string]string{"CC056C": "FunctionalError"}
)

// group makes one of every element below e.
func (g *generator) group(e *schema.Element, parent string) *xmltree.Node {
	n := &xmltree.Node{Name: e.Name}
	if e.Leaf() {
		n.Text = g.value(e, parent)
		return n
	}
	if emptyGroups[g.root] == e.Name {
		return n
	}
	for _, child := range e.Children {
		if absentGroups[g.root] != child.Name {
			n.Children = append(n.Children, g.group(child, e.Name))
		}
	}
	return n
}

func (g *generator) value(e *schema.Element, parent string) string {
	for _, root := range []string{g.root, ""} {
		for _, name := range []string{parent + "/" + e.Name, e.Name} {
			if make, ok := generatedValues[root][name]; ok {
				return make(g)
			}
		}
	}
	switch e.Type.Base {
	case "date":
		return date(g.request.Now)
	case "dateTime":
		return dateTime(g.request.Now)
	}
	return g.sample.value(e.Type)
}

func (g *generator) address() string { return g.request.Movement.ID + "-" + noTrigger }

func (g *generator) correlation() string {
	if slices.Contains(addressedBack, g.root) {
		return g.address()
	}
	return g.sample.text(1, 35)
}

// mrn has the form of an MRN from 2024 on, with any check digit.
func (g *generator) mrn() string {
	s := g.sample
	return "2" + s.pick("456789", 1) + s.pick(upper, 2) + s.pick(upper+digits, 12) + s.pick("JKLM", 1) + s.pick(digits, 1)
}
