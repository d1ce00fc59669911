package proxy_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/proxy"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/traffic"
)

// recording gathers what a proxy records.
type recording struct {
	mu   sync.Mutex
	list []traffic.Exchange
}

func (r *recording) add(x traffic.Exchange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, x)
	return nil
}

func (r *recording) all() []traffic.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]traffic.Exchange{}, r.list...)
}

// one waits for a recorded exchange: it is recorded when it is over, which the client may see before.
func (r *recording) one() traffic.Exchange {
	GinkgoHelper()
	Eventually(r.all).Should(HaveLen(1))
	return r.all()[0]
}

// between starts a proxy in front of a service.
func between(service *httptest.Server, change ...func(*proxy.Options)) (*httptest.Server, *recording) {
	GinkgoHelper()
	r := &recording{}
	u, err := proxy.ParseUpstream(service.URL)
	Expect(err).NotTo(HaveOccurred())
	o := proxy.Options{Upstream: u, Record: r.add, ID: "one", Now: time.Now}
	for _, f := range change {
		f(&o)
	}
	p := proxy.New(o)
	front := httptest.NewServer(p)
	DeferCleanup(func() {
		front.Close()
		p.Close()
	})
	return front, r
}

func serve(h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	DeferCleanup(s.Close)
	return s
}

// call sends a request and gives the answer with its body.
func call(method, target, body string, header ...string) (*http.Response, string) {
	GinkgoHelper()
	request, err := http.NewRequest(method, target, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := direct.Do(request)
	Expect(err).NotTo(HaveOccurred())
	text, err := io.ReadAll(response.Body)
	Expect(errors.Join(err, response.Body.Close())).To(Succeed())
	return response, string(text)
}

var _ = Describe("The proxy", func() {
	It("passes requests and answers on as they are, and records them", func() {
		var seen *http.Request
		var body string
		front, recorded := between(serve(func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			seen, body = r, string(text)
			w.Header().Set("X-Own", "yes")
			w.WriteHeader(202)
			_, _ = io.WriteString(w, `{"id":"7"}`)
		}))
		response, text := call("POST", front.URL+"/a%2Fb/c?x=1;y", "<a/>", "Content-Type", "application/xml", "User-Agent", "mine", "X-Forwarded-For", "10.0.0.1")
		Expect(response.StatusCode).To(Equal(202))
		Expect(response.Header.Get("X-Own")).To(Equal("yes"))
		Expect(text).To(Equal(`{"id":"7"}`))
		Expect(seen.RequestURI).To(Equal("/a%2Fb/c?x=1;y"))
		Expect(seen.Header.Get("User-Agent")).To(Equal("mine"))
		Expect(seen.Header.Values("X-Forwarded-For")).To(Equal([]string{"10.0.0.1"}))
		Expect(body).To(Equal("<a/>"))
		x := recorded.one()
		Expect([]string{x.Method, x.URL.Path, string(x.Sent.Body), string(x.Answered.Body)}).To(Equal([]string{"POST", "/a/b/c", "<a/>", `{"id":"7"}`}))
		Expect(x.Status).To(Equal(202))
	})

	It("masks what somebody could sign in with, and tells callers apart", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Set-Cookie", "session=hidden-4")
			_, _ = io.WriteString(w, `{"access_token":"hidden-5","expires_in":1}`)
		}))
		for _, token := range []string{"hidden-1", "hidden-2", "hidden-1"} {
			call("POST", front.URL+"/oauth/token?code=hidden-3", "client_secret=hidden-6&grant_type=x", "Authorization", "Bearer "+token,
				"Content-Type", "application/x-www-form-urlencoded", "Cookie", "hidden-7")
		}
		Eventually(recorded.all).Should(HaveLen(3))
		list := recorded.all() // an exchange is recorded when it is over
		slices.SortFunc(list, func(a, b traffic.Exchange) int { return a.Started.Compare(b.Started) })
		var callers []string
		for _, x := range list {
			Expect(fmt.Sprintf("%s %v %s %v %s", x.URL, x.Sent.Header, x.Sent.Body, x.Answered.Header, x.Answered.Body)).NotTo(ContainSubstring("hidden"))
			callers = append(callers, x.Sent.Header.Get("Authorization"))
			Expect(string(x.Sent.Body)).To(ContainSubstring("grant_type=x"))
		}
		Expect(callers).To(Equal([]string{"Bearer ***1", "Bearer ***2", "Bearer ***1"}))
	})

	It("passes a stream on while it comes", func() {
		next := make(chan struct{})
		front, recorded := between(serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "first\n")
			w.(http.Flusher).Flush()
			select {
			case <-next:
			case <-r.Context().Done():
			}
			_, _ = io.WriteString(w, "second\n")
		}))
		response, err := http.Get(front.URL + "/stream")
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(response.Body.Close)
		first := make([]byte, 6)
		Expect(io.ReadFull(response.Body, first)).To(Equal(6))
		Expect(string(first)).To(Equal("first\n"))
		close(next)
		rest, err := io.ReadAll(response.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(rest)).To(Equal("second\n"))
		Expect(string(recorded.one().Answered.Body)).To(Equal("first\nsecond\n"))
	})

	It("passes on what is too long to record, and says so", func() {
		long := strings.Repeat("x", proxy.MostRecorded+1)
		front, recorded := between(serve(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
		_, text := call("POST", front.URL+"/long", long)
		Expect(len(text)).To(Equal(len(long)))
		x := recorded.one()
		Expect(x.Sent.Body).To(BeEmpty())
		Expect(x.Sent.Left).To(ContainSubstring("more than 16 MB"))
	})

	It("records the plain text of gzip, and passes the gzip on", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, "plain")
			_ = z.Close()
		}))
		response, text := call("GET", front.URL+"/z", "", "Accept-Encoding", "gzip")
		Expect(response.Header.Get("Content-Encoding")).To(Equal("gzip"))
		Expect(text).To(HavePrefix("\x1f\x8b"))
		Expect(string(recorded.one().Answered.Body)).To(Equal("plain"))
	})

	It("speaks TLS with the service", func() {
		service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret service") }))
		DeferCleanup(service.Close)
		roots := x509.NewCertPool()
		roots.AddCert(service.Certificate())
		front, recorded := between(service, func(o *proxy.Options) { o.Roots = roots })
		_, text := call("GET", front.URL+"/", "")
		Expect(text).To(Equal("secret service"))
		Expect(recorded.one().URL.Scheme).To(Equal("https"))

		strict, _ := between(service, func(o *proxy.Options) { o.Roots = x509.NewCertPool() })
		response, text := call("GET", strict.URL+"/", "")
		Expect(response.StatusCode).To(Equal(502))
		Expect(text).To(ContainSubstring("certificate"))
	})

	It("notices that a request has come back to it", func() {
		var front *httptest.Server
		second := serve(func(w http.ResponseWriter, r *http.Request) {
			back, _ := http.NewRequest(r.Method, front.URL+r.URL.Path, nil)
			back.Header = r.Header.Clone()
			response, err := http.DefaultClient.Do(back)
			if err != nil {
				w.WriteHeader(500)
				return
			}
			w.WriteHeader(response.StatusCode)
			_, _ = io.Copy(w, response.Body)
			_ = response.Body.Close()
		})
		front, _ = between(second)
		response, text := call("GET", front.URL+"/round", "")
		Expect(response.StatusCode).To(Equal(508))
		Expect(text).To(ContainSubstring("has come through here before"))
	})

	It("notices that a request comes back by way of another proxy", func() {
		var second *httptest.Server
		late := serve(func(w http.ResponseWriter, r *http.Request) { second.Config.Handler.ServeHTTP(w, r) })
		first, _ := between(late)
		second, _ = between(first, func(o *proxy.Options) { o.ID = "two" })
		response, text := call("GET", first.URL+"/round", "")
		Expect(response.StatusCode).To(Equal(508))
		Expect(text).To(ContainSubstring("--upstream leads back to the proxy"))
	})

	It("answers 502 for a service that ends the connection, and records that it did", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }))
		response, text := call("GET", front.URL+"/", "")
		Expect(response.StatusCode).To(Equal(502))
		Expect(text).To(ContainSubstring("did not answer"))
		Expect(recorded.one().Status).To(BeZero())
	})

	It("does not take a part of a body for the whole of it", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(413)
		}))
		body := &slow{rest: strings.Repeat("x", 1<<20), closed: make(chan struct{})}
		DeferCleanup(func() { close(body.closed) })
		request, err := http.NewRequest("POST", front.URL+"/", body)
		Expect(err).NotTo(HaveOccurred())
		response, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		Expect(recorded.one().Sent.Left).To(Equal("the service did not take all of it"))
		Expect(recorded.one().Sent.Body).To(BeEmpty())
	})

	It("gives up a slow service when its client does", func() {
		ended := make(chan struct{})
		front, recorded := between(serve(func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			close(ended)
		}))
		ctx, cancel := context.WithCancel(context.Background())
		request, err := http.NewRequestWithContext(ctx, "GET", front.URL+"/slow", nil)
		Expect(err).NotTo(HaveOccurred())
		gone := make(chan error, 1)
		go func() {
			_, err := http.DefaultClient.Do(request)
			gone <- err
		}()
		Consistently(recorded.all, 50*time.Millisecond).Should(BeEmpty())
		cancel()
		Eventually(gone).Should(Receive(MatchError(context.Canceled)))
		Eventually(ended).Should(BeClosed())
		Expect(recorded.one().Status).To(BeZero())
	})

	It("passes an endless answer on as long as its client reads, and keeps none of it", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, r *http.Request) {
			for piece := make([]byte, 1<<20); r.Context().Err() == nil; {
				_, _ = w.Write(piece)
			}
		}))
		response, err := http.Get(front.URL + "/endless")
		Expect(err).NotTo(HaveOccurred())
		_, err = io.CopyN(io.Discard, response.Body, proxy.MostRecorded+4<<20)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		Expect(recorded.one().Answered.Left).To(ContainSubstring("more than 16 MB"))
	})

	It("passes on what HTTP has beside bodies: HEAD, 304, trailers, Connection, Expect, chunks", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/head":
				w.Header().Set("Content-Length", "7")
			case "/unchanged":
				w.Header().Set("Etag", `"a"`)
				w.WriteHeader(http.StatusNotModified)
			case "/trailer":
				w.Header().Set("Trailer", "X-Sum")
				_, _ = io.WriteString(w, "body")
				w.Header().Set("X-Sum", "7")
			case "/close":
				w.Header().Set("Connection", "close")
			default:
				text, _ := io.ReadAll(r.Body)
				fmt.Fprintf(w, "%d %s", r.ContentLength, text)
			}
		}))
		response, _ := call("HEAD", front.URL+"/head", "")
		Expect(response.Header.Get("Content-Length")).To(Equal("7"))
		response, _ = call("GET", front.URL+"/unchanged", "", "If-None-Match", `"a"`)
		Expect([]any{response.StatusCode, response.Header.Get("Etag")}).To(Equal([]any{304, `"a"`}))
		response, text := call("GET", front.URL+"/trailer", "")
		Expect([]string{text, response.Trailer.Get("X-Sum")}).To(Equal([]string{"body", "7"}))
		response, _ = call("GET", front.URL+"/close", "")
		Expect(response.StatusCode).To(Equal(200))
		_, text = call("POST", front.URL+"/expect", "<a/>", "Expect", "100-continue")
		Expect(text).To(Equal("4 <a/>"))
		request, err := http.NewRequest("POST", front.URL+"/chunked", io.MultiReader(strings.NewReader("<a>"), strings.NewReader("</a>")))
		Expect(err).NotTo(HaveOccurred())
		chunked, err := http.DefaultClient.Do(request)
		Expect(err).NotTo(HaveOccurred())
		got, err := io.ReadAll(chunked.Body)
		Expect(errors.Join(err, chunked.Body.Close())).To(Succeed())
		Expect(string(got)).To(Equal("-1 <a></a>"))
		Eventually(recorded.all).Should(HaveLen(6))
	})

	It("refuses WebSockets, and goes on without HTTP/2 where a client offers it", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Header.Get("Upgrade")+"answered")
		}))
		response, text := call("GET", front.URL+"/socket", "", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Key", "eA==", "Sec-WebSocket-Version", "13")
		Expect(response.StatusCode).To(Equal(501))
		Expect(text).To(ContainSubstring("WebSockets are not passed on"))
		_, text = call("GET", front.URL+"/java", "", "Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c", "HTTP2-Settings", "AAEAAEAA")
		Expect(text).To(Equal("answered"))
		Expect(recorded.one().URL.Path).To(Equal("/java"))
	})

	It("asks the service for no compression that cannot be recorded", func() {
		front, _ := between(serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Header.Get("Accept-Encoding"))
		}))
		for sent, passed := range map[string]string{"gzip, deflate, br, zstd": "gzip", "br;q=1.0, *;q=0.5": "identity", "gzip;q=0": "identity", "identity": "identity"} {
			_, text := call("GET", front.URL+"/", "", "Accept-Encoding", sent)
			Expect(text).To(Equal(passed), sent)
		}
	})

	DescribeTable("masks secrets wherever they are:",
		func(path, media, body, answer string, header ...string) {
			front, recorded := between(serve(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Set-Cookie", "mdtp=hidden; Path=/")
				w.Header().Set("Location", "https://client.example.com/back?code=hidden&state=1")
				_, _ = io.WriteString(w, answer)
			}))
			call("POST", front.URL+path, body, append(header, "Content-Type", media)...)
			x := recorded.one()
			Expect(fmt.Sprintf("%s %v %s %v %s", x.URL, x.Sent.Header, x.Sent.Body, x.Answered.Header, x.Answered.Body)).NotTo(ContainSubstring("hidden"))
			Expect(x.Sent.Header.Get("X-Plain")).To(Equal(map[bool]string{true: "shown"}[slices.Contains(header, "shown")]))
		},
		Entry(nil, "/oauth/token", "application/x-www-form-urlencoded", "grant_type=authorization_code&client_id=a&client_secret=hidden&code=hidden&redirect_uri=x", `{"access_token":"hidden","refresh_token":"hidden"}`),
		Entry(nil, "/oauth/token", "application/x-www-form-urlencoded", "grant_type=refresh_token&refresh_token=hidden", `{}`),
		Entry(nil, "/oauth/granted?code=hidden", "text/plain", "hidden", `{}`, "Authorization", "Basic hidden"),
		Entry(nil, "/misc/push-pull-notification/box", "application/json", `{"clientId":"a","clientSecret":"hidden","pushSecret" : "hid\"hidden"}`, `{"pushSecret":"hidden","clientSecrets":["hidden"]}`),
		Entry(nil, "/misc/push-pull-notification/box/1/callback", "application/json", `{"callbackUrl":"https://a/b?key=hidden"}`, `{}`),
		Entry(nil, "/customs?access_token=hidden&code=hidden", "application/xml", "<a/>", `{}`, "X-Client-Secret", "hidden", "Cookie", "a=hidden", "X-Plain", "shown", "X-Session-Id", "hidden", "Api-Key", "hidden"),
	)

	It("answers 502 for a service that does not answer, and records that it did not", func() {
		service := httptest.NewServer(http.NotFoundHandler())
		service.Close()
		front, recorded := between(service)
		response, _ := call("GET", front.URL+"/", "")
		Expect(response.StatusCode).To(Equal(502))
		Expect(recorded.one().Status).To(BeZero())
	})

	It("records an answer that was cut off, with what came of it", func() {
		front, recorded := between(serve(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}))
		response, err := http.Get(front.URL + "/half")
		Expect(err).NotTo(HaveOccurred())
		_, err = io.ReadAll(response.Body)
		Expect(err).To(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		x := recorded.one()
		Expect(string(x.Answered.Body)).To(Equal("half"))
		Expect(x.Answered.Left).To(ContainSubstring("ended before"))
	})

	It("leads redirections within the service back to itself", func() {
		var service *httptest.Server
		service = serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, service.URL+"/there?x=1", http.StatusFound)
		})
		front, recorded := between(service)
		response, _ := call("GET", front.URL+"/here", "")
		Expect(response.Header.Get("Location")).To(Equal("/there?x=1"))
		Expect(recorded.one().Answered.Header.Get("Location")).To(Equal(service.URL + "/there?x=1"))
	})

	DescribeTable("refuses what is not the URL of a service", suite.Parameters,
		func(text string) {
			_, err := proxy.ParseUpstream(text)
			Expect(err).To(MatchError(ContainSubstring("hint: write it as https://")))
		},
		Entry(nil, ""), Entry(nil, "localhost:8080"), Entry(nil, "ftp://x"), Entry(nil, "https://user:secret@host"), Entry(nil, "https://host/?a=b"), Entry(nil, "http://"),
	)

	It("puts the path of the service in front of those of requests", func() {
		var seen string
		service := serve(func(_ http.ResponseWriter, r *http.Request) { seen = r.URL.Path })
		front, _ := between(service, func(o *proxy.Options) { o.Upstream, _ = url.Parse(service.URL + "/ctc/") })
		call("GET", front.URL+"/customs", "")
		Expect(seen).To(Equal("/ctc/customs"))
	})
})

// slow is a body whose end comes when closed is.
type slow struct {
	rest   string
	closed chan struct{}
}

func (s *slow) Read(p []byte) (int, error) {
	if n := copy(p, s.rest); n > 0 {
		s.rest = s.rest[n:]
		return n, nil
	}
	<-s.closed
	return 0, io.EOF
}
