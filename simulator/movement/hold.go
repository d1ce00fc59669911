package movement

import "time"

// HoldRule says which events are held: they wait, for all to see, until somebody releases, refuses or drops them. All that is set
// has to fit.
type HoldRule struct {
	// ID is "1", "2", … in the order in which they were asked for.
	ID string `json:"id"`
	// Message is the IE code of a trader's message, which is held before the office looks at it.
	Message string `json:"message,omitempty"`
	// Before is the IE code of a message of customs: what would send it is held.
	Before string `json:"before,omitempty"`
	// EORI, LRN and Movement narrow the rule. With none of Message and Before everything of these movements is held.
	EORI     string `json:"eori,omitempty"`
	LRN      string `json:"lrn,omitempty"`
	Movement string `json:"movement,omitempty"`
	// Times is how many events it holds at most; 0 for no limit. Held is how many it has held so far.
	Times int `json:"times,omitempty"`
	Held  int `json:"held,omitempty"`
	// Since is when it was asked for.
	Since time.Time `json:"since,omitzero"`
}

// UsedUp reports whether the rule holds nothing more.
func (r HoldRule) UsedUp() bool { return r.Times > 0 && r.Held >= r.Times }

// HeldEvent is an event that waits because of a rule, or because one of the same movement before it does.
type HeldEvent struct {
	// ID is "1", "2", … in the order in which events were held.
	ID    string `json:"id"`
	Event Event  `json:"event"`
	// Rule is the ID of the rule; empty if it waits behind another event.
	Rule string `json:"rule,omitempty"`
	// Before is the IE code of the message of customs that the event would have brought, if it is held because of that.
	Before string `json:"before,omitempty"`
	// Since is when it was held.
	Since time.Time `json:"since,omitzero"`
}
