package simulator

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/api/control"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/office"
	"nctsim/simulator/scenario"
	"nctsim/simulator/textfile"
)

// Config says how a simulator behaves. Start from [Default] and change what matters; every field but the last four is also
// a flag of `nctsim serve`, an environment variable and a key of nctsim.yaml (see [Config.AddFlags]).
type Config struct {
	// Addr is where the simulated APIs listen, host:port. Port 0 takes a free one; [Simulator.URL] says which.
	Addr string
	// ControlAddr gives the control API and the health checks a listener of their own. Empty: they share Addr.
	ControlAddr string
	// ControlToken must come with every control call as a bearer token. Empty: the control API is open.
	ControlToken string
	// ControlTokenFile is a file that holds the token instead, so that it does not stand in the list of processes. What
	// stands around the token, a byte order mark and the end of the line, does not belong to it.
	ControlTokenFile string
	// AllowedHosts are the names under which the control API, health checks and metrics may be called, beside localhost, IP
	// addresses and the names in Addr and ControlAddr: "nctsim", "*.example.org", or "*" for any. Under other names they
	// answer 403, because a web page could have made them lead here.
	AllowedHosts []string

	// PublicURL is where clients find the simulated APIs ("http://nctsim:8080"): forms for large messages lead there. Empty:
	// the address under which a client calls.
	PublicURL string

	// Data is the folder of the store file, created when missing. Empty: a temporary store that Close removes.
	Data string
	// Durability is "sync" when an accepted message must survive a power cut (an fsync per group of commits), "os" when
	// it is enough that it survives the end of the process. Empty: sync with Data, os without.
	Durability string

	// Profile names the timers and the default officer: fast, instant, trader-test, production or silent.
	Profile string
	// Clock is real, scaled or manual.
	Clock clock.Mode
	// TimeScale is how many simulated seconds pass in one second of a scaled clock.
	TimeScale float64
	// Now is where a manual or scaled clock starts. Zero: the wall's time.
	Now time.Time
	// Seed determines ids, MRNs and everything else that looks random.
	Seed uint64

	// Mode says which business rules of phase 5 hold: final, or transition for those of before 21 January 2025.
	Mode string
	// Rules is on, or off for offices that take whatever its schema accepts; RulesOn and RulesOff switch single rules
	// ("R0855"), assertions ("p5-0549") or code lists ("CL231") against their default.
	Rules             string
	RulesOn, RulesOff []string
	// Registry is lenient (well-formed parties, guarantees and places that nobody registered are accepted, known bad ones
	// refused) or strict (only what is registered).
	Registry string
	// RegistryFile adds to the registered data or replaces some of it.
	RegistryFile string
	// CodeLists is a folder of files that replace code lists.
	CodeLists string

	// GuaranteeBalance is moving (released movements reserve what they claim of guarantees, and give it back when they
	// are over) or frozen (balances stay as they are registered).
	GuaranteeBalance string
	// BalanceDelay is how long the guarantee system takes to answer an enquiry of the balance API 1.0. What takes longer
	// than 15 seconds is answered with 202 and can be fetched later.
	BalanceDelay time.Duration
	// BalanceAPI is how the balance API 1.0 answers: on, sync (504 instead of 202) or gone (410, as since 1 July 2024).
	BalanceAPI string
	// BalanceFaults are GRNs about which the guarantee system cannot read an enquiry (IE917): the balance APIs answer 500.
	BalanceFaults []string
	// BalanceLock is on (as at HMRC, a second enquiry of one user about one guarantee within 60 seconds gets 429) or off.
	BalanceLock string

	// Scenarios is a folder of scenario files beside the built-in ones; a file there takes the place of a built-in scenario
	// with its id. What changes in it is read again.
	Scenarios string

	// APIVersions are those of the CTC Traders API that answer, from 1.0, 2.1 and 3.0; the others give 404, as at HMRC when a
	// version is switched off.
	APIVersions []string
	// Platform is on (HMRC's API platform stands in front: its 401, 403, 404 and 429) or off (the services answer
	// themselves and believe the header X-Client-Id).
	Platform string
	// Auth is lenient (any bearer token will do) or strict (only EORIs and the tokens in Tokens).
	Auth string
	// EORI belongs to every token that does not name one itself.
	EORI string
	// Tokens is a file that says what fixed tokens stand for, one "TOKEN EORI" per line.
	Tokens string
	// Applications is a file of applications and test users. Strict authorisation knows no others.
	Applications string
	// OAuth is ask (a person signs in and grants authority) or auto (authority is granted at once, for EORI).
	OAuth string
	// TokenLifetime is how long an access token is good for, on the simulator's clock.
	TokenLifetime time.Duration
	// LRNPattern is a regular expression that the LRN of a declaration has to match. Empty, as at HMRC: any will do.
	LRNPattern string
	// ContentType is strict (what HMRC takes) or lenient (also text/xml, application/…+xml and any parameters).
	ContentType string
	// TestSupport is coherent (injected messages fit the movement) or random (as at HMRC).
	TestSupport string
	// RateLimit is how many requests a second one application may send before it gets 429. Zero: no limit.
	RateLimit int
	// Retention is how long a movement is kept after its last change.
	Retention time.Duration

	// CurrentAPI is on, closing (API 2.1 makes no new movements) or gone (it answers 410 to everything), as API 1.0 ended.
	CurrentAPI string

	// LegacyAPI is on, closing (API 1.0 makes no new movements, as in 2023) or gone (it answers 410 to everything, as since
	// 26 September 2024).
	LegacyAPI string
	// LegacyRetention is how long a movement of API 1.0 is kept after its last change.
	LegacyRetention time.Duration
	// LegacyStatus is on, or off for movements of API 1.0 without a status, as since September 2021.
	LegacyStatus string
	// Transitions is permissive (API 1.0 takes any message at any time, as since September 2021) or strict (what must not
	// follow is refused, as before).
	Transitions string
	// DefaultGuarantee is the amount and currency that API 1.0 puts into a declaration whose guarantee has none, and that
	// a declaration of any phase claims of a guarantee without saying how much.
	DefaultGuarantee string

	// Boxes is explicit (a client has a box for notifications once one was made for it) or all (every client has one for
	// each API version, as applications have at HMRC).
	Boxes string
	// Callbacks are what notifications may be sent to: the word loopback for this machine, and beginnings of URLs.
	Callbacks []string

	// CallbackCA is a file of certificates (PEM) of authorities whose signatures subscribers may show, beside those of the
	// system; for callbacks alone.
	CallbackCA string

	// LogFormat is text or json, LogLevel debug, info, warn or error; both only matter to the command.
	LogFormat string
	LogLevel  string

	// Library is the scenarios instead of the built-in ones and those of the folder; simulators may share it. Nil: the
	// simulator has its own.
	Library *scenario.Library
	// Version is what the control API calls the simulator. Empty: "embedded".
	Version string
	// Logger receives what the simulator has to say. Nil: nothing is logged.
	Logger *slog.Logger
	// OnBug is told when the simulator composed a message that its own schema refuses, which should never happen; tests
	// fail on it. Nil: it is logged at error level and the message is not sent.
	OnBug func(error)
}

// Values of Config.Boxes, OAuth, Durability, Platform, Rules, Auth, ContentType, TestSupport, LogFormat, Registry, Mode,
// GuaranteeBalance, BalanceAPI (also On), CurrentAPI and LegacyAPI (also On), LegacyStatus (On or Off) and Transitions.
const (
	On                  = "on"
	Off                 = "off"
	DurabilitySync      = "sync"
	DurabilityOS        = "os"
	AuthLenient         = "lenient"
	AuthStrict          = "strict"
	ContentTypeStrict   = "strict"
	ContentTypeLenient  = "lenient"
	TestSupportCoherent = "coherent"
	TestSupportRandom   = "random"
	BoxesExplicit       = "explicit"
	OAuthAsk            = "ask"
	OAuthAuto           = "auto"
	BoxesAll            = "all"
	LogText             = "text"
	LogJSON             = "json"
	RegistryLenient     = "lenient"
	RegistryStrict      = "strict"
	ModeFinal           = "final"
	ModeTransition      = "transition"
	BalanceMoving       = "moving"
	BalanceFrozen       = "frozen"
	BalanceSync         = "sync"
	BalanceGone         = "gone"

	LegacyAPIClosing      = "closing"
	LegacyAPIGone         = "gone"
	TransitionsPermissive = "permissive"
	TransitionsStrict     = "strict"
)

// BoxesMade is what BoxesExplicit was called before.
//
// Deprecated: it goes with the next release.
const BoxesMade = "made"

// Default is the configuration that `nctsim serve` uses when nobody says anything: port 8080, a temporary store, the
// fast profile, the real clock, any token welcome. Retention is that of docs/spec/api-2.1-3.0.md#13, and for API 1.0
// that of docs/spec/api-1.0.md#6.
func Default() Config {
	return Config{
		Addr:      ":8080",
		Profile:   "fast",
		Clock:     clock.Real,
		TimeScale: 60,
		Seed:      1,
		Mode:      ModeFinal,
		Rules:     On,
		Registry:  RegistryLenient,

		GuaranteeBalance: BalanceMoving,
		BalanceAPI:       On,
		BalanceLock:      On,
		BalanceFaults:    []string{"23GB0000010009176"},

		APIVersions: []string{"1.0", "2.1", "3.0"},
		Platform:    On,
		Auth:        AuthLenient,
		EORI:        "GB123456789000",

		OAuth:         OAuthAsk,
		TokenLifetime: oauth.TokenLife,

		ContentType: ContentTypeStrict,
		TestSupport: TestSupportCoherent,
		Retention:   60 * 24 * time.Hour,

		CurrentAPI:       On,
		LegacyAPI:        On,
		LegacyRetention:  engine.DefaultLegacyRetention,
		LegacyStatus:     On,
		Transitions:      TransitionsPermissive,
		DefaultGuarantee: guarantee.Standard.Amount + guarantee.Standard.Currency,

		Boxes:     BoxesAll,
		Callbacks: []string{notify.Loopback},
		LogFormat: LogText,
		LogLevel:  "info",
	}
}

// eori is what counts as an EORI in a bearer token, too.
var eori = regexp.MustCompile(`^(GB|XI)[0-9]{12,15}$`)

// Validate reports everything that is wrong with the configuration, each with what would be right, in terms of the
// settings' names.
func (c Config) Validate() error {
	return errors.Join(
		address("addr", c.Addr, false),
		address("control-addr", c.ControlAddr, true),
		c.validateControlAddr(),
		c.validateControlToken(),
		c.validateAllowedHosts(),
		c.validatePublicURL(),
		oneOf("durability", c.Durability, "", DurabilitySync, DurabilityOS),
		oneOf("profile", c.Profile, office.Profiles...),
		oneOf("clock", string(c.Clock), string(clock.Real), string(clock.Scaled), string(clock.Manual)),
		c.validateClock(),
		oneOf("mode", c.Mode, ModeFinal, ModeTransition),
		oneOf("rules", c.Rules, On, Off),
		oneOf("registry", c.Registry, RegistryLenient, RegistryStrict),
		c.validateGuarantees(),
		c.validateScenarios(),
		c.validateVersions(),
		oneOf("platform", c.Platform, On, Off),
		oneOf("auth", c.Auth, AuthLenient, AuthStrict),
		oneOf("oauth", c.OAuth, OAuthAsk, OAuthAuto),
		c.validateTokenLifetime(),
		c.validateEORI(),
		c.validateLRNPattern(),
		oneOf("content-type", c.ContentType, ContentTypeStrict, ContentTypeLenient),
		oneOf("test-support", c.TestSupport, TestSupportCoherent, TestSupportRandom),
		notNegative("rate-limit", c.RateLimit),
		positive("retention", c.Retention, "1440h is 60 days"),
		oneOf("current-api", c.CurrentAPI, On, LegacyAPIClosing, LegacyAPIGone),
		oneOf("legacy-api", c.LegacyAPI, On, LegacyAPIClosing, LegacyAPIGone),
		positive("legacy-retention", c.LegacyRetention, "672h is 28 days"),
		oneOf("legacy-status", c.LegacyStatus, On, Off),
		oneOf("transitions", c.Transitions, TransitionsPermissive, TransitionsStrict),
		c.validateDefaultGuarantee(),
		oneOf("boxes", c.withoutOldNames().Boxes, BoxesExplicit, BoxesAll),
		c.validateCallbacks(),
		oneOf("log-format", c.LogFormat, LogText, LogJSON),
		oneOf("log-level", c.LogLevel, "debug", "info", "warn", "error"),
	)
}

// withoutOldNames has the present names of values that were called otherwise in the release before, where they keep working.
func (c Config) withoutOldNames() Config {
	if c.Boxes == BoxesMade {
		c.Boxes = BoxesExplicit
	}
	return c
}

// noticeOldNames logs which values have another name now.
func (c Config) noticeOldNames() {
	if now := c.withoutOldNames().Boxes; now != c.Boxes {
		c.Logger.Warn("a setting has an old name that goes with the next release", "setting", "boxes", "old", c.Boxes, "new", now)
	}
}

func address(name, value string, optional bool) error {
	if value == "" && optional {
		return nil
	}
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s: %q is not host:port; hint: :8080 listens on all addresses, 127.0.0.1:8080 only on this machine", name, value)
	}
	return nil
}

func (c Config) validateControlAddr() error {
	_, port, err := net.SplitHostPort(c.ControlAddr)
	if err != nil || port == "0" || c.ControlAddr != c.Addr {
		return nil
	}
	return fmt.Errorf("control-addr: %q is what addr says already; hint: leave it out to share the address, or take another port", c.ControlAddr)
}

func (c Config) validatePublicURL() error {
	u, err := url.Parse(c.PublicURL)
	if c.PublicURL == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" {
		return nil
	}
	return fmt.Errorf("public-url: %q is not the URL of a server; hint: http://nctsim:8080, without a query", c.PublicURL)
}

func (c Config) validateControlToken() error {
	if c.ControlToken == "" || c.ControlTokenFile == "" {
		return nil
	}
	return errors.New("control-token, control-token-file: both are given; hint: leave one of them out, here, in the environment or in the file of settings")
}

// controlToken is the token, out of its file if it stands in one.
func (c Config) controlToken() (string, error) {
	if c.ControlTokenFile == "" {
		return c.ControlToken, nil
	}
	token, err := ReadToken(c.ControlTokenFile)
	if err != nil {
		return "", fmt.Errorf("control-token-file: %w", err)
	}
	return token, nil
}

// ReadToken reads a control token from a file that holds nothing else. The error says what is wrong with the file; it does
// not show what is in it.
func ReadToken(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if data, err = textfile.Decode(data); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	token := strings.TrimSpace(string(data))
	switch {
	case token == "":
		return "", fmt.Errorf("%s: the file is empty; hint: write the token into it, on one line", path)
	case !visible.MatchString(token):
		return "", fmt.Errorf("%s: the file holds more than a token; hint: write the token on one line in UTF-8, without spaces", path)
	}
	return token, nil
}

// visible is what a token consists of.
var visible = regexp.MustCompile(`^[!-~]+$`)

func (c Config) validateAllowedHosts() error {
	_, err := c.hosts()
	return err
}

// hosts are those allowed, with the names that stand in the addresses.
func (c Config) hosts() (control.Hosts, error) {
	hosts, err := control.ParseHosts(c.AllowedHosts)
	if err != nil {
		return hosts, fmt.Errorf("allowed-hosts: %w", err)
	}
	names := slices.Clone(c.AllowedHosts)
	for _, addr := range []string{c.Addr, c.ControlAddr} {
		host, _, err := net.SplitHostPort(addr)
		if _, wrong := control.ParseHosts([]string{host}); err == nil && wrong == nil {
			names = append(names, host)
		}
	}
	return control.ParseHosts(names)
}

func (c Config) validateClock() error {
	if !(c.TimeScale > 0 && c.TimeScale <= clock.MaxScale) {
		return fmt.Errorf("time-scale: %v is not above 0 and at most %d; hint: 60 makes a minute of every second", c.TimeScale, clock.MaxScale)
	}
	if !c.Now.IsZero() && c.Clock == clock.Real {
		return errors.New("now: the real clock shows the real time; hint: set clock to manual or scaled as well")
	}
	return nil
}

func (c Config) validateEORI() error {
	if eori.MatchString(c.EORI) {
		return nil
	}
	return fmt.Errorf("eori: %q is not a UK EORI; hint: GB or XI and 12 to 15 digits", c.EORI)
}

func (c Config) validateTokenLifetime() error {
	if c.TokenLifetime >= time.Second {
		return nil
	}
	return fmt.Errorf("token-lifetime: %v is less than a second; hint: 4h is HMRC's", c.TokenLifetime)
}

func (c Config) validateVersions() error {
	_, err := c.phases()
	return err
}

// phases are those behind the API versions, in the order of phases and each once.
func (c Config) phases() ([]message.Phase, error) {
	var phases []message.Phase
	for _, v := range c.APIVersions {
		p, known := message.PhaseOfVersion(v)
		if !known {
			return nil, fmt.Errorf("api-versions: %q is unknown; hint: choose from 1.0, 2.1 and 3.0, as in 2.1,3.0", v)
		}
		phases = append(phases, p)
	}
	if len(phases) == 0 {
		return nil, errors.New("api-versions: without any version nothing answers; hint: choose from 1.0, 2.1 and 3.0, as in 2.1,3.0")
	}
	slices.Sort(phases)
	return slices.Compact(phases), nil
}

func (c Config) validateGuarantees() error {
	var delay error
	if c.BalanceDelay < 0 {
		delay = fmt.Errorf("balance-delay: %v is below zero; hint: 0 answers at once, 20s with 202", c.BalanceDelay)
	}
	return errors.Join(
		oneOf("guarantee-balance", c.GuaranteeBalance, BalanceMoving, BalanceFrozen),
		delay,
		oneOf("balance-api", c.BalanceAPI, On, BalanceSync, BalanceGone),
		oneOf("balance-lock", c.BalanceLock, On, Off),
	)
}

func (c Config) validateLRNPattern() error {
	_, err := c.lrnPattern()
	return err
}

func (c Config) validateCallbacks() error {
	_, err := c.callbacks()
	return err
}

// authorities are the certificates of CallbackCA.
func (c Config) authorities() ([]*x509.Certificate, error) {
	if c.CallbackCA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.CallbackCA)
	if err != nil {
		return nil, fmt.Errorf("callback-ca: %w", err)
	}
	if text, err = textfile.Decode(text); err != nil {
		return nil, fmt.Errorf("callback-ca: %s: %w", c.CallbackCA, err)
	}
	found, err := notify.ReadAuthorities(text)
	if err != nil {
		return nil, fmt.Errorf("callback-ca: %s: %w", c.CallbackCA, err)
	}
	return found, nil
}

func (c Config) callbacks() (notify.Allowed, error) {
	allowed, err := notify.ParseAllowed(c.Callbacks)
	if err != nil {
		return allowed, fmt.Errorf("callbacks: %w", err)
	}
	return allowed, nil
}

func (c Config) lrnPattern() (*regexp.Regexp, error) {
	if c.LRNPattern == "" {
		return nil, nil
	}
	re, err := regexp.Compile(c.LRNPattern)
	if err != nil {
		return nil, fmt.Errorf("lrn-pattern: %w; hint: HMRC's documentation names ^.{1,35}$", err)
	}
	return re, nil
}

func oneOf(name, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	choice := strings.Join(slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" }), ", ")
	return fmt.Errorf("%s: %q is unknown; hint: choose one of %s", name, value, choice)
}

func notNegative(name string, value int) error {
	if value >= 0 {
		return nil
	}
	return fmt.Errorf("%s: %v is below zero; hint: 0 means no limit", name, value)
}

func positive(name string, value time.Duration, hint string) error {
	if value > 0 {
		return nil
	}
	return fmt.Errorf("%s: %v would forget movements at once; hint: %s", name, value, hint)
}

func (c Config) validateDefaultGuarantee() error {
	_, err := c.defaultGuarantee()
	return err
}

// liability is an amount and a currency.
var liability = regexp.MustCompile(`^([0-9.]+) ?([A-Z]{3})$`)

// defaultGuarantee reads an amount with its currency behind it.
func (c Config) defaultGuarantee() (guarantee.Default, error) {
	parts := liability.FindStringSubmatch(c.DefaultGuarantee)
	if parts == nil {
		return guarantee.Default{}, fmt.Errorf("default-guarantee: %q is not an amount with its currency; hint: write it as %s", c.DefaultGuarantee, Default().DefaultGuarantee)
	}
	d, err := guarantee.NewDefault(parts[1], parts[2])
	if err != nil {
		return d, fmt.Errorf("default-guarantee: %w", err)
	}
	return d, nil
}

// durable reports whether the store waits for the disk.
func (c Config) durable() bool {
	if c.Durability == "" {
		return c.Data != ""
	}
	return c.Durability == DurabilitySync
}
