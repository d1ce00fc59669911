package simulator_test

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/pflag"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/setting"
)

// load reads a configuration from arguments, environment and files by name.
func load(args, environ []string, files map[string]string) (simulator.Config, error) {
	config := simulator.Default()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		return config, err
	}
	err := config.Load(flags, environ, func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return []byte(text), nil
	})
	return config, err
}

// changed is the default configuration after a change.
func changed(change func(*simulator.Config)) simulator.Config {
	c := simulator.Default()
	change(&c)
	return c
}

var _ = Describe("The configuration", func() {
	DescribeTable("comes from the strongest place that names a setting:",
		func(args, environ []string, file string, expected simulator.Config) {
			files := map[string]string{}
			if file != "" {
				files["nctsim.yaml"] = file
			}
			got, err := load(args, environ, files)
			Expect(err).NotTo(HaveOccurred())
			Expect(got).To(Equal(expected))
		},
		Entry("the defaults need nothing", nil, nil, "", simulator.Default()),
		Entry("the file changes a default", nil, nil, "profile: silent\n",
			changed(func(c *simulator.Config) { c.Profile = "silent" })),
		Entry("the environment is stronger than the file", nil, []string{"NCTSIM_PROFILE=instant"}, "profile: silent\nseed: 7\n",
			changed(func(c *simulator.Config) { c.Profile, c.Seed = "instant", 7 })),
		Entry("a flag is stronger than both", []string{"--profile", "trader-test"}, []string{"NCTSIM_PROFILE=instant"}, "profile: silent\n",
			changed(func(c *simulator.Config) { c.Profile = "trader-test" })),
		Entry("a flag that repeats the default still wins", []string{"--profile=fast"}, []string{"NCTSIM_PROFILE=instant"}, "",
			simulator.Default()),
		Entry("dashes become underscores in a variable", nil, []string{"NCTSIM_TEST_SUPPORT=random", "NCTSIM_CONTROL_ADDR=127.0.0.1:9"}, "",
			changed(func(c *simulator.Config) { c.TestSupport, c.ControlAddr = "random", "127.0.0.1:9" })),
		Entry("an empty variable says nothing", nil, []string{"NCTSIM_ADDR="}, "", simulator.Default()),
		Entry("the last of two equal variables counts", nil, []string{"NCTSIM_SEED=1", "NCTSIM_SEED=2"}, "",
			changed(func(c *simulator.Config) { c.Seed = 2 })),
		Entry("foreign variables are left alone", nil, []string{"NCTSIM_SERVICE_HOST=10.0.0.1", "HOME=/root"}, "", simulator.Default()),
		Entry("times, numbers and durations are read alike everywhere",
			[]string{"--now", "2026-03-02T10:15:00+01:00"}, []string{"NCTSIM_CLOCK=manual", "NCTSIM_RATE_LIMIT=3"}, "retention: 24h\ntime-scale: 2.5\n",
			changed(func(c *simulator.Config) {
				c.Now = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
				c.Clock, c.RateLimit, c.Retention, c.TimeScale = clock.Manual, 3, 24*time.Hour, 2.5
			})),
		Entry("the file may quote, comment and leave values empty", nil, nil, "# ours\naddr: \":9090\" # here\ncontrol-token: 'a b'\neori:\n",
			changed(func(c *simulator.Config) { c.Addr, c.ControlToken = ":9090", "a b" })),
		Entry("a time in the file needs no quotes", nil, nil, "clock: manual\nnow: 2026-03-02T09:15:00Z\n",
			changed(func(c *simulator.Config) {
				c.Clock, c.Now = clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
			})),
		Entry("a file of comments is a file without settings", nil, nil, "# nothing yet\n", simulator.Default()),
	)

	It("reads another file when one is named, by flag or variable", func() {
		files := map[string]string{"nctsim.yaml": "seed: 1\n", "ours.yaml": "seed: 5\n"}
		byFlag, err := load([]string{"--config", "ours.yaml"}, nil, files)
		Expect(err).NotTo(HaveOccurred())
		byVariable, err := load(nil, []string{"NCTSIM_CONFIG=ours.yaml"}, files)
		Expect(err).NotTo(HaveOccurred())
		Expect([]uint64{byFlag.Seed, byVariable.Seed}).To(Equal([]uint64{5, 5}))
	})

	DescribeTable("says what is wrong, where, and what would be right:",
		func(args, environ []string, file string, expected string) {
			files := map[string]string{}
			if file != "" {
				files["nctsim.yaml"] = file
			}
			_, err := load(args, environ, files)
			Expect(err).To(MatchError(expected))
		},
		Entry("a key that is not a setting", nil, nil, "seed: 1\nprofil: fast\n",
			"nctsim.yaml:2:1: there is no setting profil; hint: did you mean profile\n  profil: fast\n  ^"),
		Entry("a key spelt another way", nil, nil, "timeScale: 2\n",
			"nctsim.yaml:1:1: there is no setting timeScale; hint: did you mean time-scale\n  timeScale: 2\n  ^"),
		Entry("a value of the wrong kind in the file", nil, nil, "\nseed: many\n",
			"nctsim.yaml:2:7: seed: \"many\" is not valid: strconv.ParseUint: parsing \"many\": invalid syntax\n  seed: many\n        ^"),
		Entry("several values for one setting", nil, nil, "profile: [fast, silent]\n",
			"nctsim.yaml:1:10: profile is a list here; it takes a single value\n  profile: [fast, silent]\n           ^"),
		Entry("a list instead of settings", nil, nil, "- profile\n",
			"nctsim.yaml:1:1: the file is a list here; it takes a group of keys; hint: write one `name: value` per line, as in `profile: trader-test`\n  - profile\n  ^"),
		Entry("a second document", nil, nil, "seed: 1\n---\nseed: 2\n",
			"nctsim.yaml:3:1: one file holds one set of settings; hint: put every set of settings into a file of its own\n  seed: 2\n  ^"),
		Entry("a key like none", nil, nil, "xyzzy: 1\n",
			"nctsim.yaml:1:1: there is no setting xyzzy; hint: nctsim serve --help lists the settings\n  xyzzy: 1\n  ^"),
		Entry("the file's own name in the file", nil, nil, "config: other.yaml\n",
			"nctsim.yaml:1:1: there is no setting config; hint: a file of settings cannot name another; leave the line out\n  config: other.yaml\n  ^"),
		Entry("a named file that is not there", []string{"--config", "none.yaml"}, nil, "",
			"read settings: open none.yaml: file does not exist"),
		Entry("a variable of the wrong kind", nil, []string{"NCTSIM_NOW=yesterday"}, "",
			"NCTSIM_NOW: \"yesterday\" is not valid: not a time as 2026-03-02T09:15:00Z"),
		Entry("an unknown profile", []string{"--profile", "slow"}, nil, "",
			"profile: \"slow\" is unknown; hint: choose one of fast, instant, trader-test, production, silent"),
		Entry("an address without a port", []string{"--addr", "localhost"}, nil, "",
			"addr: \"localhost\" is not host:port; hint: :8080 listens on all addresses, 127.0.0.1:8080 only on this machine"),
		Entry("one address for both", []string{"--addr", ":8080", "--control-addr", ":8080"}, nil, "",
			"control-addr: \":8080\" is what addr says already; hint: leave it out to share the address, or take another port"),
		Entry("a public URL that leads nowhere", []string{"--public-url", "nctsim:8080"}, nil, "",
			"public-url: \"nctsim:8080\" is not the URL of a server; hint: http://nctsim:8080, without a query"),
		Entry("a scale that stops the clock", []string{"--clock", "scaled", "--time-scale", "0"}, nil, "",
			"time-scale: 0 is not above 0 and at most 1000000; hint: 60 makes a minute of every second"),
		Entry("a start for the real clock", []string{"--now", "2026-03-02T09:15:00Z"}, nil, "",
			"now: the real clock shows the real time; hint: set clock to manual or scaled as well"),
		Entry("something that is not an EORI", []string{"--eori", "GB1"}, nil, "",
			"eori: \"GB1\" is not a UK EORI; hint: GB or XI and 12 to 15 digits"),
		Entry("a negative limit", []string{"--rate-limit", "-1"}, nil, "",
			"rate-limit: -1 is below zero; hint: 0 means no limit"),
		Entry("no retention", []string{"--retention", "0s"}, nil, "",
			"retention: 0s would forget movements at once; hint: 1440h is 60 days"),
		Entry("no retention of API 1.0", []string{"--phase4-retention", "0s"}, nil, "",
			"phase4-retention: 0s would forget movements at once; hint: 672h is 28 days"),
		Entry("an unknown version", nil, nil, "api-versions: 1.0,2.0\n",
			"api-versions: \"2.0\" is unknown; hint: choose from 1.0, 2.1 and 3.0, as in 2.1,3.0"),
		Entry("an unknown state of API 1.0", nil, []string{"NCTSIM_PHASE4_API=off"}, "",
			"phase4-api: \"off\" is unknown; hint: choose one of on, closing, gone"),
		Entry("a status neither on nor off", []string{"--phase4-status", "x"}, nil, "",
			"phase4-status: \"x\" is unknown; hint: choose one of on, off"),
		Entry("an unknown strictness", []string{"--transitions", "x"}, nil, "",
			"transitions: \"x\" is unknown; hint: choose one of permissive, strict"),
		Entry("a default guarantee without a currency", []string{"--default-guarantee", "10000.00"}, nil, "",
			"default-guarantee: \"10000.00\" is not an amount with its currency; hint: write it as 10000.00EUR"),
		Entry("a default guarantee of nothing", []string{"--default-guarantee", "0.00EUR"}, nil, "",
			"default-guarantee: default liability: \"0.00\" is not an amount; hint: it is more than 0, with two decimals and at most 18 characters, as in 10000.00"),
	)

	It("says where each value comes from", func() {
		config, flags := simulator.Default(), pflag.NewFlagSet("serve", pflag.ContinueOnError)
		config.AddFlags(flags)
		folder := GinkgoT().TempDir()
		Expect(os.Mkdir(filepath.Join(folder, "scenarios"), 0o755)).To(Succeed())
		Expect(flags.Parse([]string{"--seed", "3", "--config-dir", folder, "--current-api", "closing"})).To(Succeed())
		Expect(config.Load(flags, []string{"NCTSIM_PROFILE=instant", "NCTSIM_LEGACY_API=gone"}, func(string) ([]byte, error) {
			return []byte("# ours\nrate-limit: 3\nprofile: silent\n"), nil
		})).To(Succeed())
		origins := setting.Origins(flags)
		Expect(origins).To(Equal(map[string]setting.Origin{
			"seed": {Source: setting.Flag, Place: "--seed"}, "config-dir": {Source: setting.Flag, Place: "--config-dir"},
			"phase5-api": {Source: setting.Flag, Place: "--current-api"}, "phase4-api": {Source: setting.Environment, Place: "NCTSIM_LEGACY_API"},
			"profile": {Source: setting.Environment, Place: "NCTSIM_PROFILE"}, "rate-limit": {Source: setting.File, Place: "nctsim.yaml:2"},
			"scenarios": {Source: setting.Folder, Place: filepath.Join(folder, "scenarios")},
		}))
		config.LogLevel = "debug"
		for _, s := range config.Declare().From(origins) {
			Expect(s.Group).NotTo(BeEmpty(), s.Name)
			switch given, known := origins[s.Name]; {
			case known:
				Expect(s.Origin).To(Equal(given))
			case s.Name == "log-level":
				Expect(s.Origin.Source).To(Equal(setting.Embedding))
				Expect(s.Default()).To(Equal("info"))
			default:
				Expect(s.Origin).To(Equal(setting.Origin{Source: setting.Standard}), s.Name)
				Expect(s.Value()).To(Equal(s.Default()), s.Name)
			}
		}
	})

	It("takes the old name of a setting for one more release, wherever it stands, and says so", func() {
		gone := changed(func(c *simulator.Config) { c.Phase4API = "gone" })
		for _, from := range []struct {
			args, environ []string
			file          string
		}{
			{args: []string{"--legacy-api", "gone"}, environ: []string{"NCTSIM_PHASE4_API=closing"}},
			{environ: []string{"NCTSIM_LEGACY_API=gone"}, file: "phase4-api: closing\n"},
			{file: "legacy-api: gone\n"},
			// The present name is stronger than the former one beside it.
			{environ: []string{"NCTSIM_LEGACY_API=closing", "NCTSIM_PHASE4_API=gone"}},
			{file: "phase4-api: gone\nlegacy-api: closing\n"},
			{file: "legacy-api: closing\nphase4-api: gone\n"},
		} {
			Expect(load(from.args, from.environ, map[string]string{"nctsim.yaml": from.file})).To(Equal(gone), "%v", from)
		}
		config, flags := simulator.Default(), pflag.NewFlagSet("serve", pflag.ContinueOnError)
		config.AddFlags(flags)
		Expect(flags.Parse([]string{"--current-api", "closing", "--phase4-status", "off"})).To(Succeed())
		Expect(simulator.FormerNames(flags)).To(Equal(map[string]string{"current-api": "phase5-api"}))
	})

	It("takes the old name of a value for one more release, with a notice", func() {
		c, err := load([]string{"--boxes", "made"}, nil, nil)
		Expect(err).NotTo(HaveOccurred())
		var log strings.Builder
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
		_, err = simulator.New(c)
		Expect(err).NotTo(HaveOccurred())
		Expect(log.String()).To(And(ContainSubstring("level=WARN"), ContainSubstring("setting=boxes old=made new=explicit")))

		log.Reset()
		c.Boxes = simulator.BoxesExplicit
		_, err = simulator.New(c)
		Expect(err).NotTo(HaveOccurred())
		Expect(log.String()).To(BeEmpty())
	})

	It("reports all mistakes of a file at once", func() {
		_, err := load(nil, nil, map[string]string{"nctsim.yaml": "sed: 1\nlevel: debug\nrate-limit: x\n"})
		Expect(strings.Count(err.Error(), "there is no setting")).To(Equal(2))
		Expect(err).To(MatchError(ContainSubstring("nctsim.yaml:3:13: rate-limit: ")))
	})

	It("says where YAML itself is broken", func() {
		_, err := load(nil, nil, map[string]string{"nctsim.yaml": "seed: 1\n  addr: {\n"})
		Expect(err).To(MatchError("nctsim.yaml:1:7: mapping value is not allowed in this context\n  seed: 1\n        ^"))
	})

	DescribeTable("names what is broken in any file, and never fails otherwise:", func(file string) {
		_, err := load(nil, nil, map[string]string{"nctsim.yaml": file})
		Expect(err).To(MatchError(ContainSubstring("nctsim.yaml")))
	},
		Entry("an open quote", "seed: \"1\n"),
		Entry("a scalar", "seed"),
		Entry("a tab for a space", "seed:\n\t- 1\n"),
		Entry("an alias of nothing", "seed: *nothing\n"),
		Entry("bytes", "\x00\x01\x02"),
	)

	It("takes the same key only once", func() {
		_, err := load(nil, nil, map[string]string{"nctsim.yaml": "seed: 1\nseed: 2\n"})
		Expect(err).To(MatchError(ContainSubstring("nctsim.yaml:2:1")))
	})

	It("finds variables that were meant to be settings, and leaves those of others alone", func() {
		config, flags := simulator.Default(), pflag.NewFlagSet("serve", pflag.ContinueOnError)
		config.AddFlags(flags)
		Expect(simulator.MisspeltVariables(flags, []string{
			"NCTSIM_PROFIL=instant", "NCTSIM_DATA_DIR=/data", "NCTSIM_TIMESCALE=5", "NCTSIM_CONTROL_TOKN=secret",
			"NCTSIM_PROFILE=fast", "NCTSIM_URL=http://localhost:8080", "NCTSIM_VERSION=1", "NCTSIM_NAME=/web/nctsim", "PROFIL=x",
			"NCTSIM_SERVICE_HOST=10.0.0.1", "NCTSIM_SERVICE_PORT_HTTP=8080", "NCTSIM_PORT=tcp://10.0.0.1:8080",
			"NCTSIM_PORT_8080_TCP_ADDR=10.0.0.1", "NCTSIM_DATA_SERVICE_HOST=10.0.0.1",
		})).To(Equal(map[string]string{
			"NCTSIM_PROFIL": "NCTSIM_PROFILE", "NCTSIM_DATA_DIR": "NCTSIM_DATA",
			"NCTSIM_TIMESCALE": "NCTSIM_TIME_SCALE", "NCTSIM_CONTROL_TOKN": "NCTSIM_CONTROL_TOKEN",
		}))
	})

	It("gives every flag a variable and a usage text", func() {
		config := simulator.Default()
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		config.AddFlags(flags)
		flags.VisitAll(func(f *pflag.Flag) {
			Expect(simulator.Variable(f.Name)).To(MatchRegexp(`^NCTSIM_[A-Z0-9_]+$`))
			Expect(f.Usage).To(ContainSubstring("`"), f.Name)
		})
	})
})
