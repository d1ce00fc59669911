package setting_test

import (
	"errors"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/pflag"

	"nctsim/simulator/setting"
	"nctsim/simulator/simtest/suite"
)

func TestSetting(t *testing.T) {
	suite.Run(t, "setting")
}

// shade is a type of its own, as settings with few values have.
type shade string

type settings struct {
	text  string
	shade shade
	words []string
	life  time.Duration
	count int
	seed  uint64
	scale float64
	now   time.Time
}

func (s *settings) Declare() setting.List {
	return setting.List{
		setting.Text(&s.text, "text", "a", "any `TEXT`").Hidden(),
		setting.Formerly(setting.Word(&s.shade, "shade", "dark", "`SHADE` of it", "", "dark", "light"), &s.shade, "bright", "light"),
		setting.Words(&s.words, "words", []string{"x", "y"}, "`LIST` of words"),
		setting.Duration(&s.life, "life", time.Hour, "`DURATION` of it"),
		setting.Int(&s.count, "count", 3, "how many, `N`", func(n int) error {
			if n < 0 {
				return errors.New("below zero")
			}
			return nil
		}),
		setting.Uint64(&s.seed, "seed", 1, "`N` to begin with"),
		setting.Float(&s.scale, "scale", 1.5, "`N` times"),
		setting.Time(&s.now, "now", "`TIME` of it"),
	}
}

var _ = Describe("A list of settings", func() {
	var s settings
	BeforeEach(func() {
		s = settings{}
		s.Declare().Reset()
	})

	values := func() map[string]string {
		out := map[string]string{}
		for _, row := range s.Declare() {
			out[row.Name] = row.Value()
		}
		return out
	}

	It("gives the fields their defaults, which can be shown as a user would write them", func() {
		Expect(s).To(Equal(settings{text: "a", shade: "dark", words: []string{"x", "y"}, life: time.Hour, count: 3, seed: 1, scale: 1.5}))
		Expect(values()).To(Equal(map[string]string{
			"text": "a", "shade": "dark", "words": "x,y", "life": "1h0m0s", "count": "3", "seed": "1", "scale": "1.5", "now": "",
		}))
	})

	It("knows the defaults whatever the values are, and where values come from", func() {
		before := values()
		s = settings{text: "b", shade: "light", words: []string{"z"}, life: time.Minute, count: 9, seed: 9, scale: 9, now: time.Unix(0, 0)}
		for _, row := range s.Declare() {
			Expect(row.Default()).To(Equal(before[row.Name]), row.Name)
			Expect(row.Value()).NotTo(Equal(before[row.Name]), row.Name)
		}
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		s.Declare().Reset()
		s.Declare().AddFlags(flags)
		Expect(flags.Parse([]string{"--count=4"})).To(Succeed())
		Expect(setting.SetFrom(flags, "seed", "x", setting.Origin{})).NotTo(Succeed())
		Expect(setting.SetFrom(flags, "seed", "5", setting.Origin{Source: setting.File, Place: "a.yaml:1"})).To(Succeed())
		s.scale = 2
		origins := map[string]setting.Origin{}
		for _, row := range s.Declare().In(setting.Program).From(setting.Origins(flags)) {
			Expect(row.Group).To(Equal(setting.Program))
			if row.Origin.Source != setting.Standard {
				origins[row.Name] = row.Origin
			}
		}
		Expect(origins).To(Equal(map[string]setting.Origin{
			"count": {Source: setting.Flag, Place: "--count"}, "seed": {Source: setting.File, Place: "a.yaml:1"}, "scale": {Source: setting.Embedding},
		}))
	})

	It("reads what stands in flags into the fields", func() {
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		s.Declare().AddFlags(flags)
		Expect(flags.Parse([]string{"--shade=light", "--words=z", "--words=w", "--life=90s", "--count=4", "--seed=5", "--scale=2", "--now=2026-03-02T10:15:00+01:00"})).To(Succeed())
		Expect(s).To(Equal(settings{
			text: "a", shade: "light", words: []string{"z", "w"}, life: 90 * time.Second, count: 4, seed: 5, scale: 2,
			now: time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC),
		}))
		Expect(values()["now"]).To(Equal("2026-03-02T09:15:00Z"))
	})

	It("reports everything that is wrong, with the names and what would be right", func() {
		s.shade, s.count = "grey", -1
		Expect(s.Declare().Check()).To(MatchError("shade: \"grey\" is unknown; hint: choose one of dark, light\ncount: below zero"))
		s.shade, s.count = "", 0
		Expect(s.Declare().Check()).To(Succeed())
	})

	It("takes the former word for a value, and says what it is now", func() {
		told := []string{}
		rename := func() {
			s.Declare().Rename(func(name, old, now string) { told = append(told, name, old, now) })
		}
		s.shade = "bright"
		Expect(s.Declare().Check()).To(Succeed())
		rename()
		Expect(s.shade).To(Equal(shade("light")))
		rename()
		Expect(told).To(Equal([]string{"shade", "bright", "light"}))
	})

	It("knows what is not to be shown", func() {
		Expect(s.Declare()[0].Secret).To(BeTrue())
		Expect(s.Declare()[1].Secret).To(BeFalse())
	})
})
