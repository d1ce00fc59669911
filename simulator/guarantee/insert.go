package guarantee

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/movement"
	"nctsim/simulator/xmltree"
)

// Default is the liability that customs assumes where the trader gives none. The zero value is that of Standard.
type Default struct {
	// Amount is printed with two decimals: "10000.00".
	Amount string
	// Currency is three capital letters.
	Currency string
}

// Standard is what the documentation of API 1.0 promises: ten thousand euros.
var Standard = Default{Amount: "10000.00", Currency: "EUR"}

// NewDefault checks an amount and a currency as a user gives them; the amount gets two decimals.
func NewDefault(amount, currency string) (Default, error) {
	d, err := movement.ParseDecimal(amount)
	if err != nil {
		return Default{}, fmt.Errorf("default liability: %w", err)
	}
	text := d.Fixed(2)
	if d.Sign() <= 0 || len(text) > longestAmount || text[len(text)-3] != '.' {
		return Default{}, fmt.Errorf("default liability: %.40q is not an amount; hint: it is more than 0, with two decimals and at most %d characters, as in %s",
			amount, longestAmount, Standard.Amount)
	}
	if !isCurrency(currency) {
		return Default{}, fmt.Errorf("default liability: %.40q is not a currency; hint: it has three capital letters, as in %s", currency, Standard.Currency)
	}
	return Default{text, currency}, nil
}

// orStandard fills a zero Default.
func (d Default) orStandard() Default {
	if d == (Default{}) {
		return Standard
	}
	return d
}

// text is the mention of a guarantee whose liability is the default.
func (d Default) text(reference string) string { return d.Amount + d.Currency + reference }

// Insert does to a new declaration of phase 4 what API 1.0 does before it hands it on: a guarantee without a stated
// amount gets the default (docs/spec/api-1.0.md#8). The tree that is given stays as it is; the one returned
// is the same where nothing has to be done. The error is a Refusal, whose text is the body of the answer 400.
func (d Default) Insert(root *xmltree.Node) (*xmltree.Node, error) {
	concerned, err := leavesGreatBritain(root)
	if err != nil {
		return nil, err
	}
	if !concerned {
		return root, nil
	}
	references, err := defaulted(root)
	if err != nil {
		return nil, err
	}
	out := root.Clone()
	for i, item := range out.Children {
		if item.Name != itemGroup {
			continue
		}
		done, err := d.orStandard().inItem(item, references)
		if err != nil {
			return nil, err
		}
		out.Children[i] = done
	}
	return out, nil
}

// leavesGreatBritain is the check of the route (docs/spec/api-1.0.md#8-1): transits inside Great Britain are left
// alone.
func leavesGreatBritain(root *xmltree.Node) (bool, error) {
	departure, destination := value(root, departureOffice, departureNumber), value(root, destinationOffice, destinationNumber)
	switch {
	case departure == "":
		return false, DepartureEmpty
	case destination == "":
		return false, DestinationEmpty
	case strings.HasPrefix(departure, "GB"):
		return !strings.HasPrefix(destination, "GB"), nil
	case strings.HasPrefix(departure, "XI"):
		return true, nil
	}
	return false, InappropriateDeparture
}

// inItem rewrites the guarantee mentions of a goods item, and adds those that are missing if it is the first one
// (docs/spec/api-1.0.md#8-3).
func (d Default) inItem(item *xmltree.Node, references []string) (*xmltree.Node, error) {
	first, err := isFirst(item)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(item.Children, quotedMention) {
		return nil, QuotedText
	}
	rewritten := map[*xmltree.Node]*xmltree.Node{}
	var missing []string
	for _, reference := range references {
		mention, text, err := d.mention(item, reference)
		switch {
		case err != nil:
			return nil, err
		case mention == nil:
			missing = append(missing, reference)
		case rewritten[mention] == nil:
			rewritten[mention] = rewrite(mention, text)
		}
	}
	if !first {
		missing = nil
	}
	return d.rebuild(item, rewritten, missing)
}

// isFirst reports whether an item is number 1.
func isFirst(item *xmltree.Node) (bool, error) {
	text := value(item, itemNumber)
	if text == "" {
		return false, ItemNumberMissing
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return false, ItemNumberInvalid
	}
	return n == 1, nil
}

// mention finds what an item says of a guarantee, and what it has to say; nil if it says nothing.
func (d Default) mention(item *xmltree.Node, reference string) (*xmltree.Node, string, error) {
	for _, n := range item.Children {
		text := value(n, mentionText)
		if !mentionsGuarantee(n) || !strings.HasSuffix(text, reference) {
			continue
		}
		l, err := ParseLiability(text, reference)
		if err == nil && !l.Stated() {
			text = d.text(reference)
		}
		return n, text, err
	}
	return nil, "", nil
}

// quotedMention reports whether a guarantee mention is fully enclosed in single quotes.
func quotedMention(n *xmltree.Node) bool {
	text := value(n, mentionText)
	return mentionsGuarantee(n) && len(text) > 1 && strings.HasPrefix(text, "'") && strings.HasSuffix(text, "'")
}

// rewrite is a guarantee mention with the text it has to have.
func rewrite(mention *xmltree.Node, text string) *xmltree.Node {
	n := &xmltree.Node{Name: mentionGroup}
	for _, leaf := range []struct{ name, text string }{
		{mentionText, text},
		{mentionLanguage, value(mention, mentionLanguage)},
		{mentionCode, calculated},
		{mentionExportEC, value(mention, mentionExportEC)},
		{mentionExport, value(mention, mentionExport)},
	} {
		if leaf.text != "" {
			n.Children = append(n.Children, &xmltree.Node{Name: leaf.name, Text: leaf.text})
		}
	}
	return n
}

// before are the elements of an item that stand before its special mentions, and these.
var before = []string{
	"GooDesGDS23LNG", "GroMasGDS46", "NetMasGDS48", "CouOfDisGDS58", "CouOfDesGDS59", "MetOfPayGDI12", "ComRefNumGIM1",
	"UNDanGooCodGDI1", "PREADMREFAR2", "PRODOCDC2", mentionGroup,
}

// rebuild is the item with its mentions rewritten and the missing ones after them. A guarantee mention that belongs to
// no guarantee makes it impossible, and so does an item that has nothing an addition could follow.
func (d Default) rebuild(item *xmltree.Node, rewritten map[*xmltree.Node]*xmltree.Node, missing []string) (*xmltree.Node, error) {
	out := *item
	out.Children = make([]*xmltree.Node, 0, len(item.Children)+len(missing))
	at := 0
	for i, n := range item.Children {
		if mentionsGuarantee(n) {
			if n = rewritten[n]; n == nil {
				return nil, NotTransformable
			}
		}
		if slices.Contains(before, n.Name) {
			at = i + 1
		}
		out.Children = append(out.Children, n)
	}
	if at == 0 && len(missing) > 0 {
		return nil, NotTransformable
	}
	var added []*xmltree.Node
	for _, reference := range missing {
		added = append(added, rewrite(nil, d.text(reference)))
	}
	out.Children = slices.Insert(out.Children, at, added...)
	return &out, nil
}
