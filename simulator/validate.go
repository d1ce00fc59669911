package simulator

import (
	"fmt"
	"regexp"

	"nctsim/simulator/api/traders"
	"nctsim/simulator/message"
	"nctsim/simulator/validation"
)

// Checks are what a simulator with these settings holds a message against in `POST /simulator/v1/validate`, for use without a
// simulator. The errors name the setting.
func (c Config) Checks() (validation.Checks, error) {
	lrn, err := regexp.Compile(c.LRNPattern)
	if err != nil {
		return validation.Checks{}, fmt.Errorf("lrn-pattern: %w", err)
	}
	oc, err := newOfficeChecks(c)
	if err != nil {
		return validation.Checks{}, err
	}
	out := validation.Checks{Catalogue: Catalogue(), Submission: func(p message.Phase, d *message.Document) error {
		return traders.CheckSubmission(p, d, lrn)
	}}
	if oc.checkers != nil {
		out.Rules = oc.check
	}
	return out, nil
}
