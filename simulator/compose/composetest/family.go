package composetest

import (
	"fmt"
	"regexp"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// family is where the messages of some phases say what is checked, and what they owe to what the trader sent.
type family struct {
	// recipient, kind and prepared are elements of the header; the time of preparation may be in several.
	recipient, kind string
	prepared        []string
	// kindOf is what the kind says in a message with some root of an office.
	kindOf func(root, office string) string
	// identification is the form of customs' own.
	identification *regexp.Regexp
	// holderName is for holders without a number.
	holderName string
	// correlation checks which message of the trader a message refers to.
	correlation func(*checker, *message.Document)
	// mrn checks what an MRN says of the declaration.
	mrn func(*checker, string)
	// numbers are those of the goods a message shows, "" if it shows none.
	numbers func(*message.Document) string
	// goods checks the goods in a message of an arrival.
	goods func(c *checker, d, declaration *message.Document)
	// pointers checks where the errors of a rejection lead.
	pointers func(*checker, *message.Document)
	// echoes are the messages to the trader of an arrival that repeat what he sent last, and resubmits says that he may
	// begin an arrival anew.
	echoes    []string
	resubmits bool
}

func familyOf(p message.Phase) *family {
	if p.Legacy() {
		return &legacyFamily
	}
	return &currentFamily
}

// currentFamily is that of phases 5 and 6; responses sections 2 to 5.
var currentFamily = family{
	recipient: "messageRecipient", kind: "messageType", prepared: []string{"preparationDateAndTime"},
	kindOf:         func(root, _ string) string { return root },
	identification: regexp.MustCompile(`^[A-Z0-9]{14}$`),
	holderName:     "HolderOfTheTransitProcedure/name",
	correlation:    (*checker).correlation,
	mrn:            (*checker).letter,
	numbers:        numbers,
	goods:          (*checker).goods,
	pointers:       (*checker).pointers,
	echoes:         []string{"IE057"},
}

// legacyFamily is that of phase 4; responses section 7.
var legacyFamily = family{
	recipient: "MesRecMES6", kind: "MesTypMES20", prepared: []string{"DatOfPreMES9", "TimOfPreMES10"},
	kindOf:         func(root, office string) string { return office[:2] + root[2:] },
	identification: regexp.MustCompile(`^[0-9]{14}$`),
	holderName:     "TRAPRIPC1/NamPC17",
	correlation:    (*checker).legacyCorrelation,
	mrn:            func(*checker, string) {},
	numbers:        legacyNumbers,
	goods:          (*checker).legacyGoods,
	pointers:       (*checker).legacyPointers,
	resubmits:      true,
}

// letter compares the 17th character of an MRN with the declared safety data (R0410).
func (c *checker) letter(mrn string) {
	letter := movement.ProcedureLetter(c.Sent[0].Field(message.Security))
	c.same("17th character of the MRN", mrn[16:17], string(letter))
}

// legacyCorrelation: the reference is the identification, and a message that could not be read is named.
func (c *checker) legacyCorrelation(d *message.Document) {
	c.same("IntConRefMES11", d.Get("IntConRefMES11"), d.Field(message.Identification))
	if d.Type.Code == "IE917" {
		var known []string
		for _, sent := range c.Sent {
			known = append(known, sent.Field(message.Identification))
		}
		c.same("OriMesIdeMES22", d.Get("HEAHEA/OriMesIdeMES22"), known...)
	}
}

func legacyNumbers(d *message.Document) string {
	var b strings.Builder
	for _, item := range d.Each("GOOITEGDS") {
		fmt.Fprintf(&b, "item %s; ", item.Get("IteNumGDS7"))
	}
	return b.String()
}

// legacyGoods: every permission shows the items of the declaration.
func (c *checker) legacyGoods(d, declaration *message.Document) {
	if d.Type.Code == "IE043" && declaration != nil {
		c.same("numbers of items", legacyNumbers(d), legacyNumbers(declaration))
	}
}

// legacyPointer is a group, perhaps which one of several, and a field or a group in it.
var legacyPointer = regexp.MustCompile(`^[A-Z0-9]{2,3}([(\[][0-9]+[)\]])?\.\S`)

func (c *checker) legacyPointers(d *message.Document) {
	if d.Type.Code == "IE917" {
		return // has no place for a field of what cannot be read
	}
	for _, e := range d.Each("FUNERRER1") {
		if pointer := e.Get("ErrPoiER12"); !legacyPointer.MatchString(pointer) {
			c.fault("ErrPoiER12 %s names no field", pointer)
		}
	}
}
