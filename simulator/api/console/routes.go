package console

import "net/http"

// Names of the areas of the navigation.
const (
	areaMovements     = "movements"
	areaSend          = "send"
	areaRequests      = "requests"
	areaNotifications = "notifications"
	areaGuarantees    = "guarantees"
	areaScenarios     = "scenarios"
	areaReference     = "reference"
	areaSettings      = "settings"
)

// areas is the navigation, in its order. A page adds its own here.
var areas = []area{
	{Name: areaMovements, Title: "Movements"},
	{Name: areaSend, Title: "Send", Href: "send"},
	{Name: areaRequests, Title: "Requests", Href: "requests"},
	{Name: areaNotifications, Title: "Notifications", Href: "notifications"},
	{Name: areaGuarantees, Title: "Guarantees", Href: "guarantees"},
	{Name: areaScenarios, Title: "Scenarios", Href: scenariosPath},
	{Name: areaReference, Title: "Reference", Href: referencePath},
	{Name: areaSettings, Title: "Settings", Href: settingsPath},
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is the map of the console, from Path on. A page adds its own here.
func routes() []route {
	return []route{
		{method: get, path: "{$}", handle: (*visit).movements},
		{method: get, path: "movements/{id}", handle: (*visit).movement},
		{method: get, path: "movements/{id}/messages/{message}", handle: (*visit).message},
		{method: get, path: "movements/{id}/messages/{message}/download", handle: (*visit).download},
		{method: get, path: "movements/{id}/messages/{message}/body", handle: (*visit).body},
		{method: get, path: "movements/{id}/record", handle: (*visit).record},
		{method: get, path: "movements/{id}/record/{file}", handle: (*visit).recorded},
		{method: get, path: "movements/{id}/{file}", handle: (*visit).export},
		{method: get, path: "compare", handle: (*visit).compare},
		{method: get, path: "requests", handle: (*visit).requests},
		{method: get, path: "requests/{number}", handle: (*visit).request},
		{method: get, path: "notifications", handle: (*visit).boxes},
		{method: get, path: "notifications/{box}", handle: (*visit).box},
		{method: get, path: "notifications/{box}/{notification}", handle: (*visit).notification},
		{method: get, path: "guarantees", handle: (*visit).guarantees},
		{method: get, path: "guarantees/{grn}", handle: (*visit).guarantee},
		{method: get, path: scenariosPath, handle: (*visit).scenarios},
		{method: get, path: scenariosPath + "/new", handle: (*visit).newScenario},
		{method: get, path: scenariosPath + "/{id}", handle: (*visit).scenario},
		{method: get, path: "runs/{run}/{as}", handle: (*visit).runReport},
		{method: get, path: "send", handle: (*visit).send},
		{method: get, path: "search", handle: (*visit).search},
		{method: get, path: "stream", handle: (*visit).stream},
		{method: get, path: "upcoming", handle: (*visit).upcoming},
		{method: get, path: snapshotsPath, handle: (*visit).snapshots},
		{method: get, path: snapshotsPath + "/import", handle: (*visit).snapshots},
		{method: get, path: snapshotsPath + "/{snapshot}/file", handle: (*visit).snapshotFile},
		{method: get, path: interventionsPath, handle: (*visit).interventions},
		{method: get, path: workspacesPath, handle: (*visit).workspaces},
		{method: get, path: settingsPath, handle: (*visit).settings},
		{method: get, path: referencePath, handle: (*visit).reference},
		{method: get, path: processPath, handle: (*visit).processTables},
		{method: get, path: messagesPath, handle: (*visit).messages},
		{method: get, path: messagesPath + "/{phase}/{code}", handle: (*visit).messageSchema},
		{method: get, path: listsPath, handle: (*visit).codeLists},
		{method: get, path: listsPath + "/{list}", handle: (*visit).codeList},
		{method: get, path: officesPath, handle: (*visit).offices},
		{method: get, path: rulesPath, handle: (*visit).rules},
		{method: get, path: rulesPath + "/{rule}", handle: (*visit).rule},
		{method: get, path: samplesPath, handle: (*visit).samples},
		{method: get, path: coveragePath, handle: (*visit).coverage},
		{method: get, path: samplesPath + "/{phase}/{name}", handle: (*visit).sample},
		{method: get, path: "keys", handle: (*visit).keys},
		{method: get, path: "sign-in", handle: (*visit).signInForm, open: true},

		{method: post, path: scenariosPath + "/new", handle: (*visit).addScenario},
		{method: post, path: scenariosPath + "/run", handle: (*visit).runShown},
		{method: post, path: scenariosPath + "/{id}/run", handle: (*visit).runScenario},
		{method: post, path: scenariosPath + "/{id}/save", handle: (*visit).saveScenario},
		{method: post, path: "movements/{id}/record", handle: (*visit).replayRecording},
		{method: post, path: "send", handle: (*visit).submit},
		{method: post, path: "send/validate", handle: (*visit).validate, reads: true},
		{method: post, path: "bulk", handle: (*visit).bulk},
		{method: post, path: "movements/{id}/act", handle: (*visit).act},
		{method: post, path: "movements/{id}/inject", handle: (*visit).inject},
		{method: post, path: "movements/{id}/forget", handle: (*visit).forget},
		{method: post, path: "requests/{number}/again", handle: (*visit).sendAgain},
		{method: post, path: "requests/clear", handle: (*visit).clearRequests},
		{method: post, path: "notifications", handle: (*visit).makeBox},
		{method: post, path: "notifications/{box}/callback", handle: (*visit).setCallback},
		{method: post, path: "notifications/{box}/test", handle: (*visit).testBox},
		{method: post, path: "notifications/{box}/secret", handle: (*visit).showSecret},
		{method: post, path: "notifications/{box}/remove", handle: (*visit).removeBox},
		{method: post, path: "notifications/{box}/{notification}/resend", handle: (*visit).resend},
		{method: post, path: "notifications/{box}/{notification}/acknowledge", handle: (*visit).acknowledge},
		{method: post, path: "clock/advance", handle: (*visit).advance},
		{method: post, path: "clock/set", handle: (*visit).setClock},
		{method: post, path: "clock/settle", handle: (*visit).settle},
		{method: post, path: snapshotsPath, handle: (*visit).saveSnapshot},
		{method: post, path: snapshotsPath + "/import", handle: (*visit).importSnapshot, file: true},
		{method: post, path: snapshotsPath + "/{snapshot}/restore", handle: (*visit).restoreSnapshot},
		{method: post, path: snapshotsPath + "/{snapshot}/delete", handle: (*visit).deleteSnapshot},
		{method: post, path: "movements/{id}/hold", handle: (*visit).holdNext},
		{method: post, path: interventionsPath + "/faults", handle: (*visit).arm},
		{method: post, path: interventionsPath + "/faults/{fault}/remove", handle: (*visit).disarm},
		{method: post, path: interventionsPath + "/holds", handle: (*visit).hold},
		{method: post, path: interventionsPath + "/holds/{hold}/remove", handle: (*visit).unhold},
		{method: post, path: heldPath + "/{held}/release", handle: (*visit).release},
		{method: post, path: heldPath + "/{held}/refuse", handle: (*visit).refuseHeld},
		{method: post, path: heldPath + "/{held}/drop", handle: (*visit).drop},
		{method: post, path: workspacesPath, handle: (*visit).makeWorkspace},
		{method: post, path: workspacesPath + "/{workspace}/delete", handle: (*visit).deleteWorkspace},
		{method: post, path: settingsPath + "/reset", handle: (*visit).reset},
		{method: post, path: settingsPath + "/applications", handle: (*visit).registerApplications},
		{method: post, path: settingsPath + "/applications/{application}/revoke", handle: (*visit).revokeTokens},
		{method: post, path: settingsPath + "/applications/{application}/remove", handle: (*visit).removeApplication},
		{method: post, path: "theme", handle: (*visit).setTheme, open: true},
		{method: post, path: "sign-in", handle: (*visit).signIn, open: true},
		{method: post, path: "sign-out", handle: (*visit).signOut, open: true},
	}
}
