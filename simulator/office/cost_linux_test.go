//go:build !race

package office

import (
	"strconv"
	"testing"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/cost"
	"nctsim/simulator/xmltree"
)

// TestManyGroupsOfRemarksTakeTimeInProportion compares processor times within one run, so that it does not depend on the
// machine.
func TestManyGroupsOfRemarksTakeTimeInProportion(t *testing.T) {
	d := simtest.Document(message.Phase5, "ie044-discrepancies")
	equipment := d.Schema.Child("Consignment").Child("TransportEquipment")
	took := func(count, times int) time.Duration {
		groups := make([]*xmltree.Node, count)
		for i := range groups {
			groups[i] = &xmltree.Node{Name: equipment.Name, Children: []*xmltree.Node{{Name: sequenceNumber, Text: strconv.Itoa(i + 1)}}}
		}
		return cost.ProcessorTime(3, func() {
			for range times {
				n := &numbers{transition: &transition{}}
				if n.repeated(groups, groups, equipment, "Consignment"); len(n.found) > 0 {
					t.Error("groups that are numbered as in the IE043 are taken for wrong")
				}
			}
		})
	}
	// Long enough for a clock that ticks every few milliseconds.
	const repeated, parts = 20, 20
	if few, many := took(equipment.Max/parts, parts*repeated), took(equipment.Max, repeated); many > 4*few {
		t.Errorf("%d groups take %v, %.1f times what they take a few hundred at a time", equipment.Max, many/repeated, float64(many)/float64(few))
	}
}
