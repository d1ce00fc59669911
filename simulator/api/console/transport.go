package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// inside makes calls of a handler in this process, without a network: the console is a client of the control API like any
// other, and can do nothing that the API cannot.
type inside struct{ handler http.Handler }

// RoundTrip has the handler answer. It returns when the header of the answer is there; the body comes as it is written, so
// that streams work. Closing the body ends the request for the handler at its next write.
func (t inside) RoundTrip(r *http.Request) (*http.Response, error) {
	body, write := io.Pipe()
	a := &answer{header: http.Header{}, body: write, began: make(chan struct{})}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	go func() {
		defer func() {
			if v := recover(); v != nil {
				a.begin(http.StatusInternalServerError)
				_ = write.CloseWithError(fmt.Errorf("panic: %v", v))
			}
			a.begin(http.StatusOK)
			_ = write.Close()
		}()
		t.handler.ServeHTTP(a, served(r))
	}()
	select {
	case <-a.began:
		// Nobody reads on whose context has ended: the handler learns it at its next write.
		context.AfterFunc(r.Context(), func() { _ = body.CloseWithError(r.Context().Err()) })
		return &http.Response{
			Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.sent, Body: body, ContentLength: -1, Request: r,
		}, nil
	case <-r.Context().Done():
		_ = body.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
}

// served is a request of a client as a server hands it to its handlers.
func served(r *http.Request) *http.Request {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.Host = r.URL.Host
	in.RemoteAddr = "127.0.0.1:0"
	return in
}

// answer is the answer of a handler on its way to the client.
type answer struct {
	header http.Header
	body   *io.PipeWriter

	once   sync.Once
	began  chan struct{}
	status int
	sent   http.Header
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK {
		a.begin(status)
	}
}

func (a *answer) Write(data []byte) (int, error) {
	a.begin(http.StatusOK)
	return a.body.Write(data)
}

// FlushError has nothing to do but to begin: what is written is handed over at once.
func (a *answer) FlushError() error {
	a.begin(http.StatusOK)
	return nil
}

func (a *answer) begin(status int) {
	a.once.Do(func() {
		a.status, a.sent = status, a.header.Clone()
		close(a.began)
	})
}
