package office

import "nctsim/simulator/movement"

var (
	// cancellable are the states in which customs may cancel of its own accord (docs/spec/process.md#6).
	cancellable = in(
		movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl,
		movement.GuaranteeAmendment, movement.CancellationRequested, movement.Released,
	)
	everyState = in(
		movement.Submitted, movement.PreLodged, movement.AwaitingAcceptance, movement.Accepted, movement.UnderControl,
		movement.GuaranteeAmendment, movement.CancellationRequested, movement.Released, movement.Arrived,
		movement.Discrepancies, movement.Recovery, movement.Rejected, movement.Cancelled, movement.NotReleased, movement.WrittenOff,
	)
)

// departures is the process of departure in phases 5 and 6: docs/spec/process.md#4-2, line by line. The
// conditions `ok` and `errors` stand for the checks of docs/spec/process.md#3; the IE056 of every `errors` row
// lists what they found, an error 92 included.
//
// An entry `notifyPeer` stands for a message to the trader at destination.
//
//	From | On | Guard | Emits | Timers | To
var departures = []row{
	{in(movement.Submitted), received("IE015"), guard{failed}, send(ie056), nil, movement.Rejected},
	{in(movement.Submitted), received("IE015"), guard{passed, preLodged}, send(ie928), timers(arm(Presentation)), movement.PreLodged},
	{in(movement.Submitted), received("IE015"), guard{passed, standard, simplified, guaranteed}, send(ie928, ie028), timers(arm(AutoRelease)), movement.Accepted},
	{in(movement.Submitted), received("IE015"), guard{passed, standard, simplified, unguaranteed}, send(ie928, ie028, ie055Checked), timers(arm(AutoRelease), pause(AutoRelease, guarantee), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.Submitted), received("IE015"), guard{passed, standard, normal}, send(ie928), nil, movement.AwaitingAcceptance},

	{in(movement.PreLodged), officer("intend_control"), nil, send(ie060Intention), nil, unchanged},
	{in(movement.PreLodged), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.PreLodged), received("IE013"), guard{passed}, send(ie004), nil, unchanged},
	{in(movement.PreLodged), received("IE014"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.PreLodged), received("IE014"), guard{passed}, send(ie009Automatic), timers(stop(Presentation)), movement.Cancelled},
	{in(movement.PreLodged), received("IE170"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.PreLodged), received("IE170"), guard{passed, unguaranteed, simplified, delayedRelease}, send(ie028, ie055Checked), timers(stop(Presentation), arm(AutoRelease), pause(AutoRelease, guarantee), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.PreLodged), received("IE170"), guard{passed, unguaranteed, simplified}, send(ie028, ie055Checked), timers(stop(Presentation), hold(AutoRelease, guarantee), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.PreLodged), received("IE170"), guard{passed, unguaranteed, normal}, send(ie028, ie055Checked), timers(stop(Presentation), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.PreLodged), received("IE170"), guard{passed, simplified, delayedRelease}, send(ie028), timers(stop(Presentation), arm(AutoRelease)), movement.Accepted},
	{in(movement.PreLodged), received("IE170"), guard{passed, simplified}, send(ie028, ie029), timers(stop(Presentation), arm(NonArrival)), movement.Released},
	{in(movement.PreLodged), received("IE170"), guard{passed, normal}, send(ie028), timers(stop(Presentation)), movement.Accepted},
	{in(movement.PreLodged), expiry(Presentation), nil, send(ie056Expired), nil, movement.Rejected},

	{in(movement.AwaitingAcceptance), officer("accept"), guard{guaranteed}, send(ie028), nil, movement.Accepted},
	{in(movement.AwaitingAcceptance), officer("accept"), guard{unguaranteed}, send(ie028, ie055Checked), timers(arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.AwaitingAcceptance), officer("reject"), nil, send(ie056ByOfficer), nil, movement.Rejected},
	{in(movement.AwaitingAcceptance), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.AwaitingAcceptance), received("IE013"), guard{passed}, send(ie004), nil, unchanged},
	{in(movement.AwaitingAcceptance), received("IE014"), guard{passed}, send(ie009Automatic), nil, movement.Cancelled},

	{in(movement.Accepted), expiry(AutoRelease), nil, send(ie029), timers(arm(NonArrival)), movement.Released},
	{in(movement.Accepted), officer("release"), nil, send(ie029), timers(stop(AutoRelease), arm(NonArrival)), movement.Released},
	{in(movement.Accepted), officer("control"), nil, send(ie060Control), timers(stop(AutoRelease)), movement.UnderControl},
	{in(movement.Accepted), officer("request_documents"), nil, send(ie060Documents), timers(pause(AutoRelease, documents)), unchanged},
	{in(movement.Accepted), officer("refuse_release"), nil, send(ie051Refused), timers(stop(AutoRelease)), movement.NotReleased},
	{in(movement.Accepted), officer("guarantee_invalid"), nil, send(ie055), timers(pause(AutoRelease, guarantee), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.Accepted), received("IE013"), guard{passed, unguaranteed}, send(ie004, ie055Checked), timers(pause(AutoRelease, guarantee), arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.Accepted), received("IE013"), guard{passed, restartsRelease}, send(ie004), timers(rearm(AutoRelease)), unchanged},
	{in(movement.Accepted), received("IE013"), guard{passed}, send(ie004), nil, unchanged},
	{in(movement.Accepted), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.Accepted), received("IE014"), guard{passed}, nil, timers(pause(AutoRelease, cancellation)), movement.CancellationRequested},
	{in(movement.Accepted), received("IE014"), guard{failed}, send(ie056), nil, unchanged},

	{in(movement.UnderControl), officer("control"), nil, send(ie060Control), nil, unchanged},
	{in(movement.UnderControl), officer("release"), nil, send(ie029), timers(arm(NonArrival)), movement.Released},
	{in(movement.UnderControl), officer("refuse_release"), nil, send(ie051Refused), nil, movement.NotReleased},
	{in(movement.UnderControl), officer("guarantee_invalid"), nil, send(ie055), timers(arm(AmendGuarantee)), movement.GuaranteeAmendment},
	{in(movement.UnderControl), received("IE014"), guard{passed}, nil, nil, movement.CancellationRequested},

	{in(movement.GuaranteeAmendment), received("IE013"), guard{passed, unguaranteed}, send(ie004, ie055Checked), timers(rearm(AmendGuarantee)), unchanged},
	{in(movement.GuaranteeAmendment), received("IE013"), guard{passed}, send(ie004), timers(stop(AmendGuarantee), resume(guarantee)), beforeGuarantee},
	{in(movement.GuaranteeAmendment), received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{in(movement.GuaranteeAmendment), received("IE014"), guard{passed}, nil, timers(pause(AmendGuarantee, cancellation)), movement.CancellationRequested},
	{in(movement.GuaranteeAmendment), officer("refuse_release"), nil, send(ie051Guarantee), timers(stop(AmendGuarantee), stop(AutoRelease)), movement.NotReleased},
	{in(movement.GuaranteeAmendment), expiry(AmendGuarantee), nil, send(ie051Guarantee), timers(stop(AutoRelease)), movement.NotReleased},

	{in(movement.CancellationRequested), officer("accept_cancellation"), nil, send(ie009Accepted), timers(stopAll), movement.Cancelled},
	{in(movement.CancellationRequested), officer("refuse_cancellation"), nil, send(ie009Refused), timers(resume(cancellation)), remembered},
	{cancellable, officer("cancel"), nil, send(ie009ByCustoms), timers(stopAll), movement.Cancelled},

	{in(movement.Released), fromPeer(arrivalAccepted), nil, nil, timers(stop(NonArrival)), movement.Arrived},
	{in(movement.Released), officer("arrive"), nil, send(ie045), timers(stop(NonArrival)), movement.WrittenOff},
	{in(movement.Released, movement.Arrived), officer("incident"), nil, send(ie182), nil, unchanged},
	{in(movement.Released, movement.Arrived), officer("enquiry"), nil, send(ie140), nil, unchanged},
	{in(movement.Released), officer("start_recovery"), nil, send(ie035), timers(stop(NonArrival)), movement.Recovery},
	{in(movement.Released), expiry(NonArrival), nil, send(ie035), nil, movement.Recovery},
	{in(movement.Released, movement.Arrived), fromPeer(goodsReleased), nil, send(ie045), timers(stop(NonArrival)), movement.WrittenOff},
	{in(movement.Released, movement.Arrived), fromPeer(majorDiscrepancies), nil, send(ie019), timers(stop(NonArrival), arm(ResolveDiscrepancies)), movement.Discrepancies},
	{in(movement.Discrepancies), officer("resolve_discrepancies"), guard{withheldHere}, send(notifyPeer(resolve)), nil, unchanged},
	{in(movement.Discrepancies), officer("resolve_discrepancies"), nil, send(ie045), timers(stop(ResolveDiscrepancies)), movement.WrittenOff},
	{in(movement.Discrepancies), fromPeer(goodsReleased), nil, send(ie045), timers(stop(ResolveDiscrepancies)), movement.WrittenOff},
	{in(movement.Discrepancies), officer("start_recovery"), guard{withheldHere}, send(ie035, notifyPeer(recoveryStarted)), timers(stop(ResolveDiscrepancies)), movement.Recovery},
	{in(movement.Discrepancies), officer("start_recovery"), nil, send(ie035), timers(stop(ResolveDiscrepancies)), movement.Recovery},
	{in(movement.Discrepancies), fromPeer(recoveryStarted), nil, send(ie035), timers(stop(ResolveDiscrepancies)), movement.Recovery},
	{in(movement.Discrepancies), expiry(ResolveDiscrepancies), guard{withheldHere}, send(ie035, notifyPeer(recoveryStarted)), nil, movement.Recovery},
	{in(movement.Discrepancies), expiry(ResolveDiscrepancies), nil, send(ie035), nil, movement.Recovery},
	{in(movement.Recovery), officer("end_recovery"), nil, send(ie045), nil, movement.WrittenOff},

	// What the rows above leave out: every other refusal of docs/spec/process.md#3 and #4-3.
	{everyState, received("IE013"), guard{failed}, send(ie056), nil, unchanged},
	{everyState, received("IE014"), guard{failed}, send(ie056), nil, unchanged},
	{everyState, received("IE170"), guard{failed}, send(ie056), nil, unchanged},
}
