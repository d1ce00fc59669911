package message

import (
	"bytes"

	"nctsim/simulator/xmltree"
)

// Patched is the text of a document that was made by editing another one: the text of that, with only what has changed
// written anew. Line breaks, comments, prefixes and the order of attributes stay as they are. The original is the tree of
// exactly that text.
func (d *Document) Patched(text []byte, original *xmltree.Node) []byte {
	p := patch{text: text}
	p.out.Grow(len(text) + 256)
	p.out.Write(text[:original.Start])
	p.element(d.Root, original)
	p.out.Write(text[original.Close:])
	return p.out.Bytes()
}

type patch struct {
	text []byte
	out  bytes.Buffer
}

// element writes an element that is in the text.
func (p *patch) element(n, original *xmltree.Node) {
	if unchanged(n, original) {
		p.out.Write(p.text[original.Start:original.Close])
		return
	}
	p.out.Write(startTag(p.text[original.Start:original.Open]))
	end := "</" + n.QName() + ">"
	content := original.Open
	if original.Close > original.Open {
		at := bytes.LastIndex(p.text[:original.Close], []byte("</"))
		content, end = int32(at), string(p.text[at:original.Close])
	}
	if len(n.Children) == 0 {
		Escape(&p.out, n.Text)
	} else {
		p.children(n, original, content)
	}
	p.out.WriteString(end)
}

// children writes those of an element, each with what stands before it; content is where the element's end tag begins.
func (p *patch) children(n, original *xmltree.Node, content int32) {
	gaps := map[int32]int32{} // where the white space before a child begins, by where the child does
	at := original.Open
	before := map[int32]*xmltree.Node{}
	for _, c := range original.Children {
		gaps[c.Start], before[c.Start] = at, c
		at = c.Close
	}
	gap := ""
	if len(original.Children) > 0 {
		gap = trailingSpace(p.text[original.Open:original.Children[0].Start])
	}
	for _, c := range n.Children {
		own := before[c.Start]
		if c.Close == 0 || own == nil || own.Name != c.Name {
			p.out.WriteString(gap)
			p.out.WriteString("<" + c.Name + ">")
			(&writer{Buffer: &p.out}).content(c)
			p.out.WriteString("</" + c.Name + ">")
			continue
		}
		p.out.Write(p.text[gaps[c.Start]:c.Start])
		p.element(c, own)
	}
	p.out.Write(p.text[at:content])
}

// trailingSpace is the white space at the end of what stands before an element.
func trailingSpace(before []byte) string {
	return string(before[len(bytes.TrimRight(before, " \t\r\n")):])
}

// startTag is a tag that is followed by content.
func startTag(tag []byte) []byte {
	bare, empty := bytes.CutSuffix(tag, []byte("/>"))
	if !empty {
		return tag
	}
	return append(bytes.Clone(bytes.TrimRight(bare, " \t\r\n")), '>')
}

// unchanged reports whether nothing has changed in an element. Attributes do not change.
func unchanged(n, original *xmltree.Node) bool {
	if n.Close == 0 || n.Start != original.Start || n.Text != original.Text || len(n.Children) != len(original.Children) {
		return false
	}
	for i, c := range n.Children {
		if !unchanged(c, original.Children[i]) {
			return false
		}
	}
	return true
}
