package store

import (
	"bytes"
	"cmp"
	"slices"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// DueNotifications are the notifications of all boxes that are to be sent (again), those that are due first coming first; at
// most max of them.
func (tx *Tx) DueNotifications(max int) ([]movement.Notification, error) {
	type due struct {
		at  millis
		key []byte
	}
	var all []due
	for id := range tx.under(boxBucket, nil) {
		prefix, of := noticeListPrefix(string(id), dueLetter), 0
		for k := range tx.under(noticeListBucket, prefix) {
			if of == max {
				break
			}
			all = append(all, due{timeAt(k[len(prefix):]), noticeKeyAt(string(id), k)})
			of++
		}
	}
	slices.SortStableFunc(all, func(a, b due) int { return cmp.Compare(a.at, b.at) })
	out := make([]movement.Notification, 0, min(len(all), max))
	for _, one := range all[:min(len(all), max)] {
		n, err := tx.noticeAt(one.key)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// Oldest are the movements of a generation that were updated last, the one updated first coming first; at most max of them.
func (tx *Tx) Oldest(g message.Generation, max int) ([]*Brief, error) {
	var keys [][]byte
	for _, l := range lists {
		if l.of(g) {
			keys = append(keys, tx.oldest(l, always.until, max)...)
		}
	}
	slices.SortFunc(keys, func(a, b []byte) int { return bytes.Compare(place(a), place(b)) })
	var out []*Brief
	for _, k := range cut(keys, 0, max) {
		b, err := tx.brief(numberOf(k))
		if err == nil {
			out = append(out, b)
		} else if err := tx.leaveOut("movement", numberOf(k), movementKey(numberOf(k)), err); err != nil {
			return nil, err
		}
	}
	return out, nil
}
