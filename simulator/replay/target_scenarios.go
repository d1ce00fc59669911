package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/scenario"
)

// Find gives a scenario as the simulator has it that is replayed against. What only the library here has is found too,
// and given to the simulator before it is replayed. The error is an *UnknownError if neither has it.
func (r *Runner) Find(ctx context.Context, id string) (*scenario.Scenario, error) {
	if r.Target != nil {
		s, err := r.Target.scenario(ctx, id, r.Library)
		if !client.IsNotFound(err) {
			return s, err
		}
	}
	if s, ok := r.Library.Get(id); ok {
		return s, nil
	}
	return nil, &UnknownError{id, r.Library.Suggest(id)}
}

// All are all scenarios that the simulator has that is replayed against.
func (r *Runner) All(ctx context.Context) ([]*scenario.Scenario, error) {
	if r.Target == nil {
		return r.Library.All(), nil
	}
	there, err := r.Target.control().Scenarios(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]*scenario.Scenario, len(there.Scenarios))
	for i, s := range there.Scenarios {
		if all[i], err = r.Target.scenario(ctx, s.ID, r.Library); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// UnknownError says that there is no scenario with an id.
type UnknownError struct {
	ID string
	// Near is an id that may have been meant, "" if there is none like it.
	Near string
}

func (e *UnknownError) Error() string {
	if e.Near != "" {
		return fmt.Sprintf("there is no scenario %s; hint: did you mean %s", e.ID, e.Near)
	}
	return fmt.Sprintf("there is no scenario %s; hint: nctsim scenarios lists them", e.ID)
}

// unknownTo is the error for an id that the simulator does not know, with the one that it takes to be meant.
func unknownTo(err error, id string) *UnknownError {
	e := &UnknownError{ID: id}
	var refused *client.Error
	if errors.As(err, &refused) {
		if near, suggested := strings.CutPrefix(refused.Hint, "did you mean "); suggested {
			e.Near = near
		}
	}
	return e
}

// scenario is one as the simulator has it. Its text is not read again if the library here has the same one: that may
// have messages in files beside it, too.
func (t Target) scenario(ctx context.Context, id string, library *scenario.Library) (*scenario.Scenario, error) {
	there, err := t.control().Scenario(ctx, id)
	if err != nil {
		return nil, err
	}
	text := []byte(there.YAML)
	if library != nil {
		if s, ok := library.Get(id); ok && bytes.Equal(s.Text, text) {
			return s, nil
		}
	}
	s, err := simulator.Reader().Parse(there.File, text, nil)
	if err != nil {
		return nil, fmt.Errorf("the simulator's scenario %s cannot be read here: %w; hint: name its folder with --scenarios", id, err)
	}
	return s, nil
}

// provide makes sure that the target knows the scenario as it is here.
func (r *Runner) provide(ctx context.Context, s *scenario.Scenario) error {
	if _, done := r.known.Load(s.ID); done {
		return nil
	}
	if err := r.Target.provide(ctx, s); err != nil {
		return err
	}
	r.known.Store(s.ID, true)
	return nil
}

func (t Target) provide(ctx context.Context, s *scenario.Scenario) error {
	there, err := t.control().Scenario(ctx, s.ID)
	switch {
	case err == nil && there.YAML == string(s.Text):
		return nil
	case err != nil && !client.IsNotFound(err):
		return fmt.Errorf("ask for scenario %s: %w", s.ID, err)
	}
	if _, err := t.control().PutScenario(ctx, s.ID, s.Text); err != nil {
		return fmt.Errorf("give the simulator scenario %s: %w", s.ID, err)
	}
	return nil
}
