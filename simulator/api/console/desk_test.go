package console_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
)

var _ = Describe("The officer's desk", func() {
	var (
		sim     *simulator.Simulator
		b       browser
		id      string
		address string
	)
	BeforeEach(func() {
		sim = open()
		b = visit(sim)
		id = declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		address = "movements/" + id
	})
	state := func() movement.State {
		GinkgoHelper()
		m, err := sim.Movement(GinkgoT().Context(), id)
		Expect(err).NotTo(HaveOccurred())
		return m.State
	}

	It("does what is asked, and says what happened", func() {
		page := b.follow(b.post(address+"/act", "action", "control", "do", "now", "control.controls.count", "2", "control.controls.1.type", "40",
			"control.controls.1.text", "  Look inside  "))
		Expect(page.Text).To(And(ContainSubstring("Control: IE060 × 1, 1 change of state"), ContainSubstring("UNDER_CONTROL")))
		m, err := sim.Movement(GinkgoT().Context(), id)
		Expect(err).NotTo(HaveOccurred())
		body, err := sim.Client().Body(GinkgoT().Context(), id, m.Records[len(m.Records)-1].ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(body)).To(And(ContainSubstring("<type>40</type>"), ContainSubstring("<text>Look inside</text>")))
	})

	It("says what would come of it and does nothing", func() {
		page := b.post(address+"/act", "action", "refuse_release", "do", "preview", "refuse_release.motivation.code", "B1", "refuse_release.motivation.text", "it's <late>")
		Expect(page.StatusCode).To(Equal(http.StatusOK))
		Expect(page.Text).To(And(ContainSubstring("Nothing has been done"), ContainSubstring("NOT_RELEASED"), ContainSubstring("CC051C"),
			ContainSubstring(`value="B1"`), ContainSubstring("- officer: refuse_release"), ContainSubstring("code: B1"), Not(ContainSubstring("dryRun")),
			ContainSubstring(`&#34;text&#34;:&#34;it&#39;\&#39;&#39;s`), Not(ContainSubstring("<late>")), Not(ContainSubstring("data-stream"))))
		Expect(state()).To(Equal(movement.Accepted))
	})

	It("lets the clock go on first if it is told to", func() {
		page := b.follow(b.post(address+"/act", "action", "release", "do", "now", "after", "10m"))
		Expect(page.Text).To(And(ContainSubstring("At 09:25:00, release: IE029"), ContainSubstring(`datetime="2026-03-02T09:25:00Z"`)))
		Expect(b.post(address+"/act", "action", "cancel", "do", "now", "after", "soon").Text).To(ContainSubstring(`href="#cancel.after"`))
		Expect(state()).To(Equal(movement.Released))
	})

	It("adds groups to a list and takes them away, and keeps what was written", func() {
		fields := []string{"action", "control", "control.controls.count", "2", "control.controls.0.type", "40", "control.controls.1.type", "41"}
		more := b.post(address+"/act", append(fields, "do", "add:control.controls")...)
		Expect(more.Text).To(And(ContainSubstring(`name="control.controls.count" value="3"`), ContainSubstring(`name="control.controls.1.type" value="41"`)))
		less := b.post(address+"/act", append(fields, "do", "less:control.controls.0")...)
		Expect(less.Text).To(And(ContainSubstring(`name="control.controls.count" value="1"`), ContainSubstring(`name="control.controls.0.type" value="41"`), Not(ContainSubstring(`type" value="40"`))))
		for _, odd := range []string{"less:x", "less:control.controls.x", "less:control.controls.-1", "add:", "less:"} {
			Expect(b.post(address+"/act", append(fields, "do", odd)...).StatusCode).To(Equal(http.StatusOK), odd)
		}
		Expect(state()).To(Equal(movement.Accepted))
	})

	It("says at the field what is wrong", func() {
		page := b.post(address+"/act", "action", "control", "do", "now", "control.controls.count", "1", "control.controls.0.type", "toolong")
		Expect(page.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(page.Text).To(And(ContainSubstring(`<title>Error: `), ContainSubstring(`<a href="#control.controls.0.type">Type is`), ContainSubstring(`value="toolong"`),
			ContainSubstring(`aria-describedby="control.controls.0.type-problem"`)))
		late := b.post(address+"/act", "action", "accept", "do", "now")
		Expect(late.Text).To(ContainSubstring("Accept is not possible in state ACCEPTED"))
		Expect(b.follow(b.post(address+"/act", "action", "dance", "do", "now")).Text).To(ContainSubstring("Nothing was chosen to be done"))
		Expect(b.post("movements/0123456789abcdef/act", "action", "release").StatusCode).To(Equal(http.StatusNotFound))
	})

	It("suggests the codes of a list with their meanings, the guarantees of the declaration, and says why something is not possible", func() {
		Expect(b.get(address).Text).To(And(ContainSubstring(`value="24GB0000010000031"`), ContainSubstring("it is possible in AWAITING_ACCEPTANCE")))
		_, err := sim.Officer(GinkgoT().Context(), id, "release", nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(b.get(address).Text).To(And(ContainSubstring(`list="CL019"`), ContainSubstring(`<datalist id="CL019"><option value="1">left the prescribed itinerary</option>`)))
	})

	It("places messages of customs, composed or pasted, and shows them first", func() {
		preview := b.post(address+"/inject", "type", "IE060", "set", "TransitOperation/notificationType=1", "do", "preview")
		Expect(preview.Text).To(And(ContainSubstring("Preview: Inject IE060"), ContainSubstring("&lt;notificationType&gt;1&lt;/notificationType&gt;"), ContainSubstring("<option value=\"IE060\" selected>")))
		Expect(b.follow(b.post(address+"/inject", "type", "IE060", "do", "now")).Text).To(And(ContainSubstring("Injected IE060"), ContainSubstring("injected")))
		for _, wrong := range [][]string{
			{"type", "", "id", "inject-type"}, {"type", "IE060", "set", "no value", "id", "inject-set"}, {"type", "IE999", "id", "inject-type"},
			{"xml", "<a><b></a>", "id", "inject-xml"}, {"xml", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "id", "inject-xml"},
		} {
			n := len(wrong) - 2
			page := b.post(address+"/inject", wrong[:n]...)
			Expect(page.StatusCode).To(Equal(http.StatusUnprocessableEntity), strings.Join(wrong, " "))
			Expect(page.Text).To(ContainSubstring(`<a href="#` + wrong[n+1] + `">`))
		}
	})
})
