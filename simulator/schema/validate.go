package schema

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/libxml"
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
}

// Error is one thing that is wrong with a document.
type Error struct {
	// Line and Column are 1-based and stand behind the last character of the tag in question; Column is 0
	// when only libxml2's own text is known.
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
	// Root is the document's tree, set only if it is valid.
	Root *xmltree.Node
}

// Valid says whether nothing was found.
func (r Result) Valid() bool { return len(r.Errors) == 0 }

// Texts for documents that cannot be read, in the words of the real service's parser.
const (
	textEmpty    = "Premature end of file."
	textProlog   = "Content is not allowed in prolog."
	textTrailing = "Content is not allowed in trailing section."
	textAfter    = "The markup in the document following the root element must be well-formed."
	textCut      = "XML document structures must start and end within the same entity."
	textDoctype  = `DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.`
	textNotUTF8  = "Invalid byte 1 of 1-byte UTF-8 sequence."
	textChar     = "An invalid XML character (Unicode: 0x%x) was found in the element content of the document."
	textEncoding = `The encoding "%s" is not supported.`
)

// Validate reads a document and compares it with the schemas. It never fails otherwise than by errors in the
// result; a context that ends while the document waits for a processor counts as such an error too.
//
// What could harm the parser (document types, tags that are very long or have very many attributes, deep nesting, other encodings than UTF-8)
// is refused before libxml2 sees it.
func (s *Set) Validate(ctx context.Context, data []byte, opts Options) Result {
	if opts.MaxErrors <= 0 {
		opts.MaxErrors = DefaultMaxErrors
	}
	if e, bad := encodingFault(data); bad {
		return unreadable([]Error{e})
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Result{Errors: []Error{{Message: "validation was given up: " + ctx.Err().Error()}}}
	}
	return s.validate(data, opts)
}

// validate does the work of Validate, as many documents at a time as there are processors: what is read of a large one
// takes many times its size.
func (s *Set) validate(data []byte, opts Options) Result {
	root, err := xmltree.Parse(data)
	var syntax *xmltree.SyntaxError
	if errors.As(err, &syntax) {
		if e, bad := hazard(data, syntax); bad {
			return unreadable(s.withEarlier(data, syntax.Offset, e, opts))
		}
	}
	v := libxml.Validate(s.validator.Pointer(), data)
	runtime.KeepAlive(s)

	switch {
	case !v.WellFormed:
		e, offset := fatalError(data, v.Fatal, syntax)
		return unreadable(s.withEarlier(data, offset, e, opts))
	case syntax != nil:
		return unreadable([]Error{errorAt(data, syntax.Offset, syntax.Reason)})
	case v.Valid && (opts.Root == "" || root.Name == opts.Root) && !judgedOtherwise(data):
		return Result{Root: root}
	}
	x := explainer{set: s, data: data, max: opts.MaxErrors}
	x.root(root, opts.Root)
	if len(x.found) == 0 {
		return Result{Root: root}
	}
	return Result{Errors: x.errors()}
}

// unreadable is the result for a document that cannot be read to its end; the last error says why.
func unreadable(found []Error) Result { return Result{Errors: found, Fatal: &found[len(found)-1]} }

// judgedOtherwise reports whether there is something in a document that libxml2 may accept and the real service's parser
// not, so that the walk in Go has to decide: characters beyond ASCII, as such or as references (another version of Unicode,
// lengths counted in UTF-16 units), and attributes of the namespace of schema instances.
func judgedOtherwise(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return bytes.Contains(data, []byte("&#")) || bytes.Contains(data, []byte("XMLSchema-instance"))
}

func errorAt(data []byte, offset int, message string) Error {
	line, column := xmltree.Position(data, offset)
	return Error{Line: line, Column: column, Message: message}
}

// encodingFault refuses what is not XML in UTF-8 at all. Zero bytes would end the document early for libxml2,
// and a byte order mark or declaration of another encoding would make the stored bytes unreadable as JSON text.
func encodingFault(data []byte) (Error, bool) {
	body := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch trimmed := bytes.TrimLeft(body, " \t\r\n"); {
	case len(trimmed) == 0:
		return Error{Line: 1, Column: 1, Message: textEmpty}, true
	case trimmed[0] != '<':
		return Error{Line: 1, Column: 1, Message: textProlog}, true
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return errorAt(data, i, fmt.Sprintf(textChar, 0)), true
	}
	if !utf8.Valid(data) {
		i := 0
		for i < len(data) {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		return errorAt(data, i, textNotUTF8), true
	}
	if name := declaredEncoding(body); name != "" && !strings.EqualFold(name, "UTF-8") && !strings.EqualFold(name, "US-ASCII") {
		return Error{Line: 1, Column: 1, Message: fmt.Sprintf(textEncoding, cut(name))}, true
	}
	return Error{}, false
}

// declaredEncoding is the name in the XML declaration, empty if there is none.
func declaredEncoding(body []byte) string {
	if !bytes.HasPrefix(body, []byte("<?xml")) {
		return ""
	}
	end := bytes.Index(body, []byte("?>"))
	if end < 0 {
		return ""
	}
	_, after, ok := strings.Cut(string(body[:end]), "encoding")
	after = strings.TrimLeft(after, " \t\r\n=")
	if !ok || after == "" {
		return ""
	}
	name, _, _ := strings.Cut(after[1:], after[:1])
	return name
}

// hazard says whether a document that our own parser gave up must be kept from libxml2, and with which words.
// Behind a mere syntax error there may still be something hazardous, so the rest is looked at crudely.
func hazard(data []byte, syntax *xmltree.SyntaxError) (Error, bool) {
	switch {
	case errors.Is(syntax, xmltree.ErrDoctype):
		if bytes.HasPrefix(data[syntax.Offset:], []byte("<!DOCTYPE")) {
			return errorAt(data, syntax.Offset+len("<!DOCTYPE"), textDoctype), true
		}
		return errorAt(data, syntax.Offset, `The markup in the document preceding the root element must be well-formed.`), true
	case errors.Is(syntax, xmltree.ErrLongTag):
		return errorAt(data, syntax.Offset, fmt.Sprintf("A tag must not be longer than %d bytes.", xmltree.MaxTag)), true
	case errors.Is(syntax, xmltree.ErrManyAttrs):
		return errorAt(data, syntax.Offset, fmt.Sprintf("A tag must not have more than %d attributes.", xmltree.MaxAttrs)), true
	case errors.Is(syntax, xmltree.ErrTooDeep):
		return errorAt(data, syntax.Offset, fmt.Sprintf("Elements must not be nested more than %d deep.", xmltree.MaxDepth)), true
	}
	rest := data[min(syntax.Offset, len(data)):]
	if bytes.Contains(rest, []byte("<!DOCTYPE")) || costlyTag(data) {
		return errorAt(data, syntax.Offset, fatalText(data, syntax)), true
	}
	return Error{}, false
}

// costlyTag says whether there is anything that might be a tag of more than MaxTag bytes or MaxAttrs attributes.
func costlyTag(data []byte) bool {
	for {
		open := bytes.IndexByte(data, '<')
		if open < 0 {
			return false
		}
		data = data[open+1:]
		end := bytes.IndexByte(data, '>')
		if end > xmltree.MaxTag || end < 0 && len(data) > xmltree.MaxTag {
			return true
		}
		tag := data[:max(end, 0)]
		if next := bytes.IndexByte(tag, '<'); next >= 0 {
			tag = tag[:next]
		}
		if bytes.Count(tag, []byte("=")) > xmltree.MaxAttrs {
			return true
		}
	}
}

func fatalText(data []byte, syntax *xmltree.SyntaxError) string {
	if errors.Is(syntax, xmltree.ErrCut) {
		return textCut
	}
	return cut(strings.ToUpper(syntax.Reason[:1]) + syntax.Reason[1:] + ".")
}

// withEarlier puts the validation errors of what stands before a fatal error in front of it, because the real
// service validates while it reads.
func (s *Set) withEarlier(data []byte, offset int, fatal Error, opts Options) []Error {
	root, end := salvage(data, offset)
	if root == nil {
		return []Error{fatal}
	}
	x := explainer{set: s, data: data, max: opts.MaxErrors - 1, end: end}
	x.root(root, opts.Root)
	return append(x.errors(), fatal)
}

// salvage closes what is open at the offset, so that the part before it can be read; end is the offset up to
// which the tree is what the client sent.
func salvage(data []byte, offset int) (root *xmltree.Node, end int) {
	scanner := xmltree.NewScanner(data[:min(offset, len(data))])
	var open []string
	for {
		t, err := scanner.Next()
		if err != nil || t.Kind == xmltree.End || t.Kind == xmltree.Doctype {
			break
		}
		switch t.Kind {
		case xmltree.StartTag:
			open = append(open, t.Name)
		case xmltree.EndTag:
			if len(open) == 0 || open[len(open)-1] != t.Name {
				open = nil
			} else {
				open = open[:len(open)-1]
			}
		case xmltree.Text:
			continue
		}
		end = t.End
		if len(open) == 0 {
			break
		}
	}
	if len(open) == 0 {
		return nil, 0
	}
	repaired := append([]byte(nil), data[:end]...)
	for i := len(open) - 1; i >= 0; i-- {
		repaired = append(repaired, "</"+open[i]+">"...)
	}
	root, err := xmltree.Parse(repaired)
	if err != nil {
		return nil, 0
	}
	return root, end
}
