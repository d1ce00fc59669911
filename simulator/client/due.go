package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"nctsim/simulator/movement"
)

// DueKind says what kind of thing will happen.
type DueKind string

// Kinds of what will happen by itself.
const (
	// DueTimer is a timer of the office, DueOfficer the default officer, who acts when nobody else has, DueScenario the next
	// step of a scenario, DueUpload the end of the scan or the transfer of a large message.
	DueTimer    DueKind = "timer"
	DueOfficer  DueKind = "officer"
	DueScenario DueKind = "scenario"
	DueUpload   DueKind = "upload"
	// DueDelivery is a notification that is to be sent, or sent again.
	DueDelivery DueKind = "delivery"
	// DueRetention is the end of a movement's retention, when it is removed.
	DueRetention DueKind = "retention"
)

// Due is something that will happen by itself when the clock comes to it.
type Due struct {
	At   time.Time `json:"at"`
	Kind DueKind   `json:"kind"`
	// Movement is the id of the one that it concerns. LRN, MRN and State are its own.
	Movement string         `json:"movement"`
	LRN      string         `json:"lrn,omitempty"`
	MRN      string         `json:"mrn,omitempty"`
	State    movement.State `json:"state,omitempty"`
	// Name is that of the timer; that of a notification begins with the word and ends with its message: "notification IE928".
	Name string `json:"name"`
	// Does says what will happen, as a sentence for people.
	Does string `json:"does"`
	// Action is what the default officer will do.
	Action string `json:"action,omitempty"`
	// Row is the id of the row of the process table that the office will go by, as in docs/process.md.
	Row string `json:"row,omitempty"`
	// Step, File and Line are those of a scenario's step.
	Step int    `json:"step,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Box and Notification are the ids of a delivery, and Attempts is how often it was tried.
	Box          string `json:"boxId,omitempty"`
	Notification string `json:"notificationId,omitempty"`
	Attempts     int    `json:"attempts,omitempty"`
}

// Upcoming is what will happen by itself, in the order of time.
type Upcoming struct {
	Now time.Time `json:"now"`
	// Due is empty if nothing will happen.
	Due []Due `json:"due"`
	// More says that there is more than was asked for.
	More bool `json:"more,omitempty"`
}

// Upcoming lists what will happen by itself: timers, the default officer, steps of scenarios, uploads, notifications to be
// sent, ends of retention. Limit is how many to list at most, 0 for 50.
func (c Client) Upcoming(ctx context.Context, limit int) (Upcoming, error) {
	query := url.Values{}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	return get[Upcoming](ctx, c, withQuery(clockPath+"/upcoming", query))
}
