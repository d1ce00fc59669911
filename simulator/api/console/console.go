// Package console shows the simulator in a browser: pages of movements and everything about them, and forms for what an officer
// can do. It is a client of the control API and nothing else, so that whatever it can do, a program can do as well.
//
// Pages are made on the server from the templates in package web and work without a script; a small script keeps them up to
// date. docs/console-design.md says how a page is added.
package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"nctsim/simulator/client"
	"nctsim/web"
)

// Access is what people may do with the console.
type Access string

// The console changes things, only shows them, or is not there.
const (
	On       Access = "on"
	ReadOnly Access = "read-only"
	Off      Access = "off"
)

// Path is where the console is. All its links are relative, so that it may stand below another path behind a proxy.
const Path = "/console/"

// Options of the console.
type Options struct {
	// API is the handler of the control API.
	API http.Handler
	// Simulated is the handler of the simulated APIs: what people send as traders goes there.
	Simulated http.Handler
	// Token is what the control API wants, and what people sign in with; empty for nothing.
	Token string
	// Access is On if it is empty.
	Access Access
	// Public is where clients find the simulated APIs, "" for the address under which the console was opened.
	Public string
	// Memory is what other consoles of the simulator remember, too; nil for one of its own.
	Memory *Memory
	// Prefix is what stands before the paths of the request for a page, to lead to the workspace that the console is of; nil for nothing.
	Prefix func(*http.Request) string
	// Logger is told of pages that could not be made; nil for nobody.
	Logger *slog.Logger
}

// Memory is what the consoles of a simulator remember from one restored snapshot to the next: who has signed in, and what forms have come
// to. The zero value remembers nothing yet.
type Memory struct {
	sessions sessions
	outcomes outcomes
}

// Console has the pages.
type Console struct {
	Options
	*Memory
	client client.Client
	// traders is how messages of traders get to the simulated APIs.
	traders *http.Client
	mux     *http.ServeMux
	lists   lists

	// open ends with Close.
	open  context.Context
	close context.CancelFunc
}

// New makes the console. The error is one of its templates.
func New(o Options) (*Console, error) {
	o.Access = cmp.Or(o.Access, On)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Memory == nil {
		o.Memory = &Memory{}
	}
	c := &Console{Options: o, Memory: o.Memory}
	c.client = client.Client{URL: "http://localhost", Token: o.Token, HTTP: &http.Client{Transport: inside{o.API}}}
	c.traders = &http.Client{Transport: inside{o.Simulated}}
	c.open, c.close = context.WithCancel(context.Background())
	c.mux = http.NewServeMux()
	for _, r := range routes() {
		c.mux.Handle(r.method+" "+Path+r.path, c.page(r))
	}
	static, err := fs.Sub(web.Files, "static")
	if err != nil {
		return nil, fmt.Errorf("find the files of the console: %w", err)
	}
	c.mux.Handle("GET "+Path+"static/", http.StripPrefix(Path+"static/", assets(static)))
	c.mux.Handle(Path, c.page(route{handle: (*visit).noPage}))
	return c, nil
}

// Close ends the streams of pages that are open. It may be called more than once.
func (c *Console) Close() { c.close() }

// policy is what a page may load and do: nothing but what is here.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP answers requests for Path and what is below it. The guard against other origins and names stands before it.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.URL.Path == strings.TrimSuffix(Path, "/") {
		h.Set("Location", "console/")
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	c.mux.ServeHTTP(w, r)
}

// route is one page, or one thing that a form of a page does.
type route struct {
	method, path string
	handle       func(*visit) error
	// open: nobody has to sign in for it.
	open bool
	// reads: it is a POST that changes nothing, so that it may be done in a console that only shows things.
	reads bool
	// file: its form has a file of any size, which is passed on as it comes.
	file bool
}

// Routes are the pages and what their forms do, each with its method and the pattern of its path: "GET /console/{$}".
func Routes() []string {
	var calls []string
	for _, r := range routes() {
		calls = append(calls, r.method+" "+Path+r.path)
	}
	return calls
}

// page answers with what a route does, and words its errors.
func (c *Console) page(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		v := &visit{Console: c, w: w, r: req}
		switch {
		case !r.open && !c.signedIn(req):
			v.askToSignIn()
			return
		case req.Method == http.MethodPost && !r.reads && !r.open && c.Access == ReadOnly:
			v.refuse(&client.Error{
				Status: http.StatusForbidden, Message: "This console only shows things",
				Hint: "start the simulator with --console on, or use the control API",
			})
			return
		}
		if !r.file {
			req.Body = http.MaxBytesReader(w, req.Body, maxForm)
		}
		err := v.readForm()
		if err == nil {
			err = r.handle(v)
		}
		if err != nil {
			v.refuse(err)
		}
	})
}

// maxForm is how many bytes a form may have: enough for the largest message, each byte of which may be encoded.
const maxForm = 64 << 20

// lists are the code lists of the officer's actions, and the process tables, once somebody has asked for them: they never
// change.
type lists struct {
	mu      sync.Mutex
	codes   map[string]map[string][]client.CodeValue
	process []client.ProcessTable
}

// outcomes are what forms have come to, by number, until later ones take their place: the page that follows a form shows it.
type outcomes struct {
	mu   sync.Mutex
	last int
	kept map[int]outcome
}

// outcome is a line that says what happened, and further ones with more about it.
type outcome struct {
	Text  string
	Bad   bool
	Items []item
}

// item is a line with a link, "" for none, from Path on.
type item struct{ Text, Href string }

// keptOutcomes is how many are kept.
const keptOutcomes = 200

func (o *outcomes) keep(done outcome) (number int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil {
		o.kept = map[int]outcome{}
	}
	o.last++
	o.kept[o.last] = done
	delete(o.kept, o.last-keptOutcomes)
	return o.last
}

func (o *outcomes) get(number int) (outcome, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	done, known := o.kept[number]
	return done, known
}

// refusal finds the control API's own error in an error.
func refusal(err error) *client.Error {
	var refused *client.Error
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}
