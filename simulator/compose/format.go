package compose

import (
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// format is how one generation of NCTS writes what customs sends. Whatever the generations do differently is a field
// here; everything else in the package serves both.
type format struct {
	// recipes by IE code.
	recipes map[string]recipe
	// header fills the elements that every message begins with.
	header func(*draft, recipe)
	// common fills the groups that most messages share.
	common func(*draft, recipe)
	// repair takes out what the messages of traders may hold and those of customs may not.
	repair func(*draft)
	// variants are what the phases of the generation write differently.
	variants map[message.Phase]variant
	// newMRN makes an MRN for a movement that should have one by now.
	newMRN func(*draft) string
	// foreign makes up what is released elsewhere: see Foreign.
	foreign func(arrival *message.Document, day time.Time, st *clock.Stream) ([]field, error)
	// random writes a message at random: see Random.
	random func(*generator, *schema.Element) *xmltree.Node
}

// field is an element and its value.
type field struct{ path, value string }

// formats: phase 4 (docs/spec/responses.md#7), phases 5 and 6 (docs/spec/responses.md#2 to #4).
var formats = map[message.Generation]*format{
	message.GenerationPhase4: {
		recipes: phase4Recipes, header: phase4Header, common: phase4Common, repair: dropLanguages,
		variants: phase4Variants, newMRN: newPhase4MRN, foreign: phase4Foreign, random: phase4Random,
	},
	message.GenerationPhases56: {
		recipes: phases56Recipes, header: phases56Header, common: phases56Common, repair: repairContacts,
		variants: phases56Variants, newMRN: newPhases56MRN, foreign: phases56Foreign, random: phases56Random,
	},
}

// formatOf is the only place where the package tells the generations apart.
func formatOf(p message.Phase) *format { return formats[p.Generation()] }

// Writes reports whether a message of a phase can be composed.
func Writes(p message.Phase, code string) bool {
	_, known := formatOf(p).recipes[code]
	return known
}

// variant is what one phase writes differently from the others of its generation; docs/spec/responses.md#3 and #4.
type variant struct {
	// holder is the form in IE019, IE035 and IE045.
	holder holderForm
	// simplifiedText is ControlResult/text of a release that nobody looked at.
	simplifiedText string
	// accessCode is shown in place of the declared one; empty echoes it.
	accessCode string
	// reasonTexts go with the codes of an IE055 when the office gives no text.
	reasonTexts map[string]string
}

func (d *draft) variant() variant { return d.format.variants[d.Movement.Phase] }
