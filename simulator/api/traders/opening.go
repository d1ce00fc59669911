package traders

import (
	"net/http"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/message"
)

// Opening says how far an API that is near its end is open.
type Opening string

// Openings: as ever; without new movements; and with nothing at all.
const (
	Open    Opening = "on"
	Closing Opening = "closing"
	Gone    Opening = "gone"
)

// Admits reports whether calls get in; creates says that a call makes a new movement. The zero value admits all.
func (o Opening) Admits(creates bool) bool { return o != Gone && (o != Closing || !creates) }

// While lets calls in as far as API 2.1 is open. Nobody knows how HMRC will end it: the words are those with which API 1.0
// ended (docs/spec/api-2.1-3.0.md#13).
func (a *API) While(creates bool, h Handler) Handler {
	return func(r *http.Request, c platform.Caller) (wire.Response, error) {
		version, _ := AcceptedVersion(r.Header.Get("Accept"))
		if version != message.Phase5.APIVersion() || a.Opening.Admits(creates) {
			return h(r, c)
		}
		text := textGoneDepartures
		if KindOf(r) == message.Arrival {
			text = textGoneArrivals
		}
		return wire.Response{}, refuse(codeGone, text)
	}
}
