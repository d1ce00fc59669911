package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
)

// cookie is where a browser keeps that somebody has signed in.
const cookie = "nctsim-console"

// sessionOf is what the cookie says: it follows from the control token, so that it outlives a restart, and does not tell it.
func sessionOf(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("console of nctsim"))
	return hex.EncodeToString(mac.Sum(nil))
}

// signedIn reports whether a request comes from somebody who knows the control token. Without a token everybody does.
func (c *Console) signedIn(r *http.Request) bool {
	if c.Token == "" {
		return true
	}
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return same(sessionOf(strings.TrimSpace(token)), c.session)
	}
	given, err := r.Cookie(cookie)
	return err == nil && same(given.Value, c.session)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// askToSignIn leads to the form, and from there back. What is no page is refused.
func (v *visit) askToSignIn() {
	if v.r.Method != http.MethodGet || v.below() == "stream" {
		http.Error(v.w, "sign in first", http.StatusUnauthorized)
		return
	}
	v.leave("sign-in?" + url.Values{"back": {v.here()}}.Encode())
}

type signInPage struct {
	Back  string
	Wrong bool
}

func (v *visit) signInForm() error {
	back := v.back("back", "")
	if v.signedIn(v.r) {
		v.leave(back)
		return nil
	}
	return v.show(page{Name: "sign-in", Title: "Sign in", Data: signInPage{Back: back}})
}

func (v *visit) signIn() error {
	back := v.back("back", "")
	if !same(sessionOf(strings.TrimSpace(v.r.PostFormValue("token"))), v.session) {
		return v.show(page{
			Name: "sign-in", Title: "Sign in", Status: http.StatusUnprocessableEntity, Data: signInPage{Back: back, Wrong: true},
			Problems: []problem{{"token", "This is not the control token"}},
		})
	}
	v.setCookie(cookie, v.session, 0)
	v.leave(back)
	return nil
}

func (v *visit) signOut() error {
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
