package api

import (
	"net/http"
	"net/url"
	"strings"
)

// bare hands requests to the services as their own web framework does where no platform stands in front of it: a HEAD is
// answered as a GET whose body is not sent, and each segment of a path is taken out of its percent-encoding before it is
// compared, on its own, so that an encoded slash stays within its segment.
func bare(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, encoded := plainly(r.URL)
		if r.Method != http.MethodHead && !encoded {
			h.ServeHTTP(w, r)
			return
		}
		r = r.Clone(r.Context())
		if r.Method == http.MethodHead {
			r.Method = http.MethodGet // the server knows that the client sent a HEAD
		}
		r.URL.RawPath = path
		h.ServeHTTP(w, r)
	})
}

// plainly is the path of a URL with no more encoding than it needs; encoded says that it had more.
func plainly(u *url.URL) (path string, encoded bool) {
	escaped := u.EscapedPath()
	if !strings.Contains(escaped, "%") {
		return escaped, false
	}
	segments := strings.Split(escaped, "/")
	for i, s := range segments {
		if value, err := url.PathUnescape(s); err == nil {
			segments[i] = url.PathEscape(value)
		}
	}
	path = strings.Join(segments, "/")
	return path, path != escaped
}
