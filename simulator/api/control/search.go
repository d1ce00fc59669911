package control

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
	"nctsim/simulator/store"
)

// defaultHits is how many hits a search lists if nobody says how many.
const defaultHits = 20

// shortestMessageName is how many characters the names of messages have at least: shorter texts are not looked for there.
const shortestMessageName = 6

// grnShape is what guarantee reference numbers look like.
var grnShape = pattern.New(`^[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?$`)

// search is a text that is looked for.
type search struct {
	text, folded string
	grn          bool
}

func newSearch(text string) search {
	return search{text, strings.ToLower(text), grnShape().MatchString(text)}
}

// in is a hit if the text is a part of a value.
func (s search) in(h client.Hit, what, value string) (client.Hit, bool) {
	if value == "" || !strings.Contains(strings.ToLower(value), s.folded) {
		return h, false
	}
	h.What, h.Value, h.Exact = what, value, len(value) == len(s.text)
	return h, true
}

// movement finds the text among what names a movement, and else among its messages and its guarantees.
func (s search) movement(tx *store.Tx, b *store.Brief) ([]client.Hit, error) {
	base := client.Hit{Kind: client.HitMovement, Movement: b.ID, LRN: b.LRN, MRN: b.MRN, Type: b.Kind, State: b.State}
	if b.Number > 0 && strconv.Itoa(b.Number) == s.text { // movements of API 1.0 have numbers
		base.What, base.Value, base.Exact = "wireId", s.text, true
		return []client.Hit{base}, nil
	}
	for _, name := range [...]struct{ what, value string }{
		{"lrn", b.LRN}, {"mrn", b.MRN}, {"id", b.ID}, {"eori", b.EORI}, {"eori", b.MovementEORI}, {"scenario", b.Scenario}, {"boxId", b.BoxID},
	} {
		if h, ok := s.in(base, name.what, name.value); ok {
			return []client.Hit{h}, nil
		}
	}
	if claims, err := s.claims(tx, b); err != nil || claims {
		base.What, base.Value, base.Exact = "grn", s.text, true
		return []client.Hit{base}, err
	}
	if len(s.text) < shortestMessageName {
		return nil, nil
	}
	messages, err := tx.MessagesNamed(b, s.text)
	var out []client.Hit
	for _, m := range messages {
		h := base
		h.Kind, h.Message, h.MessageType, h.Value, h.Exact = client.HitMessage, m.ID, m.Type, s.text, true
		if h.What = "messageIdentification"; m.ID == s.text {
			h.What = "messageId"
		}
		out = append(out, h)
	}
	return out, err
}

// claims reports whether the declaration of a movement names the text as a guarantee.
func (s search) claims(tx *store.Tx, b *store.Brief) (bool, error) {
	declaration := cmp.Or(b.Facts.Declaration, b.Facts.Original)
	if !s.grn || declaration == "" {
		return false, nil
	}
	if slices.ContainsFunc(b.Facts.Reserved, func(r movement.Reservation) bool { return r.GRN == s.text }) {
		return true, nil
	}
	body, err := tx.Body(b.ID, declaration)
	return bytes.Contains(body, []byte(">"+s.text+"<")), err
}

// Search says what a text names.
func (a *API) Search(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	text := strings.TrimSpace(q.Get("q"))
	if text == "" {
		return wire.Response{}, bad("give q: an LRN, MRN, EORI, GRN, messageIdentification, or an id", "there is nothing to look for")
	}
	limit, err := count(q.Get("limit"), defaultHits, "limit")
	if err != nil {
		return wire.Response{}, err
	}
	var exact, parts []client.Hit
	total := 0
	add := func(hits ...client.Hit) {
		for _, h := range hits {
			total++
			list := &parts
			if h.Exact {
				list = &exact
			}
			if len(*list) < limit {
				*list = append(*list, h)
			}
		}
	}
	s := newSearch(text)
	for _, sc := range a.Library.All() {
		base := client.Hit{Kind: client.HitScenario, Scenario: sc.ID}
		if h, ok := s.in(base, "scenario", sc.ID); ok {
			add(h)
		} else if h, ok := s.in(base, "title", sc.Title); ok {
			add(h)
		}
	}
	err = a.Engine.Read(func(tx *store.Tx) error {
		boxes, err := tx.Boxes()
		if err != nil {
			return err
		}
		for _, b := range boxes {
			if h, ok := s.in(client.Hit{Kind: client.HitBox, Box: b.ID}, "boxId", b.ID); ok {
				add(h)
			}
		}
		return tx.Briefs(store.MovementQuery{}, func(b *store.Brief) (bool, error) {
			hits, err := s.movement(tx, b)
			add(hits...)
			return true, err
		})
	})
	if err != nil {
		return wire.Response{}, err
	}
	reference, err := a.searchReference(s)
	if err != nil {
		return wire.Response{}, err
	}
	add(reference...)
	hits := append(exact, parts...)
	return reply(http.StatusOK, client.Search{Text: text, Hits: orEmpty(hits[:min(len(hits), limit)]), Total: total}), nil
}

// searchReference finds the text among the codes of rules, and the numbers and names of code lists and customs offices.
func (a *API) searchReference(s search) (hits []client.Hit, err error) {
	book, err := a.book()
	if err != nil {
		return nil, err
	}
	registry, err := a.registry()
	if err != nil {
		return nil, err
	}
	either := func(kind client.HitKind, code, name string) {
		base := client.Hit{Kind: kind, Reference: code}
		if h, ok := s.in(base, string(kind), code); ok {
			hits = append(hits, h)
		} else if h, ok := s.in(base, "name", name); ok {
			h.Exact = false // several may have the same
			hits = append(hits, h)
		}
	}
	for _, r := range book.Rules() {
		either(client.HitRule, r.Code, "")
	}
	for _, l := range book.Lists() {
		either(client.HitList, l.Number, l.Name)
	}
	for _, o := range registry.Offices() {
		either(client.HitOffice, o.ID, o.Name)
	}
	return hits, nil
}
