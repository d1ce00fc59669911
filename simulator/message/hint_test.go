package message_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
)

var _ = DescribeTable("The hint about the code of a message", func(word, want string) {
	Expect(message.Hint(word, []string{"IE028", "IE029", "IE051"})).To(Equal(want))
},
	Entry("in small letters", "ie029", "did you mean IE029"),
	Entry("without its zero", "IE29", "did you mean IE029"),
	Entry("without its letters", "029", "did you mean IE029"),
	Entry("as the root of the message", "CC029C", "did you mean IE029"),
	Entry("as the root in phase 4", "cc029b", "did you mean IE029"),
	Entry("of the trader", "IE015", "IE015 comes from the trader"),
	Entry("of customs, but not here", "CC043C", "known are IE028, IE029, IE051"),
	Entry("that does not exist", "IE129", "did you mean IE029"),
	Entry("that is none", "release", "known are IE028, IE029, IE051"))
