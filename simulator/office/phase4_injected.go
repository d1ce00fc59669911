package office

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// legacyEffects are the target states of all messages of phase 4 (docs/spec/api-1.0.md#10): every message is
// accepted at any time and moves the movement there. Those of the trader do so by themselves where nobody decides about
// them: in the silent profile, and in a scenario that answers itself.
var legacyEffects = map[string]effect{
	"IE015": to(movement.P4DepartureSubmitted),
	"IE014": to(movement.P4CancellationRequest),
	"IE054": to(movement.P4RequestOfRelease),

	"IE928": to(movement.P4PositiveAcknowledgement),
	"IE016": to(movement.P4DepartureRejected),
	"IE028": to(movement.P4MrnAllocated),
	"IE055": to(movement.P4GuaranteeNotValid),
	"IE060": to(movement.P4ControlDecision),
	"IE051": to(movement.P4NoReleaseForTransit),
	"IE029": to(movement.P4ReleaseForTransit),
	"IE062": to(movement.P4ReleaseRequestRejected),
	"IE045": to(movement.P4WriteOff),
	"IE009": func(_ *visit, d *message.Document) movement.State {
		if d != nil && d.Get("HEAHEA/CanDecHEA93") == "0" {
			return continues
		}
		return movement.P4CancellationDecision
	},

	"IE007": to(movement.P4ArrivalSubmitted),
	"IE044": to(movement.P4UnloadingRemarksSubmitted),

	"IE008": to(movement.P4ArrivalRejected),
	"IE043": to(movement.P4UnloadingPermission),
	"IE058": to(movement.P4UnloadingRemarksRejected),
	"IE025": to(movement.P4GoodsReleased),

	"IE917": func(v *visit, _ *message.Document) movement.State {
		if nack, waits := legacyNacks[v.m.State]; waits {
			return nack
		}
		return unchanged
	},
}

// legacyNacks are what an IE917 makes of the states in which a message of the trader waits for an answer. In any other
// it stands for none.
var legacyNacks = map[movement.State]movement.State{
	movement.P4Initialized:               movement.P4DepartureNack,
	movement.P4DepartureSubmitted:        movement.P4DepartureNack,
	movement.P4CancellationRequest:       movement.P4CancellationNack,
	movement.P4ArrivalSubmitted:          movement.P4ArrivalNack,
	movement.P4UnloadingRemarksSubmitted: movement.P4UnloadingRemarksNack,
}

// legacyFacts are what injected messages of phase 4 make true besides.
var legacyFacts = map[string]func(*visit, *message.Document){
	"IE028": (*visit).stampAcceptance,
	"IE029": (*visit).stampRelease,
	"IE060": func(v *visit, _ *message.Document) { v.m.Facts.Controlled = true },
	"IE043": func(v *visit, _ *message.Document) { v.m.Facts.Permitted = v.Now },
	"IE025": func(v *visit, _ *message.Document) { v.m.Facts.ReleaseIndicator = fullRelease },
}
