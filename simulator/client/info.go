package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
)

// Info says what is running.
type Info struct {
	// Name is "nctsim".
	Name    string `json:"name"`
	Version string `json:"version"`
	// APIVersions are the versions of the CTC Traders API that answer: "2.1", "3.0".
	APIVersions []string `json:"apiVersions"`
	// Clock is the mode of the clock, and Now its time.
	Clock clock.Mode `json:"clock"`
	Now   time.Time  `json:"now"`
	Seed  uint64     `json:"seed"`
	// Workspace is the name of the one that answers, where there are several; "default" is the one to which everything leads that names none.
	Workspace string `json:"workspace,omitempty"`
	// Profile is that of the offices' timers and automatic decisions.
	Profile string `json:"profile"`
	Counts  Counts `json:"counts"`
	// LastEvent is the id of the last event: a stream that begins behind it misses nothing of what comes later.
	LastEvent string `json:"lastEvent"`
}

// Counts are how much there is.
type Counts struct {
	Movements int `json:"movements"`
	Messages  int `json:"messages"`
	// Waiting are the events that the offices have not handled yet.
	Waiting   int   `json:"eventsWaiting"`
	Entries   int   `json:"journalEntries"`
	Scenarios int   `json:"scenarios"`
	Bytes     int64 `json:"storeBytes"`
	// Requests are those in the request log, and LastRequest is the number of the newest that there was. Boxes are those for
	// notifications, Guarantees those that are registered.
	Requests    int    `json:"requests"`
	LastRequest uint64 `json:"lastRequest"`
	Boxes       int    `json:"boxes"`
	Guarantees  int    `json:"guarantees"`
}

// Info asks what is running.
func (c Client) Info(ctx context.Context) (Info, error) { return get[Info](ctx, c, infoPath) }

// Settings are what selects outcomes, so that nobody has to know it by hearsay.
type Settings struct {
	Profile string     `json:"profile"`
	Clock   clock.Mode `json:"clock"`
	// TestSupport is "coherent" or "random".
	TestSupport string `json:"testSupport"`
	// Phase4 is how API 1.0 behaves.
	Phase4   Phase4Settings   `json:"phase4"`
	Platform PlatformSettings `json:"platform"`
	LRNs     []Choice         `json:"lrns"`
	MRNs     []Choice         `json:"mrns"`
	// Values are GRNs, EORIs and other values of declarations and enquiries that are refused or fail.
	Values []Choice `json:"values"`
	// Files are names of uploaded files.
	Files     []Choice `json:"files"`
	Scenarios []Choice `json:"scenarios"`
	Tokens    []Choice `json:"tokens"`
	// Actions are all that officers have, and Messages all that customs sends.
	Actions        []string       `json:"actions"`
	Messages       []string       `json:"messages"`
	DefaultOfficer []Choice       `json:"defaultOfficer"`
	Timers         []TimerSetting `json:"timers"`

	Guarantees    []Guarantee          `json:"guarantees"`
	Notifications NotificationSettings `json:"notifications"`
	// Configuration is every setting of nctsim serve that is not secret.
	Configuration []Setting `json:"configuration"`
}

// Setting is one setting of nctsim serve.
type Setting struct {
	// Name is that of its flag and of its key in nctsim.yaml.
	Name string `json:"name"`
	// Value is what it is now, as a user would write it: "24h0m0s", "1.0,2.1".
	Value string `json:"value"`
	// Default is what it is when nobody says anything.
	Default string `json:"default"`
	// Meaning says what it does.
	Meaning string `json:"meaning"`
	// Group is what it is about, in words: settings of a group belong together.
	Group string `json:"group"`
	// Source is where the value comes from: "flag", "variable", "file", "folder" (of the machine), "program" (that the simulator
	// is part of) or "default". Place names it: "--seed", "NCTSIM_SEED", "nctsim.yaml:3".
	Source string `json:"source"`
	Place  string `json:"place,omitempty"`
}

// Choice is one thing by which a client selects what happens.
type Choice struct {
	When string `json:"when"`
	Then string `json:"then"`
}

// Phase4Settings are how API 1.0 behaves, in the words of its settings.
type Phase4Settings struct {
	API         string `json:"api"`
	Status      string `json:"status"`
	Transitions string `json:"transitions"`
	// Retention is how long movements are kept: "672h0m0s".
	Retention string `json:"retention"`
}

// PlatformSettings are what stands in front of the APIs.
type PlatformSettings struct {
	Enabled bool `json:"enabled"`
	// Auth is "lenient" or "strict".
	Auth string `json:"auth"`
	// RateLimit is how many calls a second a client may make, 0 for any number.
	RateLimit int `json:"rateLimit"`
}

// TimerSetting is how long a timer runs in one phase.
type TimerSetting struct {
	Name  string        `json:"name"`
	Phase message.Phase `json:"phase"`
	// After is the duration: "2s".
	After string `json:"after"`
}

// Guarantee is a registered guarantee, with what is registered and what is left of it. Without a balance there is no limit,
// and the balance API does not know it.
type Guarantee struct {
	Type        string      `json:"type"`
	GRN         string      `json:"grn"`
	Holder      string      `json:"holder"`
	Balance     json.Number `json:"balance,omitempty"`
	Left        json.Number `json:"left,omitempty"`
	Currency    string      `json:"currency,omitempty"`
	AccessCodes []string    `json:"accessCodes"`
}

// NotificationSettings say who has boxes, and where notifications may be sent.
type NotificationSettings struct {
	Boxes     []Choice `json:"boxes"`
	Callbacks []string `json:"callbacks"`
	Made      []Box    `json:"made"`
}

// Settings asks what selects outcomes.
func (c Client) Settings(ctx context.Context) (Settings, error) {
	return get[Settings](ctx, c, settingsPath)
}

// Reset forgets every movement.
func (c Client) Reset(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodPost, resetPath, "", nil)
	return err
}

// Health is the answer of a simulator that is live or ready.
type Health struct {
	// Status is "live" or "ready".
	Status string `json:"status"`
}

// Ready asks whether everything is open, loaded and bound. The error says what is not.
func (c Client) Ready(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodGet, readyPath, "", nil)
	return err
}
