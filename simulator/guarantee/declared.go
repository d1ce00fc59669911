package guarantee

import (
	"strings"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Elements of a declaration of phase 4.
const (
	departureOffice   = "CUSOFFDEPEPT"
	departureNumber   = "RefNumEPT1"
	destinationOffice = "CUSOFFDESEST"
	destinationNumber = "RefNumEST1"

	guaranteeGroup  = "GUAGUA"
	guaranteeType   = "GuaTypGUA1"
	referenceGroup  = "GUAREFREF"
	referenceGRN    = "GuaRefNumGRNREF1"
	otherReference  = "OthGuaRefREF4"
	itemGroup       = "GOOITEGDS"
	itemNumber      = "IteNumGDS7"
	mentionGroup    = "SPEMENMT2"
	mentionText     = "AddInfMT21"
	mentionLanguage = "AddInfMT21LNG"
	mentionCode     = "AddInfCodMT23"
	mentionExportEC = "ExpFroECMT24"
	mentionExport   = "ExpFroCouMT25"
)

// calculated is the code of a special mention that speaks of a guarantee.
const calculated = "CAL"

const (
	// knownTypes are the guarantee types of phase 4.
	knownTypes = "0123456789AB"
	// typesWithGRN are those whose guarantee has a GRN, and whose liability gets a default.
	typesWithGRN = "01249"
)

// hasGRN reports whether guarantees of a type carry a GRN.
func hasGRN(typ string) bool { return len(typ) == 1 && strings.Contains(typesWithGRN, typ) }

// value is the text of a leaf below a node; all leaves of phase 4 are tokens, so white space is collapsed.
func value(n *xmltree.Node, names ...string) string { return schema.Collapse(n.Value(names...)) }

// mentionsGuarantee reports whether a special mention speaks of a guarantee (docs/spec/api-1.0.md#8-3).
func mentionsGuarantee(n *xmltree.Node) bool {
	return n.Name == mentionGroup && value(n, mentionCode) == calculated && value(n, mentionText) != ""
}

// defaulted are the references of the guarantees that get a default amount, in order (docs/spec/api-1.0.md#8-2). The
// error is a Refusal.
func defaulted(root *xmltree.Node) ([]string, error) {
	var out []string
	for _, g := range root.All(guaranteeGroup) {
		typ := value(g, guaranteeType)
		if err := checkType(typ); err != nil {
			return nil, err
		}
		for _, r := range g.All(referenceGroup) {
			name, missing := otherReference, OtherReferenceEmpty
			if hasGRN(typ) {
				name, missing = referenceGRN, GRNEmpty
			}
			reference := value(r, name)
			if reference == "" {
				return nil, missing
			}
			if hasGRN(typ) {
				out = append(out, reference)
			}
		}
	}
	return out, nil
}

func checkType(typ string) error {
	switch {
	case typ == "":
		return TypeEmpty
	case len([]rune(typ)) > 1:
		return TypeTooLong
	case !strings.Contains(knownTypes, typ):
		return TypeUnknown
	}
	return nil
}
