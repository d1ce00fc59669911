// Package wire turns what a handler answers into bytes: the response value, compact JSON in a fixed key
// order, and the time format of the CTC Traders API.
package wire

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// Content types as they are written on the wire, without parameters.
const (
	TypeJSON = "application/json"
	TypeXML  = "application/xml"
	TypeText = "text/plain; charset=UTF-8"
	TypeHTML = "text/html; charset=utf-8"
)

// Response is what a handler answers.
type Response struct {
	Status int
	// Type is the Content-Type; left out for a response without a body.
	Type string
	// Location is where what was made can be read; left out when empty.
	Location string
	// Challenge is how a client has to authenticate itself; left out when empty.
	Challenge string
	// Notice is a header beside the usual ones, of a name and a value; left out without a name.
	Notice Notice
	// Header are further headers, of the names and values given.
	Header http.Header
	// Scenario is what the simulator says of the scenario of a new movement, in the header [ScenarioHeader]; left out
	// when empty.
	Scenario string
	// Remark is what the user of the simulator should know about the answer. It is logged and not sent.
	Remark string
	Body   []byte
	// Chunked sends the body in chunked transfer coding, as HMRC streams stored messages; otherwise the
	// response has a Content-Length.
	Chunked bool
	// Cause is what went wrong inside for a 500; it is logged and not sent.
	Cause error
	// Last closes the connection behind the response.
	Last bool
	// Cut is no response at all: the connection is reset.
	Cut bool
	// Truncated closes the connection in the middle of the body.
	Truncated bool
}

// ScenarioHeader is the one header of a response that HMRC does not send: it names the scenario that a new movement
// follows, or says that there is none and why.
const ScenarioHeader = "Nctsim-Scenario"

// Notice is a header by which a service tells a client something about itself.
type Notice struct{ Name, Value string }

// Write sends the response. An error of the connection is of no use to anybody and is dropped.
func (r Response) Write(w http.ResponseWriter) {
	if r.Cut {
		cut(w)
		return
	}
	h := w.Header()
	for name, values := range r.Header {
		h[name] = values
	}
	if r.Type != "" {
		h["Content-Type"] = []string{r.Type}
	}
	if r.Location != "" {
		h["Location"] = []string{r.Location}
	}
	if r.Last {
		h["Connection"] = []string{"close"}
	}
	if r.Challenge != "" {
		h["Www-Authenticate"] = []string{r.Challenge}
	}
	if r.Notice.Name != "" {
		h[r.Notice.Name] = []string{r.Notice.Value}
	}
	if r.Scenario != "" {
		h[ScenarioHeader] = []string{r.Scenario}
	}
	if r.Chunked {
		h["Transfer-Encoding"] = []string{"chunked"}
	} else if r.Status != http.StatusNoContent {
		h["Content-Length"] = []string{strconv.Itoa(len(r.Body))}
	}
	w.WriteHeader(r.Status)
	if r.Truncated {
		_, _ = w.Write(r.Body[:len(r.Body)/2])
		hangUp(w)
		return
	}
	_, _ = w.Write(r.Body)
}

// hangUp closes the connection behind what has been written, so that the client misses the rest.
func hangUp(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.Flush()
	conn, _, err := c.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = conn.Close()
}

// cut resets the connection. One that cannot be taken over, as that of a test, is closed by the server.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // with nothing left to say, closing is a reset
	}
	_ = conn.Close()
}

// OfJSON is a response with a JSON body.
func OfJSON(status int, body []byte) Response {
	return Response{Status: status, Type: TypeJSON, Body: body}
}

// OfText is a response with a plain text; without a text it is Empty.
func OfText(status int, text string) Response {
	if text == "" {
		return Empty(status)
	}
	return Response{Status: status, Type: TypeText, Body: []byte(text)}
}

// Empty is a response without a body.
func Empty(status int) Response { return Response{Status: status} }

// Time renders a time as the API does (docs/spec/api-2.1-3.0.md#1-8): UTC, milliseconds without trailing zeros.
func Time(t time.Time) string {
	return t.UTC().Truncate(time.Millisecond).Format("2006-01-02T15:04:05.999Z")
}
