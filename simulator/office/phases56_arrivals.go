package office

import "nctsim/simulator/movement"

var everyArrivalState = in(
	movement.ArrivalSubmitted, movement.AwaitingArrivalAcceptance, movement.ArrivalAccepted, movement.UnloadingPermitted,
	movement.RemarksReceived, movement.DiscrepancyPending, movement.ArrivalRejected, movement.GoodsReleased, movement.GoodsNotReleased,
)

// arrivals is the process of arrival in phases 5 and 6: docs/spec/process.md#5-2, line by line. The conditions `ok`
// and `errors` stand for the checks of docs/spec/process.md#3 and #5-4; the IE057 of every `errors` row lists what
// they found: an unknown MRN (90) and a departure that is not RELEASED (92) included. An entry `notifyPeer` stands for
// what the departure learns, and so for the messages >D of the page.
//
//	From | On | Guard | Emits | Timers | To
var arrivals = []row{
	{in(movement.ArrivalSubmitted), received("IE007"), guard{failed}, send(ie057), nil, movement.ArrivalRejected},
	{in(movement.ArrivalSubmitted), received("IE007"), guard{passed, simplifiedArrival}, send(ie043, notifyPeer(arrivalAccepted)), nil, movement.UnloadingPermitted},
	{in(movement.ArrivalSubmitted), received("IE007"), guard{passed, normalArrival}, nil, nil, movement.AwaitingArrivalAcceptance},

	// Until it is accepted, the departure may be cancelled or recovered; the acceptance then comes too late.
	{in(movement.AwaitingArrivalAcceptance), officer("accept_arrival"), guard{departureGone}, send(ie057TooLate), nil, movement.ArrivalRejected},
	{in(movement.AwaitingArrivalAcceptance), officer("accept_arrival"), nil, send(notifyPeer(arrivalAccepted)), nil, movement.ArrivalAccepted},
	{in(movement.AwaitingArrivalAcceptance), officer("reject_arrival"), nil, send(ie057Arrival), nil, movement.ArrivalRejected},

	{in(movement.ArrivalAccepted), officer("release_goods"), nil, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.GoodsReleased},
	{in(movement.ArrivalAccepted), officer("major_discrepancies"), nil, send(ie025Withheld, notifyPeer(majorDiscrepancies)), nil, movement.DiscrepancyPending},
	{in(movement.ArrivalAccepted), officer("permit_unloading"), nil, send(ie043), nil, movement.UnloadingPermitted},

	{in(movement.UnloadingPermitted), received("IE044"), guard{failed}, send(ie057), nil, unchanged},
	{in(movement.UnloadingPermitted), received("IE044"), guard{passed, unloadingClean}, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.GoodsReleased},
	{in(movement.UnloadingPermitted), received("IE044"), guard{passed, unloadingPartial}, nil, nil, movement.RemarksReceived},
	{in(movement.UnloadingPermitted), received("IE044"), guard{passed}, nil, nil, movement.RemarksReceived},
	{in(movement.UnloadingPermitted), officer("release_goods"), nil, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.GoodsReleased},

	{in(movement.RemarksReceived), officer("continue_unloading"), guard{interrupted, continuable}, send(ie043Continued), nil, movement.UnloadingPermitted},
	{in(movement.RemarksReceived), officer("reject_remarks"), nil, send(ie057Remarks), nil, movement.UnloadingPermitted},
	{in(movement.RemarksReceived), officer("release_goods"), nil, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.GoodsReleased},
	{in(movement.RemarksReceived), officer("major_discrepancies"), nil, send(ie025Withheld, notifyPeer(majorDiscrepancies)), nil, movement.DiscrepancyPending},
	{in(movement.RemarksReceived), officer("partial_release"), nil, send(ie025Partial), nil, unchanged},

	{in(movement.DiscrepancyPending), officer("resolve_discrepancies"), nil, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.GoodsReleased},
	{in(movement.DiscrepancyPending), fromPeer(resolve), nil, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.GoodsReleased},
	{in(movement.DiscrepancyPending), officer("start_recovery"), nil, send(notifyPeer(recoveryStarted)), nil, movement.GoodsNotReleased},
	{in(movement.DiscrepancyPending), fromPeer(recoveryStarted), nil, nil, nil, movement.GoodsNotReleased},

	// What the rows above leave out: the refusals of docs/spec/process.md#5-3.
	{everyArrivalState, received("IE044"), guard{failed}, send(ie057), nil, unchanged},
}
