package xmltree

import (
	"errors"
	"fmt"
	"strings"
)

// TokenKind says what a Token is.
type TokenKind int

// Kinds of token. Comments and processing instructions are passed over.
const (
	StartTag TokenKind = iota + 1
	EmptyTag
	EndTag
	Text
	Doctype
	End // of the document
)

// Token is one piece of markup. Name is the name as written of a tag, or the resolved text of a Text.
type Token struct {
	Kind       TokenKind
	Name       string
	Start, End int // byte offsets of the piece
}

// Scanner cuts a document into tokens without building anything. After an error it must not be used
// further.
type Scanner struct {
	src string
	pos int
}

// NewScanner begins at the start of data, which it copies; a byte order mark is passed over.
func NewScanner(data []byte) *Scanner {
	s := &Scanner{src: string(data)}
	if strings.HasPrefix(s.src, "\ufeff") {
		s.pos = len("\ufeff")
	}
	return s
}

// Offset is where the scanner stands: the end of the last token, or the place of the error.
func (s *Scanner) Offset() int { return s.pos }

// Next gives the next token; at the end of the document its kind is End for ever.
func (s *Scanner) Next() (Token, error) {
	for s.pos < len(s.src) {
		start := s.pos
		if s.src[start] != '<' {
			return s.text()
		}
		rest := s.src[start:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			if err := s.skip(4, "-->"); err != nil {
				return Token{}, err
			}
		case strings.HasPrefix(rest, "<?"):
			if err := s.skip(2, "?>"); err != nil {
				return Token{}, err
			}
		case strings.HasPrefix(rest, "<![CDATA["):
			if err := s.skip(9, "]]>"); err != nil {
				return Token{}, err
			}
			return Token{Text, s.src[start+9 : s.pos-3], start, s.pos}, nil
		case strings.HasPrefix(rest, "<!"):
			s.pos = start + 2
			return Token{Kind: Doctype, Start: start, End: s.pos}, nil
		default:
			return s.tag()
		}
	}
	return Token{Kind: End, Start: s.pos, End: s.pos}, nil
}

func (s *Scanner) skip(open int, end string) error {
	i := strings.Index(s.src[s.pos+open:], end)
	if i < 0 {
		return ErrCut
	}
	s.pos += open + i + len(end)
	return nil
}

func (s *Scanner) text() (Token, error) {
	start := s.pos
	end := strings.IndexByte(s.src[start:], '<')
	if end < 0 {
		end = len(s.src)
	} else {
		end += start
	}
	value, err := resolve(s.src[start:end])
	if err != nil {
		return Token{}, err
	}
	if strings.IndexByte(value, '\r') >= 0 && strings.IndexByte(s.src[start:end], '\r') >= 0 {
		value = strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\r", "\n")
	}
	s.pos = end
	return Token{Text, value, start, end}, nil
}

// tag reads a start, empty-element or end tag.
func (s *Scanner) tag() (Token, error) {
	start := s.pos
	end := tagEnd(s.src, start)
	if end < 0 {
		return Token{}, ErrCut
	}
	t := Token{Kind: StartTag, Start: start, End: end + 1}
	inner := s.src[start+1 : end]
	if inner != "" && inner[0] == '/' {
		t.Kind, inner = EndTag, inner[1:]
	} else if inner != "" && inner[len(inner)-1] == '/' {
		t.Kind, inner = EmptyTag, inner[:len(inner)-1]
	}
	for i := 0; i < len(inner); i++ {
		if c := inner[i]; c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			inner = inner[:i]
			break
		}
	}
	if inner == "" {
		return Token{}, errors.New("tag without a name")
	}
	t.Name = inner
	s.pos = t.End
	return t, nil
}

// tagEnd is the offset of the ">" that ends the tag at start, -1 if there is none; one inside a quoted attribute
// value does not count.
func tagEnd(src string, start int) int {
	end := strings.IndexByte(src[start:], '>')
	if end < 0 {
		return -1
	}
	end += start
	if strings.IndexByte(src[start:end], '"') < 0 && strings.IndexByte(src[start:end], '\'') < 0 {
		return end
	}
	var quote byte
	for i := start; i < len(src); i++ {
		switch c := src[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

// Attrs reads the attributes of a start or empty-element tag that the scanner has given.
func (s *Scanner) Attrs(t Token) ([]Attr, error) {
	end := t.End - 1
	if t.Kind == EmptyTag {
		end--
	}
	rest := strings.TrimLeft(s.src[t.Start+1+len(t.Name):end], " \t\r\n")
	var out []Attr
	for rest != "" {
		name, after, ok := strings.Cut(rest, "=")
		if !ok {
			return nil, fmt.Errorf("attribute without a value in <%.40s>", t.Name)
		}
		after = strings.TrimLeft(after, " \t\r\n")
		if after == "" || after[0] != '"' && after[0] != '\'' {
			return nil, fmt.Errorf("attribute value without quotes in <%.40s>", t.Name)
		}
		closing := strings.IndexByte(after[1:], after[0])
		if closing < 0 {
			return nil, ErrCut
		}
		value, err := resolve(after[1 : 1+closing])
		if err != nil {
			return nil, err
		}
		out = append(out, Attr{strings.TrimRight(name, " \t\r\n"), value})
		rest = strings.TrimLeft(after[2+closing:], " \t\r\n")
	}
	return out, nil
}
