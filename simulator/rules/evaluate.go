package rules

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a test is compiled to: functions of the element that it is evaluated at, one for each type of XPath 1.0.
type (
	truthOf  func(e *evaluation, at int32) bool
	numberOf func(e *evaluation, at int32) float64
	textOf   func(e *evaluation, at int32) string
	// setOf puts elements on top of the stack of the evaluation, in document order.
	setOf func(e *evaluation, at int32)
	// hasText reports whether a text is that of an element of a set.
	hasText func(e *evaluation, at int32, text string) bool
)

// evaluation is one tree on which tests are evaluated, by one goroutine.
type evaluation struct {
	*tree
	stack []int32
	// position is that of the element for which a predicate is evaluated.
	position int32
	kept     []kept
}

// kept is the value of an expression that is the same for many elements, because it depends on one of their ancestors alone: it
// is kept for the ancestor that it was evaluated at last. All elements inside an ancestor follow each other, so it is evaluated
// once for each ancestor.
type kept struct {
	known    bool
	at       int32
	truth    bool
	number   float64
	text     string
	elements []int32
	texts    map[string]struct{}
	// next is the sibling from which on elements are not yet counted, in an expression about preceding siblings.
	next int32
}

// renew has a value kept for another element, and reports whether it has to be evaluated.
func (k *kept) renew(at int32) bool {
	if k.known && k.at == at {
		return false
	}
	k.known, k.at = true, at
	return true
}

// forgetTexts empties a set. Clearing a large one would take as long again for each small one that follows.
func (k *kept) forgetTexts() {
	if len(k.texts) > fewTexts {
		k.texts = nil
	}
	clear(k.texts)
}

func (k *kept) addText(s string) {
	if k.texts == nil {
		k.texts = map[string]struct{}{}
	}
	k.texts[s] = struct{}{}
}

// fewTexts is up to how many texts are compared one by one, or a set is used again.
const fewTexts = 8

// ancestor is so many levels above.
func (e *evaluation) ancestor(at int32, levels int) int32 {
	for ; levels > 0; levels-- {
		at = e.elements[at].parent
	}
	return at
}

// step is one step of a path from an element to its children.
type step struct {
	// label is that of the children's name, anyName for all.
	label      int32
	predicates []truthOf
}

const anyName = -2

// walk puts the elements at the end of a path on the stack.
func (e *evaluation) walk(at int32, steps []step) {
	bottom := len(e.stack)
	e.stack = append(e.stack, at)
	for i := range steps {
		top := len(e.stack)
		for from := bottom; from < top; from++ {
			e.descend(e.stack[from], &steps[i])
		}
		e.stack = append(e.stack[:bottom], e.stack[top:]...)
	}
}

// descend takes one step from one element.
func (e *evaluation) descend(at int32, s *step) {
	bottom := len(e.stack)
	from, to := e.inside(at)
	for c := from; c < to; c = e.elements[c].end {
		if s.label == anyName || e.kinds[e.elements[c].kind].label == s.label {
			e.stack = append(e.stack, c)
		}
	}
	for _, predicate := range s.predicates {
		outer, left := e.position, bottom
		for i := bottom; i < len(e.stack); i++ {
			e.position = int32(i - bottom + 1)
			if c := e.stack[i]; predicate(e, c) {
				e.stack[left] = c
				left++
			}
		}
		e.position, e.stack = outer, e.stack[:left]
	}
}

// any reports whether an element of a set has a property.
func (e *evaluation) any(at int32, elements setOf, property func(i int32) bool) bool {
	bottom := len(e.stack)
	elements(e, at)
	found := false
	for _, i := range e.stack[bottom:] {
		if found = property(i); found {
			break
		}
	}
	e.stack = e.stack[:bottom]
	return found
}

// passed evaluates what comes behind a step to the preceding siblings of an element, for each sibling only once: note is told what
// is found. Elements come in document order, so the siblings of one are those of the last one and a few more.
func (k *kept) passed(e *evaluation, at, label int32, rest []step, note func(found []int32)) {
	parent := e.elements[at].parent
	if k.renew(parent) || k.next > at {
		k.next, _ = e.inside(parent)
		k.number = 0
		k.forgetTexts()
	}
	for ; k.next != at; k.next = e.elements[k.next].end {
		if label != anyName && e.kinds[e.elements[k.next].kind].label != label {
			continue
		}
		bottom := len(e.stack)
		e.walk(k.next, rest)
		note(e.stack[bottom:])
		e.stack = e.stack[:bottom]
	}
}

// toNumber reads a number as XPath 1.0 does: what is not one is NaN.
func toNumber(s string) float64 {
	s = strings.Trim(s, space)
	digits := strings.TrimPrefix(s, "-")
	if strings.Trim(digits, ".0123456789") != "" || digits == "." {
		return math.NaN()
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) { // no digits, or two points
		return math.NaN()
	}
	return f
}

// space is the white space of XML.
const space = " \t\r\n"

func normalizeSpace(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < 0x80 && strings.IndexByte(space, byte(r)) >= 0 }), " ")
}

// substring gives the characters from one number on and before another. They count from 1; the numbers may be anything.
func substring(s string, from, to float64) string {
	begin, end := len(s), len(s)
	n := 0.0
	for i := range s {
		n++
		if n >= from && n < to {
			begin = min(begin, i)
		} else if begin < len(s) {
			end = i
			break
		}
	}
	return s[begin:end]
}

// round rounds a half up.
func round(f float64) float64 { return math.Floor(f + 0.5) }

// translate replaces characters by those at the same place in other texts, and leaves out those that have none there.
func translate(s, from, to string) string {
	if !strings.ContainsAny(s, from) {
		return s
	}
	replacements := []rune(to)
	return strings.Map(func(r rune) rune {
		i := strings.IndexRune(from, r)
		if i < 0 {
			return r
		}
		if i = utf8.RuneCountInString(from[:i]); i < len(replacements) {
			return replacements[i]
		}
		return -1
	}, s)
}
