package control

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/client"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
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

// valueChoices are values of declarations that are refused although they are well-formed, and GRNs about which enquiries fail.
func valueChoices(refused []rules.Refusal, failing []string) []client.Choice {
	choices := []client.Choice{}
	for _, r := range refused {
		choices = append(choices, client.Choice{
			When: fmt.Sprintf("the %s of a declaration is %s", r.What, strings.Join(r.Values, ", ")), Then: "it is not registered, and the declaration is rejected",
		})
	}
	for _, grn := range failing {
		choices = append(choices, client.Choice{When: "the balance of GRN " + grn + " is asked for", Then: "500: the guarantee system fails (IE917)"})
	}
	return choices
}

// fileChoices are what the name of an uploaded file decides; upload.PlanOf reads it.
func fileChoices() []client.Choice {
	return []client.Choice{
		{When: "the file is infected.NAME.xml", Then: "the scanner finds a virus: Failed, NAME is the message"},
		{When: "the file is invalid.REASON.xml", Then: "the scanner does not like the kind of file: Failed, with REASON"},
		{When: "the file is unknown.REASON.xml", Then: "the scanner fails: Failed, with REASON"},
		{When: "the file is reject.CODE.xml", Then: "the upload is refused with 400 and CODE as errorCode, and can be made again"},
		{When: "the file is undelivered.xml", Then: "the message is taken but does not get to NCTS: Failed with INTERNAL_SERVER_ERROR"},
		{When: "the file is delayed.30s.NAME", Then: "the scan takes 30 seconds longer, then NAME decides"},
	}
}
