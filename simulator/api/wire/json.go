package wire

import (
	"strconv"

	"nctsim/simulator/jsontext"
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
	j.text = jsontext.AppendString(j.text, value)
	return j
}

// StringBytes is String for a text that is at hand as bytes.
func (j *JSON) StringBytes(key string, value []byte) *JSON {
	j.begin(key)
	j.text = jsontext.AppendString(j.text, value)
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
		j.text = append(jsontext.AppendString(j.text, key), ':')
	}
}
