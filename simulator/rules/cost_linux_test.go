//go:build !race

// The race detector slows some code down more than other, so that there is nothing to compare.

package rules

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/cost"
	"nctsim/simulator/xmltree"
)

// worstCost is how many times the processor time of a usual declaration of the same size any valid one may take.
const worstCost = 10

// packagings are an item's packagings; every other item has none of the packages, and marks that are nowhere else. All
// marks begin alike, so that they cannot be told apart by their beginnings.
func packagings(item, n int) []*xmltree.Node {
	number := "1"
	if item%2 == 0 {
		number = "0"
	}
	out := make([]*xmltree.Node, n)
	for i := range out {
		out[i] = &xmltree.Node{Name: "Packaging", Children: []*xmltree.Node{
			{Name: "sequenceNumber", Text: fmt.Sprint(i + 1)},
			{Name: "typeOfPackages", Text: "BX"},
			{Name: "numberOfPackages", Text: number},
			{Name: "shippingMarks", Text: fmt.Sprintf("MARKS %s %d", number, i)},
		}}
	}
	return out
}

// TestNoValidDeclarationCostsMuchMoreThanAUsualOne compares processor times within one run, so that it does not depend
// on the machine.
func TestNoValidDeclarationCostsMuchMoreThanAUsualOne(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: compares processor times, which short runs do not")
	}
	book, err := Load(Sources{})
	if err != nil {
		t.Fatal(err)
	}
	checker, err := book.Checker(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		perMegabyte := func(d *message.Document) time.Duration {
			took := cost.ProcessorTime(3, func() {
				if _, _, err := checker.Check(context.Background(), d); err != nil {
					t.Error(err)
				}
			})
			return took * (1 << 20) / time.Duration(len(d.Bytes()))
		}
		usual := perMegabyte(grown(t, simtest.Catalogue(), p, 2, 900))
		packed := grown(t, simtest.Catalogue(), p, 1, 240)
		for i, item := range packed.Root.Child("Consignment").Child("HouseConsignment").All("ConsignmentItem") {
			drop(item, "Packaging")
			item.Children = append(item.Children, packagings(i, 99)...)
		}
		if took := perMegabyte(packed); took > worstCost*usual {
			t.Errorf("phase %v: packagings without packages: %v for a megabyte, %.1f times what a usual declaration takes", p, took, float64(took)/float64(usual))
		}
	}
}
