package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/xsd"
)

func TestMain(m *testing.M) {
	// The comparison starts this program again as its bare server.
	if len(os.Args) > 1 && os.Args[1] == echoCommand {
		if err := runCommand(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestLoad(t *testing.T) {
	suite.Run(t, "Load")
}

func document() []byte {
	GinkgoHelper()
	return simtest.File("phase5/valid/ie015-simplified-gb-xi.xml")
}

var _ = Describe("The load generator", func() {
	quick := limits{duration: time.Minute, count: 100, cold: true}

	It("posts declarations that a simulator takes, each with an LRN of its own, and reads them back", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile = "silent" })
		p := plan{document: document(), progress: io.Discard}
		load, err := p.newLoad(strings.TrimPrefix(sim.URL(), "http://"), "T")
		Expect(err).NotTo(HaveOccurred())
		posts, err := load.posts(ctx, 4, quick)
		Expect(err).NotTo(HaveOccurred())
		gets, err := load.gets(ctx, 4, quick)
		Expect(err).NotTo(HaveOccurred())
		json, err := load.inJSON("J")
		Expect(err).NotTo(HaveOccurred())
		jsonPosts, err := json.posts(ctx, 4, quick)
		Expect(err).NotTo(HaveOccurred())
		jsonGets, err := json.gets(ctx, 4, quick)
		Expect(err).NotTo(HaveOccurred())
		posts.count += jsonPosts.count
		for _, f := range []figures{posts, gets, jsonPosts, jsonGets} {
			Expect(f.count).To(BeNumerically(">", 0))
			Expect(f.p50).To(And(BeNumerically(">", 0), BeNumerically("<=", f.p99)))
		}
		found, err := readCounts(ctx, load.addr)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Movements).To(BeNumerically(">=", posts.count))
		Expect(found.Messages).To(Equal(found.Movements))
	})

	It("says what the server said when it refuses", func(ctx SpecContext) {
		refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no room", http.StatusInsufficientStorage)
		}))
		defer refusing.Close()
		p := plan{document: document()}
		load, err := p.newLoad(strings.TrimPrefix(refusing.URL, "http://"), "T")
		Expect(err).NotTo(HaveOccurred())
		_, err = load.posts(ctx, 1, quick)
		Expect(err).To(MatchError(ContainSubstring("POST: status 507: no room")))
	})

	It("reads bodies of known length and in chunks on one connection", func() {
		texts := []string{"", "short", strings.Repeat("long ", 10_000)}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text := texts[len(r.URL.Path)-1]
			if r.Method == http.MethodPost {
				w.Header().Set("Content-Length", "0")
				_ = http.NewResponseController(w).Flush()
				return
			}
			_, _ = io.WriteString(w, text[:len(text)/2])
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, text[len(text)/2:])
		}))
		defer server.Close()
		c, err := dial(strings.TrimPrefix(server.URL, "http://"))
		Expect(err).NotTo(HaveOccurred())
		defer c.Close()
		for i, text := range texts {
			status, body, err := c.do([]byte("GET /" + strings.Repeat("x", i) + " HTTP/1.1\r\nHost: h\r\n\r\n"))
			Expect(err).NotTo(HaveOccurred())
			Expect(status).To(Equal(200))
			Expect(string(body)).To(Equal(text))
			_, body, err = c.do([]byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"))
			Expect(err).NotTo(HaveOccurred())
			Expect(body).To(BeEmpty())
		}
	})

	It("makes a large declaration that is valid", func(ctx SpecContext) {
		set, err := schema.Load(xsd.Files, "phase5")
		Expect(err).NotTo(HaveOccurred())
		large, err := enlarge(document(), 1_000_000)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(large)).To(BeNumerically("~", 1_000_000, 10_000))
		Expect(set.Validate(ctx, large, schema.Options{}).Errors).To(BeEmpty())
	})

	It("measures the machine's own limits with the same bytes", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		validation, err := bareValidation(ctx, dir+"/xsd", quick, document())
		Expect(err).NotTo(HaveOccurred())
		Expect(validation.count).To(BeNumerically(">", 0))
		for _, durable := range []bool{true, false} {
			commits, err := bareCommits(ctx, dir, 4, quick, durable, document())
			Expect(err).NotTo(HaveOccurred())
			Expect(commits.count).To(BeNumerically(">", 0))
		}
		d, err := newDeclaration(document(), "T")
		Expect(err).NotTo(HaveOccurred())
		posts, gets, err := bareEcho(ctx, 4, quick, d)
		Expect(err).NotTo(HaveOccurred())
		Expect(posts.count).To(BeNumerically(">", 0))
		Expect(gets.count).To(BeNumerically(">", 0))
	})
})

var _ = Describe("A measurement", func() {
	It("ends at the count as well as at the time, and leaves the warm-up out", func(ctx SpecContext) {
		done := 0
		start := func() (worker, error) {
			return worker{step: func() error { done++; return nil }}, nil
		}
		f, err := measure(ctx, 1, limits{duration: time.Minute, count: 10}, start)
		Expect(err).To(MatchError(ContainSubstring("nothing was measured")), "all ten belong to the warm-up: %v", f)
		Expect(done).To(Equal(10))
	})

	It("stops everybody at the first failure and reports it", func(ctx SpecContext) {
		broken := errors.New("broken")
		stopped := 0
		_, err := measure(ctx, 8, limits{duration: time.Minute, count: 1 << 40}, func() (worker, error) {
			return worker{step: func() error { return broken }, stop: func() { stopped++ }}, nil
		})
		Expect(err).To(MatchError(broken))
		Expect(stopped).To(Equal(8))
	})

	It("takes the median and the 99th percentile of all clients together", func() {
		var samples []time.Duration
		for i := range 1000 {
			samples = append(samples, time.Duration(i)*time.Millisecond)
		}
		f, err := summarise([][]time.Duration{samples[500:], samples[:500]}, 10*time.Second)
		Expect(err).NotTo(HaveOccurred())
		Expect(f).To(Equal(figures{count: 1000, elapsed: 10 * time.Second, p50: 500 * time.Millisecond, p99: 990 * time.Millisecond, longest: 999 * time.Millisecond}))
		Expect(f.perSecond()).To(Equal(100.0))
	})

	It("is printed as Markdown", func() {
		t := newTable("what", "n")
		t.add("ä long cell", "1")
		var out bytes.Buffer
		t.write(&out)
		Expect(out.String()).To(Equal("| what        | n |\n| ----------- | - |\n| ä long cell | 1 |\n\n"))
	})
})

var _ = Describe("A summary", func() {
	found := &run{Quantities: []quantity{
		{Name: "submissions, of V", Value: 0.7, Target: 0.65}, {Name: "start", Value: 72, Unit: "ms", Target: 60, AtMost: true},
	}}

	It("says of each figure whether its target holds, beside what an earlier run has found", func() {
		file := filepath.Join(GinkgoT().TempDir(), "run.json")
		Expect((&run{Quantities: []quantity{{Name: "start", Value: 90, Unit: "ms", Target: 60, AtMost: true}}}).save(file)).To(Succeed())
		before, err := readRun(file)
		Expect(err).NotTo(HaveOccurred())
		var out bytes.Buffer
		found.write(&out, before)
		Expect(strings.Join(strings.Fields(out.String()), " ")).To(And(
			ContainSubstring("| submissions, of V | 0.70 | at least 0.65 | yes | – | – |"),
			ContainSubstring("| start | 72.0 ms | at most 60.0 ms | no | 90.0 ms | -20 % |")))
	})
	It("refuses to compare with what no run has written", func() {
		file := filepath.Join(GinkgoT().TempDir(), "run.json")
		Expect(os.WriteFile(file, []byte("| what |"), 0o600)).To(Succeed())
		_, err := readRun(file)
		Expect(err).To(MatchError(ContainSubstring("hint: it has to be a file that --json wrote")))
	})
	It("lists every figure that has a target once", func() {
		r := &results{rows: []row{{store: stores[0], clients: 1}, {store: stores[0], clients: 64}, {store: stores[1], clients: 64}}, start: map[string]time.Duration{}}
		var names []string
		for _, q := range r.summary().Quantities {
			names = append(names, q.Name)
		}
		Expect(names).To(HaveLen(18))
		slices.Sort(names)
		Expect(slices.Compact(names)).To(HaveLen(18))
		Expect((&results{}).summary().Quantities).To(HaveLen(5), "of a grown store alone")
	})
})

var _ = Describe("Mixed traffic", func() {
	It("brings notifications to the receiver, which tells how long they took", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile = "instant" })
		addr := strings.TrimPrefix(sim.URL(), "http://")
		hook, err := startReceiver()
		Expect(err).NotTo(HaveOccurred())
		defer hook.stop()
		Expect(hook.subscribe(ctx, addr)).To(Succeed())
		p := plan{document: document(), progress: io.Discard}
		load, err := p.newLoad(addr, "T")
		Expect(err).NotTo(HaveOccurred())
		_, err = load.posts(ctx, 2, limits{duration: time.Minute, count: 5, cold: true})
		Expect(err).NotTo(HaveOccurred())
		Eventually(func() int { delays, _ := hook.soFar(); return len(delays) }).Should(Equal(15))
		polls, err := load.polls(ctx, 2, time.Millisecond, limits{duration: time.Minute, count: 20, cold: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(polls.count).To(Equal(20))
		Expect(goroutines(ctx, addr)).To(BeNumerically(">", 1))
	})
})
