package compose

import (
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// phase4Names are the elements of a party in phase 4, where every party names them in its own way.
type phase4Names struct {
	// who it is, for warnings.
	who string
	// number, and the lines that describe the party.
	number, name, street, postcode, city, country string
}

var phase4Parties = map[string]phase4Names{
	principalGroup:    {"the principal", "TINPC159", "NamPC17", "StrAndNumPC122", "PosCodPC123", "CitPC124", "CouPC125"},
	phase4TraderGroup: {"the trader at destination", "TINTRD59", "NamTRD7", "StrAndNumTRD22", "PosCodTRD23", "CitTRD24", "CouTRD25"},
	consignorGroup:    {"the consignor", "TINCO159", "NamCO17", "StrAndNumCO122", "PosCodCO123", "CitCO124", "CouCO125"},
}

// phase4Party shows a party with name and address: those of the register, whatever the trader sent, unless they are shown in
// their own words. What the register does not have stays as sent (docs/spec/responses.md#7-2), and lines that the message
// requires and nobody knows are given as unknown.
func (d *draft) phase4Party(group string, from *message.Document, ownWords bool) {
	d.copy(group, from)
	names := phase4Parties[group]
	if !d.builder.Document().Has(group) {
		d.fail(d.builder.Add(group))
		d.set(group+"/"+names.number, d.numberOf(group))
	}
	d.describePhase4(group, ownWords)
}

func (d *draft) describePhase4(group string, ownWords bool) {
	names := phase4Parties[group]
	known := d.options.Registry[d.get(group+"/"+names.number)]
	madeUp := []string{}
	for _, line := range []struct{ name, registered, unknown string }{
		{names.name, known.Name, unknownText}, {names.street, known.Street, unknownText}, {names.postcode, known.Postcode, unknownText},
		{names.city, known.City, unknownText}, {names.country, known.Country, countryOr(d.origins(), "GB")},
	} {
		path := group + "/" + line.name
		sent := d.builder.Document().Has(path)
		switch {
		case line.registered != "" && !(sent && ownWords):
			d.setText(path, line.registered)
		case sent:
		case d.builder.Document().Element(path).Min > 0:
			d.set(path, line.unknown)
			madeUp = append(madeUp, line.name)
		}
	}
	if len(madeUp) > 0 {
		d.warn("%s of %s was not declared and is not registered", strings.Join(madeUp, ", "), names.who)
	}
}

// ownWords: the release of a TIR declaration shows its principal as they described themselves, and the unloading permission has
// the texts of the release; all other messages show the register's.
func (d *draft) ownWords() bool {
	return (d.Type == "IE029" || d.Type == "IE043") && d.declared("HEAHEA/TypOfDecHEA24") == transitByCarnet
}

// consignor shows a consignor with a British number as the register has them. Others stay as they were sent, as consignees
// do.
func (d *draft) consignor() {
	if strings.HasPrefix(d.get(consignorGroup+"/"+phase4Parties[consignorGroup].number), "GB") {
		d.describePhase4(consignorGroup, false)
	}
}

// numberOf is the number of a party that no message is left to tell: the movement remembers that of its own trader.
func (d *draft) numberOf(group string) string {
	if arrival := d.Movement.Kind == message.Arrival; arrival != (group == phase4TraderGroup) {
		return ""
	}
	return d.Movement.MovementEORI
}

// dropLanguages takes out the languages of texts, which customs does not repeat: only that of the accompanying document is
// in the messages that require it, and that of the principal's address in the first answer to a declaration (docs/spec/responses.md#7-2).
func dropLanguages(d *draft) {
	keep := []string{"NCTSAccDocHEA601LNG"}
	if (d.Type == "IE928" || d.Type == "IE028") && d.sentBefore() == 0 {
		keep = append(keep, "NADLNGPC")
	}
	root := d.builder.Document().Root
	root.Children = withoutLanguages(root.Children, keep)
}

func withoutLanguages(nodes []*xmltree.Node, keep []string) []*xmltree.Node {
	for _, n := range nodes {
		if len(n.Children) > 0 {
			n.Children = withoutLanguages(n.Children, keep)
		}
	}
	return slices.DeleteFunc(nodes, func(n *xmltree.Node) bool {
		return strings.Contains(n.Name, "LNG") && len(n.Children) == 0 && !slices.Contains(keep, n.Name)
	})
}
