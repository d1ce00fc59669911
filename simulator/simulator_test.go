package simulator_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

const departures = "/customs/transits/movements/departures"

// request calls a simulator as a trader would and gives status and body.
func request(method, url, accept string, body string) (int, string) {
	GinkgoHelper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer GB123456789012")
	req.Header.Set("Accept", accept)
	if body != "" {
		req.Header.Set("Content-Type", "application/xml")
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return res.StatusCode, string(data)
}

// declare posts a declaration and gives the id of its movement.
func declare(url, version, fixture, lrn string) string {
	GinkgoHelper()
	return declareText(url, version, simtest.File(fixture), lrn)
}

// declareText is declare for a text under another LRN.
func declareText(url, version string, text []byte, lrn string) string {
	GinkgoHelper()
	status, answer := request(http.MethodPost, url+departures, "application/vnd.hmrc."+version+"+json", string(simtest.WithLRN(text, lrn)))
	Expect(status).To(Equal(http.StatusAccepted), answer)
	var accepted struct{ DepartureID string }
	Expect(json.Unmarshal([]byte(answer), &accepted)).To(Succeed())
	return accepted.DepartureID
}

// chain lists the types of the messages of a movement, the oldest first.
func chain(url, movement string) []string {
	GinkgoHelper()
	status, answer := request(http.MethodGet, url+departures+"/"+movement+"/messages", "application/vnd.hmrc.2.1+json", "")
	Expect(status).To(Equal(http.StatusOK), answer)
	var list struct{ Messages []struct{ Type string } }
	Expect(json.Unmarshal([]byte(answer), &list)).To(Succeed())
	types := make([]string, len(list.Messages))
	for i, m := range list.Messages {
		types[len(types)-1-i] = m.Type
	}
	return types
}

const simplified = "phase5/valid/ie015-simplified-gb-xi.xml"

var released = []string{"IE015", "IE928", "IE028", "IE029"}

var _ = Describe("A simulator", func() {
	BeforeEach(func() {
		suite.NoLeaks()
	})

	It("starts inside a test, answers a declaration and cleans up", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile = "instant" })
		movement := declare(sim.URL(), "2.1", simplified, "LRN-0001")
		Expect(sim.Settle(ctx)).To(Succeed())
		Expect(chain(sim.URL(), movement)).To(Equal(released))
	})

	It("speaks both phases at once", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile = "instant" })
		five := declare(sim.URL(), "2.1", simplified, "LRN-0005")
		six := declare(sim.URL(), "3.0", strings.Replace(simplified, "phase5", "phase6", 1), "LRN-0006")
		Expect(sim.Settle(ctx)).To(Succeed())
		Expect(chain(sim.URL(), five)).To(Equal(released))
		Expect(chain(sim.URL(), six)).To(Equal(released))
	})

	It("lives beside others in one process that know nothing of it", func(ctx SpecContext) {
		var sims []*simulator.Simulator
		for range 3 {
			sims = append(sims, simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile = "instant" }))
		}
		var all sync.WaitGroup
		for i, sim := range sims {
			all.Go(func() {
				defer GinkgoRecover()
				declare(sim.URL(), "2.1", simplified, fmt.Sprintf("LRN-%d", i))
			})
		}
		all.Wait()
		for i, sim := range sims {
			_, list := request(http.MethodGet, sim.URL()+departures, "application/vnd.hmrc.2.1+json", "")
			Expect(list).To(ContainSubstring(`"totalCount":1`))
			Expect(list).To(ContainSubstring(fmt.Sprintf(`"localReferenceNumber":"LRN-%d"`, i)))
		}
	})

	It("runs timers when a manual clock is advanced", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.Clock, c.Now = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		})
		movement := declare(sim.URL(), "2.1", simplified, "LRN-0001")
		Expect(sim.Settle(ctx)).To(Succeed())
		Expect(chain(sim.URL(), movement)).To(Equal(released[:3]))
		happened, err := sim.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(happened).NotTo(BeEmpty())
		Expect(chain(sim.URL(), movement)).To(Equal(released))
	})

	It("gives the same bytes for the same seed, clock and requests", func(ctx SpecContext) {
		Expect(story(ctx, 7)).To(Equal(story(ctx, 7)))
		Expect(story(ctx, 7)).NotTo(Equal(story(ctx, 8)))
	})

	It("keeps its data in a folder and goes on where it stopped", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		start := time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		configure := func(c *simulator.Config) {
			c.Data, c.Profile, c.Clock, c.Now = filepath.Join(dir, "new", "folder"), "trader-test", clock.Manual, start
		}
		first := run(ctx, configure)
		movement := declare(first.URL(), "2.1", simplified, "LRN-0001")
		_, err := first.Advance(ctx, 44*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Close(ctx)).To(Succeed())

		second := run(ctx, configure)
		defer func() { Expect(second.Close(ctx)).To(Succeed()) }()
		Expect(chain(second.URL(), movement)).To(Equal(released[:3]))
		_, err = second.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(chain(second.URL(), movement)).To(Equal(released))
	})

	It("closes in time, and in order, though requests would take longer than that", func(ctx SpecContext) {
		library := GinkgoT().TempDir()
		text := "id: SLOW\ntitle: A call that takes an hour\nmovement: departure\nphases: [5]\nmatch:\n  lrn: \"^SLOW$\"\nsteps:\n" +
			"  - fault: { call: submit, delay: 1h }\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\nend: accepted\n"
		Expect(os.WriteFile(filepath.Join(library, "SLOW.yaml"), []byte(text), 0o600)).To(Succeed())
		sim := run(ctx, func(c *simulator.Config) { c.Scenarios = library })
		data := simtest.File(simplified)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, sim.URL()+departures, bytes.NewReader(data))
		Expect(err).NotTo(HaveOccurred())
		req.Header.Set("Authorization", "Bearer GB123456789012")
		req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
		req.Header.Set("Content-Type", "application/xml")
		req.Header.Set("Gov-Test-Scenario", "SLOW")
		sent, answered := make(chan struct{}), make(chan struct{})
		trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }}
		go func() {
			defer close(answered)
			if res, err := http.DefaultTransport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace))); err == nil {
				Expect(res.Body.Close()).To(Succeed())
			}
		}()
		Eventually(sent).Should(BeClosed())
		Consistently(answered, "200ms").ShouldNot(BeClosed())
		short, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		Expect(sim.Close(short)).To(Succeed())
		Eventually(answered).Should(BeClosed())
	})

	It("lets a real clock that was set go on where the stored movements end, and says that it was started again", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		configure := func(c *simulator.Config) { c.Data, c.Profile = dir, "silent" }
		put := func(sim *simulator.Simulator, body string) {
			GinkgoHelper()
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, sim.ControlURL()+"/simulator/v1/clock", strings.NewReader(body))
			Expect(err).NotTo(HaveOccurred())
			res, err := http.DefaultClient.Do(req)
			Expect(err).NotTo(HaveOccurred())
			defer res.Body.Close()
			Expect(res.StatusCode).To(Equal(200))
		}
		now := func(sim *simulator.Simulator) (shown struct {
			Mode clock.Mode
			Now  time.Time
		}) {
			GinkgoHelper()
			res, err := http.Get(sim.ControlURL() + "/simulator/v1/clock")
			Expect(err).NotTo(HaveOccurred())
			defer res.Body.Close()
			Expect(json.NewDecoder(res.Body).Decode(&shown)).To(Succeed())
			return shown
		}
		ahead := time.Now().AddDate(1, 0, 0)
		first := run(ctx, configure)
		put(first, `{"mode":"manual","now":"`+ahead.Format(time.RFC3339)+`"}`)
		put(first, `{"mode":"real"}`)
		movement := declare(first.URL(), "2.1", simplified, "LRN-0001")
		Expect(first.Settle(ctx)).To(Succeed())
		Expect(first.Close(ctx)).To(Succeed())

		second := run(ctx, configure)
		defer func() { Expect(second.Close(ctx)).To(Succeed()) }()
		shown := now(second)
		Expect(shown.Mode).To(Equal(clock.Real))
		Expect(shown.Now).To(BeTemporally("~", ahead, time.Minute))
		Expect(chain(second.URL(), movement)).NotTo(BeEmpty())

		res, err := http.Get(second.ControlURL() + "/simulator/v1/events?after=0")
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() == "event: started" {
				return
			}
		}
		Fail("the events do not tell that the simulator was started again")
	})

	It("tells who followed the events of another store to begin anew, and not who followed this one", func(ctx SpecContext) {
		firstEvent := func(sim *simulator.Simulator, last string) (id, kind string) {
			GinkgoHelper()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, sim.ControlURL()+"/simulator/v1/events?after=0", nil)
			Expect(err).NotTo(HaveOccurred())
			if last != "" {
				req.Header.Set("Last-Event-ID", last)
			}
			res, err := http.DefaultClient.Do(req)
			Expect(err).NotTo(HaveOccurred())
			defer res.Body.Close()
			for lines := bufio.NewScanner(res.Body); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "id: ") {
					id = strings.TrimPrefix(lines.Text(), "id: ")
				}
				if strings.HasPrefix(lines.Text(), "event: ") {
					return id, strings.TrimPrefix(lines.Text(), "event: ")
				}
			}
			return id, ""
		}
		dir := GinkgoT().TempDir()
		configure := func(c *simulator.Config) { c.Data, c.Profile, c.Boxes = dir, "silent", simulator.BoxesExplicit }
		first := run(ctx, configure)
		declare(first.URL(), "2.1", simplified, "LRN-0001")
		Expect(first.Settle(ctx)).To(Succeed())
		id, kind := firstEvent(first, "")
		Expect(kind).To(Equal("message"))
		Expect(first.Close(ctx)).To(Succeed())

		second := run(ctx, configure)
		_, kind = firstEvent(second, id)
		Expect(kind).To(Equal("event"))
		Expect(second.Close(ctx)).To(Succeed())

		other := run(ctx, func(c *simulator.Config) { c.Profile, c.Boxes = "silent", simulator.BoxesExplicit })
		defer func() { Expect(other.Close(ctx)).To(Succeed()) }()
		declare(other.URL(), "2.1", simplified, "LRN-0001")
		Expect(other.Settle(ctx)).To(Succeed())
		_, kind = firstEvent(other, id)
		Expect(kind).To(Equal("reset"))
	})

	It("lets a manual clock go on where the stored movements end", func(ctx SpecContext) {
		start := time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		dir := GinkgoT().TempDir()
		configure := func(c *simulator.Config) {
			c.Data, c.Profile, c.Clock, c.Now = dir, "trader-test", clock.Manual, start
		}
		first := run(ctx, configure)
		declare(first.URL(), "2.1", simplified, "LRN-0001")
		_, err := first.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Close(ctx)).To(Succeed())

		second := run(ctx, configure)
		defer func() { Expect(second.Close(ctx)).To(Succeed()) }()
		_, shown := request(http.MethodGet, second.URL()+"/simulator/v1/clock", "", "")
		Expect(shown).To(ContainSubstring(`"now":"2026-03-02T10:00:00Z"`), "the release was the last thing that happened")
	})

	It("removes a temporary store when it closes, and leaves a named one", func(ctx SpecContext) {
		tmp := GinkgoT().TempDir()
		GinkgoT().Setenv("TMPDIR", tmp)
		data := GinkgoT().TempDir()
		temporary := run(ctx)
		named := run(ctx, func(c *simulator.Config) { c.Data = data })
		Expect(filepath.Glob(filepath.Join(tmp, "nctsim-*"))).To(HaveLen(1))
		Expect(temporary.Close(ctx)).To(Succeed())
		Expect(named.Close(ctx)).To(Succeed())
		Expect(filepath.Glob(filepath.Join(tmp, "nctsim-*"))).To(BeEmpty())
		Expect(filepath.Join(data, "nctsim.db")).To(BeAnExistingFile())
	})

	It("finds a place for a temporary store where there is no folder for temporary files", func(ctx SpecContext) {
		empty := GinkgoT().TempDir()
		GinkgoT().Chdir(empty)
		GinkgoT().Setenv("TMPDIR", filepath.Join(empty, "missing"))
		sim := run(ctx)
		status, _ := request(http.MethodGet, sim.URL()+"/health/ready", "", "")
		Expect(status).To(Equal(http.StatusOK))
		Expect(sim.Close(ctx)).To(Succeed())
	})

	It("gives the control API an address and a token of its own", func() {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.ControlAddr, c.ControlToken = "127.0.0.1:0", "GB123456789012"
		})
		Expect(sim.ControlURL()).NotTo(Equal(sim.URL()))
		status, _ := request(http.MethodGet, sim.ControlURL()+"/simulator/v1/info", "", "")
		Expect(status).To(Equal(http.StatusOK))
		status, _ = request(http.MethodGet, sim.URL()+"/simulator/v1/info", "", "")
		Expect(status).To(Equal(http.StatusNotFound))
		status, _ = request(http.MethodGet, sim.URL()+"/health/ready", "", "")
		Expect(status).To(Equal(http.StatusOK))

		locked := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.ControlToken = "secret" })
		status, _ = request(http.MethodGet, locked.URL()+"/simulator/v1/info", "", "")
		Expect(status).To(Equal(http.StatusUnauthorized))
	})

	It("switches versions off", func() {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.APIVersions = []string{"2.1"} })
		status, answer := request(http.MethodGet, sim.URL()+departures, "application/vnd.hmrc.3.0+json", "")
		Expect(status).To(Equal(http.StatusNotFound))
		Expect(answer).To(ContainSubstring("MATCHING_RESOURCE_NOT_FOUND"))
	})

	It("passes its settings on to the APIs", func() {
		tokens := filepath.Join(GinkgoT().TempDir(), "tokens")
		Expect(os.WriteFile(tokens, []byte("GB123456789012x no-enrolment\n"), 0o600)).To(Succeed())
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Tokens, c.Auth, c.RateLimit, c.LRNPattern = tokens, simulator.AuthStrict, 2, "^X"
		})
		data := simtest.File(simplified)
		status, answer := request(http.MethodPost, sim.URL()+departures, "application/vnd.hmrc.2.1+json", string(data))
		Expect(status).To(Equal(http.StatusBadRequest))
		Expect(answer).To(ContainSubstring("LRN must match the regex ^X"))
		Eventually(func() int {
			status, _ := request(http.MethodGet, sim.URL()+departures, "application/vnd.hmrc.2.1+json", "")
			return status
		}).Should(Equal(http.StatusTooManyRequests))
	})

	It("shows its settings to those who may steer it, but not the control token", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.ControlToken, c.RateLimit, c.APIVersions = "secret", 2, []string{"2.1", "3.0"}
		})
		settings, err := sim.Client().Settings(ctx)
		Expect(err).NotTo(HaveOccurred())
		values := map[string]string{}
		for _, s := range settings.Configuration {
			Expect(s.Meaning).NotTo(BeEmpty())
			values[s.Name] = s.Value
		}
		Expect(values).To(And(HaveKeyWithValue("rate-limit", "2"), HaveKeyWithValue("api-versions", "2.1,3.0"),
			HaveKeyWithValue("retention", "1440h0m0s"), HaveKeyWithValue("public-url", "")))
		Expect(values).NotTo(HaveKey("control-token"))
	})

	It("answers what it has accepted before it closes, and streams of events do not hold it up", func(ctx SpecContext) {
		sim := run(ctx)
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Get(sim.URL() + "/simulator/v1/events")
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		within, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		Expect(sim.Close(within)).To(Succeed())
		_, err = io.ReadAll(res.Body)
		Expect(err).NotTo(HaveOccurred(), "the stream ends in good order")
		Expect(sim.Close(within)).To(Succeed(), "closing again does nothing")
	})

	Describe("that cannot start", func() {
		It("says which address is taken and leaves nothing open", func(ctx SpecContext) {
			taken, err := net.Listen("tcp", "127.0.0.1:0")
			Expect(err).NotTo(HaveOccurred())
			defer taken.Close()
			data := filepath.Join(GinkgoT().TempDir(), "data")
			_, err = try(ctx, func(c *simulator.Config) { c.Addr, c.Data = taken.Addr().String(), data })
			Expect(err).To(MatchError(MatchRegexp(`^addr: listen tcp .*: bind: address already in use; hint: stop whoever uses the address, or choose another with --addr`)))
			Expect(data).NotTo(BeADirectory())
		})

		It("says that another simulator has the folder", func(ctx SpecContext) {
			data := GinkgoT().TempDir()
			simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Data = data })
			_, err := try(ctx, func(c *simulator.Config) { c.Data = data })
			Expect(err).To(MatchError(ContainSubstring("the store is in use; hint: another simulator has it open")))
		})

		It("says that the folder cannot be made", func(ctx SpecContext) {
			file := filepath.Join(GinkgoT().TempDir(), "file")
			Expect(os.WriteFile(file, nil, 0o600)).To(Succeed())
			_, err := try(ctx, func(c *simulator.Config) { c.Data = filepath.Join(file, "data") })
			Expect(err).To(MatchError(MatchRegexp(`^data: mkdir .*; hint: name a folder`)))
		})

		It("says where the token file is wrong", func(ctx SpecContext) {
			_, err := try(ctx, func(c *simulator.Config) { c.Tokens = "/nowhere/tokens" })
			Expect(err).To(MatchError(HavePrefix("tokens: open /nowhere/tokens:")))
		})

		It("refuses a configuration that makes no sense before it opens anything", func() {
			_, err := simulator.New(simulator.Config{})
			Expect(err).To(MatchError(ContainSubstring("addr: \"\" is not host:port")))
			Expect(err).To(MatchError(ContainSubstring("profile: \"\" is unknown")))
		})
	})
})

// try starts a simulator on a free port.
func try(ctx context.Context, change ...func(*simulator.Config)) (*simulator.Simulator, error) {
	config := simulator.Default()
	config.Addr = "127.0.0.1:0"
	for _, f := range change {
		f(&config)
	}
	sim, err := simulator.New(config)
	if err != nil {
		return nil, err
	}
	return sim, sim.Start(ctx)
}

// run is try for what has to succeed; what the spec has not closed is closed when it ends.
func run(ctx context.Context, change ...func(*simulator.Config)) *simulator.Simulator {
	GinkgoHelper()
	sim, err := try(ctx, change...)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(sim.Close(ctx)).To(Succeed()) })
	return sim
}

// story plays a day on a manual clock and returns everything that a client saw.
func story(ctx context.Context, seed uint64) string {
	GinkgoHelper()
	sim := run(ctx, func(c *simulator.Config) {
		c.Profile, c.Clock, c.Now, c.Seed = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC), seed
	})
	defer func() { Expect(sim.Close(ctx)).To(Succeed()) }()
	var seen strings.Builder
	for i := range 3 {
		movement := declare(sim.URL(), "2.1", simplified, fmt.Sprintf("LRN-%d", i))
		_, err := sim.Advance(ctx, 46*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		_, list := request(http.MethodGet, sim.URL()+departures+"/"+movement+"/messages", "application/vnd.hmrc.2.1+json", "")
		seen.WriteString(list)
		var messages struct{ Messages []struct{ ID string } }
		Expect(json.Unmarshal([]byte(list), &messages)).To(Succeed())
		for _, m := range messages.Messages {
			_, body := request(http.MethodGet, sim.URL()+departures+"/"+movement+"/messages/"+m.ID+"/body", "application/vnd.hmrc.2.1+xml", "")
			seen.WriteString(body)
		}
	}
	return seen.String()
}
