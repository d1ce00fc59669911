package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/libxml"
)

// Most assertions about an item compare it with something that is the same for all items: the type of the
// declaration, the office of departure, a group of the house consignment. Evaluated as written, every item would
// make libxml2 search the whole message again, and the time would grow with the square of the items. So every
// part of a test that depends on an ancestor of the element alone is taken out and becomes a variable, which is
// evaluated once for each such ancestor. What a test means does not change by this; the tests of the package
// compare both forms.

// hoisted is a part of one or more tests.
type hoisted struct {
	libxml.Expression
	name string
	typ  libxml.ValueType
}

// hoister collects the variables of all assertions over a message.
type hoister struct {
	lists  map[string]string // values of $CLnnn
	known  map[string]int
	hoists []hoisted
}

// test prepares the test of an assertion. A context or test that cannot be read is left as it is, but for the
// code lists.
func (h *hoister) test(context, test string) libxml.Expression {
	base, ok := contextSteps(context)
	t, err := parseXPath(test)
	if !ok || err != nil {
		for list, codes := range h.lists {
			test = strings.ReplaceAll(test, "$"+list, "'"+codes+"'")
		}
		return libxml.Expression{Text: test}
	}
	u := use{hoister: h, base: base}
	t = u.rewrite(u.listed(t), true)
	return libxml.Expression{Text: t.String(), Depth: len(base), Variables: u.deps}
}

// contextSteps gives the names on the way to the elements of a context, without predicates; false if it is
// anything but a chain of children from the root.
func contextSteps(context string) ([]string, bool) {
	t, err := parseXPath(context)
	if err != nil || t.kind != isPath || !t.root {
		return nil, false
	}
	var names []string
	for i, s := range t.steps {
		local := s.text
		if i == 0 {
			local = strings.TrimPrefix(local, rootPrefix+":")
		}
		if local == "" || strings.ContainsAny(local, ":*.") {
			return nil, false
		}
		names = append(names, local)
	}
	return names, true
}

// use is one expression on its way to libxml2, evaluated at elements whose names from the root are base. In a
// predicate base is nil: it is evaluated at other elements, so only what depends on the document alone comes out.
type use struct {
	*hoister
	base []string
	deps []int
}

// listed puts the code lists in place of their variables.
func (u *use) listed(t *term) *term {
	if t.kind == isVariable {
		if codes, ok := u.lists[t.text]; ok {
			return &term{kind: isLiteral, text: "'" + codes + "'"}
		}
		return t
	}
	return t.mapped(u.listed)
}

// mapped is a copy with every part changed.
func (t *term) mapped(change func(*term) *term) *term {
	c := *t
	c.args = make([]*term, len(t.args))
	for i, a := range t.args {
		c.args[i] = change(a)
	}
	c.steps = make([]step, len(t.steps))
	for i, s := range t.steps {
		c.steps[i] = step{text: s.text, predicates: make([]*term, len(s.predicates))}
		for j, p := range s.predicates {
			c.steps[i].predicates[j] = change(p)
		}
	}
	return &c
}

// What depends returns besides a depth.
const (
	onNothing = -1
	onElement = 1 << 20
)

// depends is the depth of the deepest element that the value of an expression at base depends on; predicates see
// only what is below the element that they are for, and what the document holds.
func (u *use) depends(t *term) int {
	if t.kind == isPath {
		return u.pathDepends(t)
	}
	if t.kind == isVariable || t.kind == isCall && len(t.args) == 0 && t.text != "true" && t.text != "false" {
		return onElement
	}
	deepest := onNothing
	for _, a := range t.args {
		deepest = max(deepest, u.depends(a))
	}
	return deepest
}

func (u *use) pathDepends(t *term) int {
	if t.root {
		return 0
	}
	up := t.up()
	if up == 0 || up >= len(u.base) {
		return onElement
	}
	return len(u.base) - up
}

// up counts the leading steps to the parent.
func (t *term) up() int {
	n := 0
	for n < len(t.steps) && t.steps[n].text == ".." && len(t.steps[n].predicates) == 0 {
		n++
	}
	return n
}

// rewrite puts variables in place of what can be taken out. truth says that only the boolean value matters.
func (u *use) rewrite(t *term, truth bool) *term {
	at := u.depends(t)
	if typ, ok := typeOf(t, truth); ok && at != onNothing && at < max(len(u.base), 1) {
		i := u.define(t, at, typ)
		if !slices.Contains(u.deps, i) {
			u.deps = append(u.deps, i)
		}
		return &term{kind: isVariable, text: u.hoists[i].name}
	}
	if t.kind == isPath {
		return u.rewritePredicates(t)
	}
	inner := t.text == "or" || t.text == "and" || t.kind == isCall && (t.text == "not" || t.text == "boolean")
	return u.lookedUp(t.mapped(func(a *term) *term { return u.rewrite(a, inner) }))
}

// lookedUp turns the comparison of elements with a variable that is a set of elements into a look-up: as written,
// libxml2 would compare each with each for every element that is tested.
func (u *use) lookedUp(t *term) *term {
	if t.kind != isOperator || t.text != "=" {
		return t
	}
	for i, a := range t.args {
		if other := t.args[1-i]; a.kind == isPath && other.kind == isVariable {
			for n, h := range u.hoists {
				if h.name == other.text && h.typ == libxml.NodeSet {
					return &term{kind: isCall, text: "among", args: []*term{a, {kind: isLiteral, text: strconv.Itoa(n)}}}
				}
			}
		}
	}
	return t
}

func (u *use) rewritePredicates(t *term) *term {
	inside := use{hoister: u.hoister}
	t = t.mapped(func(p *term) *term {
		typ, _ := typeOf(p, false)
		return inside.rewrite(p, typ == libxml.NodeSet)
	})
	for _, i := range inside.deps {
		if !slices.Contains(u.deps, i) {
			u.deps = append(u.deps, i)
		}
	}
	return t
}

// define makes the variable for an expression that depends on the ancestor at a depth, or finds it.
func (u *use) define(t *term, at int, typ libxml.ValueType) int {
	at = max(at, 0)
	if at > 0 {
		t = rebased(t, len(u.base)-at)
	}
	key := fmt.Sprint(u.base[:min(at, len(u.base))], typ, t)
	if i, ok := u.known[key]; ok {
		return i
	}
	v := hoisted{Expression: libxml.Expression{Depth: at}, typ: typ}
	if at > 0 {
		inner := use{hoister: u.hoister, base: u.base[:at]}
		v.Text, v.Variables = inner.rewrite(t, typ == libxml.Boolean).String(), inner.deps
	} else {
		v.Text = t.String()
	}
	v.name = fmt.Sprintf("v%d", len(u.hoists))
	u.hoists = append(u.hoists, v)
	u.known[key] = len(u.hoists) - 1
	return len(u.hoists) - 1
}

// rebased moves an expression up to an ancestor.
func rebased(t *term, up int) *term {
	if t.kind != isPath {
		return t.mapped(func(a *term) *term { return rebased(a, up) })
	}
	if t.root {
		return t
	}
	c := *t
	c.steps = t.steps[up:]
	if len(c.steps) == 0 {
		c.steps = []step{{text: "."}}
	}
	return &c
}

// typeOf is the type of an expression, false if it is not known.
func typeOf(t *term, truth bool) (libxml.ValueType, bool) {
	if truth {
		return libxml.Boolean, true
	}
	switch t.kind {
	case isPath:
		return libxml.NodeSet, true
	case isOperator:
		if strings.Contains(" + - * div mod ", " "+t.text+" ") {
			return libxml.Number, true
		}
		return libxml.Boolean, true
	case isCall:
		typ, ok := functions[t.text]
		return typ, ok
	}
	return 0, false
}

var functions = map[string]libxml.ValueType{
	"not": libxml.Boolean, "boolean": libxml.Boolean, "true": libxml.Boolean, "false": libxml.Boolean, "contains": libxml.Boolean, "starts-with": libxml.Boolean,
	"count": libxml.Number, "sum": libxml.Number, "number": libxml.Number, "string-length": libxml.Number, "floor": libxml.Number, "ceiling": libxml.Number, "round": libxml.Number,
	"string": libxml.String, "concat": libxml.String, "substring": libxml.String, "substring-before": libxml.String, "substring-after": libxml.String,
	"translate": libxml.String, "normalize-space": libxml.String,
}
