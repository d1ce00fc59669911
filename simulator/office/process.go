package office

import (
	"slices"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// process is that of one generation of NCTS. All in which the generations differ is here; what handles an event knows
// none of them by name.
type process struct {
	// tables are the process tables.
	tables map[message.Kind][]tableRow
	// taken says which messages of the trader are taken in which state.
	taken map[movement.State][]string
	// sections of the specification say so, for the journal.
	sections map[message.Kind]string
	// peerSection is the section about what happens at one side and concerns the other.
	peerSection string
	// openings takes what counts from the message that opens a movement.
	openings map[string]func(*transition)
	// sequence finds out whether a message belongs to the movement and comes at the right time; what it finds stands
	// alone. The checks by message come after that.
	sequence func(*transition) []fault
	checks   map[string]check
	// effects are the states that injected messages stand for; facts is what else they make true. In the process of
	// phase 4 the trader's messages have effects too, because they move the status of a movement by themselves.
	effects       map[string]effect
	injectedFacts map[string]func(*transition, *message.Document)
	// timers says in which states a timer runs, and in which it is paused and why.
	timers map[string]map[movement.State]string
	// causeStates says, for a cause for which timers are paused, in which states it lasts.
	causeStates map[string][]movement.State
	// aside are the states that stand beside the process: they remember the one before. In a state of continuing that
	// remembers one, a movement is for the tables still where it was before.
	aside, continuing []movement.State
	// officer is what the default officer does in a state.
	officer map[movement.State]string
	// answered are the messages of the trader that one of customs is an answer to, without a word to the contrary.
	answered map[string][]string
	journey  journey
	number   numbering
	// lrnUnique: an LRN is used up by its submission (docs/spec/process.md#3); API 1.0 does not ask for that.
	lrnUnique bool
	// guarantees leads to the GRNs of a declaration.
	guarantees string
	remarks    remarkPaths
}

// remarkPaths lead to what unloading remarks say: whether the unloading is complete, whether all is as declared, and
// whether the seals are in order.
type remarkPaths struct{ complete, conform, seals string }

// check finds errors in a message, looking at the movement; those that are national come last in a rejection.
type check func(*transition) (ofMovement, national []fault)

// effect is the state that an injected message stands for. The document is nil if there is none to be read.
type effect func(*transition, *message.Document) movement.State

// journey is what the two sides of a transit look for in each other.
type journey struct {
	// underway reports whether a departure can have something to do with an arrival; mayArrive whether its goods may
	// arrive now.
	underway, mayArrive func(movement.Movement) bool
	// undecided and rejected are about an arrival: nobody has looked at its notification yet, or it came to nothing.
	undecided, rejected func(movement.Movement) bool
	// shows reports whether an unloading permission shows the goods.
	shows func(*message.Document) bool
}

// numbering makes and takes over MRNs.
type numbering struct {
	make func(at time.Time, office, security string, st *clock.Stream) string
	// how says what a new MRN is made of, for the journal.
	how string
	// adopts reports whether an injected MRN is taken over, and shared whether also one that another movement has.
	adopts func(mrn string) bool
	shared bool
}

var processes = map[message.Generation]*process{
	message.GenerationPhase4:   phase4,
	message.GenerationPhases56: phases56,
}

// processOf is the one place that tells the generations apart.
func processOf(p message.Phase) *process { return processes[p.Generation()] }

func among(states ...movement.State) func(movement.Movement) bool {
	return func(m movement.Movement) bool { return slices.Contains(states, m.State) }
}

// Underway reports whether a departure is in a state in which it can have something to do with an arrival.
func Underway(m movement.Movement) bool { return processOf(m.Phase).journey.underway(m) }

// MayArrive reports whether the goods of a departure may arrive now.
func MayArrive(m movement.Movement) bool { return processOf(m.Phase).journey.mayArrive(m) }

// ArrivalUndecided reports whether the office of destination has not looked at an arrival yet.
func ArrivalUndecided(m movement.Movement) bool { return processOf(m.Phase).journey.undecided(m) }

// ArrivalRejected reports whether an arrival came to nothing, so that another one of the same goods may be notified.
func ArrivalRejected(m movement.Movement) bool { return processOf(m.Phase).journey.rejected(m) }

// SharesMRNs reports whether several movements may have one MRN, because somebody has put it into them.
func SharesMRNs(p message.Phase) bool { return processOf(p).number.shared }

// LRNUnique reports whether an LRN is used up by its first submission.
func LRNUnique(p message.Phase) bool { return processOf(p).lrnUnique }

// ShowsGoods reports whether an unloading permission shows the goods.
func ShowsGoods(permission *message.Document) bool {
	return processOf(permission.Phase).journey.shows(permission)
}

// Answered are the types of the trader's messages that a message of customs of this type is an answer to; nil if it
// answers none, and takes what it needs from the declaration.
func Answered(p message.Phase, code string) []string { return processOf(p).answered[code] }

// Rejects reports whether a message of customs turns a message of the trader down.
func Rejects(code string) bool { return rejections[code] }

var rejections = map[string]bool{"IE056": true, "IE057": true, "IE016": true, "IE008": true, "IE058": true}
