package api_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"nctsim/simulator/simtest/setup"
)

// BenchmarkRequestLog submits to a simulator with the log of requests and to one without in turns, and says how much more
// processor time the log takes. Turns, because machines are noisy: what is measured side by side can be compared.
func BenchmarkRequestLog(b *testing.B) {
	serve := func(kept int) http.Handler {
		w := setup.New(b.TempDir(), usual, func(s *settings) { s.API.RequestLog = kept })
		b.Cleanup(w.Close)
		a, err := w.API()
		if err != nil {
			b.Fatal(err)
		}
		return a.Everything()
	}
	on, off, xml := serve(1000), serve(0), sample(b)
	const turn = 20
	submit := func(h http.Handler) time.Duration {
		before := processorTime(b)
		for range turn {
			ask(b, h, http.MethodPost, departures, "json", xml)
		}
		return processorTime(b) - before
	}
	var with, without time.Duration
	turns := 0
	for b.Loop() {
		if turns++; turns%2 == 0 {
			with += submit(on)
			without += submit(off)
		} else {
			without += submit(off)
			with += submit(on)
		}
	}
	b.ReportMetric(float64(with.Microseconds())/float64(turns*turn), "µs-with/op")
	b.ReportMetric(float64(without.Microseconds())/float64(turns*turn), "µs-without/op")
	b.ReportMetric(100*float64(with-without)/float64(without), "%more")
}

// processorTime is what the process has taken of the processors so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
