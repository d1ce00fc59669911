package scenario

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// Query is what is known of a new movement that looks for its scenario.
type Query struct {
	// Header is the value of Gov-Test-Scenario, "" if the request has none.
	Header string
	// Phase is that of the request, 0 if it was refused before that was known.
	Phase message.Phase
	// Document is the message that creates the movement.
	Document *message.Document
}

// By says what a movement found its scenario by.
type By string

// Ways to find a scenario, the strongest first.
const (
	ByHeader By = "header"
	ByLRN    By = "lrn"
	ByFields By = "fields"
)

// Found is the answer to a [Query].
type Found struct {
	// Scenario is nil if nothing fits.
	Scenario *Scenario
	By       By
	// Why is one sentence for the journal. It is there without a scenario too if a header named one that
	// cannot be used.
	Why string
	// Hint is, in a few words of ASCII, what to do about a header that names no scenario which can be used.
	Hint string
	// Others fit as well but less exactly, the most exact first.
	Others []*Scenario
}

// Find gives the scenario of a new movement. A header decides alone, even if it names no scenario of the
// phase. Otherwise, of all scenarios whose LRN pattern or fields fit, those with more conditions go before
// those with fewer, then longer patterns before shorter ones, then ids in their order.
func (l *Library) Find(q Query) Found {
	if q.Header != "" {
		return l.findByHeader(q)
	}
	if q.Document == nil {
		return Found{}
	}
	var fits []candidate
	lrn := q.Document.Field(message.LRN)
	for _, s := range l.shelf.Load().byOpening[opening{q.Phase, q.Document.Type.Code}] {
		if !s.possible(q.Document, lrn) {
			continue
		}
		if c, ok := s.read().fit(q, lrn); ok {
			fits = append(fits, c)
		}
	}
	if len(fits) == 0 {
		return Found{}
	}
	slices.SortStableFunc(fits, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.conditions, a.conditions), cmp.Compare(b.length, a.length))
	})
	best := fits[0]
	found := Found{Scenario: best.scenario, By: best.by, Why: best.why}
	for _, other := range fits[1:] {
		found.Others = append(found.Others, other.scenario)
	}
	if len(found.Others) > 0 {
		found.Why += fmt.Sprintf("; %s fits too, less exactly", ids(found.Others))
	}
	return found
}

// versions are the API versions of phases.
func versions(phases []message.Phase) string {
	var out []string
	for _, p := range phases {
		out = append(out, p.APIVersion())
	}
	return strings.Join(out, " and ")
}

func ids(list []*Scenario) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.ID
	}
	return strings.Join(names, ", ")
}

func (l *Library) findByHeader(q Query) Found {
	s, ok := l.Get(q.Header)
	switch {
	case !ok:
		why := "the header Gov-Test-Scenario names " + q.Header + ", which is not a scenario of the library"
		hint := "GET /simulator/v1/scenarios lists the scenarios"
		if near := l.Suggest(q.Header); near != "" {
			hint = "did you mean " + near
		}
		return Found{Why: why + "; hint: " + hint, Hint: hint}
	case q.Phase != 0 && !s.For(q.Phase):
		return Found{
			Why:  fmt.Sprintf("the header Gov-Test-Scenario names %s, which does not work in phase %s", s.ID, q.Phase),
			Hint: fmt.Sprintf("%s works in API %s, not in %s", s.ID, versions(s.Phases), q.Phase.APIVersion()),
		}
	}
	if o := s.Opening(); o != nil && q.Document != nil && o.Trader.Send.Code != q.Document.Type.Code {
		return Found{
			Why:  fmt.Sprintf("the header Gov-Test-Scenario names %s, which begins with %s and not with %s", s.ID, o.Trader.Send.Code, q.Document.Type.Code),
			Hint: fmt.Sprintf("%s begins with %s", s.ID, o.Trader.Send.Code),
		}
	}
	return Found{Scenario: s, By: ByHeader, Why: "the header Gov-Test-Scenario names it"}
}

// opening is how a movement begins: its phase and the type of its first message.
type opening struct {
	phase message.Phase
	code  string
}

// literalStart is what every text that a pattern fits begins with, as far as that is written down letter by letter behind a
// "^"; empty if it is not.
func literalStart(p *regexp.Regexp) string {
	parsed, err := syntax.Parse(p.String(), syntax.Perl)
	if err != nil || parsed.Op != syntax.OpConcat || len(parsed.Sub) < 2 {
		return ""
	}
	begin, text := parsed.Sub[0], parsed.Sub[1]
	if begin.Op != syntax.OpBeginText || text.Op != syntax.OpLiteral || text.Flags&syntax.FoldCase != 0 {
		return ""
	}
	return string(text.Rune)
}

// candidate is a scenario that fits, and how exactly.
type candidate struct {
	scenario           *Scenario
	by                 By
	why                string
	conditions, length int
}

// fit reports whether a scenario wants a movement that begins as it does, with an LRN. Its LRN pattern and its fields are two ways in; the more
// exact one counts.
func (s *Scenario) fit(q Query, given string) (candidate, bool) {
	fields, byFields := s.fitFields(q.Document)
	lrn, byLRN := s.fitLRN(given)
	switch {
	case byFields && (!byLRN || fields.conditions > lrn.conditions):
		return fields, true
	case byLRN:
		return lrn, true
	}
	return candidate{}, false
}

func (s *Scenario) fitLRN(lrn string) (candidate, bool) {
	p := s.Match.LRN
	if p == nil || !p.MatchString(lrn) {
		return candidate{}, false
	}
	return candidate{s, ByLRN, "its LRN " + lrn + " fits " + p.String(), 1, len(p.String())}, true
}

// fit reports whether the elements of a message fit.
func fit(fields []FieldPattern, d *message.Document) bool {
	return !slices.ContainsFunc(fields, func(f FieldPattern) bool { return !d.Has(f.Path) || !f.Pattern.MatchString(d.Get(f.Path)) })
}

func (s *Scenario) fitFields(d *message.Document) (candidate, bool) {
	c := candidate{scenario: s, by: ByFields, conditions: len(s.Match.Fields)}
	if !fit(s.Match.Fields, d) {
		return candidate{}, false
	}
	var fitting []string
	for _, f := range s.Match.Fields {
		c.length += len(f.Pattern.String())
		fitting = append(fitting, fmt.Sprintf("%s %s fits %s", f.Path, d.Get(f.Path), f.Pattern))
	}
	c.why = strings.Join(fitting, " and ")
	return c, c.conditions > 0
}
