package compose

import (
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// What every header of phase 4 says; docs/spec/responses.md#7-1.
const (
	legacySyntax        = "UNOC"
	legacySyntaxVersion = "3"
	legacyApplication   = "NCTS"
	notATest            = "0"
)

// legacyHeader fills the elements that every message of phase 4 begins with; docs/spec/responses.md#7-1. The reference
// is all digits from the stream, since one made of the time repeats itself when the clock stands still.
func legacyHeader(d *draft, r recipe) {
	reference := d.Stream.Pick(digits, identificationLength)
	d.set("SynIdeMES1", legacySyntax)
	d.set("SynVerNumMES2", legacySyntaxVersion)
	d.set("MesSenMES3", "NTA."+d.legacySide())
	d.set("MesRecMES6", d.traderAddress())
	d.set("DatOfPreMES9", compactDate(d.at))
	d.set("TimOfPreMES10", d.at.Format("1504"))
	d.set("IntConRefMES11", reference)
	if !r.withoutApplication {
		d.set("AppRefMES14", legacyApplication)
	}
	d.set("TesIndMES18", notATest)
	d.set("MesIdeMES19", reference)
	d.set("MesTypMES20", d.legacySide()+d.b.Document().Type.Root[len("CC"):])
}

// legacySide is the country of the office that sends. The schemas of phase 4 take anything for an office; one without a
// country is taken to be British.
func (d *draft) legacySide() string { return countryOr(d.office(), "GB") }

func newLegacyMRN(d *draft) string { return movement.NewLegacyMRN(d.at, d.office(), d.Stream) }

// traderAddress is what the API wrote into the message that is answered, or into the one that created the movement. A
// movement without such a message is addressed as if it answered the first one, or the last if there is one to answer.
func (d *draft) traderAddress() string {
	correlation := 1
	if d.Answered != nil {
		correlation = max(d.Movement.Sent, correlation)
	}
	return first(d.recipient(), movement.TraderAddress(d.Movement.Kind, d.Movement.Number, correlation))
}

// legacyCommon fills the groups that most messages of phase 4 share, as far as the schema of the message has them.
func legacyCommon(d *draft, r recipe) {
	d.references(r.references)
	has := d.b.Document().Schema.Child
	if has(principalGroup) != nil {
		d.legacyParty(principalGroup, d.Declaration)
	}
	if has(legacyTraderGroup) != nil {
		d.legacyParty(legacyTraderGroup, d.Original)
	}
	if path := d.path(message.OfficeOfDeparture); d.b.Document().Element(path) != nil {
		d.set(path, first(d.declared(path), d.office()))
	}
	if path := d.path(message.OfficeOfPresentation); d.b.Document().Element(path) != nil {
		d.set(path, d.office())
	}
}

// compactDate is a day as phase 4 writes it.
func compactDate(t time.Time) string { return t.UTC().Format("20060102") }

// countryOr is the country of an office, or another if the office has none.
func countryOr(office, otherwise string) string {
	of := country(office)
	for _, c := range of {
		if c < 'A' || c > 'Z' {
			return otherwise
		}
	}
	return first(of, otherwise)
}
