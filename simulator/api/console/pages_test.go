package console_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

var _ = Describe("The pages", func() {
	It("are the same whenever the same has happened", func() {
		sim := open()
		b := visit(sim)
		beGolden(b.get("").Text, "movements-none")
		beGoldenFrame(b.get("keys").Text, "frame")

		released := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		rejected := declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		_, err := sim.Officer(GinkgoT().Context(), released, "control", nil)
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Officer(GinkgoT().Context(), released, "release", nil)
		Expect(err).NotTo(HaveOccurred())

		for path, name := range map[string]string{
			"":                                       "movements",
			"?state=REJECTED&q=MIXED":                "movements-filtered",
			"movements/" + released:                  "movement-released",
			"movements/" + rejected:                  "movement-rejected",
			"movements/" + released + "/timeline.md": "timeline.md",
			"movements/" + released + "/timeline.svg": "timeline.svg",
			"movements/" + rejected + "/timeline.mmd": "timeline.mmd",
			"upcoming":                       "upcoming",
			"keys":                           "keys",
			"search?q=MIXED":                 "search",
			"search?q=nothing-has-that-name": "search-nothing",
			"movements/0123456789abcdef":     "movement-unknown",
			"movements/" + released + "?show=notes&show=notifications": "movement-notes",
		} {
			if strings.HasPrefix(name, "timeline.") {
				beGoldenFrame(b.get(path).Text, name)
				continue
			}
			beGolden(b.get(path).Text, name)
		}
	})

	It("show both sides of a transit on one page, and movements of API 1.0", func() {
		sim := open()
		b := visit(sim)
		ctx := GinkgoT().Context()
		departure := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		_, err := sim.Officer(ctx, departure, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		m, err := sim.Movement(ctx, departure)
		Expect(err).NotTo(HaveOccurred())
		arrival := declare(sim, "ie007-simplified", scenario.Facts{MRN: m.MRN})
		beGolden(b.get("movements/"+departure).Text, "movement-both-sides")
		Expect(b.get("movements/" + arrival).Text).To(And(ContainSubstring("Trader at destination"), ContainSubstring("movements/"+departure)))

		text, err := sim.Fixture(message.Phase4, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-4"})
		Expect(err).NotTo(HaveOccurred())
		old, err := sim.Declare(ctx, message.Phase4, text)
		Expect(err).NotTo(HaveOccurred())
		beGolden(b.get("movements/"+old.ID).Text, "movement-phase4")
	})

	It("are the same for the desk, its previews and its mistakes", func() {
		sim := open()
		b := visit(sim)
		id := declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		address := "movements/" + id
		beGolden(b.get(address).Text, "desk")
		beGolden(b.post(address+"/act", "action", "control", "do", "preview", "control.controls.count", "1", "control.controls.0.type", "40").Text, "desk-preview")
		beGolden(b.post(address+"/act", "action", "guarantee_invalid", "do", "now", "guarantee_invalid.guarantees.count", "1",
			"guarantee_invalid.guarantees.0.grn", "nothing").Text, "desk-mistake")
		beGolden(b.post(address+"/inject", "type", "IE060", "do", "preview").Text, "inject-preview")
	})

	It("are the same for the settings, whole and those that were changed", func() {
		b := visit(open())
		beGolden(b.get("settings").Text, "settings")
		beGolden(b.get("settings?show=changed").Text, "settings-changed")
		beGolden(b.post("settings/reset").Text, "settings-not-sure")
	})

	It("are the same for the reference, whole and narrowed", func() {
		b := visit(open())
		for path, name := range map[string]string{
			"reference": "reference",
			"reference/process?state=GUARANTEE_AMENDMENT": "reference-process",
			"reference/messages?q=release":                "reference-messages",
			"reference/messages/5/IE060":                  "reference-message",
			"reference/lists?q=guarantee":                 "reference-lists",
			"reference/lists/CL251":                       "reference-list",
			"reference/offices?q=belfast":                 "reference-offices",
			"reference/rules?q=guaranteeType":             "reference-rules",
			"reference/rules/C0085":                       "reference-rule",
			"reference/samples?q=ie014":                   "reference-samples",
			"reference/samples/5/ie014-invalidation":      "reference-sample",
			"reference/lists/CL152":                       "reference-list-bare",
			"reference/messages/9/IE060":                  "reference-unknown",
		} {
			beGolden(b.get(path).Text, name)
		}
	})
})
