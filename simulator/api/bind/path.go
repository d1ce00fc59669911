package bind

import (
	"fmt"
	"net/url"
	"strconv"
)

// Names of the ids in the path; they begin the text of the error.
const (
	MovementID = "movementId"
	MessageID  = "messageId"
)

// ID reads an id from a path segment as it stands in the URL. The error is an *Error.
func ID(name, segment string) (string, error) {
	value := Segment(segment)
	if !isID(value) {
		return "", &Error{Text: fmt.Sprintf(textID, name, value), ID: true}
	}
	return value, nil
}

// Number reads an id of API 1.0, a whole number of 32 bits with or without a sign, from a path segment as it stands in
// the URL (docs/spec/api-1.0.md#4-2). The error is an *Error.
func Number(name, segment string) (int, error) {
	value := Segment(segment)
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil {
		return 0, &Error{Text: fmt.Sprintf(textNumber, name, value), ID: true}
	}
	return int(n), nil
}

// Segment is what a segment of a path, as it stands in the URL, says: without percent-encoding, if it is one.
func Segment(segment string) string {
	value, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return value
}

// MovementType is the error for a path segment that is neither departures nor arrivals.
func MovementType(segment string) error {
	return &Error{Text: fmt.Sprintf(textMovement, Segment(segment))}
}

// isID says whether a text is what the services make as ids: 16 lower-case hexadecimal digits.
func isID(s string) bool {
	if len(s) != 16 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
