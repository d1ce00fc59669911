package console

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
)

// How many notifications the list of a box has, unless somebody asks for all.
const (
	fewNotifications = 100
	allNotifications = 1000
)

// boxRow is a box as people see it.
type boxRow struct {
	client.Box
	// Version is the API version that the name of the box says.
	Version string
	// Failing is what the callback has answered to a notification that waits to be sent again, "" for none.
	Failing string
}

// Pushed reports whether notifications are sent somewhere.
func (b boxRow) Pushed() bool { return b.CallbackURL != "" }

// versionOfBox is the API version in the name of a box: "customs/transits##2.1##notificationUrl".
func versionOfBox(name string) string {
	if parts := strings.Split(name, "##"); len(parts) == 3 {
		return parts[1]
	}
	return name
}

// boxesPage is the list of boxes.
type boxesPage struct {
	Boxes    []boxRow
	Versions []string
	// Token and APIVersion are what has been written into the form.
	Token, APIVersion string
}

// boxes shows all boxes.
func (v *visit) boxes() error { return v.showBoxes("", "", nil) }

func (v *visit) showBoxes(token, version string, problems []problem) error {
	list, err := v.client.Boxes(v.ctx())
	if err != nil {
		return err
	}
	info, err := v.client.Info(v.ctx())
	if err != nil {
		return err
	}
	data := boxesPage{Versions: info.APIVersions, Token: token, APIVersion: version}
	for _, b := range list {
		row, err := v.boxRow(b)
		if err != nil {
			return err
		}
		data.Boxes = append(data.Boxes, row)
	}
	return v.show(page{Name: "boxes", Title: "Notifications", Area: areaNotifications, Problems: problems, Data: data})
}

// boxRow finds out whether the callback of a box takes what is sent.
func (v *visit) boxRow(b client.Box) (boxRow, error) {
	row := boxRow{Box: b, Version: versionOfBox(b.Name)}
	if b.CallbackURL == "" || b.Notifications == nil || b.Notifications.Pending == 0 {
		return row, nil
	}
	waiting, err := v.client.Notifications(v.ctx(), b.ID, client.NotificationQuery{Status: movement.NotificationPending, Limit: allNotifications})
	if client.IsNotFound(err) {
		return row, nil // it was removed meanwhile
	}
	for _, n := range waiting.Notifications {
		if n.Attempts > 0 {
			row.Failing = n.Answer
			break
		}
	}
	return row, err
}

// makeBox gives a client a box.
func (v *visit) makeBox() error {
	token, version := v.text("token"), v.r.PostFormValue("version")
	if token == "" {
		return v.showBoxes(token, version, []problem{{"token", "Write the bearer token of the client"}})
	}
	b, err := v.client.MakeBox(v.ctx(), client.BoxOrder{Token: token, APIVersion: version})
	if refused := refusal(err); refused != nil {
		return v.showBoxes(token, version, []problem{{"token", sentence(refused.Message)}})
	}
	if err != nil {
		return err
	}
	return v.done("notifications/"+b.ID, outcome{Text: "The client has a box for API " + versionOfBox(b.Name)})
}

// boxPage is one box with what is in it.
type boxPage struct {
	Box  boxRow
	Rows []notificationRow
	// Total is how many fit; Status is the one that the list is narrowed to.
	Total    int
	Status   string
	Statuses []movement.NotificationStatus
	// All is the address of a longer list, "" if this is all.
	All string
	// URL is what has been written into the form.
	URL string
}

// notificationRow is one notification of the list.
type notificationRow struct {
	client.Notification
	// Name is what people call its movement.
	Name string
}

// Tone says how its status is shown.
func (r notificationRow) Tone() string { return notificationTone(r.Status, r.Attempts) }

func notificationTone(s movement.NotificationStatus, attempts int) string {
	switch {
	case s == movement.NotificationFailed:
		return "bad"
	case s == movement.NotificationAcknowledged:
		return "ok"
	case attempts > 0:
		return "warn"
	}
	return "info"
}

// box shows one box.
func (v *visit) box() error { return v.showBox("", nil) }

// findBox is the box that the path names.
func (v *visit) findBox() (client.Box, error) {
	id := strings.ToLower(v.r.PathValue("box"))
	list, err := v.client.Boxes(v.ctx())
	if err != nil {
		return client.Box{}, err
	}
	at := slices.IndexFunc(list, func(b client.Box) bool { return b.ID == id })
	if at < 0 {
		return client.Box{}, &client.Error{Status: http.StatusNotFound, Message: "There is no box " + id, Hint: "the page of notifications lists the boxes"}
	}
	return list[at], nil
}

func (v *visit) showBox(callback string, problems []problem) error {
	b, err := v.findBox()
	if err != nil {
		return err
	}
	data := boxPage{URL: callback, Status: v.r.URL.Query().Get("status"), Statuses: movement.NotificationStatuses}
	if data.Box, err = v.boxRow(b); err != nil {
		return err
	}
	if problems == nil && !strings.HasSuffix(b.CallbackURL, "?…") { // of one with a query only the beginning is shown
		data.URL = b.CallbackURL
	}
	if !slices.Contains(data.Statuses, movement.NotificationStatus(data.Status)) {
		data.Status = ""
	}
	q := client.NotificationQuery{Status: movement.NotificationStatus(data.Status), Limit: fewNotifications}
	all := v.r.URL.Query().Get("all") == "true"
	if all {
		q.Limit = allNotifications
	}
	list, err := v.client.Notifications(v.ctx(), b.ID, q)
	if err != nil {
		return err
	}
	names, err := v.recentNames(len(list.Notifications))
	if err != nil {
		return err
	}
	for _, n := range list.Notifications {
		data.Rows = append(data.Rows, notificationRow{n, cmp.Or(names[n.Movement], n.Movement)})
	}
	data.Total = list.Total
	if !all && data.Total > len(data.Rows) {
		data.All = "?all=true&status=" + data.Status
	}
	return v.show(page{Name: "box", Title: "Box for API " + data.Box.Version, Area: areaNotifications, Problems: problems, Data: data})
}

// boxPath is the page of a box, from Path on.
func boxPath(id string) string { return "notifications/" + id }

// setCallback says where notifications of a box are sent; nowhere, if the field is empty.
func (v *visit) setCallback() error {
	b, err := v.findBox()
	if err != nil {
		return err
	}
	callback := v.text("url")
	set, err := v.client.MakeBox(v.ctx(), client.BoxOrder{ClientID: b.ClientID, BoxName: b.Name, CallbackURL: &callback})
	if refused := refusal(err); refused != nil {
		text := sentence(refused.Message)
		if refused.Hint != "" {
			text += ": " + refused.Hint
		}
		return v.showBox(callback, []problem{{"url", text}})
	}
	if err != nil {
		return err
	}
	if callback == "" {
		return v.done(boxPath(set.ID), outcome{Text: "Notifications are kept here until they are read"})
	}
	return v.done(boxPath(set.ID), outcome{Text: "The callback has answered the challenge: notifications are sent there from now on"})
}

// testBox asks the callback of a box to repeat a challenge.
func (v *visit) testBox() error {
	id := v.r.PathValue("box")
	d, err := v.client.TestBox(v.ctx(), id)
	if refused := refusal(err); refused != nil && refused.Status != http.StatusNotFound {
		return v.done(boxPath(id), outcome{Text: sentence(refused.Message), Bad: true})
	}
	if err != nil {
		return err
	}
	o := outcome{Text: fmt.Sprintf("The callback has answered the challenge as it should, in %s", took(d.Duration))}
	if d.Error != "" {
		o = outcome{Text: "The callback has not answered the challenge as it should: " + d.Error, Bad: true}
		if d.Answer != "" {
			o.Items = []item{{Text: "It answered: " + d.Answer}}
		}
	}
	return v.done(boxPath(id), o)
}

// showSecret shows the secret that signs what is sent, once.
func (v *visit) showSecret() error {
	b, err := v.findBox()
	if err != nil {
		return err
	}
	shown, err := v.client.MakeBox(v.ctx(), client.BoxOrder{ClientID: b.ClientID, BoxName: b.Name})
	return v.doneUnless(err, "", boxPath(b.ID), outcome{
		Text:  "The push secret is " + shown.PushSecret,
		Items: []item{{Text: "X-Hub-Signature is the hex HMAC-SHA1 of the body, with it as key"}},
	})
}

// removeBox forgets a box with what is in it.
func (v *visit) removeBox() error {
	err := v.client.RemoveBox(v.ctx(), v.r.PathValue("box"))
	return v.doneUnless(err, "", "notifications", outcome{Text: "The box is removed, with the notifications in it"})
}

// notificationPage is one notification.
type notificationPage struct {
	client.NotificationDetail
	Name string
	// Tries are the attempts, the newest first.
	Tries []try
}

// Tone says how its status is shown.
func (p notificationPage) Tone() string { return notificationTone(p.Status, p.Attempts) }

// Older is how many attempts are not kept.
func (p notificationPage) Older() int { return p.Attempts - len(p.Tries) }

// try is one attempt to send a notification.
type try struct {
	client.Delivery
	// Same: what was sent is the body that the page shows.
	Same bool
}

// Good reports whether it got through.
func (t try) Good() bool { return t.Error == "" && t.Status == http.StatusOK }

// notification shows one notification.
func (v *visit) notification() error {
	n, err := v.client.Notification(v.ctx(), v.r.PathValue("notification"))
	if err != nil {
		return err
	}
	if n.BoxID != strings.ToLower(v.r.PathValue("box")) {
		return v.noPage()
	}
	data := notificationPage{NotificationDetail: n, Name: v.nameOf(n.Movement, map[string]string{})}
	for _, d := range slices.Backward(n.Deliveries) {
		data.Tries = append(data.Tries, try{d, d.Signature == n.Signature})
	}
	title := "Notification of " + cmp.Or(n.MessageType, "an upload")
	return v.show(page{Name: "notification", Title: title, Area: areaNotifications, Follows: []string{n.Movement}, Data: data})
}

// notificationPath is the page of the notification of the path, from Path on.
func (v *visit) notificationPath() string {
	return boxPath(v.r.PathValue("box")) + "/" + v.r.PathValue("notification")
}

// resend sends a notification again.
func (v *visit) resend() error {
	n, err := v.client.Resend(v.ctx(), v.r.PathValue("notification"))
	if refused := refusal(err); refused != nil && refused.Status != http.StatusNotFound {
		return v.done(v.notificationPath(), outcome{Text: sentence(refused.Message), Bad: true})
	}
	if err != nil {
		return err
	}
	return v.done(v.notificationPath(), outcome{
		Text: "It was sent again: " + cmp.Or(n.Answer, "no answer yet"), Bad: n.Status != movement.NotificationAcknowledged,
	})
}

// acknowledge marks a notification as read.
func (v *visit) acknowledge() error {
	_, err := v.client.Acknowledge(v.ctx(), v.r.PathValue("notification"))
	return v.doneUnless(err, "", v.notificationPath(), outcome{Text: "It counts as read"})
}

// realTime is a time of the machine's clock: "2 March 2026, 09:15:02".
func realTime(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04:05") }
