package simulator_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/tier"
)

// hosting starts a simulator that hosts workspaces.
func hosting(change ...func(*simulator.Config)) *simulator.Simulator {
	GinkgoHelper()
	return simulator.RunT(GinkgoTB(), append([]func(*simulator.Config){func(c *simulator.Config) {
		c.Workspaces, c.Clock, c.Profile = simulator.WorkspacesOn, clock.Manual, "instant"
	}}, change...)...)
}

// declaredAt posts a declaration and returns the answer's body.
func declaredAt(ctx context.Context, base, lrn string, change ...func(*http.Request)) (int, string) {
	GinkgoHelper()
	text, eori, err := simulator.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: lrn})
	Expect(err).NotTo(HaveOccurred())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/customs/transits/movements/departures", bytes.NewReader(text))
	Expect(err).NotTo(HaveOccurred())
	r.Header = http.Header{"Accept": {"application/vnd.hmrc.2.1+json"}, "Content-Type": {"application/xml"}, "Authorization": {"Bearer " + eori}}
	for _, f := range change {
		f(r)
	}
	return answerTo(r)
}

func answerTo(r *http.Request) (int, string) {
	GinkgoHelper()
	res, err := client.DefaultHTTP.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return res.StatusCode, string(body)
}

var _ = Describe("Workspaces behind one address", func() {
	It("are chosen by the host, by the path or by a header, in this order, and the links of answers lead to them", func(ctx SpecContext) {
		sim := hosting()
		host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
		header := func(name string) func(*http.Request) {
			return func(r *http.Request) { r.Header.Set(client.WorkspaceHeader, name) }
		}
		for _, way := range []struct {
			name, path, link string
			change           []func(*http.Request)
		}{
			{"", "", `"href":"/customs/`, nil},
			{"by-host", "", `"href":"/customs/`, []func(*http.Request){host("By-Host.localhost:8080"), header("by-header")}},
			{"by-path", "/workspaces/by-path", `"href":"/workspaces/by-path/customs/`, []func(*http.Request){header("by-header")}},
			{"by-header", "", `"href":"/customs/`, []func(*http.Request){header("by-header")}},
		} {
			status, body := declaredAt(ctx, sim.URL()+way.path, "LRN-"+way.name, way.change...)
			Expect(status).To(Equal(http.StatusAccepted), body)
			Expect(body).To(ContainSubstring(way.link))
			found, err := sim.Client().In(way.name).Movements(ctx, client.MovementQuery{})
			Expect(err).NotTo(HaveOccurred())
			Expect(found.Movements).To(HaveLen(1))
			Expect(found.Movements[0].LRN).To(Equal("LRN-" + way.name))
		}
		all, err := sim.Client().Workspaces(ctx)
		Expect(err).NotTo(HaveOccurred())
		var names []string
		for _, w := range all.Workspaces {
			names = append(names, w.Name)
			Expect(w.Movements).To(Equal(1))
		}
		Expect(names).To(Equal([]string{"default", "by-header", "by-host", "by-path"}))
	})

	It("begin with a snapshot and with another one that are there, and say which is not", func(ctx SpecContext) {
		sim := hosting()
		_, err := sim.Client().MakeWorkspace(ctx, "one", client.WorkspaceOptions{From: "none"})
		Expect(err).To(And(HaveField("Status", http.StatusNotFound), HaveField("Message", "none: there is no such snapshot")))
		_, err = sim.Client().MakeWorkspace(ctx, "one", client.WorkspaceOptions{From: "../none"})
		Expect(err).To(HaveField("Status", http.StatusBadRequest))
		_, err = sim.Client().MakeWorkspace(ctx, "one", client.WorkspaceOptions{Fork: "none"})
		Expect(err).To(And(HaveField("Status", http.StatusNotFound), HaveField("Code", "WORKSPACE_NOT_FOUND")))
		_, err = sim.Client().SaveSnapshot(ctx, client.NewSnapshot{Name: "some"})
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Client().MakeWorkspace(ctx, "one", client.WorkspaceOptions{From: "some"})).To(HaveField("From", "some"))
		Expect(sim.Client().MakeWorkspace(ctx, "two", client.WorkspaceOptions{Fork: "one"})).To(HaveField("Fork", "one"))
	})

	It("go through the same as 50 tests, one after another or all at once", func(ctx SpecContext) {
		tier.Slow()
		story := func(sim *simulator.Simulator, i int) string {
			defer GinkgoRecover()
			lrn := fmt.Sprintf("STORY-%d", i)
			status, body := declaredAt(ctx, sim.URL(), lrn)
			Expect(status).To(Equal(http.StatusAccepted), body)
			Expect(sim.Settle(ctx)).To(Succeed())
			_, err := sim.Advance(ctx, time.Hour)
			Expect(err).NotTo(HaveOccurred())
			id, err := sim.Client().Find(ctx, lrn, nil)
			Expect(err).NotTo(HaveOccurred())
			m, err := sim.Client().Movement(ctx, id)
			Expect(err).NotTo(HaveOccurred())
			out := body
			for _, msg := range m.Records {
				text, err := sim.Client().Body(ctx, m.ID, msg.ID)
				Expect(err).NotTo(HaveOccurred())
				out += string(text)
			}
			return strings.ReplaceAll(out, strings.TrimPrefix(sim.URL(), "http://"), "")
		}
		const tests = 50
		config := func(c *simulator.Config) { c.Now = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC) }
		alone := make([]string, tests)
		for i := range tests {
			sim := simulator.RunT(GinkgoTB(), func(c *simulator.Config) { c.Clock, c.Profile, c.Seed = clock.Manual, "instant", uint64(i) }, config)
			alone[i] = story(sim, i)
			Expect(sim.Close(ctx)).To(Succeed())
		}
		shared := hosting(config)
		together := make([]string, tests)
		var all sync.WaitGroup
		for i := range tests {
			w, err := shared.Workspace(ctx, fmt.Sprintf("test-%d", i), func(c *simulator.Config) { c.Seed = uint64(i) })
			Expect(err).NotTo(HaveOccurred())
			all.Go(func() { together[i] = strings.ReplaceAll(story(w, i), fmt.Sprintf("/workspaces/test-%d", i), "") })
		}
		all.Wait()
		Expect(together).To(Equal(alone))
		for i := range tests {
			Expect(shared.DeleteWorkspace(ctx, fmt.Sprintf("test-%d", i))).To(Succeed())
		}
	})
})
