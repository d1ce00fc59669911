package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// selecting are the flags by which commands pick scenarios.
type selecting struct {
	phases        []int
	tags, filters []string
}

func (x *selecting) addFlags(cmd *cobra.Command) {
	addPhaseFlag(cmd, &x.phases)
	cmd.Flags().StringSliceVar(&x.tags, "tags", nil, "only scenarios with one of these `TAGS`: smoke, or several as in smoke,amendments")
	cmd.Flags().StringSliceVar(&x.filters, "filter", nil,
		"only scenarios of which `KEY=VALUE` holds: phase=5, movement=arrival, message=IE051, outcome=released; different keys must all hold, of one key one value")
}

var messageCode = regexp.MustCompile(`^IE[0-9]{3}$`)

// selection is what the flags say: the phases, none for all of them, and the rest.
func (x *selecting) selection() ([]message.Phase, scenario.Selection, error) {
	picked := scenario.Selection{Tags: x.tags}
	phases := slices.Clone(x.phases)
	for _, f := range x.filters {
		key, value, ok := strings.Cut(f, "=")
		if !ok || value == "" {
			return nil, picked, usageError("--filter: %q is not KEY=VALUE; hint: write message=IE051", f)
		}
		switch key {
		case "phase":
			number := slices.IndexFunc(message.Phases, func(p message.Phase) bool { return p.String() == value })
			if number < 0 {
				return nil, picked, usageError("--filter: there are no scenarios of phase %s; hint: choose 4, 5 or 6", value)
			}
			phases = append(phases, int(message.Phases[number]))
		case "movement":
			if value != string(message.Departure) && value != string(message.Arrival) {
				return nil, picked, usageError("--filter: movement %q is unknown; hint: choose departure or arrival", value)
			}
			picked.Movements = append(picked.Movements, message.Kind(value))
		case "message":
			if !messageCode.MatchString(strings.ToUpper(value)) {
				return nil, picked, usageError("--filter: message %q is not an IE code; hint: write message=IE051", value)
			}
			picked.Messages = append(picked.Messages, strings.ToUpper(value))
		case "outcome":
			picked.Outcomes = append(picked.Outcomes, value)
		default:
			return nil, picked, usageError("--filter: %q is unknown; hint: choose phase, movement, message or outcome; tags have --tags", key)
		}
	}
	wanted, err := parsePhases(phases)
	return wanted, picked, err
}
