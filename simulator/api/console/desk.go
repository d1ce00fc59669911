package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
)

const unprocessable = http.StatusUnprocessableEntity

// desk is what can be done with a movement: as its officer, and as customs itself.
type desk struct {
	// Actions are those that are possible, and Others those that are not, with the reason.
	Actions []deskAction
	Others  []client.ActionShape
	// Lists are the code lists that fields suggest values from.
	Lists []suggestions
	// Messages are those that customs can place in the movement.
	Messages []message.Type
	Inject   injectForm
	// Preview is what would come of what has been written, nil for nothing.
	Preview *preview
}

// suggestions are the values of a code list.
type suggestions struct {
	ID    string
	Codes []client.CodeValue
}

// deskAction is a form for one action.
type deskAction struct {
	Name, Title string
	Fields      []field
	// Open: something has been written into the form.
	Open bool
	// After is how long the clock is to go on before.
	After string
}

// field is one line of a form, a group of them, or a list of groups.
type field struct {
	// ID is the id and the name of the input: "release.controlResult.code"; that of a list counts its groups from 0.
	ID, Title, Value, Hint, Pattern, List string
	Required, Long, Date, Group, Many     bool
	Most                                  int
	Fields                                []field
	// Codes are those of a short list, to be seen before anything is typed.
	Codes []client.CodeValue
	// Rows are the groups of a list, and More says that there may be another one.
	Rows []fieldRow
	More bool
}

// fewCodes is how many codes a list has at most that is shown as a whole.
const fewCodes = 8

// fieldRow is a group of a list.
type fieldRow struct {
	ID, Title string
	Fields    []field
}

// deskForm is what has been written into a form of the desk.
type deskForm struct {
	Action string
	Values url.Values
	Inject injectForm
	// Preview is what would come of it, nil if nobody has asked.
	Preview *preview
}

// preview is what would come of an action or an injection.
type preview struct {
	Title string
	State movement.State
	// Happened is what would enter the journal.
	Happened []string
	Messages []previewMessage
	// YAML and Curl say the same as a step of a scenario and as a call of the control API.
	YAML, Curl string
}

type previewMessage struct{ Code, Title, XML string }

// desk makes the forms for a movement.
func (v *visit) desk(m client.MovementDetail, form deskForm) (desk, error) {
	d := desk{Inject: form.Inject, Preview: form.Preview}
	codes, err := v.codes()
	if err != nil {
		return d, err
	}
	lists := map[string][]client.CodeValue{}
	for _, s := range m.Desk {
		if !s.Possible {
			d.Others = append(d.Others, s)
			continue
		}
		a := deskAction{Name: s.Action, Title: words(s.Action), Open: form.Action == s.Action}
		values := url.Values{}
		if a.Open {
			values, a.After = form.Values, form.Values.Get("after")
		}
		a.Fields = written{values, codes[s.Action]}.fields(s.Action, s.Fields)
		for id, list := range codes[s.Action] {
			lists[id] = list
		}
		d.Actions = append(d.Actions, a)
	}
	for _, id := range slices.Sorted(maps.Keys(lists)) {
		d.Lists = append(d.Lists, suggestions{id, lists[id]})
	}
	for _, t := range m.Phase.Types() {
		if t.Role == message.FromCustoms && t.Of(m.Type) {
			d.Messages = append(d.Messages, t)
		}
	}
	return d, nil
}

// codes are the code lists of the actions, by action and list. They never change.
func (v *visit) codes() (map[string]map[string][]client.CodeValue, error) {
	v.lists.mu.Lock()
	defer v.lists.mu.Unlock()
	if v.lists.codes != nil {
		return v.lists.codes, nil
	}
	shapes, err := v.client.ActionShapes(v.ctx())
	if err != nil {
		return nil, err
	}
	codes := map[string]map[string][]client.CodeValue{}
	for _, s := range shapes.Actions {
		codes[s.Action] = map[string][]client.CodeValue{}
		collectCodes(s.Fields, codes[s.Action])
	}
	v.lists.codes = codes
	return codes, nil
}

func collectCodes(fields []client.ActionField, into map[string][]client.CodeValue) {
	for _, f := range fields {
		if f.List != "" && len(f.Codes) > 0 {
			into[f.List] = f.Codes
		}
		collectCodes(f.Fields, into)
	}
}

// longText is how many characters a text has that gets several lines.
const longText = 100

// written is what a form is filled from: the values that were written, and the lists from which values can be suggested.
type written struct {
	values url.Values
	lists  map[string][]client.CodeValue
}

// fields are the lines of a form.
func (w written) fields(above string, fields []client.ActionField) []field {
	var out []field
	for _, f := range fields {
		id := above + "." + f.Key
		line := field{
			ID: id, Title: titleOf(f), Value: w.values.Get(id), Pattern: f.Pattern, Required: f.Required, Most: f.Most,
			Long: f.Kind == "text" && f.Most > longText, Date: f.Kind == "date",
		}
		if w.lists[f.List] != nil {
			line.List = f.List
			if len(w.lists[f.List]) <= fewCodes {
				line.Codes = w.lists[f.List]
			}
		}
		switch {
		case f.Kind == "list":
			line.Many = true
			line.Rows, line.More = w.rows(id, f)
		case f.Kind == "group":
			line.Group, line.Fields = true, w.fields(id, f.Fields)
		default:
			if f.Example != "" {
				line.Hint = "such as " + f.Example
			}
		}
		out = append(out, line)
	}
	return out
}

// titleOf is what a field is called.
func titleOf(f client.ActionField) string {
	switch f.Key {
	case "grn":
		return "GRN"
	case "by":
		return "Controlled by"
	}
	return f.Title
}

// rows are the groups of a list: those that were written, or one for each thing that suits the movement.
func (w written) rows(id string, f client.ActionField) (rows []fieldRow, more bool) {
	count, err := strconv.Atoi(w.values.Get(id + ".count"))
	if err != nil || count < 0 || count > f.Most {
		count = 1 // what is left empty does not count
		for _, part := range f.Fields {
			count = max(count, min(len(part.Options), f.Most))
		}
		w.values = maps.Clone(w.values)
		for _, part := range f.Fields {
			for i, option := range part.Options {
				w.values.Set(fmt.Sprintf("%s.%d.%s", id, i, part.Key), option)
			}
		}
	}
	for i := range count {
		row := fmt.Sprintf("%s.%d", id, i)
		rows = append(rows, fieldRow{ID: row, Title: fmt.Sprintf("%s %d", strings.TrimSuffix(titleOf(f), "s"), i+1), Fields: w.fields(row, f.Fields)})
	}
	return rows, count < f.Most
}

// inputOf is what was written into a form, as an action takes it: without what is empty.
func inputOf(above string, fields []client.ActionField, values url.Values) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		id := above + "." + f.Key
		switch f.Kind {
		case "list":
			count, _ := strconv.Atoi(values.Get(id + ".count"))
			var groups []any
			for i := range min(count, f.Most) {
				if g := inputOf(fmt.Sprintf("%s.%d", id, i), f.Fields, values); len(g) > 0 {
					groups = append(groups, g)
				}
			}
			if groups != nil {
				out[f.Key] = groups
			}
		case "group":
			if g := inputOf(id, f.Fields, values); len(g) > 0 {
				out[f.Key] = g
			}
		default:
			if text := strings.TrimSpace(values.Get(id)); text != "" {
				out[f.Key] = text
			}
		}
	}
	return out
}

// act does what the officer does, or shows what would come of it, or changes the number of groups in its form.
func (v *visit) act() error {
	id, values := v.r.PathValue("id"), v.r.PostForm
	form := deskForm{Action: values.Get("action"), Values: values}
	what, path, _ := strings.Cut(values.Get("do"), ":")
	if what == "add" || what == "less" {
		resize(values, path, what == "add")
		return v.showMovement(id, form, nil)
	}
	m, err := v.client.Movement(v.ctx(), id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(m.Desk, func(s client.ActionShape) bool { return s.Action == form.Action })
	if at < 0 {
		return v.done("movements/"+id, outcome{Text: "Nothing was chosen to be done", Bad: true})
	}
	action := client.Action{Action: form.Action, With: inputOf(form.Action, m.Desk[at].Fields, values)}
	if len(action.With) == 0 {
		action.With = nil
	}
	if what == "preview" {
		action.DryRun = true
		done, err := v.client.Act(v.ctx(), id, action)
		if refused := refusal(err); refused != nil {
			return v.showMovement(id, form, problemsOf(form.Action, refused))
		}
		if err != nil {
			return err
		}
		form.Preview = v.previewOf(words(form.Action), done.Movement.State, done.Happened, m.Phase, done.Messages, done.Bodies)
		action.DryRun = false
		form.Preview.YAML, form.Preview.Curl = stepOf(action), v.curl("movements/"+id+"/actions", action)
		return v.showMovement(id, form, nil)
	}
	before := ""
	if after := strings.TrimSpace(values.Get("after")); after != "" {
		to, err := target(after, "")
		if err != nil {
			return v.showMovement(id, form, []problem{{form.Action + ".after", sentence(err.Error())}})
		}
		gone, err := v.client.Advance(v.ctx(), to)
		if refused := refusal(err); refused != nil {
			return v.showMovement(id, form, []problem{{form.Action + ".after", sentence(refused.Error())}})
		}
		if err != nil {
			return err
		}
		before = "At " + clockTime(gone.Now) + ", "
	}
	done, err := v.client.Act(v.ctx(), id, action)
	if refused := refusal(err); refused != nil && refused.Status != http.StatusNotFound {
		return v.showMovement(id, form, problemsOf(form.Action, refused))
	}
	if err != nil {
		return err
	}
	o := v.happened(done.Happened)
	o.Text = sentence(before+strings.ToLower(words(form.Action))) + ": " + o.Text
	return v.done("movements/"+id, o)
}

// resize adds a group to a list of a form, or takes one away: then those behind it move up.
func resize(values url.Values, path string, more bool) {
	list, index := path, 0
	if !more {
		i := strings.LastIndexByte(path, '.')
		n, err := strconv.Atoi(path[i+1:])
		if i < 0 || err != nil {
			return
		}
		list, index = path[:i], n
	}
	count, _ := strconv.Atoi(values.Get(list + ".count"))
	if more {
		values.Set(list+".count", strconv.Itoa(count+1))
		return
	}
	for i := index; i < count; i++ {
		from, to := fmt.Sprintf("%s.%d.", list, i+1), fmt.Sprintf("%s.%d.", list, i)
		for name := range values {
			if strings.HasPrefix(name, to) {
				delete(values, name)
			}
		}
		for name, value := range maps.Clone(values) {
			if rest, is := strings.CutPrefix(name, from); is {
				values[to+rest] = value
			}
		}
	}
	values.Set(list+".count", strconv.Itoa(max(0, count-1)))
}

// inInput is the path of a key in an error about an officer's input: "with.controls[0].type".
var inInput = pattern.New(`with\.([A-Za-z]\w*(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)*)`)

// problemsOf are the problems of a form of the desk, at the field that is wrong if the error names it.
func problemsOf(action string, refused *client.Error) []problem {
	text := refused.Message
	if refused.Hint != "" {
		text += "; " + refused.Hint
	}
	id := "do-" + action
	if path := inInput().FindStringSubmatch(refused.Message); path != nil {
		id = action + "." + strings.NewReplacer("[", ".", "]", "").Replace(path[1])
		key := path[1][strings.LastIndexByte(path[1], '.')+1:]
		text = strings.ReplaceAll(strings.TrimPrefix(text, "action "+action+": "), path[0], key)
	}
	problems := []problem{{id, sentence(text)}}
	for _, f := range refused.Errors {
		problems = append(problems, problem{"", strings.TrimSpace(f.Path + " " + f.Message)})
	}
	return problems
}

func (v *visit) previewOf(name string, state movement.State, happened []movement.Entry, p message.Phase, records []client.Record, bodies []string) *preview {
	out := &preview{Title: name, State: state}
	for _, e := range happened {
		if e.Kind != movement.EntryNotification {
			out.Happened = append(out.Happened, sentence(e.Text))
		}
	}
	for i, r := range records {
		if i < len(bodies) {
			out.Messages = append(out.Messages, previewMessage{r.Type, title(p, r.Type), indented(bodies[i])})
		}
	}
	return out
}

// indented is XML with a line for each element, for people to read.
func indented(text string) string {
	var b strings.Builder
	depth := 0
	for _, line := range strings.Split(strings.ReplaceAll(text, "><", ">\n<"), "\n") {
		closes := strings.HasPrefix(line, "</")
		if closes {
			depth--
		}
		b.WriteString(strings.Repeat("  ", max(0, depth)) + strings.TrimSpace(line) + "\n")
		opens := strings.HasPrefix(line, "<") && !strings.HasPrefix(line, "<?") && !strings.HasPrefix(line, "<!")
		if opens && !closes && !strings.HasSuffix(line, "/>") && !strings.Contains(line, "</") {
			depth++
		}
	}
	return b.String()
}

// stepOf is an action as a step of a scenario.
func stepOf(a client.Action) string {
	step := yaml.MapSlice{{Key: "officer", Value: a.Action}}
	if a.With != nil {
		step = append(step, yaml.MapItem{Key: "with", Value: a.With})
	}
	text, err := yaml.MarshalWithOptions([]yaml.MapSlice{step}, yaml.IndentSequence(true))
	if err != nil {
		return err.Error() // texts, groups and lists only
	}
	return string(text)
}

// curl is a call of the control API as a command.
func (v *visit) curl(path string, body any) string {
	text, err := json.Marshal(body)
	if err != nil {
		return err.Error()
	}
	auth := ""
	if v.Token != "" {
		auth = "-H \"Authorization: Bearer $NCTSIM_CONTROL_TOKEN\" \\\n  "
	}
	return fmt.Sprintf("curl -X POST %s/simulator/v1/%s \\\n  %s-H 'Content-Type: application/json' \\\n  -d %s", v.address(), path, auth, quoted(string(text)))
}

// quoted is a text as one word for a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// origin is where the browser has found the simulator.
// address is where the console was opened, with what leads to its workspace.
func (v *visit) address() string {
	if v.Prefix == nil {
		return v.origin()
	}
	return v.origin() + v.Prefix(v.r)
}

func (v *visit) origin() string {
	scheme := "http"
	if v.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + v.r.Host
}
