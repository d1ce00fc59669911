package client

import (
	"context"
	"time"
)

// CoverageArea is a sort of things that software can meet.
type CoverageArea string

// Areas of coverage.
const (
	CoveredMessages    CoverageArea = "messages"
	CoveredStates      CoverageArea = "states"
	CoveredTransitions CoverageArea = "transitions"
	CoveredActions     CoverageArea = "actions"
	CoveredRules       CoverageArea = "rules"
	CoveredAnswers     CoverageArea = "answers"
	CoveredScenarios   CoverageArea = "scenarios"
)

// CoverageAreas are all areas, in the order in which they are shown.
var CoverageAreas = []CoverageArea{
	CoveredMessages, CoveredStates, CoveredTransitions, CoveredActions, CoveredRules, CoveredAnswers, CoveredScenarios,
}

// Covered is something that software can meet, and how often it has.
type Covered struct {
	// ID names it within its area.
	ID string `json:"id"`
	// Group is what it belongs to: an API version, or a process ("departures in phases 5 and 6"); Title says what it is.
	Group string `json:"group,omitempty"`
	Title string `json:"title"`
	Count uint64 `json:"count"`
	// Reference is where the console explains it, below /console/; "" if it does not.
	Reference string `json:"reference,omitempty"`
	// Scenario is the id of a scenario that meets it, and Hint says in words how to; both are for what has not been met.
	Scenario string `json:"scenario,omitempty"`
	Hint     string `json:"hint,omitempty"`
}

// CoverageOf is the coverage of one area.
type CoverageOf struct {
	Area  CoverageArea `json:"area"`
	Met   int          `json:"met"`
	Total int          `json:"total"`
	Items []Covered    `json:"items"`
}

// Coverage is what software has met of a simulator since it began or was reset.
type Coverage struct {
	// Since is by the simulator's clock.
	Since time.Time    `json:"since"`
	Met   int          `json:"met"`
	Total int          `json:"total"`
	Areas []CoverageOf `json:"areas"`
}

// Percent is how much was met, in percent.
func (c Coverage) Percent() float64 { return percent(c.Met, c.Total) }

// Percent is how much was met, in percent.
func (c CoverageOf) Percent() float64 { return percent(c.Met, c.Total) }

func percent(met, total int) float64 {
	if total == 0 {
		return 100
	}
	return 100 * float64(met) / float64(total)
}

// Count sets the numbers by the items.
func (c *Coverage) Count() {
	c.Met, c.Total = 0, 0
	for i := range c.Areas {
		a := &c.Areas[i]
		a.Met, a.Total = 0, len(a.Items)
		for _, item := range a.Items {
			if item.Count > 0 {
				a.Met++
			}
		}
		c.Met, c.Total = c.Met+a.Met, c.Total+a.Total
	}
}

// Merge adds what another run has met.
func (c *Coverage) Merge(other Coverage) {
	if c.Since.IsZero() || other.Since.Before(c.Since) {
		c.Since = other.Since
	}
	for _, from := range other.Areas {
		to := c.area(from.Area)
		at := make(map[string]int, len(to.Items))
		for i, item := range to.Items {
			at[item.ID] = i
		}
		for _, item := range from.Items {
			i, known := at[item.ID]
			if !known {
				to.Items = append(to.Items, item)
				continue
			}
			to.Items[i].Count += item.Count
			if to.Items[i].Count > 0 {
				to.Items[i].Scenario, to.Items[i].Hint = "", ""
			}
		}
	}
	c.Count()
}

func (c *Coverage) area(name CoverageArea) *CoverageOf {
	for i := range c.Areas {
		if c.Areas[i].Area == name {
			return &c.Areas[i]
		}
	}
	c.Areas = append(c.Areas, CoverageOf{Area: name})
	return &c.Areas[len(c.Areas)-1]
}

// Coverage shows what software has met since the simulator began or was reset.
func (c Client) Coverage(ctx context.Context) (Coverage, error) {
	return get[Coverage](ctx, c, coveragePath)
}
