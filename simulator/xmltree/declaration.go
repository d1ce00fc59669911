package xmltree

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	byteOrderMark    = "\ufeff"
	declarationStart = "<?xml"
)

// otherEncodings are beginnings of documents in encodings that are told by their first bytes.
var otherEncodings = []struct{ start, name string }{
	{"\xfe\xff", "UTF-16"},
	{"\xff\xfe", "UTF-16"},
	{"\x00<\x00?", "UTF-16"},
	{"<\x00?\x00", "UTF-16"},
	{"\x00\x00\x00<", "ISO-10646-UCS-4"},
	{"<\x00\x00\x00", "ISO-10646-UCS-4"},
	{"\x4c\x6f\xa7\x94", "CP037"},
}

// decode finds the first bytes that are not UTF-8; the document counts up to there.
func (s *Scanner) decode() error {
	for _, other := range otherEncodings {
		if strings.HasPrefix(s.src, other.start) {
			return s.failFor(ErrEncoding, 0, encodingText(other.name))
		}
	}
	if s.decodeFrom(0) {
		return nil
	}
	// the real parser first looks whether there is an XML declaration
	if utf16Length(s.src[s.pos:]) < len(declarationStart) {
		return s.ended(s.pos)
	}
	return nil
}

// decodeFrom finds the first bytes from an offset on that are not UTF-8, and reports whether there are none.
func (s *Scanner) decodeFrom(at int) bool {
	if utf8.ValidString(s.src[at:]) {
		return true
	}
	for at < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	s.undecodable = &SyntaxError{Offset: at, Reason: undecodableText(s.src[at:]), lead: s.src[at]}
	s.src, s.reader = s.src[:at], nil
	return false
}

// undecodableText says what is wrong with the bytes of a sequence, tested in the order of the real decoder.
func undecodableText(rest string) string {
	lead := rest[0]
	n := 0
	switch {
	case lead >= 0xc2 && lead <= 0xdf:
		n = 2
	case lead&0xf0 == 0xe0:
		n = 3
	case lead&0xf8 == 0xf0:
		n = 4
	default:
		return invalidByteText(1, 1)
	}
	for i := 1; i < n; i++ {
		if i == len(rest) {
			return expectedByteText(i+1, n)
		}
		c := rest[i]
		overlong := i == 1 && (lead == 0xe0 && c < 0xa0 || lead == 0xf0 && c < 0x90)
		surrogate := i == 1 && lead == 0xed && c >= 0xa0
		if c&0xc0 != 0x80 || overlong || surrogate {
			return invalidByteText(i+1, n)
		}
	}
	return fmt.Sprintf("High surrogate bits in UTF-8 sequence must not exceed 0x10 but found 0x%x.", lead<<2&0x1c|rest[1]>>4&3)
}

// declaration reads the XML declaration, if there is one.
func (s *Scanner) declaration() error {
	if !s.ahead(declarationStart) {
		return s.err
	}
	if after := s.pos + len(declarationStart); after < len(s.src) && !isSpace(s.src[after]) {
		s.twice = true
		return nil
	}
	s.pos += len(declarationStart)
	spaced := s.skipSpaces()
	var version, encoding, standalone *string
	for {
		if s.declarationCut(version) {
			return s.err
		}
		if s.src[s.pos] == '?' {
			break
		}
		name, value, ok := s.pseudoAttribute(version)
		if !ok {
			return s.err
		}
		switch {
		case version == nil && name != "version":
			return s.fail(s.pos, textVersion)
		case version == nil && value != "1.0" && value != "1.1":
			return s.fail(s.pos, versionText(value))
		case version == nil:
			version = &value
		case standalone != nil:
			return s.fail(s.pos, textNoMore)
		case encoding == nil && name == "encoding" && !spaced:
			return s.fail(s.pos, textEncodingSpace)
		case encoding == nil && name == "encoding":
			encoding = &value
		case encoding == nil && name != "standalone":
			return s.fail(s.pos, textEncodingDeclaration)
		case name != "standalone":
			return s.fail(s.pos, textStandaloneName)
		case !spaced:
			// the real parser speaks of the encoding here, too
			return s.fail(s.pos, textEncodingSpace)
		case value != "yes" && value != "no":
			return s.fail(s.pos, standaloneText(value))
		default:
			standalone = &value
		}
		spaced = s.skipSpaces()
	}
	if version == nil {
		return s.fail(s.pos, textVersion)
	}
	s.pos++
	if s.atEnd() {
		return s.err
	}
	if s.src[s.pos] != '>' {
		return s.fail(s.pos, textDeclarationEnd)
	}
	s.pos++
	if encoding != nil {
		return s.encoding(*encoding)
	}
	return nil
}

// declarationCut reports whether the document ends within its XML declaration. Before the version is read the real
// parser calls it empty.
func (s *Scanner) declarationCut(version *string) bool {
	if s.pos < len(s.src) {
		return false
	}
	if version == nil && s.undecodable == nil {
		_ = s.failFor(ErrCut, s.pos, textEmpty)
	} else {
		_ = s.ended(s.pos)
	}
	return true
}

// pseudoAttribute reads the next one of an XML declaration.
func (s *Scanner) pseudoAttribute(version *string) (name, value string, ok bool) {
	for _, known := range []string{"version", "encoding", "standalone"} {
		if s.src[s.pos] != known[0] {
			continue
		}
		if s.ahead(known) {
			name = known
		} else if s.err != nil {
			return "", "", false
		}
	}
	if name == "" {
		_ = s.fail(s.pos, textPseudoName)
		return "", "", false
	}
	s.pos += len(name)
	s.skipSpaces()
	if s.declarationCut(version) {
		return "", "", false
	}
	if s.src[s.pos] != '=' {
		_ = s.fail(s.pos, declarationEqualsText(name))
		return "", "", false
	}
	s.pos++
	equals := s.pos
	s.skipSpaces()
	if s.declarationCut(version) {
		return "", "", false
	}
	quote := s.src[s.pos]
	if quote != '"' && quote != '\'' {
		if name == "version" {
			s.pos = equals
		}
		_ = s.fail(s.pos, declarationQuoteText(name))
		return "", "", false
	}
	s.pos++
	from := s.pos
	length := strings.IndexByte(s.src[from:], quote)
	end := from + length
	if length < 0 {
		end = len(s.src)
	}
	if at := invalidCharacter(s.src[from:end]); at >= 0 {
		s.invalidCharacter(from+at, textInDeclaration)
		return "", "", false
	}
	s.pos = end
	if length < 0 {
		if version == nil && end-from <= len("1.0") {
			return "", "", !s.declarationCut(nil)
		}
		s.runEnded(from)
		return "", "", false
	}
	s.pos++
	return name, s.src[from:end], true
}

// asciiChunk is how many bytes the real parser's decoder for ASCII reads at once, from the XML declaration on.
const asciiChunk = 8192

// encoding compares what a document says of its encoding with what can be read. Upper and lower case, hyphens and
// underscores do not count.
func (s *Scanner) encoding(name string) error {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '.' || c == '_' || c == '-')) {
			return s.fail(s.pos, encodingNameText(name))
		}
	}
	switch strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name)) {
	case "":
		return s.fail(s.pos, encodingNameText(name))
	case "utf8":
	case "usascii", "ascii":
		s.onlyASCII()
	default:
		return s.failFor(ErrEncoding, 0, encodingText(name))
	}
	return nil
}

// onlyASCII finds the first byte behind the XML declaration that is not ASCII. The real parser's decoder takes nothing
// of the bytes that it has read together with such a one.
func (s *Scanner) onlyASCII() {
	rest := s.src[s.pos:]
	for i := range len(rest) {
		if rest[i] >= utf8.RuneSelf {
			s.forbid(s.pos+i, rest[i])
			return
		}
	}
	if s.undecodable != nil {
		s.forbid(s.undecodable.Offset, s.undecodable.lead)
	}
}

func (s *Scanner) forbid(at int, b byte) {
	chunk := s.pos + (at-s.pos)/asciiChunk*asciiChunk
	s.undecodable = &SyntaxError{Offset: chunk, Reason: fmt.Sprintf(`Byte "%d" is not a member of the (7-bit) ASCII character set.`, b)}
	s.src = s.src[:chunk]
}
