package control

import (
	"cmp"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"nctsim/fixtures"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
	"nctsim/simulator/schema"
)

// Names of the variables in the paths of the reference.
const (
	PhaseVar = "phase"
	ListVar  = "list"
	RuleVar  = "rule"
)

// Reference is what the offices compare messages with, for people who look things up.
type Reference struct {
	Catalogue *message.Catalogue
	// Book has rules and code lists; nil for those that come with the program.
	Book *rules.Book
	// Registry has the customs offices; nil for those that come with the program.
	Registry *rules.Registry
}

// The data that come with the program, read when they are wanted for the first time.
var (
	builtInBook     = sync.OnceValues(func() (*rules.Book, error) { return rules.Load(rules.Sources{}) })
	builtInRegistry = sync.OnceValues(rules.DefaultRegistry)
)

func (a *API) book() (*rules.Book, error) {
	if a.Reference.Book != nil {
		return a.Reference.Book, nil
	}
	return builtInBook()
}

func (a *API) registry() (*rules.Registry, error) {
	if a.Reference.Registry != nil {
		return a.Reference.Registry, nil
	}
	return builtInRegistry()
}

// unknown says that something to be looked up is not there.
func unknown(hint, format string, args ...any) error {
	return &client.Error{Status: http.StatusNotFound, Code: codeNotFound, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// longestChoice is how many codes a list has at most whose codes stand beside the field that takes them; longer ones are to be
// looked up.
const longestChoice = 300

// fields are the keys of an action for people. Without a book they have no codes.
func fields(book *rules.Book, of []office.Field) []client.ActionField {
	out := make([]client.ActionField, len(of))
	for i, f := range of {
		v := client.ActionField{
			Key: f.Key, Title: titleOfName(f.Key), Required: f.Required, Kind: "text", Most: f.Most, Pattern: f.Pattern, Example: f.Example, List: f.CodeList,
		}
		switch {
		case f.List > 0:
			v.Kind, v.Most = "list", f.List
		case f.Fields != nil:
			v.Kind = "group"
		case f.Date:
			v.Kind = "date"
		case f.CodeList != "":
			v.Kind = "code"
		}
		if f.Fields != nil {
			v.Fields = fields(book, f.Fields)
		}
		if book != nil {
			if l, known := book.List(f.CodeList); known && len(l.Codes) <= longestChoice {
				v.Codes = codes(l.Codes)
			}
		}
		out[i] = v
	}
	return out
}

func codes(of []rules.Code) []client.CodeValue {
	out := make([]client.CodeValue, len(of))
	for i, c := range of {
		out[i] = client.CodeValue{Code: c.Code, Text: c.Text}
	}
	return out
}

func shapeOf(book *rules.Book, action string) client.ActionShape {
	of, _ := office.FieldsOf(action)
	return client.ActionShape{Action: action, Fields: fields(book, of), Example: office.ExampleOf(action)}
}

// ActionShapes lists what officers can do.
func (a *API) ActionShapes(*http.Request) (wire.Response, error) {
	book, err := a.book()
	if err != nil {
		return wire.Response{}, err
	}
	out := client.ActionShapes{}
	for _, action := range office.Verbs() {
		s := shapeOf(book, action)
		for _, p := range message.Phases {
			for _, k := range []message.Kind{message.Departure, message.Arrival} {
				if !slices.Contains(office.VerbsOf(p, k), action) {
					continue
				}
				if !slices.Contains(s.Phases, p) {
					s.Phases = append(s.Phases, p)
				}
				if !slices.Contains(s.Types, k) {
					s.Types = append(s.Types, k)
				}
			}
		}
		out.Actions = append(out.Actions, s)
	}
	return reply(http.StatusOK, out), nil
}

// desk is what an officer can do about a movement, the possible first, and why they cannot do the rest. The GRNs are those
// of its declaration. Codes are left out: they are the same for all movements, and many.
func (a *API) desk(m *movement.Movement, grns []string) []client.ActionShape {
	out := []client.ActionShape{}
	for _, action := range office.VerbsOf(m.Phase, m.Kind) {
		s := shapeOf(nil, action)
		s.Why = a.Office.Impossible(*m, action)
		s.Possible = s.Why == ""
		offer(s.Fields, "grn", grns)
		out = append(out, s)
	}
	possible := slices.DeleteFunc(slices.Clone(out), func(s client.ActionShape) bool { return !s.Possible })
	rest := slices.DeleteFunc(out, func(s client.ActionShape) bool { return s.Possible })
	return append(possible, rest...)
}

// offer gives the fields with a key values to choose from.
func offer(fields []client.ActionField, key string, options []string) {
	for i := range fields {
		if fields[i].Key == key {
			fields[i].Options = options
		}
		offer(fields[i].Fields, key, options)
	}
}

// Process shows the process tables.
func (a *API) Process(*http.Request) (wire.Response, error) {
	out := client.Process{}
	for _, p := range []message.Phase{message.Phases[0], message.Phases[len(message.Phases)-1]} {
		for _, k := range []message.Kind{message.Departure, message.Arrival} {
			t := client.ProcessTable{Type: k, States: office.StatesOf(p, k)}
			for _, same := range message.Phases {
				if same.Generation() == p.Generation() {
					t.Phases = append(t.Phases, same)
				}
			}
			for _, r := range office.Table(p, k) {
				t.Rows = append(t.Rows, client.ProcessRow{
					ID: r.ID, From: r.From, Kind: r.Kind, Name: r.Name, If: r.If, Sends: r.Sends, Tells: r.Tells, Timers: r.Timers, To: r.To,
				})
			}
			out.Tables = append(out.Tables, t)
		}
	}
	return reply(http.StatusOK, out), nil
}

func messageType(p message.Phase, t message.Type) client.MessageType {
	return client.MessageType{Phase: p, Code: t.Code, Root: t.Root, Name: t.Name, Type: t.Kind, FromCustoms: t.Role == message.FromCustoms}
}

// MessageTypes lists the types of messages.
func (a *API) MessageTypes(*http.Request) (wire.Response, error) {
	out := client.MessageTypes{}
	for _, p := range message.Phases {
		for _, t := range p.Types() {
			out.Messages = append(out.Messages, messageType(p, t))
		}
	}
	return reply(http.StatusOK, out), nil
}

// MessageSchema shows the elements of a message.
func (a *API) MessageSchema(r *http.Request) (wire.Response, error) {
	const hint = "GET /simulator/v1/reference/messages lists them"
	name := pathVar(r, PhaseVar)
	for _, p := range message.Phases {
		if p.String() != name {
			continue
		}
		t, known := p.TypeOfCode(pathVar(r, MessageVar))
		var e *schema.Element
		if known && a.Reference.Catalogue != nil {
			e = a.Reference.Catalogue.Schema(p, t.Root)
		}
		if e == nil {
			return wire.Response{}, unknown(hint, "phase %s has no message %s", name, pathVar(r, MessageVar))
		}
		return reply(http.StatusOK, client.MessageSchema{MessageType: messageType(p, t), Element: declared(e)}), nil
	}
	return wire.Response{}, unknown(hint, "there is no phase %s", name)
}

// declared is an element as its schema declares it, with all that is in it.
func declared(e *schema.Element) client.Declared {
	out := client.Declared{Name: e.Name, Min: e.Min, Max: e.Max}
	out.Title, out.List = titleAndList(e)
	if t := e.Type; t != nil {
		out.Kind, out.Values = t.Base, t.Enum
		out.MinLength, out.MaxLength = max(t.MinLength, 0), max(t.MaxLength, 0)
		if t.Length >= 0 {
			out.MinLength, out.MaxLength = t.Length, t.Length
		}
		out.TotalDigits, out.FractionDigits = max(t.TotalDigits, 0), max(t.FractionDigits, 0)
		for _, step := range t.Patterns {
			out.Patterns = append(out.Patterns, strings.Join(step, "|"))
		}
	}
	for _, c := range e.Children {
		out.Children = append(out.Children, declared(c))
	}
	return out
}

// titleAndList is what an element is called, and its code list. Names of the later phases are words themselves; in phase 4 a
// table has both.
func titleAndList(e *schema.Element) (title, list string) {
	text, titled := rules.Titled(e.Name)
	if text != e.Name || titled != "" {
		return text, cmp.Or(e.List, titled)
	}
	return titleOfName(e.Name), e.List
}

// titleOfName puts spaces between the words of a name: "countryOfDestination" is "Country of destination".
func titleOfName(name string) string {
	var b strings.Builder
	letters := []rune(strings.ReplaceAll(name, "_", " "))
	for i, r := range letters {
		upper := unicode.IsUpper(r)
		startsWord := upper && i > 0 && (!unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if startsWord && letters[i-1] != ' ' {
			b.WriteByte(' ')
		}
		acronym := upper && (i+1 < len(letters) && unicode.IsUpper(letters[i+1]) || i > 0 && unicode.IsUpper(letters[i-1]) && !startsWord)
		switch {
		case i == 0:
			b.WriteRune(unicode.ToUpper(r))
		case acronym:
			b.WriteRune(r)
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// CodeLists lists the code lists.
func (a *API) CodeLists(*http.Request) (wire.Response, error) {
	book, err := a.book()
	if err != nil {
		return wire.Response{}, err
	}
	out := client.CodeLists{}
	for _, l := range book.Lists() {
		out.Lists = append(out.Lists, client.CodeList{ID: l.Number, Name: l.Name, Sample: l.Sample, Size: len(l.Codes)})
	}
	return reply(http.StatusOK, out), nil
}

// CodeList shows a code list.
func (a *API) CodeList(r *http.Request) (wire.Response, error) {
	book, err := a.book()
	if err != nil {
		return wire.Response{}, err
	}
	l, known := book.List(pathVar(r, ListVar))
	if !known {
		return wire.Response{}, unknown("GET /simulator/v1/reference/lists lists them", "there is no code list %s here", pathVar(r, ListVar))
	}
	return reply(http.StatusOK, client.CodeList{ID: l.Number, Name: l.Name, Sample: l.Sample, Size: len(l.Codes), Codes: codes(l.Codes)}), nil
}

// Offices lists the customs offices.
func (a *API) Offices(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	registry, err := a.registry()
	if err != nil {
		return wire.Response{}, err
	}
	part := strings.ToLower(q.Get("q"))
	out := client.CustomsOffices{Offices: []client.CustomsOffice{}}
	for _, o := range registry.Offices() {
		if strings.Contains(strings.ToLower(o.ID+" "+o.Name), part) {
			out.Offices = append(out.Offices, client.CustomsOffice{ID: o.ID, Name: o.Name, Roles: orEmpty(o.Roles)})
		}
	}
	return reply(http.StatusOK, out), nil
}

func ruleOf(r rules.Rule) client.Rule {
	out := client.Rule{Code: r.Code, Movement: r.Movement, Texts: []client.RuleText{}}
	for _, l := range r.Logic {
		out.Texts = append(out.Texts, client.RuleText{Phase: int(l.Phase), Text: l.Text})
	}
	return out
}

// Rules lists the business rules.
func (a *API) Rules(*http.Request) (wire.Response, error) {
	book, err := a.book()
	if err != nil {
		return wire.Response{}, err
	}
	out := client.Rules{}
	for _, r := range book.Rules() {
		out.Rules = append(out.Rules, ruleOf(r))
	}
	return reply(http.StatusOK, out), nil
}

// Rule shows a business rule.
func (a *API) Rule(r *http.Request) (wire.Response, error) {
	book, err := a.book()
	if err != nil {
		return wire.Response{}, err
	}
	all, code := book.Rules(), pathVar(r, RuleVar)
	i := slices.IndexFunc(all, func(one rules.Rule) bool { return strings.EqualFold(one.Code, code) })
	if i < 0 {
		return wire.Response{}, unknown("GET /simulator/v1/reference/rules lists them", "there is no rule %s here", code)
	}
	out := ruleOf(all[i])
	for _, s := range all[i].Assertions {
		out.Assertions = append(out.Assertions, client.RuleAssertion{
			ID: s.ID, Phase: s.Phase, Message: s.Message, Error: s.Error, Context: s.Context, Test: s.Test, Pointer: s.Pointer, On: s.On,
		})
	}
	return reply(http.StatusOK, out), nil
}

// Samples lists the sample messages.
func (a *API) Samples(r *http.Request) (wire.Response, error) {
	q := r.URL.Query()
	out := client.Samples{Samples: []client.Sample{}}
	for _, p := range message.Phases {
		files, err := fs.Glob(fixtures.Files, path.Join(p.Dir(), "valid", "*.xml"))
		if err != nil {
			return wire.Response{}, err
		}
		for _, file := range files {
			name := strings.TrimSuffix(path.Base(file), ".xml")
			code, _, _ := strings.Cut(name, "-")
			s := client.Sample{Phase: p, Name: name, Type: strings.ToUpper(code)}
			if q.Has("name") {
				if name != q.Get("name") {
					continue
				}
				text, err := fs.ReadFile(fixtures.Files, file)
				if err != nil {
					return wire.Response{}, err
				}
				s.Body = string(text)
			}
			out.Samples = append(out.Samples, s)
		}
	}
	if q.Has("name") && len(out.Samples) == 0 {
		return wire.Response{}, unknown("GET /simulator/v1/reference/samples lists them", "there is no sample %s", q.Get("name"))
	}
	return reply(http.StatusOK, out), nil
}
