package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	requestlog "nctsim/simulator/api/exchange"
	"nctsim/simulator/client"
)

// logged is the request that the log has last, with what was sent.
func (w *world) logged() client.ExchangeDetail {
	GinkgoHelper()
	c := client.Client{URL: w.url, HTTP: w.client}
	list, err := c.Requests(context.Background(), client.ExchangeQuery{Limit: 1})
	Expect(err).NotTo(HaveOccurred())
	Expect(list.Requests).To(HaveLen(1))
	x, err := c.Request(context.Background(), list.Requests[0].Number)
	Expect(err).NotTo(HaveOccurred())
	Expect(x.Exchange).To(Equal(list.Requests[0]))
	return x
}

func near(about, text, value string) any {
	return And(HaveField("About", about), HaveField("Text", ContainSubstring(text)), HaveField("Value", value))
}

var _ = Describe("The log of requests", func() {
	It("has what came, what was answered, who called, and what it is about", func() {
		w := newWorld()
		m := w.declare("LOG-1", header("Gov-Test-Scenario", "NONE-1"))
		x := w.logged()
		Expect(x.Exchange).To(And(
			HaveField("Number", uint64(1)), HaveField("At", start), HaveField("Method", "POST"), HaveField("Path", departures),
			HaveField("Route", "/customs/transits/movements/{kind:departures|arrivals}"), HaveField("Version", "2.1"),
			HaveField("EORI", trader), HaveField("ClientID", Not(BeEmpty())), HaveField("Status", 202), HaveField("RefusedBy", client.Check("")),
			HaveField("Movement", m.movement), HaveField("MessageID", m.message), HaveField("MessageType", "IE015"),
		))
		Expect(x.Passed).To(Equal([]client.Check{
			"throttle", "route", "version", "contentType", "authorisation", "accept", "size", "schema", "rules", "box", "answer",
		}))
		Expect(time.ParseDuration(x.Duration)).To(BeNumerically(">", 0))
		Expect(x.Request.Body).To(Equal(declaration("LOG-1")))
		Expect(x.Request.Size).To(BeEquivalentTo(len(declaration("LOG-1"))))
		Expect(x.Request.Headers).To(And(HaveKeyWithValue("Accept", []string{"application/vnd.hmrc.2.1+json"}), HaveKeyWithValue("Authorization", []string{"Bearer ***"})))
		Expect(x.Response.Body).To(ContainSubstring(m.movement))
		Expect(x.Response.Headers).To(HaveKeyWithValue("Content-Type", []string{"application/json"}))
	})

	DescribeTable("says which check refused a request, and what would have been accepted:",
		func(check string, status int, code string, misses []any, ask func(*world) answer) {
			w := newWorld(withScenarios("id: MINE\ntitle: Mine\nmovement: departure\nphases: [5]\nmatch: { lrn: '^MINE' }\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"))
			Expect(ask(w).Status).To(Equal(status))
			x := w.logged()
			Expect(x.Status).To(Equal(status))
			Expect(x.Code).To(Equal(code))
			Expect(x.RefusedBy).To(BeEquivalentTo(check))
			Expect(x.NearMisses).To(ConsistOf(misses...))
			Expect(x.Passed).NotTo(ContainElement(x.RefusedBy))
		},
		Entry("a path with a slash at its end", "route", 404, "MATCHING_RESOURCE_NOT_FOUND", []any{near("path", "POST "+departures+" is there", departures)},
			func(w *world) answer { return w.post(departures+"/", declaration("A")) }),
		Entry("a misspelt path", "route", 404, "MATCHING_RESOURCE_NOT_FOUND", []any{near("path", "GET "+departures+" is there", departures)},
			func(w *world) answer { return w.get("/customs/transits/movements/departure") }),
		Entry("a path without its beginning", "route", 404, "MATCHING_RESOURCE_NOT_FOUND", []any{near("path", "is there", departures)},
			func(w *world) answer { return w.get("/movements/departures") }),
		Entry("a method that the path does not have", "route", 404, "MATCHING_RESOURCE_NOT_FOUND", []any{near("method", "has the method POST", "POST")},
			func(w *world) answer { return w.do("DELETE", departures, "") }),
		Entry("no token", "authorisation", 401, "MISSING_CREDENTIALS", []any{near("authorisation", "Authorization: Bearer", "")},
			func(w *world) answer { return w.get(departures, without("Authorization")) }),
		Entry("an Accept header of another format", "accept", 406, "NOT_ACCEPTABLE",
			[]any{near("accept", "application/vnd.hmrc.2.1+json or application/vnd.hmrc.3.0+json", "application/vnd.hmrc.2.1+json"), near("schema", "fits CC015C of API 2.1", "2.1"), near("schema", "fits CC015C of API 3.0", "3.0")},
			func(w *world) answer { return w.post(departures, declaration("A"), accept("2.1+xml")) }),
		Entry("a content type that HMRC does not take", "contentType", 415, "UNSUPPORTED_MEDIA_TYPE", []any{near("contentType", "application/xml or application/json", "application/xml")},
			func(w *world) answer { return w.post(departures, declaration("A"), header("Content-Type", "text/xml")) }),
		Entry("a message that breaks a submission rule", "rules", 400, "BUSINESS_VALIDATION_ERROR", nil,
			func(w *world) answer {
				return w.post(departures, replaced(declaration("A"), "messageRecipient", "NTA.XX"))
			}),
		Entry("an LRN that is always taken", "lrn", 409, "CONFLICT", []any{near("lrn", "DUPLRN", "")},
			func(w *world) answer { return w.post(departures, declaration("DUPLRN1")) }),
		Entry("an id that cannot be one", "path", 400, "BAD_REQUEST", nil,
			func(w *world) answer { return w.get(departures + "/xyz") }),
		Entry("an empty page", "page", 404, "NOT_FOUND", nil, func(w *world) answer { return w.get(departures + "?page=2") }),
		Entry("the form of a guarantee", "path", 400, "BAD_REQUEST", nil, func(w *world) answer {
			return w.post("/customs/guarantees/xyz/balance", `{"accessCode":"AC01"}`, accept("2.0+json"), header("Content-Type", "application/json"))
		}),
		Entry("a box that is not there", "box", 404, "BOX_NOT_FOUND", nil, func(w *world) answer {
			return w.get("/misc/push-pull-notification/box/c6c35253-1884-40b7-85c9-61e3316823fe/notifications", accept("1.0+json"))
		}),
		Entry("a form without a secret", "body", 400, "invalid_request", nil, func(w *world) answer {
			return w.post("/oauth/token", "grant_type=client_credentials&client_id=me", header("Content-Type", "application/x-www-form-urlencoded"))
		}),
		Entry("a message of API 1.0 for 2.1", "schema", 400, "SCHEMA_VALIDATION", []any{near("schema", "API 1.0", "1.0")},
			func(w *world) answer {
				return w.post(departures, fixture("phase4/valid/ie015-no-amount-simplified-gb-it.xml"))
			}),
	)

	It("says of a movement that is there whose it is, of which kind and of which API", func() {
		w := newWorld()
		m := w.declare("MINE-1")
		path := departures + "/" + m.movement
		w.get(path, as(stranger))
		Expect(w.logged().NearMisses).To(ConsistOf(near("movement", "it belongs to "+trader+" and the caller is "+stranger, trader)))
		w.get(strings.Replace(path, "departures", "arrivals", 1))
		Expect(w.logged().NearMisses).To(ConsistOf(near("movement", "one of the departures", path)))
		w.get(path+"/messages/0123456789abcdef", accept("2.1+json"))
		Expect(w.logged().NearMisses).To(ConsistOf(near("movement", "is there and has 1 messages", "")))
		w.get(departures + "/0123456789abcdef")
		Expect(w.logged()).To(And(HaveField("RefusedBy", client.CheckMovement), HaveField("NearMisses", BeEmpty())))
	})

	It("says which scenario a header may have meant, and which movement has the LRN", func() {
		w := newWorld(withScenarios("id: DSGB6\ntitle: Mine\nmovement: departure\nphases: [5]\nmatch: { lrn: '^MINE' }\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"))
		first := w.declare("SAME")
		w.settle()
		w.declare("OTHER", header("Gov-Test-Scenario", "DSGB66"))
		Expect(w.logged().NearMisses).To(ContainElement(near("scenario", "Gov-Test-Scenario DSGB66: did you mean DSGB6", "DSGB6")))
		w.declare("SAME")
		Expect(w.logged().NearMisses).To(ConsistOf(And(HaveField("About", "lrn"), HaveField("Movement", first.movement))))
	})

	It("sends a request again the way that it came, with the caller's EORI or another token in the place of the one that is not kept", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		w.declare("ONCE")
		again, err := c.SendAgain(ctx, 1, client.Again{})
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(And(HaveField("Number", uint64(2)), HaveField("Status", 202), HaveField("EORI", trader), HaveField("MessageType", "IE015"),
			HaveField("Request.Body", declaration("ONCE")), HaveField("Movement", Not(BeEmpty()))))
		first := w.logged()
		Expect(first.Number).To(Equal(uint64(2)))
		Expect(c.SendAgain(ctx, 1, client.Again{Token: stranger})).To(HaveField("EORI", stranger))

		w.post(departures, declaration("A"), header("Authorization", "Basic hush"))
		basic := w.logged().Number
		_, err = c.SendAgain(ctx, basic, client.Again{})
		Expect(err).To(And(HaveField("Status", http.StatusConflict), HaveField("Message", ContainSubstring("its token is not kept")), HaveField("Hint", ContainSubstring("which token"))))
		Expect(c.SendAgain(ctx, basic, client.Again{Token: trader})).To(HaveField("Status", 202))

		w.get(departures, without("Authorization"))
		Expect(c.SendAgain(ctx, w.logged().Number, client.Again{})).To(HaveField("RefusedBy", client.CheckAuthorisation))
		Expect(c.SendAgain(ctx, w.logged().Number, client.Again{Token: trader})).To(HaveField("Status", 200))

		_, err = c.SendAgain(ctx, 999, client.Again{})
		Expect(client.IsNotFound(err)).To(BeTrue())
		for _, ask := range []func(){
			func() {
				w.post("/oauth/token", "grant_type=client_credentials&client_id=me&client_secret=hush", header("Content-Type", "application/x-www-form-urlencoded"))
			},
			func() { w.get(departures + "?access_token=hush") },
			func() { w.get(departures, header("Cookie", "session=hush")) },
			func() { w.post(departures, declaration("A")+strings.Repeat(" ", 65<<10)) },
		} {
			ask()
			_, err := c.SendAgain(ctx, w.logged().Number, client.Again{Token: trader})
			Expect(err).To(And(HaveField("Code", "NOT_ALL_KEPT"), HaveField("Status", http.StatusConflict)))
		}
	})

	It("keeps no token, secret, code, password or cookie", func() {
		w := newWorld()
		form := header("Content-Type", "application/x-www-form-urlencoded")
		w.post("/oauth/token", "grant_type=refresh_token&client_id=me&client_secret=hush-1&refresh_token=hush-2", form)
		w.post("/oauth/token", "grant_type=authorization_code&client_id=me&client_secret=hush-3&code=hush-4&code_verifier=hush-5", form)
		w.post("/oauth/tokenn", "client_secret=hush-6&password=hush-7", form)
		w.post("/oauth/token", `{"client_secret":"hush-8"}`, header("Content-Type", "text/plain"))
		w.get("/oauth/authorize?response_type=code&client_id=me&client_secret=hush-9&state=seen")
		w.get(departures, as("hush-11"), header("Cookie", "session=hush-12"), header("X-Api-Key", "hush-13"), header("Referer", "https://example.org/back?code=hush-14"))
		w.post("/nowhere", `{"password" : "hush-15", "clientSecrets":["hush-16"], "refresh_token":"hush-\"17`, header("Content-Type", "application/json"))
		w.get(departures + "?access_token=hush-18&code=hush-19")
		made := w.post("/create-test-user/organisations", `{"serviceNames":["common-transit-convention-traders"]}`, accept("1.0+json"), header("Content-Type", "application/json"))
		Expect(made.Status).To(Equal(http.StatusCreated))
		password := between(made.Body, `"password":"`, `"`)
		c := client.Client{URL: w.url, HTTP: w.client}
		list, err := c.Requests(context.Background(), client.ExchangeQuery{})
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Requests).To(HaveLen(9))
		for _, x := range list.Requests {
			detail, err := c.Request(context.Background(), x.Number)
			Expect(err).NotTo(HaveOccurred())
			text, err := json.Marshal(detail)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(text)).NotTo(ContainSubstring("hush"))
			Expect(string(text)).NotTo(ContainSubstring(password))
		}
	})

	It("is narrowed, goes on behind a number, and is emptied", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		m := w.declare("ONE")
		w.get(departures, as(stranger))
		w.get(departures, header("Accept", "nonsense"))
		w.get(departures+"/"+m.movement, accept("3.0+json"))
		numbers := func(q client.ExchangeQuery) (found []uint64) {
			GinkgoHelper()
			list, err := c.Requests(ctx, q)
			Expect(err).NotTo(HaveOccurred())
			for _, x := range list.Requests {
				found = append(found, x.Number)
			}
			return found
		}
		Expect(numbers(client.ExchangeQuery{})).To(Equal([]uint64{4, 3, 2, 1}))
		Expect(numbers(client.ExchangeQuery{Limit: 2})).To(Equal([]uint64{4, 3}))
		Expect(numbers(client.ExchangeQuery{After: new(uint64(1)), Limit: 2})).To(Equal([]uint64{2, 3}))
		Expect(numbers(client.ExchangeQuery{Status: "4xx"})).To(Equal([]uint64{3}))
		Expect(numbers(client.ExchangeQuery{Status: "202"})).To(Equal([]uint64{1}))
		Expect(numbers(client.ExchangeQuery{EORI: stranger})).To(Equal([]uint64{2}))
		Expect(numbers(client.ExchangeQuery{Path: m.movement})).To(Equal([]uint64{4}))
		Expect(numbers(client.ExchangeQuery{Movement: m.movement})).To(Equal([]uint64{4, 1}))
		Expect(numbers(client.ExchangeQuery{Version: "3.0"})).To(Equal([]uint64{4}))
		Expect(numbers(client.ExchangeQuery{Method: "POST"})).To(Equal([]uint64{1}))
		Expect(numbers(client.ExchangeQuery{Refused: "false"})).To(Equal([]uint64{4, 2, 1}))
		Expect(numbers(client.ExchangeQuery{Check: client.CheckAccept})).To(Equal([]uint64{3}))
		for _, q := range []client.ExchangeQuery{{Status: "9xx"}, {Status: "4"}, {Refused: "maybe"}, {Limit: 1001}, {Wait: time.Hour}} {
			_, err := c.Requests(ctx, q)
			Expect(err).To(HaveField("Status", http.StatusBadRequest))
		}
		Expect(c.ForgetRequests(ctx)).To(Succeed())
		list, err := c.Requests(ctx, client.ExchangeQuery{})
		Expect(err).NotTo(HaveOccurred())
		Expect(list).To(Equal(client.Exchanges{Requests: []client.Exchange{}, Last: 4, Kept: 1000, Dropped: 4}))
		_, err = c.Request(ctx, 1)
		Expect(client.IsNotFound(err)).To(BeTrue())
		w.get(departures)
		Expect(numbers(client.ExchangeQuery{})).To(Equal([]uint64{5}))
	})

	It("counts the requests that were refused, by cause", func(ctx SpecContext) {
		w := newWorld()
		for range 3 {
			w.get(departures, without("Accept"))
		}
		w.get(departures, as(stranger), without("Accept"))
		w.post(departures, declaration("A"), header("Content-Type", "text/xml"))
		w.get(departures)
		found, err := client.Client{URL: w.url, HTTP: w.client}.Refusals(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Errors).To(HaveExactElements(
			And(HaveField("Count", 4), HaveField("Status", 406), HaveField("RefusedBy", client.CheckAccept), HaveField("First", uint64(1)),
				HaveField("Last", uint64(4)), HaveField("EORIs", []string{trader, stranger}), HaveField("Message", Not(BeEmpty()))),
			And(HaveField("Count", 1), HaveField("Status", 415)),
		))
	})

	It("waits for a request that fits, for a while, and no longer than the client does", func(ctx SpecContext) {
		w := newWorld()
		c := client.Client{URL: w.url, HTTP: w.client}
		came := make(chan client.Exchanges)
		go func() {
			defer GinkgoRecover()
			list, err := c.Requests(ctx, client.ExchangeQuery{Status: "415", Wait: time.Minute})
			Expect(err).NotTo(HaveOccurred())
			came <- list
		}()
		w.get(departures)
		Consistently(came, "50ms").ShouldNot(Receive())
		w.post(departures, declaration("A"), header("Content-Type", "text/xml"))
		Eventually(came).Should(Receive(HaveField("Requests", HaveLen(1))))

		Expect(c.Requests(ctx, client.ExchangeQuery{Status: "500", Wait: time.Millisecond})).To(HaveField("Requests", BeEmpty()))

		left, leave := context.WithCancel(ctx)
		gone := make(chan error)
		go func() {
			_, err := c.Requests(left, client.ExchangeQuery{Status: "500", Wait: time.Minute})
			gone <- err
		}()
		leave()
		Eventually(gone).Should(Receive(MatchError(context.Canceled)))
	})

	It("does not keep a shutdown waiting", func(ctx SpecContext) {
		w := newWorld()
		server := w.api.NewServer(w.api.Everything())
		url := w.serveBy(server)
		ended := make(chan client.Exchanges)
		go func() {
			defer GinkgoRecover()
			list, err := client.Client{URL: url, HTTP: w.client}.Requests(ctx, client.ExchangeQuery{Wait: time.Minute})
			Expect(err).NotTo(HaveOccurred())
			ended <- list
		}()
		Consistently(ended, "20ms").ShouldNot(Receive())
		w.api.Close()
		Eventually(ended).Should(Receive(HaveField("Requests", BeEmpty())))
	})

	It("says how large a body was of which it keeps the beginning, read or not", func() {
		w := newWorld()
		large := "<a>" + strings.Repeat("x", 200_000) + "</a>"
		for _, o := range []option{accept("2.1+json"), accept("2.1+xml")} {
			w.post(departures, large, o)
			x := w.logged()
			Expect(x.Request.Size).To(BeEquivalentTo(len(large)))
			Expect(x.Request.Body).To(Equal(large[:requestlog.MostKept]))
			Expect(x.Request.Left).NotTo(BeEmpty())
			Expect(x.Curl).To(ContainSubstring("--data-binary @BODY"))
		}
	})

	It("gives a command line that sends the request again", func() {
		w := newWorld()
		w.get(departures+"?count=1&token=abc", header("Gov-Test-Scenario", "it's"))
		Expect(w.logged().Curl).To(Equal("curl \"" + w.url + departures + "?count=1&token=$SECRET\" \\\n" +
			"  -H 'Accept: application/vnd.hmrc.2.1+json' \\\n  -H 'Authorization: Bearer " + trader + "' \\\n  -H 'Gov-Test-Scenario: it'\\''s'"))
	})

	It("keeps the calls of the control API out, and is empty when it is off", func(ctx SpecContext) {
		w := newWorld(deps(func(d *api.Deps) { d.RequestLog = 0 }))
		c := client.Client{URL: w.url, HTTP: w.client}
		w.get(departures)
		Expect(c.Info(ctx)).To(HaveField("Name", "nctsim"))
		Expect(c.Requests(ctx, client.ExchangeQuery{Wait: time.Millisecond})).To(Equal(client.Exchanges{Requests: []client.Exchange{}}))
		_, err := c.Request(ctx, 1)
		Expect(err).To(MatchError(ContainSubstring("the log of requests is off")))
		Expect(c.Refusals(ctx)).To(HaveField("Errors", BeEmpty()))
		Expect(c.ForgetRequests(ctx)).To(Succeed())
	})

	It("is bounded in number and in size", func() {
		l := requestlog.NewLog(3)
		for range 5 {
			l.Add(&requestlog.Exchange{})
		}
		page := l.Newest(10, func(*requestlog.Exchange) bool { return true })
		Expect(page.Found).To(HaveExactElements(HaveField("Number", uint64(5)), HaveField("Number", uint64(4)), HaveField("Number", uint64(3))))
		Expect(page.Dropped).To(BeEquivalentTo(2))
		Expect(l.Get(2)).To(BeNil())
		Expect(l.Get(3)).To(HaveField("Number", uint64(3)))
		Expect(l.Get(6)).To(BeNil())

		l = requestlog.NewLog(100_000)
		for range 1000 {
			l.Add(&requestlog.Exchange{Sent: requestlog.Content{Body: make([]byte, requestlog.MostKept)}})
		}
		page = l.Newest(1000, func(*requestlog.Exchange) bool { return true })
		Expect(len(page.Found)).To(BeNumerically("~", requestlog.MostBytes/requestlog.MostKept, 10))
	})
})
