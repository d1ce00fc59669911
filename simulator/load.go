package simulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"nctsim/simulator/setting"
	"nctsim/simulator/spelling"
	"nctsim/simulator/yamlform"
)

// EnvPrefix starts the name of every environment variable of ours.
const EnvPrefix = "NCTSIM_"

// DefaultFile is read when it is there and no other file is named: in the working directory, or else in the folder of
// the machine.
const DefaultFile = "nctsim.yaml"

// MachineFolder is where a container finds what was mounted for it, unless --config-dir names another folder.
const MachineFolder = "/etc/nctsim"

// configFlag names the settings file itself, folderFlag the folder of the machine; they cannot stand in the file.
const (
	configFlag = "config"
	folderFlag = "config-dir"
)

// folderHolds is what a folder of the machine may hold, beside the file of settings, by the setting that it is used for.
var folderHolds = map[string]string{
	"scenarios": "scenarios", "registry-file": "registry.yaml", "applications": "applications.yaml", "code-lists": "code-lists",
}

// Variable is the environment twin of a flag: time-scale and NCTSIM_TIME_SCALE.
func Variable(flag string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// AddFlags declares one flag per setting, bound to the fields of c, whose present values become the defaults. The flag
// set is also what reads the file and the environment (see [Config.Load]), so that a value means the same wherever it
// stands.
func (c *Config) AddFlags(flags *pflag.FlagSet) {
	c.Declare().AddFlags(flags)
	flags.String(configFlag, "", "`FILE` of settings; empty: "+DefaultFile+" if it is there, or in --config-dir")
	flags.String(folderFlag, MachineFolder, "`DIR` of which "+DefaultFile+", scenarios, registry.yaml, applications.yaml and code-lists are used where nothing else is named")
}

// Load completes c with what the command line left open: settings from the environment, then from the settings file, then
// the files that lie in the folder of the machine; what stands in none of them keeps its default. flags must be those that AddFlags bound to c, with the command line parsed.
// environ is a list of NAME=value as from os.Environ; readFile is os.ReadFile or a stand-in. The result is validated.
//
// Every mistake is reported with its place: the variable, or file:line:column. A key that is not a setting is a mistake;
// a variable that is not one is left alone, since container platforms set NCTSIM_… variables of their own.
func (c *Config) Load(flags *pflag.FlagSet, environ []string, readFile func(string) ([]byte, error)) error {
	if err := loadEnvironment(flags, openFlags(flags), environ); err != nil {
		return err
	}
	path, err := flags.GetString(configFlag)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	folder, err := flags.GetString(folderFlag)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	if err := loadFile(flags, openFlags(flags), path, folder, readFile); err != nil {
		return err
	}
	if err := loadFolder(flags, openFlags(flags), folder); err != nil {
		return err
	}
	return c.Validate()
}

// loadFolder uses what lies in the folder of the machine.
func loadFolder(flags *pflag.FlagSet, open []string, folder string) error {
	var errs []error
	for name, entry := range folderHolds {
		path := filepath.Join(folder, entry)
		if folder == "" || !slices.Contains(open, name) {
			continue
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		errs = append(errs, setting.SetFrom(flags, name, path, setting.Origin{Source: setting.Folder, Place: path}))
	}
	return errors.Join(errs...)
}

// openFlags are the flags that nobody has set so far, those with former names of settings behind the others.
func openFlags(flags *pflag.FlagSet) (open []string) {
	for _, now := range FormerNames(flags) {
		flags.Lookup(now).Changed = true
	}
	var former []string
	flags.VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Changed || f.Name == "help" || isSettled(flags, f.Name):
		case setting.PresentName(f) != "":
			former = append(former, f.Name)
		default:
			open = append(open, f.Name)
		}
	})
	return append(open, former...)
}

// FormerNames are the former names of settings that were used, with the present ones. flags are those of [Config.AddFlags].
func FormerNames(flags *pflag.FlagSet) map[string]string {
	used := map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if now := setting.PresentName(f); now != "" && f.Changed {
			used[f.Name] = now
		}
	})
	return used
}

// isSettled reports whether a name is the former one of a setting that has been set under its present one.
func isSettled(flags *pflag.FlagSet, name string) bool {
	now := setting.PresentName(flags.Lookup(name))
	return now != "" && flags.Lookup(now).Changed
}

func loadEnvironment(flags *pflag.FlagSet, open, environ []string) error {
	var errs []error
	for _, name := range open {
		value, ok := lookup(environ, Variable(name))
		if !ok || value == "" || isSettled(flags, name) {
			continue
		}
		if err := setting.SetFrom(flags, name, value, setting.Origin{Source: setting.Environment, Place: Variable(name)}); err != nil {
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
	known := []string{"url", "workspace"} // the other commands read it
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

func loadFile(flags *pflag.FlagSet, open []string, path, folder string, readFile func(string) ([]byte, error)) error {
	named := path != ""
	if !named {
		path = DefaultFile
	}
	data, err := readFile(path)
	if !named && folder != "" && errors.Is(err, fs.ErrNotExist) {
		path = filepath.Join(folder, DefaultFile)
		data, err = readFile(path)
	}
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
		if e.Value.Text == "" || !slices.Contains(open, e.Key.Text) || isSettled(flags, e.Key.Text) {
			continue // without a value, or set by something stronger
		}
		from := setting.Origin{Source: setting.File, Place: fmt.Sprintf("%s:%d", path, e.Key.Line)}
		if err := setting.SetFrom(flags, e.Key.Text, e.Value.Text, from); err != nil {
			file.Wrong(e.Value, e.Key.Text, plain(err))
		}
	}
	return file.Err()
}

// settingsFormat is what a file of settings is; it may be empty.
var settingsFormat = yamlform.Format{Noun: "set of settings", MaxBytes: 64 << 10, NotXML: oneSetting}

const oneSetting = "write one `name: value` per line, as in `profile: trader-test`"

// settingsShape is what can stand in a file of settings: the flags, with their usage texts.
func settingsShape(flags *pflag.FlagSet) *yamlform.Shape {
	s := &yamlform.Shape{Kind: yamlform.Group, Noun: "setting", Optional: true, Wants: oneSetting, Doc: "Settings of nctsim serve."}
	var known []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != configFlag && f.Name != folderFlag && f.Name != "help" {
			_, usage := pflag.UnquoteUsage(f)
			s.Fields = append(s.Fields, yamlform.Field{Key: f.Name, Doc: usage, Shape: &yamlform.Shape{Kind: yamlform.Value, Optional: true}})
			known = append(known, f.Name)
		}
	})
	s.Explain = func(key string) string {
		switch {
		case key == configFlag || key == folderFlag:
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
