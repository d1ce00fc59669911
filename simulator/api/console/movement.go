package console

import (
	"nctsim/simulator/client"
	"nctsim/simulator/message"
)

// movementPage is one movement, with the other side of its transit if that is here too.
type movementPage struct {
	client.MovementDetail
	// Other is the movement at the other office that has the same MRN.
	Other    *client.MovementDetail
	Timeline timeline
	Shown    []choice
	Comes    next
	Desk     desk
	// Sends are the messages that the trader can send about it.
	Sends []prepared
	// Held are its events that are held, MoreHeld is how many more are, and Hold is the hold of all that happens to it by itself, ""
	// for none.
	Held     []heldRow
	MoreHeld int
	Hold     string
}

// choice is one box to tick.
type choice struct {
	Name, Title string
	Chosen      bool
}

// Office is what the office that has the movement is called.
func (p movementPage) Office() string { return officeOf(p.Type) }

func officeOf(k message.Kind) string {
	if k == message.Arrival {
		return "office of destination"
	}
	return "office of departure"
}

// movement shows one movement.
func (v *visit) movement() error {
	return v.showMovement(v.r.PathValue("id"), deskForm{}, nil)
}

// showMovement shows a movement, with what has been written into a form of the desk and what is wrong with that.
func (v *visit) showMovement(id string, form deskForm, problems []problem) error {
	m, err := v.client.Movement(v.ctx(), id)
	if err != nil {
		return err
	}
	other, err := v.otherSide(m.Movement)
	if err != nil {
		return err
	}
	data := movementPage{MovementDetail: m, Other: other, Comes: nextOf(m.Movement), Sends: kindsAbout(m.Movement)}
	p := page{Name: "movement", Title: called(m.Movement), Area: areaMovements, Follows: []string{m.ID}, Problems: problems}
	if other != nil {
		p.Follows = append(p.Follows, other.ID)
	}
	process, err := v.process()
	if err != nil {
		return err
	}
	data.Shown = chosenRows(v.r)
	sides, err := v.sides(m, other, process)
	if err != nil {
		return err
	}
	data.Timeline = timelineOf(sides, data.Shown)
	if data.Desk, err = v.desk(m, form); err != nil {
		return err
	}
	if data.Held, data.MoreHeld, data.Hold, err = v.heldOf(m.Movement); err != nil {
		return err
	}
	p.Still = form.Preview != nil || problems != nil // a form would be lost when the page is fetched again
	p.Data = data
	return v.show(p)
}

// otherSide is the movement at the other office with the same MRN, nil if there is none here.
func (v *visit) otherSide(m client.Movement) (*client.MovementDetail, error) {
	if m.MRN == "" {
		return nil, nil
	}
	list, err := v.client.Movements(v.ctx(), client.MovementQuery{MRN: m.MRN})
	if err != nil {
		return nil, err
	}
	for _, o := range list.Movements {
		if o.ID != m.ID && o.MRN == m.MRN && o.Type != m.Type && o.Phase.Generation() == m.Phase.Generation() {
			detail, err := v.client.Movement(v.ctx(), o.ID)
			if client.IsNotFound(err) {
				return nil, nil
			}
			return &detail, err
		}
	}
	return nil, nil
}

// shown are the kinds of rows of the timeline, and which of them it has unless somebody chooses others.
var shown = []choice{
	{rowMessage, "Messages", true}, {rowState, "States", true}, {rowAct, "Officers", true}, {rowGuarantee, "Guarantees", true},
	{rowTimer, "Timers", true}, {rowScenario, "Scenario", true}, {rowNote, "Notes", false}, {rowNotification, "Notifications", false},
}

// body is a message byte for byte, as text.
func (v *visit) body() error {
	text, err := v.client.Body(v.ctx(), v.r.PathValue("id"), v.r.PathValue("message"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.Header().Set("Cache-Control", "no-store")
	_, _ = v.w.Write(text)
	return nil
}
