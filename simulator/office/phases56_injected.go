package office

import (
	"regexp"
	"strconv"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phases56Effects is what an injected message does to the state (docs/spec/process.md#10). A message that is not in the
// table changes nothing.
var phases56Effects = map[string]effect{
	"IE928": func(tr *transition, _ *message.Document) movement.State {
		if tr.m.PreLodged {
			return movement.PreLodged
		}
		return movement.AwaitingAcceptance
	},
	"IE028": to(movement.Accepted),
	"IE060": func(tr *transition, d *message.Document) movement.State {
		if d != nil && d.Get("TransitOperation/notificationType") != notifyControl {
			return unchanged
		}
		return movement.UnderControl
	},
	"IE055": to(movement.GuaranteeAmendment),
	"IE029": to(movement.Released),
	"IE051": to(movement.NotReleased),
	"IE009": func(tr *transition, d *message.Document) movement.State {
		if d == nil || d.Get("Invalidation/decision") != "0" {
			return movement.Cancelled
		}
		if tr.m.State == movement.CancellationRequested && tr.m.Remembered != "" {
			return remembered
		}
		return unchanged
	},
	"IE019": to(movement.Discrepancies),
	"IE035": to(movement.Recovery),
	"IE045": to(movement.WrittenOff),
	"IE056": func(tr *transition, d *message.Document) movement.State {
		if d != nil && d.Get("TransitOperation/businessRejectionType") != "015" {
			return unchanged
		}
		return movement.Rejected
	},

	"IE043": to(movement.UnloadingPermitted),
	"IE025": func(_ *transition, d *message.Document) movement.State {
		switch indicatorOf(d) {
		case fullRelease:
			return movement.GoodsReleased
		case noRelease:
			return movement.DiscrepancyPending
		}
		return unchanged
	},
	"IE057": func(tr *transition, d *message.Document) movement.State {
		switch {
		case d == nil || d.Get("TransitOperation/businessRejectionType") == arrivalRejection:
			return movement.ArrivalRejected
		case tr.m.State == movement.RemarksReceived:
			return movement.UnloadingPermitted
		}
		return unchanged
	},
}

// phases56Facts are what injected messages make true.
var phases56Facts = map[string]func(*transition, *message.Document){
	"IE028": (*transition).recordAcceptance,
	"IE029": (*transition).recordRelease,
	"IE060": func(tr *transition, doc *message.Document) {
		if doc == nil || doc.Get("TransitOperation/notificationType") == notifyControl {
			tr.m.Facts.Controlled = true
		}
	},
	"IE182": (*transition).recordIncidents,
	"IE043": func(tr *transition, doc *message.Document) {
		tr.m.Facts.Permitted, tr.m.Facts.Continued = tr.Now, 0
		if doc != nil {
			tr.m.Facts.Continued, _ = strconv.Atoi(doc.Get("CTLControl/continueUnloading"))
		}
	},
	"IE025": func(tr *transition, doc *message.Document) { tr.m.Facts.ReleaseIndicator = indicatorOf(doc) },
	"IE057": func(tr *transition, _ *message.Document) {
		if tr.m.State == movement.RemarksReceived {
			tr.dropRemarks()
		}
	},
}

var phases56Timers = map[string]map[movement.State]string{
	AutoRelease: {
		movement.Accepted:              "",
		movement.GuaranteeAmendment:    guarantee,
		movement.CancellationRequested: cancellation,
	},
	Presentation:         {movement.PreLodged: ""},
	AmendGuarantee:       {movement.GuaranteeAmendment: "", movement.CancellationRequested: cancellation},
	NonArrival:           {movement.Released: ""},
	ResolveDiscrepancies: {movement.Discrepancies: ""},
}

// mrnShape is what the schemas ask of an MRN. An injected one need not have the right check digit.
var mrnShape = regexp.MustCompile(`^([0-1][0-9]|2[0-4])[A-Z]{2}[A-Z0-9]{13}[0-9]$|^(2[4-9]|[3-9][0-9])[A-Z]{2}[A-Z0-9]{12}[J-M][0-9]$`)

func indicatorOf(d *message.Document) string {
	if d == nil {
		return fullRelease
	}
	return d.Get("TransitOperation/releaseIndicator")
}
