package rules

import (
	"strconv"
	"strings"
)

// Some assertions compare every element with all its siblings before it: that numbers count up (R0007, R0987, R0988)
// and that values do not come twice (R0003, R0054, R0055, R0107). In XPath their time grows with the square of the
// elements, so they are recognised by their test and done here, with the same result.

// native is an assertion that is not given to libxml2.
type native struct {
	assertion int
	// leaf is the kind of the elements, group that of their parents.
	leaf, group int
	form        nativeForm
	// levels of ancestors that a value of form unique is looked for in.
	levels int
}

type nativeForm int

const (
	// counting: the value is the position of the parent.
	counting nativeForm = iota + 1
	// countingAll: the value is the position of the parent among all of its path in the group two levels above.
	countingAll
	// unique: no parent before this one has the value, in the same group so many levels above.
	unique
)

// mostLevels is how many levels of unique are recognised.
const mostLevels = 3

// recognise reports whether an assertion has a native form.
func recognise(a assertion, number int, l *layout) (native, bool) {
	if !strings.Contains(a.test, "preceding-sibling") || strings.Contains(a.context, "[") {
		return native{}, false
	}
	names, ok := contextSteps(a.context)
	if !ok || len(names) < 3 {
		return native{}, false
	}
	n := native{assertion: number}
	leaf, group, above := names[len(names)-1], names[len(names)-2], names[len(names)-3]
	switch a.test {
	case ". = count(../preceding-sibling::" + group + ") + 1":
		n.form = counting
	case ". = count(../preceding-sibling::" + group + ") + count(../../preceding-sibling::" + above + "/" + group + ") + 1":
		n.form = countingAll
	default:
		n.form, n.levels = unique, levelsOf(a.test, names[:len(names)-1], leaf)
		if n.levels == 0 {
			return native{}, false
		}
	}
	n.leaf, n.group = l.kindOf(names), l.kindOf(names[:len(names)-1])
	return n, true
}

// levelsOf is how many levels a test of form unique looks at, 0 if it is none.
func levelsOf(test string, groups []string, leaf string) int {
	want, up, down := "", "../", leaf
	for level := 1; level <= min(mostLevels, len(groups)-1); level++ {
		down = groups[len(groups)-level] + "/" + down
		if level > 1 {
			want += " and "
		}
		want += "not(. = " + up + "preceding-sibling::" + down + ")"
		if test == want {
			return level
		}
		up += "../"
	}
	return 0
}

// run gives the elements that do not obey.
func (n native) run(t *tree) []failure {
	var bad []int
	switch n.form {
	case counting:
		bad = t.miscounted(n)
	case countingAll:
		bad = t.miscountedOverall(n)
	case unique:
		bad = t.repeated(n)
	}
	out := make([]failure, len(bad))
	for i, node := range bad {
		out[i] = failure{n.assertion, node}
	}
	return out
}

func (t *tree) miscounted(n native) (bad []int) {
	for i, e := range t.nodes {
		if e.kind == n.leaf && !isNumber(t.text(i), t.nodes[e.parent].position) {
			bad = append(bad, i)
		}
	}
	return bad
}

func (t *tree) miscountedOverall(n native) (bad []int) {
	house, top := -1, -1
	before, inside := 0, 0 // groups in the houses before, and in this one
	for i, e := range t.nodes {
		if e.kind == n.group {
			if e.parent != house {
				before, inside = before+inside, 0
				house = e.parent
			}
			if t.up(house, 1) != top {
				before, top = 0, t.up(house, 1)
			}
			inside++
		}
		if e.kind == n.leaf && !isNumber(t.text(i), before+t.nodes[e.parent].position) {
			bad = append(bad, i)
		}
	}
	return bad
}

func (t *tree) repeated(n native) (bad []int) {
	type place struct {
		scope int
		value string
	}
	first := map[place]int{}
	for i, e := range t.nodes {
		if e.kind != n.leaf {
			continue
		}
		at := place{t.up(i, n.levels+1), t.text(i)}
		owner, seen := first[at]
		if !seen {
			first[at] = e.parent
		}
		if seen && owner != e.parent {
			bad = append(bad, i)
		}
	}
	return bad
}

// isNumber compares as XPath does: a text that is not a number equals nothing.
func isNumber(s string, n int) bool {
	s = strings.Trim(s, " \t\r\n")
	if strings.Trim(s, "-.0123456789") != "" {
		return false
	}
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && f == float64(n)
}
