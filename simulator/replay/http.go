package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Target is a running simulator.
type Target struct {
	// URL is where the simulated APIs are, Control where the control API is. One of them is enough if they are together.
	URL, Control string
	// Token is what the control API wants as a bearer token, "" for nothing.
	Token string
	// Client makes the calls; nil means one with the usual settings.
	Client *http.Client
}

// UnreachableError says that no simulator answers.
type UnreachableError struct {
	URL   string
	cause error
}

func (e *UnreachableError) Error() string {
	cause := e.cause
	var wrapped *url.Error
	if errors.As(cause, &wrapped) {
		cause = wrapped.Err
	}
	return fmt.Sprintf("no simulator answers at %s: %v; hint: start one with nctsim serve, or name another with --url", e.URL, cause)
}

// Unwrap is what the connection said.
func (e *UnreachableError) Unwrap() error { return e.cause }

// request is a call to be made.
type request struct {
	method, url string
	header      map[string]string
	body        []byte
}

// answer is what came of it.
type answer struct {
	status int
	body   []byte
}

// Pauses after a 429, as HMRC's platform gives it to those who call too often.
const (
	throttlePause = 500 * time.Millisecond
	throttleTries = 40
)

// do makes a call. Calls that are throttled are made again. The error is one of the connection.
func (t Target) do(ctx context.Context, r request) (answer, error) {
	for try := 1; ; try++ {
		a, err := t.once(ctx, r)
		if err != nil || a.status != http.StatusTooManyRequests || try == throttleTries {
			return a, err
		}
		if err := pause(ctx, throttlePause); err != nil {
			return answer{}, err
		}
	}
}

func (t Target) once(ctx context.Context, r request) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	res, err := t.Client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, body}, err
}

// pause waits in real time.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refusedError is an answer of the control API that is no success.
type refusedError struct {
	Status  int
	Message string
	Hint    string
}

func (e *refusedError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "; hint: " + e.Hint
}

// steer makes a call of the control API and reads the answer into a value unless that is nil.
func (t Target) steer(ctx context.Context, method, path, contentType string, body []byte, into any) error {
	a, err := t.steered(ctx, method, path, contentType, body)
	if err != nil || into == nil || len(a.body) == 0 {
		return err
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("%s does not answer as a simulator does: %w; hint: is the URL right?", t.Control, err)
	}
	return nil
}

// steered makes a call of the control API that has to succeed.
func (t Target) steered(ctx context.Context, method, path, contentType string, body []byte) (answer, error) {
	r := request{method: method, url: t.Control + path, header: map[string]string{}, body: body}
	if t.Token != "" {
		r.header["Authorization"] = "Bearer " + t.Token
	}
	if contentType != "" {
		r.header["Content-Type"] = contentType
	}
	a, err := t.do(ctx, r)
	switch {
	case err != nil && ctx.Err() != nil:
		return answer{}, ctx.Err()
	case err != nil:
		return answer{}, &UnreachableError{t.Control, err}
	case a.status/100 != 2:
		return answer{}, refusal(a)
	}
	return a, nil
}

func refusal(a answer) error {
	var body struct {
		Error struct{ Message, Hint string }
	}
	_ = json.Unmarshal(a.body, &body) // not ours: the status has to do
	if body.Error.Message == "" {
		body.Error.Message = fmt.Sprintf("the control API answered %d %s", a.status, http.StatusText(a.status))
	}
	return &refusedError{a.status, body.Error.Message, body.Error.Hint}
}

func (t Target) getJSON(ctx context.Context, path string, into any) error {
	return t.steer(ctx, http.MethodGet, path, "", nil, into)
}

func (t Target) postJSON(ctx context.Context, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return t.steer(ctx, http.MethodPost, path, "application/json", data, into)
}

// URLError says that a Target's URL is none.
type URLError struct{ URL string }

func (e *URLError) Error() string {
	return fmt.Sprintf("%q is no URL of a simulator; hint: write it as http://localhost:8080", e.URL)
}

// check finds out whether the URLs can be called at all.
func (t Target) check() error {
	for _, u := range []string{t.URL, t.Control} {
		if p, err := url.Parse(u); err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https" {
			return &URLError{u}
		}
	}
	return nil
}

// complete fills in what was left out.
func (t Target) complete() Target {
	t.URL = strings.TrimRight(t.URL, "/")
	t.Control = strings.TrimRight(t.Control, "/")
	if t.Control == "" {
		t.Control = t.URL
	}
	if t.URL == "" {
		t.URL = t.Control
	}
	if t.Client == nil {
		t.Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	}
	return t
}
