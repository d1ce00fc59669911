package store

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
)

// PanicError is the error of an update whose function panicked.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine, for the log
}

// Error shows the value of the panic.
func (e *PanicError) Error() string { return fmt.Sprintf("update panicked: %v", e.Value) }

// Unwrap gives the value when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// recoverDamage turns a panic over a damaged file into ErrDamaged and lets every other panic pass. It
// has to be deferred itself.
func recoverDamage(err *error) {
	p := recover()
	if p == nil {
		return
	}
	if !isDamage(p) {
		panic(p)
	}
	*err = damaged(p)
}

func damaged(p any) error {
	return fmt.Errorf("%w: %v; hint: stop the simulator and restore the file from a copy, or move it away to begin with an empty store", ErrDamaged, p)
}

// isDamage reports whether a panic comes from the file. bbolt does not expect damaged pages: it panics when
// it notices, and otherwise follows what it takes for an address to memory that is not there. It has to
// be called by the deferred function that recovered the panic.
func isDamage(p any) bool {
	var fault interface{ Addr() uintptr }
	var key badKey
	if err, ok := p.(error); ok && (errors.As(err, &fault) || errors.As(err, &key)) {
		return true
	}
	return strings.HasPrefix(panicker(), "go.etcd.io/bbolt")
}

// panicker is the name of the function that panicked: the first below the runtime's own.
func panicker() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		inRuntime := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !inRuntime {
			return f.Function
		}
		panicking = panicking || f.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}

// guard runs one function of an update.
func guard(tx *Tx, fn func(*Tx) error) (err error) {
	defer func() {
		p := recover()
		switch {
		case p == nil:
		case isDamage(p):
			err = damaged(p)
		default:
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return fn(tx)
}

func outOfMemory(err error) bool { return errors.Is(err, syscall.ENOMEM) }
