// Package upload says what the name of an uploaded file makes of the upload. HMRC's own stub of the scanner is steered in the
// same way (docs/spec/api-2.1-3.0.md#10), so that a test of a client brings its outcomes along.
package upload

import (
	"nctsim/simulator/pattern"
	"time"
)

// Limits of a large message, in bytes (docs/spec/api-2.1-3.0.md#13).
const (
	// MaxSize is how many a file may have.
	MaxSize = 20_000_000
	// MaxDirect is how many go straight to NCTS; more go through a file transfer.
	MaxDirect = 8_388_608
)

// Reasons why a scan fails.
const (
	Quarantine = "QUARANTINE" // a virus was found
	Rejected   = "REJECTED"   // a kind of file that is not allowed
	Unknown    = "UNKNOWN"
)

// Plan is what will come of an upload. The zero value lets everything go well.
type Plan struct {
	// Refused is the errorCode with which the upload itself is refused.
	Refused string
	// Failed is the reason why the scan fails, and Text its message.
	Failed, Text string
	// Delay makes the scan take so much longer.
	Delay time.Duration
	// Undelivered lets NCTS not get the message, which is stored.
	Undelivered bool
}

// maxDelay bounds a delay.
const maxDelay = 30 * 24 * time.Hour

var (
	delayed = pattern.New(`^delayed\.([0-9]+(?:ms|s|m|h))\.(.+)$`)
	word    = pattern.New(`^(infected|invalid|unknown|reject)\.([^.]+)\.`)
	lost    = pattern.New(`^undelivered\.`)
)

// PlanOf reads the name of a file: "infected.NAME.xml", "invalid.REASON.xml", "unknown.REASON.xml" and "reject.CODE.xml" as at
// HMRC, and two of our own: "undelivered.xml", and "delayed.30s." in front of any name. Other names ask for nothing.
func PlanOf(name string) Plan {
	var p Plan
	if found := delayed().FindStringSubmatch(name); found != nil {
		if d, err := time.ParseDuration(found[1]); err == nil && d <= maxDelay {
			p.Delay, name = d, found[2]
		}
	}
	found := word().FindStringSubmatch(name)
	if found == nil {
		p.Undelivered = lost().MatchString(name)
		return p
	}
	switch found[1] {
	case "reject":
		p.Refused = found[2]
	case "infected":
		p.Failed, p.Text = Quarantine, found[2]
	case "invalid":
		p.Failed, p.Text = Rejected, found[2]
	case "unknown":
		p.Failed, p.Text = Unknown, found[2]
	}
	return p
}
