package office

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// OutOfSequence is a message of phase 4 at the wrong time. Its text is that of docs/spec/api-1.0.md#10-3.
type OutOfSequence struct {
	// Event is the name of the message's event, which for most is the status that it brings.
	Event string
	// After are the statuses directly after which it is accepted, in alphabetical order.
	After []string
	// State is the status of the movement.
	State movement.State
}

func (e *OutOfSequence) Error() string {
	return fmt.Sprintf("Can only accept this type of message [%s] directly after [%s] messages. Current message state is [%s].",
		e.Event, strings.Join(e.After, " or "), e.State)
}

// CheckSequence says whether a message may come next to a movement of phase 4, by the tables of
// docs/spec/api-1.0.md#10, as the API checked it until September 2021. Code is the IE code ("IE014") of a message in
// either direction: one that a trader attaches or that the Test Support API places. The error is an *OutOfSequence; its
// text is the reason to answer with. The resubmission of an IE007 and movements of later phases are never refused.
//
// The check is for the setting strict alone: the recommended setting (permissive) does not call it.
// It looks at the movement as it stands, so events that wait for the office should be handled before (Engine.Settle).
func CheckSequence(m movement.Movement, code string) error {
	order := legacyOrder[m.Kind]
	if !m.Phase.Legacy() || code == "IE007" {
		return nil
	}
	if code == "IE917" {
		return order.checkNack(m.State)
	}
	target, known := order.targets[code]
	if !known || slices.Contains(order.next[m.State], target) || slices.Contains(order.later[m.State], target) {
		return nil
	}
	e := &OutOfSequence{Event: string(target), State: m.State}
	for from, next := range order.next {
		if from != target && slices.Contains(next, target) {
			e.After = append(e.After, string(from))
		}
	}
	slices.Sort(e.After)
	return e
}

// sequence are the tables of one kind of movement.
type sequence struct {
	// targets are the statuses that messages bring.
	targets map[string]movement.State
	// next are the statuses that may follow one. What docs/spec/api-1.0.md#11 has added is in later: it is accepted,
	// but the texts are older and do not name it.
	next, later map[movement.State][]movement.State
	// nacks are the statuses after which an IE917 is accepted, with the one that it brings.
	nacks map[movement.State]movement.State
}

// checkNack: an IE917 brings another status for every message that cannot be read.
func (s sequence) checkNack(state movement.State) error {
	e := &OutOfSequence{Event: "XMLSubmissionNegativeAcknowledgement", State: state}
	for after, nack := range s.nacks {
		if state == after || state == nack {
			return nil
		}
		e.After = append(e.After, string(after))
	}
	slices.Sort(e.After)
	return e
}

// legacyOrder are the tables of docs/spec/api-1.0.md#10-1, with the additions of docs/spec/api-1.0.md#11, and #10-2.
var legacyOrder = map[message.Kind]sequence{
	message.Departure: {
		targets: map[string]movement.State{
			"IE015": movement.P4DepartureSubmitted,
			"IE928": movement.P4PositiveAcknowledgement,
			"IE028": movement.P4MrnAllocated,
			"IE016": movement.P4DepartureRejected,
			"IE060": movement.P4ControlDecision,
			"IE055": movement.P4GuaranteeNotValid,
			"IE051": movement.P4NoReleaseForTransit,
			"IE029": movement.P4ReleaseForTransit,
			"IE014": movement.P4CancellationRequest,
			"IE009": movement.P4CancellationDecision,
			"IE045": movement.P4WriteOff,
			"IE054": movement.P4RequestOfRelease,
			"IE062": movement.P4ReleaseRequestRejected,
		},
		next: map[movement.State][]movement.State{
			movement.P4Initialized:             in(movement.P4DepartureSubmitted, movement.P4PositiveAcknowledgement, movement.P4MrnAllocated, movement.P4DepartureRejected),
			movement.P4DepartureSubmitted:      in(movement.P4DepartureSubmitted, movement.P4PositiveAcknowledgement, movement.P4MrnAllocated, movement.P4DepartureRejected),
			movement.P4PositiveAcknowledgement: in(movement.P4PositiveAcknowledgement, movement.P4MrnAllocated, movement.P4DepartureRejected, movement.P4WriteOff),
			movement.P4MrnAllocated:            in(movement.P4MrnAllocated, movement.P4ControlDecision, movement.P4NoReleaseForTransit, movement.P4ReleaseForTransit, movement.P4CancellationRequest, movement.P4GuaranteeNotValid),
			movement.P4DepartureRejected:       in(movement.P4DepartureRejected),
			movement.P4ControlDecision:         in(movement.P4ControlDecision, movement.P4NoReleaseForTransit, movement.P4ReleaseForTransit, movement.P4CancellationRequest, movement.P4RequestOfRelease),
			movement.P4GuaranteeNotValid:       in(movement.P4GuaranteeNotValid, movement.P4NoReleaseForTransit, movement.P4ReleaseForTransit, movement.P4CancellationRequest),
			movement.P4NoReleaseForTransit:     in(movement.P4NoReleaseForTransit),
			movement.P4ReleaseForTransit:       in(movement.P4ReleaseForTransit, movement.P4CancellationDecision, movement.P4WriteOff),
			movement.P4CancellationRequest:     in(movement.P4CancellationRequest, movement.P4CancellationDecision, movement.P4ReleaseForTransit, movement.P4NoReleaseForTransit),
			movement.P4CancellationDecision:    in(movement.P4CancellationDecision, movement.P4WriteOff),
			movement.P4WriteOff:                in(movement.P4WriteOff),
			movement.P4CancellationNack:        in(movement.P4CancellationRequest),
			movement.P4RequestOfRelease:        in(movement.P4RequestOfRelease, movement.P4NoReleaseForTransit, movement.P4ReleaseForTransit, movement.P4ReleaseRequestRejected),
		},
		later: map[movement.State][]movement.State{
			movement.P4ReleaseRequestRejected: in(movement.P4ReleaseRequestRejected, movement.P4NoReleaseForTransit, movement.P4ReleaseForTransit, movement.P4RequestOfRelease, movement.P4CancellationRequest),
		},
		nacks: map[movement.State]movement.State{
			movement.P4Initialized:         movement.P4DepartureNack,
			movement.P4DepartureSubmitted:  movement.P4DepartureNack,
			movement.P4CancellationRequest: movement.P4CancellationNack,
		},
	},
	message.Arrival: {
		targets: map[string]movement.State{
			"IE008": movement.P4ArrivalRejected,
			"IE043": movement.P4UnloadingPermission,
			"IE044": movement.P4UnloadingRemarksSubmitted,
			"IE058": movement.P4UnloadingRemarksRejected,
			"IE025": movement.P4GoodsReleased,
		},
		next: map[movement.State][]movement.State{
			movement.P4Initialized:               in(movement.P4ArrivalSubmitted, movement.P4GoodsReleased, movement.P4UnloadingPermission, movement.P4ArrivalRejected, movement.P4UnloadingRemarksRejected),
			movement.P4ArrivalSubmitted:          in(movement.P4GoodsReleased, movement.P4UnloadingPermission, movement.P4ArrivalRejected, movement.P4UnloadingRemarksRejected),
			movement.P4UnloadingPermission:       in(movement.P4UnloadingPermission, movement.P4UnloadingRemarksSubmitted, movement.P4GoodsReleased),
			movement.P4UnloadingRemarksSubmitted: in(movement.P4UnloadingRemarksRejected, movement.P4UnloadingPermission, movement.P4GoodsReleased),
			movement.P4UnloadingRemarksRejected:  in(movement.P4UnloadingRemarksRejected, movement.P4UnloadingRemarksSubmitted, movement.P4UnloadingPermission, movement.P4GoodsReleased),
			movement.P4GoodsReleased:             in(movement.P4GoodsReleased),
			movement.P4ArrivalRejected:           in(movement.P4ArrivalRejected, movement.P4GoodsReleased),
			movement.P4ArrivalNack:               in(movement.P4ArrivalSubmitted),
			movement.P4UnloadingRemarksNack:      in(movement.P4UnloadingRemarksSubmitted),
		},
		nacks: map[movement.State]movement.State{
			movement.P4Initialized:               movement.P4ArrivalNack,
			movement.P4ArrivalSubmitted:          movement.P4ArrivalNack,
			movement.P4UnloadingRemarksSubmitted: movement.P4UnloadingRemarksNack,
		},
	},
}
