package application

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// Redirect URIs that stand for no place: the code is shown to the user (docs/spec/oauth-and-test-users.md#1-3).
const (
	OutOfBand     = "urn:ietf:wg:oauth:2.0:oob"
	OutOfBandAuto = "urn:ietf:wg:oauth:2.0:oob:auto"
)

// MostRedirectURIs and MostSecrets are how many an application may have.
const (
	MostRedirectURIs = 5
	MostSecrets      = 5
)

// IsOutOfBand reports whether a redirect URI stands for no place.
func IsOutOfBand(uri string) bool { return uri == OutOfBand || uri == OutOfBandAuto }

// CheckRedirect says what is wrong with a redirect URI as it may be registered; nil if nothing is.
func CheckRedirect(uri string) error {
	if IsOutOfBand(uri) {
		return nil
	}
	u, err := place(uri)
	if err != nil {
		return err
	}
	if u.Scheme == "http" && u.Hostname() != "localhost" {
		return errors.New("http is for localhost alone; hint: write https, or http://localhost")
	}
	return nil
}

// place reads a redirect URI that leads somewhere. What a browser would run, or read in two ways, leads nowhere.
func place(uri string) (*url.URL, error) {
	u, err := url.Parse(uri)
	switch {
	case err != nil || !u.IsAbs() || strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r > '~' }):
		return nil, errors.New("it is not an absolute URI; hint: write http://localhost:8081/callback, or " + OutOfBand)
	case u.Fragment != "" || strings.Contains(uri, "#"):
		return nil, errors.New("it has a fragment; hint: leave out what begins with #")
	case u.User != nil:
		return nil, errors.New("it names a user; hint: leave out what stands before @")
	case slices.Contains([]string{"javascript", "data", "vbscript", "file", "about", "blob", "urn"}, strings.ToLower(u.Scheme)):
		return nil, errors.New("its scheme leads to no application; hint: write http://localhost:8081/callback, or " + OutOfBand)
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() == "":
		return nil, errors.New("it names no host; hint: write http://localhost:8081/callback")
	}
	return u, nil
}

// AllowsRedirect reports whether a redirect URI of a request is one that the application has registered, or goes on behind
// one on the same host. An application that was not registered may use any that leads somewhere.
func (a Application) AllowsRedirect(uri string) bool {
	if a.OnSight && IsOutOfBand(uri) {
		return true
	}
	if IsOutOfBand(uri) {
		return slices.Contains(a.RedirectURIs, uri)
	}
	sent, err := place(uri)
	if err != nil {
		return false
	}
	if a.OnSight {
		return true
	}
	return slices.ContainsFunc(a.RedirectURIs, func(registered string) bool {
		u, err := url.Parse(registered)
		return err == nil && u.Scheme == sent.Scheme && u.Host == sent.Host && strings.HasPrefix(uri, registered)
	})
}

// RedirectTo adds parameters to the query of a redirect URI.
func RedirectTo(uri string, parameters string) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
		if strings.HasSuffix(uri, "?") || strings.HasSuffix(uri, "&") {
			separator = ""
		}
	}
	return uri + separator + parameters
}

// Origin is where a redirect URI leads, as a browser's policy names it: "http://localhost:8081", "myapp:".
func Origin(uri string) string {
	u, err := place(uri)
	if err != nil {
		return ""
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}
