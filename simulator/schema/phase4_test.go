package schema_test

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
)

// cancellation is a valid CC014A on one line; specs break it in one place.
const cancellation = `<CC014A><SynIdeMES1>UNOC</SynIdeMES1><SynVerNumMES2>3</SynVerNumMES2><MesRecMES6>NCTS</MesRecMES6><DatOfPreMES9>20260302</DatOfPreMES9><TimOfPreMES10>0915</TimOfPreMES10><IntConRefMES11>NW260011</IntConRefMES11><MesIdeMES19>NW260011</MesIdeMES19><MesTypMES20>GB014A</MesTypMES20><HEAHEA><DocNumHEA5>26GB0000606I46G5J3</DocNumHEA5><DatOfCanReqHEA147>20260302</DatOfCanReqHEA147><CanReaHEA250>Order cancelled</CanReaHEA250></HEAHEA><TRAPRIPC1><TINPC159>GB954131533000</TINPC159></TRAPRIPC1><CUSOFFDEPEPT><RefNumEPT1>GB000060</RefNumEPT1></CUSOFFDEPEPT></CC014A>`

// amend gives the cancellation with one piece replaced.
func amend(old, replacement string) string {
	if !strings.Contains(cancellation, old) {
		panic("the document has no " + old)
	}
	return strings.Replace(cancellation, old, replacement, 1)
}

// namesOf lists the children of an element as name and occurrence.
func namesOf(e *schema.Element) (names []string) {
	for _, c := range e.Children {
		name := c.Name
		if c.Min == 0 {
			name += "?"
		}
		names = append(names, name)
	}
	return names
}

var _ = Describe("A phase whose messages are in no namespace", func() {
	It("says so", func() {
		Expect(phases["phase4"].Namespace()).To(BeEmpty())
	})

	It("accepts a message and gives its tree", func() {
		r := phases["phase4"].Validate(context.Background(), []byte(cancellation), schema.Options{Root: "CC014A"})
		Expect(r.Errors).To(BeEmpty())
		Expect(r.Root.Value("HEAHEA", "DocNumHEA5")).To(Equal("26GB0000606I46G5J3"))
	})

	It("has no PhaseID, no code lists and only tokens", func() {
		for _, name := range phases["phase4"].Roots() {
			root := phases["phase4"].Root(name)
			Expect(root.PhaseID).To(BeNil())
			walk(root, name, func(e *schema.Element, path string) {
				Expect(e.List).To(BeEmpty(), path)
				if e.Leaf() {
					Expect(e.Type.Base).To(Equal("token"), path)
				}
			})
		}
	})

	// The column stands behind the piece that is given.
	DescribeTable("reports what is wrong without naming a namespace:",
		func(document, piece string, want ...string) {
			errs := validate("phase4", document)
			Expect(messages(errs)).To(Equal(want))
			for _, e := range errs {
				Expect(e.Line).To(Equal(1))
				Expect(e.Column).To(Equal(strings.Index(document, piece) + len(piece) + 1))
			}
		},
		Entry("a root of phase 5", `<CC014C/>`, `<CC014C/>`, "cvc-elt.1.a: Cannot find the declaration of element 'CC014C'."),
		Entry("a default namespace", amend("<CC014A>", `<CC014A xmlns="http://ncts.dgtaxud.ec">`), `.ec">`, "cvc-elt.1.a: Cannot find the declaration of element 'CC014A'."),
		Entry("a prefix", `<ncts:CC014A xmlns:ncts="http://ncts.dgtaxud.ec"/>`, `/>`, "cvc-elt.1.a: Cannot find the declaration of element 'ncts:CC014A'."),
		Entry("an undeclared prefix", `<ncts:CC014A/>`, `<ncts:CC014A/>`, `The prefix "ncts" for element "ncts:CC014A" is not bound.`),
		Entry("the sender, which the API adds", amend("<MesRecMES6>", "<MesSenMES3>NORTHWAY</MesSenMES3><MesRecMES6>"), "<MesSenMES3>",
			"cvc-complex-type.2.4.a: Invalid content was found starting with element 'MesSenMES3'. One of '{SenIdeCodQuaMES4, MesRecMES6}' is expected."),
		Entry("the type of another message", amend("GB014A", "GB015B"), "</MesTypMES20>",
			"cvc-pattern-valid: Value 'GB015B' is not facet-valid with respect to pattern '(CC|GB|XI)014A' for type 'CC014A_MessageType'.",
			"cvc-type.3.1.3: The value 'GB015B' of element 'MesTypMES20' is not valid."),
		Entry("a parent that ends too early", amend("<CanReaHEA250>Order cancelled</CanReaHEA250>", ""), "</HEAHEA>",
			"cvc-complex-type.2.4.b: The content of element 'HEAHEA' is not complete. One of '{CanReaHEA250}' is expected."),
		Entry("an element behind the last one", amend("</CC014A>", "<CUSOFFDEPEPT><RefNumEPT1>GB000060</RefNumEPT1></CUSOFFDEPEPT></CC014A>"), "</CUSOFFDEPEPT><CUSOFFDEPEPT>",
			"cvc-complex-type.2.4.d: Invalid content was found starting with element 'CUSOFFDEPEPT'. No child element is expected at this point."),
		Entry("an attribute on the root", amend("<CC014A>", `<CC014A PhaseID="NCTS5.1">`), `"NCTS5.1">`,
			"cvc-complex-type.3.2.2: Attribute 'PhaseID' is not allowed to appear in element 'CC014A'."),
		Entry("a child with a namespace of its own", amend("<HEAHEA>", `<HEAHEA xmlns="urn:x">`), `"urn:x">`,
			`cvc-complex-type.2.4.a: Invalid content was found starting with element '{"urn:x":HEAHEA}'. One of '{ComAccRefMES21, MesSeqNumMES22, FirAndLasTraMES23, HEAHEA}' is expected.`),
	)

	DescribeTable("accepts:",
		func(document string) { Expect(validate("phase4", document)).To(BeEmpty()) },
		Entry("a default namespace that is taken back", amend("<CC014A>", `<CC014A xmlns="">`)),
		Entry("a prefix that nobody uses", amend("<CC014A>", `<CC014A xmlns:ncts="http://ncts.dgtaxud.ec">`)),
		Entry("the place of a schema, which is not looked at", amend("<CC014A>", `<CC014A xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="file:///nowhere/cc014a.xsd">`)),
		Entry("spaces around any value", strings.NewReplacer("GB014A", " GB014A\n", "20260302", "\t20260302 ").Replace(cancellation)),
		Entry("a preparation date of seven digits", amend("20260302", "2026030")),
		Entry("31 February", amend("<DatOfCanReqHEA147>20260302", "<DatOfCanReqHEA147>20260231")),
	)

	DescribeTable("refuses:",
		func(document, of string) {
			Expect(messages(validate("phase4", document))).To(ContainElement(HaveSuffix("of element '" + of + "' is not valid.")))
		},
		Entry("a preparation date of five digits", amend("20260302", "26030"), "DatOfPreMES9"),
		Entry("24 o'clock", amend("0915", "2400"), "TimOfPreMES10"),
		Entry("a thirteenth month", amend("<DatOfCanReqHEA147>20260302", "<DatOfCanReqHEA147>20261302"), "DatOfCanReqHEA147"),
		Entry("a date before the year 1000", amend("<DatOfCanReqHEA147>20260302", "<DatOfCanReqHEA147>09990302"), "DatOfCanReqHEA147"),
		Entry("an office of seven characters", amend("<RefNumEPT1>GB000060", "<RefNumEPT1>GB00060"), "RefNumEPT1"),
		Entry("an empty text", amend("Order cancelled", ""), "CanReaHEA250"),
		Entry("a text of 351 characters", amend("Order cancelled", strings.Repeat("x", 351)), "CanReaHEA250"),
		Entry("an identification of 15 characters", amend("NW260011", "NW2600110000001"), "IntConRefMES11"),
	)
})

var _ = Describe("The request of release of phase 4 and its refusal", func() {
	request := strings.NewReplacer(
		"CC014A", "CC054A",
		"GB014A", "GB054A",
		"<DatOfCanReqHEA147>20260302</DatOfCanReqHEA147>", "<RelReqHEA105>1</RelReqHEA105><RelReqDatHEA154>20260302</RelReqDatHEA154>",
		"<CanReaHEA250>Order cancelled</CanReaHEA250>", "",
	).Replace(cancellation)

	It("may name its sender or not, and checks its type like the other messages of traders", func() {
		Expect(validate("phase4", request)).To(BeEmpty())
		Expect(validate("phase4", strings.Replace(request, "<MesRecMES6>", "<MesSenMES3>NORTHWAY</MesSenMES3><MesRecMES6>", 1))).To(BeEmpty())
		for _, bad := range []string{"GB054", "UK054A", "GB014A"} {
			Expect(validate("phase4", strings.Replace(request, "GB054A", bad, 1))).NotTo(BeEmpty(), bad)
		}
	})

	It("may leave the principal empty and ask with any digit", func() {
		Expect(validate("phase4", strings.Replace(request, "<TRAPRIPC1><TINPC159>GB954131533000</TINPC159></TRAPRIPC1>", "<TRAPRIPC1/>", 1))).To(BeEmpty())
		for digit, good := range map[string]bool{"0": true, "1": true, "9": true, "x": false, "": false, "10": false} {
			errs := validate("phase4", strings.Replace(request, "<RelReqHEA105>1<", "<RelReqHEA105>"+digit+"<", 1))
			Expect(len(errs) == 0).To(Equal(good), digit)
		}
	})

	It("is refused by a message of the office with the header of all, the MRN, date and reason, principal and office", func() {
		root := phases["phase4"].Root("CC062A")
		header := namesOf(phases["phase4"].Root("CC028A"))[:21]
		Expect(header).To(HaveExactElements("SynIdeMES1", "SynVerNumMES2", "MesSenMES3", "SenIdeCodQuaMES4?", "MesRecMES6", "RecIdeCodQuaMES7?", "DatOfPreMES9",
			"TimOfPreMES10", "IntConRefMES11", "RecRefMES12?", "RecRefQuaMES13?", "AppRefMES14?", "PriMES15?", "AckReqMES16?", "ComAgrIdMES17?", "TesIndMES18?",
			"MesIdeMES19", "MesTypMES20", "ComAccRefMES21?", "MesSeqNumMES22?", "FirAndLasTraMES23?"))
		Expect(namesOf(root)).To(Equal(append(header, "HEAHEA", "TRAPRIPC1", "CUSOFFDEPEPT")))
		Expect(namesOf(root.Child("HEAHEA"))).To(Equal([]string{"DocNumHEA5", "RelReqRejDatHEA155", "RelReqRejReaHEA156?"}))
		Expect(root.Child("HEAHEA").Child("RelReqRejReaHEA156").Type.MaxLength).To(Equal(350))
		Expect(root.Child("TRAPRIPC1").Child("HITPC126")).NotTo(BeNil())
	})
})
