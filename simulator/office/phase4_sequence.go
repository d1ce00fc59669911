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

// CheckSequence reports whether a message may come next to a movement of phase 4, by the tables of
// docs/spec/api-1.0.md#10, as the API checked it until September 2021. Code is the IE code ("IE014") of a message in
// either direction: one that a trader attaches or that the Test Support API places. The error is an *OutOfSequence; its
// text is the reason to answer with. The resubmission of an IE007 and movements of later phases are never refused.
//
// The check is for the setting strict alone: the recommended setting (permissive) does not call it.
// It looks at the movement as it stands, so events that wait for the office should be handled before (Engine.Settle).
func CheckSequence(m movement.Movement, code string) error {
	order := phase4Order[m.Kind]
	if m.Phase.Generation() != message.GenerationPhase4 || code == "IE007" {
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

// phase4Order are the tables of docs/spec/api-1.0.md#10-1, with the additions of docs/spec/api-1.0.md#11, and #10-2.
var phase4Order = map[message.Kind]sequence{
	message.Departure: {
		targets: map[string]movement.State{
			"IE015": movement.Phase4DepartureSubmitted,
			"IE928": movement.Phase4PositiveAcknowledgement,
			"IE028": movement.Phase4MrnAllocated,
			"IE016": movement.Phase4DepartureRejected,
			"IE060": movement.Phase4ControlDecision,
			"IE055": movement.Phase4GuaranteeNotValid,
			"IE051": movement.Phase4NoReleaseForTransit,
			"IE029": movement.Phase4ReleaseForTransit,
			"IE014": movement.Phase4CancellationRequest,
			"IE009": movement.Phase4CancellationDecision,
			"IE045": movement.Phase4WriteOff,
			"IE054": movement.Phase4RequestOfRelease,
			"IE062": movement.Phase4ReleaseRequestRejected,
		},
		next: map[movement.State][]movement.State{
			movement.Phase4Initialized:             in(movement.Phase4DepartureSubmitted, movement.Phase4PositiveAcknowledgement, movement.Phase4MrnAllocated, movement.Phase4DepartureRejected),
			movement.Phase4DepartureSubmitted:      in(movement.Phase4DepartureSubmitted, movement.Phase4PositiveAcknowledgement, movement.Phase4MrnAllocated, movement.Phase4DepartureRejected),
			movement.Phase4PositiveAcknowledgement: in(movement.Phase4PositiveAcknowledgement, movement.Phase4MrnAllocated, movement.Phase4DepartureRejected, movement.Phase4WriteOff),
			movement.Phase4MrnAllocated:            in(movement.Phase4MrnAllocated, movement.Phase4ControlDecision, movement.Phase4NoReleaseForTransit, movement.Phase4ReleaseForTransit, movement.Phase4CancellationRequest, movement.Phase4GuaranteeNotValid),
			movement.Phase4DepartureRejected:       in(movement.Phase4DepartureRejected),
			movement.Phase4ControlDecision:         in(movement.Phase4ControlDecision, movement.Phase4NoReleaseForTransit, movement.Phase4ReleaseForTransit, movement.Phase4CancellationRequest, movement.Phase4RequestOfRelease),
			movement.Phase4GuaranteeNotValid:       in(movement.Phase4GuaranteeNotValid, movement.Phase4NoReleaseForTransit, movement.Phase4ReleaseForTransit, movement.Phase4CancellationRequest),
			movement.Phase4NoReleaseForTransit:     in(movement.Phase4NoReleaseForTransit),
			movement.Phase4ReleaseForTransit:       in(movement.Phase4ReleaseForTransit, movement.Phase4CancellationDecision, movement.Phase4WriteOff),
			movement.Phase4CancellationRequest:     in(movement.Phase4CancellationRequest, movement.Phase4CancellationDecision, movement.Phase4ReleaseForTransit, movement.Phase4NoReleaseForTransit),
			movement.Phase4CancellationDecision:    in(movement.Phase4CancellationDecision, movement.Phase4WriteOff),
			movement.Phase4WriteOff:                in(movement.Phase4WriteOff),
			movement.Phase4CancellationNack:        in(movement.Phase4CancellationRequest),
			movement.Phase4RequestOfRelease:        in(movement.Phase4RequestOfRelease, movement.Phase4NoReleaseForTransit, movement.Phase4ReleaseForTransit, movement.Phase4ReleaseRequestRejected),
		},
		later: map[movement.State][]movement.State{
			movement.Phase4ReleaseRequestRejected: in(movement.Phase4ReleaseRequestRejected, movement.Phase4NoReleaseForTransit, movement.Phase4ReleaseForTransit, movement.Phase4RequestOfRelease, movement.Phase4CancellationRequest),
		},
		nacks: map[movement.State]movement.State{
			movement.Phase4Initialized:         movement.Phase4DepartureNack,
			movement.Phase4DepartureSubmitted:  movement.Phase4DepartureNack,
			movement.Phase4CancellationRequest: movement.Phase4CancellationNack,
		},
	},
	message.Arrival: {
		targets: map[string]movement.State{
			"IE008": movement.Phase4ArrivalRejected,
			"IE043": movement.Phase4UnloadingPermission,
			"IE044": movement.Phase4UnloadingRemarksSubmitted,
			"IE058": movement.Phase4UnloadingRemarksRejected,
			"IE025": movement.Phase4GoodsReleased,
		},
		next: map[movement.State][]movement.State{
			movement.Phase4Initialized:               in(movement.Phase4ArrivalSubmitted, movement.Phase4GoodsReleased, movement.Phase4UnloadingPermission, movement.Phase4ArrivalRejected, movement.Phase4UnloadingRemarksRejected),
			movement.Phase4ArrivalSubmitted:          in(movement.Phase4GoodsReleased, movement.Phase4UnloadingPermission, movement.Phase4ArrivalRejected, movement.Phase4UnloadingRemarksRejected),
			movement.Phase4UnloadingPermission:       in(movement.Phase4UnloadingPermission, movement.Phase4UnloadingRemarksSubmitted, movement.Phase4GoodsReleased),
			movement.Phase4UnloadingRemarksSubmitted: in(movement.Phase4UnloadingRemarksRejected, movement.Phase4UnloadingPermission, movement.Phase4GoodsReleased),
			movement.Phase4UnloadingRemarksRejected:  in(movement.Phase4UnloadingRemarksRejected, movement.Phase4UnloadingRemarksSubmitted, movement.Phase4UnloadingPermission, movement.Phase4GoodsReleased),
			movement.Phase4GoodsReleased:             in(movement.Phase4GoodsReleased),
			movement.Phase4ArrivalRejected:           in(movement.Phase4ArrivalRejected, movement.Phase4GoodsReleased),
			movement.Phase4ArrivalNack:               in(movement.Phase4ArrivalSubmitted),
			movement.Phase4UnloadingRemarksNack:      in(movement.Phase4UnloadingRemarksSubmitted),
		},
		nacks: map[movement.State]movement.State{
			movement.Phase4Initialized:               movement.Phase4ArrivalNack,
			movement.Phase4ArrivalSubmitted:          movement.Phase4ArrivalNack,
			movement.Phase4UnloadingRemarksSubmitted: movement.Phase4UnloadingRemarksNack,
		},
	},
}
