package bind

import (
	"fmt"
	"net/url"
)

// Names of the ids in the path; they begin the text of the error.
const (
	MovementID = "movementId"
	MessageID  = "messageId"
)

// ID reads an id from a path segment as it stands in the URL. The error is an *Error.
func ID(name, segment string) (string, error) {
	value, err := url.PathUnescape(segment)
	if err != nil {
		value = segment
	}
	if !isID(value) {
		return "", &Error{Text: fmt.Sprintf(textID, name, value), ID: true}
	}
	return value, nil
}

// MovementType is the error for a path segment that is neither departures nor arrivals.
func MovementType(segment string) error {
	return &Error{Text: fmt.Sprintf(textMovement, segment)}
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
