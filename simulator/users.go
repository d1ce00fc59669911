package simulator

import (
	"context"
	"fmt"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// Client calls the control API of the simulator: everything that an officer, a test or a person can do with it.
func (s *Simulator) Client() client.Client {
	return client.Client{URL: s.control, Token: s.token, HTTP: s.http}
}

// Trader calls the simulated Traders API in the version of a phase, with a bearer token: as a rule the trader's EORI.
func (s *Simulator) Trader(p message.Phase, token string) client.Trader {
	return client.Trader{URL: s.url, Phase: p, Token: token, HTTP: s.http}
}

// Fixture is one of the sample messages of a phase by its name, "ie015-simplified-gb-xi" (package fixtures lists them),
// with some facts filled in, and the simulator's time for that of its preparation if they name none. The error says which
// name may have been meant.
func (s *Simulator) Fixture(p message.Phase, name string, f scenario.Facts) ([]byte, error) {
	if f.Now.IsZero() {
		f.Now = s.world.Load().clock.Now()
	}
	text, _, err := Fixture(p, name, f)
	return text, err
}

// Fixture is one of the sample messages of a phase by its name with some facts filled in, and the EORI of the trader who
// sends it. Its dates stay as they are if the facts have no time.
func Fixture(p message.Phase, name string, f scenario.Facts) (text []byte, eori string, err error) {
	sample, err := Reader().Sample(p, name)
	if err != nil {
		return nil, "", err
	}
	d, err := sample.Document(p, f)
	if err != nil {
		return nil, "", err
	}
	return sample.Text(d), sample.Sender(d), nil
}

// Declare posts a declaration or an arrival notification of a phase over the Traders API, as the software of its trader
// does, and shows the new movement as it stands when the offices have nothing more to do at this time. The error is a
// [*client.RefusedError] if the API does not accept it.
func (s *Simulator) Declare(ctx context.Context, p message.Phase, text []byte) (client.MovementDetail, error) {
	d, err := Catalogue().Parse(p, text)
	if err != nil {
		return client.MovementDetail{}, err
	}
	if d.Type.Role != message.Creates {
		return client.MovementDetail{}, fmt.Errorf("an %s begins no movement; hint: send it with Trader(…).Submit, for the movement that it is about", d.Type.Code)
	}
	receipt, err := s.Trader(p, scenario.Sender(d)).Submit(ctx, client.Submission{Type: d.Type, Text: text})
	if err != nil {
		return client.MovementDetail{}, err
	}
	if err := s.Settle(ctx); err != nil {
		return client.MovementDetail{}, err
	}
	return s.Client().Known(ctx, p, d.Type.Kind, receipt.Movement)
}

// Movement shows a movement by its id, LRN or MRN. Of several with that name it is the departure, if there is but one.
func (s *Simulator) Movement(ctx context.Context, name string) (client.MovementDetail, error) {
	c := s.Client()
	id, err := c.Find(ctx, name, func(m client.Movement) bool { return m.Type == message.Departure })
	if err != nil {
		return client.MovementDetail{}, err
	}
	return c.Movement(ctx, id)
}

// Officer does what an officer of customs does with a movement, named by its id, LRN or MRN: "release", "control". With is
// what they write beside it, nil for nothing; docs/process.md lists the keys of each action. Of several movements with the
// name it is the one that allows the action. The error is a [*client.Error] that lists the possible actions if the state of
// the movement does not allow it.
func (s *Simulator) Officer(ctx context.Context, name, action string, with map[string]any) (client.Acted, error) {
	c := s.Client()
	id, err := c.Find(ctx, name, func(m client.Movement) bool { return m.May(action) })
	if err != nil {
		return client.Acted{}, err
	}
	return c.Act(ctx, id, client.Action{Action: action, With: with})
}

// Inject places a message of customs in a movement, named by its id, LRN or MRN, whatever the state of the movement is. Of
// several movements with the name it is the one that customs sends such a message to.
func (s *Simulator) Inject(ctx context.Context, name string, in client.Injection) (client.Injected, error) {
	c := s.Client()
	t, known := message.TypeOfCode(in.MessageType)
	id, err := c.Find(ctx, name, func(m client.Movement) bool { return known && t.Of(m.Type) })
	if err != nil {
		return client.Injected{}, err
	}
	return c.Inject(ctx, id, in)
}
