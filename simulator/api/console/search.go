package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"nctsim/simulator/client"
)

// searchPage is what was found, when it is not one thing alone.
type searchPage struct {
	Query string
	Found []hit
	Total int
}

// hit is one thing that was found.
type hit struct{ Name, What, Href string }

// mostFound is how much a search lists.
const mostFound = 100

// search looks for whatever a text may name. What is found alone, or is named exactly and alone, is opened at once.
func (v *visit) search() error {
	q := strings.TrimSpace(v.r.FormValue("q"))
	if q == "" {
		v.leave("")
		return nil
	}
	list, err := v.client.Search(v.ctx(), q, mostFound)
	if err != nil {
		return err
	}
	var exact []client.Hit
	for _, h := range list.Hits {
		if h.Exact {
			exact = append(exact, h)
		}
	}
	switch {
	case len(list.Hits) == 1:
		v.leave(hitOf(list.Hits[0]).Href)
		return nil
	case len(exact) == 1:
		v.leave(hitOf(exact[0]).Href)
		return nil
	}
	data := searchPage{Query: q, Total: list.Total}
	for _, h := range list.Hits {
		data.Found = append(data.Found, hitOf(h))
	}
	p := page{Name: "search", Title: "Search", Data: data}
	if len(data.Found) == 0 {
		p.Status = http.StatusNotFound
	}
	return v.show(p)
}

// names are the names by which a search finds things, in words.
var names = map[string]string{
	"lrn": "LRN", "mrn": "MRN", "eori": "EORI", "id": "id", "wireId": "id in the API", "boxId": "box", "scenario": "scenario", "grn": "GRN",
	"messageId": "id of a message", "messageIdentification": "messageIdentification", "title": "title",
	"rule": "rule", "list": "code list", "office": "customs office", "name": "name",
}

// hitOf is a hit with where it leads to.
func hitOf(h client.Hit) hit {
	what := cmp.Or(names[h.What], h.What) + " " + h.Value
	if h.Value == h.Scenario {
		what = ""
	}
	switch h.Kind {
	case client.HitScenario:
		return hit{"Scenario " + h.Scenario, what, scenariosPath + "/" + url.PathEscape(h.Scenario)}
	case client.HitBox:
		return hit{"Box " + h.Box, what, "notifications/" + h.Box}
	case client.HitRule:
		return hit{"Rule " + h.Reference, "", ruleHref(h.Reference)}
	case client.HitList:
		return hit{"Code list " + h.Reference, what, listsPath + "/" + url.PathEscape(h.Reference)}
	case client.HitOffice:
		return hit{"Customs office " + h.Reference, what, officesPath + "?" + url.Values{"q": {h.Reference}}.Encode()}
	}
	name := h.Type.Title() + " " + cmp.Or(h.LRN, h.MRN, h.Movement)
	if h.MessageType != "" {
		name = h.MessageType + " of " + name
	}
	return hit{name, what + ", " + string(h.State), "movements/" + h.Movement}
}
