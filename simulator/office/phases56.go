package office

import (
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phases56 is the process of phases 5 and 6: docs/spec/process.md#4 and #5.
var phases56 = &process{
	tables:        map[message.Kind][]tableRow{message.Departure: table("p56-departure", departures), message.Arrival: table("p56-arrival", arrivals)},
	taken:         phases56Taken,
	sections:      map[message.Kind]string{message.Departure: "docs/spec/process.md#4-3", message.Arrival: "docs/spec/process.md#5-3"},
	peerSection:   "docs/spec/process.md#5-5",
	openings:      map[string]func(*transition){"IE015": (*transition).classify, "IE007": (*transition).classifyArrival},
	sequence:      (*transition).checkSequence,
	checks:        phases56Checks,
	effects:       phases56Effects,
	injectedFacts: phases56Facts,
	timers:        phases56Timers,
	causeStates: map[string][]movement.State{
		cancellation: in(movement.CancellationRequested),
		guarantee:    in(movement.GuaranteeAmendment, movement.CancellationRequested),
	},
	aside: in(movement.CancellationRequested),
	officer: map[movement.State]string{
		movement.AwaitingAcceptance:    "accept",
		movement.Accepted:              "release",
		movement.UnderControl:          "release",
		movement.CancellationRequested: "accept_cancellation",

		movement.AwaitingArrivalAcceptance: "accept_arrival",
		movement.ArrivalAccepted:           "release_goods",
		movement.RemarksReceived:           "release_goods",
	},
	answered: map[string][]string{
		"IE004": {"IE013"},
		"IE009": {"IE014"},
		"IE025": {"IE044", "IE007"},
		"IE056": {"IE015", "IE013", "IE014", "IE170"},
		"IE057": {"IE007", "IE044"},
	},
	journey: journey{
		underway:  among(movement.Released, movement.Arrived, movement.Discrepancies, movement.Recovery),
		mayArrive: among(movement.Released),
		undecided: among(movement.ArrivalSubmitted),
		rejected:  among(movement.ArrivalRejected),
		shows:     func(d *message.Document) bool { return d.Has("Consignment") },
	},
	number: numbering{
		make:   movement.NewMRN,
		how:    "year of acceptance, office of departure, random part of the seed, security letter (R0410), check digit",
		adopts: mrnShape.MatchString,
	},
	lrnUnique:  true,
	guarantees: "Guarantee/GuaranteeReference/GRN",
	remarks:    remarkPaths{complete: "UnloadingRemark/unloadingCompletion", conform: "UnloadingRemark/conform", seals: "UnloadingRemark/stateOfSeals"},
}
