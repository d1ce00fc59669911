package movement

import "time"

// Party is somebody who takes part in a transit, or what acts in their place.
type Party string

// Parties.
const (
	Trader              Party = "trader"
	OfficeOfDeparture   Party = "office-of-departure"
	OfficeOfDestination Party = "office-of-destination"
	// GuaranteeSystem is where guarantees are registered, reserved and checked.
	GuaranteeSystem Party = "guarantee"
	// An Officer acts by hand, the DefaultOfficer after a time if nobody does, a Timer when it falls due.
	Officer        Party = "officer"
	DefaultOfficer Party = "default-officer"
	TimerParty     Party = "timer"
	// ScenarioParty is the scenario that the movement follows.
	ScenarioParty Party = "scenario"
	// Injector places messages of customs out of the blue: the control API, or Test Support.
	Injector Party = "injection"
	// BoxParty is the box that is told of messages.
	BoxParty Party = "box"
)

// OfficeFor is the customs office that handles movements of a kind.
func OfficeFor(departure bool) Party {
	if departure {
		return OfficeOfDeparture
	}
	return OfficeOfDestination
}

// TimerChange is what happened to a timer.
type TimerChange string

// Changes of timers.
const (
	TimerStarted TimerChange = "started"
	TimerStopped TimerChange = "stopped"
	TimerPaused  TimerChange = "paused"
	TimerResumed TimerChange = "resumed"
	TimerFired   TimerChange = "fired"
)

// EntryKind says what a journal entry reports.
type EntryKind string

// Journal entry kinds.
const (
	EntryMessage    EntryKind = "message"    // a message was stored, in either direction
	EntryEvent      EntryKind = "event"      // an event reached the office
	EntryTransition EntryKind = "transition" // the state changed, or was kept on purpose
	EntryTimer      EntryKind = "timer"      // a timer was armed, stopped, paused, resumed or fired
	EntryNote       EntryKind = "note"       // why something was done or left
	EntryScenario   EntryKind = "scenario"   // the scenario began, went on by a step, was left or is through
	// EntryNotification is about a notification of a message: it was put into a box, sent, or acknowledged.
	EntryNotification EntryKind = "notification"

	// The following are about the store as a whole. They are in no movement's journal, but in the stream of events, so that
	// who follows it knows what is there.

	EntryRemoved   EntryKind = "removed"   // the movement is gone with its journal: its retention is over, or somebody removed it
	EntryReset     EntryKind = "reset"     // every movement is gone
	EntryClock     EntryKind = "clock"     // the clock was set or advanced
	EntryScenarios EntryKind = "scenarios" // the library of scenarios has changed
	EntryBoxes     EntryKind = "boxes"     // a box for notifications was made, changed or removed
	EntryStarted   EntryKind = "started"   // the simulator was started with a store that has something in it
)

// EntryKinds are all kinds of entries.
var EntryKinds = []EntryKind{
	EntryMessage, EntryEvent, EntryTransition, EntryTimer, EntryNote, EntryScenario, EntryNotification,
	EntryRemoved, EntryReset, EntryClock, EntryScenarios, EntryBoxes, EntryStarted,
}

// OfStore reports whether entries of the kind are about the store as a whole and in no movement's journal.
func (k EntryKind) OfStore() bool {
	switch k {
	case EntryRemoved, EntryReset, EntryClock, EntryScenarios, EntryBoxes, EntryStarted:
		return true
	}
	return false
}

// Entry is one line of a movement's journal: what happened, and why.
type Entry struct {
	// Number counts from 1 over all journals of the store, and goes on after a reset; the id of the server-sent event begins
	// with it.
	Number uint64 `json:"number"`
	// Movement is the id of the one that it is about, "" if it is about the store as a whole.
	Movement string    `json:"movement,omitempty"`
	At       time.Time `json:"at"`
	Kind     EntryKind `json:"kind"`
	// Text is one sentence for people.
	Text string `json:"text"`
	// Why names the rule, table row, default or action behind it.
	Why string `json:"why,omitempty"`
	// Cause is the number of the first entry of all that the same event led to; it is the entry's own where an event begins.
	// 0 in entries that no event of the movement led to.
	Cause uint64 `json:"cause,omitempty"`
	// Actor is who did it, or what did it in their place.
	Actor Party `json:"actor,omitempty"`
	// Sender and Recipient are the sides between which something went: a message, a notification, a word from office to
	// office, a reservation of a guarantee.
	Sender    Party `json:"sender,omitempty"`
	Recipient Party `json:"recipient,omitempty"`
	// Message is the id of the message it speaks of, and Type its IE code.
	Message string `json:"message,omitempty"`
	Type    string `json:"type,omitempty"`
	// From and To are the states before and after; in the first entry of an event, those before and after the whole event.
	From State `json:"from,omitempty"`
	To   State `json:"to,omitempty"`
	// Row is the id of the row of the process table that the office went by, as in docs/process.md.
	Row string `json:"row,omitempty"`
	// Action is what an officer did, "release", and With what stood beside it. An injected message is the action [ActionInject],
	// with its messageType and what was said of it: set, remove, force, xml.
	Action string         `json:"action,omitempty"`
	With   map[string]any `json:"with,omitempty"`
	// Finding is what was wrong with a message.
	Finding Finding `json:"finding,omitzero"`
	// Ledger is what the movement has reserved of a guarantee, or given back.
	Ledger LedgerChange `json:"ledger,omitzero"`
	// Timer and Due name the timer and when it falls due, and Change is what happened to it. Remaining is what a paused timer
	// has to go: "30m0s".
	Timer     string      `json:"timer,omitempty"`
	Change    TimerChange `json:"change,omitempty"`
	Due       time.Time   `json:"due,omitzero"`
	Remaining string      `json:"remaining,omitempty"`
	// Step is the number of the scenario's step that it speaks of, counted from 1, and Mark what it says of it. File and Line
	// are where the step stands, or the scenario if it speaks of no step.
	Step int    `json:"step,omitempty"`
	Mark Mark   `json:"mark,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
}

// ActionInject is the action of an entry that tells of an injected message.
const ActionInject = "inject"

// LedgerChange is what a movement has reserved of a guarantee, or given back.
type LedgerChange struct {
	GRN string `json:"grn,omitempty"`
	// Amount is above zero for what was reserved, and below for what was given back, as in "-2450.00".
	Amount   string `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
	// Left is what is left of the registered balance then, "" if there is none in this currency.
	Left string `json:"left,omitempty"`
}

// Finding is one thing that is wrong with a message: an error that a rejection lists.
type Finding struct {
	// Code is the errorCode: "12", "13", "14", "15", "90", "92".
	Code string `json:"code,omitempty"`
	// Rule is the rule or code list that was broken ("R0028", "CL231"), "" if none has a name.
	Rule string `json:"rule,omitempty"`
	// Assertion is the id of the assertion that evaluates the rule ("p5-0507"), "" if none does.
	Assertion string `json:"assertion,omitempty"`
	// Text is what the rule says, or why the office is against the message.
	Text string `json:"text,omitempty"`
	// Pointer is the errorPointer as a rejection has it; in phase 4 it is made of titles.
	Pointer string `json:"pointer,omitempty"`
	// Path is that of the element, from the root: "/CC015C/Guarantee[1]/guaranteeType". The element may be missing.
	Path string `json:"path,omitempty"`
	// Line and Column are those of the element in the message as it is stored, or of the nearest group around it that is
	// there; 0 if they are not known.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Value is what stands there, "" for what is missing and for groups.
	Value string `json:"value,omitempty"`
}
