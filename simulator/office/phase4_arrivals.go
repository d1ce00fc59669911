package office

import "nctsim/simulator/movement"

var (
	// phase4Unloading are the states of an arrival of phase 4 in which unloading remarks are expected.
	phase4Unloading = in(movement.Phase4UnloadingPermission, movement.Phase4UnloadingRemarksRejected, movement.Phase4UnloadingRemarksNack)
	// phase4Held are all before the goods are released.
	phase4Held = in(
		movement.Phase4ArrivalSubmitted, movement.Phase4ArrivalNack, movement.Phase4ArrivalRejected, movement.Phase4UnloadingPermission,
		movement.Phase4UnloadingRemarksSubmitted, movement.Phase4UnloadingRemarksNack, movement.Phase4UnloadingRemarksRejected,
	)
	everyPhase4Arrival = append(in(movement.Phase4GoodsReleased), phase4Held...)
)

// phase4Arrivals is the process of arrival in phase 4: docs/spec/process.md#9-3, line by line. An IE007 that comes
// again (PUT) brings the arrival back to the first state, whatever the one before, as docs/spec/api-1.0.md#10-2 says,
// and is then handled like the first.
//
// The trader of the departure learns of the release of the goods (IE045), and of nothing else: there are neither IE019
// nor IE035 in phase 4, and discrepancies end in the release or stay open.
//
//	From | On | Guard | Emits | Timers | To
var phase4Arrivals = []row{
	{in(movement.Phase4ArrivalSubmitted), received("IE007"), guard{failed}, send(ie008), timers(stop(OfficerWait)), movement.Phase4ArrivalRejected},
	{in(movement.Phase4ArrivalSubmitted), received("IE007"), guard{passed, simplifiedArrival}, send(ie043), timers(stop(OfficerWait)), movement.Phase4UnloadingPermission},
	{in(movement.Phase4ArrivalSubmitted), received("IE007"), guard{passed, normalArrival}, nil, timers(stop(OfficerWait)), movement.Phase4ArrivalSubmitted},
	{in(movement.Phase4ArrivalSubmitted), officer("unreadable"), nil, send(ie917Declaration), nil, movement.Phase4ArrivalNack},
	{in(movement.Phase4ArrivalSubmitted), officer("permit_unloading"), nil, send(ie043), nil, movement.Phase4UnloadingPermission},
	{in(movement.Phase4ArrivalSubmitted), officer("reject_arrival"), nil, send(ie008ByOfficer), nil, movement.Phase4ArrivalRejected},

	{phase4Unloading, received("IE044"), guard{failed}, send(ie058), nil, movement.Phase4UnloadingRemarksRejected},
	{phase4Unloading, received("IE044"), guard{passed, unloadingClean}, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.Phase4GoodsReleased},
	{phase4Unloading, received("IE044"), guard{passed}, nil, nil, movement.Phase4UnloadingRemarksSubmitted},

	{in(movement.Phase4UnloadingRemarksSubmitted), officer("unreadable"), nil, send(ie917Remarks), nil, movement.Phase4UnloadingRemarksNack},
	{in(movement.Phase4UnloadingRemarksSubmitted), officer("reject_remarks"), nil, send(ie058ByOfficer), nil, movement.Phase4UnloadingRemarksRejected},
	{in(movement.Phase4UnloadingRemarksSubmitted, movement.Phase4UnloadingRemarksRejected), officer("continue_unloading"), nil, send(ie043), nil, movement.Phase4UnloadingPermission},

	{phase4Held, officer("release_goods"), nil, send(ie025Released, notifyPeer(goodsReleased)), nil, movement.Phase4GoodsReleased},

	// What the rows above leave out: unloading remarks that nobody has asked for.
	{everyPhase4Arrival, received("IE044"), guard{failed}, send(ie058), nil, unchanged},
}
