package office

import (
	"strconv"
	"strings"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Elements that number the groups of an IE044, and the rules about them.
const (
	sequenceNumber = "sequenceNumber"             // R0054
	itemNumber     = "goodsItemNumber"            // R0055, within the house consignment
	overallNumber  = "declarationGoodsItemNumber" // R0055, within the message
)

// checkNumbers are the halves of R0054 and R0055 that need the IE043: a group of an IE044 has the number of the group
// of the IE043 that it is about, or the next one behind the last if it is new. It cannot be checked against an IE043
// that nobody can read, and an office without rules does not care.
func (tr *transition) checkNumbers() []fault {
	if tr.Permission == nil || tr.settings.Rules == nil {
		return nil
	}
	n := &numbers{transition: tr}
	n.groups(tr.Message.Whole().Root, tr.Permission.Whole().Root, tr.Message.Schema, "")
	n.items()
	return n.found
}

// numbers compares the groups of an IE044 with those of the IE043.
type numbers struct {
	*transition
	found []fault
}

// groups compares the groups inside one; shown is the same group of the IE043, nil if there is none.
func (n *numbers) groups(group, shown *xmltree.Node, e *schema.Element, path string) {
	for _, child := range e.Children {
		all := group.All(child.Name)
		if child.Leaf() || len(all) == 0 {
			continue
		}
		if child.Max == 1 {
			n.groups(all[0], shown.Child(child.Name), child, join(path, child.Name))
			continue
		}
		n.repeated(all, shown.All(child.Name), child, path)
	}
}

// repeated compares the groups of one name.
func (n *numbers) repeated(all, shown []*xmltree.Node, e *schema.Element, path string) {
	name, rule := sequenceNumber, "R0054"
	if e.Child(itemNumber) != nil {
		name, rule = itemNumber, "R0055"
	}
	wrong := misnumbered(values(all, name), values(shown, name))
	known := numbered(shown, name)
	for i, group := range all {
		place := join(path, at(e.Name, i))
		if wrong[i] {
			n.found = append(n.found, n.wrongNumber(place+"/"+name, rule, group.Value(name)))
		}
		n.groups(group, known[strings.TrimSpace(group.Value(name))], e, place)
	}
}

// items compares the numbers that items have in the whole message.
func (n *numbers) items() {
	sent, places := itemsOf(n.Message.Whole().Root)
	shown, _ := itemsOf(n.Permission.Whole().Root)
	wrong := misnumbered(values(sent, overallNumber), values(shown, overallNumber))
	for i, item := range sent {
		if wrong[i] {
			n.found = append(n.found, n.wrongNumber(places[i]+"/"+overallNumber, "R0055", item.Value(overallNumber)))
		}
	}
}

// itemsOf gives the items of all house consignments, and the paths to them.
func itemsOf(root *xmltree.Node) (items []*xmltree.Node, places []string) {
	for h, house := range root.Child("Consignment").All("HouseConsignment") {
		for i, item := range house.All("ConsignmentItem") {
			items = append(items, item)
			places = append(places, "Consignment/"+at("HouseConsignment", h)+"/"+at("ConsignmentItem", i))
		}
	}
	return items, places
}

func (n *numbers) wrongNumber(path, rule, value string) fault {
	return n.faultAt(path, "14", rule, value, rule+": the IE043 shows no group of this number, nor is it the next one")
}

// misnumbered says which numbers are neither among those shown nor, as numbers of new groups, directly behind them.
func misnumbered(sent, shown []int) []bool {
	last, added := 0, 0
	known := make(map[int]bool, len(shown))
	for _, s := range shown {
		last = max(last, s)
		known[s] = true
	}
	for _, s := range sent {
		if s > last {
			added++
		}
	}
	out := make([]bool, len(sent))
	for i, s := range sent {
		out[i] = s > last+added || s <= last && !known[s]
	}
	return out
}

// values are the numbers of groups, 0 where there is none.
func values(groups []*xmltree.Node, name string) []int {
	out := make([]int, len(groups))
	for i, g := range groups {
		out[i], _ = strconv.Atoi(strings.TrimSpace(g.Value(name)))
	}
	return out
}

// numbered are groups by their number; of those with the same number the first counts.
func numbered(groups []*xmltree.Node, name string) map[string]*xmltree.Node {
	out := make(map[string]*xmltree.Node, len(groups))
	for _, g := range groups {
		number := strings.TrimSpace(g.Value(name))
		if out[number] == nil {
			out[number] = g
		}
	}
	return out
}
