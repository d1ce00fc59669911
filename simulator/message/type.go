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

// Type is one IE message of phases 5 and 6 as the API knows it.
type Type struct {
	Code       string // as in the API: "IE015"
	Root       string // root element and messageType: "CC015C"
	Name       string // short English name
	Kind       Kind   // the movement it belongs to
	Role       Role
	Injectable bool // the Test Support API can place it (contract section 12)
}

// Types lists every message the API of phases 5 and 6 knows (contract section 6), by code, and the IE140, which
// the documentation of phase 6 adds and only an officer or a scenario can send.
var Types = []Type{
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

// TypeOfCode finds a type by its IE code ("IE015").
func TypeOfCode(code string) (Type, bool) {
	return find(func(t Type) bool { return t.Code == code })
}

// TypeOfRoot finds a type by its root element ("CC015C").
func TypeOfRoot(root string) (Type, bool) {
	return find(func(t Type) bool { return t.Root == root })
}

func find(ok func(Type) bool) (Type, bool) {
	for _, t := range Types {
		if ok(t) {
			return t, true
		}
	}
	return Type{}, false
}
