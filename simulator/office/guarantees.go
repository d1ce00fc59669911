package office

import (
	"time"

	"nctsim/simulator/compose"
	liability "nctsim/simulator/guarantee" // the package has a word guarantee of its own
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// GuaranteeCheck looks at the guarantees of a declaration (docs/spec/process.md#4-6, steps 2 to 5) and returns those
// that are not valid. The ledger is what other movements have reserved of its guarantees. It must be pure and safe for
// concurrent use.
type GuaranteeCheck func(declaration *message.Document, at time.Time, reserved liability.Ledger) []InvalidGuarantee

// InvalidGuarantee is a GRN that an IE055 names.
type InvalidGuarantee struct {
	compose.InvalidGuarantee
	// Why is for the journal.
	Why string
}

// badGuarantees checks the declaration as it is after the event. Under TIR the carnet is the guarantee and nothing is
// checked (docs/spec/process.md#2).
func (tr *transition) badGuarantees() []InvalidGuarantee {
	if tr.checked || tr.settings.Guarantees == nil || tr.m.TIR {
		return tr.bad
	}
	declaration := tr.Declaration
	if tr.on == received("IE015") || tr.on == received("IE013") {
		declaration = tr.Message
	}
	if declaration != nil {
		tr.bad, tr.checked = tr.settings.Guarantees(declaration, tr.Now, tr.Reserved), true
	}
	return tr.bad
}

// checkedGuarantees is what the IE055 after a check says.
func checkedGuarantees(tr *transition) compose.Content {
	var c compose.Content
	for _, g := range tr.badGuarantees() {
		c.Guarantees = append(c.Guarantees, g.InvalidGuarantee)
		tr.add(movement.Entry{
			Kind: movement.EntryNote, Text: "guarantee " + g.GRN + " is not valid", Why: "docs/spec/process.md#4-6: " + g.Why,
			Sender: movement.GuaranteeSystem, Recipient: tr.here(),
		})
	}
	return c
}
