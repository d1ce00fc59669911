package client

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

// phase4Message is an empty message of phase 4.
func phase4Message(root string) *message.Document {
	GinkgoHelper()
	b, err := message.New(simtest.Catalogue(), message.Phase4, root)
	Expect(err).NotTo(HaveOccurred())
	return b.Document()
}

var _ = Describe("A trader of API 1.0", func() {
	const messages = "/customs/transits/movements/arrivals/12/messages"

	DescribeTable("sends each message by the call that the API has for it:",
		func(root, to, method, path, named string) {
			r, err := phase4API{}.submission(Submission{Type: phase4Message(root).Type, Scenario: "P4-D01", Movement: to})
			Expect(err).NotTo(HaveOccurred())
			Expect([]string{r.Method, r.URL}).To(Equal([]string{method, path}))
			Expect(r.Header).To(HaveKeyWithValue("Content-Type", "application/xml"))
			Expect(r.Header).NotTo(HaveKey("Accept"), "API 1.0 is what answers without one")
			Expect(r.Header[ScenarioHeader]).To(Equal(named))
		},
		Entry("a declaration (D1)", "CC015B", "", "POST", "/customs/transits/movements/departures", "P4-D01"),
		Entry("an arrival notification (A1)", "CC007A", "", "POST", "/customs/transits/movements/arrivals", "P4-D01"),
		Entry("the same again (A3)", "CC007A", "12", "PUT", "/customs/transits/movements/arrivals/12", ""),
		Entry("unloading remarks (A5)", "CC044A", "12", "POST", "/customs/transits/movements/arrivals/12/messages", ""),
		Entry("a request for cancellation (D4)", "CC014A", "3", "POST", "/customs/transits/movements/departures/3/messages", ""),
	)
	DescribeTable("reads the answer to it",
		func(body, movementID string) {
			receipt, err := phase4API{}.receipt([]byte(body))
			Expect(err).NotTo(HaveOccurred())
			Expect(receipt).To(Equal(Receipt{Movement: movementID}), "the message is read back: the API changes what it keeps")
		},
		Entry("of a declaration", `{"_links":{"self":{"href":"/customs/transits/movements/departures/7"}},"departureId":"7","messageType":"IE015","body":"<CC015B/>"}`, "7"),
		Entry("of unloading remarks", `{"_links":{},"arrivalId":"12","messageId":"3","messageType":"IE044","body":"<CC044A/>"}`, "12"),
	)
	It("says what an answer without ids was", func() {
		_, err := phase4API{}.receipt([]byte("<html>"))
		Expect(err).To(MatchError("the answer names no movement: <html>"))
	})

	DescribeTable("reads with the one Accept header that the API takes:",
		func(r Request, path string) {
			Expect([]string{r.Method, r.URL, r.Header["Accept"]}).To(Equal([]string{"GET", path, "application/vnd.hmrc.1.0+json"}))
		},
		Entry("the messages of a movement", phase4API{}.page(messages, 1), "/customs/transits/movements/arrivals/12/messages"),
		Entry("a message", phase4API{}.body(messages, "3"), "/customs/transits/movements/arrivals/12/messages/3"),
	)
	It("looks at a movement and at all of them with the same", func() {
		var seen []string
		t := Trader{URL: "http://localhost", Phase: message.Phase4, Token: "GB1", Around: func(_ context.Context, call string, r Request) (Answer, error) {
			seen = append(seen, call, r.URL, r.Header["Accept"], r.Header["Authorization"])
			return Answer{Status: http.StatusOK}, nil
		}}
		for _, call := range []string{scenario.CallMovement, scenario.CallMovements} {
			Expect(t.Look(context.Background(), call, message.Arrival, "12")).To(Succeed())
		}
		const all = "http://localhost/customs/transits/movements/arrivals"
		Expect(seen).To(Equal([]string{
			scenario.CallMovement, all + "/12", "application/vnd.hmrc.1.0+json", "Bearer GB1",
			scenario.CallMovements, all, "application/vnd.hmrc.1.0+json", "Bearer GB1",
		}))
	})
	It("reads the list of messages, which is all of them and the oldest first", func() {
		page, total, err := phase4API{}.listed([]byte(`{"_links":{"self":{"href":"x"}},"_embedded":{"messages":[
			{"departureId":"1","messageId":"1","received":"2020-12-12T12:12:15","messageType":"IE015","body":"<CC015B/>"},
			{"departureId":"1","messageId":"2","received":"2020-12-12T12:12:16","messageType":"IE028","body":"<CC028A/>"}],"departure":{"id":"1"}}}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(total).To(Equal(2))
		Expect(page).To(Equal([]Listed{
			{ID: "1", Type: "IE015", Status: movement.Success, Received: time.Date(2020, 12, 12, 12, 12, 15, 0, time.UTC)},
			{ID: "2", Type: "IE028", Status: movement.Received, Received: time.Date(2020, 12, 12, 12, 12, 16, 0, time.UTC)},
		}))
	})
	It("does not take a time that the API does not write", func() {
		_, _, err := phase4API{}.listed([]byte(`{"_embedded":{"messages":[{"messageId":"1","received":"2020-12-12","messageType":"IE015"}]}}`))
		Expect(err).To(HaveOccurred())
	})
	It("reads the XML of a message out of the JSON around it", func() {
		body, err := phase4API{}.xml([]byte(`{"messageId":"2","body":"<CC028A><a>\u00e9 &lt;</a></CC028A>"}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(body)).To(Equal("<CC028A><a>é &lt;</a></CC028A>"))
	})
	It("finds the simulator's records by the numbers of the messages", func() {
		m := MovementDetail{Movement: Movement{Phase: message.Phase4}, Records: []Record{{ID: "aa"}, {ID: "bb"}}}
		id, there := m.RecordOf("2")
		Expect([]any{id, there}).To(Equal([]any{"bb", true}))
		Expect(m.KnownAs("bb")).To(Equal("2"))
		for _, unknown := range []string{"0", "3", "x"} {
			_, there := m.RecordOf(unknown)
			Expect(there).To(BeFalse(), unknown)
		}
	})
})

var _ = Describe("A movement that a trader knows by its number", func() {
	// serving answers lists of movements, a hundred at a time, and each movement.
	serving := func(views ...string) Client {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if id, one := strings.CutPrefix(r.URL.Path, movementsPath+"/"); one {
				_, _ = w.Write([]byte(`{"id":"` + id + `","wireId":"7","type":"departure","phase":4,"records":[{"id":"m1"}]}`))
				return
			}
			skip, _ := strconv.Atoi(r.URL.Query().Get("skip"))
			page := views[min(skip, len(views)):min(skip+knownPage, len(views))]
			_, _ = w.Write([]byte(`{"movements":[` + strings.Join(page, ",") + `]}`))
		}))
		DeferCleanup(server.Close)
		return Client{URL: server.URL, HTTP: server.Client()}
	}
	find := func(c Client, id string) (MovementDetail, error) {
		return c.Known(context.Background(), message.Phase4, message.Departure, id)
	}

	It("is looked up in the control API, among those of phase 4", func() {
		s, err := find(serving(`{"id":"aa","wireId":"7","phase":5}`, `{"id":"bb","wireId":"7","phase":4}`), "7")
		Expect(err).NotTo(HaveOccurred())
		Expect(s.ID).To(Equal("bb"))
		Expect(s.WireID).To(Equal("7"))
		Expect(s.Records).To(HaveLen(1))
	})
	It("is found on a later page", func() {
		var views []string
		for i := range knownPage + 3 {
			views = append(views, `{"id":"x`+strconv.Itoa(i)+`","wireId":"`+strconv.Itoa(500-i)+`","phase":4}`)
		}
		s, err := find(serving(views...), strconv.Itoa(500-knownPage-1))
		Expect(err).NotTo(HaveOccurred())
		Expect(s.ID).To(Equal("x" + strconv.Itoa(knownPage+1)))
	})
	It("is missed where another simulator is asked", func() {
		_, err := find(serving(), "7")
		Expect(err).To(MatchError(MatchRegexp("^the control API at http://.* knows no departure 7 of API 1.0; hint: is it the control API of the same simulator\\?$")))
	})
})
