package replay_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/replay"
)

// recorder is a test that can fail without failing.
type recorder struct {
	errors []string
	fatal  string
	clean  []func()
}

type stopped struct{}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.clean = append(r.clean, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	panic(stopped{})
}

// do runs a test to its end.
func (r *recorder) do(test func()) {
	defer func() {
		for _, f := range r.clean {
			f()
		}
		if p := recover(); p != nil {
			Expect(p).To(Equal(stopped{}))
		}
	}()
	test()
}

var _ = Describe("In a Go test", func() {
	It("scenarios are replayed against the simulator of the test", func() {
		sim := start(manual)
		t := &recorder{}
		t.do(func() { replay.RunT(t, sim, "DSGB6", "EX-ARRIVAL") })
		Expect(t.errors).To(BeEmpty())
		Expect(t.fatal).To(BeEmpty())
	})
	It("one that does not pass fails the test with an explanation", func() {
		sim := start(manual)
		t := &recorder{}
		t.do(func() {
			runWith(replay.Options{Target: target(sim), Seed: 1}, changed("DSGB6", "[IE928, IE028]", "[IE928]"))
			replay.RunT(t, sim, "DSGB6")
		})
		Expect(t.errors).To(HaveLen(1))
		Expect(t.errors[0]).To(And(HavePrefix("DSGB6 (phase 5) failed\nstep 1 "), ContainSubstring("customs should send IE928, but IE928, IE028 came")))
		t = &recorder{}
		t.do(func() { replay.RunT(t, sim, "NOTHING") })
		Expect(t.fatal).To(Equal("replay: the simulator knows no scenario NOTHING"))
	})
	It("the trader's own software is judged", func() {
		sim := start(manual)
		t := &recorder{}
		t.do(func() {
			judge := replay.WatchT(t, sim, "DSGB6")
			software{sim.URL()}.declare("DSGB6")
			judge()
		})
		Expect(t.errors).To(BeEmpty())
		Expect(t.fatal).To(BeEmpty())

		t = &recorder{}
		t.do(func() { replay.WatchT(t, sim, "DSGB4")() })
		Expect(t.errors).To(ConsistOf(ContainSubstring("no movement has followed the scenario")))
		t = &recorder{}
		t.do(func() { replay.WatchT(t, sim, "NOTHING") })
		Expect(t.fatal).To(ContainSubstring("there is no scenario NOTHING"))
	})
})
