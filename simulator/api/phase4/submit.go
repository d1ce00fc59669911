package phase4

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/scenario"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// phase is the one that the API speaks.
const phase = message.Phase4

// CreateMovement is D1 and A1: a declaration or an arrival notification begins a movement.
func (a *API) CreateMovement(r *http.Request, c platform.Caller) (wire.Response, error) {
	s := engine.Submission{Scenario: r.Header.Get(client.ScenarioHeader), Phase: phase}
	m, response, err := a.create(r, c, &s)
	return endpoint.WithScenario(a.Engine, &s, m, response, err)
}

// create does it, and keeps in s what is known of the submission.
func (a *API) create(r *http.Request, c platform.Caller, s *engine.Submission) (m movement.Movement, response wire.Response, err error) {
	kind := endpoint.KindOf(r)
	failure := textArrival
	if kind == message.Departure {
		failure = ""
	}
	in, err := a.receive(r, c, kind, phase.Creating(kind), failure)
	if err != nil {
		response.Remark = in.remark
		return m, response, err
	}
	asked := s.Scenario
	*s = in.submission
	s.Scenario = asked
	s.BoxID, s.Prefixed = a.boxOf(r.Context(), s.ClientID), wire.AddressOf(r.Context()).Prefix
	found := a.Engine.Find(*s)
	s.Found = &found
	exchange.At(r.Context(), client.CheckAnswer)
	m, record, err := a.Engine.Create(r.Context(), *s)
	exchange.Concern(r.Context(), m.ID, record.ID, record.Type)
	var met *engine.FaultError
	if errors.As(err, &met) {
		return a.refusedByFault(r.Context(), *s, met.Fault)
	}
	if err != nil {
		return m, response, err
	}
	return m, createdResponse(m, in), nil
}

// refusedByFault is what comes of a submission that met a fault: NCTS keeps what it has refused itself.
func (a *API) refusedByFault(ctx context.Context, s engine.Submission, f *scenario.Fault) (m movement.Movement, response wire.Response, err error) {
	if refusedByNCTS(f) {
		s.Fail = true
		if m, _, err = a.Engine.Create(ctx, s); err != nil {
			return m, response, err
		}
	}
	response, _ = endpoint.ApplyFault(ctx, f, FaultResponse)
	return m, response, nil
}

// Resubmit is A3: another arrival notification in place of the first, whatever the state of the arrival
// (docs/spec/api-1.0.md#10-2).
func (a *API) Resubmit(r *http.Request, c platform.Caller) (wire.Response, error) {
	number, _, err := path(r)
	if err != nil {
		return wire.Response{}, err
	}
	in, err := a.receive(r, c, message.Arrival, phase.Creating(message.Arrival), textResubmission)
	if err != nil {
		return wire.Response{}, err
	}
	m, _, response, err := a.attach(r, c, number, in)
	if err != nil || response.Status != 0 || response.Cut {
		return response, err
	}
	return createdResponse(m, in), nil
}

// AttachMessage is D4 and A5: a further message of the trader for a movement.
func (a *API) AttachMessage(r *http.Request, c platform.Caller) (wire.Response, error) {
	number, _, err := path(r)
	if err != nil {
		return wire.Response{}, err
	}
	kind := endpoint.KindOf(r)
	failure := textRemarks
	if kind == message.Departure {
		failure = ""
	}
	in, err := a.receive(r, c, kind, message.Type{}, failure)
	if err != nil {
		return wire.Response{}, err
	}
	in.submission.Allow = a.allow(in.submission.Document.Type.Code)
	m, record, response, err := a.attach(r, c, number, in)
	if err != nil || response.Status != 0 || response.Cut {
		return response, err
	}
	return attachedResponse(m, record, in), nil
}

// attach hands a message for a movement over. A response that is not empty is that of a fault.
func (a *API) attach(r *http.Request, c platform.Caller, number int, in received) (movement.Movement, movement.Message, wire.Response, error) {
	none := wire.Response{}
	s := in.submission
	exchange.At(r.Context(), client.CheckMovement)
	id, err := a.idOf(c, s.Kind, number)
	exchange.Concern(r.Context(), id, "", "")
	if err != nil {
		return movement.Movement{}, movement.Message{}, none, err
	}
	fault, err := a.Engine.Fault(r.Context(), scenario.CallSubmit, c.EORI, id)
	if err != nil {
		return movement.Movement{}, movement.Message{}, none, err
	}
	response, ended := endpoint.ApplyFault(r.Context(), fault, FaultResponse)
	if ended && !refusedByNCTS(fault) {
		return movement.Movement{}, movement.Message{}, response, nil
	}
	s.Fail = ended
	exchange.At(r.Context(), client.CheckMovement)
	m, record, err := a.Engine.Attach(r.Context(), id, s)
	if err != nil || !ended {
		response = none
	}
	if err == nil {
		exchange.Concern(r.Context(), id, record.ID, record.Type)
		// The status has moved when the trader gets the answer (docs/spec/api-1.0.md#10). The message is stored,
		// whatever hinders that.
		_ = a.Engine.CatchUp(r.Context(), id)
	}
	return m, record, response, err
}

// refusedByNCTS says whether a fault happens at the hand-over to NCTS, so that the message stays as one that failed
// (docs/spec/api-1.0.md#6); other faults happen in front of the service.
func refusedByNCTS(f *scenario.Fault) bool {
	return f.Status == http.StatusBadRequest || f.Status >= http.StatusInternalServerError
}

// received is a submission that got through steps 3 to 9 of docs/spec/api-1.0.md#3, but for what its movement has to
// say.
type received struct {
	submission engine.Submission
	// shown is the message as it was submitted, for the body of the 202.
	shown []byte
	// remark is for the log if the message was refused.
	remark string
}

// receive does those steps. A type that is not the zero one is the only message that is expected; otherwise it is one that
// can be attached to a movement of the kind. failure is what the back end wraps its reasons in, "" for nothing.
func (a *API) receive(r *http.Request, c platform.Caller, k message.Kind, expected message.Type, failure string) (received, error) {
	body, err := readXML(r)
	if err != nil {
		return received{}, err
	}
	name, namespaced := rootTag(body)
	supported := true
	if expected.Root == "" {
		expected, supported = attached(name, k)
	}
	refused := received{remark: endpoint.OtherVersion(phase, body)}
	x := exchange.Of(r.Context())
	x.Enter(client.CheckBody)
	result := a.Catalogue.Set(phase).Validate(r.Context(), body, schema.Options{Root: expected.Root, MaxErrors: 1})
	switch {
	case r.Context().Err() != nil:
		return received{}, context.Cause(r.Context())
	case result.Fatal != nil:
		return received{}, &refusal{http.StatusBadRequest, framework, fmt.Sprintf(textInvalidXML, result.Fatal.Message), ""}
	}
	x.Enter(client.CheckAuthorisation)
	if err := authorise(c); err != nil {
		return received{}, err
	}
	if c.Enrolment != platform.LegacyRefused {
		x.Enter(client.CheckSchema)
	}
	switch {
	case c.Enrolment == platform.LegacyRefused && expected.Role == message.Creates && k == message.Departure:
		return received{}, &refusal{http.StatusForbidden, service, textEnrolment, codeForbidden}
	case !supported:
		return refused, &refusal{http.StatusNotImplemented, plain, "", ""}
	case namespaced:
		return refused, &refusal{http.StatusBadRequest, plain, textNamespace, ""}
	case !result.Valid():
		return refused, &refusal{http.StatusBadRequest, plain, fmt.Sprintf(textSchema, schemaFile(expected), result.Errors[0].Message), ""}
	}
	x.Enter(client.CheckRules)
	return a.prepare(c, k, body, result.Root, failure)
}

// attached is the type of message that a root means on D4 or A5, false if there is none.
func attached(name string, k message.Kind) (message.Type, bool) {
	_, local, prefixed := strings.Cut(name, ":")
	if !prefixed {
		local = name
	}
	for _, t := range phase.Types() {
		if t.Root == local && t.Role == message.Attaches && t.Kind == k {
			return t, true
		}
	}
	return message.Type{}, false
}

// schemaFile is the name of a schema as error texts show it (docs/spec/api-1.0.md#4-4).
func schemaFile(t message.Type) string { return strings.ToLower(t.Root) + ".xsd" }

// prepare makes a submission of a valid message: guarantee, then the reasons of the back end (docs/spec/api-1.0.md#8
// and #4-5).
func (a *API) prepare(c platform.Caller, k message.Kind, body []byte, root *xmltree.Node, failure string) (received, error) {
	in := received{shown: reserialised(body)}
	text := in.shown
	doc, err := a.Catalogue.Document(phase, root)
	if err != nil {
		return received{}, err
	}
	if a.Guarantee != nil && k == message.Departure && doc.Type.Role == message.Creates {
		insured, err := a.Guarantee(root)
		if err != nil {
			return received{}, &refusal{http.StatusBadRequest, plain, err.Error(), ""}
		}
		if insured != root {
			if doc, err = a.Catalogue.Document(phase, insured); err != nil {
				return received{}, err
			}
			text = written(insured)
		}
	}
	at, err := checkPrepared(doc)
	if err != nil {
		return received{}, clientError(http.StatusBadRequest, wrapped(failure, err))
	}
	waiting := open(text)
	in.submission = engine.Submission{
		EORI: c.EORI, ClientID: c.ClientID, Dated: at, Phase: phase, Kind: k, Body: text, Document: doc,
		Seal: func(m movement.Movement) []byte {
			return waiting.seal(movement.TraderAddress(m.Kind, m.Number, m.Sent))
		},
	}
	return in, nil
}

// checkPrepared looks for what the back end refuses: date, time, then LRN or MRN.
func checkPrepared(doc *message.Document) (time.Time, error) {
	at, err := prepared(doc.Get("DatOfPreMES9"), doc.Get("TimOfPreMES10"))
	switch {
	case err != nil:
		return at, err
	case doc.Type == phase.Creating(message.Departure) && doc.Field(message.LRN) == "":
		return at, errors.New(textNoLRN)
	case doc.Type == phase.Creating(message.Arrival) && doc.Field(message.MRN) == "":
		return at, errors.New(textNoMRN)
	}
	return at, nil
}

// wrapped is a reason as the back end of arrivals words it, or as it is for departures.
func wrapped(failure string, err error) string {
	if failure == "" {
		return err.Error()
	}
	reason := err.Error()
	var date *dateError
	var clock *timeError
	switch {
	case errors.As(err, &date):
		reason = fmt.Sprintf(textDateFailure, reason)
	case errors.As(err, &clock):
		reason = fmt.Sprintf(textTimeFailure, reason)
	}
	return fmt.Sprintf(failure, reason)
}

// boxOf is the push box of a client; no box and a failing lookup never fail a request (docs/spec/api-1.0.md#14).
func (a *API) boxOf(ctx context.Context, client string) string {
	if a.Boxes == nil {
		return ""
	}
	id, err := a.Boxes.Choose(ctx, client, "", phase)
	if err != nil {
		return ""
	}
	return id
}

// createdResponse is the answer to D1, A1 and A3 (docs/spec/api-1.0.md#5-1).
func createdResponse(m movement.Movement, in received) wire.Response {
	self := movementPath(m)
	j := wire.NewJSON(512 + len(in.shown) + len(in.shown)/8)
	j.Object("")
	j.Object("_links").Link("self", self).EndObject()
	j.String(string(m.Kind)+"Id", numberOf(m)).
		String("messageType", in.submission.Document.Type.Code).
		StringBytes("body", in.shown)
	if m.BoxID != "" {
		j.Object("_embedded").Object("notifications").
			String("requestId", self).String("boxId", m.BoxID).String("boxName", notify.BoxName(phase)).
			EndObject().EndObject()
	}
	return accepted(self, j)
}

// attachedResponse is the answer to D4 and A5 (docs/spec/api-1.0.md#5-2).
func attachedResponse(m movement.Movement, record movement.Message, in received) wire.Response {
	self := messagePath(m, record)
	j := wire.NewJSON(512 + len(in.shown) + len(in.shown)/8)
	j.Object("")
	writeMessageHead(j, m, record)
	j.String("messageType", record.Type).StringBytes("body", in.shown)
	j.Object("_embedded").Object("notifications").String("requestId", movementPath(m)).EndObject().EndObject()
	return accepted(self, j)
}

func accepted(location string, j *wire.JSON) wire.Response {
	response := wire.OfJSON(http.StatusAccepted, j.EndObject().Bytes())
	response.Location = location
	return response
}
