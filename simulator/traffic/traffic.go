// Package traffic reads and writes recordings of HTTP: HAR 1.2 of any tool, one exchange after another so that a file may be
// larger than the memory, Postman collections with saved examples, and collections of Bruno, as a folder or exported.
package traffic

import (
	"net/http"
	"net/url"
	"time"
)

// Exchange is a recorded request with its answer.
type Exchange struct {
	// Number counts the exchanges of a file from 1, in the order in which they stand there.
	Number int
	// Line is where it begins in its file, from 1; 0 for those of collections in JSON, which have names. File is that of a request in a
	// folder, "" if the recording is one file.
	Line int
	File string
	// Name is what its tool calls it, "" if it has no name.
	Name string
	// Started is when the request was sent, zero if the recording does not say; Took is how long the answer took, 0 if unknown.
	Started time.Time
	Took    time.Duration

	Method string
	URL    *url.URL
	Sent   Content

	// Open are variables of a collection in the request that have no value.
	Open []string

	// Status is 0 if there is no answer: the connection was cut, or nothing was saved.
	Status   int
	Answered Content
}

// Content is one direction of an exchange.
type Content struct {
	Header http.Header
	Body   []byte
	// Left says why the body is not here although there was one, "" if it is.
	Left string
}

// Limits of what is read.
const (
	// MostEntry is how many bytes one exchange may take in a HAR file, and MostBody one body when it is decoded.
	MostEntry = 64 << 20
	MostBody  = 32 << 20
	// mostCollection is how large a collection may be, which is read as a whole.
	mostCollection = 128 << 20
)

// Format is what a file is written in.
type Format string

// Formats of recordings.
const (
	HAR     Format = "HAR"
	Postman Format = "Postman"
	Bruno   Format = "Bruno"
)
