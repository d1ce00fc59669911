package traders

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// maxSmallMessage is how many bytes a message may have outside the route for large ones.
const maxSmallMessage = 5_000_000

// CreateMovement is E1: a declaration or arrival notification that begins a movement.
func (a *API) CreateMovement(r *http.Request, c platform.Caller) (wire.Response, error) {
	s := engine.Submission{Scenario: r.Header.Get(client.ScenarioHeader)}
	m, response, err := a.create(r, c, &s)
	return endpoint.WithScenario(a.Engine, &s, m, response, err)
}

// create does it, and keeps in s what is known of the submission.
func (a *API) create(r *http.Request, c platform.Caller, s *engine.Submission) (m movement.Movement, response wire.Response, err error) {
	in, err := a.receive(r, c)
	if err != nil {
		return m, response, err
	}
	s.Phase = in.phase
	kind := endpoint.KindOf(r)
	if in.route == routeLarge {
		response, err = a.beginUpload(r, c, in.phase, kind, "")
		return m, response, err
	}
	checked, err := a.check(r.Context(), in, kind, in.phase.Creating(kind).Root)
	if err != nil {
		return m, response, err
	}
	checked.Scenario = s.Scenario
	*s = checked
	found := a.Engine.Find(*s)
	s.Found = &found
	exchange.At(r.Context(), client.CheckBox)
	s.Prefixed = wire.AddressOf(r.Context()).Prefix
	if s.BoxID, err = a.Boxes.Choose(r.Context(), c.ClientID, r.Header.Get(BoxHeader), in.phase); err != nil {
		return m, response, err
	}
	exchange.At(r.Context(), client.CheckAnswer)
	m, msg, err := a.Engine.Create(r.Context(), *s)
	var met *engine.FaultError
	if errors.As(err, &met) {
		response, _ = a.applyFault(r.Context(), met.Fault)
		return m, response, nil
	}
	if err != nil {
		return m, response, err
	}
	exchange.Concern(r.Context(), m.ID, msg.ID, msg.Type)
	if s.Fail {
		exchange.At(r.Context(), client.CheckLRN)
		return m, response, duplicate(*s)
	}
	return m, wire.OfJSON(http.StatusAccepted, createdBody(kind, m.ID, msg.ID, m.BoxID, nil)), nil
}

// AttachMessage is E4: a further message of the trader for a movement.
func (a *API) AttachMessage(r *http.Request, c platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckPath)
	id, err := bind.ID(bind.MovementID, mux.Vars(r)[endpoint.MovementVar])
	if err != nil {
		return wire.Response{}, err
	}
	exchange.Concern(r.Context(), id, "", "")
	in, err := a.receive(r, c)
	if err != nil {
		return wire.Response{}, err
	}
	kind := endpoint.KindOf(r)
	if in.route == routeLarge {
		response, err := a.beginUpload(r, c, in.phase, kind, id)
		return response, orNoMovement(err, kind, id)
	}
	root, err := attachedRoot(r.Context(), in, kind)
	if err != nil {
		return wire.Response{}, err
	}
	s, err := a.check(r.Context(), in, kind, root)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.At(r.Context(), client.CheckMovement)
	_, msg, err := a.Engine.Attach(r.Context(), id, s)
	if err != nil {
		return wire.Response{}, orNoMovement(err, kind, id)
	}
	exchange.Concern(r.Context(), id, msg.ID, msg.Type)
	if s.Fail {
		exchange.At(r.Context(), client.CheckLRN)
		return wire.Response{}, duplicate(s)
	}
	return wire.OfJSON(http.StatusAccepted, attachedBody(kind, id, msg.ID, nil)), nil
}

// submitted is a submission that got through steps 3 to 6.
type submitted struct {
	route  route
	phase  message.Phase
	body   []byte
	caller platform.Caller
	// large says that the message was uploaded: its tree is not made.
	large bool
}

// receive does steps 3 to 6 of a POST: Content-Type, caller, Accept, size.
func (a *API) receive(r *http.Request, c platform.Caller) (submitted, error) {
	exchange.At(r.Context(), client.CheckContentType)
	route, err := routeOf(r, a.ContentType == Lenient)
	if err != nil {
		exchange.Want(r.Context(), "Content-Type", contentTypeXML, contentTypeJSON)
		return submitted{}, err
	}
	phase, _, err := enter(r, c, metadataFormats)
	if err != nil {
		return submitted{}, err
	}
	in := submitted{route: route, phase: phase, caller: c}
	if route != routeLarge {
		in.body, err = readBody(r)
	}
	return in, err
}

// readBody reads a body of up to maxSmallMessage bytes.
func readBody(r *http.Request) ([]byte, error) {
	exchange.At(r.Context(), client.CheckSize)
	body, err := bind.Body(r, maxSmallMessage)
	switch {
	case errors.Is(err, bind.ErrTooLarge):
		return nil, refuse(codeTooLarge, textTooLarge)
	case err != nil:
		exchange.At(r.Context(), client.CheckBody)
		return nil, refuse(codeBadRequest, textMalformed)
	}
	return body, nil
}

// check does steps 8 and 9: schema, then the submission rules; what is left is ready for the engine.
func (a *API) check(ctx context.Context, in submitted, k message.Kind, root string) (engine.Submission, error) {
	if in.route == routeJSON {
		return a.checkJSON(ctx, in, k, root)
	}
	return a.checkXML(ctx, in, k, root)
}

func (a *API) checkXML(ctx context.Context, in submitted, k message.Kind, root string) (engine.Submission, error) {
	exchange.At(ctx, client.CheckSchema)
	set := a.Catalogue.Set(in.phase)
	result := set.Validate(ctx, in.body, schema.Options{Root: root, Outline: in.large})
	if ctx.Err() != nil {
		return engine.Submission{}, ctx.Err()
	}
	if !result.Valid() {
		return engine.Submission{}, &invalid{result.Errors, endpoint.OtherVersion(in.phase, in.body)}
	}
	exchange.At(ctx, client.CheckRules)
	if err := submissionRules(result.Root, k, a.lrn); err != nil {
		return engine.Submission{}, err
	}
	doc, err := a.Catalogue.Document(in.phase, result.Root)
	if in.large {
		doc, err = a.Catalogue.Outline(in.phase, result.Root, in.body)
	}
	if err != nil {
		return engine.Submission{}, err
	}
	return engine.Submission{
		EORI:     in.caller.EORI,
		ClientID: in.caller.ClientID,
		Phase:    in.phase,
		Kind:     k,
		Body:     in.body,
		Document: doc,
		Fail:     endpoint.DuplicateLRN.MatchString(doc.Get(lrnPath)),
	}, nil
}

// lrnPath is where every message of a departure has its LRN.
const lrnPath = "TransitOperation/LRN"

// duplicate is the answer for a submission that was stored as failed because of its LRN.
func duplicate(s engine.Submission) error {
	return refuse(codeConflict, textConflict, s.Document.Get(lrnPath))
}

// attachedRoot reads the root of a message and checks that it may be attached to a movement of the kind; this
// comes before the schema (docs/spec/api-2.1-3.0.md#1-10).
func attachedRoot(ctx context.Context, in submitted, k message.Kind) (root string, err error) {
	exchange.At(ctx, client.CheckBody)
	var ok bool
	if in.route == routeJSON {
		err = readingJSON(ctx, in.body, func() error {
			root, ok = rootNameOfJSON(in.body)
			return nil
		})
	} else {
		root, ok = rootName(in.body)
	}
	if err != nil {
		return "", err
	}
	if !ok {
		return "", refuse(codeBadRequest, textMalformed)
	}
	t, known := message.TypeOfRoot(root)
	if !known || t.Kind != k || t.Role != message.Attaches {
		return "", refuse(codeBadRequest, textRoot, root)
	}
	return root, nil
}

// BoxHeader names the box for the notifications of a new movement.
const BoxHeader = "X-Callback-Box-Id"

// The bodies of a 202. The form for an upload comes last; nil on the routes without one.

func createdBody(k message.Kind, id, messageID, boxID string, form *endpoint.UploadForm) []byte {
	var j wire.JSON
	j.Object("")
	j.Object("_links").
		Link("self", wire.MovementPath(k, id)).
		Link("messages", wire.MessagesPath(k, id)).
		Link("message", wire.MessagePath(k, id, messageID)).
		EndObject()
	j.String(string(k)+"Id", id).String("messageId", messageID)
	if boxID != "" {
		j.String("boxId", boxID)
	}
	form.Write(&j)
	return j.EndObject().Bytes()
}

func attachedBody(k message.Kind, id, messageID string, form *endpoint.UploadForm) []byte {
	var j wire.JSON
	j.Object("")
	j.Object("_links").
		Link("self", wire.MessagePath(k, id, messageID)).
		Link(string(k), wire.MovementPath(k, id)).
		EndObject()
	j.String(string(k)+"Id", id).String("messageId", messageID)
	form.Write(&j)
	return j.EndObject().Bytes()
}

// rootName is the local name of the first element, false if the document cannot be read up to the end of its start tag.
// A document type declaration is passed over, as it is by the parser that looks for the root
// (docs/spec/api-2.1-3.0.md#5).
func rootName(body []byte) (string, bool) {
	s := xmltree.NewScanner(body)
	for {
		t, err := s.Next()
		if err != nil {
			return "", false
		}
		if t.Kind == xmltree.StartTag || t.Kind == xmltree.EmptyTag {
			return strings.Clone(t.Name[strings.IndexByte(t.Name, ':')+1:]), true
		}
	}
}
