package proxy_test

import (
	"compress/gzip"
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

	DescribeTable("refuses what is not the URL of a service",
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
