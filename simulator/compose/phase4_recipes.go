package compose

import "nctsim/simulator/message"

// The groups of phase 4 that more than one message has.
const (
	phase4Head        = "HEAHEA"
	principalGroup    = "TRAPRIPC1"
	phase4TraderGroup = "TRADESTRD"
	consignorGroup    = "TRACONCO1"
	phase4ItemGroup   = "GOOITEGDS"
	phase4ErrorGroup  = "FUNERRER1"
	controlGroup      = "CONRESERS"
	sealsGroup        = "SEAINFSLI"
)

// phase4Recipes are the messages that customs sends in phase 4 (docs/spec/responses.md#7-2; docs/spec/api-1.0.md#9, and
// #11 for the IE062). The last one goes to either side. Which of the common groups a message has, its schema says.
var phase4Recipes = map[string]recipe{
	"IE928": {references: lrnOnly, fill: positiveAcknowledgement},
	"IE016": {references: lrnOnly, fill: declarationRejected},
	"IE028": {references: lrnAndMRN, fill: phase4MRNAllocated},
	"IE009": {references: mrnOnly, fill: cancellationDecision},

	"IE055": {references: mrnOnly, fill: phase4GuaranteeNotValid},
	"IE060": {references: mrnOnly, fill: phase4ControlDecision},
	"IE062": {references: mrnOnly, fill: releaseRequestRejected},
	"IE029": {references: lrnAndMRN, fill: phase4Release},
	"IE051": {references: lrnAndMRN, fill: phase4NoRelease},
	"IE045": {references: mrnOnly, fill: phase4WriteOff},

	"IE008": {groups: ofArrival, references: mrnEchoed, fill: arrivalRejected},
	"IE043": {groups: ofArrival, references: mrnOnly, pruned: true, fill: phase4Permission},
	"IE025": {groups: ofArrival, references: mrnOnly, fill: phase4GoodsRelease},
	"IE058": {groups: ofArrival, references: mrnEchoed, fill: remarksRejected},

	"IE917": {groups: ofNeither, fill: phase4XMLNack},
}

var phase4Variants = map[message.Phase]variant{
	message.Phase4: {reasonTexts: map[string]string{"G01": "Does not exist"}},
}
