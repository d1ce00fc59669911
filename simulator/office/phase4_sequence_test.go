package office_test

import (
	"errors"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
)

// The columns "Allowed next (strict)" of docs/spec/api-1.0.md#10-1 and #10-2, as they are printed there. Self
// stands for "itself"; the last row of departures is that of docs/spec/api-1.0.md#11.
const (
	departureTable = `
Initialized | DepartureSubmitted PositiveAcknowledgement MrnAllocated DepartureRejected DepartureSubmittedNegativeAcknowledgement
DepartureSubmitted | self PositiveAcknowledgement MrnAllocated DepartureRejected DepartureSubmittedNegativeAcknowledgement
PositiveAcknowledgement | self MrnAllocated DepartureRejected WriteOffNotification
MrnAllocated | self ControlDecisionNotification NoReleaseForTransit ReleaseForTransit DeclarationCancellationRequest GuaranteeNotValid
DepartureRejected | self
ControlDecisionNotification | self NoReleaseForTransit ReleaseForTransit DeclarationCancellationRequest RequestOfRelease
GuaranteeNotValid | self NoReleaseForTransit ReleaseForTransit DeclarationCancellationRequest
NoReleaseForTransit | self
ReleaseForTransit | self CancellationDecision WriteOffNotification
DeclarationCancellationRequest | self CancellationDecision ReleaseForTransit NoReleaseForTransit DeclarationCancellationRequestNegativeAcknowledgement
CancellationDecision | self WriteOffNotification
WriteOffNotification | self
DepartureSubmittedNegativeAcknowledgement | self
DeclarationCancellationRequestNegativeAcknowledgement | self DeclarationCancellationRequest
RequestOfRelease | self NoReleaseForTransit ReleaseForTransit ReleaseRequestRejected
ReleaseRequestRejected | self NoReleaseForTransit ReleaseForTransit RequestOfRelease DeclarationCancellationRequest`
	arrivalTable = `
Initialized | GoodsReleased UnloadingPermission ArrivalRejected UnloadingRemarksRejected ArrivalSubmittedNegativeAcknowledgement
ArrivalSubmitted | GoodsReleased UnloadingPermission ArrivalRejected UnloadingRemarksRejected ArrivalSubmittedNegativeAcknowledgement
UnloadingPermission | self UnloadingRemarksSubmitted GoodsReleased
UnloadingRemarksSubmitted | UnloadingRemarksRejected UnloadingPermission UnloadingRemarksSubmittedNegativeAcknowledgement GoodsReleased
UnloadingRemarksRejected | self UnloadingRemarksSubmitted UnloadingPermission GoodsReleased
GoodsReleased | self
ArrivalRejected | self GoodsReleased
ArrivalSubmittedNegativeAcknowledgement | self
UnloadingRemarksSubmittedNegativeAcknowledgement | self UnloadingRemarksSubmitted`
)

// brings are the messages by the status that they bring; an IE917 brings several.
var brings = map[message.Kind]map[string]string{
	message.Departure: {
		"PositiveAcknowledgement": "IE928", "MrnAllocated": "IE028", "DepartureRejected": "IE016", "ControlDecisionNotification": "IE060",
		"GuaranteeNotValid": "IE055", "NoReleaseForTransit": "IE051", "ReleaseForTransit": "IE029", "DeclarationCancellationRequest": "IE014",
		"CancellationDecision": "IE009", "WriteOffNotification": "IE045", "RequestOfRelease": "IE054", "ReleaseRequestRejected": "IE062",
		"DepartureSubmittedNegativeAcknowledgement": "IE917", "DeclarationCancellationRequestNegativeAcknowledgement": "IE917",
	},
	message.Arrival: {
		"UnloadingPermission": "IE043", "UnloadingRemarksSubmitted": "IE044", "UnloadingRemarksRejected": "IE058", "GoodsReleased": "IE025",
		"ArrivalRejected": "IE008", "ArrivalSubmittedNegativeAcknowledgement": "IE917", "UnloadingRemarksSubmittedNegativeAcknowledgement": "IE917",
	},
}

func phase4As(k message.Kind, state string) movement.Movement {
	return movement.Movement{Kind: k, Phase: message.Phase4, State: movement.State(state)}
}

var _ = Describe("The strict order of phase 4", func() {
	for kind, table := range map[message.Kind]string{message.Departure: departureTable, message.Arrival: arrivalTable} {
		for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
			status, next, _ := strings.Cut(line, " | ")
			It("lets the right messages of a "+string(kind)+" follow "+status, func() {
				allowed := strings.Fields(strings.ReplaceAll(next, "self", status))
				for target, code := range brings[kind] {
					err := office.CheckSequence(phase4As(kind, status), code)
					may := slices.Contains(allowed, target)
					if code == "IE917" {
						may = slices.ContainsFunc(allowed, func(s string) bool { return brings[kind][s] == "IE917" })
					}
					if may {
						Expect(err).NotTo(HaveOccurred(), "%s after %s", code, status)
						continue
					}
					var wrong *office.OutOfSequence
					Expect(errors.As(err, &wrong)).To(BeTrue(), "%s after %s", code, status)
				}
			})
		}
	}

	DescribeTable("refuses in the words of the contract:",
		func(k message.Kind, state, code, text string) {
			Expect(office.CheckSequence(phase4As(k, state), code)).To(MatchError(text))
		},
		Entry("an IE014 right after the IE015", message.Departure, "DepartureSubmitted", "IE014",
			"Can only accept this type of message [DeclarationCancellationRequest] directly after [ControlDecisionNotification or DeclarationCancellationRequestNegativeAcknowledgement or GuaranteeNotValid or MrnAllocated] messages. Current message state is [DepartureSubmitted]."),
		Entry("an IE917 that nothing asks for, to a departure", message.Departure, "MrnAllocated", "IE917",
			"Can only accept this type of message [XMLSubmissionNegativeAcknowledgement] directly after [DeclarationCancellationRequest or DepartureSubmitted or Initialized] messages. Current message state is [MrnAllocated]."),
		Entry("an IE917 that nothing asks for, to an arrival", message.Arrival, "UnloadingPermission", "IE917",
			"Can only accept this type of message [XMLSubmissionNegativeAcknowledgement] directly after [ArrivalSubmitted or Initialized or UnloadingRemarksSubmitted] messages. Current message state is [UnloadingPermission]."),
		Entry("an IE044 without a permission", message.Arrival, "ArrivalSubmitted", "IE044",
			"Can only accept this type of message [UnloadingRemarksSubmitted] directly after [UnloadingPermission or UnloadingRemarksRejected or UnloadingRemarksSubmittedNegativeAcknowledgement] messages. Current message state is [ArrivalSubmitted]."),
		Entry("an IE054 without a control", message.Departure, "MrnAllocated", "IE054",
			"Can only accept this type of message [RequestOfRelease] directly after [ControlDecisionNotification] messages. Current message state is [MrnAllocated]."),
		Entry("an IE016 after the MRN", message.Departure, "MrnAllocated", "IE016",
			"Can only accept this type of message [DepartureRejected] directly after [DepartureSubmitted or Initialized or PositiveAcknowledgement] messages. Current message state is [MrnAllocated]."),
		Entry("an IE008 after the permission", message.Arrival, "UnloadingPermission", "IE008",
			"Can only accept this type of message [ArrivalRejected] directly after [ArrivalSubmitted or Initialized] messages. Current message state is [UnloadingPermission]."),
	)

	It("never refuses a resubmitted IE007", func() {
		for _, state := range office.StatesOf(message.Phase4, message.Arrival) {
			Expect(office.CheckSequence(phase4As(message.Arrival, string(state)), "IE007")).To(Succeed())
		}
	})

	It("knows nothing of later phases", func() {
		m := movement.Movement{Kind: message.Departure, Phase: message.Phase5, State: movement.Submitted}
		Expect(office.CheckSequence(m, "IE014")).To(Succeed())
	})
})
