package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
)

// Ways to look at a message.
const (
	viewForm = "form"
	viewXML  = "xml"
	viewRaw  = "raw"
	viewJSON = "json"
	viewDiff = "diff"
)

// How much of a message is shown at once.
const (
	shownChildren = 50
	shownLines    = 2000
	shownBytes    = 256 << 10
)

// messagePage is one message.
type messagePage struct {
	client.MessageDetail
	// Of is the movement that it belongs to.
	Of    client.MovementDetail
	Views []messageView
	View  string
	// Wrong are its findings, each with where it is in the form.
	Wrong []placed
	// Root is the form from Path on, and Above are the elements that lead there. Absent: what is not there is shown, too.
	Root   *element
	Path   string
	Above  []choiceLink
	Absent bool
	// Toggle is the address of the form with or without what is absent.
	Toggle string
	// Lines are the XML; Broken says that line breaks were added for reading. Before and After lead to what else there is.
	Lines         []codeLine
	Broken        bool
	Before, After string
	// Text is the raw text or the JSON, and Cut how many bytes of it are not shown. Sum is the SHA-256 of all of it.
	Text string
	Cut  int
	Sum  string
	// Differences are those from the message With, which is one of the Choices; nil if there is none.
	Differences *differences
	With        string
	Choices     []comparables
	// Again is where it can be sent again, "" if customs has sent it.
	Again string
}

// messageView is one way to look at the message.
type messageView struct {
	Name, Title, Href string
	Current           bool
}

// choiceLink is a step of a path.
type choiceLink struct{ Title, Href string }

// placed is a finding with the address of the element that it is about.
type placed struct {
	movement.Finding
	Href string
}

// element is an element of the form.
type element struct {
	*client.MessageElement
	// ID is what the address of the element ends with.
	ID string
	// Nth is its number among those of its name, 0 if it is the only one.
	Nth int
	// Says is what a group is about, in a few words: its name, code or number.
	Says string
	// Occurs is how often it may occur: "1", "0 to 9".
	Occurs string
	Open   bool
	// Group: it has or could have others in it.
	Group bool
	// Href is where its value is explained, from Path on: the guarantee, the movement, the code list, the office; "" for nowhere.
	Href string
	// Load is where its content is, if that is not here; More is where further ones are.
	Load, More, MoreTitle string
	Items                 []*element
}

// codeLine is a line of XML with its number, and what is wrong in it.
type codeLine struct {
	Number int
	Text   string
	Wrong  []movement.Finding
}

// addressOf is the page of a message, from Path on.
func addressOf(movementID, messageID string) string {
	return "movements/" + url.PathEscape(movementID) + "/messages/" + url.PathEscape(messageID)
}

// message shows a message of a movement in one of several ways.
func (v *visit) message() error {
	id, messageID := v.r.PathValue("id"), v.r.PathValue("message")
	query := v.r.URL.Query()
	data := messagePage{View: query.Get("view"), Path: query.Get("path"), Absent: query.Get("absent") != ""}
	if !slices.Contains([]string{viewXML, viewRaw, viewJSON, viewDiff}, data.View) {
		data.View = viewForm
	}
	var err error
	if data.Of, err = v.client.Movement(v.ctx(), id); err != nil {
		return err
	}
	switch data.View {
	case viewForm:
		err = v.messageForm(&data, id, messageID, query)
	case viewJSON:
		err = v.messageJSON(&data, id, messageID)
	case viewDiff:
		err = v.messageDiff(&data, id, messageID)
	default:
		err = v.messageText(&data, id, messageID, query)
	}
	if err != nil {
		return err
	}
	address := addressOf(id, messageID)
	for _, w := range []messageView{{viewForm, "Form", "", false}, {viewXML, "XML", "", false}, {viewRaw, "Raw", "", false}, {viewJSON, "JSON", "", false}, {viewDiff, "Compare", "", false}} {
		if w.Name == viewJSON && (data.Phase.Generation() == message.GenerationPhase4 || data.Unreadable != "") {
			continue
		}
		w.Href, w.Current = address+"?view="+w.Name, w.Name == data.View
		data.Views = append(data.Views, w)
	}
	for _, f := range data.Findings {
		data.Wrong = append(data.Wrong, placed{f, data.placeOf(f, address)})
	}
	if !data.FromCustoms {
		data.Again = "send?" + url.Values{"again": {id + "/" + messageID}}.Encode()
	}
	return v.show(page{
		Name: "message", Title: strings.TrimSpace(data.Type+" "+data.Name) + " of " + called(data.Of.Movement), Area: areaMovements, Still: true, Data: data,
	})
}

// placeOf is the address of the element or line that a finding is about.
func (p messagePage) placeOf(f movement.Finding, address string) string {
	switch {
	case p.View == viewForm && f.Path != "":
		if p.Root != nil && !p.Root.has(idOfPath(f.Path)) {
			above := f.Path[:max(0, strings.LastIndexByte(f.Path, '/'))]
			if above == "" {
				return ""
			}
			return address + "?" + url.Values{"view": {viewForm}, "path": {above}}.Encode() + "#" + idOfPath(f.Path)
		}
		return p.address(address) + "#" + idOfPath(f.Path)
	case f.Line > 0:
		first := max(1, (f.Line-1)/shownLines*shownLines+1)
		return address + "?view=xml&from=" + strconv.Itoa(first) + "#wrong"
	}
	return ""
}

// address is that of the form as it is shown.
func (p messagePage) address(address string) string {
	query := url.Values{"view": {viewForm}}
	if p.Path != "" {
		query.Set("path", p.Path)
	}
	if p.Absent {
		query.Set("absent", "1")
	}
	return address + "?" + query.Encode()
}

// has reports whether the form shows the element with an id.
func (e *element) has(id string) bool {
	return e.ID == id || slices.ContainsFunc(e.Items, func(i *element) bool { return i.has(id) })
}

// idOfPath is an id for the element with a path; a first position may be left out in paths.
func idOfPath(path string) string {
	return "at" + strings.NewReplacer("/", "-", "[1]", "", "[", ".", "]", "").Replace(path)
}

// messageForm reads the elements of the message.
func (v *visit) messageForm(data *messagePage, id, messageID string, query url.Values) (err error) {
	skip, _ := strconv.Atoi(query.Get("skip"))
	skip = max(0, skip)
	data.MessageDetail, err = v.client.MessageTree(v.ctx(), id, messageID, client.TreeQuery{
		Path: data.Path, Absent: data.Absent, Skip: skip, Limit: shownChildren,
	})
	if err != nil || data.Tree == nil {
		return err
	}
	g := former{address: addressOf(id, messageID), absent: data.Absent}
	data.Root = g.element(data.Tree, 0)
	if end := skip + present(data.Tree); end < data.Tree.Size {
		data.Root.More, data.Root.MoreTitle = g.at(data.Tree.Path, end), moreTitle(end, data.Tree.Size)
	}
	if skip > 0 {
		data.Before = g.at(data.Tree.Path, max(0, skip-shownChildren))
	}
	for i, c := range data.Path {
		if c == '/' && i > 0 {
			data.Above = append(data.Above, choiceLink{lastStep(data.Path[:i]), g.at(data.Path[:i], 0)})
		}
	}
	other := *data
	other.Absent = !data.Absent
	data.Toggle = other.address(g.address)
	return nil
}

func lastStep(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func moreTitle(shown, size int) string {
	return fmt.Sprintf("%d to %d of %d", shown+1, min(size, shown+shownChildren), size)
}

// present is how many children that are there are shown.
func present(e *client.MessageElement) (n int) {
	for _, c := range e.Children {
		if !c.Absent {
			n++
		}
	}
	return n
}

// former makes the form of a message.
type former struct {
	address string
	absent  bool
}

// at is the address of the form from an element on, behind some of its children.
func (g former) at(path string, skip int) string {
	query := url.Values{"view": {viewForm}, "path": {path}}
	if g.absent {
		query.Set("absent", "1")
	}
	if skip > 0 {
		query.Set("skip", strconv.Itoa(skip))
	}
	return g.address + "?" + query.Encode()
}

// openGroups is how many groups of a name are shown open.
const openGroups = 3

func (g former) element(e *client.MessageElement, depth int) *element {
	out := &element{
		MessageElement: e, ID: idOfPath(e.Path), Open: depth == 0 || depth == 1 && e.Size < 15, Occurs: occurs(e),
		Group: e.Size > 0 || e.Kind == "" && !e.Unknown,
	}
	count := map[string]int{}
	for _, c := range e.Children {
		count[c.Name]++
	}
	seen := map[string]int{}
	for _, c := range e.Children {
		child := g.element(c, depth+1)
		seen[c.Name]++
		if c.Max > 1 && child.Group && !c.Absent {
			child.Nth = nth(c.Path, seen[c.Name])
		}
		child.Open = child.Open && count[c.Name] <= openGroups
		out.Items = append(out.Items, child)
		out.Open = out.Open || child.wrong()
	}
	out.Says, out.Href = says(e), valueHref(e)
	switch n := present(e); {
	case e.Size > 0 && n == 0:
		out.Load = g.at(e.Path, 0)
	case depth > 0 && n < e.Size:
		out.More, out.MoreTitle = g.at(e.Path, n), moreTitle(n, e.Size)
	}
	return out
}

// valueHref is where the value of a leaf is explained, "" for nowhere.
func valueHref(e *client.MessageElement) string {
	search := "search?" + url.Values{"q": {e.Value}}.Encode()
	switch {
	case e.Value == "" || e.Size > 0:
		return ""
	case e.Check != "" && strings.Contains(e.Name, "GRN"):
		return "guarantees/" + url.PathEscape(e.Value)
	case e.Check != "":
		return search
	case e.Meaning != "" && officeShape().MatchString(e.Value):
		return officesPath + "?" + url.Values{"q": {e.Value}}.Encode()
	case e.Meaning != "" && e.List != "":
		return listsPath + "/" + url.PathEscape(e.List) + "?" + url.Values{"q": {e.Value}}.Encode()
	}
	return ""
}

// officeShape is what the reference numbers of customs offices look like.
var officeShape = pattern.New(`^[A-Z]{2}[0-9A-Z]{6}$`)

// nth is the number of an element among those of its name.
func nth(path string, otherwise int) int {
	if open := strings.LastIndexByte(path, '['); open > 0 && strings.HasSuffix(path, "]") {
		if n, err := strconv.Atoi(path[open+1 : len(path)-1]); err == nil {
			return n
		}
	}
	return otherwise
}

// wrong reports whether something is wrong with it or in it.
func (e *element) wrong() bool {
	return len(e.Findings) > 0 || slices.ContainsFunc(e.Items, (*element).wrong)
}

// says is what a group is about: its first values that tell.
func says(e *client.MessageElement) string {
	var parts []string
	for _, c := range e.Children {
		if c.Absent || c.Value == "" || c.Name == "sequenceNumber" || len(parts) == 2 {
			continue
		}
		text := c.Value
		if utf8.RuneCountInString(text) > 40 {
			text = string([]rune(text)[:40]) + "…"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// occurs is how often an element may occur.
func occurs(e *client.MessageElement) string {
	if e.Min == e.Max {
		return strconv.Itoa(e.Max)
	}
	return fmt.Sprintf("%d to %d", e.Min, e.Max)
}

// messageJSON reads the message as JSON.
func (v *visit) messageJSON(data *messagePage, id, messageID string) error {
	detail, err := v.client.MessageJSON(v.ctx(), id, messageID)
	if refused := refusal(err); refused != nil && refused.Status == http.StatusBadRequest {
		if data.MessageDetail, err = v.client.Message(v.ctx(), id, messageID); err == nil {
			data.Unreadable = cmp.Or(data.Unreadable, refused.Message)
		}
		return err
	}
	if err != nil {
		return err
	}
	data.MessageDetail = detail
	text, err := json.MarshalIndent(detail.JSON, "", "  ")
	data.Text, data.Cut = cut(string(text))
	return err
}

// messageText reads the message as it is stored.
func (v *visit) messageText(data *messagePage, id, messageID string, query url.Values) (err error) {
	if data.MessageDetail, err = v.client.Message(v.ctx(), id, messageID); err != nil {
		return err
	}
	body, err := v.client.Body(v.ctx(), id, messageID)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	data.Sum = hex.EncodeToString(sum[:])
	text := strings.ToValidUTF8(string(body), "\uFFFD")
	if data.View == viewRaw {
		data.Text, data.Cut = cut(text)
		return nil
	}
	from, _ := strconv.Atoi(query.Get("from"))
	lines, broken := linesOf(text, data.Findings)
	data.Broken = broken
	first := min(max(0, from-1), max(0, len(lines)-1))
	last := min(len(lines), first+shownLines)
	address := addressOf(id, messageID) + "?view=xml&from="
	if first > 0 {
		data.Before = address + strconv.Itoa(max(1, first+1-shownLines))
	}
	if last < len(lines) {
		data.After = address + strconv.Itoa(last+1)
	}
	data.Lines = lines[first:last]
	return nil
}

// cut is the beginning of a text, and how many bytes are left out.
func cut(text string) (string, int) {
	if len(text) <= shownBytes {
		return text, 0
	}
	n := shownBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n], len(text) - n
}

// fewLines: a message with fewer lines than this for each thousand bytes was not written for people.
const fewLines = 3

// linesOf are the lines of a message, each with what is wrong in it. A message with hardly any line breaks gets more, so that
// every element has a line.
func linesOf(text string, findings []movement.Finding) (lines []codeLine, broken bool) {
	source := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	broken = len(source)*1000 < fewLines*len(text)
	depth := 0
	for i, line := range source {
		parts, at := []string{line}, 1
		if broken {
			parts = strings.SplitAfter(strings.ReplaceAll(line, "><", ">\x00<"), "\x00")
		}
		for _, part := range parts {
			part = strings.TrimSuffix(part, "\x00")
			shown := codeLine{Number: len(lines) + 1, Text: part}
			if broken {
				shown.Text, depth = indent(part, depth)
			}
			width := utf8.RuneCountInString(part)
			for _, f := range findings {
				if f.Line == i+1 && (f.Column >= at || !broken) && (f.Column < at+width || !broken) {
					shown.Wrong = append(shown.Wrong, f)
				}
			}
			at += width
			lines = append(lines, shown)
		}
	}
	return lines, broken
}

// indent puts spaces before a line of XML that has one element, and says how deep the next one is.
func indent(line string, depth int) (string, int) {
	closes := strings.HasPrefix(line, "</")
	if closes {
		depth = max(0, depth-1)
	}
	out := strings.Repeat("  ", depth) + line
	if strings.HasPrefix(line, "<") && !closes && !strings.HasPrefix(line, "<?") && !strings.HasPrefix(line, "<!") &&
		!strings.HasSuffix(line, "/>") && !strings.Contains(line, "</") {
		depth++
	}
	return out, depth
}

// download is a message byte for byte, as a file.
func (v *visit) download() error {
	id, messageID := v.r.PathValue("id"), v.r.PathValue("message")
	detail, err := v.client.Message(v.ctx(), id, messageID)
	if err != nil {
		return err
	}
	body, err := v.client.Body(v.ctx(), id, messageID)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/xml")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", strings.ToLower(cmp.Or(detail.Type, "message"))+"-"+messageID+".xml"))
	h.Set("Cache-Control", "no-store")
	_, _ = v.w.Write(body)
	return nil
}
