package message

import "strings"

// Kind says which side of a transit a movement or message belongs to.
type Kind string

// The two kinds of movement; their text is the path segment's singular and the key on the wire.
const (
	Departure Kind = "departure"
	Arrival   Kind = "arrival"
)

// Plural is the path segment and list key: "departures".
func (k Kind) Plural() string { return string(k) + "s" }

// Title is the word that opens the API's own sentences: "Departure".
func (k Kind) Title() string { return strings.ToUpper(string(k)[:1]) + string(k)[1:] }

// Role says who sends a message and what for.
type Role int

// Roles of a message type.
const (
	Creates     Role = iota + 1 // from the trader, creates a movement (E1)
	Attaches                    // from the trader, belongs to a movement (E4)
	FromCustoms                 // from the office to the trader
)

// Type is one IE message as the API of a phase knows it.
type Type struct {
	Code       string // as in the API: "IE015"
	Root       string // root element and messageType: "CC015C"
	Name       string // short English name
	Kind       Kind   // the movement it belongs to; see Of
	Role       Role
	Injectable bool // the Test Support API can place it (docs/spec/api-2.1-3.0.md#12; of API 1.0, docs/spec/api-1.0.md#15)
}

// Of reports whether the message belongs to movements of a kind: IE906 and IE917 go to traders on either side.
func (t Type) Of(k Kind) bool { return t.Kind == k || t.Code == "IE906" || t.Code == "IE917" }

// phases56Types is every message that the API of phases 5 and 6 knows (docs/spec/api-2.1-3.0.md#6), by code, and the
// IE140, which the documentation of phase 6 adds and only an officer or a scenario can send.
var phases56Types = []Type{
	{"IE015", "CC015C", "Declaration Data", Departure, Creates, false},
	{"IE013", "CC013C", "Declaration Amendment", Departure, Attaches, false},
	{"IE014", "CC014C", "Declaration Invalidation Request", Departure, Attaches, false},
	{"IE170", "CC170C", "Presentation Notification For The Pre-Lodged Declaration", Departure, Attaches, false},
	{"IE007", "CC007C", "Arrival Notification", Arrival, Creates, false},
	{"IE044", "CC044C", "Unloading Remarks", Arrival, Attaches, false},

	{"IE004", "CC004C", "Amendment Acceptance", Departure, FromCustoms, true},
	{"IE009", "CC009C", "Invalidation Decision", Departure, FromCustoms, true},
	{"IE019", "CC019C", "Discrepancies", Departure, FromCustoms, true},
	{"IE022", "CC022C", "Notification To Amend Declaration", Departure, FromCustoms, false},
	{"IE028", "CC028C", "MRN Allocated", Departure, FromCustoms, true},
	{"IE029", "CC029C", "Release For Transit", Departure, FromCustoms, true},
	{"IE035", "CC035C", "Recovery Notification", Departure, FromCustoms, true},
	{"IE045", "CC045C", "Write-Off Notification", Departure, FromCustoms, true},
	{"IE051", "CC051C", "No Release For Transit", Departure, FromCustoms, true},
	{"IE055", "CC055C", "Guarantee Not Valid", Departure, FromCustoms, true},
	{"IE056", "CC056C", "Rejection From Office Of Departure", Departure, FromCustoms, true},
	{"IE060", "CC060C", "Control Decision Notification", Departure, FromCustoms, true},
	{"IE140", "CC140C", "Request On Non-Arrived Movement", Departure, FromCustoms, false},
	{"IE182", "CC182C", "Forwarded Incident Notification To ED", Departure, FromCustoms, true},
	{"IE906", "CC906C", "Functional Nack", Departure, FromCustoms, false},
	{"IE917", "CC917C", "XML Nack", Departure, FromCustoms, false},
	{"IE928", "CC928C", "Positive Acknowledge", Departure, FromCustoms, true},
	{"IE025", "CC025C", "Goods Release Notification", Arrival, FromCustoms, true},
	{"IE043", "CC043C", "Unloading Permission", Arrival, FromCustoms, true},
	{"IE057", "CC057C", "Rejection From Office Of Destination", Arrival, FromCustoms, true},
}

// phase4Types is every message that API 1.0 knows (docs/spec/api-1.0.md#9), with the IE054 and IE062 of its first
// summer (docs/spec/api-1.0.md#11).
var phase4Types = []Type{
	{"IE015", "CC015B", "Declaration Data", Departure, Creates, false},
	{"IE014", "CC014A", "Declaration Cancellation Request", Departure, Attaches, false},
	{"IE054", "CC054A", "Request Of Release", Departure, Attaches, false},
	{"IE007", "CC007A", "Arrival Notification", Arrival, Creates, false},
	{"IE044", "CC044A", "Unloading Remarks", Arrival, Attaches, false},

	{"IE009", "CC009A", "Cancellation Decision", Departure, FromCustoms, true},
	{"IE016", "CC016A", "Declaration Rejected", Departure, FromCustoms, true},
	{"IE028", "CC028A", "MRN Allocated", Departure, FromCustoms, true},
	{"IE029", "CC029B", "Release For Transit", Departure, FromCustoms, true},
	{"IE045", "CC045A", "Write-Off Notification", Departure, FromCustoms, true},
	{"IE051", "CC051B", "No Release For Transit", Departure, FromCustoms, true},
	{"IE055", "CC055A", "Guarantee Not Valid", Departure, FromCustoms, true},
	{"IE060", "CC060A", "Control Decision Notification", Departure, FromCustoms, true},
	{"IE062", "CC062A", "Release Request Rejected", Departure, FromCustoms, true},
	{"IE917", "CC917A", "XML Negative Acknowledgement", Departure, FromCustoms, true},
	{"IE928", "CC928A", "Positive Acknowledgement", Departure, FromCustoms, true},
	{"IE008", "CC008A", "Arrival Notification Rejected", Arrival, FromCustoms, true},
	{"IE025", "CC025A", "Goods Release Notification", Arrival, FromCustoms, true},
	{"IE043", "CC043A", "Unloading Permission", Arrival, FromCustoms, true},
	{"IE058", "CC058A", "Unloading Remarks Rejected", Arrival, FromCustoms, true},
}

// Types lists every message that the API of the phase knows: those of the trader first, then those of customs.
func (p Phase) Types() []Type {
	return types[p.Generation()]
}

var types = map[Generation][]Type{GenerationPhase4: phase4Types, GenerationPhases56: phases56Types}

// TypeOfCode finds a type of the phase by its IE code ("IE015").
func (p Phase) TypeOfCode(code string) (Type, bool) {
	return find(p.Types(), func(t Type) bool { return t.Code == code })
}

// Creating is the type that makes a movement of a kind.
func (p Phase) Creating(k Kind) Type {
	t, _ := find(p.Types(), func(t Type) bool { return t.Kind == k && t.Role == Creates })
	return t
}

// TypeOfCode finds a type of any phase by its IE code, in the latest phase that has it. Kind and role of a code are the
// same in all phases; its root is not.
func TypeOfCode(code string) (Type, bool) {
	if t, known := Phase6.TypeOfCode(code); known {
		return t, true
	}
	return Phase4.TypeOfCode(code)
}

// TypeOfRoot finds a type by its root element ("CC015C"), which no two phases with different types share.
func TypeOfRoot(root string) (Type, bool) {
	for _, types := range [][]Type{phases56Types, phase4Types} {
		if t, known := find(types, func(t Type) bool { return t.Root == root }); known {
			return t, true
		}
	}
	return Type{}, false
}

func find(types []Type, ok func(Type) bool) (Type, bool) {
	for _, t := range types {
		if ok(t) {
			return t, true
		}
	}
	return Type{}, false
}
