package rules

import (
	"slices"

	"nctsim/simulator/message"
)

// Rules that only the registers can decide (rules page, UK specifics).
const (
	ruleParty          = "R0850"   // EORI known
	ruleHolder         = "BR20004" // holder may declare
	ruleRepresentative = "BR20005" // representative may represent
	ruleAuthorisation  = "G0033"   // authorisation or authorised place valid
	ruleSubPlace       = "customsSubPlace"
	ruleLoadingCode    = "placeOfLoading"
)

// registerRules can be switched off like any other. The last two are of phase 4, which has no codes for them.
var registerRules = map[string]string{
	ruleParty:          "the EORI is registered",
	ruleHolder:         "the holder is enabled to use the transit procedure",
	ruleRepresentative: "the representative is entitled to act for the holder",
	ruleAuthorisation:  "the authorisation is valid for the holder or the trader at destination",
	ruleSubPlace:       "the customs sub place is one of the office's",
	ruleLoadingCode:    "the place of loading code is registered",
}

// movementRules need the movement and are checked by the office, which leaves out those that are switched off.
var movementRules = []string{
	"BR20006", "C0170", "C0440", "C0467", "C0600", "C0807", "C0808", "C0824", "C0833", "C0840", "R0054", "R0055", "R0520", "R0790",
	"R206", "TR0002", "unloadedTotals",
}

// checkRegistered compares a message with the registers.
func (c *Checker) checkRegistered(t *tree, d *message.Document) []Finding {
	first, last := t.style.registered(c, t, d)
	return append(t.findings(first, c.positions(d)), t.findings(last, c.positions(d))...)
}

// phases56Registers are parties, authorisations and places, and then who may act.
func (c *Checker) phases56Registers(t *tree, d *message.Document) (first, last []candidate) {
	first = slices.Concat(c.checkParties(t, d), c.checkAuthorisations(t, d), c.checkLocation(t, d))
	return first, c.checkActing(t, d)
}

// refusal is a draft of a register rule, none if the rule is switched off.
func (c *Checker) refusal(node int32, code, rule string) []candidate {
	if slices.Contains(c.options.Off, rule) {
		return nil
	}
	return []candidate{{Finding: Finding{Code: code, Reason: rule, Logic: registerRules[rule]}, node: node, suffix: "."}}
}

// checkParties looks up the EORIs that R0850 is attached to.
func (c *Checker) checkParties(t *tree, d *message.Document) (out []candidate) {
	for _, names := range c.book.set(d.Phase, d.Root.Name).parties {
		for _, i := range t.at(names...) {
			if !c.registry.knowsParty(t.text(i)) {
				out = append(out, c.refusal(i, "12", ruleParty)...)
			}
		}
	}
	return out
}

func (r *Registry) knowsParty(eori string) bool {
	if r.refused.eoris[eori] {
		return false
	}
	_, known := r.parties[eori]
	return known || r.strictness == Lenient
}

// checkActing looks at the holder and at who acts for them; the error about a representative points to the holder, as
// the published example does.
func (c *Checker) checkActing(t *tree, d *message.Document) (out []candidate) {
	holder := t.at("HolderOfTheTransitProcedure", "identificationNumber")
	if d.Type.Kind != message.Departure || len(holder) == 0 {
		return nil
	}
	acting := holder[0]
	if representative := t.at("Representative", "identificationNumber"); len(representative) > 0 {
		acting = representative[0]
	}
	if c.registry.refused.holders[t.text(holder[0])] {
		out = append(out, c.refusal(holder[0], "12", ruleHolder)...)
	}
	if c.registry.refused.representatives[t.text(acting)] {
		out = append(out, c.refusal(holder[0], "12", ruleRepresentative)...)
	}
	return out
}

func (c *Checker) checkAuthorisations(t *tree, d *message.Document) (out []candidate) {
	owner := t.textAt("HolderOfTheTransitProcedure", "identificationNumber")
	if d.Type.Kind == message.Arrival {
		owner = t.textAt("TraderAtDestination", "identificationNumber")
	}
	for _, i := range t.at("Authorisation", "referenceNumber") {
		if !c.registry.validAuthorisation(t.textBeside(i, "type"), t.text(i), owner) {
			out = append(out, c.refusal(i, "14", ruleAuthorisation)...)
		}
	}
	for i := range out {
		out[i].short = true
	}
	return out
}

// validAuthorisation: a registered number has to have the type and the owner that it is registered with.
func (r *Registry) validAuthorisation(typ, number, owner string) bool {
	if r.refused.authorisations[number] {
		return false
	}
	if a, known := r.authorisations[number]; known {
		return a.Type == typ && a.Owner == owner
	}
	return r.strictness == Lenient
}

// checkLocation looks at the number of the authorised place of the goods.
func (c *Checker) checkLocation(t *tree, d *message.Document) (out []candidate) {
	use := useDeparture
	if d.Type.Kind == message.Arrival {
		use = useDestination
	}
	for _, i := range t.at("Consignment", "LocationOfGoods", "authorisationNumber") {
		if !c.registry.validLocation(t.text(i), use) {
			out = append(out, c.refusal(i, "14", ruleAuthorisation)...)
		}
	}
	return out
}

func (r *Registry) validLocation(number, use string) bool {
	if r.refused.locations[number] {
		return false
	}
	return r.strictness == Lenient || r.locations[number].Use == use
}
