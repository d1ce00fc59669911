package traders

import (
	"net/http"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
)

// While lets calls in as far as API 2.1 is open. Nobody knows how HMRC will end it: the words are those with which API 1.0
// ended (docs/spec/api-2.1-3.0.md#13).
func (a *API) While(creates bool, h endpoint.Handler) endpoint.Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		exchange.At(r.Context(), client.CheckVersion)
		version, _ := AcceptedVersion(r.Header.Get("Accept"))
		if version != message.Phase5.APIVersion() || a.Phase5API.Admits(creates) {
			return h(r, c)
		}
		text := textGoneDepartures
		if endpoint.KindOf(r) == message.Arrival {
			text = textGoneArrivals
		}
		return wire.Response{}, refuse(codeGone, text)
	}
}
