package compose

import (
	"testing"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
)

// TestAnyValidArrival composes every message of an arrival from declarations and messages of the trader that use the
// whole schema at random, the two sides being of any phase.
func TestAnyValidArrival(t *testing.T) {
	now := time.Date(2026, 4, 21, 9, 15, 40, 0, time.UTC)
	catalogue := simtest.Catalogue()
	composer := New(catalogue, Options{})
	stories, tries := 0, tier.Sequential(80)
	for i := range tries {
		here, there := message.Phase5, message.Phase6
		if i%2 == 0 {
			here, there = there, here
		}
		if i%4 < 2 {
			there = here
		}
		m := maker{sampler{clock.NewSource(uint64(i)).Stream("arrival")}}
		notification := m.document(t, catalogue, here, "CC007C")
		remarks := m.document(t, catalogue, here, "CC044C")
		declaration := m.document(t, catalogue, there, []string{"CC015C", "CC013C"}[i/4%2])
		presentation := m.document(t, catalogue, there, "CC170C")
		if notification == nil || remarks == nil || declaration == nil || presentation == nil {
			continue
		}
		stories++
		r := Request{
			Original: notification, Declaration: declaration, Presentation: presentation, Answered: remarks, Now: now,
			Departure: &movement.Movement{Facts: movement.Facts{Accepted: now, Incidents: incidentsOfEveryKind(now)}},
			Movement: movement.Movement{
				Kind: message.Arrival, Phase: here, MRN: notification.Get("TransitOperation/MRN"),
				Office: notification.Get("CustomsOfficeOfDestinationActual/referenceNumber"),
			},
		}
		try := func(what string, typ string, c Content) Composed {
			r.Type, r.Content, r.Stream = typ, c, clock.NewSource(uint64(i)).Stream(what)
			made, err := composer.Compose(r)
			if err != nil {
				t.Errorf("story %d, %s: %v\n%s", i, what, err, declaration.Bytes())
			} else {
				comesBackFromJSON(t, made.Document)
			}
			return made
		}
		for typ, recipe := range phases56Recipes {
			if recipe.groups != ofDeparture {
				try(typ, typ, Content{})
			}
		}
		try("part of the declaration", "IE025", Content{ReleaseIndicator: partialRelease})
		r.Permission = try("permission", "IE043", Content{}).Document
		try("part of the permission", "IE025", Content{ReleaseIndicator: partialRelease})
		try("the rest", "IE025", Content{ReleaseIndicator: residualRelease})
		try("continuation", "IE043", Content{ContinueUnloading: 9})
		r.Departure, r.Presentation, r.Permission = nil, nil, nil
		r.Declaration, _ = composer.Foreign(here, notification, now, r.Stream)
		try("from elsewhere", "IE043", Content{})
	}
	if stories < tries/2 {
		t.Errorf("only %d of %d stories were valid", stories, tries)
	}
}

// incidentsOfEveryKind are more than a message has room for.
func incidentsOfEveryKind(at time.Time) []movement.Incident {
	var out []movement.Incident
	for _, code := range []string{"", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		out = append(out, movement.Incident{Code: code, At: at})
	}
	return out
}
