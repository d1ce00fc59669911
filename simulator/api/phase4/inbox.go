package phase4

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

// Where NCTS delivers its messages (docs/spec/api-1.0.md#13). Traders cannot get there at HMRC, so these are paths of
// the control API here: for test drivers that play the offices themselves.
const (
	InboxOfDepartures = "/transits-movements-trader-at-departure"
	InboxOfArrivals   = "/transit-movements-trader-at-destination"

	DeparturesInbox = InboxOfDepartures + "/movements/departures/{" + senderVar + "}/messages/eis"
	ArrivalsInbox   = InboxOfArrivals + "/movements/arrivals/{" + senderVar + "}/messages/eis"

	senderVar = "sender"
)

// typeHeader says which message is delivered to a departure.
const typeHeader = "X-Message-Type"

// Texts of what is wrong with a delivery.
const (
	textNoType      = "A 'X-Message-Type' header must be defined in the request."
	textUnknownType = "Received the following invalid response for X-Message-Type: %s"
	textNoNumber    = "The element 'DocNumHEA5' must contain a value."
)

// inboxes say how each of the two back ends reads the address of a trader: as the API writes it
// (docs/spec/api-1.0.md#7), or as it did before April 2021.
var inboxes = map[message.Kind]*regexp.Regexp{
	message.Departure: regexp.MustCompile(`(?i)^MDTP-(?:DEP-)?(\d+)-(\d+)$`),
	message.Arrival:   regexp.MustCompile(`(?i)^MDTP-(?:ARR-)?(\d+)-(\d+)$`),
}

// mrnAllocated is the message whose MRN becomes the movement's.
const mrnAllocated = "IE028"

// Receive takes a message of NCTS for a movement of a kind and answers 200 with its Location.
func (a *API) Receive(k message.Kind) func(*http.Request) (wire.Response, error) {
	return func(r *http.Request) (wire.Response, error) {
		m, err := a.addressed(k, mux.Vars(r)[senderVar])
		if err != nil {
			return wire.Response{}, err
		}
		t, body, err := a.delivered(r, k)
		if err != nil {
			return wire.Response{}, err
		}
		in := engine.Injection{Body: body, By: "NCTS", Allow: a.allow(t.Code)}
		record, _, err := a.Engine.Inject(r.Context(), m.ID, in)
		if err != nil {
			return wire.Response{}, err
		}
		response := wire.Empty(http.StatusOK)
		response.Location = messagePath(m, record)
		return response, nil
	}
}

// addressed is the movement that the address of a trader names.
func (a *API) addressed(k message.Kind, address string) (m movement.Movement, err error) {
	parts := inboxes[k].FindStringSubmatch(address)
	if parts == nil {
		return m, &refusal{http.StatusBadRequest, plain, "", ""}
	}
	number, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return m, store.ErrNotFound
	}
	err = a.Engine.Read(func(tx *store.Tx) error {
		stored, err := tx.MovementByNumber(k, int(number))
		if err == nil && a.Engine.Expired(*stored) {
			err = store.ErrNotFound
		}
		if err == nil {
			m = *stored
		}
		return err
	})
	return m, err
}

// delivered reads a message of NCTS. Departures are told what it is and say what is wrong with it; arrivals see it from
// the root and say nothing.
func (a *API) delivered(r *http.Request, k message.Kind) (message.Type, []byte, error) {
	body, err := readXML(r)
	if err != nil {
		return message.Type{}, nil, err
	}
	t, err := deliveredType(r, k, body)
	if err != nil {
		return t, nil, err
	}
	if t.Code == mrnAllocated && lacksNumber(body) {
		return t, nil, &refusal{http.StatusBadRequest, plain, textNoNumber, ""}
	}
	result := a.Catalogue.Set(phase).Validate(r.Context(), body, schema.Options{Root: t.Root, MaxErrors: 1})
	if !result.Valid() {
		return t, nil, &refusal{http.StatusBadRequest, plain, "", ""}
	}
	return t, body, nil
}

func deliveredType(r *http.Request, k message.Kind, body []byte) (message.Type, error) {
	if k == message.Arrival {
		root, _ := rootTag(body)
		if t, known := fromCustoms(k, func(t message.Type) bool { return t.Root == root }); known {
			return t, nil
		}
		return message.Type{}, &refusal{http.StatusBadRequest, plain, "", ""}
	}
	code := r.Header.Get(typeHeader)
	if code == "" {
		return message.Type{}, &refusal{http.StatusBadRequest, plain, textNoType, ""}
	}
	if t, known := fromCustoms(k, func(t message.Type) bool { return t.Code == code }); known {
		return t, nil
	}
	return message.Type{}, &refusal{http.StatusBadRequest, plain, fmt.Sprintf(textUnknownType, code), ""}
}

func fromCustoms(k message.Kind, is func(message.Type) bool) (message.Type, bool) {
	types := phase.Types()
	i := slices.IndexFunc(types, func(t message.Type) bool { return t.Role == message.FromCustoms && t.Of(k) && is(t) })
	if i < 0 {
		return message.Type{}, false
	}
	return types[i], true
}

// lacksNumber says whether a message that can be read has no MRN.
func lacksNumber(body []byte) bool {
	root, err := xmltree.Parse(body)
	return err == nil && root.Value("HEAHEA", "DocNumHEA5") == ""
}

// InboxFailure is the response for an error of a delivery to a kind of movement. Arrivals tell no reasons.
func InboxFailure(k message.Kind) func(error) wire.Response {
	return func(err error) wire.Response {
		var no *refusal
		var order outOfSequence
		switch {
		case errors.As(err, &no):
			return no.Response()
		case errors.As(err, &order) && k == message.Departure:
			return wire.OfText(http.StatusBadRequest, order.Error())
		case errors.As(err, &order):
			return wire.Empty(http.StatusBadRequest)
		case errors.Is(err, store.ErrNotFound):
			return wire.Empty(http.StatusNotFound)
		}
		return wire.Response{Status: http.StatusInternalServerError, Cause: err}
	}
}
