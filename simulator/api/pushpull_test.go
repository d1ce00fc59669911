package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
)

const (
	boxes = "/misc/push-pull-notification/box"
	ppns  = "application/vnd.hmrc.1.0+json"
)

// boxed calls the push-pull notifications API.
func (w *world) boxed(method, path, body string, options ...option) answer {
	GinkgoHelper()
	return w.do(method, boxes+path, body, append([]option{header("Accept", ppns), header("Content-Type", jsonType)}, options...)...)
}

// notified declares something of a client with a box; the office sends IE928 and more.
func notified(change ...func(*settings)) (w *world, b boxOf, id ids) {
	GinkgoHelper()
	w = newWorld(append([]func(*settings){profile("trader-test")}, change...)...)
	b = w.makeBox(trader, "2.1")
	id = w.declare("LRN-0001")
	w.settle()
	return w, b, id
}

// wrapper is a notification in a list.
type wrapper struct {
	ID      string `json:"notificationId"`
	Message string `json:"message"`
	Status  string `json:"status"`
}

func (w *world) listed(box, query string) (list []wrapper) {
	GinkgoHelper()
	a := w.boxed("GET", "/"+box+"/notifications"+query, "")
	Expect(a.Status).To(Equal(200), a.Body)
	Expect(json.Unmarshal([]byte(a.Body), &list)).To(Succeed())
	return list
}

// no compares an answer with an error body of the API, in which the code comes first.
func (a answer) no(status int, code, text string) {
	GinkgoHelper()
	a.is(status, fmt.Sprintf(`{"code":%q,"message":%q}`, code, text))
}

var _ = Describe("Reading notifications", func() {
	It("gives them wrapped, the oldest first, with their status", func() {
		w, b, id := notified()
		list := w.listed(b.ID, "")
		Expect(len(list)).To(BeNumerically(">", 1))
		text, err := notify.JSON(list[0].Message)
		Expect(err).NotTo(HaveOccurred())
		one := fmt.Sprintf(`{"notificationId":%q,"boxId":%q,"messageContentType":"application/json","message":%s,`+
			`"status":"PENDING","createdDateTime":"2026-03-02T09:15:01.459+0000"}`, list[0].ID, b.ID, text)
		w.boxed("GET", "/"+b.ID+"/notifications?count=1", "").is(200, "["+one+"]")
		Expect(list[0].Message).To(HavePrefix(`{"messageUri":"/customs/transits/movements/departures/` + id.movement + `/messages/`))
		Expect(list[0].Message).To(ContainSubstring(`"notificationType":"MESSAGE_RECEIVED"`))
		Expect(list[0].Message).To(ContainSubstring(`"enrollmentEORINumber":"` + trader + `","departureId":"` + id.movement + `","messageType":"IE928","messageBody":"<ncts:CC928C`))
	})

	It("leads to the message that it speaks of", func() {
		w, b, _ := notified()
		var said struct{ MessageURI, MessageBody string }
		Expect(json.Unmarshal([]byte(w.listed(b.ID, "")[0].Message), &said)).To(Succeed())
		Expect(w.get(said.MessageURI+"/body", accept("2.1+xml")).Body).To(Equal(said.MessageBody))
	})

	It("has the message in it, though the box does not hold a copy, as long as the movement is there", func() {
		w, b, id := notified()
		Expect(w.store.View(func(tx *store.Tx) error {
			held, err := tx.Notifications(store.NotificationQuery{Box: b.ID})
			Expect(held).NotTo(BeEmpty())
			for _, n := range held {
				Expect(n.Text).NotTo(ContainSubstring("messageBody"))
			}
			return err
		})).To(Succeed())
		first := w.listed(b.ID, "")[0]
		var told struct{ MessageURI, MessageBody string }
		Expect(json.Unmarshal([]byte(first.Message), &told)).To(Succeed())
		Expect(w.get(told.MessageURI+"/body", accept("2.1+xml")).Body).To(Equal(told.MessageBody))
		Expect(w.do("DELETE", "/simulator/v1/movements/"+id.movement, "").Status).To(Equal(204))
		for _, left := range w.listed(b.ID, "") {
			Expect(left.Message).NotTo(ContainSubstring("messageBody"))
			Expect(json.Valid([]byte(left.Message))).To(BeTrue())
		}
	})
	It("is an empty list for an empty box", func() {
		w := newWorld()
		w.boxed("GET", "/"+w.makeBox(trader, "2.1").ID+"/notifications", "").is(200, "[]")
	})

	It("filters by status, in any case, and by dates with both bounds included", func() {
		w, b, _ := notified()
		all := len(w.listed(b.ID, ""))
		Expect(w.listed(b.ID, "?status=pending")).To(HaveLen(all))
		Expect(w.listed(b.ID, "?status=Acknowledged")).To(BeEmpty())
		Expect(w.listed(b.ID, "?fromDate=2026-03-02")).To(HaveLen(all))
		Expect(w.listed(b.ID, "?fromDate=2026-03-02T09:15:01.459Z")).To(HaveLen(all))
		for _, zone := range []string{"01:00", "0100"} {
			Expect(w.listed(b.ID, "?fromDate=2026-03-02T10:15:01.459%2B"+zone+"&toDate=2026-03-03")).To(HaveLen(all))
		}
		Expect(w.listed(strings.ToUpper(b.ID), "")).To(HaveLen(all), "the id of a box in any case")
		Expect(w.listed(b.ID, "?fromDate=2026-03-02T09:15:01.460")).To(BeEmpty())
		Expect(w.listed(b.ID, "?toDate=2026-03-02T09:15:01")).To(BeEmpty())
	})

	It("gives 100 if nobody asks for another number", func() {
		w := newWorld()
		b := w.makeBox(trader, "2.1")
		id := w.declare("LRN-0001")
		Expect(w.store.Update(context.Background(), func(tx *store.Tx) error {
			for i := range 101 {
				n := movement.Notification{ID: fmt.Sprint(i), Box: b.ID, Movement: id.movement, Created: start, Status: movement.NotificationPending, Text: "{}"}
				if err := tx.AddNotification(&n); err != nil {
					return err
				}
			}
			return nil
		})).To(Succeed())
		Expect(w.listed(b.ID, "")).To(HaveLen(100))
		Expect(w.listed(b.ID, "?count=101")).To(HaveLen(101))
	})

	DescribeTable("refuses a query",
		func(query, code, text string) {
			w := newWorld()
			w.boxed("GET", "/"+w.makeBox(trader, "2.1").ID+"/notifications?"+query, "").no(400, code, text)
		},
		Entry("with an unknown parameter", "page=1", "INVALID_REQUEST_PAYLOAD", "Invalid / Unknown query parameter provided"),
		Entry("with an unknown status", "status=READ", "INVALID_REQUEST_PAYLOAD", "Invalid Status parameter provided"),
		Entry("with a count that is not a number", "count=x", "INVALID_REQUEST_PAYLOAD", "Invalid Count parameter provided"),
		Entry("with a count of nothing", "count=0", "INVALID_REQUEST_PAYLOAD", "Invalid Count parameter provided"),
		Entry("with a date that is none", "fromDate=yesterday", "INVALID_REQUEST_PAYLOAD", "Unparsable DateValue Param provided"),
		Entry("with an empty date", "toDate=", "INVALID_REQUEST_PAYLOAD", "Unparsable DateValue Param provided"),
		Entry("with dates in the wrong order", "fromDate=2026-03-03&toDate=2026-03-02", "BAD_REQUEST", "fromDate parameter is before toDateParameter"),
		Entry("with equal dates", "fromDate=2026-03-03&toDate=2026-03-03", "BAD_REQUEST", "fromDate parameter is before toDateParameter"),
	)
})

var _ = Describe("The push-pull notifications API", func() {
	It("checks Accept, the box's id, whether the box is there, and whose it is, in this order", func() {
		w := newWorld()
		b := w.makeBox(trader, "2.1")
		other := w.makeBox(stranger, "2.1")
		for _, call := range []struct{ method, path, body string }{
			{"GET", "/notifications", ""},
			{"PUT", "/notifications/acknowledge", `{"notificationIds":["` + b.ID + `"]}`},
			{"PUT", "/callback", `{"clientId":"x","callbackUrl":""}`},
		} {
			for _, value := range []string{"application/json", ppns + ";charset=utf-8", "application/vnd.hmrc.2.1+json", "*/*"} {
				w.boxed(call.method, "/not-a-box"+call.path, call.body, header("Accept", value)).no(406, "ACCEPT_HEADER_INVALID", "The accept header is missing or invalid")
			}
			w.boxed(call.method, "/not-a-box"+call.path, call.body).no(400, "BAD_REQUEST", "Box ID is not a UUID")
			w.boxed(call.method, "/11111111-2222-4333-8444-555555555555"+call.path, call.body).no(404, "BOX_NOT_FOUND", "Box not found")
			w.boxed(call.method, "/"+other.ID+call.path, call.body).no(403, "FORBIDDEN", "Access denied")
			if call.method == "PUT" {
				w.boxed(call.method, "/"+b.ID+call.path, call.body, header("Content-Type", "text/plain")).no(415, "BAD_REQUEST", "Expecting text/json or application/json body")
			}
		}
	})

	It("leaves tokens to the platform, and needs a client without it", func() {
		w := newWorld()
		w.boxed("GET", "", "", without("Authorization")).no(401, "MISSING_CREDENTIALS", "Authentication information is not provided")
		bare := newWorld(deps(func(d *api.Deps) { d.Platform = setting.Off }))
		bare.boxed("GET", "", "").no(401, "UNAUTHORISED", "Unable to retrieve ClientId")
		bare.boxed("GET", "", "", header("X-Client-Id", "me")).is(200, "[]")
	})

	It("believes nobody behind the platform who says which client it is", func() {
		w, b, _ := notified()
		claiming := header("X-Client-Id", platform.ClientID(trader))
		w.boxed("GET", "/"+b.ID+"/notifications", "", as("another-token"), claiming).no(403, "FORBIDDEN", "Access denied")
		w.boxed("PUT", "/"+b.ID+"/callback", fmt.Sprintf(`{"clientId":%q,"callbackUrl":""}`, b.ClientID), as("another-token"), claiming).no(403, "FORBIDDEN", "Access denied")
		w.boxed("PUT", "/"+b.ID+"/notifications/acknowledge", `{"notificationIds":["`+b.ID+`"]}`, as("another-token"), claiming).no(403, "FORBIDDEN", "Access denied")
		w.boxed("GET", "", "", as("another-token"), claiming).is(200, "[]")
		w.get1("/customs/transits/movements/push-pull-notifications/box", as("another-token"), claiming, without("Accept")).
			is(404, `{"statusCode":404,"message":"No box found for your client id","code":"CLIENT_ERROR"}`)
		Expect(w.post(departures, declaration("LRN-0002"), as("another-token"), claiming).Body).NotTo(ContainSubstring("boxId"))
	})

	It("lets an application read its box with another token than that of a trader, if the token file says that both are its own", func() {
		w, b, _ := notified(deps(func(d *api.Deps) {
			d.FixedTokens = map[string]platform.Grant{
				"application": {EORI: fallback, ClientID: "my-app"}, trader: {EORI: trader, ClientID: "my-app"},
			}
		}))
		Expect(b.ClientID).To(Equal("my-app"))
		Expect(w.listed(b.ID, "")).NotTo(BeEmpty())
		Expect(w.boxed("GET", "/"+b.ID+"/notifications", "", as("application")).Status).To(Equal(200))
		w.boxed("GET", "/"+b.ID+"/notifications", "", as("another")).no(403, "FORBIDDEN", "Access denied")
	})

	It("lists the boxes of the caller", func() {
		w := newWorld()
		b := w.makeBox(trader, "1.0")
		w.makeBox(stranger, "1.0")
		w.boxed("GET", "", "").is(200, fmt.Sprintf(`[{"boxId":%q,"boxName":"customs/transits##1.0##notificationUrl","boxCreator":{"clientId":%q}}]`, b.ID, b.ClientID))
	})
})

var _ = Describe("Acknowledging notifications", func() {
	It("takes them out of the list of those that are pending", func() {
		w, b, id := notified()
		list := w.listed(b.ID, "")
		response := w.boxed("PUT", "/"+b.ID+"/notifications/acknowledge", `{"notificationIds":["`+list[0].ID+`","11111111-2222-4333-8444-555555555555"]}`)
		Expect(response.Status).To(Equal(204))
		Expect(response.Body).To(BeEmpty())
		Expect(w.listed(b.ID, "?status=ACKNOWLEDGED")).To(HaveExactElements(HaveField("ID", list[0].ID)))
		Expect(w.listed(b.ID, "?status=PENDING")).To(HaveLen(len(list) - 1))
		Expect(w.control("GET", "/movements/"+id.movement, "").Body).To(ContainSubstring("notification of IE928 acknowledged"))
	})

	It("takes a hundred ids at once, and passes over those that are not in the box", func() {
		w := newWorld()
		body := `{"notificationIds":["` + strings.Join(manyIDs(100), `","`) + `"]}`
		Expect(w.boxed("PUT", "/"+w.makeBox(trader, "2.1").ID+"/notifications/acknowledge", body).Status).To(Equal(204))
	})

	DescribeTable("refuses what is not a list of 1 to 100 distinct ids:",
		func(body string) {
			w := newWorld()
			w.boxed("PUT", "/"+w.makeBox(trader, "2.1").ID+"/notifications/acknowledge", body).
				no(400, "INVALID_REQUEST_PAYLOAD", "JSON body is invalid against expected format")
		},
		Entry("no JSON", `notificationIds`),
		Entry("nothing", `{}`),
		Entry("an empty list", `{"notificationIds":[]}`),
		Entry("something else", `{"notificationIds":["1"]}`),
		Entry("one twice", `{"notificationIds":["11111111-2222-4333-8444-aaaaaaaaaaaa","11111111-2222-4333-8444-AAAAAAAAAAAA"]}`),
		Entry("too many", `{"notificationIds":["`+strings.Join(manyIDs(101), `","`)+`"]}`),
		Entry("far too long a body", `{"notificationIds":["11111111-2222-4333-8444-555555555555"]`+strings.Repeat(" ", 100<<10)+`}`),
	)
})

func manyIDs(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("11111111-2222-4333-8444-%012d", i))
	}
	return all
}

// listener is a trader's software behind a callback URL.
type listener struct {
	*httptest.Server
	mu   sync.Mutex
	got  []string
	says string
	// hold keeps answers back until it is closed; nil for no delay.
	hold <-chan struct{}
}

func (l *listener) will(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func newListener() *listener {
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		if r.Method == http.MethodGet {
			fmt.Fprintf(w, `{"challenge":%q}`, l.says+r.URL.Query().Get("challenge"))
			return
		}
		l.got = append(l.got, string(body))
		if hold := l.hold; hold != nil {
			l.mu.Unlock()
			defer l.mu.Lock()
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		}
	}))
	DeferCleanup(l.Server.Close)
	return l
}

func (l *listener) heard() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.got...)
}

var _ = Describe("Setting a callback URL", func() {
	order := func(client, url string) string { return fmt.Sprintf(`{"clientId":%q,"callbackUrl":%q}`, client, url) }

	It("has notifications sent there", func() {
		w := newWorld(profile("trader-test"))
		l, b := newListener(), w.makeBox(trader, "2.1")
		w.boxed("PUT", "/"+b.ID+"/callback", order(b.ClientID, l.URL)).is(200, `{"successful":true}`)
		w.boxed("GET", "", "").is(200, fmt.Sprintf(`[{"boxId":%q,"boxName":"customs/transits##2.1##notificationUrl","boxCreator":{"clientId":%q},`+
			`"subscriber":{"callBackUrl":%q,"subscribedDateTime":"2026-03-02T09:15:01.459+0000","subscriptionType":"API_PUSH_SUBSCRIBER"}}]`, b.ID, b.ClientID, l.URL))
		w.declare("LRN-0001")
		w.settle()
		Eventually(func() []wrapper { return w.listed(b.ID, "?status=PENDING") }).Should(BeEmpty())
		list := w.listed(b.ID, "")
		Expect(list).To(HaveLen(len(l.heard())))
		Expect(l.heard()[0]).To(ContainSubstring(list[0].ID))
	})

	It("fails in HMRC's words if the challenge is not met", func() {
		w := newWorld()
		l, b := newListener(), w.makeBox(trader, "2.1")
		l.says = "not "
		w.boxed("PUT", "/"+b.ID+"/callback", order(b.ClientID, l.URL)).is(200, `{"successful":false,"errorMessage":"Invalid callback URL. Check the information you have provided is correct."}`)
	})

	It("says which setting stands in the way, if one does", func() {
		w := newWorld()
		b := w.makeBox(trader, "2.1")
		w.boxed("PUT", "/"+b.ID+"/callback", order(b.ClientID, "https://192.0.2.1/")).is(200, `{"successful":false,"errorMessage":"Invalid callback URL. `+
			`Check the information you have provided is correct. 192.0.2.1:443: callbacks are not allowed there; hint: --callbacks names where they may go"}`)
	})

	It("needs the client id of the box, and both keys", func() {
		w := newWorld()
		b := w.makeBox(trader, "2.1")
		w.boxed("PUT", "/"+b.ID+"/callback", order("another", "https://example.org")).no(401, "UNAUTHORISED", "Client Id did not match")
		for _, body := range []string{"", "{}", `{"clientId":"x"}`, `{"callbackUrl":"x"}`, `[]`} {
			w.boxed("PUT", "/"+b.ID+"/callback", body).no(400, "INVALID_REQUEST_PAYLOAD", "JSON body is invalid against expected format")
		}
	})
})

var _ = Describe("A subscriber who is not there", func() {
	It("is tried again as the clock is moved on, and the journal says so", func() {
		w := newWorld(profile("trader-test"))
		l, b := newListener(), w.makeBox(trader, "2.1")
		w.boxed("PUT", "/"+b.ID+"/callback", fmt.Sprintf(`{"clientId":%q,"callbackUrl":%q}`, b.ClientID, l.URL)).is(200, `{"successful":true}`)
		l.Server.Close()
		id := w.declare("LRN-0001")
		w.settle()
		for range 12 { // at each, the clock waits for subscribers for a while only; a busy machine is slower than that in 72 attempts
			w.control("POST", "/clock/advance", `{"by":"30m"}`).decoded(200)
		}
		Expect(w.listed(b.ID, "?status=FAILED")).NotTo(BeEmpty())
		var m struct {
			Journal []struct{ Kind, Text, Why string }
		}
		Expect(json.Unmarshal([]byte(w.control("GET", "/movements/"+id.movement, "").Body), &m)).To(Succeed())
		var why []string
		for _, e := range m.Journal {
			if e.Kind == "notification" && strings.Contains(e.Text, "IE928 did not get through to "+l.URL) {
				why = append(why, e.Why)
			}
		}
		Expect(why).To(Equal([]string{
			"attempt 1; only status 200 counts, it is sent again every 5 minutes",
			"attempt 73; it is older than 6 hours and counts as FAILED",
		}))
	})
})

var _ = Describe("A subscriber who never answers", func() {
	It("holds up neither the office nor the clock", func() {
		w := newWorld(profile("trader-test"))
		l, b := newListener(), w.makeBox(trader, "2.1")
		w.boxed("PUT", "/"+b.ID+"/callback", fmt.Sprintf(`{"clientId":%q,"callbackUrl":%q}`, b.ClientID, l.URL)).is(200, `{"successful":true}`)
		forget := make(chan struct{})
		defer close(forget)
		l.will(func() { l.hold = forget })
		w.declare("LRN-0001")
		w.settle()
		w.control("POST", "/clock/advance", `{"by":"48h"}`).decoded(200)
		Expect(w.clock.Now()).To(Equal(start.Add(48 * time.Hour)))
		Expect(w.listed(b.ID, "?status=ACKNOWLEDGED")).To(BeEmpty())
	})
})

var _ = Describe("Notifications of API 1.0", func() {
	It("go to the box that D1 shows, and N1 too, with the numbers of movement and message", func() {
		w := newWorld()
		b := w.makeBox(trader, "1.0")
		w.get("/customs/transits/movements/push-pull-notifications/box", without("Accept")).is(200,
			fmt.Sprintf(`{"boxId":%q,"boxName":"customs/transits##1.0##notificationUrl","_links":{"self":{"href":"/customs/transits/movements/push-pull-notifications/box"}}}`, b.ID))
		created := w.post(departures, fixture("phase4/valid/ie015-simplified-gb-xi.xml"), without("Accept"))
		Expect(created.Status).To(Equal(202), created.Body)
		Expect(created.Body).To(HaveSuffix(fmt.Sprintf(`"_embedded":{"notifications":{"requestId":"/customs/transits/movements/departures/1",`+
			`"boxId":%q,"boxName":"customs/transits##1.0##notificationUrl"}}}`, b.ID)))
		injected := w.post("/test"+departures+"/1/messages", `{"message":{"messageType":"IE028"}}`, without("Accept"), header("Content-Type", jsonType))
		Expect(injected.Status).To(Equal(201), injected.Body)
		var shown struct{ Body string }
		Expect(json.Unmarshal([]byte(injected.Body), &shown)).To(Succeed())
		body, err := notify.JSON(shown.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.listed(b.ID, "")).To(HaveExactElements(HaveField("Message",
			`{"messageUri":"/customs/transits/movements/departures/1/messages/2","requestId":"/customs/transits/movements/departures/1",`+
				`"customerId":"`+trader+`","departureId":"1","messageId":2,"received":"2026-03-02T09:15:00","messageType":"IE028","messageBody":`+string(body)+`}`)))
	})
})
