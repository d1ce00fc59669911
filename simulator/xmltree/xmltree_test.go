package xmltree_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/xmltree"
)

func TestXMLTree(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "xmltree")
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
		clone.Attrs[0].Value = "2"
		Expect(root.Value("b")).To(Equal("x"))
		Expect(root.Attrs[0].Value).To(Equal("1"))
	})

	DescribeTable("refuses what cannot be read",
		func(text string, offset int, cause error) {
			_, err := xmltree.Parse([]byte(text))
			var syntax *xmltree.SyntaxError
			Expect(errors.As(err, &syntax)).To(BeTrue())
			Expect(syntax.Offset).To(Equal(offset))
			if cause != nil {
				Expect(err).To(MatchError(cause))
			}
		},
		Entry("nothing", "", 0, xmltree.ErrCut),
		Entry("an element that is not closed", "<a><b></b>", 10, xmltree.ErrCut),
		Entry("a tag that is not closed", "<a", 0, xmltree.ErrCut),
		Entry("a comment that is not closed", "<a><!-- ", 3, xmltree.ErrCut),
		Entry("a second root", "<a/><b/>", 4, nil),
		Entry("an end tag too many", "<a></a></a>", 7, nil),
		Entry("mismatched tags", "<a></b>", 3, nil),
		Entry("a document type", "<!DOCTYPE a><a/>", 0, xmltree.ErrDoctype),
		Entry("too deep a nesting", strings.Repeat("<a>", 257), 256*3, xmltree.ErrTooDeep),
		Entry("too long a tag", "<a b='"+strings.Repeat("x", 9000)+"'/>", 0, xmltree.ErrLongTag),
		Entry("too many attributes", "<a>\n<b"+attributes(101)+"/></a>", 4, xmltree.ErrManyAttrs),
		Entry("an unknown reference", "<a>&b;</a>", 3, nil),
		Entry("a reference without an end", "<a>&b</a>", 3, nil),
		Entry("a reference to no character", "<a>&#0;</a>", 3, nil),
		Entry("an attribute without a value", "<a b/>", 0, nil),
		Entry("an attribute without quotes", "<a b=c/>", 0, nil),
		Entry("a tag without a name", "<>", 0, nil),
	)
})

// attributes are so many different ones.
func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d='1'", i)
	}
	return b.String()
}

var _ = Describe("Position", func() {
	It("counts lines and UTF-16 units from 1", func() {
		data := []byte("ab\r\ncé🚚d\re")
		line, column := xmltree.Position(data, 0)
		Expect([]int{line, column}).To(Equal([]int{1, 1}))
		line, column = xmltree.Position(data, strings.Index(string(data), "d"))
		Expect([]int{line, column}).To(Equal([]int{2, 5}))
		line, column = xmltree.Position(data, len(data)+10)
		Expect([]int{line, column}).To(Equal([]int{3, 2}))
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

	DescribeTable("is refused with the column of the mistake",
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
		Entry("position that is no number", "a/b[x]", 4),
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
		if root != nil && (root.Start < 0 || root.Close > len(data) || root.Open > root.Close) {
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
