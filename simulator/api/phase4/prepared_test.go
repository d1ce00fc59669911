package phase4

import (
	"fmt"
	"testing"

	"nctsim/simulator/simtest"

	"nctsim/simulator/simtest/suite"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestPhase4(t *testing.T) {
	suite.Run(t, "API 1.0")
}

// The schemas keep most of this from ever being met; the reasons are those of the contract all the same.
var _ = Describe("What the back end of API 1.0 refuses", func() {
	reason := func(root, head, failure string) string {
		GinkgoHelper()
		doc, err := simtest.Catalogue().Parse(phase, fmt.Appendf(nil, "<%[1]s>%[2]s</%[1]s>", root, head))
		Expect(err).NotTo(HaveOccurred())
		_, err = checkPrepared(doc)
		Expect(err).To(HaveOccurred())
		return wrapped(failure, err)
	}
	const (
		at   = "<DatOfPreMES9>20260302</DatOfPreMES9><TimOfPreMES10>0905</TimOfPreMES10>"
		late = "<DatOfPreMES9>20260302</DatOfPreMES9><TimOfPreMES10>2460</TimOfPreMES10>"
		hour = "Failed to parse TimOfPreMES10 to LocalTime with error: Text '2460' could not be parsed: Invalid value for HourOfDay (valid values 0 - 23): 24"
	)

	DescribeTable("is worded by each side in its own way:",
		func(root, head, failure, text string) { Expect(reason(root, head, failure)).To(Equal(text)) },
		Entry("a time on D1", "CC015B", late, "", hour),
		Entry("a minute on D4", "CC014A", "<DatOfPreMES9>260302</DatOfPreMES9><TimOfPreMES10>2360</TimOfPreMES10>", "",
			"Failed to parse TimOfPreMES10 to LocalTime with error: Text '2360' could not be parsed: Invalid value for MinuteOfHour (valid values 0 - 59): 60"),
		Entry("no time on D4", "CC014A", "<DatOfPreMES9>260302</DatOfPreMES9>", "",
			"Failed to parse TimOfPreMES10 to LocalTime with error: Text '' could not be parsed at index 0"),
		Entry("a time on A1", "CC007A", late, textArrival, "Failed to create ArrivalMovement with the following error: LocalTimeParseFailure("+hour+")"),
		Entry("a time on A3", "CC007A", late, textResubmission, "Failed to create message and MovementReferenceNumber with error: LocalTimeParseFailure("+hour+")"),
		Entry("a time on A5", "CC044A", late, textRemarks, "Failed to create MovementMessageWithStatus with error: LocalTimeParseFailure("+hour+") IE044"),
		Entry("the date before the time", "CC015B", "<DatOfPreMES9>2026030</DatOfPreMES9><TimOfPreMES10>2460</TimOfPreMES10>", "",
			"The value of element 'DatOfPreMES9' is neither 6 or 8 characters long"),
		Entry("no LRN", "CC015B", at, "", "The element 'RefNumHEA4' must contain a value."),
		Entry("no MRN on A1", "CC007A", at, textArrival,
			"Failed to create ArrivalMovement with the following error: EmptyMovementReferenceNumber(DocNumHEA5 was empty)"),
	)
})
