package compose

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/clock"
	"nctsim/simulator/schema"
)

const (
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
	alnum  = upper + lower + digits
)

// Bounds of a sample where the type has none.
const (
	sampleTries = 50
	sampleLoops = 6  // most repetitions of a pattern's * and +
	sampleText  = 20 // longest free text
)

// sampler makes values that fit a type as far as its facets are simple: the last pattern step, the
// enumeration and the length.
type sampler struct{ stream *clock.Stream }

func (s sampler) pick(alphabet string, n int) string { return s.stream.Pick(alphabet, n) }

// text is letters and digits, of a length between two bounds.
func (s sampler) text(least, most int) string {
	return s.pick(alnum, least+s.stream.IntN(most-least+1))
}

// value is one that the type allows.
func (s sampler) value(t *schema.Type) string {
	if len(t.Enum) > 0 {
		return strings.TrimSpace(t.Enum[s.stream.IntN(len(t.Enum))])
	}
	least, most := lengths(t)
	if len(t.Patterns) > 0 {
		alternatives := t.Patterns[len(t.Patterns)-1]
		for range sampleTries {
			text, ok := s.match(alternatives[s.stream.IntN(len(alternatives))])
			if !ok {
				break
			}
			n := utf8.RuneCountInString(text)
			_, fraction, _ := strings.Cut(text, ".")
			if n >= least && n <= most && (t.FractionDigits < 0 || len(fraction) <= t.FractionDigits) {
				return text
			}
		}
	}
	return s.text(least, most)
}

func lengths(t *schema.Type) (least, most int) {
	if t.Length >= 0 {
		return t.Length, t.Length
	}
	least, most = max(t.MinLength, 1), t.MaxLength
	if t.TotalDigits >= 0 {
		most = t.TotalDigits
	}
	if most < 0 {
		most = max(least, sampleText)
	}
	return least, most
}

// match is a text that a pattern matches; false if it uses what Go's regular expressions do not know.
func (s sampler) match(pattern string) (string, bool) {
	// The categories and classes that the schemas use are the same in all phases but for this one.
	pattern = strings.ReplaceAll(pattern, `\p{IsBasicLatin}`, `[!-~]`)
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	s.write(&b, re)
	return b.String(), true
}

func (s sampler) write(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteString(s.oneOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteString(s.pick(alnum, 1))
	case syntax.OpAlternate:
		s.write(b, re.Sub[s.stream.IntN(len(re.Sub))])
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			s.write(b, sub)
		}
	case syntax.OpStar:
		s.repeat(b, re.Sub[0], 0, sampleLoops)
	case syntax.OpPlus:
		s.repeat(b, re.Sub[0], 1, sampleLoops)
	case syntax.OpQuest:
		s.repeat(b, re.Sub[0], 0, 1)
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 {
			most = re.Min + sampleLoops
		}
		s.repeat(b, re.Sub[0], re.Min, most)
	}
}

func (s sampler) repeat(b *strings.Builder, re *syntax.Regexp, least, most int) {
	for range least + s.stream.IntN(most-least+1) {
		s.write(b, re)
	}
}

// oneOf is a letter or digit of a class, or its first character if it has neither.
func (s sampler) oneOf(ranges []rune) string {
	var fit []rune
	for _, r := range alnum {
		for i := 0; i < len(ranges); i += 2 {
			if r >= ranges[i] && r <= ranges[i+1] {
				fit = append(fit, r)
			}
		}
	}
	if len(fit) == 0 {
		return string(ranges[0])
	}
	return s.pick(string(fit), 1)
}
