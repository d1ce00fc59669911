package control

import (
	_ "embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/coverage"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
)

// coverageAnswers are the answers of the simulated APIs: API version ("" if the request names none), method and path, status and code,
// with tabs between them. They are what the tests of the APIs are answered; a test there fails over one that is not in the list.
//
//go:embed coverage_answers.tsv
var coverageAnswers string

// coverageScenarios are scenarios that meet something: its area, group and name, and the id, with tabs between them. A test
// writes them by playing the library.
//
//go:embed coverage_scenarios.tsv
var coverageScenarios string

// scenariosMeeting are ids of scenarios by what they meet.
var scenariosMeeting = sync.OnceValue(func() map[coverage.Key]string {
	out := map[coverage.Key]string{}
	for line := range strings.Lines(coverageScenarios) {
		if f := strings.Split(strings.TrimRight(line, "\r\n"), "\t"); len(f) == 4 {
			out[coverage.Key{Area: client.CoverageArea(f[0]), Group: f[1], Name: f[2]}] = f[3]
		}
	}
	return out
})

// CoveredRoute is a route as coverage names it: without the choices of its variables.
func CoveredRoute(route string) string {
	return strings.NewReplacer("{kind:departures|arrivals}", "{departures|arrivals}", "{kind:arrivals}", "arrivals").Replace(route)
}

// AnswerName names an answer: its status, with the code of an error.
func AnswerName(status int, body []byte) string {
	name := strconv.Itoa(status)
	if status < http.StatusBadRequest {
		return name
	}
	if code, _ := wordsOfBody(body); code != "" {
		name += " " + code
	}
	return name
}

// covering makes the list of all that can be met, with how often it was.
type covering struct {
	counts  map[coverage.Key]uint64
	library Library
	areas   map[client.CoverageArea][]client.Covered
	listed  map[coverage.Key]bool
}

func (c *covering) add(k coverage.Key, item client.Covered) {
	if c.listed[k] {
		return
	}
	c.listed[k] = true
	item.ID, item.Group, item.Count = strings.TrimPrefix(k.Group+" "+k.Name, " "), k.Group, c.counts[k]
	if item.Count > 0 {
		item.Scenario, item.Hint = "", ""
	} else if id := scenariosMeeting()[k]; id != "" && item.Scenario == "" {
		if _, there := c.library.Get(id); there {
			item.Scenario = id
			item.Hint = "the scenario " + id + " meets it"
		}
	}
	c.areas[k.Area] = append(c.areas[k.Area], item)
}

// CoverageThere shows what software has met, and what it has not.
func (a *API) CoverageThere(*http.Request) (wire.Response, error) {
	counts, since := a.Coverage.Counts()
	c := &covering{counts: counts, library: a.Library, areas: map[client.CoverageArea][]client.Covered{}, listed: map[coverage.Key]bool{}}
	for _, p := range a.coveredPhases() {
		c.messages(p)
		for _, k := range []message.Kind{message.Departure, message.Arrival} {
			c.process(p, k)
		}
	}
	if err := a.coverRules(c); err != nil {
		return wire.Response{}, err
	}
	c.answers(a.About.APIVersions)
	for _, s := range c.library.All() {
		c.add(coverage.Key{Area: client.CoveredScenarios, Name: s.ID}, client.Covered{
			Title: s.Title, Reference: "scenarios/" + url.PathEscape(s.ID), Scenario: s.ID, Hint: "nctsim replay " + s.ID + " plays it; Gov-Test-Scenario: " + s.ID + " lets your software",
		})
	}
	c.rest()
	out := client.Coverage{Since: since}
	for _, area := range client.CoverageAreas {
		items := c.areas[area]
		if items == nil {
			items = []client.Covered{}
		}
		out.Areas = append(out.Areas, client.CoverageOf{Area: area, Items: items})
	}
	out.Count()
	return reply(http.StatusOK, out), nil
}

// coveredPhases are those behind the versions that answer.
func (a *API) coveredPhases() (out []message.Phase) {
	for _, p := range message.Phases {
		if slices.Contains(a.About.APIVersions, p.APIVersion()) {
			out = append(out, p)
		}
	}
	return out
}

func (c *covering) messages(p message.Phase) {
	for _, t := range p.Types() {
		from := "sent by the trader"
		hint := "POST it; nctsim prepare makes one of a sample, of which nctsim reference samples and the console have a list"
		if t.Role == message.FromCustoms {
			from, hint = "sent by customs", "nctsim inject places it in a movement"
		}
		c.add(coverage.Key{Area: client.CoveredMessages, Group: p.APIVersion(), Name: t.Code}, client.Covered{
			Title: t.Code + " " + t.Name + ", " + from, Reference: "reference/messages/" + p.String() + "/" + t.Code, Hint: hint,
		})
	}
}

// wayTo says how a movement comes into a state, by the first row of the process table that leads there.
func wayTo(s movement.State, table []office.TableRow) string {
	for _, r := range table {
		if r.To == s && len(r.From) > 0 && !slices.Contains(r.From, s) {
			return "from " + string(r.From[0]) + " by " + string(r.Kind) + " " + r.Name
		}
	}
	return "a movement begins with it"
}

func (c *covering) process(p message.Phase, k message.Kind) {
	group := coverage.Group(p, k)
	for _, s := range office.StatesOf(p, k) {
		c.add(coverage.Key{Area: client.CoveredStates, Group: group, Name: string(s)}, client.Covered{
			Title: string(s), Reference: "reference/process", Hint: wayTo(s, office.Table(p, k)),
		})
	}
	for _, r := range office.Table(p, k) {
		states := make([]string, len(r.From))
		for i, s := range r.From {
			states[i] = string(s)
		}
		title := strings.Join(states, ", ") + ", " + string(r.Kind) + " " + r.Name
		if len(r.If) > 0 {
			title += " if " + strings.Join(r.If, ", ")
		}
		c.add(coverage.Key{Area: client.CoveredTransitions, Name: r.ID}, client.Covered{
			Title: title + ": " + string(r.To), Reference: "reference/process#" + r.ID, Hint: "bring a movement into one of these states first",
		})
	}
	for _, verb := range office.VerbsOf(p, k) {
		c.add(coverage.Key{Area: client.CoveredActions, Group: group, Name: verb}, client.Covered{
			Title: verb, Reference: "reference/process", Hint: "nctsim officer MOVEMENT " + verb + " when a movement can take it",
		})
	}
}

// coverRules adds the rules that are checked.
func (a *API) coverRules(c *covering) error {
	book, err := a.book()
	if err != nil {
		return err
	}
	for _, r := range book.Rules() {
		if !r.Movement && !slices.ContainsFunc(r.Assertions, func(t rules.RuleTest) bool { return t.On }) {
			continue
		}
		title := r.Code
		if len(r.Logic) > 0 {
			title += ": " + short(r.Logic[0].Text)
		}
		c.add(coverage.Key{Area: client.CoveredRules, Name: r.Code}, client.Covered{
			Title: title, Reference: "reference/rules/" + url.PathEscape(r.Code), Hint: "send a message that breaks it",
		})
	}
	return nil
}

// short is the beginning of a long text.
func short(text string) string {
	const most = 120
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// listedAnswers are the answers of the simulated APIs, in order.
var listedAnswers = sync.OnceValue(func() (out []coverage.Key) {
	for line := range strings.Lines(coverageAnswers) {
		if f := strings.Split(strings.TrimRight(line, "\r\n"), "\t"); len(f) == 3 {
			out = append(out, coverage.Key{Area: client.CoveredAnswers, Group: f[0], Name: f[1] + " " + f[2]})
		}
	}
	return out
})

// ListsAnswer reports whether an answer is among those that software can meet.
func ListsAnswer(k coverage.Key) bool { return slices.Contains(listedAnswers(), k) }

// answers adds the answers of the simulated APIs. Those of versions that are switched off are left out.
func (c *covering) answers(versions []string) {
	for _, k := range listedAnswers() {
		if _, known := message.PhaseOfVersion(k.Group); known && strings.Contains(k.Name, "/movements/") && !slices.Contains(versions, k.Group) {
			continue
		}
		c.add(k, client.Covered{Title: strings.TrimSpace(k.Group + " " + k.Name), Hint: hintOf(k)})
	}
}

// rest adds what was met and is in no list: rules of the office without assertions, answers that no test has seen. It may be
// met in other runs as well.
func (c *covering) rest() {
	var left []coverage.Key
	for k := range c.counts {
		if !c.listed[k] {
			left = append(left, k)
		}
	}
	slices.SortFunc(left, func(a, b coverage.Key) int {
		return strings.Compare(string(a.Area)+a.Group+a.Name, string(b.Area)+b.Group+b.Name)
	})
	for _, k := range left {
		c.add(k, client.Covered{Title: strings.TrimPrefix(k.Group+" "+k.Name, " ")})
	}
}
