package store

import (
	"bytes"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nctsim/simulator/message"
)

// Keys are compared as bytes; these tests make sure that this is the order that is meant.

var (
	numbers = rapid.Custom(func(t *rapid.T) number {
		return number(rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 300)).Draw(t, "number"))
	})
	times = rapid.Custom(func(t *rapid.T) millis {
		return millis(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-300, 300)).Draw(t, "time"))
	})
	texts = rapid.StringMatching(`[A-C]{0,3}`)
	kind  = rapid.SampledFrom(lists)
)

// expectOrder wants two keys to compare as their parts do, the first that differs.
func expectOrder(t *rapid.T, a, b []byte, parts ...int) {
	t.Helper()
	want := 0
	for _, p := range parts {
		if want = p; want != 0 {
			break
		}
	}
	if got := bytes.Compare(a, b); got != want {
		t.Fatalf("%x and %x compare as %d, not %d", a, b, got, want)
	}
}

func compare[T ~int64 | ~uint64 | ~int | ~string | ~uint8](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestNumbersSortByValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers.Draw(t, "a"), numbers.Draw(t, "b")
		expectOrder(t, numberKey(a), numberKey(b), compare(a, b))
		if numberAt(numberKey(a)) != a {
			t.Fatalf("%d comes back as %d", a, numberAt(numberKey(a)))
		}
	})
}

func TestTimesSortByValueAlsoBefore1970(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := times.Draw(t, "a"), times.Draw(t, "b")
		expectOrder(t, appendTime(nil, a), appendTime(nil, b), compare(a, b))
		if timeAt(appendTime(nil, a)) != a {
			t.Fatalf("%d comes back as %d", a, timeAt(appendTime(nil, a)))
		}
	})
}

func TestListSortsByOwnerKindUpdatedCreatedNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o1, o2 := texts.Draw(t, "owner"), texts.Draw(t, "owner")
		k1, k2 := kind.Draw(t, "kind"), kind.Draw(t, "kind")
		u1, u2 := times.Draw(t, "updated"), times.Draw(t, "updated")
		c1, c2 := times.Draw(t, "created"), times.Draw(t, "created")
		n1, n2 := numbers.Draw(t, "number"), numbers.Draw(t, "number")
		a, b := listKey(o1, k1, u1, c1, n1), listKey(o2, k2, u2, c2, n2)
		expectOrder(t, a, b, compare(o1, o2), compare(k1.letter(), k2.letter()), compare(u1, u2), compare(c1, c2), compare(n1, n2))
		if bytes.HasPrefix(a, listPrefix(o2, k2)) != (o1 == o2 && k1 == k2) {
			t.Fatalf("key %x of %q, %v and prefix %x of %q, %v", a, o1, k1, listPrefix(o2, k2), o2, k2)
		}
		if timeAt(place(a)) != u1 || numberAt(a[len(a)-numberSize:]) != n1 {
			t.Fatalf("key %x does not have %d and %d in their places", a, u1, n1)
		}
	})
}

func TestReferencesOfOneNameStandTogetherByNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h1, h2 := texts.Draw(t, "holder"), texts.Draw(t, "holder")
		r1, r2 := texts.Draw(t, "reference"), texts.Draw(t, "reference")
		n1, n2 := numbers.Draw(t, "number"), numbers.Draw(t, "number")
		expectOrder(t, lrnKey(h1, r1, n1), lrnKey(h2, r2, n2), compare(h1, h2), compare(r1, r2), compare(n1, n2))
		expectOrder(t, mrnKey(r1, n1), mrnKey(r2, n2), compare(r1, r2), compare(n1, n2))
		if bytes.HasPrefix(lrnKey(h1, r1, n1), lrnPrefix(h2, r2)) != (h1 == h2 && r1 == r2) {
			t.Fatalf("LRN %q of %q is found as %q of %q", r1, h1, r2, h2)
		}
		if bytes.HasPrefix(lrnKey(h1, r1, n1), mrnPrefix(r1)) || bytes.HasPrefix(mrnKey(r1, n1), lrnPrefix(h1, r1)) {
			t.Fatalf("LRNs and MRNs are mixed up")
		}
	})
}

func TestTimersSortByDueNumberName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d1, d2 := times.Draw(t, "due"), times.Draw(t, "due")
		n1, n2 := numbers.Draw(t, "number"), numbers.Draw(t, "number")
		s1, s2 := texts.Draw(t, "name"), texts.Draw(t, "name")
		a, b := timerKey(d1, n1, s1), timerKey(d2, n2, s2)
		expectOrder(t, a, b, compare(d1, d2), compare(n1, n2), compare(s1, s2))
		if timeAt(a) != d1 || string(a[timeSize+numberSize:]) != s1 {
			t.Fatalf("%x does not say %d and %q", a, d1, s1)
		}
	})
}

func TestRecordsOfAMovementStandTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n1, n2 := numbers.Draw(t, "number"), numbers.Draw(t, "number")
		s1, s2 := numbers.Draw(t, "of"), numbers.Draw(t, "of")
		o1, o2 := int(s1>>1), int(s2>>1)
		expectOrder(t, messageKey(n1, o1), messageKey(n2, o2), compare(n1, n2), compare(o1, o2))
		expectOrder(t, entryKey(n1, uint64(s1)), entryKey(n2, uint64(s2)), compare(n1, n2), compare(s1, s2))
		expectOrder(t, eventKey(n1, uint64(s1)), eventKey(n2, uint64(s2)), compare(n1, n2), compare(s1, s2))
		expectOrder(t, movementKey(n1), messageKey(n2, o2), compare(n1, n2), -1)
		expectOrder(t, messageKey(n1, o1), entryKey(n2, uint64(s2)), compare(n1, n2), -1)
	})
}

func TestSummaryKeepsItsFieldsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := summary{texts.Draw(t, "EORI"), texts.Draw(t, "MRN"), texts.Draw(t, "LRN")}
		eori, mrn, lrn := summaryFields(s.encode())
		if string(eori) != s.movementEORI || string(mrn) != s.mrn || string(lrn) != s.lrn {
			t.Fatalf("%q comes back as %q, %q, %q", s, eori, mrn, lrn)
		}
	})
}

func TestBoundsAreWholeMilliseconds(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 15, 0, 123_000_000, time.UTC)
	for _, c := range []struct {
		bound       time.Time
		floor, ceil int64 // milliseconds from at
	}{
		{at, 0, 0},
		{at.Add(1), 0, 1},
		{at.Add(999_999), 0, 1},
		{at.Add(-1), -1, 0},
		{at.In(time.FixedZone("CET", 3600)), 0, 0},
	} {
		if got := int64(millisOf(c.bound) - millisOf(at)); got != c.floor {
			t.Errorf("%s: not after %d ms, want %d", c.bound, got, c.floor)
		}
		if got := int64(ceilMillis(c.bound) - millisOf(at)); got != c.ceil {
			t.Errorf("%s: not before %d ms, want %d", c.bound, got, c.ceil)
		}
	}
	if spanOf(time.Time{}, time.Time{}) != (span{math.MinInt64, math.MaxInt64}) {
		t.Error("no bounds are a span that ends")
	}
}

func TestEachKindAndBucketHasItsOwnName(t *testing.T) {
	if kindBytes[message.Arrival] == kindBytes[message.Departure] || len(kindBytes) != 2 {
		t.Errorf("kinds %v", kindBytes)
	}
	seen := map[string]bool{}
	for b := range bucketCount {
		if b.String() == "" || seen[b.String()] {
			t.Errorf("bucket %d is called %q", b, b)
		}
		seen[b.String()] = true
	}
}
