package endpoint

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
)

// DuplicateLRN marks LRNs that NCTS always refuses as used before, at HMRC too (docs/spec/api-2.1-3.0.md#7).
var DuplicateLRN = regexp.MustCompile(`^DUPLRN\d*$`)

// WithScenario adds to the answer to a submission that begins a movement which scenario the movement follows, or why it
// follows none: m is the movement, the zero value if there is none.
func WithScenario(e *engine.Engine, s *engine.Submission, m movement.Movement, response wire.Response, err error) (wire.Response, error) {
	found := e.Find(*s)
	refused := err != nil || response.Status >= http.StatusBadRequest
	switch {
	case m.Scenario != "":
		response.Scenario = m.Scenario
	case s.Fail:
		response.Scenario = noScenario + "; NCTS refuses the message as one with an LRN that was used before"
	case found.Scenario != nil && err == nil:
		response.Scenario = found.Scenario.ID // its fault is the answer
	case found.Hint != "":
		response.Scenario, response.Remark = noScenario+"; "+found.Hint, found.Why
	case refused:
		response.Scenario = noScenario + "; the message was refused"
	default:
		response.Scenario = noScenario
	}
	if m.ID != "" && !s.Fail {
		response.Remark = strings.Join(slices.DeleteFunc([]string{response.Remark, usedLRN(e, m)}, func(s string) bool { return s == "" }), "; ")
	}
	return response, err
}

// usedLRN says that the office will refuse a declaration because of its LRN, "" if it has no reason to. That it could not
// be found out is no reason to bother the trader.
func usedLRN(e *engine.Engine, m movement.Movement) string {
	id, err := e.UserOfLRN(m)
	if err != nil || id == "" {
		return ""
	}
	return fmt.Sprintf("the LRN %s is in use by movement %s of the same holder, so that the office will reject this one; hint: give every declaration an LRN of its own", m.LRN, id)
}

// noScenario is what the header of a response says of a movement without a scenario.
const noScenario = "none"
