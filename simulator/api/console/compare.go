package console

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/messagediff"
)

// differences is what is different between two messages, the older one first.
type differences struct {
	// Before and After are what the messages are called.
	Before, After string
	Groups        []differenceGroup
	// Counts say how many differences there are of each kind. Left is how many are not shown.
	Counts []string
	Total  int
	Left   int
}

// differenceGroup has the differences within one element.
type differenceGroup struct {
	// Path is that of the element without the root, "" for the root itself.
	Path string
	Rows []differenceRow
}

// differenceRow is the difference of one element.
type differenceRow struct {
	// Mark is what is different, in words, Sign the same as a character, and Tone how it is shown.
	Mark, Sign, Tone string
	Name             string
	// Href is where the element is, from Path on.
	Href string
	// Before and After are the values; InBefore and InAfter: the element is there.
	Before, After     string
	InBefore, InAfter bool
}

// shownDifferences is how many differences are shown.
const shownDifferences = 500

// compared is one of the messages of a comparison: its name, and its address, "" for a sample.
type compared struct{ name, address string }

// differencesOf puts a comparison into the order of time and into groups. Swapped: the right message is the older one.
func differencesOf(c client.Comparison, left, right compared, swapped bool) differences {
	before, after := left, right
	if swapped {
		before, after = right, left
	}
	d := differences{Before: before.name, After: after.name, Total: c.Total, Left: c.Total - len(c.Differences)}
	counts := map[string]int{}
	for _, r := range c.Differences {
		row := differenceRow{Before: r.LeftValue, After: r.RightValue, InBefore: r.Left != "", InAfter: r.Right != ""}
		pathBefore, pathAfter := r.Left, r.Right
		if swapped {
			row.Before, row.After, row.InBefore, row.InAfter = row.After, row.Before, row.InAfter, row.InBefore
			pathBefore, pathAfter = pathAfter, pathBefore
		}
		at, address := pathAfter, after.address
		if at == "" || address == "" && pathBefore != "" && before.address != "" {
			at, address = pathBefore, before.address
		}
		cut := strings.LastIndexByte(at, '/')
		above, name := at[:max(cut, 0)], at[cut+1:]
		row.Name = name
		if address != "" && above != "" && !strings.HasPrefix(name, "@") {
			row.Href = address + "?" + url.Values{"view": {viewForm}, "path": {above}}.Encode() + "#" + idOfPath(at)
		}
		kind := ""
		switch {
		case r.Mark == messagediff.NotCarried:
			row.Mark, row.Sign, row.Tone, kind = "not carried by "+r.Carrier, "⊘", "muted", "not carried by "+r.Carrier
		case r.Mark == messagediff.Changed:
			row.Mark, row.Sign, row.Tone, kind = "changed", "~", "warn", "changed"
		case row.InAfter:
			row.Mark, row.Sign, row.Tone, kind = "added", "+", "ok", "added"
		default:
			row.Mark, row.Sign, row.Tone, kind = "removed", "−", "bad", "removed"
		}
		if counts[kind] == 0 {
			d.Counts = append(d.Counts, kind)
		}
		counts[kind]++
		path := belowRoot(above)
		if n := len(d.Groups); n == 0 || d.Groups[n-1].Path != path {
			d.Groups = append(d.Groups, differenceGroup{Path: path})
		}
		group := &d.Groups[len(d.Groups)-1]
		group.Rows = append(group.Rows, row)
	}
	for i, kind := range d.Counts {
		d.Counts[i] = fmt.Sprintf("%d %s", counts[kind], kind)
	}
	return d
}

// belowRoot is a path without the root element.
func belowRoot(path string) string {
	_, below, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return below
}

// comparable is a message with which another one can be compared.
type comparable struct {
	// With is what the control API calls it, and Title what people do.
	With, Title string
	Chosen      bool
}

// comparables are those of one origin.
type comparables struct {
	Title    string
	Messages []comparable
}

// natural says which messages a message is compared with unless somebody chooses: those that it changes, repeats or follows from, the
// first that is there.
var natural = map[string][]string{
	"IE013": {"IE015"}, "IE014": {"IE015"}, "IE170": {"IE015"},
	"IE029": {"IE015"}, "IE051": {"IE015"}, "IE060": {"IE015"}, "IE055": {"IE015"},
	"IE056": {"IE015"}, "IE928": {"IE015"}, "IE028": {"IE015"}, "IE004": {"IE013"}, "IE016": {"IE015"},
	"IE015": {"IE013", "IE029"},
	"IE043": {"IE029", "IE015", "IE007"}, "IE044": {"IE043"}, "IE058": {"IE044"}, "IE025": {"IE044", "IE043"}, "IE057": {"IE007", "IE044"},
}

// worthwhile are the messages that repeat so much of another one that the page of the movement offers to compare them.
var worthwhile = []string{"IE013", "IE029", "IE043", "IE044"}

// naturalPartner is the message that one of a movement is compared with: of the movement itself, or else of its other side.
func naturalPartner(code, id string, of client.MovementDetail, other *client.MovementDetail) (with string) {
	for _, wanted := range natural[code] {
		for _, r := range of.Records {
			if r.Type == wanted && r.ID != id {
				return r.ID
			}
		}
		if other == nil {
			continue
		}
		for _, r := range other.Records {
			if r.Type == wanted {
				return other.ID + "/" + r.ID
			}
		}
	}
	return ""
}

// mostOthers is in how many other movements the same message is looked for.
const mostOthers = 8

// choices are the messages that one can be compared with.
func (v *visit) choices(data *messagePage, id string) (out []comparables, err error) {
	other, err := v.otherSide(data.Of.Movement)
	if err != nil {
		return nil, err
	}
	partner := naturalPartner(data.Type, id, data.Of, other)
	add := func(title string, found []comparable) {
		if len(found) > 0 {
			out = append(out, comparables{title, found})
		}
	}
	of := func(m client.MovementDetail, only string) (found []comparable) {
		for _, r := range m.Records {
			with := r.ID
			if m.ID != data.Of.ID {
				with = m.ID + "/" + r.ID
			}
			if r.ID != id && (only == "" || r.Type == only) {
				found = append(found, comparable{With: with, Title: recordTitle(m.Movement, r)})
			}
		}
		return found
	}
	add("This movement", of(data.Of, ""))
	if other != nil {
		add("The other side", of(*other, ""))
	}
	list, err := v.client.Movements(v.ctx(), client.MovementQuery{Type: data.Of.Type, Limit: mostOthers + 1})
	if err != nil {
		return nil, err
	}
	var same []comparable
	for _, m := range list.Movements {
		if m.ID == data.Of.ID {
			continue
		}
		detail, err := v.client.Movement(v.ctx(), m.ID)
		if client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, c := range of(detail, data.Type) {
			c.Title += " of " + called(m)
			same = append(same, c)
		}
	}
	add("The same message of other movements", same)
	known, err := v.client.Samples(v.ctx(), "")
	if err != nil {
		return nil, err
	}
	var ours []comparable
	for _, s := range known.Samples {
		if s.Phase == data.Of.Phase && s.Type == data.Type {
			ours = append(ours, comparable{With: samplePrefix + s.Name, Title: s.Name})
		}
	}
	add("Samples", ours)
	if partner == "" && len(same) > 0 {
		partner = same[0].With
	}
	if partner == "" && len(ours) > 0 {
		partner = ours[0].With
	}
	data.With = cmp.Or(data.With, partner)
	for _, group := range out {
		for i := range group.Messages {
			group.Messages[i].Chosen = group.Messages[i].With == data.With
		}
	}
	return out, nil
}

// samplePrefix begins the name of a sample where a message is meant.
const samplePrefix = "sample/"

// recordTitle is what a message is called in a list: its code, its name, and when it came.
func recordTitle(m client.Movement, r client.Record) string {
	return strings.TrimSpace(cmp.Or(r.Type, "message")+" "+title(m.Phase, r.Type)) + ", " + clockTime(r.Received)
}

// messageDiff compares the message with another one.
func (v *visit) messageDiff(data *messagePage, id, messageID string) (err error) {
	if data.MessageDetail, err = v.client.Message(v.ctx(), id, messageID); err != nil {
		return err
	}
	data.With = v.r.URL.Query().Get("with")
	if data.Choices, err = v.choices(data, messageID); err != nil || data.With == "" {
		return err
	}
	this := compared{recordTitle(data.Of.Movement, data.Record), addressOf(id, messageID)}
	with, older, err := v.compareWith(data)
	if err != nil {
		return err
	}
	found, err := v.client.Compare(v.ctx(), id, messageID, data.With, shownDifferences)
	if refused := refusal(err); refused != nil && data.Unreadable != "" {
		return nil // the page says what it is
	}
	if err != nil {
		return err
	}
	d := differencesOf(found, this, with, older)
	data.Differences = &d
	return nil
}

// compareWith finds the message to compare with, and says whether it is the older one.
func (v *visit) compareWith(data *messagePage) (with compared, older bool, err error) {
	movementID, messageID, elsewhere := strings.Cut(data.With, "/")
	if !elsewhere {
		movementID, messageID = data.Of.ID, data.With
	}
	if elsewhere && movementID+"/" == samplePrefix {
		return compared{name: "sample " + messageID}, true, nil
	}
	m, err := v.client.Movement(v.ctx(), movementID)
	if err != nil {
		return compared{}, false, err
	}
	i := slices.IndexFunc(m.Records, func(r client.Record) bool { return r.ID == messageID })
	if i < 0 {
		return compared{}, false, &client.Error{
			Status: http.StatusNotFound, Message: "Movement " + movementID + " has no message " + messageID, Hint: "choose one of the list to compare with",
		}
	}
	r := m.Records[i]
	name := recordTitle(m.Movement, r)
	if elsewhere {
		name += " of " + called(m.Movement)
	}
	older = r.Received.Before(data.Received)
	if r.Received.Equal(data.Received) {
		older = slices.Contains(natural[data.Type], r.Type) && !slices.Contains(natural[r.Type], data.Type) || movementID == data.Of.ID && isBefore(m.Records, messageID, data.ID)
	}
	return compared{name, addressOf(movementID, messageID)}, older, nil
}

// isBefore reports whether one message of a movement comes before another.
func isBefore(records []client.Record, one, other string) bool {
	at := func(id string) int {
		return slices.IndexFunc(records, func(r client.Record) bool { return r.ID == id })
	}
	return at(one) < at(other)
}

// comparePage is two movements beside each other, message by message.
type comparePage struct {
	// Left is the older movement.
	Left, Right client.MovementDetail
	Pairs       []messagePair
}

// messagePair are two messages of the same type, or one that only one of the movements has.
type messagePair struct {
	ID, Title string
	// Only is what the movement is called that alone has the message, "" for both.
	Only, Href string
	// Wrong says why the two could not be compared.
	Wrong       string
	Differences *differences
}

// mostPairs is how many pairs of messages are compared on one page.
const mostPairs = 40

// compare shows two movements beside each other.
func (v *visit) compare() error {
	q := v.r.URL.Query()
	ids := q["id"]
	if len(ids) != 2 || ids[0] == ids[1] {
		return &client.Error{Status: http.StatusBadRequest, Message: "Two movements can be compared", Hint: "tick two in the list of movements, and choose to compare them"}
	}
	var data comparePage
	var err error
	if data.Left, err = v.client.Movement(v.ctx(), ids[0]); err != nil {
		return err
	}
	if data.Right, err = v.client.Movement(v.ctx(), ids[1]); err != nil {
		return err
	}
	if !data.Right.Created.After(data.Left.Created) { // the list has the newest first
		data.Left, data.Right = data.Right, data.Left
	}
	taken := map[string]bool{}
	for _, l := range data.Left.Records {
		i := slices.IndexFunc(data.Right.Records, func(r client.Record) bool { return r.Type == l.Type && !taken[r.ID] })
		if i < 0 {
			data.Pairs = append(data.Pairs, onlyIn(data.Left, l))
			continue
		}
		r := data.Right.Records[i]
		taken[r.ID] = true
		pair, err := v.pairOf(data, l, r)
		if err != nil {
			return err
		}
		data.Pairs = append(data.Pairs, pair)
		if len(data.Pairs) == mostPairs {
			break
		}
	}
	for _, r := range data.Right.Records {
		if !taken[r.ID] && len(data.Pairs) < mostPairs {
			data.Pairs = append(data.Pairs, onlyIn(data.Right, r))
		}
	}
	return v.show(page{
		Name: "compare", Title: "Compare " + called(data.Left.Movement) + " and " + called(data.Right.Movement), Area: areaMovements, Still: true, Data: data,
	})
}

// LeftName and RightName are what the movements are called.
func (p comparePage) LeftName() string { return called(p.Left.Movement) }

// RightName is what the newer movement is called.
func (p comparePage) RightName() string { return called(p.Right.Movement) }

func onlyIn(m client.MovementDetail, r client.Record) messagePair {
	return messagePair{ID: "p" + r.ID, Title: strings.TrimSpace(r.Type + " " + title(m.Phase, r.Type)), Only: called(m.Movement), Href: addressOf(m.ID, r.ID)}
}

// pairOf compares a message of one movement with that of the other.
func (v *visit) pairOf(of comparePage, l, r client.Record) (messagePair, error) {
	with := of.Right.ID + "/" + r.ID
	pair := messagePair{
		ID: "p" + l.ID, Title: strings.TrimSpace(l.Type + " " + title(of.Left.Phase, l.Type)),
		Href: addressOf(of.Left.ID, l.ID) + "?" + url.Values{"view": {viewDiff}, "with": {with}}.Encode(),
	}
	found, err := v.client.Compare(v.ctx(), of.Left.ID, l.ID, with, shownDifferences/5)
	if refused := refusal(err); refused != nil {
		pair.Wrong = sentence(refused.Message)
		return pair, nil
	}
	if err != nil {
		return pair, err
	}
	d := differencesOf(found, compared{of.LeftName(), addressOf(of.Left.ID, l.ID)}, compared{of.RightName(), addressOf(of.Right.ID, r.ID)}, false)
	pair.Differences = &d
	return pair, nil
}

// diffHref is where the page of a message of a movement is compared with what is natural, "" if that says little.
func diffHref(of client.MovementDetail, other *client.MovementDetail, code, id string) string {
	if !slices.Contains(worthwhile, code) {
		return ""
	}
	with := naturalPartner(code, id, of, other)
	if with == "" {
		return ""
	}
	return addressOf(of.ID, id) + "?" + url.Values{"view": {viewDiff}, "with": {with}}.Encode()
}
