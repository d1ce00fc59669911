package spelling_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/spelling"
)

func TestSpelling(t *testing.T) {
	suite.Run(t, "Spelling")
}

var known = []string{"release", "refuse_release", "request_documents", "control", "IE028", "IE029"}

var _ = DescribeTable("The nearest word", func(word, near string) {
	Expect(spelling.Nearest(word, known)).To(Equal(near))
},
	Entry("of one with a letter too few", "relase", "release"),
	Entry("of one in capitals", "Release", "release"),
	Entry("of one with letters swapped", "contorl", "control"),
	Entry("of one with a hyphen", "refuse-release", "refuse_release"),
	Entry("of the beginning of one", "request", "request_documents"),
	Entry("of more than one", "control-mode", "control"),
	Entry("of a code without its zero", "IE29", "IE029"),
	Entry("of something else", "dance", ""),
	Entry("of nothing", "", ""))

var _ = Describe("The hint", func() {
	It("is the nearest word, or all of them", func() {
		Expect(spelling.Hint("relase", known)).To(Equal("did you mean release"))
		Expect(spelling.Hint("dance", []string{"a", "b"})).To(Equal("known are a, b"))
		Expect(spelling.Hint("dance", nil)).To(BeEmpty())
	})
})
