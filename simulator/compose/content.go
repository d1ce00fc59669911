package compose

// Content is what the office decided and a message cannot take from the movement or from what the trader
// sent. Everything is optional: what is empty gets the default named at the field.
type Content struct {
	// Rejection is the businessRejectionType of an IE056 ("015") or IE057 ("007"); default: by the message it answers.
	Rejection string
	// RejectionCode is 12 (functional errors, the default if there are any) or 4 (RejectionReason says why).
	RejectionCode string
	// RejectionReason goes with code 4 (C0492). In phase 4 it is the text of an IE008, IE016, IE058 or IE062.
	RejectionReason string
	// Errors of an IE056, IE057, IE022 or IE906, in order; in phase 4 of an IE008, IE016, IE058 or IE917.
	Errors []FunctionalError

	// Decision of an IE009: "1" accepted, the default, or "0" refused.
	Decision string
	// ByCustoms makes it a cancellation that no IE014 asked for.
	ByCustoms bool
	// Justification of an IE009; default: that of the IE014.
	Justification string

	// Motivation of an IE051; default: code B1, and the text belonging to the code.
	Motivation Motivation

	// NotificationType of an IE060: "0" control, the default, "1" request for documents, "2" intention.
	NotificationType string
	// Controls of an IE060 of type 0; default: one of type 40.
	Controls []Control
	// Documents of an IE060 of type 0 or 1; default for type 1: one C651.
	Documents []RequestedDocument

	// ControlResult of an IE029; each empty field gets its default, nil means all of them.
	ControlResult *ControlResult

	// Guarantees of an IE055; default: every GRN of the declaration, with G02; in phase 4 the first, with G01.
	Guarantees []InvalidGuarantee

	// Discrepancies is the text of an IE019, left out if empty.
	Discrepancies string

	// Recovery is what an IE035 claims; default 0 EUR without a text.
	Recovery Recovery

	// Incident of an IE182; default: code 3 at the declared office of destination.
	Incident Incident

	// ContinueUnloading makes an IE043 the continuation of an interrupted unloading; it counts from 1.
	ContinueUnloading int

	// ReleaseIndicator of an IE025, CL164: "1" full release, the default, "2" and "3" partial, "4" not released.
	ReleaseIndicator string
	// Houses of a partial release; default: see goodsRelease.
	Houses []ReleasedHouse

	// Unloading says how much an IE043 of phase 4 shows; nil shows what was declared, and one of each in a random message.
	Unloading *UnloadingCounts

	// XMLErrors of an IE917; default: one that says the message could not be read.
	XMLErrors []XMLError
}

// ReleasedHouse is what becomes of a house consignment in a partial release.
type ReleasedHouse struct {
	Number string // sequenceNumber in the declaration
	// Type is the releaseType, CL163: "0" released, "1" released in part, "2" not released; default: "1" with
	// items, else "0".
	Type string
	// Items of a house that is released in part (C0353); default: all, the first of them released.
	Items []ReleasedItem
}

// ReleasedItem is what becomes of an item.
type ReleasedItem struct {
	Number string // declarationGoodsItemNumber
	Type   string // default "0"
}

// UnloadingCounts is how much an IE043 of phase 4 shows (docs/spec/api-1.0.md#15-1). Each is taken literally, 0
// shows none; what is more than the schema allows counts as much as it allows.
type UnloadingCounts struct {
	// Goods is the number of goods items, at most 999.
	Goods int
	// Products and SpecialMentions are those of documents (PRODOCDC2) and of special mentions (SPEMENMT2) of each item,
	// at most 99.
	Products, SpecialMentions int
	// Seals is the number of seals, at most 9999.
	Seals int
}

// XMLError is a mistake in a document that could not be read.
type XMLError struct {
	Line, Column int
	Pointer      string
	Code         string // CL030
	Text         string
	Original     string
}

// FunctionalError is one error of an IE056, IE057, IE022 or IE906 (docs/spec/responses.md#5).
type FunctionalError struct {
	// Pointer is an XPath in the rejected message, cut at 512 characters; in phase 4 group and field as words
	// ("HEA.Customs sub place"), cut at 210.
	Pointer string
	Code    string // "14"
	Reason  string // rule, condition or code list; "N/A" where there is none, or nothing in phase 4
	// Original is the offending text as sent, cut at 512 characters (140 in phase 4); left out if empty.
	Original string
}

// Motivation says why goods are not released.
type Motivation struct{ Code, Text string }

// Control is a kind of control, CL716.
type Control struct {
	Type string
	// Text is required for type 50 (C0451).
	Text string
}

// RequestedDocument is a document that the officer wants to see, CL215.
type RequestedDocument struct{ Type, Description string }

// ControlResult is the result of the control at departure, CL196.
type ControlResult struct {
	Code string // A1, A2, A3
	Date string // 2006-01-02; the limit date of the movement (G0127)
	By   string
	Text string
}

// InvalidGuarantee is a GRN and what is wrong with it.
type InvalidGuarantee struct {
	GRN     string
	Reasons []Reason
}

// Reason is why a guarantee is not valid, CL252 ("G01"); Text may be empty.
type Reason struct{ Code, Text string }

// Recovery is a claim for the duties at stake.
type Recovery struct{ Text, Amount, Currency string }

// Incident is something that happened on the way, CL019.
type Incident struct {
	Code string
	Text string
	// Office registered the incident.
	Office string
}
