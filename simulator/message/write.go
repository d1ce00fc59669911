package message

import (
	"bytes"
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
	b.Grow(size(d.Root) + 128)
	name := d.Root.Name
	if d.Phase != Phase4 {
		name = "ncts:" + name
	}
	b.WriteString("<" + name)
	if id, ok := d.Root.Attr(phaseIDAttr); ok {
		b.WriteString(" " + phaseIDAttr + `="`)
		Escape(&b, id)
		b.WriteByte('"')
	}
	if d.Phase != Phase4 {
		b.WriteString(` xmlns:ncts="` + Namespace + `"`)
	}
	b.WriteByte('>')
	writeContent(&b, d.Root)
	b.WriteString("</" + name + ">")
	return b.Bytes()
}

// size is how long a tree gets, but for what has to be escaped.
func size(n *xmltree.Node) int {
	total := 2*len(n.Name) + len("<></>") + len(n.Text)
	for _, c := range n.Children {
		total += size(c)
	}
	return total
}

func writeContent(b *bytes.Buffer, n *xmltree.Node) {
	if len(n.Children) == 0 {
		Escape(b, n.Text)
		return
	}
	for _, c := range n.Children {
		b.WriteByte('<')
		b.WriteString(c.Name)
		b.WriteByte('>')
		writeContent(b, c)
		b.WriteString("</")
		b.WriteString(c.Name)
		b.WriteByte('>')
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
