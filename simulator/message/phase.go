package message

import "fmt"

// Phase is a version of NCTS. It decides which schemas apply, which PhaseID a
// message of ours carries and which API version speaks it.
type Phase int

// The phases and the API version that carries each: 1.0, 2.1 and 3.0.
const (
	Phase4 Phase = 4
	Phase5 Phase = 5
	Phase6 Phase = 6
)

// Phases are all phases, the oldest first.
var Phases = []Phase{Phase4, Phase5, Phase6}

// Namespace is the target namespace of the roots of phases 5 and 6; their children have none.
const Namespace = "http://ncts.dgtaxud.ec"

// Dir is the folder of the phase's schemas and fixtures: "phase5".
func (p Phase) Dir() string { return fmt.Sprintf("phase%d", int(p)) }

// String is the short name used in settings and scenario files: "5".
func (p Phase) String() string { return fmt.Sprintf("%d", int(p)) }

// APIVersion is the version of the CTC Traders API that speaks the phase: "2.1".
func (p Phase) APIVersion() string {
	switch p {
	case Phase4:
		return "1.0"
	case Phase5:
		return "2.1"
	default:
		return "3.0"
	}
}

// EmittedPhaseID is the PhaseID attribute of messages that customs sends in this phase, empty for none:
// the published phase 5 answers carry NCTS5.1, the published phase 6 answers carry no attribute.
func (p Phase) EmittedPhaseID() string {
	if p == Phase5 {
		return "NCTS5.1"
	}
	return ""
}

// PhaseOfVersion is the phase behind an API version ("2.1"), false when there is none.
func PhaseOfVersion(version string) (Phase, bool) {
	for _, p := range Phases {
		if p.APIVersion() == version {
			return p, true
		}
	}
	return 0, false
}
