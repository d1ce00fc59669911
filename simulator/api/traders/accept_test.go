package traders

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// contractPattern is the pattern of docs/spec/api-2.1-3.0.md#2, "." without line breaks, which no header has.
var contractPattern = regexp.MustCompile(`^application/vnd\.hmrc\.(\d*\.\d*)\+(.+)`)

func compare(t interface{ Fatalf(string, ...any) }, value string) {
	version, suffix, ok := splitAccept(value)
	found := contractPattern.FindStringSubmatch(value)
	if ok != (found != nil) {
		t.Fatalf("%q: taken %t, the contract's pattern says %t", value, ok, found != nil)
	}
	if ok && (version != found[1] || suffix != found[2]) {
		t.Fatalf("%q: version %q and suffix %q, the contract's pattern says %q and %q", value, version, suffix, found[1], found[2])
	}
}

// The header is taken apart by hand, for speed; it must mean what the pattern of the contract means.
func TestAcceptMeansWhatThePatternMeans(t *testing.T) {
	pieces := rapid.SliceOf(rapid.SampledFrom([]string{
		"application/vnd.hmrc.", "application/", "vnd", "2", "1", "3", "0", ".", "+", "json", "xml", "-", ";", " ", ",", "*/*", "é",
	}))
	rapid.Check(t, func(t *rapid.T) {
		value := ""
		if rapid.Bool().Draw(t, "begins well") {
			value = "application/vnd.hmrc."
		}
		for _, p := range pieces.Draw(t, "pieces") {
			value += p
		}
		compare(t, value)
	})
}

func FuzzSplitAccept(f *testing.F) {
	for _, seed := range []string{"application/vnd.hmrc.2.1+json", "application/vnd.hmrc.+x", "application/vnd.hmrc.2.1+json+xml", "*/*"} {
		f.Add(seed)
	}
	printable := regexp.MustCompile(`^[\t\x20-\x7e]*$`)
	f.Fuzz(func(t *testing.T, value string) {
		if printable.MatchString(value) {
			compare(t, value)
		}
	})
}
