package office_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/office"
)

var _ = Describe("What an officer may write", func() {
	It("is listed by path, with what it must look like", func() {
		keys, known := office.InputOf("control")
		Expect(known).To(BeTrue())
		var texts []string
		for _, k := range keys {
			texts = append(texts, k.Path+": "+k.String())
		}
		Expect(texts).To(Equal([]string{
			"controls: a list of up to 99 groups",
			"controls[].type: as 40, pattern [A-Z0-9]{1,3}, code list CL716, required",
			"controls[].text: a text of up to 512 characters",
			"documents: a list of up to 99 groups",
			"documents[].type: as C651, pattern [A-Z0-9]{4}, code list CL215, required",
			"documents[].description: a text of up to 512 characters",
		}))
		_, known = office.InputOf("dance")
		Expect(known).To(BeFalse())
	})
	It("has an example that the office takes, for every action", func() {
		for _, verb := range office.Verbs() {
			Expect(office.CheckInput(verb, office.ExampleOf(verb))).To(Succeed(), verb)
			keys, _ := office.InputOf(verb)
			Expect(len(keys) > 0).To(Equal(len(office.FlagsOf(verb)) > 0), verb)
		}
		Expect(office.FlagsOf("start_recovery")).To(Equal([]string{"--with text=Text", "--with amount=1250.00", "--with currency=EUR"}))
		Expect(office.FlagsOf("refuse_release")).To(Equal([]string{`--with 'motivation:={"code":"B1","text":"Text"}'`}))
	})
	DescribeTable("is refused with the word that was meant:", func(action string, with map[string]any, want string) {
		Expect(office.CheckInput(action, with)).To(MatchError(ContainSubstring(want)))
	},
		Entry("an action", "Release", nil, "unknown action; hint: did you mean release"),
		Entry("a key", "reject", map[string]any{"justificaton": "x"}, "with.justificaton is unknown; hint: did you mean justification"),
		Entry("a list", "control", map[string]any{"controls": "40"}, `with.controls must be a list of 1 to 99 groups; hint: for example [{"text":"Text","type":"40"}]`),
		Entry("a part of a group", "refuse_release", map[string]any{"motivation.code": "B1"}, `hint: motivation is written as a whole, for example {"code":"B1","text":"Text"}`),
		Entry("a key like none", "reject", map[string]any{"x": "x"}, "with.x is unknown; hint: known are justification"))
})
