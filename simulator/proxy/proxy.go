// Package proxy stands between a trader's software and a service, passes everything on and records what the two say. What
// somebody could sign in with is masked before it is recorded; callers are told apart by numbers in its place.
package proxy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/traffic"
)

// MostRecorded is how much of a body is recorded, in bytes. A longer one is passed on whole, and left out of the recording.
const MostRecorded = 16 << 20

// mostCallers is how many tokens get a number of their own.
const mostCallers = 10_000

// Options say what a proxy is for. All are necessary but the last two.
type Options struct {
	// Upstream is the service: its scheme and host, and a path that all requests get in front of theirs.
	Upstream *url.URL
	// Record takes what was said. What it cannot take is logged, and passed on all the same.
	Record func(traffic.Exchange) error
	// ID tells this proxy from others, so that requests do not go round in circles.
	ID string
	// Now is the real time.
	Now func() time.Time
	// Roots may have signed the certificate of the service; nil means those of the system.
	Roots *x509.CertPool
	// Logger gets what went wrong; nil logs nothing.
	Logger *slog.Logger
}

// Proxy is an http.Handler. Close ends the connections that it keeps.
type Proxy struct {
	Options
	forward   *httputil.ReverseProxy
	transport *http.Transport

	mu      sync.Mutex
	callers map[[sha256.Size]byte]int
}

// ParseUpstream reads the URL of a service.
func ParseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("%q is not the URL of a service; hint: write it as https://test-api.service.hmrc.gov.uk", text)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("the URL of the service has more than a scheme, a host and a path; hint: write it as https://test-api.service.hmrc.gov.uk")
	}
	return u, nil
}

// New makes a proxy.
func New(o Options) *Proxy {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	p := &Proxy{Options: o, callers: map[[sha256.Size]byte]int{}}
	p.transport = &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute,
		TLSHandshakeTimeout: 15 * time.Second, DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: o.Roots},
	}
	p.forward = &httputil.ReverseProxy{
		Transport: p.transport, FlushInterval: -1, Rewrite: p.rewrite, ModifyResponse: p.answered, ErrorHandler: p.failed,
		ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	return p
}

// Close ends idle connections to the service.
func (p *Proxy) Close() { p.transport.CloseIdleConnections() }

// received is a request that is on its way, with what is kept of it.
type received struct {
	traffic.Exchange
	caller         string
	sent, answered limited
	// length is that of the request's body, -1 if it did not say.
	length int64
	done   bool
}

type key struct{}

// ServeHTTP passes a request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.returned(r) {
		http.Error(w, "nctsim proxy: this request has come through here before; hint: --upstream leads back to the proxy", http.StatusLoopDetected)
		p.Logger.Error("a request has come back; hint: --upstream leads back to the proxy", "method", r.Method, "path", r.URL.Path)
		return
	}
	if upgrade := r.Header.Get("Upgrade"); strings.EqualFold(upgrade, "websocket") {
		http.Error(w, "nctsim proxy: WebSockets are not passed on, only requests and their answers", http.StatusNotImplemented)
		return
	}
	r.Header.Del("Upgrade") // some clients offer HTTP/2 in this way, and go on without it
	x := &received{Exchange: traffic.Exchange{Started: p.Now(), Method: r.Method}, caller: p.caller(r.Header)}
	x.Sent.Header = r.Header.Clone()
	x.length = r.ContentLength
	r.Body = tee(r.Body, &x.sent)
	defer func() {
		// Also when the client has gone away, or the service broke off: ReverseProxy panics then.
		if x.URL != nil {
			p.record(x, r.Context())
		}
	}()
	p.forward.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, x)))
	x.done = true
}

// via is what a request says that came through this proxy.
func (p *Proxy) via() string { return "1.1 nctsim-" + p.ID }

func (p *Proxy) returned(r *http.Request) bool {
	for _, value := range r.Header.Values("Via") {
		for hop := range strings.SplitSeq(value, ",") {
			if strings.TrimSpace(hop) == p.via() {
				return true
			}
		}
	}
	return false
}

func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	r.SetURL(p.Upstream)
	r.Out.Host = p.Upstream.Host
	// The client's own headers stay as they are.
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values := r.In.Header[name]; values != nil {
			r.Out.Header[name] = values
		}
	}
	if r.In.Header.Get("User-Agent") == "" {
		r.Out.Header["User-Agent"] = []string{""} // net/http would name itself
	}
	if accepted := r.In.Header.Get("Accept-Encoding"); accepted != "" {
		// What cannot be read cannot be recorded.
		r.Out.Header.Set("Accept-Encoding", readable(accepted))
	}
	r.Out.URL.RawQuery = r.In.URL.RawQuery // also what cannot be parsed
	r.Out.Header.Add("Via", p.via())
	if x, some := r.In.Context().Value(key{}).(*received); some {
		u := *r.Out.URL
		x.URL = &u
	}
}

// readable is what of an Accept-Encoding a recording can have.
func readable(accepted string) string {
	for coding := range strings.SplitSeq(accepted, ",") {
		if name, quality, _ := strings.Cut(strings.TrimSpace(coding), ";"); strings.EqualFold(name, "gzip") && !strings.HasSuffix(quality, "=0") {
			return "gzip"
		}
	}
	return "identity"
}

func (p *Proxy) answered(r *http.Response) error {
	x, some := r.Request.Context().Value(key{}).(*received)
	if !some {
		return nil
	}
	x.Status = r.StatusCode
	x.Answered.Header = r.Header.Clone()
	r.Body = tee(r.Body, &x.answered)
	if l, err := url.Parse(r.Header.Get("Location")); err == nil && l.Host == p.Upstream.Host && l.Scheme == p.Upstream.Scheme {
		l.Scheme, l.Host = "", "" // it leads here, too
		if rest, below := strings.CutPrefix(l.Path, strings.TrimSuffix(p.Upstream.Path, "/")); below {
			l.Path, l.RawPath = rest, ""
		}
		r.Header.Set("Location", l.String())
	}
	return nil
}

// failed answers for a service that does not.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	p.Logger.Error("the service did not answer", "method", r.Method, "path", r.URL.Path, "error", err)
	http.Error(w, "nctsim proxy: "+p.Upstream.Host+" did not answer: "+err.Error(), http.StatusBadGateway)
}

// record masks what was said and hands it on.
func (p *Proxy) record(x *received, ctx context.Context) {
	x.Took = p.Now().Sub(x.Started)
	path := x.URL.Path
	sentMedia, answeredMedia := x.Sent.Header.Get("Content-Type"), x.Answered.Header.Get("Content-Type")
	x.URL.RawQuery = exchange.MaskQuery(path, x.URL.RawQuery)
	x.Sent.Header = exchange.MaskHeader(path, x.Sent.Header)
	if x.caller != "" {
		x.Sent.Header.Set("Authorization", x.caller)
	}
	if x.Answered.Header != nil {
		x.Answered.Header = exchange.MaskHeader(path, x.Answered.Header)
	}
	x.Sent.Body, x.Sent.Left = x.sent.kept(path, x.Sent.Header.Get("Content-Encoding"), sentMedia)
	x.Answered.Body, x.Answered.Left = x.answered.kept(path, x.Answered.Header.Get("Content-Encoding"), answeredMedia)
	if x.sent.cut(x.length) && x.Sent.Left == "" {
		x.Sent.Body, x.Sent.Left = nil, "the service did not take all of it"
	}
	if !x.done && x.Answered.Left == "" {
		x.Answered.Left = "the connection ended before the answer did"
		if ctx.Err() != nil {
			x.Answered.Left = "the client went away before the answer ended"
		}
	}
	if err := p.Record(x.Exchange); err != nil {
		p.Logger.Error("what was said could not be recorded", "method", x.Method, "path", path, "error", err)
	}
}

// caller stands in the place of a bearer token: the same for the same token.
func (p *Proxy) caller(h http.Header) string {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	p.mu.Lock()
	defer p.mu.Unlock()
	n, known := p.callers[sum]
	if !known && len(p.callers) < mostCallers {
		n = len(p.callers) + 1
		p.callers[sum] = n
	}
	return fmt.Sprintf("Bearer %s%d", exchange.Mask, n)
}

// limited keeps what passes by, up to a limit.
type limited struct {
	mu   sync.Mutex
	body bytes.Buffer
	// more says that there was more than is kept; passed is how much it was, and ended that it came to its end.
	more   bool
	passed int64
	ended  bool
}

// cut reports whether less than all of a body of a length has passed, -1 for one that is not known.
func (l *limited) cut(length int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.ended && length != 0 && l.passed != length
}

func (l *limited) keep(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passed += int64(len(p))
	if l.more = l.more || l.body.Len()+len(p) > MostRecorded; l.more {
		l.body = bytes.Buffer{}
		return
	}
	l.body.Write(p)
}

// kept is the body for the recording, with what has to be masked.
func (l *limited) kept(path, encoding, media string) (body []byte, left string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more {
		return nil, fmt.Sprintf("it has more than %d MB, and was not recorded", MostRecorded>>20)
	}
	if body, left = traffic.Uncompressed(encoding, slices.Clone(l.body.Bytes())); left != "" {
		return nil, left
	}
	body, left = exchange.MaskBody(path, media, body)
	return body, left
}

// teeing is a body that is kept while it passes.
type teeing struct {
	io.ReadCloser
	into *limited
}

func tee(body io.ReadCloser, into *limited) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	return &teeing{body, into}
}

func (t *teeing) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if n > 0 {
		t.into.keep(p[:n])
	}
	if errors.Is(err, io.EOF) {
		t.into.mu.Lock()
		t.into.ended = true
		t.into.mu.Unlock()
	}
	return n, err
}
