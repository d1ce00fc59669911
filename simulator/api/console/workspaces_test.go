package console_test

import (
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/scenario"
)

var _ = Describe("The page of workspaces", func() {
	hosting := func(c *simulator.Config) { c.Workspaces, c.WorkspaceLimit = simulator.WorkspacesExplicit, 3 }

	It("lists them, makes them empty, from a snapshot and as a copy, leads into their consoles, and deletes them", func() {
		sim := open(hosting)
		b := visit(sim)
		Expect(b.get("settings").Text).To(ContainSubstring(`href="./workspaces"`))
		declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		b.post("snapshots", "name", "one")
		Expect(b.follow(b.post("workspaces", "workspace-name", "empty", "workspace-ttl", "2h")).Text).To(ContainSubstring("Workspace empty is made: 0 movements"))
		Expect(b.follow(b.post("workspaces", "workspace-name", "begun", "workspace-begin", "from:one")).Text).To(ContainSubstring("Workspace begun is made: 1 movement"))
		page := b.follow(b.post("workspaces", "workspace-name", "copy", "workspace-begin", "fork:begun"))
		Expect(page.Text).To(And(ContainSubstring("Workspace copy is made: 1 movement"), ContainSubstring("from snapshot one"), ContainSubstring("a copy of begun")))
		beGolden(page.Text, "workspaces")

		for _, base := range []string{sim.URL() + "/console/", sim.URL() + "/workspaces/default/console/"} {
			b.base = base
			list := b.get("workspaces")
			_, rest, found := strings.Cut(list.Text, `<td class="who"><a href="`)
			Expect(found).To(BeTrue())
			address, _, _ := strings.Cut(rest, `"`)
			to, err := list.Request.URL.Parse(address)
			Expect(err).NotTo(HaveOccurred())
			Expect(to.String()).To(Equal(sim.URL() + "/workspaces/begun/console/"))
		}
		inside := visit(sim)
		inside.base = sim.URL() + "/workspaces/begun/console/"
		Expect(inside.get("").Text).To(And(ContainSubstring("BIKES-1"), ContainSubstring("workspace begun")))
		Expect(inside.get("settings").Text).NotTo(ContainSubstring(`href="./workspaces"`))
		_, rest, found := strings.Cut(inside.get("settings").Text, `<a href="./../../../console/workspaces">All workspaces`)
		Expect(found).To(BeTrue(), rest)
		Expect(visit(sim).get("settings").Text).NotTo(ContainSubstring("All workspaces"))
		Expect(inside.get("workspaces").StatusCode).To(Equal(http.StatusNotFound))

		b = visit(sim)
		a := b.post("workspaces", "workspace-name", "fourth")
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring("There are 3 workspaces already"), ContainSubstring(`value="fourth"`)))
		a = b.post("workspaces/copy/delete")
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring(`<a href="#sure-copy">Tick the box`), ContainSubstring(`id="delete-copy" open`)))
		Expect(b.follow(b.post("workspaces/copy/delete", "sure", "1")).Text).To(And(
			ContainSubstring("Workspace copy is deleted"), Not(ContainSubstring(`id="w-copy"`))))
		Expect(b.follow(b.post("workspaces/copy/delete", "sure", "1")).Text).To(ContainSubstring("Nothing was deleted: there is no workspace copy"))
		Expect(b.follow(b.post("workspaces/default/delete", "sure", "1")).Text).To(ContainSubstring("Nothing was deleted: the default workspace is always there"))
	})

	It("makes one with settings of its own", func() {
		sim := open(hosting)
		b := visit(sim)
		Expect(b.follow(b.post("workspaces", "workspace-name", "own", "workspace-settings", "profile=silent\r\n\r\n seed = 7")).Text).To(
			And(ContainSubstring("Workspace own is made"), ContainSubstring("profile silent, seed 7")))
		Expect(sim.Client().Workspace(GinkgoT().Context(), "own")).To(And(HaveField("Profile", "silent"), HaveField("Seed", uint64(7))))
	})

	DescribeTable("says what is wrong with a new one, at the field", func(at, text string, fields ...string) {
		b := visit(open(hosting))
		a := b.post("workspaces", fields...)
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring(`<a href="#`+at+`">`+text), ContainSubstring(`id="`+at+`-problem"`)))
	},
		Entry("without a name", "workspace-name", "Write a name"),
		Entry("with a name that leads elsewhere", "workspace-name", "&#34;../one&#34; cannot be the name of a workspace", "workspace-name", "../one"),
		Entry("with the name of another", "workspace-name", "There is a workspace default already", "workspace-name", "default"),
		Entry("that stays for no time", "workspace-ttl", "&#34;long&#34; is not how long something stays", "workspace-name", "one", "workspace-ttl", "long"),
		Entry("with a line that is not a setting", "workspace-settings", "&#34;fast&#34; is not a setting; write it as profile=instant", "workspace-name", "one", "workspace-settings", "fast"),
		Entry("with a setting that there is not", "workspace-settings", "There is no setting", "workspace-name", "one", "workspace-settings", "profil=instant"),
		Entry("from a snapshot that is not there", "workspace-begin", "None: there is no such snapshot", "workspace-name", "one", "workspace-begin", "from:none"),
		Entry("as a copy of one that is not there", "workspace-begin", "There is no workspace none", "workspace-name", "one", "workspace-begin", "fork:none"),
	)

	It("is not there without workspaces, and nothing leads to it", func() {
		b := visit(open())
		Expect(b.get("settings").Text).NotTo(ContainSubstring(`href="./workspaces"`))
		Expect(b.get("workspaces").StatusCode).To(Equal(http.StatusNotFound))
	})

	It("changes nothing in a console that is read-only", func() {
		sim := open(hosting, func(c *simulator.Config) { c.Console = simulator.ConsoleReadOnly })
		b := visit(sim)
		_, err := sim.Client().MakeWorkspace(GinkgoT().Context(), "one", client.WorkspaceOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(b.get("workspaces").Text).To(And(ContainSubstring("<b>one</b>"), Not(ContainSubstring("/delete")), Not(ContainSubstring("Make it"))))
		for _, path := range []string{"workspaces", "workspaces/one/delete"} {
			Expect(b.post(path, "sure", "1").StatusCode).To(Equal(http.StatusForbidden), path)
		}
	})
})
