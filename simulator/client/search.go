package client

import (
	"context"
	"net/url"
	"strconv"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// HitKind says what was found.
type HitKind string

// Kinds of what a search finds.
const (
	HitMovement HitKind = "movement"
	HitMessage  HitKind = "message"
	HitScenario HitKind = "scenario"
	HitBox      HitKind = "box"
	HitRule     HitKind = "rule"
	HitList     HitKind = "list"
	HitOffice   HitKind = "office"
)

// Hit is something that a search has found.
type Hit struct {
	Kind HitKind `json:"kind"`
	// What says which of its names the text is, or is a part of: "lrn", "mrn", "eori", "id", "wireId", "boxId", "scenario",
	// "grn", "messageId", "messageIdentification", "title", "rule", "list", "office", "name".
	What string `json:"what"`
	// Value is the whole name, and Exact says that the text is all of it.
	Value string `json:"value"`
	Exact bool   `json:"exact"`
	// Movement is the id of the movement, LRN, MRN, Type and State are its own; they are left out for what is no movement.
	Movement string         `json:"movement,omitempty"`
	LRN      string         `json:"lrn,omitempty"`
	MRN      string         `json:"mrn,omitempty"`
	Type     message.Kind   `json:"type,omitempty"`
	State    movement.State `json:"state,omitempty"`
	// Message is the id of a message, and MessageType its IE code.
	Message     string `json:"message,omitempty"`
	MessageType string `json:"messageType,omitempty"`
	// Scenario and Box are the ids of those.
	Scenario string `json:"scenario,omitempty"`
	Box      string `json:"boxId,omitempty"`
	// Reference is the code of a rule, the number of a code list, or the reference number of a customs office.
	Reference string `json:"reference,omitempty"`
}

// Search is what was found: what the text names exactly comes first, then the last updated.
type Search struct {
	Text string `json:"q"`
	Hits []Hit  `json:"hits"`
	// Total counts what was found, beyond those that are listed.
	Total int `json:"total"`
}

// Search looks for an LRN, an MRN, an EORI, a GRN, the id of a movement, a message or a box, a messageIdentification, or a
// scenario, by a part of it or, for messages and GRNs, by all of it. Limit is how many hits to list at most, 0 for 20.
func (c Client) Search(ctx context.Context, text string, limit int) (Search, error) {
	query := url.Values{"q": {text}}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	return get[Search](ctx, c, withQuery(searchPath, query))
}
