package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a scenario file.
type Problem struct {
	File string `json:"file"`
	// Line and Column count from 1, columns in characters. Both are 0 for a file that could not be read.
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"message"`
	Hint   string `json:"hint,omitempty"`
	// Source is the line as it is written.
	Source string `json:"source,omitempty"`
}

// Error is the problem in one line: "file:line:column: what; hint: what to do".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.Text)
	if p.Hint != "" {
		b.WriteString("; hint: " + p.Hint)
	}
	return b.String()
}

// Show is the problem with its line below it and a caret under the column.
func (p Problem) Show() string {
	if p.Line == 0 {
		return p.Error()
	}
	return p.Error() + "\n  " + p.Source + "\n  " + indent(p.Source, p.Column) + "^"
}

// indent is as wide as what stands before the column: its tabs are kept.
func indent(line string, column int) string {
	var b strings.Builder
	for _, r := range line {
		if column--; column <= 0 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	if column > 1 {
		b.WriteString(strings.Repeat(" ", column-1))
	}
	return b.String()
}

// Problems are the mistakes of one or more files, in the order of the files and of their lines.
type Problems []Problem

// Error shows every problem with its line.
func (ps Problems) Error() string {
	shown := make([]string, len(ps))
	for i, p := range ps {
		shown[i] = p.Show()
	}
	return strings.Join(shown, "\n")
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// nearest is the known word that somebody may have meant, "" if none is near.
func nearest(word string, known []string) string {
	best, fewest := "", max(len(word)/3, 1)+1
	wanted := plainWord(word)
	if only := completions(wanted, known); len(only) == 1 {
		return only[0]
	}
	for _, k := range known {
		if plainWord(k) == wanted {
			return k
		}
		if d := distance(wanted, plainWord(k)); d < fewest {
			best, fewest = k, d
		}
	}
	return best
}

// completions are the known words that begin with what was written.
func completions(wanted string, known []string) []string {
	var out []string
	for _, k := range known {
		if len(wanted) >= 3 && strings.HasPrefix(plainWord(k), wanted) {
			out = append(out, k)
		}
	}
	return out
}

var squeeze = strings.NewReplacer("-", "", "_", "", ".", "", " ", "")

func plainWord(s string) string { return strings.ToLower(squeeze.Replace(s)) }

// longestWord bounds the work of distance; no key, verb or element name comes near it.
const longestWord = 80

// distance is the number of characters to insert, delete, change or swap.
func distance(one, other string) int {
	a, b := []rune(one), []rune(other)
	if len(a) > longestWord || len(b) > longestWord {
		return longestWord
	}
	before, last, row := []int{}, make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	return last[len(b)]
}

// suggest is the hint about a word that is not known: the nearest one, or all of them.
func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return "did you mean " + near
	}
	if len(known) == 0 {
		return ""
	}
	return "known are " + strings.Join(known, ", ")
}
