package bind

import "errors"

// ErrTooLarge says that a body is longer than it may be.
var ErrTooLarge = errors.New("body is too large")
