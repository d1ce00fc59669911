package control

import (
	"cmp"
	"net/http"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// Info says what is running.
func (a *API) Info(*http.Request) (wire.Response, error) {
	stats, err := store.Read(a.Engine.Read, (*store.Tx).Stats)
	if err != nil {
		return wire.Response{}, err
	}
	boxes, err := a.Notify.Boxes("")
	if err != nil {
		return wire.Response{}, err
	}
	registered := 0
	if a.Reference.Registry != nil {
		registered = len(a.Reference.Registry.Guarantees())
	}
	requests, lastRequest := a.Log.Count()
	now := a.Clock.Reading()
	last := a.eventID(a.Engine.LastEntry())
	return reply(http.StatusOK, client.Info{
		Name: "nctsim", Version: a.About.Version, APIVersions: orEmpty(a.About.APIVersions), Clock: now.Mode, Now: now.Now,
		Seed: a.About.Seed, Workspace: a.About.Workspace, Profile: a.Office.Settings().Profile,
		Counts: client.Counts{
			Movements: stats.Movements, Messages: stats.Messages, Waiting: stats.Events, Entries: stats.Entries,
			Scenarios: len(a.Library.All()), Bytes: stats.Bytes,
			Requests: requests, LastRequest: lastRequest, Boxes: len(boxes), Guarantees: registered,
		},
		LastEvent: last,
	}), nil
}

// Reset forgets everything.
func (a *API) Reset(r *http.Request) (wire.Response, error) {
	if a.Snapshots != nil { // one after the other, or they would pile up
		if err := a.Snapshots.Settle(r.Context()); err != nil {
			return wire.Response{}, err
		}
	}
	_ = a.Coverage.Keep(r.Context()) // for the snapshot that undoes it; a full store can be reset all the same
	err := a.Metrics.reset(func() error { return a.Engine.Reset(r.Context()) })
	if err != nil {
		return wire.Response{}, err
	}
	a.Coverage.Reset(a.Clock.Now())
	return wire.Empty(http.StatusNoContent), nil
}

// Settings shows what selects outcomes, so that nobody has to know it by hearsay.
func (a *API) Settings(*http.Request) (wire.Response, error) {
	opts := a.Platform.Options()
	registered, err := a.registered()
	if err != nil {
		return wire.Response{}, err
	}
	boxes, err := a.notifications()
	if err != nil {
		return wire.Response{}, err
	}
	registry, err := a.registry()
	if err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusOK, client.Settings{
		Profile: a.Office.Settings().Profile, Clock: a.Clock.Reading().Mode, TestSupport: a.About.TestSupport, Phase4: a.About.Phase4,
		Platform: client.PlatformSettings{Enabled: opts.Enabled(), Auth: cmp.Or(opts.Auth, platform.Lenient), RateLimit: opts.RateLimit},
		LRNs:     lrnChoices(), MRNs: mrnChoices(a.Office.Settings()), Values: valueChoices(registry.Refused(), a.FailingGuarantees), Files: fileChoices(), Scenarios: a.scenarioChoices(), Tokens: tokenChoices(opts),
		Actions: office.Verbs(), Messages: knownTypes(message.Phases...), DefaultOfficer: officerChoices(a.Office.Settings()),
		Timers: timerSettings(a.Office.Settings()), Guarantees: orEmpty(registered), Notifications: boxes,
		Configuration: a.About.Configuration,
	}), nil
}

// registered are the guarantees with what is left of them.
func (a *API) registered() ([]client.Guarantee, error) {
	if a.Guarantees == nil {
		return nil, nil
	}
	return a.Guarantees()
}

func lrnChoices() []client.Choice {
	return []client.Choice{{
		When: "LRN matches " + endpoint.DuplicateLRN.String() + " in API 2.1 and 3.0",
		Then: "409 CONFLICT; the message is kept with status Failed",
	}}
}
