package phase4

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// by is who acts, in the journal.
const by = "test support"

// maxSupportBody is what the web framework reads of a JSON body.
const maxSupportBody = 100 << 10

// nack is the type whose direction the request has to say, because both offices send it (docs/spec/api-1.0.md#15-1).
const nack = "IE917"

// nackSources are the values of source and the kinds of movement they mean.
var nackSources = map[string]message.Kind{"DEP": message.Departure, "ARR": message.Arrival}

// wanted is what a request to the Test Support API asks for.
type wanted struct {
	typ string
	// unloading is how much an IE043 is to show, nil if the request does not say.
	unloading *compose.UnloadingCounts
}

// Inject is T1 and T2: one message from customs. The checks stand in the order of docs/spec/api-1.0.md#3, as far as it
// speaks of them.
func (a *API) Inject(r *http.Request, c platform.Caller) (wire.Response, error) {
	number, _, err := path(r)
	if err != nil {
		return wire.Response{}, err
	}
	request, err := readJSON(r)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckAuthorisation)
	if err := authoriseSupport(c); err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckBody)
	kind := endpoint.KindOf(r)
	want, err := wantedOf(request, kind)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckMovement)
	id, err := a.idOf(c, kind, number)
	exchange.Concern(r.Context(), id, "", want.typ)
	if err != nil {
		return wire.Response{}, err
	}
	in := engine.Injection{Type: want.typ, Unloading: want.unloading, By: by, Random: a.Random, Allow: a.allow(want.typ)}
	record, body, err := a.Engine.Inject(r.Context(), id, in)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.Concern(r.Context(), id, record.ID, record.Type)
	return injectedResponse(movement.Movement{Kind: kind, Number: number}, record, body), nil
}

// authoriseSupport is the service's own look at the caller: a 401 without a body, a 403 as text
// (docs/spec/api-1.0.md#15-2).
func authoriseSupport(c platform.Caller) error {
	if c.Standing.Reason() != "" {
		return &refusal{http.StatusUnauthorized, plain, "", ""}
	}
	return authorise(c)
}

// readJSON reads the body, whatever JSON it is.
func readJSON(r *http.Request) (any, error) {
	exchange.At(r.Context(), client.CheckContentType)
	if media, _ := bind.MediaTypeOf(r); !media.IsJSON() {
		exchange.Want(r.Context(), "Content-Type", wire.TypeJSON)
		return nil, &refusal{http.StatusUnsupportedMediaType, framework, textNotJSON, ""}
	}
	exchange.At(r.Context(), client.CheckSize)
	body, err := bind.JSONBody(r, maxSupportBody)
	if errors.Is(err, bind.ErrTooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, framework, textTooLarge, ""}
	}
	exchange.At(r.Context(), client.CheckBody)
	var value any
	if err == nil {
		value, err = decodeJSON(body)
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, framework, fmt.Sprintf(textInvalidJSON, err), ""}
	}
	return value, nil
}

func decodeJSON(body []byte) (value any, err error) {
	if len(body) == 0 {
		return nil, errors.New(textNoContent)
	}
	err = json.Unmarshal(body, &value)
	return value, err
}

// wantedOf reads a request for a movement of a kind (docs/spec/api-1.0.md#15-1).
func wantedOf(request any, k message.Kind) (wanted, error) {
	unusable := &refusal{http.StatusBadRequest, plain, "", ""}
	object, _ := request.(map[string]any)
	inner, _ := object["message"].(map[string]any)
	code, _ := inner["messageType"].(string)
	t, known := phase.TypeOfCode(code)
	if !known || !t.Injectable && code != phase.Creating(message.Departure).Code {
		return wanted{}, unusable
	}
	side := t.Kind
	if code == nack {
		source, _ := inner["source"].(string)
		if side, known = nackSources[source]; !known {
			return wanted{}, unusable
		}
	}
	if side != k || !t.Injectable {
		return wanted{}, &refusal{http.StatusNotImplemented, plain, "", ""}
	}
	if code != unloadingPermission {
		return wanted{typ: code}, nil
	}
	counts, err := countsOf(inner)
	return wanted{code, counts}, err
}

// unloadingPermission is the one type whose size can be chosen.
const unloadingPermission = "IE043"

// count is a number in the request for an IE043: the key, what it counts, how many there may be, and where it goes.
type count struct {
	key, things string
	max         int
	into        func(*compose.UnloadingCounts) *int
}

// counts are those numbers in the order in which they are looked at (docs/spec/api-1.0.md#15-2).
var counts = []count{
	{"goodsCount", "goods", 999, func(c *compose.UnloadingCounts) *int { return &c.Goods }},
	{"productCount", "products", 99, func(c *compose.UnloadingCounts) *int { return &c.Products }},
	{"specialMentionsCount", "special mentions", 99, func(c *compose.UnloadingCounts) *int { return &c.SpecialMentions }},
	{"sealsCount", "seals", 9999, func(c *compose.UnloadingCounts) *int { return &c.Seals }},
}

// countsOf reads the numbers of an IE043, each 1 unless it is given. Without any the message shows what was declared.
func countsOf(inner map[string]any) (*compose.UnloadingCounts, error) {
	found := &compose.UnloadingCounts{Goods: 1, Products: 1, SpecialMentions: 1, Seals: 1}
	any := false
	for _, one := range counts {
		value, given := inner[one.key]
		if !given || value == nil {
			continue
		}
		n, number := value.(float64)
		if !number || n != math.Trunc(n) || n < 0 || n > math.MaxInt32 {
			return nil, &refusal{http.StatusBadRequest, plain, textNoInstructions, ""}
		}
		any = true
		*one.into(found) = int(n)
	}
	for _, one := range counts {
		if *one.into(found) > one.max {
			return nil, &refusal{http.StatusBadRequest, plain, fmt.Sprintf(textTooMany, one.things, one.max), ""}
		}
	}
	if !any {
		return nil, nil
	}
	return found, nil
}

// injectedResponse has links that lead to the main API, without /test (docs/spec/api-1.0.md#15-2).
func injectedResponse(m movement.Movement, record movement.Message, body []byte) wire.Response {
	j := wire.NewJSON(512 + len(body) + len(body)/8)
	j.Object("")
	writeMessageHead(j, m, record)
	j.String("messageType", record.Type).StringBytes("body", shown(body))
	return wire.OfJSON(http.StatusCreated, j.EndObject().Bytes())
}
