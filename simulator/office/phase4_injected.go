package office

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phase4Effects are the target states of all messages of phase 4 (docs/spec/api-1.0.md#10): every message is
// accepted at any time and moves the movement there. Those of the trader do so by themselves where nobody decides about
// them: in the silent profile, and in a scenario that answers itself.
var phase4Effects = map[string]effect{
	"IE015": to(movement.Phase4DepartureSubmitted),
	"IE014": to(movement.Phase4CancellationRequest),
	"IE054": to(movement.Phase4RequestOfRelease),

	"IE928": to(movement.Phase4PositiveAcknowledgement),
	"IE016": to(movement.Phase4DepartureRejected),
	"IE028": to(movement.Phase4MrnAllocated),
	"IE055": to(movement.Phase4GuaranteeNotValid),
	"IE060": to(movement.Phase4ControlDecision),
	"IE051": to(movement.Phase4NoReleaseForTransit),
	"IE029": to(movement.Phase4ReleaseForTransit),
	"IE062": to(movement.Phase4ReleaseRequestRejected),
	"IE045": to(movement.Phase4WriteOff),
	"IE009": func(_ *transition, d *message.Document) movement.State {
		if d != nil && d.Get("HEAHEA/CanDecHEA93") == "0" {
			return continues
		}
		return movement.Phase4CancellationDecision
	},

	"IE007": to(movement.Phase4ArrivalSubmitted),
	"IE044": to(movement.Phase4UnloadingRemarksSubmitted),

	"IE008": to(movement.Phase4ArrivalRejected),
	"IE043": to(movement.Phase4UnloadingPermission),
	"IE058": to(movement.Phase4UnloadingRemarksRejected),
	"IE025": to(movement.Phase4GoodsReleased),

	"IE917": func(tr *transition, _ *message.Document) movement.State {
		if nack, waits := phase4Nacks[tr.m.State]; waits {
			return nack
		}
		return unchanged
	},
}

// phase4Nacks are what an IE917 makes of the states in which a message of the trader waits for an answer. In any other
// it stands for none.
var phase4Nacks = map[movement.State]movement.State{
	movement.Phase4Initialized:               movement.Phase4DepartureNack,
	movement.Phase4DepartureSubmitted:        movement.Phase4DepartureNack,
	movement.Phase4CancellationRequest:       movement.Phase4CancellationNack,
	movement.Phase4ArrivalSubmitted:          movement.Phase4ArrivalNack,
	movement.Phase4UnloadingRemarksSubmitted: movement.Phase4UnloadingRemarksNack,
}

// phase4Facts are what injected messages of phase 4 make true besides.
var phase4Facts = map[string]func(*transition, *message.Document){
	"IE028": (*transition).recordAcceptance,
	"IE029": (*transition).recordRelease,
	"IE060": func(tr *transition, _ *message.Document) { tr.m.Facts.Controlled = true },
	"IE043": func(tr *transition, _ *message.Document) { tr.m.Facts.Permitted = tr.Now },
	"IE025": func(tr *transition, _ *message.Document) { tr.m.Facts.ReleaseIndicator = fullRelease },
}
