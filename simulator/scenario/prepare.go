package scenario

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Remarks are what a trader at destination says after unloading.
type Remarks string

// The remarks that can be prepared: all conforms, a seal was broken, a package is missing, the weight is another one.
const (
	Conform       Remarks = "conform"
	SealsBroken   Remarks = "seals"
	FewerPackages Remarks = "packages"
	OtherWeight   Remarks = "weight"
)

// AllRemarks are those that can be prepared.
var AllRemarks = []Remarks{Conform, SealsBroken, FewerPackages, OtherWeight}

// Preparation is how a message is made from another one.
type Preparation struct {
	// Text is the message to begin with.
	Text []byte
	Facts
	// About is a message of the same movement, nil for none: what the prepared one repeats of it is taken from there, the
	// offices and traders, and all that an IE013 or an IE170 repeats of a declaration.
	About *message.Document
	// Permission is the IE043 that Remarks are about, for an IE044 of phases 5 and 6; "" for no remarks.
	Permission *message.Document
	Remarks    Remarks
	Set        []Assignment
}

// Prepare makes the message: its text, with only what has changed written anew. The error says which path cannot be set, or why
// the text is not a message of the phase.
func Prepare(c *message.Catalogue, p message.Phase, with Preparation) (*message.Document, []byte, error) {
	original, err := c.Parse(p, with.Text)
	if err != nil {
		return nil, nil, err
	}
	b := message.Edit(original)
	if with.About != nil {
		repeat(b.Document(), with.About)
		with.name(b.Document())
	}
	if err := with.fill(b); err != nil {
		return nil, nil, err
	}
	if err := apply(b, slices.Concat(with.Remarks.about(with.Permission), with.Set), nil); err != nil {
		return nil, nil, err
	}
	return b.Document(), b.Document().Patched(with.Text, original.Root), nil
}

// SampleFor is the name of a sample of a type in a phase that a message about a movement can begin with, false if there is
// none. Of several it is one that needs the least to fit: by MRN if the
// movement has one, without discrepancies.
func SampleFor(samples fs.FS, p message.Phase, code string, mrn bool) (name string, known bool) {
	files, err := fs.Glob(samples, path.Join(p.Dir(), "valid", strings.ToLower(code)+"-*.xml"))
	if err != nil {
		return "", false
	}
	best := 0
	for _, f := range files {
		file := strings.TrimSuffix(path.Base(f), ".xml")
		fits := 1
		named := "-by-lrn"
		if mrn {
			named = "-by-mrn"
		}
		for _, word := range []string{"-clean", named, "-normal"} {
			if strings.Contains(file, word) {
				fits++
			}
		}
		if strings.Contains(file, "-prelodged") || strings.Contains(file, "-incident") || strings.Contains(file, "discrepancies") {
			fits = 0
		}
		if fits > best || name == "" {
			best, name = fits, file
		}
	}
	return name, name != ""
}

// ownHeader are the elements at the top of a message that say which message it is.
var ownHeader = []string{"preparationDateAndTime", "messageIdentification", "messageType", "TransitOperation", "HEAHEA"}

// everything are the messages that repeat a declaration.
var everything = []string{"IE013", "IE170"}

// repeat puts into a message what it repeats of another one of its movement.
func repeat(d, about *message.Document) {
	whole := slices.Contains(everything, d.Type.Code)
	for _, e := range d.Schema.Children {
		if slices.Contains(ownHeader, e.Name) || !whole && !isParty(e.Name) {
			continue
		}
		var found []*xmltree.Node
		for _, n := range about.Root.All(e.Name) {
			if len(found) < e.Max {
				found = append(found, carried(n, e))
			}
		}
		switch {
		case len(found) > 0:
			replace(d.Root, d.Schema, e.Name, found)
		case whole && e.Min == 0:
			replace(d.Root, d.Schema, e.Name, nil)
		}
	}
	if from, to := about.Root.Child("TransitOperation"), d.Root.Child("TransitOperation"); whole && from != nil && to != nil {
		declared := d.Schema.Child("TransitOperation")
		for _, e := range declared.Children {
			if found := from.All(e.Name); len(found) > 0 {
				replace(to, declared, e.Name, []*xmltree.Node{carried(found[0], e)})
			}
		}
	}
}

// name makes an IE013 name its movement by the MRN if it has one, else by the LRN: never by both (rule C0467).
func (p Preparation) name(d *message.Document) {
	operation := d.Root.Child("TransitOperation")
	if d.Type.Code != "IE013" || operation == nil {
		return
	}
	named, other := "LRN", "MRN"
	if p.MRN != "" {
		named, other = other, named
	}
	declared := d.Schema.Child("TransitOperation")
	replace(operation, declared, other, nil)
	replace(operation, declared, named, []*xmltree.Node{{Name: named}})
}

// isParty reports whether an element says who is concerned: an office, a trader, or the names of sender and recipient.
func isParty(name string) bool {
	for _, begin := range []string{
		"messageSender", "messageRecipient", "CustomsOfficeOfDeparture", "CustomsOfficeOfDestinationActual", "HolderOfTheTransitProcedure",
		"TraderAtDestination", "Representative", "CUSOFFDEPEPT", "TRAPRIPC1", "TRADESTRD", "CUSOFFPREOFFRES",
	} {
		if name == begin {
			return true
		}
	}
	return false
}

// carried is a copy of an element with what another message may have of it.
func carried(n *xmltree.Node, declared *schema.Element) *xmltree.Node {
	out := &xmltree.Node{Name: n.Name, Text: n.Text}
	if declared.Leaf() {
		return out
	}
	out.Text = ""
	for _, c := range n.Children {
		if e := declared.Child(c.Name); e != nil {
			out.Children = append(out.Children, carried(c, e))
		}
	}
	return out
}

// replace puts elements in the place of all those of their name.
func replace(parent *xmltree.Node, declared *schema.Element, name string, with []*xmltree.Node) {
	place := func(n string) int {
		return slices.IndexFunc(declared.Children, func(e *schema.Element) bool { return e.Name == n })
	}
	parent.Children = slices.DeleteFunc(parent.Children, func(n *xmltree.Node) bool { return n.Name == name })
	at := slices.IndexFunc(parent.Children, func(n *xmltree.Node) bool { return place(n.Name) > place(name) })
	if at < 0 {
		at = len(parent.Children)
	}
	parent.Children = slices.Insert(parent.Children, at, with...)
}

// about are the values by which an IE044 makes the remarks about the goods of an IE043.
func (r Remarks) about(permission *message.Document) []Assignment {
	if r == "" || r == Conform || permission == nil {
		return nil
	}
	const remark = "UnloadingRemark/"
	set := []Assignment{{remark + "conform", "0"}, {remark + "stateOfSeals", "1"}}
	add := func(text string, more ...Assignment) []Assignment {
		return slices.Concat(set, []Assignment{{remark + "unloadingRemark", text}}, more)
	}
	const house, item = "Consignment/HouseConsignment[1]/", "Consignment/HouseConsignment[1]/ConsignmentItem[1]/"
	weight := Assignment{"Consignment/grossMass", permission.Get("Consignment/grossMass")}
	switch r {
	case SealsBroken:
		set[1].Value = "0"
		return add("The seals were broken")
	case OtherWeight:
		mass, err := strconv.ParseFloat(weight.Value, 64)
		if err != nil {
			mass = 1
		}
		weight.Value = strconv.FormatFloat(float64(int64(mass*900))/1000, 'f', -1, 64)
		return add("The goods weigh less than was declared", weight)
	case FewerPackages:
		n, err := strconv.Atoi(permission.Get(item + "Packaging[1]/numberOfPackages"))
		if err != nil || n < 1 {
			n = 1
		}
		more := []Assignment{weight}
		for _, path := range []string{
			house + "sequenceNumber", house + "grossMass", item + "goodsItemNumber", item + "declarationGoodsItemNumber", item + "Packaging[1]/sequenceNumber",
		} {
			if value := permission.Get(path); value != "" {
				more = append(more, Assignment{path, value})
			}
		}
		return add("A package is missing", append(more, Assignment{item + "Packaging[1]/numberOfPackages", fmt.Sprint(n - 1)})...)
	}
	return nil
}
