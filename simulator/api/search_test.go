package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gmeasure"
	"github.com/onsi/gomega/types"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/store"
)

// asked calls the control API of a world.
func (w *world) controlled() client.Client {
	return client.Client{URL: w.url, HTTP: w.client}
}

var _ = Describe("The list of movements", func() {
	lrns := func(list client.Movements, err error) (out []string) {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
		for _, m := range list.Movements {
			out = append(out, m.LRN)
		}
		return out
	}

	It("goes on page by page, whatever is updated meanwhile", func(ctx SpecContext) {
		w := newWorld()
		for i := range 5 {
			w.declare(fmt.Sprintf("PAGE-%d", i))
			w.pass(time.Second)
		}
		c := w.controlled()
		for _, narrow := range []client.MovementQuery{{}, {Text: "page-"}, {State: movement.Submitted}} {
			narrow.Limit = 2
			first, err := c.Movements(ctx, narrow)
			Expect(lrns(first, err)).To(Equal([]string{"PAGE-4", "PAGE-3"}))
			Expect(first.Total).To(Equal(5))
			narrow.After = first.Next
			second, err := c.Movements(ctx, narrow)
			Expect(lrns(second, err)).To(Equal([]string{"PAGE-2", "PAGE-1"}))
			Expect(second.Total).To(Equal(5))
			narrow.After = second.Next
			third, err := c.Movements(ctx, narrow)
			Expect(lrns(third, err)).To(Equal([]string{"PAGE-0"}))
			Expect(third.Next).To(BeEmpty())
		}
		w.control("GET", "/movements?after=behind", "").problem(400, "BAD_REQUEST")
	})

	It("takes several states and a time since when", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		w.declare("ACCEPTED-1")
		w.settle()
		w.pass(time.Minute)
		since := w.clock.Now()
		w.put(movement.Movement{ID: "aaaaaaaaaaaaaaaa", Kind: message.Arrival, Phase: message.Phase5, EORI: trader, LRN: "PUT", State: movement.GoodsReleased, Created: since, Updated: since})
		c := w.controlled()
		Expect(lrns(c.Movements(ctx, client.MovementQuery{States: []movement.State{movement.Accepted, movement.GoodsReleased}}))).To(ConsistOf("ACCEPTED-1", "PUT"))
		Expect(lrns(c.Movements(ctx, client.MovementQuery{State: movement.GoodsReleased}))).To(ConsistOf("PUT"))
		Expect(lrns(c.Movements(ctx, client.MovementQuery{Since: since}))).To(ConsistOf("PUT"))
		w.control("GET", "/movements?since=yesterday", "").problem(400, "BAD_REQUEST")
	})

	It("shows the last message and what happens next", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		w.declare("NEXT-1")
		w.settle()
		list, err := w.controlled().Movements(ctx, client.MovementQuery{})
		Expect(err).NotTo(HaveOccurred())
		m := list.Movements[0]
		Expect(m.LastMessage.Type).To(Equal("IE028"))
		Expect(*m.Next).To(And(
			HaveField("Kind", client.DueTimer), HaveField("Name", "auto_release"), HaveField("At", BeTemporally("==", m.Created.Add(45*time.Minute))),
			HaveField("Row", "p56-departure-accepted-timer-auto-release"), HaveField("Does", ContainSubstring("IE029")),
		))
	})
})

var _ = Describe("The search", func() {
	It("says what a text is the name of", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"), withScenarios("id: MINE\ntitle: A control of goods\nmovement: departure\nphases: [5]\nsteps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n    expect: [IE928]\n"))
		made := w.declare("FIND-ME")
		w.declare("OTHER")
		w.settle()
		c := w.controlled()
		m, err := c.Movement(ctx, made.movement)
		Expect(err).NotTo(HaveOccurred())
		found := func(text string) []client.Hit {
			GinkgoHelper()
			s, err := c.Search(ctx, text, 0)
			Expect(err).NotTo(HaveOccurred())
			return s.Hits
		}
		hit := func(what string, exact bool) types.GomegaMatcher {
			return And(HaveField("What", what), HaveField("Exact", exact), HaveField("Movement", m.ID))
		}
		Expect(found("FIND-ME")).To(ConsistOf(hit("lrn", true)))
		Expect(found("find-")).To(ConsistOf(hit("lrn", false)))
		Expect(found(m.MRN)).To(ConsistOf(hit("mrn", true)))
		Expect(found(m.ID)).To(ConsistOf(hit("id", true)))
		Expect(found(made.message)).To(ConsistOf(And(hit("messageId", true), HaveField("Kind", client.HitMessage), HaveField("MessageType", "IE015"))))
		Expect(found(m.Records[1].Identification)).To(ConsistOf(And(hit("messageIdentification", true), HaveField("Message", m.Records[1].ID))))
		Expect(found(between(declaration("X"), "<GRN>", "</GRN>"))).To(HaveLen(2))
		Expect(found(trader)).To(HaveLen(2))
		Expect(found("mine")).To(ConsistOf(And(HaveField("Kind", client.HitScenario), HaveField("Scenario", "MINE"))))
		Expect(found("control of")).To(ConsistOf(HaveField("What", "title")))
		Expect(found("c0085")).To(ConsistOf(And(HaveField("Kind", client.HitRule), HaveField("Reference", "C0085"), HaveField("Exact", true))))
		Expect(found("CL251")).To(ConsistOf(And(HaveField("Kind", client.HitList), HaveField("Reference", "CL251"), HaveField("Exact", true))))
		Expect(found("GB000060")).To(ContainElement(And(HaveField("Kind", client.HitOffice), HaveField("What", "office"), HaveField("Exact", true))))
		Expect(found("belfast")).To(ContainElement(And(HaveField("Kind", client.HitOffice), HaveField("What", "name"), HaveField("Value", "Belfast"))))
		Expect(found("no such thing")).To(BeEmpty())
		w.control("GET", "/search", "").problem(400, "BAD_REQUEST")
	})

	It("takes a moment among ten thousand movements", Serial, func(ctx SpecContext) {
		tier.Slow()
		w := newWorld()
		body := []byte(declaration("MANY"))
		for batch := range 20 {
			Expect(w.store.Update(context.Background(), func(tx *store.Tx) error {
				for i := range 500 {
					n := batch*500 + i
					id := fmt.Sprintf("%016x", n)
					m := movement.Movement{
						ID: id, Kind: message.Departure, Phase: message.Phase5, EORI: trader, LRN: fmt.Sprintf("MANY-%d", n), State: movement.Accepted,
						Created: start, Updated: start, Messages: 1, Facts: movement.Facts{Declaration: id},
					}
					if err := tx.PutMovement(&m); err != nil {
						return err
					}
					if err := tx.AddMessage(movement.Message{ID: id, Movement: id, Type: "IE015", Received: start, Identification: fmt.Sprintf("MSG%d", n)}, body); err != nil {
						return err
					}
				}
				return nil
			})).To(Succeed())
		}
		times := gmeasure.NewExperiment("ten thousand movements")
		AddReportEntry(times.Name, times)
		for _, path := range []string{"/movements?limit=100", "/movements?state=ACCEPTED&limit=100", "/movements?q=MANY-77&limit=100", "/search?q=MSG9999", "/search?q=24GB0000010000031", "/clock/upcoming"} {
			times.MeasureDuration(path, func() {
				a := w.control("GET", path, "")
				Expect(a.Status).To(Equal(http.StatusOK))
				Expect(json.Valid([]byte(a.Body))).To(BeTrue())
			})
			Expect(times.GetStats(path).DurationFor(gmeasure.StatMax)).To(BeNumerically("<", 2*time.Second), path)
		}
	})
})

var _ = Describe("What is upcoming", func() {
	It("is everything that will happen by itself, in the order of time", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		w.declare("FIRST")
		w.settle()
		w.pass(time.Minute)
		w.declare("SECOND")
		w.settle()
		up, err := w.controlled().Upcoming(ctx, 0)
		Expect(err).NotTo(HaveOccurred())
		var seen []string
		for i, d := range up.Due {
			seen = append(seen, string(d.Kind)+" "+d.Name+" of "+d.LRN)
			if i > 0 {
				Expect(d.At).NotTo(BeTemporally("<", up.Due[i-1].At))
			}
		}
		Expect(seen).To(Equal([]string{
			"timer auto_release of FIRST", "timer auto_release of SECOND", "retention retention of FIRST", "retention retention of SECOND",
		}))
		some, err := w.controlled().Upcoming(ctx, 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(some.Due).To(HaveLen(1))
		Expect(some.More).To(BeTrue())

		advanced, err := w.controlled().Advance(ctx, client.Target{To: client.Next})
		Expect(err).NotTo(HaveOccurred())
		Expect(*advanced.Reached).To(Equal(up.Due[0]))
		Expect(advanced.Now).To(BeTemporally("==", up.Due[0].At))
	})
})

var _ = Describe("The stream of events, narrowed", func() {
	It("has the entries of one movement, or of some kinds, and resets", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		Expect(w.engine.Reset(ctx)).To(Succeed())
		one, two := w.declare("ONE"), w.declare("TWO")
		w.settle()
		follow := func(e client.Events) (kinds map[movement.EntryKind]bool, of map[string]bool) {
			GinkgoHelper()
			kinds, of = map[movement.EntryKind]bool{}, map[string]bool{}
			e.After = "0"
			e.Take = func(entry movement.Entry) (bool, error) {
				kinds[entry.Kind], of[entry.Movement] = true, true
				return entry.To != movement.Accepted, nil
			}
			Expect(w.controlled().Follow(ctx, e)).To(Succeed())
			return kinds, of
		}
		_, of := follow(client.Events{Movement: two.movement})
		Expect(of).To(HaveKey(two.movement))
		Expect(of).NotTo(HaveKey(one.movement))
		kinds, _ := follow(client.Events{Kinds: []movement.EntryKind{movement.EntryTransition}})
		Expect(kinds).To(SatisfyAll(HaveLen(2), HaveKey(movement.EntryTransition), HaveKey(movement.EntryReset)))
		w.control("GET", "/events?kind=weather", "").problem(400, "BAD_REQUEST")
	}, SpecTimeout(10*time.Second))
})
