package client

import (
	"context"
	"net/http"
	"time"
)

// FaultRule is a fault on the wire: which calls it can meet, how often it strikes, and what it does. Exactly one of Status, Reset,
// Truncate, Drop, Duplicate and Overtaken is set, or Delay alone.
type FaultRule struct {
	// ID, Armed, Met, Struck and UsedUp are the simulator's: its id, since when it waits, how many calls it could have struck, how
	// many of them it did, and whether it strikes no more.
	ID     string    `json:"id,omitempty"`
	Armed  time.Time `json:"armed,omitzero"`
	Met    int       `json:"met"`
	Struck int       `json:"struck"`
	UsedUp bool      `json:"usedUp,omitempty"`

	// Call is submit, movements, movement, messages, message, notification, token, guarantee, box or upload; empty for all calls
	// of clients.
	Call string `json:"call,omitempty"`
	// EORI, ClientID and Movement (as it is in the path) narrow it.
	EORI     string `json:"eori,omitempty"`
	ClientID string `json:"clientId,omitempty"`
	Movement string `json:"movement,omitempty"`

	// Status is what a call is answered with, 400 to 599.
	Status int `json:"status,omitempty"`
	// Delay is how much later the answer comes, in real time, or the notification is sent, on the simulator's clock: "2s", or
	// somewhere in a range, "200ms..3s". It goes with the others, too.
	Delay string `json:"delay,omitempty"`
	// Reset cuts the connection without an answer, Truncate in the middle of the answer.
	Reset    bool `json:"reset,omitempty"`
	Truncate bool `json:"truncate,omitempty"`
	// Late lets the call have its effect before Status or Reset hide it from the client.
	Late bool `json:"late,omitempty"`
	// Drop loses a notification, Duplicate sends it twice, Overtaken sends it later, so that others come first.
	Drop      bool `json:"drop,omitempty"`
	Duplicate bool `json:"duplicate,omitempty"`
	Overtaken bool `json:"overtaken,omitempty"`

	// Percent is how many of a hundred calls it strikes: 1 to 100, or 0 for all. Which ones follows from the simulator's seed.
	Percent int `json:"percent,omitempty"`
	// Skip is how many calls pass before; Times is how many it strikes at most, 0 for no limit.
	Skip  int `json:"skip,omitempty"`
	Times int `json:"times,omitempty"`
}

// FaultRules are the faults that were asked for, in that order.
type FaultRules struct {
	Faults []FaultRule `json:"faults"`
}

// Faults lists the faults that were asked for, with how often they have struck.
func (c Client) Faults(ctx context.Context) ([]FaultRule, error) {
	list, err := get[FaultRules](ctx, c, faultsPath)
	return list.Faults, err
}

// Arm asks for a fault.
func (c Client) Arm(ctx context.Context, f FaultRule) (FaultRule, error) {
	return send[FaultRule](ctx, c, http.MethodPost, faultsPath, f)
}

// Disarm takes a fault away, or with an empty id all.
func (c Client) Disarm(ctx context.Context, id string) error {
	path := faultsPath
	if id != "" {
		path = below(faultsPath, id)
	}
	_, err := c.do(ctx, http.MethodDelete, path, "", nil)
	return err
}

// HoldRule says which events of movements are held until somebody decides about them. All that is set has to fit, and something
// has to be.
type HoldRule struct {
	// ID, Since, Held and UsedUp are the simulator's: its id, since when it is there, how many events it has held, and whether it
	// holds nothing more.
	ID     string    `json:"id,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Held   int       `json:"held"`
	UsedUp bool      `json:"usedUp,omitempty"`

	// Message is the IE code of a trader's message, held before the office looks at it; Before that of a message of customs, held
	// before it goes out. With neither everything is held that happens by itself.
	Message string `json:"message,omitempty"`
	Before  string `json:"before,omitempty"`
	// EORI, LRN and Movement narrow it.
	EORI     string `json:"eori,omitempty"`
	LRN      string `json:"lrn,omitempty"`
	Movement string `json:"movement,omitempty"`
	// Times is how many events it holds at most; 0 for no limit.
	Times int `json:"times,omitempty"`
}

// HeldEvent is an event that waits until somebody releases, refuses or drops it.
type HeldEvent struct {
	ID       string `json:"id"`
	Movement string `json:"movement"`
	// Kind is message, timer, side or action, and Name the IE code, the timer, what the other side has told, or the action.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Message is the id of the trader's message, if it is one.
	Message string `json:"message,omitempty"`
	// Rule is the id of the rule that holds it, "" if it waits behind another event; Before is the message of customs that it would
	// have brought.
	Rule   string    `json:"rule,omitempty"`
	Before string    `json:"before,omitempty"`
	Since  time.Time `json:"since"`
}

// Holds are the rules, and the events that are held.
type Holds struct {
	Rules []HoldRule  `json:"rules"`
	Held  []HeldEvent `json:"held"`
}

// RefusedWith is the functional error with which the office refuses a message that is held.
type RefusedWith struct {
	// Code is that of list CL180, "12" if it is left out.
	Code string `json:"code,omitempty"`
	// Pointer is the XPath of what is wrong, that of the root if it is left out; Reason a rule, "N/A" if it is left out.
	Pointer string `json:"pointer,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// Holds lists the rules and the events that are held.
func (c Client) Holds(ctx context.Context) (Holds, error) { return get[Holds](ctx, c, holdsPath) }

// Hold asks for events to be held.
func (c Client) Hold(ctx context.Context, r HoldRule) (HoldRule, error) {
	return send[HoldRule](ctx, c, http.MethodPost, holdsPath, r)
}

// HoldMovement asks for events of one movement to be held: with an empty rule everything that happens by itself.
func (c Client) HoldMovement(ctx context.Context, movementID string, r HoldRule) (HoldRule, error) {
	return send[HoldRule](ctx, c, http.MethodPost, below(movementsPath, movementID, "hold"), r)
}

// Unhold takes a rule away. What it holds stays held.
func (c Client) Unhold(ctx context.Context, id string) error {
	_, err := c.do(ctx, http.MethodDelete, below(holdsPath, id), "", nil)
	return err
}

// Release lets an event that is held happen now, and what waits behind it.
func (c Client) Release(ctx context.Context, heldID string) error {
	_, err := c.do(ctx, http.MethodPost, below(heldPath, heldID, "release"), "", nil)
	return err
}

// Refuse lets the office refuse a trader's message that is held.
func (c Client) Refuse(ctx context.Context, heldID string, with RefusedWith) error {
	_, err := send[struct{}](ctx, c, http.MethodPost, below(heldPath, heldID, "refuse"), with)
	return err
}

// Drop forgets an event that is held, as if it had never reached the office.
func (c Client) Drop(ctx context.Context, heldID string) error {
	_, err := c.do(ctx, http.MethodPost, below(heldPath, heldID, "drop"), "", nil)
	return err
}
