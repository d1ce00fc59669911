package office

import "nctsim/simulator/compose"

// Values of releaseIndicator that the office decides on by itself, CL164.
const (
	fullRelease = "1"
	partRelease = "2"
	noRelease   = "4"
)

func continueUnloading(v *visit) compose.Content {
	return compose.Content{ContinueUnloading: v.m.Facts.Continued + 1}
}

func release(indicator string) content {
	return func(*visit) compose.Content { return compose.Content{ReleaseIndicator: indicator} }
}

// partialRelease says what the officer has said; otherwise package compose knows what is usual.
func partialRelease(v *visit) compose.Content {
	c := compose.Content{ReleaseIndicator: v.input.textOr("indicator", partRelease)}
	for _, h := range v.input.groups("houses") {
		house := compose.ReleasedHouse{Number: h.text("number"), Type: h.text("releaseType")}
		for _, item := range h.groups("items") {
			house.Items = append(house.Items, compose.ReleasedItem{Number: item.text("number"), Type: item.text("releaseType")})
		}
		c.Houses = append(c.Houses, house)
	}
	return c
}

// rejectTooLate is the error 92 of an IE007 whose movement is no longer RELEASED when the officer accepts it.
func rejectTooLate(v *visit) compose.Content {
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

func rejectArrival(v *visit) compose.Content {
	return v.rejectByWord(arrivalRejection, v.settings.ArrivalRejected)
}

func rejectRemarks(v *visit) compose.Content {
	return v.rejectByWord(remarksRejection, v.settings.RemarksRejected)
}

// rejectByWord is a rejection for the reason that the officer gives, or else for the usual one.
func (v *visit) rejectByWord(what string, usual Rejection) compose.Content {
	return compose.Content{Rejection: what, RejectionCode: usual.Code, RejectionReason: v.input.textOr("justification", usual.Reason)}
}

func discrepancies(v *visit) compose.Content {
	return compose.Content{Discrepancies: v.input.text("text")}
}
