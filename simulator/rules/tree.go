package rules

import (
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
)

// tree is a message as the rules see it: its elements in document order, so that an element is known by its number. It takes
// 32 bytes for an element, and its text.
type tree struct {
	elements []element
	// kinds are those of the layout, and behind them those that the schema does not know.
	kinds []kind
	style *errorStyle
}

// element is one element of a message.
type element struct {
	// kind is the number of its path without positions.
	kind int32
	// parent is the number of the parent, onDocument for the root.
	parent int32
	// end is the number of what comes behind the element and all that is inside it.
	end int32
	// position counts the siblings of the same name up to this one.
	position int32
	// text is that of a leaf, without the white space that its type takes away; "" for a group.
	text string
}

// onDocument stands for the document, which is around the root.
const onDocument = -1

// kind is what the elements at one path without positions have in common.
type kind struct {
	name string
	// label is the number of the name in tests, unlabelled for a name that no test has.
	label int32
	// declared is nil for elements that the schema does not know.
	declared *schema.Element
	// children are the kinds inside.
	children []int32
	// list is the code list of the values, "" for none.
	list  string
	tests []test
}

// unlabelled is the label of names that are in no test.
const unlabelled = -1

// layout is the kinds of the elements of one message as its schema has them, with the tests of each. It is shared between messages.
type layout struct {
	set   *ruleSet
	kinds []kind
	style *errorStyle
}

// newLayout brings the schema of a message and the tests over it together.
func newLayout(set *ruleSet, root *schema.Element, style *errorStyle) *layout {
	l := &layout{set: set, style: style}
	l.add(root)
	for _, t := range set.tests {
		if at, known := l.at(t.context); known {
			l.kinds[at].tests = append(l.kinds[at].tests, t)
		}
	}
	return l
}

func (l *layout) add(e *schema.Element) int32 {
	number := int32(len(l.kinds))
	l.kinds = append(l.kinds, kind{name: e.Name, label: l.set.label(e.Name), declared: e, list: l.style.list(e)})
	children := make([]int32, len(e.Children))
	for i, c := range e.Children {
		children[i] = l.add(c)
	}
	l.kinds[number].children = children
	return number
}

// at is the kind at a path of names from the root.
func (l *layout) at(names []string) (number int32, known bool) {
	if len(names) == 0 || l.kinds[0].name != names[0] {
		return 0, false
	}
	for _, name := range names[1:] {
		i := slices.IndexFunc(l.kinds[number].children, func(k int32) bool { return l.kinds[k].name == name })
		if i < 0 {
			return 0, false
		}
		number = l.kinds[number].children[i]
	}
	return number, true
}

// arrange lays out a document. The error says that it cannot be read.
func (l *layout) arrange(d *message.Document) (*tree, error) {
	b := builder{texts: new(strings.Builder), tree: &tree{elements: make([]element, 0, d.Elements()), kinds: slices.Clip(l.kinds), style: l.style}}
	if err := d.Walk(&b); err != nil {
		return nil, err
	}
	return b.tree, nil
}

// builder makes a tree of elements that come in document order.
type builder struct {
	*tree
	// strange are the kinds that the schema does not know, by the kind of the parent and the name.
	strange map[strangeKind]int32
	open    []openElement
	// texts are copies of those of the leaves; when there is no more room, they go on in another one.
	texts *strings.Builder
	room  int
}

type strangeKind struct {
	parent int32
	name   string
}

// openElement is one whose end has not come, with the sibling that came last inside it.
type openElement struct {
	number, last int32
}

// Enter begins an element.
func (b *builder) Enter(name string) {
	number := int32(len(b.elements))
	e := element{parent: onDocument, position: 1}
	if len(b.open) == 0 {
		e.kind = b.rootKind(name)
	} else {
		around := &b.open[len(b.open)-1]
		e.parent = around.number
		switch {
		case around.last != onDocument && b.kinds[b.elements[around.last].kind].name == name:
			e.kind, e.position = b.elements[around.last].kind, b.elements[around.last].position+1
		default:
			e.kind = b.kindInside(b.elements[around.number].kind, name)
			e.position = b.countBefore(around.number, e.kind) + 1
		}
		around.last = number
	}
	b.elements = append(b.elements, e)
	b.open = append(b.open, openElement{number, onDocument})
}

// Leave ends the innermost element.
func (b *builder) Leave(text string) {
	number := b.open[len(b.open)-1].number
	b.open = b.open[:len(b.open)-1]
	e := &b.elements[number]
	e.end = int32(len(b.elements))
	if e.end == number+1 {
		e.text = b.keep(b.kinds[e.kind].declared.Value(text))
	}
}

// keep is a copy of a text, so that the document around it need not stay in memory.
func (b *builder) keep(text string) string {
	if len(text) > b.room-b.texts.Len() {
		b.room = max(min(2*b.room, 64<<10), 1<<10, len(text))
		b.texts = new(strings.Builder)
		b.texts.Grow(b.room)
	}
	from := b.texts.Len()
	b.texts.WriteString(text)
	return b.texts.String()[from:]
}

// countBefore counts the elements of a kind that are already inside a parent. Those of a valid message follow each other, so
// this is needed once for each kind.
func (b *builder) countBefore(parent, kind int32) (n int32) {
	for c := parent + 1; c < int32(len(b.elements)); c = b.elements[c].end {
		if b.elements[c].kind == kind {
			n++
		}
	}
	return n
}

func (b *builder) rootKind(name string) int32 {
	if b.kinds[0].name == name {
		return 0
	}
	return b.strangeKind(onDocument, name)
}

func (b *builder) kindInside(parent int32, name string) int32 {
	for _, k := range b.kinds[parent].children {
		if b.kinds[k].name == name {
			return k
		}
	}
	return b.strangeKind(parent, name)
}

func (b *builder) strangeKind(parent int32, name string) int32 {
	at := strangeKind{parent, name}
	number, known := b.strange[at]
	if !known {
		if b.strange == nil {
			b.strange = map[strangeKind]int32{}
		}
		number = int32(len(b.kinds))
		b.kinds = append(b.kinds, kind{name: strings.Clone(name), label: unlabelled})
		b.strange[at] = number
	}
	return number
}

func (t *tree) name(i int32) string { return t.kinds[t.elements[i].kind].name }

func (t *tree) declared(i int32) *schema.Element { return t.kinds[t.elements[i].kind].declared }

// leaf reports whether an element has no others inside.
func (t *tree) leaf(i int32) bool { return t.elements[i].end == i+1 }

// parent is the element around another one.
func (t *tree) parent(i int32) int32 { return t.elements[i].parent }

// inside is where the children of an element, or of the document, begin and end: the first is at from, and each that follows at
// the end of the one before it.
func (t *tree) inside(i int32) (from, to int32) {
	switch i {
	case onDocument:
		return 0, int32(len(t.elements))
	case missing:
		return 0, 0
	}
	return i + 1, t.elements[i].end
}

// text is the string value of an element as XPath sees it.
func (t *tree) text(i int32) string {
	if t.leaf(i) {
		return t.elements[i].text
	}
	var all strings.Builder
	for _, e := range t.elements[i+1 : t.elements[i].end] {
		all.WriteString(e.text)
	}
	return all.String()
}

// value is the text of a leaf, "" for a group and for what is missing.
func (t *tree) value(i int32) string {
	if i == missing {
		return ""
	}
	return t.elements[i].text
}

// children gives the children of a name.
func (t *tree) children(i int32, name string) (out []int32) {
	from, to := t.inside(i)
	for c := from; c < to; c = t.elements[c].end {
		if t.name(c) == name {
			out = append(out, c)
		}
	}
	return out
}

// steps gives the way from the root to an element.
func (t *tree) steps(i int32) []int32 {
	var out []int32
	for ; i >= 0; i = t.elements[i].parent {
		out = append(out, i)
	}
	slices.Reverse(out)
	return out
}

// at gives the elements at a path of names below the root.
func (t *tree) at(names ...string) []int32 { return t.below(0, names, nil) }

func (t *tree) below(i int32, names []string, out []int32) []int32 {
	if len(names) == 0 {
		return append(out, i)
	}
	for _, c := range t.children(i, names[0]) {
		out = t.below(c, names[1:], out)
	}
	return out
}

// textAt is the text of the first element at a path, "" if there is none.
func (t *tree) textAt(names ...string) string {
	if found := t.at(names...); len(found) > 0 {
		return t.text(found[0])
	}
	return ""
}

// textBeside is the text of the first sibling of that name, "" if there is none.
func (t *tree) textBeside(i int32, name string) string {
	if found := t.children(t.parent(i), name); len(found) > 0 {
		return t.text(found[0])
	}
	return ""
}
