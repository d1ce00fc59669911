package compose

import (
	"cmp"
	"strings"

	"nctsim/simulator/message"
)

// Rejection codes, CL226.
const (
	otherReason      = "4"
	functionalErrors = "12"
)

// rejectionReasons stand in a rejection that neither names errors nor says why.
var rejectionReasons = map[message.Kind]string{
	message.Departure: "Rejected by the office of departure",
	message.Arrival:   "Rejected by the office of destination",
}

// rejection is IE056 and IE057. The published rule for code 4 is C0492: it needs a reason.
func rejection(d *draft) {
	code := cmp.Or(d.Content.RejectionCode, defaultRejection(d.Content))
	d.set("TransitOperation/businessRejectionType", cmp.Or(d.Content.Rejection, d.rejectedType()))
	d.set("TransitOperation/rejectionDateAndTime", dateTime(d.at))
	d.set("TransitOperation/rejectionCode", code)
	if code == otherReason {
		d.setText("TransitOperation/rejectionReason", cmp.Or(d.Content.RejectionReason, rejectionReasons[d.Movement.Kind]))
	}
	d.functionalErrors()
}

func defaultRejection(c Content) string {
	if len(c.Errors) > 0 {
		return functionalErrors
	}
	return otherReason
}

// rejectedType is the number of the rejected message: "013" of an IE013.
func (d *draft) rejectedType() string {
	switch {
	case d.Answered != nil:
		return strings.TrimPrefix(d.Answered.Type.Code, "IE")
	case d.Movement.Kind == message.Arrival:
		return "007"
	}
	return "015"
}

// functionalErrors writes the errors in the order they came; docs/spec/responses.md#5.
func (d *draft) functionalErrors() {
	for _, e := range d.Content.Errors[:d.room("FunctionalError", len(d.Content.Errors))] {
		d.group("FunctionalError", func(one *draft) { one.functionalError(e) })
	}
}

func (d *draft) functionalError(e FunctionalError) {
	d.setText("errorPointer", e.Pointer)
	d.set("errorCode", e.Code)
	d.set("errorReason", e.Reason)
	d.setText("originalAttributeValue", e.Original)
}
