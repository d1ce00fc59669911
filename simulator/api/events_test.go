package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/control"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
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
				if e.id != "" {
					events <- e
				}
				e = event{}
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

	It("do not begin behind something that is no id", func() {
		w := newWorld()
		w.control("GET", "/events?after=x", "").problem(400, "BAD_REQUEST")
		w.control("GET", "/events", "", header("Last-Event-Id", "-1")).problem(400, "BAD_REQUEST")
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
		other, err := api.New(api.Deps{Engine: w.engine, Store: w.store, Clock: w.clock, Catalogue: simtest.Catalogue(), Office: w.api.Office})
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
