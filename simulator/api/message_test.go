package api_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/messagediff"
)

var _ = Describe("A message in the control API", func() {
	// at finds an element of a tree.
	var at func(e *client.MessageElement, path string) *client.MessageElement
	at = func(e *client.MessageElement, path string) *client.MessageElement {
		if e.Path == path {
			return e
		}
		for _, c := range e.Children {
			if found := at(c, path); found != nil {
				return found
			}
		}
		return nil
	}

	It("says what it answers and what answers it", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		made := w.declare("DETAIL")
		w.settle()
		d, err := w.controlled().Message(ctx, made.movement, made.message)
		Expect(err).NotTo(HaveOccurred())
		Expect(d.Name).To(Equal("Declaration Data"))
		Expect(d.FromCustoms).To(BeFalse())
		Expect(d.Answered).To(HaveLen(2))
		answer, err := w.controlled().Message(ctx, made.movement, d.Answered[0].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.FromCustoms).To(BeTrue())
		Expect(answer.Answers.ID).To(Equal(made.message))
		w.control("GET", "/movements/"+made.movement+"/messages/ffffffffffffffff", "").problem(404, "NOT_FOUND")
	})

	It("is a tree with titles, meanings, check digits and places", func(ctx SpecContext) {
		w := newWorld()
		made := w.declare("TREE")
		body := declaration("TREE")
		d, err := w.controlled().MessageTree(ctx, made.movement, made.message, client.TreeQuery{})
		Expect(err).NotTo(HaveOccurred())
		lrn := at(d.Tree, "/CC015C/TransitOperation/LRN")
		Expect(*lrn).To(And(HaveField("Value", "TREE"), HaveField("Title", "LRN"), HaveField("Min", 1), HaveField("Kind", Not(BeEmpty()))))
		line := strings.Split(body, "\n")[lrn.Line-1]
		Expect(line[lrn.Column-1:]).To(HavePrefix("<LRN>TREE<"))
		Expect(*at(d.Tree, "/CC015C/Guarantee[1]/guaranteeType")).To(And(HaveField("Title", "Guarantee type"), HaveField("List", "CL251"), HaveField("Meaning", Not(BeEmpty()))))
		Expect(at(d.Tree, "/CC015C/Guarantee[1]/GuaranteeReference[1]/GRN").Check).To(Equal("valid"))
		Expect(at(d.Tree, "/CC015C/CustomsOfficeOfDeparture/referenceNumber").Meaning).NotTo(BeEmpty())
		Expect(at(d.Tree, "/CC015C/TransitOperation/limitDate")).To(Or(BeNil(), HaveField("Absent", false)))
	})

	It("shows parts of a tree on demand, and what could be there", func(ctx SpecContext) {
		w := newWorld()
		made := w.declare("PART")
		c := w.controlled()
		whole, err := c.MessageTree(ctx, made.movement, made.message, client.TreeQuery{})
		Expect(err).NotTo(HaveOccurred())
		some, err := c.MessageTree(ctx, made.movement, made.message, client.TreeQuery{Limit: 2})
		Expect(err).NotTo(HaveOccurred())
		Expect(some.Tree.Children).To(HaveLen(2))
		Expect(some.Tree.Size).To(Equal(whole.Tree.Size))
		rest, err := c.MessageTree(ctx, made.movement, made.message, client.TreeQuery{Path: "/CC015C", Skip: 2})
		Expect(err).NotTo(HaveOccurred())
		Expect(rest.Tree.Children).To(Equal(whole.Tree.Children[2:]))
		operation, err := c.MessageTree(ctx, made.movement, made.message, client.TreeQuery{Path: "/CC015C/TransitOperation", Absent: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(operation.Tree.Children).To(ContainElement(And(HaveField("Name", "TIRCarnetNumber"), HaveField("Absent", true), HaveField("Min", 0))))
		w.control("GET", "/movements/"+made.movement+"/messages/"+made.message+"?as=tree&path=/CC015C/None", "").problem(404, "NOT_FOUND")
		w.control("GET", "/movements/"+made.movement+"/messages/"+made.message+"?as=picture", "").problem(400, "BAD_REQUEST")
		Expect(w.control("GET", "/movements/"+made.movement+"/messages/"+made.message+"?as=json", "").decoded(200)).To(HaveKeyWithValue("json", HaveKey("n1:CC015C")))
	})
})

var _ = Describe("The comparison of two messages in the control API", func() {
	It("is of the same movement or of two, element by element", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		first, second := w.declare("ONE"), w.declare("TWO")
		w.settle()
		c := w.controlled()
		same, err := c.Compare(ctx, first.movement, first.message, first.message, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(same).To(And(HaveField("Total", 0), HaveField("Differences", BeEmpty()), HaveField("Left.Root", "CC015C"), HaveField("Left", Equal(same.Right))))

		other, err := c.Compare(ctx, first.movement, first.message, second.movement+"/"+second.message, 0)
		Expect(err).NotTo(HaveOccurred())
		lrn := "/CC015C/TransitOperation/LRN"
		Expect(other.Differences).To(Equal([]messagediff.Difference{{Mark: messagediff.Changed, Left: lrn, Right: lrn, LeftValue: "ONE", RightValue: "TWO"}}))
		Expect(other.Right).To(Equal(client.ComparedMessage{Movement: second.movement, Message: second.message, Phase: message.Phase5, Root: "CC015C"}))

		sample, err := c.Compare(ctx, first.movement, first.message, "sample/ie015-simplified-gb-xi", 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(sample.Right).To(Equal(client.ComparedMessage{Sample: "ie015-simplified-gb-xi", Phase: message.Phase5, Root: "CC015C"}))
		Expect(sample.Differences).To(ContainElement(And(HaveField("Left", lrn), HaveField("LeftValue", "ONE"))))

		declared, err := c.Message(ctx, first.movement, first.message)
		Expect(err).NotTo(HaveOccurred())
		answer, err := c.Compare(ctx, first.movement, first.message, declared.Answered[0].ID, 0)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.Differences).To(ContainElement(And(HaveField("Mark", messagediff.NotCarried), HaveField("Carrier", answer.Right.Root))))
		some, err := c.Compare(ctx, first.movement, first.message, declared.Answered[0].ID, 2)
		Expect(err).NotTo(HaveOccurred())
		Expect(some.Differences).To(Equal(answer.Differences[:2]))
		Expect(some.Total).To(Equal(answer.Total))
	})

	It("says what is not there, and what cannot be compared", func(ctx SpecContext) {
		w := newWorld(profile("trader-test"))
		made := w.declare("LONE")
		w.settle()
		at := "/movements/" + made.movement + "/messages/" + made.message + "/diff"
		w.control("GET", at, "").problem(400, "BAD_REQUEST")
		w.control("GET", at+"?with="+made.message+"&limit=few", "").problem(400, "BAD_REQUEST")
		w.control("GET", at+"?with=ffffffffffffffff", "").problem(404, "NOT_FOUND")
		w.control("GET", at+"?with=sample/none", "").problem(404, "NOT_FOUND")
		w.control("GET", at+"?with=sample/../x", "").problem(404, "NOT_FOUND")
		w.control("GET", at+"?with=ffffffffffffffff/"+made.message, "").problem(404, "NOT_FOUND")
	})
})

var _ = Describe("Validating a message", func() {
	It("says what would be refused by which check, and stores nothing", func(ctx SpecContext) {
		w := newWorld()
		c := w.controlled()
		good, err := c.Validate(ctx, 0, []byte(declaration("VALID")))
		Expect(err).NotTo(HaveOccurred())
		Expect(good).To(And(HaveField("Valid", true), HaveField("Phase", message.Phase5), HaveField("Type", "IE015"), HaveField("Versions", HaveLen(3))))
		Expect(good.Versions).To(ContainElement(And(HaveField("Phase", message.Phase4), HaveField("Fits", false))))

		unfit, err := c.Validate(ctx, 0, []byte(strings.Replace(declaration("VALID"), "<LRN>VALID</LRN>", "", 1)))
		Expect(err).NotTo(HaveOccurred())
		Expect(unfit.Valid).To(BeFalse())
		Expect(unfit.Schema).To(ContainElement(HaveField("Line", BeNumerically(">", 0))))

		elsewhere, err := c.Validate(ctx, 0, []byte(strings.Replace(declaration("VALID"), "<messageType>CC015C<", "<messageType>CC013C<", 1)))
		Expect(err).NotTo(HaveOccurred())
		Expect(elsewhere.Schema).To(BeEmpty())
		Expect(elsewhere.Submission).To(HaveLen(1))

		w.control("POST", "/validate", "").problem(400, "BAD_REQUEST")
		w.control("POST", "/validate?phase=7", "<a/>").problem(400, "BAD_REQUEST")
		Expect(w.control("POST", "/validate", "no xml").decoded(200)).To(HaveKeyWithValue("valid", false))
		list, err := c.Movements(ctx, client.MovementQuery{})
		Expect(err).NotTo(HaveOccurred())
		Expect(list.Total).To(Equal(0))
	})
})
