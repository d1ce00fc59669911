package messagediff_test

import (
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/message"
	"nctsim/simulator/messagediff"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

const all = 1 << 20

// parsed is a message with what its schema says of it.
func parsed(p message.Phase, xml string) messagediff.Message {
	root, err := xmltree.Parse([]byte(xml))
	Expect(err).NotTo(HaveOccurred())
	return messagediff.Message{Root: root, Declared: simtest.Catalogue().Schema(p, root.Name)}
}

// differences are those between the insides of two messages.
func differences(leftRoot, left, rightRoot, right string) []messagediff.Difference {
	wrap := func(root, inside string) messagediff.Message {
		return parsed(message.Phase5, "<"+root+">"+inside+"</"+root+">")
	}
	rows, _ := messagediff.Compare(wrap(leftRoot, left), wrap(rightRoot, right), all)
	return rows
}

func guarantee(number, kind string) string {
	return "<Guarantee><sequenceNumber>" + number + "</sequenceNumber><guaranteeType>" + kind + "</guaranteeType></Guarantee>"
}

var _ = Describe("The differences of two messages", func() {
	It("are none between a message and the same in another layout", func() {
		xml := string(simtest.Sample(message.Phase5, simtest.Simplified))
		spread := strings.ReplaceAll(xml, "><", ">\n\t<")
		rows, total := messagediff.Compare(parsed(message.Phase5, xml), parsed(message.Phase5, spread), all)
		Expect(rows).To(BeEmpty())
		Expect(total).To(BeZero())
	})

	It("name a changed value by its path in each", func() {
		Expect(differences("CC015C", "<TransitOperation><LRN>A</LRN></TransitOperation>", "CC013C", "<TransitOperation><LRN>B</LRN></TransitOperation>")).To(Equal([]messagediff.Difference{
			{Mark: messagediff.Changed, Left: "/CC015C/TransitOperation/LRN", Right: "/CC013C/TransitOperation/LRN", LeftValue: "A", RightValue: "B"},
		}))
	})

	It("match repeated groups by their numbers, whatever their order", func() {
		Expect(differences("CC015C", guarantee("1", "0")+guarantee("2", "1")+guarantee("3", "3"), "CC015C", guarantee("3", "3")+guarantee("02", "4"))).To(Equal([]messagediff.Difference{
			{Mark: messagediff.Gone, Left: "/CC015C/Guarantee[1]/sequenceNumber", LeftValue: "1"},
			{Mark: messagediff.Gone, Left: "/CC015C/Guarantee[1]/guaranteeType", LeftValue: "0"},
			{Mark: messagediff.Changed, Left: "/CC015C/Guarantee[2]/sequenceNumber", Right: "/CC015C/Guarantee[2]/sequenceNumber", LeftValue: "2", RightValue: "02"},
			{Mark: messagediff.Changed, Left: "/CC015C/Guarantee[2]/guaranteeType", Right: "/CC015C/Guarantee[2]/guaranteeType", LeftValue: "1", RightValue: "4"},
		}))
	})

	It("match them in their order when a number stands twice", func() {
		Expect(differences("CC015C", guarantee("1", "0")+guarantee("1", "1"), "CC015C", guarantee("1", "1")+guarantee("1", "1")+guarantee("2", "3"))).To(Equal([]messagediff.Difference{
			{Mark: messagediff.Changed, Left: "/CC015C/Guarantee[1]/guaranteeType", Right: "/CC015C/Guarantee[1]/guaranteeType", LeftValue: "0", RightValue: "1"},
			{Mark: messagediff.Added, Right: "/CC015C/Guarantee[3]/sequenceNumber", RightValue: "2"},
			{Mark: messagediff.Added, Right: "/CC015C/Guarantee[3]/guaranteeType", RightValue: "3"},
		}))
	})

	It("match items by their number in the declaration before that in the consignment", func() {
		item := func(number, inAll, weight string) string {
			return "<ConsignmentItem><goodsItemNumber>" + number + "</goodsItemNumber><declarationGoodsItemNumber>" + inAll + "</declarationGoodsItemNumber>" +
				"<Commodity><descriptionOfGoods>" + weight + "</descriptionOfGoods></Commodity></ConsignmentItem>"
		}
		in := func(items string) string {
			return "<Consignment><HouseConsignment>" + items + "</HouseConsignment></Consignment>"
		}
		rows := differences("CC015C", in(item("1", "7", "tea")+item("2", "8", "milk")), "CC015C", in(item("1", "8", "milk")))
		Expect(rows).To(ContainElement(And(HaveField("Mark", messagediff.Gone), HaveField("LeftValue", "tea"))))
		Expect(rows).NotTo(ContainElement(HaveField("LeftValue", "milk")))
	})

	It("tell what the other message has no place for from what is not there, in both directions", func() {
		declaration, answer := "<TransitOperation><LRN>A</LRN><limitDate>2026-03-09</limitDate></TransitOperation>", "<TransitOperation><MRN>B</MRN></TransitOperation>"
		Expect(differences("CC015C", declaration, "CC028C", answer)).To(Equal([]messagediff.Difference{
			{Mark: messagediff.Gone, Left: "/CC015C/TransitOperation/LRN", LeftValue: "A"},
			{Mark: messagediff.NotCarried, Left: "/CC015C/TransitOperation/limitDate", LeftValue: "2026-03-09", Carrier: "CC028C"},
			{Mark: messagediff.NotCarried, Right: "/CC028C/TransitOperation/MRN", RightValue: "B", Carrier: "CC015C"},
		}))
		Expect(differences("CC015C", guarantee("1", "0"), "CC028C", "")).To(HaveEach(HaveField("Mark", messagediff.NotCarried)))
		Expect(differences("CC928C", "", "CC015C", guarantee("1", "0"))).To(Equal([]messagediff.Difference{
			{Mark: messagediff.NotCarried, Right: "/CC015C/Guarantee[1]/sequenceNumber", RightValue: "1", Carrier: "CC928C"},
			{Mark: messagediff.NotCarried, Right: "/CC015C/Guarantee[1]/guaranteeType", RightValue: "0", Carrier: "CC928C"},
		}))
	})

	It("include the PhaseID, and what stands where the other has a group", func() {
		left, right := parsed(message.Phase5, `<CC015C PhaseID="NCTS5.1"><Guarantee>x</Guarantee></CC015C>`), parsed(message.Phase5, `<CC015C>`+guarantee("1", "0")+`</CC015C>`)
		rows, total := messagediff.Compare(left, right, 2)
		Expect(rows).To(Equal([]messagediff.Difference{
			{Mark: messagediff.Gone, Left: "/CC015C/@PhaseID", LeftValue: "NCTS5.1"},
			{Mark: messagediff.Changed, Left: "/CC015C/Guarantee[1]", Right: "/CC015C/Guarantee[1]", LeftValue: "x"},
		}))
		Expect(total).To(Equal(4))
	})

	It("say nothing of what could be carried by a message that no schema knows", func() {
		rows := differences("CC015C", "<a>1</a>", "NONE", "<b/>")
		Expect(rows).To(HaveExactElements(HaveField("Mark", messagediff.Gone), And(HaveField("Mark", messagediff.NotCarried), HaveField("Carrier", "CC015C"))))
	})
})

// leavesOf are the leaves of a tree by which nothing is numbered.
func leavesOf(n *xmltree.Node) (out []*xmltree.Node) {
	if len(n.Children) == 0 && !strings.HasSuffix(strings.ToLower(n.Name), "number") && n.Name != "IteNumGDS7" {
		out = append(out, n)
	}
	for _, c := range n.Children {
		out = append(out, leavesOf(c)...)
	}
	return out
}

// Whatever values of a message are changed, the changed ones are found, and setting them makes the messages equal again.
func TestChangedValuesAreFound(t *testing.T) {
	for _, p := range message.Phases {
		sample := simtest.Document(p, simtest.Simplified)
		rapid.Check(t, func(t *rapid.T) {
			left, right := sample.Root.Clone(), sample.Root.Clone()
			leaves := leavesOf(right)
			chosen := rapid.SliceOfNDistinct(rapid.IntRange(0, len(leaves)-1), 0, 5, rapid.ID[int]).Draw(t, "chosen")
			for _, i := range chosen {
				leaves[i].Text = rapid.StringMatching(`[a-z]{1,9}`).Filter(func(s string) bool { return s != leaves[i].Text }).Draw(t, "text")
			}
			slices.Reverse(right.Children)
			one, other := messagediff.Message{Root: left, Declared: sample.Schema}, messagediff.Message{Root: right, Declared: sample.Schema}
			rows, total := messagediff.Compare(one, other, all)
			if len(rows) != len(chosen) || total != len(chosen) {
				t.Fatalf("%d values were changed, and these rows found: %+v", len(chosen), rows)
			}
			for _, row := range rows {
				path, err := xmltree.ParsePath(row.Left)
				if err != nil {
					t.Fatal(err)
				}
				leaf, whole := path.Nearest(left)
				if row.Mark != messagediff.Changed || !whole {
					t.Fatalf("%+v", row)
				}
				leaf.Text = row.RightValue
			}
			if rows, _ := messagediff.Compare(one, other, all); len(rows) > 0 {
				t.Fatalf("still different: %+v", rows)
			}
		})
	}
}
