package traders

import (
	"cmp"
	"regexp"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// Recipients that a message may have.
const (
	recipientGB = "NTA.GB"
	recipientXI = "NTA.XI"
)

// Office nodes that are read for the rules about the office.
const (
	officeOfDeparture   = "CustomsOfficeOfDeparture"
	officeOfDestination = "CustomsOfficeOfDestinationActual"
)

// submissionRules are HMRC's checks beyond the schema (docs/spec/api-2.1-3.0.md#7), in order; the first that fails
// is the answer. They read texts as they are written: white space that the schema would collapse counts.
func submissionRules(root *xmltree.Node, kind message.Kind, lrnPattern *regexp.Regexp) error {
	return cmp.Or(
		ruleType(root),
		ruleOffice(root, kind),
		ruleLRN(root, lrnPattern),
		ruleReference(root),
	)
}

// CheckSubmission is those checks for a message that nobody submits; the error is the answer's text. Messages of other
// phases than those of these versions pass.
func (a *API) CheckSubmission(p message.Phase, d *message.Document) error {
	return CheckSubmission(p, d, a.lrn)
}

// CheckSubmission is the same without an API, for LRNs of a pattern; nil takes any.
func CheckSubmission(p message.Phase, d *message.Document, lrnPattern *regexp.Regexp) error {
	if p.Generation() != message.GenerationPhases56 {
		return nil
	}
	return submissionRules(d.Root, d.Type.Kind, lrnPattern)
}

func ruleType(root *xmltree.Node) error {
	if strings.TrimSpace(root.Value("messageType")) != root.Name {
		return refuse(codeBusiness, textRuleType)
	}
	return nil
}

// ruleOffice is rules 2 to 4: the office, the recipient, and that their countries agree.
func ruleOffice(root *xmltree.Node, kind message.Kind) error {
	node := officeOfDeparture
	if kind == message.Arrival {
		node = officeOfDestination
	}
	office, recipient := root.Value(node, "referenceNumber"), root.Value("messageRecipient")
	if !strings.HasPrefix(office, "GB") && !strings.HasPrefix(office, "XI") {
		return refuse(codeBusiness, textRuleOffice, node, office)
	}
	if recipient != recipientGB && recipient != recipientXI {
		return refuse(codeBusiness, textRuleRecipient, recipient)
	}
	if strings.TrimPrefix(recipient, "NTA.") != office[:2] {
		return refuse(codeBusiness, textRuleCountry, node)
	}
	return nil
}

// ruleLRN is rule 5; a nil pattern switches it off.
func ruleLRN(root *xmltree.Node, pattern *regexp.Regexp) error {
	if pattern == nil || root.Name != "CC015C" {
		return nil
	}
	if lrn := root.Value("TransitOperation", "LRN"); !pattern.MatchString(lrn) {
		return refuse(codeBusiness, textRuleLRN, pattern, lrn)
	}
	return nil
}

// ruleReference is rule 6: an amendment names the movement by exactly one of its numbers.
func ruleReference(root *xmltree.Node) error {
	if root.Name != "CC013C" {
		return nil
	}
	operation := root.Child("TransitOperation")
	lrn, mrn := operation.Child("LRN") != nil, operation.Child("MRN") != nil
	switch {
	case !lrn && !mrn:
		return refuse(codeBusiness, textRuleNone)
	case lrn && mrn:
		return refuse(codeBusiness, textRuleBoth)
	}
	return nil
}
