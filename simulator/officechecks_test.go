package simulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
)

// wrong is a declaration of ours with something replaced.
func wrong(old, replacement string) declaration {
	data := simtest.File(simplified)
	body := strings.Replace(string(data), old, replacement, 1)
	if body == string(data) {
		panic("the declaration has no " + old)
	}
	return declaration{"changed", message.Phase5, body}
}

var functionalError = regexp.MustCompile(`<errorPointer>(.*?)</errorPointer><errorCode>(.*?)</errorCode><errorReason>(.*?)</errorReason>(?:<originalAttributeValue>(.*?)</originalAttributeValue>)?`)

var _ = Describe("The intake of a declaration", func() {
	start := func(change ...func(*simulator.Config)) *simulator.Simulator {
		return simulator.RunT(GinkgoT(), func(c *simulator.Config) {
			c.Profile, c.Clock, c.Now = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
			for _, f := range change {
				f(c)
			}
		})
	}
	answers := func(ctx SpecContext, sim *simulator.Simulator, d declaration) (types, faults []string) {
		movement := send(sim.URL(), d, "INTAKE-1")
		Expect(sim.Settle(ctx)).To(Succeed())
		all := bodies(sim.URL(), movement, d.phase)
		for _, f := range functionalError.FindAllStringSubmatch(all[len(all)-1], -1) {
			faults = append(faults, strings.TrimSpace(strings.Join(f[1:], " ")))
		}
		return chain(sim.URL(), movement), faults
	}

	DescribeTable("rejects what breaks a rule with the right code at the right place:",
		func(ctx SpecContext, d declaration, want ...string) {
			types, faults := answers(ctx, start(), d)
			Expect(types).To(Equal([]string{"IE015", "IE056"}))
			Expect(faults).To(Equal(want))
		},
		Entry("a value outside its code list", wrong("<declarationType>T1<", "<declarationType>T9<"),
			"/CC015C/TransitOperation/declarationType 12 CL231 T9"),
		Entry("a required element that is missing", wrong("    <limitDate>2025-09-23</limitDate>\n", ""),
			"/CC015C/TransitOperation/limitDate 13 C0839"),
		Entry("a GRN with a wrong check digit", wrong("24GB0000010000031", "24GB0000010000296"),
			"/CC015C/Guarantee[1]/GuaranteeReference[1]/GRN 14 R0028 24GB0000010000296"),
		Entry("an authorisation that the holder does not have", wrong("GBAUTHDEP01", "GBACT24A7770003"),
			"//Authorisation[1]/referenceNumber 14 G0033 GBACT24A7770003"),
	)

	It("answers a guarantee of somebody else with an IE055 after the MRN", func(ctx SpecContext) {
		types, _ := answers(ctx, start(), wrong("24GB0000010000031", "23XI00000100000D0"))
		Expect(types).To(Equal([]string{"IE015", "IE928", "IE028", "IE055"}))
	})

	It("tells in the journal which rule was against which element", func(ctx SpecContext) {
		sim := start()
		movement := send(sim.URL(), wrong("<declarationType>T1<", "<declarationType>T9<"), "INTAKE-1")
		Expect(sim.Settle(ctx)).To(Succeed())
		_, shown := request(http.MethodGet, sim.URL()+"/simulator/v1/movements/"+movement, "", "")
		Expect(shown).To(ContainSubstring("error 12 (CL231) at /CC015C/TransitOperation/declarationType"))
	})

	It("takes whatever the schema accepts when the rules are off, or the one that is switched off", func(ctx SpecContext) {
		bad := wrong("<declarationType>T1<", "<declarationType>T9<")
		types, _ := answers(ctx, start(func(c *simulator.Config) { c.Rules = simulator.Off }), bad)
		Expect(types).To(Equal(released[:3]))
		types, _ = answers(ctx, start(func(c *simulator.Config) { c.RulesOff = []string{"CL231"} }), bad)
		Expect(types).To(Equal(released[:3]))
	})

	It("knows only who is registered when the registry is strict, and whom the user's file adds", func(ctx SpecContext) {
		stranger := wrong("<identificationNumber>GB953574106000</identificationNumber>", "<identificationNumber>GB777777777000</identificationNumber>")
		strict := func(c *simulator.Config) { c.Registry = simulator.RegistryStrict }
		_, faults := answers(ctx, start(strict), stranger)
		Expect(faults).To(ContainElement("/CC015C/HolderOfTheTransitProcedure/identificationNumber 12 R0850 GB777777777000"))

		file := filepath.Join(GinkgoT().TempDir(), "registry.yaml")
		Expect(os.WriteFile(file, []byte("parties:\n  - eori: GB777777777000\n"), 0o600)).To(Succeed())
		_, faults = answers(ctx, start(strict, func(c *simulator.Config) { c.RegistryFile = file }), stranger)
		Expect(faults).NotTo(ContainElement(ContainSubstring("R0850")))
	})

	DescribeTable("refuses settings that mean nothing, by name:",
		func(change func(*simulator.Config), want string) {
			c := simulator.Default()
			change(&c)
			_, err := simulator.New(c)
			Expect(err).To(MatchError(ContainSubstring(want)))
		},
		Entry("an unknown rule", func(c *simulator.Config) { c.RulesOff = []string{"R9999"} }, "R9999"),
		Entry("an unknown mode", func(c *simulator.Config) { c.Mode = "both" }, "mode"),
		Entry("a registry file that is not there", func(c *simulator.Config) { c.RegistryFile = "nowhere.yaml" }, "registry-file"),
		Entry("a folder of code lists that is not there", func(c *simulator.Config) { c.CodeLists = "nowhere" }, "code-lists: nowhere: "),
	)
})
