package control

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/pattern"
)

// Hosts are the names under which the simulator may be called: in the Host header of every request that is not for one of
// HMRC's APIs. localhost, names below it and IP addresses always belong to them. Any other name could be one that a web page
// has made to lead to this machine, so as to get at the simulator through the browser of whoever looks at the page (DNS
// rebinding).
type Hosts struct {
	names []string
	any   bool
}

// Words of a list of hosts: any name, and all names below one.
const (
	anyHost    = "*"
	belowAHost = "*."
)

var hostName = pattern.New(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// ParseHosts reads a list of names: "nctsim", "*.example.org" for all names below example.org, and "*" for any name. The
// error names the one that is none.
func ParseHosts(list []string) (Hosts, error) {
	var h Hosts
	for _, given := range list {
		name := strings.ToLower(strings.TrimSuffix(given, "."))
		switch {
		case name == anyHost:
			h.any = true
		case hostName().MatchString(strings.TrimPrefix(name, belowAHost)):
			h.names = append(h.names, name)
		default:
			return Hosts{}, fmt.Errorf("%q is not the name of a host; hint: write names without scheme, port and path, as in nctsim or *.example.org, or * for any", given)
		}
	}
	return h, nil
}

// allow reports whether a Host header may be answered. One that is empty, which only HTTP 1.0 allows, comes from no browser.
func (h Hosts) allow(header string) bool {
	name := strings.ToLower(strings.TrimSuffix((&url.URL{Host: header}).Hostname(), "."))
	if _, err := netip.ParseAddr(name); err == nil || header == "" || h.any {
		return true
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	return slices.ContainsFunc(h.names, func(known string) bool {
		below, wide := strings.CutPrefix(known, belowAHost)
		return known == name || wide && strings.HasSuffix(name, "."+below)
	})
}

// Guard keeps web pages of other origins away from a handler: requests under a name that nobody has allowed, and those of a
// page of another origin that could change something. What such pages may read, browsers see to themselves: no answer allows
// other origins.
func (a *API) Guard(h http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !a.Hosts.allow(r.Host):
			Failure(&client.Error{
				Status: http.StatusForbidden, Code: codeHost, Message: fmt.Sprintf("the simulator's own API does not answer under the name %q", r.Host),
				Hint: "call it as localhost or by an IP address, or start the simulator with --allowed-hosts NAME (NCTSIM_ALLOWED_HOSTS)",
			}).Write(w)
		case origins.Check(r) != nil:
			Failure(&client.Error{
				Status: http.StatusForbidden, Code: codeOrigin, Message: "a web page of another origin may not change anything here",
				Hint: "call from a page of the simulator itself, or from a program that is not a browser",
			}).Write(w)
		default:
			h.ServeHTTP(w, r)
		}
	})
}
