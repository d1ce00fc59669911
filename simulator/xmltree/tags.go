package xmltree

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a document. The parser of the real service has the one for a name; it has more room for attributes, and
// none of the other limits. They are there because libxml2 needs time that grows with the
// square of these numbers. A message has two attributes, some four hundred names and one or two declarations.
const (
	MaxName         = 1000 // characters of a name or its prefix, bytes of a namespace
	MaxDepth        = 256  // elements in one another
	MaxTag          = 8192 // bytes
	MaxAttrs        = 100  // attributes of an element
	MaxDeclarations = 64   // declarations of namespaces in scope
	MaxNames        = 1000 // different names, prefixes and namespaces
	MaxPieces       = 1000 // pieces of text, parted by comments and the like, between two tags
)

// Causes of a SyntaxError.
var (
	// ErrDoctype: there is a document type declaration; Offset is behind its keyword.
	ErrDoctype = errors.New("document type declaration")
	// ErrEncoding: the document is not in UTF-8, or says so.
	ErrEncoding = errors.New("encoding is not supported")
	// ErrCut: the document ends before it is complete.
	ErrCut = errors.New("document is not complete")
	// ErrLimit: one of the limits of a document is passed.
	ErrLimit = errors.New("limit is passed")
)

// startsName reports whether a name may start at an offset.
func (s *Scanner) startsName(at int) bool {
	c := s.src[at]
	if c < utf8.RuneSelf {
		return classes[c]&nameStart != 0
	}
	r, _ := utf8.DecodeRuneInString(s.src[at:])
	return unicode.Is(nameStarts, r)
}

// partEnd is the end of the characters from an offset on that a name may have.
func (s *Scanner) partEnd(at int) int {
	for at < len(s.src) {
		if c := s.src[at]; c < utf8.RuneSelf {
			if classes[c]&namePart == 0 {
				return at
			}
			at++
			continue
		}
		r, size := utf8.DecodeRuneInString(s.src[at:])
		if !unicode.Is(nameParts, r) {
			return at
		}
		at += size
	}
	return at
}

// name reads a name without regard to namespaces; one that starts it is there.
func (s *Scanner) name() (string, bool) {
	from := s.pos
	s.pos = s.partEnd(from)
	if s.pos == len(s.src) && s.undecodable != nil {
		_ = s.ended(from)
		return "", false
	}
	name := s.src[from:s.pos]
	return name, s.fits(name, s.pos)
}

// fits reports whether a name is short enough, and ends the scan at an offset otherwise.
func (s *Scanner) fits(name string, at int) bool {
	if len(name) <= MaxName {
		return true
	}
	n := utf16Length(name)
	if n > MaxName {
		_ = s.failFor(ErrLimit, at, lengthText("[xml]", n))
	}
	return n <= MaxName
}

// qualified reads a name with or without a prefix; prefix and local are empty and the name itself without one.
func (s *Scanner) qualified() (name, prefix, local string, ok bool) {
	from := s.pos
	_, first := utf8.DecodeRuneInString(s.src[from:])
	end := s.partEnd(from)
	name = s.src[from:end]
	colon := -1
	if i := strings.IndexByte(name[first:], ':'); i >= 0 {
		colon = first + i
		if second := strings.IndexByte(name[colon+1:], ':'); second >= 0 {
			end = from + colon + 1 + second
			name = s.src[from:end]
		}
	}
	s.pos = end
	if end == len(s.src) && s.undecodable != nil {
		_ = s.ended(from)
		return "", "", "", false
	}
	if colon < 0 {
		return name, "", name, s.fits(name, end)
	}
	prefix, local = name[:colon], name[colon+1:]
	if !s.fits(prefix, from) {
		return "", "", "", false
	}
	if end == len(s.src) && local == "" {
		_ = s.ended(from)
		return "", "", "", false
	}
	if local == "" || !s.startsName(from+colon+1) {
		_ = s.fail(end, qualifiedText(name))
		return "", "", "", false
	}
	return name, prefix, local, s.fits(local, end)
}

// startTag reads a start or empty-element tag that begins at an offset, from its name on.
func (s *Scanner) startTag(start int) Token {
	name, prefix, local, ok := s.qualified()
	if !ok {
		return Token{}
	}
	if len(s.open) >= MaxDepth {
		_ = s.failFor(ErrLimit, s.pos, depthText(name, len(s.open)+1))
		return Token{}
	}
	t := Token{Kind: StartTag, Name: name, Start: start}
	around := len(s.spaces)
	for {
		spaced := s.skipSpaces()
		if s.atEnd() {
			return Token{}
		}
		c := s.src[s.pos]
		if c == '>' {
			s.pos++
			break
		}
		if c == '/' {
			s.pos++
			if s.atEnd() {
				return Token{}
			}
			if s.src[s.pos] != '>' {
				_ = s.fail(s.pos, tagText(name))
				return Token{}
			}
			s.pos++
			t.Kind = EmptyTag
			break
		}
		if !spaced || !s.startsName(s.pos) {
			_ = s.fail(s.pos, tagText(name))
			return Token{}
		}
		if !s.attribute(&t, around) {
			return Token{}
		}
	}
	t.End = s.pos
	s.pieces = 0
	if !s.bind(&t, prefix) || !s.count(local) {
		return Token{}
	}
	if t.End-t.Start > MaxTag {
		_ = s.failFor(ErrLimit, s.pos, tagLimitText())
		return Token{}
	}
	s.rooted = true
	if t.Kind == EmptyTag {
		s.spaces = s.spaces[:around]
	} else {
		s.open = append(s.open, element{name, around})
	}
	return t
}

// attribute reads an attribute of a tag; around is how many declarations stand around the element.
func (s *Scanner) attribute(t *Token, around int) bool {
	name, prefix, local, ok := s.qualified()
	if !ok {
		return false
	}
	s.skipSpaces()
	if s.atEnd() {
		return false
	}
	if s.src[s.pos] != '=' {
		_ = s.fail(s.pos, equalsText(name, t.Name))
		return false
	}
	s.pos++
	s.skipSpaces()
	if s.atEnd() {
		return false
	}
	if c := s.src[s.pos]; c != '"' && c != '\'' {
		_ = s.fail(s.pos, quoteText(name, t.Name))
		return false
	}
	value, ok := s.value(name, t.Name)
	if !ok || !s.count(local) {
		return false
	}
	if prefix == "xmlns" || name == "xmlns" {
		if prefix == "" {
			local = ""
		}
		if !s.declare(t.Name, name, local, value, around) {
			return false
		}
	}
	t.Attrs = append(t.Attrs, Attr{Name: name, Value: value})
	if len(t.Attrs) > MaxAttrs {
		_ = s.failFor(ErrLimit, s.pos, attributesText(t.Name))
		return false
	}
	return true
}

// value reads the value of an attribute with its quotes.
func (s *Scanner) value(name, element string) (string, bool) {
	quote := s.src[s.pos]
	s.pos++
	from, run := s.pos, s.pos // from is what is not in built yet
	var built strings.Builder
	add := func(text string, next int) {
		built.WriteString(s.src[from:s.pos])
		built.WriteString(text)
		from, s.pos = next, next
	}
	for {
		if s.pos == len(s.src) {
			s.runEnded(run)
			return "", false
		}
		switch c := s.src[s.pos]; {
		case c == quote:
			value := s.src[from:s.pos]
			if built.Len() > 0 {
				built.WriteString(value)
				value = built.String()
			}
			s.pos++
			return value, true
		case c == '<':
			_ = s.fail(s.pos, lessText(name, element))
			return "", false
		case c == '&':
			at := s.pos
			text, ok := s.reference()
			if !ok {
				return "", false
			}
			next := s.pos
			s.pos = at
			add(text, next)
			run = next
		case c == '\r' && s.byteAt(s.pos+1) == '\n':
			add(" ", s.pos+2)
		case c == '\r' || c == '\n' || c == '\t':
			if s.collecting {
				s.collect(s.pos, s.pos+1)
			}
			add(" ", s.pos+1)
		case c < ' ' || c == 0xef && isNonCharacter(s.src[s.pos:]):
			s.invalidCharacter(s.pos, valueWhere(name, element))
			return "", false
		default:
			s.pos++
		}
	}
}

const (
	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNamespace = "http://www.w3.org/2000/xmlns/"
)

// declare takes a declaration of a namespace of an element.
func (s *Scanner) declare(element, name, prefix, uri string, around int) bool {
	switch n := utf16Length(uri); {
	case n > MaxName:
		_ = s.failFor(ErrLimit, s.pos, lengthText(uri, n))
		return false
	case prefix == "xmlns" || uri == xmlnsNamespace:
		_ = s.fail(s.pos, textBindXMLNS)
		return false
	case (prefix == "xml") != (uri == xmlNamespace):
		_ = s.fail(s.pos, textBindXML)
		return false
	case prefix != "" && uri == "":
		_ = s.fail(s.pos, emptyPrefixText(prefix))
		return false
	}
	for _, other := range s.spaces[around:] {
		if other.prefix == prefix {
			_ = s.fail(s.pos, twiceText(name, element))
			return false
		}
	}
	if len(s.spaces) >= MaxDeclarations {
		_ = s.failFor(ErrLimit, s.pos, declarationsText())
		return false
	}
	s.spaces = append(s.spaces, binding{prefix, uri})
	return s.count(uri)
}

// usualNames is up to how many names, repetitions among them, are only listed: a map of them takes more time and memory than the list,
// and most messages have not even so many elements.
const usualNames = 256

// count takes down a name or namespace.
func (s *Scanner) count(name string) bool {
	if s.names == nil {
		if len(s.listed) < usualNames {
			if s.listed == nil {
				s.listed = make([]string, 0, usualNames/2)
			}
			s.listed = append(s.listed, name)
			return true
		}
		s.names = make(map[string]struct{}, usualNames)
		for _, name := range s.listed {
			s.names[strings.Clone(name)] = struct{}{} // or it would keep a piece of the document in memory
		}
		s.listed = nil
	}
	if _, known := s.names[name]; known {
		return true
	}
	s.names[strings.Clone(name)] = struct{}{}
	if len(s.names) > MaxNames {
		_ = s.failFor(ErrLimit, s.pos, namesText())
	}
	return s.err == nil
}

// space is the namespace that a prefix stands for.
func (s *Scanner) space(prefix string) (uri string, bound bool) {
	for i := len(s.spaces) - 1; i >= 0; i-- {
		if s.spaces[i].prefix == prefix {
			return s.spaces[i].uri, true
		}
	}
	switch prefix {
	case "xml":
		return xmlNamespace, true
	case "xmlns":
		return xmlnsNamespace, true
	}
	return "", prefix == ""
}

// bind finds the namespaces of an element and of its attributes, once the tag is read.
func (s *Scanner) bind(t *Token, prefix string) bool {
	var bound bool
	if prefix == "xmlns" {
		_ = s.fail(s.pos, xmlnsElementText(t.Name))
		return false
	}
	if t.Space, bound = s.space(prefix); !bound {
		_ = s.fail(s.pos, elementPrefixText(prefix, t.Name))
		return false
	}
	if len(t.Attrs) == 0 {
		return true
	}
	locals := make([]string, len(t.Attrs))
	for i := range t.Attrs {
		a := &t.Attrs[i]
		prefix, locals[i] = splitName(a.Name)
		if prefix == "" {
			continue
		}
		if a.Space, bound = s.space(prefix); !bound {
			_ = s.fail(s.pos, attributePrefixText(prefix, a.Name, t.Name))
			return false
		}
	}
	for i, a := range t.Attrs {
		for j, b := range t.Attrs[i+1:] {
			if a.Space != b.Space || locals[i] != locals[i+1+j] {
				continue
			}
			if a.Space != "" {
				_ = s.fail(s.pos, twiceInNamespaceText(locals[i], a.Space, t.Name))
			} else {
				_ = s.fail(s.pos, twiceText(a.Name, t.Name))
			}
			return false
		}
	}
	return true
}

// endTag reads an end tag that begins at an offset, from behind its "</" on. The real parser only looks whether the
// name of the open element comes next.
func (s *Scanner) endTag(start int) Token {
	innermost := s.open[len(s.open)-1]
	rest := s.src[s.pos:]
	if !strings.HasPrefix(rest, innermost.name) {
		if s.undecodable != nil && len(rest) < len(innermost.name) {
			_ = s.ended(s.pos)
		} else {
			_ = s.fail(s.pos, endTagText(innermost.name))
		}
		return Token{}
	}
	s.pos += len(innermost.name)
	s.skipSpaces()
	if s.atEnd() {
		return Token{}
	}
	if s.src[s.pos] != '>' {
		_ = s.fail(s.pos, endTagOpenText(innermost.name))
		return Token{}
	}
	s.pos++
	if s.pos-start > MaxTag {
		_ = s.failFor(ErrLimit, s.pos, tagLimitText())
		return Token{}
	}
	s.pieces = 0
	s.open = s.open[:len(s.open)-1]
	s.spaces = s.spaces[:innermost.spaces]
	return Token{Kind: EndTag, Name: innermost.name, Start: start, End: s.pos}
}
