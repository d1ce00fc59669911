package compose

import (
	"bytes"
	"context"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"nctsim/simulator/clock"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/xmltree"
)

// TestAnyValidDeclaration makes declarations (and presentations of them) that use the whole schema at random
// and composes every message from each: whatever a trader may send, the answer has to be valid.
func TestAnyValidDeclaration(t *testing.T) {
	now := time.Date(2026, 4, 21, 9, 15, 40, 0, time.UTC)
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		catalogue := simtest.Catalogue()
		composer := New(catalogue, Options{})
		valid, tries := 0, tier.Sequential(60)
		for i := range tries {
			m := maker{sampler{clock.NewSource(uint64(i)).Stream("declaration", p.String())}}
			declaration := m.document(t, catalogue, p, []string{"CC015C", "CC013C"}[i%2])
			presentation := m.document(t, catalogue, p, "CC170C")
			if declaration == nil || presentation == nil {
				continue
			}
			valid++
			r := Request{
				Original: declaration, Presentation: presentation, Now: now,
				Movement: movement.Movement{
					Phase: p, LRN: "LRN", Office: declaration.Get("CustomsOfficeOfDeparture/referenceNumber"),
					MRN: "26GB000246AL65TIJ5",
				},
			}
			if i%3 == 0 {
				r.Answered, r.Presentation = declaration, nil
			}
			for typ, recipe := range phases56Recipes {
				if recipe.groups == ofArrival {
					continue
				}
				r.Type = typ
				r.Stream = clock.NewSource(uint64(i)).Stream(r.Type)
				made, err := composer.Compose(r)
				if err != nil {
					t.Errorf("declaration %d of phase %s: %v\n%s", i, p, err, declaration.Bytes())
					continue
				}
				comesBackFromJSON(t, made.Document)
				r.Stream = clock.NewSource(uint64(i)).Stream(r.Type)
				sameWhenReadInPieces(t, composer, r, made)
			}
		}
		if valid < tries*2/3 {
			t.Errorf("only %d of %d declarations of phase %s were valid", valid, tries, p)
		}
	}
}

// sameWhenReadInPieces composes a message again, from documents of which only a part is in memory.
func sameWhenReadInPieces(t *testing.T, c *Composer, r Request, made Composed) {
	t.Helper()
	for _, d := range []**message.Document{&r.Original, &r.Declaration, &r.Presentation, &r.Answered} {
		if *d == nil {
			continue
		}
		read, err := simtest.Catalogue().Read((*d).Phase, message.InMemory((*d).Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		*d = read
	}
	again, err := c.Compose(r)
	if err != nil || !bytes.Equal(again.Body, made.Body) || !reflect.DeepEqual(again.Written, made.Written) {
		t.Errorf("%s comes out otherwise when the declaration is read in pieces (%v): %s\n%s\n%v\n%v", r.Type, err, again.Body, made.Body, again.Warnings, made.Warnings)
	}
}

// comesBackFromJSON writes a message as JSON and reads it again: it has to say the same.
func comesBackFromJSON(t *testing.T, d *message.Document) {
	t.Helper()
	value, err := jsonmessage.Parse(jsonmessage.Append(nil, d))
	if err != nil {
		t.Fatalf("%s as JSON: %v\n%s", d.Root.Name, err, d.Bytes())
	}
	back, err := jsonmessage.Document(simtest.Catalogue(), d.Phase, d.Root.Name, value)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(simtest.Values(d), simtest.Values(back)); diff != "" {
		t.Errorf("%s by way of JSON (-before +after):\n%s", d.Root.Name, diff)
	}
}

// maker makes documents at random.
type maker struct{ sampler }

// document is nil if it came out invalid.
func (m maker) document(t *testing.T, c *message.Catalogue, p message.Phase, root string) *message.Document {
	t.Helper()
	e := c.Schema(p, root)
	n := m.element(e)
	d := &message.Document{Phase: p, Root: n, Schema: e}
	result := c.Set(p).Validate(context.Background(), d.Bytes(), schema.Options{Root: root})
	if !result.Valid() {
		return nil
	}
	d, err := c.Document(p, result.Root)
	if err != nil {
		t.Fatal(err)
	}
	if p != message.Phase4 {
		comesBackFromJSON(t, d)
	}
	return d
}

func (m maker) element(e *schema.Element) *xmltree.Node {
	n := &xmltree.Node{Name: e.Name}
	if e.Leaf() {
		n.Text = m.leaf(e)
		return n
	}
	for _, child := range e.Children {
		count := child.Min
		if m.stream.IntN(3) > 0 {
			count = min(child.Max, 1+m.stream.IntN(2))
		}
		for i := range count {
			c := m.element(child)
			if number := c.Child("sequenceNumber"); number != nil {
				number.Text = strconv.Itoa(i + 1)
			}
			n.Children = append(n.Children, c)
		}
	}
	return n
}

func (m maker) leaf(e *schema.Element) string {
	text := m.value(e.Type)
	switch e.Type.Base {
	case "date":
		text = "2026-05-01"
	case "dateTime":
		text = "2026-05-01T10:11:12"
	case "token":
		text = "\n   " + text + " " // which the schema takes for nothing
	}
	if e.Name == "eMailAddress" {
		text = []string{"a@b.c", "@a@b.c"}[m.stream.IntN(2)]
	}
	return text
}
