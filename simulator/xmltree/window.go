package xmltree

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// windowSize is how many bytes of a document are read at a time; tests change it.
var windowSize = 64 << 10

// ReadScanner begins at the start of a document that is read piece by piece, so that it need not be in memory as a whole; size is
// how many bytes it has. The texts of tokens are parts of a piece, which stays in memory as long as one of them is in use. What the
// reader has against reading on is a *SyntaxError with that as its Cause.
func ReadScanner(r io.Reader, size int) *Scanner {
	s := &Scanner{window: window{reader: r, left: size}}
	for s.slide(); len(s.src) < len(byteOrderMark) && s.reader != nil && s.err == nil; {
		s.slide()
	}
	if strings.HasPrefix(s.src, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	return s
}

// window is what a scanner knows of a document that comes in pieces; the zero value is that of one that is in memory.
type window struct {
	// reader gives what follows, nil if nothing does.
	reader io.Reader
	// before is how many bytes came before those at hand, and left how many are to come.
	before, left int
	// tail is the beginning of a character that the next piece goes on with.
	tail []byte
}

// fill sees to it that what comes next is at hand as a whole.
func (s *Scanner) fill() {
	for s.reader != nil && s.err == nil && !s.atHand() {
		s.slide()
	}
}

// atHand reports whether the next piece of markup or text is known to end in what is at hand.
func (s *Scanner) atHand() bool {
	rest := s.src[s.pos:]
	if len(s.open) == 0 {
		rest = strings.TrimLeft(rest, " \n\t\r") // which is passed over with what follows it
	}
	switch {
	case rest == "":
		return false
	case rest[0] != '<':
		return strings.IndexByte(rest, '<') >= 0
	case len(rest) < 2*MaxTag:
		return false
	case rest[1] == '?':
		return strings.Contains(rest, "?>")
	case strings.HasPrefix(rest, "<!--"):
		return strings.Contains(rest, "-->")
	case strings.HasPrefix(rest, "<![CDATA["):
		return strings.Contains(rest, "]]>")
	}
	return true
}

// slide reads the next piece, and forgets what was scanned.
func (s *Scanner) slide() {
	rest := s.src[s.pos:]
	most := min(s.left, windowSize)
	b := make([]byte, len(rest)+len(s.tail)+most)
	n := copy(b, rest)
	n += copy(b[n:], s.tail)
	read, err := io.ReadFull(s.reader, b[n:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.left = read // it is shorter than was said
	} else if err != nil {
		_ = s.failFor(err, s.pos, err.Error())
		return
	}
	b = b[:n+read]
	s.left -= read
	s.before += s.pos
	s.pos, s.tail = 0, nil
	if s.left == 0 {
		s.reader = nil
	} else {
		end := len(b) - unfinished(b)
		b, s.tail = b[:end], bytes.Clone(b[end:])
	}
	s.src = unsafe.String(unsafe.SliceData(b), len(b))
	if s.begun {
		s.decodeFrom(len(rest))
	}
}

// unfinished is how many bytes at the end are the beginning of a character.
func unfinished(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if utf8.FullRune(b[len(b)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}
