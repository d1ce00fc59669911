package office

import (
	"fmt"
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

func to(s movement.State) effect {
	return func(*transition, *message.Document) movement.State { return s }
}

// Injected is what a message out of the blue does to a movement: it is always delivered, sets the state it
// stands for, and stops the timers that no longer apply; it starts none and sends nothing. The document is
// nil if the message could not be read, or is not composed yet; then the usual content is assumed.
//
// An IE028 gives the movement the MRN that is inside, if that is well-formed and not another movement's
// (Case.MRNInUse); otherwise the movement keeps its MRN or gets one.
func (o *Office) Injected(c Case, typ string, doc *message.Document) Outcome {
	tr := o.newTransition(c)
	tr.noteEvent(typ+" injected", "by "+tr.actor()+", legal or not")
	from, stood := tr.m.State, tr.effectiveState()
	if keep := tr.process.injectedFacts[typ]; keep != nil {
		keep(tr, doc)
	}
	effect, ok := tr.process.effects[typ]
	if !ok {
		tr.note("state stays "+string(from), "docs/spec/process.md#10: an injected "+typ+" stands for no state")
		return tr.outcome()
	}
	tr.moveTo(effect(tr, doc))
	why := "docs/spec/process.md#10: the injected " + typ + " sets the state it stands for"
	tr.noteTransition(from, why)
	if tr.m.State != from || tr.effectiveState() != stood {
		tr.adjustTimers(why)
	}
	return tr.outcome()
}

func (tr *transition) recordAcceptance(doc *message.Document) {
	tr.adoptMRN(doc)
	tr.m.Facts.Accepted = tr.Now
}

func (tr *transition) recordRelease(*message.Document) { tr.m.Facts.Released = tr.Now }

func (tr *transition) recordIncidents(doc *message.Document) {
	if doc == nil {
		tr.addIncident(compose.Incident{})
		return
	}
	for _, in := range doc.Each("Consignment/Incident") {
		tr.addIncident(compose.Incident{
			Code: in.Get("code"), Text: in.Get("text"), Office: doc.Get("CustomsOfficeOfIncidentRegistration/referenceNumber"),
		})
	}
}

func (tr *transition) adoptMRN(doc *message.Document) {
	mrn, number := "", tr.process.number
	if doc != nil {
		mrn = doc.Field(message.MRN)
	}
	switch {
	case mrn != "" && mrn == tr.m.MRN:
	case mrn == "" || !number.adopts(mrn):
		tr.allocateMRN()
	case tr.MRNInUse && !number.shared:
		tr.note(fmt.Sprintf("the injected MRN %s is not taken over", mrn), "it belongs to another movement")
	default:
		tr.m.MRN, tr.adopted = mrn, number.shared
		tr.note("MRN "+mrn+" taken over", "it stands in the injected IE028")
	}
}

// timerIn reports whether a timer goes with the state of the movement, and the cause if it is paused in it. A timer
// of a movement in any other state would be a mistake.
func (tr *transition) timerIn(timer string) (cause string, stays bool) {
	cause, stays = tr.process.timers[timer][tr.effectiveState()]
	return cause, stays
}

// adjustTimers stops what does not belong to the new state, and lets what does run on. The automatic officer steps back
// too: whoever injects a message takes their place.
func (tr *transition) adjustTimers(why string) {
	for _, cause := range []string{cancellation, guarantee} {
		if !slices.Contains(tr.process.causeStates[cause], tr.effectiveState()) {
			tr.resumeTimers(cause, why)
		}
	}
	for _, t := range append([]movement.Timer(nil), tr.m.Timers...) {
		cause, stays := tr.timerIn(t.Name)
		switch {
		case !stays:
			tr.stopTimer(t.Name, why)
		case cause != "":
			tr.pauseTimer(t.Name, cause, why)
		}
	}
}
