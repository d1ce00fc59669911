package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"nctsim/fixtures"
	"nctsim/simulator/api"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/clock"
	"nctsim/simulator/compose"
	"nctsim/simulator/engine"
	"nctsim/simulator/office"
	"nctsim/simulator/store"
)

// benched is an API over a silent office, without a network.
func benched(b *testing.B) http.Handler {
	b.Helper()
	c, err := clock.New(clock.Options{Mode: clock.Manual, Now: start})
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(store.Options{Path: filepath.Join(b.TempDir(), "bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	settings, err := office.ProfileSettings("silent")
	if err != nil {
		b.Fatal(err)
	}
	o := office.New(settings)
	e := engine.New(engine.Config{
		Store: s, Clock: c, Source: clock.NewSource(1), Catalogue: catalogue(), Composer: compose.New(catalogue(), compose.Options{}), Office: o,
	})
	a, err := api.New(api.Deps{Engine: e, Clock: c, Catalogue: catalogue(), Office: o, Platform: platform.Options{Enabled: true, DefaultEORI: fallback}})
	if err != nil {
		b.Fatal(err)
	}
	return a.Everything()
}

func ask(b *testing.B, h http.Handler, method, path, suffix, body string) *httptest.ResponseRecorder {
	b.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, reader)
	r.Header.Set("Authorization", "Bearer "+trader)
	r.Header.Set("Accept", "application/vnd.hmrc.2.1+"+suffix)
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
	data, err := fixtures.Files.ReadFile("phase5/valid/ie015-simplified-gb-xi.xml")
	if err != nil {
		b.Fatal(err)
	}
	return string(data)
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
