package traders

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
)

// jsonSchemas makes the JSON schemas of each phase when they are needed for the first time.
func jsonSchemas(c *message.Catalogue) map[message.Phase]func() (*jsonmessage.Validator, error) {
	schemas := map[message.Phase]func() (*jsonmessage.Validator, error){}
	for _, p := range message.Phases {
		schemas[p] = sync.OnceValues(func() (*jsonmessage.Validator, error) { return jsonmessage.NewValidator(c, p) })
	}
	return schemas
}

// jsonRoom is how many bytes of JSON all messages may have that are read at the same time, in the whole process: what is
// read of a text whose values are very small takes thirty times its size. Usual messages do not wait for each other.
var jsonRoom = semaphore.NewWeighted(maxSmallMessage)

// readingJSON calls a function that reads a text when there is room for it. The error is that of the context, or the
// function's.
func readingJSON(ctx context.Context, text []byte, read func() error) error {
	weight := min(int64(len(text)), maxSmallMessage)
	if jsonRoom.Acquire(ctx, weight) != nil {
		return context.Cause(ctx)
	}
	defer jsonRoom.Release(weight)
	return read()
}

// checkJSON is check for a message as JSON: by its JSON schema and the submission rules, then, converted, as XML. That its
// XML schema refuses what its JSON schema takes is a fault of the service's own (docs/spec/api-2.1-3.0.md#9-2).
func (a *API) checkJSON(ctx context.Context, in submitted, k message.Kind, root string) (engine.Submission, error) {
	err := readingJSON(ctx, in.body, func() (err error) {
		in.body, err = a.converted(ctx, in, k, root)
		return err
	})
	if err != nil {
		return engine.Submission{}, err
	}
	s, err := a.checkXML(ctx, in, k, root)
	if bad := (*invalid)(nil); errors.As(err, &bad) {
		return s, fmt.Errorf("the JSON schema takes the message, the XML schema does not: %s", bad.errors[0].Message)
	}
	return s, err
}

// converted is a message as XML that was sent as JSON, and obeys the JSON schema and the submission rules.
func (a *API) converted(ctx context.Context, in submitted, k message.Kind, root string) ([]byte, error) {
	exchange.At(ctx, client.CheckBody)
	value, err := jsonmessage.Parse(in.body)
	if err != nil {
		return nil, refuse(codeBadRequest, "%s", err)
	}
	schemas, err := a.json[in.phase]()
	if err != nil {
		return nil, err
	}
	exchange.At(ctx, client.CheckSchema)
	if found := schemas.Validate(value, root, jsonmessage.DefaultMaxErrors); len(found) > 0 {
		return nil, &invalidJSON{found}
	}
	exchange.At(ctx, client.CheckRules)
	if !jsonmessage.HasMessage(value, root) {
		return nil, refuse(codeBusiness, textRuleMissing, root)
	}
	doc, err := jsonmessage.Document(a.Catalogue, in.phase, root, value)
	if err != nil {
		return nil, err
	}
	if err := submissionRules(doc.Root, k, a.lrn); err != nil {
		return nil, err
	}
	if err := jsonmessage.Writable(doc.Root); err != nil {
		return nil, fmt.Errorf("convert to XML: %w", err)
	}
	body := doc.Bytes()
	if len(body) > maxSmallMessage {
		exchange.At(ctx, client.CheckSize)
		return nil, refuse(codeTooLarge, textTooLarge)
	}
	return body, nil
}

// rootNameOfJSON is the local name of the message in a JSON text, false if the text cannot be read or holds none.
func rootNameOfJSON(body []byte) (string, bool) {
	value, err := jsonmessage.Parse(body)
	if err != nil {
		return "", false
	}
	return value.Root()
}

// What is kept of messages that were read as JSON: clients poll the same ones, and writing one takes several times as long as
// giving out its XML. At most 4 MB are kept.
const (
	keptAsJSON      = 64
	largestKeptJSON = 32 << 10 // bytes of XML
)

// written is a message as XML, and the phase by whose schema it is read.
type written struct {
	phase message.Phase
	body  string
}

// asJSON is the body of a stored message as JSON. It follows the schema of the movement's phase, also where the request
// names the other version.
func (a *API) asJSON(p message.Phase, body []byte) ([]byte, error) {
	key := written{phase: p}
	if len(body) <= largestKeptJSON {
		key.body = string(body)
		if text, there := a.read.Get(key); there {
			return text, nil
		}
	}
	text, err := jsonmessage.AppendXML(make([]byte, 0, len(body)+len(body)/2), a.Catalogue, p, body)
	if err != nil {
		return nil, fmt.Errorf("convert to JSON: %w", err)
	}
	if key.body != "" {
		a.read.Add(key, text)
	}
	return text, nil
}
