package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator"
)

// client talks to the control API of a running simulator.
type client struct{ url, token string }

// addFlags declares --url, --token and --token-file. Their defaults come from the environment: NCTSIM_URL, or else the addresses that
// `nctsim serve` would take from it, so that in one container or shell the commands find the server by themselves.
func (c *client) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.url, "url", defaultURL(os.Getenv), "`URL` of the simulator's control API; also NCTSIM_URL")
	cmd.Flags().StringVar(&c.token, "token", os.Getenv(simulator.Variable("control-token")), "its control `TOKEN`, if it wants one; also NCTSIM_CONTROL_TOKEN")
	// The usage text would show a token out of the environment.
	cmd.Flags().Lookup("token").DefValue = ""
	file := cmd.Flags().String("token-file", os.Getenv(simulator.Variable("control-token-file")), "`FILE` that holds the control token; also NCTSIM_CONTROL_TOKEN_FILE")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		return c.readToken(cmd.Flags().Changed("token"), cmd.Flags().Changed("token-file"), *file)
	}
}

// readToken takes the token out of a file if there is one. What stands on the command line wins over the environment.
func (c *client) readToken(tokenGiven, fileGiven bool, file string) error {
	switch {
	case file == "" || tokenGiven && !fileGiven:
		return nil
	case c.token != "" && fileGiven == tokenGiven:
		return usageError("--token and --token-file, or their variables, are both given; hint: leave one of them out")
	}
	var err error
	if c.token, err = simulator.ReadToken(file); err != nil {
		return usageError("--token-file: %v", err)
	}
	return nil
}

func defaultURL(getenv func(string) string) string {
	if u := getenv(simulator.EnvPrefix + "URL"); u != "" {
		return u
	}
	for _, flag := range []string{"control-addr", "addr"} {
		if addr := getenv(simulator.Variable(flag)); addr != "" {
			return simulator.URLOf(addr)
		}
	}
	return simulator.URLOf(simulator.Default().Addr)
}

func (c client) base() string { return strings.TrimRight(c.url, "/") }

// caller makes the calls of all commands. It knows without asking that localhost is this machine: a container made of
// nothing has no file of hosts to look it up in.
var caller = &http.Client{Transport: &http.Transport{DialContext: dialLoopback}}

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

// apiError is the body of the control API's errors.
type apiError struct {
	Status int `json:"-"`
	Inner  struct {
		Message string  `json:"message"`
		Hint    string  `json:"hint"`
		Errors  []fault `json:"errors"`
		Body    string  `json:"body"` // of a message that was composed
		Waiting []struct {
			Movement, Kind, Name string
		} `json:"waiting"`
	} `json:"error"`
}

func (e *apiError) Error() string {
	text := e.Inner.Message
	if text == "" {
		text = fmt.Sprintf("the simulator answered %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Inner.Hint != "" {
		text += "; hint: " + e.Inner.Hint
	}
	for _, f := range e.Inner.Errors {
		place, at := f.Path, ""
		if f.Line > 0 {
			place = fmt.Sprintf("%d:%d", f.Line, f.Column)
			if f.Path != "" {
				at = " (at " + f.Path + ")"
			}
		}
		if place != "" {
			place += ": "
		}
		text += "\n" + place + f.Message + at
	}
	for _, w := range e.Inner.Waiting {
		text += fmt.Sprintf("\nwaiting: %s of movement %s", w.Name, w.Movement)
	}
	return text
}

// call sends a JSON body, or XML when it is []byte, or none when it is nil, and reads the JSON answer into a value unless
// that is nil.
func (c client) call(ctx context.Context, method, path string, body, into any) error {
	data, kind, err := encode(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base()+path, bytes.NewReader(data))
	if err == nil && (req.URL.Scheme != "http" && req.URL.Scheme != "https" || req.URL.Host == "") {
		err = fmt.Errorf("%q is no web address", c.url)
	}
	if err != nil {
		return usageError("--url: %v; hint: write it as http://localhost:8080", err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := caller.Do(req)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if res.StatusCode/100 != 2 {
		failed := &apiError{Status: res.StatusCode}
		_ = json.Unmarshal(answer, failed) // not ours: the status has to do
		return failed
	}
	if into == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s does not answer as a simulator does: %w; hint: is --url right?", c.base(), err)
	}
	return nil
}

func encode(body any) (data []byte, kind string, err error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case []byte:
		return b, "application/xml", nil
	}
	data, err = json.Marshal(body)
	return data, "application/json", err
}

// unreachable explains why nobody answered.
func (c client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		err = op.Err
	}
	return &exitError{exitUnreachable, fmt.Errorf("no simulator answers at %s: %w; hint: start one with nctsim serve, or name another with --url", c.base(), err)}
}

// Paths of the control API.
const (
	movementsPath = "/simulator/v1/movements"
	infoPath      = "/simulator/v1/info"
)

// happening is a journal entry.
type happening struct {
	At       time.Time `json:"at"`
	Movement string    `json:"movement"`
	Text     string    `json:"text"`
	Why      string    `json:"why"`
	Kind     string    `json:"kind"`
	Message  string    `json:"message"`
	To       string    `json:"to"`
}

func writeHappened(w io.Writer, entries []happening) {
	for _, e := range entries {
		why := ""
		if e.Why != "" {
			why = " (" + e.Why + ")"
		}
		fmt.Fprintf(w, "%s  %s  %s%s\n", e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.Movement, e.Text, why)
	}
}

// movementRow is what the control API tells about a movement.
type movementRow struct {
	ID         string    `json:"id"`
	WireID     string    `json:"wireId"`
	Type       string    `json:"type"`
	APIVersion string    `json:"apiVersion"`
	Procedure  string    `json:"procedure"`
	State      string    `json:"state"`
	LRN        string    `json:"lrn"`
	MRN        string    `json:"mrn"`
	EORI       string    `json:"eori"`
	Updated    time.Time `json:"updated"`
	Actions    []string  `json:"actions"`
	Scenario   string    `json:"scenario"`
	Script     *script   `json:"script,omitempty"`
	Timers     []timer   `json:"timers"`
	Rejected   []string  `json:"rejected,omitempty"`
}

// script is how far a movement has come in its scenario.
type script struct {
	Status   string     `json:"status"`
	Step     int        `json:"step"`
	Steps    int        `json:"steps"`
	WaitsFor string     `json:"waitsFor,omitempty"`
	Due      *time.Time `json:"due,omitempty"`
}

type timer struct {
	Name string     `json:"name"`
	Due  *time.Time `json:"due"` // null for one that stands still
}

// movements asks for the movements that a query selects.
func (c client) movements(ctx context.Context, query url.Values) ([]movementRow, error) {
	var answer struct {
		Movements []movementRow `json:"movements"`
	}
	err := c.call(ctx, http.MethodGet, movementsPath+"?"+query.Encode(), nil, &answer)
	return answer.Movements, err
}

// find turns what the user calls a movement, its id, LRN or MRN, into the id. Of several with that name, as a departure
// and its arrival have the same MRN, it is the one that suits what is to be done.
func (c client) find(ctx context.Context, name string, suits func(movementRow) bool) (string, error) {
	if isID(name) {
		return name, nil
	}
	found, err := c.named(ctx, name)
	if err != nil {
		return "", err
	}
	if len(found) == 1 {
		return found[0].ID, nil
	}
	fit := slices.DeleteFunc(slices.Clone(found), func(m movementRow) bool { return !suits(m) })
	switch len(fit) {
	case 0:
		return "", fmt.Errorf("%d movements have the LRN or MRN %q, and none of them is in a state for that: %s; hint: give the id of one, as nctsim officer %s lists them", len(found), name, told(found), name)
	case 1:
		return fit[0].ID, nil
	}
	return "", fmt.Errorf("%d movements have the LRN or MRN %q: %s; hint: give the id of one, as nctsim officer %s lists them", len(fit), name, told(fit), name)
}

// told names movements with their types and states.
func told(list []movementRow) string {
	var texts []string
	for _, m := range list {
		texts = append(texts, fmt.Sprintf("%s %s %s", m.Type, m.ID, m.State))
	}
	return strings.Join(texts, ", ")
}

// named are the movements with exactly this LRN, or else with this MRN: the API's filters find parts, too. There is at
// least one, or an error.
func (c client) named(ctx context.Context, name string) ([]movementRow, error) {
	for _, key := range []string{"lrn", "mrn"} {
		found, err := c.movements(ctx, url.Values{key: {name}})
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(m movementRow) bool {
			return !strings.EqualFold(m.LRN, name) && !strings.EqualFold(m.MRN, name)
		})
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("no movement has the id, LRN or MRN %q; hint: nctsim officer lists the movements", name)
}

func isID(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}
