package office

import (
	"nctsim/simulator/movement"
)

// legacy is the process of phase 4: process section 9.
var legacy = &family{
	journey: journey{
		underway: among(), mayArrive: among(), rejected: among(),
		undecided: among(movement.P4ArrivalSubmitted),
	},
}
