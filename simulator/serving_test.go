package simulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/suite"
)

// software is that of a trader that is tested with a scenario: it knows the API, the control API, and what
// the scenario lets the trader send.
type software struct {
	sim   *simulator.Simulator
	sc    *scenario.Scenario
	phase message.Phase
	// first is the movement with which the scenario began, ids those created last.
	first string
	ids   map[message.Kind]string
	sent  int
}

// view is what the software reads of a movement.
type view struct {
	State  movement.State
	MRN    string
	Script *struct {
		Status      movement.ScriptStatus
		Step, Steps int
		Why         string
		Due         *time.Time
	}
	Journal []movement.Entry
}

func (c *software) view(id string) (v view) {
	GinkgoHelper()
	status, body := request(http.MethodGet, c.sim.ControlURL()+"/simulator/v1/movements/"+id, "application/json", "")
	Expect(status).To(Equal(http.StatusOK), body)
	Expect(json.Unmarshal([]byte(body), &v)).To(Succeed())
	return v
}

// call is a call of a trader that asks for the scenario of the software.
func (c *software) call(method, path, eori string, body []byte) (int, string) {
	GinkgoHelper()
	req, err := http.NewRequest(method, c.sim.URL()+path, strings.NewReader(string(body)))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer "+eori)
	req.Header.Set("Accept", "application/vnd.hmrc."+c.phase.APIVersion()+"+json")
	if body != nil {
		req.Header.Set("Content-Type", "application/xml")
		req.Header.Set("Gov-Test-Scenario", c.sc.ID)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return res.StatusCode, string(answer)
}

// now is the simulator's time.
func (c *software) now() time.Time {
	GinkgoHelper()
	_, body := request(http.MethodGet, c.sim.ControlURL()+"/simulator/v1/clock", "application/json", "")
	var clock struct{ Now time.Time }
	Expect(json.Unmarshal([]byte(body), &clock)).To(Succeed())
	return clock.Now
}

// submit sends the message of a step, again and again as long as the API is out of order.
func (c *software) submit(ctx context.Context, st *scenario.Step) {
	GinkgoHelper()
	mrn := ""
	if id := c.ids[message.Departure]; id != "" {
		mrn = c.view(id).MRN
	}
	c.sent++
	d, err := st.Trader.Document(c.phase, scenario.Facts{LRN: "SERVED", MRN: mrn, Now: c.now(), Identification: fmt.Sprint("M", c.sent)})
	Expect(err).NotTo(HaveOccurred())
	path := "/customs/transits/movements/" + st.Trader.Send.Kind.Plural()
	if st.Trader.Send.Role == message.Attaches {
		path += "/" + c.ids[st.Trader.Send.Kind] + "/messages"
	}
	status, body := c.call(http.MethodPost, path, st.Trader.Sender(d), d.Bytes())
	for status == http.StatusServiceUnavailable {
		status, body = c.call(http.MethodPost, path, st.Trader.Sender(d), d.Bytes())
	}
	Expect(status).To(Equal(http.StatusAccepted), body)
	if st.Trader.Send.Role == message.Creates {
		var accepted struct{ DepartureID, ArrivalID string }
		Expect(json.Unmarshal([]byte(body), &accepted)).To(Succeed())
		c.ids[st.Trader.Send.Kind] = accepted.DepartureID + accepted.ArrivalID
		if c.first == "" {
			c.first = accepted.DepartureID + accepted.ArrivalID
		}
	}
	Expect(c.sim.Settle(ctx)).To(Succeed())
}

// play does what the trader has to do and lets time pass for everything else.
func (c *software) play(ctx context.Context) view {
	GinkgoHelper()
	for c.submit(ctx, c.sc.Opening()); ; {
		v := c.view(c.first)
		if v.Script.Status != movement.Following {
			return v
		}
		if st := &c.sc.Steps[v.Script.Step-1]; st.Trader != nil {
			c.submit(ctx, st)
			continue
		}
		status, body := request(http.MethodPost, c.sim.ControlURL()+"/simulator/v1/clock/advance", "application/json", `{"to":"next"}`)
		Expect(status).To(Equal(http.StatusOK), body)
		Expect(body).NotTo(ContainSubstring(`"happened":[]`), "the script does not go on")
	}
}

// manual is when the clock of these specs stands at first.
var manual = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)

func serving(id string, p message.Phase, change ...func(*simulator.Config)) *software {
	GinkgoHelper()
	sim := simulator.RunT(GinkgoT(), append([]func(*simulator.Config){func(c *simulator.Config) {
		c.Clock, c.Now, c.Seed = clock.Manual, manual, 7
	}}, change...)...)
	sc, ok := simulator.Library("").Get(id)
	Expect(ok).To(BeTrue())
	return &software{sim: sim, sc: sc, phase: p, ids: map[message.Kind]string{}}
}

func profileOf(name string) func(*simulator.Config) {
	return func(c *simulator.Config) { c.Profile = name }
}

// leavesNothing fails a spec that leaves goroutines behind.
func leavesNothing() {
	suite.NoLeaks()
}

var _ = Describe("A simulator that serves a scenario", func() {
	BeforeEach(leavesNothing)
	examples := []string{"EX-RELEASE", "EX-OFFICER", "EX-REJECTED", "EX-MATCH", "EX-ARRIVAL", "EX-RESPOND", "EX-INJECT", "EX-FAULTS"}
	library := []string{
		"DSGB1", "DSGB6", "DNXI2", "DSGBT1", "PSGB2", "PNGB2", "ASGB3", "ASGB6", "ANGB1", "AGB1",
		"P6-DSGB-05", "P6-PSXI-02", "P6-AGB-01", "X-GUA-AMEND", "X-CANCEL-REFUSED", "X-CONT-UNLOAD", "X-RECOVERY-WRITEOFF",
	}
	for _, profile := range []string{"fast", "trader-test"} {
		for _, id := range append(examples, library...) {
			It("brings "+id+" from its first to its last step over HTTP, profile "+profile, func(ctx context.Context) {
				sc := serving(id, message.Phase5, profileOf(profile)).sc
				for _, p := range sc.Phases {
					c := serving(id, p, profileOf(profile))
					v := c.play(ctx)
					Expect(v.Script.Status).To(Equal(movement.Finished), v.Script.Why)
					Expect(v.Script.Step).To(Equal(v.Script.Steps + 1))
					Expect(v.Journal).To(ContainElement(HaveField("Mark", movement.MarkThrough)))
					if c.sc.End != "" && c.sc.Movement == message.Departure {
						Expect(v.State).To(Equal(c.sc.End))
					}
				}
			})
		}
	}

	It("gives the same bytes for the same seed", func(ctx context.Context) {
		told := func() (all string) {
			c := serving("ASGB3", message.Phase5, profileOf("fast"))
			c.play(ctx)
			for _, kind := range []message.Kind{message.Departure, message.Arrival} {
				_, shown := request(http.MethodGet, c.sim.ControlURL()+"/simulator/v1/movements/"+c.ids[kind], "application/json", "")
				all += shown
			}
			return all
		}
		Expect(told()).To(Equal(told()))
	})
})

var _ = Describe("The folder of --scenarios", func() {
	const text = "id: MINE\ntitle: %s\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015 }\n    expect: [IE928, IE028]\n"
	var dir string
	write := func(name, text string) {
		Expect(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)).To(Succeed())
	}
	BeforeEach(leavesNothing)
	BeforeEach(func() { dir = GinkgoT().TempDir() })
	// shown is what the control API says of a scenario.
	shown := func(sim *simulator.Simulator, id string) string {
		_, body := request(http.MethodGet, sim.URL()+"/simulator/v1/scenarios/"+id, "application/json", "")
		return body
	}
	in := func(log *logged) func(*simulator.Config) {
		return func(c *simulator.Config) { c.Scenarios, c.Logger = dir, log.logger() }
	}

	It("adds scenarios to the built-in ones, and its own go first", func() {
		write("mine.yaml", fmt.Sprintf(text, "My own"))
		write("theirs.yaml", strings.Replace(fmt.Sprintf(text, "My DSGB1"), "MINE", "DSGB1", 1))
		sim := simulator.RunT(GinkgoT(), in(&logged{}))
		Expect(shown(sim, "MINE")).To(ContainSubstring(`"file":"` + filepath.ToSlash(filepath.Join(dir, "mine.yaml")) + `","line":1`))
		Expect(shown(sim, "DSGB1")).To(ContainSubstring("My DSGB1"))
		Expect(shown(sim, "DSGB6")).To(ContainSubstring(`"file":"trader-test/p5/DSGB6.yaml"`))
	})

	It("is read again when a file changes, comes or goes", func() {
		write("mine.yaml", fmt.Sprintf(text, "My own"))
		log := &logged{}
		sim := simulator.RunT(GinkgoT(), in(log))
		Expect(shown(sim, "MINE")).To(ContainSubstring("My own"))
		write("mine.yaml", fmt.Sprintf(text, "My own, but better"))
		write("second.yaml", strings.Replace(fmt.Sprintf(text, "Second"), "MINE", "SECOND", 1))
		Eventually(func() string { return shown(sim, "MINE") + shown(sim, "SECOND") }).Should(And(ContainSubstring("but better"), ContainSubstring("Second")))
		Expect(os.Remove(filepath.Join(dir, "mine.yaml"))).To(Succeed())
		Eventually(func() string { return shown(sim, "MINE") }).Should(ContainSubstring("there is no scenario MINE"))
	})

	It("keeps what was good when a file becomes wrong, and logs the mistake once", func() {
		write("mine.yaml", fmt.Sprintf(text, "My own"))
		log := &logged{}
		sim := simulator.RunT(GinkgoT(), in(log))
		Expect(shown(sim, "MINE")).To(ContainSubstring("My own"))
		write("mine.yaml", fmt.Sprintf(text, "My own")+"  - officer: relase\n")
		Eventually(log.String).Should(ContainSubstring("mine.yaml:8:14: there is no officer's action relase; hint: did you mean release"))
		Expect(shown(sim, "MINE")).To(ContainSubstring("My own"))
		_, list := request(http.MethodGet, sim.URL()+"/simulator/v1/scenarios", "application/json", "")
		Expect(list).To(ContainSubstring(`"problems":[{"file":`))
		Consistently(func() int { return strings.Count(log.String(), "relase") }, "2500ms").Should(Equal(1))
	})

	It("has to be there", func() {
		c := simulator.Default()
		c.Scenarios = filepath.Join(dir, "nowhere")
		Expect(c.Validate()).To(MatchError(And(HavePrefix("scenarios: "), ContainSubstring("hint: create the folder"))))
		write("file", "")
		c.Scenarios = filepath.Join(dir, "file")
		Expect(c.Validate()).To(MatchError(ContainSubstring("is not a folder")))
	})
})

// logged is a log in memory.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logged) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
