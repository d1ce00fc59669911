package simulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/office"
	"nctsim/simulator/simtest"
)

var _ = Describe("docs/coverage.md", func() {
	It("lists what answers and which messages are played, as found out by asking", func() {
		const path = "../docs/coverage.md"
		page := coveragePage()
		if *update {
			Expect(os.WriteFile(path, []byte(page), 0o644)).To(Succeed())
			return
		}
		text, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(Equal(page), "go test ./simulator -update mends it")
	})
})

const coverageHead = `# Coverage

What is supported of HMRC's interfaces. This page is written by a test that asks a running simulator for everything it
lists, and the offices for the messages they know: full means that all of it succeeded, partial that the parts named did not,
absent that nothing did.

## Endpoints

`

const coverageMessages = `
## Messages

Of the trader: full if the API takes it and the process has lines for it. Of customs: full if the office sends it by
itself or on an officer's word; on request if it comes only when it is injected or a scenario asks for it.

`

func coveragePage() string {
	var b strings.Builder
	b.WriteString(coverageHead)
	b.WriteString("| API | Endpoint | Call | Supported |\n|---|---|---|---|\n")
	for _, api := range coveredAPIs {
		w := &caller{api: api, url: simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.BalanceDelay = "silent", api.delay
		}).URL()}
		w.prepare()
		for _, e := range api.endpoints {
			fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", api.name, e.name, strings.ReplaceAll(e.call, "|", "\\|"), w.verdict(e))
		}
	}
	b.WriteString(coverageMessages)
	b.WriteString(messagesTable())
	return b.String()
}

// coveredAPI is an API in one version, with the endpoints of its contract.
type coveredAPI struct {
	name, accept string
	phase        message.Phase
	endpoints    []endpoint
	// delay is how long the guarantee system takes.
	delay time.Duration
}

// endpoint is a line of a contract; it is full if all its parts succeed.
type endpoint struct {
	name, call string
	parts      []part
}

// part is a call that succeeds with a status. Ids in braces are filled in by caller.prepare.
type part struct {
	what    string // for people, if it is not the whole endpoint
	path    string
	accept  string // instead of the API's
	content string // Content-Type; none for a call without a body
	body    string // the name of a fixture, or the body itself
	status  int
}

const (
	base     = "/customs/transits/movements"
	xmlType  = "application/xml"
	jsonType = "application/json"
	none     = "none" // no Accept, or no Content-Type, though there is a body
	boxes    = "/misc/push-pull-notification/box"
)

func balanceOf(grn string) string {
	return `{"taxIdentifier":"GB953574106000","guaranteeReference":"` + grn + `","accessCode":"AC01"}`
}

func one(status int, path string) []part { return []part{{path: path, status: status}} }

// both are the same call about a departure and about an arrival.
func both(status int, departures, arrivals string) []part {
	return []part{
		{what: "departures", path: "GET " + base + "/" + departures, status: status},
		{what: "arrivals", path: "GET " + base + "/" + arrivals, status: status},
	}
}

var coveredAPIs = []coveredAPI{
	{"CTC Traders 1.0", "application/vnd.hmrc.1.0+json", message.Phase4, phase4Endpoints, 0},
	{"CTC Traders 2.1", "application/vnd.hmrc.2.1+json", message.Phase5, currentEndpoints(message.Phase5), 0},
	{"CTC Traders 3.0", "application/vnd.hmrc.3.0+json", message.Phase6, currentEndpoints(message.Phase6), 0},
	{"Guarantee Balance 1.0", "application/vnd.hmrc.1.0+json", 0, []endpoint{
		{"balance", "POST /customs/guarantees/balances", []part{
			{what: "an answer at once", path: "POST /customs/guarantees/balances", content: jsonType, status: 200, body: balanceOf("23GB0000010000854")},
		}},
	}, 0},
	{"Guarantee Balance 1.0", "application/vnd.hmrc.1.0+json", 0, []endpoint{
		{"poll", "GET /customs/guarantees/balances/{balanceId}", one(200, "GET /customs/guarantees/balances/{balance}")},
	}, time.Hour},
	{"Guarantee Balance 2.0", "application/vnd.hmrc.2.0+json", 0, []endpoint{
		{"balance", "POST /customs/guarantees/{grn}/balance", []part{{
			path: "POST /customs/guarantees/23GB0000010000863/balance", content: jsonType, body: `{"accessCode":"AC01"}`, status: 200,
		}}},
	}, 0},
	{"Push Pull Notifications 1.0", "application/vnd.hmrc.1.0+json", 0, []endpoint{
		{"boxes", "GET /misc/push-pull-notification/box", one(200, "GET "+boxes)},
		{"notifications", "GET /misc/push-pull-notification/box/{boxId}/notifications", one(200, "GET "+boxes+"/{box}/notifications")},
		{"acknowledge", "PUT /misc/push-pull-notification/box/{boxId}/notifications/acknowledge", []part{{
			path: "PUT " + boxes + "/{box}/notifications/acknowledge", content: jsonType, status: 204,
			body: `{"notificationIds":["75290e91-0574-4648-8fb0-258bdc9d9b45"]}`,
		}}},
		{"callback", "PUT /misc/push-pull-notification/box/{boxId}/callback", []part{{
			path: "PUT " + boxes + "/{box}/callback", content: jsonType, body: `{"clientId":"{client}","callbackUrl":""}`, status: 200,
		}}},
	}, 0},
	{"OAuth", none, 0, []endpoint{
		{"authorise", "GET /oauth/authorize", one(303, "GET /oauth/authorize?response_type=code&client_id=demo&scope=hello&redirect_uri=http://localhost/")},
		{"sign in", "GET /api-test-login/sign-in", one(200, "GET /api-test-login/sign-in?continue=/oauth/grantscope")},
		{"token", "POST /oauth/token", []part{{
			path: "POST /oauth/token", content: "application/x-www-form-urlencoded", status: 200,
			body: "grant_type=client_credentials&client_id=demo&client_secret=demo",
		}}},
	}, 0},
	{"Create Test User 1.0", "application/vnd.hmrc.1.0+json", 0, []endpoint{
		{"individuals", "POST /create-test-user/individuals", []part{{path: "POST /create-test-user/individuals", content: jsonType, body: "{}", status: 201}}},
		{"organisations", "POST /create-test-user/organisations", []part{{path: "POST /create-test-user/organisations", content: jsonType, body: "{}", status: 201}}},
		{"agents", "POST /create-test-user/agents", []part{{path: "POST /create-test-user/agents", content: jsonType, body: "{}", status: 201}}},
		{"services", "GET /create-test-user/services", one(200, "GET /create-test-user/services")},
	}, 0},
	{"Hello World 1.0", "application/vnd.hmrc.1.0+json", 0, []endpoint{
		{"world", "GET /hello/world", one(200, "GET /hello/world")},
		{"application", "GET /hello/application", one(200, "GET /hello/application")},
		{"user", "GET /hello/user", one(200, "GET /hello/user")},
	}, 0},
}

var phase4Endpoints = []endpoint{
	{"D1", "POST /movements/departures", []part{{path: "POST " + base + "/departures", content: xmlType, body: "phase4/valid/ie015-simplified-gb-xi.xml", status: 202}}},
	{"D2", "GET /movements/departures", one(200, "GET "+base+"/departures?updatedSince=2020-01-01T00:00:00Z")},
	{"D3", "GET /movements/departures/{departureId}", one(200, "GET "+base+"/departures/{departure}")},
	{"D4", "POST /movements/departures/{departureId}/messages", []part{
		{what: "IE014", path: "POST " + base + "/departures/{departure}/messages", content: xmlType, body: "phase4/valid/ie014-cancellation-gb.xml", status: 202},
		{what: "IE054", path: "POST " + base + "/departures/{departure}/messages", content: xmlType, body: "phase4/valid/ie054-release.xml", status: 202},
	}},
	{"D5", "GET /movements/departures/{departureId}/messages", one(200, "GET "+base+"/departures/{departure}/messages?receivedSince=2020-01-01T00:00:00Z")},
	{"D6", "GET /movements/departures/{departureId}/messages/{messageId}", one(200, "GET "+base+"/departures/{departure}/messages/1")},
	{"A1", "POST /movements/arrivals", []part{{path: "POST " + base + "/arrivals", content: xmlType, body: "phase4/valid/ie007-normal-gb-xi.xml", status: 202}}},
	{"A2", "GET /movements/arrivals", one(200, "GET "+base+"/arrivals?updatedSince=2020-01-01T00:00:00Z")},
	{"A3", "PUT /movements/arrivals/{arrivalId}", []part{{path: "PUT " + base + "/arrivals/{arrival}", content: xmlType, body: "phase4/valid/ie007-normal-gb-xi.xml", status: 202}}},
	{"A4", "GET /movements/arrivals/{arrivalId}", one(200, "GET "+base+"/arrivals/{arrival}")},
	{"A5", "POST /movements/arrivals/{arrivalId}/messages", []part{{path: "POST " + base + "/arrivals/{arrival}/messages", content: xmlType, body: "phase4/valid/ie044-clean-gb-xi.xml", status: 202}}},
	{"A6", "GET /movements/arrivals/{arrivalId}/messages", one(200, "GET "+base+"/arrivals/{arrival}/messages?receivedSince=2020-01-01T00:00:00Z")},
	{"A7", "GET /movements/arrivals/{arrivalId}/messages/{messageId}", one(200, "GET "+base+"/arrivals/{arrival}/messages/1")},
	{"N1", "GET /movements/push-pull-notifications/box", one(200, "GET "+base+"/push-pull-notifications/box")},
	{"T1", "POST /test/…/departures/{departureId}/messages", []part{{path: "POST /test" + base + "/departures/{departure}/messages", content: jsonType, body: `{"message":{"messageType":"IE928"}}`, status: 201}}},
	{"T2", "POST /test/…/arrivals/{arrivalId}/messages", []part{{path: "POST /test" + base + "/arrivals/{arrival}/messages", content: jsonType, body: `{"message":{"messageType":"IE043"}}`, status: 201}}},
}

func currentEndpoints(p message.Phase) []endpoint {
	const movement = base + "/departures/{departure}"
	dir, accept := p.Dir()+"/valid/", "application/vnd.hmrc."+p.APIVersion()
	const large, asJSON = "large messages by upload", "messages as JSON"
	return []endpoint{
		{"E1", "POST /movements/{departures|arrivals}", []part{
			{what: "messages as XML", path: "POST " + base + "/departures", content: xmlType, body: dir + "ie015-simplified-gb-xi.xml", status: 202},
			{what: "arrivals as XML", path: "POST " + base + "/arrivals", content: xmlType, body: dir + "ie007-normal.xml", status: 202},
			{what: asJSON, path: "POST " + base + "/departures", content: jsonType, body: `{"n1:CC015C":{}}`, status: 400},
			{what: large, path: "POST " + base + "/departures", content: none, body: "x", status: 202},
		}},
		{"E2", "GET /movements/{departures|arrivals}", both(200, "departures?page=1&count=2", "arrivals?page=1&count=2")},
		{"E3", "GET /movements/{departures|arrivals}/{movementId}", both(200, "departures/{departure}", "arrivals/{arrival}")},
		{"E4", "POST /movements/{departures|arrivals}/{movementId}/messages", []part{
			{what: "messages as XML", path: "POST " + movement + "/messages", content: xmlType, body: dir + "ie014-by-lrn-gb-xi.xml", status: 202},
			{what: asJSON, path: "POST " + movement + "/messages", content: jsonType, body: `{"n1:CC014C":{}}`, status: 400},
			{what: large, path: "POST " + movement + "/messages", content: none, body: "x", status: 202},
		}},
		{"E5", "GET /movements/{departures|arrivals}/{movementId}/messages", both(200, "departures/{departure}/messages?count=2", "arrivals/{arrival}/messages?count=2")},
		{"E6", "GET /movements/{departures|arrivals}/{movementId}/messages/{messageId}", []part{
			{what: "body as XML", path: "GET " + movement + "/messages/{message}", accept: accept + "+json+xml", status: 200},
			{what: "body as JSON", path: "GET " + movement + "/messages/{message}", accept: accept + "+json", status: 200},
		}},
		{"E7", "GET /movements/{departures|arrivals}/{movementId}/messages/{messageId}/body", []part{
			{what: "as XML", path: "GET " + movement + "/messages/{message}/body", accept: accept + "+xml", status: 200},
			{what: "JSON", path: "GET " + movement + "/messages/{message}/body", accept: accept + "+json", status: 200},
		}},
		{"Test Support", "POST /test/…/{movementId}/messages", []part{{path: "POST /test" + movement + "/messages", content: jsonType, body: `{"message":{"messageType":"IE928"}}`, status: 201}}},
	}
}

// caller asks for the endpoints of an API.
type caller struct {
	url string
	api coveredAPI
	ids map[string]string
}

// prepare makes what the endpoints are asked about: movements, a box, an enquiry about a balance that takes long.
func (w *caller) prepare() {
	w.ids = map[string]string{}
	made := part{path: "PUT /simulator/v1/boxes", content: jsonType, body: `{"token":"` + coverageToken + `","apiVersion":"1.0"}`}
	w.ids["box"], w.ids["client"] = w.text(made, "boxId"), w.text(made, "clientId")
	if w.api.phase != 0 {
		fixture := w.api.phase.Dir() + "/valid/"
		answer := w.create("departures", fixture+"ie015-normal-gb-xi.xml")
		w.ids["departure"], w.ids["message"] = answer["departureId"], answer["messageId"]
		w.ids["arrival"] = w.create("arrivals", fixture+"ie007-simplified-xi-gb.xml")["arrivalId"]
		return
	}
	enquiry := part{path: "POST /customs/guarantees/balances", content: jsonType, body: balanceOf("23GB0000010000872")}
	w.ids["balance"] = w.text(enquiry, "balanceId")
}

const coverageToken = "GB954131533000"

// text is a text of the answer to a call, "" if there is none.
func (w *caller) text(p part, key string) string {
	_, body := w.ask(p)
	var answer map[string]any
	if json.Unmarshal([]byte(body), &answer) != nil {
		return ""
	}
	text, _ := answer[key].(string)
	return text
}

func (w *caller) create(kind, fixture string) map[string]string {
	p := part{path: "POST " + base + "/" + kind, content: xmlType, body: fixture}
	_, body := w.ask(p)
	var answer struct{ DepartureID, ArrivalID, MessageID string }
	if json.Unmarshal([]byte(body), &answer) != nil {
		return nil
	}
	return map[string]string{"departureId": answer.DepartureID, "arrivalId": answer.ArrivalID, "messageId": answer.MessageID}
}

var fixtureName = regexp.MustCompile(`^phase[456]/valid/.*\.xml$`)

func (w *caller) ask(p part) (int, string) {
	GinkgoHelper()
	method, path, _ := strings.Cut(p.path, " ")
	body := p.body
	for name, id := range w.ids {
		path, body = strings.ReplaceAll(path, "{"+name+"}", id), strings.ReplaceAll(body, "{"+name+"}", id)
	}
	if fixtureName.MatchString(body) {
		data := simtest.File(body)
		body = string(data)
	}
	req, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer "+coverageToken)
	accept := p.accept
	if accept == "" {
		accept = w.api.accept
	}
	if accept != none {
		req.Header.Set("Accept", accept)
	}
	if p.content != "" && p.content != none {
		req.Header.Set("Content-Type", p.content)
	}
	res, err := (&http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return res.StatusCode, string(data)
}

func (w *caller) verdict(e endpoint) string {
	GinkgoHelper()
	var missing []string
	for _, p := range e.parts {
		if status, _ := w.ask(p); status != p.status {
			missing = append(missing, p.what)
		}
	}
	switch len(missing) {
	case 0:
		return "full"
	case len(e.parts):
		return "absent"
	}
	return "partial (not: " + strings.Join(missing, ", ") + ")"
}

// messagesTable has one line for each message code, and a column for each phase.
func messagesTable() string {
	var b strings.Builder
	b.WriteString("| Message | Goes | 1.0 (phase 4) | 2.1 (phase 5) | 3.0 (phase 6) |\n|---|---|---|---|---|\n")
	var codes []string
	for _, p := range message.Phases {
		for _, t := range p.Types() {
			if !slices.Contains(codes, t.Code) {
				codes = append(codes, t.Code)
			}
		}
	}
	slices.Sort(codes)
	for _, code := range codes {
		t, _ := message.TypeOfCode(code)
		fmt.Fprintf(&b, "| %s %s | %s |", code, t.Name, way(t))
		for _, p := range message.Phases {
			fmt.Fprintf(&b, " %s |", played(p, code))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func way(t message.Type) string {
	offices := "departure"
	if t.Kind == message.Arrival {
		offices = "destination"
	}
	if t.Role != message.FromCustoms {
		return "trader to " + offices
	}
	if t.Of(message.Departure) && t.Of(message.Arrival) {
		return "either office to trader"
	}
	return offices + " to trader"
}

func played(p message.Phase, code string) string {
	t, known := p.TypeOfCode(code)
	if !known {
		return "–"
	}
	var taken, sent []string
	for _, k := range []message.Kind{message.Departure, message.Arrival} {
		in, out := office.MessagesOf(p, k)
		taken, sent = append(taken, in...), append(sent, out...)
	}
	switch {
	case t.Role != message.FromCustoms && slices.Contains(taken, code):
		return "full (" + t.Root + ")"
	case slices.Contains(sent, code) && compose.Writes(p, code):
		return "full (" + t.Root + ")"
	case compose.Writes(p, code):
		return "on request (" + t.Root + ")"
	}
	return "absent"
}
