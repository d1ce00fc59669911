package replay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Paths of the control API.
const (
	v1            = "/simulator/v1"
	infoPath      = v1 + "/info"
	clockPath     = v1 + "/clock"
	settlePath    = v1 + "/settle"
	movementsPath = v1 + "/movements"
	scenariosPath = v1 + "/scenarios"
	eventsPath    = v1 + "/events"
)

// info is what the simulator says of itself.
type info struct {
	Version     string
	APIVersions []string
	Clock       clock.Mode
	Seed        uint64
	Profile     string
}

func (t Target) info(ctx context.Context) (i info, err error) {
	err = t.getJSON(ctx, infoPath, &i)
	return i, err
}

// serves says whether the phase's API version answers.
func (i info) serves(p message.Phase) bool { return slices.Contains(i.APIVersions, p.APIVersion()) }

func (t Target) reading(ctx context.Context) (r clock.Reading, err error) {
	var in struct {
		Mode  clock.Mode
		Now   time.Time
		Scale float64
	}
	err = t.getJSON(ctx, clockPath, &in)
	return clock.Reading{Mode: in.Mode, Now: in.Now, Scale: in.Scale}, err
}

// advance moves a manual clock to an instant. Somebody else may have moved it further meanwhile.
func (t Target) advance(ctx context.Context, to time.Time) error {
	err := t.postJSON(ctx, clockPath+"/advance", map[string]string{"to": to.UTC().Format(time.RFC3339Nano)}, nil)
	var refused *refusedError
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		if now, again := t.reading(ctx); again == nil && now.Mode == clock.Manual && !now.Now.Before(to) {
			return nil
		}
	}
	return err
}

// settleTime is how long the offices may work on what they have.
const settleTime = 30 * time.Second

func (t Target) settle(ctx context.Context) error {
	query := url.Values{"timeout": {settleTime.String()}}
	return t.steer(ctx, http.MethodPost, settlePath+"?"+query.Encode(), "", nil, nil)
}

// sight is a movement as the control API shows it.
type sight struct {
	ID       string
	WireID   string
	Type     message.Kind
	Phase    message.Phase
	State    movement.State
	Scenario string
	LRN, MRN string
	EORI     string
	Created  time.Time
	Timers   []struct {
		Name string
		Due  *time.Time
	}
	// Script is nil for a movement without a scenario.
	Script *struct {
		Status          movement.ScriptStatus
		Keeper, Partner string
		WaitsFor        string
	}
	// Records are its messages, the oldest first.
	Records []struct{ ID string }
	Journal []movement.Entry
}

func (t Target) movement(ctx context.Context, id string) (s sight, err error) {
	err = t.getJSON(ctx, movementsPath+"/"+url.PathEscape(id), &s)
	return s, err
}

// knownPage is how many movements are looked at together for one that is known by the id of its API. What was created last
// comes first.
const knownPage = 100

// known is a movement by the id that its API gives it.
func (t Target) known(ctx context.Context, p message.Phase, k message.Kind, id string) (sight, error) {
	for skip := 0; ; skip += knownPage {
		var in struct{ Movements []sight }
		query := url.Values{"type": {string(k)}, "skip": {strconv.Itoa(skip)}, "limit": {strconv.Itoa(knownPage)}}
		if err := t.getJSON(ctx, movementsPath+"?"+query.Encode(), &in); err != nil {
			return sight{}, err
		}
		for _, s := range in.Movements {
			if s.WireID == id && p.Generation() == s.Phase.Generation() {
				return t.movement(ctx, s.ID)
			}
		}
		if len(in.Movements) < knownPage {
			return sight{}, fmt.Errorf("the control API at %s knows no %s %s of API %s; hint: is it the control API of the same simulator?", t.Control, k, id, p.APIVersion())
		}
	}
}

// scenarios are the ids of all scenarios that the simulator has.
func (t Target) scenarios(ctx context.Context) ([]string, error) {
	var in struct{ Scenarios []struct{ ID string } }
	err := t.getJSON(ctx, scenariosPath, &in)
	ids := make([]string, len(in.Scenarios))
	for i, s := range in.Scenarios {
		ids[i] = s.ID
	}
	return ids, err
}

// following are the movements that follow a scenario, or any one for "", without their journals.
func (t Target) following(ctx context.Context, id string) ([]sight, error) {
	var in struct{ Movements []sight }
	err := t.getJSON(ctx, movementsPath+"?"+url.Values{"scenario": {id}}.Encode(), &in)
	return slices.DeleteFunc(in.Movements, func(s sight) bool { return s.Script == nil }), err
}

// raw is a message byte for byte, read without a trader's token and without meeting the faults that wait for him.
func (t Target) raw(ctx context.Context, movementID, id string) ([]byte, error) {
	a, err := t.steered(ctx, http.MethodGet, movementsPath+"/"+url.PathEscape(movementID)+"/messages/"+url.PathEscape(id)+"/body", "", nil)
	return a.body, err
}

// text is a scenario as the simulator has it.
func (t Target) text(ctx context.Context, id string) (file string, text []byte, err error) {
	var in struct{ File, YAML string }
	err = t.getJSON(ctx, scenariosPath+"/"+url.PathEscape(id), &in)
	return in.File, []byte(in.YAML), err
}

// side is the movement as a result shows it.
func (s sight) side() Side {
	out := Side{Kind: s.Type, ID: s.ID, EORI: s.EORI, LRN: s.LRN, MRN: s.MRN, State: s.State}
	if s.WireID != s.ID {
		out.Wire = s.WireID
	}
	return out
}

// partner is the movement that follows the scenario beside the one that keeps the position, "" if there is none.
func (s sight) partner() string {
	if s.Script == nil || s.Script.Keeper != "" {
		return ""
	}
	return s.Script.Partner
}

// due is when a timer of the movement falls due, zero if none of the name runs.
func (s sight) due(timer string) time.Time {
	for _, t := range s.Timers {
		if t.Name == timer && t.Due != nil {
			return *t.Due
		}
	}
	return time.Time{}
}
