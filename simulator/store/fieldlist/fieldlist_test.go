package fieldlist_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/store/fieldlist"
)

// sample has something in every kind of field.
type sample struct {
	Text    string          `json:"text"`
	Kind    message.Kind    `json:"kind,omitempty"`
	Count   int             `json:"count"`
	Small   int8            `json:"small"`
	Number  uint64          `json:"number"`
	Tiny    uint8           `json:"tiny"`
	Truth   bool            `json:"truth"`
	At      time.Time       `json:"at,omitzero"`
	Span    time.Duration   `json:"span"`
	Inner   inner           `json:"inner"`
	List    []inner         `json:"list"`
	With    map[string]any  `json:"with"`
	Names   []string        `json:"names"`
	Times   []time.Time     `json:"times"`
	Fine    float64         `json:"fine"`
	Pointer *inner          `json:"pointer"`
	Raw     json.RawMessage `json:"raw"`
	Untold  string
	Hidden  string `json:"-"`
	private string
}

type inner struct {
	Name string   `json:"name"`
	Deep []inner2 `json:"deep"`
}

type inner2 struct {
	Value int `json:"value"`
}

var samples = rapid.Custom(func(t *rapid.T) sample {
	text := rapid.OneOf(rapid.String(), rapid.StringN(100, 400, -1))
	at := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(-1<<45, 1<<45).Draw(t, "ms")).UTC()
	})
	inners := rapid.Custom(func(t *rapid.T) inner {
		return inner{text.Draw(t, "name"), rapid.SliceOfN(rapid.Custom(func(t *rapid.T) inner2 { return inner2{rapid.Int().Draw(t, "value")} }), 0, 3).Draw(t, "deep")}
	})
	s := sample{
		Text: text.Draw(t, "text"), Kind: rapid.SampledFrom([]message.Kind{message.Departure, message.Arrival, ""}).Draw(t, "kind"), Count: rapid.Int().Draw(t, "count"), Small: rapid.Int8().Draw(t, "small"),
		Number: rapid.Uint64().Draw(t, "number"), Tiny: rapid.Uint8().Draw(t, "tiny"), Truth: rapid.Bool().Draw(t, "truth"),
		At: at.Draw(t, "at"), Span: time.Duration(rapid.Int64().Draw(t, "span")), Inner: inners.Draw(t, "inner"),
		List: rapid.SliceOfN(inners, 0, 3).Draw(t, "list"), Names: rapid.SliceOfN(text, 0, 3).Draw(t, "names"),
		Times: rapid.SliceOfN(at, 0, 3).Draw(t, "times"), Fine: rapid.Float64Range(-1e9, 1e9).Draw(t, "fine"), Untold: text.Draw(t, "untold"),
		Hidden: "hidden", private: "private",
	}
	if rapid.Bool().Draw(t, "rich") {
		s.With = map[string]any{"text": s.Text, "fine": s.Fine, "list": []any{true, nil}}
		s.Pointer = &inner{Name: "x"}
		s.Raw = json.RawMessage(`{"a":1}`)
	}
	return s
})

// sameSample compares what is stored; empty slices need not come back as empty rather than nil.
var sameSample = []cmp.Option{
	cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Hidden" || p.String() == "private" }, cmp.Ignore()),
	cmp.FilterValues(func(a, b []inner) bool { return len(a)+len(b) == 0 }, cmp.Ignore()),
	cmp.FilterValues(func(a, b []inner2) bool { return len(a)+len(b) == 0 }, cmp.Ignore()),
}

func TestGivesBackWhatItTook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := samples.Draw(t, "sample")
		b, err := fieldlist.Append([]byte("head"), &want)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, []byte("head")) {
			t.Fatalf("%q has lost what was before it", b)
		}
		var got sample
		if err := fieldlist.Decode(b[4:], &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, sameSample...); d != "" {
			t.Fatal(d)
		}
	})
}

func TestLeavesOutZeros(t *testing.T) {
	b, err := fieldlist.Append(nil, &sample{At: time.Time{}.In(time.UTC)})
	if err != nil || len(b) != 0 {
		t.Errorf("nothing is %q (%v)", b, err)
	}
}

func TestPassesOverFieldsItDoesNotKnow(t *testing.T) {
	type later struct {
		New   string         `json:"new"`
		Name  string         `json:"name"`
		Newer map[string]any `json:"newer"`
		Deep  []inner2       `json:"deep"`
		Extra []time.Time    `json:"extra"`
	}
	b, err := fieldlist.Append(nil, &later{"x", "kept", map[string]any{"a": 1}, []inner2{{7}}, []time.Time{{}}})
	if err != nil {
		t.Fatal(err)
	}
	var got inner
	if err := fieldlist.Decode(b, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(inner{"kept", []inner2{{7}}}, got); d != "" {
		t.Error(d)
	}
}

func TestTakesFieldsInAnyOrder(t *testing.T) {
	type turned struct {
		Deep []inner2 `json:"deep"`
		Name string   `json:"name"`
	}
	b, err := fieldlist.Append(nil, &turned{[]inner2{{7}}, "x"})
	if err != nil {
		t.Fatal(err)
	}
	var got inner
	if err := fieldlist.Decode(b, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(inner{"x", []inner2{{7}}}, got); d != "" {
		t.Error(d)
	}
}

func TestRefusesWhatIsCutOff(t *testing.T) {
	b, err := fieldlist.Append(nil, &sample{Text: strings.Repeat("x", 300), Count: 1 << 40, At: time.UnixMilli(1), List: []inner{{Name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for size := range len(b) {
		var got sample
		err := fieldlist.Decode(b[:size], &got)
		if err == nil {
			whole++ // between two fields
		}
	}
	if whole > 4 {
		t.Errorf("%d cuts of %d went unnoticed", whole, len(b))
	}
}

func TestSaysWhichFieldCannotBeWritten(t *testing.T) {
	_, err := fieldlist.Append(nil, &movement.Event{With: map[string]any{"f": func() {}}})
	if err == nil || !strings.Contains(err.Error(), "encode movement.Event: with: ") {
		t.Errorf("%v", err)
	}
}

// FuzzDecode feeds Decode with anything: it must not panic, and whatever it accepts it must be able to
// write and read again.
func FuzzDecode(f *testing.F) {
	for _, s := range []sample{{}, {Text: "x", Count: -1, At: time.UnixMilli(5), List: []inner{{Name: "n", Deep: []inner2{{1}}}}, With: map[string]any{"a": 1.0}}} {
		b, err := fieldlist.Append(nil, &s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second sample
		if fieldlist.Decode(b, &first) != nil {
			return
		}
		again, err := fieldlist.Append(nil, &first)
		if err != nil {
			return // JSON that Go's decoder takes and its encoder does not
		}
		if err := fieldlist.Decode(again, &second); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkCodec compares the codec with JSON.
func BenchmarkCodec(b *testing.B) {
	at := time.UnixMilli(1_772_442_900_123).UTC()
	m := movement.Movement{
		ID: "69a55ab4c0ffee01", Kind: message.Departure, Phase: message.Phase5, EORI: "GB123456789012", ClientID: "client",
		MovementEORI: "GB123456789012", LRN: "LRN-0001", MRN: "26GB00006010000028", Created: at, Updated: at, State: movement.Accepted,
		Procedure: movement.Simplified, Office: "GB000060", Sender: "TRADER1", Messages: 3, Handled: 1,
		Facts:  movement.Facts{Original: "69a55ab4c0ffee01", Declaration: "69a55ab4c0ffee01", Submitted: at, Accepted: at},
		Timers: []movement.Timer{{Name: "auto_release", Due: at}},
	}
	record, err := fieldlist.Append(nil, &m)
	if err != nil {
		b.Fatal(err)
	}
	text, err := json.Marshal(&m)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		size int
		do   func() error
	}{
		{"encode/record", len(record), func() error { _, err := fieldlist.Append(make([]byte, 0, 512), &m); return err }},
		{"encode/json", len(text), func() error { _, err := json.Marshal(&m); return err }},
		{"decode/record", len(record), func() error { return fieldlist.Decode(record, new(movement.Movement)) }},
		{"decode/json", len(text), func() error { return json.Unmarshal(text, new(movement.Movement)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(c.size), "bytes")
		})
	}
}
