package workspace_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/workspace"
)

func TestWorkspace(t *testing.T) { suite.Run(t, "Workspace Suite") }

// world says which workspace has answered, at which path, and whether it was closed.
type world struct {
	name string
	hold chan struct{} // requests to /hold wait for it

	mu     sync.Mutex
	closed bool
}

func (w *world) Describe(*client.Workspace) error { return nil }
func (w *world) Leave()                           {}
func (w *world) Abandon()                         { close(w.hold) }
func (w *world) Close(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return nil
}

func (w *world) isClosed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/hold" {
		<-w.hold
	}
	fmt.Fprintf(rw, "%s %s %s", w.name, r.URL.EscapedPath(), wire.AddressOf(r.Context()).Links())
}

var start = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)

// bench is workspaces with worlds that only say who they are.
type bench struct {
	*workspace.Workspaces
	clock   *clock.Clock
	folder  string
	handler http.Handler

	mu   sync.Mutex
	made []*world
}

func newBench(change ...func(*workspace.Config)) *bench {
	GinkgoHelper()
	c, err := clock.New(clock.Options{Mode: clock.Manual, Now: start})
	Expect(err).NotTo(HaveOccurred())
	b := &bench{clock: c, folder: GinkgoT().TempDir()}
	config := workspace.Config{
		Mode: workspace.On, Limit: 3, Default: &world{name: "default", hold: make(chan struct{})}, Clock: c, Folder: b.folder,
		Check: func(client.WorkspaceOptions) error { return nil },
		Open: func(_ context.Context, o workspace.Order) (workspace.World, error) {
			w := &world{name: o.Name, hold: make(chan struct{})}
			b.mu.Lock()
			defer b.mu.Unlock()
			b.made = append(b.made, w)
			return w, nil
		},
	}
	for _, f := range change {
		f(&config)
	}
	b.Workspaces, err = workspace.New(context.Background(), config)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(b.Close(context.Background())).To(Succeed()) })
	b.handler = b.Handler(func(w workspace.World) http.Handler { return w.(*world) })
	return b
}

// ask makes a request; headers are names and values.
func (b *bench) ask(host, target string, headers ...string) *httptest.ResponseRecorder {
	GinkgoHelper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost"+target, nil)
	r.Host = host
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *bench) names() (names []string) {
	GinkgoHelper()
	list, err := b.List(context.Background())
	Expect(err).NotTo(HaveOccurred())
	for _, w := range list.Workspaces[1:] {
		names = append(names, w.Name)
	}
	return names
}

var _ = Describe("Workspaces", func() {
	DescribeTable("are chosen by host, path and header, in this order:",
		func(host, target, header, answer string) {
			b := newBench()
			if header != "" {
				Expect(b.ask(host, target, client.WorkspaceHeader, header).Body.String()).To(Equal(answer))
				return
			}
			Expect(b.ask(host, target).Body.String()).To(Equal(answer))
		},
		Entry("none", "localhost:8080", "/a", "", "default /a "),
		Entry("host", "team-a.localhost:8080", "/a", "", "team-a /a "),
		Entry("host in capitals, with a dot at its end", "Team-A.LOCALHOST.:8080", "/a", "", "team-a /a "),
		Entry("host before path and header", "team-a.localhost", "/workspaces/team-b/a", "team-c", "team-a /workspaces/team-b/a "),
		Entry("path", "localhost", "/workspaces/team-b/a", "", "team-b /a /workspaces/team-b"),
		Entry("path before header", "localhost", "/workspaces/team-b/a", "team-c", "team-b /a /workspaces/team-b"),
		Entry("path with escapes behind the name", "localhost", "/workspaces/team-b/a%2Fb%2e", "", "team-b /a%2Fb%2e /workspaces/team-b"),
		Entry("the root", "localhost", "/workspaces/team-b/", "", "team-b / /workspaces/team-b"),
		Entry("header", "localhost", "/a", "team-c", "team-c /a "),
		Entry("the default one by its name", "localhost", "/workspaces/default/a", "", "default /a /workspaces/default"),
		Entry("another path", "localhost", "/workspacesteam-b/a", "", "default /workspacesteam-b/a "),
		Entry("another host", "team-a.example.org", "/a", "", "default /a "),
		Entry("an IP address", "[::1]:8080", "/a", "", "default /a "),
	)

	DescribeTable("take no name that is a trick, and make nothing for it:",
		func(host, target, header string) {
			b := newBench()
			var headers []string
			if header != "" {
				headers = []string{client.WorkspaceHeader, header}
			}
			Expect(b.ask(host, target, headers...).Code).To(Equal(http.StatusBadRequest))
			Expect(b.names()).To(BeEmpty())
			Expect(os.ReadDir(b.folder)).To(BeEmpty())
		},
		Entry("above", "localhost", "/workspaces/../a", ""),
		Entry("above, escaped", "localhost", "/workspaces/%2e%2e/a", ""),
		Entry("a slash, escaped", "localhost", "/workspaces/a%2fb/c", ""),
		Entry("a backslash", "localhost", "/workspaces/a%5cb/c", ""),
		Entry("a NUL", "localhost", "/workspaces/a%00/c", ""),
		Entry("nothing", "localhost", "/workspaces//a", ""),
		Entry("capitals", "localhost", "/workspaces/Team/a", ""),
		Entry("a hyphen at the end", "localhost", "/workspaces/team-/a", ""),
		Entry("two labels", "a.b.localhost", "/a", ""),
		Entry("a path in a host", "...localhost", "/a", ""),
		Entry("a path in the header", "localhost", "/a", "../default"),
		Entry("too long", "localhost", "/a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	)

	It("lead a browser to the path with a slash behind it", func() {
		w := newBench().ask("localhost", "/workspaces/team-a")
		Expect(w.Code).To(Equal(http.StatusPermanentRedirect))
		Expect(w.Header().Get("Location")).To(Equal("team-a/"))
	})

	It("are not made by a page of another site, nor by a request that names two", func() {
		b := newBench()
		Expect(b.ask("team-a.localhost", "/", "Sec-Fetch-Site", "cross-site").Code).To(Equal(http.StatusNotFound))
		Expect(b.ask("localhost", "/", client.WorkspaceHeader, "a", client.WorkspaceHeader, "b").Code).To(Equal(http.StatusBadRequest))
		Expect(b.names()).To(BeEmpty())
	})

	It("are there only if they were made where that is asked for", func(ctx SpecContext) {
		b := newBench(func(c *workspace.Config) { c.Mode = workspace.Explicit })
		Expect(b.ask("localhost", "/workspaces/team-a/a").Code).To(Equal(http.StatusNotFound))
		_, created, err := b.Put(ctx, "team-a", client.WorkspaceOptions{TTL: "1h"})
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeTrue())
		Expect(b.ask("localhost", "/workspaces/team-a/a").Code).To(Equal(http.StatusOK))
		v, created, err := b.Put(ctx, "team-a", client.WorkspaceOptions{TTL: "2h"})
		Expect(err).NotTo(HaveOccurred())
		Expect(created).To(BeFalse())
		Expect(*v.Expires).To(Equal(start.Add(2 * time.Hour)))
		_, _, err = b.Put(ctx, "team-a", client.WorkspaceOptions{Fork: "team-b"})
		Expect(err).To(HaveField("Code", "WORKSPACE_EXISTS"))
		_, _, err = b.Put(ctx, "default", client.WorkspaceOptions{})
		Expect(err).To(HaveField("Status", http.StatusConflict))
		Expect(b.Delete(ctx, "default")).To(HaveField("Status", http.StatusConflict))
	})

	It("are as many as there may be, and no more", func(ctx SpecContext) {
		b := newBench()
		for i := range 3 {
			Expect(b.ask("localhost", fmt.Sprintf("/workspaces/w%d/", i)).Code).To(Equal(http.StatusOK))
		}
		Expect(b.ask("localhost", "/workspaces/w3/").Code).To(Equal(http.StatusServiceUnavailable))
		Expect(b.Delete(ctx, "w1")).To(Succeed())
		Expect(b.ask("localhost", "/workspaces/w3/").Code).To(Equal(http.StatusOK))
		Expect(b.names()).To(Equal([]string{"w0", "w2", "w3"}))
	})

	It("are deleted when nobody has used them for their time to live, and not while somebody does", func(ctx SpecContext) {
		b := newBench(func(c *workspace.Config) { c.TTL = time.Hour })
		b.ask("localhost", "/workspaces/unused/")
		b.ask("localhost", "/workspaces/used/")
		_, _, err := b.Put(ctx, "kept", client.WorkspaceOptions{TTL: "0s"})
		Expect(err).NotTo(HaveOccurred())
		answered := make(chan struct{})
		go func() { defer close(answered); b.ask("localhost", "/workspaces/used/hold") }()
		Eventually(func() int { v, _ := b.Get(ctx, "used"); return v.Open }).Should(Equal(1))
		Expect(b.clock.MoveTo(start.Add(59 * time.Minute))).To(Succeed())
		Consistently(b.names, "50ms").Should(HaveLen(3))
		Expect(b.clock.MoveTo(start.Add(2 * time.Hour))).To(Succeed())
		Eventually(b.names).Should(Equal([]string{"kept", "used"}))
		Expect(filepath.Join(b.folder, "unused")).NotTo(BeADirectory())
		for _, w := range b.made {
			if w.name == "used" {
				close(w.hold)
			}
		}
		<-answered
		Expect(b.clock.MoveTo(start.Add(4 * time.Hour))).To(Succeed())
		Eventually(b.names).Should(Equal([]string{"kept"}))
	})

	It("give up who is being answered when they are deleted, and are made anew for who comes next", func(ctx SpecContext) {
		b := newBench()
		answered := make(chan int)
		b.ask("localhost", "/workspaces/w/")
		go func() { answered <- b.ask("localhost", "/workspaces/w/hold").Code }()
		Eventually(func() int { v, _ := b.Get(ctx, "w"); return v.Open }).Should(Equal(1))
		deleted := make(chan error)
		go func() { deleted <- b.Delete(ctx, "w") }()
		Eventually(func() error { _, err := b.Get(ctx, "w"); return err }).Should(HaveField("Code", "WORKSPACE_NOT_FOUND"))
		Expect(b.ask("localhost", "/workspaces/w/again").Body.String()).To(HavePrefix("w /again"))
		Expect(<-deleted).To(Succeed())
		Expect(<-answered).To(Equal(http.StatusOK))
		Expect(b.made).To(HaveLen(2))
		Expect(b.made[0].isClosed()).To(BeTrue())
		Expect(b.made[1].isClosed()).To(BeFalse())
	})
})

// BenchmarkRouting is what finding the workspace of a request costs, beside answering it.
func BenchmarkRouting(b *testing.B) {
	c, err := clock.New(clock.Options{})
	if err != nil {
		b.Fatal(err)
	}
	w, err := workspace.New(context.Background(), workspace.Config{
		Mode: workspace.On, Limit: 200, Default: &world{}, Clock: c, Folder: b.TempDir(), Check: func(client.WorkspaceOptions) error { return nil },
		Open: func(context.Context, workspace.Order) (workspace.World, error) { return &world{}, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = w.Close(context.Background()) }()
	h := w.Handler(func(workspace.World) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	})
	for name, target := range map[string]string{"default": "/customs", "path": "/workspaces/team-a/customs"} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, target, nil)
			rw := httptest.NewRecorder()
			for b.Loop() {
				h.ServeHTTP(rw, r)
			}
		})
	}
}
