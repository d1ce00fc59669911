package office

import (
	"fmt"
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

func to(s movement.State) effect {
	return func(*visit, *message.Document) movement.State { return s }
}

// Injected is what a message out of the blue does to a movement: it is always delivered, sets the state it
// stands for, and stops the timers that no longer apply; it starts none and sends nothing. The document is
// nil if the message could not be read, or is not composed yet; then the usual content is assumed.
//
// An IE028 gives the movement the MRN that is inside, if that is well-formed and not another movement's
// (Case.MRNInUse); otherwise the movement keeps its MRN or gets one.
func (o *Office) Injected(c Case, typ string, doc *message.Document) Outcome {
	v := o.visit(c)
	v.noteEvent(typ+" injected", "by "+v.who()+", legal or not")
	from, stood := v.m.State, v.effective()
	if keep := v.process.facts[typ]; keep != nil {
		keep(v, doc)
	}
	effect, ok := v.process.effects[typ]
	if !ok {
		v.note("state stays "+string(from), "docs/spec/process.md#10: an injected "+typ+" stands for no state")
		return v.outcome()
	}
	v.moveTo(effect(v, doc))
	why := "docs/spec/process.md#10: the injected " + typ + " sets the state it stands for"
	v.noteTransition(from, why)
	if v.m.State != from || v.effective() != stood {
		v.sortTimers(why)
	}
	return v.outcome()
}

func (v *visit) stampAcceptance(doc *message.Document) {
	v.adoptMRN(doc)
	v.m.Facts.Accepted = v.Now
}

func (v *visit) stampRelease(*message.Document) { v.m.Facts.Released = v.Now }

func (v *visit) stampIncidents(doc *message.Document) {
	if doc == nil {
		v.addIncident(compose.Incident{})
		return
	}
	for _, in := range doc.Each("Consignment/Incident") {
		v.addIncident(compose.Incident{
			Code: in.Get("code"), Text: in.Get("text"), Office: doc.Get("CustomsOfficeOfIncidentRegistration/referenceNumber"),
		})
	}
}

func (v *visit) adoptMRN(doc *message.Document) {
	mrn, number := "", v.process.number
	if doc != nil {
		mrn = doc.Field(message.MRN)
	}
	switch {
	case mrn != "" && mrn == v.m.MRN:
	case mrn == "" || !number.adopts(mrn):
		v.allocateMRN()
	case v.MRNInUse && !number.shared:
		v.note(fmt.Sprintf("the injected MRN %s is not taken over", mrn), "it belongs to another movement")
	default:
		v.m.MRN, v.adopted = mrn, number.shared
		v.note("MRN "+mrn+" taken over", "it stands in the injected IE028")
	}
}

// belongs says whether a timer goes with the state of the movement, and the cause if it stands still in it. A timer
// of a movement in any other state would be a mistake.
func (v *visit) belongs(timer string) (cause string, stays bool) {
	cause, stays = v.process.timers[timer][v.effective()]
	return cause, stays
}

// sortTimers stops what does not belong to the new state, and lets what does run on. The automatic officer steps back
// too: whoever injects a message takes his place.
func (v *visit) sortTimers(why string) {
	for _, cause := range []string{cancellation, guarantee} {
		if !slices.Contains(v.process.lasts[cause], v.effective()) {
			v.resume(cause, why)
		}
	}
	for _, t := range append([]movement.Timer(nil), v.m.Timers...) {
		cause, stays := v.belongs(t.Name)
		switch {
		case !stays:
			v.drop(t.Name, why)
		case cause != "":
			v.pause(t.Name, cause, why)
		}
	}
}
