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
}

// newDeclaration cuts a fixture around the value of its LRN. prefix keeps the LRNs of different runs apart.
func newDeclaration(xml []byte, prefix string) (declaration, error) {
	before, rest, ok := bytes.Cut(xml, []byte("<LRN>"))
	_, after, closed := bytes.Cut(rest, []byte("</LRN>"))
	if !ok || !closed {
		return declaration{}, fmt.Errorf("declaration has no LRN")
	}
	return declaration{
		before: append(bytes.Clone(before), "<LRN>"...),
		after:  append([]byte("</LRN>"), after...),
		prefix: prefix,
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
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %sjson\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n",
		collection, host, token, accept, len(body))
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

// get is a prepared GET of a stored body.
func get(host, movement, message string) []byte {
	return fmt.Appendf(nil, "GET %s/%s/messages/%s/body HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %sxml\r\n\r\n",
		collection, movement, message, host, token, accept)
}
