package composetest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// format is where the messages of a generation say what is checked, and what they owe to what the trader sent.
type format struct {
	// kind and prepared are elements of the header; the time of preparation may be in several.
	kind     string
	prepared []string
	// recipient checks to whom a message goes.
	recipient func(*checker, *message.Document)
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
	// echoes are the messages to the trader of an arrival that repeat what they sent last, and resubmits says that they may
	// begin an arrival anew.
	echoes    []string
	resubmits bool
}

var formats = map[message.Generation]*format{message.GenerationPhase4: &phase4, message.GenerationPhases56: &phases56}

// phases56 is the format of phases 5 and 6; docs/spec/responses.md#2 to #5.
var phases56 = format{
	kind: "messageType", prepared: []string{"preparationDateAndTime"},
	recipient:      (*checker).recipient,
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

// phase4 is the format of phase 4; docs/spec/responses.md#7.
var phase4 = format{
	kind: "MesTypMES20", prepared: []string{"DatOfPreMES9", "TimOfPreMES10"},
	recipient:      (*checker).phase4Recipient,
	kindOf:         func(root, office string) string { return office[:2] + root[2:] },
	identification: regexp.MustCompile(`^[0-9]{14}$`),
	holderName:     "TRAPRIPC1/NamPC17",
	correlation:    (*checker).phase4Correlation,
	mrn:            func(*checker, string) {},
	numbers:        phase4Numbers,
	goods:          (*checker).phase4Goods,
	pointers:       (*checker).phase4Pointers,
	resubmits:      true,
}

// recipient: who sent one of the messages.
func (c *checker) recipient(d *message.Document) {
	c.same("messageRecipient", d.Get("messageRecipient"), c.sent("messageSender")...)
}

// phase4Address is the address of a trader's message, with its correlation number.
var phase4Address = regexp.MustCompile(`^MDTP-(?:DEP|ARR)-[0-9]{23}-([0-9]{2,})$`)

// phase4Recipient: the address that the API gave to the first message, or to a rejected IE044. Traders do not know it themselves: of
// what they keep, the number of messages alone can be compared.
func (c *checker) phase4Recipient(d *message.Document) {
	address, path := d.Get("MesRecMES6"), d.Phase.Path(message.Sender)
	known := c.sent(path)[:1]
	if remarks := c.sent(path, "IE044"); d.Type.Code == "IE058" && len(remarks) > 0 {
		known = remarks
	}
	if !slices.Contains(known, "") {
		c.same("MesRecMES6", address, known...)
		return
	}
	found := phase4Address.FindStringSubmatch(address)
	if found == nil {
		c.fault("MesRecMES6 %q is not an address of a trader", address)
		return
	}
	switch n, _ := strconv.Atoi(found[1]); {
	case d.Type.Code != "IE058" && n != 1:
		c.fault("MesRecMES6 %s is that of message %d, not of the first", address, n)
	case n < 1 || n > len(c.Sent):
		c.fault("MesRecMES6 %s is that of message %d, and %d were sent", address, n, len(c.Sent))
	}
}

// letter compares the 17th character of an MRN with the declared safety data (R0410).
func (c *checker) letter(mrn string) {
	letter := movement.ProcedureLetter(c.Sent[0].Field(message.Security))
	c.same("17th character of the MRN", mrn[16:17], string(letter))
}

// phase4Correlation: the reference is the identification, and a message that could not be read is named.
func (c *checker) phase4Correlation(d *message.Document) {
	c.same("IntConRefMES11", d.Get("IntConRefMES11"), d.Field(message.Identification))
	if d.Type.Code == "IE917" {
		var known []string
		for _, sent := range c.Sent {
			known = append(known, sent.Field(message.Identification))
		}
		c.same("OriMesIdeMES22", d.Get("HEAHEA/OriMesIdeMES22"), known...)
	}
}

func phase4Numbers(d *message.Document) string {
	var b strings.Builder
	for _, item := range d.Each("GOOITEGDS") {
		fmt.Fprintf(&b, "item %s; ", item.Get("IteNumGDS7"))
	}
	return b.String()
}

// phase4Goods: every permission shows the items of the declaration.
func (c *checker) phase4Goods(d, declaration *message.Document) {
	if d.Type.Code == "IE043" && declaration != nil {
		c.same("numbers of items", phase4Numbers(d), phase4Numbers(declaration))
	}
}

// phase4Pointer is a group, perhaps which one of several, and a field or a group in it.
var phase4Pointer = regexp.MustCompile(`^[A-Z0-9]{2,3}([(\[][0-9]+[)\]])?\.\S`)

func (c *checker) phase4Pointers(d *message.Document) {
	if d.Type.Code == "IE917" {
		return // has no place for a field of what cannot be read
	}
	for _, e := range d.Each("FUNERRER1") {
		if pointer := e.Get("ErrPoiER12"); !phase4Pointer.MatchString(pointer) {
			c.fault("ErrPoiER12 %s names no field", pointer)
		}
	}
}
