package control

import (
	"fmt"
	"maps"
	"slices"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/client"
	"nctsim/simulator/office"
)

// tokenChoices lists what bearer tokens stand for, in the order in which it is looked up. Tokens of the token
// file are shown: they are no secrets but names of test traders.
func tokenChoices(o platform.Options) []client.Choice {
	var choices []client.Choice
	for _, token := range slices.Sorted(maps.Keys(o.Tokens)) {
		choices = append(choices, client.Choice{When: "token is " + token, Then: o.Tokens[token].String()})
	}
	choices = append(choices, client.Choice{When: "token is an EORI: " + platform.EORIPattern, Then: "that EORI"})
	if o.Strict() {
		choices = append(choices, client.Choice{When: "any other token", Then: "401 INVALID_CREDENTIALS"})
	} else {
		choices = append(choices, client.Choice{When: "any other token", Then: o.EORI})
	}
	if !o.Enabled() && !o.Strict() {
		choices = append(choices, client.Choice{When: "no Authorization header", Then: o.EORI})
	}
	return choices
}

// mrnChoices says what becomes of an arrival notification by its MRN.
func mrnChoices(s office.Settings) []client.Choice {
	unknown := "IE057 with error 90"
	if s.ForeignMovement {
		unknown = "the goods are taken to come from elsewhere, and are made up"
	}
	return []client.Choice{
		{When: "a departure here has the MRN of an IE007 and is RELEASED", Then: "its goods arrive"},
		{When: "a departure here has the MRN of an IE007 and is in another state", Then: "IE057 with error 92"},
		{When: "no movement here has the MRN of an IE007", Then: unknown},
	}
}

func officerChoices(s office.Settings) []client.Choice {
	choices := []client.Choice{}
	for _, state := range slices.Sorted(maps.Keys(s.DefaultOfficer)) {
		choices = append(choices, client.Choice{When: fmt.Sprintf("state %s waits for an officer", state), Then: s.DefaultOfficer[state]})
	}
	return choices
}

func timerSettings(s office.Settings) []client.TimerSetting {
	settings := []client.TimerSetting{}
	for _, name := range slices.Sorted(maps.Keys(s.Timers)) {
		for _, phase := range slices.Sorted(maps.Keys(s.Timers[name])) {
			settings = append(settings, client.TimerSetting{Name: name, Phase: phase, After: s.Timers[name][phase].String()})
		}
	}
	return settings
}
