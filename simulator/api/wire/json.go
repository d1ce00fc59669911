package wire

import (
	"strconv"
	"unicode/utf8"
)

// JSON builds one compact JSON text with its keys in the order of the calls, which is the order on the
// wire. Characters that only HTML gives a meaning to (<, >, &) and the slash are not escaped, as in the
// bodies of HMRC's services. The zero value is ready for use.
//
// Every method takes the key first; an empty key writes a bare value, for the top level and for the
// elements of an array.
type JSON struct{ text []byte }

// NewJSON is a JSON with room for size bytes.
func NewJSON(size int) *JSON { return &JSON{make([]byte, 0, size)} }

// Bytes is the text so far.
func (j *JSON) Bytes() []byte { return j.text }

// Object opens an object.
func (j *JSON) Object(key string) *JSON { return j.open(key, '{') }

// Array opens an array.
func (j *JSON) Array(key string) *JSON { return j.open(key, '[') }

// EndObject closes the innermost object.
func (j *JSON) EndObject() *JSON { return j.add('}') }

// EndArray closes the innermost array.
func (j *JSON) EndArray() *JSON { return j.add(']') }

// String writes a string value. Bytes that are no UTF-8 become the replacement character.
func (j *JSON) String(key, value string) *JSON {
	j.begin(key)
	j.text = appendQuoted(j.text, value)
	return j
}

// StringBytes is String for a text that is at hand as bytes.
func (j *JSON) StringBytes(key string, value []byte) *JSON {
	j.begin(key)
	j.text = appendQuoted(j.text, value)
	return j
}

// StringOrNull writes a string value, or null for the empty string.
func (j *JSON) StringOrNull(key, value string) *JSON {
	if value == "" {
		return j.Null(key)
	}
	return j.String(key, value)
}

// Null writes an explicit null.
func (j *JSON) Null(key string) *JSON {
	j.begin(key)
	j.text = append(j.text, "null"...)
	return j
}

// Int writes a whole number.
func (j *JSON) Int(key string, value int) *JSON {
	j.begin(key)
	j.text = strconv.AppendInt(j.text, int64(value), 10)
	return j
}

// Bool writes true or false.
func (j *JSON) Bool(key string, value bool) *JSON {
	j.begin(key)
	j.text = strconv.AppendBool(j.text, value)
	return j
}

// Number writes a number that is at hand as text, which has to be one in the notation of JSON.
func (j *JSON) Number(key, text string) *JSON {
	j.begin(key)
	j.text = append(j.text, text...)
	return j
}

// Link writes {"href":path} under key: one link of a "_links" object.
func (j *JSON) Link(key, path string) *JSON {
	return j.Object(key).String("href", path).EndObject()
}

func (j *JSON) open(key string, bracket byte) *JSON {
	j.begin(key)
	return j.add(bracket)
}

func (j *JSON) add(c byte) *JSON {
	j.text = append(j.text, c)
	return j
}

// begin writes the comma if one is due, and the key.
func (j *JSON) begin(key string) {
	if n := len(j.text); n > 0 && j.text[n-1] != '{' && j.text[n-1] != '[' {
		j.text = append(j.text, ',')
	}
	if key != "" {
		j.text = append(appendQuoted(j.text, key), ':')
	}
}

const hexDigits = "0123456789ABCDEF"

func appendQuoted[T string | []byte](to []byte, s T) []byte {
	to = append(to, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			to = appendEscaped(append(to, s[start:i]...), c)
			i++
			start = i
			continue
		}
		// A conversion of a short slice does not allocate; the text as a whole is never converted.
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if r == utf8.RuneError && size == 1 {
			to = append(append(to, s[start:i]...), "\uFFFD"...)
			start = i + size
		}
		i += size
	}
	return append(append(to, s[start:]...), '"')
}

func appendEscaped(to []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(to, '\\', c)
	case '\n':
		return append(to, `\n`...)
	case '\r':
		return append(to, `\r`...)
	case '\t':
		return append(to, `\t`...)
	case '\b':
		return append(to, `\b`...)
	case '\f':
		return append(to, `\f`...)
	}
	return append(to, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}
