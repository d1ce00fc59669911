package office

import "nctsim/simulator/movement"

var (
	// legacyUnloading are the states of an arrival of phase 4 in which unloading remarks are expected.
	legacyUnloading = in(movement.P4UnloadingPermission, movement.P4UnloadingRemarksRejected, movement.P4UnloadingRemarksNack)
	// legacyHeld are all before the goods are released.
	legacyHeld = in(
		movement.P4ArrivalSubmitted, movement.P4ArrivalNack, movement.P4ArrivalRejected, movement.P4UnloadingPermission,
		movement.P4UnloadingRemarksSubmitted, movement.P4UnloadingRemarksNack, movement.P4UnloadingRemarksRejected,
	)
	everyLegacyArrival = append(in(movement.P4GoodsReleased), legacyHeld...)
)

// legacyArrivals is the process of arrival in phase 4: docs/spec/process.md#9-3, line by line. An IE007 that comes
// again (PUT) brings the arrival back to the first state, whatever the one before, as docs/spec/api-1.0.md#10-2 says,
// and is then handled like the first.
//
// The trader of the departure learns of the release of the goods (IE045), and of nothing else: there are neither IE019
// nor IE035 in phase 4, and discrepancies end in the release or stay open.
//
//	From | On | Guard | Emits | Timers | To
var legacyArrivals = []row{
	{in(movement.P4ArrivalSubmitted), received("IE007"), guard{failed}, send(ie008), timers(stop(OfficerWait)), movement.P4ArrivalRejected},
	{in(movement.P4ArrivalSubmitted), received("IE007"), guard{passed, simplifiedArrival}, send(ie043), timers(stop(OfficerWait)), movement.P4UnloadingPermission},
	{in(movement.P4ArrivalSubmitted), received("IE007"), guard{passed, normalArrival}, nil, timers(stop(OfficerWait)), movement.P4ArrivalSubmitted},
	{in(movement.P4ArrivalSubmitted), officer("unreadable"), nil, send(ie917Declaration), nil, movement.P4ArrivalNack},
	{in(movement.P4ArrivalSubmitted), officer("permit_unloading"), nil, send(ie043), nil, movement.P4UnloadingPermission},
	{in(movement.P4ArrivalSubmitted), officer("reject_arrival"), nil, send(ie008ByOfficer), nil, movement.P4ArrivalRejected},

	{legacyUnloading, received("IE044"), guard{failed}, send(ie058), nil, movement.P4UnloadingRemarksRejected},
	{legacyUnloading, received("IE044"), guard{passed, unloadingClean}, send(ie025Released, tell(goodsReleased)), nil, movement.P4GoodsReleased},
	{legacyUnloading, received("IE044"), guard{passed}, nil, nil, movement.P4UnloadingRemarksSubmitted},

	{in(movement.P4UnloadingRemarksSubmitted), officer("unreadable"), nil, send(ie917Remarks), nil, movement.P4UnloadingRemarksNack},
	{in(movement.P4UnloadingRemarksSubmitted), officer("reject_remarks"), nil, send(ie058ByOfficer), nil, movement.P4UnloadingRemarksRejected},
	{in(movement.P4UnloadingRemarksSubmitted, movement.P4UnloadingRemarksRejected), officer("continue_unloading"), nil, send(ie043), nil, movement.P4UnloadingPermission},

	{legacyHeld, officer("release_goods"), nil, send(ie025Released, tell(goodsReleased)), nil, movement.P4GoodsReleased},

	// What the rows above leave out: unloading remarks that nobody has asked for.
	{everyLegacyArrival, received("IE044"), guard{failed}, send(ie058), nil, unchanged},
}
