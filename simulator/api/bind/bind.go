// Package bind reads path and query parameters as HMRC's services do and words the errors that come
// before any other check (docs/spec/api-2.1-3.0.md#1-9).
package bind

import (
	"net/http"

	"nctsim/simulator/api/wire"
)

// Texts of binding errors; the verbs stand for the parameter's name and its value.
const (
	textID       = "%s: Value %s is not a 16 character hexadecimal string"
	textNumber   = "Cannot parse parameter %s as Int: For input string: \"%s\""
	textTime     = "Cannot parse parameter %s as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"
	textYear     = "Year cannot be negative"
	textLong     = "Cannot parse parameter %s as Long: For input string: \"%s\""
	textMovement = "movementType value %s is not valid. expecting arrivals or departures"
)

// codeBadRequest is the third key of the error for an id.
const codeBadRequest = "BAD_REQUEST"

// Error is a parameter that cannot be read.
type Error struct {
	Text string
	// ID says that it is about an id in the path, whose body has another shape.
	ID bool
}

func (e *Error) Error() string { return e.Text }

// Response is the error as it is sent: three keys for an id, two for everything else.
func (e *Error) Response() wire.Response {
	var j wire.JSON
	if e.ID {
		j.Object("").String("message", e.Text).Int("statusCode", http.StatusBadRequest).String("code", codeBadRequest).EndObject()
	} else {
		j.Object("").Int("statusCode", http.StatusBadRequest).String("message", e.Text).EndObject()
	}
	return wire.OfJSON(http.StatusBadRequest, j.Bytes())
}
