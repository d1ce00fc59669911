// Package composetest helps tests to judge whether the messages of a movement fit together, whoever made them:
// the composer alone, the engine, or a whole simulator behind HTTP.
//
//	story := composetest.Story{Sent: sent, Received: received}
//	Expect(story.Faults()).To(BeEmpty())
package composetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/xmltree"
)

// Story is one departure as its messages tell it.
type Story struct {
	// Sent is what the trader sent, in order; the first is the IE015.
	Sent []*message.Document
	// Received is what customs sent, in order.
	Received []*message.Document
}

// Faults lists everything that does not fit together (docs/spec/responses.md#8, checks 2 to 4 and 6), each with the
// message it was found in. A coherent story has none.
func (s Story) Faults() []string {
	if len(s.Sent) == 0 || s.Sent[0].Type.Code != "IE015" {
		return []string{"the story does not begin with an IE015"}
	}
	c := s.checker(message.OfficeOfDeparture)
	for i, d := range s.Received {
		c.at = fmt.Sprintf("message %d (%s)", i+1, d.Type.Code)
		c.header(d)
		c.format.correlation(c, d)
		c.references(d)
		c.parties(d)
		c.items(d)
		c.format.pointers(c, d)
		c.before = append(c.before, d)
	}
	return c.faults
}

type checker struct {
	Story
	format *format
	office string // the one that sends, as the trader names it first
	at     string
	before []*message.Document
	faults []string
}

func (s Story) checker(office message.Field) *checker {
	return &checker{Story: s, format: formats[s.Sent[0].Phase.Generation()], office: s.Sent[0].Field(office)}
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, c.at+": "+fmt.Sprintf(format, args...))
}

// same compares a value with those it may have.
func (c *checker) same(what, got string, allowed ...string) {
	if slices.Contains(allowed, got) {
		return
	}
	var quoted []string
	for _, a := range allowed {
		if q := strconv.Quote(a); !slices.Contains(quoted, q) {
			quoted = append(quoted, q)
		}
	}
	c.fault("%s is %q, not %s", what, got, strings.Join(quoted, " or "))
}

// sent collects a value from all messages of the trader, or from those of some types.
func (c *checker) sent(path string, types ...string) []string {
	var out []string
	for _, d := range c.Sent {
		if len(types) == 0 || slices.Contains(types, d.Type.Code) {
			out = append(out, d.Get(path))
		}
	}
	return out
}

func (c *checker) header(d *message.Document) {
	f, path := c.format, d.Phase.Path
	c.same(path(message.Sender), d.Field(message.Sender), "NTA."+c.office[:2])
	f.recipient(c, d)
	c.same(f.kind, d.Get(f.kind), f.kindOf(d.Type.Root, c.office))
	id := d.Field(message.Identification)
	if !f.identification.MatchString(id) {
		c.fault("%s is %q, not 14 letters and digits", path(message.Identification), id)
	}
	for _, earlier := range c.before {
		if earlier.Field(message.Identification) == id {
			c.fault("%s %s is that of an earlier message", path(message.Identification), id)
		}
	}
	if n := len(c.before); n > 0 && c.prepared(d) < c.prepared(c.before[n-1]) {
		c.fault("it was prepared before the message before it")
	}
}

// prepared is when a message was prepared, in a form that sorts.
func (c *checker) prepared(d *message.Document) string {
	var b strings.Builder
	for _, path := range c.format.prepared {
		b.WriteString(d.Get(path))
	}
	return b.String()
}

// correlated says which messages of the trader a correlationIdentifier may name; docs/spec/responses.md#2. Types
// that are not here carry none.
var correlated = map[string][]string{
	"IE928": {"IE015"}, "IE028": {"IE015"}, "IE051": {"IE015"}, "IE060": {"IE015"},
	"IE004": {"IE013"},
	"IE009": {"IE014", "IE015"},
	"IE056": {"IE015", "IE013", "IE014", "IE170"},
	"IE025": {"IE044", "IE007"},
	"IE057": {"IE007", "IE044"},
}

func (c *checker) correlation(d *message.Document) {
	id := d.Get("correlationIdentifier")
	types, wanted := correlated[d.Type.Code]
	switch {
	case d.Type.Code == "IE045":
		if !c.format.identification.MatchString(id) || slices.Contains(c.sent("messageIdentification"), id) {
			c.fault("correlationIdentifier %q is not one of customs' own", id)
		}
	case !wanted:
		c.same("correlationIdentifier", id, "")
	case d.Type.Code == "IE056" || d.Type.Code == "IE057":
		c.same("correlationIdentifier", id, c.sent("messageIdentification", "IE"+d.Get("TransitOperation/businessRejectionType"))...)
	default:
		c.same("correlationIdentifier", id, c.sent("messageIdentification", types...)...)
	}
}

func (c *checker) references(d *message.Document) {
	if lrn := d.Field(message.LRN); lrn != "" {
		c.same("LRN", lrn, c.Sent[0].Field(message.LRN))
	}
	mrn := d.Field(message.MRN)
	if mrn == "" {
		return
	}
	if err := movement.CheckMRN(mrn); err != nil {
		c.fault("%v", err)
		return
	}
	c.format.mrn(c, mrn)
	c.same("office in the MRN", mrn[2:10], c.office)
	for _, earlier := range c.before {
		if known := earlier.Field(message.MRN); known != "" {
			c.same("MRN", mrn, known)
		}
	}
}

func (c *checker) parties(d *message.Document) {
	office, holder := d.Phase.Path(message.OfficeOfDeparture), d.Phase.Path(message.Holder)
	if d.Element(office) != nil {
		c.same("office of departure", d.Get(office), c.sent(office)...)
	}
	if d.Element(holder) == nil {
		return
	}
	c.same("holder", d.Get(holder), c.sent(holder)...)
	if d.Get(holder) == "" {
		c.same("name of the holder", d.Get(c.format.holderName), c.sent(c.format.holderName)...)
	}
}

// items compares the numbers of houses and items with those of a declaration.
func (c *checker) items(d *message.Document) {
	if d.Schema.Child("Consignment").Child("HouseConsignment") == nil && d.Schema.Child("GOOITEGDS") == nil {
		return
	}
	var allowed []string
	for _, sent := range c.Sent {
		if sent.Type.Code == "IE015" || sent.Type.Code == "IE013" {
			allowed = append(allowed, c.format.numbers(sent))
		}
	}
	c.same("numbers of houses and items", c.format.numbers(d), allowed...)
}

func numbers(d *message.Document) string {
	var b strings.Builder
	for _, house := range d.Each("Consignment/HouseConsignment") {
		fmt.Fprintf(&b, "house %s:", house.Get("sequenceNumber"))
		for _, item := range house.Each("ConsignmentItem") {
			b.WriteString(" " + itemNumber(item))
		}
		b.WriteString("; ")
	}
	return b.String()
}

// Codes of errors about an element that is not there: always of a condition, sometimes of a transitional constraint,
// which then has no original value.
const (
	missing      = "13"
	transitional = "50"
)

// pointers follows every errorPointer of a rejection into the message it rejects.
func (c *checker) pointers(d *message.Document) {
	if d.Type.Code != "IE056" && d.Type.Code != "IE057" {
		return
	}
	for _, e := range d.Each("FunctionalError") {
		pointer := e.Get("errorPointer")
		code := e.Get("errorCode")
		if code == missing || code == transitional && !e.Has("originalAttributeValue") {
			pointer = pointer[:max(strings.LastIndexByte(pointer, '/'), 0)]
		}
		if !c.resolves(pointer, d.Get("correlationIdentifier")) {
			c.fault("errorPointer %s leads nowhere in the rejected message", e.Get("errorPointer"))
		}
	}
}

// resolves follows a pointer in the message with an identification. The form with two slashes, which the
// office prints for authorisations, leads to groups right below the root.
func (c *checker) resolves(pointer, identification string) bool {
	path, err := xmltree.ParsePath(strings.TrimPrefix(pointer, "//"))
	if err != nil {
		return false
	}
	for _, d := range c.Sent {
		if d.Get("messageIdentification") == identification && len(path.Find(d.Root)) > 0 {
			return true
		}
	}
	return false
}
