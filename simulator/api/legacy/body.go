package legacy

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// maxBody is how many bytes a message may have: the buffer of the service (section 4.1).
const maxBody = 5 << 20

// readXML reads the body of a submission: its size, then its Content-Type (section 3).
func readXML(r *http.Request) ([]byte, error) {
	body, err := bind.Body(r, maxBody)
	if errors.Is(err, bind.ErrTooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, gate, textTooLarge, codeTooLarge}
	}
	if !isXML(r.Header.Get("Content-Type")) {
		return nil, &refusal{http.StatusUnsupportedMediaType, framework, textMediaType, ""}
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, framework, fmt.Sprintf(textInvalidXML, err), ""}
	}
	return body, nil
}

// isXML says whether a content type, whatever its parameters, is one of XML.
func isXML(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return media == "application/xml" || media == "text/xml" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+xml")
}

// rootTag is the name of the root as it is written, and its start tag. Both are empty if the document has none that can be
// read.
func rootTag(body []byte) (name string, tag []byte) {
	s := xmltree.NewScanner(body)
	for {
		t, err := s.Next()
		switch {
		case err != nil:
			return "", nil
		case t.Kind == xmltree.StartTag, t.Kind == xmltree.EmptyTag:
			return t.Name, body[t.Start:t.End]
		case t.Kind != xmltree.Text || strings.TrimSpace(t.Name) != "":
			return "", nil
		}
	}
}

// declaration of a namespace in a tag, even an empty one.
var declaration = regexp.MustCompile(`\sxmlns(:[^=\s]*)?\s*=`)

// namespaced says whether the root is in a namespace or declares one, used or not.
func namespaced(name string, tag []byte) bool {
	return strings.Contains(name, ":") || declaration.Match(tag)
}

// reserialised is a document as the service shows it (section 5.8): the root element alone, without attributes (which are
// declarations of namespaces at most), comments and processing instructions, empty elements in one tag, white space as it
// is. A document that cannot be read, which only an officer can have forced upon the trader, is shown as it is.
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

// senderElement is what a service puts into a message before it stores it, and predecessor what it stands behind.
const (
	senderElement = "MesSenMES3"
	predecessor   = "SynVerNumMES2"
)

// sealed is a reserialised message with the sender in it, by which customs addresses its answers; what the trader wrote
// there is taken out (section 7).
func sealed(text []byte, sender string) []byte {
	root, err := xmltree.Parse(text)
	if err != nil {
		return text
	}
	var b bytes.Buffer
	b.Grow(len(text) + 2*len(senderElement) + len("<></>") + len(sender))
	done := 0
	for _, n := range root.Children {
		switch {
		case strings.EqualFold(n.Name, senderElement):
			b.Write(text[done:n.Start])
			done = n.Close
		case n.Name == predecessor:
			b.Write(text[done:n.Close])
			done = n.Close
			b.WriteString("<" + senderElement + ">" + sender + "</" + senderElement + ">")
		}
	}
	b.Write(text[done:])
	return b.Bytes()
}
