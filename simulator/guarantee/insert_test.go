package guarantee_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/xmltree"
)

const grn = "20GB0000010000GX1"

// declaration is what matters of an IE015: the route, the guarantees and the goods items.
type declaration struct{ from, to, guarantees, items string }

func (d declaration) root() *xmltree.Node {
	GinkgoHelper()
	root, err := xmltree.Parse([]byte("<CC015B><CUSOFFDEPEPT><RefNumEPT1>" + d.from + "</RefNumEPT1></CUSOFFDEPEPT>" +
		"<CUSOFFDESEST><RefNumEST1>" + d.to + "</RefNumEST1></CUSOFFDESEST>" + d.guarantees + d.items + "</CC015B>"))
	Expect(err).NotTo(HaveOccurred())
	return root
}

// secured is a guarantee of a type with references to GRNs.
func secured(typ string, grns ...string) string {
	text := "<GUAGUA><GuaTypGUA1>" + typ + "</GuaTypGUA1>"
	for _, grn := range grns {
		text += "<GUAREFREF><GuaRefNumGRNREF1>" + grn + "</GuaRefNumGRNREF1></GUAREFREF>"
	}
	return text + "</GUAGUA>"
}

// item is a goods item with special mentions; the packages come behind them.
func item(number string, mentions ...string) string {
	return "<GOOITEGDS><IteNumGDS7>" + number + "</IteNumGDS7><GooDesGDS23>Bicycles</GooDesGDS23><GroMasGDS46>10</GroMasGDS46>" +
		strings.Join(mentions, "") + "<PACGS2><KinOfPacGS23>CT</KinOfPacGS23></PACGS2></GOOITEGDS>"
}

// mention is a special mention of a code.
func mention(text, code string) string {
	return "<SPEMENMT2><AddInfMT21>" + text + "</AddInfMT21><AddInfCodMT23>" + code + "</AddInfCodMT23></SPEMENMT2>"
}

// cal is a guarantee mention.
func cal(text string) string { return mention(text, "CAL") }

// toItaly is a declaration from Great Britain to Italy with one guarantee of type 1.
func toItaly(items ...string) declaration {
	return declaration{"GB000060", "IT018105", secured("1", grn), strings.Join(items, "")}
}

// written is a tree as text.
func written(n *xmltree.Node) string {
	d := &message.Document{Phase: message.Phase4, Root: n}
	return string(d.Bytes())
}

var _ = Describe("The default guarantee of API 1.0", func() {
	insert := func(d declaration) (string, error) {
		GinkgoHelper()
		root := d.root()
		before := written(root)
		out, err := guarantee.Standard.Insert(root)
		Expect(written(root)).To(Equal(before), "what was given stays as it was")
		if err != nil {
			Expect(out).To(BeNil())
			return "", err
		}
		return written(out), nil
	}
	becomes := func(d, want declaration) {
		GinkgoHelper()
		got, err := insert(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(got).To(Equal(written(want.root())))
	}
	unchanged := func(d declaration) {
		GinkgoHelper()
		becomes(d, d)
	}

	Describe("the examples of the contract (docs/spec/api-1.0.md#8-3)", func() {
		It("adds a mention where there is none", func() {
			becomes(toItaly(item("1")), toItaly(item("1", cal("10000.00EUR"+grn))))
		})

		It("puts the default in front of a mention without an amount", func() {
			becomes(toItaly(item("1", cal(grn))), toItaly(item("1", cal("10000.00EUR"+grn))))
		})

		It("keeps a stated amount", func() {
			unchanged(toItaly(item("1", cal("99.05EUR"+grn))))
		})

		It("leaves a guarantee without a GRN alone", func() {
			d := toItaly(item("1"))
			d.guarantees = "<GUAGUA><GuaTypGUA1>3</GuaTypGUA1><GUAREFREF><OthGuaRefREF4>Cash</OthGuaRefREF4></GUAREFREF></GUAGUA>"
			unchanged(d)
		})
	})

	DescribeTable("looks at the route first (docs/spec/api-1.0.md#8-1)",
		func(from, to string, concerned bool) {
			d, want := toItaly(item("1")), toItaly(item("1"))
			d.from, d.to, want.from, want.to = from, to, from, to
			if concerned {
				want.items = item("1", cal("10000.00EUR"+grn))
			}
			becomes(d, want)
		},
		Entry("within Great Britain nothing is done", "GB000060", "GB000051", false),
		Entry("to Northern Ireland", "GB000060", "XI000142", true),
		Entry("from Northern Ireland to the Union", "XI000142", "IT018105", true),
		Entry("from Northern Ireland to Great Britain", "XI000142", "GB000060", true),
		Entry("within Northern Ireland", "XI000142", "XI000142", true),
	)

	It("does not look at anything else within Great Britain", func() {
		unchanged(declaration{"GB000060", "GB000051", secured("Z", ""), item("x", cal("nonsense"))})
	})

	DescribeTable("defaults the guarantees with a GRN and no others (docs/spec/api-1.0.md#8-2)", suite.Parameters,
		func(typ string, defaulted bool) {
			d, want := toItaly(item("1")), toItaly(item("1"))
			d.guarantees = "<GUAGUA><GuaTypGUA1>" + typ + "</GuaTypGUA1><GUAREFREF><GuaRefNumGRNREF1>" + grn +
				"</GuaRefNumGRNREF1><OthGuaRefREF4>Other</OthGuaRefREF4></GUAREFREF></GUAGUA>"
			want.guarantees = d.guarantees
			if defaulted {
				want.items = item("1", cal("10000.00EUR"+grn))
			}
			becomes(d, want)
		},
		Entry(nil, "0", true), Entry(nil, "1", true), Entry(nil, "2", true), Entry(nil, "4", true), Entry(nil, "9", true),
		Entry(nil, "3", false), Entry(nil, "5", false), Entry(nil, "6", false), Entry(nil, "7", false), Entry(nil, "8", false),
		Entry(nil, "A", false), Entry(nil, "B", false),
	)

	It("adds to the first item alone, and to that one although another item has a mention", func() {
		d := toItaly(item("1"), item("2", cal(grn)))
		becomes(d, toItaly(item("1", cal("10000.00EUR"+grn)), item("2", cal("10000.00EUR"+grn))))
		becomes(toItaly(item("2"), item("1")), toItaly(item("2"), item("1", cal("10000.00EUR"+grn))))
		unchanged(toItaly(item("2"), item("3")))
	})

	It("keeps the order of the guarantees in its additions", func() {
		d, want := toItaly(item("1", cal(grn))), toItaly(item("1", cal("10000.00EUR"+grn),
			cal("10000.00EUR09GB00000100000M0"), cal("10000.00EUR20XI00014200002V8")))
		d.guarantees = secured("1", "09GB00000100000M0", grn) + secured("0", "20XI00014200002V8")
		want.guarantees = d.guarantees
		becomes(d, want)
	})

	It("copies mentions that speak of no guarantee", func() {
		others := []string{mention("99.05EUR"+grn, "DG0"), "<SPEMENMT2><AddInfCodMT23>CAL</AddInfCodMT23></SPEMENMT2>"}
		becomes(toItaly(item("1", others...)), toItaly(item("1", append(others, cal("10000.00EUR"+grn))...)))
	})

	It("rewrites a mention in the order of the schema, without what is empty", func() {
		full := "<SPEMENMT2><AddInfMT21> 5GBP" + grn + " </AddInfMT21><AddInfMT21LNG>EN</AddInfMT21LNG><AddInfCodMT23>CAL</AddInfCodMT23>" +
			"<ExpFroECMT24>1</ExpFroECMT24><ExpFroCouMT25></ExpFroCouMT25></SPEMENMT2>"
		want := "<SPEMENMT2><AddInfMT21>5GBP" + grn + "</AddInfMT21><AddInfMT21LNG>EN</AddInfMT21LNG><AddInfCodMT23>CAL</AddInfCodMT23>" +
			"<ExpFroECMT24>1</ExpFroECMT24></SPEMENMT2>"
		becomes(toItaly(item("1", full)), toItaly(item("1", want)))
	})

	It("puts an addition behind the last element that may stand before it", func() {
		start := "<IteNumGDS7>1</IteNumGDS7><GooDesGDS23>Bicycles</GooDesGDS23>"
		back := "<TRACONCO2><NamCO27>A</NamCO27></TRACONCO2>"
		for _, last := range []string{
			"GooDesGDS23LNG", "GroMasGDS46", "NetMasGDS48", "CouOfDisGDS58", "CouOfDesGDS59", "MetOfPayGDI12", "ComRefNumGIM1",
			"UNDanGooCodGDI1", "PREADMREFAR2", "PRODOCDC2",
		} {
			front := start + "<" + last + ">1</" + last + ">"
			becomes(toItaly("<GOOITEGDS>"+front+back+"</GOOITEGDS>"),
				toItaly("<GOOITEGDS>"+front+cal("10000.00EUR"+grn)+back+"</GOOITEGDS>"))
		}
	})

	It("inserts what the settings say, with two decimals", func() {
		d, err := guarantee.NewDefault("1", "GBP")
		Expect(err).NotTo(HaveOccurred())
		Expect(d).To(Equal(guarantee.Default{Amount: "1.00", Currency: "GBP"}))
		out, err := d.Insert(toItaly(item("1", cal("EUR"+grn))).root())
		Expect(err).NotTo(HaveOccurred())
		Expect(written(out)).To(Equal(written(toItaly(item("1", cal("1.00GBP"+grn))).root())))
		var zero guarantee.Default
		out, err = zero.Insert(toItaly(item("1")).root())
		Expect(err).NotTo(HaveOccurred())
		Expect(written(out)).To(ContainSubstring("10000.00EUR" + grn))
	})

	DescribeTable("has an amount and a currency", suite.Parameters,
		func(amount, currency, wrong string) {
			_, err := guarantee.NewDefault(amount, currency)
			Expect(err).To(MatchError(And(ContainSubstring(wrong), ContainSubstring("; hint: "))))
		},
		Entry(nil, "ten", "EUR", "ten"), Entry(nil, "0", "EUR", `"0"`), Entry(nil, "-1", "EUR", `"-1"`), Entry(nil, "1.005", "EUR", "1.005"),
		Entry(nil, "1234567890123456", "EUR", "1234567890123456"), Entry(nil, "1.00", "eur", "eur"), Entry(nil, "1.00", "EURO", "EURO"),
	)

	DescribeTable("refuses in the exact words of docs/spec/api-1.0.md#8-4", suite.Parameters,
		func(change func(*declaration), want string) {
			d := toItaly(item("1"))
			change(&d)
			_, err := insert(d)
			Expect(err).To(BeAssignableToTypeOf(guarantee.Refusal("")))
			Expect(err.Error()).To(Equal(want))
		},
		func(_ func(*declaration), want string) string { return want },
		Entry(nil, func(d *declaration) { d.from = "" }, "Departure Empty"),
		Entry(nil, func(d *declaration) { d.to = " " }, "Destination Empty"),
		Entry(nil, func(d *declaration) { d.from = "FR001260" }, "Inappropriate Departure Office"),
		Entry("within Great Britain the departure is looked at first", func(d *declaration) { d.from, d.to = "", "" }, "Departure Empty"),
		Entry(nil, func(d *declaration) { d.guarantees = secured("", grn) }, "GuaTypGUA1 was invalid"),
		Entry(nil, func(d *declaration) { d.guarantees = secured("10", grn) }, "GuaTypGUA1 was too long"),
		Entry(nil, func(d *declaration) { d.guarantees = secured("C", grn) }, "GuaTypGUA1 was not a valid type"),
		Entry(nil, func(d *declaration) { d.guarantees = secured("1", "") }, "GuaRefNumGRNREF1 was empty"),
		Entry(nil, func(d *declaration) { d.guarantees = secured("B", grn) }, "OthGuaRefREF4 was empty"),
		Entry(nil, func(d *declaration) { d.items = item("") }, "Missing Item Number"),
		Entry(nil, func(d *declaration) { d.items = item("one") }, "Invalid Item Number"),
		Entry(nil, func(d *declaration) { d.items = item("1", cal("'99.05EUR"+grn+"'")) }, "invalid characters in additional info"),
		Entry("quotes of a second mention", func(d *declaration) { d.items = item("1", cal(grn), cal("'x'")) },
			"invalid characters in additional info"),
		Entry(nil, func(d *declaration) { d.items = item("1", cal("A99.05Eu2"+grn)) }, "Invalid Currency Code: Eu2"),
		Entry("less than three characters", func(d *declaration) { d.items = item("1", cal("GB"+grn)) }, "Invalid Currency Code: GB"),
		Entry(nil, func(d *declaration) { d.items = item("1", cal("1234567890123456.00EUR"+grn)) },
			"Guarantee amount should be not be longer than 18 characters"),
		Entry("a comma, as in the contract", func(d *declaration) { d.items = item("1", cal("111,22EUR"+grn)) },
			"The specified amount is not a valid representation of a decimal"),
		Entry("without an exponent", func(d *declaration) { d.items = item("1", cal("1E5EUR"+grn)) },
			"The specified amount is not a valid representation of a decimal"),
		Entry("no currency, as in the contract", func(d *declaration) { d.items = item("1", cal("111.22"+grn)) }, "Parsed Amount value without currency"),
		Entry("nothing, as in the contract", func(d *declaration) { d.items = item("1", cal("00.00EUR"+grn)) }, "Amount cannot be equal to or less than 0"),
		Entry("below zero", func(d *declaration) { d.items = item("1", cal("-5EUR"+grn)) }, "Amount cannot be equal to or less than 0"),
		Entry("a mention of no guarantee", func(d *declaration) { d.items = item("1", cal("5EUR09GB00000100000M0")) },
			"Transformation impossible with provided xml"),
		Entry("a second mention", func(d *declaration) { d.items = item("1", cal(grn), cal("5EUR"+grn)) },
			"Transformation impossible with provided xml"),
		Entry("a mention beside a guarantee without a GRN", func(d *declaration) {
			d.guarantees, d.items = "<GUAGUA><GuaTypGUA1>3</GuaTypGUA1></GUAGUA>", item("1", cal("5EUR"+grn))
		}, "Transformation impossible with provided xml"),
		Entry("an item that has nothing an addition could follow", func(d *declaration) {
			d.items = "<GOOITEGDS><IteNumGDS7>1</IteNumGDS7><GooDesGDS23>Bicycles</GooDesGDS23></GOOITEGDS>"
		}, "Transformation impossible with provided xml"),
		Entry("a fault in a later item", func(d *declaration) { d.items = item("1") + item("2", cal("0EUR"+grn)) },
			"Amount cannot be equal to or less than 0"),
	)

	It("gives declarations that fit their schema", func(ctx SpecContext) {
		seen := 0
		for _, name := range simtest.Samples(message.Phase4, "ie015*") {
			data := simtest.Sample(message.Phase4, name)
			root, err := xmltree.Parse(data)
			Expect(err).NotTo(HaveOccurred())
			out, err := guarantee.Standard.Insert(root)
			Expect(err).NotTo(HaveOccurred(), name)
			Expect(simtest.Catalogue().Set(message.Phase4).Validate(ctx, []byte(written(out)), schema.Options{Root: "CC015B"}).Errors).To(BeEmpty(), name)
			seen++
		}
		Expect(seen).To(BeNumerically(">", 5))
	})
})
