package compose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// phase4Permission is IE043: the released declaration, as much of it as the schema knows, without special mentions
// (docs/spec/responses.md#7-4). One that lets an unloading go on shows the goods too and counts from 1.
func phase4Permission(d *draft) {
	if !d.needDeclaration() {
		return
	}
	d.copyDeclaration()
	d.set("HEAHEA/AccDatHEA158", d.phase4AcceptanceDate())
	if n := d.Content.ContinueUnloading; n > 0 {
		d.set("CTLCL1/ConUnlCL130", strconv.Itoa(min(n, 9)))
	}
	d.remove("HEAHEA/NumOfLoaLisHEA304")
	d.consignor()
	for _, item := range d.builder.Each(phase4ItemGroup) {
		d.fail(item.Remove("SPEMENMT2"))
	}
	if d.Content.Unloading != nil {
		d.showCounts(*d.Content.Unloading)
	}
}

// What a permission shows when more is asked for than was declared: document and mention are codes of box 44.
const (
	furtherDocument = "380"   // commercial invoice
	furtherMention  = "30600" // consignee unknown
)

// showCounts makes the permission show so many items, documents, special mentions and seals: those that were declared first,
// then further ones.
func (d *draft) showCounts(counts UnloadingCounts) {
	declared := d.builder.Each(phase4ItemGroup)
	d.showItems(declared, counts.Goods)
	for _, item := range d.builder.Each(phase4ItemGroup) {
		number := item.Document().Get("IteNumGDS7")
		d.resize(item, "PRODOCDC2", counts.Products, func(one *message.Builder, n int) {
			d.fail(one.Set("DocTypDC21", furtherDocument))
			d.fail(one.Set("DocRefDC23", fmt.Sprintf("INV-%s-%d", number, n)))
		})
		d.resize(item, "SPEMENMT2", counts.SpecialMentions, func(one *message.Builder, _ int) {
			d.fail(one.Set("AddInfCodMT23", furtherMention))
		})
	}
	d.showSeals(counts.Seals)
	if len(declared) != counts.Goods {
		d.updateTotals()
	}
}

// showItems repeats the declared items under numbers of their own until there are enough.
func (d *draft) showItems(declared []*message.Builder, n int) {
	if len(declared) == 0 {
		return
	}
	last := 0
	for _, item := range declared {
		number, _ := strconv.Atoi(item.Document().Get("IteNumGDS7"))
		last = max(last, number)
	}
	d.resize(d.builder, phase4ItemGroup, n, func(one *message.Builder, place int) {
		one.Document().Root.Children = declared[(place-1)%len(declared)].Document().Root.Clone().Children
		d.fail(one.Set("IteNumGDS7", strconv.Itoa(last+place-len(declared))))
	})
}

func (d *draft) showSeals(n int) {
	if n <= 0 {
		d.remove(sealsGroup)
		return
	}
	d.fail(d.builder.Add(sealsGroup))
	d.resize(d.builder.Each(sealsGroup)[0], "SEAIDSID", n, func(one *message.Builder, _ int) {
		d.fail(one.Set("SeaIdeSID1", d.Stream.Pick(upper+digits, 8)))
	})
	d.set(sealsGroup+"/SeaNumSLI2", strconv.Itoa(len(d.builder.Document().Find(sealsGroup+"/SEAIDSID"))))
}

// resize makes a group below another occur n times, or as often as the schema allows. New ones come last, and are
// filled with the number of their place.
func (d *draft) resize(below *message.Builder, name string, n int, fill func(one *message.Builder, place int)) {
	n = min(max(n, 0), below.Document().Element(name).Max)
	root, have := below.Document().Root, 0
	root.Children = slices.DeleteFunc(root.Children, func(c *xmltree.Node) bool {
		if c.Name == name {
			have++
		}
		return c.Name == name && have > n
	})
	for place := have + 1; place <= n && d.err == nil; place++ {
		one, err := below.Append(name)
		if err != nil {
			d.fail(err)
			return
		}
		fill(one, place)
	}
}

// updateTotals makes the totals those of the items that are shown. A mass that an item does not say counts nothing.
func (d *draft) updateTotals() {
	items := d.builder.Document().Each(phase4ItemGroup)
	d.set("HEAHEA/TotNumOfIteHEA305", strconv.Itoa(len(items)))
	packages, mass := 0, movement.Decimal{}
	for _, item := range items {
		if one, err := movement.ParseDecimal(item.Get("GroMasGDS46")); err == nil {
			mass = mass.Plus(one)
		}
		for _, p := range item.Each("PACGS2") {
			n, _ := strconv.Atoi(p.Get("NumOfPacGS24"))
			packages += n
		}
	}
	d.total("HEAHEA/TotNumOfPacHEA306", strconv.Itoa(packages))
	d.total("HEAHEA/TotGroMasHEA307", mass.String())
}

// total replaces a total that was declared. One that has no room is left out.
func (d *draft) total(path, sum string) {
	if !d.builder.Document().Has(path) {
		return
	}
	d.remove(path)
	if fits(sum, d.builder.Document().Element(path).Type) {
		d.set(path, sum)
	}
}

// fits reports whether a number of phase 4 is one of a type: not too long, and in one of its notations.
func fits(number string, t *schema.Type) bool {
	return len(number) <= t.MaxLength && !slices.ContainsFunc(t.Patterns, func(notations []string) bool {
		match, err := regexp.MatchString("^(?:"+strings.Join(notations, "|")+")$", number)
		return err != nil || !match
	})
}
