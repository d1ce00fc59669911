package compose

import (
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// family is how phases that share their element names write what customs sends. Whatever the families do differently
// is a field here or one entry of a table below; everything else in the package serves both.
type family struct {
	// recipes by IE code.
	recipes map[string]recipe
	// header fills the elements that every message begins with.
	header func(*draft, recipe)
	// common fills the groups that most messages share.
	common func(*draft, recipe)
	// repair takes out what the messages of traders may hold and those of customs may not.
	repair func(*draft)
	// dialects are what the phases of the family write differently.
	dialects map[message.Phase]dialect
	// newMRN makes an MRN for a movement that should have one by now.
	newMRN func(*draft) string
	// foreign makes up what is released elsewhere: see Foreign.
	foreign func(arrival *message.Document, day time.Time, st *clock.Stream) ([]field, error)
	// random writes a message at random: see Random.
	random func(*generator, *schema.Element) *xmltree.Node
}

// field is an element and its value.
type field struct{ path, value string }

// familyOf is the only place where the package tells the phases apart.
func familyOf(p message.Phase) *family {
	if p.Legacy() {
		return &legacyFamily
	}
	return &currentFamily
}

// Writes says whether a message of a phase can be composed.
func Writes(p message.Phase, code string) bool {
	_, known := familyOf(p).recipes[code]
	return known
}

// currentFamily is that of phases 5 and 6 (docs/spec/responses.md#2 to #4).
var currentFamily = family{
	recipes: recipes, header: header, common: common, repair: repairContacts,
	dialects: dialects, newMRN: newMRN, foreign: foreign, random: random,
}

// legacyFamily is that of phase 4 (docs/spec/responses.md#7).
var legacyFamily = family{
	recipes: legacyRecipes, header: legacyHeader, common: legacyCommon, repair: dropLanguages,
	dialects: legacyDialects, newMRN: newLegacyMRN, foreign: legacyForeign, random: legacyRandom,
}
