// Package setting is how a setting of the simulator is declared: a field of the struct Settings of the package that uses it,
// and one row in that package's Declare, which says its name, its default, its meaning and what it may be. Flags, variables,
// the file of settings, their documentation and what the control API shows of them all follow from the row.
package setting

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Values of settings that switch something on or off.
const (
	On  = "on"
	Off = "off"
)

// Setting is one row, bound to the field that holds its value.
type Setting struct {
	// Name is that of the flag and of the key in a file: "rate-limit".
	Name string
	// Meaning is its usage text. The word in backquotes stands for the value.
	Meaning string
	// Secret settings are shown to nobody.
	Secret bool
	// Group is what it is about, one of the groups of this package: settings of a group are shown together.
	Group string
	// Origin is where the value comes from, as far as it is known.
	Origin Origin

	standard func()
	check    func() error
	flag     func(*pflag.FlagSet)
	// copied declares the flag with a copy of the field in its place: what is shown is not written to, which others may read.
	copied func(*pflag.FlagSet)
	// unset declares the flag with the default in its place.
	unset func(*pflag.FlagSet)
	// former is the name before the present one; "" if there is none any more.
	former string
	// renamed puts the present word in the place of a former one, and says both; "" if there is nothing to rename.
	renamed func() (old, now string)
}

// Groups of settings, by what they are about.
const (
	Access        = "Addresses and access"
	Storage       = "What is kept"
	Offices       = "Offices and clock"
	Data          = "Rules, registered data and scenarios"
	Clients       = "Clients and their tokens"
	APIs          = "Simulated APIs"
	Guarantees    = "Guarantees"
	Notifications = "Notifications"
	Program       = "Program and log"
)

// In says what the settings of a list are about.
func (l List) In(group string) List {
	for i := range l {
		l[i].Group = group
	}
	return l
}

// Source is a kind of place that a value comes from.
type Source string

// Sources, from the strongest to the weakest; Embedding is the program that a simulator is part of.
const (
	Flag        Source = "flag"
	Environment Source = "variable"
	File        Source = "file"
	Folder      Source = "folder"
	Embedding   Source = "program"
	Standard    Source = "default"
)

// Origin is where a value comes from.
type Origin struct {
	Source Source
	// Place names the flag, the variable, the file with its line, or what lies in the folder: "--seed", "nctsim.yaml:3".
	Place string
}

// originOf is the annotation of a flag that was set from elsewhere than the command line.
const originOf = "nctsim: origin"

// SetFrom sets a flag to a value that stands somewhere else than on the command line. The error is the flag's.
func SetFrom(flags *pflag.FlagSet, name, value string, from Origin) error {
	if err := flags.Set(name, value); err != nil {
		return err
	}
	return flags.SetAnnotation(name, originOf, []string{string(from.Source), from.Place})
}

// Origins are where the values of those settings come from that were given anywhere, by their names. flags are those of
// [List.AddFlags].
func Origins(flags *pflag.FlagSet) map[string]Origin {
	origins := map[string]Origin{}
	given := func(name string, f *pflag.Flag) {
		if from, elsewhere := f.Annotations[originOf]; elsewhere {
			origins[name] = Origin{Source(from[0]), from[1]}
		} else if _, known := origins[name]; !known {
			origins[name] = Origin{Flag, "--" + f.Name}
		}
	}
	// Those with former names first: what was given under its former name counts as given under the present one, too.
	flags.VisitAll(func(f *pflag.Flag) {
		if now := PresentName(f); now != "" && f.Changed {
			given(now, f)
		}
	})
	flags.VisitAll(func(f *pflag.Flag) {
		if PresentName(f) == "" && f.Changed {
			given(f.Name, f)
		}
	})
	return origins
}

// From gives each setting the place that its value comes from: one of those given, or else its default or the program.
func (l List) From(origins map[string]Origin) List {
	for i, s := range l {
		given, known := origins[s.Name]
		switch {
		case known:
			l[i].Origin = given
		case s.Value() == s.Default():
			l[i].Origin = Origin{Source: Standard}
		default:
			l[i].Origin = Origin{Source: Embedding}
		}
	}
	return l
}

// List is what a package declares, in the order in which it is shown.
type List []Setting

func declare[T any](field *T, name string, standard T, meaning string, flag func(*pflag.FlagSet, *T, string, T, string), checks []func(T) error) Setting {
	return Setting{
		Name: name, Meaning: meaning,
		standard: func() { *field = standard },
		flag:     func(flags *pflag.FlagSet) { flag(flags, field, name, *field, meaning) },
		copied: func(flags *pflag.FlagSet) {
			present := *field
			flag(flags, &present, name, present, meaning)
		},
		unset: func(flags *pflag.FlagSet) {
			value := standard
			flag(flags, &value, name, value, meaning)
		},
		check: func() error {
			for _, check := range checks {
				if err := check(*field); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		},
	}
}

// Text is a setting of any text. The errors of checks say what is wrong and, behind "; hint: ", what would be right.
func Text(field *string, name, standard, meaning string, checks ...func(string) error) Setting {
	return declare(field, name, standard, meaning, (*pflag.FlagSet).StringVar, checks)
}

// Word is one of a few words.
func Word[T ~string](field *T, name string, standard T, meaning string, words ...T) Setting {
	flag := func(flags *pflag.FlagSet, field *T, name string, _ T, meaning string) {
		flags.Var(wordValue[T]{field}, name, meaning)
	}
	return declare(field, name, standard, meaning, flag, []func(T) error{func(word T) error {
		if slices.Contains(words, word) {
			return nil
		}
		var choice []string
		for _, w := range words {
			if w != "" {
				choice = append(choice, string(w))
			}
		}
		return fmt.Errorf("%q is unknown; hint: choose one of %s", word, strings.Join(choice, ", "))
	}})
}

// Words is a list of texts, which a user writes with commas.
func Words(field *[]string, name string, standard []string, meaning string, checks ...func([]string) error) Setting {
	return declare(field, name, standard, meaning, (*pflag.FlagSet).StringSliceVar, checks)
}

// Duration is a time that passes, as 90s or 24h.
func Duration(field *time.Duration, name string, standard time.Duration, meaning string, checks ...func(time.Duration) error) Setting {
	return declare(field, name, standard, meaning, (*pflag.FlagSet).DurationVar, checks)
}

// Int is a whole number.
func Int(field *int, name string, standard int, meaning string, checks ...func(int) error) Setting {
	return declare(field, name, standard, meaning, (*pflag.FlagSet).IntVar, checks)
}

// Uint64 is a whole number that is not negative.
func Uint64(field *uint64, name string, standard uint64, meaning string) Setting {
	return declare(field, name, standard, meaning, (*pflag.FlagSet).Uint64Var, nil)
}

// Float is a number.
func Float(field *float64, name string, standard float64, meaning string, checks ...func(float64) error) Setting {
	return declare(field, name, standard, meaning, (*pflag.FlagSet).Float64Var, checks)
}

// Time is an instant, as RFC 3339 writes it; at first it is the zero time.
func Time(field *time.Time, name, meaning string) Setting {
	return declare(field, name, time.Time{}, meaning, func(flags *pflag.FlagSet, field *time.Time, name string, _ time.Time, meaning string) {
		flags.Var((*timeValue)(field), name, meaning)
	}, nil)
}

// Hidden keeps the value from being shown.
func (s Setting) Hidden() Setting {
	s.Secret = true
	return s
}

// Formerly lets another value, the setting's former word for one of its present ones, count as that for one more release.
// The field keeps the word until [List.Rename].
func Formerly[T ~string](s Setting, field *T, old, now T) Setting {
	check := s.check
	s.check = func() error {
		if *field == old {
			return nil
		}
		return check()
	}
	s.renamed = func() (string, string) {
		if *field != old {
			return "", ""
		}
		*field = now
		return string(old), string(now)
	}
	return s
}

// Renamed lets the setting's former name stand for it for one more release.
func (s Setting) Renamed(former string) Setting {
	s.former = former
	return s
}

// presentName is the annotation of a flag with a former name.
const presentName = "nctsim: present name"

// PresentName is what the setting is called of which a flag has the former name; "" for any other flag.
func PresentName(f *pflag.Flag) string {
	if names := f.Annotations[presentName]; names != nil {
		return names[0]
	}
	return ""
}

// Reset gives every field its default.
func (l List) Reset() {
	for _, s := range l {
		s.standard()
	}
}

// Check reports everything that is wrong with the values, each with the name of its setting.
func (l List) Check() error {
	var errs []error
	for _, s := range l {
		errs = append(errs, s.check())
	}
	return errors.Join(errs...)
}

// AddFlags declares a flag for each setting, bound to its field, whose present value becomes the default, and hidden ones for
// former names.
func (l List) AddFlags(flags *pflag.FlagSet) {
	for _, s := range l {
		s.flag(flags)
		if s.former != "" {
			f := *flags.Lookup(s.Name)
			f.Name, f.Hidden, f.Annotations = s.former, true, map[string][]string{presentName: {s.Name}}
			flags.AddFlag(&f)
		}
	}
}

// Rename puts the present words in the place of former ones, and calls told with each that it finds.
func (l List) Rename(told func(name, old, now string)) {
	for _, s := range l {
		if s.renamed == nil {
			continue
		}
		if old, now := s.renamed(); now != "" {
			told(s.Name, old, now)
		}
	}
}

// Value is what the setting is now, as a user would write it.
func (s Setting) Value() string { return s.written(s.copied) }

// Default is what the setting is when nobody says anything, as a user would write it.
func (s Setting) Default() string { return s.written(s.unset) }

func (s Setting) written(flag func(*pflag.FlagSet)) string {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flag(flags)
	return strings.Trim(flags.Lookup(s.Name).DefValue, "[]")
}

// Text is the meaning without the marks of flags.
func (s Setting) Text() string { return strings.ReplaceAll(s.Meaning, "`", "") }

// wordValue is a flag that takes any text; whether it is one of the words is checked with the other settings.
type wordValue[T ~string] struct{ field *T }

func (w wordValue[T]) Set(s string) error { *w.field = T(s); return nil }
func (w wordValue[T]) String() string     { return string(*w.field) }
func (w wordValue[T]) Type() string       { return "string" }

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
