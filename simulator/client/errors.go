package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// Error is an error of the control API: what is wrong and what to do about it. The fields below the hint are there when
// they say something.
type Error struct {
	// Status is that of the answer.
	Status int `json:"-"`
	// Code is for programs: "NOT_FOUND".
	Code string `json:"code"`
	// Message says what is wrong.
	Message string `json:"message"`
	// Hint says what to do about it.
	Hint string `json:"hint"`
	// State is that of a movement that refused an action.
	State movement.State `json:"state,omitempty"`
	// Actions are those that are possible in the state.
	Actions []string `json:"actions,omitempty"`
	// Errors are what is wrong with a message.
	Errors []Fault `json:"errors,omitempty"`
	// Body is the message itself, if the simulator has composed it.
	Body string `json:"body,omitempty"`
	// Problems are the mistakes in a file: a scenario, or applications.
	Problems scenario.Problems `json:"problems,omitempty"`
	// Waiting are the events that have not been handled.
	Waiting []movement.Event `json:"waiting,omitempty"`
}

// Fault is one thing that is wrong with a message.
type Fault struct {
	// Line and Column count from 1; they are left out where no document is wrong.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Path is that of the element.
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`

	// File is where the caller has the document from, for the text of the error; it is not sent.
	File string `json:"-"`
}

// Refusal is the body of an answer that is not a success.
type Refusal struct {
	Error *Error `json:"error"`
}

// Error is the message with its hint, and a line for each thing that is wrong or waits.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; hint: " + e.Hint)
	}
	for _, f := range e.Errors {
		b.WriteString("\n" + f.text())
	}
	if len(e.Problems) > 0 {
		b.WriteString("\n" + e.Problems.Error())
	}
	for _, w := range e.Waiting {
		fmt.Fprintf(&b, "\nwaiting: %s of movement %s", w.Name, w.Movement)
	}
	return b.String()
}

func (f Fault) text() string {
	place, at := f.Path, ""
	if f.Line > 0 {
		place = fmt.Sprintf("%d:%d", f.Line, f.Column)
		if f.File != "" {
			place = f.File + ":" + place
		}
		if f.Path != "" {
			at = " (at " + f.Path + ")"
		}
	}
	if place != "" {
		place += ": "
	}
	return place + f.Message + at
}

// refusal is the error in an answer. One that is not the control API's has nothing but its status to say.
func refusal(status int, body []byte) *Error {
	var in Refusal
	if err := json.Unmarshal(body, &in); err != nil || in.Error == nil || in.Error.Message == "" {
		in.Error = &Error{Message: fmt.Sprintf("the control API answered %d %s", status, http.StatusText(status))}
	}
	in.Error.Status = status
	return in.Error
}

// IsNotFound reports whether the control API does not know what was asked for.
func IsNotFound(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound
}

// UnreachableError says that no simulator answers.
type UnreachableError struct {
	URL string
	// Cause is what the connection said.
	Cause error
}

func (e *UnreachableError) Error() string {
	cause := e.Cause
	var wrapped *url.Error
	if errors.As(cause, &wrapped) {
		cause = wrapped.Err
	}
	var op *net.OpError
	if errors.As(cause, &op) && op.Op == "dial" {
		cause = op.Err
	}
	return fmt.Sprintf("no simulator answers at %s: %v; hint: start one with nctsim serve, or name another with --url", e.URL, cause)
}

// Unwrap is what the connection said.
func (e *UnreachableError) Unwrap() error { return e.Cause }

// unreachable is the error of a connection. That of a context at its end comes first.
func unreachable(ctx context.Context, url string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &UnreachableError{url, err}
}

// URLError says that a URL is not that of a simulator.
type URLError struct{ URL string }

func (e *URLError) Error() string {
	return fmt.Sprintf("%q is no URL of a simulator; hint: write it as http://localhost:8080", e.URL)
}
