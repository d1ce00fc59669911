package compose

import "nctsim/simulator/message"

// dialect is what the phases write differently; docs/spec/responses.md#3 and #4.
type dialect struct {
	// holder is the form in IE019, IE035 and IE045.
	holder holderForm
	// simplifiedText is ControlResult/text of a release that nobody looked at.
	simplifiedText string
	// accessCode is shown in place of the declared one; empty echoes it.
	accessCode string
	// reasonTexts go with the codes of an IE055 when the office gives no text.
	reasonTexts map[string]string
}

// dialects are those of phases 5 and 6.
var dialects = map[message.Phase]dialect{
	message.Phase5: {holder: shortHolder, simplifiedText: "Simplified procedure"},
	message.Phase6: {
		holder: longHolder, simplifiedText: "NA", accessCode: "****",
		reasonTexts: map[string]string{"G03": "Access code not valid"},
	},
}

// legacyDialects is that of phase 4.
var legacyDialects = map[message.Phase]dialect{
	message.Phase4: {reasonTexts: map[string]string{"G01": "Does not exist"}},
}

func (d *draft) dialect() dialect { return d.family.dialects[d.Movement.Phase] }
