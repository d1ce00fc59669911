package compose

// The groups of phase 4 that more than one message has.
const (
	legacyHead        = "HEAHEA"
	principalGroup    = "TRAPRIPC1"
	legacyTraderGroup = "TRADESTRD"
	consignorGroup    = "TRACONCO1"
	legacyItemGroup   = "GOOITEGDS"
	legacyErrorGroup  = "FUNERRER1"
	controlGroup      = "CONRESERS"
	sealsGroup        = "SEAINFSLI"
)

// legacyRecipes are the messages that customs sends in phase 4 (docs/spec/responses.md#7-2; docs/spec/api-1.0.md#9, and
// #11 for the IE062). The last one goes to either side. Which of the common groups a message has, its schema says.
var legacyRecipes = map[string]recipe{
	"IE928": {references: lrnOnly, fill: positiveAcknowledgement},
	"IE016": {references: lrnOnly, fill: declarationRejected},
	"IE028": {references: lrnAndMRN, fill: legacyMRNAllocated},
	"IE009": {references: mrnOnly, fill: cancellationDecision},

	"IE055": {references: mrnOnly, fill: legacyGuaranteeNotValid},
	"IE060": {references: mrnOnly, fill: legacyControlDecision},
	"IE062": {references: mrnOnly, fill: releaseRequestRejected},
	"IE029": {references: lrnAndMRN, fill: legacyRelease},
	"IE051": {references: lrnAndMRN, fill: legacyNoRelease},
	"IE045": {references: mrnOnly, fill: legacyWriteOff},

	"IE008": {groups: ofArrival, references: mrnEchoed, fill: arrivalRejected},
	"IE043": {groups: ofArrival, references: mrnOnly, pruned: true, fill: legacyPermission},
	"IE025": {groups: ofArrival, references: mrnOnly, fill: legacyGoodsRelease},
	"IE058": {groups: ofArrival, references: mrnEchoed, fill: remarksRejected},

	"IE917": {groups: ofNeither, fill: legacyXMLNack},
}
