package yamlform

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check reports everything about a value that the shape alone can tell. The label says whose value it is.
func (f *File) Check(n *Node, as *Shape, label string) {
	if n.Bad || f.Full() {
		return
	}
	if as.Kind == Choice {
		f.checkChoice(n, as, label)
		return
	}
	if as.Kind == Free {
		return
	}
	if n.Form == Empty {
		if !as.Optional {
			f.About(n, "", "%s has no value", label)
		}
		return
	}
	if want := as.Kind.wants(); n.Form != want {
		f.About(n, as.Wants, "%s is %s here; it takes %s", label, n.Form, want)
		return
	}
	switch as.Kind {
	case List:
		f.checkList(n, as, label)
	case Table:
		f.checkTable(n, as, label)
	case Group:
		f.checkGroup(n, as, label)
	default:
		f.checkScalar(n, as, label)
	}
}

func (f *File) checkChoice(n *Node, as *Shape, label string) {
	for _, c := range as.Choices {
		if c.Kind.wants() == n.Form {
			f.Check(n, c, c.label(label))
			return
		}
	}
	if n.Form == Empty {
		f.About(n, "", "%s has no value", label)
		return
	}
	var forms []string
	for _, c := range as.Choices {
		forms = append(forms, c.Kind.wants().String())
	}
	f.About(n, "", "%s is %s here; it takes %s", label, n.Form, strings.Join(forms, " or "))
}

func (f *File) checkList(n *Node, as *Shape, label string) {
	if len(n.Items) < as.Least {
		f.About(n, "", "%s is an empty list", label)
		return
	}
	for _, item := range n.Items {
		f.Check(item, as.Item, as.Item.label(label))
	}
}

func (f *File) checkTable(n *Node, as *Shape, label string) {
	if len(n.Entries) < as.Least {
		f.About(n, "", "%s is empty", label)
		return
	}
	for _, e := range n.Entries {
		if as.Key != nil {
			f.Check(e.Key, as.Key, label)
		}
		f.Check(e.Value, as.Item, as.Item.label(e.Key.Text))
	}
}

func (f *File) checkGroup(n *Node, as *Shape, label string) {
	for _, e := range n.Entries {
		field, known := as.field(e.Key.Text)
		if f.Full() {
			return
		}
		if !known {
			f.unknown(e.Key, as, label)
			continue
		}
		if len(field.With) > 0 && !slices.ContainsFunc(field.With, n.Has) {
			f.About(e.Key, "", "%s is allowed only beside %s", field.Key, strings.Join(field.With, ", "))
			e.Value.Bad = true
			continue
		}
		f.Check(e.Value, field.Shape, field.Shape.label(field.Key))
	}
	for _, field := range as.Fields {
		if field.Required && !n.Has(field.Key) {
			f.At(n.Line, n.Column, "", "%s has no %s", label, field.Key)
		}
	}
	f.checkOneOf(n, as, label)
}

// unknown reports a key that the group does not have.
func (f *File) unknown(key *Node, as *Shape, label string) {
	hint := as.hint(key.Text, as.keys())
	if as.Noun != "" {
		f.About(key, hint, "there is no %s %s", as.Noun, key.Text)
		return
	}
	f.About(key, hint, "%s has no key %s", label, key.Text)
}

func (f *File) checkOneOf(n *Node, as *Shape, label string) {
	if len(as.OneOf) == 0 {
		return
	}
	var found []*Node
	for _, e := range n.Entries {
		if slices.Contains(as.OneOf, e.Key.Text) {
			found = append(found, e.Key)
		}
	}
	switch {
	case len(found) == 0 && !n.Bad:
		f.About(n, "", "%s has none of %s", label, strings.Join(as.OneOf, ", "))
	case len(found) > 1:
		n.Bad = true
		f.About(found[1], "it takes one of "+strings.Join(as.OneOf, ", "), "%s has both %s and %s", label, found[0].Text, found[1].Text)
	}
}

func (f *File) checkScalar(n *Node, as *Shape, label string) {
	switch as.Kind {
	case Word:
		if !as.has(n.Text) {
			f.About(n, as.hint(n.Text, as.Words), "there is no %s %s", as.Noun, n.Text)
		}
	case Number:
		if v, err := strconv.Atoi(n.Text); err != nil || v < as.Least || v > as.Most {
			f.About(n, "", "%s is %s; it takes a whole number from %d to %d", label, n.Text, as.Least, as.Most)
		}
	case Flag:
		if n.Quoted || n.Text != "true" && n.Text != "false" {
			f.About(n, "", "%s is %s; it takes true or false", label, n.Text)
		}
	case True:
		if n.Quoted || n.Text != "true" {
			f.About(n, "leave "+label+" out where it does not apply", "%s is %s; it takes true", label, n.Text)
		}
	case Duration:
		if d, err := time.ParseDuration(n.Text); err != nil || d < 0 {
			f.About(n, "write it as 2s, 45m or 1h30m", "%s is %s, which is not a duration", label, n.Text)
		}
	case Pattern:
		f.checkPattern(n, label)
	case Text:
		f.checkText(n, as, label)
	case Value:
		if as.Match != nil {
			f.checkText(n, as, label)
		}
	}
	if as.Check != nil && !n.Bad {
		if err := as.Check(n.Text); err != nil {
			f.Wrong(n, label, err)
		}
	}
}

// Wrong reports what an error says about a value. Its text goes on behind the label, which may be empty; a hint stands
// behind "; hint: ".
func (f *File) Wrong(n *Node, label string, err error) {
	what, hint, _ := strings.Cut(err.Error(), "; hint: ")
	f.About(n, hint, "%s", strings.TrimPrefix(label+": "+what, ": "))
}

func (f *File) checkPattern(n *Node, label string) {
	if _, err := regexp.Compile(n.Text); err != nil {
		f.About(n, "the syntax is that of Go's package regexp", "%s is not a regular expression: %s", label, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
}

func (f *File) checkText(n *Node, as *Shape, label string) {
	switch {
	case strings.TrimSpace(n.Text) == "":
		f.About(n, "", "%s is empty", label)
	case as.Match != nil && !as.Match.MatchString(n.Text):
		f.About(n, "it looks like "+as.Example, "%s cannot be %s", label, n.Text)
	}
}
