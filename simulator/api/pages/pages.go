// Package pages writes what a person sees who lets an application act for them: where it begins, signing in, granting, and the
// code of an application that cannot be sent one (docs/spec/oauth-and-test-users.md#1-3). The pages are plain HTML without a
// script or anything from elsewhere; whatever they show of a request is escaped.
package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"nctsim/simulator/api/wire"
)

//go:embed *.html
var files embed.FS

//go:embed style.css
var style string

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("pages").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, // our own file
	}).ParseFS(files, "*.html"))
})

// styleHash lets browsers take our style and no other one.
var styleHash = func() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

// Start is where an authorisation begins, for a person who has not signed in: on, or sign in here at once.
type Start struct {
	Application string
	Key         string // of the authorisation
	SignIn      SignIn
}

// SignIn asks who somebody is.
type SignIn struct {
	Continue, CSRF string
	// Wrong says that user id and password do not belong together.
	Wrong bool
	Users []User
	EORI  string // that is suggested
}

// User is a test user who can be picked.
type User struct{ ID, Name, EORI string }

// Grant asks whether an application may act for a person.
type Grant struct {
	Application string
	User        string
	Scopes      []string
	Key, CSRF   string
	Again       string // where another person can sign in
	// Origin is where the browser is sent afterwards, as its policy names it; empty for nowhere.
	Origin string
}

// Code is shown to a person whose application cannot be sent a code.
type Code struct {
	Code string
	// Close says that the application watches the window.
	Close bool
}

// Problem says what went wrong, and what to do.
type Problem struct{ Title, Text string }

// Page of the start.
func (p Start) Page() wire.Response { return page(http.StatusOK, "start.html", p, "'self'") }

// Page to sign in.
func (p SignIn) Page() wire.Response {
	status := http.StatusOK
	if p.Wrong {
		status = http.StatusUnauthorized
	}
	return page(status, "signin.html", p, "'self'")
}

// Page to grant or not. Browsers hold what a form redirects to against the policy, too.
func (p Grant) Page() wire.Response {
	return page(http.StatusOK, "grant.html", p, strings.TrimSpace("'self' "+p.Origin))
}

// Page with the code. Clients read it from the title: nothing may stand behind it.
func (p Code) Page() wire.Response { return page(http.StatusOK, "code.html", p, "'none'") }

// Page with a status.
func (p Problem) Page(status int) wire.Response { return page(status, "problem.html", p, "'none'") }

func page(status int, name string, data any, formsTo string) wire.Response {
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name, data); err != nil {
		return wire.Response{Status: http.StatusInternalServerError, Cause: err}
	}
	return wire.Response{
		Status: status, Type: "text/html; charset=utf-8", Body: b.Bytes(),
		Header: http.Header{
			"Cache-Control": {"no-store"},
			"Content-Security-Policy": {
				"default-src 'none'; style-src " + styleHash + "; form-action " + formsTo + "; base-uri 'none'; frame-ancestors 'none'",
			},
			"Referrer-Policy":        {"no-referrer"},
			"X-Content-Type-Options": {"nosniff"},
			"X-Frame-Options":        {"DENY"},
		},
	}
}
