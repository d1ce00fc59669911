package workspace

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/pattern"
)

// names are what workspaces can be called: a label in the name of a host, so that each can be chosen in all ways. It is in no way a path.
var names = pattern.New(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckName says what is wrong with the name of a workspace.
func CheckName(name string) error {
	if names().MatchString(name) {
		return nil
	}
	return &client.Error{
		Status: http.StatusBadRequest, Code: codeName, Message: fmt.Sprintf("%q cannot be the name of a workspace", shortened(name)),
		Hint: "use a to z, 0 to 9 and hyphens between them, 63 characters at most, as in team-a",
	}
}

// shortened is a name as it is shown.
func shortened(name string) string {
	const most = 80
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}

// localhost is the end of hosts that name a workspace.
const localhost = ".localhost"

// choice is what a request says of its workspace.
type choice struct {
	name string
	wire.Address
	// rest is what of the path, as it is escaped, the workspace gets to see.
	rest string
}

// choose finds out for which workspace a request is: by its host, by its path, or by a header, in this order. The name is "" for none.
// The error says what is wrong with the name.
func choose(r *http.Request) (c choice, err error) {
	if name, named := ofHost(r.Host); named {
		c.name, c.Host = name, true
	} else if name, rest, named := ofPath(r.URL); named {
		c.name, c.rest, c.Prefix = name, rest, true
	} else if given := r.Header[client.WorkspaceHeader]; len(given) > 1 {
		return c, &client.Error{
			Status: http.StatusBadRequest, Code: codeName, Message: "the header " + client.WorkspaceHeader + " is there " + fmt.Sprint(len(given)) + " times",
			Hint: "name one workspace",
		}
	} else if len(given) == 1 {
		c.name = given[0]
	}
	if c.name == "" && !c.Host && !c.Prefix {
		return c, nil
	}
	if err := CheckName(c.name); err != nil {
		return c, err
	}
	c.Path = PathOf(c.name)
	return c, nil
}

// PathOf is what leads to a workspace.
func PathOf(name string) string { return client.WorkspacesPath + name }

// ofHost is the workspace that a host names: that of team-a.localhost:8080 is team-a.
func ofHost(host string) (name string, named bool) {
	if len(host) <= len(localhost) {
		return "", false
	}
	if at := strings.LastIndexByte(host, ':'); at >= 0 && host[len(host)-1] != ']' {
		host = host[:at]
	}
	host = strings.TrimSuffix(host, ".")
	at := len(host) - len(localhost)
	if at <= 0 || !strings.EqualFold(host[at:], localhost) {
		return "", false
	}
	return strings.ToLower(host[:at]), true
}

// ofPath is the workspace that a path names, and what stands behind that.
func ofPath(u *url.URL) (name, rest string, named bool) {
	if len(u.Path) < len(client.WorkspacesPath) || u.Path[:len(client.WorkspacesPath)] != client.WorkspacesPath {
		return "", "", false
	}
	below, named := strings.CutPrefix(u.EscapedPath(), client.WorkspacesPath)
	if !named { // the slashes are escaped
		return "", "", false
	}
	name, _, _ = strings.Cut(below, "/")
	return name, below[len(name):], true
}

// seen is the request as its workspace gets to see it, without the beginning of its path.
func (c choice) seen(r *http.Request) *http.Request {
	r = r.WithContext(wire.WithAddress(r.Context(), c.Address))
	if !c.Prefix {
		return r
	}
	u := *r.URL
	u.Path, u.RawPath = "/", ""
	if c.rest != "" {
		if plain, err := url.PathUnescape(c.rest); err == nil { // it was readable as part of the whole
			u.Path, u.RawPath = plain, c.rest
		}
	}
	r.URL = &u
	return r
}
