package compose

import "nctsim/simulator/message"

// motivations are the texts of the codes of an IE051, CL211; the first published ones, the others assumed.
var motivations = map[string]string{
	"G1": "Guarantee not valid",
	"G2": "Cash guarantee not provided",
	"B1": "Control result not satisfactory",
}

// defaultMotivation is for a refusal that nobody gave a code.
const defaultMotivation = "B1"

// unexpected is the error of an IE906 that nobody gave one: the message does not fit the state.
const (
	unexpected = "92"
	noReason   = "N/A"
)

// The mistake of an IE917 that nobody gave one, CL030.
const (
	notWellFormed     = "52"
	notWellFormedText = "The document is not well formed"
)

// refusedRoot is the root of the message that is refused, or of the one that created the movement.
func (d *draft) refusedRoot() string {
	for _, from := range []*message.Document{d.Answered, d.Original} {
		if from != nil {
			return from.Type.Root
		}
	}
	return d.builder.Document().Type.Root
}

// Control results, CL196.
const (
	satisfactory           = "A1"
	consideredSatisfactory = "A2"
	simplifiedProcedure    = "A3"
)

const (
	// authorisedConsignor is the authorisation that alone makes a departure simplified (docs/spec/process.md#2).
	authorisedConsignor = "C521"
	// transitByCarnet is the declaration type that never is.
	transitByCarnet = "TIR"
)
