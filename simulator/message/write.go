package message

import (
	"bytes"
	"io"
	"unicode/utf8"

	"nctsim/simulator/xmltree"
)

// phaseIDAttr is the only attribute any message has.
const phaseIDAttr = "PhaseID"

// Bytes writes the message on one line without an XML declaration:
//
//	<ncts:CC028C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec">…</ncts:CC028C>
//
// PhaseID is left out when the document has none. Only the root has a prefix; in phase 4 not even that, as
// its messages are in no namespace.
func (d *Document) Bytes() []byte {
	var b bytes.Buffer
	root := d.Whole().Root
	b.Grow(size(root) + 128)
	w := writer{Buffer: &b}
	w.document(d, root)
	return b.Bytes()
}

// Write writes the same piece by piece. Inside gives what was left out of the document: the group of which a node is the place, in the order of
// the document. The error is that of inside or of the writer.
func (d *Document) Write(to io.Writer, inside func(n *xmltree.Node) (*xmltree.Node, error)) error {
	w := writer{Buffer: new(bytes.Buffer), to: to, inside: inside}
	w.document(d, d.Root)
	if w.err == nil {
		w.flush()
	}
	return w.err
}

// size is how long a tree gets, but for what has to be escaped.
func size(n *xmltree.Node) int {
	total := 2*len(n.Name) + len("<></>") + len(n.Text)
	for _, c := range n.Children {
		total += size(c)
	}
	return total
}

// writer writes a document.
type writer struct {
	*bytes.Buffer
	// to gets what was written from time to time, nil for never.
	to     io.Writer
	inside func(n *xmltree.Node) (*xmltree.Node, error)
	err    error
}

// writtenAtOnce is how much is written before it is handed on.
const writtenAtOnce = 32 << 10

func (w *writer) document(d *Document, root *xmltree.Node) {
	name := root.Name
	if d.Phase != Phase4 {
		name = "ncts:" + name
	}
	w.WriteString("<" + name)
	if id, ok := root.Attr(phaseIDAttr); ok {
		w.WriteString(" " + phaseIDAttr + `="`)
		Escape(w.Buffer, id)
		w.WriteByte('"')
	}
	if d.Phase != Phase4 {
		w.WriteString(` xmlns:ncts="` + Namespace + `"`)
	}
	w.WriteByte('>')
	w.content(root)
	w.WriteString("</" + name + ">")
}

func (w *writer) content(n *xmltree.Node) {
	if n.LeftOut && w.inside != nil && w.err == nil {
		if n, w.err = w.inside(n); w.err != nil {
			return
		}
	}
	if len(n.Children) == 0 {
		Escape(w.Buffer, n.Text)
		return
	}
	for _, c := range n.Children {
		w.WriteByte('<')
		w.WriteString(c.Name)
		w.WriteByte('>')
		w.content(c)
		w.WriteString("</")
		w.WriteString(c.Name)
		w.WriteByte('>')
	}
	if w.to != nil && w.Len() >= writtenAtOnce {
		w.flush()
	}
}

// flush hands on what was written.
func (w *writer) flush() {
	if _, err := w.WriteTo(w.to); err != nil && w.err == nil {
		w.err = err
	}
}

// Escape writes text so that it comes back the same from any parser. The carriage return has to be a
// reference, because a bare one is read as a line feed; what XML cannot hold at all becomes U+FFFD.
func Escape(b *bytes.Buffer, text string) {
	done := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if with := replacement(r, size); with != "" {
			b.WriteString(text[done:i])
			b.WriteString(with)
			done = i + size
		}
		i += size
	}
	b.WriteString(text[done:])
}

func replacement(r rune, size int) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&quot;"
	case '\r':
		return "&#13;"
	}
	if !allowed(r) || r == utf8.RuneError && size == 1 {
		return "\ufffd"
	}
	return ""
}

// allowed reports whether XML 1.0 can hold the character.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}
