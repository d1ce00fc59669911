package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"nctsim/simulator"
	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/replay"
	"nctsim/simulator/simtest"
)

// described makes calls and holds each, and its answer, against the description that the simulator gives of itself.
type described struct {
	http   *http.Client
	checks validator.Validator
	// called are the calls that succeeded, as in "GET /simulator/v1/info".
	called map[string]bool
}

func newDescribed(w *world) *described {
	GinkgoHelper()
	document, err := libopenapi.NewDocument([]byte(w.get(v1 + "/openapi.json").Body))
	Expect(err).NotTo(HaveOccurred())
	checks, errs := validator.NewValidator(document)
	Expect(errs).To(BeEmpty())
	return &described{http: w.client, checks: checks, called: map[string]bool{}}
}

// RoundTrip makes a call.
func (d *described) RoundTrip(r *http.Request) (*http.Response, error) {
	defer GinkgoRecover()
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	again := func() *http.Request {
		out := r.Clone(r.Context())
		out.Body = io.NopCloser(bytes.NewReader(sent))
		return out
	}
	if strings.Contains(r.Header.Get("Content-Type"), "json") || len(sent) == 0 {
		_, mistakes := d.checks.ValidateHttpRequest(again())
		Expect(mistakes).To(BeEmpty(), "%s %s\n%s", r.Method, r.URL, sent)
	}
	res, err := d.http.Transport.RoundTrip(again())
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 == 2 {
		d.called[r.Method+" "+pattern(r.URL.Path)] = true
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return res, nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	Expect(res.Body.Close()).To(Succeed())
	copied := *res
	copied.Body = io.NopCloser(bytes.NewReader(body))
	_, mistakes := d.checks.ValidateHttpResponse(again(), &copied)
	Expect(mistakes).To(BeEmpty(), "%s %s\n%s", r.Method, r.URL, body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// pattern is the path of a route with its variables.
func pattern(path string) string {
	if strings.HasPrefix(path, v1+"/reference/messages/") {
		return v1 + "/reference/messages/{phase}/{message}"
	}
	parts := strings.Split(path, "/")
	for i, name := range map[string]string{"movements": "{movement}", "messages": "{message}", "scenarios": "{scenario}", "boxes": "{box}", "applications": "{application}", "requests": "{number}", "notifications": "{notification}", "guarantees": "{grn}", "lists": "{list}", "rules": "{rule}", "runs": "{run}", "test-users": "{user}", "snapshots": "{snapshot}", "workspaces": "{workspace}", "faults": "{fault}", "holds": "{hold}", "held": "{held}"} {
		if at := slices.Index(parts, i); at >= 0 && at+1 < len(parts) {
			if name == "{number}" && parts[at+1] == "errors" || name == "{scenario}" && parts[at+1] == "check" {
				continue
			}
			parts[at+1] = name
		}
	}
	return strings.Join(parts, "/")
}

var _ = Describe("The description of the control API", func() {
	It("fits what every call of the client sends and gets", func(ctx SpecContext) {
		runs := replay.NewRuns("test")
		DeferCleanup(runs.Close)
		w := newWorld(withScenarios("id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nmatch: { lrn: '^MINE' }\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"), deps(func(d *api.Deps) { d.Runs = runs }))
		d := newDescribed(w)
		c := client.Client{URL: w.url, HTTP: &http.Client{Transport: d}}
		software := client.Trader{URL: w.url, Phase: message.Phase5, Token: trader, HTTP: w.client}
		text := simtest.File("phase5/valid/ie015-normal-gb-xi.xml")
		receipt, err := software.Submit(ctx, client.Submission{Type: message.Phase5.Creating(message.Departure), Text: text, Scenario: "MINE"})
		Expect(err).NotTo(HaveOccurred())
		id := receipt.Movement

		Expect(c.Ready(ctx)).To(Succeed())
		Expect(c.Info(ctx)).To(HaveField("Name", "nctsim"))
		Expect(c.Settings(ctx)).To(HaveField("TestSupport", "coherent"))
		Expect(c.Settle(ctx, time.Minute)).To(HaveField("Settled", true))
		Expect(c.Clock(ctx)).To(HaveField("Mode", clock.Manual))
		Expect(c.SetClock(ctx, client.ClockChange{Now: start.Add(time.Minute)})).To(HaveField("Now", start.Add(time.Minute)))
		Expect(c.Advance(ctx, client.Target{By: "1m"})).To(HaveField("Now", start.Add(2*time.Minute)))
		Expect(c.Advance(ctx, client.Target{To: client.Next})).To(HaveField("Now", Not(BeZero())))
		_, err = c.Advance(ctx, client.Until(start))
		Expect(err).To(HaveField("Status", http.StatusConflict))

		list, err := c.Movements(ctx, client.MovementQuery{Type: message.Departure, Limit: 10})
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Movements).To(HaveLen(1))
		lrn := list.Movements[0].LRN
		Expect(c.Find(ctx, lrn, nil)).To(Equal(id))
		Expect(c.Coverage(ctx)).To(HaveField("Met", BeNumerically(">", 3)))
		Expect(c.Search(ctx, lrn, 5)).To(HaveField("Hits", ContainElement(And(HaveField("Movement", id), HaveField("What", "lrn"), HaveField("Exact", true)))))
		Expect(c.Message(ctx, id, receipt.Message)).To(HaveField("Root", "CC015C"))
		Expect(c.MessageTree(ctx, id, receipt.Message, client.TreeQuery{Absent: true})).To(HaveField("Tree.Children", Not(BeEmpty())))
		Expect(c.Prepare(ctx, client.Preparation{Phase: message.Phase5, Sample: simtest.Simplified})).To(HaveField("Type", "IE015"))
		Expect(c.Recording(ctx, id, client.RecordingOptions{})).To(HaveField("Movements", []string{id}))
		Expect(c.Verdict(ctx, id)).To(HaveField("Scenario", "MINE"))
		Expect(c.CheckScenario(ctx, []byte("id: NONE"))).To(HaveField("Valid", false))
		begun, err := c.RunScenario(ctx, "MINE", client.RunOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Run(ctx, begun.ID, time.Minute)).To(HaveField("Done", true))
		Expect(c.Runs(ctx, "MINE")).To(HaveField("Runs", HaveLen(1)))
		Expect(c.RunReport(ctx, begun.ID, client.ReportJSON)).NotTo(BeEmpty())
		Expect(c.Compare(ctx, id, receipt.Message, id+"/"+receipt.Message, 5)).To(HaveField("Differences", BeEmpty()))
		Expect(c.Validate(ctx, 0, text)).To(HaveField("Phase", message.Phase5))
		Expect(c.ActionShapes(ctx)).To(HaveField("Actions", Not(BeEmpty())))
		Expect(c.Process(ctx)).To(HaveField("Tables", HaveLen(4)))
		Expect(c.MessageTypes(ctx)).To(HaveField("Messages", Not(BeEmpty())))
		Expect(c.MessageSchema(ctx, message.Phase5, "IE015")).To(HaveField("Element.Name", "CC015C"))
		Expect(c.CodeLists(ctx)).To(HaveField("Lists", Not(BeEmpty())))
		Expect(c.CodeList(ctx, "CL251")).To(HaveField("Codes", ContainElement(client.CodeValue{Code: "1", Text: "comprehensive"})))
		Expect(c.Offices(ctx, "GB000060")).To(HaveField("Offices", HaveLen(1)))
		Expect(c.Rules(ctx)).To(HaveField("Rules", Not(BeEmpty())))
		Expect(c.Rule(ctx, "C0467")).To(HaveField("Movement", true))
		Expect(c.Samples(ctx, "")).To(HaveField("Samples", Not(BeEmpty())))
		Expect(c.Samples(ctx, "ie015-simplified-gb-xi")).To(HaveField("Samples", HaveLen(3)))
		Expect(c.Upcoming(ctx, 10)).To(HaveField("Due", Not(BeEmpty())))
		m, err := c.Movement(ctx, id)
		Expect(err).NotTo(HaveOccurred())
		Expect(m.Records).NotTo(BeEmpty())
		Expect(c.Await(ctx, id, client.Awaited{States: []movement.State{m.State}, Messages: []string{"IE015"}, Wait: time.Minute})).To(HaveField("ID", id))
		Expect(c.Movements(ctx, client.MovementQuery{LRN: lrn, Wait: time.Minute})).To(HaveField("Total", 1))
		Expect(c.Body(ctx, id, receipt.Message)).To(Equal(text))
		acted, err := c.Act(ctx, id, client.Action{Action: m.Actions[0]})
		Expect(err).NotTo(HaveOccurred())
		Expect(acted.Happened).NotTo(BeEmpty())
		_, err = c.Act(ctx, id, client.Action{Action: "write_off"})
		Expect(err).To(HaveOccurred())
		composed, err := c.Inject(ctx, id, client.Injection{MessageType: "IE060", DryRun: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Inject(ctx, id, client.Injection{XML: []byte(composed.Body), Trigger: receipt.Message})).To(HaveField("Type", "IE060"))
		_, err = c.Inject(ctx, id, client.Injection{MessageType: "IE060", Set: map[string]string{"TransitOperation/MRN": "x"}})
		var unfit *client.Error
		Expect(err).To(BeAssignableToTypeOf(unfit))
		Expect(err.(*client.Error).Errors).NotTo(BeEmpty())

		Expect(c.Scenarios(ctx)).To(HaveField("Scenarios", HaveLen(1)))
		mine, err := c.Scenario(ctx, "MINE")
		Expect(err).NotTo(HaveOccurred())
		Expect(c.PutScenario(ctx, "MINE", []byte(mine.YAML))).To(HaveField("Steps", mine.Steps))
		Expect(c.PutScenario(ctx, "OTHER", bytes.ReplaceAll([]byte(mine.YAML), []byte("MINE"), []byte("OTHER")))).To(HaveField("ID", "OTHER"))
		_, err = c.PutScenario(ctx, "MINE", []byte("id: MINE\n"))
		Expect(err.(*client.Error).Problems).NotTo(BeEmpty())
		Expect(c.DeleteScenario(ctx, "MINE")).To(Succeed())

		box, err := c.MakeBox(ctx, client.BoxOrder{Token: trader, APIVersion: "2.1"})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Boxes(ctx)).To(ConsistOf(HaveField("ID", box.ID)))
		l := newListener()
		_, err = c.TestBox(ctx, box.ID)
		Expect(err).To(HaveField("Status", http.StatusConflict))
		_, err = c.MakeBox(ctx, client.BoxOrder{Token: trader, APIVersion: "2.1", CallbackURL: &l.URL})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.TestBox(ctx, box.ID)).To(And(HaveField("Status", 200), HaveField("Error", "")))
		told := w.declare("BOXED").movement
		_, err = c.Inject(ctx, told, client.Injection{MessageType: "IE060"})
		Expect(err).NotTo(HaveOccurred())
		Eventually(l.heard).Should(HaveLen(1))
		var sent client.Notifications
		Eventually(func(g Gomega) { // the attempt is noted when its answer is there
			sent, err = c.Notifications(ctx, box.ID, client.NotificationQuery{Limit: 10})
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(sent.Notifications).To(HaveExactElements(HaveField("Attempts", 1)))
		}).Should(Succeed())
		Expect(sent).To(And(HaveField("Total", 1), HaveField("Notifications", HaveExactElements(HaveField("Movement", told)))))
		again, err := c.Resend(ctx, sent.Notifications[0].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(And(HaveField("Attempts", 2), HaveField("Answers", HaveExactElements(HaveField("Count", 2))), HaveField("Deliveries", HaveLen(2))))
		Expect(l.heard()).To(HaveExactElements(again.Body, again.Body))
		Expect(again.Deliveries[1].Signature).To(Equal(again.Signature))
		Expect(c.Acknowledge(ctx, again.ID)).To(HaveField("Status", movement.NotificationAcknowledged))
		Expect(c.Notification(ctx, again.ID)).To(HaveField("Curl", ContainSubstring(again.Signature)))
		Expect(c.Notifications(ctx, box.ID, client.NotificationQuery{Status: movement.NotificationFailed})).To(HaveField("Total", 0))
		Expect(c.Boxes(ctx)).To(ContainElement(HaveField("Notifications", HaveValue(HaveField("Acknowledged", 1)))))
		Expect(c.Forget(ctx, told)).To(Succeed())
		for _, path := range []string{"/notifications/nobody", "/boxes/nobody/notifications"} {
			Expect(w.get(v1 + path).Status).To(Equal(http.StatusNotFound))
		}
		Expect(w.get(v1 + "/boxes/" + box.ID + "/notifications?status=x").Status).To(Equal(http.StatusBadRequest))
		Expect(c.RemoveBox(ctx, box.ID)).To(Succeed())

		Expect(c.PutApplications(ctx, []byte("applications:\n  - clientId: one\n    clientSecrets: [secret-of-one]\n"))).To(HaveField("Applications", Not(BeEmpty())))
		Expect(c.PutApplication(ctx, "two", []byte("clientSecrets: [secret-of-two]\n"))).To(HaveField("ClientID", "two"))
		Expect(c.Application(ctx, "two")).To(HaveField("Secrets", 1))
		Expect(c.PutApplications(ctx, []byte("testUsers:\n  - {userId: \"085603622877\", password: secret}\n"))).To(HaveField("TestUsers", HaveLen(1)))
		Expect(c.RemoveTestUser(ctx, "085603622877")).To(Succeed())
		Expect(c.RemoveTestUser(ctx, "085603622877")).To(MatchError(ContainSubstring("there is no test user 085603622877")))
		Expect(c.Applications(ctx)).To(HaveField("TestUsers", BeEmpty()))
		Expect(c.RevokeTokens(ctx, "two", true)).To(HaveField("Revoked", 0))
		Expect(c.RemoveApplication(ctx, "two")).To(Succeed())
		Expect(c.RemoveApplications(ctx)).To(Succeed())

		asked, err := c.Requests(ctx, client.ExchangeQuery{Movement: id, Refused: "false", After: new(uint64(0)), Wait: time.Minute})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Request(ctx, asked.Requests[0].Number)).To(HaveField("Movement", id))
		Expect(c.SendAgain(ctx, asked.Requests[0].Number, client.Again{})).To(HaveField("Number", BeNumerically(">", asked.Requests[0].Number)))
		Expect(c.Refusals(ctx)).To(HaveField("Errors", BeEmpty()))
		Expect(c.ForgetRequests(ctx)).To(Succeed())

		Expect(c.Guarantees(ctx)).To(BeEmpty())
		_, err = c.Guarantee(ctx, "24GB0000010000031")
		Expect(client.IsNotFound(err)).To(BeTrue())
		secured := w.declare("SECURED").movement
		_, err = c.Inject(ctx, secured, client.Injection{MessageType: "IE029"})
		Expect(err).NotTo(HaveOccurred())
		g, err := c.Guarantee(ctx, "24GB0000010000031")
		Expect(err).NotTo(HaveOccurred())
		Expect(g).To(And(HaveField("Registered", false), HaveField("UsedBy", []string{secured}), HaveField("Reserved", HaveLen(1))))
		Expect(g.Ledger).To(HaveExactElements(And(HaveField("Movement", secured), HaveField("Amount", "2450.00"), HaveField("MessageType", "IE029"))))
		_, err = c.Inject(ctx, secured, client.Injection{MessageType: "IE045"})
		Expect(err).NotTo(HaveOccurred())
		g, err = c.Guarantee(ctx, "24GB0000010000031")
		Expect(err).NotTo(HaveOccurred())
		Expect(g).To(And(HaveField("UsedBy", BeEmpty()), HaveField("Reserved", BeEmpty())))
		Expect(g.Ledger).To(HaveExactElements(HaveField("Amount", "2450.00"), And(HaveField("Amount", "-2450.00"), HaveField("Why", ContainSubstring("over")), HaveField("MessageType", "IE045"))))
		Expect(c.Forget(ctx, secured)).To(Succeed())

		var first movement.Entry
		Expect(c.Follow(ctx, client.Events{After: "0", Take: func(e movement.Entry) (bool, error) { first = e; return false, nil }})).To(Succeed())
		Expect(first.Movement).To(Equal(id))

		whole := client.Client{URL: simulator.RunT(GinkgoT()).ControlURL(), HTTP: c.HTTP}
		fault, err := c.Arm(ctx, client.FaultRule{Call: "movement", EORI: "GB000000000000", Status: 503})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Faults(ctx)).To(ConsistOf(fault))
		Expect(c.Disarm(ctx, fault.ID)).To(Succeed())
		Expect(c.Disarm(ctx, "")).To(Succeed())
		rule, err := c.Hold(ctx, client.HoldRule{Message: "IE015", LRN: "HELD"})
		Expect(err).NotTo(HaveOccurred())
		for _, end := range []func(string) error{
			func(id string) error { return c.Release(ctx, id) }, func(id string) error { return c.Drop(ctx, id) },
			func(id string) error { return c.Refuse(ctx, id, client.RefusedWith{}) },
		} {
			w.declare("HELD")
			w.settle()
			holds, err := c.Holds(ctx)
			Expect(err).NotTo(HaveOccurred())
			Expect(holds.Held).To(HaveLen(1))
			Expect(end(holds.Held[0].ID)).To(Succeed())
		}
		Expect(c.Unhold(ctx, rule.ID)).To(Succeed())
		Expect(c.HoldMovement(ctx, w.declare("ALSO-HELD").movement, client.HoldRule{Before: "IE029"})).To(HaveField("ID", Not(BeEmpty())))

		Expect(whole.SaveSnapshot(ctx, client.NewSnapshot{Name: "one"})).To(HaveField("Movements", 0))
		Expect(whole.Snapshots(ctx)).To(HaveField("Snapshots", HaveLen(1)))
		var file bytes.Buffer
		Expect(whole.ExportSnapshot(ctx, "one", &file)).To(Succeed())
		Expect(whole.ImportSnapshot(ctx, "two", false, &file)).To(HaveField("Name", "two"))
		Expect(whole.Snapshot(ctx, "two")).To(HaveField("SHA256", HaveLen(64)))
		Expect(whole.RestoreSnapshot(ctx, "two")).To(HaveField("Restored", "two"))
		Expect(whole.DeleteSnapshot(ctx, "two")).To(Succeed())
		hosting := client.Client{URL: simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Workspaces = simulator.WorkspacesExplicit }).ControlURL(), HTTP: c.HTTP}
		Expect(hosting.MakeWorkspace(ctx, "one", client.WorkspaceOptions{TTL: "1h", Settings: map[string]string{"seed": "7"}})).To(HaveField("Seed", uint64(7)))
		Expect(hosting.Workspace(ctx, "one")).To(HaveField("Path", "/workspaces/one"))
		Expect(hosting.Workspaces(ctx)).To(HaveField("Workspaces", HaveLen(2)))
		Expect(hosting.DeleteWorkspace(ctx, "one")).To(Succeed())
		_, err = hosting.Workspace(ctx, "one")
		Expect(client.IsNotFound(err)).To(BeTrue())

		_, err = c.Snapshots(ctx)
		Expect(client.IsNotFound(err)).To(BeTrue())

		Expect(c.Forget(ctx, id)).To(Succeed())
		_, err = c.Movement(ctx, id)
		Expect(client.IsNotFound(err)).To(BeTrue())
		Expect(c.Reset(ctx)).To(Succeed())

		for _, path := range []string{"/health/live", "/metrics", v1 + "/openapi.json"} {
			res, err := c.HTTP.Get(w.url + path)
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			Expect(res.StatusCode).To(Equal(http.StatusOK))
		}
		var want []string
		for _, r := range (&control.API{}).Routes() {
			want = append(want, r.Method+" "+r.Path)
		}
		for call := range d.called {
			Expect(want).To(ContainElement(call))
			want = slices.DeleteFunc(want, func(r string) bool { return r == call })
		}
		Expect(want).To(BeEmpty(), "calls of the description that were not made")
	}, SpecTimeout(time.Minute))
})

// cutting lets the body of an answer be cut off.
type cutting struct {
	http.RoundTripper
	body io.Closer
}

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.RoundTripper.RoundTrip(r)
	if err == nil {
		c.body = res.Body
	}
	return res, err
}

func (c *cutting) now() { Expect(c.body.Close()).To(Succeed()) }

var _ = Describe("The stream of events for a Go program", func() {
	It("goes on behind the last event when the connection breaks, and ends with its context", func(ctx SpecContext) {
		w := newWorld()
		cut := &cutting{RoundTripper: w.client.Transport}
		c := client.Client{URL: w.url, HTTP: &http.Client{Transport: cut}}
		following, end := context.WithCancel(ctx)
		var numbers []uint64
		var declared []string
		opened := 0
		err := c.Follow(following, client.Events{
			After: "0",
			Connected: func(again bool) (bool, error) {
				Expect(again).To(Equal(opened > 0))
				opened++
				declared = append(declared, w.declare(fmt.Sprintf("STREAM-%d", opened)).movement)
				return true, nil
			},
			Take: func(e movement.Entry) (bool, error) {
				numbers = append(numbers, e.Number)
				switch {
				case opened == 1:
					cut.now()
				case e.Movement == declared[1]:
					end()
				}
				return true, nil
			},
		})
		Expect(err).To(MatchError(context.Canceled))
		Expect(opened).To(Equal(2))
		Expect(slices.IsSorted(numbers)).To(BeTrue())
		Expect(slices.Compact(slices.Clone(numbers))).To(Equal(numbers), "nothing comes twice")
	}, SpecTimeout(time.Minute))
})
