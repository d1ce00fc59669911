package message_test

import (
	"bytes"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
	"nctsim/xsd"
)

var _ = Describe("Catalogue", func() {
	It("wraps a tree with the schema and type of its root", func() {
		d := parse(message.Phase6, `<CC028C/>`)
		Expect(d.Phase).To(Equal(message.Phase6))
		Expect(d.Type.Code).To(Equal("IE028"))
		Expect(d.Schema.Name).To(Equal("CC028C"))
	})

	It("knows messages of the schemas that the API does not have", func() {
		var others int
		for _, root := range catalogue.Set(message.Phase5).Roots() {
			if _, known := message.TypeOfRoot(root); known {
				continue
			}
			Expect(parse(message.Phase5, "<"+root+"/>").Type).To(Equal(message.Type{Root: root}))
			others++
		}
		Expect(others).To(BeNumerically(">", 0))
	})

	DescribeTable("refuses what the phase does not know:", func(p message.Phase, text, complaint string) {
		_, err := catalogue.Parse(p, []byte(text))
		Expect(err).To(MatchError(ContainSubstring(complaint)))
	},
		Entry("an unknown root", message.Phase5, `<CC999C/>`, `phase 5 has no message "CC999C"`),
		Entry("text that is not XML", message.Phase5, `<CC015C>`, "parse message: offset 8"),
	)

	It("knows nothing of a phase that is not loaded", func() {
		later := message.Load(xsd.Files, message.Phase5)
		_, err := later.Parse(message.Phase4, []byte(`<CC015B/>`))
		Expect(err).To(MatchError(ContainSubstring(`phase 4 has no message "CC015B"`)))
		Expect(later.Schema(message.Phase4, "CC015B")).To(BeNil())
	})

	It("has no schema for what it does not know", func() {
		Expect(catalogue.Schema(message.Phase5, "CC999C")).To(BeNil())
		Expect(catalogue.Set(message.Phase5).Root("CC015C")).To(Equal(catalogue.Schema(message.Phase5, "CC015C")))
	})
})

var _ = Describe("Document", func() {
	Describe("reading by path", func() {
		const text = `<CC015C><messageSender>A</messageSender>
			<Authorisation><type>C521</type></Authorisation>
			<Authorisation><type>C523</type></Authorisation></CC015C>`

		DescribeTable("gets one value", func(path, want string) {
			Expect(parse(message.Phase5, text).Get(path)).To(Equal(want))
		},
			Entry("of a leaf", "messageSender", "A"),
			Entry("of the first of several", "Authorisation/type", "C521"),
			Entry("at a position", "Authorisation[2]/type", "C523"),
			Entry("by the way from the root", "/CC015C/Authorisation[2]/type", "C523"),
			Entry("nothing from another root", "/CC013C/messageSender", ""),
			Entry("nothing where no element is", "Authorisation[3]/type", ""),
			Entry("nothing for an element nobody knows", "Nothing/at/all", ""),
			Entry("nothing for a malformed path", "Authorisation[", ""),
		)

		It("finds all elements of a name", func() {
			d := parse(message.Phase5, text)
			Expect(d.Find("Authorisation")).To(HaveLen(2))
			Expect(d.Find("Authorisation[")).To(BeNil())
			Expect(d.Has("Authorisation[2]")).To(BeTrue())
			Expect(d.Has("Authorisation[3]")).To(BeFalse())
		})

		It("gives a document for every group", func() {
			groups := parse(message.Phase5, text).Each("Authorisation")
			Expect(groups).To(HaveLen(2))
			Expect(groups[1].Get("type")).To(Equal("C523"))
			Expect(parse(message.Phase5, text).Each("messageSender")).To(BeNil())
			Expect(parse(message.Phase5, text).Each("Nothing")).To(BeNil())
		})

		It("says how the schema declares an element", func() {
			d := parse(message.Phase5, text)
			Expect(d.Element("Authorisation").Max).To(Equal(9))
			Expect(d.Element("Authorisation[2]/type").Leaf()).To(BeTrue())
			Expect(d.Element("Nothing")).To(BeNil())
			Expect(d.Element("/CC013C/messageSender")).To(BeNil())
			Expect((&message.Document{}).Element("messageSender")).To(BeNil())
		})
	})

	DescribeTable("treats white space as the base type says:", func(path, text, want string) {
		p, err := xmltree.ParsePath(path)
		Expect(err).NotTo(HaveOccurred())
		open, end := "", ""
		for _, s := range p.Steps {
			open, end = open+"<"+s.Name+">", "</"+s.Name+">"+end
		}
		d := parse(message.Phase5, "<CC015C>"+open+text+end+"</CC015C>")
		Expect(d.Get(path)).To(Equal(want))
	},
		Entry("token is collapsed", "messageSender", "\n\t a \t\n b  ", "a b"),
		Entry("token of spaces only is empty", "messageSender", " \n\t ", ""),
		Entry("token keeps a no-break space", "messageSender", "\u00a0a\u00a0", "\u00a0a\u00a0"),
		Entry("normalizedString keeps spaces, tabs and line breaks become spaces", "HolderOfTheTransitProcedure/name", "a\tb\n c", "a b  c"),
		Entry("decimal is collapsed", "Consignment/grossMass", " 1000.000\n", "1000.000"),
		Entry("integer is collapsed", "Authorisation/sequenceNumber", "\t1\r\n", "1"),
		Entry("dateTime is collapsed", "preparationDateAndTime", " 2025-01-02T03:04:05 ", "2025-01-02T03:04:05"),
		Entry("an unknown element is left as it is", "Nothing", " a  b ", " a  b "),
	)

	It("reads an outline like the whole message, which it makes where positions or all elements are asked for", func() {
		text := []byte(`<CC015C><Authorisation><type>C521</type></Authorisation><Authorisation><type>C523</type></Authorisation></CC015C>`)
		outline, err := xmltree.Outline(text)
		Expect(err).NotTo(HaveOccurred())
		Expect(outline.Children).To(HaveLen(1))
		d, err := catalogue.Outline(message.Phase5, outline, text)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Get("Authorisation/type")).To(Equal("C521"))
		Expect(d.Get("Authorisation[2]/type")).To(Equal("C523"))
		Expect(d.Has("Authorisation[3]")).To(BeFalse())
		Expect(d.Find("Authorisation")).To(HaveLen(2))
		Expect(d.Each("Authorisation")).To(HaveLen(2))
	})

	Describe("writing", func() {
		It("puts PhaseID before the namespace, on one line without a declaration", func() {
			d := fixture(message.Phase5, "ie014-invalidation")
			text := string(d.Bytes())
			Expect(text).To(HavePrefix(`<ncts:CC014C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>`))
			Expect(text).To(HaveSuffix(`</ncts:CC014C>`))
			Expect(text).NotTo(ContainSubstring("\n"))
		})

		It("leaves PhaseID out when there is none", func() {
			Expect(string(parse(message.Phase6, `<CC028C/>`).Bytes())).
				To(Equal(`<ncts:CC028C xmlns:ncts="http://ncts.dgtaxud.ec"></ncts:CC028C>`))
		})

		It("has no namespace in phase 4", func() {
			d := &message.Document{Phase: message.Phase4, Root: &xmltree.Node{Name: "CC928A"}}
			Expect(string(d.Bytes())).To(Equal(`<CC928A></CC928A>`))
		})

		DescribeTable("writes text so that it comes back the same:", func(text string) {
			d := parse(message.Phase5, `<CC014C><messageSender/></CC014C>`)
			d.Root.Children[0].Text = text
			Expect(parse(message.Phase5, string(d.Bytes())).Find("messageSender")[0].Text).To(Equal(text))
		},
			Entry("markup", `a<b>&amp;"c' ]]>`),
			Entry("a carriage return", "a\r\nb\rc"),
			Entry("characters beyond the first plane", "Łódź 𝄞 \u2028"),
		)

		It("replaces what XML cannot hold", func() {
			d := parse(message.Phase5, `<CC014C><messageSender/></CC014C>`)
			d.Root.Children[0].Text = "a\x00b\x1fc\uffffd\xffe"
			Expect(string(d.Bytes())).To(ContainSubstring("a\ufffdb\ufffdc\ufffdd\ufffde"))
		})

		It("escapes the PhaseID too", func() {
			d := parse(message.Phase5, `<CC014C PhaseID="&lt;&quot;&amp;"/>`)
			Expect(string(d.Bytes())).To(ContainSubstring(`PhaseID="&lt;&quot;&amp;"`))
		})

		It("keeps every sample message the same", func() {
			for _, p := range []message.Phase{message.Phase5, message.Phase6} {
				for _, name := range fixtureNames(p) {
					d := fixture(p, name)
					again := parse(p, string(d.Bytes()))
					Expect(shape(again.Root)).To(Equal(shape(d.Root)), name)
				}
			}
		})
	})
})

var _ = Describe("Phase and type", func() {
	It("belongs to one API version each", func() {
		for version, p := range map[string]message.Phase{"1.0": message.Phase4, "2.1": message.Phase5, "3.0": message.Phase6} {
			Expect(p.APIVersion()).To(Equal(version))
			got, ok := message.PhaseOfVersion(version)
			Expect(ok).To(BeTrue())
			Expect(got).To(Equal(p))
		}
		_, ok := message.PhaseOfVersion("2.0")
		Expect(ok).To(BeFalse())
	})

	It("has a schema in both phases for every type but those the API never carries", func() {
		for _, t := range message.Phase6.Types() {
			Expect(strings.TrimSuffix(strings.TrimPrefix(t.Root, "CC"), "C")).To(Equal(strings.TrimPrefix(t.Code, "IE")))
			for _, p := range []message.Phase{message.Phase5, message.Phase6} {
				Expect(catalogue.Schema(p, t.Root)).NotTo(BeNil(), "%s in phase %s", t.Root, p)
			}
		}
	})

	It("can be found by code and by root", func() {
		byCode, ok := message.TypeOfCode("IE029")
		Expect(ok).To(BeTrue())
		byRoot, ok := message.TypeOfRoot("CC029C")
		Expect(ok).To(BeTrue())
		Expect(byRoot).To(Equal(byCode))
		_, ok = message.TypeOfCode("CC029C")
		Expect(ok).To(BeFalse())
	})
})

var _ = Describe("A document that is read without what is inside its goods items", func() {
	var whole, part *message.Document
	BeforeEach(func() {
		text := simtest.Sample(message.Phase5, simtest.Simplified)
		text = bytes.Replace(text, []byte("<goodsItemNumber>1<"), []byte("<!-- first --><goodsItemNumber>1<"), 1)
		var err error
		whole, err = catalogue.Parse(message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		part, err = catalogue.Read(message.Phase5, message.InMemory(text))
		Expect(err).NotTo(HaveOccurred())
	})
	const item = "Consignment/HouseConsignment/ConsignmentItem"

	It("has places for the items, and nothing inside them", func() {
		items := (xmltree.Path{Steps: []xmltree.Step{{Name: "Consignment"}, {Name: "HouseConsignment"}, {Name: "ConsignmentItem"}}}).Find(part.Root)
		Expect(items).NotTo(BeEmpty())
		for _, i := range items {
			Expect(i.LeftOut).To(BeTrue())
			Expect(i.Children).To(BeEmpty())
		}
	})

	It("gives what the whole document gives, whatever it is asked for", func() {
		for _, path := range []string{
			"TransitOperation/LRN", "/CC015C/TransitOperation/LRN", "Authorisation[1]/type", "Consignment/HouseConsignment/grossMass", "Consignment",
			item, item + "[1]", item + "/goodsItemNumber", item + "[1]/Packaging[1]/typeOfPackages", item + "/Commodity/nothing", item + "[99]", "Consignment/HouseConsignment", "nothing",
		} {
			Expect(part.Get(path)).To(Equal(whole.Get(path)), path)
			Expect(part.Has(path)).To(Equal(whole.Has(path)), path)
			Expect(part.Find(path)).To(Equal(whole.Find(path)), path)
			each, wanted := part.Each(path), whole.Each(path)
			Expect(each).To(HaveLen(len(wanted)), path)
			for i := range each {
				Expect(each[i].Root).To(Equal(wanted[i].Root), path)
			}
		}
		Expect(part.Whole().Root).To(Equal(whole.Root))
		Expect(part.Bytes()).To(Equal(whole.Bytes()))
		Expect(message.Edit(part).Document().Bytes()).To(Equal(whole.Bytes()))
		Expect(part.Elements()).To(Equal(whole.Elements()))
	})

	It("tells a visitor the same", func() {
		var a, b visited
		Expect(whole.Walk(&a)).To(Succeed())
		Expect(part.Walk(&b)).To(Succeed())
		Expect(b).To(Equal(a))
	})
})

// visited is what a visitor was told: names, and texts of leaves.
type visited struct {
	told  []string
	group bool
}

func (v *visited) Enter(name string) { v.told, v.group = append(v.told, "<"+name), false }

func (v *visited) Leave(text string) {
	if v.group {
		text = ""
	}
	v.told, v.group = append(v.told, ">"+text), true
}
