package simulator_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// still configures a simulator whose clock stands.
func still(c *simulator.Config) {
	c.Profile, c.Clock, c.Now = "fast", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
}

var _ = Describe("Snapshots", func() {
	declare := func(ctx context.Context, sim *simulator.Simulator, lrn string) client.MovementDetail {
		GinkgoHelper()
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: lrn})
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		return m
	}

	It("begin another simulator that goes on as this one does", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still, func(c *simulator.Config) { c.Seed = 42 })
		declare(ctx, sim, "BEFORE1")
		_, err := sim.Advance(ctx, time.Second)
		Expect(err).NotTo(HaveOccurred())
		var file bytes.Buffer
		Expect(sim.WriteSnapshot(ctx, &file)).To(Succeed())
		path := filepath.Join(GinkgoT().TempDir(), "fork.snapshot")
		Expect(os.WriteFile(path, file.Bytes(), 0o600)).To(Succeed())
		fork := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.From = path })
		for _, s := range []*simulator.Simulator{sim, fork} {
			declare(ctx, s, "AFTER1")
			_, err := s.Advance(ctx, time.Minute)
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(picture(ctx, fork)).To(Equal(picture(ctx, sim)))
	})

	It("put everything back, and can be undone", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still)
		c := sim.Client()
		declare(ctx, sim, "FIRST1")
		_, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "first"})
		Expect(err).NotTo(HaveOccurred())
		before := picture(ctx, sim)
		declare(ctx, sim, "SECOND1")
		_, err = sim.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		after := picture(ctx, sim)

		restored, err := sim.Restore(ctx, "first")
		Expect(err).NotTo(HaveOccurred())
		Expect(restored).To(And(HaveField("Restored", "first"), HaveField("Undo", "undo-1")))
		Expect(picture(ctx, sim)).To(Equal(before))
		declare(ctx, sim, "SECOND1")
		_, err = sim.Advance(ctx, time.Hour)
		Expect(err).NotTo(HaveOccurred())
		Expect(picture(ctx, sim)).To(Equal(after), "it goes on as it did the first time")

		restored, err = sim.Restore(ctx, "undo")
		Expect(err).NotTo(HaveOccurred())
		Expect(restored.Restored).To(Equal("undo-1"))
		Expect(picture(ctx, sim)).To(Equal(after))
	})

	It("are taken before a reset", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), still)
		c := sim.Client()
		Expect(c.Reset(ctx)).To(Succeed())
		Expect(c.Snapshots(ctx)).To(HaveField("Snapshots", BeEmpty()), "there was nothing to be forgotten")
		declare(ctx, sim, "FIRST1")
		before := picture(ctx, sim)
		Expect(c.Reset(ctx)).To(Succeed())
		Expect(c.Snapshots(ctx)).To(HaveField("Snapshots", ConsistOf(HaveField("Reason", "before a reset"))))
		_, err := sim.Restore(ctx, "undo")
		Expect(err).NotTo(HaveOccurred())
		Expect(picture(ctx, sim)).To(Equal(before))
	})
})

// picture is what the control API shows of a simulator, byte for byte.
func picture(ctx context.Context, sim *simulator.Simulator) map[string]string {
	GinkgoHelper()
	seen := map[string]string{}
	get := func(path string) string {
		answer, err := client.Request{Method: "GET", URL: sim.ControlURL() + "/simulator/v1" + path}.Do(ctx, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Status).To(Equal(200), "%s: %s", path, answer.Body)
		seen[path] = string(answer.Body)
		return seen[path]
	}
	for _, path := range []string{"/clock", "/boxes", "/applications", "/guarantees", "/scenarios"} {
		get(path)
	}
	list, err := sim.Client().Movements(ctx, client.MovementQuery{Limit: 1000})
	Expect(err).NotTo(HaveOccurred())
	get("/movements?limit=1000")
	for _, m := range list.Movements {
		get("/movements/" + m.ID)
		detail, err := sim.Client().Movement(ctx, m.ID)
		Expect(err).NotTo(HaveOccurred())
		for _, message := range detail.Records {
			get("/movements/" + m.ID + "/messages/" + message.ID + "/body")
		}
	}
	return seen
}
