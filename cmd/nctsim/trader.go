package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// departures is the path of the API's collection.
const departures = "/customs/transits/movements/departures"

// trader calls the simulated API as a trader's software does, in one of its versions. control is the token of the control
// API, which no trader has but the demo may need.
type trader struct{ url, token, version, control string }

func (t trader) dialect() dialect { return dialects[t.version] }

// begins is the state of a departure that nobody has looked at.
func (t trader) begins() string {
	phase, _ := message.PhaseOfVersion(t.version)
	return string(movement.Begin(phase, message.Departure))
}

// listed is a message as the API lists it.
type listed struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Status   string    `json:"status"`
	Received time.Time `json:"received"`
}

// name is the short English name of the message.
func (l listed) name() string {
	t, _ := message.TypeOfCode(l.Type)
	return t.Name
}

// submit posts a declaration and returns the id of the new movement.
func (t trader) submit(ctx context.Context, declaration []byte) (movement string, err error) {
	answer, err := t.call(ctx, http.MethodPost, departures, "json", declaration)
	if err != nil {
		return "", err
	}
	var accepted struct {
		DepartureID string `json:"departureId"`
	}
	if err := json.Unmarshal(answer, &accepted); err != nil || accepted.DepartureID == "" {
		return "", fmt.Errorf("the answer to the declaration names no movement: %.200s", answer)
	}
	return accepted.DepartureID, nil
}

// messages lists the messages of a movement, the oldest first.
func (t trader) messages(ctx context.Context, movement string) ([]listed, error) {
	answer, err := t.call(ctx, http.MethodGet, departures+"/"+movement+"/messages", "json", nil)
	if err != nil {
		return nil, err
	}
	return t.dialect().list(answer)
}

// body reads a message as XML.
func (t trader) body(ctx context.Context, movement, id string) ([]byte, error) {
	d := t.dialect()
	answer, err := t.call(ctx, http.MethodGet, departures+"/"+movement+"/messages/"+id+d.bodyPath, d.bodyFormat, nil)
	if err != nil {
		return nil, err
	}
	return d.body(answer)
}

// file is a movement as the control API knows it, which no trader has.
type file struct {
	ID      string
	Journal []happening
	Timers  []timer
	Records []struct{ ID string }
}

// file reads the file of the departure with an LRN.
func (t trader) file(ctx context.Context, lrn string) (f file, err error) {
	control := client{url: t.url, token: t.control}
	id, err := control.find(ctx, lrn, func(m movementRow) bool { return m.Type == string(message.Departure) })
	if err != nil {
		return f, err
	}
	return f, control.call(ctx, http.MethodGet, movementsPath+"/"+id, nil, &f)
}

// stateAfter is the state in which the message of a number, counted from 0, left the movement; "" if the message left it
// where it began.
func (f file) stateAfter(number int) string {
	state, found := "", false
	for _, e := range f.Journal {
		if found && e.Kind == "event" {
			break
		}
		found = found || number < len(f.Records) && e.Message == f.Records[number].ID
		if e.To != "" {
			state = e.To
		}
	}
	return state
}

// call sends one request of the trader's version and insists on success.
func (t trader) call(ctx context.Context, method, path, accept string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, t.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, usageError("--url: %v; hint: write it as http://localhost:8080", err)
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	req.Header.Set("Accept", "application/vnd.hmrc."+t.version+"+"+accept)
	if body != nil {
		req.Header.Set("Content-Type", "application/xml")
	}
	res, err := caller.Do(req)
	if err != nil {
		return nil, client{url: t.url}.unreachable(ctx, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode/100 != 2 {
		return nil, errors.New(res.Status + " " + string(answer))
	}
	return answer, nil
}
