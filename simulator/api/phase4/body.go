package phase4

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// maxBody is how many bytes a message may have: the buffer of the service (docs/spec/api-1.0.md#4-1).
const maxBody = 5 << 20

// readXML reads the body of a submission: its size, then its Content-Type, then its encoding (docs/spec/api-1.0.md#3).
// What it returns is in UTF-8.
func readXML(r *http.Request) ([]byte, error) {
	exchange.At(r.Context(), client.CheckSize)
	body, err := bind.Body(r, maxBody)
	if errors.Is(err, bind.ErrTooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, gate, textTooLarge, codeTooLarge}
	}
	exchange.At(r.Context(), client.CheckContentType)
	media, _ := bind.MediaTypeOf(r)
	if !media.IsXML() {
		exchange.Want(r.Context(), "Content-Type", wire.TypeXML)
		return nil, &refusal{http.StatusUnsupportedMediaType, framework, textMediaType, ""}
	}
	exchange.At(r.Context(), client.CheckBody)
	if err == nil {
		body, err = decode(body, media)
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, framework, fmt.Sprintf(textInvalidXML, err), ""}
	}
	return body, nil
}

// rootTag is the name of the root as it is written, and whether it is in a namespace or declares one, used or not; an empty
// default namespace is none. The name is empty if the document has no root that can be read.
func rootTag(body []byte) (name string, namespaced bool) {
	s := xmltree.NewScanner(body)
	for {
		t, err := s.Next()
		switch {
		case err != nil:
			return "", false
		case t.Kind == xmltree.StartTag, t.Kind == xmltree.EmptyTag:
			return t.Name, strings.Contains(t.Name, ":") || slices.ContainsFunc(t.Attrs, isDeclaration)
		case t.Kind != xmltree.Text || strings.TrimSpace(t.Name) != "":
			return "", false
		}
	}
}

// isDeclaration says whether an attribute declares a namespace.
func isDeclaration(a xmltree.Attr) bool {
	return a.Name == "xmlns" && a.Value != "" || strings.HasPrefix(a.Name, "xmlns:")
}

// reserialised is a document as the service shows it (docs/spec/api-1.0.md#5-8): the root element alone, without
// attributes (which are declarations of namespaces at most), comments and processing instructions, empty elements in
// one tag, white space as it is. A document that cannot be read, which only an officer can have forced upon the trader,
// is shown as it is.
func reserialised(body []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(body))
	depth, open := 0, "" // open is the start tag that is not written yet
	write := func() {
		if open != "" {
			b.WriteString("<" + open + ">")
			open = ""
		}
	}
	for s := xmltree.NewScanner(body); ; {
		t, err := s.Next()
		if err != nil {
			return body
		}
		switch t.Kind {
		case xmltree.End:
			if b.Len() == 0 {
				return body
			}
			return b.Bytes()
		case xmltree.Doctype:
			return body
		case xmltree.StartTag:
			write()
			open = t.Name
			depth++
		case xmltree.EmptyTag:
			write()
			b.WriteString("<" + t.Name + "/>")
		case xmltree.EndTag:
			if depth--; open != "" {
				b.WriteString("<" + open + "/>")
				open = ""
			} else {
				b.WriteString("</" + t.Name + ">")
			}
		case xmltree.Text:
			if depth > 0 && t.Name != "" {
				write()
				message.Escape(&b, t.Name)
			}
		}
	}
}

// shown is a stored message as the service shows it. Nearly all are stored in that form; what an officer or a scenario has
// sent as a file may have a declaration, comments or blanks around it.
func shown(stored []byte) []byte {
	if bytes.HasPrefix(stored, []byte("<")) && bytes.HasSuffix(stored, []byte(">")) &&
		!bytes.Contains(stored, []byte("<?")) && !bytes.Contains(stored, []byte("<!")) {
		return stored
	}
	return reserialised(stored)
}

// written is a tree as reserialised writes it, for a message that the service has changed.
func written(root *xmltree.Node) []byte {
	var b bytes.Buffer
	write(&b, root)
	return b.Bytes()
}

func write(b *bytes.Buffer, n *xmltree.Node) {
	if len(n.Children) == 0 && n.Text == "" {
		b.WriteString("<" + n.Name + "/>")
		return
	}
	b.WriteString("<" + n.Name + ">")
	if len(n.Children) == 0 {
		message.Escape(b, n.Text)
	}
	for _, c := range n.Children {
		write(b, c)
	}
	b.WriteString("</" + n.Name + ">")
}

// senderElement is what a service puts into a message before it stores it, and predecessor what it stands behind.
const (
	senderElement = "MesSenMES3"
	predecessor   = "SynVerNumMES2"
)

// unsealed is a reserialised message that waits for its sender, by which customs addresses its answers: what stands
// before and behind it. What the trader wrote as the sender is taken out (docs/spec/api-1.0.md#7).
type unsealed struct{ before, behind []byte }

// open finds the place of the sender in a valid message.
func open(text []byte) unsealed {
	u := unsealed{before: text}
	inside := ""
	for s := xmltree.NewScanner(text); ; {
		t, err := s.Next()
		if err != nil || t.Kind == xmltree.End {
			return u
		}
		switch {
		case t.Kind == xmltree.StartTag:
			inside = t.Name
			if u.behind != nil && !strings.EqualFold(inside, senderElement) {
				return u
			}
		case t.Kind == xmltree.EndTag && inside == predecessor:
			u = unsealed{text[:t.End], text[t.End:]}
			inside = ""
		case t.Kind == xmltree.EndTag && strings.EqualFold(inside, senderElement):
			u.behind = text[t.End:]
			return u
		}
	}
}

// seal puts the sender in.
func (u unsealed) seal(sender string) []byte {
	element := "<" + senderElement + ">" + sender + "</" + senderElement + ">"
	return slices.Concat(u.before, []byte(element), u.behind)
}
