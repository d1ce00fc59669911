package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/lestrrat-go/libxml2"
	_ "github.com/lestrrat-go/libxml2/dom"
	"github.com/lestrrat-go/libxml2/types"
	"github.com/lestrrat-go/libxml2/xpath"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
)

// oracle evaluates the assertions as the rules page describes it and as nothing in the package does: the nodes of
// context[not(test)], each expression as it stands in the data, by another program's use of libxml2.
type oracle struct {
	set         *ruleSet
	expressions []*xpath.Expression
}

func newOracle(set *ruleSet) *oracle {
	GinkgoHelper()
	o := &oracle{set: set}
	for _, a := range set.assertions {
		text := a.context + "[not(" + a.test + ")]"
		if strings.HasSuffix(a.context, "]") { // a predicate behind another would count anew, not so behind a step
			text = a.context + "/self::*[not(" + a.test + ")]"
		}
		for list, codes := range book.literals() {
			text = strings.ReplaceAll(text, "$"+list, "'"+codes+"'")
		}
		e, err := xpath.NewExpression(text)
		Expect(err).NotTo(HaveOccurred(), a.id)
		o.expressions = append(o.expressions, e)
	}
	return o
}

func (o *oracle) free() {
	for _, e := range o.expressions {
		e.Free()
	}
}

// failures names assertion and number of the element of everything that does not obey.
func (o *oracle) failures(d *message.Document) []string {
	GinkgoHelper()
	doc, err := libxml2.Parse(d.Bytes())
	Expect(err).NotTo(HaveOccurred())
	defer doc.Free()
	root, err := doc.DocumentElement()
	Expect(err).NotTo(HaveOccurred())
	x, err := xpath.NewContext(root)
	Expect(err).NotTo(HaveOccurred())
	defer x.Free()
	Expect(x.RegisterNS(rootPrefix, message.Namespace)).To(Succeed())
	var out []string
	for i, e := range o.expressions {
		Expect(x.SetContextNode(root)).To(Succeed())
		found, err := x.FindExpr(e)
		Expect(err).NotTo(HaveOccurred())
		for _, n := range found.NodeList() {
			out = append(out, fmt.Sprint(o.set.assertions[i].id, " ", number(x, n)))
		}
		found.Free()
	}
	slices.Sort(out)
	return out
}

// number is the number of an element in document order, from 0.
func number(x *xpath.Context, n types.Node) int {
	GinkgoHelper()
	Expect(x.SetContextNode(n)).To(Succeed())
	r, err := x.Find("count(preceding::*) + count(ancestor::*)")
	Expect(err).NotTo(HaveOccurred())
	defer r.Free()
	return int(r.Number())
}

// raw is what the package finds with every assertion switched on, before it becomes findings.
func raw(set *ruleSet, d *message.Document) []string {
	GinkgoHelper()
	on := make([]bool, len(set.assertions))
	for i := range on {
		on[i] = true
	}
	l := book.layout(d)
	Expect(set.err).NotTo(HaveOccurred())
	t, err := l.arrange(d)
	Expect(err).NotTo(HaveOccurred())
	e := set.evaluation(t)
	defer set.giveBack(e)
	var out []string
	for i := range int32(len(e.elements)) {
		for _, f := range set.broken(e, i, on, nil) {
			out = append(out, fmt.Sprint(f.Assertion, " ", f.node))
		}
	}
	slices.Sort(out)
	return out
}

var _ = Describe("Evaluation", func() {
	for _, p := range message.Phases {
		It("finds in phase "+p.String()+" exactly what the assertions say as they are written", func() {
			tier.Slow()
			oracles := map[string]*oracle{}
			forRoot := func(root string) *oracle {
				if oracles[root] == nil {
					oracles[root] = newOracle(book.set(p, root))
					DeferCleanup(oracles[root].free)
				}
				return oracles[root]
			}
			for _, name := range simtest.Samples(p, "*") {
				d := made(p, name, "")
				o := forRoot(d.Root.Name)
				Expect(raw(o.set, d)).To(Equal(o.failures(d)), name)
			}
			for _, v := range readViolations(p) {
				d := v.document(p)
				o := forRoot(d.Root.Name)
				Expect(raw(o.set, d)).To(Equal(o.failures(d)), v.assertion)
			}
		})
	}

	It("gives the same from many goroutines", func() {
		d := made(message.Phase6, "ie015-simplified-gb-xi", "TransitOperation/declarationType=TIR | -Consignment/PlaceOfLoading")
		want := check(final, d)
		Expect(want).NotTo(BeEmpty())
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				defer GinkgoRecover()
				for range 25 {
					Expect(check(final, d)).To(Equal(want))
				}
			})
		}
		wait.Wait()
	})

	It("is given up when the context ends", func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, _, err := final.Check(ctx, made(message.Phase6, "ie007-simplified", ""))
		Expect(err).To(MatchError(context.Canceled))
	})
})
