package compose

import (
	"cmp"
	"strconv"

	"nctsim/simulator/movement"
)

// noRelease is IE051.
func noRelease(d *draft) {
	code := cmp.Or(d.Content.Motivation.Code, defaultMotivation)
	submitted := d.Movement.Facts.Submitted
	if submitted.IsZero() {
		submitted = d.Movement.Created
	}
	d.set("TransitOperation/declarationSubmissionDateAndTime", dateTimeOr(submitted, d.at))
	d.set("TransitOperation/noReleaseMotivationCode", code)
	d.setText("TransitOperation/noReleaseMotivationText", cmp.Or(d.Content.Motivation.Text, motivations[code], code))
}

// Kinds of notification, CL384.
const (
	decisionToControl   = "0"
	requestForDocuments = "1"
)

// What an IE060 asks for when the officer does not say; control types CL716, document types CL215.
const (
	defaultControl   = "40"
	otherControl     = "50" // needs a text (C0451)
	otherControlText = "Control by another party"
	defaultDocument  = "C651"
)

// controlDecision is IE060. A decision to control names controls and may ask for documents, a request for
// documents names no controls, an intention names neither (docs/spec/process.md#4-7).
func controlDecision(d *draft) {
	kind := cmp.Or(d.Content.NotificationType, decisionToControl)
	d.set("TransitOperation/controlNotificationDateAndTime", dateTime(d.at))
	d.set("TransitOperation/notificationType", kind)
	controls, documents := d.Content.Controls, d.Content.Documents
	switch {
	case kind == decisionToControl && len(controls) == 0:
		controls = []Control{{Type: defaultControl}}
	case kind == requestForDocuments && len(documents) == 0:
		documents = []RequestedDocument{{Type: defaultDocument}}
	}
	if kind == decisionToControl {
		d.controls(controls)
	}
	if kind == decisionToControl || kind == requestForDocuments {
		d.documents(documents)
	}
}

func (d *draft) controls(controls []Control) {
	for i, c := range controls[:d.room("TypeOfControls", len(controls))] {
		if c.Type == otherControl && c.Text == "" {
			c.Text = otherControlText
		}
		d.group("TypeOfControls", func(one *draft) {
			one.set("sequenceNumber", strconv.Itoa(i+1))
			one.set("type", c.Type)
			one.setText("text", c.Text)
		})
	}
}

func (d *draft) documents(documents []RequestedDocument) {
	for i, r := range documents[:d.room("RequestedDocument", len(documents))] {
		d.group("RequestedDocument", func(one *draft) {
			one.set("sequenceNumber", strconv.Itoa(i+1))
			one.set("documentType", r.Type)
			one.setText("description", r.Description)
		})
	}
}

// defaultInvalidReason is for guarantees that are said to be bad without a reason: known but not valid.
const defaultInvalidReason = "G02"

// guaranteeNotValid is IE055: the bad GRNs, numbered on their own.
func guaranteeNotValid(d *draft) {
	d.set("TransitOperation/declarationAcceptanceDate", d.acceptanceDate())
	bad := d.Content.Guarantees
	if len(bad) == 0 {
		bad = d.declaredGuarantees()
	}
	for i, g := range bad[:d.room("GuaranteeReference", len(bad))] {
		d.group("GuaranteeReference", func(one *draft) {
			one.set("sequenceNumber", strconv.Itoa(i+1))
			one.set("GRN", g.GRN)
			one.invalidReasons(g.Reasons)
		})
	}
}

func (d *draft) invalidReasons(reasons []Reason) {
	if len(reasons) == 0 {
		reasons = []Reason{{Code: defaultInvalidReason}}
	}
	for i, r := range reasons[:d.room("InvalidGuaranteeReason", len(reasons))] {
		d.group("InvalidGuaranteeReason", func(one *draft) {
			one.set("sequenceNumber", strconv.Itoa(i+1))
			one.set("code", r.Code)
			one.setText("text", cmp.Or(r.Text, d.variant().reasonTexts[r.Code]))
		})
	}
}

// declaredGuarantees is every GRN of the declaration. A message that was asked for out of turn for a
// declaration without any speaks of one that looks right.
func (d *draft) declaredGuarantees() []InvalidGuarantee {
	var out []InvalidGuarantee
	for _, reference := range d.source("Guarantee").Each("Guarantee/GuaranteeReference") {
		if grn := reference.Get("GRN"); grn != "" {
			out = append(out, InvalidGuarantee{GRN: grn})
		}
	}
	if len(out) == 0 {
		grn := movement.NewGRN(d.at, d.office(), d.Stream)
		d.warn("the declaration has no guarantee reference number, so %s speaks of %s", d.Type, grn)
		out = append(out, InvalidGuarantee{GRN: grn})
	}
	return out
}
