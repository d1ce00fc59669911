package scenario_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/fixtures"
	"nctsim/scenarios"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

var update = flag.Bool("update", false, "write scenarios/scenario.schema.json and the reference in docs/scenarios.md anew")

func TestScenario(t *testing.T) {
	suite.Run(t, "scenario")
}

var (
	catalogue *message.Catalogue
	reader    *scenario.Reader
	// library is what comes with the simulator, problems its mistakes.
	library  []*scenario.Scenario
	problems scenario.Problems
)

var _ = BeforeSuite(func() {
	catalogue = simtest.Catalogue()
	reader = scenario.NewReader(catalogue, fixtures.Files)
	library, problems = reader.Load(scenarios.Files)
})

// root is the repository's root folder.
func root(parts ...string) string {
	return filepath.Join(append([]string{"..", ".."}, parts...)...)
}

// read parses a scenario that must be right.
func read(text string) *scenario.Scenario {
	GinkgoHelper()
	s, err := reader.Parse("test.yaml", []byte(text), nil)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// mistakes are the problems of a scenario as lines "line:column: text; hint: …".
func mistakes(text string) []string {
	GinkgoHelper()
	return mistakesBeside(text, "")
}

func mistakesBeside(text, dir string) []string {
	GinkgoHelper()
	var beside = os.DirFS(dir)
	if dir == "" {
		beside = nil
	}
	s, err := reader.Parse("test.yaml", []byte(text), beside)
	if err == nil {
		Expect(s).NotTo(BeNil())
		return nil
	}
	Expect(s).To(BeNil())
	found, ok := err.(scenario.Problems)
	Expect(ok).To(BeTrue(), "%T", err)
	var out []string
	for _, p := range found {
		out = append(out, strings.TrimPrefix(p.Error(), "test.yaml:"))
	}
	return out
}

// scenarioWith is a scenario with these steps; they begin in line 6.
func scenarioWith(steps string) string {
	return "id: T\ntitle: Test\nmovement: departure\nphases: [5, 6]\nsteps:\n" + steps
}

// declared sends a declaration in line 6 and goes on in line 8.
const declared = "  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928, IE028]\n"

// phase4With is a scenario of phase 4 with these steps; they begin in line 6.
func phase4With(steps string) string {
	return "id: T\ntitle: Test\nmovement: departure\nphases: [4]\nsteps:\n" + steps
}

// declaredPhase4 sends a declaration of phase 4 in line 6 and goes on in line 8.
const declaredPhase4 = "  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE028]\n"

// phase4Step is the body of a scenario of phase 4 whose line 8 is the step.
func phase4Step(text string) string { return phase4With(declaredPhase4 + text + "\n") }
