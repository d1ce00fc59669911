package simulator_test

import (
	"io"
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
	"nctsim/simulator/simtest"
)

// ask asks the guarantee balance API 2.0 and gives status and body.
func ask(url, grn string) (int, string) {
	GinkgoHelper()
	req, err := http.NewRequest(http.MethodPost, url+"/customs/guarantees/"+grn+"/balance", strings.NewReader(`{"accessCode":"AC01"}`))
	Expect(err).NotTo(HaveOccurred())
	req.Header.Set("Authorization", "Bearer GB123456789012")
	req.Header.Set("Accept", "application/vnd.hmrc.2.0+json")
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return res.StatusCode, string(body)
}

// balance is what the API tells of a guarantee.
func balance(url, grn string) string {
	GinkgoHelper()
	status, body := ask(url, grn)
	Expect(status).To(Equal(http.StatusOK), body)
	return regexp.MustCompile(`"balance":([^,]*)`).FindStringSubmatch(body)[1]
}

var _ = Describe("The balance of a guarantee", func() {
	// One declaration of these specs claims 2450 GBP.
	const grn = "24GB0000010000031"
	registry := func() string {
		file := filepath.Join(GinkgoT().TempDir(), "registry.yaml")
		Expect(os.WriteFile(file, []byte(`
guarantees:
  - { grn: 24GB0000010000031, type: "1", access: AC01, owner: GB953574106000, balance: 6000.50, currency: GBP }
  - { grn: 09GB00000100000M0, type: "1", access: AC01, owner: GB954131533000, balance: 25000, currency: EUR }
  - { grn: 23GB0000010000058, type: "1", access: AC01, owner: GB953574106000, balance: 3000, currency: GBP }
`), 0o600)).To(Succeed())
		return file
	}
	settings := func(change ...func(*simulator.Config)) func(*simulator.Config) {
		file := registry()
		return func(c *simulator.Config) {
			c.Profile, c.Clock, c.Now = "trader-test", clock.Manual, time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
			c.RegistryFile, c.BalanceLock = file, simulator.Off
			for _, f := range change {
				f(c)
			}
		}
	}
	act := func(ctx SpecContext, sim *simulator.Simulator, movement, action string) {
		GinkgoHelper()
		status, answer := request(http.MethodPost, sim.URL()+"/simulator/v1/movements/"+movement+"/actions", "*/*", `{"action":"`+action+`"}`)
		Expect(status).To(Equal(http.StatusOK), answer)
		Expect(sim.Settle(ctx)).To(Succeed())
	}
	release := func(ctx SpecContext, sim *simulator.Simulator, lrn string) string {
		GinkgoHelper()
		movement := declare(sim.URL(), "2.1", simplified, lrn)
		Expect(sim.Settle(ctx)).To(Succeed())
		_, err := sim.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		return movement
	}
	journal := func(sim *simulator.Simulator, movement string) string {
		GinkgoHelper()
		_, text := request(http.MethodGet, sim.URL()+"/simulator/v1/movements/"+movement, "*/*", "")
		return text
	}

	It("falls when goods are released, rises when they are written off, and limits what can be declared", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), settings())
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"))
		first := declare(sim.URL(), "2.1", simplified, "LEDGER-1")
		Expect(sim.Settle(ctx)).To(Succeed())
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"), "nothing is reserved before the release")
		_, err := sim.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(balance(sim.URL(), grn)).To(Equal("3550.5"))
		Expect(journal(sim, first)).To(ContainSubstring("2450.00 GBP of guarantee 24GB0000010000031 reserved; 3550.50 GBP are left"))
		Expect(journal(sim, first)).To(ContainSubstring(`"reserved":[{"grn":"24GB0000010000031","amount":"2450","currency":"GBP"}]`))

		second := release(ctx, sim, "LEDGER-2")
		Expect(balance(sim.URL(), grn)).To(Equal("1100.5"))
		third := release(ctx, sim, "LEDGER-3")
		Expect(chain(sim.URL(), third)).To(HaveExactElements("IE015", "IE928", "IE028", "IE055", "IE051"), "not enough is left")
		Expect(journal(sim, third)).To(ContainSubstring("1100.50 GBP are left, 2450.00 are needed"))

		act(ctx, sim, first, "arrive")
		Expect(chain(sim.URL(), first)).To(HaveExactElements("IE015", "IE928", "IE028", "IE029", "IE045"))
		Expect(balance(sim.URL(), grn)).To(Equal("3550.5"))
		Expect(journal(sim, first)).To(ContainSubstring("2450.00 GBP of guarantee 24GB0000010000031 given back; 3550.50 GBP are left"))
		Expect(journal(sim, first)).NotTo(ContainSubstring(`"reserved":[`))
		act(ctx, sim, second, "cancel")
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"))

		shown, err := sim.Client().Guarantee(ctx, grn)
		Expect(err).NotTo(HaveOccurred())
		Expect(shown.Registered).To(BeTrue())
		Expect(shown.Left).To(BeEquivalentTo("6000.5"))
		Expect(shown.UsedBy).To(BeEmpty())
		var left []string
		for _, l := range shown.Ledger {
			left = append(left, l.Movement+" "+l.MessageType+" "+l.Amount+" "+l.Left)
		}
		Expect(left).To(Equal([]string{
			first + " IE029 2450.00 3550.50", second + " IE029 2450.00 1100.50", first + " IE045 -2450.00 3550.50", second + " IE009 -2450.00 6000.50",
		}))
		Expect(sim.Client().Guarantees(ctx)).To(ContainElement(HaveField("GRN", grn)))
	})

	It("limits what an amendment can take of another guarantee", func(ctx SpecContext) {
		const other = "23GB0000010000058"
		sim := simulator.RunT(GinkgoT(), settings())
		post := func(path, fixture string, change ...string) string {
			GinkgoHelper()
			data := simtest.File(fixture)
			change = append(change, grn, other)
			status, answer := request(http.MethodPost, sim.URL()+path, "application/vnd.hmrc.2.1+json", strings.NewReplacer(change...).Replace(string(data)))
			Expect(status).To(Equal(http.StatusAccepted), answer)
			Expect(sim.Settle(ctx)).To(Succeed())
			return regexp.MustCompile(`"departureId":"(\w+)"`).FindStringSubmatch(answer)[1]
		}
		first := post(departures, simplified)
		_, err := sim.Advance(ctx, 45*time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(journal(sim, first)).To(ContainSubstring("2450.00 GBP of guarantee " + other + " reserved; 550.00 GBP are left"))

		second := declare(sim.URL(), "2.1", simplified, "LEDGER-2")
		Expect(sim.Settle(ctx)).To(Succeed())
		mrn := regexp.MustCompile(`"mrn":"(\w+)"`).FindStringSubmatch(journal(sim, second))[1]
		post(departures+"/"+second+"/messages", "phase5/valid/ie013-simplified-gb-xi.xml", "25GB000246N7KTB2J0", mrn)
		Expect(chain(sim.URL(), second)).To(ContainElement("IE055"))
		Expect(journal(sim, second)).To(ContainSubstring("550.00 GBP are left, 2450.00 are needed"))
	})

	It("is what it was after a restart, and after a reset what is registered", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		change := settings(func(c *simulator.Config) { c.Data = dir })
		sim := run(ctx, change, func(c *simulator.Config) { c.Addr = "127.0.0.1:0" })
		release(ctx, sim, "LEDGER-1")
		Expect(sim.Close(ctx)).To(Succeed())
		sim = run(ctx, change, func(c *simulator.Config) { c.Addr = "127.0.0.1:0" })
		defer func() { Expect(sim.Close(ctx)).To(Succeed()) }()
		Expect(balance(sim.URL(), grn)).To(Equal("3550.5"))
		status, _ := request(http.MethodPost, sim.URL()+"/simulator/v1/reset", "*/*", "")
		Expect(status).To(Equal(http.StatusNoContent))
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"))
	})

	It("stays when it is frozen, for the API and for the check of declarations", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), settings(func(c *simulator.Config) { c.GuaranteeBalance = simulator.BalanceFrozen }))
		for _, lrn := range []string{"LEDGER-1", "LEDGER-2", "LEDGER-3"} {
			Expect(chain(sim.URL(), release(ctx, sim, lrn))).To(Equal(released))
		}
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"))
	})

	It("is locked for 60 seconds after it was asked for", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT(), settings(func(c *simulator.Config) { c.BalanceLock = simulator.On }))
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"))
		status, body := ask(sim.URL(), grn)
		Expect(status).To(Equal(http.StatusTooManyRequests), body)
		_, err := sim.Advance(ctx, time.Minute)
		Expect(err).NotTo(HaveOccurred())
		Expect(balance(sim.URL(), grn)).To(Equal("6000.5"))
	})

	It("moves in phase 4 too, by the mentions of the declaration", func(ctx SpecContext) {
		const grn = "09GB00000100000M0"
		t := &phase4Transit{sim: simulator.RunT(GinkgoT(), settings())}
		Expect(balance(t.sim.URL(), grn)).To(Equal("25000"))
		t.departure = t.post(ctx, departures, t.sample("ie015-no-amount-simplified-gb-it.xml")).DepartureID
		Expect(balance(t.sim.URL(), grn)).To(Equal("15000"), "released at once; ten thousand euros were inserted")
		t.act(ctx, "arrive")
		Expect(balance(t.sim.URL(), grn)).To(Equal("25000"))
	})

	It("is too low in phase 4 when the mentions of all items together are too much", func(ctx SpecContext) {
		t := &phase4Transit{sim: simulator.RunT(GinkgoT(), settings())}
		two := strings.Replace(t.sample("ie015-no-amount-simplified-gb-it.xml"), "</GOOITEGDS>", "</GOOITEGDS>"+
			"<GOOITEGDS><IteNumGDS7>2</IteNumGDS7><GooDesGDS23>Saddles</GooDesGDS23><GroMasGDS46>1</GroMasGDS46>"+
			"<SPEMENMT2><AddInfMT21>15000.01EUR09GB00000100000M0</AddInfMT21><AddInfCodMT23>CAL</AddInfCodMT23></SPEMENMT2></GOOITEGDS>", 1)
		t.departure = t.post(ctx, departures, two).DepartureID
		types, _, received := t.messages(departures, t.departure)
		Expect(types).To(HaveSuffix("IE028 IE055"))
		Expect(received[len(received)-1].Get("GUAREF2[1]/INVGUARNS[1]/InvGuaReaCodRNS11")).To(Equal("G02"))
	})

	It("is shown with the settings", func() {
		sim := simulator.RunT(GinkgoT(), settings())
		_, text := request(http.MethodGet, sim.URL()+"/simulator/v1/settings", "*/*", "")
		Expect(text).To(ContainSubstring(`{"type":"1","grn":"24GB0000010000031","holder":"GB953574106000","balance":6000.5,"left":6000.5,"currency":"GBP","accessCodes":["AC01"]}`))
	})
})
