package office

import "nctsim/simulator/compose"

// Values of releaseIndicator that the office decides on by itself, CL164.
const (
	fullRelease = "1"
	partRelease = "2"
	noRelease   = "4"
)

func continueUnloading(tr *transition) compose.Content {
	return compose.Content{ContinueUnloading: tr.m.Facts.Continued + 1}
}

func release(indicator string) content {
	return func(*transition) compose.Content { return compose.Content{ReleaseIndicator: indicator} }
}

// partialRelease says what the officer has said; otherwise package compose knows what is usual.
func partialRelease(tr *transition) compose.Content {
	c := compose.Content{ReleaseIndicator: tr.input.textOr("indicator", partRelease)}
	for _, h := range tr.input.groups("houses") {
		house := compose.ReleasedHouse{Number: h.text("number"), Type: h.text("releaseType")}
		for _, item := range h.groups("items") {
			house.Items = append(house.Items, compose.ReleasedItem{Number: item.text("number"), Type: item.text("releaseType")})
		}
		c.Houses = append(c.Houses, house)
	}
	return c
}

// rejectTooLate is the error 92 of an IE007 whose movement is no longer RELEASED when the officer accepts it.
func rejectTooLate(tr *transition) compose.Content {
	return compose.Content{
		Rejection: arrivalRejection, RejectionCode: "12",
		Errors: []compose.FunctionalError{{Pointer: "/CC007C", Code: "92", Reason: "N/A"}},
	}
}

// Values of businessRejectionType (docs/spec/process.md#7).
const (
	arrivalRejection = "007"
	remarksRejection = "044"
)

func rejectArrival(tr *transition) compose.Content {
	return tr.rejectByWord(arrivalRejection, tr.settings.ArrivalRejected)
}

func rejectRemarks(tr *transition) compose.Content {
	return tr.rejectByWord(remarksRejection, tr.settings.RemarksRejected)
}

// rejectByWord is a rejection for the reason that the officer gives, or else for the usual one.
func (tr *transition) rejectByWord(what string, usual Rejection) compose.Content {
	return compose.Content{Rejection: what, RejectionCode: usual.Code, RejectionReason: tr.input.textOr("justification", usual.Reason)}
}

func discrepancies(tr *transition) compose.Content {
	return compose.Content{Discrepancies: tr.input.text("text")}
}
