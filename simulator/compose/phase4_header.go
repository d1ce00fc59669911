package compose

import (
	"bytes"
	"cmp"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// What every header of phase 4 says; docs/spec/responses.md#7-1.
const (
	phase4Syntax        = "UNOC"
	phase4SyntaxVersion = "3"
	phase4Application   = "NCTS"
	notATest            = "0"
)

// phase4Header fills the elements that every message of phase 4 begins with; docs/spec/responses.md#7-1.
func phase4Header(d *draft, _ recipe) {
	d.interchange = movement.InterchangeReference(d.at, movement.InterchangeCounter(d.Movement.Kind, d.Movement.Number, d.sentBefore()))
	d.set("SynIdeMES1", phase4Syntax)
	d.set("SynVerNumMES2", phase4SyntaxVersion)
	d.set("MesSenMES3", "NTA."+d.phase4OfficeCountry())
	d.set("MesRecMES6", d.traderAddress())
	d.set("DatOfPreMES9", compactDate(d.at))
	d.set("TimOfPreMES10", d.at.Format("1504"))
	d.set("IntConRefMES11", d.interchange)
	if from := d.headerSource(); from != nil && from.Has(applicationReference) {
		d.set(applicationReference, phase4Application)
	}
	d.set("TesIndMES18", notATest)
	d.set("MesIdeMES19", d.interchange)
	d.set("MesTypMES20", d.phase4OfficeCountry()+d.builder.Document().Type.Root[len("CC"):])
}

// Renumber gives a message of phase 4 another interchange reference, wherever it names itself.
func Renumber(body []byte, from, to string) []byte {
	for _, element := range []string{"IntConRefMES11", "MesIdeMES19", "OriMesIdeMES22"} {
		start, end := "<"+element+">", "</"+element+">"
		body = bytes.ReplaceAll(body, []byte(start+from+end), []byte(start+to+end))
	}
	return body
}

// sentBefore is how many messages customs has sent to the movement before this one.
func (d *draft) sentBefore() int { return max(d.Movement.Messages-d.Movement.Sent, 0) }

const applicationReference = "AppRefMES14"

// headerSource is the trader's message that the header answers: what created the movement, and the IE044 or IE014 that is
// answered by an IE058 or IE009; nil if it is not at hand.
func (d *draft) headerSource() *message.Document {
	if a := d.Answered; a != nil && !d.Content.ByCustoms && (d.Type == "IE058" && a.Type.Code == "IE044" || d.Type == "IE009" && a.Type.Code == "IE014") {
		return a
	}
	return d.Original
}

// phase4OfficeCountry is the country of the office that sends. The schemas of phase 4 take anything for an office; one without a
// country is taken to be British.
func (d *draft) phase4OfficeCountry() string { return countryOr(d.office(), "GB") }

func newPhase4MRN(d *draft) string { return movement.NewPhase4MRN(d.at, d.office(), d.Stream) }

// traderAddress is what the API wrote into the first message of the movement, whatever is answered; only an IE058 names
// the IE044 that it rejects, which is the last message if nobody says which.
func (d *draft) traderAddress() string {
	if d.Type != "IE058" {
		return movement.TraderAddress(d.Movement.Kind, d.Movement.Number, 1)
	}
	if d.Answered != nil && d.Answered.Field(message.Sender) != "" {
		return d.Answered.Field(message.Sender)
	}
	return movement.TraderAddress(d.Movement.Kind, d.Movement.Number, max(d.Movement.Sent, 1))
}

// phase4Common fills the groups that most messages of phase 4 share, as far as the schema of the message has them.
func phase4Common(d *draft, r recipe) {
	d.references(r.references)
	has := d.builder.Document().Schema.Child
	if has(principalGroup) != nil {
		d.phase4Party(principalGroup, d.Declaration, d.ownWords())
	}
	if has(phase4TraderGroup) != nil {
		d.phase4Party(phase4TraderGroup, d.Original, false)
	}
	if path := d.path(message.OfficeOfDeparture); d.builder.Document().Element(path) != nil {
		d.set(path, cmp.Or(d.declared(path), d.office()))
	}
	if path := d.path(message.OfficeOfPresentation); d.builder.Document().Element(path) != nil {
		d.set(path, d.office())
	}
}

// countryOr is the country of an office, or another if the office has none.
func countryOr(office, otherwise string) string {
	of := country(office)
	for _, c := range of {
		if c < 'A' || c > 'Z' {
			return otherwise
		}
	}
	return cmp.Or(of, otherwise)
}
