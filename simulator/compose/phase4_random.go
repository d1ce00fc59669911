package compose

import (
	"slices"
	"strconv"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// phase4Optional are the elements that a random message of phase 4 has although the schema does not require them, first
// for one root and then for all of them.
var phase4Optional = map[string][]string{
	"CC009A": {"CanDecHEA93", "DatOfCanReqHEA147"},
	"CC016A": {phase4ErrorGroup},
	"CC029B": {"AppRefMES14", "TesIndMES18", controlGroup, sealsGroup, "PACGS2"},
	"CC043A": {
		"AppRefMES14", "TesIndMES18", phase4Head, "TypOfDecHEA24", "CouOfDesCodHEA30", "CouOfDisCodHEA55", "IdeOfMeaOfTraAtDHEA78",
		"ConIndHEA96", "AccDatHEA158", "TotNumOfIteHEA305", "TotNumOfPacHEA306", "TotGroMasHEA307",
		principalGroup, phase4TraderGroup, "CUSOFFDEPEPT", "CUSOFFPREOFFRES", "GroMasGDS46", "NetMasGDS48", "PACGS2",
	},
	"CC051B": {"AppRefMES14", "TesIndMES18", "NoRelMotHEA272", "RESOFCON534"},
	"CC055A": {"InvGuaReaRNS12"},
	"CC058A": {"UnlRemRejReaHEA280"},
	"": {
		"NamPC17", "StrAndNumPC122", "PosCodPC123", "CitPC124", "CouPC125", "TINPC159",
		"NamTRD7", "StrAndNumTRD22", "PosCodTRD23", "CitTRD24", "CouTRD25", "TINTRD59",
	},
}

// phase4Counted are the groups of an unloading permission whose number can be chosen (docs/spec/api-1.0.md#15-1).
// The group of seals is there if there are any.
var phase4Counted = map[string]func(UnloadingCounts) int{
	phase4ItemGroup: func(c UnloadingCounts) int { return c.Goods },
	"PRODOCDC2":     func(c UnloadingCounts) int { return c.Products },
	"SPEMENMT2":     func(c UnloadingCounts) int { return c.SpecialMentions },
	sealsGroup:      func(c UnloadingCounts) int { return min(c.Seals, 1) },
	"SEAIDSID":      func(c UnloadingCounts) int { return c.Seals },
}

// phase4Random is a message of phase 4: what the schema requires and what phase4Optional names. Random characters
// everywhere, but for the time of preparation, the office of the declaration and an MRN in the IE028
// (docs/spec/api-1.0.md#15-3).
func phase4Random(g *generator, e *schema.Element) *xmltree.Node { return g.phase4Group(e, "") }

func (g *generator) phase4Group(e *schema.Element, parent string) *xmltree.Node {
	n := &xmltree.Node{Name: e.Name}
	if e.Leaf() {
		n.Text = g.value(e, parent)
		return n
	}
	for _, child := range e.Children {
		if g.root == "CC058A" && child.Name == phase4ErrorGroup {
			n.Children = append(n.Children, usualErrors()...)
			continue
		}
		for i := range g.phase4Count(child) {
			one := g.phase4Group(child, e.Name)
			if number := one.Child("IteNumGDS7"); number != nil {
				number.Text = strconv.Itoa(i + 1)
			}
			n.Children = append(n.Children, one)
		}
	}
	return n
}

// phase4Count is how often an element occurs.
func (g *generator) phase4Count(e *schema.Element) int {
	if count := phase4Counted[e.Name]; count != nil && g.root == "CC043A" {
		return min(max(count(g.counts()), e.Min), e.Max)
	}
	if slices.Contains(phase4Optional[g.root], e.Name) || slices.Contains(phase4Optional[""], e.Name) {
		return max(e.Min, 1)
	}
	return e.Min
}

// counts are those asked for, or one of each.
func (g *generator) counts() UnloadingCounts {
	if c := g.request.Content.Unloading; c != nil {
		return *c
	}
	return UnloadingCounts{Goods: 1, Products: 1, SpecialMentions: 1, Seals: 1}
}

func (g *generator) seals() string { return strconv.Itoa(min(g.counts().Seals, 9999)) }

// officeOfDeparture is that of the last IE015 of the movement; another movement has none.
func (g *generator) officeOfDeparture() string {
	if r := g.request; r.Movement.Kind != message.Arrival {
		for _, from := range []*message.Document{r.Declaration, r.Original} {
			if from != nil {
				return from.Field(message.OfficeOfDeparture)
			}
		}
		if r.Movement.Office != "" {
			return r.Movement.Office
		}
	}
	return g.sample.pick(alnum, 8)
}

// usualErrors are the errors that every generated IE058 had.
func usualErrors() []*xmltree.Node {
	var out []*xmltree.Node
	for _, e := range remarksErrors {
		n := &xmltree.Node{Name: phase4ErrorGroup, Children: []*xmltree.Node{
			{Name: "ErrTypER11", Text: e.Code}, {Name: "ErrPoiER12", Text: e.Pointer},
		}}
		if e.Reason != "" {
			n.Children = append(n.Children, &xmltree.Node{Name: "ErrReaER13", Text: e.Reason})
		}
		out = append(out, n)
	}
	return out
}
