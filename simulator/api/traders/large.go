package traders

import (
	"context"
	"net/http"
	"slices"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// beginUpload is E1 and E4 for a large message, which is uploaded with a form (docs/spec/api-2.1-3.0.md#10): the id is "" for
// one that begins a movement. The error wraps store.ErrNotFound if there is no such movement.
func (a *API) beginUpload(r *http.Request, c platform.Caller, p message.Phase, k message.Kind, id string) (wire.Response, error) {
	x := exchange.Of(r.Context())
	x.Of(p.APIVersion(), false) // the form is a key to the upload
	s := engine.Submission{EORI: c.EORI, ClientID: c.ClientID, Phase: p, Kind: k, Scenario: r.Header.Get(client.ScenarioHeader)}
	if id == "" {
		x.Enter(client.CheckBox)
		s.Prefixed = wire.AddressOf(r.Context()).Prefix
		var err error
		if s.BoxID, err = a.Boxes.Choose(r.Context(), c.ClientID, r.Header.Get(BoxHeader), p); err != nil {
			return wire.Response{}, err
		}
	}
	if x.Enter(client.CheckAnswer); id != "" {
		x.Enter(client.CheckMovement)
	}
	m, record, u, err := a.Engine.BeginUpload(r.Context(), id, s)
	if err != nil {
		return wire.Response{}, err
	}
	exchange.Concern(r.Context(), m.ID, record.ID, "")
	form := a.Form(r, m, u)
	if id != "" {
		return wire.OfJSON(http.StatusAccepted, attachedBody(k, m.ID, record.ID, form)), nil
	}
	return wire.OfJSON(http.StatusAccepted, createdBody(k, m.ID, record.ID, m.BoxID, form)), nil
}

// UploadChecker checks messages that were uploaded, as the engine wants it.
type UploadChecker struct{ api *API }

// NewUploadChecker makes one for an API with these settings. The error is that of New.
func NewUploadChecker(c *message.Catalogue, s Settings) (*UploadChecker, error) {
	api, err := New(Options{Settings: s, Catalogue: c})
	return &UploadChecker{api}, err
}

// Check checks a message: any type of the trader's that belongs to movements of this kind, in the version of the movement.
func (c *UploadChecker) Check(ctx context.Context, m movement.Movement, body []byte) (engine.Submission, []byte, error) {
	in := submitted{route: routeXML, phase: m.Phase, body: body, large: true, caller: platform.Caller{EORI: m.EORI, ClientID: m.ClientID}}
	s, err := c.check(ctx, in, m.Kind)
	switch {
	case ctx.Err() != nil:
		return s, nil, ctx.Err()
	case err == nil && s.Fail:
		err = duplicate(s)
	}
	if err != nil {
		return s, Failure(err).Body, nil
	}
	return s, nil, nil
}

func (c *UploadChecker) check(ctx context.Context, in submitted, k message.Kind) (engine.Submission, error) {
	root, readable := rootName(in.body)
	if !readable {
		return engine.Submission{}, refuse(codeBadRequest, textMalformed)
	}
	allowed := slices.ContainsFunc(in.phase.Types(), func(t message.Type) bool {
		return t.Root == root && t.Kind == k && t.Role != message.FromCustoms
	})
	if !allowed {
		return engine.Submission{}, refuse(codeBadRequest, textRoot, root)
	}
	return c.api.checkXML(ctx, in, k, root)
}

// Undelivered is the error body for a message that did not get to NCTS.
func (c *UploadChecker) Undelivered() []byte { return errorBody(codeInternal, textInternal) }

// NotAccepted is the error body for a file that the scanner does not let pass.
func (c *UploadChecker) NotAccepted(text string) []byte { return errorBody(codeBadRequest, text) }
