package replay_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/coverage"
	"nctsim/simulator/movement"
	"nctsim/simulator/replay"
	"nctsim/simulator/simtest/tier"
)

var update = flag.Bool("update", false, "write the scenarios that coverage names anew")

var _ = Describe("The scenarios that coverage names", func() {
	It("meet what they are named for, which is written when they are played", func() {
		tier.Whole()
		var text strings.Builder
		known := map[coverage.Key]bool{}
		for _, c := range replay.Cases(library().All()) {
			var found []coverage.Key
			for k := range met(everything()[c.String()]) {
				if k.Name != "" && !known[k] {
					found = append(found, k)
					known[k] = true
				}
			}
			slices.SortFunc(found, func(a, b coverage.Key) int {
				return strings.Compare(string(a.Area)+a.Group+a.Name, string(b.Area)+b.Group+b.Name)
			})
			for _, k := range found {
				text.WriteString(strings.Join([]string{string(k.Area), k.Group, k.Name, c.Scenario.ID}, "\t") + "\n")
			}
		}
		file := filepath.Join("..", "api", "control", "coverage_scenarios.tsv")
		if *update {
			Expect(os.WriteFile(file, []byte(text.String()), 0o644)).To(Succeed())
		}
		written, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(written)).To(Equal(text.String()), "go test ./simulator/replay -update writes it anew")
	})
})

// met is what a case meets.
func met(r replay.Result) map[coverage.Key]uint64 {
	counter := coverage.NewCounter(replay.DefaultNow)
	for _, side := range r.Sides {
		var entries []movement.Entry
		for _, step := range r.Steps {
			for _, e := range step.Journal {
				if e.Movement == side.ID {
					entries = append(entries, e)
				}
			}
		}
		counter.Event(&movement.Movement{Phase: r.Phase, Kind: side.Kind}, entries)
	}
	counts, _ := counter.Counts()
	return counts
}
