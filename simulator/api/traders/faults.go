package traders

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/scenario"
)

// Faulty is a handler whose calls meet the faults that scenarios have ready for them, before anything else
// happens.
func (a *API) Faulty(call string, h endpoint.Handler) endpoint.Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		fault, err := a.Engine.Fault(r.Context(), call, c.EORI, bind.Segment(mux.Vars(r)[endpoint.MovementVar]))
		if err != nil {
			return wire.Response{}, err
		}
		if response, ended := a.applyFault(r.Context(), fault); ended {
			return response, nil
		}
		return h(r, c)
	}
}

// applyFault injects a fault into a call, and reports whether that is the end of it.
func (a *API) applyFault(ctx context.Context, f *scenario.Fault) (response wire.Response, ended bool) {
	return endpoint.ApplyFault(ctx, f, FaultResponse)
}

// FaultResponse is an error that a call is answered with in place of what it has asked for.
func FaultResponse(status int) wire.Response {
	return wire.OfJSON(status, errorBody(faultCode(status), faultText(status)))
}

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
