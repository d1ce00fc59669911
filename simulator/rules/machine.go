package rules

// #cgo pkg-config: libxml-2.0
// #include <stdlib.h>
// #include "machine.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"nctsim/simulator/message"
)

// rootPrefix is what the contexts of the assertions call the namespace of the roots.
const rootPrefix = "ncts"

// mostFailures limits what one run collects before it is put in order and cut to MaxFindings.
const mostFailures = 1 << 20

var errUnreadable = errors.New("libxml2 cannot read the message")

// brokenError says that libxml2 gave up on an assertion, by its number.
type brokenError struct{ assertion int }

func (e *brokenError) Error() string {
	return fmt.Sprintf("libxml2 cannot evaluate assertion %d", e.assertion)
}

var initLibxml = sync.OnceFunc(func() { C.nct_rules_init() })

// machine holds the compiled tests over one message. libxml2 writes into compiled expressions while it evaluates
// them, so a machine is for one goroutine at a time.
type machine struct {
	c *C.nct_machine
	// order says which assertion each test is: they are sorted by context.
	order   []int
	enabled []byte
}

// failure is an assertion that an element, counted from the root in document order, does not obey.
type failure struct {
	assertion, node int
}

// newMachine compiles the assertions that order names, which must be sorted by context.
func newMachine(all []assertion, order []int, lists map[string]string) (*machine, error) {
	initLibxml()
	ns, uri := C.CString(rootPrefix), C.CString(message.Namespace)
	defer C.free(unsafe.Pointer(ns))
	defer C.free(unsafe.Pointer(uri))
	m := &machine{c: C.nct_machine_new(ns, uri), order: order, enabled: make([]byte, len(order)+1)}
	if m.c == nil {
		return nil, errors.New("compile rules: out of memory")
	}
	runtime.AddCleanup(m, func(c *C.nct_machine) { C.nct_machine_free(c) }, m.c)

	h := &hoister{lists: lists, known: map[string]int{}}
	tests := make([]compiled, len(order))
	for i, a := range order {
		tests[i] = h.test(all[a].context, all[a].test)
	}
	for _, v := range h.hoists {
		if m.addVariable(v) < 0 {
			return nil, fmt.Errorf("compile rules: %q is no XPath expression", v.expr)
		}
	}
	context, at := "", -1
	for i, a := range order {
		if all[a].context != context || at < 0 {
			context, at = all[a].context, m.addContext(all[a].context)
		}
		if at < 0 || m.addTest(tests[i], at) < 0 {
			return nil, fmt.Errorf("compile rules: assertion %s is no XPath expression", all[a].id)
		}
	}
	return m, nil
}

func (m *machine) addVariable(v hoisted) int {
	expr := C.CString(v.expr)
	defer C.free(unsafe.Pointer(expr))
	deps, n := numbers(v.deps)
	return int(C.nct_add_variable(m.c, expr, C.int(v.typ), C.int(v.depth), deps, n))
}

func (m *machine) addContext(text string) int {
	expr := C.CString(text)
	defer C.free(unsafe.Pointer(expr))
	return int(C.nct_add_context(m.c, expr))
}

func (m *machine) addTest(t compiled, context int) int {
	expr := C.CString(t.expr)
	defer C.free(unsafe.Pointer(expr))
	deps, n := numbers(t.deps)
	return int(C.nct_add_test(m.c, expr, C.int(context), C.int(t.depth), deps, n))
}

func numbers(in []int) (*C.int32_t, C.int) {
	out := make([]C.int32_t, len(in)+1)
	for i, n := range in {
		out[i] = C.int32_t(n)
	}
	return &out[0], C.int(len(in))
}

// run evaluates the assertions that on names over a document, which must not be empty.
func (m *machine) run(data []byte, on []bool) ([]failure, error) {
	for i, a := range m.order {
		m.enabled[i] = 0
		if on[a] {
			m.enabled[i] = 1
		}
	}
	status := C.nct_run(m.c, (*C.char)(unsafe.Pointer(&data[0])), C.int(len(data)), (*C.uint8_t)(&m.enabled[0]), mostFailures)
	defer runtime.KeepAlive(m)
	switch status {
	case 0:
	case C.NCT_UNREADABLE:
		return nil, errUnreadable
	default:
		return nil, &brokenError{m.order[C.nct_broken(m.c)]}
	}
	var count C.int
	first := C.nct_failures(m.c, &count)
	out := make([]failure, count)
	for i, f := range unsafe.Slice(first, count) {
		out[i] = failure{m.order[f.test], int(f.node)}
	}
	return out, nil
}
