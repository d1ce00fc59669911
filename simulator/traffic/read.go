package traffic

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
	"unicode/utf8"

	"nctsim/simulator/textfile"
)

// Read gives the exchanges of a recording, from the beginning of its file, in the order of their times, as far as they are near
// each other in the file: tools write an exchange when it is over. HAR files are read bit by bit. The variables have values for
// collections that count more than their own. An error ends it; a *CutError comes after everything that is whole.
func Read(file io.ReadSeeker, v Variables) iter.Seq2[Exchange, error] {
	return func(yield func(Exchange, error) bool) {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			yield(Exchange{}, err)
			return
		}
		in, err := newSource(file)
		if err != nil {
			yield(Exchange{}, err)
			return
		}
		dec := json.NewDecoder(in)
		format, err := findEntries(in, dec)
		if err != nil {
			yield(Exchange{}, err)
			return
		}
		if format == HAR {
			ordered((&harReader{in: in, dec: dec}).next, yield)
			return
		}
		list, err := readCollection(file, format, v)
		if err != nil {
			yield(Exchange{}, err)
			return
		}
		for i, x := range list {
			x.Number = i + 1
			if !yield(x, nil) {
				return
			}
		}
	}
}

var errNoRecording = errors.New("this is neither a HAR file nor a collection of Postman or Bruno; hint: a HAR file is a JSON object with a log, a collection has its requests under item or items")

// otherFormats are keys that tell what else a file is, with what to do.
var otherFormats = map[string]string{
	"resources":               "this is Insomnia's own format; hint: export it as HAR",
	"values":                  "this is an environment of Postman, without requests; hint: give it with --environment, beside the collection",
	"variables":               "this is an environment of Bruno, without requests; hint: give it with --environment, beside the collection",
	"_postman_variable_scope": "this is an environment of Postman, without requests; hint: give it with --environment, beside the collection",
	"openapi":                 "this describes an API, and has no requests; hint: import it into a client, send the requests and record them",
	"requests":                "this is a Postman collection 1, which has not been written since 2018; hint: import it into Postman and export it as 2.1",
}

// findEntries goes to the entries of a HAR file, or says which collection it is.
func findEntries(in *source, dec *json.Decoder) (Format, error) {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return "", errNoRecording
	}
	problem := errNoRecording
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return "", problem
		}
		switch t {
		case "log":
			return HAR, findList(in, dec)
		case "item", "collection":
			return Postman, nil
		case "items":
			return Bruno, nil
		}
		if key, some := t.(string); some && otherFormats[key] != "" {
			problem = errors.New(otherFormats[key])
		}
		if err := skip(in, dec); err != nil {
			return "", problem
		}
	}
	return "", problem
}

// findList goes to the entries in the log.
func findList(in *source, dec *json.Decoder) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errNoRecording
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return errNoRecording
		}
		if t != "entries" {
			if err := skip(in, dec); err != nil {
				return err
			}
			continue
		}
		if t, err := dec.Token(); err != nil || t != json.Delim('[') {
			return fmt.Errorf("line %d: the log has no list of entries", in.line(dec.InputOffset()))
		}
		return nil
	}
	return errors.New("the log has no entries")
}

// skip passes over a value, however large it is.
func skip(in *source, dec *json.Decoder) error {
	depth := 0
	for {
		in.left = MostEntry
		in.line(dec.InputOffset())
		t, err := dec.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// How many exchanges, of how many bytes, are held back until it is clear which comes first.
const (
	heldBack      = 64
	mostHeldBytes = 64 << 20
)

// ordered hands out exchanges in the order of their times.
func ordered(next func() (Exchange, error), yield func(Exchange, error) bool) {
	var held []Exchange
	bytes := 0
	release := func(n, size int) bool {
		for len(held) > n || bytes > size && len(held) > 0 {
			x := held[0]
			held = held[1:]
			bytes -= x.size()
			if !yield(x, nil) {
				return false
			}
		}
		return true
	}
	var last time.Time
	for {
		x, err := next()
		if err != nil {
			if release(0, 0) && !errors.Is(err, io.EOF) {
				yield(x, err)
			}
			return
		}
		if x.Started.IsZero() {
			x.Started = last // it stays where it is
		}
		last = x.Started
		at, _ := slices.BinarySearchFunc(held, x, func(a, b Exchange) int { return cmp.Or(a.Started.Compare(b.Started), -1) })
		held = slices.Insert(held, at, x)
		bytes += x.size()
		if !release(heldBack, mostHeldBytes) {
			return
		}
	}
}

func (x Exchange) size() int { return len(x.Sent.Body) + len(x.Answered.Body) + 1024 }

// readCollection reads a collection as a whole.
func readCollection(file io.ReadSeeker, format Format, v Variables) ([]Exchange, error) {
	text, err := readAll(file)
	if err != nil {
		return nil, err
	}
	read := readPostman
	if format == Bruno {
		read = readBruno
	}
	list, err := read(text, v)
	return list, inCollection(err, format, text)
}

// readAll reads a file from its beginning.
func readAll(file io.ReadSeeker) ([]byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, mostCollection+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostCollection {
		return nil, fmt.Errorf("the file has more than %d MB", mostCollection>>20)
	}
	return textfile.Decode(text)
}

// inCollection says where in a collection an error of the decoder is.
func inCollection(err error, format Format, text []byte) error {
	var typed *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typed):
		return fmt.Errorf("the collection is not as %s writes it: %s is a %s; hint: export it again", format, typed.Field, typed.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: the collection is not JSON: %w; hint: export it again", place(text, syntax.Offset), err)
	}
	return err
}

// place is the line and column of an offset.
func place(text []byte, offset int64) string {
	before := text[:min(max(offset-1, 0), int64(len(text)))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("line %d, column %d", bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[line:])+1)
}
