// Package textfile reads the text of files that users write: scenarios, settings, registry, tokens, code lists, messages
// beside a scenario. Editors on Windows save UTF-8 with a byte order mark, or UTF-16; both look right in the editor.
package textfile

import (
	"bytes"
	"errors"
)

// mark is a byte order mark in UTF-8.
var mark = []byte("\ufeff")

// Error says that a file is not UTF-8 but another Unicode encoding. Its text has no file name.
type Error struct {
	// Encoding is the name of what the file was saved as: "UTF-16".
	Encoding string
}

// Error says what the file is and what to do.
func (e *Error) Error() string { return e.Problem() + "; hint: " + e.Hint() }

// Problem is the error without the hint.
func (e *Error) Problem() string { return "the file is saved as " + e.Encoding + ", not UTF-8" }

// Hint says what to do.
func (e *Error) Hint() string {
	return "save it as UTF-8 in your editor, or convert it with iconv -f " + e.Encoding + " -t UTF-8"
}

// Decode returns the text of a file without its byte order mark, as a part of data. The error is an *Error if the text is
// UTF-16 or UTF-32, with a byte order mark or without one.
func Decode(data []byte) ([]byte, error) {
	if name := otherEncoding(data); name != "" {
		return nil, &Error{name}
	}
	for bytes.HasPrefix(data, mark) { // some tools put one before the other
		data = data[len(mark):]
	}
	return data, nil
}

// IsError reports whether an error says that a file is in another encoding, and returns it.
func IsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// otherEncoding is the encoding of a text that is not UTF-8, "" if it may be UTF-8. Without a byte order mark the first
// character tells: it is one of ASCII in all the files that users write, and its other bytes are zero.
func otherEncoding(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return "UTF-32"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "UTF-16"
	case len(data) < 4:
		return ""
	}
	zero := [4]bool{data[0] == 0, data[1] == 0, data[2] == 0, data[3] == 0}
	switch zero {
	case [4]bool{false, true, true, true}, [4]bool{true, true, true, false}:
		return "UTF-32"
	case [4]bool{false, true, false, true}, [4]bool{true, false, true, false}:
		return "UTF-16"
	}
	return ""
}
