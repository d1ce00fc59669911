package compose

import "cmp"

// mrnAllocated is IE028.
func mrnAllocated(d *draft) {
	d.set("TransitOperation/declarationAcceptanceDate", d.acceptanceDate())
}

// amendmentAcceptance is IE004: submitted when the IE013 was received, accepted now.
func amendmentAcceptance(d *draft) {
	d.set("TransitOperation/amendmentSubmissionDateAndTime", dateTimeOr(d.AnsweredRecord.Received, d.at))
	d.set("TransitOperation/amendmentAcceptanceDateAndTime", dateTime(d.at))
}

// customsJustification stands in an invalidation by customs when the officer wrote nothing.
const customsJustification = "Invalidated by customs"

// invalidationDecision is IE009. Without an IE014 it can only be an invalidation by customs, which has no
// date of request (C0129).
func invalidationDecision(d *draft) {
	if d.Content.ByCustoms || d.Answered == nil || d.Answered.Type.Code != "IE014" {
		d.set("Invalidation/decisionDateAndTime", dateTime(d.at))
		d.set("Invalidation/decision", "1")
		d.set("Invalidation/initiatedByCustoms", "1")
		d.setText("Invalidation/justification", cmp.Or(d.Content.Justification, customsJustification))
		return
	}
	d.set("Invalidation/requestDateAndTime", cmp.Or(d.Answered.Get("Invalidation/requestDateAndTime"), dateTimeOr(d.AnsweredRecord.Received, d.at)))
	d.set("Invalidation/decisionDateAndTime", dateTime(d.at))
	d.set("Invalidation/decision", cmp.Or(d.Content.Decision, "1"))
	d.set("Invalidation/initiatedByCustoms", "0")
	d.setText("Invalidation/justification", cmp.Or(d.Content.Justification, d.Answered.Get("Invalidation/justification")))
}
