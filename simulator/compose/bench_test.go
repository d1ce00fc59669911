package compose_test

import (
	"fmt"
	"slices"
	"testing"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

// declarationOf100 is the sample declaration with its first item a hundred times.
func declarationOf100(b *testing.B, c *message.Catalogue) *message.Document {
	b.Helper()
	data := simtest.File("phase6/valid/ie015-simplified-gb-xi.xml")
	d, err := c.Parse(message.Phase6, data)
	if err != nil {
		b.Fatal(err)
	}
	house := d.Find("Consignment/HouseConsignment")[0]
	items := house.All("ConsignmentItem")
	house.Children = house.Children[:len(house.Children)-len(items)]
	for i := range 100 {
		item := items[0].Clone()
		item.Child("goodsItemNumber").Text = fmt.Sprint(i + 1)
		item.Child("declarationGoodsItemNumber").Text = fmt.Sprint(i + 1)
		house.Children = append(house.Children, item)
	}
	return d
}

func BenchmarkCompose(b *testing.B) {
	c := simtest.Catalogue()
	composer := compose.New(c, compose.Options{})
	d := declarationOf100(b, c)
	for _, code := range []string{"IE028", "IE029"} {
		b.Run(code+" of 100 items", func(b *testing.B) {
			for b.Loop() {
				out, err := composer.Compose(request(code, d))
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(out.Body)))
			}
		})
	}
}

// phase4DeclarationOf is the sample declaration of phase 4 with its first item so many times.
func phase4DeclarationOf(d *message.Document, items int) *message.Document {
	out := *d
	out.Root = d.Root.Clone()
	first := out.Root.Child("GOOITEGDS")
	at := slices.Index(out.Root.Children, first)
	var all []*xmltree.Node
	for i := range items {
		item := first.Clone()
		item.Child("IteNumGDS7").Text = fmt.Sprint(i + 1)
		all = append(all, item)
	}
	out.Root.Children = slices.Replace(out.Root.Children, at, at+len(out.Root.All("GOOITEGDS")), all...)
	return &out
}

func BenchmarkComposePhase4(b *testing.B) {
	c := simtest.Catalogue()
	data := simtest.File("phase4/valid/ie015-normal-gb-it.xml")
	d, err := c.Parse(message.Phase4, data)
	if err != nil {
		b.Fatal(err)
	}
	composer := compose.New(c, compose.Options{})
	for name, r := range map[string]compose.Request{
		"IE028":                    {Type: "IE028", Original: d},
		"IE029 of 100 items":       {Type: "IE029", Original: phase4DeclarationOf(d, 100)},
		"IE029 of 999 items":       {Type: "IE029", Original: phase4DeclarationOf(d, 999)},
		"IE043 of as much as fits": {Type: "IE043", Declaration: d, Content: compose.Content{Unloading: &compose.UnloadingCounts{Goods: 999, Products: 99, SpecialMentions: 99, Seals: 9999}}},
	} {
		b.Run(name, func(b *testing.B) {
			r.Movement = phase4Movement(d)
			if r.Type == "IE043" {
				r.Movement.Kind, r.Movement.Office = message.Arrival, "XI000142"
			}
			r.Now, r.Stream = later, stream(name)
			for b.Loop() {
				out, err := composer.Compose(r)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(out.Body)))
			}
		})
	}
}

func BenchmarkRandom(b *testing.B) {
	c := simtest.Catalogue()
	composer := compose.New(c, compose.Options{})
	r := compose.Request{Type: "IE029", Now: later, Stream: stream("random")}
	r.Movement.Phase = message.Phase6
	for b.Loop() {
		if _, err := composer.Random(r); err != nil {
			b.Fatal(err)
		}
	}
}
