package yamlform

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a file.
type Problem struct {
	File string `json:"file"`
	// Line and Column count from 1, columns in characters. Both are 0 for a file that could not be read.
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"message"`
	Hint   string `json:"hint,omitempty"`
	// Source is the line as it is written.
	Source string `json:"source,omitempty"`
	// NamedBy is the scenario file that names File, if File is a message beside it.
	NamedBy string `json:"scenario,omitempty"`
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

// Show is the problem with its line below it and a caret under the column, unless the line is empty or must not be shown.
func (p Problem) Show() string {
	if p.Line == 0 || p.Source == "" {
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
