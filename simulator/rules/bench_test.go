package rules

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

// grown is a declaration with so many house consignments of so many items, numbered as they should be.
func grown(tb testing.TB, c *message.Catalogue, p message.Phase, houses, items int) *message.Document {
	tb.Helper()
	d := fixture(p, "ie015-simplified-gb-xi")
	consignment := d.Root.Child("Consignment")
	house := consignment.Child("HouseConsignment").Clone()
	item := house.Child("ConsignmentItem").Clone()
	drop(house, "ConsignmentItem")
	drop(consignment, "HouseConsignment")
	overall := 0
	for h := range houses {
		next := house.Clone()
		next.Child("sequenceNumber").Text = strconv.Itoa(h + 1)
		for i := range items {
			overall++
			it := item.Clone()
			it.Child("goodsItemNumber").Text = strconv.Itoa(i + 1)
			it.Child("declarationGoodsItemNumber").Text = strconv.Itoa(overall)
			next.Children = append(next.Children, it)
		}
		consignment.Children = append(consignment.Children, next)
	}
	return d
}

func drop(n *xmltree.Node, name string) {
	n.Children = slices.DeleteFunc(n.Children, func(c *xmltree.Node) bool { return c.Name == name })
}

// BenchmarkCheck is about growth too: the time for each item should be the same in all sizes.
func BenchmarkCheck(b *testing.B) {
	c := simtest.Catalogue()
	book, err := Load(Sources{})
	if err != nil {
		b.Fatal(err)
	}
	for _, mode := range []Mode{Final, Transition} {
		checker, err := book.Checker(Options{Mode: mode})
		if err != nil {
			b.Fatal(err)
		}
		for _, size := range [][2]int{{1, 2}, {1, 250}, {1, 999}, {5, 999}, {999, 1}, {1999, 1}} {
			benchmarkCheck(b, fmt.Sprintf("%s/%dx%d", mode, size[0], size[1]), checker, grown(b, c, message.Phase5, size[0], size[1]))
		}
	}
}

// BenchmarkPatterns are messages in which something is repeated that XPath would search again for every element.
func BenchmarkPatterns(b *testing.B) {
	c := simtest.Catalogue()
	book, err := Load(Sources{})
	if err != nil {
		b.Fatal(err)
	}
	checker, err := book.Checker(Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{500, 1000, 2000} {
		benchmarkCheck(b, fmt.Sprintf("no packages/%d", n), checker, withoutPackages(grown(b, c, message.Phase5, 1, n)))
		benchmarkCheck(b, fmt.Sprintf("equipment/%d", n), checker, withCopies(grown(b, c, message.Phase5, 1, 1), n, "TransportEquipment"))
		benchmarkCheck(b, fmt.Sprintf("seals/%d", 10*n), checker, withCopies(grown(b, c, message.Phase5, 1, 1), 10*n, "TransportEquipment", "Seal"))
	}
}

func benchmarkCheck(b *testing.B, name string, checker *Checker, d *message.Document) {
	b.Run(name, func(b *testing.B) {
		if _, _, err := checker.Check(context.Background(), d); err != nil { // compiles the rules
			b.Fatal(err)
		}
		b.SetBytes(int64(len(d.Bytes())))
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := checker.Check(context.Background(), d); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func withoutPackages(d *message.Document) *message.Document {
	for i, item := range d.Root.Child("Consignment").Child("HouseConsignment").All("ConsignmentItem") {
		item.Child("Packaging").Child("numberOfPackages").Text = "0"
		item.Child("Packaging").Child("shippingMarks").Text = strconv.Itoa(i)
	}
	return d
}

// withCopies repeats the first group at a path below the consignment.
func withCopies(d *message.Document, n int, names ...string) *message.Document {
	parent := d.Root.Child("Consignment")
	for _, name := range names[:len(names)-1] {
		parent = parent.Child(name)
	}
	group := parent.Child(names[len(names)-1])
	for range n {
		parent.Children = append(parent.Children, group.Clone())
	}
	return d
}

// BenchmarkLoad is what a start of the simulator pays: reading everything, and compiling the rules of an IE015.
func BenchmarkLoad(b *testing.B) {
	d := grown(b, simtest.Catalogue(), message.Phase5, 1, 2)
	b.Run("book", func(b *testing.B) {
		for b.Loop() {
			if _, err := Load(Sources{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("first check", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			book, err := Load(Sources{})
			if err != nil {
				b.Fatal(err)
			}
			checker, err := book.Checker(Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if _, _, err := checker.Check(context.Background(), d); err != nil {
				b.Fatal(err)
			}
		}
	})
}
