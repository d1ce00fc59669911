package console

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/client"
	"nctsim/simulator/pattern"
)

// visit is one request under way: what a page or a form needs of the browser and of the simulator.
type visit struct {
	*Console
	w http.ResponseWriter
	r *http.Request
}

// ctx ends with the request.
func (v *visit) ctx() context.Context { return v.r.Context() }

// readForm reads the form of a request that has one.
func (v *visit) readForm() error {
	if v.r.Method != http.MethodPost {
		return nil
	}
	if err := v.r.ParseForm(); err != nil {
		return &client.Error{Status: http.StatusBadRequest, Message: "The form could not be read: " + err.Error(), Hint: "send it again"}
	}
	return nil
}

// below is what the path has below Path.
func (v *visit) below() string { return strings.TrimPrefix(v.r.URL.Path, Path) }

// here is the address of the page, from Path on, without the number of what a form has come to.
func (v *visit) here() string {
	query := v.r.URL.Query()
	query.Del(doneKey)
	return withQuery(v.below(), query)
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// doneKey is the name under which the address of a page has the number of what a form has come to.
const doneKey = "done"

// root leads from the page to Path: "./", "../".
func (v *visit) root() string {
	if n := strings.Count(v.below(), "/"); n > 0 {
		return strings.Repeat("../", n)
	}
	return "./"
}

// back is the page that a form names, from Path on: somewhere in the console, whatever is written there.
func (v *visit) back(name, otherwise string) string {
	given, err := url.Parse(v.r.FormValue(name))
	if err != nil || given.Scheme != "" || given.Host != "" || given.Opaque != "" || given.Path == "" && given.RawQuery == "" {
		return otherwise
	}
	clean := strings.TrimPrefix(path.Clean("/"+given.Path), "/")
	if strings.HasSuffix(given.Path, "/") && clean != "" {
		clean += "/"
	}
	query := given.Query()
	query.Del(doneKey)
	return withQuery((&url.URL{Path: clean}).EscapedPath(), query)
}

// leave sends the browser to a page, from Path on.
func (v *visit) leave(to string) {
	v.w.Header().Set("Location", v.root()+to)
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.WriteHeader(http.StatusSeeOther)
}

// done sends the browser to a page that says what has happened.
func (v *visit) done(to string, what outcome) error {
	target, fragment, _ := strings.Cut(to, "#")
	base, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return err
	}
	values.Set(doneKey, strconv.Itoa(v.outcomes.keep(what)))
	to = withQuery(base, values)
	if fragment != "" {
		to += "#" + fragment
	}
	v.leave(to)
	return nil
}

// doneUnless is done unless there is an error. A refusal of the simulator is said on the page in the place of what has happened, behind
// the words given; without any it is shown on a page of its own, as every other error is.
func (v *visit) doneUnless(err error, words, to string, what outcome) error {
	if refused := refusal(err); refused != nil && refused.Status < http.StatusInternalServerError && words != "" {
		return v.done(to, outcome{Text: words + ": " + refused.Message, Bad: true})
	}
	if err != nil {
		return err
	}
	return v.done(to, what)
}

// text is what was written into a field of the form that was sent, without space around it.
func (v *visit) text(field string) string { return strings.TrimSpace(v.r.PostFormValue(field)) }

// page is what a handler wants to show.
type page struct {
	// Name is that of the template: the file NAME.html defines "main".
	Name  string
	Title string
	// Area is the entry of the navigation that the page belongs to.
	Area string
	// Chapter is the part of the reference that the page belongs to.
	Chapter string
	// Status is that of the answer, 0 for 200, or for 422 if there are Problems.
	Status int
	// Follows are the ids of the movements that the page is about. Without any it is about all of them, unless it is Still.
	Follows []string
	// Still: the page does not change by itself, so that it needs no stream.
	Still bool
	// Ticks: something is under way of which no stream tells, so that the page is fetched again and again.
	Ticks bool
	// Requests: the page changes with the log of requests, too.
	Requests bool
	// Problems are what is wrong with a form that was sent, in the order of its fields.
	Problems []problem
	Data     any
}

// problem is what is wrong with one field of a form.
type problem struct {
	// Field is the id of the field, "" for the form as a whole.
	Field, Text string
}

// frame is a page with everything around it.
type frame struct {
	page
	// Root leads to Path, Here is the address of the page from there.
	Root, Here string
	// Others is the address of the page of all workspaces, "" if this is the console of none, or it is not known.
	Others string
	Info   client.Info
	Clock  clockBar
	Areas  []area
	// Theme is "light" or "dark", "" for that of the system.
	Theme string
	// Writable: forms may be shown.
	Writable bool
	// SignedIn: there is something to sign out of.
	SignedIn bool
	Outcome  *outcome
	// Stream is the address of the stream that tells of changes, from Path on.
	Stream string
	// Bare: nothing is known of the simulator, because nobody has signed in.
	Bare bool
}

// Problem is what is wrong with a field, "" for nothing.
func (f frame) Problem(field string) string {
	for _, p := range f.Problems {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// area is an entry of the navigation.
type area struct {
	Name, Title, Href string
	Count             int
	Current           bool
}

// show answers with a page.
func (v *visit) show(p page) error {
	if p.Status == 0 && p.Problems != nil {
		p.Status = unprocessable
	}
	f := frame{
		page: p, Root: v.root(), Here: v.here(), Theme: v.theme(), Writable: v.Access != ReadOnly, SignedIn: v.Token != "",
	}
	if v.signedIn(v.r) {
		if err := v.surround(&f); err != nil {
			return err
		}
	} else {
		f.Bare, f.SignedIn = true, false
	}
	return v.write(f)
}

// surround fills in what every page shows of the simulator.
func (v *visit) surround(f *frame) (err error) {
	f.Others = v.others()
	if f.Info, err = v.client.Info(v.ctx()); err != nil {
		return err
	}
	if f.Clock, err = v.clockBar(); err != nil {
		return err
	}
	for _, a := range areas {
		a.Current = a.Name == f.Area
		switch a.Name {
		case areaMovements:
			a.Count = f.Info.Counts.Movements
		case areaRequests:
			a.Count = f.Info.Counts.Requests
		case areaNotifications:
			a.Count = f.Info.Counts.Boxes
		case areaGuarantees:
			a.Count = f.Info.Counts.Guarantees
		}
		f.Areas = append(f.Areas, a)
	}
	if n, err := strconv.Atoi(v.r.URL.Query().Get(doneKey)); err == nil {
		if done, known := v.outcomes.get(n); known {
			f.Outcome = &done
		}
	}
	if !f.Still {
		about := url.Values{"after": {f.Info.LastEvent}, "movement": f.Follows}
		if f.Requests {
			about.Set("after", place(f.Info.LastEvent, f.Info.Counts.LastRequest))
			about.Set(requestsKey, "on")
		}
		f.Stream = "stream?" + about.Encode()
	}
	return nil
}

func (v *visit) write(f frame) error {
	t, err := templates()
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := t[f.Name].ExecuteTemplate(&body, "frame", f); err != nil {
		return err
	}
	text := mark(body.Bytes())
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	h.Set("Cache-Control", "no-store")
	if f.Status > 0 {
		v.w.WriteHeader(f.Status)
	}
	_, _ = v.w.Write(text)
	return nil
}

// noSuchPage is said of an address that is not there.
const noSuchPage = "There is no such page"

// noPage is the answer for an address that is not there.
func (v *visit) noPage() error {
	return &client.Error{Status: http.StatusNotFound, Message: noSuchPage}
}

// errorPage is what the page of an error shows.
type errorPage struct {
	Message, Hint string
	// Missing: what was asked for is not there, and Links are where else to look.
	Missing bool
	Links   []item
}

// forPrograms is a hint that speaks of calls of the control API, which nobody makes in a browser.
var forPrograms = pattern.New(`\b(GET|POST|PUT|DELETE) |/simulator/v1`)

// missing is what the page of an address says that leads to nothing.
func (v *visit) missing(message string) errorPage {
	p := errorPage{Message: message, Missing: true}
	first, _, _ := strings.Cut(v.below(), "/")
	switch {
	case message == noSuchPage:
		p.Hint = "The address is not one of the console."
	case slices.Contains([]string{areaMovements, areaRequests, areaNotifications, "compare"}, first):
		p.Hint = "It may have been forgotten, or it was in another run of the simulator: one without --data keeps nothing when it ends."
	}
	for _, a := range areas {
		if a.Href != "" && (a.Href == first || strings.HasPrefix(a.Href, first+"/")) {
			p.Links = append(p.Links, item{"All " + strings.ToLower(a.Title), a.Href})
		}
	}
	p.Links = append(p.Links, item{"All movements", ""})
	return p
}

// refuse answers with an error: what the control API says of it, or that there is a mistake in the simulator.
func (v *visit) refuse(err error) {
	if v.ctx().Err() != nil {
		return // nobody is there any more
	}
	p := page{Name: "error", Still: true}
	if refused := refusal(err); refused != nil {
		p.Status = refused.Status
		text := *refused
		text.Hint = ""
		said := errorPage{Message: sentence(text.Error()), Hint: sentence(refused.Hint), Links: []item{{"All movements", ""}}}
		if forPrograms().MatchString(said.Hint) {
			said.Hint = ""
		}
		if p.Status == http.StatusNotFound {
			said = v.missing(said.Message)
		}
		p.Data = said
	} else {
		v.Logger.Error("a page of the console could not be made", "path", v.r.URL.Path, "error", err)
		p.Status = http.StatusInternalServerError
		p.Data = errorPage{Message: sentence(err.Error()), Hint: "The log of the simulator says more.", Links: []item{{"All movements", ""}}}
	}
	if p.Title = sentence(strings.ToLower(http.StatusText(p.Status))); p.Status == http.StatusNotFound {
		p.Title = "Nothing is there"
	}
	if v.show(p) != nil {
		http.Error(v.w, p.Title, http.StatusInternalServerError)
	}
}
