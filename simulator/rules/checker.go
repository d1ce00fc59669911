package rules

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
)

// Mode says which rules hold in phase 5; the other phases have only those of final mode.
type Mode string

// Modes: until and since the end of the transitional period, 2025-01-21.
const (
	Final      Mode = "final"
	Transition Mode = "transition"
)

// Options choose what a Checker enforces.
type Options struct {
	// Mode of phase 5; empty means Final.
	Mode Mode
	// On and Off switch rules ("R0855"), single assertions ("p5-0549") or code lists ("CL231") against their
	// default. What names an assertion outdoes what names its rule, and Off outdoes On.
	On, Off []string
	// Positions in pointers of phase 5; empty means Always.
	Positions Positions
	// Registry is the registered data; nil means DefaultRegistry in lenient mode.
	Registry *Registry
}

// Checker looks for what is wrong with a message. It is safe for concurrent use.
type Checker struct {
	book     *Book
	options  Options
	registry *Registry
	offLists map[string]bool
	// on says of the assertions of a *ruleSet whether they are enforced, once somebody asked.
	on sync.Map
}

// Checker makes a checker. The error says which option means nothing.
func (b *Book) Checker(o Options) (*Checker, error) {
	c := &Checker{book: b, options: o, registry: o.Registry, offLists: map[string]bool{}}
	if c.options.Mode == "" {
		c.options.Mode = Final
	}
	if c.options.Mode != Final && c.options.Mode != Transition {
		return nil, fmt.Errorf("mode %q of the rules is unknown; hint: %q or %q", o.Mode, Final, Transition)
	}
	if c.options.Positions == "" {
		c.options.Positions = Always
	}
	if c.options.Positions != Always && c.options.Positions != WhenRepeated {
		return nil, fmt.Errorf("positions %q are unknown; hint: %q or %q", o.Positions, Always, WhenRepeated)
	}
	for _, name := range slices.Concat(o.On, o.Off) {
		if !b.Has(name) {
			return nil, fmt.Errorf("there is no rule, assertion or code list %q; hint: names look like R0855, p5-0549 and CL231", name)
		}
	}
	for _, name := range o.Off {
		if b.isList(name) {
			c.offLists[name] = true
		}
	}
	if c.registry == nil {
		r, err := DefaultRegistry()
		if err != nil {
			return nil, err
		}
		c.registry = r
	}
	return c, nil
}

// Has reports whether a name can be switched on and off here: a rule, an assertion or a code list.
func (b *Book) Has(name string) bool {
	if registerRules[name] != "" || b.isList(name) || slices.Contains(movementRules, name) {
		return true
	}
	for _, set := range b.all() {
		if slices.ContainsFunc(set.assertions, func(a assertion) bool { return a.id == name || a.rule == name }) {
			return true
		}
	}
	return false
}

func (b *Book) isList(name string) bool {
	_, known := b.lists[name]
	_, office := officeRoles[name]
	return known || office
}

// enforced says for every assertion whether it is enforced.
func (c *Checker) enforced(set *ruleSet) []bool {
	if on, chosen := c.on.Load(set); chosen {
		return on.([]bool)
	}
	on := make([]bool, len(set.assertions))
	for i, a := range set.assertions {
		on[i] = a.on
		for _, name := range []string{a.rule, a.id} {
			if slices.Contains(c.options.On, name) {
				on[i] = true
			}
			if slices.Contains(c.options.Off, name) {
				on[i] = false
			}
		}
		inMode := a.final
		if set.phase == message.Phase5 && c.options.Mode == Transition {
			inMode = a.transition
		}
		on[i] = on[i] && inMode
	}
	c.on.Store(set, on)
	return on
}

// Check finds what is wrong with a message. What the message itself shows comes first: values outside their code lists, and broken
// conditions and rules (step 4 of docs/spec/process.md#3), in the order of the message; messages of customs have no findings but of
// code lists. Then what the registers say (step 5): parties and authorisations in the order of the message, and the national checks
// of holder and representative. The error says that the context ended, that the message cannot be read, or where a rule is that
// cannot be evaluated.
func (c *Checker) Check(ctx context.Context, d *message.Document) (shown, registered []Finding, err error) {
	l := c.book.layout(d)
	if l.set.err != nil {
		return nil, nil, fmt.Errorf("check rules of %s: %w", d.Root.Name, l.set.err)
	}
	t, err := l.arrange(d)
	if err == nil {
		shown, err = c.checkShown(ctx, l, t, d)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("check rules of %s: %w", d.Root.Name, err)
	}
	return shown, c.checkRegistered(t, d), nil
}

// checkShown finds what the message itself shows.
func (c *Checker) checkShown(ctx context.Context, l *layout, t *tree, d *message.Document) ([]Finding, error) {
	e := l.set.evaluation(t)
	defer l.set.giveBack(e)
	out := collector{limit: l.style.maxFindings}
	on, positions := c.enforced(l.set), c.positions(d)
	var found []candidate
	for i := range int32(len(e.elements)) {
		if i%checkedAtOnce == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		found = c.checkList(e.tree, i, found[:0])
		found = l.set.broken(e, i, on, found)
		if e.writeDown(found, positions, &out); out.full() {
			break
		}
	}
	return out.findings, nil
}

// checkedAtOnce is how many elements are looked at before anybody asks whether the caller is still there.
const checkedAtOnce = 1024

// broken adds the assertions that an element does not obey.
func (s *ruleSet) broken(e *evaluation, at int32, on []bool, out []candidate) []candidate {
	tests := e.kinds[e.elements[at].kind].tests
	for i := range tests {
		t := &tests[i]
		if !on[t.assertion] || !t.concerns(e, at) || t.holds(e, at) {
			continue
		}
		a := &s.assertions[t.assertion]
		out = append(out, candidate{
			Finding: Finding{Code: a.code, Reason: a.rule, Assertion: a.id, Logic: a.logic}, node: at, suffix: a.pointer, row: t.assertion,
		})
	}
	return out
}

// checkList adds that a leaf has a value outside its code list. Values that the schema itself lists were checked by it.
func (c *Checker) checkList(t *tree, at int32, out []candidate) []candidate {
	list := t.kinds[t.elements[at].kind].list
	if list == "" || c.offLists[list] || c.inList(list, t.value(at)) {
		return out
	}
	return append(out, candidate{
		Finding: Finding{Code: "12", Reason: list, Logic: "the value must be one of code list " + list},
		node:    at, suffix: ".", list: true,
	})
}

func (c *Checker) positions(d *message.Document) Positions {
	if d.Phase == message.Phase5 {
		return c.options.Positions
	}
	return Always
}

// declaredList is the code list that the schema names for a leaf.
func declaredList(e *schema.Element) string {
	if e == nil || e.Type == nil || len(e.Type.Enum) > 0 {
		return ""
	}
	return e.List
}

func (c *Checker) inList(list, code string) bool {
	if role, office := officeRoles[list]; office {
		return c.registry.office(code, role)
	}
	if list == listUNLocodes {
		return c.knowsUNLocode(code)
	}
	return c.book.lists.has(list, code)
}

// knowsUNLocode: of the list only a selection comes with the program, which counts in strict mode.
func (c *Checker) knowsUNLocode(code string) bool {
	list := c.book.lists[listUNLocodes]
	switch r := c.registry; {
	case r.refused.unLocodes[code]:
		return false
	case r.unLocodes[code] || list.known()[code]:
		return true
	default:
		return list.sample && r.strictness == Lenient
	}
}
