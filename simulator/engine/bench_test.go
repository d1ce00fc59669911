package engine_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"nctsim/simulator/engine"
	"nctsim/simulator/message"
)

// BenchmarkDeclarations submits simplified declarations from many clients and counts until each has its
// IE928 and IE028.
func BenchmarkDeclarations(b *testing.B) {
	w := newWorld(b.TempDir(), options{})
	defer w.Close()
	must(w.Start())
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			s := sampleOf(n.Add(1))
			if _, _, err := w.Engine.Create(ctx, s); err != nil {
				b.Error(err)
			}
		}
	})
	must(w.Engine.Settle(ctx))
}

// BenchmarkSubmissions is the same without the office: what the API waits for.
func BenchmarkSubmissions(b *testing.B) {
	w := newWorld(b.TempDir(), options{})
	defer w.Close()
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := w.Engine.Create(ctx, sampleOf(n.Add(1))); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkSameLRN is a client that never changes the LRN: all but the first are rejected.
func BenchmarkSameLRN(b *testing.B) {
	w := newWorld(b.TempDir(), options{})
	defer w.Close()
	must(w.Start())
	s := simplified()
	for b.Loop() {
		if _, _, err := w.Engine.Create(ctx, s); err != nil {
			b.Fatal(err)
		}
	}
	must(w.Engine.Settle(ctx))
}

var prepared = sample(message.Phase5, "ie015-simplified-gb-xi")

// sampleOf is a declaration with an LRN of its own.
func sampleOf(n int64) engine.Submission {
	s := prepared
	b := message.Edit(prepared.Document)
	must(b.Set(lrnPath, fmt.Sprint("BENCH", n)))
	s.Document = b.Document()
	s.Body = s.Document.Bytes()
	return s
}
