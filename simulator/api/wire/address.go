package wire

import (
	"bytes"
	"context"
	"net/http"
	"strings"
)

// Address is how a request has come to one of several simulators behind one address. The zero value is the way to the only one.
type Address struct {
	// Path is a path that leads to the simulator whatever else a request says: "/workspaces/team-a". "" for the one to which everything
	// leads that names none.
	Path string
	// Prefix says that the request has come by that path. What stands behind it is the path of the request.
	Prefix bool
	// Host says that the name of the host has chosen the simulator.
	Host bool
}

type addressKey struct{}

// WithAddress is a context for a request that has come by an address.
func WithAddress(ctx context.Context, a Address) context.Context {
	return context.WithValue(ctx, addressKey{}, a)
}

// AddressOf is that of the request with this context.
func AddressOf(ctx context.Context) Address {
	a, _ := ctx.Value(addressKey{}).(Address)
	return a
}

// WithoutAddress is a request that a simulator makes of itself, with an address that it has given out: without what leads to it.
func WithoutAddress(r *http.Request) *http.Request {
	path := AddressOf(r.Context()).Path
	rest, cut := strings.CutPrefix(r.URL.Path, path+"/")
	if path == "" || !cut {
		return r
	}
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = "/"+rest, strings.TrimPrefix(r.URL.RawPath, path)
	return r
}

// Links is what stands before the paths in answers to the request: its prefix, "" if it came without one.
func (a Address) Links() string {
	if a.Prefix {
		return a.Path
	}
	return ""
}

// Elsewhere is what stands before the path in the URL of a form for the request's host, which others send without its headers.
func (a Address) Elsewhere() string {
	if a.Host {
		return ""
	}
	return a.Path
}

// links begin the paths that answers have, by their types. In a text inside JSON or HTML the quotes would be escaped, so that none of them
// can be taken for a link.
var links = map[string][][]byte{
	TypeJSON: {[]byte(`"href":"/`), []byte(`"requestId":"/`)},
	TypeHTML: {[]byte(`href="/`), []byte(`action="/`)},
}

// From is the response with its links as a client has to follow that has come by a prefix.
func (r Response) From(prefix string) Response {
	if prefix == "" {
		return r
	}
	if strings.HasPrefix(r.Location, "/") {
		r.Location = prefix + r.Location
	}
	for _, link := range links[r.Type] {
		if bytes.Contains(r.Body, link) {
			r.Body = bytes.ReplaceAll(r.Body, link, append(link[:len(link)-1:len(link)-1], prefix+"/"...))
		}
	}
	return r
}
