package schema_test

import (
	"fmt"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// instances declares the prefix of schema instances.
const instances = `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

// with gives the invalidation with attributes added to the start tag of one element.
func with(tag, attributes string) string {
	return change("<"+tag, "<"+tag+" "+instances+" "+attributes)
}

const (
	notNillable = "cvc-elt.3.1: Attribute 'http://www.w3.org/2001/XMLSchema-instance,nil' must not appear on element '%s', because the {nillable} property of '%[1]s' is false."
	noAttribute = "cvc-type.3.1.1: Element '%s' is a simple type, so it cannot have attributes, excepting those whose namespace name is identical to 'http://www.w3.org/2001/XMLSchema-instance' and whose [local name] is one of 'type', 'nil', 'schemaLocation' or 'noNamespaceSchemaLocation'. However, the attribute, '%s' was found."
)

var _ = Describe("What a document says of its own schema", func() {
	DescribeTable("is accepted if it changes nothing:",
		func(document string) {
			Expect(validate("phase5", document)).To(BeEmpty())
			Expect(validate("phase6", document)).To(BeEmpty())
		},
		Entry("the root's own type", with("ncts:CC014C", `xsi:type="ncts:CC014CType"`)),
		Entry("white space around it", with("ncts:CC014C", `xsi:type=" ncts:CC014CType "`)),
		Entry("a group's own type", with("TransitOperation", `xsi:type="ncts:TransitOperationType05"`)),
		Entry("a leaf's own type", with("LRN", `xsi:type="ncts:LRNContentType03"`)),
		Entry("another prefix for the namespace", with("LRN", `xmlns:n="http://ncts.dgtaxud.ec" xsi:type="n:LRNContentType03"`)),
		Entry("another prefix for instances", change("<LRN>", `<LRN xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="ncts:LRNContentType03">`)),
		Entry("the place of a schema, even on a leaf", with("LRN", `xsi:schemaLocation="http://ncts.dgtaxud.ec file:///nowhere" xsi:noNamespaceSchemaLocation="nowhere"`)),
	)

	DescribeTable("is refused behind the start tag,",
		func(document, tag string, want ...string) {
			errs := validate("phase5", document)
			Expect(messages(errs)).To(Equal(want))
			start := strings.Index(document, "<"+tag+" ")
			for _, e := range errs {
				Expect(e.Column).To(Equal(start + strings.IndexByte(document[start:], '>') + 2))
			}
		},
		Entry("nil on a leaf", with("LRN", `xsi:nil="true"`), "LRN", fmt.Sprintf(notNillable, "LRN")),
		Entry("nil that is false", with("LRN", `xsi:nil="false"`), "LRN", fmt.Sprintf(notNillable, "LRN")),
		Entry("nil on a group", with("Invalidation", `xsi:nil="0"`), "Invalidation", fmt.Sprintf(notNillable, "Invalidation")),
		Entry("nil on the root", with("ncts:CC014C", `xsi:nil="true"`), "ncts:CC014C", fmt.Sprintf(notNillable, "ncts:CC014C")),
		Entry("nil that is neither true nor false", with("LRN", `xsi:nil="yes"`), "LRN", fmt.Sprintf(notNillable, "LRN"),
			"cvc-datatype-valid.1.2.1: 'yes' is not a valid value for 'boolean'.",
			"cvc-attribute.3: The value 'yes' of attribute 'xsi:nil' on element 'LRN' is not valid with respect to its type, 'boolean'."),
		Entry("a type that nobody knows", with("LRN", `xsi:type="ncts:NoSuchType"`), "LRN",
			"cvc-elt.4.2: Cannot resolve 'ncts:NoSuchType' to a type definition for element 'LRN'."),
		Entry("the own type without its namespace", with("LRN", `xsi:type="LRNContentType03"`), "LRN",
			"cvc-elt.4.2: Cannot resolve 'LRNContentType03' to a type definition for element 'LRN'."),
		Entry("the root's type of another message", with("ncts:CC014C", `xsi:type="ncts:CC015CType"`), "ncts:CC014C",
			"cvc-elt.4.2: Cannot resolve 'ncts:CC015CType' to a type definition for element 'ncts:CC014C'."),
		Entry("the name under which the own type is compiled", with("ncts:CC014C", `xsi:type="ncts:CC014CType.CC014C"`), "ncts:CC014C",
			"cvc-elt.4.2: Cannot resolve 'ncts:CC014CType.CC014C' to a type definition for element 'ncts:CC014C'."),
		Entry("another type that the value would have as well", with("LRN", `xsi:type="ncts:MessageSenderContentType"`), "LRN",
			"cvc-elt.4.3: Type 'ncts:MessageSenderContentType' is not validly derived from the type definition, 'LRNContentType03', of element 'LRN'."),
		Entry("a built-in type", with("LRN", `xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string"`), "LRN",
			"cvc-elt.4.3: Type 'xs:string' is not validly derived from the type definition, 'LRNContentType03', of element 'LRN'."),
		Entry("the type before nil before other attributes", with("LRN", `a="1" xsi:nil="true" xsi:type="ncts:NoSuchType"`), "LRN",
			"cvc-elt.4.2: Cannot resolve 'ncts:NoSuchType' to a type definition for element 'LRN'.",
			fmt.Sprintf(notNillable, "LRN"), fmt.Sprintf(noAttribute, "LRN", "a")),
		Entry("another attribute of that namespace on a leaf", with("LRN", `xsi:kind="1"`), "LRN", fmt.Sprintf(noAttribute, "LRN", "xsi:kind")),
		Entry("another attribute of that namespace on a group", with("Invalidation", `xsi:kind="1"`), "Invalidation",
			"cvc-complex-type.3.2.2: Attribute 'xsi:kind' is not allowed to appear in element 'Invalidation'."),
		Entry("the prefix for another namespace", change("<LRN>", `<LRN xmlns:xsi="urn:x" xsi:nil="true">`), "LRN", fmt.Sprintf(noAttribute, "LRN", "xsi:nil")),
		Entry("a PhaseID of the target namespace", change(`PhaseID="NCTS5.1"`, `ncts:PhaseID="NCTS5.1"`), "ncts:CC014C",
			"cvc-complex-type.3.2.2: Attribute 'ncts:PhaseID' is not allowed to appear in element 'ncts:CC014C'."),
	)

	DescribeTable("is refused twice if its type is not a name:",
		func(value, objection string) {
			Expect(messages(validate("phase5", with("LRN", `xsi:type="`+value+`"`)))).To(Equal([]string{
				objection,
				"cvc-elt.4.1: The value '" + value + "' of attribute 'http://www.w3.org/2001/XMLSchema-instance,type' of element 'LRN' is not a valid QName.",
				objection,
				"cvc-attribute.3: The value '" + value + "' of attribute 'xsi:type' on element 'LRN' is not valid with respect to its type, 'QName'.",
			}))
		},
		Entry("three parts", "a:b:c", "cvc-datatype-valid.1.2.1: 'a:b:c' is not a valid value for 'QName'."),
		Entry("nothing", "", "cvc-datatype-valid.1.2.1: '' is not a valid value for 'QName'."),
		Entry("nothing before the colon", ":b", "cvc-datatype-valid.1.2.1: ':b' is not a valid value for 'QName'."),
		Entry("a digit in front", "1b", "cvc-datatype-valid.1.2.1: '1b' is not a valid value for 'QName'."),
		Entry("two words", " a  b ", "cvc-datatype-valid.1.2.1: 'a b' is not a valid value for 'QName'."),
		Entry("a prefix that is not declared", "q:b", "UndeclaredPrefix: Cannot resolve 'q:b' as a QName: the prefix 'q' is not declared."),
	)

	It("goes before the errors of the value", func() {
		errs := validate("phase5", strings.Replace(with("initiatedByCustoms", `xsi:nil="true"`), ">0<", "><", 1))
		Expect(messages(errs)).To(Equal([]string{
			fmt.Sprintf(notNillable, "initiatedByCustoms"),
			"cvc-enumeration-valid: Value '' is not facet-valid with respect to enumeration '[0, 1]'. It must be a value from the enumeration.",
			"cvc-type.3.1.3: The value '' of element 'initiatedByCustoms' is not valid.",
		}))
	})

	It("makes the parser measure an element by the type that it names, though it must not stand there", func() {
		errs := validate("phase5", with("LRN", `xsi:type="ncts:GrnContentType"`))
		Expect(messages(errs)).To(Equal([]string{
			"cvc-elt.4.3: Type 'ncts:GrnContentType' is not validly derived from the type definition, 'LRNContentType03', of element 'LRN'.",
			"cvc-pattern-valid: Value 'LRN-0001' is not facet-valid with respect to pattern '[A-Z0-9]*' for type 'GrnContentType'.",
			"cvc-type.3.1.3: The value 'LRN-0001' of element 'LRN' is not valid.",
		}))
	})

	It("does not make a root of another name a message", func() {
		document := strings.ReplaceAll(with("ncts:CC014C", `xsi:type="ncts:CC014CType"`), "ncts:CC014C ", "ncts:Other ")
		document = strings.Replace(document, "</ncts:CC014C>", "</ncts:Other>", 1)
		Expect(validate("phase5", document)).NotTo(BeEmpty())
	})

	It("names the own group in phase 4, where groups of other messages have the same name", func() {
		document := strings.Replace(cancellation, "<HEAHEA>", "<HEAHEA "+instances+` xsi:type="HEAHEAType">`, 1)
		Expect(validate("phase4", document)).To(BeEmpty())
		Expect(messages(validate("phase4", strings.Replace(document, "HEAHEAType", "CUSOFFDEPEPTType", 1)))).To(Equal([]string{
			"cvc-elt.4.3: Type 'CUSOFFDEPEPTType' is not validly derived from the type definition, 'HEAHEAType', of element 'HEAHEA'.",
			"cvc-complex-type.2.4.a: Invalid content was found starting with element 'DocNumHEA5'. One of '{RefNumEPT1}' is expected.",
		}))
		Expect(messages(validate("phase4", strings.Replace(document, "HEAHEAType", "NoSuchType", 1)))).To(Equal([]string{
			"cvc-elt.4.2: Cannot resolve 'NoSuchType' to a type definition for element 'HEAHEA'.",
		}))
	})
})

var _ = Describe("Elements that are not declared", func() {
	It("are looked into as far as they hold the message itself", func() {
		document := "<Envelope><Body>" + change(">0<", ">2<") + "</Body></Envelope>"
		Expect(messages(validate("phase5", document))).To(Equal([]string{
			"cvc-elt.1.a: Cannot find the declaration of element 'Envelope'.",
			"cvc-enumeration-valid: Value '2' is not facet-valid with respect to enumeration '[0, 1]'. It must be a value from the enumeration.",
			"cvc-type.3.1.3: The value '2' of element 'initiatedByCustoms' is not valid.",
		}))
		Expect(messages(validate("phase5", change("<TransitOperation>", "<Other><LRN> </LRN></Other><TransitOperation>")))).To(Equal([]string{
			"cvc-complex-type.2.4.a: Invalid content was found starting with element 'Other'. One of '{correlationIdentifier, TransitOperation}' is expected.",
		}))
	})

	It("are measured by the type that they name", func() {
		errs := validate("phase5", change("<TransitOperation>", "<Other "+instances+` xsi:type="ncts:LRNContentType03"> L</Other><TransitOperation>`))
		Expect(messages(errs)).To(Equal([]string{
			"cvc-complex-type.2.4.a: Invalid content was found starting with element 'Other'. One of '{correlationIdentifier, TransitOperation}' is expected.",
			`cvc-pattern-valid: Value ' L' is not facet-valid with respect to pattern '\P{Z}(.*\P{Z})?' for type 'LRNContentType03'.`,
			"cvc-type.3.1.3: The value ' L' of element 'Other' is not valid.",
		}))
	})
})

var _ = Describe("White space between elements", func() {
	DescribeTable("may be written in any way",
		func(space string) {
			for _, before := range []string{"<LRN>", "</TransitOperation>", "</ncts:CC014C>"} {
				Expect(validate("phase5", change(before, space+before))).To(BeEmpty(), before)
			}
			Expect(validate("phase4", strings.Replace(cancellation, "<HEAHEA>", "<HEAHEA>"+space, 1))).To(BeEmpty())
		},
		Entry("as an empty CDATA section", "<![CDATA[]]>"),
		Entry("as a CDATA section", "<![CDATA[ \r\n\t]]>"),
		Entry("as references", "&#32;&#10;&#x9;&#13;"),
		Entry("around comments", " <!-- c --> <?p i?>\n"),
	)

	DescribeTable("is only what XML calls so",
		func(text string) {
			Expect(messages(validate("phase5", change("</LRN>", "</LRN>"+text)))).To(Equal([]string{
				"cvc-complex-type.2.3: Element 'TransitOperation' cannot have character [children], because the type's content type is element-only.",
			}))
		},
		Entry("not a CDATA section with a text", "<![CDATA[x]]>"),
		Entry("not a no-break space", "&#160;"),
		Entry("not a line separator", "\u2028"),
	)
})

var _ = Describe("A value", func() {
	declaration := func(old, replacement string) []string {
		document := fixture("phase5/valid/ie015-simplified-gb-xi.xml")
		Expect(document).To(ContainSubstring(old))
		return messages(validate("phase5", strings.Replace(document, old, replacement, 1)))
	}

	It("is told the first pattern that it does not match, that of the base type before that of the derived", func() {
		grn := "<GRN>" + between(fixture("phase5/valid/ie015-simplified-gb-xi.xml"), "<GRN>", "</GRN>") + "</GRN>"
		refused := func(value, pattern string) {
			GinkgoHelper()
			Expect(declaration(grn, "<GRN>"+value+"</GRN>")).To(Equal([]string{
				"cvc-pattern-valid: Value '" + value + "' is not facet-valid with respect to pattern '" + pattern + "' for type 'GrnContentType'.",
				"cvc-type.3.1.3: The value '" + value + "' of element 'GRN' is not valid.",
			}))
		}
		refused("26gb0000010000qk7", "[A-Z0-9]*")
		refused("26 GB", "[A-Z0-9]*")
		refused("26GB1", "[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?")
		refused("", "[0-9]{2}[A-Z]{2}[A-Z0-9]{12}[0-9]([A-Z][0-9]{6})?")
	})

	It("has a length in UTF-16 units, two for an emoji", func() {
		text := strings.Repeat("🚚", 11)
		Expect(validate("phase5", change("LRN-0001", text))).To(BeEmpty())
		Expect(messages(validate("phase5", change("LRN-0001", text+"x")))).To(Equal([]string{
			"cvc-maxLength-valid: Value '" + text + "x' with length = '23' is not facet-valid with respect to maxLength '22' for type 'LRNContentType03'.",
			"cvc-type.3.1.3: The value '" + text + "x' of element 'LRN' is not valid.",
		}))
		Expect(validate("phase5", change("LRN-0001", strings.Repeat("é", 22)))).To(BeEmpty())
		Expect(validate("phase5", change("LRN-0001", strings.Repeat("&#x1F69A;", 12)))).To(HaveLen(2))
	})

	It("ends a line at U+2028 and U+2029 too, which no point of a pattern matches", func() {
		for _, separator := range []string{"\u2028", "&#x2029;"} {
			Expect(messages(validate("phase5", change("LRN-0001", "a"+separator+"b")))).To(ContainElement(HavePrefix("cvc-pattern-valid:")))
		}
	})

	It("may begin and end with a sign that is not a space any more", func() {
		Expect(validate("phase5", change("LRN-0001", "\u180ea\u200b"))).To(BeEmpty())
		Expect(validate("phase5", change("LRN-0001", "\u00a0a"))).To(HaveLen(2))
		Expect(validate("phase5", change("LRN-0001", "a\u3000"))).To(HaveLen(2))
	})

	DescribeTable("is a date and time or not",
		func(value, builtin string) {
			errs := messages(validate("phase5", change("2026-03-02T09:15:00", value)))
			if builtin == "" {
				Expect(errs).To(BeEmpty())
				return
			}
			Expect(errs).To(Equal([]string{
				"cvc-datatype-valid.1.2.1: '" + value + "' is not a valid value for '" + builtin + "'.",
				"cvc-type.3.1.3: The value '" + value + "' of element 'preparationDateAndTime' is not valid.",
			}))
		},
		Entry("the end of a day", "2026-03-02T24:00:00", ""),
		Entry("the end of a year", "9999-12-31T24:00:00", ""),
		Entry("behind the end of a day", "2026-03-02T24:00:01", "dateTime"),
		Entry("29 February", "2024-02-29T00:00:00", ""),
		Entry("29 February of a common year", "2100-02-29T00:00:00", "dateTime"),
		Entry("the end of an impossible day", "2026-02-30T24:00:00", "dateTime"),
		Entry("a leap second", "2026-12-31T23:59:60", "dateTime"),
		Entry("the year 0", "0000-01-01T00:00:00", "dateTime"),
		Entry("the year 1", "0001-01-01T00:00:00", ""),
		Entry("month 0", "2026-00-01T00:00:00", "dateTime"),
		Entry("Arabic digits", "٢٠٢٦-03-02T09:15:00", "dateTime"),
	)

	DescribeTable("is a number or not",
		func(value string, want string) {
			errs := declaration("<grossMass>"+between(fixture("phase5/valid/ie015-simplified-gb-xi.xml"), "<grossMass>", "</grossMass>")+"<", "<grossMass>"+value+"<")
			if want == "" {
				Expect(errs).To(BeEmpty())
				return
			}
			Expect(errs).To(HaveLen(2))
			Expect(errs[0]).To(HavePrefix(want))
		},
		Entry("zeros at the end of the fraction do not count", "1.5000000000", ""),
		Entry("however many", "1."+strings.Repeat("0", 40), ""),
		Entry("seven digits behind the point", "1.0000001", "cvc-fractionDigits-valid: Value '1.0000001' has 7 fraction digits, but the number of fraction digits has been limited to 6."),
		Entry("seventeen digits", "12345678901.123456", "cvc-totalDigits-valid: Value '12345678901.123456' has 17 total digits, but the number of total digits has been limited to 16."),
		Entry("a sign", "+5", "cvc-pattern-valid: Value '+5' "),
		Entry("a zero in front", "05", "cvc-pattern-valid: Value '05' "),
		Entry("nothing behind the point", "5.", "cvc-pattern-valid: Value '5.' "),
		Entry("a digit of another script behind the point", "1.٣", "cvc-datatype-valid.1.2.1: '1.٣' is not a valid value for 'decimal'."),
	)

	It("is shown whole even if it is longer than the longest text", func() {
		long := strings.Repeat("é", 800)
		Expect(messages(validate("phase5", change("LRN-0001", long)))).To(Equal([]string{
			"cvc-maxLength-valid: Value '" + long + "' with length = '800' is not facet-valid with respect to maxLength '22' for type 'LRNContentType03'.",
			"cvc-type.3.1.3: The value '" + long + "' of element 'LRN' is not valid.",
		}))
	})

	It("is shown as the attribute was written", func() {
		Expect(messages(validate("phase5", change(`"NCTS5.1"`, `" NCTS7"`)))).To(Equal([]string{
			"cvc-enumeration-valid: Value 'NCTS7' is not facet-valid with respect to enumeration '[NCTS5.1, NCTS5.1, NCTS5.0]'. It must be a value from the enumeration.",
			"cvc-attribute.3: The value ' NCTS7' of attribute 'PhaseID' on element 'ncts:CC014C' is not valid with respect to its type, 'phaseIDtype'.",
		}))
	})
})

var _ = Describe("Cases from the field", func() {
	DescribeTable("get their right answer:",
		func(file string, want ...string) {
			data, err := os.ReadFile(published("cases", file))
			if err != nil {
				Skip("the folder of cases is not there; the inputs above are of the same kinds")
			}
			got := []string{}
			for _, e := range validate("phase5", string(data)) {
				got = append(got, e.Error())
			}
			Expect(got).To(HaveLen(len(want)))
			for i := range want {
				Expect(got[i]).To(Equal(want[i]))
			}
		},
		Entry("nil that is false", "xsi-attributes/nil-false.xml", "9:80: "+fmt.Sprintf(notNillable, "MRN")),
		Entry("nil that is true", "xsi-attributes/nil-true.xml", "12:89: "+fmt.Sprintf(notNillable, "incidentFlag"),
			"12:89: cvc-enumeration-valid: Value '' is not facet-valid with respect to enumeration '[0, 1]'. It must be a value from the enumeration.",
			"12:89: cvc-type.3.1.3: The value '' of element 'incidentFlag' is not valid."),
		Entry("the type of the root", "xsi-attributes/type-of-root.xml"),
		Entry("two patterns", "stacked-patterns/grn-in-small-letters.xml",
			"30:35: cvc-pattern-valid: Value '26gb0000010000qs5' is not facet-valid with respect to pattern '[A-Z0-9]*' for type 'GrnContentType'.",
			"30:35: cvc-type.3.1.3: The value '26gb0000010000qs5' of element 'GRN' is not valid.",
			"36:15: cvc-complex-type.2.4.b: The content of element 'ncts:CC015C' is not complete. One of '{Guarantee, Consignment}' is expected."),
	)
})
