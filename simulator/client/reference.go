package client

import (
	"context"
	"net/url"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// ActionField is a key of what an officer may write beside an action.
type ActionField struct {
	Key string `json:"key"`
	// Title is the key in words.
	Title    string `json:"title"`
	Required bool   `json:"required,omitempty"`
	// Kind is "text", "date", "code", "group" or "list" of groups.
	Kind string `json:"kind"`
	// Most is how many characters a text has at most, or how many groups a list.
	Most int `json:"most,omitempty"`
	// Pattern is what a text looks like, "" for anything, and Example one that does.
	Pattern string `json:"pattern,omitempty"`
	Example string `json:"example,omitempty"`
	// List is the code list that the value comes from, and Codes are its codes with their meanings as far as they are known;
	// any value that fits the pattern is taken all the same.
	List  string      `json:"codeList,omitempty"`
	Codes []CodeValue `json:"codes,omitempty"`
	// Options are values that suit the movement: the GRNs of its declaration.
	Options []string `json:"options,omitempty"`
	// Fields are those of a group, or of each group of a list.
	Fields []ActionField `json:"fields,omitempty"`
}

// CodeValue is a code of a list with its meaning, which may be unknown.
type CodeValue struct {
	Code string `json:"code"`
	Text string `json:"text,omitempty"`
}

// ActionShape is an action of officers with what may be written beside it.
type ActionShape struct {
	Action string        `json:"action"`
	Fields []ActionField `json:"fields"`
	// Example is an input with every key.
	Example map[string]any `json:"example,omitempty"`
	// Types and Phases are the movements that have the action; they are left out where it is about one movement.
	Types  []message.Kind  `json:"types,omitempty"`
	Phases []message.Phase `json:"phases,omitempty"`
	// Possible says, for a movement, that it can be done now; Why says why it cannot.
	Possible bool   `json:"possible,omitempty"`
	Why      string `json:"why,omitempty"`
}

// ActionShapes are all actions of officers.
type ActionShapes struct {
	Actions []ActionShape `json:"actions"`
}

// ActionShapes lists what officers can do, with what they may write beside it.
func (c Client) ActionShapes(ctx context.Context) (ActionShapes, error) {
	return get[ActionShapes](ctx, c, actionsPath)
}

// ProcessTable is the process of the offices for a kind of movement; docs/process.md explains the words.
type ProcessTable struct {
	Phases []message.Phase  `json:"phases"`
	Type   message.Kind     `json:"type"`
	States []movement.State `json:"states"`
	Rows   []ProcessRow     `json:"rows"`
}

// ProcessRow is a row of a process table: of several that fit, the first counts.
type ProcessRow struct {
	// ID is what journal entries name as their row.
	ID   string           `json:"id"`
	From []movement.State `json:"from"`
	// Kind says what happens: a message, an action, a timer, or a word of the other side; Name is its IE code, verb or name.
	Kind movement.EventKind `json:"kind"`
	Name string             `json:"name"`
	// If are conditions, Sends the IE codes of messages, Tells what the other side learns, Timers what is done with timers.
	If     []string `json:"if,omitempty"`
	Sends  []string `json:"sends,omitempty"`
	Tells  []string `json:"tells,omitempty"`
	Timers []string `json:"timers,omitempty"`
	// To is the state, "unchanged", or other words that stand for one.
	To movement.State `json:"to"`
}

// Process is all process tables.
type Process struct {
	Tables []ProcessTable `json:"tables"`
}

// Process shows the process tables of the offices.
func (c Client) Process(ctx context.Context) (Process, error) {
	return get[Process](ctx, c, referencePath+"/process")
}

// MessageType is a type of message.
type MessageType struct {
	Phase message.Phase `json:"phase"`
	// Code is its IE code, Root the name of its root element, Name what it is called.
	Code string       `json:"code"`
	Root string       `json:"root"`
	Name string       `json:"name"`
	Type message.Kind `json:"type"`
	// FromCustoms says who sends it.
	FromCustoms bool `json:"fromCustoms"`
}

// MessageTypes are the messages of all phases.
type MessageTypes struct {
	Messages []MessageType `json:"messages"`
}

// MessageTypes lists the types of messages.
func (c Client) MessageTypes(ctx context.Context) (MessageTypes, error) {
	return get[MessageTypes](ctx, c, referencePath+"/messages")
}

// Declared is an element as the schema of a message declares it.
type Declared struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Min and Max are how often it occurs.
	Min int `json:"min"`
	Max int `json:"max"`
	// Kind is that of a leaf: "token", "decimal", "date"; "" for a group.
	Kind string `json:"kind,omitempty"`
	// Of a leaf: the numbers of characters and digits, patterns that must all match, and values, as far as there are any.
	MinLength      int      `json:"minLength,omitempty"`
	MaxLength      int      `json:"maxLength,omitempty"`
	TotalDigits    int      `json:"totalDigits,omitempty"`
	FractionDigits int      `json:"fractionDigits,omitempty"`
	Patterns       []string `json:"patterns,omitempty"`
	Values         []string `json:"values,omitempty"`
	// List is the code list that the value comes from.
	List     string     `json:"codeList,omitempty"`
	Children []Declared `json:"children,omitempty"`
}

// MessageSchema is a type of message with all its elements.
type MessageSchema struct {
	MessageType
	Element Declared `json:"element"`
}

// MessageSchema shows the elements of a message of a phase by its IE code.
func (c Client) MessageSchema(ctx context.Context, p message.Phase, code string) (MessageSchema, error) {
	return get[MessageSchema](ctx, c, below(referencePath+"/messages", p.String(), code))
}

// CodeList is a code list.
type CodeList struct {
	// ID is its number, "CL251".
	ID   string `json:"id"`
	Name string `json:"name"`
	// Sample says that only a selection of its codes is known here, and other codes are taken, too.
	Sample bool `json:"sample,omitempty"`
	Size   int  `json:"size"`
	// Codes are left out in a list of lists.
	Codes []CodeValue `json:"codes,omitempty"`
}

// CodeLists are all code lists.
type CodeLists struct {
	Lists []CodeList `json:"lists"`
}

// CodeLists lists the code lists, without their codes.
func (c Client) CodeLists(ctx context.Context) (CodeLists, error) {
	return get[CodeLists](ctx, c, referencePath+"/lists")
}

// CodeList shows a code list with its codes.
func (c Client) CodeList(ctx context.Context, id string) (CodeList, error) {
	return get[CodeList](ctx, c, below(referencePath+"/lists", id))
}

// CustomsOffice is a customs office.
type CustomsOffice struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// CustomsOffices are the customs offices that are known.
type CustomsOffices struct {
	Offices []CustomsOffice `json:"offices"`
}

// Offices lists the customs offices whose id or name has a part, "" for all.
func (c Client) Offices(ctx context.Context, part string) (CustomsOffices, error) {
	query := url.Values{}
	if part != "" {
		query.Set("q", part)
	}
	return get[CustomsOffices](ctx, c, withQuery(referencePath+"/offices", query))
}

// Rule is a business rule.
type Rule struct {
	Code string `json:"code"`
	// Texts say what it says, by phase; a text of phase 0 holds in all.
	Texts []RuleText `json:"texts"`
	// Movement says that it needs the movement, and is checked by the office.
	Movement bool `json:"movement,omitempty"`
	// Assertions are how it is evaluated; they are left out in a list.
	Assertions []RuleAssertion `json:"assertions,omitempty"`
}

// RuleText is what a rule says in a phase.
type RuleText struct {
	Phase int    `json:"phase,omitempty"`
	Text  string `json:"text"`
}

// RuleAssertion is a test of a message that evaluates a rule.
type RuleAssertion struct {
	ID      string        `json:"id"`
	Phase   message.Phase `json:"phase"`
	Message string        `json:"message"`
	// Error is the code of the error.
	Error string `json:"error"`
	// Context leads to the elements that are tested, Test is what must hold, in XPath, and Pointer leads from them to what an
	// error points at.
	Context string `json:"context"`
	Test    string `json:"test"`
	Pointer string `json:"pointer"`
	// On says that it is enforced unless the settings say otherwise.
	On bool `json:"on"`
}

// Rules are all business rules.
type Rules struct {
	Rules []Rule `json:"rules"`
}

// Rules lists the business rules, without their assertions.
func (c Client) Rules(ctx context.Context) (Rules, error) {
	return get[Rules](ctx, c, referencePath+"/rules")
}

// Rule shows a business rule.
func (c Client) Rule(ctx context.Context, code string) (Rule, error) {
	return get[Rule](ctx, c, below(referencePath+"/rules", code))
}

// Sample is a sample message.
type Sample struct {
	Phase message.Phase `json:"phase"`
	Name  string        `json:"name"`
	// Type is its IE code.
	Type string `json:"type"`
	// Body is left out in a list.
	Body string `json:"body,omitempty"`
}

// Samples are the sample messages that come with the simulator.
type Samples struct {
	Samples []Sample `json:"samples"`
}

// Samples lists the valid sample messages. With a name it has the samples of that name alone, with their bodies.
func (c Client) Samples(ctx context.Context, name string) (Samples, error) {
	query := url.Values{}
	if name != "" {
		query.Set("name", name)
	}
	return get[Samples](ctx, c, withQuery(referencePath+"/samples", query))
}
