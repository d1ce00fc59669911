package office

import (
	"slices"

	"nctsim/simulator/compose"
	"nctsim/simulator/movement"
)

// content is what the office decides about a message. What an officer does not say is left empty: package
// compose knows what is usual.
type content func(*transition) compose.Content

// The messages of the emits column.
var (
	ie928 = sends("IE928", nothing, theMessage)
	ie028 = sends("IE028", nothing, theMessage)
	ie004 = sends("IE004", nothing, theMessage)
	ie029 = sends("IE029", releaseResult, theMessage)
	ie045 = sends("IE045", nothing, theMessage)
	ie055 = sends("IE055", invalidGuarantees, theMessage)
	ie019 = sends("IE019", discrepancies, theMessage)
	ie140 = sends("IE140", nothing, theMessage)
	ie182 = sends("IE182", incident, theMessage)
	ie035 = sends("IE035", recovery, theMessage)

	ie056          = sends("IE056", rejectMessage, theMessage)
	ie056Expired   = sends("IE056", rejectExpired, theDeclaration)
	ie056ByOfficer = sends("IE056", rejectByOfficer, theDeclaration)

	ie009Automatic = sends("IE009", decision("1"), theMessage)
	ie009Accepted  = sends("IE009", decision("1"), theInvalidation)
	ie009Refused   = sends("IE009", decision("0"), theInvalidation)
	ie009ByCustoms = sends("IE009", decisionByCustoms, theMessage)

	ie051Refused   = sends("IE051", refusal, theMessage)
	ie051Guarantee = sends("IE051", refusalOfGuarantee, theMessage)

	ie060Control   = sends("IE060", control, theMessage)
	ie060Documents = sends("IE060", requestDocuments, theMessage)
	ie060Intention = sends("IE060", intendControl, theMessage)

	ie055Checked = sends("IE055", checkedGuarantees, theMessage)

	ie043          = sends("IE043", nothing, theMessage)
	ie043Continued = sends("IE043", continueUnloading, theMessage)

	ie025Released = sends("IE025", release(fullRelease), theRemarks)
	ie025Withheld = sends("IE025", release(noRelease), theRemarks)
	ie025Partial  = sends("IE025", partialRelease, theRemarks)

	ie016          = sends("IE016", rejectMessage, theMessage)
	ie016ByOfficer = sends("IE016", rejectByOfficer, theDeclaration)
	ie008          = sends("IE008", rejectMessage, theMessage)
	ie008ByOfficer = sends("IE008", rejectArrival, theDeclaration)
	ie058          = sends("IE058", rejectMessage, theMessage)
	ie058ByOfficer = sends("IE058", rejectRemarks, theRemarks)
	ie009Unwanted  = sends("IE009", refuseUnwanted, theMessage)
	ie062          = sends("IE062", rejectRequest, theRequest)

	ie917Declaration  = sends("IE917", nothing, theDeclaration)
	ie917Invalidation = sends("IE917", nothing, theInvalidation)
	ie917Remarks      = sends("IE917", nothing, theRemarks)

	ie057        = sends("IE057", rejectMessage, theMessage)
	ie057TooLate = sends("IE057", rejectTooLate, theDeclaration)
	ie057Arrival = sends("IE057", rejectArrival, theDeclaration)
	ie057Remarks = sends("IE057", rejectRemarks, theRemarks)
)

func sends(code string, c content, answers func(*transition) string) emit {
	return emit{code: code, content: c, answers: answers}
}

// Values of notificationType (docs/spec/process.md#4-7).
const (
	notifyControl   = "0"
	notifyDocuments = "1"
	notifyIntention = "2"
)

// theMessage is the trader's message that caused the event, "" if an officer or a timer did.
func theMessage(tr *transition) string {
	if tr.Event.Kind == movement.EventMessage {
		return tr.Event.Message
	}
	return ""
}

// theDeclaration is the IE015, or of an arrival the IE007.
func theDeclaration(tr *transition) string  { return tr.m.Facts.Original }
func theInvalidation(tr *transition) string { return tr.m.Facts.Invalidation }

// theRequest is the IE054 that was taken last, or the one that is turned down.
func theRequest(tr *transition) string {
	if id := theMessage(tr); id != "" {
		return id
	}
	return tr.m.Facts.Request
}

// theRemarks is the IE044 that was taken last. Without one, as in the normal procedure, it is the IE007.
func theRemarks(tr *transition) string {
	if tr.m.Facts.Remarks != "" {
		return tr.m.Facts.Remarks
	}
	return tr.m.Facts.Original
}

func nothing(*transition) compose.Content { return compose.Content{} }

func rejectMessage(tr *transition) compose.Content {
	c := compose.Content{Rejection: tr.on.name[len("IE"):], RejectionCode: "12"}
	for _, f := range tr.faults {
		c.Errors = append(c.Errors, f.FunctionalError)
	}
	return c
}

func rejectExpired(tr *transition) compose.Content {
	r := tr.settings.PresentationExpired
	return compose.Content{Rejection: "015", RejectionCode: r.Code, RejectionReason: r.Reason}
}

func rejectByOfficer(tr *transition) compose.Content {
	r := tr.settings.RejectedByOfficer
	return compose.Content{Rejection: "015", RejectionCode: r.Code, RejectionReason: tr.input.textOr("justification", r.Reason)}
}

func decision(d string) content {
	return func(tr *transition) compose.Content {
		return compose.Content{Decision: d, Justification: tr.input.text("justification")}
	}
}

// refuseUnwanted turns down an IE014 that nobody has to decide about. There is no other answer to it in phase 4.
func refuseUnwanted(tr *transition) compose.Content {
	c := compose.Content{Decision: "0", Justification: tr.settings.CancellationInvalid}
	if slices.ContainsFunc(tr.faults, func(f fault) bool { return f.Code == "92" }) {
		c.Justification = tr.settings.CancellationTooLate
	}
	return c
}

// rejectRequest is an officer's word about a request of release, if there is one.
func rejectRequest(tr *transition) compose.Content {
	return compose.Content{RejectionReason: tr.input.motivation().Text}
}

func decisionByCustoms(tr *transition) compose.Content {
	return compose.Content{Decision: "1", ByCustoms: true, Justification: tr.input.text("justification")}
}

func refusal(tr *transition) compose.Content {
	return compose.Content{Motivation: tr.input.motivation()}
}

func refusalOfGuarantee(tr *transition) compose.Content {
	m := tr.input.motivation()
	if m.Code == "" {
		m.Code = tr.settings.GuaranteeRefusal
	}
	return compose.Content{Motivation: m}
}

func (in input) motivation() compose.Motivation {
	given := in.group("motivation")
	return compose.Motivation{Code: given.text("code"), Text: given.text("text")}
}

func control(tr *transition) compose.Content {
	c := compose.Content{NotificationType: notifyControl, Documents: tr.input.documents()}
	for _, g := range tr.input.groups("controls") {
		c.Controls = append(c.Controls, compose.Control{Type: g.text("type"), Text: g.text("text")})
	}
	return c
}

func requestDocuments(tr *transition) compose.Content {
	return compose.Content{NotificationType: notifyDocuments, Documents: tr.input.documents()}
}

func (in input) documents() []compose.RequestedDocument {
	var out []compose.RequestedDocument
	for _, g := range in.groups("documents") {
		out = append(out, compose.RequestedDocument{Type: g.text("type"), Description: g.text("description")})
	}
	return out
}

func intendControl(*transition) compose.Content {
	return compose.Content{NotificationType: notifyIntention}
}

// releaseResult is empty unless the officer wrote a control result: the usual one follows from the movement.
func releaseResult(tr *transition) compose.Content {
	g := tr.input.group("controlResult")
	if g == nil {
		return compose.Content{}
	}
	return compose.Content{ControlResult: &compose.ControlResult{
		Code: g.text("code"), Date: g.text("date"), By: g.text("by"), Text: g.text("text"),
	}}
}

func invalidGuarantees(tr *transition) compose.Content {
	var c compose.Content
	for _, g := range tr.input.groups("guarantees") {
		bad := compose.InvalidGuarantee{GRN: g.text("grn")}
		for _, r := range g.groups("reasons") {
			bad.Reasons = append(bad.Reasons, compose.Reason{Code: r.text("code"), Text: r.text("text")})
		}
		c.Guarantees = append(c.Guarantees, bad)
	}
	return c
}

func incident(tr *transition) compose.Content {
	return compose.Content{Incident: compose.Incident{
		Code: tr.input.text("code"), Text: tr.input.text("text"), Office: tr.input.text("office"),
	}}
}

func recovery(tr *transition) compose.Content {
	return compose.Content{Recovery: compose.Recovery{
		Text: tr.input.text("text"), Amount: tr.input.text("amount"), Currency: tr.input.text("currency"),
	}}
}
