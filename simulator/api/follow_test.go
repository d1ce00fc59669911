package api_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/tier"
)

// follower keeps a list of movements and their states by the events alone, as a browser would that shows them.
type follower struct {
	w      *world
	events <-chan event
	stop   func()
	list   map[string]string
	// last is the id of the last event, "" for none.
	last   string
	number uint64
}

// follow begins with the events from the first one on.
func (w *world) follow() *follower {
	GinkgoHelper()
	f := &follower{w: w, list: map[string]string{}}
	f.events, f.stop = w.listen("?after=0")
	return f
}

// apply does what an event says.
func (f *follower) apply(e event) {
	GinkgoHelper()
	var entry movement.Entry
	Expect(json.Unmarshal([]byte(e.data), &entry)).To(Succeed())
	switch {
	case entry.Kind == movement.EntryReset:
		clear(f.list)
	case entry.Kind == movement.EntryRemoved:
		delete(f.list, entry.Movement)
	case entry.Movement != "":
		state := f.list[entry.Movement]
		if entry.To != "" {
			state = string(entry.To)
		}
		f.list[entry.Movement] = state
	}
	f.last, f.number = e.id, entry.Number
}

// takeSome applies some of the events that are there, without waiting for more.
func (f *follower) takeSome(n int) {
	GinkgoHelper()
	for range n {
		select {
		case e := <-f.events:
			f.apply(e)
		default:
			return
		}
	}
}

// reconnect loses the connection, with the events on their way, and comes back with the id of the last one.
func (f *follower) reconnect() {
	GinkgoHelper()
	f.stop()
	if f.last == "" {
		f.events, f.stop = f.w.listen("?after=0")
		return
	}
	f.events, f.stop = f.w.listen("", header("Last-Event-Id", f.last))
}

// catchUp applies all events there are.
func (f *follower) catchUp() {
	GinkgoHelper()
	for newest := f.w.engine.LastEntry(); f.number < newest; {
		var e event
		Eventually(f.events).Should(Receive(&e))
		f.apply(e)
	}
}

// shown is the list of movements that the control API answers.
func (w *world) shown() map[string]string {
	GinkgoHelper()
	list := map[string]string{}
	for _, m := range w.control("GET", "/movements?limit=100000", "").decoded(200)["movements"].([]any) {
		m := m.(map[string]any)
		list[m["id"].(string)] = m["state"].(string)
	}
	return list
}

var _ = Describe("A list that follows the events", func() {
	DescribeTable("has what the list of the API has, whatever was done and however often the connection was lost:",
		func(seed uint64) {
			random := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(profile("fast"), identity("quay"), func(s *settings) { s.Engine.Retention = 24 * time.Hour })
			f := w.follow()
			declared := 0
			var did []string
			do := map[string]func(){
				"declare": func() {
					declared++
					w.declare(fmt.Sprintf("LRN-%04d", declared))
				},
				"settle": w.settle,
				"advance": func() {
					w.control("POST", "/clock/advance", fmt.Sprintf(`{"by":"%ds"}`, 1+random.IntN(5))).decoded(200)
				},
				"expire": func() {
					w.control("POST", "/clock/advance", fmt.Sprintf(`{"by":"%dh"}`, 20+random.IntN(30))).decoded(200)
				},
				"jump": func() {
					at := w.clock.Now().Add(time.Duration(20+random.IntN(30)) * time.Hour)
					w.control("PUT", "/clock", `{"now":"`+at.Format(time.RFC3339Nano)+`"}`).decoded(200)
				},
				"remove": func() {
					for id := range w.shown() {
						w.control("DELETE", "/movements/"+id, "")
						return
					}
				},
				"reset":     func() { w.control("POST", "/reset", "") },
				"box":       func() { w.control("PUT", "/boxes", `{"clientId":"me","apiVersion":"2.1"}`).decoded(200) },
				"take some": func() { f.takeSome(random.IntN(20)) },
				"reconnect": func() { f.reconnect() },
			}
			often := []string{
				"declare", "declare", "declare", "declare", "settle", "advance", "advance", "take some", "take some", "take some",
				"reconnect", "reconnect", "remove", "expire", "jump", "reset", "box",
			}
			for step := range tier.Rounds(120) {
				name := often[random.IntN(len(often))]
				did = append(did, name)
				do[name]()
				if step%10 == 9 {
					w.settle()
					f.catchUp()
					Expect(f.list).To(Equal(w.shown()), "%v", did)
				}
			}
		},
		Entry("seed 1", uint64(1)), Entry("seed 2", uint64(2)), Entry("seed 4", uint64(4)), Entry("seed 6", uint64(6)),
	)
})
