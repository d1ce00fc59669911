package schema

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"nctsim/simulator/libxml"
	"nctsim/simulator/xmltree"
)

// libxml2's codes (xmlParserErrors) of what makes a document unreadable, as far as they are translated.
const (
	xmlDocumentEmpty      = 4
	xmlDocumentEnd        = 5
	xmlInvalidChar        = 9
	xmlUndeclaredEntity   = 26
	xmlEntityNoSemicolon  = 23
	xmlLtInAttribute      = 38
	xmlAttributeRedefined = 42
	xmlNameRequired       = 68
	xmlTagMismatch        = 76
	xmlNamespaceUndefined = 201
)

// fatalError puts the reason why a document cannot be read into the real service's words, with the byte offset
// up to which it was read.
func fatalError(data []byte, f libxml.Fault, syntax *xmltree.SyntaxError) (Error, int) {
	if syntax != nil && errors.Is(syntax, xmltree.ErrCut) {
		return errorAt(data, len(data), textCut), len(data)
	}
	offset := offsetOf(data, f.Line, f.Column)
	message := translateFatal(data, f, offset)
	if f.Code == xmlTagMismatch {
		// the real parser stops behind the "</" that it did not expect
		if i := bytes.LastIndex(data[:offset], []byte("</")); i >= 0 {
			return errorAt(data, i+len("</"), message), offset
		}
	}
	if message == "" {
		return Error{Line: f.Line, Message: cut(f.Text)}, offset
	}
	return Error{Line: f.Line, Column: f.Column, Message: message}, offset
}

func translateFatal(data []byte, f libxml.Fault, offset int) string {
	quoted := quotedWords(f.Text)
	switch f.Code {
	case xmlDocumentEmpty:
		return textProlog
	case xmlDocumentEnd:
		if rest := bytes.TrimLeft(data[min(offset, len(data)):], " \t\r\n"); len(rest) > 0 && rest[0] != '<' {
			return textTrailing
		}
		return textAfter
	case xmlInvalidChar:
		var value int
		if i := strings.LastIndex(f.Text, "value "); i >= 0 {
			if _, err := fmt.Sscanf(f.Text[i:], "value %d", &value); err != nil {
				return ""
			}
		}
		return fmt.Sprintf(textChar, value)
	case xmlUndeclaredEntity:
		if len(quoted) > 0 {
			return fmt.Sprintf(`The entity "%s" was referenced, but not declared.`, quoted[0])
		}
	case xmlEntityNoSemicolon:
		return "The reference to an entity must end with the ';' delimiter."
	case xmlNameRequired:
		if offset > 0 && offset <= len(data) && data[offset-1] == '&' {
			return "The entity name must immediately follow the '&' in the entity reference."
		}
		return "The content of elements must consist of well-formed character data or markup."
	case xmlLtInAttribute:
		return "An attribute value must not contain the '<' character."
	case xmlAttributeRedefined:
		if fields := strings.Fields(f.Text); len(fields) > 1 && fields[0] == "Attribute" {
			return fmt.Sprintf(`Attribute "%s" was already specified for the element.`, fields[1])
		}
	case xmlTagMismatch:
		// "Opening and ending tag mismatch: LRN line 7 and MRN"
		if _, after, ok := strings.Cut(f.Text, "mismatch: "); ok {
			name, _, _ := strings.Cut(after, " ")
			return fmt.Sprintf(`The element type "%s" must be terminated by the matching end-tag "</%s>".`, name, name)
		}
	case xmlNamespaceUndefined:
		// "Namespace prefix ncts on CC015C is not defined"
		if fields := strings.Fields(f.Text); len(fields) > 4 && fields[3] == "on" {
			return fmt.Sprintf(`The prefix "%s" for element "%s:%s" is not bound.`, fields[2], fields[2], fields[4])
		}
	}
	return ""
}

func quotedWords(s string) []string {
	parts := strings.Split(s, "'")
	var out []string
	for i := 1; i < len(parts); i += 2 {
		out = append(out, parts[i])
	}
	return out
}

// offsetOf turns libxml2's line and byte column into an offset.
func offsetOf(data []byte, line, column int) int {
	offset := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(data[offset:], '\n')
		if i < 0 {
			return len(data)
		}
		offset += i + 1
	}
	return min(offset+max(column-1, 0), len(data))
}
