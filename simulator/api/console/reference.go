package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Where the reference is, from Path on.
const (
	referencePath = "reference"
	processPath   = referencePath + "/process"
	messagesPath  = referencePath + "/messages"
	listsPath     = referencePath + "/lists"
	officesPath   = referencePath + "/offices"
	rulesPath     = referencePath + "/rules"
	samplesPath   = referencePath + "/samples"
	coveragePath  = referencePath + "/coverage"
)

// chapter is a part of the reference.
type chapter struct {
	Path, Title, About string
	Count              int
}

// chapters are the parts of the reference, in their order.
var chapters = []chapter{
	{Path: processPath, Title: "Process", About: "what an office does when something comes, by state: messages, actions of officers, timers"},
	{Path: messagesPath, Title: "Messages", About: "the elements of every message: how often, what type, which code list"},
	{Path: listsPath, Title: "Code lists", About: "codes with their meanings"},
	{Path: officesPath, Title: "Offices", About: "customs offices with their roles"},
	{Path: rulesPath, Title: "Rules", About: "conditions and rules beyond the schemas, and how they are evaluated"},
	{Path: samplesPath, Title: "Samples", About: "valid messages to begin with"},
	{Path: coveragePath, Title: "Coverage", About: "what your software has met of all that, and what it has never seen"},
}

// Chapters are the parts of the reference, for the links at the top of its pages.
func (f frame) Chapters() []chapter { return chapters }

// InChapter reports whether the page belongs to a part of the reference.
func (f frame) InChapter(path string) bool { return f.Chapter == path }

// showChapter shows a page of a part of the reference.
func (v *visit) showChapter(path, name, title string, data any) error {
	return v.show(page{Name: name, Title: title, Area: areaReference, Chapter: path, Still: true, Data: data})
}

// reference shows what can be looked up.
func (v *visit) reference() error {
	out := slices.Clone(chapters)
	counts := map[string]func() (int, error){
		processPath: func() (n int, err error) {
			all, err := v.client.Process(v.ctx())
			for _, t := range all.Tables {
				n += len(t.Rows)
			}
			return n, err
		},
		messagesPath: func() (int, error) {
			all, err := v.client.MessageTypes(v.ctx())
			return len(all.Messages), err
		},
		listsPath: func() (int, error) {
			all, err := v.client.CodeLists(v.ctx())
			return len(all.Lists), err
		},
		officesPath: func() (int, error) {
			all, err := v.client.Offices(v.ctx(), "")
			return len(all.Offices), err
		},
		rulesPath: func() (int, error) {
			all, err := v.client.Rules(v.ctx())
			return len(all.Rules), err
		},
		samplesPath: func() (int, error) {
			all, err := v.client.Samples(v.ctx(), "")
			return len(all.Samples), err
		},
		coveragePath: func() (int, error) {
			all, err := v.client.Coverage(v.ctx())
			return all.Total, err
		},
	}
	for i := range out {
		var err error
		if out[i].Count, err = counts[out[i].Path](); err != nil {
			return err
		}
	}
	return v.showChapter("", "reference", "Reference", out)
}

// wanted is what a list of the reference is narrowed by.
type wanted struct{ Text, Choice string }

// wantedOf reads it from the query.
func (v *visit) wantedOf(choice string) wanted {
	q := v.r.URL.Query()
	return wanted{strings.TrimSpace(q.Get("q")), strings.TrimSpace(q.Get(choice))}
}

// Some reports whether the list is narrowed.
func (w wanted) Some() bool { return w != wanted{} }

// fits reports whether the text is in one of the texts given, whatever the case.
func (w wanted) fits(texts ...string) bool {
	return strings.Contains(strings.ToLower(strings.Join(texts, "\n")), strings.ToLower(w.Text))
}

// processPage is the process tables, or what of them is about one state or one kind of event.
type processPage struct {
	Wanted wanted
	Kind   movement.EventKind
	Kinds  []kindChoice
	Tables []processTable
	// States can be chosen, by table.
	States []processStates
}

// kindChoice is a kind of event that can be chosen.
type kindChoice struct {
	Kind movement.EventKind
	Name string
}

var kindChoices = []kindChoice{
	{movement.EventMessage, "a message of the trader"}, {movement.EventAction, "an action of the officer"}, {movement.EventTimer, "a timer"},
	{movement.EventSide, "word of the other side"},
}

type processStates struct {
	Title  string
	States []movement.State
}

// processTable is one table with its rows.
type processTable struct {
	ID, Title string
	// Phase is one in which the messages of the table can be looked up.
	Phase message.Phase
	Rows  []processRow
}

// processRow is a row with its texts ready.
type processRow struct {
	client.ProcessRow
	// What is the event in words, and Code that of a message.
	What, Code string
	// Then is what stands for a state, where the row does not name one.
	Then string
}

// processTables shows the process tables.
func (v *visit) processTables() error {
	tables, err := v.process()
	if err != nil {
		return err
	}
	tables = slices.SortedStableFunc(slices.Values(tables), func(a, b client.ProcessTable) int { return cmp.Compare(b.Phases[0], a.Phases[0]) })
	data := processPage{Wanted: v.wantedOf("state"), Kinds: kindChoices}
	data.Kind = movement.EventKind(v.r.URL.Query().Get("kind"))
	for _, t := range tables {
		var phases []string
		for _, p := range t.Phases {
			phases = append(phases, p.String())
		}
		table := processTable{ID: "p" + strings.Join(phases, "") + "-" + string(t.Type), Phase: t.Phases[0]}
		table.Title = sentence(t.Type.Title()) + ", phase " + strings.Join(phases, " and ")
		data.States = append(data.States, processStates{table.Title, t.States})
		for _, r := range t.Rows {
			if data.Kind != "" && r.Kind != data.Kind || data.Wanted.Choice != "" && !slices.Contains(r.From, movement.State(data.Wanted.Choice)) {
				continue
			}
			if !data.Wanted.fits(r.ID, r.Name, strings.Join(r.Sends, " "), strings.Join(r.If, " "), strings.Join(r.Timers, " "), string(r.To)) {
				continue
			}
			table.Rows = append(table.Rows, processRowOf(r))
		}
		if table.Rows != nil {
			data.Tables = append(data.Tables, table)
		}
	}
	return v.showChapter(processPath, "reference-process", "Process", data)
}

func processRowOf(r client.ProcessRow) processRow {
	row := processRow{ProcessRow: r}
	row.If, row.Timers = inRowWords(r.If), inRowWords(r.Timers)
	if to := string(r.To); to == "unchanged" || strings.Contains(to, " ") {
		row.Then = to
	}
	if row.What = eventWords(r); r.Kind == movement.EventMessage {
		row.Code = r.Name
	}
	return row
}

func inRowWords(texts []string) (out []string) {
	for _, t := range texts {
		out = append(out, rowWords(t))
	}
	return out
}

// Narrow reports whether the tables are narrowed.
func (p processPage) Narrow() bool { return p.Wanted.Some() || p.Kind != "" }

// messagesPage is the list of types of messages.
type messagesPage struct {
	Wanted wanted
	Phases []message.Phase
	Rows   []messageRow
}

// messageRow is a message with the phases that have it.
type messageRow struct {
	Code, Name, From string
	Type             message.Kind
	Roots            map[message.Phase]string
}

// messages lists the types of messages.
func (v *visit) messages() error {
	all, err := v.client.MessageTypes(v.ctx())
	if err != nil {
		return err
	}
	data := messagesPage{Wanted: v.wantedOf("type"), Phases: message.Phases}
	for _, m := range all.Messages {
		if !data.Wanted.fits(m.Code, m.Root, m.Name) || data.Wanted.Choice != "" && string(m.Type) != data.Wanted.Choice {
			continue
		}
		i := slices.IndexFunc(data.Rows, func(r messageRow) bool { return r.Code == m.Code })
		if i < 0 {
			from := "trader"
			if m.FromCustoms {
				from = "customs"
			}
			data.Rows = append(data.Rows, messageRow{Code: m.Code, Name: m.Name, From: from, Type: m.Type, Roots: map[message.Phase]string{}})
			i = len(data.Rows) - 1
		}
		data.Rows[i].Roots[m.Phase] = m.Root
	}
	slices.SortStableFunc(data.Rows, func(a, b messageRow) int { return cmp.Compare(a.Code, b.Code) })
	return v.showChapter(messagesPath, "reference-messages", "Messages", data)
}

// schemaPage is one type of message with its elements.
type schemaPage struct {
	client.MessageType
	Elements []declaredElement
	// Groups and Leaves are how many elements there are.
	Groups, Leaves int
	// Phases are the others that have it.
	Phases []message.Phase
	// Samples are valid messages of the type.
	Samples []client.Sample
}

// declaredElement is an element with its texts ready.
type declaredElement struct {
	// ID is its path from the root on, with points.
	ID, Name, Title string
	// Often is how often it occurs: "1", "0..9".
	Often    string
	Optional bool
	// Format is what stands in it: "text, 1 to 35 characters".
	Format   string
	Patterns []string
	// Values are those that it may have, Rest how many are not listed.
	Values []string
	Rest   int
	// List is the code list, and Known: it can be looked up here.
	List     string
	Known    bool
	Children []declaredElement
	// Open: its children are shown at first.
	Open bool
}

// messageSchema shows the elements of a message.
func (v *visit) messageSchema() error {
	phase, code := v.r.PathValue("phase"), v.r.PathValue("code")
	var p message.Phase
	for _, one := range message.Phases {
		if one.String() == phase {
			p = one
		}
	}
	m, err := v.client.MessageSchema(v.ctx(), p, code)
	if err != nil {
		return err
	}
	lists, err := v.client.CodeLists(v.ctx())
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, l := range lists.Lists {
		known[l.ID] = true
	}
	data := schemaPage{MessageType: m.MessageType}
	data.Elements = data.elements(m.Element.Children, "", known)
	types, err := v.client.MessageTypes(v.ctx())
	if err != nil {
		return err
	}
	for _, t := range types.Messages {
		if t.Code == m.Code && t.Phase != m.Phase {
			data.Phases = append(data.Phases, t.Phase)
		}
	}
	samples, err := v.client.Samples(v.ctx(), "")
	if err != nil {
		return err
	}
	for _, s := range samples.Samples {
		if s.Phase == m.Phase && s.Type == m.Code {
			data.Samples = append(data.Samples, s)
		}
	}
	return v.showChapter(messagesPath, "reference-message", m.Code+" "+m.Name, data)
}

// mostValues is how many values of an element are listed.
const mostValues = 12

func (p *schemaPage) elements(of []client.Declared, above string, known map[string]bool) (out []declaredElement) {
	seen := map[string]int{}
	for _, d := range of {
		e := declaredElement{ID: strings.TrimPrefix(above+"."+d.Name, "."), Name: d.Name, Title: d.Title, Optional: d.Min == 0, Often: often(d)}
		if seen[d.Name]++; seen[d.Name] > 1 {
			e.ID += fmt.Sprintf("-%d", seen[d.Name]) // a choice of the schema names it twice
		}
		if strings.EqualFold(strings.ReplaceAll(e.Title, " ", ""), strings.ReplaceAll(e.Name, "_", "")) {
			e.Title = "" // it is but the name, with spaces
		}
		e.List, e.Known = d.List, known[d.List]
		if e.Children = p.elements(d.Children, e.ID, known); e.Children != nil || d.Kind == "" {
			p.Groups++
			e.Open = !strings.Contains(e.ID, ".")
		} else {
			p.Leaves++
			e.Format, e.Patterns = formatOf(d), d.Patterns
			e.Values = d.Values[:min(len(d.Values), mostValues)]
			e.Rest = len(d.Values) - len(e.Values)
		}
		out = append(out, e)
	}
	return out
}

// often is how often an element occurs.
func often(d client.Declared) string {
	most := fmt.Sprint(d.Max)
	if d.Max < 0 {
		most = "∞"
	}
	if d.Min == d.Max {
		return most
	}
	return fmt.Sprintf("%d..%s", d.Min, most)
}

// formatOf is what stands in an element, in words.
func formatOf(d client.Declared) string {
	kind := d.Kind
	if kind == "token" || kind == "string" {
		kind = "text"
	}
	switch {
	case d.TotalDigits > 0 && d.FractionDigits > 0:
		return fmt.Sprintf("%s, %d digits, %d of them after the point at most", kind, d.TotalDigits, d.FractionDigits)
	case d.TotalDigits > 0:
		return fmt.Sprintf("%s, %d digits at most", kind, d.TotalDigits)
	case d.MaxLength > 0 && d.MinLength == d.MaxLength:
		return kind + ", " + plural(d.MaxLength, "character")
	case d.MaxLength > 0 && d.MinLength > 1:
		return fmt.Sprintf("%s, %d to %d characters", kind, d.MinLength, d.MaxLength)
	case d.MaxLength > 0:
		return fmt.Sprintf("%s, up to %s", kind, plural(d.MaxLength, "character"))
	}
	return kind
}

// listsPage is the list of code lists.
type listsPage struct {
	Wanted wanted
	Rows   []client.CodeList
	Total  int
}

// codeLists lists the code lists.
func (v *visit) codeLists() error {
	all, err := v.client.CodeLists(v.ctx())
	if err != nil {
		return err
	}
	data := listsPage{Wanted: v.wantedOf(""), Total: len(all.Lists)}
	for _, l := range all.Lists {
		if data.Wanted.fits(l.ID, l.Name) {
			data.Rows = append(data.Rows, l)
		}
	}
	return v.showChapter(listsPath, "reference-lists", "Code lists", data)
}

// mostCodes is how many codes of a list are shown at once; the others are found by a part of them.
const mostCodes = 1000

// codesPage is a code list.
type codesPage struct {
	client.CodeList
	Wanted wanted
	// Total is how many codes fit.
	Total int
	// Bare: no meaning of any of its codes is published in the places that the lists come from.
	Bare bool
}

// codeList shows a code list.
func (v *visit) codeList() error {
	l, err := v.client.CodeList(v.ctx(), v.r.PathValue("list"))
	if err != nil {
		return err
	}
	data := codesPage{CodeList: l, Wanted: v.wantedOf("")}
	data.Bare = !slices.ContainsFunc(l.Codes, func(c client.CodeValue) bool { return c.Text != "" })
	data.Codes = slices.DeleteFunc(l.Codes, func(c client.CodeValue) bool { return !data.Wanted.fits(c.Code, c.Text) })
	data.Total = len(data.Codes)
	data.Codes = data.Codes[:min(data.Total, mostCodes)]
	return v.showChapter(listsPath, "reference-list", l.ID+" "+l.Name, data)
}

// officesPage is the customs offices.
type officesPage struct {
	Wanted wanted
	Roles  []officeRole
	Rows   []client.CustomsOffice
}

// officeRole is a role of offices with its meaning (docs/spec/messages.md#customs-offices).
type officeRole struct{ Code, Name string }

var officeRoles = []officeRole{
	{"DEP", "departure"}, {"DES", "destination"}, {"TRA", "transit"}, {"TXT", "exit for transit"}, {"GUA", "guarantee"}, {"ENQ", "enquiry"},
	{"REC", "recovery"}, {"EXP", "export"}, {"EXT", "exit"}, {"ENT", "entry"}, {"INC", "registration of incidents"}, {"AUT", "authorisations"},
}

// offices lists the customs offices.
func (v *visit) offices() error {
	data := officesPage{Wanted: v.wantedOf("role"), Roles: officeRoles}
	all, err := v.client.Offices(v.ctx(), data.Wanted.Text)
	if err != nil {
		return err
	}
	for _, o := range all.Offices {
		if data.Wanted.Choice == "" || slices.Contains(o.Roles, data.Wanted.Choice) {
			data.Rows = append(data.Rows, o)
		}
	}
	return v.showChapter(officesPath, "reference-offices", "Customs offices", data)
}

// rulesPage is the list of business rules.
type rulesPage struct {
	Wanted wanted
	Rows   []ruleRow
	Total  int
}

// ruleRow is a rule with what it says, once if it says the same in several phases.
type ruleRow struct {
	client.Rule
	Says []ruleText
}

// ruleText is what a rule says in some phases, as it is published, and in plain words, "" if it has nothing to explain.
type ruleText struct{ Phases, Text, Words string }

func ruleRowOf(r client.Rule) ruleRow {
	row := ruleRow{Rule: r}
	for _, t := range r.Texts {
		phases := ""
		if t.Phase > 0 {
			phases = fmt.Sprintf("phase %d", t.Phase)
		}
		if i := slices.IndexFunc(row.Says, func(s ruleText) bool { return s.Text == t.Text }); i >= 0 && phases != "" {
			row.Says[i].Phases += fmt.Sprintf(" and %d", t.Phase)
			continue
		}
		row.Says = append(row.Says, ruleText{phases, t.Text, inWords(t.Text)})
	}
	return row
}

// rules lists the business rules.
func (v *visit) rules() error {
	all, err := v.client.Rules(v.ctx())
	if err != nil {
		return err
	}
	data := rulesPage{Wanted: v.wantedOf(""), Total: len(all.Rules)}
	for _, r := range all.Rules {
		texts := []string{r.Code}
		for _, t := range r.Texts {
			texts = append(texts, t.Text)
		}
		if data.Wanted.fits(texts...) {
			data.Rows = append(data.Rows, ruleRowOf(r))
		}
	}
	return v.showChapter(rulesPath, "reference-rules", "Rules", data)
}

// rulePage is one rule with how it is evaluated.
type rulePage struct {
	ruleRow
	// On and Off are how many assertions are enforced, and are not, unless the settings say otherwise.
	On, Off int
	// Settings are those that switch rules, as they are here.
	Settings []client.Setting
}

// ruleSettings are the settings that switch rules.
var ruleSettings = []string{"rules", "rules-on", "rules-off", "mode"}

// rule shows a business rule.
func (v *visit) rule() error {
	r, err := v.client.Rule(v.ctx(), v.r.PathValue("rule"))
	if err != nil {
		return err
	}
	data := rulePage{ruleRow: ruleRowOf(r)}
	for _, a := range r.Assertions {
		if a.On {
			data.On++
		} else {
			data.Off++
		}
	}
	settings, err := v.client.Settings(v.ctx())
	if err != nil {
		return err
	}
	for _, s := range settings.Configuration {
		if slices.Contains(ruleSettings, s.Name) {
			data.Settings = append(data.Settings, s)
		}
	}
	return v.showChapter(rulesPath, "reference-rule", "Rule "+r.Code, data)
}

// samplesPage is the list of sample messages.
type samplesPage struct {
	Wanted wanted
	Rows   []sampleRow
}

// sampleRow is the samples of one name, which phases may share.
type sampleRow struct {
	Name, Type string
	Phases     []message.Phase
}

// samples lists the sample messages.
func (v *visit) samples() error {
	all, err := v.client.Samples(v.ctx(), "")
	if err != nil {
		return err
	}
	data := samplesPage{Wanted: v.wantedOf("")}
	for _, s := range all.Samples {
		if !data.Wanted.fits(s.Name, s.Type) {
			continue
		}
		if i := slices.IndexFunc(data.Rows, func(r sampleRow) bool { return r.Name == s.Name }); i >= 0 {
			data.Rows[i].Phases = append(data.Rows[i].Phases, s.Phase)
			continue
		}
		data.Rows = append(data.Rows, sampleRow{s.Name, s.Type, []message.Phase{s.Phase}})
	}
	slices.SortFunc(data.Rows, func(a, b sampleRow) int { return cmp.Compare(a.Name, b.Name) })
	return v.showChapter(samplesPath, "reference-samples", "Samples", data)
}

// sample shows a sample message.
func (v *visit) sample() error {
	phase, name := v.r.PathValue("phase"), v.r.PathValue("name")
	all, err := v.client.Samples(v.ctx(), name)
	if err != nil {
		return err
	}
	for _, s := range all.Samples {
		if s.Phase.String() == phase {
			return v.showChapter(samplesPath, "reference-sample", s.Name, s)
		}
	}
	return v.noPage()
}

// Places in the reference, from Path on; "" for what has none.

// rowHref is a row of a process table.
func rowHref(id string) string {
	if id == "" {
		return ""
	}
	return processPath + "#" + url.PathEscape(id)
}

// ruleHref is a business rule or a code list.
func ruleHref(code string) string {
	switch {
	case code == "":
		return ""
	case strings.HasPrefix(code, "CL"):
		return listsPath + "/" + url.PathEscape(code)
	}
	return rulesPath + "/" + url.PathEscape(code)
}

// coveragePageData is what software has met.
type coveragePageData struct {
	client.Coverage
	Wanted wanted
	// Shown are the areas with the items that are shown.
	Shown []shownCoverage
}

// shownCoverage is an area with its heading.
type shownCoverage struct {
	client.CoverageOf
	Title string
}

// coverage shows what software has met, and what it has not.
func (v *visit) coverage() error {
	all, err := v.client.Coverage(v.ctx())
	if err != nil {
		return err
	}
	data := coveragePageData{Coverage: all, Wanted: v.wantedOf("show")}
	for _, a := range all.Areas {
		var items []client.Covered
		for _, item := range a.Items {
			if (data.Wanted.Choice == "all" || (item.Count > 0) == (data.Wanted.Choice == "met")) && data.Wanted.fits(item.ID, item.Title) {
				items = append(items, item)
			}
		}
		a.Items = items
		name := string(a.Area)
		data.Shown = append(data.Shown, shownCoverage{a, strings.ToUpper(name[:1]) + name[1:]})
	}
	return v.showChapter(coveragePath, "reference-coverage", "Coverage", data)
}
