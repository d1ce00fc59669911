package console_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/api/console"
	"nctsim/simulator/scenario"
)

const someApplications = `applications:
  - clientId: myApplication
    clientSecrets: [very-secret-word]
    redirectUris: ["http://localhost:8081/callback"]
testUsers:
  - {userId: "085603622877", password: secret-password, eori: GB123456789012, services: [common-transit-convention-traders]}
`

var _ = Describe("The settings", func() {
	It("forget every movement, when somebody means it", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-normal-gb-xi", scenario.Facts{LRN: "MIXED-1"})
		a := b.post("settings/reset")
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring(`<a href="#sure">`), ContainSubstring("Yes, forget 1 movement<")))
		Expect(b.follow(b.post("settings/reset", "sure", "1")).Text).To(ContainSubstring("Every movement is forgotten"))
		Expect(b.get("").Text).NotTo(ContainSubstring("MIXED-1"))
	})

	It("register applications without ever showing their secrets, revoke their tokens and forget them", func() {
		sim := open()
		b := visit(sim)
		page := b.follow(b.post("settings/applications", "file", someApplications)).Text
		Expect(page).To(And(ContainSubstring("Registered: there are 1 application and 1 test user now"), ContainSubstring("myApplication"),
			ContainSubstring("1 client secret<"), ContainSubstring("085603622877")))
		Expect(page).NotTo(Or(ContainSubstring("very-secret-word"), ContainSubstring("secret-password")))
		Expect(b.follow(b.post("settings/applications/myApplication/revoke", "only", "access")).Text).To(ContainSubstring("Tokens of myApplication that have ended: 0"))
		Expect(b.follow(b.post("settings/applications/myApplication/remove")).Text).To(ContainSubstring("is forgotten, with its tokens"))
		Expect(b.post("settings/applications/myApplication/remove").StatusCode).To(Equal(http.StatusNotFound))
	})

	It("say what is wrong with a file of applications, and keep it", func() {
		b := visit(open())
		for _, file := range []string{"", "applications: [{clientIdentity: x}]", "<script>alert(1)</script>"} {
			a := b.post("settings/applications", "file", file)
			Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity), a.Text)
			Expect(a.Text).To(ContainSubstring(`<a href="#file">`))
			Expect(a.Text).NotTo(ContainSubstring("<script>alert"))
		}
		Expect(b.post("settings/applications", "file", "applications: [{clientIdentity: x}]").Text).To(ContainSubstring(">applications: [{clientIdentity: x}]</textarea>"))
	})

	It("have no forms in a console that is read-only", func() {
		sim := open(func(c *simulator.Config) { c.Console = console.ReadOnly })
		b := visit(sim)
		Expect(b.get("settings").Text).NotTo(ContainSubstring(`settings/reset"`))
		for _, path := range []string{"settings/reset", "settings/applications", "settings/applications/x/revoke", "settings/applications/x/remove"} {
			Expect(b.post(path, "sure", "1").StatusCode).To(Equal(http.StatusForbidden))
		}
	})
})
