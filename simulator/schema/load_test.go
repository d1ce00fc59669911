package schema_test

import (
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
)

var _ = Describe("Loading schemas", func() {
	load := func(declarations string) error {
		_, err := schema.Load(fstest.MapFS{"p/CC001A.xsd": &fstest.MapFile{Data: []byte(
			`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">` + declarations + `</xs:schema>`)}}, "p")
		return err
	}
	const (
		root   = `<xs:element name="CC001A" type="RootType"/>`
		word   = `<xs:simpleType name="Word"><xs:restriction base="xs:token"><xs:maxLength value="3"/></xs:restriction></xs:simpleType>`
		inside = `<xs:complexType name="RootType"><xs:sequence><xs:element name="a" type="Word" minOccurs="0"/></xs:sequence></xs:complexType>`
	)
	It("takes what the schemas of the messages are made of", func() {
		Expect(load(root + inside + word)).To(Succeed())
	})
	DescribeTable("refuses what it would pass over in silence:", func(declarations, text string) {
		Expect(load(declarations)).To(MatchError(ContainSubstring(text)))
	},
		Entry("a choice", root+`<xs:complexType name="RootType"><xs:choice><xs:element name="a" type="Word"/></xs:choice></xs:complexType>`+word, "xs:choice"),
		Entry("a choice in a sequence", root+`<xs:complexType name="RootType"><xs:sequence><xs:choice/></xs:sequence></xs:complexType>`+word, "xs:choice"),
		Entry("a wildcard", root+`<xs:complexType name="RootType"><xs:sequence><xs:any/></xs:sequence></xs:complexType>`+word, "xs:any"),
		Entry("an empty group", root+`<xs:complexType name="RootType"/>`+word, "xs:sequence is missing"),
		Entry("a fixed value", root+`<xs:complexType name="RootType"><xs:sequence><xs:element name="a" type="Word" fixed="A"/></xs:sequence></xs:complexType>`+word, "fixed"),
		Entry("a sequence that repeats", root+`<xs:complexType name="RootType"><xs:sequence maxOccurs="2"><xs:element name="a" type="Word"/></xs:sequence></xs:complexType>`+word, "maxOccurs"),
		Entry("a group with text", root+`<xs:complexType name="RootType" mixed="true"><xs:sequence><xs:element name="a" type="Word"/></xs:sequence></xs:complexType>`+word, "mixed"),
		Entry("an attribute of another name", root+`<xs:complexType name="RootType"><xs:sequence/><xs:attribute name="b" type="Word"/></xs:complexType>`+word, "attribute b"),
		Entry("an attribute that is required", root+`<xs:complexType name="RootType"><xs:sequence/><xs:attribute name="PhaseID" type="Word" use="required"/></xs:complexType>`+word, "use"),
		Entry("a list", root+inside+`<xs:simpleType name="Word"><xs:list itemType="xs:token"/></xs:simpleType>`, "xs:list"),
		Entry("a facet of another kind", root+inside+`<xs:simpleType name="Word"><xs:restriction base="xs:token"><xs:whiteSpace value="collapse"/></xs:restriction></xs:simpleType>`, "whiteSpace"),
		Entry("a type of its own that is restricted", root+inside+word+`<xs:simpleType name="Short"><xs:restriction base="Word"/></xs:simpleType>`, "built-in"),
		Entry("keys", root+`<xs:key name="k"/>`+inside+word, "xs:key"),
		Entry("a group of attributes", `<xs:attributeGroup name="g"/>`+root+inside+word, "xs:attributeGroup"),
	)
})
