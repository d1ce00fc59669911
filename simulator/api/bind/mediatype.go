package bind

import (
	"net/http"
	"strings"
)

// MediaType is a Content-Type header, taken apart as HMRC's HTTP server does before a service sees it
// (docs/spec/api-2.1-3.0.md#3).
type MediaType struct {
	// Name is type and subtype in lower case: "application/xml".
	Name string
	// Charset is the charset by its own name ("UTF-8", "ISO-8859-1"), one that nobody knows as it was sent; "" if none was.
	Charset string
	params  []parameter
}

type parameter struct{ name, value string }

// MediaTypeOf is the media type of a request's body; false if the request has no Content-Type or one that cannot be read.
func MediaTypeOf(r *http.Request) (MediaType, bool) {
	values := r.Header["Content-Type"]
	if len(values) == 0 {
		return MediaType{}, false
	}
	return ParseMediaType(values[0])
}

// ParseMediaType reads the value of a Content-Type header; false if it is not one. Letters may be in any case, values in
// quotation marks, and there may be white space around ";" and "=" (RFC 9110, section 8.3.1, as that server reads it). Of
// several charsets the last one counts.
func ParseMediaType(value string) (MediaType, bool) {
	s := &headerScanner{rest: strings.Trim(value, " \t")}
	main, sub := s.token(), ""
	if s.skip('/') {
		sub = s.token()
	}
	m := MediaType{Name: strings.ToLower(main + "/" + sub)}
	if main == "" || sub == "" {
		return MediaType{}, false
	}
	for s.rest != "" {
		if !s.skip(';') {
			return MediaType{}, false
		}
		s.space()
		name := s.token()
		if name == "" || !s.skip('=') {
			return MediaType{}, false
		}
		s.space()
		value, ok := s.word()
		switch {
		case !ok:
			return MediaType{}, false
		case strings.EqualFold(name, "charset"):
			m.Charset = CharsetName(value)
		default:
			m.params = append(m.params, parameter{name, value})
		}
	}
	if m.Name == typeJSON {
		m.Charset = "" // JSON is UTF-8, whatever is said
	}
	return m, true
}

const typeJSON = "application/json"

// IsJSON reports whether it is one of the two types that HMRC's web framework reads as JSON.
func (m MediaType) IsJSON() bool { return m.Name == typeJSON || m.Name == "text/json" }

// IsXML reports whether it is one of the types that HMRC's web framework reads as XML.
func (m MediaType) IsXML() bool {
	return m.Name == "application/xml" || m.Name == "text/xml" || strings.HasPrefix(m.Name, "application/") && strings.HasSuffix(m.Name, "+xml")
}

// String writes the header again, in the form in which services compare and show it: "application/xml; charset=UTF-8".
func (m MediaType) String() string {
	var b strings.Builder
	b.WriteString(m.Name)
	params := m.params
	if m.Charset != "" {
		params = append(params[:len(params):len(params)], parameter{"charset", m.Charset})
	}
	for _, p := range params {
		b.WriteString("; " + p.name + "=")
		if p.value != "" && strings.Trim(p.value, tokenChars) == "" {
			b.WriteString(p.value)
			continue
		}
		b.WriteString(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.value) + `"`)
	}
	return b.String()
}

// tokenChars are the characters of a token (RFC 9110, section 5.6.2).
const tokenChars = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// headerScanner reads the value of a header from left to right.
type headerScanner struct{ rest string }

func (s *headerScanner) space() { s.rest = strings.TrimLeft(s.rest, " \t") }

func (s *headerScanner) skip(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// token reads a token and the white space behind it; "" if there is none.
func (s *headerScanner) token() string {
	end := len(s.rest) - len(strings.TrimLeft(s.rest, tokenChars))
	token := s.rest[:end]
	s.rest = s.rest[end:]
	s.space()
	return token
}

// word reads a token or a text in quotation marks.
func (s *headerScanner) word() (string, bool) {
	if !s.skip('"') {
		token := s.token()
		return token, token != ""
	}
	var b strings.Builder
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; c {
		case '"':
			s.rest = s.rest[i+1:]
			s.space()
			return b.String(), true
		case '\\':
			if i++; i == len(s.rest) {
				return "", false
			}
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
