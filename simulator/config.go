package simulator

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/api"
	"nctsim/simulator/api/console"
	"nctsim/simulator/api/control"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/guarantees"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/guarantee"
	"nctsim/simulator/notify"
	"nctsim/simulator/oauth"
	"nctsim/simulator/office"
	"nctsim/simulator/rules"
	"nctsim/simulator/scenario"
	"nctsim/simulator/setting"
	"nctsim/simulator/textfile"
)

// The settings of the parts, by the names under which Config holds them.
type (
	APISettings    = api.Settings
	EngineSettings = engine.Settings
	OAuthSettings  = oauth.Settings
	NotifySettings = notify.Settings
)

// Config says how a simulator behaves. Start from [Default] and change what matters; every field but the last six is also
// a flag of `nctsim serve`, an environment variable and a key of nctsim.yaml (see [Config.Declare]). A setting that one part
// uses is in the Settings of that part, and reaches it there; here are those that the simulator itself uses, files among them.
type Config struct {
	APISettings
	EngineSettings
	OAuthSettings
	NotifySettings
	WorkspaceSettings

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

	// ReadyFile is a file that says where a ready server answers, for programs that wait for it; [Config.Load] reads it for
	// `nctsim serve`, which writes it. A simulator inside a program leaves it alone.
	ReadyFile string
	// Data is the folder of the store file, created when missing. Empty: a temporary store that Close removes.
	Data string
	// From is a file with a snapshot ([Simulator.WriteSnapshot], nctsim snapshot export) that the simulator begins with: its movements,
	// its clock, its seed; of Library, what the snapshot says of scenarios is left out. Data must be empty or a folder without a store.
	From string
	// Undo is how many automatic snapshots are kept to undo resets and restores with. 0: none.
	Undo int
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

	// Scenarios is a folder of scenario files beside the built-in ones; a file there takes the place of a built-in scenario
	// with its id. What changes in it is read again.
	Scenarios string

	// Tokens is a file that says what fixed tokens stand for, one "TOKEN EORI" per line.
	Tokens string
	// Applications is a file of applications and test users. Strict authorisation knows no others.
	Applications string
	// DefaultGuarantee is the amount and currency that API 1.0 puts into a declaration whose guarantee has none, and that
	// a declaration of any phase claims of a guarantee without saying how much.
	DefaultGuarantee string

	// CallbackCA is a file of certificates (PEM) of authorities whose signatures subscribers may show, beside those of the
	// system; for callbacks alone.
	CallbackCA string

	// LogFormat is text or json, LogLevel debug, info, warn or error; both only matter to the command.
	LogFormat string
	LogLevel  string

	// Library is the scenarios instead of the built-in ones and those of the folder; simulators may share it. Nil: the
	// simulator has its own.
	Library *scenario.Library
	// Runs plays scenarios for the control API, each in a simulator of its own: see replay.NewRuns. Nil: the simulator plays
	// none.
	Runs control.Runs
	// Origins are where the settings come from, by their names, for showing it ([setting.Origins]).
	Origins map[string]setting.Origin
	// Version is what the control API calls the simulator. Empty: "embedded".
	Version string
	// Logger receives what the simulator has to say. Nil: nothing is logged.
	Logger *slog.Logger
	// OnBug is told when the simulator composed a message that its own schema refuses, which should never happen; tests
	// fail on it. Nil: it is logged at error level and the message is not sent.
	OnBug func(error)
}

// Values of Durability, Rules, Registry, Mode, LogFormat, and those of the parts.
const (
	On              = setting.On
	Off             = setting.Off
	DurabilitySync  = "sync"
	DurabilityOS    = "os"
	RegistryLenient = string(rules.Lenient)
	RegistryStrict  = string(rules.Strict)
	ModeFinal       = string(rules.Final)
	ModeTransition  = string(rules.Transition)
	LogText         = "text"
	LogJSON         = "json"

	AuthLenient         = platform.Lenient
	AuthStrict          = platform.Strict
	ContentTypeStrict   = traders.Strict
	ContentTypeLenient  = traders.Lenient
	TestSupportCoherent = api.Coherent
	TestSupportRandom   = api.Random
	OAuthAsk            = oauth.Ask
	OAuthAuto           = oauth.Auto
	BoxesAll            = notify.All
	BoxesExplicit       = notify.Explicit
	BoxesMade           = notify.Made
	BalanceMoving       = guarantees.Moving
	BalanceFrozen       = guarantees.Frozen
	BalanceSync         = guarantees.Sync
	BalanceGone         = guarantees.Gone
	APIClosing          = endpoint.Closing
	APIGone             = endpoint.Gone
	ConsoleOn           = console.On
	ConsoleReadOnly     = console.ReadOnly
	ConsoleOff          = console.Off

	TransitionsPermissive = phase4.Permissive
	TransitionsStrict     = phase4.Strict
)

// DefaultAddr is where the simulated APIs listen when nobody says anything.
const DefaultAddr = ":8080"

// Default is the configuration that `nctsim serve` uses when nobody says anything: port 8080, a temporary store, the
// fast profile, the real clock, any token welcome.
func Default() Config {
	var c Config
	c.Declare().Reset()
	return c
}

// Declare says how the settings are called, what they are by default, what they mean and what they may be. The rows are bound
// to the fields of c.
func (c *Config) Declare() setting.List {
	return slices.Concat(
		setting.List{
			setting.Text(&c.Addr, "addr", DefaultAddr, "`HOST:PORT` of the simulated APIs; port 0 takes a free one", address),
			setting.Text(&c.ControlAddr, "control-addr", "", "`HOST:PORT` for the control API and health checks alone; empty: they share --addr", optional(address)),
			setting.Text(&c.ControlToken, "control-token", "", "bearer `TOKEN` that control calls must carry; empty: none").Hidden(),
			setting.Text(&c.ControlTokenFile, "control-token-file", "", "`FILE` that holds that token instead, out of sight of the list of processes"),
			setting.Words(&c.AllowedHosts, "allowed-hosts", nil, "`LIST` of names, as nctsim or *.example.org, under which the control API, health checks and metrics answer besides localhost and IP addresses; * is any", checkHosts),
		}.In(setting.Access),
		setting.List{
			setting.Text(&c.Data, "data", "", "`DIR` of the store file; empty: a temporary store"),
			setting.Text(&c.From, "from", "", "`FILE` of a snapshot to begin with; empty: no movements"),
			setting.Int(&c.Undo, "undo", 3, "how many automatic snapshots, `N`, are kept to undo resets and restores with; 0: none", checkUndo),
			setting.Word(&c.Durability, "durability", "", "`WHEN` a message counts as stored: sync on the disk, os with the operating system; empty: sync with --data, else os", "", DurabilitySync, DurabilityOS),
		}.In(setting.Storage),
		setting.List{
			setting.Word(&c.Profile, "profile", "fast", "office profile: timers and automatic decisions; `NAME` is "+either(office.Profiles), office.Profiles...),
			setting.Word(&c.Clock, "clock", clock.Real, "`MODE` of the clock: real, scaled or manual", clock.Real, clock.Scaled, clock.Manual),
			setting.Float(&c.TimeScale, "time-scale", 60, "speed of a scaled clock: `N` simulated seconds per second", checkScale),
			setting.Time(&c.Now, "now", "`TIME` at which a manual or scaled clock starts, as 2026-03-02T09:15:00Z; empty: now"),
			setting.Uint64(&c.Seed, "seed", 1, "`N` from which ids, MRNs and all that looks random is derived"),
		}.In(setting.Offices),
		setting.List{
			setting.Word(&c.Mode, "mode", ModeFinal, "`MODE` of the business rules of phase 5: final, or transition for those of before 21 January 2025", ModeFinal, ModeTransition),
			setting.Word(&c.Rules, "rules", On, "`MODE` of the business rules: on, or off to take whatever the schema accepts", On, Off),
			setting.Words(&c.RulesOn, "rules-on", nil, "`LIST` of rules, assertions or code lists to enforce that usually are not"),
			setting.Words(&c.RulesOff, "rules-off", nil, "`LIST` of rules, assertions or code lists not to enforce, as R0855,CL231"),
			setting.Word(&c.Registry, "registry", RegistryLenient, "`MODE` of the registered data: lenient accepts well-formed parties and guarantees that are not in it, strict does not", RegistryLenient, RegistryStrict),
			setting.Text(&c.RegistryFile, "registry-file", "", "`FILE` of parties, authorisations, guarantees and places to register besides HMRC's test data"),
			setting.Text(&c.CodeLists, "code-lists", "", "`DIR` of files that replace code lists, as CL231-types.tsv"),
		}.In(setting.Data),
		setting.List{
			setting.Text(&c.DefaultGuarantee, "default-guarantee", guarantee.Standard.Amount+guarantee.Standard.Currency, "`AMOUNT` and currency that API 1.0 gives to guarantees without one", checkGuarantee),
		}.In(setting.Guarantees),
		setting.List{
			setting.Text(&c.Scenarios, "scenarios", "", "`DIR` of scenario files beside the built-in ones; changes are read while serving", optional(checkFolder)),
		}.In(setting.Data),
		setting.List{
			setting.Text(&c.Tokens, "tokens", "", "`FILE` of lines \"TOKEN EORI\" that say what fixed tokens stand for; legacy or legacy-refused behind it is an old enrolment in API 1.0, client=ID the application that holds the token"),
			setting.Text(&c.Applications, "applications", "", "`FILE` of applications and test users for OAuth; strict --auth knows no others"),
		}.In(setting.Clients),
		setting.List{
			setting.Text(&c.ReadyFile, "ready-file", "", "`FILE` that nctsim serve writes when it is ready, with its URLs as JSON, and removes when it stops"),
		}.In(setting.Program),
		setting.List{
			setting.Text(&c.CallbackCA, "callback-ca", "", "`FILE` of certificates (PEM) that https callbacks may be signed by, besides those that everybody knows"),
		}.In(setting.Notifications),
		c.APISettings.Declare(),
		c.OAuthSettings.Declare().In(setting.Clients),
		c.EngineSettings.Declare().In(setting.Storage),
		c.NotifySettings.Declare().In(setting.Notifications),
		c.WorkspaceSettings.Declare().In(setting.Access),
		setting.List{
			setting.Word(&c.LogFormat, "log-format", LogText, "`FORMAT` of the log on stderr: text or json", LogText, LogJSON),
			setting.Word(&c.LogLevel, "log-level", "info", "least `LEVEL` to be logged: debug, info, warn or error", "debug", "info", "warn", "error"),
		}.In(setting.Program),
	)
}

// either lists words as a sentence does.
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Validate reports everything that is wrong with the configuration, each with what would be right, in terms of the
// settings' names.
func (c Config) Validate() error {
	return errors.Join(c.Declare().Check(), c.validateControlAddr(), c.validateControlToken(), c.validateClock())
}

func address(value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%q is not host:port; hint: :8080 listens on all addresses, 127.0.0.1:8080 only on this machine", value)
	}
	return nil
}

// optional lets a setting be empty.
func optional(check func(string) error) func(string) error {
	return func(value string) error {
		if value == "" {
			return nil
		}
		return check(value)
	}
}

func (c Config) validateControlAddr() error {
	_, port, err := net.SplitHostPort(c.ControlAddr)
	if err != nil || port == "0" || c.ControlAddr != c.Addr {
		return nil
	}
	return fmt.Errorf("control-addr: %q is what addr says already; hint: leave it out to share the address, or take another port", c.ControlAddr)
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

func checkUndo(n int) error {
	if n < 0 {
		return fmt.Errorf("%d is below zero; hint: 0 keeps none", n)
	}
	return nil
}

func checkHosts(names []string) error {
	_, err := control.ParseHosts(names)
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

func checkScale(scale float64) error {
	if scale > 0 && scale <= clock.MaxScale {
		return nil
	}
	return fmt.Errorf("%v is not above 0 and at most %d; hint: 60 makes a minute of every second", scale, clock.MaxScale)
}

func (c Config) validateClock() error {
	if !c.Now.IsZero() && c.Clock == clock.Real {
		return errors.New("now: the real clock shows the real time; hint: set clock to manual or scaled as well")
	}
	return nil
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

// liability is an amount and a currency.
var liability = regexp.MustCompile(`^([0-9.]+) ?([A-Z]{3})$`)

func checkGuarantee(text string) error {
	_, err := defaultGuarantee(text)
	return err
}

// defaultGuarantee reads an amount with its currency behind it.
func defaultGuarantee(text string) (guarantee.Default, error) {
	parts := liability.FindStringSubmatch(text)
	if parts == nil {
		return guarantee.Default{}, fmt.Errorf("%q is not an amount with its currency; hint: write it as %s%s", text, guarantee.Standard.Amount, guarantee.Standard.Currency)
	}
	return guarantee.NewDefault(parts[1], parts[2])
}

// durable reports whether the store waits for the disk.
func (c Config) durable() bool {
	if c.Durability == "" {
		return c.Data != ""
	}
	return c.Durability == DurabilitySync
}
