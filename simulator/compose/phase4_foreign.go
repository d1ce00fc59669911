package compose

import (
	"errors"
	"strings"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// phase4ForeignGoods is what is known in phase 4 of goods from elsewhere: one item on a sealed vehicle. Names in angle
// brackets are filled in by phase4Foreign.
var phase4ForeignGoods = []field{
	{"HEAHEA/RefNumHEA4", "<lrn>"},
	{"HEAHEA/DocNumHEA5", "<mrn>"},
	{"HEAHEA/TypOfDecHEA24", "T1"},
	{"HEAHEA/CouOfDesCodHEA30", "<country>"},
	{"HEAHEA/CouOfDisCodHEA55", "<origin>"},
	{"HEAHEA/IdeOfMeaOfTraAtDHEA78", "<vehicle>"},
	{"HEAHEA/NatOfMeaOfTraAtDHEA80", "<origin>"},
	{"HEAHEA/ConIndHEA96", "0"},
	{"HEAHEA/NCTRetCopHEA104", "0"},
	{"HEAHEA/AccDatHEA158", "<day>"},
	{"HEAHEA/IssDatHEA186", "<day>"},
	{"HEAHEA/NCTSAccDocHEA601LNG", "EN"},
	{"HEAHEA/TotNumOfIteHEA305", "1"},
	{"HEAHEA/TotNumOfPacHEA306", "24"},
	{"HEAHEA/TotGroMasHEA307", "1200"},
	{"HEAHEA/BinItiHEA246", "0"},
	{"HEAHEA/DecDatHEA383", "<day>"},
	{"HEAHEA/DecPlaHEA394", "At the office of departure"},
	{"TRAPRIPC1/NamPC17", "Transit Carriers Abroad"},
	{"TRAPRIPC1/StrAndNumPC122", "1 Customs Yard"},
	{"TRAPRIPC1/PosCodPC123", "10001"},
	{"TRAPRIPC1/CitPC124", "Border Town"},
	{"TRAPRIPC1/CouPC125", "<origin>"},
	{"TRAPRIPC1/TINPC159", "<holder>"},
	{"CUSOFFDEPEPT/RefNumEPT1", "<departure>"},
	{"CUSOFFDESEST/RefNumEST1", "<destination>"},
	{"SEAINFSLI/SeaNumSLI2", "1"},
	{"SEAINFSLI/SEAIDSID[1]/SeaIdeSID1", "<seal>"},
	{"GUAGUA[1]/GuaTypGUA1", "1"},
	{"GUAGUA[1]/GUAREFREF[1]/GuaRefNumGRNREF1", "<grn>"},
	{"GOOITEGDS[1]/IteNumGDS7", "1"},
	{"GOOITEGDS[1]/ComCodTarCodGDS10", "392690"},
	{"GOOITEGDS[1]/GooDesGDS23", "Goods from abroad"},
	{"GOOITEGDS[1]/GroMasGDS46", "1200"},
	{"GOOITEGDS[1]/NetMasGDS48", "1100"},
	{"GOOITEGDS[1]/PACGS2[1]/MarNumOfPacGS21", "NO MARKS"},
	{"GOOITEGDS[1]/PACGS2[1]/KinOfPacGS23", "BX"},
	{"GOOITEGDS[1]/PACGS2[1]/NumOfPacGS24", "24"},
}

// unknownOrigin is where goods come from whose MRN does not say it: phase 4 takes any text for an MRN.
const unknownOrigin = "FR001260"

// phase4Foreign fills in phase4ForeignGoods.
func phase4Foreign(arrival *message.Document, day time.Time, st *clock.Stream) ([]field, error) {
	mrn, office := arrival.Field(message.MRN), unknownOrigin
	if err := movement.CheckMRN(mrn); !errors.Is(err, movement.ErrMalformed) {
		office = mrn[2:10]
	}
	destination := arrival.Field(message.OfficeOfPresentation)
	return filledIn(phase4ForeignGoods, strings.NewReplacer(
		"<mrn>", mrn, "<day>", compactDate(day), "<departure>", office, "<origin>", country(office),
		"<destination>", destination, "<country>", countryOr(destination, "GB"),
		"<lrn>", st.Pick(upper+digits, 12), "<holder>", country(office)+st.Pick(digits, 12), "<grn>", movement.NewGRN(day, office, st),
		"<seal>", st.Pick(upper+digits, 8), "<vehicle>", st.Pick(upper, 2)+st.Pick(digits, 5),
	)), nil
}
