package console

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/pattern"
)

// How many requests the list has, unless somebody asks for all.
const (
	fewRequests = 100
	allRequests = 1000
)

// mostNamed is how many movements a list can call by their LRN: those that were updated last.
const mostNamed = 300

// requestFilter is what the list of requests is narrowed by, as the query has it.
type requestFilter struct {
	client.ExchangeQuery
	// All: the list is to be a long one.
	All bool
}

func requestFilterOf(q url.Values) requestFilter {
	text := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	f := requestFilter{All: q.Get("all") == "true", ExchangeQuery: client.ExchangeQuery{
		Status: text("status"), Version: text("version"), Check: client.Check(text("check")), EORI: text("eori"), Path: text("path"),
		Method: text("method"), Movement: text("movement"),
	}}
	if q.Get("refused") == "true" {
		f.Refused = "true"
	}
	return f
}

// Some reports whether the list is narrowed.
func (f requestFilter) Some() bool { return f.ExchangeQuery != client.ExchangeQuery{} }

// address is the list with this filter, from Path on.
func (f requestFilter) address() string {
	q := f.Values()
	if f.All {
		q.Set("all", "true")
	}
	return withQuery("requests", q)
}

func (f requestFilter) query() client.ExchangeQuery {
	q := f.ExchangeQuery
	if q.Limit = fewRequests; f.All {
		q.Limit = allRequests
	}
	return q
}

// requestsPage is the log of requests.
type requestsPage struct {
	Filter requestFilter
	Rows   []requestRow
	// Refusals are the refused ones by cause, MoreRefusals those that are rarer.
	Refusals, MoreRefusals []cause
	// Off: nothing is kept.
	Off     bool
	Dropped uint64
	// All is the address of a longer list, "" if this is all.
	All      string
	Versions []string
	Checks   []choice
	// Name is what people call the movement that the list is narrowed to.
	Name string
	// Address is where clients find the simulated APIs.
	Address string
}

// requestRow is one request of the list.
type requestRow struct {
	client.Exchange
	// Name is what people call its movement, "" without one.
	Name string
}

// Tone says how its status is shown.
func (r requestRow) Tone() string { return statusTone(r.Status) }

// Of is the API version, "" where there is just one.
func (r requestRow) Of() string { return versionOf(r.Exchange) }

// Follows is the scenario of a new movement, "" for none.
func (r requestRow) Follows() string { return scenarioOf(r.Exchange) }

// versionOf is the API version that answered, "" where it is not one of several.
func versionOf(x client.Exchange) string {
	if strings.HasSuffix(x.Version, "x") {
		return ""
	}
	return x.Version
}

// scenarioOf is the scenario of a new movement, "" for none.
func scenarioOf(x client.Exchange) string {
	if strings.HasPrefix(x.Scenario, "none") {
		return ""
	}
	return x.Scenario
}

// variable is one in a route, with the form that it has to have.
var variable = pattern.New(`\{([^:{}]+):[^{}]*\}`)

// plainRoute is a route without the forms that its variables have to have.
func plainRoute(route string) string { return variable().ReplaceAllString(route, "{$1}") }

// By is the check that has refused it, in words.
func (r requestRow) By() string { return checkWords[r.RefusedBy] }

// cause are requests that were refused for the same cause.
type cause struct {
	client.RefusalGroup
	// Href is the list of them, from Path on.
	Href string
}

// Tone says how their status is shown.
func (r cause) Tone() string { return statusTone(r.Status) }

// Where is their route.
func (r cause) Where() string { return plainRoute(r.Route) }

// By is the check that has refused them, in words.
func (r cause) By() string { return checkWords[r.RefusedBy] }

// mostCauses is how many causes the page has open.
const mostCauses = 4

func statusTone(status int) string {
	switch {
	case status == 0 || status >= http.StatusInternalServerError:
		return "bad"
	case status >= http.StatusBadRequest:
		return "warn"
	}
	return "ok"
}

// checkWords are the checks in words, and checks the order in which a list has them.
var (
	checkWords = map[client.Check]string{
		client.CheckThrottle: "number of calls", client.CheckVersion: "API version", client.CheckRoute: "path and method", client.CheckPath: "ids and query",
		client.CheckAuthorisation: "authorisation", client.CheckContentType: "Content-Type", client.CheckAccept: "Accept", client.CheckSize: "size",
		client.CheckBody: "body", client.CheckSchema: "schema", client.CheckRules: "rules", client.CheckMovement: "movement", client.CheckLRN: "LRN",
		client.CheckBox: "box", client.CheckGuarantee: "guarantee", client.CheckPage: "page of a list", client.CheckFault: "fault of a scenario", client.CheckAnswer: "answer",
	}
	checks = []client.Check{
		client.CheckThrottle, client.CheckVersion, client.CheckRoute, client.CheckPath, client.CheckAuthorisation, client.CheckContentType, client.CheckAccept,
		client.CheckSize, client.CheckBody, client.CheckSchema, client.CheckRules, client.CheckMovement, client.CheckLRN, client.CheckBox, client.CheckGuarantee,
		client.CheckPage, client.CheckFault, client.CheckAnswer,
	}
)

// requests shows what was asked of the simulated APIs.
func (v *visit) requests() error {
	f := requestFilterOf(v.r.URL.Query())
	p := page{Name: "requests", Title: "Requests", Area: areaRequests, Requests: true}
	data := requestsPage{Filter: f, Address: v.tutorial().Address}
	list, err := v.client.Requests(v.ctx(), f.query())
	if refused := refusal(err); refused != nil && refused.Status == http.StatusBadRequest {
		p.Problems = []problem{{"f-status", sentence(refused.Message) + ": " + refused.Hint}}
	} else if err != nil {
		return err
	}
	data.Off, data.Dropped = list.Kept == 0 && err == nil, list.Dropped
	names, err := v.recentNames(len(list.Requests))
	if err != nil {
		return err
	}
	for _, x := range list.Requests {
		data.Rows = append(data.Rows, requestRow{x, cmp.Or(names[x.Movement], x.Movement)})
	}
	if f.Movement != "" {
		data.Name = v.nameOf(f.Movement, names)
	}
	if !f.All && len(data.Rows) == fewRequests {
		longer := f
		longer.All = true
		data.All = longer.address()
	}
	if !f.Some() {
		if err := v.addRefusals(&data); err != nil {
			return err
		}
	}
	info, err := v.client.Info(v.ctx())
	if err != nil {
		return err
	}
	data.Versions = info.APIVersions
	for _, c := range checks {
		data.Checks = append(data.Checks, choice{string(c), checkWords[c], c == f.Check})
	}
	p.Data = data
	return v.show(p)
}

// addRefusals adds why requests were refused, the most frequent cause first.
func (v *visit) addRefusals(data *requestsPage) error {
	list, err := v.client.Refusals(v.ctx())
	if err != nil {
		return err
	}
	for _, g := range list.Errors {
		r := cause{g, fmt.Sprintf("requests/%d", g.Last)}
		if g.Count > 1 {
			f := requestFilter{ExchangeQuery: client.ExchangeQuery{Refused: "true", Check: g.RefusedBy, Method: g.Method}}
			if g.Status > 0 {
				f.Status = strconv.Itoa(g.Status)
			}
			r.Href = f.address()
		}
		if len(data.Refusals) < mostCauses {
			data.Refusals = append(data.Refusals, r)
		} else {
			data.MoreRefusals = append(data.MoreRefusals, r)
		}
	}
	return nil
}

// recentNames are what people call the movements that were updated last, by id; none, if no row needs one.
func (v *visit) recentNames(rows int) (map[string]string, error) {
	names := map[string]string{}
	if rows == 0 {
		return names, nil
	}
	list, err := v.client.Movements(v.ctx(), client.MovementQuery{Limit: mostNamed})
	for _, m := range list.Movements {
		names[m.ID] = called(m)
	}
	return names, err
}

// requestPage is one request with its answer.
type requestPage struct {
	client.ExchangeDetail
	// Name is what people call its movement.
	Name string
	// Ways are the checks that it came to, in their order.
	Ways []way
	Near []nearMiss
	// Masked: it had a token, which is not kept.
	Masked bool
	Sent   content
	Answer content
}

// Tone says how the status is shown.
func (p requestPage) Tone() string { return statusTone(p.Status) }

// Refused reports whether a check has refused the request.
func (p requestPage) Refused() bool { return p.RefusedBy != "" }

// By is that check in words.
func (p requestPage) By() string { return checkWords[p.RefusedBy] }

// Where is the route of the request.
func (p requestPage) Where() string { return plainRoute(p.Route) }

// Of is the API version, "" where there is just one.
func (p requestPage) Of() string { return versionOf(p.Exchange) }

// Follows is the scenario of a new movement, "" for none.
func (p requestPage) Follows() string { return scenarioOf(p.Exchange) }

// StatusText is the name of the status.
func (p requestPage) StatusText() string {
	if p.Status == 0 {
		return "the connection was cut"
	}
	return http.StatusText(p.Status)
}

// nearMiss is something that was nearly right.
type nearMiss struct{ client.NearMiss }

// More is the value that could have stood there, if the sentence does not say it.
func (n nearMiss) More() string {
	if strings.Contains(n.Text, n.Value) {
		return ""
	}
	return n.Value
}

// way is one check that a request came to.
type way struct {
	Name   string
	Passed bool
}

// content is one direction of an exchange.
type content struct {
	client.Content
	Lines []header
}

// header is one line of the headers.
type header struct{ Name, Value string }

func contentOf(c client.Content) content {
	out := content{Content: c}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		for _, value := range c.Headers[name] {
			out.Lines = append(out.Lines, header{name, value})
		}
	}
	return out
}

// request shows one request.
func (v *visit) request() error { return v.showRequest(nil) }

func (v *visit) showRequest(problems []problem) error {
	number, err := v.requestNumber()
	if err != nil {
		return err
	}
	x, err := v.client.Request(v.ctx(), number)
	if err != nil {
		return err
	}
	data := requestPage{ExchangeDetail: x, Sent: contentOf(x.Request), Answer: contentOf(x.Response)}
	if x.Movement != "" {
		data.Name = v.nameOf(x.Movement, map[string]string{})
	}
	data.Masked = len(x.Request.Headers["Authorization"]) > 0
	for _, n := range x.NearMisses {
		data.Near = append(data.Near, nearMiss{n})
	}
	for _, c := range x.Passed {
		data.Ways = append(data.Ways, way{checkWords[c], true})
	}
	if x.RefusedBy != "" {
		data.Ways = append(data.Ways, way{checkWords[x.RefusedBy], false})
	}
	return v.show(page{
		Name: "request", Title: fmt.Sprintf("Request %d: %s %s", x.Number, x.Method, x.Path), Area: areaRequests, Still: true, Problems: problems, Data: data,
	})
}

// sendAgain sends a request again, and shows the new one.
func (v *visit) sendAgain() error {
	number, err := v.requestNumber()
	if err != nil {
		return err
	}
	x, err := v.client.SendAgain(v.ctx(), number, client.Again{Token: v.text("token")})
	if refused := refusal(err); refused != nil && refused.Status == http.StatusConflict {
		return v.showRequest([]problem{{"token", sentence(refused.Message) + ": " + refused.Hint}})
	}
	if err != nil {
		return err
	}
	o := outcome{Text: fmt.Sprintf("Request %d was sent again. This is what came of it.", number), Bad: x.RefusedBy != ""}
	return v.done(fmt.Sprintf("requests/%d", x.Number), o)
}

// requestNumber is that of the path.
func (v *visit) requestNumber() (uint64, error) {
	number, err := strconv.ParseUint(v.r.PathValue("number"), 10, 63)
	if err != nil {
		return 0, &client.Error{Status: http.StatusNotFound, Message: "Requests have numbers", Hint: "the list of requests has them"}
	}
	return number, nil
}

// clearRequests empties the log.
func (v *visit) clearRequests() error {
	return v.doneUnless(v.client.ForgetRequests(v.ctx()), "", "requests", outcome{Text: "The log of requests is empty"})
}

// took is how long something took, as people read it: "1.2 ms".
func took(text string) string {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return text
	case d < time.Second:
		return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}
