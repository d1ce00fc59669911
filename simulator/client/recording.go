package client

import (
	"context"
	"net/url"
	"strconv"

	"nctsim/simulator/message"
)

// Recording is what has happened to movements as a scenario that a replay can play.
type Recording struct {
	// ID is that of the scenario.
	ID    string        `json:"id"`
	Phase message.Phase `json:"phase"`
	// Movements are the ids of those that it was made of.
	Movements []string `json:"movements"`
	// YAML is the scenario, and Files are the messages beside it.
	YAML  string         `json:"yaml"`
	Files []RecordedFile `json:"files"`
	// Notes say what the scenario does not repeat, and why.
	Notes []string `json:"notes"`
}

// RecordedFile is a message beside a scenario.
type RecordedFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// RecordingOptions say what to record.
type RecordingOptions struct {
	// ID is the id of the scenario; "" for one made of the LRN.
	ID string
	// Alone records the movement without the other side of its transit.
	Alone bool
}

// Recording makes a scenario of a movement, and of the other side of its transit if that is here.
func (c Client) Recording(ctx context.Context, movementID string, o RecordingOptions) (Recording, error) {
	query := url.Values{}
	if o.ID != "" {
		query.Set("id", o.ID)
	}
	if o.Alone {
		query.Set("alone", strconv.FormatBool(o.Alone))
	}
	return get[Recording](ctx, c, withQuery(below(movementsPath, movementID, "recording"), query))
}
