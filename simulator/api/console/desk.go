package console

import (
	"net/http"

	"nctsim/simulator/client"
)

const unprocessable = http.StatusUnprocessableEntity

// desk is what the officer can do with a movement.
type desk struct {
	Actions []deskAction
	Form    deskForm
}

// deskAction is one thing that the officer can do.
type deskAction struct{ Name, Title string }

// deskForm is what has been written into a form of the desk.
type deskForm struct{ Action string }

// desk lists what the officer can do.
func (v *visit) desk(m client.MovementDetail, form deskForm) (desk, error) {
	d := desk{Form: form}
	for _, a := range m.Actions {
		d.Actions = append(d.Actions, deskAction{a, words(a)})
	}
	return d, nil
}

// act does what the officer does.
func (v *visit) act() error {
	id := v.r.PathValue("id")
	form := deskForm{Action: v.r.PostFormValue("action")}
	done, err := v.client.Act(v.ctx(), id, client.Action{Action: form.Action})
	if refused := refusal(err); refused != nil && refused.Status != http.StatusNotFound {
		text := refused.Message
		if refused.Hint != "" {
			text += ": " + refused.Hint
		}
		return v.showMovement(id, form, []problem{{"do-" + form.Action, sentence(text)}})
	}
	if err != nil {
		return err
	}
	what := v.happened(done.Happened)
	what.Text = words(form.Action) + ": " + what.Text
	return v.done("movements/"+id, what)
}
