package schema

import (
	"bytes"
	"context"
	"io/fs"
	"math/rand"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"nctsim/fixtures"
	"nctsim/simulator/libxml"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/xmltree"
	"nctsim/xsd"
)

// seed is a fixture; home are the sets that may accept it and its like: phases 5 and 6 have the same roots.
type seed struct {
	data []byte
	home map[*Set]bool
}

var phaseDirs = []string{"phase4", "phase5", "phase6"}

// loadAll gives the sets of all phases and all fixtures as seeds.
func loadAll(t testing.TB) (sets []*Set, seeds []seed) {
	t.Helper()
	homes := map[bool]map[*Set]bool{true: {}, false: {}}
	for _, dir := range phaseDirs {
		set, err := Load(xsd.Files, dir)
		if err != nil {
			t.Fatal(err)
		}
		if compiled[set], err = Compile(xsd.Files, dir); err != nil {
			t.Fatal(err)
		}
		sets = append(sets, set)
		home := homes[set.Namespace() != ""]
		home[set] = true
		files, err := fs.Glob(fixtures.Files, path.Join(dir, "*", "*.xml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("fixtures of %s: %v %v", dir, files, err)
		}
		for _, f := range files {
			data, err := fs.ReadFile(fixtures.Files, f)
			if err != nil {
				t.Fatal(err)
			}
			seeds = append(seeds, seed{data, home})
		}
	}
	return sets, seeds
}

// compiled are the schemas of libxml2 by ours.
var compiled = map[*Set]*libxml.Schema{}

// libxml2 is what libxml2 has made of the files of a set that loadAll has loaded.
func libxml2(t testing.TB, s *Set) *libxml.Schema {
	t.Helper()
	v := compiled[s]
	if v == nil {
		t.Fatal("the set was not compiled by libxml2")
	}
	return v
}

// agree fails if our verdict and that of libxml2 contradict each other where they must not.
func agree(t *testing.T, s *Set, data []byte) {
	t.Helper()
	r := s.Validate(context.Background(), data, Options{})
	root, err := xmltree.Parse(data)
	if err != nil {
		if r.Valid() {
			t.Fatalf("accepted what cannot be read: %v", err)
		}
		return
	}
	v := libxml2(t, s).Validate(data)
	if !v.WellFormed {
		t.Fatalf("the scanner takes what libxml2 does not: %q", data)
	}
	x := explainer{set: s, data: data, max: DefaultMaxErrors}
	if x.read(""); !slices.Equal(x.errors(), r.Errors) {
		t.Fatalf("while reading: %v\nof the tree: %v\n%s", x.errors(), r.Errors, data)
	}
	if fits := s.Fits(root, root.Name); fits != r.Valid() {
		t.Fatalf("the document fits: %v, in spite of %v\n%s", fits, r.Errors, data)
	}
	if v.Valid != r.Valid() && (v.Valid || !strict(data)) && !judgedOtherwise(data) {
		t.Fatalf("libxml2: valid=%v %+v\nours: %v\n%s", v.Valid, v.Faults, r.Errors, data)
	}
}

// judgedOtherwise reports whether there is something in a document that libxml2 judges otherwise than the real service:
// characters beyond ASCII, as such or as references (another version of Unicode, lengths counted in UTF-16 units), and
// attributes of the namespace of schema instances.
func judgedOtherwise(data []byte) bool {
	for _, c := range data {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return bytes.Contains(data, []byte("&#")) || bytes.Contains(data, []byte("XMLSchema-instance"))
}

// strict reports whether there is something in a document that libxml2 refuses and the real service does not: numbers of
// more digits than it holds.
func strict(data []byte) bool { return manyDigits.Match(data) }

var manyDigits = regexp.MustCompile(`[0-9.]{24}`)

// TestVerdictsAgree breaks the fixtures in many ways and compares our verdicts with those of libxml2.
func TestVerdictsAgree(t *testing.T) {
	sets, seeds := loadAll(t)
	random := rand.New(rand.NewSource(1))
	for _, seed := range seeds {
		for _, set := range sets {
			agree(t, set, seed.data)
			if !seed.home[set] {
				continue
			}
			for range tier.Sequential(15) {
				agree(t, set, mutate(random, seed.data))
			}
		}
	}
}

var oddValues = []string{
	"", " ", "x", "0", "1", "-1", "+1", "007", "1.", ".5", "0.0000001", "12345678901234567890.5", "1e5", "NaN", "2026-02-29", "2024-02-29",
	"2026-02-28T24:00:00", "2026-12-31T23:59:60", "2026-02-28T12:00:00Z", "0000-01-01", "GB", "gb", "GB000060", "GB00006", " GB000060 ", "a b", "a  b", "a\tb", "é", "🚚",
	"20260302", "20260231", "20261301", "2026033|", "2460", "015B", "GB015B", "2180,5", "0.1234", "26GB000246AL65TIJ5", "24GB000246AL65TIA5", "24GB0000010000031", "a@b.c", "@", strings.Repeat("9", 40), strings.Repeat("a", 600), "&amp;", "<![CDATA[x]]>", "<x/>",
	"1.000000000000000000000000000000", "0.000000000000000000000000000000", "2026-02-28T24:00:01", "0001-01-01T00:00:00", "9999-12-31T24:00:00", "2100-02-29", "1.00", "00", "5e-1", "a@@b.c", "1999", "2000", "1|",
}

// mutate drops, doubles, swaps or renames an element or changes a value.
func mutate(random *rand.Rand, data []byte) []byte {
	root, err := xmltree.Parse(data)
	if err != nil {
		return data
	}
	var all []*xmltree.Node
	var collect func(n *xmltree.Node)
	collect = func(n *xmltree.Node) {
		for _, c := range n.Children {
			all = append(all, c)
			collect(c)
		}
	}
	collect(root)
	if len(all) == 0 {
		return data
	}
	n := all[random.Intn(len(all))]
	whole := string(data[n.Start:n.Close])
	replace := func(with string) []byte {
		return []byte(string(data[:n.Start]) + with + string(data[n.Close:]))
	}
	switch random.Intn(6) {
	case 0:
		return replace("")
	case 1:
		return replace(strings.Repeat(whole, 1+random.Intn(12)))
	case 2:
		o := all[random.Intn(len(all))]
		return replace(string(data[o.Start:o.Close]))
	case 3:
		return replace("<Other/>" + whole)
	default:
		for len(n.Children) > 0 {
			n = all[random.Intn(len(all))]
		}
		return []byte(string(data[:n.Start]) + "<" + n.Name + ">" + oddValues[random.Intn(len(oddValues))] + "</" + n.Name + ">" + string(data[n.Close:]))
	}
}

func FuzzValidate(f *testing.F) {
	sets, seeds := loadAll(f)
	for _, seed := range seeds {
		f.Add(seed.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, set := range sets {
			agree(t, set, data)
		}
	})
}

// TestTrimmed compares the check written out with the expression that it stands for.
func TestTrimmed(t *testing.T) {
	expression := regexp.MustCompile(translatePattern(trimmedPattern))
	ends := []string{"", "a", " ", "é", "🚚", "\u00a0", "\u180e", "\u2028", "\u2029", "\u3000", "\n", "\u0085"}
	for _, first := range ends {
		for _, middle := range append(ends, "a b", " \u2028 ") {
			for _, last := range ends {
				if text := first + middle + last; trimmed(text) != expression.MatchString(text) {
					t.Errorf("%q: trimmed is %v", text, trimmed(text))
				}
			}
		}
	}
}
