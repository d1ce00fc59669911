package office

import "nctsim/simulator/movement"

var (
	// legacyRunning are the states in which a departure of phase 4 is under way, from its acknowledgement on.
	legacyRunning = in(
		movement.P4PositiveAcknowledgement, movement.P4MrnAllocated, movement.P4GuaranteeNotValid, movement.P4ControlDecision,
		movement.P4RequestOfRelease, movement.P4ReleaseRequestRejected, movement.P4ReleaseForTransit,
	)
	// legacyCancellable are those in which customs may cancel of its own accord: there is an MRN, and nothing is over
	// (docs/spec/api-1.0.md#12).
	legacyCancellable = in(
		movement.P4MrnAllocated, movement.P4GuaranteeNotValid, movement.P4ControlDecision, movement.P4RequestOfRelease,
		movement.P4ReleaseRequestRejected, movement.P4CancellationRequest, movement.P4ReleaseForTransit,
	)
	// legacyReleasable are those in which an officer decides about the release.
	legacyReleasable = in(
		movement.P4MrnAllocated, movement.P4ControlDecision, movement.P4GuaranteeNotValid, movement.P4ReleaseRequestRejected,
	)
	everyLegacyDeparture = in(
		movement.P4DepartureSubmitted, movement.P4DepartureNack, movement.P4PositiveAcknowledgement, movement.P4DepartureRejected,
		movement.P4MrnAllocated, movement.P4GuaranteeNotValid, movement.P4ControlDecision, movement.P4RequestOfRelease,
		movement.P4ReleaseRequestRejected, movement.P4ReleaseForTransit, movement.P4NoReleaseForTransit,
		movement.P4CancellationRequest, movement.P4CancellationNack, movement.P4CancellationDecision, movement.P4WriteOff,
	)
)

// legacyDepartures is the process of departure in phase 4: docs/spec/process.md#9-2, line by line. The conditions `ok`
// and `errors` stand for the checks of docs/spec/process.md#3 as far as phase 4 has them; an IE014 or IE054 at the
// wrong time is one of the errors.
//
// A movement whose cancellation was refused, or whose IE014 could not be read, goes on where it was before: for the rows
// of that state it is still there.
//
//	From | On | Guard | Emits | Timers | To
var legacyDepartures = []row{
	{in(movement.P4DepartureSubmitted), received("IE015"), guard{failed}, send(ie016), nil, movement.P4DepartureRejected},
	{in(movement.P4DepartureSubmitted), officer("unreadable"), nil, send(ie917Declaration), nil, movement.P4DepartureNack},
	{in(movement.P4DepartureSubmitted), received("IE015"), guard{passed, simplified, guaranteed}, send(ie028), timers(arm(AutoRelease)), movement.P4MrnAllocated},
	{in(movement.P4DepartureSubmitted), received("IE015"), guard{passed, simplified, unguaranteed}, send(ie028, ie055Checked), nil, movement.P4GuaranteeNotValid},
	{in(movement.P4DepartureSubmitted), received("IE015"), guard{passed, normal, preLodged}, send(ie928), nil, movement.P4PositiveAcknowledgement},
	{in(movement.P4DepartureSubmitted), received("IE015"), guard{passed, normal, atCustoms, guaranteed}, send(ie028), nil, movement.P4MrnAllocated},
	{in(movement.P4DepartureSubmitted), received("IE015"), guard{passed, normal, atCustoms, unguaranteed}, send(ie028, ie055Checked), nil, movement.P4GuaranteeNotValid},

	{in(movement.P4PositiveAcknowledgement), officer("accept"), guard{guaranteed}, send(ie028), nil, movement.P4MrnAllocated},
	{in(movement.P4PositiveAcknowledgement), officer("accept"), guard{unguaranteed}, send(ie028, ie055Checked), nil, movement.P4GuaranteeNotValid},
	{in(movement.P4PositiveAcknowledgement), officer("reject"), nil, send(ie016ByOfficer), nil, movement.P4DepartureRejected},

	{in(movement.P4MrnAllocated), officer("guarantee_invalid"), nil, send(ie055), timers(stop(AutoRelease)), movement.P4GuaranteeNotValid},
	{in(movement.P4MrnAllocated, movement.P4ControlDecision), officer("control"), nil, send(ie060Control), timers(stop(AutoRelease)), movement.P4ControlDecision},
	{in(movement.P4MrnAllocated), expiry(AutoRelease), nil, send(ie029), nil, movement.P4ReleaseForTransit},
	{legacyReleasable, officer("release"), nil, send(ie029), timers(stop(AutoRelease)), movement.P4ReleaseForTransit},
	{in(movement.P4GuaranteeNotValid), officer("refuse_release"), nil, send(ie051Guarantee), nil, movement.P4NoReleaseForTransit},
	{legacyReleasable, officer("refuse_release"), nil, send(ie051Refused), timers(stop(AutoRelease)), movement.P4NoReleaseForTransit},

	// The request of release (docs/spec/api-1.0.md#11).
	{in(movement.P4ControlDecision, movement.P4RequestOfRelease, movement.P4ReleaseRequestRejected), received("IE054"), guard{passed, releaseWanted}, nil, nil, movement.P4RequestOfRelease},
	{in(movement.P4ControlDecision, movement.P4RequestOfRelease, movement.P4ReleaseRequestRejected), received("IE054"), guard{passed}, send(ie051Refused), nil, movement.P4NoReleaseForTransit},
	{in(movement.P4RequestOfRelease), officer("release"), nil, send(ie029), nil, movement.P4ReleaseForTransit},
	{in(movement.P4RequestOfRelease), officer("refuse_release"), nil, send(ie062, ie051Refused), nil, movement.P4NoReleaseForTransit},

	// The cancellation. What comes after the release is not in time (see legacyTaken), nor is what comes in any other
	// state without a row here. A second IE014 takes the place of the first.
	{in(movement.P4MrnAllocated, movement.P4GuaranteeNotValid, movement.P4ReleaseRequestRejected), received("IE014"), guard{passed}, nil, timers(pause(AutoRelease, cancellation)), movement.P4CancellationRequest},
	{in(movement.P4CancellationRequest), received("IE014"), guard{passed}, nil, nil, unchanged},
	{in(movement.P4CancellationRequest), officer("unreadable"), nil, send(ie917Invalidation), timers(resume(cancellation)), movement.P4CancellationNack},
	{in(movement.P4CancellationRequest), officer("accept_cancellation"), nil, send(ie009Accepted), timers(stopAll), movement.P4CancellationDecision},
	{in(movement.P4CancellationRequest), officer("refuse_cancellation"), guard{normal, allocatedBefore}, send(ie009Refused), timers(arm(AutoRelease)), continues},
	{in(movement.P4CancellationRequest), officer("refuse_cancellation"), nil, send(ie009Refused), timers(resume(cancellation)), continues},
	{legacyRunning, received("IE014"), guard{failed}, send(ie009Unwanted), nil, continues},
	{legacyCancellable, officer("cancel"), nil, send(ie009ByCustoms), timers(stopAll), movement.P4CancellationDecision},

	{in(movement.P4ReleaseForTransit), told(goodsReleased), nil, send(ie045), nil, movement.P4WriteOff},
	{in(movement.P4ReleaseForTransit), officer("arrive"), nil, send(ie045), nil, movement.P4WriteOff},
	// A request that came after the release and that nobody has answered does not keep the goods from arriving.
	{in(movement.P4CancellationRequest), told(goodsReleased), guard{releasedBefore}, send(ie045), timers(stopAll), movement.P4WriteOff},

	// What the rows above leave out. Nothing is over because of a message that comes too late.
	{everyLegacyDeparture, received("IE014"), guard{failed}, send(ie009Unwanted), nil, unchanged},
	{everyLegacyDeparture, received("IE054"), guard{failed}, send(ie062), nil, unchanged},
}
