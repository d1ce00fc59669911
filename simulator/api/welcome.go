package api

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"nctsim/simulator/api/console"
	"nctsim/simulator/api/wire"
)

// welcome is what a person finds who opens the address of the simulator in a browser. Software that asks for the same path is
// answered as by HMRC, where there is nothing.
const welcome = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>nctsim</title>
<style>body { font: 1rem/1.5 sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem } code { font-size: .95em }</style>
</head>
<body>
<h1>nctsim %s</h1>
<p>A simulator of NCTS is running here: HMRC&#39;s Common Transit Convention Traders API, and the customs offices behind it.</p>
<p>Software of traders talks to <code>/customs/transits/movements/departures</code> and <code>/arrivals</code>, in the versions 1.0, 2.1
and 3.0 of the API, with any bearer token.</p>
%s
<p>On the command line, <code>nctsim demo --url http://%s</code> declares goods here, and <code>nctsim officer</code> plays the
customs officer. README.md and the folder docs of the project explain the rest.</p>
</body>
</html>
`

// controlPages are the pages of the control API that a browser can show.
const controlPages = `<p>What can be looked at from here:</p>
<ul>
<li><a href="/simulator/v1/movements">movements</a>, with their states, and what the officer can do with each</li>
<li><a href="/simulator/v1/scenarios">scenarios</a> that movements can follow</li>
<li><a href="/simulator/v1/settings">settings</a>: which tokens, LRNs and timers select what happens</li>
<li><a href="/simulator/v1/clock">clock</a> and <a href="/simulator/v1/info">what is running</a></li>
<li><a href="/health/ready">health</a> and <a href="/metrics">metrics</a></li>
</ul>`

// elsewhere stands in its place where the control API has an address of its own.
const elsewhere = `<p>The control API, for movements, scenarios and the clock, has an address of its own: <code>--control-addr</code>.</p>`

// visited says whether a person has opened the address itself in a browser.
func visited(r *http.Request) bool {
	return r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// greet shows the page, without a script or anything from elsewhere.
func (a *API) greet(w http.ResponseWriter, r *http.Request, pages string) {
	address := wire.AddressOf(r.Context()).Links()
	wire.Response{
		Status: http.StatusOK, Type: wire.TypeHTML,
		Notice: wire.Notice{Name: "Content-Security-Policy", Value: "default-src 'none'; style-src 'unsafe-inline'"},
		Body:   fmt.Appendf(nil, welcome, html.EscapeString(a.Version), pages, html.EscapeString(r.Host+address)),
	}.From(address).Write(w)
}

// greeting shows the page to people, or leads them to the console where there is one, and leaves everything else to a handler.
func (a *API) greeting(pages string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case visited(r) && pages == controlPages && a.console != nil:
			// Relative, so that it leads there behind a proxy that has put another path before it, too.
			wire.Response{Status: http.StatusSeeOther, Location: strings.TrimPrefix(console.Path, "/")}.Write(w)
			return
		case visited(r):
			a.greet(w, r, pages)
			return
		}
		h.ServeHTTP(w, r)
	})
}
