package message

// Field is something that messages of every phase say, each phase in an element of its own. What only one phase
// says, or says in one message, has no Field: it is read by its path.
type Field int

// The fields, with their elements in phases 5 and 6.
const (
	Identification       Field = iota // messageIdentification
	Sender                            // messageSender
	LRN                               // TransitOperation/LRN
	MRN                               // TransitOperation/MRN
	DeclarationType                   // TransitOperation/declarationType
	Security                          // TransitOperation/security
	Holder                            // HolderOfTheTransitProcedure/identificationNumber
	HolderTIR                         // HolderOfTheTransitProcedure/TIRHolderIdentificationNumber
	TraderAtDestination               // TraderAtDestination/identificationNumber
	OfficeOfDeparture                 // CustomsOfficeOfDeparture/referenceNumber
	OfficeOfDestination               // CustomsOfficeOfDestinationDeclared/referenceNumber
	OfficeOfPresentation              // CustomsOfficeOfDestinationActual/referenceNumber
	fieldCount
)

// fields are the paths to the elements of the fields. The sender of phase 4 is what API 1.0 puts into a message before it
// stores it.
var fields = map[Generation][fieldCount]string{
	GenerationPhases56: {
		Identification:       "messageIdentification",
		Sender:               "messageSender",
		LRN:                  "TransitOperation/LRN",
		MRN:                  "TransitOperation/MRN",
		DeclarationType:      "TransitOperation/declarationType",
		Security:             "TransitOperation/security",
		Holder:               "HolderOfTheTransitProcedure/identificationNumber",
		HolderTIR:            "HolderOfTheTransitProcedure/TIRHolderIdentificationNumber",
		TraderAtDestination:  "TraderAtDestination/identificationNumber",
		OfficeOfDeparture:    "CustomsOfficeOfDeparture/referenceNumber",
		OfficeOfDestination:  "CustomsOfficeOfDestinationDeclared/referenceNumber",
		OfficeOfPresentation: "CustomsOfficeOfDestinationActual/referenceNumber",
	},
	GenerationPhase4: {
		Identification:       "MesIdeMES19",
		Sender:               "MesSenMES3",
		LRN:                  "HEAHEA/RefNumHEA4",
		MRN:                  "HEAHEA/DocNumHEA5",
		DeclarationType:      "HEAHEA/TypOfDecHEA24",
		Security:             "HEAHEA/SecHEA358",
		Holder:               "TRAPRIPC1/TINPC159",
		HolderTIR:            "TRAPRIPC1/HITPC126",
		TraderAtDestination:  "TRADESTRD/TINTRD59",
		OfficeOfDeparture:    "CUSOFFDEPEPT/RefNumEPT1",
		OfficeOfDestination:  "CUSOFFDESEST/RefNumEST1",
		OfficeOfPresentation: "CUSOFFPREOFFRES/RefNumRES1",
	},
}

// Path leads to the element of a field in the phase's messages.
func (p Phase) Path(f Field) string {
	return fields[p.Generation()][f]
}

// Field is the value of a field, as Get gives it.
func (d *Document) Field(f Field) string { return d.Get(d.Phase.Path(f)) }
