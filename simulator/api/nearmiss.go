package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/spelling"
	"nctsim/simulator/store"
)

// nearMisses says what would have been accepted, or found, in the place of what a request sent. It is worked out when somebody
// asks, from what the log has kept and what is stored now. The error is that of the store.
func (a *API) nearMisses(ctx context.Context, x *exchange.Exchange) ([]client.NearMiss, error) {
	near := a.nearScenario(x)
	if len(x.Wanted.Values) > 0 {
		near = append(near, wantedHeader(x.Wanted))
	}
	var more []client.NearMiss
	var err error
	switch x.RefusedBy() {
	case client.CheckRoute:
		more = a.nearRoutes(x)
	case client.CheckVersion:
		more = a.nearVersions()
	case client.CheckAuthorisation:
		more = a.nearCallers(x)
	case client.CheckThrottle:
		more = []client.NearMiss{{About: "throttle", Text: fmt.Sprintf("a client may make %d calls a second; --rate-limit changes that", a.platform.Options().RateLimit)}}
		if x.Route == "/customs/guarantees/balances" || strings.HasPrefix(x.Route, "/customs/guarantees/{") {
			more[0].Text = "a user may ask about a guarantee once in 60 seconds of the simulator's clock; --balance-lock off switches that off"
		}
	case client.CheckSize:
		more = []client.NearMiss{{About: "size", Text: "a message of up to 5,000,000 bytes can be sent like this; a POST without body and Content-Type asks for a form by which a larger one is uploaded"}}
	case client.CheckSchema, client.CheckAccept, client.CheckBody:
		more = a.nearSchemas(ctx, x)
	case client.CheckMovement:
		more, err = a.nearMovements(x)
	}
	if err != nil {
		return nil, err
	}
	near = append(near, more...)
	lrn, err := a.nearLRN(x)
	return append(near, lrn...), err
}

func wantedHeader(w exchange.Wanted) client.NearMiss {
	about := "accept"
	if w.Header == "Content-Type" {
		about = "contentType"
	}
	return client.NearMiss{About: about, Value: w.Values[0], Text: "the header " + w.Header + " would have been accepted as " + alternatives(w.Values)}
}

// alternatives are texts as a sentence has them.
func alternatives(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// nearScenario is the scenario that was meant by a header which names none.
func (a *API) nearScenario(x *exchange.Exchange) []client.NearMiss {
	asked := x.Sent.Header.Get(client.ScenarioHeader)
	if asked == "" || a.Scenarios == nil || x.Scenario == "" || strings.EqualFold(x.Scenario, asked) {
		return nil
	}
	_, hint, some := strings.Cut(x.Scenario, "; ")
	if !some {
		return nil
	}
	near := client.NearMiss{About: "scenario", Text: client.ScenarioHeader + " " + asked + ": " + hint}
	if meant, named := strings.CutPrefix(hint, "did you mean "); named {
		near.Value = meant
	}
	return []client.NearMiss{near}
}

// nearRoutes are paths like the one that no API has, and methods that its path has.
func (a *API) nearRoutes(x *exchange.Exchange) (near []client.NearMiss) {
	for _, path := range likePaths(x.Path) {
		for _, method := range []string{x.Method, post, get, put} {
			if !a.hasRoute(method, path) {
				continue
			}
			if path == x.Path {
				near = append(near, client.NearMiss{About: "method", Value: method, Text: "this path has the method " + method + ", and not " + x.Method})
			} else {
				near = append(near, client.NearMiss{About: "path", Value: path, Text: method + " " + path + " is there"})
			}
			return near
		}
	}
	if phase, known := message.PhaseOfVersion(x.Version); known && !slices.Contains(a.phases, phase) {
		return a.nearVersions()
	}
	return nil
}

// hasRoute says whether any simulated API has a path and method.
func (a *API) hasRoute(method, path string) bool {
	u, err := url.Parse(path)
	if err != nil {
		return false
	}
	return a.routes.has(&http.Request{Method: method, URL: u, Host: "localhost"})
}

// likePaths are a path and others that may have been meant by it, the nearest first.
func likePaths(path string) (like []string) {
	add := func(p string) {
		if !slices.Contains(like, p) {
			like = append(like, p)
		}
	}
	add(path)
	plain := strings.TrimRight(path, "/")
	add(plain)
	for strings.Contains(plain, "//") {
		plain = strings.ReplaceAll(plain, "//", "/")
	}
	add(plain)
	segments := strings.Split(strings.TrimPrefix(plain, "/"), "/")
	for i, s := range segments {
		if near := spelling.Nearest(s, known); near != "" {
			segments[i] = near
		}
	}
	add("/" + strings.Join(segments, "/"))
	// What stands before a word that paths begin with, or is missing before it, is another idea of the address.
	for _, beginning := range [][]string{{"customs", "transits", "movements"}, {"customs", "guarantees"}, {"misc", "push-pull-notification"}, {"oauth"}} {
		for skip := range beginning {
			if at := slices.Index(segments, beginning[skip]); at >= 0 {
				add("/" + strings.Join(append(slices.Clone(beginning[:skip]), segments[at:]...), "/"))
				break
			}
		}
	}
	for _, plural := range []string{message.Departure.Plural(), message.Arrival.Plural()} {
		if at := slices.Index(segments, plural); at >= 0 {
			add("/customs/transits/movements/" + strings.Join(segments[at:], "/"))
		}
	}
	return like
}

// known are the words of the paths of the simulated APIs.
var known = []string{
	"customs", "transits", "movements", "departures", "arrivals", "messages", "body", "test", "misc", "push-pull-notification", "box",
	"notifications", "acknowledge", "callback", "guarantees", "balances", "balance", "oauth", "token", "authorize", "create-test-user",
	"organisations", "individuals", "agents", "services", "hello", "world", "user", "application",
}

func (a *API) nearVersions() (near []client.NearMiss) {
	for _, p := range a.phases {
		near = append(near, client.NearMiss{
			About: "version", Value: p.APIVersion(), Text: fmt.Sprintf("API %[1]s is there: Accept: application/vnd.hmrc.%[1]s+json", p.APIVersion()),
		})
	}
	return near
}

// nearCallers says which tokens would do.
func (a *API) nearCallers(x *exchange.Exchange) []client.NearMiss {
	o := a.platform.Options()
	say := func(text string) []client.NearMiss { return []client.NearMiss{{About: "authorisation", Text: text}} }
	switch {
	case strings.Contains(x.Route, "/oauth/"):
		return say("the client id and the secret have to be those of a registered application; nctsim serve --applications registers them")
	case len(x.Sent.Header["Authorization"]) == 0:
		return say("an EORI is a token: Authorization: Bearer " + o.EORI)
	case !strings.HasPrefix(strings.ToLower(x.Sent.Header.Get("Authorization")), "bearer "):
		return say("the header has to begin with the word Bearer")
	case x.Status == http.StatusForbidden && strings.Contains(string(x.Answered.Body), platform.InvalidScope.Code):
		return say("the token has not the scope of this API; the application has to ask for it when it asks for authority")
	case x.Status == http.StatusUnauthorized && o.Strict():
		return say("with --auth strict a token is an EORI, one of --tokens, or one that /oauth/token gave out and that has not expired")
	}
	return nil
}

// nearSchemas says which other version has a schema that the body fits.
func (a *API) nearSchemas(ctx context.Context, x *exchange.Exchange) (near []client.NearMiss) {
	body := x.Sent.Body
	if len(body) == 0 || int64(len(body)) != x.Sent.Size {
		return nil
	}
	for _, p := range a.phases {
		set := a.Catalogue.Set(p)
		if set == nil || p.APIVersion() == x.Version && x.RefusedBy() == client.CheckSchema {
			continue
		}
		result := set.Validate(ctx, body, schema.Options{MaxErrors: 1})
		if !result.Valid() {
			continue
		}
		near = append(near, client.NearMiss{
			About: "schema", Value: p.APIVersion(),
			Text: fmt.Sprintf("the message fits %s of API %[2]s: Accept: application/vnd.hmrc.%[2]s+json", result.Root.Name, p.APIVersion()),
		})
	}
	if len(near) > 0 {
		return near
	}
	if phase, known := message.PhaseOfVersion(x.Version); known {
		if other := endpoint.OtherVersion(phase, body); other != "" && other != x.Remark {
			near = append(near, client.NearMiss{About: "schema", Text: other})
		}
	}
	return near
}

// nearMovements says whose the movement is that the path names, if it is another's, or what else hides it.
func (a *API) nearMovements(x *exchange.Exchange) (near []client.NearMiss, err error) {
	segments := strings.Split(strings.Trim(x.Path, "/"), "/")
	at := max(slices.Index(segments, message.Departure.Plural()), slices.Index(segments, message.Arrival.Plural()))
	if at < 0 || at+1 >= len(segments) {
		return nil, nil
	}
	kind := message.Departure
	if segments[at] == message.Arrival.Plural() {
		kind = message.Arrival
	}
	id := segments[at+1]
	phase4 := isPhase4(x.Version)
	err = a.Engine.Read(func(tx *store.Tx) error {
		m, err := a.meant(tx, phase4, kind, id)
		if errors.Is(err, store.ErrNotFound) {
			near, err = a.mistaken(tx, x.EORI, id)
			return err
		}
		if err != nil {
			return err
		}
		near = a.whyHidden(m, kind, phase4, x)
		return nil
	})
	return near, err
}

// meant is the movement that an id in a path means, whosever it is and of whichever kind.
func (a *API) meant(tx *store.Tx, phase4 bool, k message.Kind, id string) (*movement.Movement, error) {
	if !phase4 {
		return tx.Movement(id)
	}
	number, err := strconv.Atoi(id)
	if err != nil {
		return tx.Movement(id)
	}
	return tx.MovementByNumber(k, number)
}

// mistaken is a movement whose LRN or MRN stands where its id has to be.
func (a *API) mistaken(tx *store.Tx, eori, name string) ([]client.NearMiss, error) {
	for _, q := range []store.MovementQuery{{LRN: name, Limit: 1}, {MRN: name, Limit: 1}} {
		found, _, err := tx.Movements(q)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if m.EORI == eori && (strings.EqualFold(m.LRN, name) || strings.EqualFold(m.MRN, name)) {
				return []client.NearMiss{{
					About: "movement", Value: m.ID, Movement: m.ID, Text: "that is the LRN or MRN of movement " + m.ID + ", and paths have the id",
				}}, nil
			}
		}
	}
	return nil, nil
}

// whyHidden says what keeps a movement that is there from the caller.
func (a *API) whyHidden(m *movement.Movement, k message.Kind, phase4 bool, x *exchange.Exchange) []client.NearMiss {
	say := func(text, value string) []client.NearMiss {
		return []client.NearMiss{{About: "movement", Text: text, Value: value, Movement: m.ID}}
	}
	switch {
	case m.Kind != k:
		return say(fmt.Sprintf("movement %s is there, but it is one of the %s", m.ID, m.Kind.Plural()), strings.Replace(x.Path, "/"+k.Plural()+"/", "/"+m.Kind.Plural()+"/", 1))
	case m.EORI != x.EORI:
		return say(fmt.Sprintf("movement %s is there, but it belongs to %s and the caller is %s", m.ID, m.EORI, x.EORI), m.EORI)
	case phase4 != (m.Phase.Generation() == message.GenerationPhase4):
		return say(fmt.Sprintf("movement %s is there, but it is one of API %s", m.ID, m.Phase.APIVersion()), m.Phase.APIVersion())
	case a.Engine.Expired(*m):
		return say(fmt.Sprintf("movement %s was there, but its retention is over; --retention says how long that is", m.ID), "")
	case x.MessageID != "" || strings.Contains(x.Route, "{message}"):
		return say(fmt.Sprintf("movement %s is there and has %d messages; GET %s lists them", m.ID, m.Messages, strings.SplitAfter(x.Path, "/messages")[0]), "")
	}
	return say(fmt.Sprintf("movement %s is there and %s", m.ID, m.State), "")
}

// nearLRN says which movement has the LRN that the office refuses to a new one.
func (a *API) nearLRN(x *exchange.Exchange) ([]client.NearMiss, error) {
	if x.RefusedBy() == client.CheckLRN {
		return []client.NearMiss{{About: "lrn", Text: "LRNs of the form DUPLRN and digits are refused as used before, always; any other one will do", Movement: x.Movement}}, nil
	}
	if x.Refused || x.Movement == "" || x.Method != post {
		return nil, nil
	}
	m, err := store.Read(a.Engine.Read, func(tx *store.Tx) (*movement.Movement, error) { return tx.Movement(x.Movement) })
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	user, err := a.Engine.UserOfLRN(*m)
	if err != nil || user == "" {
		return nil, err
	}
	return []client.NearMiss{{About: "lrn", Movement: user, Text: fmt.Sprintf("the LRN %s is in use by movement %s of the same holder, so that the office rejects this one", m.LRN, user)}}, nil
}
