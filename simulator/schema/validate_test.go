package schema_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf16"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
)

// invalidation is a valid CC014C on one line; specs break it in one place.
const invalidation = `<ncts:CC014C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>TRADER1</messageSender><messageRecipient>NTA.GB</messageRecipient><preparationDateAndTime>2026-03-02T09:15:00</preparationDateAndTime><messageIdentification>MSG0001</messageIdentification><messageType>CC014C</messageType><TransitOperation><LRN>LRN-0001</LRN></TransitOperation><Invalidation><initiatedByCustoms>0</initiatedByCustoms><justification>Goods not presented</justification></Invalidation><CustomsOfficeOfDeparture><referenceNumber>GB000060</referenceNumber></CustomsOfficeOfDeparture><HolderOfTheTransitProcedure><identificationNumber>GB123456789012</identificationNumber></HolderOfTheTransitProcedure></ncts:CC014C>`

// change gives the invalidation with one piece replaced.
func change(old, replacement string) string {
	if !strings.Contains(invalidation, old) {
		panic("the document has no " + old)
	}
	return strings.Replace(invalidation, old, replacement, 1)
}

const doctype = `DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.`

var _ = Describe("Validation of a document", func() {
	It("accepts a message of either phase and gives its tree", func() {
		for _, dir := range []string{"phase5", "phase6"} {
			r := phases[dir].Validate(context.Background(), []byte(invalidation), schema.Options{Root: "CC014C"})
			Expect(r.Errors).To(BeEmpty())
			Expect(r.Root.Value("TransitOperation", "LRN")).To(Equal("LRN-0001"))
		}
	})

	DescribeTable("says what makes a document unreadable, apart from what is merely invalid",
		func(document, fatal string) {
			r := phases["phase5"].Validate(context.Background(), []byte(document), schema.Options{MaxErrors: 1})
			if fatal == "" {
				Expect(r.Fatal).To(BeNil())
				return
			}
			Expect(r.Fatal).To(HaveField("Message", fatal))
			Expect(r.Errors).To(HaveExactElements(*r.Fatal))
		},
		Entry("nothing", "", "Premature end of file."),
		Entry("a document type", `<!DOCTYPE CC014C><CC014C/>`, doctype),
		Entry("a tag of another name", `<a><b></c></a>`, `The element type "b" must be terminated by the matching end-tag "</b>".`),
		Entry("not an element that is missing", change("<messageRecipient>NTA.GB</messageRecipient>", ""), ""),
		Entry("not an unknown root", "<a/>", ""),
		Entry("not what is valid", invalidation, ""),
	)

	// The column stands behind the piece that is given.
	DescribeTable("reports what is wrong in the words of the real service, behind the tag in question:",
		func(document, piece string, want ...string) {
			errs := validate("phase5", document)
			Expect(messages(errs)).To(Equal(want))
			for _, e := range errs {
				Expect(e.Line).To(Equal(1))
				Expect(e.Column).To(Equal(strings.Index(document, piece) + len(piece) + 1))
			}
		},
		Entry("nothing", "", "", "Premature end of file."),
		Entry("text", "hello", "", "Content is not allowed in prolog."),
		Entry("an unknown root", `<CC999C/>`, `<CC999C/>`, "cvc-elt.1.a: Cannot find the declaration of element 'CC999C'."),
		Entry("a root without its namespace", `<CC014C></CC014C>`, `<CC014C>`, "cvc-elt.1.a: Cannot find the declaration of element 'CC014C'."),
		Entry("a root of another namespace", `<x:CC014C xmlns:x="urn:x"/>`, `/>`, "cvc-elt.1.a: Cannot find the declaration of element 'x:CC014C'."),
		Entry("a document cut off", `<ncts:CC014C xmlns:ncts="http://ncts.dgtaxud.ec"><messageSender>TRAD`, "TRAD", "XML document structures must start and end within the same entity."),
		Entry("a document type", `<!DOCTYPE CC014C><CC014C/>`, "<!DOCTYPE", doctype),
		Entry("a missing element", change("<messageRecipient>NTA.GB</messageRecipient>", ""), "<preparationDateAndTime>",
			"cvc-complex-type.2.4.a: Invalid content was found starting with element 'preparationDateAndTime'. One of '{messageRecipient}' is expected."),
		Entry("an unknown element where an optional one may stand", change("<TransitOperation>", "<Foo/><TransitOperation>"), "<Foo/>",
			"cvc-complex-type.2.4.a: Invalid content was found starting with element 'Foo'. One of '{correlationIdentifier, TransitOperation}' is expected."),
		Entry("an element after the end of the content", change("</LRN>", "</LRN><MRN>26GB000246AL65TIJ5</MRN><LRN>L</LRN>"), "</MRN><LRN>",
			"cvc-complex-type.2.4.d: Invalid content was found starting with element 'LRN'. No child element is expected at this point."),
		Entry("a parent that ends too early", change("<initiatedByCustoms>0</initiatedByCustoms><justification>Goods not presented</justification>", ""), "</Invalidation>",
			"cvc-complex-type.2.4.b: The content of element 'Invalidation' is not complete. One of '{requestDateAndTime, decisionDateAndTime, decision, initiatedByCustoms}' is expected."),
		Entry("a pattern", change("2026-03-02T09:15:00", "2026-03-02"), "</preparationDateAndTime>",
			`cvc-pattern-valid: Value '2026-03-02' is not facet-valid with respect to pattern '\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}' for type 'PreparationDateAndTimeContentType'.`,
			"cvc-type.3.1.3: The value '2026-03-02' of element 'preparationDateAndTime' is not valid."),
		Entry("an impossible date", change("2026-03-02T09:15:00", "2026-02-30T09:15:00"), "</preparationDateAndTime>",
			"cvc-datatype-valid.1.2.1: '2026-02-30T09:15:00' is not a valid value for 'dateTime'.",
			"cvc-type.3.1.3: The value '2026-02-30T09:15:00' of element 'preparationDateAndTime' is not valid."),
		Entry("an enumeration", change("<initiatedByCustoms>0", "<initiatedByCustoms>2"), "</initiatedByCustoms>",
			"cvc-enumeration-valid: Value '2' is not facet-valid with respect to enumeration '[0, 1]'. It must be a value from the enumeration.",
			"cvc-type.3.1.3: The value '2' of element 'initiatedByCustoms' is not valid."),
		Entry("a PhaseID of a later phase", change(`PhaseID="NCTS5.1"`, `PhaseID="NCTS6"`), `dgtaxud.ec">`,
			"cvc-enumeration-valid: Value 'NCTS6' is not facet-valid with respect to enumeration '[NCTS5.1, NCTS5.1, NCTS5.0]'. It must be a value from the enumeration.",
			"cvc-attribute.3: The value 'NCTS6' of attribute 'PhaseID' on element 'ncts:CC014C' is not valid with respect to its type, 'phaseIDtype'."),
		Entry("an unknown attribute", change(`PhaseID="NCTS5.1"`, `version="2"`), `dgtaxud.ec">`,
			"cvc-complex-type.3.2.2: Attribute 'version' is not allowed to appear in element 'ncts:CC014C'."),
		Entry("text between elements", change("</LRN>", "</LRN>stray"), "</TransitOperation>",
			"cvc-complex-type.2.3: Element 'TransitOperation' cannot have character [children], because the type's content type is element-only."),
		Entry("an element inside a value", change("LRN-0001", "<x/>LRN-0001"), "</LRN>",
			"cvc-type.3.1.2: Element 'LRN' is a simple type, so it must have no element information item [children].",
			`cvc-pattern-valid: Value '' is not facet-valid with respect to pattern '\P{Z}(.*\P{Z})?' for type 'LRNContentType03'.`,
			"cvc-type.3.1.3: The value '' of element 'LRN' is not valid."),
		Entry("mismatched tags", change("</LRN>", "</MRN>"), "LRN-0001</",
			`The element type "LRN" must be terminated by the matching end-tag "</LRN>".`),
		Entry("an undeclared prefix", `<ncts:CC014C/>`, `<ncts:CC014C/>`, `The prefix "ncts" for element "ncts:CC014C" is not bound.`),
		Entry("an undeclared entity", change("LRN-0001", "&lrn;"), "&lrn;", `The entity "lrn" was referenced, but not declared.`),
		Entry("a second root", change("</ncts:CC014C>", "</ncts:CC014C><x/>"), "</ncts:CC014C><",
			"The markup in the document following the root element must be well-formed."),
	)

	It("accepts NCTS6 in phase 6 and all three values there", func() {
		for _, id := range []string{"NCTS6", "NCTS5.0", "NCTS5.1", " NCTS5.1 "} {
			Expect(validate("phase6", change(`PhaseID="NCTS5.1"`, `PhaseID="`+id+`"`))).To(BeEmpty())
		}
	})

	It("refuses children that a default namespace pulls into the target namespace", func() {
		errs := validate("phase5", strings.NewReplacer("ncts:CC", "CC", "xmlns:ncts", "xmlns").Replace(invalidation))
		Expect(messages(errs)).To(Equal([]string{
			"cvc-complex-type.2.4.a: Invalid content was found starting with element '{\"http://ncts.dgtaxud.ec\":messageSender}'. One of '{messageSender}' is expected.",
		}))
	})

	It("refuses a message of the phase where another one is expected", func() {
		r := phases["phase5"].Validate(context.Background(), []byte(invalidation), schema.Options{Root: "CC015C"})
		Expect(messages(r.Errors)).To(Equal([]string{"cvc-elt.1.a: Cannot find the declaration of element 'ncts:CC014C'."}))
	})

	It("lists every error of a document in document order, with line, column and element path", func() {
		document := "<ncts:CC014C xmlns:ncts=\"http://ncts.dgtaxud.ec\">\n  <messageSender/>\n  <messageRecipient>NTA.GB</messageRecipient>\n" +
			strings.SplitAfter(invalidation, "</messageRecipient>")[1]
		document = strings.Replace(document, "GB000060", "gb", 1)
		errs := validate("phase5", document)
		Expect(errs).To(HaveLen(4))
		Expect(errs[0].Path).To(Equal("/CC014C/messageSender"))
		Expect([]int{errs[0].Line, errs[0].Column}).To(Equal([]int{2, 19}))
		Expect(errs[3].Path).To(Equal("/CC014C/CustomsOfficeOfDeparture/referenceNumber"))
		Expect(errs[3].Line).To(Equal(4))
	})

	It("reports errors before the place where the document becomes unreadable, then that one", func() {
		errs := validate("phase5", strings.Split(change("2026-03-02T09:15:00", "yesterday"), "<TransitOperation>")[0])
		Expect(errs).To(HaveLen(3))
		Expect(errs[0].Message).To(HavePrefix("cvc-pattern-valid"))
		Expect(errs[2].Message).To(Equal("XML document structures must start and end within the same entity."))
	})

	It("counts columns in UTF-16 units, as Java does", func() {
		document := change("Goods not presented", "\U0001F69A"+strings.Repeat("é", 600))
		errs := validate("phase5", document)
		Expect(errs).NotTo(BeEmpty())
		before, _, _ := strings.Cut(document, "</justification>")
		Expect(errs[0].Column).To(Equal(len(utf16.Encode([]rune(before))) + len("</justification>") + 1))
	})
})

// many are so many different attributes.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d='1'", i)
	}
	return b.String()
}

var _ = Describe("Hostile input", func() {
	DescribeTable("is refused with a clear error:",
		func(document []byte, message string) {
			r := phases["phase5"].Validate(context.Background(), document, schema.Options{})
			Expect(messages(r.Errors)).To(ContainElement(ContainSubstring(message)))
			Expect(r.Root).To(BeNil())
		},
		Entry("entity bomb", []byte(`<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><CC014C>&b;</CC014C>`), "DOCTYPE"),
		Entry("external entity", []byte(`<?xml version="1.0"?><!-- x --><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`), "DOCTYPE"),
		Entry("document type behind a syntax error", []byte(`<a &&><!DOCTYPE a><b/>`), `Element type "a" must be followed by`),
		Entry("100,000 attributes", []byte("<a "+strings.Repeat(`a="1" `, 100000)+"/>"), `Element "a" has more than "100" attributes`),
		Entry("100,000 attributes behind a syntax error", []byte("<a>&nope<a "+strings.Repeat(`a="1" `, 100000)+"/></a>"), `The reference to entity "nope" must end with the ';' delimiter.`),
		Entry("a tag without end", []byte("<a "+strings.Repeat("x='' ", 10)), "start and end within the same entity"),
		Entry("101 attributes", []byte("<a"+many(101)+"/>"), `more than "100" attributes`),
		Entry("900 attributes each of 600 elements", []byte("<a>"+strings.Repeat("<b"+many(900)+"/>", 600)+"</a>"), `more than "100" attributes`),
		Entry("900 attributes behind what is no XML", []byte("<a><b c/>"+strings.Repeat("<b"+many(900)+"/>", 600)+"</a>"), `Attribute name "c" associated with`),
		Entry("depth of 10,000", []byte(strings.Repeat("<a>", 10000)+strings.Repeat("</a>", 10000)), `exceeds the limit "256"`),
		Entry("UTF-16", utf16Document(invalidation), `The encoding "UTF-16" is not supported.`),
		Entry("another encoding", []byte(`<?xml version="1.0" encoding="ISO-8859-1"?>`+invalidation), "ISO-8859-1"),
		Entry("a zero byte", []byte(change("LRN-0001", "LRN\x00")), "Unicode: 0x0"),
		Entry("a control character", []byte(change("LRN-0001", "LRN\x01")), "Unicode: 0x1"),
		Entry("bytes that are no UTF-8", []byte(change("LRN-0001", "LRN\xff")), "Invalid byte"),
	)

	DescribeTable("does not harm the process however long a value is, and is quoted in part:",
		func(size int, old string) {
			errs := validate("phase5", change(old, strings.Repeat("x", size)))
			Expect(errs).To(HaveLen(2))
			Expect(len(errs[0].Message)).To(BeNumerically("<", 2000))
		},
		Entry("16 KB against a pattern", 16<<10, "LRN-0001"),
		Entry("60 KB against a pattern", 60<<10, "LRN-0001"),
		Entry("60 KB against a token", 60<<10, "TRADER1"),
		Entry("60 KB against a date", 60<<10, "2026-03-02T09:15:00"),
		Entry("60 KB against a length", 60<<10, "GB000060"),
	)

	It("gives no more errors than asked for", func() {
		document := change("<LRN>LRN-0001</LRN>", strings.Repeat("<LRN></LRN>", 5000))
		r := phases["phase5"].Validate(context.Background(), []byte(document), schema.Options{MaxErrors: 10})
		Expect(r.Errors).To(HaveLen(10))
	})

	It("gives up when the caller has gone", func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		Eventually(func() bool {
			return phases["phase5"].Validate(ctx, []byte(invalidation), schema.Options{}).Valid()
		}).Should(Or(BeTrue(), BeFalse()))
	})
})

func utf16Document(s string) []byte {
	var b bytes.Buffer
	b.Write([]byte{0xff, 0xfe})
	for _, u := range utf16.Encode([]rune(s)) {
		Expect(binary.Write(&b, binary.LittleEndian, u)).To(Succeed())
	}
	return b.Bytes()
}

var _ = Describe("The shipped fixtures", func() {
	for _, dir := range []string{"phase4", "phase5", "phase6"} {
		for _, file := range simtest.Files(path.Join(dir, "*", "*.xml")) {
			data := simtest.File(file)
			if strings.Contains(file, "/valid/") {
				It(file+" is valid", func() {
					Expect(validate(dir, string(data))).To(BeEmpty())
				})
				continue
			}
			It(file+" is refused with exactly the expected errors", func() {
				want := simtest.File(strings.TrimSuffix(file, ".xml") + ".errors.json")
				type wire struct {
					LineNumber   int    `json:"lineNumber"`
					ColumnNumber int    `json:"columnNumber"`
					Message      string `json:"message"`
				}
				var expected, got []wire
				Expect(json.Unmarshal(want, &expected)).To(Succeed())
				options := schema.Options{Root: postedAs(dir, path.Base(file))}
				for _, e := range phases[dir].Validate(context.Background(), data, options).Errors {
					got = append(got, wire{e.Line, e.Column, e.Message})
				}
				Expect(got).To(Equal(expected))
			})
		}
	}
})

// postedAs is the root of the message that a fixture (ie015-…) claims to be.
func postedAs(dir, name string) string {
	number := name[2:5]
	switch {
	case dir != "phase4":
		return "CC" + number + "C"
	case number == "015":
		return "CC015B"
	}
	return "CC" + number + "A"
}

// published is the folder of published messages, beside the checkout; the product does not need it.
func published(parts ...string) string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(append([]string{filepath.Dir(file), "..", "..", "..", "shared"}, parts...)...)
}

// publishedPhases are the phases by the names that they have there.
var publishedPhases = map[string]string{"p4": "phase4", "p5": "phase5", "p6": "phase6"}

var _ = Describe("Published messages", func() {
	for short, dir := range publishedPhases {
		It(fmt.Sprintf("of %s are all accepted", dir), func() {
			files, err := filepath.Glob(published("samples", short, "*.xml"))
			Expect(err).NotTo(HaveOccurred())
			if len(files) == 0 {
				Skip("the folder of published messages is not there; only our own fixtures were checked")
			}
			for _, file := range files {
				data, err := os.ReadFile(file)
				Expect(err).NotTo(HaveOccurred())
				Expect(validate(dir, string(data))).To(BeEmpty(), file)
			}
		})
	}
})
