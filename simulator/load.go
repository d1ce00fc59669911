package simulator

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"nctsim/simulator/office"
	"nctsim/simulator/spelling"
	"nctsim/simulator/yamlform"
)

// EnvPrefix starts the name of every environment variable of ours.
const EnvPrefix = "NCTSIM_"

// DefaultFile is read when it is there and no other file is named.
const DefaultFile = "nctsim.yaml"

// configFlag names the settings file itself; it cannot stand in the file.
const configFlag = "config"

// Variable is the environment twin of a flag: time-scale and NCTSIM_TIME_SCALE.
func Variable(flag string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// AddFlags declares one flag per setting, bound to the fields of c, whose present values become the defaults. The flag
// set is also what reads the file and the environment (see [Config.Load]), so that a value means the same wherever it
// stands.
func (c *Config) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&c.Addr, "addr", c.Addr, "`HOST:PORT` of the simulated APIs; port 0 takes a free one")
	flags.StringVar(&c.ControlAddr, "control-addr", c.ControlAddr, "`HOST:PORT` for the control API and health checks alone; empty: they share --addr")
	flags.StringVar(&c.ControlToken, "control-token", c.ControlToken, "bearer `TOKEN` that control calls must carry; empty: none")
	flags.StringVar(&c.ControlTokenFile, "control-token-file", c.ControlTokenFile, "`FILE` that holds that token instead, out of sight of the list of processes")
	flags.StringSliceVar(&c.AllowedHosts, "allowed-hosts", c.AllowedHosts, "`LIST` of names, as nctsim or *.example.org, under which the control API, health checks and metrics answer besides localhost and IP addresses; * is any")
	flags.StringVar(&c.PublicURL, "public-url", c.PublicURL, "`URL` of the simulated APIs as clients know it, as http://nctsim:8080, for the forms of large messages; empty: the address under which a client calls")
	flags.StringVar(&c.Data, "data", c.Data, "`DIR` of the store file; empty: a temporary store")
	flags.StringVar(&c.Durability, "durability", c.Durability, "`WHEN` a message counts as stored: sync on the disk, os with the operating system; empty: sync with --data, else os")
	flags.StringVar(&c.Profile, "profile", c.Profile, "office profile: timers and automatic decisions; `NAME` is "+either(office.Profiles))
	flags.StringVar((*string)(&c.Clock), "clock", string(c.Clock), "`MODE` of the clock: real, scaled or manual")
	flags.Float64Var(&c.TimeScale, "time-scale", c.TimeScale, "speed of a scaled clock: `N` simulated seconds per second")
	flags.Var((*timeValue)(&c.Now), "now", "`TIME` at which a manual or scaled clock starts, as 2026-03-02T09:15:00Z; empty: now")
	flags.Uint64Var(&c.Seed, "seed", c.Seed, "`N` from which ids, MRNs and all that looks random is derived")
	flags.StringVar(&c.Mode, "mode", c.Mode, "`MODE` of the business rules of phase 5: final, or transition for those of before 21 January 2025")
	flags.StringVar(&c.Rules, "rules", c.Rules, "`MODE` of the business rules: on, or off to take whatever the schema accepts")
	flags.StringSliceVar(&c.RulesOn, "rules-on", c.RulesOn, "`LIST` of rules, assertions or code lists to enforce that usually are not")
	flags.StringSliceVar(&c.RulesOff, "rules-off", c.RulesOff, "`LIST` of rules, assertions or code lists not to enforce, as R0855,CL231")
	flags.StringVar(&c.Registry, "registry", c.Registry, "`MODE` of the registered data: lenient accepts well-formed parties and guarantees that are not in it, strict does not")
	flags.StringVar(&c.RegistryFile, "registry-file", c.RegistryFile, "`FILE` of parties, authorisations, guarantees and places to register besides HMRC's test data")
	flags.StringVar(&c.CodeLists, "code-lists", c.CodeLists, "`DIR` of files that replace code lists, as CL231-types.tsv")
	flags.StringVar(&c.GuaranteeBalance, "guarantee-balance", c.GuaranteeBalance, "`MODE` of the balances of guarantees: moving with releases and write-offs, or frozen as they are registered")
	flags.DurationVar(&c.BalanceDelay, "balance-delay", c.BalanceDelay, "`DURATION` until the guarantee system answers the balance API 1.0; over 15s gives 202")
	flags.StringVar(&c.BalanceAPI, "balance-api", c.BalanceAPI, "`MODE` of the balance API 1.0: on, sync with 504 in place of 202, or gone with 410, as since July 2024")
	flags.StringSliceVar(&c.BalanceFaults, "balance-faults", c.BalanceFaults, "`LIST` of GRNs about which the guarantee system fails (IE917): the balance APIs answer 500")
	flags.StringVar(&c.BalanceLock, "balance-lock", c.BalanceLock, "`MODE` of repeated balance enquiries: on answers a second one within 60s with 429, off does not")
	flags.StringVar(&c.Scenarios, "scenarios", c.Scenarios, "`DIR` of scenario files beside the built-in ones; changes are read while serving")
	flags.StringSliceVar(&c.APIVersions, "api-versions", c.APIVersions, "`LIST` of the API versions that answer; the others give 404")
	flags.StringVar(&c.Platform, "platform", c.Platform, "simulate HMRC's API gateway (401, 403, 404, 429); `MODE` is on, or off for the services alone")
	flags.StringVar(&c.Auth, "auth", c.Auth, "`MODE` of the tokens: lenient takes any bearer token, strict only EORIs and those in --tokens")
	flags.StringVar(&c.EORI, "eori", c.EORI, "`EORI` that bearer tokens stand for when nothing says otherwise")
	flags.StringVar(&c.Tokens, "tokens", c.Tokens, "`FILE` of lines \"TOKEN EORI\" that say what fixed tokens stand for; legacy or legacy-refused behind it is an old enrolment in API 1.0, client=ID the application that holds the token")
	flags.StringVar(&c.Applications, "applications", c.Applications, "`FILE` of applications and test users for OAuth; strict --auth knows no others")
	flags.StringVar(&c.OAuth, "oauth", c.OAuth, "`MODE` of authority: ask lets a person sign in and grant it, auto grants it at once for --eori")
	flags.DurationVar(&c.TokenLifetime, "token-lifetime", c.TokenLifetime, "`DURATION` for which an access token is good, on the simulator's clock")
	flags.StringVar(&c.LRNPattern, "lrn-pattern", c.LRNPattern, "`REGEXP` that the LRN of a declaration has to match; empty: any will do, as at HMRC")
	flags.StringVar(&c.ContentType, "content-type", c.ContentType, "`MODE` of the Content-Type: strict takes what HMRC takes, lenient also text/xml, application/…+xml and any parameters")
	flags.StringVar(&c.TestSupport, "test-support", c.TestSupport, "`MODE` of Test Support messages: coherent with their movement, or random as at HMRC")
	flags.IntVar(&c.RateLimit, "rate-limit", c.RateLimit, "requests per second, `N`, before an application gets 429; 0: no limit; HMRC's is 3")
	flags.DurationVar(&c.Retention, "retention", c.Retention, "`DURATION` for which a movement is kept after its last change")
	flags.StringVar(&c.Boxes, "boxes", c.Boxes, "`MODE` of the boxes for notifications: all for every client from the start, as at HMRC, or explicit for clients that were given one")
	flags.StringSliceVar(&c.Callbacks, "callbacks", c.Callbacks, "`LIST` of where notifications may be sent: loopback for this machine, and beginnings of URLs as https://example.org/hooks")
	flags.StringVar(&c.CallbackCA, "callback-ca", c.CallbackCA, "`FILE` of certificates (PEM) that https callbacks may be signed by, besides those that everybody knows")
	flags.StringVar(&c.CurrentAPI, "current-api", c.CurrentAPI, "`MODE` of API 2.1: on, closing for no new movements, or gone for 410 to everything")
	flags.StringVar(&c.LegacyAPI, "legacy-api", c.LegacyAPI, "`MODE` of API 1.0: on, closing for no new movements, or gone for 410 to everything as since September 2024")
	flags.DurationVar(&c.LegacyRetention, "legacy-retention", c.LegacyRetention, "`DURATION` for which a movement of API 1.0 is kept after its last change")
	flags.StringVar(&c.LegacyStatus, "legacy-status", c.LegacyStatus, "`MODE` of movements in API 1.0: on shows their status, off does not, as since September 2021")
	flags.StringVar(&c.Transitions, "transitions", c.Transitions, "`MODE` of the order of messages in API 1.0: permissive takes any at any time, strict refuses what must not follow, as until September 2021")
	flags.StringVar(&c.DefaultGuarantee, "default-guarantee", c.DefaultGuarantee, "`AMOUNT` and currency that API 1.0 gives to guarantees without one")
	flags.StringVar(&c.LogFormat, "log-format", c.LogFormat, "`FORMAT` of the log on stderr: text or json")
	flags.StringVar(&c.LogLevel, "log-level", c.LogLevel, "least `LEVEL` to be logged: debug, info, warn or error")
	flags.String(configFlag, "", "`FILE` of settings; empty: "+DefaultFile+" if it is there")
}

// either lists words as a sentence does.
func either(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Load completes c with what the command line left open: settings from the environment, then from the settings file;
// what stands in neither keeps its default. flags must be those that AddFlags bound to c, with the command line parsed.
// environ is a list of NAME=value as from os.Environ; readFile is os.ReadFile or a stand-in. The result is validated.
//
// Every mistake is reported with its place: the variable, or file:line:column. A key that is not a setting is a mistake;
// a variable that is not one is left alone, since container platforms set NCTSIM_… variables of their own.
func (c *Config) Load(flags *pflag.FlagSet, environ []string, readFile func(string) ([]byte, error)) error {
	open := openFlags(flags)
	if err := loadEnvironment(flags, open, environ); err != nil {
		return err
	}
	path, err := flags.GetString(configFlag)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	if err := loadFile(flags, openFlags(flags), path, readFile); err != nil {
		return err
	}
	return c.Validate()
}

// openFlags are the flags that nobody has set so far.
func openFlags(flags *pflag.FlagSet) (open []string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Changed && f.Name != "help" {
			open = append(open, f.Name)
		}
	})
	return open
}

func loadEnvironment(flags *pflag.FlagSet, open, environ []string) error {
	var errs []error
	for _, name := range open {
		value, ok := lookup(environ, Variable(name))
		if !ok || value == "" {
			continue
		}
		if err := flags.Set(name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", Variable(name), plain(err)))
		}
	}
	return errors.Join(errs...)
}

// lookup finds a variable; as for a process, the last one of a name counts.
func lookup(environ []string, name string) (string, bool) {
	for _, pair := range slices.Backward(environ) {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// platformVariable matches what Kubernetes and Docker set for a service or container whose name begins with nctsim.
var platformVariable = regexp.MustCompile(`^(.*_)?(SERVICE_HOST|SERVICE_PORT|PORT)(_.*)?$`)

// MisspeltVariables are the variables of environ that are not those of a setting but look as if they were meant to be: by
// name, the variable that may have been meant. flags are those of [Config.AddFlags]. Load ignores them.
func MisspeltVariables(flags *pflag.FlagSet, environ []string) map[string]string {
	known := []string{"url"} // the other commands read it
	flags.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	meant := map[string]string{}
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		rest, ours := strings.CutPrefix(name, EnvPrefix)
		if !ours || platformVariable.MatchString(rest) {
			continue
		}
		if near := spelling.Nearest(rest, known); near != "" && Variable(near) != name {
			meant[name] = Variable(near)
		}
	}
	return meant
}

func loadFile(flags *pflag.FlagSet, open []string, path string, readFile func(string) ([]byte, error)) error {
	named := path != ""
	if !named {
		path = DefaultFile
	}
	data, err := readFile(path)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	file, root := yamlform.Parse(path, data, settingsFormat)
	if root != nil {
		file.Check(root, settingsShape(flags), "the file")
	}
	for _, e := range root.Table() {
		if e.Value.Text == "" || !slices.Contains(open, e.Key.Text) {
			continue // without a value, or set by something stronger
		}
		if err := flags.Set(e.Key.Text, e.Value.Text); err != nil {
			file.Wrong(e.Value, e.Key.Text, plain(err))
		}
	}
	return file.Err()
}

// settingsFormat is what a file of settings is; it may be empty.
var settingsFormat = yamlform.Format{Noun: "set of settings", MaxBytes: 64 << 10, NotXML: oneSetting}

const oneSetting = "write one `name: value` per line, as in `profile: trader-test`"

// SettingsSchema is the form of a file of settings as a JSON Schema (draft 7), for editors. What a value must be the program
// says.
func SettingsSchema() []byte {
	config, flags := Default(), pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.AddFlags(flags)
	return yamlform.JSONSchema("nctsim settings", settingsShape(flags))
}

// settingsShape is what can stand in a file of settings: the flags, with their usage texts.
func settingsShape(flags *pflag.FlagSet) *yamlform.Shape {
	s := &yamlform.Shape{Kind: yamlform.Group, Noun: "setting", Optional: true, Wants: oneSetting, Doc: "Settings of nctsim serve."}
	var known []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != configFlag && f.Name != "help" {
			_, usage := pflag.UnquoteUsage(f)
			s.Fields = append(s.Fields, yamlform.Field{Key: f.Name, Doc: usage, Shape: &yamlform.Shape{Kind: yamlform.Value, Optional: true}})
			known = append(known, f.Name)
		}
	})
	s.Explain = func(key string) string {
		switch {
		case key == configFlag:
			return "a file of settings cannot name another; leave the line out"
		case spelling.Nearest(key, known) == "":
			return "nctsim serve --help lists the settings"
		}
		return ""
	}
	return s
}

// plain takes pflag's own wrapping off, which speaks of flags where there is none.
func plain(err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return fmt.Errorf("%q is not valid: %w", invalid.GetValue(), errors.Unwrap(invalid))
	}
	return err
}

// timeValue is a flag that takes an RFC 3339 time.
type timeValue time.Time

// Set reads the time.
func (t *timeValue) Set(s string) error {
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return errors.New("not a time as 2026-03-02T09:15:00Z")
	}
	*t = timeValue(v.UTC())
	return nil
}

// String writes the time as Set reads it, nothing for the zero time.
func (t *timeValue) String() string {
	if time.Time(*t).IsZero() {
		return ""
	}
	return time.Time(*t).Format(time.RFC3339Nano)
}

// Type is the word for the value in usage texts.
func (t *timeValue) Type() string { return "time" }
