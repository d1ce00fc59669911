package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
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
		Text: text.Draw(t, "text"), Kind: kind.Draw(t, "kind").kind, Count: rapid.Int().Draw(t, "count"), Small: rapid.Int8().Draw(t, "small"),
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

func TestCodecGivesBackWhatItTook(t *testing.T) {
	c := newCodec[sample]()
	rapid.Check(t, func(t *rapid.T) {
		want := samples.Draw(t, "sample")
		b, err := c.append([]byte("head"), &want)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, []byte("head")) {
			t.Fatalf("%q has lost what was before it", b)
		}
		var got sample
		if err := c.decode(b[4:], &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, sameSample...); d != "" {
			t.Fatal(d)
		}
	})
}

func TestCodecLeavesOutZeros(t *testing.T) {
	b, err := newCodec[sample]().append(nil, &sample{At: time.Time{}.In(time.UTC)})
	if err != nil || len(b) != 0 {
		t.Errorf("nothing is %q (%v)", b, err)
	}
}

func TestCodecPassesOverFieldsItDoesNotKnow(t *testing.T) {
	type later struct {
		New   string         `json:"new"`
		Name  string         `json:"name"`
		Newer map[string]any `json:"newer"`
		Deep  []inner2       `json:"deep"`
		Extra []time.Time    `json:"extra"`
	}
	b, err := newCodec[later]().append(nil, &later{"x", "kept", map[string]any{"a": 1}, []inner2{{7}}, []time.Time{{}}})
	if err != nil {
		t.Fatal(err)
	}
	var got inner
	if err := newCodec[inner]().decode(b, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(inner{"kept", []inner2{{7}}}, got); d != "" {
		t.Error(d)
	}
}

func TestCodecTakesFieldsInAnyOrder(t *testing.T) {
	type turned struct {
		Deep []inner2 `json:"deep"`
		Name string   `json:"name"`
	}
	b, err := newCodec[turned]().append(nil, &turned{[]inner2{{7}}, "x"})
	if err != nil {
		t.Fatal(err)
	}
	var got inner
	if err := newCodec[inner]().decode(b, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(inner{"x", []inner2{{7}}}, got); d != "" {
		t.Error(d)
	}
}

func TestCodecRefusesWhatIsCutOff(t *testing.T) {
	b, err := newCodec[sample]().append(nil, &sample{Text: strings.Repeat("x", 300), Count: 1 << 40, At: time.UnixMilli(1), List: []inner{{Name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for size := range len(b) {
		var got sample
		err := newCodec[sample]().decode(b[:size], &got)
		if err == nil {
			whole++ // between two fields
		} else if !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if whole > 4 {
		t.Errorf("%d cuts of %d went unnoticed", whole, len(b))
	}
}

func TestCodecSaysWhichFieldCannotBeWritten(t *testing.T) {
	_, err := eventCodec.append(nil, &movement.Event{With: map[string]any{"f": func() {}}})
	if err == nil || !strings.Contains(err.Error(), "encode movement.Event: with: ") {
		t.Errorf("%v", err)
	}
}

// FuzzDecode feeds the codec with anything: it must not panic, and whatever it accepts it must be able to
// write and read again.
func FuzzDecode(f *testing.F) {
	c := newCodec[sample]()
	for _, s := range []sample{{}, {Text: "x", Count: -1, At: time.UnixMilli(5), List: []inner{{Name: "n", Deep: []inner2{{1}}}}, With: map[string]any{"a": 1.0}}} {
		b, err := c.append(nil, &s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second sample
		if c.decode(b, &first) != nil {
			return
		}
		again, err := c.append(nil, &first)
		if err != nil {
			return // JSON that Go's decoder takes and its encoder does not
		}
		if err := c.decode(again, &second); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzMessageHead does the same for what precedes a message.
func FuzzMessageHead(f *testing.F) {
	f.Add(seal(appendHead(newRecord(0), 7, &movement.Message{ID: "abc"})))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= headerSize {
			b = seal(b)
		}
		if h, err := cutHead(b); err == nil {
			_, _ = h.decode()
		} else if !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}

// FuzzPages looks at anything as if it were a file.
func FuzzPages(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: 1024})
	if err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(db.Update(func(tx *bbolt.Tx) error { return create(tx, "") }), db.Close()); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if err := checkPages(bytes.NewReader(content), int64(len(content)), true, true); err != nil {
		f.Fatal(err)
	}
	f.Add(content[:bytes.LastIndexFunc(content, func(r rune) bool { return r != 0 })+1])
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, leaves := range []bool{true, false} {
			_ = checkPages(bytes.NewReader(b), int64(len(b)), leaves, true)
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
	record, err := movementCodec.append(nil, &m)
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
		{"encode/record", len(record), func() error { _, err := movementCodec.append(newRecord(512), &m); return err }},
		{"encode/json", len(text), func() error { _, err := json.Marshal(&m); return err }},
		{"decode/record", len(record), func() error { return movementCodec.decode(record, new(movement.Movement)) }},
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
