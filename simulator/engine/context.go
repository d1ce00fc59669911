package engine

import (
	"fmt"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/script"
)

// eventContext is all that the stage of decision gets to know: an event, its movement, and what else in the store
// concerns them.
type eventContext struct {
	job
	now time.Time
	// current is the movement as the event finds it: as it was read, but for what a scenario has taken from it before.
	current movement.Movement
	// handled is what the office is to handle: the event, or what an officer of the scenario does because of it.
	handled   movement.Event
	documents documents
	lrnInUse  bool
	// mrnInUse reports whether another departure has an MRN.
	mrnInUse    func(mrn string) (bool, error)
	counterpart counterpart
	stream      *clock.Stream
	// reserved is what other movements have reserved of the guarantees of a departure.
	reserved guarantee.Ledger
	// following is the scenario that the movement follows, nil if it follows none.
	following *following
	// answered are the messages of the trader that messages out of the blue answer, by the type of the latter.
	answered map[string]string
	// injected is the message of an EventInject as it will be delivered.
	injected *customsMessage
}

// counterpart is what is known of the other side of the transit.
type counterpart struct {
	// other is the departure of an arrival, or the arrival of a departure; nil if it is not here.
	other *movement.Movement
	// seen counts the movements with the same MRN that were looked at.
	seen int
	// arrived says that another arrival with the MRN was not rejected.
	arrived bool
	// permission is the IE043 of an arrival that shows the goods.
	permission *message.Document
	// documents are those of the departure of an arrival; declaration and presentation of them say what the goods are, or
	// a declaration is made up for goods from elsewhere.
	documents                 documents
	declaration, presentation *message.Document
}

// following is the scenario that the movement of an event follows.
type following struct {
	run     script.Run
	event   script.Event
	meaning script.Meaning
	// other is the other movement that follows it, nil if there is none.
	other *movement.Movement
	// lost says why the scenario can no longer be followed.
	lost string
}

// mayMake are the types of the messages that the scenario may send itself because of the event.
func (f *following) mayMake() []string {
	if f.lost != "" || f.meaning != script.Turn && f.meaning != script.Awaited {
		return nil
	}
	var types []string
	send, _ := f.run.Replaces(f.event)
	if f.meaning == script.Turn {
		send = append(send[:len(send):len(send)], f.run.Act().Send...)
	}
	for _, m := range send {
		types = append(types, m.Type.Code)
	}
	return types
}

// reports reports whether the event is an arrival notification.
func (c *eventContext) reports() bool {
	return c.event.Kind == movement.EventMessage && c.event.Name == "IE007"
}

// showsGoods: the messages that follow unloading remarks or a word of the departure do not.
func (c *eventContext) showsGoods() bool {
	return c.event.Kind != movement.EventSide && c.event.Name != "IE044"
}

// officeCase is the context as the office wants it.
func (c *eventContext) officeCase() (office.Case, error) {
	out := office.Case{
		Movement: c.current, Event: c.handled, Now: c.now, LRNInUse: c.lrnInUse, Reserved: c.reserved, Scripted: c.following != nil, Stream: c.stream,
		Text: c.documents.text(c.event.Message), Refused: c.refused, Other: c.counterpart.other, Arrived: c.counterpart.arrived, Permission: c.counterpart.permission,
	}
	f := c.current.Facts
	var err error
	if out.Message, err = c.documents.get(c.event.Message); err != nil {
		return office.Case{}, err
	}
	if out.Original, err = c.documents.get(f.Original); err != nil {
		return office.Case{}, err
	}
	out.Declaration, out.Presentation, err = c.goods(f)
	return out, err
}

// request asks the composer for a message of the movement as it stands in m, prepared at a time, which answers another one.
func (c *eventContext) request(m movement.Movement, at time.Time, typ, answers string) (r compose.Request, err error) {
	r = compose.Request{
		Type: typ, Movement: m, Now: at, Stream: c.stream,
		AnsweredRecord: c.documents.record(answers), Permission: c.counterpart.permission,
	}
	if m.Kind == message.Arrival {
		r.Departure = c.counterpart.other
	}
	if r.Original, err = c.documents.get(m.Facts.Original); err != nil {
		return r, err
	}
	if r.Answered, err = c.documents.get(answers); err != nil {
		return r, err
	}
	r.Declaration, r.Presentation, err = c.goods(m.Facts)
	return r, err
}

// goods are the declaration and the presentation of the goods; those of an arrival are those of its departure.
func (c *eventContext) goods(f movement.Facts) (declaration, presentation *message.Document, err error) {
	if c.current.Kind == message.Arrival {
		return c.counterpart.declaration, c.counterpart.presentation, nil
	}
	if declaration, err = c.documents.get(f.Declaration); err != nil {
		return nil, nil, err
	}
	presentation, err = c.documents.get(f.Presentation)
	return declaration, presentation, err
}

// actor is who has set off the event, or what has.
func (c *eventContext) actor() movement.Party {
	switch c.event.Kind {
	case movement.EventMessage:
		return movement.Trader
	case movement.EventAction:
		return movement.Officer
	case movement.EventInject:
		return movement.Injector
	case movement.EventSide:
		return movement.OfficeFor(c.current.Kind != message.Departure)
	}
	switch c.event.Name {
	case script.Timer:
		return movement.ScenarioParty
	case office.OfficerWait:
		return movement.DefaultOfficer
	}
	return movement.TimerParty
}

// reason says why a message is sent that answers another, or none.
func (c *eventContext) reason(answers string) string {
	if typ := c.documents.record(answers).Type; typ != "" {
		return "answers the " + typ
	}
	return fmt.Sprintf("sent because of %s %s", c.handled.Kind, c.handled.Name)
}
