package xmltree

import (
	"fmt"
	"strconv"
	"strings"
)

// Step is one step of a Path: a child name and, if Index is not 0, the 1-based position among the
// children of that name.
type Step struct {
	Name  string
	Index int
}

// Path leads from a root to elements below it: "Consignment/HouseConsignment[2]/grossMass". The form
// with a leading slash names the root too: "/CC015C/TransitOperation/LRN".
type Path struct {
	// Root is the name of the root if the path is absolute, else empty.
	Root  string
	Steps []Step
}

// PathError says where in a path the mistake is (1-based column) and what it is.
type PathError struct {
	Path   string
	Column int
	Reason string
}

func (e *PathError) Error() string {
	return fmt.Sprintf("path %q, column %d: %s", e.Path, e.Column, e.Reason)
}

// ParsePath reads a path; the error is a *PathError.
func ParsePath(text string) (Path, error) {
	var p Path
	rest, column := text, 1
	absolute := strings.HasPrefix(rest, "/")
	if absolute {
		rest, column = rest[1:], 2
	}
	for {
		segment, after, more := strings.Cut(rest, "/")
		step, bad, reason := parseStep(segment)
		if reason != "" {
			return Path{}, &PathError{text, column + bad, reason}
		}
		if absolute && p.Root == "" {
			if step.Index > 0 {
				return Path{}, &PathError{text, column, "a document has one root"}
			}
			p.Root = step.Name
		} else {
			p.Steps = append(p.Steps, step)
		}
		if !more {
			return p, nil
		}
		column += len(segment) + 1
		rest = after
	}
}

func parseStep(segment string) (step Step, bad int, reason string) {
	name, index, bracket := strings.Cut(segment, "[")
	for i := 0; i < len(name); i++ {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return step, i, "an element name has only letters and digits and begins with a letter"
		}
	}
	if name == "" {
		return step, 0, "an element name is missing"
	}
	step.Name = name
	if !bracket {
		return step, 0, ""
	}
	digits, closed := strings.CutSuffix(index, "]")
	n, err := strconv.Atoi(digits)
	if !closed || err != nil || n < 1 || n > 99999 || strconv.Itoa(n) != digits {
		return step, len(name), "a position is a number from 1 to 99999 in square brackets"
	}
	step.Index = n
	return step, 0, ""
}

// String gives the path in the form that ParsePath reads.
func (p Path) String() string {
	var b strings.Builder
	if p.Root != "" {
		b.WriteString("/" + p.Root)
	}
	for i, s := range p.Steps {
		if i > 0 || p.Root != "" {
			b.WriteByte('/')
		}
		b.WriteString(s.Name)
		if s.Index > 0 {
			fmt.Fprintf(&b, "[%d]", s.Index)
		}
	}
	return b.String()
}

// Find gives the elements that the path leads to from root, in document order. A step without a
// position means every element of that name.
func (p Path) Find(root *Node) []*Node {
	if root == nil || p.Root != "" && p.Root != root.Name {
		return nil
	}
	found := []*Node{root}
	for _, step := range p.Steps {
		var next []*Node
		for _, n := range found {
			all := n.All(step.Name)
			if step.Index > 0 {
				if step.Index > len(all) {
					continue
				}
				all = all[step.Index-1 : step.Index]
			}
			next = append(next, all...)
		}
		found = next
	}
	return found
}

// WithoutPositions is a path as tables have it: its steps without their positions.
func WithoutPositions(path string) string {
	var b strings.Builder
	inside := false
	for _, r := range path {
		switch {
		case r == '[':
			inside = true
		case r == ']':
			inside = false
		case !inside:
			b.WriteRune(r)
		}
	}
	return b.String()
}
