package control

import (
	"errors"
	"net/http"
	"strings"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/messagediff"
	"nctsim/simulator/store"
	"nctsim/simulator/xmltree"
)

// defaultDifferences is how many differences of two messages are listed.
const defaultDifferences = 1000

// Compare lists what is different between two messages.
func (a *API) Compare(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	limit, err := count(q.Get("limit"), defaultDifferences, "limit")
	if err != nil {
		return wire.Response{}, err
	}
	if q.Get("with") == "" {
		return wire.Response{}, bad("with is the id of another message, MOVEMENT/MESSAGE, or sample/NAME", "nothing says which message to compare it with")
	}
	left := client.ComparedMessage{Movement: pathVar(r, MovementVar), Message: pathVar(r, MessageVar)}
	leftTree, err := a.compared(&left)
	if err != nil {
		return wire.Response{}, err
	}
	right := client.ComparedMessage{Movement: left.Movement, Message: q.Get("with")}
	if id, messageID, elsewhere := strings.Cut(right.Message, "/"); elsewhere {
		right.Movement, right.Message = id, messageID
	}
	var rightTree messagediff.Message
	if right.Movement == samples {
		right = client.ComparedMessage{Sample: right.Message, Phase: left.Phase}
		rightTree, err = a.comparedSample(&right)
	} else {
		rightTree, err = a.compared(&right)
	}
	if err != nil {
		return wire.Response{}, err
	}
	out := client.Comparison{Left: left, Right: right, Differences: []messagediff.Difference{}}
	rows, total := messagediff.Compare(leftTree, rightTree, limit)
	out.Differences, out.Total = append(out.Differences, rows...), total
	return reply(http.StatusOK, out), nil
}

// samples stands for the sample messages in the place of a movement.
const samples = "sample"

// comparedSample reads a sample, and completes what is said of it.
func (a *API) comparedSample(m *client.ComparedMessage) (messagediff.Message, error) {
	text, err := sampleText(m.Phase, m.Sample)
	if err != nil {
		return messagediff.Message{}, err
	}
	root, err := xmltree.Parse(text)
	if err != nil {
		return messagediff.Message{}, err
	}
	m.Root = root.Name
	return messagediff.Message{Root: root, Declared: a.declaredRoot(m.Phase, root.Name)}, nil
}

// compared reads a message, and completes what is said of it.
func (a *API) compared(m *client.ComparedMessage) (messagediff.Message, error) {
	var body []byte
	err := a.Engine.Read(func(tx *store.Tx) error {
		found, err := tx.Movement(m.Movement)
		if err != nil {
			return noMovement(m.Movement, err)
		}
		m.Phase = found.Phase
		body, err = messageBody(tx, m.Movement, m.Message)
		return err
	})
	if err != nil {
		return messagediff.Message{}, err
	}
	root, err := xmltree.Parse(body)
	if err != nil {
		return messagediff.Message{}, bad("GET …/body shows its bytes", "message %s of movement %s cannot be compared: %v", m.Message, m.Movement, err)
	}
	m.Root = root.Name
	return messagediff.Message{Root: root, Declared: a.declaredRoot(m.Phase, root.Name)}, nil
}

// messageBody is the bytes of a message.
func messageBody(tx *store.Tx, id, messageID string) ([]byte, error) {
	body, err := tx.Body(id, messageID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, unknown("the records of GET /simulator/v1/movements/"+id+" are its messages", "movement %s has no message %s", id, messageID)
	}
	return body, err
}
