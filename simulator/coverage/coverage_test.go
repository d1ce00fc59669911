package coverage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/coverage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

func Test(t *testing.T) { suite.Run(t, "coverage") }

var _ = Describe("A counter", func() {
	now := time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)

	It("counts what an event has led to, apart for versions and processes", func() {
		c := coverage.NewCounter(now)
		m := &movement.Movement{Phase: message.Phase5, Kind: message.Departure, Scenario: "DSGB6"}
		c.Event(m, []movement.Entry{
			{Kind: movement.EntryEvent, Type: "IE015", From: "SUBMITTED", To: "REJECTED", Row: "p56-departure-submitted-ie015-errors"},
			{Kind: movement.EntryMessage, Type: "IE056"},
			{Kind: movement.EntryNote, Finding: movement.Finding{Rule: "R0028"}},
		})
		c.Event(m, []movement.Entry{{Kind: movement.EntryEvent, Action: "release"}, {Kind: movement.EntryEvent, Action: movement.ActionInject}})
		c.Answer("2.1", "POST /x", "404 NOT_FOUND")
		counts, since := c.Counts()
		Expect(since).To(Equal(now))
		Expect(counts).To(Equal(map[coverage.Key]uint64{
			{Area: client.CoveredMessages, Group: "2.1", Name: "IE015"}:                         1,
			{Area: client.CoveredMessages, Group: "2.1", Name: "IE056"}:                         1,
			{Area: client.CoveredStates, Group: "departure, phases 5 and 6", Name: "SUBMITTED"}: 1,
			{Area: client.CoveredStates, Group: "departure, phases 5 and 6", Name: "REJECTED"}:  1,
			{Area: client.CoveredActions, Group: "departure, phases 5 and 6", Name: "release"}:  1,
			{Area: client.CoveredTransitions, Name: "p56-departure-submitted-ie015-errors"}:     1,
			{Area: client.CoveredRules, Name: "R0028"}:                                          1,
			{Area: client.CoveredScenarios, Name: "DSGB6"}:                                      2,
			{Area: client.CoveredAnswers, Group: "2.1", Name: "POST /x 404 NOT_FOUND"}:          1,
		}))
		c.Reset(now.Add(time.Hour))
		counts, since = c.Counts()
		Expect(counts).To(BeEmpty())
		Expect(since).To(Equal(now.Add(time.Hour)))
	})

	It("goes on after a restart: with what was met, and with how often if there was time to store that", func() {
		path := filepath.Join(GinkgoT().TempDir(), "store.db")
		open := func(at time.Time) (*store.Store, *coverage.Counter) {
			st, err := store.Open(store.Options{Path: path})
			Expect(err).NotTo(HaveOccurred())
			c, err := coverage.Open(st, at)
			Expect(err).NotTo(HaveOccurred())
			return st, c
		}
		other := func(st *store.Store) {
			Expect(st.Update(context.Background(), func(tx *store.Tx) error {
				_, err := tx.Counter("other")
				return err
			})).To(Succeed())
		}
		once, often := coverage.Key{Area: client.CoveredAnswers, Group: "2.1", Name: "GET /once 200"}, coverage.Key{Area: client.CoveredAnswers, Group: "2.1", Name: "GET /often 200"}

		st, c := open(now)
		for range 5 {
			c.Answer("2.1", "GET /often", "200")
		}
		other(st)
		for range 5 {
			c.Answer("2.1", "GET /often", "200")
		}
		c.Answer("2.1", "GET /once", "200")
		Expect(st.Close()).To(Succeed())

		st, c = open(now.Add(time.Hour))
		counts, since := c.Counts()
		Expect(counts).To(Equal(map[coverage.Key]uint64{often: 5}), "what came after the last commit is lost")
		Expect(since).To(Equal(now))
		c.Answer("2.1", "GET /once", "200")
		c.Answer("2.1", "GET /often", "200")
		Expect(c.Keep(context.Background())).To(Succeed())
		Expect(st.Close()).To(Succeed())

		st, c = open(now.Add(2 * time.Hour))
		counts, _ = c.Counts()
		Expect(counts).To(Equal(map[coverage.Key]uint64{often: 6, once: 1}))
		c.Reset(now.Add(3 * time.Hour))
		c.Answer("2.1", "GET /once", "200")
		other(st)
		Expect(st.Check()).To(Succeed())
		Expect(st.Close()).To(Succeed())

		st, c = open(now.Add(4 * time.Hour))
		counts, since = c.Counts()
		Expect(counts).To(Equal(map[coverage.Key]uint64{once: 1}))
		Expect(since).To(Equal(now.Add(3 * time.Hour)))
		Expect(st.Close()).To(Succeed())
	})

	It("commits nothing by itself", func() {
		st, err := store.Open(store.Options{Path: filepath.Join(GinkgoT().TempDir(), "store.db")})
		Expect(err).NotTo(HaveOccurred())
		c, err := coverage.Open(st, now)
		Expect(err).NotTo(HaveOccurred())
		c.Answer("2.1", "GET /x", "200")
		Expect(c.Keep(context.Background())).To(Succeed())
		written := func() int64 {
			info, err := os.Stat(st.Path())
			Expect(err).NotTo(HaveOccurred())
			return info.ModTime().UnixNano()
		}
		before := written()
		for range 1000 {
			c.Answer("2.1", "GET /x", "200")
		}
		Expect(st.Update(context.Background(), func(*store.Tx) error { return nil })).To(Succeed())
		Expect(written()).To(Equal(before))
		Expect(st.Close()).To(Succeed())
	})

	It("is bounded, and counts for many at once", func() {
		c := coverage.NewCounter(now)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for j := range 5000 {
					c.Answer("2.1", fmt.Sprintf("GET /%d/%d", i, j), "200")
				}
			})
		}
		all.Wait()
		counts, _ := c.Counts()
		Expect(counts).To(HaveLen(20_000))
	})
})

// BenchmarkSubmission counts what a declaration leads to that a silent office takes: an answer and one event.
func BenchmarkSubmission(b *testing.B) {
	c := coverage.NewCounter(time.Time{})
	m := &movement.Movement{Phase: message.Phase5, Kind: message.Departure}
	entries := []movement.Entry{{Kind: movement.EntryEvent, Type: "IE015", To: "SUBMITTED", Row: "p56-departure-ie015"}}
	b.ReportAllocs()
	for b.Loop() {
		c.Answer("2.1", "POST /customs/transits/movements/{departures|arrivals}", "202")
		c.Event(m, entries)
	}
}

func BenchmarkEvent(b *testing.B) {
	c := coverage.NewCounter(time.Time{})
	m := &movement.Movement{Phase: message.Phase5, Kind: message.Departure}
	entries := []movement.Entry{
		{Kind: movement.EntryEvent, Type: "IE015", From: "SUBMITTED", To: "ACCEPTED", Row: "p56-departure-submitted-ie015"},
		{Kind: movement.EntryMessage, Type: "IE928"}, {Kind: movement.EntryMessage, Type: "IE028"},
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Event(m, entries)
	}
}
