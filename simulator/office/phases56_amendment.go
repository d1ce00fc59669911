package office

import (
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// frozen is what an IE013 with amendmentTypeFlag 0 must leave as it is (R0520); the references LRN and MRN
// are checked before, the commodity codes item by item.
var frozen = []string{
	"TransitOperation/declarationType",
	"TransitOperation/additionalDeclarationType",
	"TransitOperation/security",
	"CustomsOfficeOfDeparture",
	"HolderOfTheTransitProcedure",
	"Representative",
}

// open is what an IE013 with amendmentTypeFlag 1 may change: the guarantees, besides the header and the
// references, which belong to the message and not to the declaration.
var open = []string{
	"messageSender", "messageRecipient", "preparationDateAndTime", "messageIdentification", "messageType", "correlationIdentifier",
	"TransitOperation/LRN", "TransitOperation/MRN", "TransitOperation/amendmentTypeFlag",
	"Guarantee",
}

// presented is what an IE170 puts in place of the declaration (docs/spec/process.md#4-5). Once goods were
// presented, an IE013 may repeat either version of it.
var presented = []string{
	"TransitOperation/limitDate",
	"Consignment/containerIndicator", "Consignment/inlandModeOfTransport", "Consignment/modeOfTransportAtTheBorder",
	"Consignment/TransportEquipment", "Consignment/LocationOfGoods", "Consignment/DepartureTransportMeans",
	"Consignment/ActiveBorderTransportMeans", "Consignment/PlaceOfLoading",
	"Consignment/HouseConsignment/DepartureTransportMeans",
}

const (
	flagPath = "TransitOperation/amendmentTypeFlag"
	itemPath = "Consignment/HouseConsignment/ConsignmentItem"
	codePath = "Commodity/CommodityCode/harmonizedSystemSubHeadingCode"
)

// checkAmendment are the limits of docs/spec/process.md#4-5.
func (tr *transition) checkAmendment() []fault {
	flag := tr.Message.Get(flagPath)
	want := "0"
	if tr.m.State == movement.GuaranteeAmendment {
		want = "1"
	}
	if flag != want {
		return []fault{tr.faultAt(flagPath, "14", "R0520", flag, "R0520: in state "+string(tr.m.State)+" the flag must be "+want)}
	}
	if tr.Declaration == nil {
		return nil
	}
	if flag == "1" {
		return tr.changed(tr.notOpen, "R0520: with flag 1 only the guarantees may change")
	}
	return append(tr.changed(isFrozen, "R0520: the element must not change"), tr.checkCommodityCodes()...)
}

func isFrozen(path string) relation { return relate(path, frozen) }

func (tr *transition) notOpen(path string) relation {
	closed := open
	if tr.m.Facts.Presentation != "" {
		closed = slices.Concat(open, presented)
	}
	switch relate(path, closed) {
	case inside:
		return outside
	case above:
		return above
	}
	return inside
}

// relation is where an element stands to a list of paths: in one of them, on the way to one, or neither.
type relation int

const (
	outside relation = iota
	above
	inside
)

func relate(path string, list []string) relation {
	for _, l := range list {
		if path == l || strings.HasPrefix(path, l+"/") {
			return inside
		}
		if strings.HasPrefix(l, path+"/") {
			return above
		}
	}
	return outside
}

// changed compares the amendment with the current declaration and gives an error for each element that
// differs and whose path is looked at.
func (tr *transition) changed(look func(path string) relation, why string) []fault {
	c := comparison{transition: tr, look: look}
	c.groups(tr.Declaration.Whole().Root, tr.Message.Whole().Root, tr.Declaration.Schema, tr.Message.Schema, "")
	out := make([]fault, len(c.found))
	for i, f := range c.found {
		out[i] = tr.faultAt(f.path, "14", "R0520", f.value, why)
	}
	return out
}

// comparison walks two declarations side by side. Repeated groups are compared by their position.
type comparison struct {
	*transition
	look  func(path string) relation
	found []difference
}

// difference is an element of the amendment; value is the text sent, empty for groups and for what is missing.
type difference struct{ path, value string }

func (c *comparison) groups(old, new *xmltree.Node, oldE, newE *schema.Element, path string) {
	for _, child := range newE.Children {
		before, after := old.All(child.Name), new.All(child.Name)
		for i := range max(len(before), len(after)) {
			place := join(path, child.Name)
			if child.Max > 1 {
				place = join(path, at(child.Name, i))
			}
			c.compare(nth(before, i), nth(after, i), oldE.Child(child.Name), child, place)
		}
	}
}

func (c *comparison) compare(old, new *xmltree.Node, oldE, newE *schema.Element, place string) {
	where := c.look(xmltree.WithoutPositions(place))
	switch {
	case where == outside:
	case old != nil && new != nil && !newE.Leaf():
		c.groups(old, new, oldE, newE, place)
	case where == above && newE.Leaf():
	case old == nil && new == nil:
	case new == nil:
		c.found = append(c.found, difference{path: place})
	case !newE.Leaf():
		c.found = append(c.found, difference{path: place})
	case old == nil || message.Value(old, oldE) != message.Value(new, newE):
		c.found = append(c.found, difference{place, message.Value(new, newE)})
	}
}

func nth(list []*xmltree.Node, i int) *xmltree.Node {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// checkCommodityCodes: an item keeps its commodity code (R0520). Items are the same if they have the same
// declarationGoodsItemNumber, so that items may be added, dropped and moved.
func (tr *transition) checkCommodityCodes() []fault {
	before := map[string]string{}
	for _, item := range tr.Declaration.Find(itemPath) {
		before[number(item)] = commodityCode(item)
	}
	var out []fault
	houses := tr.Message.Find("Consignment/HouseConsignment")
	for h, house := range houses {
		items := house.All("ConsignmentItem")
		for i, item := range items {
			code := commodityCode(item)
			if old, known := before[number(item)]; !known || old == code {
				continue
			}
			place := "Consignment/" + at("HouseConsignment", h) + "/" + at("ConsignmentItem", i)
			out = append(out, tr.faultAt(place+"/"+codePath, "14", "R0520", code, "R0520: the commodity code of an item must not change"))
		}
	}
	return out
}

func number(item *xmltree.Node) string {
	return strings.TrimSpace(item.Value("declarationGoodsItemNumber"))
}

func commodityCode(item *xmltree.Node) string {
	return strings.TrimSpace(item.Value(strings.Split(codePath, "/")...))
}
