package bind

import (
	"bytes"
	"errors"
	"net/http"
)

// ErrTooLarge says that a body is longer than it may be.
var ErrTooLarge = errors.New("body is too large")

// JSONBody is [Body] for JSON: without a byte order mark, which the parser of HMRC's services passes over.
func JSONBody(r *http.Request, max int64) ([]byte, error) {
	body, err := Body(r, max)
	return bytes.TrimPrefix(body, []byte("\ufeff")), err
}
