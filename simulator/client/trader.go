package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

// ScenarioHeader names the scenario that a new movement is to follow.
const ScenarioHeader = "Gov-Test-Scenario"

// Trader calls the simulated Traders API as a trader's software does, in the version that speaks a phase. It is safe for
// concurrent use.
type Trader struct {
	// URL is where the simulated APIs are: "http://localhost:8080".
	URL   string
	Phase message.Phase
	// Token is the trader's bearer token, as a rule their EORI.
	Token string
	// JSON has the schemas by which messages are turned into JSON and back, so that they are sent and read as JSON; nil for
	// XML. It is ignored in API 1.0, which has none.
	JSON *message.Catalogue
	// HTTP makes the calls; nil means [DefaultHTTP].
	HTTP *http.Client
	// Around makes a call, if it is not nil, in the place of [Trader.Do]. It is told which call that is:
	// [scenario.CallSubmit] and so on.
	Around func(ctx context.Context, call string, r Request) (Answer, error)
}

// Submission is a message that is to be sent.
type Submission struct {
	Type message.Type
	Text []byte
	// Movement is the id, as the API gives it, of the movement that the message is for; empty if it creates one.
	Movement string
	// Scenario is the one that a new movement is asked to follow, empty for none.
	Scenario string
}

// Receipt has the ids that the API has given.
type Receipt struct {
	Movement string
	// Message is empty in API 1.0, which keeps another message than was sent: it has to be read back.
	Message string
}

// Listed is a message in the list of a movement's messages, by the id that the API gives it.
type Listed struct {
	ID       string          `json:"id"`
	Type     string          `json:"type"`
	Status   movement.Status `json:"status"`
	Received time.Time       `json:"received"`
}

// FromCustoms reports whether customs has sent the message.
func (l Listed) FromCustoms() bool { return l.Status == movement.Received }

// RefusedError is an answer of the simulated API that is not a success.
type RefusedError struct {
	// What was answered: "the IE015", "GET /customs/…".
	What   string
	Status int
	Body   []byte
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s was answered with %d %s: %.1000s", e.What, e.Status, http.StatusText(e.Status), e.Body)
}

// IsRefused reports whether an error is an answer of the simulated API.
func IsRefused(err error) bool {
	var e *RefusedError
	return errors.As(err, &e)
}

// Submit sends a message. The error is a [*RefusedError] if the API does not accept it.
func (t Trader) Submit(ctx context.Context, s Submission) (Receipt, error) {
	api := t.api()
	request, err := api.submission(s)
	if err != nil {
		return Receipt{}, fmt.Errorf("send the %s: %w", s.Type.Code, err)
	}
	a, err := t.call(ctx, scenario.CallSubmit, request)
	if err != nil {
		return Receipt{}, err
	}
	if a.Status != http.StatusAccepted {
		return Receipt{}, &RefusedError{"the " + s.Type.Code, a.Status, a.Body}
	}
	receipt, err := api.receipt(a.Body)
	if err != nil {
		err = fmt.Errorf("send the %s: %w", s.Type.Code, err)
	}
	return receipt, err
}

// Messages is all messages of a movement, the oldest first.
func (t Trader) Messages(ctx context.Context, k message.Kind, movementID string) ([]Listed, error) {
	api := t.api()
	var all []Listed
	for n := 1; ; n++ {
		body, err := t.read(ctx, scenario.CallMessages, api.page(MessagesPath(k, movementID), n))
		if err != nil {
			return nil, err
		}
		page, total, err := api.listed(body)
		if err != nil {
			return nil, fmt.Errorf("read the list of messages: %w", err)
		}
		// Later pages have older messages.
		all = slices.Concat(page, all)
		if len(page) == 0 || len(all) >= total {
			return all, nil
		}
	}
}

// Body is a message as XML, made of its JSON if the trader reads that.
func (t Trader) Body(ctx context.Context, k message.Kind, movementID, messageID string) ([]byte, error) {
	api := t.api()
	answer, err := t.read(ctx, scenario.CallMessage, api.body(MessagesPath(k, movementID), messageID))
	if err != nil {
		return nil, err
	}
	return api.xml(answer)
}

// Look makes a call of which nothing but its being made is of interest: [scenario.CallMovement], or
// [scenario.CallMovements] for all of the kind.
func (t Trader) Look(ctx context.Context, call string, k message.Kind, movementID string) error {
	path := collection(k)
	if call == scenario.CallMovement {
		path += "/" + movementID
	}
	_, err := t.read(ctx, call, reading(path, acceptOf(t.Phase, "json")))
	return err
}

func (t Trader) read(ctx context.Context, call string, r Request) ([]byte, error) {
	a, err := t.call(ctx, call, r)
	if err != nil {
		return nil, err
	}
	if a.Status != http.StatusOK {
		return nil, &RefusedError{r.Method + " " + r.URL, a.Status, a.Body}
	}
	return a.Body, nil
}

// call makes a call with the trader's token.
func (t Trader) call(ctx context.Context, call string, r Request) (Answer, error) {
	base := strings.TrimRight(t.URL, "/")
	if err := (Client{URL: base}).Check(); err != nil {
		return Answer{}, err
	}
	r.Header["Authorization"] = "Bearer " + t.Token
	r.URL = base + r.URL
	var a Answer
	var err error
	if t.Around != nil {
		a, err = t.Around(ctx, call, r)
	} else {
		a, err = t.Do(ctx, r)
	}
	if err != nil {
		return Answer{}, unreachable(ctx, base, err)
	}
	return a, nil
}

// Pauses after a 429, as HMRC's platform gives it to those who call too often.
const (
	throttlePause = 500 * time.Millisecond
	throttleTries = 40
)

// Do makes a call. Calls that are throttled are made again. The error is one of the connection.
func (t Trader) Do(ctx context.Context, r Request) (Answer, error) {
	for try := 1; ; try++ {
		a, err := r.Do(ctx, t.HTTP)
		if err != nil || a.Status != http.StatusTooManyRequests || try == throttleTries {
			return a, err
		}
		if err := Pause(ctx, throttlePause); err != nil {
			return Answer{}, err
		}
	}
}
