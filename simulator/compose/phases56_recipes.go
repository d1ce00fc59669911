package compose

import "nctsim/simulator/message"

// phases56Recipes are the messages that customs sends in phases 5 and 6; docs/spec/responses.md#2 to #4. The last two go to
// either side.
var phases56Recipes = map[string]recipe{
	"IE928": {correlation: ofDeclaration, references: lrnOnly, holder: shortHolder, fill: positiveAcknowledgement},
	"IE028": {correlation: ofDeclaration, references: lrnAndMRN, holder: shortHolder, fill: mrnAllocated},
	"IE004": {correlation: ofAnswered, references: lrnOrMRN, holder: shortHolder, fill: amendmentAcceptance},
	"IE009": {correlation: ofAnswered, references: lrnThenBoth, holder: shortHolder, fill: invalidationDecision},
	"IE056": {correlation: ofAnswered, references: lrnOrMRN, holder: wholeHolder, representative: true, echo: true, fill: rejection},

	"IE029": {correlation: none, references: lrnAndMRN, holder: longHolder, representative: true, fill: releaseForTransit},
	"IE051": {correlation: ofDeclaration, references: mrnOnly, holder: shortHolder, representative: true, fill: noRelease},
	"IE055": {correlation: none, references: mrnOnly, holder: shortHolder, fill: guaranteeNotValid},
	"IE060": {correlation: ofDeclaration, references: lrnOrMRN, holder: shortHolder, representative: true, fill: controlDecision},

	"IE019": {correlation: none, references: mrnOnly, holder: longHolderFromPhase6, fill: discrepancies},
	"IE035": {correlation: none, references: mrnOnly, holder: longHolderFromPhase6, fill: recoveryNotification},
	"IE045": {correlation: ofNobody, references: mrnOnly, holder: longHolderFromPhase6, fill: writeOff},
	"IE140": {correlation: none, references: mrnOnly, holder: shortHolder, fill: enquiry},
	"IE182": {correlation: none, references: mrnOnly, holder: noHolder, fill: incidentNotification},
	"IE022": {correlation: none, references: mrnOnly, holder: shortHolder, fill: notificationToAmend},

	"IE043": {groups: ofArrival, correlation: none, references: mrnOnly, pruned: true, fill: unloadingPermission},
	"IE025": {groups: ofArrival, correlation: ofAnswered, references: mrnOnly, pruned: true, fill: goodsRelease},
	"IE057": {groups: ofArrival, correlation: ofAnswered, references: mrnEchoed, echo: true, fill: rejection},

	"IE906": {groups: ofNeither, correlation: ofAnswered, fill: functionalNack},
	"IE917": {groups: ofNeither, correlation: ofAnswered, fill: xmlNack},
}

var phases56Variants = map[message.Phase]variant{
	message.Phase5: {holder: shortHolder, simplifiedText: "Simplified procedure"},
	message.Phase6: {
		holder: longHolder, simplifiedText: "NA", accessCode: "****",
		reasonTexts: map[string]string{"G03": "Access code not valid"},
	},
}
