package message

// Generation is a generation of NCTS. The phases of one generation share their process, element names, ids and lists;
// movements of two generations are never the two sides of one transit. What differs between them is kept in values that
// are chosen by the generation; CONTRIBUTING.md lists every one of them.
type Generation int

// The generations. The zero value is none of them, and stands for all where one can be chosen.
const (
	GenerationPhase4   Generation = iota + 1 // phase 4, behind API 1.0
	GenerationPhases56                       // phases 5 and 6, behind API 2.1 and 3.0
)

// Generations are all generations, the oldest first.
var Generations = []Generation{GenerationPhase4, GenerationPhases56}

// Generation is the generation that the phase belongs to.
func (p Phase) Generation() Generation {
	if p == Phase4 {
		return GenerationPhase4
	}
	return GenerationPhases56
}

// String names the phases of the generation: "phases 5 and 6".
func (g Generation) String() string {
	if g == GenerationPhase4 {
		return "phase 4"
	}
	return "phases 5 and 6"
}
