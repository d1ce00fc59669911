package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// departures is the path of the API's collection.
const departures = "/customs/transits/movements/departures"

// trader calls the simulated API 2.1 as a trader's software does. control is the token of the control API, which no
// trader has but the demo may need.
type trader struct{ url, token, control string }

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
	var list struct {
		Messages []listed `json:"messages"`
	}
	err = json.Unmarshal(answer, &list)
	slices.Reverse(list.Messages)
	return list.Messages, err
}

// body reads a message as XML.
func (t trader) body(ctx context.Context, movement, id string) ([]byte, error) {
	return t.call(ctx, http.MethodGet, departures+"/"+movement+"/messages/"+id+"/body", "xml", nil)
}

// stateAfter asks the control API, which no trader has, for the state in which a message left the movement.
func (t trader) stateAfter(ctx context.Context, declared, id string) (string, error) {
	var answer struct {
		Journal []happening `json:"journal"`
	}
	err := client{url: t.url, token: t.control}.call(ctx, http.MethodGet, movementsPath+"/"+declared, nil, &answer)
	if err != nil {
		return "", err
	}
	state, found := string(movement.Submitted), false
	for _, e := range answer.Journal {
		if found && e.Kind == "event" {
			break
		}
		found = found || e.Message == id
		if e.To != "" {
			state = e.To
		}
	}
	return state, nil
}

// call sends one request of API 2.1 and insists on success.
func (t trader) call(ctx context.Context, method, path, accept string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, t.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, usageError("--url: %v; hint: write it as http://localhost:8080", err)
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	req.Header.Set("Accept", "application/vnd.hmrc.2.1+"+accept)
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
