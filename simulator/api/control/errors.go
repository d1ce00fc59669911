package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

// Codes of the control API's errors.
const (
	codeBadRequest     = "BAD_REQUEST"
	codeUnauthorized   = "UNAUTHORIZED"
	codeHost           = "HOST_NOT_ALLOWED"
	codeOrigin         = "CROSS_ORIGIN"
	codeNotFound       = "NOT_FOUND"
	codeNoMethod       = "METHOD_NOT_ALLOWED"
	codeNotPossible    = "ACTION_NOT_POSSIBLE"
	codeClock          = "CLOCK_CONFLICT"
	codeTooLarge       = "BODY_TOO_LARGE"
	codeInvalid        = "INVALID_MESSAGE"
	codeBadApplication = "INVALID_APPLICATION"
	codeBadScenario    = "INVALID_SCENARIO"
	codeNotRecordable  = "NOT_RECORDABLE"
	codeCallback       = "CALLBACK_NOT_SET"
	codeNotAgain       = "NOT_ALL_KEPT"
	codeBusy           = "BUSY"
	codeSlow           = "REQUEST_TIMEOUT"
	codeUnsettled      = "NOT_SETTLED"
	codeFull           = "STORE_FULL"
	codeNotReady       = "NOT_READY"
	codeExists         = "EXISTS"
	codeBadSnapshot    = "INVALID_SNAPSHOT"
	codeReplaced       = "REPLACED"
	codeNoRoom         = "NO_ROOM"
	codeNotYet         = client.CodeNotYet
	codeInternal       = "INTERNAL_ERROR"
)

func bad(hint, format string, args ...any) error {
	return &client.Error{Status: http.StatusBadRequest, Code: codeBadRequest, Message: fmt.Sprintf(format, args...), Hint: hint}
}

const pathHint = "paths name elements below the root, as in TransitOperation/MRN or Guarantee[2]/guaranteeType, and in phase 4 HEAHEA/DocNumHEA5"

// Failure is the response for an error of a handler.
func Failure(err error) wire.Response {
	p := problem(err)
	response := reply(p.Status, client.Refusal{Error: p})
	if p.Status == http.StatusInternalServerError {
		response.Cause = err
	}
	return response
}

// problem finds the words for an error. What nothing else fits is an error of the simulator.
func problem(err error) *client.Error {
	var p *client.Error
	if errors.As(err, &p) {
		return p
	}
	var refused *office.Refused
	if errors.As(err, &refused) {
		return notPossible(refused)
	}
	var input *office.InputError
	if errors.As(err, &input) {
		return hinted(http.StatusBadRequest, codeBadRequest, input, "docs/process.md lists what may be written beside each action")
	}
	var invalid *engine.InvalidError
	if errors.As(err, &invalid) {
		p := invalidMessage(invalid.Errors)
		p.Body = string(invalid.Body)
		return p
	}
	var path *xmltree.PathError
	if errors.As(err, &path) {
		return &client.Error{
			Status: http.StatusUnprocessableEntity, Code: codeInvalid, Message: path.Error(),
			Hint:   pathHint,
			Errors: []client.Fault{{Column: path.Column, Path: path.Path, Message: path.Reason}},
		}
	}
	var mistakes scenario.Problems
	if errors.As(err, &mistakes) {
		return badScenario(mistakes)
	}
	var unsettled *engine.UnsettledError
	if errors.As(err, &unsettled) {
		p := hinted(http.StatusGatewayTimeout, codeUnsettled, unsettled, "call again with a longer timeout, as in ?timeout=30s, or --timeout 30s of nctsim clock settle")
		p.Waiting = unsettled.Waiting
		return p
	}
	var trigger *engine.TriggerError
	if errors.As(err, &trigger) {
		return hinted(http.StatusNotFound, codeNotFound, trigger, "GET /simulator/v1/movements/"+trigger.Movement+" lists its messages")
	}
	switch {
	case errors.Is(err, store.ErrFull):
		return hinted(http.StatusInsufficientStorage, codeFull, err, "delete movements, or everything with a reset")
	case errors.Is(err, store.ErrNotFound):
		return hinted(http.StatusNotFound, codeNotFound, err, "GET /simulator/v1/movements lists the movements")
	case errors.Is(err, clock.ErrNotManual):
		return hinted(http.StatusConflict, codeClock, err, `start with --clock manual, or PUT {"mode":"manual"} to /simulator/v1/clock`)
	case errors.Is(err, clock.ErrBackwards):
		return hinted(http.StatusConflict, codeClock, err, "POST /simulator/v1/reset and start anew to see an earlier time")
	case errors.Is(err, clock.ErrInvalid):
		return hinted(http.StatusBadRequest, codeBadRequest, err, "mode is real, scaled or manual; now is a time such as 2026-03-02T09:15:00Z")
	}
	return &client.Error{
		Status: http.StatusInternalServerError, Code: codeInternal, Message: "internal error",
		Hint: "the log of the simulator says more",
	}
}

// hinted takes the hint out of the error's own text, if it ends with one.
func hinted(status int, code string, err error, hint string) *client.Error {
	text, own, has := strings.Cut(err.Error(), "; hint: ")
	if has {
		hint = own
	}
	return &client.Error{Status: status, Code: code, Message: text, Hint: hint}
}

func notPossible(r *office.Refused) *client.Error {
	hint := "nothing can be done in this state"
	if len(r.Allowed) > 0 {
		hint = "possible now: " + strings.Join(r.Allowed, ", ")
	}
	return &client.Error{
		Status: http.StatusConflict, Code: codeNotPossible, Hint: hint, State: r.State, Actions: r.Allowed,
		Message: fmt.Sprintf("%s is not possible in state %s", r.Action, r.State),
	}
}

func invalidMessage(found []schema.Error) *client.Error {
	p := &client.Error{
		Status: http.StatusUnprocessableEntity, Code: codeInvalid, Message: "the message does not fit its schema",
		Hint: "correct what is listed, or send it as it is with force",
	}
	if e := found[0]; e.Line == 0 {
		// It is no document that is wrong, so there is nothing to be forced.
		p.Message, p.Hint = "the message cannot be placed", pathHint
		if e.Path == "" {
			p.Hint = "choose one that customs sends to this movement; an XML body can be sent as it is with force"
		}
	}
	for _, e := range found {
		p.Errors = append(p.Errors, client.Fault{Line: e.Line, Column: e.Column, Path: e.Path, Message: e.Message})
	}
	return p
}

// reply is a response with a value as JSON.
func reply(status int, value any) wire.Response {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return wire.Response{Status: http.StatusInternalServerError, Cause: fmt.Errorf("encode answer: %w", err)}
	}
	return wire.OfJSON(status, []byte(b.String()))
}

// knownTypes are the codes of the messages that customs sends in some phases, each once.
func knownTypes(phases ...message.Phase) []string {
	var codes []string
	for _, p := range phases {
		for _, t := range p.Types() {
			if t.Role == message.FromCustoms && !slices.Contains(codes, t.Code) {
				codes = append(codes, t.Code)
			}
		}
	}
	return codes
}
