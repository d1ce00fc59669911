package schema_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
	"nctsim/xsd"
)

func TestSchema(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "schema")
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
