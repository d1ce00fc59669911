package rules

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// variables are what a test is taken apart into, by name; the test itself has the name "test".
func variables(context, test string) map[string]string {
	h := &hoister{lists: map[string]string{"CL1": " A B "}, known: map[string]int{}}
	t := h.test(context, test)
	out := map[string]string{"test": t.Text}
	for _, v := range h.hoists {
		out[v.name] = v.Text
	}
	return out
}

var _ = Describe("The optimiser", func() {
	const item = "/ncts:M/C/H/I"

	DescribeTable("takes out what is the same for many elements",
		func(test string, want map[string]string) {
			Expect(variables(item, test)).To(Equal(want))
		},
		Entry("nothing that depends on the element", "a or not(b='1')", map[string]string{"test": "(a or not((b = '1')))"}),
		Entry("what depends on the message alone", "a or not(/*/T[x='1'])",
			map[string]string{"test": "(a or $v0)", "v0": "not(/*/T[(x = '1')])"}),
		Entry("what depends on the parent, seen from there", "a or ../b",
			map[string]string{"test": "(a or $v0)", "v0": "b"}),
		Entry("siblings, which are looked up and not compared one by one", "x = ../I/x", map[string]string{"test": "among(x,0)", "v0": "I/x"}),
		Entry("siblings on the left", "../I/x = .", map[string]string{"test": "among(.,0)", "v0": "I/x"}),
		Entry("siblings that are compared with text", "concat(x,'') = ../I/x", map[string]string{"test": "(concat(x,'') = $v0)", "v0": "I/x"}),
		Entry("the whole test, and inside it what reaches further up", "not(../b) and not(/*/T/c)",
			map[string]string{"test": "$v1", "v1": "(not(b) and $v0)", "v0": "not(/*/T/c)"}),
		Entry("the parent itself", "count(..) = 1", map[string]string{"test": "$v0", "v0": "(count(.) = 1)"}),
		Entry("out of a predicate", "x[y = /*/T/c]", map[string]string{"test": "x[among(y,0)]", "v0": "/*/T/c"}),
		Entry("code lists", "contains($CL1,concat(' ',x,' '))", map[string]string{"test": "contains(' A B ',concat(' ',x,' '))"}),
		Entry("not what predicates count", "x[position()=2]", map[string]string{"test": "x[(position() = 2)]"}),
		Entry("not what is above the document", "../../../../../x", map[string]string{"test": "../../../../../x"}),
		Entry("not constants", "false()", map[string]string{"test": "false()"}),
	)

	DescribeTable("leaves what it cannot read to libxml2",
		func(context, test string) {
			Expect(variables(context, test)["test"]).To(Equal(test))
		},
		Entry("a union", item, "a | b"),
		Entry("a minus", item, "-1 < a"),
		Entry("an open bracket", item, "a[1"),
		Entry("nothing", item, ""),
		Entry("an open literal", item, "a='"),
		Entry("a context that is not a chain of children", "//I", "../a"),
		Entry("a relative context", "C/H", "../a"),
	)

	It("shares what several tests have in common", func() {
		h := &hoister{known: map[string]int{}}
		h.test(item, "a or ../b")
		h.test(item+"/x", "../../b and c")
		h.test("/ncts:M/C/G/I", "a or ../b")
		Expect(h.hoists).To(HaveLen(2), "the b of H and the b of G")
	})
})
