package main

import (
	"bytes"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
	"nctsim/xsd"
)

var _ = Describe("The growth of cost", func() {
	It("is measured with declarations of as many items as are asked for, which the schema takes", func(ctx SpecContext) {
		set, err := schema.Load(xsd.Files, "phase5")
		Expect(err).NotTo(HaveOccurred())
		for _, n := range growthItems {
			declaration, err := withItems(document(), n)
			Expect(err).NotTo(HaveOccurred())
			Expect(bytes.Count(declaration, []byte("<ConsignmentItem>"))).To(Equal(n))
			Expect(set.Validate(ctx, declaration, schema.Options{}).Errors).To(BeEmpty())
		}
	})

	It("is drawn as a picture that is well-formed, with a point for each figure", func() {
		c := chart{title: "Items <now>", x: "items", y: "ms", lines: []line{{name: "a"}, {name: "b & c"}}}
		for i, n := range growthItems {
			c.lines[0].add(n, float64(i))
			c.lines[1].add(n, 1000)
		}
		picture := draw("today", []chart{c, c})
		_, err := xmltree.Parse(picture)
		Expect(err).NotTo(HaveOccurred())
		Expect(bytes.Count(picture, []byte("<circle"))).To(Equal(2 * 2 * len(growthItems)))
		Expect(string(picture)).NotTo(ContainSubstring("NaN"))
	})
})
