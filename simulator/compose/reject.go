package compose

import "strings"

// Rejection codes, CL226.
const (
	otherReason      = "4"
	functionalErrors = "12"
)

// rejectionReason stands in a rejection that neither names errors nor says why.
const rejectionReason = "Rejected by the office of departure"

// rejection is IE056. The published rule for code 4 is C0492: it needs a reason.
func rejection(d *draft) {
	code := first(d.Content.RejectionCode, defaultRejection(d.Content))
	d.set("TransitOperation/businessRejectionType", first(d.Content.Rejection, d.rejectedType()))
	d.set("TransitOperation/rejectionDateAndTime", dateTime(d.at))
	d.set("TransitOperation/rejectionCode", code)
	if code == otherReason {
		d.setText("TransitOperation/rejectionReason", first(d.Content.RejectionReason, rejectionReason))
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
	if d.Answered == nil {
		return "015"
	}
	return strings.TrimPrefix(d.Answered.Type.Code, "IE")
}

// functionalErrors writes the errors in the order they came; responses section 5.
func (d *draft) functionalErrors() {
	for _, e := range d.Content.Errors[:d.room("FunctionalError", len(d.Content.Errors))] {
		d.group("FunctionalError", func(one *draft) {
			one.setText("errorPointer", e.Pointer)
			one.set("errorCode", e.Code)
			one.set("errorReason", e.Reason)
			one.setText("originalAttributeValue", e.Original)
		})
	}
}
