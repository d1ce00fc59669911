package bind

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ErrTooLarge says that a body is longer than it may be.
var ErrTooLarge = errors.New("body is too large")

// maxDiscarded is how much of a body that nobody wants is read.
const maxDiscarded = 32 << 20

// Discard reads what is left of a body. A client that is still sending would otherwise find the connection broken instead
// of the answer.
func Discard(r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, maxDiscarded)
}

// Body reads a body of up to max bytes, whether the client says its length or not. The error is ErrTooLarge, or says
// why the body did not arrive.
func Body(r *http.Request, max int64) ([]byte, error) {
	if r.ContentLength > max {
		return nil, ErrTooLarge
	}
	var body []byte
	var err error
	if r.ContentLength >= 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(io.LimitReader(r.Body, max+1))
	}
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	if int64(len(body)) > max {
		return nil, ErrTooLarge
	}
	return body, nil
}
