package office

import (
	"fmt"
	"maps"
	"strings"
	"time"

	liability "nctsim/simulator/guarantee" // the package has a word guarantee of its own
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Settings are what can be chosen about the office: how long its timers run, who decides where customs has
// a choice, and every assumption about points that nobody has published. [ProfileSettings] gives them filled.
type Settings struct {
	// Profile names the settings in the journal.
	Profile string
	// Silent is an office that leaves messages of the trader alone, as HMRC's sandbox does: nothing comes
	// unless it is injected. An officer can still act.
	Silent bool
	// Timers holds the durations by timer and phase; a timer that is not in it never starts.
	Timers map[string]map[message.Phase]Delay
	// UploadScan is how long the file of a large message is scanned, and FileTransfer how long the transfer of one over
	// 8 MiB to NCTS takes (docs/spec/api-2.1-3.0.md#10).
	UploadScan, FileTransfer time.Duration
	// DefaultOfficer is what the timer officer_wait does in a state that waits for an officer.
	DefaultOfficer map[movement.State]string

	// SimplifiedAuthorisation is the authorisation type whose presence makes a departure simplified.
	SimplifiedAuthorisation string
	// SimplifiedControlResult is the control result code in a declaration of phase 4 that makes the departure simplified.
	SimplifiedControlResult string
	// CancellationTooLate and CancellationInvalid are the justifications of an IE009 that refuses an IE014 of phase 4
	// without an officer: because of the state of the movement, or because of what it says.
	CancellationTooLate, CancellationInvalid string
	// AutoReleaseAfterPresentation lets the timer auto_release run after an IE170 in the simplified
	// procedure. The published result is a release at once.
	AutoReleaseAfterPresentation bool
	// AmendmentRestartsAutoRelease starts the timer auto_release anew when an IE013 is accepted.
	AmendmentRestartsAutoRelease bool
	// PresentationExpired is the rejection of a declaration whose goods were not presented in time, and
	// RejectedByOfficer that of one which an officer turned down without a word.
	PresentationExpired, RejectedByOfficer Rejection
	// ArrivalRejected and RemarksRejected are the rejections of an arrival notification and of unloading remarks
	// which an officer turned down without a word.
	ArrivalRejected, RemarksRejected Rejection
	// ForeignMovement takes an IE007 whose MRN is valid but unknown as that of a movement released elsewhere, whose
	// goods are made up; otherwise it is rejected with error 90 (docs/spec/process.md#5-4).
	ForeignMovement bool
	// RemarksMismatch is the error of unloading remarks from another office or trader than the arrival's, for which
	// no code is published.
	RemarksMismatch FunctionalError
	// Rules finds what a message of the trader breaks; nil finds nothing.
	Rules RuleCheck
	// RulesOff are rules that are not enforced, of those that need the movement ("C0440", "R0520").
	RulesOff []string
	// Guarantees finds the invalid guarantees of a declaration; nil takes them all to be valid.
	Guarantees GuaranteeCheck
	// Liability is claimed of a guarantee where a declaration gives no amount. Zero: ten thousand euros.
	Liability liability.Default
	// Balance is the registered balance of a guarantee, false if there is none; nil knows of none. It serves the
	// journal alone.
	Balance func(grn string) (movement.Reservation, bool)
	// MalformedMRN is the error of an MRN with a wrong shape or check digit (93 in the transition period).
	MalformedMRN FunctionalError
	// GuaranteeRefusal is the motivation code of an IE051 about a guarantee. What else a message needs and
	// the officer does not say, package compose fills in.
	GuaranteeRefusal string
}

// Rejection is a rejectionCode other than 12 with the rejectionReason that it needs (C0492).
type Rejection struct{ Code, Reason string }

// FunctionalError is the code and reason of an error.
type FunctionalError struct{ Code, Reason string }

// Delay is how long a timer runs.
type Delay struct {
	Months   int
	Duration time.Duration
}

// After is the end of the delay.
func (d Delay) After(t time.Time) time.Time { return t.AddDate(0, d.Months, 0).Add(d.Duration) }

func (d Delay) String() string {
	if d.Months == 0 {
		return d.Duration.String()
	}
	return strings.TrimSuffix(fmt.Sprintf("%d months %s", d.Months, d.Duration), " 0s")
}

func (s Settings) delay(timer string, p message.Phase) (Delay, bool) {
	d, ok := s.Timers[timer][p]
	return d, ok
}

// Profiles are the names that [ProfileSettings] knows.
var Profiles = []string{"fast", "instant", "trader-test", "production", "silent"}

// ProfileSettings are the settings of a profile:
//
//   - fast: every timer of the office takes 2 seconds, and a default officer decides 2 seconds after a
//     state has begun to wait for one;
//   - instant: the same at once;
//   - trader-test: HMRC's published durations, the officer is whoever uses the control API, and only movements
//     that departed here can arrive;
//   - production: the durations of real life, as far as they are known;
//   - silent: nothing happens by itself.
func ProfileSettings(name string) (Settings, error) {
	s := assumptions()
	s.Profile = name
	switch name {
	case "fast":
		s.withDefaultOfficer(2 * time.Second)
	case "instant":
		s.withDefaultOfficer(0)
		s.UploadScan, s.FileTransfer = 0, 0
	case "trader-test":
		s.Timers = traderTest()
		s.ForeignMovement = false
		s.FileTransfer = time.Minute
	case "production":
		s.Timers = production()
		s.FileTransfer = time.Minute
	case "silent":
		s.Silent = true
	default:
		return Settings{}, fmt.Errorf("unknown profile %q; hint: the profiles are %s", name, strings.Join(Profiles, ", "))
	}
	return s, nil
}

func (s *Settings) withDefaultOfficer(after time.Duration) {
	s.Timers = traderTest()
	// presentation and guarantee_amendment keep the published durations: they wait for the trader, who could
	// not present goods or amend a guarantee by hand within two seconds.
	s.Timers[AutoRelease] = always(after)
	s.Timers[OfficerWait] = always(after)
	s.DefaultOfficer = map[movement.State]string{}
	for _, f := range processes {
		maps.Copy(s.DefaultOfficer, f.officer)
	}
}

// traderTest are the columns "Trader Test" of docs/spec/timers.md, production its column "Production".
// discrepancy_resolution has no published duration and stays off.
func traderTest() map[string]map[message.Phase]Delay {
	return map[string]map[message.Phase]Delay{
		AutoRelease:    withPhase4(0, both(45*time.Minute)),
		Presentation:   both(45 * time.Minute),
		AmendGuarantee: {message.Phase5: {Duration: 5 * time.Minute}, message.Phase6: {Duration: time.Hour}},
	}
}

func production() map[string]map[message.Phase]Delay {
	t := traderTest()
	// Only "short, set per authorisation" is known of auto_release in production.
	t[AutoRelease] = withPhase4(0, both(time.Minute))
	t[Presentation] = both(30 * 24 * time.Hour)
	// The movement is forgotten 60 days after the last message, so this one fires only with a longer retention.
	t[NonArrival] = map[message.Phase]Delay{message.Phase5: {Months: 7}, message.Phase6: {Months: 7}}
	return t
}

func both(d time.Duration) map[message.Phase]Delay {
	return map[message.Phase]Delay{message.Phase5: {Duration: d}, message.Phase6: {Duration: d}}
}

// withPhase4 adds the duration of phase 4, for which none are published: a release at once is the usual one.
func withPhase4(d time.Duration, of map[message.Phase]Delay) map[message.Phase]Delay {
	of[message.Phase4] = Delay{Duration: d}
	return of
}

func always(d time.Duration) map[message.Phase]Delay { return withPhase4(d, both(d)) }

// assumptions are the answers chosen where nothing is published (marked [assumed] in docs/spec/process.md and
// docs/spec/responses.md).
func assumptions() Settings {
	return Settings{
		SimplifiedAuthorisation: "C521",
		SimplifiedControlResult: "A3",
		CancellationTooLate:     "NOT IN REQUIRED STATE",
		CancellationInvalid:     "The IE014 message received was invalid",
		PresentationExpired:     Rejection{"4", "time limit for presentation expired"},
		RejectedByOfficer:       Rejection{"4", "declaration refused by the office of departure"},
		ArrivalRejected:         Rejection{"4", "arrival refused by the office of destination"},
		RemarksRejected:         Rejection{"4", "unloading remarks refused by the office of destination"},
		ForeignMovement:         true,
		UploadScan:              2 * time.Second,
		FileTransfer:            2 * time.Second,
		RemarksMismatch:         FunctionalError{"14", "N/A"},
		MalformedMRN:            FunctionalError{"14", "R0028"},
		GuaranteeRefusal:        "G1",
	}
}
