package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

// Messages of the tests are made from the valid fixtures by edits, parted by " | ":
//
//	PATH=VALUE   sets a leaf and creates what is missing above it
//	-PATH        removes
//	N*PATH       appends N copies of the group at the path, whose last step has a position; their sequenceNumber or
//	             goodsItemNumber goes on counting

const editSeparator = " | "

func edited(d *message.Document, edits string) (*message.Document, error) {
	b := message.Edit(d)
	if edits == "" {
		return b.Document(), nil
	}
	for _, edit := range strings.Split(edits, editSeparator) {
		if err := apply(b, edit); err != nil {
			return nil, fmt.Errorf("edit %q: %w", edit, err)
		}
	}
	return b.Document(), nil
}

func apply(b *message.Builder, edit string) error {
	if path, ok := strings.CutPrefix(edit, "-"); ok {
		return b.Remove(path)
	}
	if path, value, ok := strings.Cut(edit, "="); ok {
		return b.Set(path, value)
	}
	times, path, ok := strings.Cut(edit, "*")
	n, err := strconv.Atoi(times)
	if !ok || err != nil {
		return fmt.Errorf("not an edit")
	}
	for range n {
		if err := copyGroup(b.Document(), path); err != nil {
			return err
		}
	}
	return nil
}

func copyGroup(d *message.Document, path string) error {
	p, err := xmltree.ParsePath(path)
	if err != nil {
		return err
	}
	found := p.Find(d.Root)
	parents := xmltree.Path{Steps: p.Steps[:len(p.Steps)-1]}.Find(d.Root)
	if len(found) != 1 || len(parents) != 1 {
		return fmt.Errorf("%d groups at the path, want one", len(found))
	}
	parent, name := parents[0], found[0].Name
	last := 0
	for i, c := range parent.Children {
		if c.Name == name {
			last = i
		}
	}
	made := found[0].Clone()
	parent.Children = slices.Insert(parent.Children, last+1, made)
	for _, counted := range []string{"sequenceNumber", "goodsItemNumber"} {
		if n := made.Child(counted); n != nil {
			n.Text = strconv.Itoa(len(parent.All(name)))
		}
	}
	return nil
}

// fixture reads one of the valid messages.
var fixture = simtest.Document
