package xmltree

import (
	"errors"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// TokenKind says what a Token is.
type TokenKind int

// Kinds of token. Comments, processing instructions and white space around the root are passed over.
const (
	StartTag TokenKind = iota + 1
	EmptyTag
	EndTag
	Text
	Doctype // ends behind its keyword; the scanner passes over the rest of it if it is asked for more
	End     // of the document
)

// Token is one piece of markup.
type Token struct {
	Kind TokenKind
	// Name is the name as written of a tag, or the resolved text of a Text.
	Name string
	// Space is the namespace of a start or empty-element tag ("" for none).
	Space string
	// Attrs are the attributes of a start or empty-element tag, declarations of namespaces among them.
	Attrs []Attr
	// Start and End are the byte offsets of the piece.
	Start, End int
}

// Scanner cuts a document into tokens without building anything. It takes nothing that is not a well-formed
// XML 1.0 document with namespaces, finds faults in the order in which the real service's parser (the JDK's Xerces)
// finds them, and describes them in its words; offsets are those behind the last character that parser has read.
// A document that says it is XML 1.1 is read by the rules of 1.0.
type Scanner struct {
	src string // the bytes up to the first one that cannot be decoded; of a document that comes in pieces, those at hand
	pos int
	window
	// undecodable is why src ends before the document does, nil if it does not.
	undecodable *SyntaxError
	err         error // what was found; there is nothing behind it

	begun, doctype, rooted bool
	twice                  bool // what begins like an XML declaration is none
	collecting             bool
	returns                []int // where lines of text, values and the like end in a carriage return alone, if collecting
	open                   []element
	spaces                 []binding
	pieces                 int      // of text since the last tag
	listed                 []string // names, as long as they are few
	names                  map[string]struct{}
}

// element is one that is open: its name as written and how many declarations were in scope around it.
type element struct {
	name   string
	spaces int
}

// binding is a declaration of a namespace; prefix is "" for the default one, uri is "" where that is taken back.
type binding struct{ prefix, uri string }

// NewScanner begins at the start of data; a byte order mark is passed over. The texts of tokens are parts of data, which must
// not be changed as long as any of them is in use: a copy would double what a large message takes.
func NewScanner(data []byte) *Scanner {
	s := &Scanner{src: unsafe.String(unsafe.SliceData(data), len(data))}
	if strings.HasPrefix(s.src, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	return s
}

// Offset is where the scanner stands: the end of the last token, or the place of the error.
func (s *Scanner) Offset() int { return s.before + s.pos }

// Next gives the next token; at the end of the document its kind is End for ever. Errors are of type *SyntaxError;
// after one there are only more of the same.
func (s *Scanner) Next() (Token, error) {
	for s.err == nil {
		s.fill()
		if !s.begun {
			s.begun = true
			if s.decode() != nil || s.declaration() != nil {
				break
			}
		}
		var t Token
		switch {
		case len(s.open) > 0:
			t = s.content()
		case s.rooted:
			t = s.trailing()
		default:
			t = s.prolog()
		}
		if t.Kind == Text {
			if s.pieces++; s.pieces > MaxPieces {
				_ = s.failFor(ErrLimit, s.pos, piecesText())
			}
		}
		if t.Kind != 0 && s.err == nil {
			t.Start, t.End = s.before+t.Start, s.before+t.End
			return t, nil
		}
	}
	return Token{}, s.err
}

// fail ends the scan with a fault at an offset.
func (s *Scanner) fail(offset int, text string) error { return s.failFor(nil, offset, text) }

// failFor does the same with the cause by which a caller can tell the fault from others.
func (s *Scanner) failFor(cause error, offset int, text string) error {
	fault := &SyntaxError{Offset: s.before + offset, Reason: text, Cause: cause}
	// The real parser has counted what looks like an XML declaration, and then counts it again.
	if s.twice && strings.IndexByte(s.src[:min(offset, len(s.src))], '\n') < 0 {
		fault.beyond = len(declarationStart)
	}
	s.pos, s.err = offset, fault
	return fault
}

// ended ends the scan at the end of what can be decoded, at which a token that begins at an offset is not complete.
func (s *Scanner) ended(token int) error {
	if s.undecodable == nil {
		return s.failFor(ErrCut, len(s.src), textCut)
	}
	return s.failFor(s.undecodable.Cause, token, s.undecodable.Reason)
}

// ahead reports whether a text comes next. Where what comes next cannot be decoded the scan ends.
func (s *Scanner) ahead(text string) bool {
	rest := s.src[s.pos:]
	if strings.HasPrefix(rest, text) {
		return true
	}
	if s.undecodable != nil && len(rest) < len(text) && utf8.RuneCountInString(rest) < len(text) {
		_ = s.ended(s.pos)
	}
	return false
}

// runEnded ends the scan like ended, in a run of characters that began at an offset.
func (s *Scanner) runEnded(from int) { _ = s.ended(s.lookedAt(from)) }

// lookedAt is where the real parser stands when bytes that it cannot decode follow a run of characters: it takes such a
// run, which begins anew behind line ends, only from two characters on.
func (s *Scanner) lookedAt(from int) int {
	run := s.src[from:]
	last := len(run) - 1
	if last < 0 || strings.HasSuffix(run, "\r\n") {
		return len(s.src)
	}
	if isLineEnd(run[last]) {
		return from + last
	}
	begin := strings.LastIndexAny(run, "\r\n") + 1
	if utf16Length(run[begin:]) == 1 {
		return from + begin
	}
	return len(s.src)
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }

// byteAt is the byte at an offset, 0 at the end and beyond: a zero byte is not allowed anywhere.
func (s *Scanner) byteAt(at int) byte {
	if at < len(s.src) {
		return s.src[at]
	}
	return 0
}

// atEnd reports whether there is nothing more to read, and ends the scan then.
func (s *Scanner) atEnd() bool {
	if s.pos < len(s.src) {
		return false
	}
	_ = s.ended(s.pos)
	return true
}

// skipSpaces reports whether it has passed over any white space.
func (s *Scanner) skipSpaces() bool {
	from := s.pos
	for s.pos < len(s.src) && isSpace(s.src[s.pos]) {
		s.pos++
	}
	return s.pos > from
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// prolog reads one piece of what stands before the root.
func (s *Scanner) prolog() Token {
	if s.doctype {
		s.skipDoctype()
	}
	s.skipSpaces()
	start := s.pos
	switch {
	case s.err != nil:
		return Token{}
	case start == len(s.src) && s.undecodable == nil:
		_ = s.failFor(ErrCut, start, textEmpty)
		return Token{}
	case s.atEnd():
		return Token{}
	case s.src[start] == '&':
		_ = s.fail(start+1, textReferenceInProlog)
		return Token{}
	case s.src[start] != '<':
		_ = s.fail(start, textProlog)
		return Token{}
	}
	s.pos++
	switch {
	case s.atEnd():
	case s.startsName(s.pos):
		return s.startTag(start)
	case s.src[s.pos] == '?':
		s.pos++
		s.instruction()
	case s.src[s.pos] != '!':
		_ = s.fail(s.pos, textBefore)
	default:
		s.pos++
		switch {
		case s.commentAhead() || s.err != nil:
		case s.ahead("DOCTYPE") && !s.doctype:
			s.doctype = true
			s.pos += len("DOCTYPE")
			return Token{Kind: Doctype, Start: start, End: s.pos}
		case s.err == nil:
			_ = s.fail(s.pos, textBefore)
		}
	}
	return Token{}
}

// skipDoctype passes over the rest of a document type declaration without looking into it.
func (s *Scanner) skipDoctype() {
	inside := false // in the internal subset
	for s.pos < len(s.src) {
		rest := s.src[s.pos:]
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "<!--"):
			s.skipTo("<!--", "-->")
			continue
		case strings.HasPrefix(rest, "<?"):
			s.skipTo("<?", "?>")
			continue
		case c == '"' || c == '\'':
			s.skipTo(rest[:1], rest[:1])
			continue
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		case c == '>' && !inside:
			s.pos++
			return
		}
		s.pos++
	}
	_ = s.ended(s.pos)
}

func (s *Scanner) skipTo(from, to string) {
	if i := strings.Index(s.src[s.pos+len(from):], to); i >= 0 {
		s.pos += len(from) + i + len(to)
		return
	}
	s.pos = len(s.src)
}

// trailing reads one piece of what stands behind the root.
func (s *Scanner) trailing() Token {
	s.skipSpaces()
	start := s.pos
	switch {
	case start == len(s.src) && s.undecodable == nil:
		return Token{Kind: End, Start: start, End: start}
	case s.atEnd():
		return Token{}
	case s.src[start] != '<':
		_ = s.fail(start, textTrailing)
		return Token{}
	}
	s.pos++
	switch {
	case s.atEnd():
	case s.src[s.pos] == '?':
		s.pos++
		s.instruction()
	case s.src[s.pos] == '!':
		s.pos++
		if s.ahead("--") {
			s.comment()
		} else if s.err == nil {
			_ = s.fail(s.pos, textCommentStart)
		}
	case s.src[s.pos] == '/':
		_ = s.fail(s.pos+1, textAfter)
	default:
		_ = s.fail(s.pos, textAfter)
	}
	return Token{}
}

// content reads one piece of what stands inside the root.
func (s *Scanner) content() Token {
	start := s.pos
	if s.atEnd() {
		return Token{}
	}
	if s.src[start] != '<' {
		return s.text()
	}
	s.pos++
	if s.atEnd() {
		return Token{}
	}
	switch c := s.src[s.pos]; {
	case c == '/':
		s.pos++
		return s.endTag(start)
	case s.startsName(s.pos):
		return s.startTag(start)
	case c == '?':
		s.pos++
		s.instruction()
	case c != '!':
		_ = s.fail(s.pos, textContent)
	default:
		s.pos++
		switch {
		case s.commentAhead() || s.err != nil:
		case s.ahead("[CDATA["):
			s.pos += len("[CDATA[")
			from := s.pos
			if !s.skipData("]]>", textInSection) {
				break
			}
			return Token{Kind: Text, Name: unifyLines(s.src[from : s.pos-len("]]>")]), Start: start, End: s.pos}
		case s.ahead("DOCTYPE"):
			_ = s.fail(s.pos+len("DOCTYPE"), textDoctypeInContent)
		case s.err == nil:
			_ = s.fail(s.pos, textContent)
		}
	}
	return Token{}
}

// commentAhead reads a comment behind its "<!" if there is one.
func (s *Scanner) commentAhead() bool {
	switch {
	case s.atEnd() || s.src[s.pos] != '-':
		return false
	case s.byteAt(s.pos+1) == '-':
		s.comment()
		return s.err == nil
	}
	s.pos++
	if !s.atEnd() {
		_ = s.fail(s.pos, textCommentStart)
	}
	return false
}

// comment reads a comment behind its "<!".
func (s *Scanner) comment() {
	s.pos += len("--")
	if !s.skipData("--", textInComment) || s.atEnd() {
		return
	}
	if s.src[s.pos] != '>' {
		_ = s.fail(s.pos, textDashes)
		return
	}
	s.pos++
}

// instruction reads a processing instruction behind its "<?".
func (s *Scanner) instruction() {
	if s.atEnd() {
		return
	}
	if !s.startsName(s.pos) {
		_ = s.fail(s.pos, textTarget)
		return
	}
	target, ok := s.name()
	switch {
	case !ok || !s.count(target):
	case strings.EqualFold(target, "xml"):
		_ = s.fail(s.pos, textReserved)
	case s.atEnd():
	case s.skipSpaces():
		s.skipData("?>", textInInstruction)
	case strings.HasPrefix(s.src[s.pos:], "?>"):
		s.pos += len("?>")
	default:
		_ = s.fail(s.pos, textTargetSpace)
	}
}

// skipData passes over characters up to and with a delimiter; where says where a character was found that is none.
func (s *Scanner) skipData(delimiter, where string) bool {
	i := strings.Index(s.src[s.pos:], delimiter)
	end := s.pos + i
	if i < 0 {
		end = len(s.src)
	}
	if at := invalidCharacter(s.src[s.pos:end]); at >= 0 {
		s.invalidCharacter(s.pos+at, where)
		return false
	}
	if s.collecting {
		s.collect(s.pos, end)
	}
	if i < 0 {
		s.dataEnded(delimiter)
		return false
	}
	s.pos = end + len(delimiter)
	return true
}

// dataEnded ends the scan in data whose delimiter is missing. The real parser reads as many characters at once as the
// delimiter has, beginning anew at line ends. What is left then it counts as columns, even line ends.
func (s *Scanner) dataEnded(delimiter string) {
	from := s.pos
	if line := strings.LastIndexAny(s.src[from:], "\r\n"); line >= 0 && utf16Length(s.src[from:]) >= len(delimiter) {
		for line > 0 && isLineEnd(s.src[from+line-1]) {
			line--
		}
		from += line
	}
	left := utf16Length(s.src[from:])
	if left >= len(delimiter) {
		from, left = s.lookedAt(s.pos), 0
	}
	if s.undecodable == nil && left > 0 {
		_ = s.failFor(ErrCut, from, textCut)
		var fault *SyntaxError
		if errors.As(s.err, &fault) {
			fault.beyond += left
		}
		return
	}
	_ = s.ended(from)
}

// collect takes down carriage returns that end a line on their own, for Positions.
func (s *Scanner) collect(from, to int) {
	for i := from; i < to; i++ {
		if s.src[i] == '\r' && s.byteAt(i+1) != '\n' {
			s.returns = append(s.returns, s.before+i)
		}
	}
}

// invalidCharacter is the offset of the first character of valid UTF-8 that XML does not allow, -1 if there is none.
func invalidCharacter(text string) int {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' && !isSpace(c) || c == 0xef && isNonCharacter(text[i:]) {
			return i
		}
	}
	return -1
}

// isNonCharacter reports whether U+FFFE or U+FFFF comes first.
func isNonCharacter(text string) bool {
	return strings.HasPrefix(text, "\ufffe") || strings.HasPrefix(text, "\uffff")
}

func (s *Scanner) invalidCharacter(at int, where string) {
	r, _ := utf8.DecodeRuneInString(s.src[at:])
	_ = s.fail(at, characterText(r, where))
}

// text reads character data up to the next markup.
func (s *Scanner) text() Token {
	start := s.pos
	from, run := start, start // from is what is not in built yet
	var built strings.Builder
	add := func(text string, next int) {
		built.WriteString(s.src[from:s.pos])
		built.WriteString(text)
		from, s.pos = next, next
	}
	for {
		i := s.pos
		for i < len(s.src) && classes[s.src[i]]&textStop == 0 {
			i++
		}
		s.pos = i
		if i == len(s.src) {
			s.runEnded(run)
			return Token{}
		}
		switch c := s.src[i]; {
		case c == '<':
			text := s.src[from:i]
			if built.Len() > 0 {
				built.WriteString(text)
				text = built.String()
			}
			return Token{Kind: Text, Name: text, Start: start, End: i}
		case c == '&':
			text, ok := s.reference()
			if !ok {
				return Token{}
			}
			next := s.pos
			s.pos = i
			add(text, next)
			run = next
		case c == ']':
			for s.pos++; s.byteAt(s.pos) == ']'; {
				s.pos++
			}
			if s.pos-i > 1 && s.byteAt(s.pos) == '>' {
				_ = s.fail(s.pos+1, textSectionEnd)
				return Token{}
			}
		case c == '\r' && s.byteAt(i+1) == '\n':
			add("\n", i+2)
		case c == '\r':
			if s.collecting {
				s.collect(i, i+1)
			}
			add("\n", i+1)
		case c == 0xef && !isNonCharacter(s.src[i:]):
			s.pos += 3
		default:
			s.invalidCharacter(i, textInContent)
			return Token{}
		}
	}
}

// unifyLines makes line feeds of all line ends.
func unifyLines(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// entities are the ones that need no declaration.
var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// reference reads a reference and gives what it stands for.
func (s *Scanner) reference() (string, bool) {
	s.pos++
	if s.atEnd() {
		return "", false
	}
	if s.src[s.pos] == '#' {
		s.pos++
		return s.characterReference()
	}
	if !s.startsName(s.pos) {
		_ = s.fail(s.pos, textEntityName)
		return "", false
	}
	name, ok := s.name()
	if !ok || s.atEnd() {
		return "", false
	}
	if s.src[s.pos] != ';' {
		_ = s.fail(s.pos, entityEndText(name))
		return "", false
	}
	s.pos++
	value, known := entities[name]
	if !known {
		_ = s.fail(s.pos, entityText(name))
	}
	return value, known
}

// characterReference reads on behind the "&#".
func (s *Scanner) characterReference() (string, bool) {
	written := s.pos
	base, missing := rune(10), textDecimal
	if s.byteAt(s.pos) == 'x' {
		s.pos++
		base, missing = 16, textHexadecimal
	}
	digits := s.pos
	value := rune(0)
	for ; s.pos < len(s.src); s.pos++ {
		d := digit(s.src[s.pos])
		if d >= base {
			break
		}
		// one beyond all characters stays beyond
		value = min(value*base+d, utf8.MaxRune+1)
	}
	switch {
	case s.atEnd():
		return "", false
	case s.pos == digits:
		_ = s.fail(s.pos, missing)
		return "", false
	case s.src[s.pos] != ';':
		_ = s.fail(s.pos, textCharacterEnd)
		return "", false
	}
	s.pos++
	if value < ' ' && !isSpace(byte(value)) || value == 0xfffe || value == 0xffff || !utf8.ValidRune(value) {
		_ = s.fail(s.pos, referenceText(s.src[written:s.pos-1]))
		return "", false
	}
	return string(value), true
}

// digit is the value of a hexadecimal digit, at least 16 for what is none.
func digit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	}
	return 16
}
