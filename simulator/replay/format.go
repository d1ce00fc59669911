package replay

import (
	"fmt"

	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// Format is how the messages are written that a trader sends and reads.
type Format string

// Formats of messages. There is JSON in API 2.1 and 3.0 alone.
const (
	XML  Format = "xml"
	JSON Format = "json"
)

// loadSchemas reads the JSON schemas of the phases that have JSON.
func (r *Runner) loadSchemas() error {
	r.schemas = map[message.Phase]*jsonmessage.Validator{}
	for _, p := range message.Phases {
		if p.Generation() == message.GenerationPhase4 {
			continue
		}
		v, err := jsonmessage.NewValidator(r.catalogue, p)
		if err != nil {
			return err
		}
		r.schemas[p] = v
	}
	return nil
}

// sampleMRN stands for the one that a trader will have read.
const sampleMRN = "26GB000246AL65TIJ5"

// unfitForJSON says why a case cannot be replayed with messages as JSON, "" if it can. HMRC's JSON schemas refuse a few
// messages that the XML schemas take (docs/spec/messages.md#json-bodies).
func (r *Runner) unfitForJSON(c Case) string {
	schemas := r.schemas[c.Phase]
	if schemas == nil {
		return fmt.Sprintf("API %s has no messages as JSON", c.Phase.APIVersion())
	}
	for _, st := range c.Scenario.Steps {
		if st.Form != scenario.FormTrader {
			continue
		}
		d, err := st.Trader.Document(c.Phase, scenario.Facts{LRN: "LRN", MRN: sampleMRN, Now: r.Now, Planned: r.Now, Identification: "ID"})
		if err != nil {
			continue // the step itself will say it
		}
		value, err := jsonmessage.Parse(jsonmessage.Append(nil, d))
		if err != nil {
			return fmt.Sprintf("the %s cannot be written as JSON: %v", d.Type.Code, err)
		}
		if found := schemas.Validate(value, d.Root.Name, 1); len(found) > 0 {
			return fmt.Sprintf("HMRC's JSON schema refuses the %s, which its XML schema takes: %s", d.Type.Code, found[0].Message)
		}
	}
	return ""
}
