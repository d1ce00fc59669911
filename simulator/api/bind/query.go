package bind

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Query reads query parameters in the order in which its methods are called, which must be the order of
// the contract's tables: the first parameter that cannot be read is the one that is reported, and the
// self link of a list echoes them in that order. A parameter with an empty value counts as absent, of a
// repeated one the first value counts, and unknown ones are ignored.
type Query struct {
	values url.Values
	echo   strings.Builder
	err    error
}

// NewQuery begins with the raw query of a URL. Pairs that are not properly percent-encoded are dropped.
func NewQuery(raw string) *Query {
	q := &Query{}
	if raw != "" {
		q.values, _ = url.ParseQuery(raw)
	}
	return q
}

// Err is the error of the first parameter that could not be read, an *Error.
func (q *Query) Err() error { return q.err }

// Echo is the query of the self link: what was given and could be read, with the question mark; empty if
// that is nothing (docs/spec/api-2.1-3.0.md#1-3).
func (q *Query) Echo() string { return q.echo.String() }

// Text reads a string.
func (q *Query) Text(name string) string {
	value := q.values.Get(name)
	if value != "" {
		q.remember(name, formEncode(value))
	}
	return value
}

// Long reads a 64-bit whole number.
func (q *Query) Long(name string) (value int64, given bool) {
	text := q.values.Get(name)
	if text == "" {
		return 0, false
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		q.fail(fmt.Sprintf(textLong, name, text))
		return 0, false
	}
	q.remember(name, strconv.FormatInt(value, 10))
	return value, true
}

// Time reads a timestamp, the zero Timestamp if it is absent.
func (q *Query) Time(name string) Timestamp {
	text := q.values.Get(name)
	if text == "" {
		return Timestamp{}
	}
	t, ok := ParseTimestamp(text)
	switch {
	case !ok:
		q.fail(fmt.Sprintf(textTime, name))
		return Timestamp{}
	case t.Year() < 1:
		q.fail(textYear)
		return Timestamp{}
	}
	q.remember(name, t.String())
	return t
}

func (q *Query) fail(text string) {
	if q.err == nil {
		q.err = &Error{Text: text}
	}
}

func (q *Query) remember(name, value string) {
	if q.echo.Len() == 0 {
		q.echo.WriteByte('?')
	} else {
		q.echo.WriteByte('&')
	}
	q.echo.WriteString(name)
	q.echo.WriteByte('=')
	q.echo.WriteString(value)
}

// formEncode encodes as application/x-www-form-urlencoded does. The standard library's QueryEscape
// differs from it in two characters: it leaves the tilde and encodes the asterisk.
func formEncode(s string) string {
	s = url.QueryEscape(s)
	if strings.Contains(s, "~") || strings.Contains(s, "%2A") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "~", "%7E"), "%2A", "*")
	}
	return s
}
