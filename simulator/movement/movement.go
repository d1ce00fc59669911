// Package movement holds the domain types of the simulator: a movement and everything that is
// remembered about it. The types know nothing of HTTP, storage or XML; times are UTC with
// millisecond precision.
package movement

import (
	"time"

	"nctsim/simulator/message"
)

// State is where a movement stands in the office's process; the names are those of the process tables.
type State string

// States of a departure in phases 5 and 6.
const (
	Submitted             State = "SUBMITTED"
	PreLodged             State = "PRE_LODGED"
	AwaitingAcceptance    State = "AWAITING_ACCEPTANCE"
	Accepted              State = "ACCEPTED"
	UnderControl          State = "UNDER_CONTROL"
	GuaranteeAmendment    State = "GUARANTEE_AMENDMENT"
	CancellationRequested State = "CANCELLATION_REQUESTED"
	Released              State = "RELEASED"
	Arrived               State = "ARRIVED"
	Discrepancies         State = "DISCREPANCIES"
	Recovery              State = "RECOVERY"
	Rejected              State = "REJECTED"
	Cancelled             State = "CANCELLED"
	NotReleased           State = "NOT_RELEASED"
	WrittenOff            State = "WRITTEN_OFF"
)

// AwaitingUpload is the state of a departure or an arrival whose first message is still to be uploaded
// (docs/spec/api-2.1-3.0.md#10): customs knows nothing of it.
const AwaitingUpload State = "AWAITING_UPLOAD"

// States of an arrival in phases 5 and 6 (docs/spec/process.md#5-1).
const (
	ArrivalSubmitted          State = "ARR_SUBMITTED"
	AwaitingArrivalAcceptance State = "AWAITING_ARRIVAL_ACCEPTANCE"
	ArrivalAccepted           State = "ARRIVAL_ACCEPTED"
	UnloadingPermitted        State = "UNLOADING_PERMITTED"
	RemarksReceived           State = "REMARKS_RECEIVED"
	DiscrepancyPending        State = "DISCREPANCY_PENDING"
	ArrivalRejected           State = "ARR_REJECTED"
	GoodsReleased             State = "GOODS_RELEASED"
	GoodsNotReleased          State = "GOODS_NOT_RELEASED"
)

// States of a departure in phase 4 (docs/spec/process.md#9-2, docs/spec/api-1.0.md#10-1); API 1.0 shows them as they
// are.
const (
	Phase4Initialized        State = "Initialized"
	Phase4DepartureSubmitted State = "DepartureSubmitted"
	// Phase4DepartureNack is an IE015 that NCTS could not read.
	Phase4DepartureNack           State = "DepartureSubmittedNegativeAcknowledgement"
	Phase4PositiveAcknowledgement State = "PositiveAcknowledgement"
	Phase4DepartureRejected       State = "DepartureRejected"
	Phase4MrnAllocated            State = "MrnAllocated"
	Phase4GuaranteeNotValid       State = "GuaranteeNotValid"
	Phase4ControlDecision         State = "ControlDecisionNotification"
	Phase4ReleaseForTransit       State = "ReleaseForTransit"
	Phase4NoReleaseForTransit     State = "NoReleaseForTransit"
	Phase4RequestOfRelease        State = "RequestOfRelease"
	Phase4ReleaseRequestRejected  State = "ReleaseRequestRejected"
	Phase4CancellationRequest     State = "DeclarationCancellationRequest"
	// Phase4CancellationNack is an IE014 that NCTS could not read.
	Phase4CancellationNack     State = "DeclarationCancellationRequestNegativeAcknowledgement"
	Phase4CancellationDecision State = "CancellationDecision"
	Phase4WriteOff             State = "WriteOffNotification"
)

// States of an arrival in phase 4 (docs/spec/process.md#9-3, docs/spec/api-1.0.md#10-2).
const (
	Phase4ArrivalSubmitted          State = "ArrivalSubmitted"
	Phase4ArrivalNack               State = "ArrivalSubmittedNegativeAcknowledgement"
	Phase4ArrivalRejected           State = "ArrivalRejected"
	Phase4UnloadingPermission       State = "UnloadingPermission"
	Phase4UnloadingRemarksSubmitted State = "UnloadingRemarksSubmitted"
	Phase4UnloadingRemarksNack      State = "UnloadingRemarksSubmittedNegativeAcknowledgement"
	Phase4UnloadingRemarksRejected  State = "UnloadingRemarksRejected"
	Phase4GoodsReleased             State = "GoodsReleased"
)

// Terminal reports whether nothing more is expected to happen in the state.
func (s State) Terminal() bool {
	switch s {
	case Rejected, Cancelled, NotReleased, WrittenOff, ArrivalRejected, GoodsReleased, GoodsNotReleased:
		return true
	case Phase4DepartureRejected, Phase4DepartureNack, Phase4NoReleaseForTransit, Phase4WriteOff, Phase4GoodsReleased:
		return true
	}
	return false
}

// Begin is the state of a new movement, before the office has looked at it.
func Begin(p message.Phase, k message.Kind) State {
	return begins[p.Generation()][k]
}

var begins = map[message.Generation]map[message.Kind]State{
	message.GenerationPhase4:   {message.Departure: Phase4DepartureSubmitted, message.Arrival: Phase4ArrivalSubmitted},
	message.GenerationPhases56: {message.Departure: Submitted, message.Arrival: ArrivalSubmitted},
}

// Undelivered is the state of a movement whose first message NCTS refused to take.
func Undelivered(p message.Phase, k message.Kind) State {
	return undelivered[p.Generation()][k]
}

var undelivered = map[message.Generation]map[message.Kind]State{
	message.GenerationPhase4:   {message.Departure: Phase4Initialized, message.Arrival: Phase4Initialized},
	message.GenerationPhases56: {message.Departure: Rejected, message.Arrival: ArrivalRejected},
}

// Procedure is the transit procedure that the declaration or the arrival notification asks for.
type Procedure string

// Procedures. Of a departure, an authorisation C521 alone makes it simplified; of an arrival, its
// simplifiedProcedure does (docs/spec/process.md#2).
const (
	Simplified Procedure = "simplified"
	Normal     Procedure = "normal"
)

// Movement is one departure or arrival: what the API shows of it and what the office remembers.
// Empty strings and zero times mean "not known (yet)".
type Movement struct {
	ID string `json:"id"` // 16 lower-case hex digits, the wire id of API 2.1 and 3.0
	// Number is the wire id of API 1.0: departures and arrivals of phase 4 are counted from 1, each on their own. 0 in
	// the later phases.
	Number   int           `json:"number,omitempty"`
	Kind     message.Kind  `json:"kind"`  // departure or arrival
	Phase    message.Phase `json:"phase"` // of the request that created it
	EORI     string        `json:"eori"`  // enrolment EORI: who may see it
	ClientID string        `json:"clientId,omitempty"`
	BoxID    string        `json:"boxId,omitempty"` // push box of the client when it was created, "" if there was none
	// Prefixed says that the request which created it came by a path that names a workspace, so that notifications name it, too.
	Prefixed     bool      `json:"prefixed,omitempty"`
	MovementEORI string    `json:"movementEori,omitempty"` // holder (departure) or trader at destination
	LRN          string    `json:"lrn,omitempty"`
	MRN          string    `json:"mrn,omitempty"` // shown by the API: set by the IE028 of a departure, by the IE007 of an arrival
	Created      time.Time `json:"created"`
	Updated      time.Time `json:"updated"`
	// Dated is the preparation date and time in the message that created it; zero in phases 5 and 6. API 1.0 shows it as
	// created.
	Dated time.Time `json:"dated,omitzero"`

	State      State     `json:"state"`
	Remembered State     `json:"remembered,omitempty"` // state to return to from CANCELLATION_REQUESTED or GUARANTEE_AMENDMENT
	Procedure  Procedure `json:"procedure,omitempty"`
	PreLodged  bool      `json:"preLodged,omitempty"`
	TIR        bool      `json:"tir,omitempty"`
	Office     string    `json:"office,omitempty"` // office of departure, or actual office of destination
	Sender     string    `json:"sender,omitempty"` // messageSender of the creating message
	Scenario   string    `json:"scenario,omitempty"`
	// Mode says which business rules of phase 5 apply if the scenario chooses: "final" or "transition"; empty for
	// those of the simulator's settings.
	Mode string `json:"mode,omitempty"`
	// Script is how far the movement has come in its scenario.
	Script Script `json:"script,omitzero"`

	Facts  Facts   `json:"facts"`
	Timers []Timer `json:"timers,omitempty"`
	// Uploads are the large messages on their way into the movement.
	Uploads []Upload `json:"uploads,omitempty"`

	// Handled counts the events that the office has handled. Together with the seed and the id it
	// determines everything random about the next event, so that a replay gives the same bytes.
	Handled int `json:"handled"`
	// Messages counts the message records; the next one gets this number as its ordinal.
	Messages int `json:"messages"`
	// Sent counts those of the trader; in phase 4 it is the correlation number of the last one.
	Sent int `json:"sent,omitempty"`
	// Prepared is the preparation time of the last message from customs; times never run backwards.
	Prepared time.Time `json:"prepared,omitzero"`
}

// Secured reports whether the guarantees of the movement are liable: a departure that was released and is not over. In
// phase 4 a cancellation that was granted ends it, one that was refused does not; then the movement remembers where it
// stood.
func (m Movement) Secured() bool {
	if m.Kind != message.Departure || m.Facts.Released.IsZero() || m.State.Terminal() {
		return false
	}
	return m.State != Phase4CancellationDecision || m.Remembered != ""
}

// Facts are what the office wrote down while it handled the movement.
type Facts struct {
	// Declaration is the message id of the current declaration: the IE015, or the last accepted IE013.
	Declaration string `json:"declaration,omitempty"`
	// Original is the message id of the IE015 (or IE007) that created the movement.
	Original string `json:"original,omitempty"`
	// Presentation is the message id of the accepted IE170, whose data override the declaration.
	Presentation string `json:"presentation,omitempty"`
	// Invalidation is the message id of the IE014 that waits for a decision or was decided last.
	Invalidation string `json:"invalidation,omitempty"`
	// Request is the message id of the IE054 that was taken last (phase 4).
	Request    string    `json:"request,omitempty"`
	Submitted  time.Time `json:"submitted,omitzero"`
	Accepted   time.Time `json:"accepted,omitzero"`
	Released   time.Time `json:"released,omitzero"`
	Controlled bool      `json:"controlled,omitempty"` // an IE060 of type 0 was sent
	// Incidents were registered on the way (IE182); the unloading permission shows them.
	Incidents []Incident `json:"incidents,omitempty"`
	// Reserved is what the movement has claimed of guarantees: from its release until it is written off or cancelled.
	// The store adds up what all movements have reserved of each guarantee.
	Reserved []Reservation `json:"reserved,omitempty"`

	// Of an arrival:

	// Departure is the id of the departure with the same MRN, empty if there was none here when the IE007 came.
	Departure string `json:"departure,omitempty"`
	// Foreign says that the IE007 was taken although its MRN is unknown: the goods are from elsewhere
	// (docs/spec/process.md#5-4).
	Foreign bool `json:"foreign,omitempty"`
	// Remarks is the message id of the IE044 that was taken last, unless an officer has rejected it.
	Remarks string `json:"remarks,omitempty"`
	// Partial says that those remarks are about an unloading that is not finished.
	Partial bool `json:"partial,omitempty"`
	// Permitted is when the last IE043 was sent.
	Permitted time.Time `json:"permitted,omitzero"`
	// Continued is the continueUnloading of the last IE043, 0 for the first permission.
	Continued int `json:"continued,omitempty"`
	// ReleaseIndicator is that of the last IE025.
	ReleaseIndicator string `json:"releaseIndicator,omitempty"`
}

// Incident is something that happened to the goods on the way. What is empty gets the usual content.
type Incident struct {
	Code string    `json:"code,omitempty"` // CL019
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at"`
	// Office registered the incident.
	Office string `json:"office,omitempty"`
}

// Reservation is a sum of money that is reserved of a guarantee, or claimed of it.
type Reservation struct {
	GRN string `json:"grn"`
	// Amount is above zero, in the notation of Decimal.String.
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Sum is the amount as a number, 0 if it is none.
func (r Reservation) Sum() Decimal {
	d, _ := ParseDecimal(r.Amount)
	return d
}

// Timer is a running or paused timer of a movement.
type Timer struct {
	Name string `json:"name"` // as in docs/spec/timers.md: "auto_release"
	// Due is when it fires, in the simulator's time; zero while paused.
	Due time.Time `json:"due,omitzero"`
	// Remaining is what is left of a paused timer.
	Remaining time.Duration `json:"remaining,omitempty"`
	// Cause says what a paused timer waits for; only the end of the same cause lets it run again.
	Cause string `json:"cause,omitempty"`
}

// Paused reports whether the timer is paused.
func (t Timer) Paused() bool { return t.Due.IsZero() }

// Status is the state of a message as the API shows it (docs/spec/api-2.1-3.0.md#8).
type Status string

// Message statuses.
const (
	Pending    Status = "Pending"
	Processing Status = "Processing"
	Success    Status = "Success"
	Failed     Status = "Failed"
	Received   Status = "Received" // from customs
)

// Message is the record of one message of a movement; its body is stored beside it, byte for byte.
type Message struct {
	ID       string `json:"id"` // 16 lower-case hex digits
	Movement string `json:"movement"`
	// Ordinal counts from 0 in the order of arrival in the movement.
	Ordinal int `json:"ordinal"`
	// Type is the IE code ("IE015"), empty while unknown.
	Type     string    `json:"type,omitempty"`
	Status   Status    `json:"status"`
	Received time.Time `json:"received"`
	// Trigger is the id of the trader message that a message from customs answers; never shown to traders.
	Trigger string `json:"trigger,omitempty"`
	// Identification is the messageIdentification inside the message.
	Identification string `json:"identification,omitempty"`
	// Size of the body in bytes; 0 when there is none.
	Size int `json:"size"`
	// Injected says that the message did not come from the office's process.
	Injected bool `json:"injected,omitempty"`
}

// EventKind says what kind of thing happened to a movement.
type EventKind string

// Event kinds.
const (
	EventMessage EventKind = "message" // a trader's message was accepted by the API
	EventAction  EventKind = "action"  // an officer did something
	EventTimer   EventKind = "timer"   // a timer fired
	EventInject  EventKind = "inject"  // a message from customs out of the blue
	EventUpload  EventKind = "upload"  // an uploaded file was scanned, or transferred
	EventSide    EventKind = "side"    // something happened at the other side of the transit (docs/spec/process.md#5-5)
)

// Event is something that happened to a movement and that the office has to handle.
type Event struct {
	// Seq orders all queued events of a store; given when the event is queued.
	Seq      uint64    `json:"seq"`
	Movement string    `json:"movement"`
	Kind     EventKind `json:"kind"`
	At       time.Time `json:"at"`
	// Name is the IE code of a message, the officer's verb, the timer's name, or what the other side tells.
	Name string `json:"name"`
	// Message is the id of the trader's message of an EventMessage.
	Message string `json:"message,omitempty"`
	// With is what the officer wrote beside the action: motivation, text, control types.
	With map[string]any `json:"with,omitempty"`
	// By says who acted: "officer", "default officer", "test support", "scenario" with its id, the other office.
	By string `json:"by,omitempty"`
}
