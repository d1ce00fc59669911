// Package guarantees is the CTC Guarantee Balance API: version 1.0 (phase 4), which asks the guarantee system with
// messages and may answer later, and version 2.0 (phase 5), which answers at once (docs/spec/guarantee-balance.md).
//
// Both serve the same guarantees, those of the registry that have a balance; what movements have reserved is taken off,
// unless balances are frozen. A handler goes through the checks of that page in their order and returns a response, or
// an error for Failure.
package guarantees

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/clock"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/rules"
	"nctsim/simulator/schema"
	"nctsim/simulator/setting"
	"nctsim/simulator/store"
)

// Options of the API. All but Settings are necessary; without a registry there are no guarantees.
type Options struct {
	Settings
	Registry  *rules.Registry
	Store     *store.Store
	Clock     *clock.Clock
	Source    clock.Source
	Catalogue *message.Catalogue
}

// Mode is how version 1.0 answers.
type Mode string

// Modes of version 1.0.
const (
	// On answers what takes too long with 202. The default.
	On Mode = "on"
	// Sync answers it with 504.
	Sync Mode = "sync"
	// Gone answers everything with 410.
	Gone Mode = "gone"
)

// Settings are what can be chosen. The zero value is the API as it was last, without locks.
type Settings struct {
	// GuaranteeBalance is moving (released movements reserve what they claim of guarantees, and give it back when they
	// are over) or frozen (balances stay as they are registered). "" is moving.
	GuaranteeBalance string
	// BalanceDelay is how long the guarantee system takes to answer version 1.0. Nobody waits for it: up to Patience the
	// answer is there at once, beyond it comes later by the simulator's clock.
	BalanceDelay time.Duration
	// BalanceAPI is how version 1.0 answers; "" is On.
	BalanceAPI Mode
	// BalanceFaults are GRNs about which the guarantee system cannot read an enquiry (IE917): both versions answer 500.
	BalanceFaults []string
	// BalanceLock is on (as at HMRC, a second enquiry of one user about one guarantee within LockTime gets 429) or off.
	// "" is off.
	BalanceLock string
}

// Values of Settings.GuaranteeBalance.
const (
	Moving = "moving"
	Frozen = "frozen"
)

// Declare says how the settings are called, what they are by default, what they mean and what they may be.
func (s *Settings) Declare() setting.List {
	return setting.List{
		setting.Word(&s.GuaranteeBalance, "guarantee-balance", Moving, "`MODE` of the balances of guarantees: moving with releases and write-offs, or frozen as they are registered", Moving, Frozen),
		setting.Duration(&s.BalanceDelay, "balance-delay", 0, "`DURATION` until the guarantee system answers the balance API 1.0; over 15s gives 202", checkDelay),
		setting.Word(&s.BalanceAPI, "balance-api", On, "`MODE` of the balance API 1.0: on, sync with 504 in place of 202, or gone with 410, as since July 2024", On, Sync, Gone),
		setting.Words(&s.BalanceFaults, "balance-faults", []string{"23GB0000010009176"}, "`LIST` of GRNs about which the guarantee system fails (IE917): the balance APIs answer 500"),
		setting.Word(&s.BalanceLock, "balance-lock", setting.On, "`MODE` of repeated balance enquiries: on answers a second one within 60s with 429, off does not", setting.On, setting.Off),
	}
}

func checkDelay(delay time.Duration) error {
	if delay >= 0 {
		return nil
	}
	return fmt.Errorf("%v is below zero; hint: 0 answers at once, 20s with 202", delay)
}

// Times of docs/spec/guarantee-balance.md#1-2, #1-4 and #1-5.
const (
	// Patience is how long version 1.0 waits for the guarantee system.
	Patience = 15 * time.Second
	// LockTime is how long a guarantee is locked for a user who has asked about it.
	LockTime = 60 * time.Second
	// Remembered is how long an answer that comes later can be asked for.
	Remembered = 3600 * time.Second
)

// API has the handlers of the endpoints.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

// Names of the variables in the paths of the routes.
const (
	GRNVar     = "grn"
	BalanceVar = "balance"
)

// Paths of the two versions.
const (
	basePath = "/customs/guarantees/"
	// RequestsPath is where version 1.0 is asked, and RequestPath where its answers can be fetched later.
	RequestsPath = basePath + "balances"
	RequestPath  = RequestsPath + "/{" + BalanceVar + "}"
	// BalancePath is where version 2.0 is asked.
	BalancePath = basePath + "{" + GRNVar + "}/balance"
)

// authorise is the services' own look at the caller; behind the platform nothing is left to be found. No enrolment is
// needed, only a login.
func authorise(c platform.Caller) error {
	switch c.Standing {
	case platform.NoToken, platform.BadToken, platform.Expired:
		return &empty{http.StatusUnauthorized}
	case platform.NoScope, platform.NotSubscribed:
		return &empty{http.StatusForbidden}
	}
	return nil
}

// userOf is who is kept from asking too often.
func userOf(c platform.Caller) string {
	if c.EORI != "" {
		return c.EORI
	}
	return "client " + c.ClientID
}

// lock locks a guarantee for a user and counts the enquiry; free is false if he has to wait.
func (a *API) lock(ctx context.Context, c platform.Caller, grn string) (number uint64, free bool, err error) {
	err = a.Store.Update(ctx, func(tx *store.Tx) (err error) {
		free = true
		if a.BalanceLock == setting.On {
			free, err = tx.LockGuarantee(userOf(c), grn, a.Clock.Now(), LockTime)
		}
		if err == nil && free {
			number, err = tx.Counter("balance enquiry")
		}
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("lock guarantee: %w", err)
	}
	return number, free, nil
}

// streamOf is where the random part of an enquiry comes from.
func (a *API) streamOf(number uint64) *clock.Stream {
	return a.Source.Stream("balance enquiry", strconv.FormatUint(number, 10))
}

// validated makes sure that a message behind an enquiry fits its schema; that it does not is a mistake of ours.
func (a *API) validated(ctx context.Context, d *message.Document, err error) (*message.Document, error) {
	if err != nil {
		return nil, err
	}
	set := a.Catalogue.Set(d.Phase)
	if set == nil {
		return nil, fmt.Errorf("check %s: phase %s has no schemas here", d.Root.Name, d.Phase)
	}
	result := set.Validate(ctx, d.Bytes(), schema.Options{Root: d.Root.Name})
	if !result.Valid() {
		return nil, fmt.Errorf("check %s: %w", d.Root.Name, result.Errors[0])
	}
	return d, nil
}

// ask sends an enquiry to the guarantee system and returns its answer. Both are messages of phase 4 that fit their
// schemas.
func (a *API) ask(ctx context.Context, q guarantee.Enquiry, st *clock.Stream) (*message.Document, error) {
	accounts, err := a.accounts(q.GRN)
	if err != nil {
		return nil, err
	}
	sent := guarantee.Envelope{Address: guarantee.AddressPrefix + st.Hex(24), Reference: reference(st), At: a.Clock.Now()}
	query, err := q.Query(a.Catalogue, sent)
	if query, err = a.validated(ctx, query, err); err != nil {
		return nil, err
	}
	received := guarantee.Envelope{Reference: reference(st), At: sent.At.Add(a.BalanceDelay)}
	answer, err := guarantee.Answer(a.Catalogue, query, accounts, received)
	return a.validated(ctx, answer, err)
}

// reference is a message's own number, to the base 36.
func reference(st *clock.Stream) string { return strconv.FormatUint(st.Uint64(), 36) }

// ok is a response with a body.
func ok(body []byte) wire.Response { return wire.OfJSON(http.StatusOK, body) }
