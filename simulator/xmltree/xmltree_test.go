package xmltree_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/xmltree"
)

func TestXMLTree(t *testing.T) {
	suite.Run(t, "xmltree")
}

const document = "\ufeff<?xml version='1.0'?>\n<!-- <a> --><n:Root PhaseID = 'a>b' xmlns:n=\"urn:x\">\n  <Item><Name>a &amp; b&#x41;&#66;</Name></Item>\r\n  <Item><Name><![CDATA[<x>]]> y</Name><Empty /></Item>\n</n:Root>\n"

var _ = Describe("Parse", func() {
	It("gives names, texts, attributes and offsets", func() {
		root, err := xmltree.Parse([]byte(document))
		Expect(err).NotTo(HaveOccurred())
		Expect(root.QName()).To(Equal("n:Root"))
		id, ok := root.Attr("PhaseID")
		Expect(ok).To(BeTrue())
		Expect(id).To(Equal("a>b"))
		Expect(root.All("Item")).To(HaveLen(2))
		Expect(root.Value("Item", "Name")).To(Equal("a & bAB"))
		second := root.All("Item")[1]
		Expect(second.Value("Name")).To(Equal("<x> y"))
		Expect(document[second.Start:second.Close]).To(Equal("<Item><Name><![CDATA[<x>]]> y</Name><Empty /></Item>"))
		Expect(document[second.Start:second.Open]).To(Equal("<Item>"))
		Expect(root.Mixed).To(BeFalse())
		Expect(root.Value("Nothing", "Below")).To(BeEmpty())
	})

	It("notices text beside elements, before and behind them", func() {
		for _, text := range []string{"<a>x<b/></a>", "<a><b/>x</a>"} {
			root, err := xmltree.Parse([]byte(text))
			Expect(err).NotTo(HaveOccurred())
			Expect(root.Mixed).To(BeTrue())
			Expect(root.Text).To(BeEmpty())
		}
	})

	It("makes deep copies", func() {
		root, err := xmltree.Parse([]byte("<a c='1'><b>x</b></a>"))
		Expect(err).NotTo(HaveOccurred())
		clone := root.Clone()
		clone.Children[0].Text = "y"
		clone.SetAttrs([]xmltree.Attr{{Name: "c", Value: "2"}})
		Expect(root.Value("b")).To(Equal("x"))
		Expect(root.Attrs()[0].Value).To(Equal("1"))
	})

	It("refuses what the real service's parser refuses, with its words and at its place", func() {
		for _, j := range judged {
			_, err := xmltree.Parse([]byte(j.document))
			Expect(described(j.document, err)).To(Equal(j.want), "%q", j.document)
		}
	})

	DescribeTable("tells causes apart:",
		func(text string, cause error) {
			_, err := xmltree.Parse([]byte(text))
			Expect(err).To(MatchError(cause))
		},
		Entry("nothing", "", xmltree.ErrCut),
		Entry("an element that is not closed", "<a><b></b>", xmltree.ErrCut),
		Entry("a document type", "<!DOCTYPE a><a/>", xmltree.ErrDoctype),
		Entry("another encoding", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", xmltree.ErrEncoding),
		Entry("UTF-16", "\xff\xfe<\x00a\x00/\x00>\x00", xmltree.ErrEncoding),
		Entry("too long a name", "<"+strings.Repeat("a", 1001)+"/>", xmltree.ErrLimit),
	)

	DescribeTable("limits what costs time:",
		func(text, want string) {
			_, err := xmltree.Parse([]byte(text))
			Expect(err).To(MatchError(xmltree.ErrLimit))
			Expect(described(text, err)).To(Equal(want))
		},
		Entry("nesting", strings.Repeat("<a>", 257), `1:771: JAXP00010006: The element "a" has a depth of "257" that exceeds the limit "256" set by "FEATURE_SECURE_PROCESSING".`),
		Entry("the length of a tag", "<a b='"+strings.Repeat("x", 9000)+"'/>", "1:9010: A tag must not be longer than 8192 bytes."),
		Entry("attributes", "<a>\n<b"+attributes(101)+"/></a>", `2:802: JAXP00010002:  Element "b" has more than "100" attributes, "100" is the limit imposed by the JDK.`),
		Entry("the length of a name", "<a "+strings.Repeat("b", 1001)+"='1'/>", `1:1005: JAXP00010005: The length of entity "[xml]" is "1,001" that exceeds the "1,000" limit set by "FEATURE_SECURE_PROCESSING".`),
		Entry("declarations in scope", declarations(65), "1:1095: Not more than 64 declarations of namespaces may be in scope."),
		Entry("pieces of text", "<a>"+strings.Repeat("x<!---->", 1001)+"</a>", "1:8005: Text must not be in more than 1000 pieces between two tags."),
		Entry("different names", different(1001), "1:6894: A document must not have more than 1000 different names and namespaces."),
	)

	It("keeps what stands before a fault", func() {
		_, err := xmltree.Parse([]byte("<a><b>1</b><c>2</d></a>"))
		var fatal *xmltree.SyntaxError
		Expect(errors.As(err, &fatal)).To(BeTrue())
		Expect(fatal.Root.Value("b")).To(Equal("1"))
		Expect(fatal.Root.Child("c").Close).To(Equal(xmltree.Unclosed))
		Expect(fatal.Root.Close).To(Equal(xmltree.Unclosed))
	})

	It("knows the namespace of each element", func() {
		root, err := xmltree.Parse([]byte("<a xmlns='u' xmlns:p='v'><b/><p:c/><d xmlns=''><e/></d><f/></a>"))
		Expect(err).NotTo(HaveOccurred())
		spaces := []string{root.Space()}
		for _, c := range root.Children {
			spaces = append(spaces, c.Space())
		}
		Expect(append(spaces, root.Child("d").Child("e").Space())).To(Equal([]string{"u", "u", "v", "", "u", ""}))
	})
})

// described is an error as the place and the reason, "" if there is none.
func described(document string, err error) string {
	var fatal *xmltree.SyntaxError
	if !errors.As(err, &fatal) {
		return ""
	}
	line, column := fatal.Position([]byte(document))
	return fmt.Sprintf("%d:%d: %s", line, column, fatal.Reason)
}

// declarations nests so many of different prefixes.
func declarations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<a xmlns:p%d='u'>", i)
	}
	return b.String()
}

// different is a document with so many different names.
func different(n int) string {
	var b strings.Builder
	b.WriteString("<r>")
	for i := range n - 1 {
		fmt.Fprintf(&b, "<n%d/>", i)
	}
	return b.String()
}

// attributes are so many different ones.
func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d='1'", i)
	}
	return b.String()
}

var _ = Describe("Outline", func() {
	It("has the first element at every path, and nothing that repeats what was there", func() {
		text := []byte("<a p='1'><b><c>1</c></b><b><c>2</c><d>3</d><d>4</d></b><e/><b><c>5</c></b><e><f>6</f></e></a>")
		root, err := xmltree.Outline(text)
		Expect(err).NotTo(HaveOccurred())
		clear(text) // nothing of it is in use
		Expect(root.Attrs()).To(Equal([]xmltree.Attr{{Name: "p", Value: "1"}}))
		Expect(root.Children).To(HaveLen(4))
		for path, want := range map[string]string{"b/c": "1", "b/d": "3", "e/f": "6"} {
			p, err := xmltree.ParsePath(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(p.Find(root)[0].Text).To(Equal(want), path)
		}
		Expect(root.All("b")[1].Children).To(HaveLen(1), "c was there before, and one d is enough")
	})

	It("refuses what Parse refuses", func() {
		_, whole := xmltree.Parse([]byte("<a><b></a>"))
		_, outline := xmltree.Outline([]byte("<a><b></a>"))
		Expect(outline).To(MatchError(whole.Error()))
	})
})

var _ = Describe("Positions", func() {
	DescribeTable("counts lines and UTF-16 units from 1:",
		func(text string, offset, line, column int) {
			Expect(xmltree.Positions([]byte(text), []int{offset})).To(HaveExactElements(xmltree.Place{Line: line, Column: column}))
		},
		Entry("at the beginning", "ab", 0, 1, 1),
		Entry("behind characters of one and of two units", "ab\r\nc\u00e9\U0001F69Ad", 11, 2, 5),
		Entry("beyond the end", "ab\n", 20, 2, 1),
		Entry("behind a byte order mark", "\ufeffab", 4, 1, 2),
		Entry("behind a carriage return before the root", "\rab", 2, 2, 2),
		Entry("behind a carriage return in a tag, which is whole", "<a\rb='1'/>", 4, 2, 2),
	)

	It("finds many in one pass", func() {
		Expect(xmltree.Positions([]byte("ab\ncd\ne"), []int{0, 2, 4, 4, 6})).To(Equal([]xmltree.Place{{1, 1}, {1, 3}, {2, 2}, {2, 2}, {3, 1}}))
	})
})

var _ = Describe("A path", func() {
	It("finds elements by name and position", func() {
		root, err := xmltree.Parse([]byte("<r><h><i>1</i><i>2</i></h><h><i>3</i></h></r>"))
		Expect(err).NotTo(HaveOccurred())
		found := func(text string) (out []string) {
			p, err := xmltree.ParsePath(text)
			Expect(err).NotTo(HaveOccurred())
			Expect(p.String()).To(Equal(text))
			for _, n := range p.Find(root) {
				out = append(out, n.Text)
			}
			return out
		}
		Expect(found("h/i")).To(Equal([]string{"1", "2", "3"}))
		Expect(found("h[1]/i[2]")).To(Equal([]string{"2"}))
		Expect(found("/r/h[2]/i")).To(Equal([]string{"3"}))
		Expect(found("h[3]/i")).To(BeEmpty())
		Expect(found("/x/h")).To(BeEmpty())
	})

	DescribeTable("is refused with the column of the mistake:",
		func(text string, column int) {
			_, err := xmltree.ParsePath(text)
			var bad *xmltree.PathError
			Expect(errors.As(err, &bad)).To(BeTrue())
			Expect(bad.Column).To(Equal(column))
		},
		Entry("empty", "", 1),
		Entry("empty step", "a//b", 3),
		Entry("slash at the end", "a/", 3),
		Entry("odd character", "a/b-c", 4),
		Entry("digit first", "a/1b", 3),
		Entry("position of zero", "a[0]", 2),
		Entry("position that is not a number", "a/b[x]", 4),
		Entry("bracket left open", "a[1", 2),
		Entry("leading zero", "a[01]", 2),
		Entry("second root", "/r[2]/a", 2),
	)
})

func FuzzParse(f *testing.F) {
	f.Add([]byte(document))
	f.Add([]byte("<a>&#x110000;</a>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := xmltree.Parse(data)
		if (root == nil) == (err == nil) {
			t.Fatalf("root %v, error %v", root, err)
		}
		if root != nil && (root.Start < 0 || int(root.Close) > len(data) || root.Open > root.Close) {
			t.Fatalf("offsets %d %d %d of %d bytes", root.Start, root.Open, root.Close, len(data))
		}
	})
}

func FuzzParsePath(f *testing.F) {
	f.Add("Consignment/HouseConsignment[2]/ConsignmentItem")
	f.Add("/CC015C/TransitOperation/LRN")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := xmltree.ParsePath(text)
		if err == nil && p.String() != text {
			t.Fatalf("%q became %q", text, p.String())
		}
	})
}
