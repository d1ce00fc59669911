package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// sendPage is the form by which people are the trader.
type sendPage struct {
	Form sendForm
	// Groups are the phases with their samples that begin a movement.
	Groups []sampleGroup
	// About is the movement that the message is for, nil if it begins one.
	About *client.Movement
	// Kinds are the messages that can be prepared about it.
	Kinds []prepared
	// Checked is what Validate has found, nil if nobody has asked; Refused is the answer to what was sent.
	Checked *client.Validation
	Refused *refusedPage
	// Noted says what was changed in what was written.
	Noted string
}

// sendForm is what has been written into it.
type sendForm struct {
	Phase  message.Phase
	Sample string
	// Movement is the id, the LRN or the MRN of the movement that the message is for.
	Movement, XML, EORI, Scenario string
	// Fresh: an LRN that is in use is replaced.
	Fresh bool
	// Token, Accept and ContentType take the place of the usual headers; "none" leaves one out.
	Token, Accept, ContentType string
}

// Headers reports whether any header is another one than usual.
func (f sendForm) Headers() bool { return f.Token+f.Accept+f.ContentType != "" }

// sampleGroup is a phase with its samples.
type sampleGroup struct {
	Phase   message.Phase
	Version string
	Chosen  bool
	Samples []sampleChoice
}

// sampleChoice is a sample; its value has the phase as well: "5/ie015-normal-gb-xi".
type sampleChoice struct {
	Value, Name string
	Chosen      bool
}

// prepared is a message about a movement that can be prepared.
type prepared struct{ Title, Href string }

// refusedPage is an answer that is not a success, with what the request log knows about it.
type refusedPage struct {
	Status     int
	StatusText string
	Body       string
	Remark     string
	Near       []nearMiss
	// Number is that of the request in the log, 0 if it is not there.
	Number uint64
}

// firstSample is what the page begins with.
const firstSample = "5/ie015-simplified-gb-xi"

// remarkTitles are what the remarks of an IE044 are called.
var remarkTitles = []struct{ Remarks, Title string }{
	{"conform", "all conforms"}, {"seals", "seals broken"}, {"packages", "a package is missing"}, {"weight", "other weight"},
}

// kindsAbout are the messages that a trader can send about a movement, as links to the form with each of them.
func kindsAbout(m client.Movement) (out []prepared) {
	add := func(code, title, remarks string) {
		query := url.Values{"about": {m.ID}, "type": {code}}
		if remarks != "" {
			query.Set("remarks", remarks)
		}
		out = append(out, prepared{title, "send?" + query.Encode()})
	}
	current := m.Phase.Generation() != message.GenerationPhase4
	if m.Type == message.Arrival {
		if !current {
			add("IE044", "IE044 Unloading remarks", "")
			return out
		}
		for _, r := range remarkTitles {
			add("IE044", "IE044 Unloading remarks: "+r.Title, r.Remarks)
		}
		return out
	}
	for _, code := range []string{"IE013", "IE014", "IE170"} {
		if t, known := m.Phase.TypeOfCode(code); known && (current || code == "IE014") {
			add(code, code+" "+t.Name, "")
		}
	}
	if m.MRN != "" {
		add("IE007", "IE007 "+title(m.Phase, "IE007"), "")
	}
	return out
}

// send shows the form, with a sample, a message that was sent, or one about a movement.
func (v *visit) send() error {
	query := v.r.URL.Query()
	form := sendForm{Scenario: query.Get("scenario"), Fresh: true}
	in := client.Preparation{Dated: true}
	id, messageID, again := strings.Cut(query.Get("again"), "/")
	switch {
	case again:
		m, err := v.client.Movement(v.ctx(), id)
		if err != nil {
			return err
		}
		body, err := v.client.Body(v.ctx(), id, messageID)
		if err != nil {
			return err
		}
		form.Phase, form.EORI, form.Scenario = m.Phase, m.EORI, m.Scenario
		if at := slices.IndexFunc(m.Records, func(r client.Record) bool { return r.ID == messageID }); at >= 0 {
			if t, known := m.Phase.TypeOfCode(m.Records[at].Type); known && t.Role != message.Creates {
				form.Movement = id
			}
		}
		in.Phase, in.XML = m.Phase, string(body)
	case query.Get("about") != "":
		in = client.Preparation{Movement: query.Get("about"), MessageType: query.Get("type"), Remarks: query.Get("remarks"), Dated: true}
		if in.MessageType != "IE007" {
			form.Movement = in.Movement
		}
	default:
		form.Sample = cmp.Or(query.Get("sample"), firstSample)
		phase, name, _ := strings.Cut(form.Sample, "/")
		in.Phase, in.Sample = phaseNamed(phase), cmp.Or(name, phase)
	}
	made, err := v.client.Prepare(v.ctx(), in)
	switch refused := refusal(err); {
	case again && refused != nil && refused.Status == http.StatusBadRequest:
		form.XML = in.XML // it was not of the phase then, and is not now
		return v.showSend(sendPage{Form: form}, nil)
	case err != nil:
		return err
	}
	form.Phase, form.XML, form.EORI = made.Phase, made.XML, cmp.Or(form.EORI, made.EORI)
	data := sendPage{Form: form}
	if err := v.freshen(&data); err != nil {
		return err
	}
	return v.showSend(data, nil)
}

// phaseNamed is a phase by its number, 5 if it is another text.
func phaseNamed(number string) message.Phase {
	for _, p := range message.Phases {
		if p.String() == number {
			return p
		}
	}
	return message.Phase5
}

// showSend shows the form with what has been written into it.
func (v *visit) showSend(data sendPage, problems []problem) error {
	if data.Form.Movement != "" && data.About == nil {
		m, err := v.client.Movement(v.ctx(), data.Form.Movement)
		if err != nil && refusal(err) == nil {
			return err
		}
		if err == nil {
			data.About = &m.Movement
		}
	}
	if data.About != nil {
		data.Kinds = kindsAbout(*data.About)
	}
	list, err := v.client.Samples(v.ctx(), "")
	if err != nil {
		return err
	}
	for _, p := range message.Phases {
		g := sampleGroup{Phase: p, Version: p.APIVersion(), Chosen: p == data.Form.Phase}
		for _, s := range list.Samples {
			if t, _ := s.Phase.TypeOfCode(s.Type); s.Phase == p && t.Role == message.Creates {
				value := p.String() + "/" + s.Name
				g.Samples = append(g.Samples, sampleChoice{value, s.Name, value == data.Form.Sample})
			}
		}
		data.Groups = append(data.Groups, g)
	}
	p := page{Name: "send", Title: "Send", Area: areaSend, Still: true, Problems: problems, Data: data}
	if data.Refused != nil {
		p.Status = unprocessable
	}
	return v.show(p)
}

// sent reads what was written into the form.
func (v *visit) sent() sendPage {
	form := sendForm{
		Phase: phaseNamed(v.text("phase")), Movement: v.text("movement"), XML: v.r.PostForm.Get("xml"), EORI: v.text("eori"), Scenario: v.text("scenario"),
		Fresh: v.text("fresh") != "", Token: v.text("token"), Accept: v.text("accept"), ContentType: v.text("type"), Sample: v.text("sample"),
	}
	// Browsers send lines of a form with CR and LF.
	form.XML = strings.ReplaceAll(form.XML, "\r\n", "\n")
	return sendPage{Form: form}
}

// validate says what would become of what was written, without sending it.
func (v *visit) validate() error {
	data := v.sent()
	if strings.TrimSpace(data.Form.XML) == "" {
		return v.showSend(data, []problem{{"send-xml", "Write or paste a message"}})
	}
	checked, err := v.client.Validate(v.ctx(), data.Form.Phase, []byte(data.Form.XML))
	if refused := refusal(err); refused != nil {
		return v.showSend(data, []problem{{"send-xml", sentence(refused.Error())}})
	}
	if err != nil {
		return err
	}
	data.Checked = &checked
	return v.showSend(data, nil)
}

// freshen gives the message an LRN that nobody uses, if its own is in use.
func (v *visit) freshen(data *sendPage) error {
	root, _ := message.Peek([]byte(data.Form.XML))
	if t, known := message.TypeOfRoot(root); !data.Form.Fresh || !known || t.Code != "IE015" {
		return nil
	}
	made, err := v.client.Prepare(v.ctx(), client.Preparation{Phase: data.Form.Phase, XML: data.Form.XML})
	if err != nil || made.LRN == "" {
		return ignoreRefusal(err)
	}
	lrn, err := v.freeLRN(made.LRN)
	if err != nil || lrn == made.LRN {
		return err
	}
	old := made.LRN
	made, err = v.client.Prepare(v.ctx(), client.Preparation{Phase: data.Form.Phase, XML: data.Form.XML, LRN: lrn})
	if err != nil {
		return ignoreRefusal(err)
	}
	data.Form.XML, data.Noted = made.XML, "The LRN "+old+" is in use: this one is "+lrn
	return nil
}

// ignoreRefusal: what cannot be prepared is sent as it is, and refused there.
func ignoreRefusal(err error) error {
	if refusal(err) != nil {
		return nil
	}
	return err
}

// longestLRN is how many characters an LRN may have.
const longestLRN = 22

// freeLRN is an LRN that no movement has: this one, or one that begins like it.
func (v *visit) freeLRN(lrn string) (string, error) {
	base := lrn
	if at := strings.LastIndexByte(lrn, '-'); at > 0 && len(lrn)-at <= 4 && strings.Trim(lrn[at+1:], "0123456789") == "" && len(lrn) > at+1 {
		base = lrn[:at]
	}
	if letters := []rune(base); len(letters) > longestLRN-5 {
		base = string(letters[:longestLRN-5])
	}
	taken := map[string]bool{}
	for after := ""; ; {
		list, err := v.client.Movements(v.ctx(), client.MovementQuery{LRN: base, After: after, Limit: 500})
		if err != nil {
			return "", err
		}
		for _, m := range list.Movements {
			taken[strings.ToUpper(m.LRN)] = true
		}
		if after = list.Next; after == "" {
			break
		}
	}
	for n := 2; taken[strings.ToUpper(lrn)]; n++ {
		lrn = fmt.Sprintf("%s-%d", base, n)
	}
	return lrn, nil
}

// simulatedHost is the address of the simulated APIs without a path: the request does not leave the process, but the log of
// requests keeps the host, and makes a curl command of it that has to reach the simulator.
func (v *visit) simulatedHost() string {
	at, err := url.Parse(cmp.Or(v.Public, v.origin()))
	if err != nil {
		return v.origin()
	}
	return at.Scheme + "://" + at.Host
}

// answerTime is how long the answer of the offices is waited for, in real time.
const answerTime = 2 * time.Second

// submit sends the message to the simulated API, as the software of a trader does.
func (v *visit) submit() error {
	data := v.sent()
	form := &data.Form
	if strings.TrimSpace(form.XML) == "" {
		return v.showSend(data, []problem{{"send-xml", "Write or paste a message"}})
	}
	if err := v.freshen(&data); err != nil {
		return err
	}
	root, _ := message.Peek([]byte(form.XML))
	t, known := message.TypeOfRoot(root)
	s := client.Submission{Type: t, Text: []byte(form.XML), Scenario: form.Scenario}
	if !known {
		s.Type.Kind = message.Departure // whatever it is, the API says so
	}
	if form.Movement != "" {
		id, err := v.client.Find(v.ctx(), form.Movement, func(m client.Movement) bool { return m.Type == t.Kind })
		if err != nil {
			return v.showSend(data, []problem{{"send-movement", sentence(err.Error())}})
		}
		m, err := v.client.Movement(v.ctx(), id)
		if err != nil {
			return v.showSend(data, []problem{{"send-movement", sentence(err.Error())}})
		}
		data.About, s.Movement = &m.Movement, m.WireID
		if !known {
			s.Type.Kind = m.Type
		}
	} else if known && t.Role != message.Creates {
		return v.showSend(data, []problem{{"send-movement", "An " + t.Code + " is about a movement: name it"}})
	}
	before, err := v.client.Requests(v.ctx(), client.ExchangeQuery{Limit: 1})
	if err != nil {
		return err
	}
	trader := client.Trader{URL: v.simulatedHost(), Phase: form.Phase, Token: form.EORI, HTTP: v.traders}
	var answered client.Answer
	trader.Around = func(ctx context.Context, _ string, r client.Request) (client.Answer, error) {
		form.change(r.Header)
		answered, err = r.Do(ctx, v.traders)
		return answered, err
	}
	receipt, err := trader.Submit(v.ctx(), s)
	var refused *client.RefusedError
	switch {
	case errors.As(err, &refused):
		if data.Refused, err = v.whyRefused(before.Last, refused); err != nil {
			return err
		}
		return v.showSend(data, nil)
	case err != nil:
		return v.showSend(data, []problem{{"", "There was no answer: " + err.Error()}})
	}
	if _, err := v.client.Settle(v.ctx(), answerTime); err != nil && refusal(err) == nil {
		return err
	}
	m, err := v.client.Known(v.ctx(), form.Phase, s.Type.Kind, receipt.Movement)
	if err != nil {
		return err
	}
	o := outcome{Text: fmt.Sprintf("Sent the %s as %s: %d %s", cmp.Or(t.Code, root), form.EORI, answered.Status, http.StatusText(answered.Status))}
	if data.Noted != "" {
		o.Items = append(o.Items, item{Text: data.Noted})
	}
	return v.done("movements/"+m.ID, o)
}

// change puts other headers in the place of the usual ones.
func (f sendForm) change(header map[string]string) {
	for name, value := range map[string]string{"Accept": f.Accept, "Content-Type": f.ContentType, "Authorization": f.Token} {
		switch {
		case value == "":
		case strings.EqualFold(value, "none"):
			delete(header, name)
		case name == "Authorization":
			header[name] = "Bearer " + value
		default:
			header[name] = value
		}
	}
}

// whyRefused is an answer with what the log of requests says about it. last is the number of the newest request before.
func (v *visit) whyRefused(last uint64, refused *client.RefusedError) (*refusedPage, error) {
	out := &refusedPage{Status: refused.Status, StatusText: http.StatusText(refused.Status), Body: readable(refused.Body)}
	list, err := v.client.Requests(v.ctx(), client.ExchangeQuery{After: &last, Refused: "true", Method: http.MethodPost})
	if err != nil {
		return nil, err
	}
	for _, x := range list.Requests {
		if x.Status != refused.Status {
			continue
		}
		detail, err := v.client.Request(v.ctx(), x.Number)
		if client.IsNotFound(err) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out.Number, out.Remark = x.Number, x.Remark
		for _, n := range detail.NearMisses {
			out.Near = append(out.Near, nearMiss{n})
		}
	}
	return out, nil
}

// readable is a body as people read it: JSON with lines.
func readable(body []byte) string {
	var value any
	if json.Unmarshal(body, &value) == nil {
		if text, err := json.MarshalIndent(value, "", "  "); err == nil {
			return string(text)
		}
	}
	return string(body)
}

// Findings are what was found in a message that was validated, each with its place and in words.
func (p sendPage) Findings() (out []movement.Finding) {
	if p.Checked == nil {
		return nil
	}
	for _, f := range p.Checked.Schema {
		out = append(out, movement.Finding{Rule: "Schema", Text: f.Message, Path: f.Path, Line: f.Line, Column: f.Column})
	}
	for _, text := range p.Checked.Submission {
		out = append(out, movement.Finding{Rule: "Submission", Text: text})
	}
	return append(out, p.Checked.Findings...)
}
