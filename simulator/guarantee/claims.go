package guarantee

import (
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// Claims are what a declaration claims of its guarantees: one sum for each GRN and currency, in the order in which the
// guarantees are declared. Guarantees without a GRN are not in a register and nothing is claimed of them. Where no
// amount is given the default is claimed, in every phase (docs/spec/responses.md#4, IE029; docs/spec/api-1.0.md#8).
//
// A declaration of phases 5 and 6 says the amount beside the GRN; one of phase 4 says it item by item, in guarantee
// mentions.
func (d Default) Claims(declaration *message.Document) []movement.Reservation {
	if declaration == nil {
		return nil
	}
	c := claims{standard: d.orStandard()}
	readers[declaration.Phase.Generation()](&c, declaration)
	return c.list()
}

// readers read the amounts of a declaration.
var readers = map[message.Generation]func(*claims, *message.Document){
	message.GenerationPhase4:   (*claims).phase4,
	message.GenerationPhases56: (*claims).phases56,
}

// claims adds up what is claimed.
type claims struct {
	standard Default
	order    []balanceKey
	sums     map[balanceKey]movement.Decimal
}

// balanceKey is what sums are kept apart by.
type balanceKey struct{ grn, currency string }

func (c *claims) add(grn, currency string, amount movement.Decimal) {
	if c.sums == nil {
		c.sums = map[balanceKey]movement.Decimal{}
	}
	a := balanceKey{grn, currency}
	if _, known := c.sums[a]; !known {
		c.order = append(c.order, a)
	}
	c.sums[a] = c.sums[a].Plus(amount)
}

// addDefault claims the default liability.
func (c *claims) addDefault(grn string) {
	amount, _ := movement.ParseDecimal(c.standard.Amount) // NewDefault has checked it
	c.add(grn, c.standard.Currency, amount)
}

func (c *claims) list() []movement.Reservation {
	var out []movement.Reservation
	for _, a := range c.order {
		if sum := c.sums[a]; sum.Sign() > 0 {
			out = append(out, movement.Reservation{GRN: a.grn, Amount: sum.String(), Currency: a.currency})
		}
	}
	return out
}

// phases56 is the declaration of phases 5 and 6.
func (c *claims) phases56(d *message.Document) {
	for _, g := range d.Each("Guarantee") {
		if !hasGRN(g.Get("guaranteeType")) {
			continue
		}
		for _, r := range g.Each("GuaranteeReference") {
			grn := r.Get("GRN")
			amount, err := movement.ParseDecimal(r.Get("amountToBeCovered"))
			currency := r.Get("currency")
			switch {
			case grn == "":
			case err != nil:
				c.addDefault(grn)
			case currency == "":
				c.add(grn, c.standard.Currency, amount)
			default:
				c.add(grn, currency, amount)
			}
		}
	}
}

// phase4 is the declaration of phase 4. A mention that gives no usable amount counts as one that gives none; so does a
// guarantee without any mention, which a transit inside Great Britain may have.
func (c *claims) phase4(d *message.Document) {
	for _, g := range d.Root.All(guaranteeGroup) {
		if !hasGRN(value(g, guaranteeType)) {
			continue
		}
		for _, r := range g.All(referenceGroup) {
			grn := value(r, referenceGRN)
			if grn != "" && !c.declared(grn) && !c.mentions(d, grn) {
				c.addDefault(grn)
			}
		}
	}
}

// declared reports whether a guarantee has been counted already: its mentions are counted once.
func (c *claims) declared(grn string) bool {
	for _, a := range c.order {
		if a.grn == grn {
			return true
		}
	}
	return false
}

// mentions adds up what all items say of a guarantee, and reports whether any does.
func (c *claims) mentions(d *message.Document, grn string) (any bool) {
	for _, item := range d.Root.All(itemGroup) {
		for _, n := range item.Children {
			text := value(n, mentionText)
			if !mentionsGuarantee(n) || !strings.HasSuffix(text, grn) {
				continue
			}
			any = true
			if l, err := ParseLiability(text, grn); err == nil && l.Stated() {
				c.add(grn, l.Currency, l.Amount)
			} else {
				c.addDefault(grn)
			}
		}
	}
	return any
}
