package notify

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Loopback is the word that allows callbacks to this machine.
const Loopback = "loopback"

// ErrNotAllowed says that the settings do not allow a callback.
var ErrNotAllowed = errors.New("callbacks are not allowed there")

// Allowed says which callback URLs a simulator sends to. It sends nowhere else, whatever a client asks for: whoever may
// call the API could otherwise make the simulator call anything in its network.
type Allowed struct {
	loopback bool
	prefixes []*url.URL
}

// ParseAllowed reads a list of what is allowed: the word loopback, and beginnings of URLs as in
// https://example.org/hooks, which allow what is below them at the same host and port. The error names the mistake.
func ParseAllowed(list []string) (Allowed, error) {
	var a Allowed
	for _, text := range list {
		if text == Loopback {
			a.loopback = true
			continue
		}
		u, err := callbackURL(text)
		if err != nil {
			return Allowed{}, fmt.Errorf("%q: %w; hint: write %s, or the beginning of a URL as in https://example.org/hooks", text, err, Loopback)
		}
		a.prefixes = append(a.prefixes, u)
	}
	return a, nil
}

// callbackURL reads a URL that a callback may have.
func callbackURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it is no URL: %w", err)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("it does not begin with https:// or http://")
	case u.Hostname() == "":
		return nil, fmt.Errorf("it has no host")
	case u.User != nil || u.Fragment != "":
		return nil, fmt.Errorf("it has a user or a fragment")
	}
	return u, nil
}

// check says why a callback URL is not allowed; nil if it is.
func (a Allowed) check(text string) error {
	u, err := callbackURL(text)
	if err != nil {
		return err
	}
	if a.loopback && isLoopback(u.Hostname()) {
		return nil
	}
	for _, p := range a.prefixes {
		if u.Scheme == p.Scheme && host(u) == host(p) && below(u, p) {
			return nil
		}
	}
	return fmt.Errorf("%s: %w; hint: --callbacks names where they may go", host(u), ErrNotAllowed)
}

func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// host is the host with its port, in one spelling.
func host(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// below reports whether a path is that of the prefix or one under it. Paths that climb are below nothing.
func below(u, prefix *url.URL) bool {
	path, top := u.EscapedPath(), strings.TrimSuffix(prefix.EscapedPath(), "/")
	if strings.Contains(u.Path, "..") {
		return top == ""
	}
	return path == top || strings.HasPrefix(path, top+"/")
}
