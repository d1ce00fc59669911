package jsonmessage_test

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

func TestJSONMessage(t *testing.T) {
	suite.Run(t, "jsonmessage")
}

// phases are those that have JSON.
var phases = []message.Phase{message.Phase5, message.Phase6}

func validator(p message.Phase) *jsonmessage.Validator {
	GinkgoHelper()
	v, err := jsonmessage.NewValidator(simtest.Catalogue(), p)
	Expect(err).NotTo(HaveOccurred())
	return v
}

// samples are the valid messages of a phase by their file names.
func samples(p message.Phase) map[string]*message.Document {
	out := map[string]*message.Document{}
	for _, name := range simtest.Samples(p, "*") {
		out[name] = simtest.Document(p, name)
	}
	return out
}

// refusedAsJSON is a valid message whose TIR carnet number HMRC's JSON schemas do not take, by a slip in their pattern.
const refusedAsJSON = "ie015-tir-xi"

func must[T any](value T, err error) T {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	return value
}

var _ = Describe("A message as JSON", func() {
	for _, p := range phases {
		It("says the same as its XML, and comes back, for every sample of phase "+p.String(), func() {
			v := validator(p)
			for name, d := range samples(p) {
				text := jsonmessage.Append(nil, d)
				Expect(jsonmessage.AppendXML(nil, simtest.Catalogue(), p, d.Bytes())).To(Equal(text), name)
				value, err := jsonmessage.Parse(text)
				Expect(err).NotTo(HaveOccurred(), name)
				if name == refusedAsJSON {
					Expect(v.Validate(value, d.Root.Name, 10)).To(HaveLen(1), name)
				} else {
					Expect(v.Validate(value, d.Root.Name, 10)).To(BeEmpty(), name)
				}
				back, err := jsonmessage.Document(simtest.Catalogue(), p, d.Root.Name, value)
				Expect(err).NotTo(HaveOccurred(), name)
				Expect(simtest.Values(back)).To(Equal(simtest.Values(d)), name)
				Expect(jsonmessage.Append(nil, back)).To(Equal(text), name)
			}
		})
	}

	It("has its keys in the order of the schema, type and @PhaseID last, lists for what may repeat, numbers without zeros", func() {
		d, err := simtest.Catalogue().Parse(message.Phase5, []byte(`<ncts:CC007C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>a "b" &lt;c&gt;/</messageSender>`+
			`<TransitOperation><MRN>25GB000246N7KTB2J0</MRN><simplifiedProcedure>1</simplifiedProcedure></TransitOperation>`+
			`<Authorisation><sequenceNumber>01</sequenceNumber><type>C522</type><referenceNumber>GBACE1</referenceNumber></Authorisation>`+
			`<Consignment><LocationOfGoods><typeOfLocation>B</typeOfLocation></LocationOfGoods></Consignment></ncts:CC007C>`))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(jsonmessage.Append(nil, d))).To(Equal(`{"n1:CC007C":{"messageSender":"a \"b\" <c>/","TransitOperation":{"MRN":"25GB000246N7KTB2J0","simplifiedProcedure":"1"},` +
			`"Authorisation":[{"sequenceNumber":1,"referenceNumber":"GBACE1","type":"C522"}],"Consignment":{"LocationOfGoods":{"typeOfLocation":"B"},"Incident":[]},"@PhaseID":"NCTS5.1"}}`))
	})

	It("has an empty list for repeatable groups that are absent, below the root only for the authorisations of an IE007", func() {
		for root, want := range map[string]string{
			"CC007C": `{"n1:CC007C":{"Authorisation":[]}}`,
			"CC015C": `{"n1:CC015C":{}}`,
		} {
			xml := []byte(`<ncts:` + root + ` xmlns:ncts="http://ncts.dgtaxud.ec"/>`)
			d, err := simtest.Catalogue().Parse(message.Phase6, xml)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(jsonmessage.Append(nil, d))).To(Equal(want))
			Expect(string(must(jsonmessage.AppendXML(nil, simtest.Catalogue(), message.Phase6, xml)))).To(Equal(want))
		}
	})

	It("is written from bytes that no schema takes as from their tree: out of order, repeated, unknown, with text in pieces", func() {
		xml := []byte(`<!--c--><CC007C PhaseID="NCTS5.1" xmlns="http://ncts.dgtaxud.ec"><Authorisation><type> C522 </type><sequenceNumber>+01</sequenceNumber></Authorisation>` +
			`<unknown><messageSender>X</messageSender></unknown><messageSender>A&amp;<!--c-->B<![CDATA[<]]></messageSender><messageSender>second</messageSender>text` +
			`<Authorisation><sequenceNumber>two</sequenceNumber><referenceNumber>R<type>C523</type></referenceNumber></Authorisation><TransitOperation/></CC007C>`)
		const want = `{"n1:CC007C":{"messageSender":"A&B<","TransitOperation":{},"Authorisation":[{"sequenceNumber":1,"type":"C522"},` +
			`{"sequenceNumber":"two","referenceNumber":""}],"@PhaseID":"NCTS5.1"}}`
		Expect(string(jsonmessage.Append(nil, must(simtest.Catalogue().Parse(message.Phase5, xml))))).To(Equal(want))
		Expect(string(must(jsonmessage.AppendXML(nil, simtest.Catalogue(), message.Phase5, xml)))).To(Equal(want))
	})

	DescribeTable("is not written from bytes that are no message",
		func(xml, why string) {
			_, err := jsonmessage.AppendXML(nil, simtest.Catalogue(), message.Phase5, []byte(xml))
			Expect(err).To(MatchError(ContainSubstring(why)))
		},
		Entry("that end too early", "<CC007C><messageSender>", "XML document structures must start and end within the same entity"),
		Entry("with a document type", "<!DOCTYPE CC007C><CC007C/>", "phase 5 has no message"),
		Entry("with another root", "<CC999C/>", `phase 5 has no message "CC999C"`),
		Entry("without any", "", "Premature end of file"),
	)

	DescribeTable("becomes XML in the order of the schema, whatever the order of its keys:",
		func(mass, want string) {
			value, err := jsonmessage.Parse([]byte(`{"#":"x","n1:CC015C":{"@PhaseID":"NCTS6","?pi":"x","Consignment":{"@xmlns:a":"b","grossMass":` + mass + `,"countryOfDispatch":"GB"},"messageSender":"é\r<"}}`))
			Expect(err).NotTo(HaveOccurred())
			d, err := jsonmessage.Document(simtest.Catalogue(), message.Phase6, "CC015C", value)
			Expect(err).NotTo(HaveOccurred())
			Expect(string(d.Bytes())).To(Equal(`<ncts:CC015C PhaseID="NCTS6" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>é&#13;&lt;</messageSender>` +
				`<Consignment><countryOfDispatch>GB</countryOfDispatch><grossMass>` + want + `</grossMass></Consignment></ncts:CC015C>`))
		},
		Entry("a whole number", "100", "100"),
		Entry("zeros behind the point", "10.50", "10.5"),
		Entry("nothing but zeros behind the point", "10.0", "10"),
		Entry("an exponent", "1.25e3", "1250"),
		Entry("a negative exponent", "125E-2", "1.25"),
		Entry("a very small number", "1e-6", "0.000001"),
		Entry("zero", "-0.0", "0"),
		Entry("16 digits", "1234567890.123456", "1234567890.123456"),
		Entry("more digits than a float has", "12345678901234567890.123456789", "12345678901234567890.123456789"),
		Entry("what is out of all proportion, left to the XML schema", "1e401", "1e401"),
		Entry("what is even larger", "1e99999999999999999999", "1e99999999999999999999"),
	)
})

// ie007 is the sample notification of phase 5 as JSON, changed by pairs of texts.
func ie007(changes ...string) string {
	GinkgoHelper()
	text := string(jsonmessage.Append(nil, simtest.Document(message.Phase5, "ie007-simplified")))
	for i := 0; i < len(changes); i += 2 {
		Expect(text).To(ContainSubstring(changes[i]))
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	return text
}

func found(p message.Phase, root, text string) []string {
	GinkgoHelper()
	value, err := jsonmessage.Parse([]byte(text))
	Expect(err).NotTo(HaveOccurred())
	var out []string
	for _, e := range validator(p).Validate(value, root, 100) {
		out = append(out, e.SchemaPath+" "+e.Message)
	}
	return out
}

// authorisation is an item of a list.
const authorisation = `{"sequenceNumber":1,"referenceNumber":"XIAUTHDES02","type":"C522"},`

var _ = Describe("The JSON schema", func() {
	const mrn = `"MRN":"25GB000246N7KTB2J0"`

	DescribeTable("is explained in the words of HMRC's validator:",
		func(old, changed string, want ...string) {
			if len(want) == 0 {
				Expect(found(message.Phase5, "CC007C", ie007(old, changed))).To(BeEmpty())
				return
			}
			Expect(found(message.Phase5, "CC007C", ie007(old, changed))).To(Equal(want))
		},
		Entry("a text for a number", `"sequenceNumber":1`, `"sequenceNumber":"1"`,
			"#/definitions/n1:SequenceNumberContentType/type $.n1:CC007C.Authorisation[0].sequenceNumber: string found, integer expected"),
		Entry("a number with a point for a whole one", `"sequenceNumber":1`, `"sequenceNumber":1.0`,
			"#/definitions/n1:SequenceNumberContentType/type $.n1:CC007C.Authorisation[0].sequenceNumber: number found, integer expected"),
		Entry("a number for a text", mrn, `"MRN":1`,
			"#/definitions/n1:MrnContentType05/type $.n1:CC007C.TransitOperation.MRN: integer found, string expected"),
		Entry("null", mrn, `"MRN":null`,
			"#/definitions/n1:MrnContentType05/type $.n1:CC007C.TransitOperation.MRN: null found, string expected"),
		Entry("a key that is not in the schema", mrn, mrn+`,"foo":1`,
			"#/definitions/n1:TransitOperationType02/additionalProperties $.n1:CC007C.TransitOperation.foo: is not defined in the schema and the schema does not allow additional properties"),
		Entry("the same key twice, of which the last one counts", mrn, `"MRN":5,`+mrn),
		Entry("a group for a list", `"Authorisation":[`, `"Authorisation":{},"#":[`,
			"#/definitions/n1:CC007CType/properties/#/type $.n1:CC007C.#: array found, string expected",
			"#/definitions/n1:CC007CType/properties/Authorisation/type $.n1:CC007C.Authorisation: object found, array expected"),
		Entry("a value out of an enumeration", `"@PhaseID":"NCTS5.1"`, `"@PhaseID":"NCTS6"`,
			"#/definitions/n1:phaseIDtype/enum $.n1:CC007C.@PhaseID: does not have a value in the enumeration [NCTS5.1, NCTS5.0]"),
		Entry("a number for an enumeration", `"@PhaseID":"NCTS5.1"`, `"@PhaseID":7`,
			"#/definitions/n1:phaseIDtype/enum $.n1:CC007C.@PhaseID: does not have a value in the enumeration [NCTS5.1, NCTS5.0]",
			"#/definitions/n1:phaseIDtype/type $.n1:CC007C.@PhaseID: integer found, string expected"),
		Entry("keys that are let pass", mrn, mrn+`,"@xmlns:n1":"u","@xsi:type":"t","?pi":"p","#comment":5,"#":"t"`),
		Entry("keys that are let pass with texts alone", mrn, mrn+`,"#":1,"?pi":2,"@xsi:type":3,"@xmlns":4`,
			"#/definitions/n1:TransitOperationType02/properties/#/type $.n1:CC007C.TransitOperation.#: integer found, string expected",
			`^@xmlns(:\w+)?$/type $.n1:CC007C.TransitOperation.@xmlns: integer found, string expected`,
			`^@xsi:\w+$/type $.n1:CC007C.TransitOperation.@xsi:type: integer found, string expected`,
			`^\?\w+$/type $.n1:CC007C.TransitOperation.?pi: integer found, string expected`),
	)

	DescribeTable("is explained keyword by keyword:",
		func(p message.Phase, root, sample, old, changed string, want ...string) {
			text := string(jsonmessage.Append(nil, simtest.Document(p, sample)))
			at := strings.Index(text, old)
			Expect(at).To(BeNumerically(">", 0), text)
			Expect(found(p, root, text[:at]+changed+text[at+len(old):])).To(Equal(want))
		},
		Entry("pattern", message.Phase5, "CC007C", "ie007-simplified", `"messageSender":"`, `"messageSender":"`+strings.Repeat("x", 35),
			`#/definitions/n1:MessageSenderContentType/pattern $.n1:CC007C.messageSender: does not match the regex pattern ^([\w\D]{1,35})$`),
		Entry("anyOf of patterns, one error for each", message.Phase5, "CC007C", "ie007-simplified", mrn, `"MRN":"x"`,
			`anyOf/pattern $.n1:CC007C.TransitOperation.MRN: does not match the regex pattern ^([0-1][0-9]|[2][0-4])[A-Z]{2}[A-Z0-9]{13}[0-9]$`,
			`anyOf/pattern $.n1:CC007C.TransitOperation.MRN: does not match the regex pattern ^([2][4-9]|[3-9][0-9])[A-Z]{2}[A-Z0-9]{12}[J-M][0-9]$`),
		Entry("maxLength", message.Phase5, "CC015C", "ie015-simplified-gb-xi", `"LRN":"`, `"LRN":"`+strings.Repeat("x", 22),
			"#/definitions/n1:LRNContentType03/maxLength $.n1:CC015C.TransitOperation.LRN: may only be 22 characters long"),
		Entry("minLength", message.Phase5, "CC015C", "ie015-simplified-gb-xi", `"accessCode":"AC01"`, `"accessCode":"AC1"`,
			"#/definitions/n1:AccessCodeContentType02/minLength $.n1:CC015C.Guarantee[0].GuaranteeReference[0].accessCode: must be at least 4 characters long"),
		Entry("maximum", message.Phase6, "CC007C", "ie007-simplified", `"sequenceNumber":1`, `"sequenceNumber":100000`,
			"#/definitions/n1:SequenceNumberContentType/maximum $.n1:CC007C.Authorisation[0].sequenceNumber: must have a maximum value of 99999"),
		Entry("maximum, by a huge exponent", message.Phase5, "CC007C", "ie007-simplified", `"sequenceNumber":1`, `"sequenceNumber":1e400`,
			"#/definitions/n1:SequenceNumberContentType/maximum $.n1:CC007C.Authorisation[0].sequenceNumber: must have a maximum value of 99999",
			"#/definitions/n1:SequenceNumberContentType/type $.n1:CC007C.Authorisation[0].sequenceNumber: number found, integer expected"),
		Entry("minimum, also of -0", message.Phase5, "CC007C", "ie007-simplified", `"sequenceNumber":1`, `"sequenceNumber":-0`,
			"#/definitions/n1:SequenceNumberContentType/minimum $.n1:CC007C.Authorisation[0].sequenceNumber: must have a minimum value of 1"),
		Entry("maxItems, on 3.0", message.Phase6, "CC007C", "ie007-simplified", `"Authorisation":[`, `"Authorisation":[`+strings.Repeat(authorisation, 9),
			"#/definitions/n1:CC007CType/properties/Authorisation/maxItems $.n1:CC007C.Authorisation: there must be a maximum of 9 items in the array"),
		Entry("minItems", message.Phase5, "CC015C", "ie015-simplified-gb-xi", `"HouseConsignment":[`, `"HouseConsignment":[],"#":"","#x":[`,
			"#/definitions/n1:ConsignmentType20/properties/HouseConsignment/minItems $.n1:CC015C.Consignment.HouseConsignment: there must be a minimum of 1 items in the array"),
		Entry("format date-time, before the pattern", message.Phase5, "CC007C", "ie007-simplified", `2025-09-18T08:05:00`, `2025-09-18T08:05:00Z`,
			"#/definitions/n1:PreparationDateAndTimeContentType $.n1:CC007C.preparationDateAndTime: does not match the date-time pattern - date or time provided is invalid.",
			`#/definitions/n1:PreparationDateAndTimeContentType/pattern $.n1:CC007C.preparationDateAndTime: does not match the regex pattern ^([\d]{4,4}\-[\d]{2,2}\-[\d]{2,2}T[\d]{2,2}\:[\d]{2,2}\:[\d]{2,2})$`),
		Entry("format date", message.Phase5, "CC015C", "ie015-simplified-gb-xi", `"limitDate":"2025-09-23"`, `"limitDate":"2025-02-30"`,
			"#/definitions/n1:LimitDateContentType $.n1:CC015C.TransitOperation.limitDate: does not match the date pattern - date provided is invalid."),
	)

	It("takes ten authorisations and dates that there are not where the version has no such keyword", func() {
		ten := ie007(`"Authorisation":[`, `"Authorisation":[`+strings.Repeat(authorisation, 9))
		Expect(found(message.Phase5, "CC007C", ten)).To(BeEmpty())
		text := string(jsonmessage.Append(nil, simtest.Document(message.Phase6, "ie015-simplified-gb-xi")))
		at := strings.Index(text, `"limitDate":"`)
		Expect(at).To(BeNumerically(">", 0))
		end := at + len(`"limitDate":"2025-09-23"`)
		Expect(found(message.Phase6, "CC015C", text[:at]+`"limitDate":"2025-02-30"`+text[end:])).To(BeEmpty())
	})

	It("names what is missing at the first property that is absent, sorted by name", func() {
		got := found(message.Phase6, "CC007C", `{"n1:CC007C":{}}`)
		for i, name := range []string{"Consignment", "CustomsOfficeOfDestinationActual", "TraderAtDestination", "TransitOperation", "messageIdentification", "messageRecipient", "messageSender", "messageType", "preparationDateAndTime"} {
			Expect(got[i]).To(Equal("#/definitions/n1:CC007CType/required $.n1:CC007C." + name + ": is missing but it is required"))
		}
		Expect(got).To(HaveLen(9))
	})

	DescribeTable("says of the value as a whole:",
		func(text string, want ...string) {
			if len(want) == 0 {
				Expect(found(message.Phase5, "CC007C", text)).To(BeEmpty())
				return
			}
			Expect(found(message.Phase5, "CC007C", text)).To(Equal(want))
		},
		Entry("nothing", "", "#/type $: unknown found, object expected"),
		Entry("a list", "[]", "#/type $: array found, object expected"),
		Entry("an empty object, which passes", "{}"),
		Entry("another message", `{"n1:CC015C":{}}`, "#/additionalProperties $.n1:CC015C: is not defined in the schema and the schema does not allow additional properties"),
		Entry("a message that is not an object", `{"n1:CC007C":"x"}`, "#/definitions/n1:CC007CType/type $.n1:CC007C: string found, object expected"),
		Entry("keys that are let pass", `{"#":"a","#b":1,"?c":"d","@xmlns:n1":1,"n1:rule":2}`),
	)

	It("knows dates of the calendar, and tries the format before the pattern", func() {
		text := string(jsonmessage.Append(nil, simtest.Document(message.Phase5, "ie007-simplified")))
		at := strings.Index(text, `"preparationDateAndTime":"`) + len(`"preparationDateAndTime":"`)
		for value, want := range map[string]string{
			"2026-02-31T10:00:00": "#/definitions/n1:PreparationDateAndTimeContentType",
			"2026-02-28T10:00":    "#/definitions/n1:PreparationDateAndTimeContentType/pattern",
		} {
			got := found(message.Phase5, "CC007C", text[:at]+value+text[at+len("2025-09-18T08:05:00"):])
			Expect(got).To(HaveLen(1))
			Expect(got[0]).To(HavePrefix(want + " $.n1:CC007C.preparationDateAndTime: does not match the "))
		}
	})

	It("stops at the most errors that are wanted", func() {
		value, err := jsonmessage.Parse([]byte(`{"n1:CC007C":{}}`))
		Expect(err).NotTo(HaveOccurred())
		Expect(validator(message.Phase5).Validate(value, "CC007C", 3)).To(HaveLen(3))
	})

	It("is there for what traders send alone", func() {
		v := validator(message.Phase6)
		Expect(v.Knows("CC170C")).To(BeTrue())
		Expect(v.Knows("CC029C")).To(BeFalse())
	})
})

var _ = Describe("A text that is not JSON", func() {
	DescribeTable("is refused in the parser's words with the place behind what was read:",
		func(text, want string) {
			_, err := jsonmessage.Parse([]byte(text))
			Expect(err).To(MatchError(want))
		},
		Entry("a name without quotes", "{ nope }", "Unexpected character ('n' (code 110)): was expecting double-quote to start field name\n at [line: 1, column: 4]"),
		Entry("a comma before the end", "{\"a\":1,\n}", "Unexpected character ('}' (code 125)): was expecting double-quote to start field name\n at [line: 2, column: 2]"),
		Entry("no colon", `{"a" 1}`, "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n at [line: 1, column: 7]"),
		Entry("no comma in an object", `{"a":1 "b":2}`, "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries\n at [line: 1, column: 9]"),
		Entry("no comma in a list", `[1 2]`, "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries\n at [line: 1, column: 5]"),
		Entry("XML", `<a/>`, "Unexpected character ('<' (code 60)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [line: 1, column: 2]"),
		Entry("a word", `nope`, "Unrecognized token 'nope': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [line: 1, column: 5]"),
		Entry("cut off in an object", "{\"a\":{", "Unexpected end-of-input: expected close marker for Object (start marker at [line: 1, column: 6])\n at [line: 1, column: 7]"),
		Entry("cut off in a text", `{"a":"b`, "Unexpected end-of-input: was expecting closing quote for a string value\n at [line: 1, column: 8]"),
		Entry("cut off in a name", `{"a`, "Unexpected end-of-input in field name\n at [line: 1, column: 4]"),
		Entry("a line end in a text", "{\"a\":\"b\n\"}", "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value\n at [line: 2, column: 1]"),
		Entry("NUL between values", "{\x00}", "Illegal character ((CTRL-CHAR, code 0)): only regular white space (\\r, \\n, \\t) is allowed between tokens\n at [line: 1, column: 3]"),
		Entry("an escape that there is not", `"\x"`, "Unrecognized character escape ('x' (code 120))\n at [line: 1, column: 4]"),
		Entry("an escape that is not hexadecimal", `"\u00g0"`, "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence\n at [line: 1, column: 7]"),
		Entry("a zero in front", `{"a":01}`, "Invalid numeric value: Leading zeroes not allowed\n at [line: 1, column: 8]"),
		Entry("a minus alone", `[-]`, "Unexpected character (']' (code 93)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value\n at [line: 1, column: 4]"),
		Entry("a point alone", `[1.]`, "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a digit\n at [line: 1, column: 5]"),
		Entry("an exponent alone", `[1e]`, "Unexpected character (']' (code 93)) in numeric value: Exponent indicator not followed by a digit\n at [line: 1, column: 5]"),
		Entry("not a number", `[NaN]`, "Unrecognized token 'NaN': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [line: 1, column: 5]"),
		Entry("two values", `{} {}`, "Trailing token ('{' (code 123)) found after value\n at [line: 1, column: 5]"),
		Entry("ISO-8859-1", "[\"caf\xe9\"]", "Invalid UTF-8 middle byte 0x22\n at [line: 1, column: 8]"),
		Entry("a byte that begins no character", "[\"\xff\"]", "Invalid UTF-8 start byte 0xff\n at [line: 1, column: 4]"),
		Entry("nested too deep", strings.Repeat("[", 10_000), "Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)\n at [line: 1, column: 1002]"),
		Entry("a number too long", "["+strings.Repeat("1", 1001)+"]", "Number value length (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNumberLength()`)\n at [line: 1, column: 1004]"),
	)

	DescribeTable("is not one with",
		func(text string, kind jsonmessage.Kind, value string) {
			v, err := jsonmessage.Parse([]byte(text))
			Expect(err).NotTo(HaveOccurred())
			Expect(v.Kind()).To(Equal(kind))
			Expect(v.Text).To(Equal(value))
		},
		Entry("a byte order mark", "\ufeff\"a\"", jsonmessage.String, "a"),
		Entry("white space around", " \r\n\t7 ", jsonmessage.Integer, "7"),
		Entry("every escape", `"\"\\\/\b\f\n\r\t\u00e9"`, jsonmessage.String, "\"\\/\b\f\n\r\té"),
		Entry("a pair of surrogates", `"\ud83d\ude00"`, jsonmessage.String, "😀"),
		Entry("a surrogate alone", `"\ud83dx\ude00"`, jsonmessage.String, "\ufffdx\ufffd"),
		Entry("a huge exponent", "1e400", jsonmessage.Number, "1e400"),
		Entry("nothing", "", jsonmessage.Nothing, ""),
	)

	It("costs no more for many members of one name than for as many names", func() {
		var text strings.Builder
		text.WriteString("{")
		for i := range 50_000 {
			fmt.Fprintf(&text, `"k%d":%d,`, i%25_000, i)
		}
		v, err := jsonmessage.Parse([]byte(strings.TrimSuffix(text.String(), ",") + "}"))
		Expect(err).NotTo(HaveOccurred())
		Expect(v.Members).To(HaveLen(25_000))
		Expect(v.Get("k0").Text).To(Equal("25000"))
	})
})
