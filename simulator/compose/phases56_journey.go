package compose

import (
	"cmp"
	"fmt"
	"strconv"

	"nctsim/simulator/movement"
)

// discrepancies is IE019; the group Guarantor is never given.
func discrepancies(d *draft) {
	d.set("TransitOperation/discrepanciesNotificationDate", date(d.at))
	d.setText("TransitOperation/discrepanciesNotificationText", d.Content.Discrepancies)
}

// What an IE035 claims when the officer does not say.
const (
	defaultClaim         = "0"
	defaultClaimCurrency = "EUR"
)

// centralOffices are the offices that recover duties for each side.
var centralOffices = map[string]string{"GB": "GB000001", "XI": "XI000001"}

// recoveryNotification is IE035; the group Guarantor is never given.
func recoveryNotification(d *draft) {
	claim := d.Content.Recovery
	d.set("TransitOperation/declarationAcceptanceDate", d.acceptanceDate())
	d.set("RecoveryNotification/recoveryNotificationDate", date(d.at))
	d.setText("RecoveryNotification/recoveryNotificationText", claim.Text)
	d.set("RecoveryNotification/amountClaimed", cmp.Or(claim.Amount, defaultClaim))
	d.set("RecoveryNotification/currency", cmp.Or(claim.Currency, defaultClaimCurrency))
	d.set("CustomsOfficeOfRecoveryAtDeparture/referenceNumber", cmp.Or(centralOffices[d.officeCountry()], d.office()))
}

// writeOff is IE045; the group Guarantor is never given.
func writeOff(d *draft) {
	d.set("TransitOperation/writeOffDate", date(d.at))
}

// incidentKind is what CL019 says of a code: its text when the officer writes none, and which groups the
// conditions of an incident (C0240) want.
type incidentKind struct {
	text                    string
	equipment, transhipment bool
}

// defaultIncident is the code of the published example.
const defaultIncident = "3"

var incidentKinds = map[string]incidentKind{
	"1": {text: "Left the prescribed itinerary"},
	"2": {text: "Seals broken", equipment: true},
	"3": {text: "Change of tractor unit", transhipment: true},
	"4": {text: "Unloading because of imminent danger", equipment: true},
	"5": {text: "Other incident"},
	"6": {text: "Change of trailer", transhipment: true},
}

// incidentPlace is where things happen on the side of an office.
type incidentPlace struct{ country, unlocode, name string }

var incidentPlaces = map[string]incidentPlace{
	"GB": {"GB", "GBDVR", "Dover"},
	"XI": {"XI", "GBBEL", "Belfast"},
}

// What an incident says of who dealt with it and of the vehicle the goods went on with.
const (
	incidentAuthority   = "HMRC"
	newVehicleType      = "30" // registration number of a road vehicle, CL750
	newVehicle          = "NC16REG"
	newVehicleCountry   = "GB"
	unlocodeQualifier   = "U" // CL038
	withoutContainers   = "0"
	containersAreInside = "1"
)

const incidentGroup = "Consignment/Incident"

// incidentNotification is IE182, one incident.
func incidentNotification(d *draft) {
	in := movement.Incident{Code: d.Content.Incident.Code, Text: d.Content.Incident.Text, Office: d.Content.Incident.Office, At: d.at}
	d.set("TransitOperation/incidentNotificationDateAndTime", dateTime(d.at))
	d.set("CustomsOfficeOfIncidentRegistration/referenceNumber", d.incidentOffice(in))
	d.incident(in, 1)
}

func (d *draft) incidentOffice(in movement.Incident) string {
	return cmp.Or(in.Office, d.declared("CustomsOfficeOfDestinationDeclared/referenceNumber"), d.office())
}

// incident writes an incident as the nth of the consignment.
func (d *draft) incident(in movement.Incident, n int) {
	code := cmp.Or(in.Code, defaultIncident)
	kind := incidentKinds[code]
	place, known := incidentPlaces[country(d.incidentOffice(in))]
	if !known {
		place = incidentPlaces["GB"]
	}
	at := fmt.Sprintf("%s[%d]/", incidentGroup, n)
	d.set(at+"sequenceNumber", strconv.Itoa(n))
	d.set(at+"code", code)
	d.setText(at+"text", cmp.Or(in.Text, kind.text, incidentKinds["5"].text))
	d.set(at+"Endorsement/date", date(in.At))
	d.set(at+"Endorsement/authority", incidentAuthority)
	d.set(at+"Endorsement/place", place.name)
	d.set(at+"Endorsement/country", place.country)
	d.set(at+"Location/qualifierOfIdentification", unlocodeQualifier)
	d.set(at+"Location/UNLocode", place.unlocode)
	d.set(at+"Location/country", place.country)
	if kind.equipment || kind.transhipment {
		d.incidentEquipment(at+"TransportEquipment", kind.equipment)
	}
	if kind.transhipment {
		d.transhipment(at)
	}
}

// incidentEquipment shows the declared transport equipment. If the incident is about equipment and none was
// declared, there is one without seals.
func (d *draft) incidentEquipment(path string, required bool) {
	const declared = "Consignment/TransportEquipment"
	d.copyTo(path, d.source(declared), declared)
	if required && !d.builder.Document().Has(path) {
		d.set(path+"[1]/sequenceNumber", "1")
		d.set(path+"[1]/numberOfSeals", "0")
	}
}

// transhipment puts the goods of an incident on another vehicle. They are in containers only if the incident shows
// one (C0040, C0820).
func (d *draft) transhipment(incident string) {
	containers := withoutContainers
	if d.builder.Document().Has(incident + "TransportEquipment/containerIdentificationNumber") {
		containers = cmp.Or(d.declared("Consignment/containerIndicator"), containersAreInside)
	}
	at := incident + "Transhipment/"
	d.set(at+"containerIndicator", containers)
	d.set(at+"TransportMeans/typeOfIdentification", newVehicleType)
	d.set(at+"TransportMeans/identificationNumber", newVehicle)
	d.set(at+"TransportMeans/nationality", newVehicleCountry)
}
