package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"nctsim/simulator/message"
	"nctsim/simulator/messagediff"
	"nctsim/simulator/movement"
)

// MessageDetail is everything about one message of a movement but its bytes.
type MessageDetail struct {
	Record
	Movement string        `json:"movement"`
	Phase    message.Phase `json:"phase"`
	// Root is the name of the root element and Name what the message is called, as far as it is known.
	Root string `json:"root,omitempty"`
	Name string `json:"name,omitempty"`
	// FromCustoms says who has sent it.
	FromCustoms bool `json:"fromCustoms"`
	// Answers is the message of the trader that it answers, and Answered are those of customs that answer it.
	Answers  *Record  `json:"answers,omitempty"`
	Answered []Record `json:"answered,omitempty"`
	// Findings are what the office found wrong with it, as far as the journal has them one by one.
	Findings []movement.Finding `json:"findings,omitempty"`
	// Unreadable says why there is no tree: the message is not XML.
	Unreadable string `json:"unreadable,omitempty"`
	// Tree is the message by its elements, if it was asked for.
	Tree *MessageElement `json:"tree,omitempty"`
	// JSON is the message in the form of HMRC's JSON schemas, if it was asked for and there is one.
	JSON json.RawMessage `json:"json,omitempty"`
}

// MessageElement is an element of a message, together with what its schema says of it.
type MessageElement struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Path leads to it from the root, with a position where it may repeat.
	Path string `json:"path"`
	// Min and Max are how often it occurs by the schema, and Kind is that of a leaf: "token", "decimal". Unknown says that the
	// schema has no such element.
	Min     int    `json:"min"`
	Max     int    `json:"max"`
	Kind    string `json:"kind,omitempty"`
	Unknown bool   `json:"unknown,omitempty"`
	// Absent says that it is not there, but could be.
	Absent bool `json:"absent,omitempty"`
	// Value is the text of a leaf, List the code list that it comes from, and Meaning what the code means, or the name of a
	// customs office.
	Value   string `json:"value,omitempty"`
	List    string `json:"codeList,omitempty"`
	Meaning string `json:"meaning,omitempty"`
	// Check is the verdict on the check digit of an MRN or a GRN: "valid", or what is wrong.
	Check string `json:"check,omitempty"`
	// Line and Column are where it begins in the message as it is stored; 0 for what is absent.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Findings are what is wrong with it.
	Findings []movement.Finding `json:"findings,omitempty"`
	// Size is how many children it has. Children are those that are shown; if there are more, ask for its path.
	Size     int               `json:"size,omitempty"`
	Children []*MessageElement `json:"children,omitempty"`
}

// TreeQuery chooses what of a message's tree is shown.
type TreeQuery struct {
	// Path is that of the element to begin with, "" for the root.
	Path string
	// Absent shows elements that are not there, but could be.
	Absent bool
	// Skip leaves out children of the element, Limit is how many of each element's children are shown; 0 for 200.
	Skip, Limit int
}

// Message shows a message of a movement without its bytes; see [Client.Body].
func (c Client) Message(ctx context.Context, movementID, messageID string) (MessageDetail, error) {
	return get[MessageDetail](ctx, c, below(movementsPath, movementID, "messages", messageID))
}

// MessageTree shows a message by its elements.
func (c Client) MessageTree(ctx context.Context, movementID, messageID string, q TreeQuery) (MessageDetail, error) {
	query := url.Values{"as": {"tree"}}
	if q.Path != "" {
		query.Set("path", q.Path)
	}
	if q.Absent {
		query.Set("absent", "true")
	}
	for name, n := range map[string]int{"skip": q.Skip, "limit": q.Limit} {
		if n > 0 {
			query.Set(name, strconv.Itoa(n))
		}
	}
	return get[MessageDetail](ctx, c, withQuery(below(movementsPath, movementID, "messages", messageID), query))
}

// MessageJSON shows a message in the form of HMRC's JSON schemas. The error has the status 400 if there is no such form of it.
func (c Client) MessageJSON(ctx context.Context, movementID, messageID string) (MessageDetail, error) {
	return get[MessageDetail](ctx, c, withQuery(below(movementsPath, movementID, "messages", messageID), url.Values{"as": {"json"}}))
}

// Comparison is what is different between two messages.
type Comparison struct {
	// Left is the message of the path, Right the one that it was compared with.
	Left  ComparedMessage `json:"left"`
	Right ComparedMessage `json:"right"`
	// Differences are in the order of the left message. Total is how many there are; those behind the limit are left out.
	Differences []messagediff.Difference `json:"differences"`
	Total       int                      `json:"total"`
}

// ComparedMessage is one of the messages of a comparison.
type ComparedMessage struct {
	// Movement and Message are its ids, or Sample is the name of a sample. Phase is that of the movement, and Root the name of
	// the root element.
	Movement string        `json:"movement,omitempty"`
	Message  string        `json:"message,omitempty"`
	Sample   string        `json:"sample,omitempty"`
	Phase    message.Phase `json:"phase"`
	Root     string        `json:"root"`
}

// Compare compares a message of a movement with another one of the same movement, as MOVEMENT/MESSAGE with one of another
// movement, or as sample/NAME with a sample of the same phase. A limit of 0 gives the first 1,000 differences. The error has the status 400 if one of the messages is not XML.
func (c Client) Compare(ctx context.Context, movementID, messageID, with string, limit int) (Comparison, error) {
	query := url.Values{"with": {with}}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	return get[Comparison](ctx, c, withQuery(below(movementsPath, movementID, "messages", messageID, "diff"), query))
}

// Validation is what is known of a message that nobody has submitted.
type Validation struct {
	// Valid says that nothing was found.
	Valid bool          `json:"valid"`
	Phase message.Phase `json:"phase"`
	// Root is the name of its root element, Type its IE code and Name what it is called, as far as they are known.
	Root string `json:"root"`
	Type string `json:"messageType,omitempty"`
	Name string `json:"name,omitempty"`
	// Schema is what the schema is against, Submission what HMRC's checks beyond it are, and Findings what the office would
	// find in the message itself: rules, code lists and registered data. Each is looked for only if there is nothing before.
	Schema     []Fault            `json:"schema"`
	Submission []string           `json:"submission"`
	Findings   []movement.Finding `json:"findings"`
	// Versions say of every version of the API whether the schema would take the message.
	Versions []FitsVersion `json:"versions"`
}

// FitsVersion says whether the schema of an API version would take a message.
type FitsVersion struct {
	APIVersion string        `json:"apiVersion"`
	Phase      message.Phase `json:"phase"`
	Fits       bool          `json:"fits"`
	// Errors is how many errors it has by that schema, 5000 at most.
	Errors int `json:"errors,omitempty"`
}

// Validate checks a message without submitting it; a phase of 0 lets the message decide. What needs a movement is not
// looked at: whether an LRN is free, whether the message comes at the right time.
func (c Client) Validate(ctx context.Context, p message.Phase, text []byte) (Validation, error) {
	query := url.Values{}
	if p != 0 {
		query.Set("phase", p.String())
	}
	return call[Validation](ctx, c, http.MethodPost, withQuery(validatePath, query), typeXML, text)
}
