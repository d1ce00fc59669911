package rules

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// judged are all findings about a message of phase 4: "type [reason ]pointer[: original]".
func judged(c *Checker, d *message.Document) []string {
	GinkgoHelper()
	out := []string{}
	for _, f := range joined(check(c, d), registeredOf(c, d)) {
		line := strings.Join(strings.Fields(f.Code+" "+f.Reason+" "+f.Pointer), " ")
		if f.Original != "" {
			line += ": " + f.Original
		}
		out = append(out, line)
	}
	return out
}

func judge4(s Strictness, name, edits string) []string {
	GinkgoHelper()
	return judged(registered("", s), made(message.Phase4, name, edits))
}

var _ = Describe("A message of phase 4", func() {
	DescribeTable("is rejected as the published test data expect (docs/spec/process.md#9-3):",
		func(name, edits string, want ...string) {
			Expect(judge4(Lenient, name, edits)).To(Equal(want))
		},
		Entry("P4-D01: security data without place of loading, GB", "ie015-security-simplified-gb-it", "-HEAHEA/PlaOfLoaCodHEA46",
			"15 C191 HEA.Place of loading, code"),
		Entry("P4-D07: security data without place of loading, XI", "ie015-security-simplified-xi-gb", "-HEAHEA/PlaOfLoaCodHEA46",
			"15 C191 HEA.Place of loading, code"),
		Entry("P4-D25: arrival at an unknown sub place, GB", "ie007-normal-xi-gb", "HEAHEA/CusSubPlaHEA66=SHED NOWHERE",
			"12 HEA.Customs sub place: SHED NOWHERE"),
		Entry("P4-D26: arrival at an unknown sub place, XI", "ie007-normal-gb-xi", "HEAHEA/CusSubPlaHEA66=INVALID PLACE",
			"12 HEA.Customs sub place: INVALID PLACE"),
		Entry("P4-D28: TIR without holder id", "ie015-tir-xi-it", "-TRAPRIPC1/HITPC126",
			"15 NR001 PC1.Trader Holder ID TIR", "15 C904 PC1.Trader Holder ID TIR"),
		Entry("nationality at the border and special circumstance", "ie015-security-normal-gb-it",
			"-HEAHEA/NatOfMeaOfTraCroHEA87 | HEAHEA/SpeCirIndHEA1=F",
			"15 C010 HEA.Nationality of means of transport crossing border", "12 HEA.Specific Circumstance Indicator: F"),
	)

	DescribeTable("passes in lenient mode:",
		func(name, edits string) { Expect(judge4(Lenient, name, edits)).To(BeEmpty()) },
		Entry("P4-D02: authorised consignor", "ie015-simplified-gb-it", ""),
		Entry("P4-D14: sub place DOVER ERTS", "ie015-normal-gb-it", "HEAHEA/CusSubPlaHEA66=DOVER ERTS"),
		Entry("P4-D19: sub place BELFAST ERTS", "ie015-normal-xi-gb", "HEAHEA/CusSubPlaHEA66=BELFAST ERTS"),
		Entry("departure from a sub place that is not registered", "ie015-normal-gb-it", "HEAHEA/CusSubPlaHEA66=SHED 9"),
		Entry("authorised location that is not registered", "ie015-simplified-gb-it", "HEAHEA/AutLocOfGooCodHEA41=123456789-GB01DEP"),
		Entry("offices that are not registered", "ie015-simplified-gb-it", "CUSOFFDEPEPT/RefNumEPT1=GB999999 | CUSOFFDESEST/RefNumEST1=IT999999"),
		Entry("special circumstance A", "ie015-security-normal-gb-it", "HEAHEA/SpeCirIndHEA1=A"),
		Entry("special circumstance B, as in P4-D15 and P4-D20", "ie015-security-normal-gb-it", "HEAHEA/SpeCirIndHEA1=B"),
		Entry("special circumstance C", "ie015-security-normal-gb-it", "HEAHEA/SpeCirIndHEA1=C"),
		Entry("special circumstance D", "ie015-security-normal-gb-it", "HEAHEA/SpeCirIndHEA1=D"),
		Entry("special circumstance E", "ie015-security-normal-gb-it", "HEAHEA/SpeCirIndHEA1=E"),
		Entry("seals counted otherwise than named", "ie044-discrepancies-gb-xi", "SEAINFSLI/SeaNumSLI2=3"),
		Entry("no nationality at the border by rail", "ie015-security-normal-gb-it", "-HEAHEA/NatOfMeaOfTraCroHEA87 | HEAHEA/TraModAtBorHEA76=2"),
	)

	DescribeTable("names only what is registered in strict mode:",
		func(name, edits string, want ...string) {
			Expect(judge4(Strict, name, edits)).To(Equal(append([]string{}, want...)))
		},
		Entry("GB to IT", "ie015-security-simplified-gb-it", ""),
		Entry("XI to GB", "ie015-security-simplified-xi-gb", ""),
		Entry("TIR", "ie015-tir-xi-it", ""),
		Entry("arrival", "ie007-simplified-gb-xi", ""),
		Entry("unloading remarks", "ie044-discrepancies-xi-gb", ""),
		Entry("parties", "ie015-normal-gb-it", "TRAPRIPC1/TINPC159=GB111222333444 | TRACONCO1/TINCO159=GB111222333555",
			"12 PC1.TIN: GB111222333444", "12 CO1.TIN: GB111222333555"),
		Entry("trader at destination", "ie007-normal-gb-xi", "TRADESTRD/TINTRD59=XI111222333444", "12 TRD.TIN: XI111222333444"),
		Entry("offices", "ie015-normal-gb-it", "CUSOFFDEPEPT/RefNumEPT1=GB999999 | CUSOFFTRARNS[1]/RefNumRNS1=FR999999 | CUSOFFDESEST/RefNumEST1=GB000004",
			"12 EPT.Reference number: GB999999", "12 RNS(1).Reference number: FR999999", "12 EST.Reference number: GB000004"),
		Entry("authorised locations", "ie015-simplified-gb-it", "HEAHEA/AutLocOfGooCodHEA41=954133135-GB60DES",
			"12 HEA.Authorised location of goods, code: 954133135-GB60DES"),
		Entry("authorised locations of arrival", "ie007-simplified-gb-xi", "HEAHEA/ArrAutLocOfGooHEA65=195624547-XI00DEP",
			"12 HEA.Arrival authorised location of goods: 195624547-XI00DEP"),
		Entry("places of loading", "ie015-security-simplified-gb-it", "HEAHEA/PlaOfLoaCodHEA46=DOVER999", "12 HEA.Place of loading, code: DOVER999"),
		Entry("sub places of departure", "ie015-normal-gb-it", "HEAHEA/CusSubPlaHEA66=SHED 9", "12 HEA.Customs sub place: SHED 9"),
	)

	It("looks its codes up in the code lists", func() {
		d := "HEAHEA/CouOfDesCodHEA30=JJ | GOOITEGDS[1]/PACGS2[1]/KinOfPacGS23=0X | 1*GOOITEGDS[1]"
		Expect(judge4(Lenient, "ie015-normal-gb-it", d)).To(Equal([]string{
			"12 HEA.Country of destination code: JJ", "12 GDS(1).GS2(1).Kind of packages: 0X", "12 GDS(2).GS2(1).Kind of packages: 0X",
		}))
		c := newChecker(Options{Off: []string{"CL008", "CL017"}})
		Expect(judged(c, made(message.Phase4, "ie015-normal-gb-it", d))).To(BeEmpty())
	})

	It("can have places, sub places and parties of the user", func() {
		own := `subPlaces: [INVALID PLACE, SHED 9]
loadingCodes: [DOVER999]
refused: {loadingCodes: [DOVER018], holders: [GB954131533000], subPlaces: [DOVER ERTS]}`
		c := registered(own, Lenient)
		Expect(judged(c, made(message.Phase4, "ie007-normal-gb-xi", "HEAHEA/CusSubPlaHEA66=INVALID PLACE"))).To(BeEmpty())
		Expect(judged(c, made(message.Phase4, "ie015-normal-gb-it", "HEAHEA/CusSubPlaHEA66=DOVER ERTS | HEAHEA/PlaOfLoaCodHEA46=DOVER018"))).To(Equal([]string{
			"12 HEA.Place of loading, code: DOVER018", "12 HEA.Customs sub place: DOVER ERTS", "12 PC1.TIN: GB954131533000",
		}))
	})

	It("can be spared single rules", func() {
		c := newChecker(Options{Off: []string{"C191", "customsSubPlace"}})
		Expect(judged(c, made(message.Phase4, "ie015-security-simplified-gb-it", "-HEAHEA/PlaOfLoaCodHEA46"))).To(BeEmpty())
		Expect(judged(c, made(message.Phase4, "ie007-normal-gb-xi", "HEAHEA/CusSubPlaHEA66=NOWHERE"))).To(BeEmpty())
	})

	It("is told nothing longer than its rejection holds", func() {
		d := made(message.Phase4, "ie015-normal-gb-it", "998*GOOITEGDS[1]")
		for _, item := range d.Root.All("GOOITEGDS") {
			item.Child("PACGS2").Child("KinOfPacGS23").Text = "0X"
			item.Children = append(item.Children, item.Child("PACGS2").Clone())
		}
		d.Root.Child("HEAHEA").Child("CouOfDesCodHEA30").Text = strings.Repeat("é", 200)
		found := check(final, d)
		Expect(found).To(HaveLen(999))
		Expect([]rune(found[0].Original)).To(HaveLen(140))
		for _, f := range found {
			Expect(len(f.Pointer)).To(BeNumerically("<=", 210))
			Expect(len(f.Reason)).To(BeNumerically("<=", 6))
		}
	})
})

var _ = Describe("The titles of phase 4", func() {
	It("are those of elements that the schemas have, with lists that are known", func() {
		known := map[string]bool{}
		for _, root := range []string{"CC007A", "CC014A", "CC015B", "CC044A"} {
			for _, path := range leaves(message.Phase4, root) {
				known[path] = true
			}
		}
		all := titles()
		for element, t := range all {
			Expect(known).To(HaveKey(element))
			Expect(t.text).NotTo(BeEmpty())
			Expect(t.list == "" || book.Has(t.list)).To(BeTrue(), t.list)
		}
		for _, path := range phase4Parties {
			Expect(all).To(HaveKey(path[len(path)-1]))
		}
	})
})

// leaves are the names of the leaves of a message.
func leaves(p message.Phase, root string) (out []string) {
	GinkgoHelper()
	d, err := catalogue.Document(p, &xmltree.Node{Name: root})
	Expect(err).NotTo(HaveOccurred())
	groups := d.Schema.Children
	for len(groups) > 0 {
		e := groups[0]
		groups = append(groups[1:], e.Children...)
		if e.Leaf() {
			out = append(out, e.Name)
		}
	}
	return out
}

var _ = Describe("A published message of phase 4", func() {
	// The published declaration is the one of security data without a place of loading (P4-D01).
	want := map[string][]string{"cc015b.xml": {"15 C191 HEA.Place of loading, code"}}

	It("raises nothing that was not published with it", func() {
		files, err := filepath.Glob(filepath.Join(besideRepository("samples"), "p4", "cc*.xml"))
		Expect(err).NotTo(HaveOccurred())
		Expect(files).NotTo(BeEmpty())
		for _, file := range files {
			data, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
			d, err := catalogue.Parse(message.Phase4, data)
			Expect(err).NotTo(HaveOccurred())
			Expect(judged(final, d)).To(ConsistOf(want[filepath.Base(file)]), file)
		}
	})
})
