package compose

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
)

// TestAnyValidDeclarationOfPhase4 makes declarations and arrival notifications that use the whole schema of phase 4 at
// random and composes every message from them: whatever a trader may send, the answer has to be valid.
func TestAnyValidDeclarationOfPhase4(t *testing.T) {
	const p = message.Phase4
	catalogue := simtest.Catalogue()
	composer := New(catalogue, Options{})
	now := time.Date(2026, 10, 30, 9, 15, 40, 0, time.UTC)
	tries := tier.Sequential(60)
	valid := 0
	for i := range tries {
		m := maker{sampler{clock.NewSource(uint64(i)).Stream("phase 4")}}
		declaration := m.document(t, catalogue, p, "CC015B")
		notification := m.document(t, catalogue, p, "CC007A")
		remarks := m.document(t, catalogue, p, "CC044A")
		cancellation := m.document(t, catalogue, p, "CC014A")
		if slices.Contains([]*message.Document{declaration, notification, remarks, cancellation}, nil) {
			continue
		}
		valid++
		departure := movement.Movement{
			Phase: p, Kind: message.Departure, Number: i, LRN: declaration.Field(message.LRN),
			Office: declaration.Field(message.OfficeOfDeparture), MRN: cancellation.Field(message.MRN),
			Facts: movement.Facts{Controlled: i%2 == 0},
		}
		arrival := movement.Movement{
			Phase: p, Kind: message.Arrival, Number: i, MRN: notification.Field(message.MRN),
			Office: notification.Field(message.OfficeOfPresentation),
		}
		try := func(r Request, answered *message.Document) {
			r.Now, r.Answered, r.Stream = now, answered, clock.NewSource(uint64(i)).Stream(r.Type)
			if _, err := composer.Compose(r); err != nil {
				t.Errorf("declaration %d: %v\n%s", i, err, declaration.Bytes())
			}
		}
		elsewhere, err := composer.Foreign(p, notification, now, clock.NewSource(uint64(i)).Stream("foreign"))
		if err != nil {
			t.Fatal(err)
		}
		for typ, recipe := range phase4Recipes {
			for _, answered := range []*message.Document{nil, declaration, cancellation} {
				if recipe.groups != ofArrival {
					try(Request{Type: typ, Movement: departure, Original: declaration}, answered)
				}
			}
			for _, answered := range []*message.Document{nil, notification, remarks} {
				if recipe.groups == ofDeparture {
					continue
				}
				r := Request{Type: typ, Movement: arrival, Original: notification, Declaration: declaration}
				try(r, answered)
				r.Content.Unloading = &UnloadingCounts{i % 7, i % 5, i % 3, i % 4}
				r.Content.ContinueUnloading = i
				try(r, answered)
				r.Declaration = elsewhere
				try(r, answered)
			}
		}
	}
	if valid < tries*2/3 {
		t.Errorf("only %d of %d declarations were valid", valid, tries)
	}
}

// TestRandomOfPhase4 checks what the later phases do not promise: a message at random fits its schema.
func TestRandomOfPhase4(t *testing.T) {
	const p = message.Phase4
	composer := New(simtest.Catalogue(), Options{})
	for i := range tier.Sequential(50) {
		for typ := range phase4Recipes {
			r := Request{Type: typ, Movement: movement.Movement{Phase: p}, Now: time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)}
			r.Stream = clock.NewSource(uint64(i)).Stream(typ)
			if i%3 == 0 {
				r.Content.Unloading = &UnloadingCounts{i, i, i, i}
			}
			made, err := composer.Random(r)
			if err != nil {
				t.Fatal(err)
			}
			if result := simtest.Catalogue().Set(p).Validate(t.Context(), made.Body, schema.Options{}); !result.Valid() {
				var faults []string
				for _, e := range result.Errors {
					faults = append(faults, e.Path+": "+e.Message)
				}
				t.Errorf("random %s: %s\n%s", typ, strings.Join(faults, "\n"), made.Body)
			}
		}
	}
}
