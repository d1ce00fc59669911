package control

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
)

// SendAgain sends a request again, the way that it came.
func (a *API) SendAgain(r *http.Request, how client.Again) (wire.Response, error) {
	x, err := a.logged(r)
	if err != nil {
		return wire.Response{}, err
	}
	again, err := requestOf(x, how.Token)
	if err != nil {
		return wire.Response{}, err
	}
	var came *exchange.Exchange
	again = again.WithContext(exchange.Telling(r.Context(), func(x *exchange.Exchange) { came = x }))
	nobody := &unseen{header: http.Header{}}
	defer nobody.close()
	a.Simulated.ServeHTTP(nobody, again)
	if came == nil {
		return wire.Response{}, errors.New("a request that was sent again did not get into the log")
	}
	return a.showRequest(r.Context(), came)
}

// requestOf is a request of the log once more, with a token in the place of the one that is masked. The error says what the log has
// not kept of it.
func requestOf(x *exchange.Exchange, token string) (*http.Request, error) {
	lacking := func(what, hint string) error {
		return &client.Error{
			Status: http.StatusConflict, Code: codeNotAgain, Message: fmt.Sprintf("request %d cannot be sent again: %s", x.Number, what), Hint: hint,
		}
	}
	const byCurl = "its curl command has variables in the place of what is not kept"
	if x.Sent.Left != "" {
		return nil, lacking("of its body, "+x.Sent.Left, byCurl)
	}
	target := x.Path
	if x.Query != "" {
		target += "?" + x.Query
	}
	if strings.Contains(x.Query, exchange.Mask) {
		return nil, lacking("secrets in its query are masked", byCurl)
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, lacking("its path cannot be read", byCurl)
	}
	out := &http.Request{
		Method: x.Method, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: http.NoBody, RemoteAddr: "127.0.0.1:0",
	}
	for name, values := range x.Sent.Header {
		switch {
		case name == "Host":
			out.Host = values[0]
		case name == "Authorization" && (token != "" || strings.Contains(strings.Join(values, ""), exchange.Mask)):
			if token == "" && platform.IsEORI(x.EORI) && strings.HasPrefix(values[0], "Bearer ") {
				token = x.EORI
			}
			if token == "" {
				return nil, lacking("its token is not kept, and its caller not known", "say which token to send")
			}
		case strings.Contains(strings.Join(values, ""), exchange.Mask):
			return nil, lacking("its header "+name+" is masked", byCurl)
		default:
			out.Header[name] = values
		}
	}
	if token != "" {
		out.Header.Set("Authorization", "Bearer "+token)
	}
	if n := len(x.Sent.Body); n > 0 {
		out.Body, out.ContentLength = readCloser{bytes.NewReader(x.Sent.Body)}, int64(n)
	}
	return out, nil
}

// readCloser is a body in memory.
type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// unseen takes an answer that nobody reads, because the log has it. Its connection can be cut.
type unseen struct {
	header http.Header
	ends   [2]net.Conn
}

func (u *unseen) Header() http.Header                        { return u.header }
func (u *unseen) WriteHeader(int)                            {}
func (u *unseen) Write(data []byte) (written int, err error) { return len(data), nil }

// Hijack is what cutting a connection begins with.
func (u *unseen) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	u.ends[0], u.ends[1] = net.Pipe()
	return u.ends[0], bufio.NewReadWriter(bufio.NewReader(u.ends[0]), bufio.NewWriter(u.ends[0])), nil
}

func (u *unseen) close() {
	for _, end := range u.ends {
		if end != nil {
			_ = end.Close()
		}
	}
}
