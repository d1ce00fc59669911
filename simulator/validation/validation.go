// Package validation says what would become of a message that nobody has submitted. The control API and `nctsim validate` ask
// it, so that both say the same.
package validation

import (
	"context"
	"regexp"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/schema"
)

// Checks are what messages are held against. They are safe for concurrent use if their parts are.
type Checks struct {
	// Catalogue has the schemas; phases that it does not have are left out.
	Catalogue *message.Catalogue
	// Submission is HMRC's checks of a message beyond its schema, nil if there are none; the error says what is wrong.
	Submission func(p message.Phase, d *message.Document) error
	// Rules is what the office finds in the message itself, nil if it looks for nothing.
	Rules office.RuleCheck
}

// undecided are the phases in the order in which they are tried when nothing in the message says which it is of.
var undecided = []message.Phase{message.Phase5, message.Phase6, message.Phase4}

// oldRoot is the root of a message of phase 4: the letter counts the versions of the message, and from phase 5 on all have a C.
var oldRoot = regexp.MustCompile(`^C[CD][0-9]{3}[AB]$`)

// Message checks a message; a phase of 0 lets the message decide. What needs a movement is not looked at, such as whether an LRN is free.
// The error is that of the context, or of a check that could not be made.
func (c Checks) Message(ctx context.Context, body []byte, only message.Phase) (client.Validation, error) {
	out, result := c.fits(ctx, body, only)
	if ctx.Err() != nil || len(out.Schema) > 0 {
		return out, ctx.Err()
	}
	d, err := c.Catalogue.Document(out.Phase, result.Root)
	if err != nil {
		return out, err
	}
	if c.Submission != nil && d.Type.Role != message.FromCustoms {
		if refused := c.Submission(out.Phase, d); refused != nil {
			out.Submission = append(out.Submission, refused.Error())
		}
	}
	if c.Rules != nil && len(out.Submission) == 0 {
		broken, err := c.Rules(d, "")
		if err != nil {
			return out, err
		}
		out.Findings = append(out.Findings, office.Findings(broken, d, body)...)
	}
	out.Valid = len(out.Submission)+len(out.Findings) == 0
	return out, nil
}

// fits holds a message against the schemas of all phases. It counts as one of the phase whose schema takes it; if none does,
// of one that knows its root, above all the one that its PhaseID names.
func (c Checks) fits(ctx context.Context, body []byte, only message.Phase) (client.Validation, schema.Result) {
	out := client.Validation{Schema: []client.Fault{}, Submission: []string{}, Findings: []movement.Finding{}, Versions: []client.FitsVersion{}}
	results := map[message.Phase]schema.Result{}
	for _, p := range message.Phases {
		set := c.Catalogue.Set(p)
		if set == nil {
			continue
		}
		results[p] = set.Validate(ctx, body, schema.Options{})
		out.Versions = append(out.Versions, client.FitsVersion{
			APIVersion: p.APIVersion(), Phase: p, Fits: results[p].Valid(), Errors: len(results[p].Errors),
		})
	}
	root, phaseID := message.Peek(body)
	out.Root, out.Phase = root, only
	if only == 0 {
		out.Phase = c.likeliest(results, root, phaseID)
	}
	if c.Catalogue.Schema(out.Phase, root) != nil && len(root) > 5 {
		out.Type = "IE" + root[2:5] // the digits are the same in all phases; the guarantee balance's messages are no others' types
	}
	for _, t := range out.Phase.Types() {
		if t.Root == root {
			out.Type, out.Name = t.Code, t.Name
		}
	}
	for _, e := range results[out.Phase].Errors {
		out.Schema = append(out.Schema, client.Fault{Line: e.Line, Column: e.Column, Path: e.Path, Message: e.Message})
	}
	return out, results[out.Phase]
}

// likeliest is the phase that a message is of.
func (c Checks) likeliest(results map[message.Phase]schema.Result, root, phaseID string) message.Phase {
	signs := func(p message.Phase) (n int) {
		if result, loaded := results[p]; loaded && result.Valid() {
			n += 4
		}
		if c.Catalogue.Schema(p, root) != nil || p == message.Phase4 && oldRoot.MatchString(root) {
			n += 2
		}
		if strings.HasPrefix(phaseID, "NCTS"+p.String()) {
			n++
		}
		return n
	}
	best := undecided[0]
	for _, p := range undecided[1:] {
		if signs(p) > signs(best) {
			best = p
		}
	}
	return best
}
