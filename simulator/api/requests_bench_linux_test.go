package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"nctsim/simulator/simtest/setup"
)

// BenchmarkRequestLog says how much more processor time the log of requests takes.
func BenchmarkRequestLog(b *testing.B) {
	serve := func(kept int) http.Handler { return served(b, func(s *settings) { s.API.RequestLog = kept }) }
	inTurns(b, serve(1000), serve(0))
}

// BenchmarkFaults says how much more time it takes that three faults are armed, which are to meet other calls.
func BenchmarkFaults(b *testing.B) {
	on, off := served(b), served(b)
	for _, fault := range []string{
		`{"call":"submit","status":503,"eori":"GB999999999999"}`, `{"call":"message","status":500}`, `{"call":"submit","reset":true,"eori":"XI999999999999"}`,
	} {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/simulator/v1/faults", strings.NewReader(fault))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if on.ServeHTTP(w, r); w.Code > 299 {
			b.Fatal(w.Body)
		}
	}
	inTurns(b, on, off)
}

func served(b *testing.B, change ...func(*settings)) http.Handler {
	b.Helper()
	w := setup.New(b.TempDir(), append([]func(*settings){usual}, change...)...)
	b.Cleanup(w.Close)
	a, err := w.API()
	if err != nil {
		b.Fatal(err)
	}
	return a.Everything()
}

// inTurns submits to a simulator with something and to one without in turns, and says how much more processor time that takes. Turns,
// because machines are noisy: what is measured side by side can be compared.
func inTurns(b *testing.B, on, off http.Handler) {
	b.Helper()
	xml := sample(b)
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
