package office

import (
	"nctsim/simulator/compose"
	"nctsim/simulator/movement"
)

// content is what the office decides about a message. What an officer does not say is left empty: package
// compose knows what is usual.
type content func(*visit) compose.Content

// The messages of the emits column.
var (
	ie928 = emit{"IE928", nothing, theMessage}
	ie028 = emit{"IE028", nothing, theMessage}
	ie004 = emit{"IE004", nothing, theMessage}
	ie029 = emit{"IE029", releaseResult, theMessage}
	ie045 = emit{"IE045", nothing, theMessage}
	ie055 = emit{"IE055", invalidGuarantees, theMessage}
	ie182 = emit{"IE182", incident, theMessage}
	ie035 = emit{"IE035", recovery, theMessage}

	ie056          = emit{"IE056", rejectMessage, theMessage}
	ie056Expired   = emit{"IE056", rejectExpired, theDeclaration}
	ie056ByOfficer = emit{"IE056", rejectByOfficer, theDeclaration}

	ie009Automatic = emit{"IE009", decision("1"), theMessage}
	ie009Accepted  = emit{"IE009", decision("1"), theInvalidation}
	ie009Refused   = emit{"IE009", decision("0"), theInvalidation}
	ie009ByCustoms = emit{"IE009", decisionByCustoms, theMessage}

	ie051Refused   = emit{"IE051", refusal, theMessage}
	ie051Guarantee = emit{"IE051", refusalOfGuarantee, theMessage}

	ie060Control   = emit{"IE060", control, theMessage}
	ie060Documents = emit{"IE060", requestDocuments, theMessage}
	ie060Intention = emit{"IE060", intendControl, theMessage}
)

// Values of notificationType (process section 4.7).
const (
	notifyControl   = "0"
	notifyDocuments = "1"
	notifyIntention = "2"
)

// theMessage is the trader's message that caused the event, "" if an officer or a timer did.
func theMessage(v *visit) string {
	if v.Event.Kind == movement.EventMessage {
		return v.Event.Message
	}
	return ""
}

func theDeclaration(v *visit) string  { return v.m.Facts.Original }
func theInvalidation(v *visit) string { return v.m.Facts.Invalidation }

func nothing(*visit) compose.Content { return compose.Content{} }

func rejectMessage(v *visit) compose.Content {
	c := compose.Content{Rejection: v.on.name[len("IE"):], RejectionCode: "12"}
	for _, f := range v.faults {
		c.Errors = append(c.Errors, f.FunctionalError)
	}
	return c
}

func rejectExpired(v *visit) compose.Content {
	r := v.settings.PresentationExpired
	return compose.Content{Rejection: "015", RejectionCode: r.Code, RejectionReason: r.Reason}
}

func rejectByOfficer(v *visit) compose.Content {
	r := v.settings.RejectedByOfficer
	return compose.Content{Rejection: "015", RejectionCode: r.Code, RejectionReason: v.input.textOr("justification", r.Reason)}
}

func decision(d string) content {
	return func(v *visit) compose.Content {
		return compose.Content{Decision: d, Justification: v.input.text("justification")}
	}
}

func decisionByCustoms(v *visit) compose.Content {
	return compose.Content{Decision: "1", ByCustoms: true, Justification: v.input.text("justification")}
}

func refusal(v *visit) compose.Content {
	return compose.Content{Motivation: v.input.motivation()}
}

func refusalOfGuarantee(v *visit) compose.Content {
	m := v.input.motivation()
	if m.Code == "" {
		m.Code = v.settings.GuaranteeRefusal
	}
	return compose.Content{Motivation: m}
}

func (in input) motivation() compose.Motivation {
	given := in.group("motivation")
	return compose.Motivation{Code: given.text("code"), Text: given.text("text")}
}

func control(v *visit) compose.Content {
	c := compose.Content{NotificationType: notifyControl, Documents: v.input.documents()}
	for _, g := range v.input.groups("controls") {
		c.Controls = append(c.Controls, compose.Control{Type: g.text("type"), Text: g.text("text")})
	}
	return c
}

func requestDocuments(v *visit) compose.Content {
	return compose.Content{NotificationType: notifyDocuments, Documents: v.input.documents()}
}

func (in input) documents() []compose.RequestedDocument {
	var out []compose.RequestedDocument
	for _, g := range in.groups("documents") {
		out = append(out, compose.RequestedDocument{Type: g.text("type"), Description: g.text("description")})
	}
	return out
}

func intendControl(*visit) compose.Content {
	return compose.Content{NotificationType: notifyIntention}
}

// releaseResult is empty unless the officer wrote a control result: the usual one follows from the movement.
func releaseResult(v *visit) compose.Content {
	g := v.input.group("controlResult")
	if g == nil {
		return compose.Content{}
	}
	return compose.Content{ControlResult: &compose.ControlResult{
		Code: g.text("code"), Date: g.text("date"), By: g.text("by"), Text: g.text("text"),
	}}
}

func invalidGuarantees(v *visit) compose.Content {
	var c compose.Content
	for _, g := range v.input.groups("guarantees") {
		bad := compose.InvalidGuarantee{GRN: g.text("grn")}
		for _, r := range g.groups("reasons") {
			bad.Reasons = append(bad.Reasons, compose.Reason{Code: r.text("code"), Text: r.text("text")})
		}
		c.Guarantees = append(c.Guarantees, bad)
	}
	return c
}

func incident(v *visit) compose.Content {
	return compose.Content{Incident: compose.Incident{
		Code: v.input.text("code"), Text: v.input.text("text"), Office: v.input.text("office"),
	}}
}

func recovery(v *visit) compose.Content {
	return compose.Content{Recovery: compose.Recovery{
		Text: v.input.text("text"), Amount: v.input.text("amount"), Currency: v.input.text("currency"),
	}}
}
