package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/store"
)

// benched is an API over a silent office, without a network.
func benched(b *testing.B) http.Handler {
	b.Helper()
	h, _ := benchedStore(b)
	return h
}

// benchedStore is the same with its store.
func benchedStore(b *testing.B) (http.Handler, *store.Store) {
	b.Helper()
	w := setup.New(b.TempDir(), usual)
	b.Cleanup(w.Close)
	a, err := w.API()
	if err != nil {
		b.Fatal(err)
	}
	return a.Everything(), w.Store
}

func ask(b *testing.B, h http.Handler, method, path, suffix, body string) *httptest.ResponseRecorder {
	b.Helper()
	return askVersion(b, h, method, path, "2.1+"+suffix, body)
}

// askVersion asks the version that an Accept header names: "1.0+json".
func askVersion(b *testing.B, h http.Handler, method, path, version, body string) *httptest.ResponseRecorder {
	b.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, reader)
	r.Header.Set("Authorization", "Bearer "+trader)
	r.Header.Set("Accept", "application/vnd.hmrc."+version)
	if body != "" {
		r.Header.Set("Content-Type", "application/xml")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code > 299 {
		b.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w
}

func sample(b *testing.B) string {
	b.Helper()
	return sampleOf(b, "phase5/valid/ie015-simplified-gb-xi.xml")
}

func sampleOf(b *testing.B, name string) string {
	b.Helper()
	return string(simtest.File(name))
}

func BenchmarkSubmit(b *testing.B) {
	h, xml := benched(b), sample(b)
	b.ReportAllocs()
	for b.Loop() {
		ask(b, h, http.MethodPost, departures, "json", xml)
	}
}

func BenchmarkRead(b *testing.B) {
	h := benched(b)
	made := ask(b, h, http.MethodPost, departures, "json", sample(b)).Body.String()
	_, rest, _ := strings.Cut(made, `"departureId":"`)
	movement, rest, _ := strings.Cut(rest, `"`)
	_, rest, _ = strings.Cut(rest, `"messageId":"`)
	message := rest[:16]
	for _, one := range []struct{ name, path, suffix string }{
		{"body", fmt.Sprintf("%s/%s/messages/%s/body", departures, movement, message), "xml"},
		{"body as JSON", fmt.Sprintf("%s/%s/messages/%s/body", departures, movement, message), "json"},
		{"message", fmt.Sprintf("%s/%s/messages/%s", departures, movement, message), "json-xml"},
		{"messages", fmt.Sprintf("%s/%s/messages", departures, movement), "json"},
		{"movement", fmt.Sprintf("%s/%s", departures, movement), "json"},
		{"movements", departures, "json"},
	} {
		b.Run(one.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask(b, h, http.MethodGet, one.path, one.suffix, "")
			}
		})
	}
}

func BenchmarkPhase4Submit(b *testing.B) {
	h, xml := benched(b), sampleOf(b, p4Declaration)
	b.ReportAllocs()
	for b.Loop() {
		askVersion(b, h, http.MethodPost, departures, "1.0+json", xml)
	}
}

// BenchmarkPhase4List lists the departures of the last hundred seconds, of more and more that there are.
func BenchmarkPhase4List(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("100of%d", n), func(b *testing.B) {
			h, s := benchedStore(b)
			err := s.Update(context.Background(), func(tx *store.Tx) error {
				for i := 1; i <= n; i++ {
					at := start.Add(-time.Duration(n-i) * time.Second)
					m := movement.Movement{
						ID: fmt.Sprintf("%016x", i), Number: i, Kind: message.Departure, Phase: message.Phase4, EORI: trader,
						State: movement.Phase4MrnAllocated, Created: at, Updated: at, Dated: at,
					}
					if err := tx.PutMovement(&m); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			path := departures + "?updatedSince=" + start.Add(-99*time.Second).Format("2006-01-02T15:04:05.000Z")
			b.ReportAllocs()
			for b.Loop() {
				answer := askVersion(b, h, http.MethodGet, path, "1.0+json", "").Body.String()
				if !strings.HasSuffix(answer, fmt.Sprintf(`"retrievedDepartures":100,"totalDepartures":%d}}`, n)) {
					b.Fatal(answer[len(answer)-100:])
				}
			}
		})
	}
}
