package composetest

import (
	"fmt"
	"slices"

	"nctsim/simulator/message"
)

// Arrival is one arrival as its messages tell it.
type Arrival struct {
	// Declaration is the current declaration of the departure, nil if the goods are from elsewhere.
	Declaration *message.Document
	// Sent is what the trader sent, in order; the first is the IE007.
	Sent []*message.Document
	// Received is what customs sent, in order.
	Received []*message.Document
}

// Faults lists everything that does not fit together, each with the message it was found in. A coherent arrival has
// none.
func (a Arrival) Faults() []string {
	if len(a.Sent) == 0 || a.Sent[0].Type.Code != "IE007" {
		return []string{"the story does not begin with an IE007"}
	}
	c := Story{Sent: a.Sent, Received: a.Received}.checker(message.OfficeOfPresentation)
	for i, d := range a.Received {
		c.at = fmt.Sprintf("message %d (%s)", i+1, d.Type.Code)
		c.header(d)
		c.format.correlation(c, d)
		c.arrived(d)
		c.format.goods(c, d, a.Declaration)
		c.format.pointers(c, d)
		c.before = append(c.before, d)
	}
	return c.faults
}

// arrived compares what every message of an arrival has with the IE007; a rejection repeats what it rejects, and where
// the trader may resubmit, any IE007 may be the one that counts.
func (c *checker) arrived(d *message.Document) {
	for name, field := range map[string]message.Field{
		"MRN": message.MRN, "office of destination": message.OfficeOfPresentation, "trader at destination": message.TraderAtDestination,
	} {
		path := d.Phase.Path(field)
		if d.Element(path) == nil {
			continue
		}
		allowed := []string{c.Sent[0].Get(path)}
		if c.format.resubmits || slices.Contains(c.format.echoes, d.Type.Code) {
			allowed = c.sent(path)
		}
		c.same(name, d.Get(path), allowed...)
	}
}

// goods: a permission shows the houses and items of the declaration, or continues one that did; a release shows some
// of those that the permission showed.
func (c *checker) goods(d, declaration *message.Document) {
	const consignment = "Consignment"
	switch {
	case d.Type.Code == "IE043" && d.Has(consignment):
		if declaration != nil {
			c.same("numbers of houses and items", numbers(d), numbers(declaration))
		}
	case d.Type.Code == "IE043":
		c.shown(func(permission *message.Document) {
			for _, name := range []string{"security", "reducedDatasetIndicator"} {
				c.same(name, d.Get("TransitOperation/"+name), permission.Get("TransitOperation/"+name))
			}
		})
	case d.Has(consignment):
		c.shown(func(permission *message.Document) {
			for _, house := range d.Each("Consignment/HouseConsignment") {
				c.part(house, permission)
			}
		})
	}
}

// shown finds the permission that showed the goods.
func (c *checker) shown(then func(permission *message.Document)) {
	for i := len(c.before) - 1; i >= 0; i-- {
		if d := c.before[i]; d.Type.Code == "IE043" && d.Has("Consignment") {
			then(d)
			return
		}
	}
	c.fault("no permission has shown the goods")
}

// part looks for a house of a release, and for its items, in the permission.
func (c *checker) part(house, permission *message.Document) {
	for _, shown := range permission.Each("Consignment/HouseConsignment") {
		if shown.Get("sequenceNumber") != house.Get("sequenceNumber") {
			continue
		}
		known := map[string]bool{}
		for _, item := range shown.Each("ConsignmentItem") {
			known[itemNumber(item)] = true
		}
		for _, item := range house.Each("ConsignmentItem") {
			if !known[itemNumber(item)] {
				c.fault("item %s of house %s is not in the permission", itemNumber(item), house.Get("sequenceNumber"))
			}
		}
		return
	}
	c.fault("house %s is not in the permission", house.Get("sequenceNumber"))
}

func itemNumber(item *message.Document) string {
	return item.Get("goodsItemNumber") + "/" + item.Get("declarationGoodsItemNumber")
}
