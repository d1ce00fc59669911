package office

import "nctsim/simulator/movement"

// phases56Taken says which messages of the trader are taken in which state (docs/spec/process.md#4-3 and #5-3); in every
// other state they are refused with error 92. Whether an officer has to decide about an IE014 is for the process
// table. A second IE015 or IE007 never gets here: it creates a movement of its own (see checkTransit).
//
//	State | IE013 | IE014 | IE170
//	State | IE044
var phases56Taken = map[movement.State][]string{
	movement.Submitted:             {"IE015"},
	movement.PreLodged:             {"IE013", "IE014", "IE170"},
	movement.AwaitingAcceptance:    {"IE013", "IE014"},
	movement.Accepted:              {"IE013", "IE014"},
	movement.UnderControl:          {"IE014"},
	movement.GuaranteeAmendment:    {"IE013", "IE014"},
	movement.CancellationRequested: {},

	movement.ArrivalSubmitted:   {"IE007"},
	movement.UnloadingPermitted: {"IE044"},
}
