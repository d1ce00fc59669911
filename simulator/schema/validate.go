package schema

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"nctsim/simulator/turns"
	"nctsim/simulator/xmltree"
)

// DefaultMaxErrors is how many errors a Result holds at most when Options does not say.
const DefaultMaxErrors = 5000

// Options of one validation.
type Options struct {
	// Root is the root element that is expected ("CC015C"); empty means any message of the phase.
	Root string
	// MaxErrors limits the number of errors, 0 means DefaultMaxErrors.
	MaxErrors int
	// Outline asks for the outline of a valid document instead of its tree (xmltree.Outline).
	Outline bool
}

// Error is one thing that is wrong with a document.
type Error struct {
	// Line and Column are 1-based and stand behind the last character of the tag in question.
	Line, Column int
	// Message is in the words of docs/spec/api-2.1-3.0.md#5-1.
	Message string
	// Path is the element it is about, with positions where the schema lets it repeat; empty when the document
	// is not well-formed.
	Path string
}

// Error gives the position and the message: "3:17: cvc-…".
func (e Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// Result is the outcome of a validation.
type Result struct {
	// Errors in document order; none means that the document is valid.
	Errors []Error
	// Fatal is why the document cannot be read at all, nil if it can; it is the last of Errors, too.
	Fatal *Error
	// Root is the document's tree, or its outline, set only if it is valid.
	Root *xmltree.Node
}

// Valid reports whether nothing was found.
func (r Result) Valid() bool { return len(r.Errors) == 0 }

// Validate reads a document and compares it with the schemas. It never fails otherwise than by errors in the
// result; a context that ends while the document waits for a processor counts as such an error too.
//
// Our own scanner decides whether the document can be read, and limits what could harm libxml2, which only sees what the
// scanner has taken.
func (s *Set) Validate(ctx context.Context, data []byte, opts Options) Result {
	if opts.MaxErrors <= 0 {
		opts.MaxErrors = DefaultMaxErrors
	}
	release, err := s.admit(ctx, data)
	if err != nil {
		return gaveUp(ctx)
	}
	defer release()
	return s.validate(ctx, data, opts)
}

// admit waits until a document may be read. As many small ones are at a time as there are processors, and they never wait for
// large ones, which are read by the memory that they take.
func (s *Set) admit(ctx context.Context, data []byte) (release func(), err error) {
	if len(data) < largeFrom {
		return s.slots.Acquire(ctx)
	}
	weight := min(int64(bytes.Count(data, []byte("<"))+bytes.Count(data, []byte("="))), roomForMarkup)
	return room.AcquireMany(ctx, weight)
}

const (
	// largeFrom is from how many bytes on a document is a large one.
	largeFrom = 200_000
	// roomForMarkup is how much markup, the number of "<" and "=", all large documents may have that are read at the same time:
	// each takes 150 bytes, however short the elements are. Two messages of 5 MB have as much.
	roomForMarkup = 400_000
)

// room is that of the whole process, whose memory it is about: the schemas of all phases share it.
var room = turns.New(roomForMarkup)

// validate does the work of Validate. A caller that has gone is noticed between the stages.
func (s *Set) validate(ctx context.Context, data []byte, opts Options) Result {
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	parse := xmltree.Parse
	if opts.Outline {
		parse = xmltree.Outline
	}
	root, err := parse(data)
	var fatal *xmltree.SyntaxError
	if errors.As(err, &fatal) {
		return unreadable(s.withEarlier(data, fatal, opts))
	}
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	valid, err := s.accepts(data)
	switch {
	case err != nil:
		return Result{Errors: []Error{{Line: 1, Column: 1, Message: err.Error()}}}
	case valid && (opts.Root == "" || root.Name == opts.Root):
		return Result{Root: root}
	case ctx.Err() != nil:
		return gaveUp(ctx)
	}
	x := explainer{set: s, data: data, max: opts.MaxErrors}
	if opts.Outline {
		x.read(opts.Root)
	} else {
		x.walk(root, opts.Root)
	}
	if len(x.found) == 0 {
		return Result{Root: root}
	}
	return Result{Errors: x.errors()}
}

// accepts reports whether libxml2 finds a document valid that the real service's parser must find valid, too. The error says that
// the schemas cannot be compiled.
func (s *Set) accepts(data []byte) (bool, error) {
	if needsOwnWalk(data) {
		return false, nil
	}
	compiled, err := s.libxml2()
	if err != nil {
		return false, err
	}
	return compiled.Validate(data).Valid, nil
}

// needsOwnWalk reports whether there is something in a document that libxml2 may accept and the real service's parser
// not, so that the walk in Go has to decide: characters beyond ASCII, as such or as references (another version of Unicode,
// lengths counted in UTF-16 units), and attributes of the namespace of schema instances.
func needsOwnWalk(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return bytes.Contains(data, []byte("&#")) || bytes.Contains(data, []byte("XMLSchema-instance"))
}

// Fits reports whether a tree is a valid message with a root element ("CC029C"), without writing and reading it. Validate says
// what is wrong with one that does not fit.
func (s *Set) Fits(root *xmltree.Node, name string) bool {
	x := explainer{set: s, max: 1}
	x.walk(root, name)
	return len(x.found) == 0
}

// FitsInside is Fits for an element of a message of ours, or the message itself, by its declaration. What is left out of the tree
// (xmltree.Node.LeftOut) is not looked at.
func (s *Set) FitsInside(n *xmltree.Node, e *Element) bool {
	x := explainer{set: s, max: 1, expected: e.Name}
	x.element(x.enter(nil, *n, true), e)
	return len(x.found) == 0
}

// gaveUp is the result for a caller that has gone.
func gaveUp(ctx context.Context) Result {
	return Result{Errors: []Error{{Line: 1, Column: 1, Message: "validation was given up: " + ctx.Err().Error()}}}
}

// unreadable is the result for a document that cannot be read to its end; the last error says why.
func unreadable(found []Error) Result { return Result{Errors: found, Fatal: &found[len(found)-1]} }

// withEarlier puts the validation errors of what stands before a fatal error in front of it, because the real
// service validates while it reads.
func (s *Set) withEarlier(data []byte, fatal *xmltree.SyntaxError, opts Options) []Error {
	line, column := fatal.Position(data)
	last := Error{Line: line, Column: column, Message: fatal.Reason}
	if opts.MaxErrors < 2 {
		return []Error{last}
	}
	x := explainer{set: s, data: data, max: opts.MaxErrors - 1}
	x.read(opts.Root)
	return append(x.errors(), last)
}
