package rules

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/lestrrat-go/libxml2"
	"github.com/lestrrat-go/libxml2/xpath"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/xmltree"
)

// evaluatedHere are the elements at a path that a condition holds for, by their numbers; compiled says why it cannot be evaluated.
func evaluatedHere(root *xmltree.Node, context, condition string) (holds []int, compiled error) {
	declared := declaredLike(root)
	set := &ruleSet{assertions: []assertion{{place: "table:1", id: "a", context: context, test: condition}}}
	set.compile(map[string]string{"CL1": " A B "})
	if set.err != nil {
		return nil, set.err
	}
	l := newLayout(set, declared, &phases56)
	t, err := l.arrange(&message.Document{Root: root})
	if err != nil {
		return nil, err
	}
	e := set.evaluation(t)
	defer set.giveBack(e)
	for i := range int32(len(e.elements)) {
		for _, t := range e.kinds[e.elements[i].kind].tests {
			if t.concerns(e, i) && t.holds(e, i) {
				holds = append(holds, int(i))
			}
		}
	}
	return holds, nil
}

// declaredLike is a schema for a tree that says nothing but the names.
func declaredLike(n *xmltree.Node) *schema.Element {
	e := &schema.Element{Name: n.Name}
	var add func(to, from *schema.Element)
	add = func(to, from *schema.Element) {
		for _, c := range from.Children {
			if known := to.Child(c.Name); known != nil {
				add(known, c)
			} else {
				to.Children = append(to.Children, c)
			}
		}
	}
	for _, c := range n.Children {
		add(e, &schema.Element{Children: []*schema.Element{declaredLike(c)}})
	}
	return e
}

// evaluatedByLibxml2 is the same of the oracle.
func evaluatedByLibxml2(root *xmltree.Node, context, condition string) (holds []int) {
	GinkgoHelper()
	doc, err := libxml2.Parse((&message.Document{Root: root}).Bytes())
	Expect(err).NotTo(HaveOccurred())
	defer doc.Free()
	x, err := xpath.NewContext(doc)
	Expect(err).NotTo(HaveOccurred())
	defer x.Free()
	Expect(x.RegisterNS(rootPrefix, message.Namespace)).To(Succeed())
	if strings.HasSuffix(context, "]") {
		context += "/self::*"
	}
	e, err := xpath.NewExpression(context + "[" + strings.ReplaceAll("boolean("+condition+")", "$CL1", "' A B '") + "]")
	Expect(err).NotTo(HaveOccurred(), condition)
	defer e.Free()
	found, err := x.FindExpr(e)
	Expect(err).NotTo(HaveOccurred(), condition)
	defer found.Free()
	for _, n := range found.NodeList() {
		holds = append(holds, number(x, n))
	}
	return holds
}

// someTree is a tree of few names, so that what an expression asks for is often there.
func someTree(r *rand.Rand, depth int) *xmltree.Node {
	n := &xmltree.Node{Name: []string{"a", "b", "c"}[r.IntN(3)]}
	if depth < 4 && r.IntN(4) > 0 {
		for range 1 + r.IntN(5) {
			n.Children = append(n.Children, someTree(r, depth+1))
		}
		return n
	}
	n.Text = []string{"", "0", "1", "2", "3", "10", "A", "B", "A B", " 1 ", "-1", "0.5", "x y", "é", "10x"}[r.IntN(15)]
	return n
}

// somePath is a path from an element so many levels below the document.
func somePath(r *rand.Rand, depth, rest int) string {
	var steps []string
	start := ""
	switch r.IntN(6) {
	case 0:
		start = "/*/"
		depth = 1
	case 1, 2:
		up := 1 + r.IntN(depth)
		start, depth = strings.Repeat("../", up), depth-up
	case 3:
		if rest == 0 {
			return "."
		}
	}
	for range 1 + r.IntN(2) {
		s := []string{"a", "b", "c", "*"}[r.IntN(4)]
		depth++
		if rest > 0 && r.IntN(3) == 0 {
			s += "[" + []string{"1", "2", "position()=2", "position()>1", someTruth(r, depth, rest-1)}[r.IntN(5)] + "]"
		}
		steps = append(steps, s)
	}
	return start + strings.Join(steps, "/")
}

// precedingPath is one of the forms that are counted while the siblings are passed.
func precedingPath(r *rand.Rand, depth int) string {
	return strings.Repeat("../", r.IntN(depth)) + "preceding-sibling::" + []string{"a", "b", "c", "a/b", "c/*", "b/c"}[r.IntN(6)]
}

func someText(r *rand.Rand, depth, rest int) string {
	if rest == 0 {
		return []string{"'A'", "'1'", "''", "' '", "'é1'", somePath(r, depth, 0)}[r.IntN(6)]
	}
	inner := func() string { return someText(r, depth, rest-1) }
	switch r.IntN(9) {
	case 0:
		return "concat(" + inner() + "," + inner() + ")"
	case 1:
		return "substring(" + inner() + "," + someNumber(r, depth, rest-1) + "," + someNumber(r, depth, rest-1) + ")"
	case 2:
		return "substring(" + inner() + "," + someNumber(r, depth, rest-1) + ")"
	case 3:
		return "substring-before(" + inner() + "," + inner() + ")"
	case 4:
		return "substring-after(" + inner() + "," + inner() + ")"
	case 5:
		return "translate(" + inner() + ",'A1é','B2')"
	case 6:
		return "normalize-space(" + inner() + ")"
	}
	return somePath(r, depth, rest-1)
}

func someNumber(r *rand.Rand, depth, rest int) string {
	if rest == 0 {
		return []string{"0", "1", "2", "1.5", "10", "count(../*)"}[r.IntN(6)]
	}
	inner := func() string { return someNumber(r, depth, rest-1) }
	switch r.IntN(7) {
	case 0:
		return "count(" + somePath(r, depth, rest-1) + ")"
	case 1:
		return "sum(" + somePath(r, depth, rest-1) + ")"
	case 2:
		return "number(" + someText(r, depth, rest-1) + ")"
	case 3:
		return "string-length(" + someText(r, depth, rest-1) + ")"
	case 4:
		return "count(" + precedingPath(r, depth) + ")"
	}
	return "(" + inner() + " " + []string{"+", "-", "*", "div", "mod"}[r.IntN(5)] + " " + inner() + ")"
}

func someTruth(r *rand.Rand, depth, rest int) string {
	if rest == 0 {
		return somePath(r, depth, 0)
	}
	text, numeric, truth := someText(r, depth, rest-1), someNumber(r, depth, rest-1), someTruth(r, depth, rest-1)
	relation := []string{"=", "!=", "<", "<=", ">", ">="}[r.IntN(6)]
	switch r.IntN(11) {
	case 0:
		return "not(" + truth + ")"
	case 1:
		return "(" + truth + " and " + someTruth(r, depth, rest-1) + ")"
	case 2:
		return "(" + truth + " or " + someTruth(r, depth, rest-1) + ")"
	case 3:
		return "contains(" + text + "," + someText(r, depth, rest-1) + ")"
	case 4:
		return "starts-with(" + text + "," + someText(r, depth, rest-1) + ")"
	case 5:
		return "contains($CL1,concat(' '," + text + ",' '))"
	case 6:
		return "(" + numeric + " " + relation + " " + text + ")"
	case 7:
		return "(" + somePath(r, depth, rest-1) + " = " + somePath(r, depth, rest-1) + ")"
	case 8:
		return "(. = " + precedingPath(r, depth) + ")"
	case 9:
		return "(" + somePath(r, depth, rest-1) + " " + relation + " " + numeric + ")"
	}
	return "(" + somePath(r, depth, rest-1) + " " + []string{"=", "!="}[r.IntN(2)] + " 'A')"
}

var _ = Describe("Expressions", func() {
	It("made at random are evaluated as libxml2 does", func() {
		r := rand.New(rand.NewPCG(1, 2026))
		evaluated, held := 0, 0
		for range tier.Rounds(400) {
			root := someTree(r, 0)
			root.Name = "root" // which expressions do not name, as it has a namespace
			depth := 1 + r.IntN(4)
			context := "/" + rootPrefix + ":" + root.Name
			for range depth - 1 {
				context += "/" + []string{"a", "b", "c"}[r.IntN(3)] + []string{"", "", "", "[1]", "[position()>1]"}[r.IntN(5)]
			}
			for range 25 {
				condition := someTruth(r, depth, 3)
				got, err := evaluatedHere(root, context, condition)
				if err != nil {
					Expect(err).To(MatchError(Or(ContainSubstring("compares"), ContainSubstring("above the document"))), condition)
					continue
				}
				evaluated++
				held += len(got)
				Expect(got).To(Equal(evaluatedByLibxml2(root, context, condition)), "%s of %s in %s", condition, context, (&message.Document{Root: root}).Bytes())
			}
		}
		Expect(evaluated).To(BeNumerically(">", 500))
		Expect(held).To(BeNumerically(">", 50), "what never holds proves nothing")
	})

	DescribeTable("outside what rules may say are refused, with file and line:",
		func(context, condition, why string) {
			_, err := evaluatedHere(&xmltree.Node{Name: "a"}, context, condition)
			Expect(err).To(MatchError(And(HavePrefix("table:1: assertion a: "), ContainSubstring(why))))
		},
		Entry("a union", "/a", "b | c", "unexpected"),
		Entry("a minus", "/a", "-1 < b", "unexpected"),
		Entry("an open bracket", "/a", "b[1", "want"),
		Entry("nothing", "/a", "", "too early"),
		Entry("an open literal", "/a", "b='", "does not end"),
		Entry("a descent", "/a", "//b", "unexpected"),
		Entry("an attribute", "/a", "@b", "unexpected"),
		Entry("an axis", "/a", "following-sibling::b", "not a step"),
		Entry("a step back inside a path", "/a", "b/../c", "not a step"),
		Entry("a prefix", "/a", "x:b", "not a step"),
		Entry("a function", "/a", "last() = 1", "not a function"),
		Entry("arguments", "/a", "not(b, c)", "not a function"),
		Entry("a code list", "/a", "contains($CL2, b)", "no code list"),
		Entry("a number as text", "/a", "concat(1, b)", "where a text is needed"),
		Entry("a boolean as number", "/a", "(b = c) + 1 = 2", "where a number is needed"),
		Entry("a comparison of booleans", "/a", "(b = c) = (b = d)", "compares"),
		Entry("what is above the document", "/a", "../../b", "above the document"),
		Entry("siblings of the document", "/a", "../preceding-sibling::b = .", "siblings of the document"),
		Entry("a relative context", "a/b", "c", "does not begin at the root"),
		Entry("a context that is not a path of names", "/a/*", "c", "not a path of names"),
	)

	DescribeTable("read numbers as XPath 1.0 does", suite.Parameters,
		func(text string, want float64) {
			if math.IsNaN(want) {
				Expect(math.IsNaN(toNumber(text))).To(BeTrue(), fmt.Sprint(toNumber(text)))
				return
			}
			Expect(toNumber(text)).To(Equal(want))
		},
		Entry(nil, "1", 1.0), Entry(nil, " -1.50\t\n", -1.5), Entry(nil, ".5", 0.5), Entry(nil, "5.", 5.0), Entry(nil, "-0", math.Copysign(0, -1)),
		Entry(nil, "0.1", 0.1), Entry(nil, "9007199254740993", 9007199254740992.0), Entry(nil, strings.Repeat("9", 400), math.Inf(1)),
		Entry(nil, "", math.NaN()), Entry(nil, ".", math.NaN()), Entry(nil, "-", math.NaN()), Entry(nil, "+1", math.NaN()), Entry(nil, "1e1", math.NaN()),
		Entry(nil, "--1", math.NaN()), Entry(nil, "1 2", math.NaN()), Entry(nil, "1.2.3", math.NaN()), Entry(nil, "0x10", math.NaN()), Entry(nil, "Infinity", math.NaN()),
		Entry(nil, "١", math.NaN()),
	)
})
