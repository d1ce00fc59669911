package compose

import (
	"strings"

	"nctsim/simulator/message"
)

// legacyNames are the elements of a party in phase 4, where every party names them in its own way.
type legacyNames struct {
	// who it is, for warnings.
	who string
	// number, and the lines that describe the party.
	number, name, street, postcode, city, country string
}

var legacyParties = map[string]legacyNames{
	principalGroup:    {"the principal", "TINPC159", "NamPC17", "StrAndNumPC122", "PosCodPC123", "CitPC124", "CouPC125"},
	legacyTraderGroup: {"the trader at destination", "TINTRD59", "NamTRD7", "StrAndNumTRD22", "PosCodTRD23", "CitTRD24", "CouTRD25"},
}

// legacyParty shows a party with name and address. What the trader sent stays; the register has the rest
// (docs/spec/responses.md#7-2). If it does not, the lines that the message requires are given as unknown.
func (d *draft) legacyParty(group string, from *message.Document) {
	names := legacyParties[group]
	d.copy(group, from)
	if !d.b.Document().Has(group) {
		d.fail(d.b.Add(group))
		d.set(group+"/"+names.number, d.numberOf(group))
	}
	known := d.options.Registry[d.get(group+"/"+names.number)]
	madeUp := []string{}
	for _, line := range []struct{ name, registered, unknown string }{
		{names.name, known.Name, unknownText}, {names.street, known.Street, unknownText}, {names.postcode, known.Postcode, unknownText},
		{names.city, known.City, unknownText}, {names.country, known.Country, countryOr(d.origins(), "GB")},
	} {
		path := group + "/" + line.name
		switch {
		case d.b.Document().Has(path):
		case line.registered != "":
			d.setText(path, line.registered)
		case d.b.Document().Element(path).Min > 0:
			d.set(path, line.unknown)
			madeUp = append(madeUp, line.name)
		}
	}
	if len(madeUp) > 0 {
		d.warn("%s of %s was not declared and is not registered", strings.Join(madeUp, ", "), names.who)
	}
}

// numberOf is the number of a party that no message is left to tell: the movement remembers that of its own trader.
func (d *draft) numberOf(group string) string {
	if arrival := d.Movement.Kind == message.Arrival; arrival != (group == legacyTraderGroup) {
		return ""
	}
	return d.Movement.MovementEORI
}

// repairLanguages takes out languages of seals that are no letters: a declaration may have them, an unloading permission
// may not.
func repairLanguages(d *draft) {
	if d.Type != "IE043" {
		return
	}
	for _, seal := range d.b.Each(sealsGroup + "/SEAIDSID") {
		const language = "SeaIdeSID1LNG"
		code := seal.Document().Get(language)
		if strings.IndexFunc(code, notALetter) >= 0 {
			d.warn("the language %s of a seal was left out, as %s cannot hold it", code, d.Type)
			d.fail(seal.Remove(language))
		}
	}
}

func notALetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }
