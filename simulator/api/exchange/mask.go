package exchange

import (
	"bytes"
	"nctsim/simulator/pattern"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Mask stands in the place of what somebody could sign in with.
const Mask = "***"

// harmless are the fields of the forms and queries of the authorisation server that are shown; all others are masked.
var harmless = []string{"client_id", "redirect_uri", "response_type", "scope", "grant_type", "state", "error", "error_description", "code_challenge_method"}

// secret are the names of fields, and of keys in JSON, that are masked everywhere else.
var secret = pattern.New(`(?i)^(code|code_verifier|client_?secrets?|push_?secret|secret|.*token|password|passcode|auth_id|session|signature|api_?key)$`)

// secretHeaders are in the names of headers whose values are masked.
var secretHeaders = []string{"authorization", "cookie", "secret", "token", "password", "apikey", "api-key", "session", "signature"}

// usualHeaders are names of headers that most requests and answers have and that hold no secrets. Every exchange has some ten
// headers: an expression over each took a tenth of the time of a read, and looking for the parts of names half of what is left.
var usualHeaders = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Connection": true, "Content-Length": true, "Content-Type": true, "Date": true, "Host": true,
	"Transfer-Encoding": true, "User-Agent": true,
}

// isSecretHeader says whether the values of a header are masked.
func isSecretHeader(name string) bool {
	if usualHeaders[name] {
		return false
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretHeaders, func(part string) bool { return strings.Contains(name, part) })
}

// isOAuth says whether a path belongs to signing in.
func isOAuth(path string) bool {
	return strings.Contains(path, "/oauth/") || strings.Contains(path, "/api-test-login/")
}

// masks says whether the value of a field is masked.
func masks(path, name string) bool {
	if isOAuth(path) {
		return !slices.Contains(harmless, name)
	}
	return secret().MatchString(name)
}

// MaskQuery is a query, or a form, with the values masked that have to be. What cannot be read is masked whole.
func MaskQuery(path, raw string) string {
	if raw == "" {
		return raw
	}
	fields := strings.Split(raw, "&")
	for i, field := range fields {
		name, _, given := strings.Cut(field, "=")
		plain, err := url.QueryUnescape(name)
		switch {
		case err != nil:
			fields[i] = Mask
		case given && masks(path, plain):
			fields[i] = name + "=" + Mask
		case !given && isOAuth(path):
			fields[i] = Mask
		}
	}
	return strings.Join(fields, "&")
}

// urlHeaders are the headers that hold a URL.
var urlHeaders = []string{"Location", "Referer"}

// MaskHeader is a copy of headers with the values masked that have to be. Of a bearer token and the like the scheme stays.
func MaskHeader(path string, h http.Header) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		switch {
		case isSecretHeader(name):
			masked := make([]string, len(values))
			for i, v := range values {
				masked[i] = maskCredentials(name, v)
			}
			values = masked
		case slices.Contains(urlHeaders, name):
			masked := make([]string, len(values))
			for i, v := range values {
				masked[i] = maskURL(path, v)
			}
			values = masked
		}
		out[name] = values
	}
	return out
}

func maskCredentials(name, value string) string {
	scheme, _, more := strings.Cut(value, " ")
	if strings.HasSuffix(strings.ToLower(name), "authorization") && more && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic")) {
		return scheme + " " + Mask
	}
	return Mask
}

// maskURL masks the query of a URL, of which the answer to a path of the authorisation server tells.
func maskURL(path, value string) string {
	before, query, some := strings.Cut(value, "?")
	if !some {
		return value
	}
	if isOAuth(before) {
		path = before
	}
	return before + "?" + MaskQuery(path, query)
}

// secretJSON is a key whose value is masked, with its value; callback URLs lose their query, in which there may be a secret.
var (
	secretJSON   = pattern.New(`(?i)("(?:client_?secrets?|push_?secret|secret|[a-z_]*token|[a-z-]*signature|policy|password|passcode|code_verifier)"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|\[[^\]]*\]|[^",}\]\s]+)`)
	callbackJSON = pattern.New(`(?i)("callbackurl"\s*:\s*"[^"?\\]*)\?(?:[^"\\]|\\.)*"`)
)

// MaskBody is a body of a content type with what has to be masked; left says what has become of it, "" if it is as it was.
func MaskBody(path, contentType string, body []byte) (masked []byte, left string) {
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch media = strings.TrimSpace(media); {
	case len(body) == 0, strings.HasSuffix(media, "xml"):
		return body, ""
	case strings.HasPrefix(media, "multipart/"):
		return nil, "a form with a file, which is not kept"
	case media == "text/html":
		return nil, "a page for people, which is not kept"
	case media == "application/x-www-form-urlencoded":
		masked = []byte(MaskQuery(path, string(body)))
	case strings.HasSuffix(media, "json"):
		masked = secretJSON().ReplaceAll(body, []byte(`${1}"`+Mask+`"`))
		masked = callbackJSON().ReplaceAll(masked, []byte(`${1}?…"`))
	case isOAuth(path):
		return nil, "it may have secrets, and is not kept"
	default:
		return body, ""
	}
	if !bytes.Equal(masked, body) {
		return masked, "secrets in it are masked"
	}
	return body, ""
}

// Received fills in what the request says: at last, when its body has been read.
func (x *Exchange) Received(r *http.Request) {
	x.Method, x.Path, x.Query = r.Method, r.URL.EscapedPath(), MaskQuery(r.URL.Path, r.URL.RawQuery)
	x.Sent.Header = MaskHeader(r.URL.Path, r.Header)
	if host := r.Host; host != "" {
		x.Sent.Header["Host"] = []string{host}
	}
	x.Sent.Size = r.ContentLength
	if r.ContentLength < 0 && len(x.Sent.Body) < MostKept {
		x.Sent.Size = int64(len(x.Sent.Body))
	}
	x.clean(&x.Sent, r.URL.Path, r.Header.Get("Content-Type"))
}

// Sends fills in what the answer says.
func (x *Exchange) Sends(path string, h http.Header, body []byte) {
	x.Answered = Content{Header: MaskHeader(path, h), Body: kept(body), Size: int64(len(body))}
	x.clean(&x.Answered, path, h.Get("Content-Type"))
}

// clean masks a body, and says that it is not all here.
func (x *Exchange) clean(c *Content, path, contentType string) {
	short := c.Size < 0 || c.Size > int64(len(c.Body))
	if !x.public {
		c.Body, c.Left = MaskBody(path, contentType, c.Body)
	}
	if short && c.Left == "" {
		c.Left = "its rest was left out"
	}
}
