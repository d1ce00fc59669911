package rules

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// compiler turns the assertions over one message into functions. It takes the part of XPath 1.0 that the assertions need: paths of
// children, which may begin at the root or with steps to the parent and to preceding siblings, predicates, and the operators and
// functions below. Whatever else it finds is an error, so that nothing is evaluated otherwise than it is written.
//
// Most assertions about an item compare it with something that is the same for all items: the type of the declaration, the office
// of departure, a group of the house consignment. So every part of a test that depends on an ancestor of the element alone is
// compiled for that ancestor, and its value is kept (kept) until the next one. Together with the look-up of texts in sets and the
// running counts of preceding siblings this lets the time grow with the size of the message and not with its square.
type compiler struct {
	// lists are the texts of $CLnnn.
	lists  map[string]string
	labels map[string]int32
	// values are the numbers of what is kept, by type, depth and expression, and compiled are the functions that evaluate them.
	values   map[string]int
	compiled map[int]any
	err      error
}

// valueType is a type of XPath 1.0.
type valueType string

const (
	isTruth  valueType = "boolean"
	isNumber valueType = "number"
	isText   valueType = "string"
	isSet    valueType = "node-set"
)

// functions are those that assertions may call: the type of the result, and how many arguments there are.
var functions = map[string]struct {
	result    valueType
	arguments [2]int
}{
	"true": {isTruth, [2]int{0, 0}}, "false": {isTruth, [2]int{0, 0}}, "not": {isTruth, [2]int{1, 1}}, "boolean": {isTruth, [2]int{1, 1}},
	"contains": {isTruth, [2]int{2, 2}}, "starts-with": {isTruth, [2]int{2, 2}},
	"count": {isNumber, [2]int{1, 1}}, "sum": {isNumber, [2]int{1, 1}}, "number": {isNumber, [2]int{1, 1}},
	"position": {isNumber, [2]int{0, 0}}, "string-length": {isNumber, [2]int{1, 1}},
	"string": {isText, [2]int{1, 1}}, "normalize-space": {isText, [2]int{1, 1}}, "concat": {isText, [2]int{2, math.MaxInt}},
	"substring": {isText, [2]int{2, 3}}, "substring-before": {isText, [2]int{2, 2}}, "substring-after": {isText, [2]int{2, 2}},
	"translate": {isText, [2]int{3, 3}},
}

func newCompiler(lists map[string]string) *compiler {
	return &compiler{lists: lists, labels: map[string]int32{}, values: map[string]int{}, compiled: map[int]any{}}
}

// program is what the assertions over one message are compiled to.
type program struct {
	tests []test
	// labels are the numbers of the names in tests, values is how many values are kept while they are evaluated.
	labels map[string]int32
	values int
	// err says where the first assertion is that cannot be compiled, with file and line.
	err error
}

// label is the number of a name in the tests.
func (p *program) label(name string) int32 {
	if n, known := p.labels[name]; known {
		return n
	}
	return unlabelled
}

// test is an assertion that can be evaluated.
type test struct {
	// assertion is its number.
	assertion int
	// context is the path of the elements that it is about; those of its predicates that are not fulfilled make it fall away.
	context []string
	filters []filter
	holds   truthOf
}

// filter is a predicate in the context of an assertion.
type filter struct {
	// levels is how far above the element the step is that has the predicate.
	levels int
	holds  truthOf
}

// concerns reports whether an element at the path of a test is one that it is about.
func (t *test) concerns(e *evaluation, at int32) bool {
	for i := range t.filters {
		group := e.ancestor(at, t.filters[i].levels)
		outer := e.position
		e.position = e.elements[group].position
		holds := t.filters[i].holds(e, group)
		if e.position = outer; !holds {
			return false
		}
	}
	return true
}

// test compiles an assertion.
func (c *compiler) test(assertion int, context, condition string) (test, error) {
	t := test{assertion: assertion}
	where, err := parseXPath(context)
	if err != nil {
		return t, err
	}
	if err := where.called(); err != nil {
		return t, err
	}
	if where.kind != aPath || !where.root {
		return t, fmt.Errorf("the context %s does not begin at the root", context)
	}
	c.err = nil
	for i, s := range where.steps {
		name := s.text
		if i == 0 {
			name = strings.TrimPrefix(name, rootPrefix+":")
		}
		if name == "" || strings.ContainsAny(name, ":*.") || len(s.predicates) > 1 {
			return t, fmt.Errorf("the context %s is not a path of names with one predicate at most", context)
		}
		t.context = append(t.context, name)
		for _, p := range s.predicates {
			t.filters = append(t.filters, filter{len(where.steps) - 1 - i, c.predicate(p, i+1)})
		}
	}
	what, err := parseXPath(condition)
	if err == nil {
		err = what.called()
	}
	if err != nil {
		return t, err
	}
	t.holds = c.truth(what, len(t.context))
	return t, c.err
}

// rootPrefix is what the contexts of the assertions call the namespace of the roots.
const rootPrefix = "ncts"

// fail takes down the first reason why an expression cannot be compiled.
func (c *compiler) fail(format string, arguments ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, arguments...)
	}
}

// label is the number of a name.
func (c *compiler) label(name string) int32 {
	n, known := c.labels[name]
	if !known {
		n = int32(len(c.labels))
		c.labels[name] = n
	}
	return n
}

// What reach returns besides a number of levels.
const (
	reachesDocument = 1 << 20
	reachesNothing  = 1 << 21
)

// reach is how many levels above an element the nearest ancestor is that the value of an expression depends on: 0 is the element
// itself. Predicates see only what is below the element that they are for, and what that depends on.
func reach(t *term) int {
	switch {
	case t.kind == aPath && t.root:
		return reachesDocument
	case t.kind == aPath:
		return t.up()
	case t.kind == aCall && t.text == "position":
		return 0
	}
	nearest := reachesNothing
	for _, a := range t.args {
		nearest = min(nearest, reach(a))
	}
	return nearest
}

// up counts the leading steps to the parent.
func (t *term) up() int {
	n := 0
	for n < len(t.steps) && t.steps[n].text == ".." && len(t.steps[n].predicates) == 0 {
		n++
	}
	return n
}

// self reports whether a path is that of the element itself.
func (t *term) self() bool {
	return !t.root && (len(t.steps) == 0 || len(t.steps) == 1 && t.steps[0].text == "." && len(t.steps[0].predicates) == 0)
}

// rebased moves an expression up to an ancestor.
func rebased(t *term, levels int) *term {
	c := *t
	if t.kind == aPath {
		if !t.root {
			c.steps = t.steps[levels:]
		}
		return &c
	}
	c.args = make([]*term, len(t.args))
	for i, a := range t.args {
		c.args[i] = rebased(a, levels)
	}
	return &c
}

// place is an ancestor for which the value of an expression is kept.
type place struct {
	value, depth, levels int
}

// of is the ancestor of an element.
func (p place) of(e *evaluation, at int32) int32 {
	if p.depth == 0 {
		return onDocument
	}
	return e.ancestor(at, p.levels)
}

// shared finds out whether the value of an expression, at elements so many levels below the document, is that for an ancestor, and
// gives the expression as it is there.
func (c *compiler) shared(t *term, depth int, as valueType) (inner *term, p place, ok bool) {
	levels := reach(t)
	switch {
	case levels == reachesNothing || levels == 0 || depth == 0:
		return nil, p, false
	case levels == reachesDocument:
		levels = depth
		inner = t
	case levels > depth:
		c.fail("%s leads to what is above the document", t)
		return nil, p, false
	default:
		inner = rebased(t, levels)
	}
	p = place{depth: depth - levels, levels: levels}
	key := fmt.Sprint(as, p.depth, inner)
	n, known := c.values[key]
	if !known {
		n = len(c.values)
		c.values[key] = n
	}
	p.value = n
	return inner, p, true
}

// evaluated compiles the expression of a place once.
func evaluated[F any](c *compiler, inner *term, p place, compile func(t *term, depth int) F) F {
	evaluate, done := c.compiled[p.value].(F)
	if !done {
		evaluate = compile(inner, p.depth)
		c.compiled[p.value] = evaluate
	}
	return evaluate
}

// ownValue is the number of a value that is kept and used by one expression alone.
func (c *compiler) ownValue() int {
	n := len(c.values)
	c.values[strconv.Itoa(n)] = n
	return n
}

// called finds the calls in an expression that are not of functions, or not with as many arguments as they have.
func (t *term) called() error {
	if t.kind == aCall {
		f, known := functions[t.text]
		if !known || len(t.args) < f.arguments[0] || len(t.args) > f.arguments[1] {
			return fmt.Errorf("%s is not a function of rules, or not with %d arguments", t.text, len(t.args))
		}
	}
	inside := t.args
	for _, s := range t.steps {
		inside = append(inside[:len(inside):len(inside)], s.predicates...)
	}
	for _, a := range inside {
		if err := a.called(); err != nil {
			return err
		}
	}
	return nil
}

// typeOf is the type of an expression.
func typeOf(t *term) valueType {
	switch t.kind {
	case aPath:
		return isSet
	case aNumber:
		return isNumber
	case aCall:
		return functions[t.text].result
	case anOperator:
		if slices.Contains([]string{"+", "-", "*", "div", "mod"}, t.text) {
			return isNumber
		}
		return isTruth
	}
	return isText
}

// constant is the text of a literal or a code list.
func (c *compiler) constant(t *term) (string, bool) {
	switch t.kind {
	case aLiteral:
		return t.text[1 : len(t.text)-1], true
	case aVariable:
		codes, known := c.lists[t.text]
		if !known {
			c.fail("there is no code list %s", t.text)
		}
		return codes, true
	}
	return "", false
}

// predicate compiles what stands between square brackets: a number is a position.
func (c *compiler) predicate(t *term, depth int) truthOf {
	if typeOf(t) == isNumber {
		n := c.number(t, depth)
		return func(e *evaluation, at int32) bool { return float64(e.position) == n(e, at) }
	}
	return c.truth(t, depth)
}

// truth compiles an expression as boolean() sees it, for elements so many levels below the document.
func (c *compiler) truth(t *term, depth int) truthOf {
	if inner, p, ok := c.shared(t, depth, isTruth); ok {
		evaluate := evaluated(c, inner, p, c.truth)
		return func(e *evaluation, at int32) bool {
			at = p.of(e, at)
			if k := &e.kept[p.value]; k.renew(at) {
				k.truth = evaluate(e, at)
			}
			return e.kept[p.value].truth
		}
	}
	switch typeOf(t) {
	case isSet:
		return c.exists(t, depth)
	case isNumber:
		n := c.number(t, depth)
		return func(e *evaluation, at int32) bool { f := n(e, at); return f != 0 && !math.IsNaN(f) }
	case isText:
		s := c.text(t, depth)
		return func(e *evaluation, at int32) bool { return s(e, at) != "" }
	}
	if t.kind == anOperator {
		return c.operation(t, depth)
	}
	return c.predicateFunction(t, depth)
}

func (c *compiler) operation(t *term, depth int) truthOf {
	switch t.text {
	case "or":
		a, b := c.truth(t.args[0], depth), c.truth(t.args[1], depth)
		return func(e *evaluation, at int32) bool { return a(e, at) || b(e, at) }
	case "and":
		a, b := c.truth(t.args[0], depth), c.truth(t.args[1], depth)
		return func(e *evaluation, at int32) bool { return a(e, at) && b(e, at) }
	}
	return c.comparison(t.text, t.args[0], t.args[1], depth)
}

// predicateFunction compiles a call whose result is a boolean.
func (c *compiler) predicateFunction(t *term, depth int) truthOf {
	switch t.text {
	case "true", "false":
		is := t.text == "true"
		return func(*evaluation, int32) bool { return is }
	case "boolean":
		return c.truth(t.args[0], depth)
	case "not":
		a := c.truth(t.args[0], depth)
		return func(e *evaluation, at int32) bool { return !a(e, at) }
	case "contains":
		if listed := c.listed(t, depth); listed != nil {
			return listed
		}
		a, b := c.text(t.args[0], depth), c.text(t.args[1], depth)
		return func(e *evaluation, at int32) bool { return strings.Contains(a(e, at), b(e, at)) }
	}
	a, b := c.text(t.args[0], depth), c.text(t.args[1], depth)
	return func(e *evaluation, at int32) bool { return strings.HasPrefix(a(e, at), b(e, at)) }
}

// listed compiles contains(' A B ', concat(' ', x, ' ')), which asks for a word among words, as a look-up; nil if it is not that.
func (c *compiler) listed(t *term, depth int) truthOf {
	words, known := c.constant(t.args[0])
	word := t.args[1]
	if !known || word.text != "concat" || len(word.args) != 3 || word.args[0].text != "' '" || word.args[2].text != "' '" {
		return nil
	}
	x := c.text(word.args[1], depth)
	among := map[string]bool{}
	for _, w := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(words, " "), " "), " ") {
		among[w] = true
	}
	whole := len(words) > 1 && words[0] == ' ' && words[len(words)-1] == ' '
	return func(e *evaluation, at int32) bool {
		s := x(e, at)
		if !whole || s == "" || strings.IndexByte(s, ' ') >= 0 {
			return strings.Contains(words, " "+s+" ")
		}
		return among[s]
	}
}

// comparison compiles an operator that compares. One side of it being a set, it asks whether there is an element in it for which the
// comparison is true.
func (c *compiler) comparison(operator string, a, b *term, depth int) truthOf {
	ta, tb := typeOf(a), typeOf(b)
	equality := operator == "=" || operator == "!="
	switch {
	case ta == isTruth || tb == isTruth:
		c.fail("%s %s %s compares a boolean", a, operator, b)
		return nil
	case tb == isSet && ta != isSet:
		return c.comparison(turned(operator), b, a, depth)
	case operator == "=" && ta == isSet && tb != isNumber:
		return c.same(a, b, depth)
	case equality && ta != isNumber && tb != isNumber:
		return c.compareTexts(operator, a, b, depth)
	}
	return c.compareNumbers(operator, a, b, depth)
}

// turned is an operator that compares, with its sides the other way round.
func turned(operator string) string {
	switch operator[0] {
	case '<':
		return ">" + operator[1:]
	case '>':
		return "<" + operator[1:]
	}
	return operator
}

// same compiles the comparison of a set with a text or with another set. What is the same for many elements is looked up.
func (c *compiler) same(a, b *term, depth int) truthOf {
	if reach(a) > 0 {
		a, b = b, a
	}
	if typeOf(b) == isSet {
		has := c.has(b, depth)
		if typeOf(a) == isSet {
			elements := c.set(a, depth)
			return func(e *evaluation, at int32) bool {
				return e.any(at, elements, func(i int32) bool { return has(e, at, e.text(i)) })
			}
		}
		s := c.text(a, depth)
		return func(e *evaluation, at int32) bool { return has(e, at, s(e, at)) }
	}
	has, s := c.has(a, depth), c.text(b, depth)
	return func(e *evaluation, at int32) bool { return has(e, at, s(e, at)) }
}

// compareTexts compiles = and != of texts, or != of sets.
func (c *compiler) compareTexts(operator string, a, b *term, depth int) truthOf {
	equal := operator == "="
	if typeOf(a) != isSet {
		x, y := c.text(a, depth), c.text(b, depth)
		return func(e *evaluation, at int32) bool { return (x(e, at) == y(e, at)) == equal }
	}
	if typeOf(b) == isSet {
		c.fail("%s != %s compares sets", a, b)
		return nil
	}
	elements, s := c.set(a, depth), c.text(b, depth)
	return func(e *evaluation, at int32) bool {
		other := s(e, at)
		return e.any(at, elements, func(i int32) bool { return e.text(i) != other })
	}
}

// compareNumbers compiles the comparisons of numbers, and of what is one when it is compared.
func (c *compiler) compareNumbers(operator string, a, b *term, depth int) truthOf {
	compare := comparisons[operator]
	switch {
	case typeOf(a) != isSet:
		x, y := c.number(a, depth), c.number(b, depth)
		return func(e *evaluation, at int32) bool { return compare(x(e, at), y(e, at)) }
	case typeOf(b) != isSet:
		elements, y := c.set(a, depth), c.number(b, depth)
		return func(e *evaluation, at int32) bool {
			other := y(e, at)
			return e.any(at, elements, func(i int32) bool { return compare(toNumber(e.text(i)), other) })
		}
	}
	elements, others := c.set(a, depth), c.set(b, depth)
	return func(e *evaluation, at int32) bool {
		return e.any(at, elements, func(i int32) bool {
			n := toNumber(e.text(i))
			return e.any(at, others, func(j int32) bool { return compare(n, toNumber(e.text(j))) })
		})
	}
}

var comparisons = map[string]func(a, b float64) bool{
	"=":  func(a, b float64) bool { return a == b },
	"!=": func(a, b float64) bool { return a != b },
	"<":  func(a, b float64) bool { return a < b },
	"<=": func(a, b float64) bool { return a <= b },
	">":  func(a, b float64) bool { return a > b },
	">=": func(a, b float64) bool { return a >= b },
}

var arithmetic = map[string]func(a, b float64) float64{
	"+":   func(a, b float64) float64 { return a + b },
	"-":   func(a, b float64) float64 { return a - b },
	"*":   func(a, b float64) float64 { return a * b },
	"div": func(a, b float64) float64 { return a / b },
	"mod": math.Mod,
}

// number compiles an expression as number() sees it.
func (c *compiler) number(t *term, depth int) numberOf {
	if inner, p, ok := c.shared(t, depth, isNumber); ok {
		evaluate := evaluated(c, inner, p, c.number)
		return func(e *evaluation, at int32) float64 {
			at = p.of(e, at)
			if k := &e.kept[p.value]; k.renew(at) {
				k.number = evaluate(e, at)
			}
			return e.kept[p.value].number
		}
	}
	switch typeOf(t) {
	case isTruth:
		c.fail("%s is a boolean where a number is needed", t)
		return nil
	case isSet, isText:
		s := c.text(t, depth)
		return func(e *evaluation, at int32) float64 { return toNumber(s(e, at)) }
	}
	switch {
	case t.kind == aNumber:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			c.fail("%s is not a number", t.text)
		}
		return func(*evaluation, int32) float64 { return f }
	case t.kind == anOperator:
		calculate, a, b := arithmetic[t.text], c.number(t.args[0], depth), c.number(t.args[1], depth)
		return func(e *evaluation, at int32) float64 { return calculate(a(e, at), b(e, at)) }
	}
	return c.numberFunction(t, depth)
}

// numberFunction compiles a call whose result is a number.
func (c *compiler) numberFunction(t *term, depth int) numberOf {
	switch t.text {
	case "position":
		return func(e *evaluation, _ int32) float64 { return float64(e.position) }
	case "number":
		return c.number(t.args[0], depth)
	case "string-length":
		s := c.text(t.args[0], depth)
		return func(e *evaluation, at int32) float64 { return float64(utf8.RuneCountInString(s(e, at))) }
	case "count":
		if before, rest, ok := c.preceding(t.args[0], depth); ok {
			value := c.ownValue()
			return func(e *evaluation, at int32) float64 {
				k := &e.kept[value]
				k.passed(e, at, before, rest, func(found []int32) { k.number += float64(len(found)) })
				return k.number
			}
		}
		elements := c.set(t.args[0], depth)
		return func(e *evaluation, at int32) float64 {
			bottom := len(e.stack)
			elements(e, at)
			n := len(e.stack) - bottom
			e.stack = e.stack[:bottom]
			return float64(n)
		}
	}
	elements := c.set(t.args[0], depth)
	return func(e *evaluation, at int32) float64 {
		sum := 0.0
		e.any(at, elements, func(i int32) bool { sum += toNumber(e.text(i)); return false })
		return sum
	}
}

// text compiles an expression as string() sees it. A number or a boolean as text is not among what rules may say.
func (c *compiler) text(t *term, depth int) textOf {
	if inner, p, ok := c.shared(t, depth, isText); ok {
		evaluate := evaluated(c, inner, p, c.text)
		return func(e *evaluation, at int32) string {
			at = p.of(e, at)
			if k := &e.kept[p.value]; k.renew(at) {
				k.text = evaluate(e, at)
			}
			return e.kept[p.value].text
		}
	}
	if s, ok := c.constant(t); ok {
		return func(*evaluation, int32) string { return s }
	}
	switch typeOf(t) {
	case isSet:
		if t.self() {
			return func(e *evaluation, at int32) string { return e.text(at) }
		}
		elements := c.set(t, depth)
		return func(e *evaluation, at int32) (s string) {
			e.any(at, elements, func(i int32) bool { s = e.text(i); return true })
			return s
		}
	case isText:
		return c.textFunction(t, depth)
	}
	c.fail("%s is a number or a boolean where a text is needed", t)
	return nil
}

// textFunction compiles a call whose result is a text.
func (c *compiler) textFunction(t *term, depth int) textOf {
	a := c.text(t.args[0], depth)
	switch t.text {
	case "string":
		return a
	case "normalize-space":
		return func(e *evaluation, at int32) string { return normalizeSpace(a(e, at)) }
	case "substring":
		from := c.number(t.args[1], depth)
		length := func(*evaluation, int32) float64 { return math.Inf(1) }
		if len(t.args) > 2 {
			length = c.number(t.args[2], depth)
		}
		return func(e *evaluation, at int32) string {
			begin := round(from(e, at))
			return substring(a(e, at), begin, begin+round(length(e, at)))
		}
	case "concat":
		parts := make([]textOf, len(t.args))
		for i := range t.args {
			parts[i] = c.text(t.args[i], depth)
		}
		return func(e *evaluation, at int32) string {
			var all strings.Builder
			for _, part := range parts {
				all.WriteString(part(e, at))
			}
			return all.String()
		}
	}
	b := c.text(t.args[1], depth)
	switch t.text {
	case "substring-before":
		return func(e *evaluation, at int32) string {
			before, _, found := strings.Cut(a(e, at), b(e, at))
			if !found {
				return ""
			}
			return before
		}
	case "substring-after":
		return func(e *evaluation, at int32) string { _, after, _ := strings.Cut(a(e, at), b(e, at)); return after }
	}
	to := c.text(t.args[2], depth)
	return func(e *evaluation, at int32) string { return translate(a(e, at), b(e, at), to(e, at)) }
}

// set compiles a path.
func (c *compiler) set(t *term, depth int) setOf {
	if typeOf(t) != isSet {
		c.fail("%s is not a path", t)
		return nil
	}
	if inner, p, ok := c.shared(t, depth, isSet); ok {
		evaluate := evaluated(c, inner, p, c.set)
		return func(e *evaluation, at int32) {
			e.stack = append(e.stack, e.keptSet(p, p.of(e, at), evaluate).elements...)
		}
	}
	if t.self() {
		return func(e *evaluation, at int32) { e.stack = append(e.stack, at) }
	}
	steps := c.steps(t.steps, depth)
	return func(e *evaluation, at int32) { e.walk(at, steps) }
}

// keptSet is a set that is the same for many elements.
func (e *evaluation) keptSet(p place, at int32, evaluate setOf) *kept {
	k := &e.kept[p.value]
	if k.renew(at) {
		bottom := len(e.stack)
		evaluate(e, at)
		k.elements = append(k.elements[:0], e.stack[bottom:]...)
		e.stack = e.stack[:bottom]
		k.forgetTexts()
	}
	return k
}

// exists compiles whether there is an element at a path.
func (c *compiler) exists(t *term, depth int) truthOf {
	elements := c.set(t, depth)
	return func(e *evaluation, at int32) bool {
		bottom := len(e.stack)
		elements(e, at)
		found := len(e.stack) > bottom
		e.stack = e.stack[:bottom]
		return found
	}
}

// has compiles whether a text is that of an element at a path.
func (c *compiler) has(t *term, depth int) hasText {
	inner, p, shared := c.shared(t, depth, isSet)
	if !shared {
		inner, p = t, place{depth: depth}
	}
	if before, rest, ok := c.preceding(inner, p.depth); ok {
		if !shared {
			p.value = c.ownValue()
		}
		return func(e *evaluation, at int32, s string) bool {
			k := &e.kept[p.value]
			k.passed(e, p.of(e, at), before, rest, func(found []int32) {
				for _, i := range found {
					k.addText(e.text(i))
				}
			})
			_, known := k.texts[s]
			return known
		}
	}
	if !shared {
		elements := c.set(t, depth)
		return func(e *evaluation, at int32, s string) bool {
			return e.any(at, elements, func(i int32) bool { return e.text(i) == s })
		}
	}
	evaluate := evaluated(c, inner, p, c.set)
	return func(e *evaluation, at int32, s string) bool {
		k := e.keptSet(p, p.of(e, at), evaluate)
		if len(k.elements) <= fewTexts {
			return slices.ContainsFunc(k.elements, func(i int32) bool { return e.text(i) == s })
		}
		if len(k.texts) == 0 {
			for _, i := range k.elements {
				k.addText(e.text(i))
			}
		}
		_, known := k.texts[s]
		return known
	}
}

// precedingSibling is the axis that a path may begin with.
const precedingSibling = "preceding-sibling::"

// preceding compiles a path that begins with a step to the preceding siblings: the name of the siblings, and the rest of the path.
func (c *compiler) preceding(t *term, depth int) (label int32, rest []step, ok bool) {
	if t.kind != aPath || len(t.steps) == 0 || !strings.HasPrefix(t.steps[0].text, precedingSibling) || len(t.steps[0].predicates) > 0 {
		return 0, nil, false
	}
	if depth == 0 {
		c.fail("%s is about siblings of the document", t)
	}
	name := strings.TrimPrefix(t.steps[0].text, precedingSibling)
	return c.nameTest(name), c.steps(t.steps[1:], depth), true
}

func (c *compiler) nameTest(name string) int32 {
	switch {
	case name == "*":
		return anyName
	case name == "" || strings.ContainsAny(name, ":.*"):
		c.fail("%s is not a step that rules may take there", name)
	}
	return c.label(name)
}

// steps compiles steps to children from elements so many levels below the document.
func (c *compiler) steps(all []pathStep, depth int) []step {
	var out []step
	for _, s := range all {
		depth++
		compiled := step{label: c.nameTest(s.text)}
		for _, p := range s.predicates {
			compiled.predicates = append(compiled.predicates, c.predicate(p, depth))
		}
		out = append(out, compiled)
	}
	return out
}
