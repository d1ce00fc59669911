package movement

import "time"

// FaultRule is a fault on the wire that was asked for while the simulator runs: which calls it can meet, how often it strikes, and
// what it does. Which calls it strikes follows from the seed, its ID and the calls that it has met, so that a run can be repeated.
type FaultRule struct {
	// ID is "1", "2", … in the order in which they were asked for.
	ID string `json:"id"`

	// Call is one of scenario.Calls, or empty for all calls, but not for notifications.
	Call string `json:"call,omitempty"`
	// EORI, Client and Movement narrow it to the calls of one trader, one client id, or about one movement.
	EORI     string `json:"eori,omitempty"`
	Client   string `json:"clientId,omitempty"`
	Movement string `json:"movement,omitempty"`

	// Status answers a call with that HTTP status.
	Status int `json:"status,omitempty"`
	// Delay is how much later the answer comes, in real time, or the notification is sent, on the simulator's clock. With
	// DelayTo it is somewhere from Delay to DelayTo.
	Delay   time.Duration `json:"delay,omitempty"`
	DelayTo time.Duration `json:"delayTo,omitempty"`
	// Reset cuts the connection without an answer; Truncate cuts it in the middle of the answer's body.
	Reset    bool `json:"reset,omitempty"`
	Truncate bool `json:"truncate,omitempty"`
	// Late lets the call have its effect first, so that Status and Reset hide from the client what has come of it.
	Late bool `json:"late,omitempty"`
	// Drop loses a notification, Duplicate sends it twice, Overtaken sends it after those that come later.
	Drop      bool `json:"drop,omitempty"`
	Duplicate bool `json:"duplicate,omitempty"`
	Overtaken bool `json:"overtaken,omitempty"`

	// Percent is how many of a hundred calls it strikes, 1 to 100.
	Percent int `json:"percent,omitempty"`
	// Skip is how many calls pass before the first that it can strike.
	Skip int `json:"skip,omitempty"`
	// Times is how many calls it strikes at most; 0 for no limit.
	Times int `json:"times,omitempty"`

	// Armed is when it was asked for.
	Armed time.Time `json:"armed,omitzero"`
	// Met is how many calls it could have struck so far, and Struck how many of them it did.
	Met    int `json:"met,omitempty"`
	Struck int `json:"struck,omitempty"`
}

// UsedUp reports whether the fault strikes no more.
func (f FaultRule) UsedUp() bool { return f.Times > 0 && f.Struck >= f.Times }

// Calls that only a FaultRule can meet, beside those of scenarios (scenario.Calls).
const (
	CallToken     = "token"     // the client asks the authorisation server for a token
	CallGuarantee = "guarantee" // it asks for the balance of a guarantee
	CallBox       = "box"       // it reads its box, acknowledges, or sets its callback
	CallUpload    = "upload"    // it uploads a large message
)
