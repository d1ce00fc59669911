package main

import (
	"bytes"
	"fmt"
	"strconv"
)

const (
	token      = "GB123456789012"
	collection = "/customs/transits/movements/departures"
	accept     = "application/vnd.hmrc.2.1+"
)

// lrnDigits is the length of the running number at the end of an LRN.
const lrnDigits = 9

// declaration is an IE015 that becomes a new one for every request: only its LRN changes, in place.
type declaration struct {
	before, after []byte
	prefix        string
	format        format
}

// format is that of messages, as media types name it.
type format string

const (
	inXML  format = "xml"
	inJSON format = "json"
)

// newDeclaration cuts a fixture around the value of its LRN. prefix keeps the LRNs of different runs apart.
func newDeclaration(xml []byte, prefix string) (declaration, error) {
	return cutDeclaration(xml, "<LRN>", "</LRN>", prefix, inXML)
}

// cutDeclaration cuts a declaration around the value of its LRN, which stands between two texts.
func cutDeclaration(text []byte, opening, closing, prefix string, f format) (declaration, error) {
	before, rest, ok := bytes.Cut(text, []byte(opening))
	_, after, closed := bytes.Cut(rest, []byte(closing))
	if !ok || !closed {
		return declaration{}, fmt.Errorf("declaration has no LRN")
	}
	return declaration{
		before: append(bytes.Clone(before), opening...),
		after:  append([]byte(closing), after...),
		prefix: prefix,
		format: f,
	}, nil
}

// bytes is the declaration with the n-th LRN.
func (d declaration) bytes(n uint64) []byte {
	return bytes.Join([][]byte{d.before, []byte(d.lrn(n)), d.after}, nil)
}

func (d declaration) lrn(n uint64) string { return fmt.Sprintf("%s%0*d", d.prefix, lrnDigits, n) }

// post is a prepared POST of the declaration; request gives it a new LRN without allocating.
type post struct {
	bytes []byte
	digit int // where the running number starts
}

func newPost(host string, d declaration) *post {
	body := d.bytes(0)
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %sjson\r\nContent-Type: application/%s\r\nContent-Length: %d\r\n\r\n",
		collection, host, token, accept, d.format, len(body))
	return &post{bytes: append([]byte(head), body...), digit: len(head) + len(d.before) + len(d.prefix)}
}

func (p *post) request(n uint64) []byte {
	digits := p.bytes[p.digit : p.digit+lrnDigits]
	for i := range digits {
		digits[i] = '0'
	}
	var number [20]byte
	text := strconv.AppendUint(number[:0], n%1e9, 10)
	copy(digits[lrnDigits-len(text):], text)
	return p.bytes
}

// get is a prepared GET of a stored body in a format.
func get(host, movement, message string, f format) []byte {
	return fmt.Appendf(nil, "GET %s/%s/messages/%s/body HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %s%s\r\n\r\n",
		collection, movement, message, host, token, accept, f)
}

// list is a prepared GET of the list of a movement's messages.
func list(host, movement string) []byte {
	return fmt.Appendf(nil, "GET %s/%s/messages HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %sjson\r\n\r\n",
		collection, movement, host, token, accept)
}
