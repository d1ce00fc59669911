package control

import (
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"nctsim/fixtures"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/store"
)

// Prepare makes a message for a trader to send.
func (a *API) Prepare(r *http.Request, in client.Preparation) (wire.Response, error) {
	const choose = "give one of sample, xml and movement"
	given := 0
	for _, text := range []string{in.Sample, in.XML, in.Movement} {
		if text != "" {
			given++
		}
	}
	if given != 1 {
		return wire.Response{}, bad(choose, "there are %d messages to begin with", given)
	}
	with := scenario.Preparation{Text: []byte(in.XML), Facts: scenario.Facts{LRN: in.LRN, MRN: in.MRN}, Remarks: scenario.Remarks(in.Remarks)}
	if in.Dated {
		with.Now = a.Clock.Now()
	}
	for _, path := range slices.Sorted(maps.Keys(in.Set)) {
		with.Set = append(with.Set, scenario.Assignment{Path: path, Value: in.Set[path]})
	}
	phase, eori := in.Phase, ""
	var err error
	switch {
	case in.Movement != "":
		phase, eori, err = a.aboutMovement(in, &with)
	case in.Sample != "":
		with.Text, err = sampleText(phase, in.Sample)
	default:
		phase = a.phaseOf(phase, with.Text)
	}
	if err != nil {
		return wire.Response{}, err
	}
	d, text, err := scenario.Prepare(a.Reference.Catalogue, phase, with)
	if err != nil {
		return wire.Response{}, bad("begin with a message that the phase has, and set elements of its schema", "%v", err)
	}
	if eori == "" {
		eori = scenario.Sender(d)
	}
	return reply(http.StatusOK, client.Prepared{
		Phase: phase, Type: d.Type.Code, LRN: d.Field(message.LRN), MRN: d.Field(message.MRN), EORI: eori, XML: string(text),
	}), nil
}

// phaseOf is the phase that a message belongs to: that which was named, or which it names itself, or the first that knows it.
func (a *API) phaseOf(named message.Phase, text []byte) message.Phase {
	root, phaseID := message.Peek(text)
	out := message.Phase(0)
	for _, p := range message.Phases {
		switch {
		case named == p, named == 0 && phaseID != "" && strings.HasPrefix(phaseID, "NCTS"+p.String()):
			return p
		case out == 0 && a.declaredRoot(p, root) != nil:
			out = p
		}
	}
	if out == 0 {
		return message.Phase5
	}
	return out
}

func sampleText(p message.Phase, name string) ([]byte, error) {
	if !slices.Contains(message.Phases, p) {
		return nil, bad("phase is 4, 5 or 6", "there is no phase %s", p)
	}
	file := path.Join(p.Dir(), "valid", name+".xml")
	if !fs.ValidPath(file) || strings.Contains(name, "/") {
		return nil, unknown("GET /simulator/v1/reference/samples lists them", "there is no sample %q", name)
	}
	text, err := fs.ReadFile(fixtures.Files, file)
	if err != nil {
		return nil, unknown("GET /simulator/v1/reference/samples lists them", "there is no sample %s of phase %s", name, p)
	}
	return text, nil
}

// aboutMovement begins a message about a movement with a sample, and finds what it repeats.
func (a *API) aboutMovement(in client.Preparation, with *scenario.Preparation) (message.Phase, string, error) {
	if in.Remarks != "" && !slices.Contains(scenario.AllRemarks, with.Remarks) {
		return 0, "", bad("remarks are conform, seals, packages or weight", "there are no remarks %q", in.Remarks)
	}
	var m *movement.Movement
	var about, permission *message.Document
	err := a.Engine.Read(func(tx *store.Tx) error {
		var err error
		if m, err = tx.Movement(in.Movement); err != nil {
			return noMovement(in.Movement, err)
		}
		records, _, err := tx.Messages(in.Movement, store.MessageQuery{})
		if err != nil {
			return err
		}
		for _, r := range records { // the newest first
			t, _ := m.Phase.TypeOfCode(r.Type)
			into := &about
			switch {
			case r.Type == "IE043":
				into = &permission
			case t.Role != message.Creates && r.Type != "IE013":
				continue
			}
			if *into != nil {
				continue
			}
			body, err := tx.Body(in.Movement, r.ID)
			if err != nil {
				return err
			}
			if d, err := a.Reference.Catalogue.Parse(m.Phase, body); err == nil {
				*into = d
			}
		}
		return nil
	})
	if err != nil {
		return 0, "", err
	}
	name, known := scenario.SampleFor(fixtures.Files, m.Phase, in.MessageType, m.MRN != "")
	if !known {
		return 0, "", bad("messageType is IE013, IE014, IE170, IE044 or IE007", "no message %q of phase %s can be prepared", in.MessageType, m.Phase)
	}
	if with.Text, err = sampleText(m.Phase, name); err != nil {
		return 0, "", err
	}
	if m.Phase.Generation() == message.GenerationPhase4 {
		permission = nil
	}
	eori := m.EORI
	t, _ := m.Phase.TypeOfCode(in.MessageType)
	if t.Kind != m.Kind { // an arrival of the departure's goods: another trader
		about, eori = nil, ""
	}
	with.About, with.Permission, with.Planned = about, permission, m.Created
	if with.LRN == "" {
		with.LRN = m.LRN
	}
	if with.MRN == "" {
		with.MRN = m.MRN
	}
	return m.Phase, eori, nil
}
