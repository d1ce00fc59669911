package simulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"nctsim/simulator"
	"nctsim/simulator/simtest"
)

// BenchmarkStart is the time to a simulator that answers, and back, in a process that had one before: the schemas and
// rules are there.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		sim, err := try(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := sim.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSubmit posts declarations of 5.7 KB over HTTP from many clients; the office stays silent.
func BenchmarkSubmit(b *testing.B) {
	for _, durability := range []string{simulator.DurabilitySync, simulator.DurabilityOS} {
		b.Run(durability, func(b *testing.B) { submit(b, "silent", durability) })
	}
}

// BenchmarkChain does the same with everything that the offices answer: three messages for each declaration.
func BenchmarkChain(b *testing.B) {
	submit(b, "instant", simulator.DurabilityOS)
}

// clients is how many post at the same time, for each core.
const clients = 32

func submit(b *testing.B, profile, durability string) {
	sim, err := try(b.Context(), func(c *simulator.Config) { c.Profile, c.Durability = profile, durability })
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := sim.Close(context.Background()); err != nil {
			b.Error(err)
		}
	}()
	before, rest, _ := strings.Cut(string(simtest.File(simplified)), "<LRN>")
	_, after, _ := strings.Cut(rest, "</LRN>")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
	defer client.CloseIdleConnections()
	var number atomic.Int64
	b.SetParallelism(clients)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := fmt.Sprintf("%s<LRN>B%d</LRN>%s", before, number.Add(1), after)
			if err := post(client, sim.URL(), body); err != nil {
				b.Error(err)
				return
			}
		}
	})
	if err := sim.Settle(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func post(client *http.Client, url, body string) error {
	req, err := http.NewRequest(http.MethodPost, url+departures, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer GB123456789012")
	req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	req.Header.Set("Content-Type", "application/xml")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("status %d: %s", res.StatusCode, answer)
	}
	return err
}
