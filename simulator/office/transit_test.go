package office_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

// transit is a departure and the arrival of its goods, in memory. What one side tells the other is delivered at once.
type transit struct {
	departure, arrival *story
	permission         *message.Document
	arrived            bool
	// sent is what both offices have sent since the last step: "IE025>A IE045>D".
	sent []string
}

// newTransit is a departure that was released, and an arrival that nobody has reported yet.
func newTransit(p message.Phase, profile string, change ...func(*office.Settings)) *transit {
	t := &transit{departure: newStory(p, profile, change...), arrival: newStory(p, profile, change...)}
	t.arrival.m = movement.Movement{ID: "65e2f0a1b2c3d4e6", Kind: message.Arrival, Phase: p, State: movement.ArrivalSubmitted, Created: start}
	t.departure.complete = func(c *office.Case) {
		if s := t.arrival.m.State; s != movement.ArrivalSubmitted && s != movement.ArrivalRejected {
			other := t.arrival.m
			c.Other = &other
		}
	}
	t.arrival.complete = func(c *office.Case) {
		other, f := t.departure.m, t.departure.m.Facts
		c.Other, c.Arrived, c.Permission = &other, t.arrived, t.permission
		c.Declaration, c.Presentation = t.departure.docs[f.Declaration], t.departure.docs[f.Presentation]
	}
	in(movement.Released)(t.departure)
	return t
}

// foreign lets the departure be elsewhere.
func (t *transit) foreign() {
	declaration := t.departure.docs[t.departure.m.Facts.Declaration]
	t.arrival.complete = func(c *office.Case) { c.Declaration, c.Permission, c.Arrived = declaration, t.permission, t.arrived }
}

// step lets something happen to one side and delivers what it tells the other.
func (t *transit) step(s *story, do func() error) error {
	t.sent = nil
	s.last = office.Outcome{}
	if err := do(); err != nil {
		return err
	}
	t.deliver(s)
	return nil
}

func (t *transit) deliver(from *story) {
	side, to := ">D", t.arrival
	if from == t.arrival {
		side, to = ">A", t.departure
	}
	for _, e := range from.last.Emit {
		t.sent = append(t.sent, e.Type+side)
		if e.Type == "IE043" && e.Content.ContinueUnloading == 0 {
			t.permission = t.shown()
		}
	}
	to.now = from.now
	for _, told := range from.last.PeerEvents {
		Expect(told.Movement).To(Equal(to.m.ID))
		must(to.happen(movement.Event{Kind: movement.EventSide, Name: told.Name, With: told.With, By: "the other office"}))
		t.deliver(to)
	}
}

// shown is the part of an IE043 that the office looks at.
func (t *transit) shown() *message.Document {
	b, err := message.New(simtest.Catalogue(), t.arrival.m.Phase, "CC043C")
	must(err)
	_, err = b.Copy("Consignment", t.departure.docs[t.departure.m.Facts.Declaration], "Consignment")
	must(err)
	return b.Document()
}

// reports lets the trader at destination send an IE007.
func (t *transit) reports(procedure string, edits ...edit) error {
	return t.step(t.arrival, func() error {
		t.arrival.send(simtest.Edited(t.arrival.m.Phase, "ie007-"+procedure, append([]edit{set("TransitOperation/MRN", t.departure.m.MRN)}, edits...)...))
		return nil
	})
}

// remarks lets the trader send an IE044: by default a clean one.
func (t *transit) remarks(edits ...edit) error {
	n := t.arrival.docs[t.arrival.m.Facts.Original]
	same := []edit{set("TransitOperation/MRN", t.departure.m.MRN)}
	for _, path := range []string{destinationPath, traderPath} {
		same = append(same, set(path, n.Get(path)))
	}
	return t.step(t.arrival, func() error {
		t.arrival.send(simtest.Edited(t.arrival.m.Phase, "ie044-clean", append(same, edits...)...))
		return nil
	})
}

const (
	destinationPath = "CustomsOfficeOfDestinationActual/referenceNumber"
	traderPath      = "TraderAtDestination/identificationNumber"
	sealsPath       = "UnloadingRemark/stateOfSeals"
)

func conform(flag string) edit    { return set("UnloadingRemark/conform", flag) }
func completion(flag string) edit { return set("UnloadingRemark/unloadingCompletion", flag) }
func seals(flag string) edit      { return set(sealsPath, flag) }

func (t *transit) act(s *story, action string, with map[string]any) error {
	return t.step(s, func() error { return s.act(action, with) })
}

// arrivedIn brings the arrival into a state on the usual way.
func (t *transit) arrivedIn(state movement.State) *transit {
	switch state {
	case movement.AwaitingArrivalAcceptance:
		must(t.reports("normal"))
	case movement.ArrivalAccepted:
		t.arrivedIn(movement.AwaitingArrivalAcceptance)
		must(t.act(t.arrival, "accept_arrival", nil))
	case movement.UnloadingPermitted:
		must(t.reports("simplified"))
	case movement.RemarksReceived:
		t.arrivedIn(movement.UnloadingPermitted)
		must(t.remarks(conform("0")))
	case movement.DiscrepancyPending:
		t.arrivedIn(movement.RemarksReceived)
		must(t.act(t.arrival, "major_discrepancies", nil))
	case movement.ArrivalRejected:
		t.arrivedIn(movement.AwaitingArrivalAcceptance)
		must(t.act(t.arrival, "reject_arrival", nil))
	case movement.GoodsReleased:
		t.arrivedIn(movement.UnloadingPermitted)
		must(t.remarks())
	case movement.GoodsNotReleased:
		t.arrivedIn(movement.DiscrepancyPending)
		must(t.act(t.arrival, "start_recovery", nil))
	}
	Expect(t.arrival.m.State).To(Equal(state), t.arrival.why())
	return t
}

// interrupted is an arrival whose unloading was interrupted, n times before.
func (t *transit) interrupted(n int) {
	t.arrivedIn(movement.UnloadingPermitted)
	for range n {
		must(t.remarks(completion("0")))
		must(t.act(t.arrival, "continue_unloading", nil))
	}
	must(t.remarks(completion("0")))
}

func (t *transit) why() string {
	return fmt.Sprintf("arrival:\n%sdeparture:\n%s", t.arrival.why(), t.departure.why())
}

func (t *transit) messages() string { return strings.Join(t.sent, " ") }

// later moves the time of both sides.
func (t *transit) later(d time.Duration) {
	t.departure.now, t.arrival.now = t.departure.now.Add(d), t.arrival.now.Add(d)
}
