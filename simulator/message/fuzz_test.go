package message_test

import (
	"errors"
	"strings"
	"testing"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

func fuzzBuilder(f *testing.F) func() *message.Builder {
	c := simtest.Catalogue()
	return func() *message.Builder {
		b, err := message.New(c, message.Phase5, "CC029C")
		if err != nil {
			panic(err)
		}
		return b
	}
}

// FuzzSet states that a value that was set is there, comes back from the bytes, and that nothing is changed
// by a path that is refused.
func FuzzSet(f *testing.F) {
	for _, path := range []string{
		"messageSender", "Guarantee[1]/GuaranteeReference[1]/GRN", "/CC029C/Consignment/HouseConsignment/grossMass",
		"Guarantee[2]/guaranteeType", "Consignment", "a//b", "[1]", "/", "", "Guarantee[99999]/guaranteeType",
	} {
		f.Add(path, "a<&>\r\n\u00e9")
	}
	begin := fuzzBuilder(f)
	f.Fuzz(func(t *testing.T, path, value string) {
		b := begin()
		if err := b.Set(path, value); err != nil {
			var wrong *xmltree.PathError
			if errors.As(err, &wrong) && (wrong.Path != path || wrong.Column < 1 || wrong.Column > len(path)+1) {
				t.Fatalf("error is at column %d of %q: %v", wrong.Column, wrong.Path, err)
			}
			if len(b.Document().Root.Children) > 0 {
				t.Fatalf("%q was refused and changed the message", path)
			}
			return
		}
		found := b.Document().Find(path)
		if len(found) != 1 || found[0].Text != value {
			t.Fatalf("%q was set to %q and is %v", path, value, found)
		}
		again, err := xmltree.Parse(b.Document().Bytes())
		if err != nil {
			t.Fatal(err)
		}
		p, err := xmltree.ParsePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if back := p.Find(again); len(back) != 1 || back[0].Text != value {
			t.Fatalf("%q came back as %v", value, back)
		}
	})
}

// FuzzPaths states that no path can do more than be refused, and that what was removed is gone.
func FuzzPaths(f *testing.F) {
	for _, path := range []string{"Guarantee", "Guarantee[1]/GuaranteeReference", "messageSender/x", "/CC029C", "//", "Consignment/HouseConsignment[2]"} {
		f.Add(path)
	}
	begin := fuzzBuilder(f)
	f.Fuzz(func(t *testing.T, path string) {
		b := begin()
		added := b.Add(path) == nil
		if added != b.Document().Has(path) && !rootOnly(path) {
			t.Fatalf("%q: added is %t, present is %t", path, added, !added)
		}
		_ = b.Document().Get(path)
		for _, e := range b.Each(path) {
			_ = e.Missing()
		}
		_, _ = b.Append(path)
		_, _ = b.Copy(path, b.Document(), path)
		if b.Remove(path) == nil && b.Document().Has(path) {
			t.Fatalf("%q was removed and is there", path)
		}
	})
}

// rootOnly is a path that every document has and no builder can add.
func rootOnly(path string) bool {
	p, err := xmltree.ParsePath(path)
	return err == nil && len(p.Steps) == 0 && strings.HasPrefix(path, "/")
}
