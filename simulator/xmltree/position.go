package xmltree

import (
	"bytes"
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
	places := make([]Place, len(offsets))
	at := Place{1, 1}
	i := 0
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		i = len(byteOrderMark)
	}
	var short []int // carriage returns that make the next line a column short
	known := false
	for n, offset := range offsets {
		offset = min(offset, len(data))
		for i < offset {
			c := data[i]
			switch {
			case c == '\n', c == '\r' && (i+1 == len(data) || data[i+1] != '\n'):
				if c == '\r' && !known {
					short, known = loneReturns(data), true
				}
				at.Line++
				// those that follow one another add up
				if at.Column > 1 || i > 0 && !isLineEnd(data[i-1]) {
					at.Column = 1
				}
				for len(short) > 0 && short[0] < i {
					short = short[1:]
				}
				if len(short) > 0 && short[0] == i {
					at.Column--
				}
				i++
			case c < utf8.RuneSelf:
				if c != '\r' {
					at.Column++
				}
				i++
			default:
				r, size := utf8.DecodeRune(data[i:])
				if r > 0xffff {
					at.Column++
				}
				at.Column++
				i += size
			}
		}
		places[n] = Place{at.Line, max(at.Column, 1)}
	}
	return places
}

// loneReturns are the offsets of carriage returns in text, attribute values, comments and the like that end a line on
// their own.
func loneReturns(data []byte) []int {
	s := NewScanner(data)
	s.collecting = true
	for {
		if t, err := s.Next(); err != nil || t.Kind == End {
			return s.returns
		}
	}
}
