package compose

import (
	"cmp"
	"slices"
	"strconv"

	"nctsim/simulator/message"
)

// unloadingPermission is IE043: the released declaration, pruned to what the schema knows, or after an interrupted
// unloading the little that goes on with it (C0027, G0510).
func unloadingPermission(d *draft) {
	if !d.needDeclaration() {
		return
	}
	if d.Content.ContinueUnloading > 0 {
		d.continuation()
		return
	}
	d.holder(recipe{holder: longHolder})
	d.copyDeclaration()
	d.applyPresentation()
	d.set("TransitOperation/declarationAcceptanceDate", d.acceptanceDate())
	d.incidents()
	d.fillGaps()
	d.completeTraders()
}

// continuation has what the schema requires beside the count. It says the same as the permission that it continues.
func (d *draft) continuation() {
	from := orOther(d.Permission, d.source("TransitOperation/security"))
	d.set("TransitOperation/security", from.Get("TransitOperation/security"))
	d.set("TransitOperation/reducedDatasetIndicator", from.Get("TransitOperation/reducedDatasetIndicator"))
	d.set("CTLControl/continueUnloading", strconv.Itoa(d.Content.ContinueUnloading))
}

// incidents are those that the trader reported with the arrival, in phase 5, and those registered on the way.
func (d *draft) incidents() {
	if d.Original != nil && d.Original.Element(incidentGroup) != nil {
		d.copy(incidentGroup, d.Original)
	}
	if d.Departure == nil {
		return
	}
	known := len(d.builder.Document().Find(incidentGroup))
	all := d.room(incidentGroup, known+len(d.Departure.Facts.Incidents))
	for i, in := range d.Departure.Facts.Incidents[:max(all-known, 0)] {
		d.incident(in, known+i+1)
	}
}

// Values of releaseIndicator, CL164.
const (
	fullRelease     = "1"
	partialRelease  = "2"
	residualRelease = "3"
)

// Values of releaseType, CL163.
const (
	released       = "0"
	releasedPartly = "1"
	notReleased    = "2"
)

// goodsRelease is IE025. A partial release has a Consignment (C0352). If the office does not say what is released,
// the first house is and the others are not, or of a single house the first item; the residual release is all that
// is left, which means all houses.
func goodsRelease(d *draft) {
	indicator := cmp.Or(d.Content.ReleaseIndicator, fullRelease)
	d.set("TransitOperation/releaseDate", date(d.at))
	d.set("TransitOperation/releaseIndicator", indicator)
	if indicator != partialRelease && indicator != residualRelease || !d.needGoods() {
		return
	}
	houses := d.goods().Each("Consignment/" + houseGroup)
	for i, house := range houses {
		usual := usualRelease(indicator, i, len(houses))
		if what, named := d.decisionOn(house.Get("sequenceNumber"), usual); named {
			d.releasedHouse(house, what)
		}
	}
	d.fillGaps()
}

// goods is the document that shows houses and items: the permission, because the trader knows the goods from there,
// or the declaration.
func (d *draft) goods() *message.Document { return orOther(d.Permission, d.Declaration) }

func (d *draft) needGoods() bool { return d.Permission != nil || d.needDeclaration() }

// decisionOn says what happens to a house; false if it is not in the message.
func (d *draft) decisionOn(number, usual string) (ReleasedHouse, bool) {
	if len(d.Content.Houses) == 0 {
		return ReleasedHouse{Number: number, Type: usual}, true
	}
	i := slices.IndexFunc(d.Content.Houses, func(h ReleasedHouse) bool { return h.Number == number })
	if i < 0 {
		return ReleasedHouse{}, false
	}
	what := d.Content.Houses[i]
	switch {
	case what.Type == "" && len(what.Items) > 0:
		what.Type = releasedPartly
	case what.Type == "":
		what.Type = released
	}
	return what, true
}

// usualRelease is the releaseType of the nth of some houses.
func usualRelease(indicator string, n, houses int) string {
	switch {
	case indicator == residualRelease:
		return released
	case houses == 1:
		return releasedPartly
	case n == 0:
		return released
	}
	return notReleased
}

// releasedHouse writes a house; items are only in houses that are released in part (C0353).
func (d *draft) releasedHouse(house *message.Document, what ReleasedHouse) {
	d.group("Consignment/"+houseGroup, func(one *draft) {
		one.set("sequenceNumber", what.Number)
		one.set("releaseType", what.Type)
		if what.Type != releasedPartly {
			return
		}
		for i, item := range house.Each(itemGroup) {
			if typ, named := what.item(item.Get("declarationGoodsItemNumber"), i); named {
				one.releasedItem(item, typ)
			}
		}
	})
}

// item is the releaseType of the nth item; false if the item is not in the message.
func (h ReleasedHouse) item(number string, n int) (string, bool) {
	if len(h.Items) == 0 {
		if n == 0 {
			return released, true
		}
		return notReleased, true
	}
	i := slices.IndexFunc(h.Items, func(item ReleasedItem) bool { return item.Number == number })
	if i < 0 {
		return "", false
	}
	return cmp.Or(h.Items[i].Type, released), true
}

func (d *draft) releasedItem(item *message.Document, typ string) {
	d.group(itemGroup, func(one *draft) {
		one.set("goodsItemNumber", item.Get("goodsItemNumber"))
		one.set("declarationGoodsItemNumber", item.Get("declarationGoodsItemNumber"))
		one.set("releaseType", typ)
		one.copy("Commodity", item)
		one.copy("Packaging", item)
	})
}
