package schema

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Normalize treats white space as the base type says: normalizedString turns tabs and line ends into spaces, all
// others collapse.
func (t *Type) Normalize(value string) string {
	if t.Base == "normalizedString" {
		return spaces.Replace(value)
	}
	return Collapse(value)
}

var spaces = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// Collapse treats white space as a token does; the four characters of XML alone are white space.
func Collapse(s string) string {
	if collapsed(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }), " ")
}

// collapsed reports whether a text is as Collapse leaves it.
func collapsed(s string) bool {
	after := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\t' || c == '\n' || c == '\r' || c == ' ' && after == ' ' {
			return false
		}
		after = c
	}
	return s == "" || after != ' '
}

// Valid reports whether a value, normalized already, has the type.
func (t *Type) Valid(value string) bool { return t.check(value, value) == "" }

// check gives the first objection to a normalized value in the order in which Xerces looks: patterns, the built-in
// type, then the other facets. Empty means none. What a pattern refuses is shown as it was given.
func (t *Type) check(value, given string) string {
	for _, alternatives := range t.Patterns { // the type that is restricted before the derived one
		if !matchesAny(alternatives, value) {
			return fmt.Sprintf("cvc-pattern-valid: Value '%s' is not facet-valid with respect to pattern '%s' for type '%s'.", cut(given), strings.Join(alternatives, "|"), t.Name)
		}
	}
	if !lexical(t.Base, value) {
		return notOfType(value, t.Base)
	}
	length := Length(value)
	switch {
	case t.Length >= 0 && length != t.Length:
		return fmt.Sprintf("cvc-length-valid: Value '%s' with length = '%d' is not facet-valid with respect to length '%d' for type '%s'.", cut(value), length, t.Length, t.Name)
	case t.MinLength >= 0 && length < t.MinLength:
		return fmt.Sprintf("cvc-minLength-valid: Value '%s' with length = '%d' is not facet-valid with respect to minLength '%d' for type '%s'.", cut(value), length, t.MinLength, t.Name)
	case t.MaxLength >= 0 && length > t.MaxLength:
		return fmt.Sprintf("cvc-maxLength-valid: Value '%s' with length = '%d' is not facet-valid with respect to maxLength '%d' for type '%s'.", cut(value), length, t.MaxLength, t.Name)
	case len(t.Enum) > 0 && !contains(t.Enum, value):
		return fmt.Sprintf("cvc-enumeration-valid: Value '%s' is not facet-valid with respect to enumeration '[%s]'. It must be a value from the enumeration.", cut(value), strings.Join(t.Enum, ", "))
	}
	return t.checkNumber(value)
}

func notOfType(value, builtin string) string {
	return fmt.Sprintf("cvc-datatype-valid.1.2.1: '%s' is not a valid value for '%s'.", cut(value), builtin)
}

// Length is the length of a value as the schema's facets count it in the real service: in UTF-16 units, two for an emoji.
func Length(value string) int {
	n := 0
	for _, r := range value {
		if r > 0xFFFF {
			n++
		}
		n++
	}
	return n
}

func (t *Type) checkNumber(value string) string {
	if t.Base != "integer" && t.Base != "decimal" {
		return ""
	}
	d := parseDecimal(value)
	switch {
	case t.FractionDigits >= 0 && len(d.fraction) > t.FractionDigits:
		return fmt.Sprintf("cvc-fractionDigits-valid: Value '%s' has %d fraction digits, but the number of fraction digits has been limited to %d.", cut(value), len(d.fraction), t.FractionDigits)
	case t.TotalDigits >= 0 && len(d.whole)+len(d.fraction) > t.TotalDigits:
		return fmt.Sprintf("cvc-totalDigits-valid: Value '%s' has %d total digits, but the number of total digits has been limited to %d.", cut(value), len(d.whole)+len(d.fraction), t.TotalDigits)
	case t.MaxInclusive != "" && d.compare(parseDecimal(t.MaxInclusive)) > 0:
		return fmt.Sprintf("cvc-maxInclusive-valid: Value '%s' is not facet-valid with respect to maxInclusive '%s' for type '%s'.", cut(value), t.MaxInclusive, t.Name)
	case t.MinInclusive != "" && d.compare(parseDecimal(t.MinInclusive)) < 0:
		return fmt.Sprintf("cvc-minInclusive-valid: Value '%s' is not facet-valid with respect to minInclusive '%s' for type '%s'.", cut(value), t.MinInclusive, t.Name)
	}
	return ""
}

func contains(list []string, value string) bool {
	for _, v := range list {
		if v == value {
			return true
		}
	}
	return false
}

var (
	integerForm = regexp.MustCompile(`^[+-]?[0-9]+$`)
	decimalForm = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)
	zoneForm    = regexp.MustCompile(`(Z|[+-][0-9]{2}:[0-9]{2})$`)
)

// lexical reports whether the value has the form of the built-in type; impossible dates do not.
func lexical(base, value string) bool {
	switch base {
	case "integer":
		return integerForm.MatchString(value)
	case "decimal":
		return decimalForm.MatchString(value)
	case "date":
		_, err := time.Parse("2006-01-02", zoneForm.ReplaceAllString(value, ""))
		return err == nil && !strings.HasPrefix(value, "0000")
	case "dateTime":
		value = zoneForm.ReplaceAllString(value, "")
		if day, ok := strings.CutSuffix(value, "T24:00:00"); ok {
			value = day + "T00:00:00" // the end of a day is a time of XML Schema, though not of Go
		}
		_, err := time.Parse("2006-01-02T15:04:05.999999999", value)
		return err == nil && !strings.HasPrefix(value, "0000")
	}
	return true
}

// decimal is a number as its digits without leading and trailing zeros, of any size.
type decimal struct {
	negative        bool
	whole, fraction string
}

func parseDecimal(s string) decimal {
	d := decimal{negative: strings.HasPrefix(s, "-")}
	d.whole, d.fraction, _ = strings.Cut(strings.TrimLeft(s, "+-"), ".")
	d.whole = strings.TrimLeft(d.whole, "0")
	d.fraction = strings.TrimRight(d.fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false
	}
	return d
}

func (d decimal) compare(o decimal) int {
	if d.negative != o.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	result := len(d.whole) - len(o.whole)
	if result == 0 {
		result = strings.Compare(d.whole, o.whole)
	}
	if result == 0 {
		result = strings.Compare(d.fraction, o.fraction)
	}
	if d.negative {
		return -result
	}
	return result
}

// patterns holds the compiled regular expressions of all schemas; there are some dozens.
var patterns sync.Map

func matchesAny(alternatives []string, value string) bool {
	for _, p := range alternatives {
		if p == trimmedPattern {
			if trimmed(value) {
				return true
			}
			continue
		}
		re, ok := patterns.Load(p)
		if !ok {
			re, _ = patterns.LoadOrStore(p, regexp.MustCompile(translatePattern(p)))
		}
		if re.(*regexp.Regexp).MatchString(value) {
			return true
		}
	}
	return false
}

// trimmedPattern is that of most texts of traders. A regular expression needs long for it in a value of a megabyte.
const trimmedPattern = `\P{Z}(.*\P{Z})?`

// trimmed reports whether a text is what trimmedPattern says: not empty, without a space at either end, and between them
// without the end of a line.
func trimmed(text string) bool {
	first, begin := utf8.DecodeRuneInString(text)
	last, end := utf8.DecodeLastRuneInString(text)
	return text != "" && !unicode.Is(unicode.Z, first) && !unicode.Is(unicode.Z, last) &&
		(begin == len(text) || !strings.ContainsAny(text[begin:len(text)-end], "\n\r\u2028\u2029"))
}

// translatePattern turns a regular expression of XML Schema into one of Go: anchored, with the classes that
// differ. Only what the message tables use is translated; a test compiles the patterns of every schema.
func translatePattern(p string) string {
	return `\A(?:` + patternClasses.Replace(p) + `)\z`
}

// A point matches all but ends of lines, of which the real parser knows two more than XML Schema, and the digits are
// those that it knows.
var patternClasses = strings.NewReplacer(`\\`, `\\`, `\.`, `\.`, `\d`, digits, `\p{IsBasicLatin}`, `[\x00-\x7F]`, `.`, `[^\n\r\x{2028}\x{2029}]`, `^`, `\^`, `$`, `\$`, `[^`, `[^`)

const digits = `[0-9\x{660}-\x{669}\x{6F0}-\x{6F9}\x{966}-\x{96F}\x{9E6}-\x{9EF}\x{A66}-\x{A6F}\x{AE6}-\x{AEF}\x{B66}-\x{B6F}\x{BE7}-\x{BEF}` +
	`\x{C66}-\x{C6F}\x{CE6}-\x{CEF}\x{D66}-\x{D6F}\x{E50}-\x{E59}\x{ED0}-\x{ED9}\x{F20}-\x{F29}\x{1040}-\x{1049}\x{1369}-\x{1371}` +
	`\x{17E0}-\x{17E9}\x{1810}-\x{1819}\x{FF10}-\x{FF19}\x{1D7CE}-\x{1D7FF}]`
