package control

import (
	"net/http"
	"time"

	"nctsim/simulator/api/guarantees"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// Info says what is running.
func (a *API) Info(*http.Request) (wire.Response, error) {
	var stats store.Stats
	err := a.Engine.Read(func(tx *store.Tx) (err error) {
		stats, err = tx.Stats()
		return err
	})
	if err != nil {
		return wire.Response{}, err
	}
	now := a.Clock.Reading()
	type counts struct {
		Movements int   `json:"movements"`
		Messages  int   `json:"messages"`
		Waiting   int   `json:"eventsWaiting"`
		Entries   int   `json:"journalEntries"`
		Scenarios int   `json:"scenarios"`
		Bytes     int64 `json:"storeBytes"`
	}
	return reply(http.StatusOK, struct {
		Name        string     `json:"name"`
		Version     string     `json:"version"`
		APIVersions []string   `json:"apiVersions"`
		Clock       clock.Mode `json:"clock"`
		Now         time.Time  `json:"now"`
		Seed        uint64     `json:"seed"`
		Profile     string     `json:"profile"`
		Counts      counts     `json:"counts"`
	}{
		"nctsim", a.About.Version, orEmpty(a.About.APIVersions), now.Mode, now.Now, a.About.Seed, a.Office.Settings().Profile,
		counts{stats.Movements, stats.Messages, stats.Events, stats.Entries, len(a.Library.All()), stats.Bytes},
	}), nil
}

// Reset forgets everything.
func (a *API) Reset(r *http.Request) (wire.Response, error) {
	err := a.Metrics.reset(func() error { return a.Engine.Reset(r.Context()) })
	if err != nil {
		return wire.Response{}, err
	}
	return wire.Empty(http.StatusNoContent), nil
}

// choice is one thing by which a client selects what happens.
type choice struct {
	When string `json:"when"`
	Then string `json:"then"`
}

// timerSetting is how long a timer runs in one phase.
type timerSetting struct {
	Name  string        `json:"name"`
	Phase message.Phase `json:"phase"`
	After string        `json:"after"`
}

// Settings shows what selects outcomes, so that nobody has to know it by hearsay.
func (a *API) Settings(*http.Request) (wire.Response, error) {
	type platformView struct {
		Enabled   bool   `json:"enabled"`
		Auth      string `json:"auth"`
		RateLimit int    `json:"rateLimit"`
	}
	opts := a.Platform.Options()
	registered, err := a.registered()
	if err != nil {
		return wire.Response{}, err
	}
	boxes, err := a.notifications()
	if err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusOK, struct {
		Profile     string         `json:"profile"`
		Clock       clock.Mode     `json:"clock"`
		TestSupport string         `json:"testSupport"`
		Legacy      AboutLegacy    `json:"legacy"`
		Platform    platformView   `json:"platform"`
		LRNs        []choice       `json:"lrns"`
		MRNs        []choice       `json:"mrns"`
		Scenarios   []choice       `json:"scenarios"`
		Tokens      []choice       `json:"tokens"`
		Actions     []string       `json:"actions"`
		Messages    []string       `json:"messages"`
		Officer     []choice       `json:"defaultOfficer"`
		Timers      []timerSetting `json:"timers"`

		Guarantees []guarantees.Listed `json:"guarantees"`
		Boxes      boxesView           `json:"notifications"`
	}{
		a.Office.Settings().Profile, a.Clock.Reading().Mode, a.About.TestSupport, a.About.Legacy,
		platformView{opts.Enabled, authName(opts), opts.RateLimit},
		lrnChoices(), mrnChoices(a.Office.Settings()), a.scenarioChoices(), tokenChoices(opts), office.Verbs(), knownTypes(message.Phases...),
		officerChoices(a.Office.Settings()), timerSettings(a.Office.Settings()), orEmpty(registered),
		boxes,
	}), nil
}

// registered are the guarantees with what is left of them.
func (a *API) registered() ([]guarantees.Listed, error) {
	if a.Guarantees == nil {
		return nil, nil
	}
	return a.Guarantees()
}

func authName(o platform.Options) string {
	if o.Strict {
		return "strict"
	}
	return "lenient"
}

func lrnChoices() []choice {
	return []choice{{
		When: "LRN matches " + traders.DuplicateLRN.String() + " in API 2.1 and 3.0",
		Then: "409 CONFLICT; the message is kept with status Failed",
	}}
}
