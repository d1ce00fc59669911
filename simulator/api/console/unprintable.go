package console

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// hides reports whether a character does not show by itself: controls, what turns the direction of a text round, and what has no width.
// The characters that lay out a page are none of them.
func hides(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case r < ' ' || r >= 0x7F && r <= 0x9F:
		return true
	case r < 0xAD:
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == 0x115F || r == 0x3164 || r == 0x2800
}

// rawTags are the elements whose content is text alone, so that no other element can mark a character there.
var rawTags = [][]byte{[]byte("title"), []byte("option"), []byte("textarea")}

// mark makes the characters visible that hide in the texts of a page: each is put into an element that the style sheet shows
// as its number, and which keeps what it does to itself. In titles and choices, which hold text alone, U+FFFD takes its place.
// What is in tags, and in a field to be sent again, stays as it is.
func mark(page []byte) []byte {
	if !anyHides(page) {
		return page
	}
	out := make([]byte, 0, len(page)+len(page)/8)
	var within []byte // the element of rawTags that is open
	for len(page) > 0 {
		if page[0] == '<' {
			end := bytes.IndexByte(page, '>') + 1
			if end == 0 {
				end = len(page)
			}
			within = opened(page[:end], within)
			out, page = append(out, page[:end]...), page[end:]
			continue
		}
		next := bytes.IndexByte(page, '<')
		if next < 0 {
			next = len(page)
		}
		text := page[:next]
		page = page[next:]
		if string(within) == "textarea" {
			out = append(out, text...)
			continue
		}
		for len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			switch {
			case !hides(r):
				out = append(out, text[:size]...)
			case within != nil:
				out = utf8.AppendRune(out, utf8.RuneError)
			default:
				out = fmt.Appendf(out, `<span class="hides" data-code="U+%04X">%s</span>`, r, text[:size])
			}
			text = text[size:]
		}
	}
	return out
}

// opened is the element of rawTags that is open behind a tag.
func opened(tag, within []byte) []byte {
	for _, name := range rawTags {
		rest, starts := bytes.CutPrefix(tag, append([]byte("<"), name...))
		if starts && within == nil && len(rest) > 0 && (rest[0] == '>' || rest[0] == ' ') {
			return name
		}
	}
	if within != nil && bytes.HasPrefix(tag, append([]byte("</"), within...)) {
		return nil
	}
	return within
}

// anyHides reports whether there may be such a character: a quick look at what nearly no page has.
func anyHides(page []byte) bool {
	for i := 0; i < len(page); {
		if c := page[i]; c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7F {
				return true
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(page[i:])
		if hides(r) {
			return true
		}
		i += size
	}
	return false
}
