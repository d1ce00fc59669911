package rules

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/tier"
	"nctsim/simulator/xmltree"
)

// values are put into leaves at random; they are what the assertions ask for. None has an exponent, which libxml2 reads and XPath 1.0
// does not know.
var values = []string{
	"0", "1", "2", "3", "4", "5", "10", "30", "31", "A", "D", "T", "T1", "T2", "T2F", "TIR", "T2SM", "B", "Y", "U", "X", "Z", "GB", "XI", "CH", "FR", "AD", "SM", "IT", "US",
	"GB000060", "XI000142", "CH001260", "SM001260", "IT001260", "C521", "C522", "C524", "C651", "N830", "N822", "30600", "NE", "VQ", "CT", "NTA.GB", "x", "0.5", "999999",
	"24GB0000010000031", "24GB0000010000296", "", " 1 ", "+1", ".5", "5.", "1.2.3", "-0", "1.0", "--1", "é",
}

// shaken is a copy of a message with random changes, most of which no schema would accept.
func shaken(d *message.Document, r *rand.Rand) *message.Document {
	c := *d
	c.Root = d.Root.Clone()
	for range 1 + r.IntN(12) {
		shake(c.Root, r)
	}
	return &c
}

func shake(n *xmltree.Node, r *rand.Rand) {
	for len(n.Children) > 0 && r.IntN(6) > 0 {
		n = n.Children[r.IntN(len(n.Children))]
	}
	if len(n.Children) == 0 {
		n.Text = values[r.IntN(len(values))]
		if r.IntN(10) == 0 {
			n.Children = []*xmltree.Node{{Name: "a", Text: n.Text}, {Name: "b", Text: values[r.IntN(len(values))]}}
		}
		return
	}
	at := r.IntN(len(n.Children))
	switch r.IntN(4) {
	case 0:
		n.Children = slices.Delete(n.Children, at, at+1)
	case 1:
		n.Children = slices.Insert(n.Children, at, n.Children[at].Clone())
	case 2:
		other := r.IntN(len(n.Children))
		n.Children[at], n.Children[other] = n.Children[other], n.Children[at]
	default:
		renumber(n.Children)
	}
}

// collapsed is a copy of a document whose leaves have lost the white space that their types take away, as the oracle needs it.
func collapsed(d *message.Document) *message.Document {
	c := *d
	c.Root = d.Root.Clone()
	collapse(c.Root, c.Schema)
	return &c
}

func collapse(n *xmltree.Node, e *schema.Element) {
	if len(n.Children) == 0 {
		n.Text = message.Value(n, e)
	}
	for _, c := range n.Children {
		collapse(c, e.Child(c.Name))
	}
}

// renumber gives groups the numbers that they ought to have.
func renumber(groups []*xmltree.Node) {
	for i, g := range groups {
		for _, name := range []string{"sequenceNumber", "goodsItemNumber", "declarationGoodsItemNumber"} {
			if n := g.Child(name); n != nil {
				n.Text = strconv.Itoa(i + 1)
			}
		}
	}
}

var _ = Describe("Evaluation of random messages", func() {
	for _, p := range message.Phases {
		It("finds in phase "+p.String()+" exactly what the assertions say as they are written", func() {
			r := rand.New(rand.NewPCG(uint64(p), 2025))
			for _, name := range simtest.Samples(p, "*") {
				base := made(p, name, "")
				set := book.set(p, base.Root.Name)
				if set.file == "" {
					continue // no rules over this message
				}
				o := newOracle(set)
				for range tier.Rounds(12) {
					d := collapsed(shaken(base, r))
					Expect(raw(set, d)).To(Equal(o.failures(d)), "%s: %s", name, d.Bytes())
				}
				o.free()
			}
		})
	}
})

var _ = Describe("Memory", func() {
	It("does not grow with the number of messages checked", func() {
		tier.Slow()
		d := made(message.Phase6, "ie015-simplified-gb-xi", "-Consignment/PlaceOfLoading | TransitOperation/declarationType=TIR")
		resident := func() int {
			data, err := os.ReadFile("/proc/self/statm")
			if err != nil {
				Skip("SKIPPED: this system does not say how much memory a process uses")
			}
			runtime.GC()
			pages, err := strconv.Atoi(strings.Fields(string(data))[1])
			Expect(err).NotTo(HaveOccurred())
			return pages * os.Getpagesize()
		}
		run := func(n int) {
			for range n {
				check(final, d)
			}
		}
		run(300)
		before := resident()
		run(3000)
		Expect(resident()-before).To(BeNumerically("<", 16<<20), "a kilobyte for each message would be 3 MB of C memory")
	})
})

// FuzzCheck checks whatever can be parsed, valid or not.
func FuzzCheck(f *testing.F) {
	c := simtest.Catalogue()
	b, err := Load(Sources{})
	if err != nil {
		f.Fatal(err)
	}
	var checkers []*Checker
	for _, o := range []Options{{On: []string{"R0855"}}, {Mode: Transition, Positions: WhenRepeated}} {
		checker, err := b.Checker(o)
		if err != nil {
			f.Fatal(err)
		}
		checkers = append(checkers, checker)
	}
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		for _, name := range simtest.Samples(p, "*") {
			f.Add(p == message.Phase6, fixture(p, name).Bytes())
		}
	}
	f.Add(false, []byte("<CC015C/>"))
	f.Add(true, []byte("<CC007C>text<a/>text</CC007C>"))
	f.Add(true, []byte("<CC015C><Consignment>&#1;</Consignment></CC015C>"))
	f.Fuzz(func(t *testing.T, six bool, data []byte) {
		p := message.Phase5
		if six {
			p = message.Phase6
		}
		d, err := c.Parse(p, data)
		if err != nil {
			return
		}
		for _, checker := range checkers {
			found, _, err := checker.Check(context.Background(), d)
			if err == nil && len(found) > MaxFindings {
				t.Errorf("%d findings", len(found))
			}
			checker.CheckGuarantees(d, Cover{})
		}
	})
}
