package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/movement"
)

// event is a server-sent event.
type event struct{ id, name, data string }

// listen opens the stream of events and hands them out as they come.
func (w *world) listen(query string, options ...option) (<-chan event, func()) {
	GinkgoHelper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, "GET", w.url+v1+"/events"+query, nil)
	Expect(err).NotTo(HaveOccurred())
	for _, o := range options {
		o(request)
	}
	response, err := w.client.Do(request) //nolint:bodyclose // the goroutine below closes it
	Expect(err).NotTo(HaveOccurred())
	Expect(response.StatusCode).To(Equal(200))
	Expect(response.Header.Get("Content-Type")).To(Equal("text/event-stream"))
	events := make(chan event, 1000)
	go func() {
		defer close(events)
		defer response.Body.Close()
		var e event
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			key, value, _ := strings.Cut(lines.Text(), ": ")
			switch key {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
			case "":
				if e.data != "" {
					events <- e
				}
				e = event{id: e.id}
			}
		}
	}()
	DeferCleanup(func() {
		cancel()
		Eventually(events).Should(BeClosed())
	})
	return events, cancel
}

var _ = Describe("Events", func() {
	It("are what enters any journal, from now on, with their number as id", func() {
		w := newWorld(profile("fast"))
		w.declare("LRN-0001")
		w.settle()
		events, _ := w.listen("")
		id := w.declare("LRN-0002").movement
		w.settle()
		for number := 0; number < 3; number++ {
			var e event
			Eventually(events).Should(Receive(&e))
			var entry movement.Entry
			Expect(json.Unmarshal([]byte(e.data), &entry)).To(Succeed())
			Expect(entry.Movement).To(Equal(id))
			Expect(e.id).To(Equal(fmt.Sprint(entry.Number)))
			Expect(e.name).To(Equal(string(entry.Kind)))
		}
	})

	It("go on behind the last one received, without a gap", func() {
		w := newWorld(profile("fast"))
		w.declare("LRN-0001")
		w.settle()
		all, stop := w.listen("?after=0")
		var first, second event
		Eventually(all).Should(Receive(&first))
		Eventually(all).Should(Receive(&second))
		Expect(first.id).To(Equal("1"))
		Expect(second.id).To(Equal("2"))
		stop()
		rest, _ := w.listen("", header("Last-Event-Id", first.id))
		var again event
		Eventually(rest).Should(Receive(&again))
		Expect(again).To(Equal(second))
	})

	It("begin with the id to come back with, before there is any event", func() {
		w := newWorld(identity("quay"))
		w.declare("LRN-0001")
		w.settle()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, "GET", w.url+v1+"/events", nil)
		Expect(err).NotTo(HaveOccurred())
		response, err := w.client.Do(request)
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		first := make([]byte, 100)
		n, err := response.Body.Read(first)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(first[:n])).To(Equal(fmt.Sprintf("retry: 1000\nid: %d-quay\n\n", w.engine.LastEntry())))
	})

	It("go on behind the last one over a reset, of which they tell", func() {
		w := newWorld(identity("quay"))
		w.declare("LRN-0001")
		w.settle()
		events, stop := w.listen("?after=0")
		var e event
		Eventually(events).Should(Receive(&e))
		Expect(e.id).To(Equal("1-quay"))
		stop()
		w.control("POST", "/reset", "")
		rest, _ := w.listen("", header("Last-Event-Id", e.id))
		Eventually(rest).Should(Receive(&e))
		Expect(e.name).To(Equal("reset"))
	})

	DescribeTable("begin anew for who comes back with an id that this store has not given",
		func(id string) {
			w := newWorld(identity("quay"))
			w.declare("LRN-0001")
			w.settle()
			events, _ := w.listen("", header("Last-Event-Id", id))
			var e event
			Eventually(events).Should(Receive(&e))
			Expect(e.id).To(Equal("0-quay"))
			Expect(e.name).To(Equal("reset"))
			Eventually(events).Should(Receive(&e))
			Expect(e.id).To(Equal("1-quay"))
		},
		Entry("of another store", "2-harbour"),
		Entry("that is still to come", "1000000-quay"),
		Entry("that is still to come, without a store", "1000000"),
	)

	It("tell of the clock, the library, boxes, and what is removed, with the movement", func() {
		w := newWorld(withScenarios())
		id := w.declare("LRN-0001").movement
		w.settle()
		events, _ := w.listen("")
		next := func() movement.Entry {
			GinkgoHelper()
			var e event
			Eventually(events).Should(Receive(&e))
			var entry movement.Entry
			Expect(json.Unmarshal([]byte(e.data), &entry)).To(Succeed())
			Expect(e.name).To(Equal(string(entry.Kind)))
			return entry
		}
		expectText := func(kind movement.EntryKind, text string) {
			GinkgoHelper()
			e := next()
			Expect(e.Kind).To(Equal(kind))
			Expect(e.Text).To(MatchRegexp("^" + text + "$"))
			Expect(e.At).To(Equal(w.clock.Now()))
		}
		w.control("PUT", "/scenarios/MINE", "id: MINE\ntitle: mine\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n").decoded(201)
		expectText(movement.EntryScenarios, "scenario MINE was put into the library")
		w.control("DELETE", "/scenarios/MINE", "")
		expectText(movement.EntryScenarios, "scenario MINE was taken out of the library")
		made := w.control("PUT", "/boxes", `{"clientId":"me","apiVersion":"2.1","pushSecret":"hush"}`).decoded(200)
		expectText(movement.EntryBoxes, "box "+made["boxId"].(string)+" was made")
		w.control("PUT", "/boxes", `{"clientId":"me","apiVersion":"2.1","pushSecret":"other"}`).decoded(200)
		expectText(movement.EntryBoxes, "box .* has a new client secret")
		w.control("PUT", "/boxes", `{"clientId":"me","apiVersion":"2.1","callbackUrl":""}`).decoded(200)
		expectText(movement.EntryBoxes, "box .* has no callback any more")
		w.control("DELETE", "/boxes/"+made["boxId"].(string), "")
		expectText(movement.EntryBoxes, "box .* was removed")
		w.control("POST", "/clock/advance", `{"by":"1m"}`).decoded(200)
		expectText(movement.EntryClock, "the clock is manual at 2026-03-02T09:16:01.459Z")
		w.control("DELETE", "/movements/"+id, "")
		expectText(movement.EntryRemoved, "departure with LRN LRN-0001 removed")
		w.control("POST", "/reset", "")
		expectText(movement.EntryReset, "all movements removed")
	})

	It("do not begin behind something that is not an id", func() {
		w := newWorld()
		w.control("GET", "/events?after=x", "").problem(400, "BAD_REQUEST")
		w.control("GET", "/events", "", header("Last-Event-Id", "-1")).problem(400, "BAD_REQUEST")
		w.control("GET", "/events?after=1-", "").problem(400, "BAD_REQUEST")
	})

	It("end when the API closes", func() {
		w := newWorld()
		events, _ := w.listen("")
		w.api.Close()
		Eventually(events).Should(BeClosed())
	})
})

var _ = Describe("Metrics", func() {
	It("count requests by route and status, messages by type, bugs and waiting events", func() {
		metrics := control.NewMetrics()
		w := newWorld(profile("fast"), deps(func(d *api.Deps) { d.Metrics = metrics }))
		id := w.declare("LRN-0001").movement
		w.settle()
		w.get(departures + "/" + id)
		w.get(departures + "/" + someID)
		w.get("/nothing")
		metrics.Bug(errors.New("mistake"))
		text := w.get("/metrics").Body
		Expect(text).To(ContainSubstring(`nctsim_http_requests_total{route="POST /customs/transits/movements/{kind:departures|arrivals}",status="202"} 1`))
		Expect(text).To(ContainSubstring(`nctsim_http_requests_total{route="GET /customs/transits/movements/{kind:departures|arrivals}/{movement}",status="404"} 1`))
		Expect(text).To(ContainSubstring(`nctsim_http_requests_total{route="unknown",status="404"} 1`))
		Expect(text).To(ContainSubstring(`nctsim_messages_stored_total{type="IE015"} 1`))
		Expect(text).To(ContainSubstring(`nctsim_messages_stored_total{type="IE928"} 1`))
		Expect(text).To(ContainSubstring("nctsim_composed_invalid_total 1"))
		Expect(text).To(ContainSubstring("nctsim_events_waiting 0"))
		Expect(text).To(ContainSubstring("nctsim_movements 1"))
	})

	It("are written in the text format of Prometheus, by name and by label", func() {
		metrics := control.NewMetrics()
		w := newWorld(deps(func(d *api.Deps) { d.Metrics = metrics }))
		metrics.Request(`POST "\`, 202)
		metrics.Request("GET /b", 404)
		metrics.Request("GET /b", 200)
		metrics.Damaged()
		res := w.get("/metrics")
		Expect(res.Header.Get("Content-Type")).To(Equal("text/plain; version=0.0.4; charset=utf-8; escaping=underscores"))
		Expect(regexp.MustCompile(`nctsim_goroutines [1-9]\d*`).ReplaceAllString(res.Body, "nctsim_goroutines N")).To(Equal(
			`# HELP nctsim_composed_invalid_total Messages that the simulator composed and that failed their own schema, and other mistakes of its own. Should be 0.
# TYPE nctsim_composed_invalid_total counter
nctsim_composed_invalid_total 0
# HELP nctsim_damaged_records_total Records of the store that cannot be read and are left out of lists. Should be 0.
# TYPE nctsim_damaged_records_total counter
nctsim_damaged_records_total 1
# HELP nctsim_events_waiting Events that the office has not handled yet.
# TYPE nctsim_events_waiting gauge
nctsim_events_waiting 0
# HELP nctsim_goroutines Goroutines of the process.
# TYPE nctsim_goroutines gauge
nctsim_goroutines N
# HELP nctsim_http_requests_total Requests answered, by route and status.
# TYPE nctsim_http_requests_total counter
nctsim_http_requests_total{route="GET /b",status="200"} 1
nctsim_http_requests_total{route="GET /b",status="404"} 1
nctsim_http_requests_total{route="POST \"\\",status="202"} 1
# HELP nctsim_movements Movements in the store.
# TYPE nctsim_movements gauge
nctsim_movements 0
`))
	})

	It("go on counting over a reset, and count nothing twice", func() {
		w := newWorld()
		w.declare("LRN-0001")
		w.declare("LRN-0002")
		w.control("POST", "/reset", "")
		w.declare("LRN-0003")
		for range 2 {
			Expect(w.get("/metrics").Body).To(ContainSubstring(`nctsim_messages_stored_total{type="IE015"} 3`))
		}
	})

	It("begin at zero over a store that has messages", func() {
		w := newWorld()
		w.declare("LRN-0001")
		again := w.api.Deps
		again.Metrics = control.NewMetrics()
		other, err := api.New(again)
		Expect(err).NotTo(HaveOccurred())
		url := w.serve(other.Everything())
		w.declare("LRN-0002")
		Expect(w.doAt(url, "GET", "/metrics", "").Body).To(ContainSubstring(`nctsim_messages_stored_total{type="IE015"} 1`))
	})
})

var _ = Describe("A slow control call", func() {
	It("outlives the time that clients have to send their requests", func() {
		w := newWorld(profile("fast"))
		server := w.api.NewServer(w.api.Everything())
		server.ReadTimeout = 50 * time.Millisecond
		w.url = w.serveBy(server)
		events, _ := w.listen("")
		Consistently(events, 4*server.ReadTimeout).ShouldNot(BeClosed())
		w.declare("LRN-0001")
		Eventually(events).Should(Receive())
	})
})
