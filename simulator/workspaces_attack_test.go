package simulator_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/api/control"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
)

// secret stands in everything that the victim has written; nobody else may ever be shown it.
const secret = "SECRET-OF-VICTIM"

// belongings are what a workspace has, by the names that they have in paths, queries and bodies: of each one or several. Of movements and
// messages those with the same number belong together.
type belongings map[string][]string

func (b belongings) add(name, value string) {
	GinkgoHelper()
	Expect(value).NotTo(BeEmpty(), name)
	b[name] = append(b[name], value)
}

var (
	variable = regexp.MustCompile(`\{([a-zA-Z_]+)(:[a-z|]+)?\}`)
)

// fill puts the belongings of a number in the place of variables. Of what there is less of, the last is taken.
func (b belongings) fill(text string, n int) string {
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		name := variable.FindStringSubmatch(v)[1]
		all := b[name]
		if len(all) == 0 {
			return v
		}
		return all[min(n, len(all)-1)]
	})
}

// numbers is how many belongings there are at most of those that a text names.
func (b belongings) numbers(text string) int {
	most := 1
	for _, v := range variable.FindAllStringSubmatch(text, -1) {
		most = max(most, len(b[v[1]]))
	}
	return most
}

// settledIn makes everything in a workspace that one can have, and says how it is called.
func settledIn(ctx context.Context, sim *simulator.Simulator) belongings {
	GinkgoHelper()
	own, c := belongings{}, sim.Client()
	must := func(_ any, err error) {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
	}
	must(c.PutApplications(ctx, []byte("applications:\n  - {clientId: victims-app, clientSecrets: [victims-client-secret], redirectUris: [\"http://localhost:9/callback\"]}\n"+
		"testUsers:\n  - {userId: \"085603622877\", password: victims-password, eori: GB123456789012, services: [common-transit-convention-traders]}\n")))
	own.add("application", "victims-app")
	own.add("user", "085603622877")
	_, trader, err := simulator.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{})
	must(trader, err)
	box, err := c.MakeBox(ctx, client.BoxOrder{Token: trader, APIVersion: "2.1", PushSecret: secret})
	must(box, err)
	own.add("box", box.ID)
	own.add("client", box.ClientID)

	for _, p := range message.Phases {
		for _, kind := range []string{"departures", "arrivals"} {
			sample := map[string]string{"departures": "ie015-simplified-gb-xi", "arrivals": "ie007-simplified-xi-gb"}[kind]
			text, eori, err := simulator.Fixture(p, sample, scenario.Facts{LRN: "OF-VICTIM-" + strconv.Itoa(int(p))})
			if err != nil && kind == "arrivals" {
				continue
			}
			must(text, err)
			var made struct{ DepartureID, ArrivalID, MessageID string }
			status, body := posting(ctx, sim.URL()+"/customs/transits/movements/"+kind, "application/xml", string(text), "Bearer "+eori, p)
			Expect(status).To(Equal(http.StatusAccepted), body)
			Expect(json.Unmarshal([]byte(body), &made)).To(Succeed())
			Expect(sim.Settle(ctx)).To(Succeed())
			last, err := c.Movements(ctx, client.MovementQuery{Limit: 1})
			must(last, err)
			m, err := c.Movement(ctx, last.Movements[0].ID)
			must(m, err)
			own.add("kind", kind)
			own.add("movement", m.ID)
			traders := [2]string{made.DepartureID + made.ArrivalID, made.MessageID}
			if p == message.Phase4 { // its API counts
				traders = [2]string{"1", "1"}
			}
			own.add("tradersMovement", traders[0])
			own.add("tradersMessage", traders[1])
			own.add("eori", m.EORI)
			own.add("lrn", cmp.Or(m.LRN, "OF-VICTIM"))
			own.add("version", p.APIVersion())
			own.add("message", m.Records[len(m.Records)-1].ID)
			own.add("mrn", cmp.Or(m.MRN, "26GB000246XX2UREJ9"))
		}
	}
	sent, err := c.Notifications(ctx, box.ID, client.NotificationQuery{})
	must(sent, err)
	Expect(sent.Notifications).NotTo(BeEmpty())
	own.add("notification", sent.Notifications[0].ID)

	status, body := posting(ctx, sim.URL()+"/customs/transits/movements/departures", "", "", "Bearer GB123456789012", message.Phase5)
	Expect(status).To(Equal(http.StatusAccepted), body)
	var asked struct {
		UploadRequest struct{ Fields map[string]string }
	}
	Expect(json.Unmarshal([]byte(body), &asked)).To(Succeed())
	fields, err := json.Marshal(asked.UploadRequest.Fields)
	must(fields, err)
	own.add("upload", string(fields))
	status, body = posting(ctx, sim.URL()+"/customs/guarantees/balances", "application/json", balanceOf("23GB0000010000872"), "Bearer GB953574106000", message.Phase4)
	Expect(status).To(Equal(http.StatusAccepted), body)
	own.add("balance", regexp.MustCompile(`balances/([0-9a-f-]{36})`).FindStringSubmatch(body)[1])
	own.add("grn", "23GB0000010000872")
	own.add("grn", "24GB0000010000031")

	text := "id: VICTIMS\ntitle: " + secret + "\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"
	must(c.PutScenario(ctx, "VICTIMS", []byte(text)))
	own.add("scenario", "VICTIMS")
	run, err := c.RunScenario(ctx, "VICTIMS", client.RunOptions{})
	must(run, err)
	must(c.Run(ctx, run.ID, time.Minute))
	own.add("run", run.ID)

	fault, err := c.Arm(ctx, client.FaultRule{Call: "movement", EORI: "GB000000000000", Status: 503})
	must(fault, err)
	own.add("fault", fault.ID)
	hold, err := c.Hold(ctx, client.HoldRule{LRN: "HELD-OF-VICTIM"})
	must(hold, err)
	own.add("hold", hold.ID)
	status, body = declaredAt(ctx, sim.URL(), "HELD-OF-VICTIM")
	Expect(status).To(Equal(http.StatusAccepted), body)
	Expect(sim.Settle(ctx)).To(Succeed())
	holds, err := c.Holds(ctx)
	must(holds, err)
	own.add("held", holds.Held[0].ID)

	authorisedIn(sim, own)

	asks, err := c.Requests(ctx, client.ExchangeQuery{})
	must(asks, err)
	own.add("number", fmt.Sprint(asks.Requests[0].Number))
	own.add("number", fmt.Sprint(asks.Requests[len(asks.Requests)-1].Number))
	must(c.SaveSnapshot(ctx, client.NewSnapshot{Name: "secret-of-victim"}))
	own.add("snapshot", "secret-of-victim")
	own.add("workspace", "victim")
	own.add("sender", "MDTP-DEP-00000000000000000000001-01")
	own.add("sender", "MDTP-ARR-00000000000000000000001-01")
	for name, value := range map[string]string{ // what everybody has
		"phase": "5", "code": "IE015", "list": "CL251", "rule": "C0467", "name": "ie015-simplified-gb-xi", "file": "timeline.json", "as": "json",
	} {
		own.add(name, value)
	}
	return own
}

// authorisedIn goes the way of a person to a code and to tokens, and stops half way another time.
func authorisedIn(sim *simulator.Simulator, own belongings) {
	GinkgoHelper()
	jar, err := cookiejar.New(nil)
	Expect(err).NotTo(HaveOccurred())
	browser := &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Port() == "9" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	DeferCleanup(browser.CloseIdleConnections)
	asking := sim.URL() + "/oauth/authorize?response_type=code&client_id=victims-app&scope=hello&redirect_uri=" + url.QueryEscape("http://localhost:9/callback")
	code := func() string {
		page, err := browser.Get(asking)
		Expect(err).NotTo(HaveOccurred())
		defer page.Body.Close()
		page = simtest.SendForm(browser, page, sim.URL()+"/api-test-login/sign-in", "userId", "085603622877", "password", "victims-password")
		defer page.Body.Close()
		done := simtest.SendForm(browser, page, sim.URL()+"/oauth/grantscope")
		Expect(done.Body.Close()).To(Succeed())
		to, err := url.Parse(done.Header.Get("Location"))
		Expect(err).NotTo(HaveOccurred())
		return to.Query().Get("code")
	}
	res, err := browser.PostForm(sim.URL()+"/oauth/token", url.Values{"grant_type": {"authorization_code"}, "client_id": {"victims-app"}, "client_secret": {"victims-client-secret"},
		"redirect_uri": {"http://localhost:9/callback"}, "code": {code()}})
	Expect(err).NotTo(HaveOccurred())
	var tokens struct{ Access_token, Refresh_token string }
	Expect(json.NewDecoder(res.Body).Decode(&tokens)).To(Succeed())
	Expect(res.Body.Close()).To(Succeed())
	own.add("token", tokens.Access_token)
	own.add("refresh", tokens.Refresh_token)
	own.add("oauthcode", code())
	page, err := browser.Get(asking)
	Expect(err).NotTo(HaveOccurred())
	body, err := io.ReadAll(page.Body)
	Expect(err).NotTo(HaveOccurred())
	Expect(page.Body.Close()).To(Succeed())
	for _, f := range simtest.FormField.FindAllStringSubmatch(string(body), -1) {
		own.add(f[1], f[2])
	}
	own.add("auth_id", page.Request.URL.Query().Get("auth_id"))
	address, err := url.Parse(sim.URL() + "/oauth/grantscope")
	Expect(err).NotTo(HaveOccurred())
	for _, c := range jar.Cookies(address) {
		own.add("cookie", c.Name+"="+c.Value)
	}
}

// posting posts something and returns the answer.
func posting(ctx context.Context, at, contentType, body, authorization string, p message.Phase) (int, string) {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	r.Header = http.Header{"Accept": {"application/vnd.hmrc." + p.APIVersion() + "+json"}, "Authorization": {authorization}}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return answerTo(r)
}

// sent is a body with its content type.
type sent struct{ content, body string }

const formType = "application/x-www-form-urlencoded"

var nothing = []sent{{}}

func asJSON(bodies ...string) []sent {
	var all []sent
	for _, b := range bodies {
		all = append(all, sent{jsonType, b})
	}
	return all
}

func asForm(bodies ...string) []sent {
	var all []sent
	for _, b := range bodies {
		all = append(all, sent{formType, b})
	}
	return all
}

const (
	apis      = "/customs/transits/movements/{kind:departures|arrivals}"
	v1        = "/simulator/v1"
	declaring = "FIXTURE ie015-simplified-gb-xi"
	arriving  = "FIXTURE ie007-simplified-xi-gb"
	holding   = `{"movement":"{movement}","lrn":"{lrn}","eori":"{eori}"}`
)

// attacks are what is sent to the calls that take something, with the belongings of the victim in it. A call of this kind that is not here
// fails the spec.
var attacks = map[string][]sent{
	"POST " + apis:                          {{xmlType, declaring}, {xmlType, arriving}, {"", ""}},
	"POST " + apis + "/{movement}/messages": {{xmlType, "FIXTURE ie014-by-mrn-gb-xi"}, {xmlType, declaring}, {"", ""}},
	"PUT /customs/transits/movements/{kind:arrivals}/{movement}": {{xmlType, arriving}},
	"POST /test" + apis + "/{movement}/messages":                 asJSON(`{"message":{"messageType":"IE060"}}`, `{"message":{"messageType":"IE928"}}`),
	"POST /upscan/upload-proxy":                                  {{"UPLOAD", "{upload}"}},
	"PUT " + boxes + "/{box}/notifications/acknowledge":          asJSON(`{"notificationIds":["{notification}"]}`),
	"PUT " + boxes + "/{box}/callback":                           asJSON(`{"clientId":"{client}","callbackUrl":"http://localhost:9/stolen"}`, `{"clientId":"{client}","callbackUrl":""}`),
	"POST /customs/guarantees/balances":                          asJSON(balanceOf("{grn}")),
	"POST /customs/guarantees/{grn}/balance":                     asJSON(`{"accessCode":"AC01"}`),
	"POST /oauth/token":                                          tokenForms, "POST //oauth/token": tokenForms,
	"POST /api-test-login/sign-in":       asForm("userId={user}&password=victims-password&continue={continue}&csrfToken={csrfToken}", "userId={user}&password=victims-password&continue=/oauth/grantscope%3Fauth_id={auth_id}", "user={user}&continue={continue}&csrfToken={csrfToken}"),
	"POST /oauth/grantscope":             asForm("auth_id={auth_id}&csrfToken={csrfToken}", "auth_id={auth_id}&csrfToken={csrfToken}&decision=deny"),
	"POST /create-test-user/agents":      asJSON(`{"serviceNames":["common-transit-convention-traders"],"eoriNumber":"{eori}"}`),
	"POST /create-test-user/individuals": asJSON(`{"eoriNumber":"{eori}"}`), "POST /create-test-user/organisations": asJSON(`{"eoriNumber":"{eori}"}`),
	"POST " + "/transits-movements-trader-at-departure/movements/departures/{sender}/messages/eis": {{xmlType, declaring}}, "POST " + "/transit-movements-trader-at-destination/movements/arrivals/{sender}/messages/eis": {{xmlType, declaring}},

	"POST " + v1 + "/reset":                                    nothing,
	"POST " + v1 + "/movements/{movement}/actions":             asJSON(`{"action":"release"}`, `{"action":"cancel"}`),
	"POST " + v1 + "/movements/{movement}/messages":            append(asJSON(`{"messageType":"IE060"}`, `{"messageType":"IE060","dryRun":true}`), sent{xmlType, declaring}),
	"POST " + v1 + "/movements/{movement}/hold":                asJSON(holding, "{}"),
	"POST " + v1 + "/validate":                                 {{xmlType, declaring}},
	"POST " + v1 + "/prepare":                                  asJSON(`{"movement":"{movement}","messageType":"IE014"}`, `{"phase":5,"sample":"{name}"}`),
	"PUT " + v1 + "/workspaces/{workspace}":                    asJSON(`{"ttl":"1ms"}`, `{"fork":"victim"}`, `{"from":"{snapshot}"}`),
	"POST " + v1 + "/snapshots":                                asJSON(`{"name":"{snapshot}"}`, `{"name":"../victim/{snapshot}"}`),
	"POST " + v1 + "/snapshots/{snapshot}/restore":             nothing,
	"PUT " + v1 + "/snapshots/{snapshot}/file":                 {{"application/octet-stream", "none"}},
	"POST " + v1 + "/faults":                                   asJSON(`{"call":"movement","movement":"{movement}","status":503}`, `{"clientId":"{client}","eori":"{eori}","reset":true}`),
	"POST " + v1 + "/holds":                                    asJSON(holding, `{"lrn":"HELD-OF-VICTIM"}`),
	"POST " + v1 + "/held/{held}/release":                      nothing,
	"POST " + v1 + "/held/{held}/refuse":                       asJSON("{}"),
	"POST " + v1 + "/held/{held}/drop":                         nothing,
	"PUT " + v1 + "/scenarios/{scenario}":                      {{"application/yaml", "id: VICTIMS\ntitle: Taken\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n"}},
	"POST " + v1 + "/scenarios/check":                          {{"application/yaml", "id: VICTIMS\n"}},
	"POST " + v1 + "/scenarios/{scenario}/runs":                asJSON("{}"),
	"PUT " + v1 + "/applications":                              {{"application/yaml", "applications:\n  - {clientId: victims-app, clientSecrets: [taken]}\ntestUsers:\n  - {userId: \"{user}\", password: taken}\n"}},
	"PUT " + v1 + "/applications/{application}":                {{"application/yaml", "clientSecrets: [taken]\n"}},
	"PUT " + v1 + "/boxes":                                     asJSON(`{"clientId":"{client}","apiVersion":"2.1","callbackUrl":"http://localhost:9/stolen"}`, `{"token":"{token}","apiVersion":"2.1"}`),
	"POST " + v1 + "/boxes/{box}/test":                         nothing,
	"POST " + v1 + "/notifications/{notification}/resend":      nothing,
	"POST " + v1 + "/notifications/{notification}/acknowledge": nothing,
	"PUT " + v1 + "/clock":                                     asJSON(`{"now":"2030-01-01T00:00:00Z"}`),
	"POST " + v1 + "/clock/advance":                            asJSON(`{"by":"1h"}`),
	"POST " + v1 + "/settle":                                   nothing,
	"POST " + v1 + "/requests/{number}/again":                  asJSON("{}", `{"token":"{token}"}`),

	"POST /console/scenarios/new":                                  asForm("yaml=id: VICTIMS"),
	"POST /console/scenarios/run":                                  asForm("q=VICTIMS"),
	"POST /console/scenarios/{id}/run":                             asForm("profile=fast"),
	"POST /console/scenarios/{id}/save":                            asForm("yaml=id: VICTIMS"),
	"POST /console/movements/{id}/record":                          asForm("", "id=TAKEN"),
	"POST /console/send":                                           asForm("movement={movement}&phase=5&xml=<x/>&eori={eori}&scenario=VICTIMS"),
	"POST /console/send/validate":                                  asForm("movement={movement}&phase=5&xml=<x/>&eori={eori}"),
	"POST /console/bulk":                                           asForm("id={movement}&do=forget", "id={movement}&do=release"),
	"POST /console/movements/{id}/act":                             asForm("action=release", "action=cancel&dry=1"),
	"POST /console/movements/{id}/inject":                          asForm("type=IE060", "messageType=IE060&do=inject"),
	"POST /console/movements/{id}/forget":                          asForm("sure=yes"),
	"POST /console/movements/{id}/hold":                            asForm("before=IE029"),
	"POST /console/requests/{number}/again":                        asForm("token={token}"),
	"POST /console/requests/clear":                                 asForm("sure=yes"),
	"POST /console/notifications":                                  asForm("token={token}&version=2.1", "client={client}&version=2.1&url=http://localhost:9/stolen"),
	"POST /console/notifications/{box}/callback":                   asForm("url=http://localhost:9/stolen"),
	"POST /console/notifications/{box}/test":                       asForm(""),
	"POST /console/notifications/{box}/secret":                     asForm(""),
	"POST /console/notifications/{box}/remove":                     asForm("sure=yes"),
	"POST /console/notifications/{box}/{notification}/resend":      asForm(""),
	"POST /console/notifications/{box}/{notification}/acknowledge": asForm(""),
	"POST /console/clock/advance":                                  asForm("by=1h"),
	"POST /console/clock/set":                                      asForm("mode=manual"),
	"POST /console/clock/settle":                                   asForm(""),
	"POST /console/snapshots":                                      asForm("name={snapshot}"),
	"POST /console/snapshots/import":                               {{"multipart/form-data; boundary=attack", "--attack\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n{snapshot}\r\n--attack--\r\n"}},
	"POST /console/snapshots/{snapshot}/restore":                   asForm("sure=yes"),
	"POST /console/snapshots/{snapshot}/delete":                    asForm("sure=yes"),
	"POST /console/interventions/faults":                           asForm("call=movement&movement={movement}&status=503"),
	"POST /console/interventions/faults/{fault}/remove":            asForm(""),
	"POST /console/interventions/holds":                            asForm("movement={movement}&lrn={lrn}"),
	"POST /console/interventions/holds/{hold}/remove":              asForm(""),
	"POST /console/held/{held}/release":                            asForm(""),
	"POST /console/held/{held}/refuse":                             asForm(""),
	"POST /console/held/{held}/drop":                               asForm(""),
	"POST /console/workspaces":                                     asForm("name=victim", "name=copied&fork=victim"),
	"POST /console/workspaces/{workspace}/delete":                  asForm("sure=yes"),
	"POST /console/settings/reset":                                 asForm("sure=yes"),
	"POST /console/settings/applications":                          asForm("file=applications: []"),
	"POST /console/settings/applications/{application}/revoke":     asForm("only=access"),
	"POST /console/settings/applications/{application}/remove":     asForm("sure=yes"),
	"POST /console/theme":                                          asForm("theme=dark"),
	"POST /console/sign-in":                                        asForm("token={token}"),
	"POST /console/sign-out":                                       asForm(""),
}

var tokenForms = asForm(
	"grant_type=authorization_code&client_id=victims-app&client_secret=victims-client-secret&redirect_uri=http%3A%2F%2Flocalhost%3A9%2Fcallback&code={oauthcode}",
	"grant_type=refresh_token&client_id=victims-app&client_secret=victims-client-secret&refresh_token={refresh}",
	"grant_type=client_credentials&client_id=victims-app&client_secret=victims-client-secret",
)

// queries are what is asked for with the belongings of the victim, beside the paths alone, where the description of a call does not list
// the parameters.
var queries = map[string][]string{
	"GET " + apis:                 {"localReferenceNumber={lrn}", "movementReferenceNumber={mrn}", "movementEORI={eori}"},
	"GET /oauth/authorize":        {"response_type=code&client_id=victims-app&scope=hello&redirect_uri=http://localhost:9/callback"},
	"GET //oauth/authorize":       {"response_type=code&client_id=victims-app&scope=hello&redirect_uri=http://localhost:9/callback"},
	"GET /oauth/start":            {"auth_id={auth_id}"},
	"GET /oauth/grantscope":       {"auth_id={auth_id}"},
	"GET /api-test-login/sign-in": {"continue={continue}", "continue=/oauth/grantscope%3Fauth_id={auth_id}"},
	"GET " + boxes:                {"boxName={box}&clientId={client}"},
	"GET /console/{$}":            {"q={lrn}", "after={movement}"},
	"GET /console/compare":        {"a={movement}/{message}&b={movement}/{message}", "with={movement}/{message}"},
	"GET /console/search":         {"q={movement}", "q={lrn}", "q={mrn}"},
	"GET /console/send":           {"about={movement}&type=IE014", "again={movement}/{message}", "scenario=VICTIMS"},
	"GET /console/requests":       {"movement={movement}", "after=0"},
	"GET /console/stream":         {"after=0&movement={movement}", "after=0&requests=1"},
	"GET /console/scenarios/{id}": {"run={run}"},
	"GET /console/scenarios/new":  {"from=VICTIMS"},
	"GET /console/scenarios":      {"run={run}", "q=VICTIMS"},
	"GET /console/workspaces":     {"show=victim"},
}

// valued are the parameters of the control API that can name something of the victim.
var valued = map[string]string{
	"lrn": "{lrn}", "mrn": "{mrn}", "eori": "{eori}", "q": "{lrn}", "movement": "{movement}", "scenario": "VICTIMS", "with": "{movement}/{message}", "trigger": "{message}",
	"after": "0", "id": "STOLEN", "as": "json", "name": "ie015-simplified-gb-xi",
}

// attack is one request; route is the call that it makes.
type attack struct {
	route, method, target string
	sent
	headers map[string]string
}

// attacksOn makes all requests to all calls of a simulator.
func attacksOn(routes []string, own belongings) []attack {
	GinkgoHelper()
	described := map[string]control.Route{}
	for _, r := range (&control.API{}).Routes() {
		described[r.Method+" "+r.Path] = r
	}
	var all []attack
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		targets := []string{path}
		for _, q := range queries[route] {
			targets = append(targets, path+"?"+q)
		}
		for _, q := range described[route].Query {
			if v, some := valued[q.Name]; some {
				targets = append(targets, path+"?"+q.Name+"="+v)
			}
		}
		bodies, some := attacks[route]
		if method == http.MethodGet || method == http.MethodDelete {
			bodies, some = nothing, true
		}
		Expect(some).To(BeTrue(), "%s has no attack; hint: say in attacks what it takes, with whatever in it can name something of another workspace", route)
		tokens := []string{""}
		if !strings.HasPrefix(path, v1) && !strings.HasPrefix(path, "/console") {
			tokens = []string{"{eori}", "{token}"}
		}
		for _, target := range targets {
			for _, body := range bodies {
				for n := range tier.Sequential(own.numbers(target + body.body + body.content)) {
					for _, token := range tokens {
						all = append(all, attackOf(route, method, target, body, token, own, n))
					}
				}
			}
		}
	}
	for _, trick := range []string{"/workspaces/victim", "/../victim", "/%2e%2e/victim", "/..%2fvictim", "/.", "//workspaces/victim"} {
		target := trick + v1 + "/movements/" + own["movement"][0]
		all = append(all, attack{route: "GET " + target, method: http.MethodGet, target: target, headers: map[string]string{"Accept": "*/*"}})
	}
	return all
}

func attackOf(route, method, target string, body sent, token string, own belongings, n int) attack {
	GinkgoHelper()
	target = strings.TrimSuffix(strings.ReplaceAll(target, "{$}", ""), "?")
	if strings.Contains(target, "{kind:arrivals}") {
		n = slices.Index(own["kind"], "arrivals")
	}
	if id := "scenario"; strings.Contains(target, "{id}") {
		if strings.Contains(target, "/movements/") {
			id = "movement"
		}
		target = strings.ReplaceAll(target, "{id}", "{"+id+"}")
	}
	if strings.Contains(target, "/customs/transits") {
		target = strings.NewReplacer("{movement}", "{tradersMovement}", "{message}", "{tradersMessage}").Replace(target)
	}
	a := attack{route: route, method: method, target: own.fill(target, n), headers: map[string]string{}}
	Expect(a.target).NotTo(ContainSubstring("{"), "the victim has nothing of the kind; hint: have settledIn make it")
	version := own.fill("{version}", n)
	if !strings.HasPrefix(target, "/customs/transits") && !strings.HasPrefix(target, "/test") {
		version = "1.0"
	}
	a.headers["Accept"] = "application/vnd.hmrc." + version + "+json"
	if strings.HasPrefix(target, "/simulator") || strings.HasPrefix(target, "/console") {
		a.headers["Accept"] = "*/*"
	}
	if token != "" {
		a.headers["Authorization"] = "Bearer " + own.fill(token, n)
	}
	if len(own["cookie"]) > 0 {
		a.headers["Cookie"] = strings.Join(own["cookie"], "; ")
	}
	a.sent = sent{body.content, own.fill(body.body, n)}
	switch fixture, is := strings.CutPrefix(body.body, "FIXTURE "); {
	case is:
		p, _ := message.PhaseOfVersion(own.fill("{version}", n))
		text, _, err := simulator.Fixture(p, fixture, scenario.Facts{LRN: own.fill("{lrn}", n), MRN: own.fill("{mrn}", n)})
		if err != nil { // a phase that does not have it
			text = simtest.File("phase5/valid/ie015-simplified-gb-xi.xml")
		}
		a.body = string(text)
	case body.content == "UPLOAD":
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		Expect(form.SetBoundary("boundary-of-the-attack")).To(Succeed())
		fields := map[string]string{}
		Expect(json.Unmarshal([]byte(a.body), &fields)).To(Succeed())
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			Expect(form.WriteField(name, fields[name])).To(Succeed())
		}
		file, err := form.CreateFormFile("file", "stolen.xml")
		Expect(err).NotTo(HaveOccurred())
		_, _ = file.Write([]byte("<x/>"))
		Expect(form.Close()).To(Succeed())
		a.sent = sent{form.FormDataContentType(), b.String()}
	}
	return a
}

// addressed is how a request says in which workspace it is made; what counts less names the victim.
type addressed struct {
	name string
	goes func(*http.Request)
}

var ways = []addressed{
	{"host", func(r *http.Request) {
		r.Host = "attacker.localhost:8080"
		r.Header.Set(client.WorkspaceHeader, "victim")
	}},
	{"path", func(r *http.Request) { below("attacker", r); r.Header.Set(client.WorkspaceHeader, "victim") }},
	{"header", func(r *http.Request) { r.Header.Set(client.WorkspaceHeader, "attacker") }},
	{"host, with a path that names the victim", func(r *http.Request) { r.Host = "attacker.localhost:8080"; below("victim", r) }},
	{fromDefault, func(*http.Request) {}},
}

// fromDefault is the way of a request that names no workspace.
const fromDefault = "naming none"

// below lets a request lead to a workspace by its path.
func below(name string, r *http.Request) {
	r.URL.Opaque = "//" + r.Host + "/workspaces/" + name + r.URL.Path
}

// target is a simulator that is attacked, with the streams of events that it has begun.
type target struct {
	simulator *simulator.Simulator
	http      *http.Client
	url       string
	reading   sync.WaitGroup
	streams   []*bytes.Buffer
}

// newTarget is a simulator behind the address of another one, or itself.
func newTarget(host, sim *simulator.Simulator) *target {
	return &target{simulator: sim, url: host.URL(), http: &http.Client{
		Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// end waits until the streams have ended.
func (t *target) end() {
	t.reading.Wait()
	t.http.CloseIdleConnections()
}

// answered is what came of an attack. Of what differs by the moment and by nothing else, it has only that it was there.
func (t *target) answered(ctx context.Context, a attack, w addressed) string {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(ctx, a.method, t.url, strings.NewReader(a.body))
	Expect(err).NotTo(HaveOccurred())
	r.Host = "localhost:8080"
	path, query, _ := strings.Cut(a.target, "?")
	r.URL.Path, r.URL.RawQuery = path, query
	for name, value := range a.headers {
		r.Header.Set(name, value)
	}
	if a.content != "" {
		r.Header.Set("Content-Type", a.content)
	}
	w.goes(r)
	if strings.HasPrefix(path, "//") && r.URL.Opaque == "" {
		r.URL.Opaque = "//" + r.Host + path
	}
	res, err := t.http.Do(r)
	Expect(err).NotTo(HaveOccurred(), a.route)
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		stream := &bytes.Buffer{}
		t.streams = append(t.streams, stream)
		t.reading.Go(func() {
			_, _ = io.Copy(stream, res.Body)
			_ = res.Body.Close()
		})
		return fmt.Sprint(res.StatusCode, " a stream")
	}
	body, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred(), a.route)
	Expect(res.Body.Close()).To(Succeed())
	for _, name := range []string{"Date", "Content-Length", "Etag", "Last-Modified"} {
		res.Header.Del(name)
	}
	Expect(t.simulator.Settle(ctx)).To(Succeed())
	return fmt.Sprint(res.StatusCode, " ", res.Header, "\n", timeless(string(body)))
}

// moments are what differs from one run to the next.
var moments = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^(go|process|nctsim_goroutines|nctsim_http_request_duration_seconds|nctsim_store_bytes)\b.*$`),
	regexp.MustCompile(`"(taken|took|duration|durationMs|sha256|bytes)":("[^"]*"|[0-9.]+)`),
	regexp.MustCompile(`\b[0-9]+-[0-9a-z]{10,14}\b`), // the number of an event, and the name of its store
	regexp.MustCompile(`-[0-9]+\.part\b|/nctsim-[0-9]+\b|[0-9,]+ bytes`),
}

func timeless(body string) string {
	for _, m := range moments {
		body = m.ReplaceAllString(body, "")
	}
	return body
}

var _ = Describe("A workspace that attacks another one over every call there is", func() {
	It("is answered as if nothing of the other one had ever existed, and changes nothing there", func(ctx SpecContext) {
		tier.Slow()
		seed := func(seed uint64) func(*simulator.Config) { return func(c *simulator.Config) { c.Seed = seed } }
		begin := func() *simulator.Simulator {
			runs := replay.NewRuns("test")
			DeferCleanup(runs.Close)
			return hosting(seed(2002), func(c *simulator.Config) { c.Now, c.BalanceDelay, c.Runs = start, time.Hour, runs })
		}
		hosts := []*simulator.Simulator{begin(), begin()} // with the victim, and without
		victim, err := hosts[0].Workspace(ctx, "victim", seed(1001))
		Expect(err).NotTo(HaveOccurred())
		own := settledIn(ctx, victim)
		requests := attacksOn(hosts[0].Routes(), own)
		before := seenIn(ctx, victim, requests)
		Expect(before).To(ContainSubstring(secret))
		for _, way := range ways {
			var targets []*target
			for _, host := range hosts {
				sim := host
				if way.name != fromDefault {
					sim, err = host.Workspace(ctx, "attacker", seed(2002))
					Expect(err).NotTo(HaveOccurred())
				}
				targets = append(targets, newTarget(host, sim))
			}
			var told []string
			made := map[string]bool{}
			for i, a := range requests {
				if stream := strings.HasSuffix(a.route, "/events") || strings.HasSuffix(a.route, "/stream"); !stream && !tier.Plays(i) {
					continue
				}
				if way.name != "path" && made[a.route] {
					continue // what is behind the choice of the workspace is the same
				}
				made[a.route] = true
				if way.name == fromDefault && strings.Contains(a.target, "/workspaces") {
					continue // it is there to know and to delete the others
				}
				if way.name == "header" && strings.HasPrefix(a.target, "/workspaces/victim") {
					continue // the path counts more than a header, and names the victim
				}
				with, without := targets[0].answered(ctx, a, way), targets[1].answered(ctx, a, way)
				if with != without || strings.Contains(with, secret) {
					told = append(told, fmt.Sprintf("by %s: %s %s %.200q: %s", way.name, a.method, a.target, a.body, firstDifference(with, without)))
				}
			}
			Expect(told).To(BeEmpty(), "what tells something of the victim, and what it says where there is none")
			Expect(seenIn(ctx, victim, requests)).To(Equal(before))
			status, body := declaredAt(ctx, victim.URL(), "WHILE-STREAMS-ARE-OPEN")
			Expect(status).To(Equal(http.StatusAccepted), body)
			Expect(victim.Settle(ctx)).To(Succeed())
			before = seenIn(ctx, victim, requests)
			for i, host := range hosts {
				if way.name == fromDefault {
					Expect(host.Close(ctx)).To(Succeed())
				} else {
					Expect(host.DeleteWorkspace(ctx, "attacker")).To(Succeed())
				}
				targets[i].end()
			}
			if !strings.Contains(way.name, "a path that names") { // that leads nowhere
				Expect(targets[0].streams).NotTo(BeEmpty())
			}
			Expect(targets[0].streams).To(HaveLen(len(targets[1].streams)))
			for _, stream := range targets[0].streams {
				Expect(stream.String()).NotTo(Or(ContainSubstring("WHILE-STREAMS-ARE-OPEN"), ContainSubstring(own["movement"][0]), ContainSubstring(secret)))
			}
		}
	}, SpecTimeout(5*time.Minute))
})

var _ = Describe("A session in the console of a workspace", func() {
	It("opens the console of no other one", func(ctx SpecContext) {
		host := hosting(func(c *simulator.Config) { c.ControlToken = "the-control-token" })
		browser := newTarget(host, host)
		defer browser.end()
		visit := func(method, path string, session *http.Cookie) *http.Response {
			GinkgoHelper()
			r, err := http.NewRequestWithContext(ctx, method, host.URL()+path, strings.NewReader("token=the-control-token"))
			Expect(err).NotTo(HaveOccurred())
			r.Header.Set("Content-Type", formType)
			if session != nil {
				r.AddCookie(session)
			}
			res, err := browser.http.Do(r)
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			return res
		}
		signedIn := visit(http.MethodPost, "/workspaces/victim/console/sign-in", nil)
		Expect(signedIn.Cookies()).To(HaveLen(1))
		session := signedIn.Cookies()[0]
		Expect(visit(http.MethodGet, "/workspaces/victim/console/movements/0123456789abcdef", session).StatusCode).To(Equal(http.StatusNotFound))
		for _, path := range []string{"/workspaces/attacker", "", "/workspaces/never-seen"} {
			res := visit(http.MethodGet, path+"/console/movements/0123456789abcdef", session)
			Expect(res.StatusCode).To(Equal(http.StatusSeeOther))
			Expect(res.Header.Get("Location")).To(ContainSubstring("sign-in"))
			Expect(visit(http.MethodGet, path+"/console/stream", session).StatusCode).To(Equal(http.StatusUnauthorized))
		}
	})
})

// seenIn is everything that the control API shows of the victim.
func seenIn(ctx context.Context, sim *simulator.Simulator, requests []attack) string {
	GinkgoHelper()
	var all strings.Builder
	to := newTarget(sim, sim)
	to.url = strings.TrimSuffix(sim.URL(), "/workspaces/victim")
	defer to.end()
	for _, a := range requests {
		if a.method == http.MethodGet && strings.HasPrefix(a.target, v1) && a.route != "GET "+v1+"/events" {
			fmt.Fprintln(&all, a.target, to.answered(ctx, a, addressed{"path", func(r *http.Request) { below("victim", r) }}))
		}
	}
	return all.String()
}

// firstDifference is where two texts begin to differ.
func firstDifference(a, b string) string {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	around := func(text string) string { return fmt.Sprintf("%q", text[max(0, at-60):min(len(text), at+60)]) }
	return around(a) + " instead of " + around(b)
}

var start = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
