package control

import (
	_ "embed"
	"net/http"
	"time"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
)

// Route is one call of the control API: how it is made, who answers, and what its description says of it.
type Route struct {
	Method, Path string
	// Handler answers, or Stream does.
	Handler Handler
	Stream  http.HandlerFunc
	// Large: a Stream that reads the body itself, as it comes.
	Large bool
	// Open: the call needs no token.
	Open bool

	// ID is the name of the call in the description, Does what it does.
	ID, Does string
	// Query are the parameters that may be given.
	Query []Parameter
	// Takes has the type of the body, nil for none. TakesType is another content type than JSON, in its place or, beside a
	// Takes, as well.
	Takes     any
	TakesType string
	// Statuses are those of success. Gives has the type of the body, nil for none; GivesType is another content type than
	// JSON, or several with a comma and a space between them.
	Statuses  []int
	Gives     any
	GivesType string
}

// Parameter is one of the query.
type Parameter struct {
	Name, Does string
	// Like has the type of the value.
	Like any
}

var (
	ok      = []int{http.StatusOK}
	nothing = []int{http.StatusNoContent}
)

// Routes is the map of the control API, the health checks and the metrics. The description of the API, openapi.json, is made
// from it and from the types of package client.
func (a *API) Routes() []Route {
	const (
		v1           = "/simulator/v1"
		movements    = v1 + "/movements"
		movement     = movements + "/{" + MovementVar + "}"
		messages     = movement + "/messages"
		scenarios    = v1 + "/scenarios"
		scenarioPath = scenarios + "/{" + ScenarioVar + "}"
		runs         = v1 + "/runs"
		snapshots    = v1 + "/snapshots"
		workspaces   = v1 + "/workspaces"
		workspace    = workspaces + "/{" + WorkspaceVar + "}"
		snapshotPath = snapshots + "/{" + SnapshotVar + "}"
		applications = v1 + "/applications"
		application  = applications + "/{" + ApplicationVar + "}"
		boxes        = v1 + "/boxes"
		faults       = v1 + "/faults"
		holds        = v1 + "/holds"
		held         = v1 + "/held/{" + HeldVar + "}"
		clockPath    = v1 + "/clock"
		reference    = v1 + "/reference"
		requests     = v1 + "/requests"
		notification = v1 + "/notifications/{" + NotificationVar + "}"
	)
	ofSnapshots, ofWorkspaces, ofRuns := unless(a.noSnapshots()), unless(a.noWorkspaces()), unless(a.noRuns())
	routes := []Route{
		{
			Method: http.MethodGet, Path: v1 + "/openapi.json", Handler: a.OpenAPI,
			ID: "describe", Does: "This description.", Statuses: ok, Gives: map[string]any{},
		}, {
			Method: http.MethodGet, Path: v1 + "/info", Handler: a.Info,
			ID: "info", Does: "What is running.", Statuses: ok, Gives: client.Info{},
		}, {
			Method: http.MethodGet, Path: v1 + "/coverage", Handler: a.CoverageThere,
			ID: "coverage", Does: "What software has met of the simulator since it began or was reset, and what it has not.", Statuses: ok, Gives: client.Coverage{},
		}, {
			Method: http.MethodGet, Path: v1 + "/settings", Handler: a.Settings,
			ID: "settings", Does: "What selects outcomes: tokens, LRNs, MRNs, scenarios, timers, guarantees, boxes.", Statuses: ok, Gives: client.Settings{},
		}, {
			Method: http.MethodPost, Path: v1 + "/reset", Handler: a.Reset,
			ID: "reset", Does: "Forget every movement.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: movements, Handler: a.MovementsThere,
			ID: "movements", Does: "Movements of everybody, the last updated first.", Statuses: ok, Gives: client.Movements{},
			Query: []Parameter{
				{"lrn", "part of the LRN", ""}, {"mrn", "part of the MRN", ""}, {"eori", "part of the trader's EORI", ""},
				{"q", "whatever names a movement or one of its messages", ""},
				{"type", "departure or arrival", client.Movement{}.Type}, {"state", "the state, or several with commas between", ""}, {"scenario", "the id of the scenario", ""},
				{"since", "the first time of the last update", time.Time{}}, {"after", "the next of the list that this one goes on with", ""},
				{"skip", "how many to leave out", 0}, {"limit", "how many to list at most", 0},
				{"wait", "how long to wait for one that fits if there is none, in real time: 5s, at most 5m; the list is empty if none comes", ""},
			},
		}, {
			Method: http.MethodGet, Path: v1 + "/search", Handler: a.Search,
			ID: "search", Does: "What a text names: movements, messages, scenarios, boxes.", Statuses: ok, Gives: client.Search{},
			Query: []Parameter{{"q", "an LRN, MRN, EORI, GRN, messageIdentification, or an id", ""}, {"limit", "how many hits to list at most", 0}},
		}, {
			Method: http.MethodGet, Path: movement, Handler: a.MovementThere,
			ID: "movement", Does: "One movement with its messages and its journal, the oldest first.", Statuses: ok, Gives: client.MovementDetail{},
			Query: []Parameter{
				{"wait", "how long to wait for the state or the message, in real time: 5s, at most 5m; 504 NOT_YET if it does not come", ""},
				{"state", "the state to wait for, or several with commas between them", ""}, {"message", "the IE code of the message to wait for, or several", ""},
			},
		}, {
			Method: http.MethodDelete, Path: movement, Handler: a.Forget,
			ID: "forget", Does: "Delete a movement with all that belongs to it.", Statuses: nothing,
		}, {
			Method: http.MethodPost, Path: movement + "/actions", Handler: taking(a.Act),
			ID: "act", Does: "Do what an officer does. The movement lists the actions that are possible.", Statuses: ok,
			Takes: client.Action{}, Gives: client.Acted{},
			Query: []Parameter{{"dryRun", "say what would come of it, and do nothing", false}},
		}, {
			Method: http.MethodPost, Path: messages, Handler: a.Inject,
			ID: "inject", Does: "Place a message of customs in a movement, whatever its state: one that is composed, as JSON says, or exactly the XML of the body.",
			Takes: client.Injection{}, TakesType: wire.TypeXML, Statuses: []int{http.StatusCreated, http.StatusOK}, Gives: client.Injected{},
			Query: []Parameter{
				{"force", "for XML: deliver a message that does not fit its schema", false},
				{"trigger", "for XML: the id of the trader's message that it answers", ""},
				{"dryRun", "say what would come of it, and deliver nothing", false},
			},
		}, {
			Method: http.MethodGet, Path: messages + "/{" + MessageVar + "}", Handler: a.Message,
			ID: "message", Does: "A message with what it answers, what answers it, what is wrong with it, and its elements.", Statuses: ok, Gives: client.MessageDetail{},
			Query: []Parameter{
				{"as", "tree for its elements, json for its form as JSON", ""}, {"path", "for a tree: the element to begin with", ""},
				{"absent", "for a tree: show optional elements that are not there, too", false},
				{"skip", "for a tree: how many children of the element to leave out", 0}, {"limit", "for a tree: how many children of an element to show, 200 if it is not said", 0},
			},
		}, {
			Method: http.MethodGet, Path: messages + "/{" + MessageVar + "}/diff", Handler: a.Compare,
			ID: "compare", Does: "What is different between a message and another one, by their elements.", Statuses: ok, Gives: client.Comparison{},
			Query: []Parameter{
				{"with", "the id of the other message, MOVEMENT/MESSAGE of one of another movement, or sample/NAME", ""},
				{"limit", "how many differences to list, 1000 if it is not said", 0},
			},
		}, {
			Method: http.MethodPost, Path: v1 + "/validate", Handler: a.Validate,
			ID: "validate", Does: "Check a message by schema, submission rules and the office's rules without submitting it.", TakesType: wire.TypeXML,
			Statuses: ok, Gives: client.Validation{}, Query: []Parameter{{"phase", "4, 5 or 6; otherwise the message decides", 0}},
		}, {
			Method: http.MethodPost, Path: v1 + "/prepare", Handler: taking(a.Prepare),
			ID: "prepare", Does: "Make a message for a trader to send, from a sample, from XML, or about a movement. Nothing is sent.",
			Takes: client.Preparation{}, Statuses: ok, Gives: client.Prepared{},
		}, {
			Method: http.MethodGet, Path: messages + "/{" + MessageVar + "}/body", Handler: a.Body,
			ID: "body", Does: "A message byte for byte.", Statuses: ok, Gives: "", GivesType: wire.TypeXML,
		}, {
			Method: http.MethodGet, Path: workspaces, Handler: ofWorkspaces(a.ListWorkspaces),
			ID: "workspaces", Does: "The workspaces with what they take, by their names; the default one is the first.", Statuses: ok, Gives: client.Workspaces{},
		}, {
			Method: http.MethodGet, Path: workspace, Handler: ofWorkspaces(a.GetWorkspace),
			ID: "workspace", Does: "One workspace by its name.", Statuses: ok, Gives: client.Workspace{},
		}, {
			Method: http.MethodPut, Path: workspace, Handler: ofWorkspaces(taking(a.PutWorkspace)),
			ID: "makeWorkspace", Does: "Make a workspace. One that is there stays as it is, but for its time to live.",
			Takes: client.WorkspaceOptions{}, Statuses: []int{http.StatusCreated, http.StatusOK}, Gives: client.Workspace{},
		}, {
			Method: http.MethodDelete, Path: workspace, Handler: ofWorkspaces(a.DeleteWorkspace),
			ID: "deleteWorkspace", Does: "Delete a workspace with everything in it. The answer comes when it is gone.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: snapshots, Handler: ofSnapshots(a.ListSnapshots),
			ID: "snapshots", Does: "The snapshots, the newest first.", Statuses: ok, Gives: client.Snapshots{},
		}, {
			Method: http.MethodPost, Path: snapshots, Handler: ofSnapshots(taking(a.SaveSnapshot)),
			ID: "saveSnapshot", Does: "Take a snapshot of everything as it is at one moment. Nobody has to wait for that.",
			Takes: client.NewSnapshot{}, Statuses: []int{http.StatusCreated}, Gives: client.Snapshot{},
		}, {
			Method: http.MethodGet, Path: snapshotPath, Handler: ofSnapshots(a.GetSnapshot),
			ID: "snapshot", Does: "One snapshot by its name; undo is the newest one of before a reset or a restore.", Statuses: ok, Gives: client.Snapshot{},
		}, {
			Method: http.MethodDelete, Path: snapshotPath, Handler: ofSnapshots(a.DeleteSnapshot),
			ID: "deleteSnapshot", Does: "Remove a snapshot.", Statuses: nothing,
		}, {
			Method: http.MethodPost, Path: snapshotPath + "/restore", Handler: ofSnapshots(a.RestoreSnapshot),
			ID: "restoreSnapshot", Does: "Put what is in a snapshot in the place of everything, in one step. What there was before is kept in another one.",
			Statuses: ok, Gives: client.Restored{},
		}, {
			Method: http.MethodGet, Path: snapshotPath + "/file", Stream: a.ExportSnapshot,
			ID: "exportSnapshot", Does: "The file of a snapshot.", Statuses: ok, Gives: "", GivesType: typeFile,
		}, {
			Method: http.MethodPut, Path: snapshotPath + "/file", Stream: a.ImportSnapshot, Large: true,
			ID: "importSnapshot", Does: "Take in the file of a snapshot.", TakesType: typeFile, Statuses: []int{http.StatusCreated}, Gives: client.Snapshot{},
			Query: []Parameter{{"replace", "let it take the place of a snapshot of that name", false}},
		}, {
			Method: http.MethodGet, Path: faults, Handler: a.Faults,
			ID: "faults", Does: "The faults on the wire that were asked for, with how often they have struck.", Statuses: ok, Gives: client.FaultRules{},
		}, {
			Method: http.MethodPost, Path: faults, Handler: taking(a.Arm),
			ID: "arm", Does: "Let a fault strike calls of clients, or notifications, that come from now on.",
			Takes: client.FaultRule{}, Statuses: []int{http.StatusCreated}, Gives: client.FaultRule{},
		}, {
			Method: http.MethodDelete, Path: faults, Handler: a.Disarm,
			ID: "disarmAll", Does: "Take all faults away.", Statuses: nothing,
		}, {
			Method: http.MethodDelete, Path: faults + "/{" + FaultVar + "}", Handler: a.Disarm,
			ID: "disarm", Does: "Take a fault away.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: holds, Handler: a.Holds,
			ID: "holds", Does: "The rules by which events are held, and the events that are.", Statuses: ok, Gives: client.Holds{},
		}, {
			Method: http.MethodPost, Path: holds, Handler: taking(a.Hold),
			ID: "hold", Does: "Hold events of movements: they wait until somebody releases, refuses or drops them.",
			Takes: client.HoldRule{}, Statuses: []int{http.StatusCreated}, Gives: client.HoldRule{},
		}, {
			Method: http.MethodPost, Path: movement + "/hold", Handler: taking(a.HoldMovement),
			ID: "holdMovement", Does: "Hold events of one movement; without a body everything that happens by itself.",
			Takes: client.HoldRule{}, Statuses: []int{http.StatusCreated}, Gives: client.HoldRule{},
		}, {
			Method: http.MethodDelete, Path: holds + "/{" + HoldVar + "}", Handler: a.Unhold,
			ID: "unhold", Does: "Hold nothing more by a rule. What it holds stays held.", Statuses: nothing,
		}, {
			Method: http.MethodPost, Path: held + "/release", Handler: a.Release,
			ID: "release", Does: "Let an event that is held happen now, and what waits behind it.", Statuses: nothing,
		}, {
			Method: http.MethodPost, Path: held + "/refuse", Handler: taking(a.Refuse),
			ID: "refuse", Does: "Let the office refuse a trader's message that is held.", Takes: client.RefusedWith{}, Statuses: nothing,
		}, {
			Method: http.MethodPost, Path: held + "/drop", Handler: a.Drop,
			ID: "drop", Does: "Forget an event that is held, as if it had never reached the office.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: scenarios, Handler: a.Scenarios,
			ID: "scenarios", Does: "The library, and the mistakes of the files that were left out.", Statuses: ok, Gives: client.Scenarios{},
		}, {
			Method: http.MethodGet, Path: scenarioPath, Handler: a.Scenario,
			ID: "scenario", Does: "One scenario with its steps and its text.", Statuses: ok, Gives: client.ScenarioDetail{},
		}, {
			Method: http.MethodPut, Path: scenarioPath, Handler: a.PutScenario,
			ID: "putScenario", Does: "Put a scenario, as YAML, into the library until the simulator ends, in the place of one with its id.",
			TakesType: typeYAML, Statuses: []int{http.StatusCreated, http.StatusOK}, Gives: client.ScenarioDetail{},
		}, {
			Method: http.MethodDelete, Path: scenarioPath, Handler: a.DeleteScenario,
			ID: "deleteScenario", Does: "Take a scenario out of the library.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: movement + "/recording", Handler: a.Recording,
			ID: "recording", Does: "A movement, and the other side of its transit if that is here, as a scenario that passes when it is played.",
			Statuses: ok, Gives: client.Recording{},
			Query: []Parameter{{"id", "the id of the scenario; otherwise it is made of the LRN", ""}, {"alone", "leave the other side out", false}},
		}, {
			Method: http.MethodGet, Path: movement + "/verdict", Handler: ofRuns(a.Verdict),
			ID: "verdict", Does: "How the trader's own software has done so far with a movement that follows a scenario.", Statuses: ok, Gives: client.Verdict{},
		}, {
			Method: http.MethodPost, Path: scenarios + "/check", Handler: a.CheckScenario,
			ID: "checkScenario", Does: "Find all mistakes in the text of a scenario, with their places.", TakesType: typeYAML, Statuses: ok, Gives: client.ScenarioCheck{},
		}, {
			Method: http.MethodPost, Path: scenarioPath + "/runs", Handler: ofRuns(taking(a.RunScenario)),
			ID: "runScenario", Does: "Play a scenario in a simulator of its own: that of the library, or the text that is given.",
			Takes: client.RunOptions{}, Statuses: []int{http.StatusAccepted}, Gives: client.Run{},
		}, {
			Method: http.MethodGet, Path: runs, Handler: ofRuns(a.ListRuns),
			ID: "runs", Does: "The last runs of scenarios, the newest first.", Statuses: ok, Gives: client.Runs{},
			Query: []Parameter{{"scenario", "the id of the only scenario that is of interest", ""}},
		}, {
			Method: http.MethodGet, Path: runs + "/{" + RunVar + "}", Handler: ofRuns(a.ShowRun),
			ID: "run", Does: "A run with its steps and their verdicts, as far as it has come.", Statuses: ok, Gives: client.Run{},
			Query: []Parameter{{"wait", "how long to wait for its end, in real time: 5s, at most 5m", ""}},
		}, {
			Method: http.MethodGet, Path: runs + "/{" + RunVar + "}/report", Handler: ofRuns(a.RunReport),
			ID: "runReport", Does: "The report about a run: evidence in Markdown, JUnit, JSON or HTML.", Statuses: ok, Gives: "",
			GivesType: "text/markdown, text/html, " + wire.TypeXML + ", " + wire.TypeJSON,
			Query:     []Parameter{{"as", "evidence, junit, json or html", ""}},
		}, {
			Method: http.MethodGet, Path: applications, Handler: a.Applications,
			ID: "applications", Does: "Registered applications and test users, without their secrets.", Statuses: ok, Gives: client.Applications{},
		}, {
			Method: http.MethodPut, Path: applications, Handler: a.PutApplications,
			ID: "putApplications", Does: "Register what a file of applications says, in YAML or JSON, beside what is there.",
			TakesType: typeYAML, Statuses: ok, Gives: client.Applications{},
		}, {
			Method: http.MethodDelete, Path: applications, Handler: a.RemoveApplications,
			ID: "removeApplications", Does: "Forget all applications, test users and tokens.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: application, Handler: a.Application,
			ID: "application", Does: "One application.", Statuses: ok, Gives: client.Application{},
		}, {
			Method: http.MethodPut, Path: application, Handler: a.PutApplication,
			ID: "putApplication", Does: "Register one application, in YAML or JSON.", TakesType: typeYAML, Statuses: ok, Gives: client.Application{},
		}, {
			Method: http.MethodDelete, Path: application, Handler: a.RemoveApplication,
			ID: "removeApplication", Does: "Forget an application with its tokens. Its boxes stay.", Statuses: nothing,
		}, {
			Method: http.MethodDelete, Path: v1 + "/test-users/{" + UserVar + "}", Handler: a.RemoveTestUser,
			ID: "removeTestUser", Does: "Forget a test user. What they have granted stays.", Statuses: nothing,
		}, {
			Method: http.MethodDelete, Path: application + "/tokens", Handler: a.RevokeTokens,
			ID: "revokeTokens", Does: "End the tokens of an application.", Statuses: ok, Gives: client.Revoked{},
			Query: []Parameter{{"only", "access, to leave refresh tokens alone", ""}},
		}, {
			Method: http.MethodGet, Path: boxes, Handler: a.Boxes,
			ID: "boxes", Does: "The boxes for notifications of all clients.", Statuses: ok, Gives: client.Boxes{},
		}, {
			Method: http.MethodPut, Path: boxes, Handler: taking(a.MakeBox),
			ID: "makeBox", Does: "Give a client a box for notifications.", Takes: client.BoxOrder{}, Statuses: ok, Gives: client.Box{},
		}, {
			Method: http.MethodDelete, Path: boxes + "/{" + BoxVar + "}", Handler: a.RemoveBox,
			ID: "removeBox", Does: "Forget a box and its notifications.", Statuses: nothing,
		}, {
			Method: http.MethodPost, Path: boxes + "/{" + BoxVar + "}/test", Handler: a.TestBox,
			ID: "testBox", Does: "Ask the callback of a box to repeat a challenge, as when it is set. Nothing changes.", Statuses: ok, Gives: client.Delivery{},
		}, {
			Method: http.MethodGet, Path: boxes + "/{" + BoxVar + "}/notifications", Handler: a.Notifications,
			ID: "notifications", Does: "What is in a box, the newest first.", Statuses: ok, Gives: client.Notifications{},
			Query: []Parameter{{"status", "PENDING, ACKNOWLEDGED or FAILED", ""}, {"limit", "how many to list at most, 100 without", 0}},
		}, {
			Method: http.MethodGet, Path: notification, Handler: a.Notification,
			ID: "notification", Does: "One notification with what is sent and the last attempts.", Statuses: ok, Gives: client.NotificationDetail{},
		}, {
			Method: http.MethodPost, Path: notification + "/resend", Handler: a.Resend,
			ID: "resend", Does: "Send a notification again, whatever has become of it. The answer comes when that was tried.", Statuses: ok, Gives: client.NotificationDetail{},
		}, {
			Method: http.MethodPost, Path: notification + "/acknowledge", Handler: a.Acknowledge,
			ID: "acknowledge", Does: "Mark a notification as read.", Statuses: ok, Gives: client.NotificationDetail{},
		}, {
			Method: http.MethodGet, Path: v1 + "/guarantees", Handler: a.ListGuarantees,
			ID: "guarantees", Does: "The registered guarantees with what is left of them.", Statuses: ok, Gives: client.Guarantees{},
		}, {
			Method: http.MethodGet, Path: v1 + "/guarantees/{" + GuaranteeVar + "}", Handler: a.Guarantee,
			ID: "guarantee", Does: "One guarantee with its ledger: what movements have reserved of it and given back.", Statuses: ok, Gives: client.GuaranteeDetail{},
		}, {
			Method: http.MethodGet, Path: clockPath, Handler: a.ShowClock,
			ID: "clock", Does: "The clock, with what it reaches next.", Statuses: ok, Gives: client.Clock{},
		}, {
			Method: http.MethodPut, Path: clockPath, Handler: taking(a.SetClock),
			ID: "setClock", Does: "Change what is given of mode, time and scale.", Takes: client.ClockChange{}, Statuses: ok, Gives: client.Clock{},
		}, {
			Method: http.MethodGet, Path: clockPath + "/upcoming", Handler: a.Upcoming,
			ID: "upcoming", Does: "What will happen by itself, in the order of time.", Statuses: ok, Gives: client.Upcoming{},
			Query: []Parameter{{"limit", "how much to list at most", 0}},
		}, {
			Method: http.MethodPost, Path: clockPath + "/advance", Handler: taking(a.Advance),
			ID: "advance", Does: "Move a manual clock. Everything that falls due on the way has happened when the answer comes.",
			Takes: client.Target{}, Statuses: ok, Gives: client.Advanced{},
		}, {
			Method: http.MethodGet, Path: v1 + "/actions", Handler: a.ActionShapes,
			ID: "actionShapes", Does: "What officers can do, with what they may write beside it.", Statuses: ok, Gives: client.ActionShapes{},
		}, {
			Method: http.MethodGet, Path: reference + "/process", Handler: a.Process,
			ID: "process", Does: "The process tables of the offices.", Statuses: ok, Gives: client.Process{},
		}, {
			Method: http.MethodGet, Path: reference + "/messages", Handler: a.MessageTypes,
			ID: "messageTypes", Does: "The types of messages of all phases.", Statuses: ok, Gives: client.MessageTypes{},
		}, {
			Method: http.MethodGet, Path: reference + "/messages/{" + PhaseVar + "}/{" + MessageVar + "}", Handler: a.MessageSchema,
			ID: "messageSchema", Does: "The elements of a message of a phase, by its IE code.", Statuses: ok, Gives: client.MessageSchema{},
		}, {
			Method: http.MethodGet, Path: reference + "/lists", Handler: a.CodeLists,
			ID: "codeLists", Does: "The code lists, without their codes.", Statuses: ok, Gives: client.CodeLists{},
		}, {
			Method: http.MethodGet, Path: reference + "/lists/{" + ListVar + "}", Handler: a.CodeList,
			ID: "codeList", Does: "A code list with its codes.", Statuses: ok, Gives: client.CodeList{},
		}, {
			Method: http.MethodGet, Path: reference + "/offices", Handler: a.Offices,
			ID: "offices", Does: "Customs offices.", Statuses: ok, Gives: client.CustomsOffices{},
			Query: []Parameter{{"q", "part of the id or the name", ""}},
		}, {
			Method: http.MethodGet, Path: reference + "/rules", Handler: a.Rules,
			ID: "rules", Does: "The business rules, without how they are evaluated.", Statuses: ok, Gives: client.Rules{},
		}, {
			Method: http.MethodGet, Path: reference + "/rules/{" + RuleVar + "}", Handler: a.Rule,
			ID: "rule", Does: "A business rule with the assertions that evaluate it.", Statuses: ok, Gives: client.Rule{},
		}, {
			Method: http.MethodGet, Path: reference + "/samples", Handler: a.Samples,
			ID: "samples", Does: "The valid sample messages; with a name those of that name, with their bodies.", Statuses: ok, Gives: client.Samples{},
			Query: []Parameter{{"name", "the name of a sample", ""}},
		}, {
			Method: http.MethodPost, Path: v1 + "/settle", Handler: a.Settle,
			ID: "settle", Does: "Wait until no event waits to be handled and no timer is due.", Statuses: ok, Gives: client.Settled{},
			Query: []Parameter{{"timeout", "how long to wait, in real time: 5s, at most 5m", ""}},
		}, {
			Method: http.MethodGet, Path: v1 + "/events", Stream: a.Events,
			ID: "events", Does: "A stream of server-sent events, one for each journal entry: the data of each is an Entry, its id is where to go on, in Last-Event-ID or after.",
			Statuses: ok, Gives: "", GivesType: typeEvents,
			Query: []Parameter{
				{"after", "the id of an event, or 0 for all there are", ""},
				{"movement", "the id of the only movement that is of interest", ""},
				{"kind", "the only kinds of entries that are of interest, with commas between", ""},
			},
		}, {
			Method: http.MethodGet, Path: requests, Handler: a.Requests,
			ID: "requests", Does: "Requests to the simulated APIs with what came of them, the newest first. The log is in memory, and secrets in it are masked.",
			Statuses: ok, Gives: client.Exchanges{},
			Query: []Parameter{
				{"status", "that of the answer, 415, or all of a class, 4xx", ""}, {"eori", "the caller's EORI", ""}, {"path", "part of the path", ""},
				{"method", "GET, POST, PUT or DELETE", ""}, {"version", "the API version that answered, 2.1", ""}, {"refused", "true for those that were refused, false for the others", false},
				{"check", "the check that refused them", client.Check("")}, {"movement", "the id of the movement that they are about", ""},
				{"after", "only those with greater numbers, and then the oldest first", uint64(0)}, {"limit", "how many to list at most, up to 1000; 100 without", 0},
				{"wait", "how long to wait for one that fits if there is none, in real time: 5s, at most 5m; the list is empty if none comes", ""},
			},
		}, {
			Method: http.MethodDelete, Path: requests, Handler: a.ForgetRequests,
			ID: "forgetRequests", Does: "Empty the log of requests. Numbers count on.", Statuses: nothing,
		}, {
			Method: http.MethodGet, Path: requests + "/errors", Handler: a.Refusals,
			ID: "refusals", Does: "How many requests were refused, by cause, the most frequent first.", Statuses: ok, Gives: client.Refusals{},
		}, {
			Method: http.MethodGet, Path: requests + "/{" + RequestVar + "}", Handler: a.Request,
			ID: "request", Does: "One request with its answer, and what would have been accepted in its place.", Statuses: ok, Gives: client.ExchangeDetail{},
		}, {
			Method: http.MethodPost, Path: requests + "/{" + RequestVar + "}/again", Handler: taking(a.SendAgain),
			ID: "sendAgain", Does: "Send a request again, the way that it came. The answer shows what came of it.",
			Takes: client.Again{}, Statuses: ok, Gives: client.ExchangeDetail{},
		}, {
			Method: http.MethodGet, Path: "/health/live", Handler: a.Live, Open: true,
			ID: "live", Does: "Whether the process answers.", Statuses: ok, Gives: client.Health{},
		}, {
			Method: http.MethodGet, Path: "/health/ready", Handler: a.IsReady, Open: true,
			ID: "ready", Does: "Whether everything is open, loaded and bound.", Statuses: ok, Gives: client.Health{},
		}, {
			Method: http.MethodGet, Path: "/metrics", Stream: a.ShowMetrics,
			ID: "metrics", Does: "Counters in the text format of Prometheus.", Statuses: ok, Gives: "", GivesType: "text/plain",
		},
	}
	for i, r := range routes {
		if r.Handler != nil && !r.Open {
			routes[i].Handler = r.asDescribed
		}
	}
	return routes
}

// unless gives handlers of calls that are all refused if there is a reason why they cannot be made.
func unless(reason error) func(Handler) Handler {
	return func(h Handler) Handler {
		if reason == nil {
			return h
		}
		return func(*http.Request) (wire.Response, error) { return wire.Response{}, reason }
	}
}

// asDescribed answers a call whose query has no other parameters than its description, so that a misspelt one does not pass for
// an absent one.
func (route Route) asDescribed(r *http.Request) (wire.Response, error) {
	known := make([]string, len(route.Query))
	for i, p := range route.Query {
		known[i] = p.Name
	}
	if _, err := query(r, known...); err != nil {
		return wire.Response{}, err
	}
	return route.Handler(r)
}

// Content types of the control API alone.
const (
	typeEvents = "text/event-stream"
	typeYAML   = "application/yaml"
)

//go:embed openapi.json
var openAPI []byte

// OpenAPI is the description of the control API for programs, in OpenAPI 3.1.
func (a *API) OpenAPI(*http.Request) (wire.Response, error) {
	return wire.OfJSON(http.StatusOK, openAPI), nil
}
