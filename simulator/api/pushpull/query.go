package pushpull

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/client"
	"nctsim/simulator/movement"

	"nctsim/simulator/store"
)

// mostRead is how many notifications are listed if nobody asks for another number.
const mostRead = 100

// query reads the query of a list: which notifications are asked for.
func query(raw string) (q store.NotificationQuery, err error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, badQuery
	}
	for name := range values {
		if !slices.Contains([]string{"status", "fromDate", "toDate", "count"}, name) {
			return q, badQuery
		}
	}
	q.Limit = mostRead
	if values.Has("status") {
		q.Status = movement.NotificationStatus(strings.ToUpper(values.Get("status")))
		if !slices.Contains(movement.NotificationStatuses, q.Status) {
			return q, badStatus
		}
	}
	if values.Has("count") {
		if q.Limit, err = strconv.Atoi(values.Get("count")); err != nil || q.Limit < 1 {
			return q, badCount
		}
	}
	if q.From, err = date(values, "fromDate"); err != nil {
		return q, err
	}
	if q.To, err = date(values, "toDate"); err != nil {
		return q, err
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return q, badSpan
	}
	return q, nil
}

// layouts are how a date may be written: with or without a time, its fraction and its zone.
var layouts = []string{"2006-01-02", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"}

// date reads a date of the query; zero if it is not there. Without a zone it is UTC.
func date(values url.Values, name string) (time.Time, error) {
	if !values.Has(name) {
		return time.Time{}, nil
	}
	for _, layout := range layouts {
		// A fraction of a second is taken wherever there are seconds.
		if t, err := time.Parse(layout, values.Get(name)); err == nil && !t.IsZero() {
			return t.UTC(), nil
		}
	}
	return time.Time{}, badDate
}

// largestBody is how many bytes a request may have: far more than a hundred ids need.
const largestBody = 100 << 10

// decode reads the JSON of a request.
func decode(r *http.Request, into any) error {
	exchange.At(r.Context(), client.CheckContentType)
	if media, _ := bind.MediaTypeOf(r); !media.IsJSON() {
		exchange.Want(r.Context(), "Content-Type", "application/json")
		return badMedia
	}
	exchange.At(r.Context(), client.CheckBody)
	body, err := bind.JSONBody(r, largestBody)
	if err != nil || json.Unmarshal(body, into) != nil {
		return invalidBody
	}
	return nil
}

// areDistinctUUIDs says whether there is at least one id, and each once.
func areDistinctUUIDs(ids []string) bool {
	seen := map[string]bool{}
	for _, id := range ids {
		id = strings.ToLower(id)
		if !bind.IsUUID(id) || seen[id] {
			return false
		}
		seen[id] = true
	}
	return len(ids) > 0
}
