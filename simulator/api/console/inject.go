package console

import (
	"net/http"
	"strings"

	"nctsim/simulator/client"
)

// injectForm is what has been written into the form that places a message of customs.
type injectForm struct {
	Type, Set, XML, Trigger string
	Force, Open             bool
}

// inject places a message of customs in a movement, or shows what would come of it.
func (v *visit) inject() error {
	id, values := v.r.PathValue("id"), v.r.PostForm
	form := injectForm{
		Type: values.Get("type"), Set: values.Get("set"), XML: strings.TrimSpace(values.Get("xml")), Trigger: values.Get("trigger"),
		Force: values.Get("force") != "", Open: true,
	}
	if form.Type == "" && form.XML == "" {
		return v.showMovement(id, deskForm{Inject: form}, []problem{{"inject-type", "Choose a message, or paste one"}})
	}
	in := client.Injection{MessageType: form.Type, Trigger: form.Trigger, Force: form.Force, DryRun: values.Get("do") == "preview"}
	if form.XML != "" {
		in.XML = []byte(form.XML)
	} else {
		var wrong []problem
		if in.Set, wrong = settings(form.Set); wrong != nil {
			return v.showMovement(id, deskForm{Inject: form}, wrong)
		}
	}
	done, err := v.client.Inject(v.ctx(), id, in)
	if refused := refusal(err); refused != nil && refused.Status != http.StatusNotFound {
		problems := problemsOf("inject", refused)
		problems[0].Field = "inject-type"
		if form.XML != "" {
			problems[0].Field = "inject-xml"
		}
		return v.showMovement(id, deskForm{Inject: form}, problems)
	}
	if err != nil {
		return err
	}
	if in.DryRun {
		m, err := v.client.Movement(v.ctx(), id)
		if err != nil {
			return err
		}
		shown := v.previewOf("Inject "+done.Type, done.State, done.Happened, m.Phase, []client.Record{done.Record}, []string{done.Body})
		if in.XML == nil {
			in.DryRun = false
			shown.Curl = v.curl("movements/"+id+"/messages", in)
		}
		return v.showMovement(id, deskForm{Inject: form, Preview: shown}, nil)
	}
	o := v.happened(done.Happened)
	o.Text = "Injected " + done.Type + ": " + o.Text
	return v.done("movements/"+id, o)
}

// settings reads lines of the form PATH=VALUE.
func settings(text string) (map[string]string, []problem) {
	set := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		path, value, is := strings.Cut(line, "=")
		if !is || strings.TrimSpace(path) == "" {
			return nil, []problem{{"inject-set", "Write a path, = and a value on each line: " + line}}
		}
		set[strings.TrimSpace(path)] = strings.TrimSpace(value)
	}
	return set, nil
}
