package control

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
)

// Names of variables in the paths of the routes.
const (
	FaultVar = "fault"
	HoldVar  = "hold"
	HeldVar  = "held"
)

// faultCalls are what a fault can be about.
var faultCalls = append(slices.Clone(scenario.Calls), movement.CallToken, movement.CallGuarantee, movement.CallBox, movement.CallUpload)

// longestFault is how long a fault may delay a call or a notification.
const longestFault = time.Hour

// rangeMark stands between the ends of a range of delays.
const rangeMark = ".."

// Faults lists the faults that were asked for.
func (a *API) Faults(r *http.Request) (wire.Response, error) {
	rules, err := a.Engine.FaultRules()
	list := client.FaultRules{Faults: make([]client.FaultRule, len(rules))}
	for i, f := range rules {
		list.Faults[i] = viewFault(f)
	}
	return reply(http.StatusOK, list), err
}

// Arm asks for a fault.
func (a *API) Arm(r *http.Request, order client.FaultRule) (wire.Response, error) {
	f, err := faultOf(order)
	if err != nil {
		return wire.Response{}, err
	}
	f, err = a.Engine.Arm(r.Context(), f)
	return reply(http.StatusCreated, viewFault(f)), err
}

// Disarm takes a fault away, or all of them.
func (a *API) Disarm(r *http.Request) (wire.Response, error) {
	id := pathVar(r, FaultVar)
	err := a.Engine.Disarm(r.Context(), id)
	return wire.Empty(http.StatusNoContent), none(err, "fault", id, "GET /simulator/v1/faults lists them")
}

// none says that there is nothing of an id, if that is what the error says.
func none(err error, noun, id, hint string) error {
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return unknown(hint, "there is no %s %s", noun, id)
}

func viewFault(f movement.FaultRule) client.FaultRule {
	v := client.FaultRule{
		ID: f.ID, Armed: f.Armed, Met: f.Met, Struck: f.Struck, UsedUp: f.UsedUp(),
		Call: f.Call, EORI: f.EORI, ClientID: f.Client, Movement: f.Movement,
		Status: f.Status, Reset: f.Reset, Truncate: f.Truncate, Late: f.Late, Drop: f.Drop, Duplicate: f.Duplicate, Overtaken: f.Overtaken,
		Percent: f.Percent, Skip: f.Skip, Times: f.Times,
	}
	if f.Delay > 0 || f.DelayTo > 0 {
		v.Delay = f.Delay.String()
	}
	if f.DelayTo > f.Delay {
		v.Delay += rangeMark + f.DelayTo.String()
	}
	return v
}

// faultOf reads a fault, and says what is wrong with it.
func faultOf(o client.FaultRule) (movement.FaultRule, error) {
	f := movement.FaultRule{
		Call: o.Call, EORI: o.EORI, Client: o.ClientID, Movement: o.Movement,
		Status: o.Status, Reset: o.Reset, Truncate: o.Truncate, Late: o.Late, Drop: o.Drop, Duplicate: o.Duplicate, Overtaken: o.Overtaken,
		Percent: o.Percent, Skip: o.Skip, Times: o.Times,
	}
	if o.Call != "" && !slices.Contains(faultCalls, o.Call) {
		return f, bad("the calls are "+strings.Join(faultCalls, ", ")+"; leave it out for all calls of clients", "a fault cannot be about %q", o.Call)
	}
	if o.Status != 0 && (o.Status < 400 || o.Status > 599) {
		return f, bad("give one from 400 to 599", "status %d is not that of an error", o.Status)
	}
	if o.Percent < 0 || o.Percent > 100 || o.Skip < 0 || o.Times < 0 {
		return f, bad("percent is 0 to 100, skip and times are 0 or more", "percent %d, skip %d or times %d cannot be", o.Percent, o.Skip, o.Times)
	}
	var err error
	if f.Delay, f.DelayTo, err = delays(o.Delay); err != nil {
		return f, err
	}
	return f, fits(f)
}

// delays reads "2s" or "200ms..3s".
func delays(text string) (from, to time.Duration, err error) {
	if text == "" {
		return 0, 0, nil
	}
	first, last, isRange := strings.Cut(text, rangeMark)
	from, err = time.ParseDuration(first)
	if err == nil && isRange {
		to, err = time.ParseDuration(last)
	}
	if err != nil || from < 0 || from > longestFault || to > longestFault || isRange && to <= from {
		return 0, 0, bad("write it as 2s, or as a range, 200ms..3s; at most "+longestFault.String(), "%q is not a delay", text)
	}
	return from, to, nil
}

// fits says whether what a fault does goes together, and with what it is about.
func fits(f movement.FaultRule) error {
	pushed := f.Call == scenario.CallNotification
	ofCalls, ofNotifications := 0, 0
	for _, set := range []bool{f.Status > 0, f.Reset, f.Truncate} {
		if set {
			ofCalls++
		}
	}
	for _, set := range []bool{f.Drop, f.Duplicate, f.Overtaken} {
		if set {
			ofNotifications++
		}
	}
	switch {
	case pushed && (ofCalls > 0 || f.Late):
		return bad("it takes drop, duplicate, overtaken or delay", "status, reset, truncate and late are for calls, not for notifications")
	case !pushed && ofNotifications > 0:
		return bad(`give "call": "notification", or one of status, reset, truncate and delay`, "drop, duplicate and overtaken are for notifications, not for calls")
	case ofCalls+ofNotifications > 1:
		return bad("ask for several faults; each strikes in its turn", "a fault does one thing")
	case ofCalls+ofNotifications == 0 && f.Delay == 0 && f.DelayTo == 0:
		return bad("give status, reset, truncate or delay, and for a notification drop, duplicate, overtaken or delay", "the fault does nothing")
	case f.Late && f.Status == 0 && !f.Reset:
		return bad("give it with status or reset", "late hides what has come of a call, and there is nothing that hides it")
	}
	return nil
}

// Holds lists the rules and what is held.
func (a *API) Holds(r *http.Request) (wire.Response, error) {
	rules, held, err := a.Engine.Holds()
	list := client.Holds{Rules: make([]client.HoldRule, len(rules)), Held: make([]client.HeldEvent, len(held))}
	for i, h := range rules {
		list.Rules[i] = viewHold(h)
	}
	for i, h := range held {
		list.Held[i] = client.HeldEvent{
			ID: h.ID, Movement: h.Event.Movement, Kind: string(h.Event.Kind), Name: h.Event.Name, Message: h.Event.Message,
			Rule: h.Rule, Before: h.Before, Since: h.Since,
		}
	}
	return reply(http.StatusOK, list), err
}

func viewHold(h movement.HoldRule) client.HoldRule {
	return client.HoldRule{
		ID: h.ID, Since: h.Since, Held: h.Held, UsedUp: h.UsedUp(), Message: h.Message, Before: h.Before, EORI: h.EORI, LRN: h.LRN,
		Movement: h.Movement, Times: h.Times,
	}
}

// HoldMovement asks for the events of one movement to be held.
func (a *API) HoldMovement(r *http.Request, order client.HoldRule) (wire.Response, error) {
	order.Movement = pathVar(r, MovementVar)
	return a.Hold(r, order)
}

// Hold asks for events to be held.
func (a *API) Hold(r *http.Request, o client.HoldRule) (wire.Response, error) {
	rule := movement.HoldRule{Message: o.Message, Before: o.Before, EORI: o.EORI, LRN: o.LRN, Movement: o.Movement, Times: o.Times}
	switch {
	case rule == movement.HoldRule{Times: o.Times}:
		return wire.Response{}, bad("give message, before, eori, lrn or movement", "the rule would hold everything")
	case o.Message != "" && o.Before != "":
		return wire.Response{}, bad("ask for two rules", "a rule is about a message of the trader or about one of customs")
	case o.Times < 0:
		return wire.Response{}, bad("give 0 for no limit", "times %d cannot be", o.Times)
	case o.Message != "" && !known(o.Message, false):
		return wire.Response{}, bad("give the IE code of a message of the trader, as IE015", "traders do not send %q", o.Message)
	case o.Before != "" && !known(o.Before, true):
		return wire.Response{}, bad("give the IE code of a message of customs, as IE029", "customs does not send %q", o.Before)
	}
	rule, err := a.Engine.Hold(r.Context(), rule)
	return reply(http.StatusCreated, viewHold(rule)), noMovement(o.Movement, err)
}

// known reports whether any phase has a message of the code that customs sends, or traders do.
func known(code string, fromCustoms bool) bool {
	return slices.ContainsFunc(message.Phases, func(p message.Phase) bool {
		return slices.ContainsFunc(p.Types(), func(t message.Type) bool { return t.Code == code && (t.Role == message.FromCustoms) == fromCustoms })
	})
}

// Unhold takes a rule away.
func (a *API) Unhold(r *http.Request) (wire.Response, error) {
	id := pathVar(r, HoldVar)
	err := a.Engine.Unhold(r.Context(), id)
	return wire.Empty(http.StatusNoContent), none(err, "hold", id, "GET /simulator/v1/holds lists them")
}

// Release lets an event that is held happen.
func (a *API) Release(r *http.Request) (wire.Response, error) {
	return a.endHold(r, a.Engine.Release(r.Context(), pathVar(r, HeldVar)))
}

// Refuse lets the office refuse a message that is held.
func (a *API) Refuse(r *http.Request, with client.RefusedWith) (wire.Response, error) {
	if err := a.canRefuse(with); err != nil {
		return wire.Response{}, err
	}
	return a.endHold(r, a.Engine.Refuse(r.Context(), pathVar(r, HeldVar), office.BrokenRule{
		FunctionalError: compose.FunctionalError{
			Code: cmp.Or(with.Code, "12"), Pointer: cmp.Or(with.Pointer, "/"), Reason: cmp.Or(with.Reason, "N/A"),
		},
		Why: "refused by the control API, while it was held",
	}))
}

// How long the reason and the pointer of a functional error may be, by the schemas of IE056 and IE057.
const (
	longestReason  = 7
	longestPointer = 512
)

// canRefuse says what of a functional error would not fit the message that is to bring it: the event would be lost with it.
func (a *API) canRefuse(with client.RefusedWith) error {
	book, err := a.book()
	if err != nil {
		return err
	}
	if l, known := book.List(errorCodes); known && with.Code != "" && !slices.ContainsFunc(l.Codes, func(c rules.Code) bool { return c.Code == with.Code }) {
		return bad("GET /simulator/v1/reference/lists/"+errorCodes+" lists them", "code %q is not in the list of functional error codes", with.Code)
	}
	if n := utf8.RuneCountInString(with.Reason); n > longestReason {
		return bad(fmt.Sprintf("give the code of a rule, at most %d characters", longestReason), "reason %q has %d characters", with.Reason, n)
	}
	if n := utf8.RuneCountInString(with.Pointer); n > longestPointer {
		return bad(fmt.Sprintf("give an XPath of at most %d characters", longestPointer), "the pointer has %d characters", n)
	}
	return nil
}

// errorCodes is the list of the codes of functional errors.
const errorCodes = "CL180"

// Drop forgets an event that is held.
func (a *API) Drop(r *http.Request) (wire.Response, error) {
	return a.endHold(r, a.Engine.Drop(r.Context(), pathVar(r, HeldVar)))
}

func (a *API) endHold(r *http.Request, err error) (wire.Response, error) {
	var cannot *engine.UnheldError
	switch {
	case errors.As(err, &cannot):
		return wire.Response{}, hinted(http.StatusConflict, codeNotPossible, cannot, "")
	case err != nil:
		return wire.Response{}, none(err, "held event", pathVar(r, HeldVar), "GET /simulator/v1/holds lists what is held")
	}
	return wire.Response{Status: http.StatusNoContent}, nil
}
