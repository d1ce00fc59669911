package compose

import (
	"errors"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phases56ForeignGoods is what is known of goods from elsewhere: one consignment in one sealed container, so that an arrival
// can be unloaded like a domestic one. Names in angle brackets are filled in by Foreign.
var phases56ForeignGoods = []field{
	{"TransitOperation/LRN", "<lrn>"},
	{"TransitOperation/MRN", "<mrn>"},
	{"TransitOperation/declarationType", "T1"},
	{"TransitOperation/additionalDeclarationType", "A"},
	{"TransitOperation/declarationAcceptanceDate", "<day>"},
	{"TransitOperation/releaseDate", "<day>"},
	{"TransitOperation/security", "<security>"},
	{"TransitOperation/reducedDatasetIndicator", "0"},
	{"TransitOperation/bindingItinerary", "0"},
	{"CustomsOfficeOfDeparture/referenceNumber", "<departure>"},
	{"CustomsOfficeOfDestinationDeclared/referenceNumber", "<destination>"},
	{"HolderOfTheTransitProcedure/identificationNumber", "<holder>"},
	{"Guarantee[1]/sequenceNumber", "1"},
	{"Guarantee[1]/guaranteeType", "1"},
	{"Guarantee[1]/GuaranteeReference[1]/sequenceNumber", "1"},
	{"Guarantee[1]/GuaranteeReference[1]/GRN", "<grn>"},
	{"Guarantee[1]/GuaranteeReference[1]/amountToBeCovered", "10000.00"},
	{"Guarantee[1]/GuaranteeReference[1]/currency", "EUR"},

	{"Consignment/countryOfDispatch", "<origin>"},
	{"Consignment/countryOfDestination", "<country>"},
	{"Consignment/containerIndicator", "1"},
	{"Consignment/inlandModeOfTransport", "3"},
	{"Consignment/grossMass", "1200"},
	{"Consignment/Consignor/identificationNumber", "<holder>"},
	{"Consignment/Consignee/identificationNumber", "<trader>"},
	{"Consignment/TransportEquipment[1]/sequenceNumber", "1"},
	{"Consignment/TransportEquipment[1]/containerIdentificationNumber", "<container>"},
	{"Consignment/TransportEquipment[1]/numberOfSeals", "1"},
	{"Consignment/TransportEquipment[1]/Seal[1]/sequenceNumber", "1"},
	{"Consignment/TransportEquipment[1]/Seal[1]/identifier", "<seal>"},
	{"Consignment/TransportEquipment[1]/GoodsReference[1]/sequenceNumber", "1"},
	{"Consignment/TransportEquipment[1]/GoodsReference[1]/declarationGoodsItemNumber", "1"},
	{"Consignment/DepartureTransportMeans[1]/sequenceNumber", "1"},
	{"Consignment/DepartureTransportMeans[1]/typeOfIdentification", newVehicleType},
	{"Consignment/DepartureTransportMeans[1]/identificationNumber", "<vehicle>"},
	{"Consignment/DepartureTransportMeans[1]/nationality", "<origin>"},
	{"Consignment/PlaceOfLoading/country", "<origin>"},

	{"Consignment/HouseConsignment[1]/sequenceNumber", "1"},
	{"Consignment/HouseConsignment[1]/grossMass", "1200"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/goodsItemNumber", "1"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/declarationGoodsItemNumber", "1"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/descriptionOfGoods", "Goods from abroad"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/CommodityCode/harmonizedSystemSubHeadingCode", "392690"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/GoodsMeasure/grossMass", "1200"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/GoodsMeasure/netMass", "1100"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/sequenceNumber", "1"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/typeOfPackages", "BX"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/numberOfPackages", "24"},
	{"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/shippingMarks", "NO MARKS"},
}

// phases56Foreign fills in phases56ForeignGoods.
func phases56Foreign(arrival *message.Document, day time.Time, st *clock.Stream) ([]field, error) {
	mrn := arrival.Field(message.MRN)
	if err := movement.CheckMRN(mrn); errors.Is(err, movement.ErrMalformed) {
		return nil, err
	}
	office := mrn[2:10]
	destination := arrival.Field(message.OfficeOfPresentation)
	return filledIn(phases56ForeignGoods, strings.NewReplacer(
		"<mrn>", mrn, "<day>", date(day), "<departure>", office, "<origin>", country(office), "<security>", securityOf(mrn),
		"<destination>", destination, "<country>", country(destination), "<trader>", arrival.Field(message.TraderAtDestination),
		"<lrn>", st.Pick(upper+digits, 12), "<holder>", country(office)+st.Pick(digits, 12), "<grn>", movement.NewGRN(day, office, st),
		"<container>", st.Pick(upper, 4)+st.Pick(digits, 7), "<seal>", st.Pick(upper+digits, 8), "<vehicle>", st.Pick(upper, 2)+st.Pick(digits, 5),
	)), nil
}

// securityOf reads the safety data of a declaration from its MRN (R0410).
func securityOf(mrn string) string {
	for _, security := range []string{"1", "2", "3"} {
		if movement.ProcedureLetter(security) == mrn[16] {
			return security
		}
	}
	return "0"
}
