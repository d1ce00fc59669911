package movement

// Script is how far a movement has come in its scenario. The two sides of a transit that follow one scenario
// share one position: one of them keeps it, the other only says which that is. The zero value is that of a
// movement without a scenario.
type Script struct {
	Status ScriptStatus `json:"status,omitempty"`
	// Version tells the text of the scenario from others under its id.
	Version string `json:"version,omitempty"`
	// Keeper is the id of the movement that keeps the position, empty if this one does. A movement that is no
	// keeper has no further fields than Changes.
	Keeper string `json:"keeper,omitempty"`
	// Partner is the id of the arrival that follows the scenario beside the keeper, empty while there is none.
	Partner string `json:"partner,omitempty"`
	// Changes counts what the other side has changed in this movement's record, so that nothing is written that was
	// decided before.
	Changes int `json:"changes,omitempty"`

	// Step is the place, counted from 0, of the step that is waited for or under way.
	Step int `json:"step,omitempty"`
	// Begun says that the step is under way.
	Begun bool `json:"begun,omitempty"`
	// Sent are the messages that it has brought so far, as a scenario writes them ("IE025 >A").
	Sent []string `json:"sent,omitempty"`
	// Echoes is how many things the sides have told each other because of it that were not handled yet.
	Echoes int `json:"echoes,omitempty"`
	// Faults are those that wait for a call.
	Faults []ArmedFault `json:"faults,omitempty"`
	// Why says why the movement has left the script.
	Why string `json:"why,omitempty"`
}

// ArmedFault is a fault on the wire that waits for calls that it meets.
type ArmedFault struct {
	// Step is the place of its step, counted from 0.
	Step int `json:"step"`
	// Left is how many calls it still meets.
	Left int `json:"left"`
}

// ScriptStatus reports whether a movement follows its scenario.
type ScriptStatus string

// Script statuses.
const (
	Following ScriptStatus = "following"
	// Finished is past the last step; the usual process goes on.
	Finished ScriptStatus = "finished"
	// Left is off the script, because something else happened than the scenario says; the usual process goes on.
	Left ScriptStatus = "left"
)

// Keeps reports whether the movement keeps the position of a scenario.
func (s Script) Keeps() bool { return s.Status != "" && s.Keeper == "" }

// Mark says what a journal entry reports of a step of the scenario. The messages and changes of state that a step
// brings stand in the journal between the entries that say that the step before it and that it itself is done.
type Mark string

// Marks.
const (
	// MarkNext: the step is waited for.
	MarkNext Mark = "next"
	// MarkDone: all that the step brings has happened, as the scenario says.
	MarkDone Mark = "done"
	// MarkArmed: the fault waits for a call; MarkMet: a call has met it.
	MarkArmed Mark = "armed"
	MarkMet   Mark = "met"
	// MarkLeft: the movement leaves the scenario at this step.
	MarkLeft Mark = "left"
	// MarkThrough: it was the last step.
	MarkThrough Mark = "through"
)
