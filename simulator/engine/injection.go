package engine

import (
	"fmt"
	"strings"

	"nctsim/simulator/compose"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/store"
)

// Injection is a message from customs out of the blue: either a finished one, or one to be composed.
type Injection struct {
	// Type is the IE code of a message to be composed. Of a finished one it is taken from the root; Type
	// counts only if that cannot be read.
	Type string
	// Trigger is the id of the trader's message that is answered, "" for the usual one.
	Trigger string
	// Body is a finished message, which arrives exactly as it is.
	Body []byte
	// Set changes a composed message: values by path.
	Set map[string]string
	// Force lets a message through that does not fit its schema.
	Force bool
	// Random fills the composed message at random, without regard to the movement (docs/spec/api-2.1-3.0.md#12).
	Random bool
	// Unloading says how much a composed IE043 of phase 4 shows; nil leaves it to the composer.
	Unloading *compose.UnloadingCounts
	// DryRun composes and checks, and delivers nothing.
	DryRun bool
	// By is who injects, for the journal.
	By string
	// Allow looks at the movement and may refuse the message; Inject wraps its error. nil allows everything.
	Allow func(m movement.Movement) error
}

// InvalidError is an injected message that cannot be delivered: it does not fit its schema, or a path of Set
// leads nowhere.
type InvalidError struct {
	Errors []schema.Error
	// Body is the message if it was composed.
	Body []byte
}

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Errors))
	for i, one := range e.Errors {
		lines[i] = one.Error()
		if one.Line == 0 {
			lines[i] = one.Message
		}
		if one.Line == 0 && one.Path != "" {
			lines[i] = one.Path + ": " + one.Message
		}
	}
	return "the message cannot be injected: " + strings.Join(lines, "; ")
}

func invalid(format string, args ...any) error {
	return &InvalidError{Errors: []schema.Error{{Message: fmt.Sprintf(format, args...)}}}
}

// TriggerError says that a movement has no such message to answer. It wraps store.ErrNotFound.
type TriggerError struct{ Movement, Trigger string }

func (e *TriggerError) Error() string {
	return fmt.Sprintf("movement %s has no message %s", e.Movement, e.Trigger)
}

func (e *TriggerError) Unwrap() error { return store.ErrNotFound }
