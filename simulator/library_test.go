package simulator_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
)

var _ = Describe("The library of scenarios", func() {
	It("has the built-in ones, read once for all simulators of the process", func() {
		one, another := simulator.Library(""), simulator.Library("")
		Expect(one.Problems()).To(BeEmpty())
		here, ok := one.Get("DSGB6")
		Expect(ok).To(BeTrue())
		there, _ := another.Get("DSGB6")
		Expect(there).To(BeIdenticalTo(here))

		Expect(one.Delete("DSGB6")).To(BeTrue())
		_, still := another.Get("DSGB6")
		Expect(still).To(BeTrue(), "what changes in one library changes in no other")
	})
})
