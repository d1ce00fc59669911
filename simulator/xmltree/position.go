package xmltree

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// Place is a 1-based line and a 1-based column.
type Place struct{ Line, Column int }

// Positions turns byte offsets, which must ascend, into places as the parser of the real service counts them. A line
// ends in a line feed, a carriage return or both; columns count UTF-16 units, and a byte order mark is none.
//
// Where lines of text, of attribute values, comments and the like end in a carriage return alone, that parser counts
// the next one a column short, for each of those that follow one another; in tags and around the root it does not.
func Positions(data []byte, offsets []int) []Place {
	return (&counting{ahead: data, begin: func() *Scanner { return NewScanner(data) }}).places(offsets)
}

// PositionsIn is Positions for a document of so many bytes that is read piece by piece, and from its beginning by what open gives. Where
// it cannot be read on, it ends.
func PositionsIn(open func() io.Reader, size int, offsets []int) []Place {
	return (&counting{reader: open(), begin: func() *Scanner { return ReadScanner(open(), size) }}).places(offsets)
}

// counting goes through a document and counts lines and columns.
type counting struct {
	// ahead is what is at hand, from the place on to which it has come, and reader gives what follows, nil if nothing does.
	ahead  []byte
	reader io.Reader
	window []byte
	// begin begins the document anew.
	begin func() *Scanner
}

// fill sees to it that a whole character is ahead, unless the document ends.
func (c *counting) fill() {
	if len(c.ahead) >= utf8.UTFMax || c.reader == nil {
		return
	}
	if c.window == nil {
		c.window = make([]byte, windowSize+utf8.UTFMax)
	}
	n := copy(c.window, c.ahead)
	for n < utf8.UTFMax && c.reader != nil {
		read, err := c.reader.Read(c.window[n:])
		if n += read; err != nil {
			c.reader = nil
		}
	}
	c.ahead = c.window[:n]
}

func (c *counting) places(offsets []int) []Place {
	places := make([]Place, len(offsets))
	at := Place{1, 1}
	i := 0
	c.fill()
	if bytes.HasPrefix(c.ahead, []byte(byteOrderMark)) {
		i = len(byteOrderMark)
		c.ahead = c.ahead[i:]
	}
	var short []int // carriage returns that make the next line a column short
	known, lineEnd := false, false
	for n, offset := range offsets {
		for i < offset {
			if c.fill(); len(c.ahead) == 0 {
				break
			}
			size := 1
			switch b := c.ahead[0]; {
			case b == '\n', b == '\r' && (len(c.ahead) == 1 || c.ahead[1] != '\n'):
				if b == '\r' && !known {
					short, known = loneReturns(c.begin()), true
				}
				at.Line++
				// those that follow one another add up
				if at.Column > 1 || i > 0 && !lineEnd {
					at.Column = 1
				}
				for len(short) > 0 && short[0] < i {
					short = short[1:]
				}
				if len(short) > 0 && short[0] == i {
					at.Column--
				}
			case b < utf8.RuneSelf:
				if b != '\r' {
					at.Column++
				}
			default:
				var r rune
				r, size = utf8.DecodeRune(c.ahead)
				if r > 0xffff {
					at.Column++
				}
				at.Column++
			}
			lineEnd = isLineEnd(c.ahead[0])
			i += size
			c.ahead = c.ahead[size:]
		}
		places[n] = Place{at.Line, max(at.Column, 1)}
	}
	return places
}

// loneReturns are the offsets of carriage returns in text, attribute values, comments and the like that end a line on
// their own.
func loneReturns(s *Scanner) []int {
	s.collecting = true
	for {
		if t, err := s.Next(); err != nil || t.Kind == End {
			return s.returns
		}
	}
}
