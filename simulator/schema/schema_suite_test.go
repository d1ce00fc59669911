package schema_test

import (
	"context"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/fixtures"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest/suite"
	"nctsim/xsd"
)

func TestSchema(t *testing.T) {
	suite.Run(t, "schema")
}

var phases = map[string]*schema.Set{}

var _ = BeforeSuite(func() {
	for _, dir := range []string{"phase4", "phase5", "phase6"} {
		set, err := schema.Load(xsd.Files, dir)
		Expect(err).NotTo(HaveOccurred())
		phases[dir] = set
	}
})

func validate(dir, document string) []schema.Error {
	return phases[dir].Validate(context.Background(), []byte(document), schema.Options{}).Errors
}

func messages(errs []schema.Error) []string {
	var out []string
	for _, e := range errs {
		out = append(out, e.Message)
	}
	return out
}

// fixture is one of the shipped documents.
func fixture(name string) string {
	GinkgoHelper()
	data, err := fixtures.Files.ReadFile(name)
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

// between is what stands between two pieces of a text.
func between(text, before, after string) string {
	GinkgoHelper()
	_, rest, ok := strings.Cut(text, before)
	Expect(ok).To(BeTrue(), before)
	found, _, ok := strings.Cut(rest, after)
	Expect(ok).To(BeTrue(), after)
	return found
}
