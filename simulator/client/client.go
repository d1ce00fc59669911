// Package client calls a running simulator: the control API under /simulator/v1, by which tests, officers and people watch
// and steer it, and the Traders API as the software of a trader does. The types of the control API stand here once: the
// server encodes the same ones, and its OpenAPI description is made from them.
//
//	c := client.Client{URL: "http://localhost:8080"}
//	m, err := c.Find(ctx, "LRN-0001")
//	done, err := c.Act(ctx, m.ID, client.Action{Action: "release"})
//
// Every call ends with its context: the error is that of the context then. Otherwise it is an [*UnreachableError] if
// nobody answers, an [*Error] if the control API refuses, and a [*URLError] if the URL cannot be called.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls the control API of a running simulator. It is safe for concurrent use.
type Client struct {
	// URL is where the control API is: "http://localhost:8080".
	URL string
	// Token is what the control API wants as a bearer token, "" for nothing.
	Token string
	// HTTP makes the calls; nil means [DefaultHTTP].
	HTTP *http.Client
}

// DefaultHTTP makes the calls of clients that have no other. It knows without asking that localhost is this machine: a
// container made of nothing has no file of hosts to look it up in.
var DefaultHTTP = NewHTTP()

// NewHTTP is an HTTP client with connections of its own, enough of them for many calls side by side.
func NewHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: dialLoopback, MaxIdleConnsPerHost: 64}}
}

func dialLoopback(ctx context.Context, network, addr string) (net.Conn, error) {
	var dialer net.Dialer
	port, local := strings.CutPrefix(addr, "localhost:")
	if !local {
		return dialer.DialContext(ctx, network, addr)
	}
	conn, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return conn, nil
	}
	if conn, err6 := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
		return conn, nil
	}
	return nil, err
}

// Base is the URL without slashes at its end.
func (c Client) Base() string { return strings.TrimRight(c.URL, "/") }

// Check finds out whether the URL can be called at all. The error is a [*URLError].
func (c Client) Check() error {
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return &URLError{c.URL}
	}
	return nil
}

// Paths of the control API.
const (
	v1               = "/simulator/v1"
	infoPath         = v1 + "/info"
	settingsPath     = v1 + "/settings"
	resetPath        = v1 + "/reset"
	movementsPath    = v1 + "/movements"
	searchPath       = v1 + "/search"
	coveragePath     = v1 + "/coverage"
	validatePath     = v1 + "/validate"
	preparePath      = v1 + "/prepare"
	actionsPath      = v1 + "/actions"
	referencePath    = v1 + "/reference"
	scenariosPath    = v1 + "/scenarios"
	runsPath         = v1 + "/runs"
	snapshotsPath    = v1 + "/snapshots"
	faultsPath       = v1 + "/faults"
	holdsPath        = v1 + "/holds"
	heldPath         = v1 + "/held"
	boxesPath        = v1 + "/boxes"
	applicationsPath = v1 + "/applications"
	testUsersPath    = v1 + "/test-users"
	clockPath        = v1 + "/clock"
	settlePath       = v1 + "/settle"
	eventsPath       = v1 + "/events"
	requestsPath     = v1 + "/requests"
	readyPath        = "/health/ready"
)

// below is the path of one thing in a collection, and of what is below it.
func below(path string, names ...string) string {
	for _, name := range names {
		path += "/" + url.PathEscape(name)
	}
	return path
}

// withQuery is a path with a query, if there is one.
func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// Content types of what is sent.
const (
	typeJSON = "application/json"
	typeXML  = "application/xml"
	typeYAML = "application/yaml"
	typeFile = "application/octet-stream"
)

// get reads a JSON answer.
func get[T any](ctx context.Context, c Client, path string) (T, error) {
	return call[T](ctx, c, http.MethodGet, path, "", nil)
}

// send sends a value as JSON, nothing for nil, and reads the JSON answer.
func send[T any](ctx context.Context, c Client, method, path string, value any) (out T, err error) {
	if value == nil {
		return call[T](ctx, c, method, path, "", nil)
	}
	body, err := json.Marshal(value)
	if err != nil {
		return out, err
	}
	return call[T](ctx, c, method, path, typeJSON, body)
}

// call reads a JSON answer. One without a body leaves the value as it is.
func call[T any](ctx context.Context, c Client, method, path, contentType string, body []byte) (out T, err error) {
	answer, err := c.do(ctx, method, path, contentType, body)
	if err != nil || len(answer) == 0 {
		return out, err
	}
	return unmarshalled[T](c, answer)
}

func unmarshalled[T any](c Client, answer []byte) (out T, err error) {
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, fmt.Errorf("%s does not answer as a simulator does: %w; hint: is the URL right?", c.Base(), err)
	}
	return out, nil
}

// do makes a call that has to succeed.
func (c Client) do(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	res, err := c.open(ctx, Request{Method: method, URL: path, Header: c.header("Content-Type", contentType), Body: body})
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, res)
}

// answer is the body of the answer to a call that has to succeed.
func (c Client) answer(ctx context.Context, res *http.Response) ([]byte, error) {
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, unreachable(ctx, c.Base(), err)
	}
	if res.StatusCode/100 != 2 {
		return nil, refusal(res.StatusCode, answer)
	}
	return answer, nil
}

// open makes a call of the control API and leaves the body of its answer to be read.
func (c Client) open(ctx context.Context, r Request) (*http.Response, error) {
	r.URL = c.Base() + r.URL
	res, err := r.open(ctx, c.HTTP)
	if err != nil {
		return nil, unreachable(ctx, c.Base(), err)
	}
	return res, nil
}

// header is that of a control call, with one more name and value unless the value is empty.
func (c Client) header(name, value string) map[string]string {
	h := map[string]string{}
	if c.Token != "" {
		h["Authorization"] = "Bearer " + c.Token
	}
	if value != "" {
		h[name] = value
	}
	return h
}

// Request is a call that is to be made.
type Request struct {
	Method, URL string
	Header      map[string]string
	Body        []byte
	// Stream is read for what comes behind Body; nil for nothing.
	Stream io.Reader
}

// Answer is what came of a call: a status and a whole body.
type Answer struct {
	Status int
	Body   []byte
}

// open makes the call with an HTTP client, nil for [DefaultHTTP]. The error is one of the connection.
func (r Request) open(ctx context.Context, by *http.Client) (*http.Response, error) {
	body := io.Reader(bytes.NewReader(r.Body))
	if r.Stream != nil {
		body = io.MultiReader(body, r.Stream)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return nil, err
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	if by == nil {
		by = DefaultHTTP
	}
	return by.Do(req)
}

// Do makes the call with an HTTP client, nil for [DefaultHTTP]. The error is one of the connection.
func (r Request) Do(ctx context.Context, by *http.Client) (Answer, error) {
	res, err := r.open(ctx, by)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, body}, err
}

// Pause waits in real time, between two calls. The error is that of the context.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
