package jsonmessage

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Parse reads a JSON text in UTF-8, with or without a byte order mark. An empty text gives a value of kind [Nothing]. Of members
// with the same name the last one counts, at the place of the first. The error is a *SyntaxError.
func Parse(text []byte) (*Value, error) {
	p := &parser{text: text}
	if len(text) >= 3 && string(text[:3]) == "\ufeff" {
		p.at, p.start = 3, 3
	}
	v, err := p.document()
	if err != nil {
		return nil, err
	}
	return v, nil
}

// parser reads a text from the front.
type parser struct {
	text      []byte
	start, at int
	depth     int
}

// fail reports a mistake that was found by reading the character at an offset.
func (p *parser) fail(offset int, reason string, args ...any) error {
	behind := min(offset, len(p.text))
	if offset < len(p.text) {
		_, size := utf8.DecodeRune(p.text[offset:])
		behind += size
	}
	line, column := position(p.text[p.start:], behind-p.start)
	return &SyntaxError{Line: line, Column: column, Reason: fmt.Sprintf(reason, args...)}
}

// unexpected reports the character at the parser's place by a text that names it.
func (p *parser) unexpected(reason string) error {
	r, size := utf8.DecodeRune(p.text[p.at:])
	if r == utf8.RuneError && size == 1 {
		return p.notUTF8(p.at)
	}
	if r < ' ' {
		reason = textBetween
	}
	return p.fail(p.at, reason, described(r))
}

// notUTF8 reports the bytes at an offset, which are not UTF-8.
func (p *parser) notUTF8(offset int) error {
	lead := p.text[offset]
	length := 0
	switch {
	case lead&0xE0 == 0xC0:
		length = 2
	case lead&0xF0 == 0xE0:
		length = 3
	case lead&0xF8 == 0xF0:
		length = 4
	}
	for i := 1; i < length && offset+i < len(p.text); i++ {
		if b := p.text[offset+i]; b&0xC0 != 0x80 {
			return p.fail(offset+i, textMiddleByte, b)
		}
	}
	return p.fail(offset, textStartByte, lead)
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) document() (*Value, error) {
	p.space()
	if p.at == len(p.text) {
		return &Value{}, nil
	}
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if numeric := v.kind == Integer || v.kind == Number; numeric && p.at < len(p.text) && !strings.ContainsRune(" \t\r\n", rune(p.text[p.at])) {
		return nil, p.unexpected(textAfterNumber)
	}
	p.space()
	if p.at < len(p.text) {
		return nil, p.unexpected(textTrailing)
	}
	return v, nil
}

// value reads the value that begins at the parser's place, where the text does not end.
func (p *parser) value() (*Value, error) {
	switch c := p.text[p.at]; {
	case c == '{':
		return p.object()
	case c == '[':
		return p.array()
	case c == '"':
		text, err := p.quoted(textEndString, "string value")
		return &Value{kind: String, Text: text}, err
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	case isLetter(c):
		return p.token()
	}
	return nil, p.unexpected(textValue)
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$'
}

func (p *parser) token() (*Value, error) {
	begin := p.at
	for p.at < len(p.text) && (isLetter(p.text[p.at]) || '0' <= p.text[p.at] && p.text[p.at] <= '9') {
		p.at++
	}
	switch word := string(p.text[begin:p.at]); word {
	case "true", "false":
		return &Value{kind: Boolean, Text: word}, nil
	case "null":
		return &Value{kind: Null, Text: word}, nil
	default:
		return nil, p.fail(p.at-1, textToken, word[:min(len(word), 256)])
	}
}

func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return p.fail(p.at, textDepth, p.depth, MaxDepth)
	}
	return nil
}

// linear is how many members are searched one by one for a name that stands there already.
const linear = 32

func (p *parser) object() (*Value, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	begin := p.at
	p.at++
	v := &Value{kind: Object}
	var places map[string]int
	for first := true; ; first = false {
		p.space()
		switch {
		case p.at == len(p.text):
			return nil, p.endOf(textEndObject, begin)
		case p.text[p.at] == '}' && first:
			p.at++
			return v, nil
		case p.text[p.at] != '"':
			return nil, p.unexpected(textName)
		}
		name, err := p.quoted(textEndName, "name")
		if err != nil {
			return nil, err
		}
		p.space()
		switch {
		case p.at == len(p.text):
			return nil, p.endOf(textEndObject, begin)
		case p.text[p.at] != ':':
			return nil, p.unexpected(textColon)
		}
		p.at++
		p.space()
		if p.at == len(p.text) {
			return nil, p.endOf(textEndObject, begin)
		}
		member, err := p.value()
		if err != nil {
			return nil, err
		}
		places = v.put(places, name, member)
		p.space()
		if p.at == len(p.text) {
			return nil, p.endOf(textEndObject, begin)
		}
		switch p.text[p.at] {
		case ',':
			p.at++
		case '}':
			p.at++
			return v, nil
		default:
			return nil, p.unexpected(textCommaObject)
		}
	}
}

// put adds a member, or replaces the one of its name. places are those of all names once there are many.
func (v *Value) put(places map[string]int, name string, member *Value) map[string]int {
	if places == nil && len(v.Members) >= linear {
		places = make(map[string]int, 2*linear)
		for i, m := range v.Members {
			places[m.Name] = i
		}
	}
	if places != nil {
		if i, there := places[name]; there {
			v.Members[i].Value = member
			return places
		}
		places[name] = len(v.Members)
	} else {
		for i := range v.Members {
			if v.Members[i].Name == name {
				v.Members[i].Value = member
				return nil
			}
		}
	}
	v.Members = append(v.Members, Member{name, member})
	return places
}

func (p *parser) array() (*Value, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	begin := p.at
	p.at++
	v := &Value{kind: Array}
	for first := true; ; first = false {
		p.space()
		switch {
		case p.at == len(p.text):
			return nil, p.endOf(textEndArray, begin)
		case p.text[p.at] == ']' && first:
			p.at++
			return v, nil
		}
		item, err := p.value()
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, item)
		p.space()
		if p.at == len(p.text) {
			return nil, p.endOf(textEndArray, begin)
		}
		switch p.text[p.at] {
		case ',':
			p.at++
		case ']':
			p.at++
			return v, nil
		default:
			return nil, p.unexpected(textCommaArray)
		}
	}
}

// endOf reports that the text ends inside the object or array that began at an offset.
func (p *parser) endOf(reason string, begin int) error {
	line, column := position(p.text[p.start:], begin-p.start)
	return p.fail(len(p.text), reason, line, column)
}

// quoted reads a string. ending is the text for one that the input cuts off, what the parser's word for it.
func (p *parser) quoted(ending, what string) (string, error) {
	p.at++
	begin := p.at
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			text := string(p.text[begin:p.at])
			p.at++
			return text, nil
		case c == '\\':
			return p.escaped(begin, ending, what)
		case c < ' ':
			return "", p.fail(p.at, textControl, described(rune(c)), what)
		case c < utf8.RuneSelf:
			p.at++
		default:
			r, size := utf8.DecodeRune(p.text[p.at:])
			if r == utf8.RuneError && size == 1 {
				return "", p.notUTF8(p.at)
			}
			p.at += size
		}
	}
	return "", p.fail(p.at, "%s", ending)
}

// escaped reads on from the first backslash of a string that began at an offset.
func (p *parser) escaped(begin int, ending, what string) (string, error) {
	out := append([]byte(nil), p.text[begin:p.at]...)
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return string(out), nil
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		case c < ' ':
			return "", p.fail(p.at, textControl, described(rune(c)), what)
		default:
			r, size := utf8.DecodeRune(p.text[p.at:])
			if r == utf8.RuneError && size == 1 {
				return "", p.notUTF8(p.at)
			}
			out = append(out, p.text[p.at:p.at+size]...)
			p.at += size
		}
	}
	return "", p.fail(p.at, "%s", ending)
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads one escape sequence. A surrogate without its other half becomes U+FFFD.
func (p *parser) escape() (rune, error) {
	p.at++
	if p.at == len(p.text) {
		return 0, p.fail(p.at, textEndEscape)
	}
	c := p.text[p.at]
	if r, simple := escapes[c]; simple {
		p.at++
		return r, nil
	}
	if c != 'u' {
		r, size := utf8.DecodeRune(p.text[p.at:])
		if r == utf8.RuneError && size == 1 {
			return 0, p.notUTF8(p.at)
		}
		return 0, p.fail(p.at, textEscape, described(r))
	}
	p.at++
	r, err := p.hex()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if p.at+1 < len(p.text) && p.text[p.at] == '\\' && p.text[p.at+1] == 'u' {
		back := p.at
		p.at += 2
		low, err := p.hex()
		if err != nil {
			return 0, err
		}
		if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
			return both, nil
		}
		p.at = back
	}
	return utf8.RuneError, nil
}

func (p *parser) hex() (rune, error) {
	for i := p.at; i < p.at+4; i++ {
		if i == len(p.text) {
			return 0, p.fail(i, textEndEscape)
		}
		if strings.IndexByte("0123456789abcdefABCDEF", p.text[i]) < 0 {
			r, _ := utf8.DecodeRune(p.text[i:])
			return 0, p.fail(i, textHex, described(r))
		}
	}
	n, err := strconv.ParseUint(string(p.text[p.at:p.at+4]), 16, 32)
	p.at += 4
	return rune(n), err
}

func (p *parser) number() (*Value, error) {
	begin := p.at
	v := &Value{kind: Integer}
	if p.text[p.at] == '-' {
		p.at++
	}
	whole := p.at
	if err := p.digits(textMinus); err != nil {
		return nil, err
	}
	if p.text[whole] == '0' && p.at > whole+1 {
		return nil, p.fail(whole+1, textLeadingZero)
	}
	if p.at < len(p.text) && p.text[p.at] == '.' {
		v.kind = Number
		p.at++
		if err := p.digits(textPoint); err != nil {
			return nil, err
		}
	}
	if p.at < len(p.text) && (p.text[p.at] == 'e' || p.text[p.at] == 'E') {
		v.kind = Number
		p.at++
		if p.at < len(p.text) && (p.text[p.at] == '+' || p.text[p.at] == '-') {
			p.at++
		}
		if err := p.digits(textExponent); err != nil {
			return nil, err
		}
	}
	if length := p.at - begin; length > maxNumberLength {
		return nil, p.fail(p.at, textNumberLength, length, maxNumberLength)
	}
	v.Text = string(p.text[begin:p.at])
	return v, nil
}

// digits reads one or more of them; reason is the text for another character.
func (p *parser) digits(reason string) error {
	begin := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	switch {
	case p.at > begin:
		return nil
	case p.at == len(p.text):
		return p.fail(p.at, textEndNumber)
	}
	r, size := utf8.DecodeRune(p.text[p.at:])
	if r == utf8.RuneError && size == 1 {
		return p.notUTF8(p.at)
	}
	return p.fail(p.at, reason, described(r))
}
