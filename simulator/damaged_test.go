package simulator_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"go.etcd.io/bbolt"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/store"
)

// spoil changes one byte of the records of a bucket whose keys a function wants.
func spoil(data, bucket string, wanted func(key []byte) bool) {
	GinkgoHelper()
	db, err := bbolt.Open(filepath.Join(data, "nctsim.db"), 0o600, nil)
	Expect(err).NotTo(HaveOccurred())
	spoiled := 0
	Expect(db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		return b.ForEach(func(k, v []byte) error {
			if !wanted(k) {
				return nil
			}
			spoiled++
			v = bytes.Clone(v)
			v[len(v)-1] ^= 1
			return b.Put(k, v)
		})
	})).To(Succeed())
	Expect(spoiled).To(BeNumerically(">", 0))
	Expect(db.Close()).To(Succeed())
}

// recordOf is the beginning of the keys of a section of the movement created as the given one.
func recordOf(number uint64, section byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, number), section)
}

var _ = Describe("Damaged records of the store", func() {
	const movementRecords, messageRecords, entryRecords = 'a', 'b', 'c'
	get := func(url string, into any) int {
		GinkgoHelper()
		req, err := http.NewRequest(http.MethodGet, url, nil)
		Expect(err).NotTo(HaveOccurred())
		req.Header.Set("Authorization", "Bearer GB123456789012")
		req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
		res, err := http.DefaultClient.Do(req)
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		if into != nil {
			Expect(json.NewDecoder(res.Body).Decode(into)).To(Succeed())
		}
		return res.StatusCode
	}
	type damage struct{ Movement, Record, Error string }

	// damaged starts a simulator with three departures, of which the first is sound, the second has a damaged record, and
	// the third a damaged message and a damaged journal entry; and a damaged box beside a sound one.
	damaged := func(ctx SpecContext) (sim *simulator.Simulator, ids []string, data string, log *gbytes.Buffer) {
		GinkgoHelper()
		data = GinkgoT().TempDir()
		log = gbytes.NewBuffer()
		configure := func(c *simulator.Config) {
			c.Data, c.Profile, c.Clock, c.Boxes = data, "fast", clock.Manual, simulator.BoxesExplicit
			c.Now = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
			c.Logger = slog.New(slog.NewTextHandler(log, nil))
		}
		sim = run(ctx, configure)
		for _, lrn := range []string{"LRN-0001", "LRN-0002", "LRN-0003"} {
			ids = append(ids, declare(sim.URL(), "2.1", simplified, lrn))
		}
		Expect(sim.Settle(ctx)).To(Succeed())
		for _, name := range []string{"one", "two"} {
			status, _ := request(http.MethodPut, sim.ControlURL()+"/simulator/v1/boxes", "application/json", `{"clientId":"`+name+`","apiVersion":"2.1"}`)
			Expect(status).To(Equal(200))
		}
		Expect(sim.Close(ctx)).To(Succeed())

		spoil(data, "records", func(k []byte) bool { return bytes.HasPrefix(k, recordOf(2, movementRecords)) })
		entries := 0
		spoil(data, "records", func(k []byte) bool {
			if bytes.HasPrefix(k, recordOf(3, entryRecords)) {
				entries++
			}
			return entries == 1 && bytes.HasPrefix(k, recordOf(3, entryRecords))
		})
		messages := 0
		spoil(data, "records", func(k []byte) bool {
			if bytes.HasPrefix(k, recordOf(3, messageRecords)) {
				messages++
			}
			return messages == 2 && bytes.HasPrefix(k, recordOf(3, messageRecords))
		})
		boxes := 0
		spoil(data, "boxes", func([]byte) bool { boxes++; return boxes == 1 })

		sim = run(ctx, configure)
		DeferCleanup(func(ctx SpecContext) { Expect(sim.Close(ctx)).To(Succeed()) })
		return sim, ids, data, log
	}

	It("do not keep lists from the rest, and the control API says which they are", func(ctx SpecContext) {
		sim, ids, _, log := damaged(ctx)
		v1 := sim.ControlURL() + "/simulator/v1"
		var list struct {
			Movements []struct{ ID string }
			Total     int
			Damaged   []damage
		}
		for _, query := range []string{"", "?limit=2", "?state=ACCEPTED"} {
			list.Movements, list.Damaged = nil, nil
			Expect(get(v1+"/movements"+query, &list)).To(Equal(200), query)
			Expect(list.Damaged).To(HaveLen(1), query)
			Expect(list.Damaged[0].Movement).To(Equal(ids[1]))
			Expect(list.Damaged[0].Record).To(Equal("movement"))
			Expect(list.Damaged[0].Error).To(ContainSubstring("does not fit its checksum"))
		}
		Expect(list.Movements).To(HaveLen(2))
		Expect(get(v1+"/movements/"+ids[1], nil)).To(Equal(500), "there is nothing to show of it alone")

		var one struct {
			Records []struct{ Type string }
			Journal []struct{ Text string }
			Damaged []damage
		}
		Expect(get(v1+"/movements/"+ids[2], &one)).To(Equal(200))
		Expect(one.Records).NotTo(BeEmpty())
		Expect(one.Journal).NotTo(BeEmpty())
		records := []string{one.Damaged[0].Record, one.Damaged[1].Record}
		Expect(records).To(ConsistOf("journal entry", "message"))
		Expect(one.Damaged[0].Movement).To(Equal(ids[2]))

		var boxes struct{ Boxes []struct{ ClientID string } }
		Expect(get(v1+"/boxes", &boxes)).To(Equal(200))
		Expect(boxes.Boxes).To(HaveLen(1))

		Expect(log.Contents()).To(ContainSubstring("a damaged record of the store is left out of lists"))
		Expect(strings.Count(string(log.Contents()), "record=movement")).To(Equal(1), "once, however often the list is read")
		res, err := http.Get(sim.ControlURL() + "/metrics")
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		var metrics bytes.Buffer
		_, err = metrics.ReadFrom(res.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(metrics.String()).To(ContainSubstring("nctsim_damaged_records_total 4"))
	})

	It("do not keep traders from the rest", func(ctx SpecContext) {
		sim, ids, _, _ := damaged(ctx)
		var list struct {
			Departures []struct{ LocalReferenceNumber string }
		}
		Expect(get(sim.URL()+departures, &list)).To(Equal(200))
		Expect(list.Departures).To(HaveLen(2))
		var messages struct{ Messages []any }
		Expect(get(sim.URL()+departures+"/"+ids[2]+"/messages", &messages)).To(Equal(200))
		Expect(messages.Messages).NotTo(BeEmpty())
		declare(sim.URL(), "2.1", simplified, "LRN-0004")
		Expect(sim.Settle(ctx)).To(Succeed())
	})

	It("do not end the stream of events, nor the removal of others", func(ctx SpecContext) {
		sim, ids, _, _ := damaged(ctx)
		_, err := sim.Advance(ctx, 100*24*time.Hour)
		Expect(err).NotTo(HaveOccurred())
		res, err := http.Get(sim.ControlURL() + "/simulator/v1/events?after=0")
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.Contains(lines.Text(), `"kind":"removed"`) && strings.Contains(lines.Text(), ids[0]) {
				return
			}
		}
		Fail("the removal of the first movement is not in the stream")
	})

	It("do not hold up what falls due for others, or later", func(ctx SpecContext) {
		sim, _, _, log := damaged(ctx)
		id := declare(sim.URL(), "2.1", simplified, "LRN-0004")
		happened, err := sim.Advance(ctx, time.Minute)
		Expect(err).NotTo(HaveOccurred())
		released := map[string]bool{}
		for _, e := range happened {
			if e.To == "RELEASED" {
				released[e.Movement] = true
			}
		}
		Expect(released).To(HaveKey(id))
		Expect(sim.Settle(ctx)).To(Succeed())
		Expect(string(log.Contents())).To(ContainSubstring("a movement is set aside because its records are damaged"))

		res, err := http.Get(sim.ControlURL() + "/simulator/v1/clock")
		Expect(err).NotTo(HaveOccurred())
		defer res.Body.Close()
		var shown struct{ NextTimer any }
		Expect(json.NewDecoder(res.Body).Decode(&shown)).To(Succeed())
		Expect(shown.NextTimer).To(BeNil(), "the timer of the damaged movement is not what comes next")
	})

	It("do not hold up the timers of others while the clock runs by itself", func(ctx SpecContext) {
		sim, _, _, _ := damaged(ctx)
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, sim.ControlURL()+"/simulator/v1/clock", strings.NewReader(`{"mode":"scaled","scale":1000}`))
		Expect(err).NotTo(HaveOccurred())
		res, err := http.DefaultClient.Do(req)
		Expect(err).NotTo(HaveOccurred())
		Expect(res.Body.Close()).To(Succeed())
		id := declare(sim.URL(), "2.1", simplified, "LRN-0004")
		Eventually(func() []string { return chain(sim.URL(), id) }).Should(Equal(released))
	})

	It("are found by a check of the closed store, which changes nothing", func(ctx SpecContext) {
		sim, ids, data, _ := damaged(ctx)
		_, err := simulator.CheckStore(data)
		Expect(err).To(MatchError(store.ErrInUse))
		Expect(sim.Close(ctx)).To(Succeed())
		for range 2 {
			seen, err := simulator.CheckStore(data)
			Expect(err).NotTo(HaveOccurred())
			var found []string
			for _, f := range seen.Found {
				found = append(found, f.Error())
			}
			Expect(found).To(ConsistOf(
				And(ContainSubstring("of movement "+ids[1]), ContainSubstring("movement does not fit its checksum")),
				And(ContainSubstring("of movement "+ids[2]), ContainSubstring("message does not fit its checksum")),
				And(ContainSubstring("of movement "+ids[2]), ContainSubstring("journal entry does not fit its checksum")),
				ContainSubstring("box does not fit its checksum"),
			))
		}
	})
})
