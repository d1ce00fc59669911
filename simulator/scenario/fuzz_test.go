package scenario_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"nctsim/fixtures"
	"nctsim/scenarios"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

// FuzzParse looks for files on which the reader does not end, panics, reports a place that does not exist, or
// accepts something that it cannot use afterwards.
func FuzzParse(f *testing.F) {
	c := simtest.Catalogue()
	r := scenario.NewReader(c, fixtures.Files)
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := r.Parse("fuzz.yaml", text, fstest.MapFS{"a.xml": {Data: []byte("<a/>")}})
		if err == nil {
			use(t, s)
			return
		}
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text)), "\n")
		for _, p := range err.(scenario.Problems) {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(lines[p.Line-1])+2 {
				t.Fatalf("no such place: %s", p.Error())
			}
			if !strings.HasSuffix(p.Show(), "^") {
				t.Fatalf("no caret: %s", p.Show())
			}
		}
	})
}

func seed(f *testing.F) {
	f.Add([]byte(whole))
	err := fs.WalkDir(scenarios.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".yaml" || strings.HasPrefix(name, "trader-test/p6") {
			return err
		}
		text, err := fs.ReadFile(scenarios.Files, name)
		f.Add(text)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

func use(t *testing.T, s *scenario.Scenario) {
	for i, st := range s.Steps {
		if st.Number != i+1 || st.String() == "" {
			t.Fatalf("step %d is %s", i, st)
		}
		if st.Trader == nil || st.Trader.From == "" {
			continue
		}
		for _, p := range s.Phases {
			if _, err := st.Trader.Document(p, scenario.Facts{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// BenchmarkLoad reads the whole library, as every start does.
func BenchmarkLoad(b *testing.B) {
	c := simtest.Catalogue()
	for b.Loop() {
		if _, problems := scenario.NewReader(c, fixtures.Files).Load(scenarios.Files); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
