package office

import (
	"regexp"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phase4 is the process of phase 4: docs/spec/process.md#9.
var phase4 = &process{
	tables:        map[message.Kind][]tableRow{message.Departure: table("p4-departure", phase4Departures), message.Arrival: table("p4-arrival", phase4Arrivals)},
	taken:         phase4Taken,
	sections:      map[message.Kind]string{message.Departure: "docs/spec/process.md#9-2", message.Arrival: "docs/spec/process.md#9-3"},
	peerSection:   "docs/spec/process.md#9-3",
	openings:      map[string]func(*transition){"IE015": (*transition).classifyPhase4, "IE007": (*transition).classifyPhase4Arrival},
	sequence:      (*transition).checkPhase4Sequence,
	checks:        map[string]check{"IE044": func(tr *transition) (_, national []fault) { return tr.checkPhase4Remarks(), nil }},
	effects:       phase4Effects,
	injectedFacts: phase4Facts,
	timers:        map[string]map[movement.State]string{AutoRelease: {movement.Phase4MrnAllocated: "", movement.Phase4CancellationRequest: cancellation}},
	causeStates:   map[string][]movement.State{cancellation: in(movement.Phase4CancellationRequest)},
	aside:         in(movement.Phase4CancellationRequest, movement.Phase4CancellationNack, continues),
	continuing:    in(movement.Phase4CancellationDecision, movement.Phase4CancellationNack),
	officer: map[movement.State]string{
		movement.Phase4PositiveAcknowledgement: "accept",
		movement.Phase4MrnAllocated:            "release",
		movement.Phase4ControlDecision:         "release",
		movement.Phase4RequestOfRelease:        "release",
		movement.Phase4CancellationRequest:     "accept_cancellation",

		movement.Phase4ArrivalSubmitted:          "release_goods",
		movement.Phase4UnloadingRemarksSubmitted: "release_goods",
	},
	answered: map[string][]string{
		"IE008": {"IE007"},
		"IE009": {"IE014"},
		"IE016": {"IE015"},
		"IE025": {"IE044", "IE007"},
		"IE058": {"IE044"},
		"IE062": {"IE054"},
		"IE917": {"IE015", "IE014", "IE007", "IE044"},
	},
	journey: journey{
		underway:  releasedForTransit,
		mayArrive: releasedForTransit,
		undecided: func(m movement.Movement) bool {
			// In the normal procedure an arrival stays in the state after it was looked at.
			return m.State == movement.Phase4ArrivalSubmitted && m.Procedure == ""
		},
		rejected: among(movement.Phase4ArrivalRejected, movement.Phase4ArrivalNack),
		shows:    func(d *message.Document) bool { return d.Has("GOOITEGDS") },
	},
	number: numbering{
		make: func(at time.Time, office, _ string, st *clock.Stream) string {
			return movement.NewPhase4MRN(at, office, st)
		},
		how:    "year of acceptance, office of departure, 1 and six digits of the seed, check digit",
		adopts: phase4MRN.MatchString,
		shared: true,
	},
	guarantees: "GUAGUA/GUAREFREF/GuaRefNumGRNREF1",
	remarks:    remarkPaths{complete: "UNLREMREM/UnlComREM66", conform: "UNLREMREM/ConREM65", seals: "UNLREMREM/StaOfTheSeaOKREM19"},
}

// phase4MRN is what the schemas of phase 4 let stand for an MRN. An injected one becomes that of the movement, whosever
// it is (docs/spec/api-1.0.md#6).
var phase4MRN = regexp.MustCompile(`^\S.{0,20}$`)

// phase4Taken says which messages of the trader are taken in which state (docs/spec/process.md#9-2 and #9-3). A
// movement that goes on after a refused cancellation stands where it stood before.
//
//	State | IE014 | IE054
//	State | IE044
var phase4Taken = map[movement.State][]string{
	movement.Phase4DepartureSubmitted:     {"IE015"},
	movement.Phase4MrnAllocated:           {"IE014"},
	movement.Phase4GuaranteeNotValid:      {"IE014"},
	movement.Phase4CancellationRequest:    {"IE014"},
	movement.Phase4ControlDecision:        {"IE054"},
	movement.Phase4RequestOfRelease:       {"IE054"},
	movement.Phase4ReleaseRequestRejected: {"IE014", "IE054"},

	movement.Phase4ArrivalSubmitted:         {"IE007"},
	movement.Phase4UnloadingPermission:      {"IE044"},
	movement.Phase4UnloadingRemarksRejected: {"IE044"},
	movement.Phase4UnloadingRemarksNack:     {"IE044"},
}

// releasedForTransit: the goods of a movement that was released are under way, also while a request to cancel it waits
// or after it was refused.
func releasedForTransit(m movement.Movement) bool {
	return m.State == movement.Phase4ReleaseForTransit || m.Remembered == movement.Phase4ReleaseForTransit
}

// Words of the guard column that only phase 4 has.
var (
	// atCustoms: the goods are at a customs sub place, or wherever, but not announced alone. Only a declaration that is lodged
	// before the goods come is acknowledged first (IE928).
	atCustoms = condition{"not preLodged", func(tr *transition) bool { return !tr.m.PreLodged }}
	// releaseWanted: the trader asks for the release in spite of the control (docs/spec/api-1.0.md#11).
	releaseWanted = condition{"RelReqHEA105 1", func(tr *transition) bool { return tr.Message.Get("HEAHEA/RelReqHEA105") != "0" }}
	// allocatedBefore: the cancellation was asked for before anything was decided about the release. If it is refused,
	// the movement goes on to the release by itself, whatever its procedure.
	allocatedBefore = condition{"MrnAllocated before", func(tr *transition) bool { return tr.m.Remembered == movement.Phase4MrnAllocated }}
	releasedBefore  = condition{"released before", func(tr *transition) bool { return tr.m.Remembered == movement.Phase4ReleaseForTransit }}
)

// classifyPhase4 takes the guards of docs/spec/process.md#9-1 from the IE015 into the movement.
func (tr *transition) classifyPhase4() {
	d := tr.Message
	tr.m.TIR = d.Field(message.DeclarationType) == "TIR"
	tr.m.Procedure = movement.Normal
	if d.Get("CONRESERS/ConResCodERS16") == tr.settings.SimplifiedControlResult {
		tr.m.Procedure = movement.Simplified
	}
	tr.m.PreLodged = strings.EqualFold(d.Get("HEAHEA/AgrLocOfGooHEA39"), "Pre-Lodged")
	tr.m.Office = d.Field(message.OfficeOfDeparture)
	tr.m.LRN = d.Field(message.LRN)
	tr.m.Sender = d.Field(message.Sender)
	tr.m.Facts.Original, tr.m.Facts.Declaration = tr.Event.Message, tr.Event.Message
	tr.m.Facts.Submitted = tr.Event.At
}

// classifyPhase4Arrival takes the guards from the IE007. What came of an earlier one counts no more.
func (tr *transition) classifyPhase4Arrival() {
	d := tr.Message
	tr.m.Procedure = movement.Normal
	if d.Get("HEAHEA/SimProFlaHEA132") == "1" {
		tr.m.Procedure = movement.Simplified
	}
	tr.m.MRN = d.Field(message.MRN)
	tr.m.Office = d.Field(message.OfficeOfPresentation)
	tr.m.MovementEORI = d.Field(message.TraderAtDestination)
	tr.m.Sender = d.Field(message.Sender)
	tr.m.Facts = movement.Facts{Original: tr.Event.Message, Submitted: tr.Event.At}
}
