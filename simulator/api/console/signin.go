package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// cookie is where a browser keeps that somebody has signed in.
const cookie = "nctsim-console"

// sessions are those that people have signed in with. They end with the simulator.
type sessions struct {
	mu sync.Mutex
	// ids are what cookies say, the oldest first.
	ids []string
}

// mostSessions is how many people can be signed in; whoever signs in after that ends the oldest session.
const mostSessions = 1000

// begin makes a session and says what its cookie says.
func (s *sessions) begin() (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = rand.Text()
	s.ids = append(s.ids[max(0, len(s.ids)-mostSessions+1):], id)
	return id
}

// has reports whether a session goes on.
func (s *sessions) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.ids, id)
}

// end ends a session, so that its cookie is worth nothing, wherever a copy of it is.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids = slices.DeleteFunc(s.ids, func(other string) bool { return other == id })
}

// signedIn reports whether a request comes from somebody who knows the control token. Without a token everybody does.
func (c *Console) signedIn(r *http.Request) bool {
	if c.Token == "" {
		return true
	}
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return c.isToken(token)
	}
	given, err := r.Cookie(cookie)
	return err == nil && c.sessions.has(given.Value)
}

// isToken reports whether a text is the control token, in a time that does not tell how much of it is right.
func (c *Console) isToken(given string) bool {
	one, other := sha256.Sum256([]byte(strings.TrimSpace(given))), sha256.Sum256([]byte(c.Token))
	return subtle.ConstantTimeCompare(one[:], other[:]) == 1
}

// mostUnknown is how many bytes are read of the form of somebody who has not signed in.
const mostUnknown = 1 << 20

// askToSignIn leads to the form, and from there back: to the page, or to the one that the form of somebody whose session has ended
// stands on. A stream is refused.
func (v *visit) askToSignIn() {
	switch {
	case v.below() == "stream":
		http.Error(v.w, "sign in first", http.StatusUnauthorized)
	case v.r.Method == http.MethodGet:
		v.leave("sign-in?" + url.Values{"back": {v.here()}}.Encode())
	default:
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, mostUnknown)
		v.leave("sign-in?" + url.Values{"back": {v.back("back", v.above())}, "undone": {"1"}}.Encode())
	}
}

// above is the page that a form stands on that does not name one: the nearest one above its address.
func (v *visit) above() string {
	page := func(at string) string {
		_, pattern := v.mux.Handler(&http.Request{Method: http.MethodGet, Host: v.r.Host, URL: &url.URL{Path: Path + at}})
		return pattern
	}
	at := v.below()
	if page(at) == get+" "+Path+at {
		return at
	}
	for at != "" {
		at = at[:max(0, strings.LastIndexByte(at, '/'))]
		if page(at) != Path {
			break
		}
	}
	return at
}

type signInPage struct {
	Back  string
	Wrong bool
	// Undone: what somebody has sent was not done, because nobody was signed in.
	Undone bool
}

func (v *visit) signInForm() error {
	back := v.back("back", "")
	if v.signedIn(v.r) {
		v.leave(back)
		return nil
	}
	return v.show(page{Name: "sign-in", Title: "Sign in", Data: signInPage{Back: back, Undone: v.r.FormValue("undone") != ""}})
}

func (v *visit) signIn() error {
	back := v.back("back", "")
	if !v.isToken(v.r.PostFormValue("token")) {
		return v.show(page{
			Name: "sign-in", Title: "Sign in", Data: signInPage{Back: back, Wrong: true},
			Problems: []problem{{"token", "This is not the control token"}},
		})
	}
	v.setCookie(cookie, v.sessions.begin(), 0)
	v.leave(back)
	return nil
}

// signOut ends the session.
func (v *visit) signOut() error {
	if given, err := v.r.Cookie(cookie); err == nil {
		v.sessions.end(given.Value)
	}
	v.setCookie(cookie, "", -1)
	v.leave("sign-in")
	return nil
}

// themeCookie is where a browser keeps the colours that somebody has chosen.
const themeCookie = "nctsim-theme"

// theme is what has been chosen, "" for nothing.
func (v *visit) theme() string {
	chosen, err := v.r.Cookie(themeCookie)
	if err != nil || !isTheme(chosen.Value) {
		return ""
	}
	return chosen.Value
}

func isTheme(name string) bool { return name == "light" || name == "dark" }

// setTheme keeps a choice for a year, or forgets it.
func (v *visit) setTheme() error {
	const year = 365 * 24 * 60 * 60
	if name := v.r.PostFormValue("theme"); isTheme(name) {
		v.setCookie(themeCookie, name, year)
	} else {
		v.setCookie(themeCookie, "", -1)
	}
	v.leave(v.back("back", ""))
	return nil
}

// setCookie sets a cookie. It has no path: browsers take the folder of the form then, whatever stands before it.
func (v *visit) setCookie(name, value string, age int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: value, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: v.r.TLS != nil,
	})
}
