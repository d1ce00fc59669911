package compose

import (
	"cmp"
	"strconv"
)

// The messages of this file do not come from the process as the API knows it: the API has no IE140, forwards no IE022,
// and the real NCTS sends no IE906 and IE917 in phases 5 and 6. Officers, scenarios and tests can send them.

// daysToAnswer is the time for the answer to an enquiry. The answer itself (IE141) is not a message of the API.
const daysToAnswer = 28

// enquiry is IE140: where are the goods? The office of enquiry is taken to be that of recovery.
func enquiry(d *draft) {
	d.set("TransitOperation/requestOnNonArrivedMovementDate", date(d.at))
	d.set("TransitOperation/limitForResponseDate", date(d.at.AddDate(0, 0, daysToAnswer)))
	d.set("CustomsOfficeOfEnquiryAtDeparture/referenceNumber", cmp.Or(centralOffices[d.officeCountry()], d.office()))
}

// notificationToAmend is IE022.
func notificationToAmend(d *draft) {
	d.set("TransitOperation/amendmentNotificationDateAndTime", dateTime(d.at))
	for i, e := range d.Content.Errors[:d.room("FunctionalError", len(d.Content.Errors))] {
		d.group("FunctionalError", func(one *draft) {
			one.set("sequenceNumber", strconv.Itoa(i+1))
			one.functionalError(e)
		})
	}
}

// functionalNack is IE906.
func functionalNack(d *draft) {
	d.headerReferences()
	if len(d.Content.Errors) == 0 {
		d.Content.Errors = []FunctionalError{{Pointer: "/" + d.refusedRoot(), Code: unexpected, Reason: noReason}}
	}
	d.functionalErrors()
}

// xmlNack is IE917.
func xmlNack(d *draft) {
	d.headerReferences()
	mistakes := d.Content.XMLErrors
	if len(mistakes) == 0 {
		mistakes = []XMLError{{Line: 1, Column: 1, Code: notWellFormed, Text: notWellFormedText}}
	}
	for _, e := range mistakes[:d.room("XMLError", len(mistakes))] {
		d.group("XMLError", func(one *draft) {
			one.set("errorLineNumber", strconv.Itoa(e.Line))
			one.set("errorColumnNumber", strconv.Itoa(e.Column))
			one.setText("errorPointer", e.Pointer)
			one.set("errorCode", e.Code)
			one.setText("errorText", cmp.Or(e.Text, notWellFormedText))
			one.setText("originalAttributeValue", e.Original)
		})
	}
}

// headerReferences are the numbers of the movement, as far as they are known.
func (d *draft) headerReferences() {
	d.fail(d.builder.Add("Header"))
	d.set("Header/LRN", d.Movement.LRN)
	d.set("Header/MRN", d.Movement.MRN)
}
