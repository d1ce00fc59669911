package console_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
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

// many declares as often as it is told to, side by side.
func many(sim *simulator.Simulator, n int) {
	GinkgoHelper()
	var group sync.WaitGroup
	trader := sim.Trader(message.Phase5, "GB954131533000")
	for part := range 16 {
		group.Go(func() {
			defer GinkgoRecover()
			for i := part; i < n; i += 16 {
				text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: fmt.Sprintf("MANY-%05d", i)})
				Expect(err).NotTo(HaveOccurred())
				_, err = trader.Submit(GinkgoT().Context(), client.Submission{Type: message.Phase5.Creating(message.Departure), Text: text})
				Expect(err).NotTo(HaveOccurred())
			}
		})
	}
	group.Wait()
	Expect(sim.Settle(GinkgoT().Context())).To(Succeed())
}

// quickest is how much time of the processors a page takes at least, asking for it included: what else the machine does makes the
// clock on the wall go on, but not this one.
func quickest(b browser, path string) time.Duration {
	GinkgoHelper()
	least := time.Hour
	for range 9 {
		began := processorTime()
		Expect(b.get(path).StatusCode).To(Equal(http.StatusOK))
		least = min(least, processorTime()-began)
	}
	return least
}

// processorTime is what the process has taken of the processors so far.
func processorTime() time.Duration {
	GinkgoHelper()
	var used syscall.Rusage
	Expect(syscall.Getrusage(syscall.RUSAGE_SELF, &used)).To(Succeed())
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// pageTime is how much of it a large page may take. It is there in 50 ms on a machine that does nothing else; the collector of
// what is not needed any more works beside it, on another core. The race detector makes everything several times slower.
func pageTime() time.Duration {
	if tier.RaceDetector {
		return 2 * time.Second
	}
	return 120 * time.Millisecond
}

var _ = Describe("Large pages", func() {
	It("are there at once: a list of 1,000 movements, and a movement of 200 entries", func() {
		tier.Slow()
		sim := open()
		many(sim, 2000)
		b := visit(sim)
		Expect(b.get("?limit=1000").Text).To(ContainSubstring("1 to 1000 of 2000"))
		Expect(b.get("?limit=1000000").Text).To(ContainSubstring("1 to 1000 of 2000"))
		Expect(b.get("?skip=1950").Text).To(ContainSubstring("1951 to 2000 of 2000"))
		list := quickest(b, "?limit=1000")

		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "LONG"})
		for range 60 {
			_, err := sim.Officer(GinkgoT().Context(), id, "control", nil)
			Expect(err).NotTo(HaveOccurred())
		}
		m, err := sim.Movement(GinkgoT().Context(), id)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(m.Journal)).To(BeNumerically(">=", 180))
		one := quickest(b, "movements/"+id)
		AddReportEntry("times", fmt.Sprintf("list %v, movement of %d entries %v", list, len(m.Journal), one))
		Expect(list).To(BeNumerically("<", pageTime()))
		Expect(one).To(BeNumerically("<", pageTime()))
	})

	It("are there at once: a message of 999 items", func() {
		tier.Slow()
		sim := open()
		text, err := sim.Fixture(message.Phase5, "ie015-normal-gb-xi", scenario.Facts{LRN: "MANY-1"})
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Declare(GinkgoT().Context(), message.Phase5, manyItems(text))
		Expect(err).NotTo(HaveOccurred())
		Expect(quickest(visit(sim), messagePath(sim, m.ID, "IE015"))).To(BeNumerically("<", pageTime()*5/2))
	})
})

// fetch gets a page as often as a benchmark wants it.
func fetch(b *testing.B, address string) {
	for b.Loop() {
		res, err := http.Get(address)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			b.Fatal(res.Status)
		}
	}
}

func BenchmarkListOf1000(b *testing.B) {
	RegisterTestingT(b)
	sim := simulator.RunT(b, func(c *simulator.Config) { c.Profile = "silent" })
	trader := sim.Trader(message.Phase5, "GB954131533000")
	for i := range 1000 {
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: fmt.Sprintf("MANY-%05d", i)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := trader.Submit(b.Context(), client.Submission{Type: message.Phase5.Creating(message.Departure), Text: text}); err != nil {
			b.Fatal(err)
		}
	}
	fetch(b, sim.ConsoleURL()+"?limit=1000")
}

func BenchmarkMovementOf200Entries(b *testing.B) {
	RegisterTestingT(b)
	sim := simulator.RunT(b, func(c *simulator.Config) { c.Clock, c.Now, c.Profile = clock.Manual, start, "trader-test" })
	text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "LONG"})
	if err != nil {
		b.Fatal(err)
	}
	m, err := sim.Declare(b.Context(), message.Phase5, text)
	if err != nil {
		b.Fatal(err)
	}
	for range 62 {
		if _, err := sim.Officer(b.Context(), m.ID, "control", nil); err != nil {
			b.Fatal(err)
		}
	}
	fetch(b, sim.ConsoleURL()+"movements/"+m.ID)
}

func BenchmarkMessageOf999Items(b *testing.B) {
	RegisterTestingT(b)
	sim := simulator.RunT(b, func(c *simulator.Config) { c.Clock, c.Now, c.Profile = clock.Manual, start, "trader-test" })
	text, err := sim.Fixture(message.Phase5, "ie015-normal-gb-xi", scenario.Facts{LRN: "MANY-1"})
	if err != nil {
		b.Fatal(err)
	}
	m, err := sim.Declare(b.Context(), message.Phase5, manyItems(text))
	if err != nil {
		b.Fatal(err)
	}
	fetch(b, sim.ConsoleURL()+"movements/"+m.ID+"/messages/"+m.Records[0].ID)
}
