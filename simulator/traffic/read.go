package traffic

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
)

// Read gives the exchanges of a recording in the order of their times, as far as they are near each other in the file: tools
// write an exchange when it is over. HAR files are read bit by bit. An error ends it; a *CutError comes after everything
// that is whole.
func Read(file io.ReadSeeker) iter.Seq2[Exchange, error] {
	return func(yield func(Exchange, error) bool) {
		in := &limited{bufio.NewReaderSize(file, 1<<16), MostEntry}
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
		list, err := readCollection(file, format)
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

// findEntries goes to the entries of a HAR file, or says which collection it is.
func findEntries(in *limited, dec *json.Decoder) (Format, error) {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return "", errNoRecording
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return "", errNoRecording
		}
		switch t {
		case "log":
			return HAR, findList(in, dec)
		case "item", "collection":
			return Postman, nil
		case "items":
			return Bruno, nil
		}
		if err := skip(in, dec); err != nil {
			return "", errNoRecording
		}
	}
	return "", errNoRecording
}

// findList goes to the entries in the log.
func findList(in *limited, dec *json.Decoder) error {
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
			return errors.New("the log has no list of entries")
		}
		return nil
	}
	return errors.New("the log has no entries")
}

// skip passes over a value, however large it is.
func skip(in *limited, dec *json.Decoder) error {
	depth := 0
	for {
		in.left = MostEntry
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
func readCollection(file io.ReadSeeker, format Format) ([]Exchange, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, mostCollection+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostCollection {
		return nil, fmt.Errorf("the collection has more than %d MB", mostCollection>>20)
	}
	read := readPostman
	if format == Bruno {
		read = readBruno
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	list, err := read(dec)
	var typed *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typed):
		return nil, fmt.Errorf("the collection is not as %s writes it: %s is not a %s", format, typed.Field, typed.Type)
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("the collection is not JSON at byte %d", dec.InputOffset())
	}
	return list, err
}
