package compose

import (
	"cmp"
	"regexp"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phase4MRNAllocated is IE028.
func phase4MRNAllocated(d *draft) { d.set("HEAHEA/AccDatHEA158", d.phase4AcceptanceDate()) }

func (d *draft) phase4AcceptanceDate() string { return d.accepted("HEAHEA/AccDatHEA158", compactDate) }

// What a cancellation decision says when nobody says anything else (docs/spec/responses.md#7-2); the last two are
// assumed. That a request came in the wrong state, only the office can know (docs/spec/process.md#9-2: "when
// automatic").
const (
	traderRequest    = "Trader request"
	refusedByCustoms = "Refused by customs"
	customsDecision  = "Cancelled by customs"
)

// cancellationDecision is IE009. Without an IE014 it can only be a cancellation by customs, which nobody asked for on
// any date.
func cancellationDecision(d *draft) {
	decision, byCustoms, justification := cmp.Or(d.Content.Decision, "1"), "0", traderRequest
	if decision == "0" {
		justification = refusedByCustoms
	}
	if d.Content.ByCustoms || d.Answered == nil || d.Answered.Type.Code != "IE014" {
		byCustoms, justification = "1", customsDecision
	} else {
		d.set("HEAHEA/DatOfCanReqHEA147", compactDate(d.at)) // of the decision, not that of the IE014
	}
	d.set("HEAHEA/CanDecHEA93", decision)
	d.set("HEAHEA/CanIniByCusHEA94", byCustoms)
	d.set("HEAHEA/DatOfCanDecHEA146", compactDate(d.at))
	d.setText("HEAHEA/CanJusHEA248", cmp.Or(d.Content.Justification, justification))
}

// phase4ControlDecision is IE060. It does not say what the control will be.
func phase4ControlDecision(d *draft) { d.set("HEAHEA/DatOfConNotHEA148", compactDate(d.at)) }

// phase4WriteOff is IE045; the group GUARANTOR is never given.
func phase4WriteOff(d *draft) { d.set("HEAHEA/WriOffDatHEA619", compactDate(d.at)) }

// phase4GoodsRelease is IE025.
func phase4GoodsRelease(d *draft) { d.set("HEAHEA/GooRelDatHEA176", compactDate(d.at)) }

// refusedRequest is the reason of an IE062 that nobody gave one.
const refusedRequest = "The goods are not released"

// releaseRequestRejected is IE062.
func releaseRequestRejected(d *draft) {
	d.set("HEAHEA/RelReqRejDatHEA155", compactDate(d.at))
	d.setText("HEAHEA/RelReqRejReaHEA156", cmp.Or(d.Content.RejectionReason, refusedRequest))
}

// phase4InvalidReason is what is wrong with a guarantee that nobody gave a reason.
const phase4InvalidReason = "G01"

// phase4GuaranteeNotValid is IE055; if the office names none, it is about the first guarantee
// (docs/spec/api-1.0.md#15-3). There is room for one reason each.
func phase4GuaranteeNotValid(d *draft) {
	bad := d.Content.Guarantees
	if len(bad) == 0 {
		bad = []InvalidGuarantee{{GRN: d.firstGuarantee()}}
	}
	for _, g := range bad[:d.room("GUAREF2", len(bad))] {
		if g.GRN == "" {
			g.GRN = d.firstGuarantee()
		}
		d.group("GUAREF2", func(one *draft) { one.phase4Guarantee(g) })
	}
}

func (d *draft) phase4Guarantee(g InvalidGuarantee) {
	reason := Reason{}
	if len(g.Reasons) > 0 {
		reason = g.Reasons[0]
		for _, r := range g.Reasons[1:] {
			d.warn("IE055 has room for one reason for each guarantee, %s of %s was left out", r.Code, g.GRN)
		}
	}
	code := cmp.Or(reason.Code, phase4InvalidReason)
	d.setText("GuaRefNumGRNREF21", g.GRN)
	d.setText("INVGUARNS/InvGuaReaCodRNS11", code)
	d.setText("INVGUARNS/InvGuaReaRNS12", cmp.Or(reason.Text, d.variant().reasonTexts[code]))
}

// firstGuarantee is the first GRN of the declaration. A message that was asked for out of turn for a declaration
// without any speaks of one that looks right.
func (d *draft) firstGuarantee() string {
	const reference = "GUAGUA/GUAREFREF"
	for _, g := range d.source(reference).Each(reference) {
		if grn := g.Get("GuaRefNumGRNREF1"); grn != "" {
			return grn
		}
	}
	grn := movement.NewGRN(d.at, d.phase4OfficeCountry()+"000001", d.Stream)
	d.warn("the declaration has no guarantee reference number, so %s speaks of %s", d.Type, grn)
	return grn
}

// Error types of phase 4 (docs/spec/responses.md#7-2).
const (
	phase4BadValue     = "12"
	phase4Missing      = "13"
	phase4RuleViolated = "15"
)

// What a rejection says when nobody says anything else; docs/spec/responses.md#7-2.
const (
	declarationInvalid = "The IE015 message received was invalid"
	arrivalInvalid     = "Invalid IE007 Message"
	remarksInvalid     = "The IE044 Message was invalid"
)

// declarationRejected is IE016. If the office has neither errors nor a reason, the declaration type is to blame
// (docs/spec/api-1.0.md#15-3: one error).
func declarationRejected(d *draft) {
	kind := cmp.Or(d.declared("HEAHEA/TypOfDecHEA24"), "T1")
	d.set("HEAHEA/TypOfDecHEA24", kind)
	d.phase4Rejection("HEAHEA/DecRejDatHEA159", "HEAHEA/DecRejReaHEA252", declarationInvalid)
	d.phase4Errors(FunctionalError{Pointer: "HEA.Type of declaration", Code: phase4BadValue, Original: kind})
}

// arrivalRejected is IE008, which has no errors if the office has none.
func arrivalRejected(d *draft) {
	d.phase4Rejection("HEAHEA/ArrRejDatHEA142", "HEAHEA/ArrRejReaHEA242", arrivalInvalid)
	d.phase4Errors()
}

// remarksErrors are those of an IE058 that nobody gave any (docs/spec/api-1.0.md#15-3). The path leads to the
// offending value in the IE044.
var remarksErrors = []struct {
	FunctionalError
	path string
}{
	{FunctionalError{Pointer: "REM.Unloading Date", Code: phase4BadValue}, "UNLREMREM/UnlDatREM67"},
	{FunctionalError{Pointer: "HEA.Total number of items", Code: phase4BadValue}, "HEAHEA/TotNumOfIteHEA305"},
	{FunctionalError{Pointer: "GDS(1).ROC", Code: phase4Missing}, ""},
	{FunctionalError{Pointer: "SLI.Seals number", Code: phase4RuleViolated, Reason: "R206"}, "SEAINFSLI/SeaNumSLI2"},
}

// remarksRejected is IE058.
func remarksRejected(d *draft) {
	d.phase4Rejection("HEAHEA/UnlRemRejDatHEA218", "HEAHEA/UnlRemRejReaHEA280", remarksInvalid)
	var usual []FunctionalError
	for _, e := range remarksErrors {
		if d.Answered != nil && e.path != "" {
			e.Original = d.Answered.Get(e.path)
		}
		usual = append(usual, e.FunctionalError)
	}
	d.phase4Errors(usual...)
}

// phase4Rejection is when and why something is rejected.
func (d *draft) phase4Rejection(date, reason, usual string) {
	d.set(date, compactDate(d.at))
	d.setText(reason, cmp.Or(d.Content.RejectionReason, usual))
}

// phase4Errors writes the errors in the order they came, or the usual ones if the office says nothing of what is wrong.
func (d *draft) phase4Errors(usual ...FunctionalError) {
	all := d.Content.Errors
	if len(all) == 0 && d.Content.RejectionReason == "" {
		all = usual
	}
	for _, e := range all[:d.room(phase4ErrorGroup, len(all))] {
		d.group(phase4ErrorGroup, func(one *draft) { one.phase4Error(e) })
	}
}

var twoDigits = regexp.MustCompile(`^[0-9]{2}$`)

// phase4Error is one error. Where later phases say that there is no reason, phase 4 says nothing.
func (d *draft) phase4Error(e FunctionalError) {
	if !twoDigits.MatchString(e.Code) {
		d.warn("%q is not an error type of phase 4, %s is given instead", e.Code, phase4BadValue)
		e.Code = phase4BadValue
	}
	d.set("ErrTypER11", e.Code)
	d.setText("ErrPoiER12", cmp.Or(e.Pointer, "HEA"))
	if e.Reason != noReason {
		d.setText("ErrReaER13", e.Reason)
	}
	d.setText("OriAttValER14", e.Original)
}

// phase4XMLNack is IE917, which has exactly one error: that of the office, or else that the message cannot be read.
func phase4XMLNack(d *draft) {
	d.set("HEAHEA/OriMesIdeMES22", d.refusedIdentification())
	d.setText("HEAHEA/DocNumHEA5", d.Movement.MRN)
	d.setText("HEAHEA/RefNumHEA4", d.Movement.LRN)
	e := FunctionalError{Pointer: d.refusedRoot(), Code: phase4BadValue, Reason: notWellFormedText}
	for _, mistakes := range [][]FunctionalError{asFunctional(d.Content.XMLErrors), d.Content.Errors} {
		if len(mistakes) == 0 {
			continue
		}
		e = mistakes[0]
		if more := len(mistakes) - 1; more > 0 {
			d.warn("IE917 has room for one error, %d were left out", more)
		}
	}
	d.group(phase4ErrorGroup, func(one *draft) { one.phase4Error(e) })
}

// refusedIdentification is the MesIdeMES19 of the message refused. A message that cannot name any names itself.
func (d *draft) refusedIdentification() string {
	for _, from := range []*message.Document{d.Answered, d.Original} {
		if from != nil && from.Field(message.Identification) != "" {
			return from.Field(message.Identification)
		}
	}
	return d.get(d.path(message.Identification))
}

// asFunctional writes the mistakes in a document as phase 4 does.
func asFunctional(mistakes []XMLError) []FunctionalError {
	var out []FunctionalError
	for _, m := range mistakes {
		out = append(out, FunctionalError{
			Pointer: strings.TrimSpace(m.Pointer), Code: phase4BadValue, Reason: cmp.Or(m.Text, notWellFormedText), Original: m.Original,
		})
	}
	return out
}
