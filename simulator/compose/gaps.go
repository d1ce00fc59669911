package compose

import (
	"fmt"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// copyDeclaration takes every group of the declaration that the message has too, all levels, in order and
// with all numbers unchanged. The groups that are already there (office, holder, representative) and the
// references stay.
func (d *draft) copyDeclaration() {
	mrn := d.get(d.path(message.MRN))
	head, _, _ := strings.Cut(d.path(message.MRN), "/")
	d.remove(head)
	for _, group := range d.builder.Document().Schema.Children {
		if group.Leaf() || d.Declaration.Schema.Child(group.Name) == nil || d.builder.Document().Has(group.Name) {
			continue
		}
		d.repeat(group.Name)
	}
	d.set(d.path(message.MRN), mrn)
}

// gaps says what happens to elements that the IE029, IE043 or IE025 requires and declarations may lack
// (docs/spec/responses.md#4), those of the other phase too. The keys are paths without positions.
var gaps = map[string]func(*draft, message.Gap){
	"HolderOfTheTransitProcedure/name":    unknownHolder,
	"HolderOfTheTransitProcedure/Address": unknownHolder,

	"Consignment/containerIndicator": func(d *draft, g message.Gap) { d.set(g.Path, "0") },
	"Consignment/PlaceOfLoading":     func(d *draft, g message.Gap) { d.set(g.Path+"/country", d.officeCountry()) },

	"Guarantee/guaranteeType":                        guaranteeTypeOfOriginal,
	"Guarantee/GuaranteeReference/amountToBeCovered": defaultAmount,
	"Guarantee/GuaranteeReference/currency":          func(d *draft, g message.Gap) { d.set(g.Path, d.options.DefaultCurrency) },

	"Consignment/DepartureTransportMeans/typeOfIdentification":                    incompleteGroup,
	"Consignment/DepartureTransportMeans/identificationNumber":                    incompleteGroup,
	"Consignment/DepartureTransportMeans/nationality":                             incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/customsOfficeAtBorderReferenceNumber": incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/typeOfIdentification":                 incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/identificationNumber":                 incompleteGroup,
	"Consignment/ActiveBorderTransportMeans/nationality":                          incompleteGroup,

	"Consignment/HouseConsignment/ConsignmentItem/Commodity/GoodsMeasure":           unknownMass,
	"Consignment/HouseConsignment/ConsignmentItem/Commodity/GoodsMeasure/grossMass": unknownMass,

	phase4ItemGroup + "/PACGS2": unknownPackages,
}

// fillGaps goes backwards, so that leaving out a group does not move those that are still to come. A gap may be
// gone when its turn comes, filled or left out together with another. Those of the items that are repeated are filled when they come.
func (d *draft) fillGaps() {
	d.fillGapsOf(d.builder, "")
	d.gaps = gapsFilled{true, len(d.warnings)}
}

// gapsFilled says whether gaps are filled, and behind how many warnings it is said of the items.
type gapsFilled struct {
	yes bool
	at  int
}

// fillGapsOf fills those of a group; path leads to it.
func (d *draft) fillGapsOf(group *message.Builder, path string) {
	missing := group.Missing()
	for i := len(missing) - 1; i >= 0 && d.err == nil; i-- {
		gap := missing[i]
		if fill := gaps[path+xmltree.WithoutPositions(gap.Path)]; fill != nil && !gap.Group.Document().Has(gap.Name) {
			fill(d, gap)
		}
	}
}

// itemWarnings say what was filled in of items.
func (d *draft) itemWarnings() (warnings []string) {
	if d.unweighed > 0 {
		warnings = append(warnings, fmt.Sprintf("the gross mass of %d items was not declared and is given as 0", d.unweighed))
	}
	if d.unpacked > 0 {
		warnings = append(warnings, fmt.Sprintf("the packages of %d items were not declared and are given as not available", d.unpacked))
	}
	return warnings
}
