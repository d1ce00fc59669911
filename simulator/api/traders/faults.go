package traders

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/engine"
	"nctsim/simulator/scenario"
)

// ScenarioHeader selects the scenario of a new movement.
const ScenarioHeader = "Gov-Test-Scenario"

// Faulty is a handler whose calls meet the faults that scenarios have ready for them, before anything else
// happens.
func (a *API) Faulty(call string, h Handler) Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		fault, err := a.Engine.Fault(r.Context(), call, c.EORI, bind.Segment(mux.Vars(r)[MovementVar]))
		if err != nil {
			return wire.Response{}, err
		}
		if response, ended := a.suffer(r.Context(), fault); ended {
			return response, nil
		}
		return h(r, c)
	}
}

// suffer lets a call meet a fault, and says whether that is the end of it.
func (a *API) suffer(ctx context.Context, f *scenario.Fault) (response wire.Response, ended bool) {
	return Suffer(ctx, f, func(status int) wire.Response {
		return wire.OfJSON(status, errorBody(faultCode(status), faultText(status)))
	})
}

// Suffer lets a call meet a fault, nil for none, and says whether that is the end of it; inWords is the answer with a
// status.
func Suffer(ctx context.Context, f *scenario.Fault, inWords func(status int) wire.Response) (response wire.Response, ended bool) {
	switch {
	case f == nil:
		return wire.Response{}, false
	case f.Reset:
		return wire.Response{Status: statusCut, Cut: true}, true
	case f.Status > 0:
		return inWords(f.Status), true
	}
	engine.Delay(ctx, f)
	return wire.Response{}, false
}

// statusCut is what a call without an answer is counted as.
const statusCut = 0

// faultCode and faultText are the words of the standard error body for a status, those of docs/spec/api-2.1-3.0.md#5
// and #13 where it has any.
func faultCode(status int) string {
	for _, code := range []string{
		codeBadRequest, codeUnauthorized, codeForbidden, codeNotFound, codeNotAccepted, codeConflict, codeTooLarge, codeMediaType, codeInternal,
	} {
		if statusOf[code] == status {
			return code
		}
	}
	if status == http.StatusTooManyRequests {
		return platform.ThrottledOut.Code
	}
	return "SERVER_ERROR"
}

func faultText(status int) string {
	if status == http.StatusInternalServerError {
		return textInternal
	}
	if text := http.StatusText(status); text != "" {
		return text
	}
	return textInternal
}
