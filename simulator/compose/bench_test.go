package compose_test

import (
	"fmt"
	"testing"

	"nctsim/fixtures"
	"nctsim/simulator/compose"
	"nctsim/simulator/message"
)

// declarationOf100 is the sample declaration with its first item a hundred times.
func declarationOf100(b *testing.B, c *message.Catalogue) *message.Document {
	b.Helper()
	data, err := fixtures.Files.ReadFile("phase6/valid/ie015-simplified-gb-xi.xml")
	if err != nil {
		b.Fatal(err)
	}
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
	c, err := loadCatalogue()
	if err != nil {
		b.Fatal(err)
	}
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

func BenchmarkRandom(b *testing.B) {
	c, err := loadCatalogue()
	if err != nil {
		b.Fatal(err)
	}
	composer := compose.New(c, compose.Options{})
	r := compose.Request{Type: "IE029", Now: later, Stream: stream("random")}
	r.Movement.Phase = message.Phase6
	for b.Loop() {
		if _, err := composer.Random(r); err != nil {
			b.Fatal(err)
		}
	}
}
