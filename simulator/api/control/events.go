package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/engine"
	"nctsim/simulator/movement"
)

// heartbeat is how often a silent stream says that it is alive, in real time: it is there for the
// connection, which knows nothing of the simulator's clock.
const heartbeat = 15 * time.Second

// A client that seems to have left is sent that sign of life a few times at once: the first one that reaches nobody makes the
// connection fail for the next.
const (
	probing      = 100 * time.Millisecond
	probesOfLeft = 5
)

// Events streams every journal entry as a server-sent event whose id begins with the entry's number. With
// Last-Event-ID, or the query parameter after, it begins behind that entry; without, with the next one. A stream that cannot go
// on there begins with a reset, and then with the first entry there is.
func (a *API) Events(w http.ResponseWriter, r *http.Request) {
	after, wanted, err := a.startOf(r)
	if err != nil {
		Failure(err).Write(w)
		return
	}
	entries, stop := a.Engine.Subscribe(after)
	defer stop()

	// The write timeout of the server is for answers that end.
	stream := http.NewResponseController(w)
	_ = stream.SetWriteDeadline(time.Time{})
	h := w.Header()
	h.Set("Content-Type", typeEvents)
	h.Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	_, _ = fmt.Fprint(w, "retry: 1000\n")
	if after != engine.StartOver {
		// An id without an event: whoever loses the connection before the first event comes back with it.
		_, _ = fmt.Fprintf(w, "id: %s\n", a.eventID(after))
	}
	_, _ = fmt.Fprint(w, "\n")
	if stream.Flush() != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	left := r.Context().Done()
	probes := 0
	passed := uint64(0) // the number of the last entry that nobody wanted, since the last one that somebody did
	for {
		select {
		case entry, open := <-entries:
			if !open {
				return
			}
			if !wanted(entry) {
				passed = entry.Number
			} else if passed = 0; a.writeEvent(w, entry) != nil {
				return
			}
			// What is there already goes out in one piece, also when nobody wants the last of it.
			if len(entries) > 0 {
				continue
			}
		case <-left:
			// The client has closed its side at least. Whether it still listens shows when something is sent to it.
			left, probes = nil, probesOfLeft
			beat.Reset(probing)
			continue
		case <-beat.C:
			if probes--; probes == 0 {
				beat.Reset(heartbeat)
			}
			sign := ": alive\n\n"
			if passed > 0 { // whoever comes back need not have them looked at again
				sign, passed = ": alive\nid: "+a.eventID(passed)+"\n\n", 0
			}
			if _, err := fmt.Fprint(w, sign); err != nil {
				return
			}
		case <-a.open.Done():
			// Whoever comes back with the id of an event of before starts over, too.
			if why, is := a.replaced(); is {
				reset := movement.Entry{At: a.Clock.Now(), Kind: movement.EntryReset, Text: "everything was replaced", Why: why}
				if a.writeEvent(w, reset) == nil {
					_ = stream.Flush() // the stream ends anyway
				}
			}
			return
		}
		if stream.Flush() != nil {
			return
		}
	}
}

// startOf is the number of the last entry that the client has seen, and which entries it wants to see. An id of another
// store is that of none.
func (a *API) startOf(r *http.Request) (after uint64, wanted func(movement.Entry) bool, err error) {
	q, err := query(r, "after", "movement", "kind")
	if err != nil {
		return 0, nil, err
	}
	if wanted, err = wantedBy(q.Get("movement"), q.Get("kind")); err != nil {
		return 0, nil, err
	}
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = q.Get("after")
	}
	if text == "" {
		return a.Engine.LastEntry(), wanted, nil
	}
	number, identity, named := strings.Cut(text, "-")
	after, err = strconv.ParseUint(number, 10, 63)
	if err != nil || named && identity == "" {
		return 0, nil, bad("give the id of the last event received, or 0 for all events", "an event cannot have the id %q", text)
	}
	if named && identity != a.Engine.Identity() || after > a.Engine.LastEntry() {
		return engine.StartOver, wanted, nil
	}
	return after, wanted, nil
}

// wantedBy reads the filters of a stream. A reset concerns everybody: it says that what was told before is of no use.
func wantedBy(id, kinds string) (func(movement.Entry) bool, error) {
	var only []movement.EntryKind
	for name := range strings.SplitSeq(kinds, ",") {
		kind := movement.EntryKind(strings.TrimSpace(name))
		if kind == "" {
			continue
		}
		if !slices.Contains(movement.EntryKinds, kind) {
			return nil, bad(fmt.Sprintf("the kinds are %v", movement.EntryKinds), "there are no entries of kind %q", kind)
		}
		only = append(only, kind)
	}
	return func(e movement.Entry) bool {
		if e.Kind == movement.EntryReset {
			return true
		}
		return (id == "" || e.Movement == id) && (len(only) == 0 || slices.Contains(only, e.Kind))
	}, nil
}

// eventID is the id of the event of an entry: its number, and which store has given it.
func (a *API) eventID(number uint64) string {
	id := strconv.FormatUint(number, 10)
	if identity := a.Engine.Identity(); identity != "" {
		id += "-" + identity
	}
	return id
}

// writeEvent writes one event; its JSON has no line breaks, so one data line holds it.
func (a *API) writeEvent(w http.ResponseWriter, entry movement.Entry) error {
	data, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %s\nevent: %s\ndata: %s\n\n", a.eventID(entry.Number), entry.Kind, data)
	return err
}
