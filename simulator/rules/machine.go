package rules

import (
	"errors"
	"fmt"

	"nctsim/simulator/libxml"
	"nctsim/simulator/message"
)

// rootPrefix is what the contexts of the assertions call the namespace of the roots.
const rootPrefix = "ncts"

// mostFailures limits what one run collects before it is put in order and cut to MaxFindings.
const mostFailures = 1 << 20

// brokenError says that libxml2 gave up on an assertion, by its number.
type brokenError struct{ assertion int }

func (e *brokenError) Error() string {
	return fmt.Sprintf("libxml2 cannot evaluate assertion %d", e.assertion)
}

// machine holds the compiled assertions over one message. It is for one goroutine at a time.
type machine struct {
	tests *libxml.XPathTests
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
	compiled, err := libxml.NewXPathTests(rootPrefix, message.Namespace)
	if err != nil {
		return nil, fmt.Errorf("compile rules: %w", err)
	}
	h := &hoister{lists: lists, known: map[string]int{}}
	tests := make([]libxml.Expression, len(order))
	for i, a := range order {
		tests[i] = h.test(all[a].context, all[a].test)
	}
	for _, v := range h.hoists {
		if _, err := compiled.AddVariable(v.Expression, v.typ); err != nil {
			return nil, fmt.Errorf("compile rules: %w", err)
		}
	}
	context, at := "", -1
	for i, a := range order {
		if all[a].context != context || at < 0 {
			context = all[a].context
			if at, err = compiled.AddContext(context); err != nil {
				return nil, fmt.Errorf("compile context of assertion %s: %w", all[a].id, err)
			}
		}
		if _, err := compiled.AddTest(tests[i], at); err != nil {
			return nil, fmt.Errorf("compile assertion %s: %w", all[a].id, err)
		}
	}
	return &machine{tests: compiled, order: order, enabled: make([]byte, len(order)+1)}, nil
}

// run evaluates the assertions that on names over a document, which must not be empty.
func (m *machine) run(data []byte, on []bool) ([]failure, error) {
	for i, a := range m.order {
		m.enabled[i] = 0
		if on[a] {
			m.enabled[i] = 1
		}
	}
	found, err := m.tests.Run(data, m.enabled, mostFailures)
	if broken := (*libxml.BrokenTestError)(nil); errors.As(err, &broken) {
		return nil, &brokenError{m.order[broken.Test]}
	}
	if err != nil {
		return nil, err
	}
	out := make([]failure, len(found))
	for i, f := range found {
		out[i] = failure{m.order[f.Test], f.Node}
	}
	return out, nil
}
