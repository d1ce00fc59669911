package control

import (
	"encoding/json"
	"fmt"
	"net/http"
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
	after, err := a.startOf(r)
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
	for {
		select {
		case entry, open := <-entries:
			if !open || a.writeEvent(w, entry) != nil {
				return
			}
			// What is there already goes out in one piece.
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
			if _, err := fmt.Fprint(w, ": alive\n\n"); err != nil {
				return
			}
		case <-a.open.Done():
			return
		}
		if stream.Flush() != nil {
			return
		}
	}
}

// startOf is the number of the last entry that the client has seen. An id of another store is that of none.
func (a *API) startOf(r *http.Request) (uint64, error) {
	q, err := query(r, "after")
	if err != nil {
		return 0, err
	}
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = q.Get("after")
	}
	if text == "" {
		return a.Engine.LastEntry(), nil
	}
	number, identity, named := strings.Cut(text, "-")
	after, err := strconv.ParseUint(number, 10, 63)
	if err != nil || named && identity == "" {
		return 0, bad("give the id of the last event received, or 0 for all events", "an event cannot have the id %q", text)
	}
	if named && identity != a.Engine.Identity() || after > a.Engine.LastEntry() {
		return engine.StartOver, nil
	}
	return after, nil
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
