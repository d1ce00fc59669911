package store

import (
	"bytes"
	"math"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// span is a range of stored times, both ends included.
type span struct{ since, until millis }

// always is the span of all times.
var always = span{math.MinInt64, math.MaxInt64}

// spanOf is the span between two times; a zero time is no bound.
func spanOf(since, until time.Time) span {
	s := always
	if !since.IsZero() {
		s.since = ceilMillis(since)
	}
	if !until.IsZero() {
		s.until = millisOf(until)
	}
	return s
}

func (s span) contains(m millis) bool { return s.since <= m && m <= s.until }

// MovementQuery selects movements (docs/spec/api-2.1-3.0.md#1-3); all conditions have to be met, and zero values
// are no conditions.
type MovementQuery struct {
	EORI string       // whose movements; everybody's when empty
	Kind message.Kind // departures or arrivals; both when empty
	// Generation says of which phases; of all when zero.
	Generation message.Generation
	// UpdatedSince and ReceivedUntil are the first and the last time of the latest update.
	UpdatedSince, ReceivedUntil time.Time
	MovementEORI                string // exactly
	MRN, LRN                    string // a part of it, in any case
	// Skip and Limit choose the page; no limit when Limit is not positive.
	Skip, Limit int
	// PageOnly says that nobody wants to know how many there are: what lies behind the page is not looked at.
	PageOnly bool
}

// filter is the part of a query that the summaries answer.
type filter struct {
	movementEORI, mrn, lrn []byte
}

func (q *MovementQuery) filter() filter {
	return filter{[]byte(q.MovementEORI), []byte(fold(q.MRN)), []byte(fold(q.LRN))}
}

func (f *filter) empty() bool { return len(f.movementEORI)+len(f.mrn)+len(f.lrn) == 0 }

func (f *filter) matches(summary []byte) bool {
	if f.empty() {
		return true
	}
	eori, mrn, lrn := summaryFields(summary)
	return (len(f.movementEORI) == 0 || bytes.Equal(eori, f.movementEORI)) &&
		bytes.Contains(mrn, f.mrn) && bytes.Contains(lrn, f.lrn)
}

// Movements returns the page of the movements that a query selects, last updated first, of those
// updated at the same time the newest first; and how many it selects on all pages, which is no more than the
// page shows when PageOnly asks for nothing else.
//
// A page without conditions costs the same however many movements there are, besides the movements
// skipped; conditions cost a look at each index entry of the owner within the time span.
func (tx *Tx) Movements(q MovementQuery) (page []*movement.Movement, total int, err error) {
	f, within := q.filter(), spanOf(q.UpdatedSince, q.ReceivedUntil)
	lists := tx.lists(&q, within)
	known := f.empty() && lists.coveredBy(within)
	if known {
		if total = lists.total(tx); q.Skip >= total {
			return nil, total, nil
		}
	}
	seen, missing := 0, 0
	for k, v := lists.prev(); k != nil && timeAt(place(k)) >= within.since; k, v = lists.prev() {
		if !f.matches(v) {
			continue
		}
		seen++
		if wanted := seen > q.Skip && (q.Limit <= 0 || len(page)+missing < q.Limit); wanted {
			m, err := tx.movement(numberOf(k))
			if err == nil {
				page = append(page, m)
			} else if err := tx.leaveOut("movement", numberOf(k), movementKey(numberOf(k)), err); err != nil {
				return nil, 0, err
			} else {
				missing++
			}
		}
		if (known || q.PageOnly) && q.Limit > 0 && len(page)+missing == q.Limit {
			break
		}
	}
	if !known {
		total = seen
	}
	return page, total, nil
}

// listCursor goes through one list from its end.
type listCursor struct {
	cursor *bbolt.Cursor
	prefix []byte
	k, v   []byte // where it is, nil behind the first
}

// listCursors are the lists of a query, read as one.
type listCursors []*listCursor

// lists opens the lists of a query at the last entry within the span.
func (tx *Tx) lists(q *MovementQuery, within span) listCursors {
	var ls listCursors
	for _, one := range lists {
		if (q.Kind == "" || q.Kind == one.kind) && one.of(q.Generation) {
			l := &listCursor{cursor: tx.bucket(listBucket).Cursor(), prefix: listPrefix(q.EORI, one)}
			l.seekLast(within.until)
			ls = append(ls, l)
		}
	}
	return ls
}

// seekLast goes to the last entry that was updated at until or before.
func (l *listCursor) seekLast(until millis) {
	behind := bytes.Clone(l.prefix)
	if until == math.MaxInt64 {
		behind[len(behind)-1]++ // the kind
	} else {
		behind = appendTime(behind, until+1)
	}
	if k, _ := l.cursor.Seek(behind); k == nil {
		l.k, l.v = l.cursor.Last()
	} else {
		l.k, l.v = l.cursor.Prev()
	}
	l.stay()
}

func (l *listCursor) prev() {
	l.k, l.v = l.cursor.Prev()
	l.stay()
}

// stay ends the list where another begins.
func (l *listCursor) stay() {
	if !bytes.HasPrefix(l.k, l.prefix) {
		l.k, l.v = nil, nil
	}
}

// prev is the next entry on the way from the last updated to the first, nil at the end.
func (ls listCursors) prev() (k, v []byte) {
	var last *listCursor
	for _, l := range ls {
		if l.k != nil && (last == nil || bytes.Compare(place(l.k), place(last.k)) > 0) {
			last = l
		}
	}
	if last == nil {
		return nil, nil
	}
	k, v = last.k, last.v
	last.prev()
	return k, v
}

// coveredBy reports whether nothing of the lists lies outside of the span, so that the tallies are the
// answer to how much there is. A page asked for with the present time as its end is the usual case.
func (ls listCursors) coveredBy(within span) bool {
	for _, l := range ls {
		if !l.coveredBy(within) {
			return false
		}
	}
	return true
}

func (l *listCursor) coveredBy(within span) bool {
	if within == always {
		return true
	}
	at := l.cursor.Bucket().Cursor()
	first, _ := at.Seek(l.prefix)
	if !bytes.HasPrefix(first, l.prefix) {
		return true // there is nothing
	}
	end := listCursor{cursor: at, prefix: l.prefix}
	end.seekLast(math.MaxInt64)
	return within.contains(timeAt(place(first))) && within.contains(timeAt(place(end.k)))
}

func (ls listCursors) total(tx *Tx) int {
	sum := 0
	for _, l := range ls {
		sum += tx.counts(listTally(l.prefix))
	}
	return sum
}

// Expired returns the ids of movements of a generation that were updated last before a time, the one updated first
// coming first; at most max, all when max is not positive.
func (tx *Tx) Expired(g message.Generation, before time.Time, max int) ([]string, error) {
	var keys [][]byte
	for _, l := range lists {
		if l.of(g) {
			keys = append(keys, tx.oldest(l, ceilMillis(before), max)...)
		}
	}
	slices.SortFunc(keys, func(a, b []byte) int { return bytes.Compare(place(a), place(b)) })
	var ids []string
	for _, k := range cut(keys, 0, max) {
		m, err := tx.movement(numberOf(k))
		if err == nil {
			if !tx.passesOver(m.ID) {
				ids = append(ids, m.ID)
			}
		} else if err := tx.leaveOut("movement", numberOf(k), movementKey(numberOf(k)), err); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// oldest are the keys of everybody's list that were updated before a time.
func (tx *Tx) oldest(l list, before millis, max int) [][]byte {
	var keys [][]byte
	for k := range tx.under(listBucket, listPrefix("", l)) {
		if timeAt(place(k)) >= before {
			break
		}
		if keys = append(keys, k); len(keys) == max {
			break
		}
	}
	return keys
}
