package office

import "nctsim/simulator/movement"

var (
	// phase4Running are the states in which a departure of phase 4 is under way, from its acknowledgement on.
	phase4Running = in(
		movement.Phase4PositiveAcknowledgement, movement.Phase4MrnAllocated, movement.Phase4GuaranteeNotValid, movement.Phase4ControlDecision,
		movement.Phase4RequestOfRelease, movement.Phase4ReleaseRequestRejected, movement.Phase4ReleaseForTransit,
	)
	// phase4Cancellable are those in which customs may cancel of its own accord: there is an MRN, and nothing is over
	// (docs/spec/api-1.0.md#12).
	phase4Cancellable = in(
		movement.Phase4MrnAllocated, movement.Phase4GuaranteeNotValid, movement.Phase4ControlDecision, movement.Phase4RequestOfRelease,
		movement.Phase4ReleaseRequestRejected, movement.Phase4CancellationRequest, movement.Phase4ReleaseForTransit,
	)
	// phase4Releasable are those in which an officer decides about the release.
	phase4Releasable = in(
		movement.Phase4MrnAllocated, movement.Phase4ControlDecision, movement.Phase4GuaranteeNotValid, movement.Phase4ReleaseRequestRejected,
	)
	everyPhase4Departure = in(
		movement.Phase4DepartureSubmitted, movement.Phase4DepartureNack, movement.Phase4PositiveAcknowledgement, movement.Phase4DepartureRejected,
		movement.Phase4MrnAllocated, movement.Phase4GuaranteeNotValid, movement.Phase4ControlDecision, movement.Phase4RequestOfRelease,
		movement.Phase4ReleaseRequestRejected, movement.Phase4ReleaseForTransit, movement.Phase4NoReleaseForTransit,
		movement.Phase4CancellationRequest, movement.Phase4CancellationNack, movement.Phase4CancellationDecision, movement.Phase4WriteOff,
	)
)

// phase4Departures is the process of departure in phase 4: docs/spec/process.md#9-2, line by line. The conditions `ok`
// and `errors` stand for the checks of docs/spec/process.md#3 as far as phase 4 has them; an IE014 or IE054 at the
// wrong time is one of the errors.
//
// A movement whose cancellation was refused, or whose IE014 could not be read, goes on where it was before: for the rows
// of that state it is still there.
//
//	From | On | Guard | Emits | Timers | To
var phase4Departures = []row{
	{in(movement.Phase4DepartureSubmitted), received("IE015"), guard{failed}, send(ie016), nil, movement.Phase4DepartureRejected},
	{in(movement.Phase4DepartureSubmitted), officer("unreadable"), nil, send(ie917Declaration), nil, movement.Phase4DepartureNack},
	{in(movement.Phase4DepartureSubmitted), received("IE015"), guard{passed, simplified, guaranteed}, send(ie028), timers(arm(AutoRelease)), movement.Phase4MrnAllocated},
	{in(movement.Phase4DepartureSubmitted), received("IE015"), guard{passed, simplified, unguaranteed}, send(ie028, ie055Checked), nil, movement.Phase4GuaranteeNotValid},
	{in(movement.Phase4DepartureSubmitted), received("IE015"), guard{passed, normal, preLodged}, send(ie928), nil, movement.Phase4PositiveAcknowledgement},
	{in(movement.Phase4DepartureSubmitted), received("IE015"), guard{passed, normal, atCustoms, guaranteed}, send(ie028), nil, movement.Phase4MrnAllocated},
	{in(movement.Phase4DepartureSubmitted), received("IE015"), guard{passed, normal, atCustoms, unguaranteed}, send(ie028, ie055Checked), nil, movement.Phase4GuaranteeNotValid},

	{in(movement.Phase4PositiveAcknowledgement), officer("accept"), guard{guaranteed}, send(ie028), nil, movement.Phase4MrnAllocated},
	{in(movement.Phase4PositiveAcknowledgement), officer("accept"), guard{unguaranteed}, send(ie028, ie055Checked), nil, movement.Phase4GuaranteeNotValid},
	{in(movement.Phase4PositiveAcknowledgement), officer("reject"), nil, send(ie016ByOfficer), nil, movement.Phase4DepartureRejected},

	{in(movement.Phase4MrnAllocated), officer("guarantee_invalid"), nil, send(ie055), timers(stop(AutoRelease)), movement.Phase4GuaranteeNotValid},
	{in(movement.Phase4MrnAllocated, movement.Phase4ControlDecision), officer("control"), nil, send(ie060Control), timers(stop(AutoRelease)), movement.Phase4ControlDecision},
	{in(movement.Phase4MrnAllocated), expiry(AutoRelease), nil, send(ie029), nil, movement.Phase4ReleaseForTransit},
	{phase4Releasable, officer("release"), nil, send(ie029), timers(stop(AutoRelease)), movement.Phase4ReleaseForTransit},
	{in(movement.Phase4GuaranteeNotValid), officer("refuse_release"), nil, send(ie051Guarantee), nil, movement.Phase4NoReleaseForTransit},
	{phase4Releasable, officer("refuse_release"), nil, send(ie051Refused), timers(stop(AutoRelease)), movement.Phase4NoReleaseForTransit},

	// The request of release (docs/spec/api-1.0.md#11).
	{in(movement.Phase4ControlDecision, movement.Phase4RequestOfRelease, movement.Phase4ReleaseRequestRejected), received("IE054"), guard{passed, releaseWanted}, nil, nil, movement.Phase4RequestOfRelease},
	{in(movement.Phase4ControlDecision, movement.Phase4RequestOfRelease, movement.Phase4ReleaseRequestRejected), received("IE054"), guard{passed}, send(ie051Refused), nil, movement.Phase4NoReleaseForTransit},
	{in(movement.Phase4RequestOfRelease), officer("release"), nil, send(ie029), nil, movement.Phase4ReleaseForTransit},
	{in(movement.Phase4RequestOfRelease), officer("refuse_release"), nil, send(ie062, ie051Refused), nil, movement.Phase4NoReleaseForTransit},

	// The cancellation. What comes after the release is not in time (see phase4Taken), nor is what comes in any other
	// state without a row here. A second IE014 takes the place of the first.
	{in(movement.Phase4MrnAllocated, movement.Phase4GuaranteeNotValid, movement.Phase4ReleaseRequestRejected), received("IE014"), guard{passed}, nil, timers(pause(AutoRelease, cancellation)), movement.Phase4CancellationRequest},
	{in(movement.Phase4CancellationRequest), received("IE014"), guard{passed}, nil, nil, unchanged},
	{in(movement.Phase4CancellationRequest), officer("unreadable"), nil, send(ie917Invalidation), timers(resume(cancellation)), movement.Phase4CancellationNack},
	{in(movement.Phase4CancellationRequest), officer("accept_cancellation"), nil, send(ie009Accepted), timers(stopAll), movement.Phase4CancellationDecision},
	{in(movement.Phase4CancellationRequest), officer("refuse_cancellation"), guard{normal, allocatedBefore}, send(ie009Refused), timers(arm(AutoRelease)), continues},
	{in(movement.Phase4CancellationRequest), officer("refuse_cancellation"), nil, send(ie009Refused), timers(resume(cancellation)), continues},
	{phase4Running, received("IE014"), guard{failed}, send(ie009Unwanted), nil, continues},
	{phase4Cancellable, officer("cancel"), nil, send(ie009ByCustoms), timers(stopAll), movement.Phase4CancellationDecision},

	{in(movement.Phase4ReleaseForTransit), fromPeer(goodsReleased), nil, send(ie045), nil, movement.Phase4WriteOff},
	{in(movement.Phase4ReleaseForTransit), officer("arrive"), nil, send(ie045), nil, movement.Phase4WriteOff},
	// A request that came after the release and that nobody has answered does not keep the goods from arriving.
	{in(movement.Phase4CancellationRequest), fromPeer(goodsReleased), guard{releasedBefore}, send(ie045), timers(stopAll), movement.Phase4WriteOff},

	// What the rows above leave out. Nothing is over because of a message that comes too late.
	{everyPhase4Departure, received("IE014"), guard{failed}, send(ie009Unwanted), nil, unchanged},
	{everyPhase4Departure, received("IE054"), guard{failed}, send(ie062), nil, unchanged},
}
