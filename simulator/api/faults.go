package api

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/authorize"
	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/api/uploads"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// meetFaults is a handler of a simulated API whose calls meet the faults that were asked for while the simulator runs. Those of
// scenarios are met further on, where the movement is known.
func (a *API) meetFaults(route string, fail failure, h func(*http.Request) (wire.Response, error)) func(*http.Request) (wire.Response, error) {
	name := callOf(route)
	return func(r *http.Request) (wire.Response, error) {
		if !a.Engine.Intervenes() {
			return h(r)
		}
		caller := a.platform.Identify(r)
		f, err := a.Engine.MeetFault(r.Context(), engine.Call{
			Name: name, EORI: caller.EORI, Client: caller.ClientID, Movement: bind.Segment(mux.Vars(r)[endpoint.MovementVar]),
		})
		if err != nil {
			return wire.Response{}, err
		}
		if f == nil {
			return h(r)
		}
		engine.Delay(r.Context(), f.Delay)
		response := wire.Response{}
		if f.Rule.Late || f.Rule.Truncate || f.Rule.Status == 0 && !f.Rule.Reset {
			if response, err = h(r); err != nil {
				response = fail(err)
			}
		}
		response = struckBy(f.Rule, response, faultWords(r))
		exchange.At(r.Context(), client.CheckFault)
		response.Remark = f.Why()
		return response, nil
	}
}

// struckBy is the answer that a fault leaves of a response.
func struckBy(f movement.FaultRule, response wire.Response, words func(status int) wire.Response) wire.Response {
	switch {
	case f.Reset:
		return wire.Response{Cut: true}
	case f.Status > 0:
		return words(f.Status)
	case f.Truncate:
		response.Truncated = true
	}
	return response
}

// faultWords are those of the API that a request goes to, for an error with a status.
func faultWords(r *http.Request) func(status int) wire.Response {
	if strings.HasPrefix(r.URL.Path, submissions) && isPhase4(answering(r, true)) {
		return phase4.FaultResponse
	}
	return traders.FaultResponse
}

// callOf is what a fault calls the calls of a route; "" for those that only a fault of all calls can meet.
func callOf(route string) string {
	method, path, _ := strings.Cut(route, " ")
	traders, of := strings.CutPrefix(path, "/customs/transits/movements/")
	switch {
	case strings.HasSuffix(path, authorize.TokenPath):
		return movement.CallToken
	case path == uploads.Path:
		return movement.CallUpload
	case strings.HasPrefix(path, "/misc/push-pull-notification/"), path == phase4.BoxPath:
		return movement.CallBox
	case strings.HasPrefix(path, "/customs/guarantees/"):
		return movement.CallGuarantee
	case !of:
		return ""
	case method != http.MethodGet:
		return scenario.CallSubmit
	}
	return []string{scenario.CallMovements, scenario.CallMovement, scenario.CallMessages, scenario.CallMessage, scenario.CallMessage}[min(strings.Count(traders, "/"), 4)]
}
