package replay

import (
	"cmp"
	"net/http"
	"strings"

	"nctsim/simulator/client"
)

// Target is a running simulator.
type Target struct {
	// URL is where the simulated APIs are, Control where the control API is. One of them is enough if they are together.
	URL, Control string
	// Token is what the control API wants as a bearer token, "" for nothing.
	Token string
	// Client makes the calls; nil means one with connections of its own.
	Client *http.Client
}

// control calls the control API.
func (t Target) control() client.Client {
	return client.Client{URL: t.Control, Token: t.Token, HTTP: t.Client}
}

// check finds out whether the URLs can be called at all.
func (t Target) check() error {
	return cmp.Or(client.Client{URL: t.URL}.Check(), t.control().Check())
}

// complete fills in what was left out.
func (t Target) complete() Target {
	t.URL = strings.TrimRight(t.URL, "/")
	t.Control = strings.TrimRight(t.Control, "/")
	t.Control, t.URL = cmp.Or(t.Control, t.URL), cmp.Or(t.URL, t.Control)
	if t.Client == nil {
		t.Client = client.NewHTTP()
	}
	return t
}
