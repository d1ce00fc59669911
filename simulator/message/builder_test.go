package message_test

import (
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

func builder(p message.Phase, root string) *message.Builder {
	GinkgoHelper()
	b, err := message.New(catalogue, p, root)
	Expect(err).NotTo(HaveOccurred())
	return b
}

func content(b *message.Builder) string { return shape(b.Document().Root) }

var _ = Describe("Builder", func() {
	Describe("beginning", func() {
		It("carries the PhaseID that customs uses in the phase", func() {
			id, _ := builder(message.Phase5, "CC928C").Document().Root.Attr("PhaseID")
			Expect(id).To(Equal("NCTS5.1"))
			_, has := builder(message.Phase6, "CC928C").Document().Root.Attr("PhaseID")
			Expect(has).To(BeFalse())
		})

		It("can carry another PhaseID or none", func() {
			b := builder(message.Phase5, "CC928C")
			b.SetPhaseID("NCTS5.0")
			Expect(string(b.Document().Bytes())).To(ContainSubstring(`PhaseID="NCTS5.0"`))
			b.SetPhaseID("")
			Expect(string(b.Document().Bytes())).NotTo(ContainSubstring(`PhaseID`))
		})

		It("refuses a message that the phase does not have", func() {
			_, err := message.New(catalogue, message.Phase5, "CC999C")
			Expect(err).To(MatchError(`phase 5 has no message "CC999C"`))
		})

		It("edits a copy of a document", func() {
			d := fixture(message.Phase5, "ie014-invalidation")
			before := shape(d.Root)
			b := message.Edit(d)
			Expect(b.Set("Invalidation/justification", "sold elsewhere")).To(Succeed())
			Expect(b.Document().Get("Invalidation/justification")).To(Equal("sold elsewhere"))
			Expect(shape(d.Root)).To(Equal(before))
		})
	})

	Describe("setting values", func() {
		It("keeps the order of the schema, whatever the order of setting", func() {
			b := builder(message.Phase5, "CC028C")
			for _, path := range []string{
				"HolderOfTheTransitProcedure/identificationNumber", "messageSender", "TransitOperation/MRN",
				"correlationIdentifier", "TransitOperation/LRN", "messageType",
			} {
				Expect(b.Set(path, "x")).To(Succeed())
			}
			Expect(content(b)).To(Equal("CC028C{messageSender=x messageType=x correlationIdentifier=x " +
				"TransitOperation{LRN=x MRN=x} HolderOfTheTransitProcedure{identificationNumber=x}}"))
		})

		It("changes a value that is there", func() {
			b := builder(message.Phase5, "CC028C")
			Expect(b.Set("messageSender", "a")).To(Succeed())
			Expect(b.Set("/CC028C/messageSender", "b")).To(Succeed())
			Expect(content(b)).To(Equal("CC028C{messageSender=b}"))
		})

		It("creates an occurrence if it is the next one", func() {
			b := builder(message.Phase5, "CC055C")
			Expect(b.Set("GuaranteeReference[1]/GRN", "a")).To(Succeed())
			Expect(b.Set("GuaranteeReference[2]/GRN", "b")).To(Succeed())
			Expect(b.Set("GuaranteeReference[1]/InvalidGuaranteeReason[1]/code", "G01")).To(Succeed())
			Expect(content(b)).To(Equal("CC055C{GuaranteeReference{GRN=a InvalidGuaranteeReason{code=G01}} GuaranteeReference{GRN=b}}"))
		})

		It("takes no position as the only occurrence", func() {
			b := builder(message.Phase5, "CC055C")
			Expect(b.Set("GuaranteeReference/GRN", "a")).To(Succeed())
			Expect(b.Set("GuaranteeReference/sequenceNumber", "1")).To(Succeed())
			Expect(content(b)).To(Equal("CC055C{GuaranteeReference{sequenceNumber=1 GRN=a}}"))
		})

		DescribeTable("refuses a wrong path and says where it is wrong:", func(path string, column int, reason string) {
			b := builder(message.Phase5, "CC055C")
			Expect(b.Set("GuaranteeReference[1]/GRN", "a")).To(Succeed())
			Expect(b.Set("GuaranteeReference[2]/GRN", "b")).To(Succeed())
			before := content(b)
			err := b.Set(path, "x")
			var wrong *xmltree.PathError
			Expect(errors.As(err, &wrong)).To(BeTrue(), "%v", err)
			Expect(wrong.Path).To(Equal(path))
			Expect(wrong.Column).To(Equal(column))
			Expect(wrong.Reason).To(Equal(reason))
			Expect(content(b)).To(Equal(before))
		},
			Entry("an element the group does not have", "TransitOperation/LRN", 18,
				"TransitOperation has no LRN; its elements are MRN, declarationAcceptanceDate; hint: did you mean MRN"),
			Entry("the same from the root", "/CC055C/TransitOperation/LRN", 26,
				"TransitOperation has no LRN; its elements are MRN, declarationAcceptanceDate; hint: did you mean MRN"),
			Entry("an element below a leaf", "GuaranteeReference[1]/GRN/code", 27, "GRN has no elements below it"),
			Entry("a gap", "GuaranteeReference[4]/GRN", 1, "the next GuaranteeReference is number 3"),
			Entry("more than the schema allows", "GuaranteeReference[100]/GRN", 1, "GuaranteeReference may occur 99 times"),
			Entry("a second of what there is once", "TransitOperation[2]/MRN", 1, "TransitOperation may occur once"),
			Entry("one of several without saying which", "GuaranteeReference/GRN", 1,
				"GuaranteeReference occurs 2 times; hint: say which, as in GuaranteeReference[1]"),
			Entry("a group", "CustomsOfficeOfDeparture", 1, "CustomsOfficeOfDeparture is a group and holds no text; its elements are referenceNumber"),
			Entry("another root", "/CC028C/messageSender", 2, "the message is CC055C"),
			Entry("a path that is none", "GuaranteeReference[0]/GRN", 19, "a position is a number from 1 to 99999 in square brackets"),
		)

		It("refuses a path that ends at the root", func() {
			Expect(builder(message.Phase5, "CC928C").Set("/CC928C", "x")).To(MatchError(ContainSubstring("the path ends at the root; its elements are messageSender, ")))
		})

		DescribeTable("refuses characters that XML cannot hold:", func(value string) {
			b := builder(message.Phase5, "CC928C")
			Expect(b.Set("messageSender", value)).To(MatchError("set messageSender: the value has a character that XML cannot hold"))
			Expect(content(b)).To(Equal("CC928C="))
		},
			Entry("a control character", "a\x01b"),
			Entry("a non-character", "a\ufffeb"),
			Entry("bytes that are not UTF-8", "a\xff"),
		)
	})

	Describe("groups", func() {
		It("adds an empty group once", func() {
			b := builder(message.Phase5, "CC028C")
			Expect(b.Add("HolderOfTheTransitProcedure")).To(Succeed())
			Expect(b.Add("HolderOfTheTransitProcedure")).To(Succeed())
			Expect(string(b.Document().Bytes())).To(ContainSubstring("<HolderOfTheTransitProcedure></HolderOfTheTransitProcedure>"))
			Expect(b.Add("Nothing")).To(MatchError(ContainSubstring("CC028C has no Nothing")))
		})

		It("appends occurrences and fills them from there", func() {
			b := builder(message.Phase5, "CC055C")
			for _, grn := range []string{"a", "b"} {
				g, err := b.Append("GuaranteeReference")
				Expect(err).NotTo(HaveOccurred())
				Expect(g.Set("GRN", grn)).To(Succeed())
				_, err = g.Append("InvalidGuaranteeReason")
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(content(b)).To(Equal("CC055C{GuaranteeReference{GRN=a InvalidGuaranteeReason=} GuaranteeReference{GRN=b InvalidGuaranteeReason=}}"))
		})

		It("does not append more than the schema allows, nor a leaf, nor at a position", func() {
			b := builder(message.Phase5, "CC055C")
			Expect(b.Add("GuaranteeReference")).To(Succeed())
			for range 9 {
				_, err := b.Append("GuaranteeReference/InvalidGuaranteeReason")
				Expect(err).NotTo(HaveOccurred())
			}
			for path, reason := range map[string]string{
				"GuaranteeReference/InvalidGuaranteeReason": "InvalidGuaranteeReason may occur 9 times",
				"messageSender":         "messageSender is not a group",
				"GuaranteeReference[2]": "the new GuaranteeReference comes last; hint: leave the position out",
				"Nothing":               "CC055C has no Nothing",
			} {
				_, err := b.Append(path)
				Expect(err).To(MatchError(ContainSubstring(reason)))
			}
		})

		It("gives a builder for each group", func() {
			b := message.Edit(fixture(message.Phase5, "ie015-normal-gb-xi"))
			houses := b.Each("Consignment/HouseConsignment")
			Expect(houses).NotTo(BeEmpty())
			for _, h := range houses {
				Expect(h.Set("grossMass", "7")).To(Succeed())
			}
			for _, n := range b.Document().Find("Consignment/HouseConsignment/grossMass") {
				Expect(n.Text).To(Equal("7"))
			}
			Expect(b.Each("Nothing")).To(BeEmpty())
		})

		It("removes one, all or none", func() {
			b := builder(message.Phase5, "CC055C")
			for _, path := range []string{"GuaranteeReference[1]/GRN", "GuaranteeReference[2]/GRN", "GuaranteeReference[3]/GRN"} {
				Expect(b.Set(path, path)).To(Succeed())
			}
			Expect(b.Remove("GuaranteeReference[2]")).To(Succeed())
			Expect(content(b)).To(Equal("CC055C{GuaranteeReference{GRN=GuaranteeReference[1]/GRN} GuaranteeReference{GRN=GuaranteeReference[3]/GRN}}"))
			Expect(b.Remove("GuaranteeReference/GRN")).To(Succeed())
			Expect(content(b)).To(Equal("CC055C{GuaranteeReference= GuaranteeReference=}"))
			Expect(b.Remove("GuaranteeReference")).To(Succeed())
			Expect(content(b)).To(Equal("CC055C="))
			Expect(b.Remove("GuaranteeReference")).To(Succeed())
			Expect(b.Remove("Nothing")).To(MatchError(ContainSubstring("CC055C has no Nothing")))
		})
	})

	It("lists what the schema requires and is not there, with paths that can be set", func() {
		b := builder(message.Phase5, "CC055C")
		missing := func() (paths []string) {
			for _, gap := range b.Missing() {
				paths = append(paths, gap.Path)
			}
			return paths
		}
		Expect(missing()).To(Equal([]string{
			"messageSender", "messageRecipient", "preparationDateAndTime", "messageIdentification", "messageType",
			"TransitOperation", "CustomsOfficeOfDeparture", "HolderOfTheTransitProcedure", "GuaranteeReference[1]",
		}))
		Expect(b.Set("GuaranteeReference[1]/GRN", "a")).To(Succeed())
		Expect(b.Add("GuaranteeReference[2]")).To(Succeed())
		Expect(missing()).To(ContainElements("GuaranteeReference[1]/sequenceNumber", "GuaranteeReference[1]/InvalidGuaranteeReason[1]",
			"GuaranteeReference[2]/sequenceNumber", "GuaranteeReference[2]/GRN"))
		Expect(missing()).NotTo(ContainElement("GuaranteeReference[1]/GRN"))
		for _, gap := range b.Missing() {
			if gap.Path == "GuaranteeReference[2]/GRN" {
				Expect(gap.Group.Set(gap.Name, "b")).To(Succeed())
			}
		}
		Expect(b.Document().Get("GuaranteeReference[2]/GRN")).To(Equal("b"))
	})

	It("makes messages that the schema accepts", func() {
		b := builder(message.Phase6, "CC928C")
		for path, value := range map[string]string{
			"messageSender": "NTA.GB", "messageRecipient": "trader", "preparationDateAndTime": "2026-01-02T03:04:05",
			"messageIdentification": "ABC", "messageType": "CC928C", "TransitOperation/LRN": "L&R <N>",
			"CustomsOfficeOfDeparture/referenceNumber": "GB000246", "HolderOfTheTransitProcedure/identificationNumber": "GB1",
		} {
			Expect(b.Set(path, value)).To(Succeed())
		}
		Expect(b.Missing()).To(BeEmpty())
		result := catalogue.Set(message.Phase6).Validate(context.Background(), b.Document().Bytes(), schema.Options{Root: "CC928C"})
		Expect(result.Errors).To(BeEmpty())
	})
})

var _ = Describe("Copy", func() {
	It("keeps what the target knows and reports the rest once, by its path in the source", func() {
		from := parse(message.Phase5, `<CC015C><TransitOperation><LRN>l</LRN><security>0</security><limitDate>2025-01-01</limitDate></TransitOperation>
			<Consignment><HouseConsignment><ConsignmentItem><Commodity><GoodsMeasure><grossMass>1</grossMass><supplementaryUnits>2</supplementaryUnits></GoodsMeasure></Commodity></ConsignmentItem>
			<ConsignmentItem><Commodity><GoodsMeasure><netMass>3</netMass><supplementaryUnits>4</supplementaryUnits></GoodsMeasure></Commodity></ConsignmentItem></HouseConsignment></Consignment></CC015C>`)
		b := builder(message.Phase5, "CC029C")
		dropped, err := b.Copy("TransitOperation", from, "TransitOperation")
		Expect(err).NotTo(HaveOccurred())
		Expect(dropped).To(Equal([]string{"TransitOperation/limitDate"}))
		dropped, err = b.Copy("Consignment", from, "Consignment")
		Expect(err).NotTo(HaveOccurred())
		Expect(dropped).To(Equal([]string{"Consignment/HouseConsignment/ConsignmentItem/Commodity/GoodsMeasure/supplementaryUnits"}))
		Expect(content(b)).To(Equal("CC029C{TransitOperation{LRN=l security=0} Consignment{HouseConsignment{" +
			"ConsignmentItem{Commodity{GoodsMeasure{grossMass=1}}} ConsignmentItem{Commodity{GoodsMeasure{netMass=3}}}}}}"))
	})

	It("copies deeply", func() {
		from := fixture(message.Phase5, "ie015-normal-gb-xi")
		b := builder(message.Phase5, "CC029C")
		_, err := b.Copy("Consignment", from, "Consignment")
		Expect(err).NotTo(HaveOccurred())
		before := shape(from.Root)
		Expect(b.Set("Consignment/grossMass", "1")).To(Succeed())
		Expect(shape(from.Root)).To(Equal(before))
	})

	It("takes the place of what is there, and of nothing if the source has none", func() {
		from := parse(message.Phase5, `<CC015C><Authorisation><type>A</type></Authorisation><Authorisation><type>B</type></Authorisation></CC015C>`)
		b := builder(message.Phase5, "CC029C")
		Expect(b.Set("messageSender", "s")).To(Succeed())
		Expect(b.Set("ControlResult/code", "A1")).To(Succeed())
		Expect(b.Set("Authorisation/type", "old")).To(Succeed())
		_, err := b.Copy("Authorisation", from, "Authorisation")
		Expect(err).NotTo(HaveOccurred())
		want := "CC029C{messageSender=s Authorisation{type=A} Authorisation{type=B} ControlResult{code=A1}}"
		Expect(content(b)).To(Equal(want))
		_, err = b.Copy("Authorisation", from, "Authorisation[3]")
		Expect(err).NotTo(HaveOccurred())
		Expect(content(b)).To(Equal(want))
	})

	It("copies single leaves, and one of several groups under another name", func() {
		from := parse(message.Phase5, `<CC015C><Consignment><Consignor><identificationNumber>GB1</identificationNumber></Consignor>
			<HouseConsignment><sequenceNumber>1</sequenceNumber></HouseConsignment>
			<HouseConsignment><sequenceNumber>2</sequenceNumber><Consignee><identificationNumber>GB2</identificationNumber></Consignee></HouseConsignment></Consignment></CC015C>`)
		b := builder(message.Phase5, "CC029C")
		_, err := b.Copy("Consignment/Consignor", from, "Consignment/HouseConsignment[2]/Consignee")
		Expect(err).NotTo(HaveOccurred())
		_, err = b.Copy("HolderOfTheTransitProcedure/identificationNumber", from, "Consignment/Consignor/identificationNumber")
		Expect(err).NotTo(HaveOccurred())
		Expect(content(b)).To(Equal("CC029C{HolderOfTheTransitProcedure{identificationNumber=GB1} Consignment{Consignor{identificationNumber=GB2}}}"))
	})

	It("takes texts as the source's types see them", func() {
		// The phone number is a token in the IE015 and a normalizedString in the IE029, where spaces count.
		from := parse(message.Phase5, "<CC015C><Representative><ContactPerson><phoneNumber>\n  01   23\n</phoneNumber></ContactPerson></Representative></CC015C>")
		b := builder(message.Phase5, "CC029C")
		_, err := b.Copy("Representative", from, "Representative")
		Expect(err).NotTo(HaveOccurred())
		Expect(content(b)).To(Equal("CC029C{Representative{ContactPerson{phoneNumber=01 23}}}"))
	})

	It("sorts by the target's schema", func() {
		from := parse(message.Phase5, `<CC015C><Guarantee><guaranteeType>1</guaranteeType><sequenceNumber>1</sequenceNumber></Guarantee></CC015C>`)
		b := builder(message.Phase5, "CC029C")
		_, err := b.Copy("Guarantee", from, "Guarantee")
		Expect(err).NotTo(HaveOccurred())
		Expect(content(b)).To(Equal("CC029C{Guarantee{sequenceNumber=1 guaranteeType=1}}"))
	})

	It("drops a group that stands where the target has a leaf", func() {
		from := parse(message.Phase5, `<CC015C><TransitOperation><LRN>x</LRN></TransitOperation></CC015C>`)
		b := builder(message.Phase5, "CC029C")
		dropped, err := b.Copy("messageSender", from, "TransitOperation")
		Expect(err).NotTo(HaveOccurred())
		Expect(dropped).To(Equal([]string{"TransitOperation"}))
		Expect(content(b)).To(Equal("CC029C="))
	})

	DescribeTable("refuses:", func(path, at, reason string) {
		from := parse(message.Phase5, `<CC015C><Authorisation/><Authorisation/><Representative><status>1</status><status>2</status></Representative></CC015C>`)
		b := builder(message.Phase5, "CC029C")
		_, err := b.Copy(path, from, at)
		Expect(err).To(MatchError(ContainSubstring(reason)))
		Expect(content(b)).To(Equal("CC029C="))
	},
		Entry("more than the target has room for", "Representative", "Authorisation", "Representative may occur once, not 2 times"),
		Entry("more than the target has room for further down", "Representative", "Representative", `path "Representative/status", column 16: status may occur once, not 2 times`),
		Entry("a position in the target", "Authorisation[1]", "Authorisation", "a copy takes the place of every Authorisation; hint: leave the position out"),
		Entry("a path the target does not know", "Nothing", "Authorisation", "CC029C has no Nothing"),
		Entry("a path the source does not know", "Authorisation", "ControlResult", "CC015C has no ControlResult"),
	)
})
