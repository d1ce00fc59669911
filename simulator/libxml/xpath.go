package libxml

// #include "libxml.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// ErrUnreadable says that libxml2 cannot parse the document.
var ErrUnreadable = errors.New("libxml2 cannot read the message")

// BrokenTestError says that libxml2 gave up on a test.
type BrokenTestError struct {
	// Test is its number.
	Test int
}

func (e *BrokenTestError) Error() string {
	return fmt.Sprintf("libxml2 cannot evaluate test %d", e.Test)
}

// ValueType is what a variable holds.
type ValueType int

// The types of values that XPath 1.0 knows.
const (
	NodeSet ValueType = iota
	Boolean
	Number
	String
)

// XPathTests is a list of compiled XPath 1.0 tests over one document. Every test belongs to a context, an expression that
// selects elements: an element fails the test if the test is false there. libxml2 writes into compiled expressions while it
// evaluates them, so a value is for one goroutine at a time.
type XPathTests struct{ c *C.nct_tests }

// Expression is a part of a test, or a test, evaluated at the elements of one depth.
type Expression struct {
	Text string
	// Depth of the elements that it is evaluated at: 0 is the document, 1 its root.
	Depth int
	// Variables in the expression, by their numbers; the one with number 3 is written $v3. "among(x, 3)" is "x = $v3" for a
	// set of elements in the variable, in a time that does not grow with the set.
	Variables []int
}

// Failure is an element that fails a test.
type Failure struct {
	// Test counts from 0, in the order in which the tests were added.
	Test int
	// Node counts the elements from the root, 0, in document order.
	Node int
}

// NewXPathTests returns an empty list. Expressions may use the prefix for the namespace.
func NewXPathTests(prefix, namespace string) (*XPathTests, error) {
	Init()
	p, uri := C.CString(prefix), C.CString(namespace)
	defer C.free(unsafe.Pointer(p))
	defer C.free(unsafe.Pointer(uri))
	t := &XPathTests{c: C.nct_tests_new(p, uri)}
	if t.c == nil {
		return nil, errors.New("compile XPath: out of memory")
	}
	runtime.AddCleanup(t, func(c *C.nct_tests) { C.nct_tests_free(c) }, t.c)
	return t, nil
}

// AddVariable adds what the tests after it may use as a variable, and returns its number.
func (t *XPathTests) AddVariable(e Expression, typ ValueType) (int, error) {
	return t.add(e, func(text *C.char, deps *C.int32_t, n C.int) C.int {
		return C.nct_add_variable(t.c, text, C.int(typ), C.int(e.Depth), deps, n)
	})
}

// AddContext adds an expression that selects elements, and returns its number.
func (t *XPathTests) AddContext(expression string) (int, error) {
	return t.add(Expression{Text: expression}, func(text *C.char, _ *C.int32_t, _ C.int) C.int {
		return C.nct_add_context(t.c, text)
	})
}

// AddTest adds a test of the elements of a context. Tests of the same context should follow each other: the context is
// evaluated again whenever it changes.
func (t *XPathTests) AddTest(e Expression, context int) (int, error) {
	return t.add(e, func(text *C.char, deps *C.int32_t, n C.int) C.int {
		return C.nct_add_test(t.c, text, C.int(context), C.int(e.Depth), deps, n)
	})
}

func (t *XPathTests) add(e Expression, add func(text *C.char, deps *C.int32_t, n C.int) C.int) (int, error) {
	text := C.CString(e.Text)
	defer C.free(unsafe.Pointer(text))
	deps := make([]C.int32_t, len(e.Variables)+1)
	for i, n := range e.Variables {
		deps[i] = C.int32_t(n)
	}
	number := int(add(text, &deps[0], C.int(len(e.Variables))))
	runtime.KeepAlive(t)
	if number < 0 {
		return 0, fmt.Errorf("%q is not an XPath expression", e.Text)
	}
	return number, nil
}

// Run evaluates the tests whose byte in enabled is not 0, one byte a test, over a document, which must not be empty. It
// stops after most failures. The error is ErrUnreadable or a *BrokenTestError.
func (t *XPathTests) Run(data, enabled []byte, most int) ([]Failure, error) {
	on := unsafe.SliceData(enabled)
	status := C.nct_run(t.c, (*C.char)(unsafe.Pointer(&data[0])), C.int(len(data)), (*C.uint8_t)(on), C.int(most))
	defer runtime.KeepAlive(t)
	switch status {
	case 0:
	case C.NCT_UNREADABLE:
		return nil, ErrUnreadable
	default:
		return nil, &BrokenTestError{int(C.nct_broken(t.c))}
	}
	var count C.int
	first := C.nct_failures(t.c, &count)
	out := make([]Failure, count)
	for i, f := range unsafe.Slice(first, count) {
		out[i] = Failure{int(f.test), int(f.node)}
	}
	return out, nil
}
