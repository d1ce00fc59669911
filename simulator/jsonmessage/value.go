package jsonmessage

import "strings"

// Kind is what a value is, in the words of the validator's error texts.
type Kind string

// The kinds of JSON values. A number with a point or an exponent is a Number, any other an Integer.
const (
	Null    Kind = "null"
	Boolean Kind = "boolean"
	Integer Kind = "integer"
	Number  Kind = "number"
	String  Kind = "string"
	Array   Kind = "array"
	Object  Kind = "object"
	// Nothing is the value of an empty text.
	Nothing Kind = "unknown"
)

// Value is a JSON value. The zero value is an empty text.
type Value struct {
	kind Kind
	// Text is a string without its quotes and escapes, or a number, true, false or null as written.
	Text string
	// Items are those of an array.
	Items []*Value
	// Members are those of an object in the order of the text, each name once.
	Members []Member
}

// Member is a name in an object with its value.
type Member struct {
	Name  string
	Value *Value
}

// Kind is what the value is.
func (v *Value) Kind() Kind {
	if v.kind == "" {
		return Nothing
	}
	return v.kind
}

// Get is the value of a member, nil if there is none or v is not an object. It may be called on nil.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// Root is the root element of the message in an object, "CC015C": what stands behind the first colon of its first name, whatever
// is in front of it (docs/spec/api-2.1-3.0.md#6). It is false if v is not an object, is empty, or its first name has no colon.
func (v *Value) Root() (string, bool) {
	if len(v.Members) == 0 {
		return "", false
	}
	_, root, found := strings.Cut(v.Members[0].Name, ":")
	return root, found
}

// HasMessage reports whether an object holds the message with a root element ("CC015C"); the schemas take one without it.
func HasMessage(v *Value, root string) bool { return v.Get(RootPrefix+root) != nil }
