package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

var _ = Describe("A valid message", func() {
	for _, p := range message.Phases {
		for _, name := range simtest.Samples(p, "*") {
			It("of phase "+p.String()+" ("+name+") raises nothing in final mode", func() {
				d := made(p, name, "")
				Expect(check(final, d)).To(BeEmpty())
				Expect(registeredOf(final, d)).To(BeEmpty())
				Expect(final.CheckGuarantees(d, Cover{At: day("2026-01-01")})).To(BeEmpty())
			})
		}
	}
	for _, name := range simtest.Samples(message.Phase5, "transition/*") {
		It("of the transitional period ("+name+") raises nothing in transition mode", func() {
			d := made(message.Phase5, name, "")
			Expect(check(transition, d)).To(BeEmpty())
			Expect(registeredOf(transition, d)).To(BeEmpty())
		})
	}

	It("raises nothing for white space that its types take away", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", "")
		d.Root.Child("TransitOperation").Child("declarationType").Text = "\n  T1\t"
		d.Root.Child("Consignment").Child("HouseConsignment").Child("ConsignmentItem").Child("goodsItemNumber").Text = " 1"
		Expect(schemaErrors(d)).To(BeEmpty())
		Expect(check(final, d)).To(BeEmpty())
	})
})

// The published examples of phase 5 were made for one mode each (rules page, Verification).
var forTransition = []string{"dngb1-ie015", "dsgb10-ie013", "dsxi1-ie015"}

var _ = Describe("A published message", func() {
	for dir, p := range map[string]message.Phase{"p5": message.Phase5, "p6": message.Phase6} {
		It("of phase "+p.String()+" raises nothing in the mode that it was made for", func() {
			files := publishedMessages(dir)
			for _, file := range files {
				data, err := os.ReadFile(file)
				Expect(err).NotTo(HaveOccurred())
				d, err := catalogue.Parse(p, data)
				Expect(err).NotTo(HaveOccurred())
				c := final
				for _, name := range forTransition {
					if strings.HasPrefix(filepath.Base(file), name) {
						c = transition
					}
				}
				Expect(check(c, d)).To(BeEmpty(), file)
				Expect(registeredOf(c, d)).To(BeEmpty(), file)
				Expect(c.CheckGuarantees(d, Cover{At: day("2026-01-01")})).To(BeEmpty(), file)
			}
		})
	}
})

func publishedMessages(dir string) []string {
	GinkgoHelper()
	files, err := filepath.Glob(filepath.Join(besideRepository("samples"), dir, "*-ie[0-9]*.xml"))
	Expect(err).NotTo(HaveOccurred())
	Expect(files).NotTo(BeEmpty())
	return files
}

// besideRepository finds a folder of the folder shared beside the repository, and skips the spec if there is none.
func besideRepository(name string) string {
	GinkgoHelper()
	at, err := os.Getwd()
	Expect(err).NotTo(HaveOccurred())
	for at != filepath.Dir(at) {
		at = filepath.Dir(at)
		folder := filepath.Join(at, "shared", name)
		if _, err := os.Stat(folder); err == nil {
			return folder
		}
	}
	Skip("SKIPPED: there is no folder shared/" + name + " beside the repository to compare with")
	return ""
}

var _ = Describe("A value outside its code list", func() {
	DescribeTable("is error 12 with the list as reason:",
		func(name, edit, want, original string) {
			found := check(final, made(message.Phase6, name, edit))
			at := slices.Index(pointers(found), want)
			Expect(at).To(BeNumerically(">=", 0), "%v", pointers(found))
			Expect(found[at].Original).To(Equal(original))
			Expect(found[at].Assertion).To(BeEmpty())
			Expect(found[at].Logic).To(ContainSubstring(found[at].Reason))
		},
		Entry("declaration type", "ie015-simplified-gb-xi", "TransitOperation/declarationType=T9",
			"12 CL231 /CC015C/TransitOperation/declarationType", "T9"),
		Entry("authorisation type", "ie015-simplified-gb-xi", "Authorisation[1]/type=C999",
			"12 CL235 /CC015C/Authorisation[1]/type", "C999"),
		Entry("kind of packages", "ie015-simplified-gb-xi",
			"Consignment/HouseConsignment[1]/ConsignmentItem[2]/Packaging[1]/typeOfPackages=0X",
			"12 CL017 /CC015C/Consignment/HouseConsignment[1]/ConsignmentItem[2]/Packaging[1]/typeOfPackages", "0X"),
		Entry("an office without the role", "ie015-simplified-gb-xi", "CustomsOfficeOfDeparture/referenceNumber=GB000001",
			"12 CL171 /CC015C/CustomsOfficeOfDeparture/referenceNumber", "GB000001"),
		Entry("a UN/LOCODE that is known to be wrong", "ie170-presentation", "Consignment/PlaceOfLoading/UNLocode=GBXYZ",
			"12 CL244 /CC170C/Consignment/PlaceOfLoading/UNLocode", "GBXYZ"),
		Entry("lower case", "ie007-simplified", "Authorisation[1]/type=c522",
			"12 CL236 /CC007C/Authorisation[1]/type", "c522"),
	)

	DescribeTable("is accepted",
		func(edit string) {
			Expect(check(final, made(message.Phase6, "ie015-simplified-gb-xi", edit))).To(BeEmpty())
		},
		Entry("where only a selection of the list is known", "TransitOperation/communicationLanguageAtDeparture=XX"),
		Entry("as an office that is not registered", "CustomsOfficeOfDeparture/referenceNumber=GB999999"),
		Entry("as a UN/LOCODE that is not registered", "Consignment/PlaceOfLoading/UNLocode=FRXYZ"),
	)

	It("is found in messages of customs too", func() {
		root, err := xmltree.Parse([]byte("<CC028C><CustomsOfficeOfDeparture><referenceNumber>GB000001</referenceNumber></CustomsOfficeOfDeparture></CC028C>"))
		Expect(err).NotTo(HaveOccurred())
		d, err := catalogue.Document(message.Phase6, root)
		Expect(err).NotTo(HaveOccurred())
		Expect(pointers(check(final, d))).To(Equal([]string{"12 CL171 /CC028C/CustomsOfficeOfDeparture/referenceNumber"}))
	})

	It("can be switched off list by list", func() {
		d := made(message.Phase6, "ie007-simplified", "Authorisation[1]/type=C999")
		Expect(check(newChecker(Options{Off: []string{"CL236"}}), d)).To(BeEmpty())
	})
})

var _ = Describe("Code lists of the user", func() {
	withLists := func(files fstest.MapFS) (*Book, error) { return Load(Sources{Lists: files}) }

	It("take the place of the shipped ones, in look-ups and in rules", func() {
		own, err := withLists(fstest.MapFS{
			"CL231-Mine.tsv":   {Data: []byte("\ufeff# mine\r\ncode\tdescription\r\nT1\t\r\nT9\tnew\r\n")},
			"CL289-Mine.tsv":   {Data: []byte("code\nGB\n")},
			"something.tsv":    {Data: []byte("not a list")},
			"CL017-sample.tsv": {Data: []byte("code\nCT\n")},
		})
		Expect(err).NotTo(HaveOccurred())
		c, err := own.Checker(Options{})
		Expect(err).NotTo(HaveOccurred())
		d := made(message.Phase6, "ie015-simplified-gb-xi", "-Consignment/PlaceOfLoading | TransitOperation/declarationType=T9"+
			" | Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/typeOfPackages=0X")
		Expect(check(c, d)).To(BeEmpty())
		Expect(pointers(check(final, d))).To(Equal([]string{
			"12 CL231 /CC015C/TransitOperation/declarationType",
			"13 C0409 /CC015C/Consignment/PlaceOfLoading",
			"12 CL017 /CC015C/Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[1]/typeOfPackages",
		}))
	})

	DescribeTable("are refused with the place of the mistake",
		func(content, want string) {
			_, err := withLists(fstest.MapFS{"CL231-Mine.tsv": {Data: []byte(content)}})
			Expect(err).To(MatchError(ContainSubstring(want)))
			Expect(err.Error()).To(ContainSubstring("hint: "))
		},
		Entry("without a header", "T1\tdescription\n", "CL231-Mine.tsv:1"),
		Entry("with a quote in a code", "code\nT'1\n", `"T'1"`),
	)

	It("have to be in a folder that exists", func() {
		_, err := Load(Sources{Lists: os.DirFS(filepath.Join("testdata", "none"))})
		Expect(err).To(MatchError(os.ErrNotExist))
	})
})

var _ = Describe("Switches", func() {
	surplus := "1*Consignment/DepartureTransportMeans[1] | Consignment/DepartureTransportMeans[2]/typeOfIdentification=31"
	surplusFound := "14 R0855 /CC015C/Consignment/DepartureTransportMeans[2]"

	It("leave rules that are off by default alone", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", "-Consignment/inlandModeOfTransport | "+surplus)
		Expect(check(final, d)).To(BeEmpty())
		Expect(pointers(check(newChecker(Options{On: []string{"R0855"}}), d))).To(Equal([]string{surplusFound}))
		Expect(pointers(check(newChecker(Options{On: []string{"p6-0414"}}), d))).To(Equal([]string{surplusFound}))
	})

	It("let an assertion outdo its rule, and off outdo on", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", "-Consignment/inlandModeOfTransport | "+surplus)
		Expect(check(newChecker(Options{On: []string{"R0855"}, Off: []string{"p6-0414"}}), d)).To(BeEmpty())
		Expect(check(newChecker(Options{On: []string{"R0855"}, Off: []string{"R0855"}}), d)).To(BeEmpty())
		Expect(check(newChecker(Options{On: []string{"p6-0414"}, Off: []string{"R0855"}}), d)).NotTo(BeEmpty())
	})

	DescribeTable("that mean nothing are refused:",
		func(o Options, want string) {
			_, err := book.Checker(o)
			Expect(err).To(MatchError(ContainSubstring(want)))
			Expect(err.Error()).To(ContainSubstring("hint: "))
		},
		Entry("unknown rule", Options{Off: []string{"R9999"}}, `"R9999"`),
		Entry("unknown mode", Options{Mode: "finale"}, `"finale"`),
		Entry("unknown positions", Options{Positions: "never"}, `"never"`),
	)

	It("know the rules of the registers", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", "HolderOfTheTransitProcedure/identificationNumber=XI985524247819")
		strict, err := LoadRegistry("", nil, Strict)
		Expect(err).NotTo(HaveOccurred())
		Expect(registeredOf(newChecker(Options{Registry: strict}), d)).NotTo(BeEmpty())
		Expect(registeredOf(newChecker(Options{Registry: strict, Off: []string{"R0850", "BR20004", "BR20005", "G0033"}}), d)).To(BeEmpty())
	})
})

var _ = Describe("Modes of phase 5", func() {
	It("are final unless said otherwise", func() {
		d := made(message.Phase5, "ie015-simplified-gb-xi", "")
		Expect(check(newChecker(Options{Mode: Final}), d)).To(BeEmpty())
		Expect(check(transition, d)).NotTo(BeEmpty())
	})

	It("do not concern phase 6, nor an IE014 and IE044 of phase 5", func() {
		for _, name := range simtest.Samples(message.Phase6, "*") {
			Expect(check(transition, made(message.Phase6, name, ""))).To(BeEmpty())
		}
		for _, name := range []string{"ie014-invalidation", "ie044-discrepancies"} {
			Expect(check(transition, made(message.Phase5, name, ""))).To(BeEmpty())
		}
	})

	It("report transitional constraints as error 50", func() {
		d := made(message.Phase5, "ie015-two-houses-simplified-gb-xi", "")
		Expect(pointers(check(transition, d))).To(ContainElement("50 E1406 /CC015C/Consignment/HouseConsignment[2]"))
	})
})

var _ = Describe("A finding", func() {
	It("comes in the order of the elements, the code list first and then the rules by code", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", strings.Join([]string{
			"CustomsOfficeOfTransitDeclared[1]/arrivalDateAndTimeEstimated=2020-01-01T00:00:00",
			"TransitOperation/declarationType=T9", "Guarantee[1]/GuaranteeReference[1]/GRN=24GB0000010000296", "Guarantee[1]/sequenceNumber=7",
			"-Consignment/PlaceOfLoading", "-Consignment/containerIndicator", "HolderOfTheTransitProcedure/identificationNumber=gb1",
		}, editSeparator))
		Expect(pointers(check(final, d))).To(Equal([]string{
			"12 CL231 /CC015C/TransitOperation/declarationType",
			"14 R0005 /CC015C/CustomsOfficeOfTransitDeclared[1]/arrivalDateAndTimeEstimated",
			"12 R0850 /CC015C/HolderOfTheTransitProcedure/identificationNumber",
			"14 R0987 /CC015C/Guarantee[1]/sequenceNumber",
			"14 R0028 /CC015C/Guarantee[1]/GuaranteeReference[1]/GRN",
			"13 C0409 /CC015C/Consignment/PlaceOfLoading",
			"13 C0822 /CC015C/Consignment/containerIndicator",
			"15 C0823 /CC015C/Consignment/TransportEquipment[1]",
		}))
	})

	It("has what the message says as original value, at most 512 characters of it", func() {
		d := made(message.Phase5, "transition/ie015-simplified-gb-xi",
			"Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/descriptionOfGoods="+strings.Repeat("é", 511)+"xy")
		found := check(transition, d)
		Expect(pointers(found)).To(Equal([]string{"50 E1107 /CC015C/Consignment/HouseConsignment[1]/ConsignmentItem[1]/Commodity/descriptionOfGoods"}))
		Expect(found[0].Original).To(Equal(strings.Repeat("é", 511) + "x"))
		Expect(found[0].Logic).NotTo(BeEmpty())
	})

	It("is not said twice", func() {
		f := Finding{Code: "12", Reason: "R0850", Pointer: "/CC015C/HolderOfTheTransitProcedure/identificationNumber"}
		other := f
		other.Reason = "BR20005"
		again := f
		again.Assertion = "p5-0543"
		Expect(joined([]Finding{f, other}, nil, []Finding{again})).To(Equal([]Finding{f, other}))
	})

	It("is one of 9999 at most, which are the first in the message", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", "998*Consignment/HouseConsignment[1]/ConsignmentItem[1]")
		for _, item := range d.Root.Child("Consignment").Child("HouseConsignment").All("ConsignmentItem") {
			for _, packaging := range item.All("Packaging") {
				item.Children = append(item.Children, packaging.Clone(), packaging.Clone(), packaging.Clone(), packaging.Clone(),
					packaging.Clone(), packaging.Clone(), packaging.Clone(), packaging.Clone(), packaging.Clone(), packaging.Clone())
			}
		}
		found := check(final, d)
		Expect(found).To(HaveLen(MaxFindings))
		Expect(pointers(found[:2])).To(Equal([]string{
			"14 R0983 /CC015C/Consignment/HouseConsignment[1]/grossMass",
			"14 R0987 /CC015C/Consignment/HouseConsignment[1]/ConsignmentItem[1]/Packaging[2]/sequenceNumber",
		}))
		Expect(joined(found, found[:1], []Finding{{Pointer: "/CC015C"}})).To(HaveLen(MaxFindings))
	})

	It("can have positions in phase 5 only where a group is repeated", func() {
		sparse := newChecker(Options{Positions: WhenRepeated})
		edits := "Guarantee[1]/GuaranteeReference[1]/GRN=24GB0000010000296 | Consignment/HouseConsignment[1]/ConsignmentItem[2]/goodsItemNumber=5" +
			" | TransitOperation/reducedDatasetIndicator=1"
		Expect(pointers(check(sparse, made(message.Phase5, "ie015-simplified-gb-xi", edits)))).To(Equal([]string{
			"14 R0859 /CC015C/Authorisation/type",
			"14 R0028 /CC015C/Guarantee/GuaranteeReference/GRN",
			"15 C0542 /CC015C/Consignment/HouseConsignment/Consignor",
			"15 C0837 /CC015C/Consignment/HouseConsignment/ConsignmentItem[1]/Commodity/GoodsMeasure/netMass",
			"14 R0988 /CC015C/Consignment/HouseConsignment/ConsignmentItem[2]/goodsItemNumber",
			"15 C0837 /CC015C/Consignment/HouseConsignment/ConsignmentItem[2]/Commodity/GoodsMeasure/netMass",
		}))
		Expect(pointers(check(sparse, made(message.Phase6, "ie015-simplified-gb-xi", edits)))).To(
			ContainElement("14 R0028 /CC015C/Guarantee[1]/GuaranteeReference[1]/GRN"))
	})
})

var _ = Describe("A document that was not validated", func() {
	It("is checked as far as that goes", func() {
		d := made(message.Phase5, "ie007-simplified", "")
		d.Root.Children = append(d.Root.Children, &xmltree.Node{Name: "Unknown", Children: []*xmltree.Node{{Name: "x", Text: "1"}}})
		Expect(check(final, d)).To(BeEmpty())
	})

	It("of phase 4 is not for this package", func() {
		d := &message.Document{Phase: message.Phase4, Root: &xmltree.Node{Name: "CC015B"}}
		Expect(check(final, d)).To(BeEmpty())
	})
})

var _ = Describe("The data", func() {
	It("says of every assertion what it is about", func() {
		for _, set := range book.all() {
			set.compile(book.literals())
			Expect(set.err).NotTo(HaveOccurred())
			for _, a := range set.assertions {
				Expect(a.logic).NotTo(BeEmpty(), a.id)
			}
		}
	})

	It("has every assertion of the rules page as it stands there", func() {
		rows, err := readRows(os.DirFS(besideRepository("rules")), "assertions.tsv", "id", "phase", "mode", "code", "message", "context",
			"test", "pointer", "errorCode", "codelists", "extent", "default")
		Expect(err).NotTo(HaveOccurred())
		page := map[string]assertion{}
		for _, row := range rows {
			r := row.cells
			page[r[0]] = assertion{
				id: r[0], rule: r[3], code: r[8], context: r[5], test: r[6], pointer: r[7],
				final: r[2] != "transition", transition: r[2] != "final", on: r[11] == "on",
			}
		}
		shipped := map[string]assertion{}
		for key, set := range book.all() {
			if key.phase.Generation() == message.GenerationPhase4 {
				continue // the page is about phases 5 and 6
			}
			for _, a := range set.assertions {
				a.logic, a.place = "", ""
				shipped[a.id] = a
			}
		}
		Expect(shipped).To(Equal(page))
	})

	It("agrees with check digits as they are made elsewhere", func() {
		for grn, want := range map[string]int{"24GB0000010000031": 0, "24GB0000010000296": 1, "26GB000001038B634": 0} {
			d := made(message.Phase6, "ie015-simplified-gb-xi", "Guarantee[1]/GuaranteeReference[1]/GRN="+grn)
			Expect(check(final, d)).To(HaveLen(want), fmt.Sprint(grn))
		}
	})
})

// joined puts the findings of several checks after each other, as one check does with those of its own.
func joined(lists ...[]Finding) []Finding {
	out := collector{limit: MaxFindings}
	for _, f := range slices.Concat(lists...) {
		out.add(f)
	}
	return out.findings
}
