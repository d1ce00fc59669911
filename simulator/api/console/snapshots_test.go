package console_test

import (
	"net/http"
	"net/http/cookiejar"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/scenario"
)

var _ = Describe("The page of snapshots", func() {
	It("takes one, puts it back, undoes that, gives it as a file, and deletes it", func() {
		sim := open()
		b := visit(sim)
		Expect(b.get("snapshots").Text).To(ContainSubstring("There is no snapshot yet"))
		declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		Expect(b.follow(b.post("snapshots", "name", "one")).Text).To(And(
			ContainSubstring("Snapshot one is taken: 1 movement"), ContainSubstring(`<b class="mono">one</b>`), ContainSubstring("2 March 2026, 09:15")))
		Expect(b.follow(b.post("settings/reset", "sure", "1")).Text).To(ContainSubstring("Snapshots, to undo that"))
		Expect(b.follow(b.post("snapshots/one/restore")).Text).To(ContainSubstring("Everything is as it was in one"))
		Expect(b.get("").Text).To(ContainSubstring("BIKES-1"))
		Expect(b.follow(b.post("snapshots/undo-1/restore")).Text).To(ContainSubstring("what there was before is in undo-"))
		file := b.get("snapshots/one/file")
		Expect(file.Header.Get("Content-Disposition")).To(Equal(`attachment; filename="one.snapshot"`))
		Expect(file.Text).To(HaveSuffix("nctsim snapshot 1      \n"))
		Expect(b.follow(b.post("snapshots/one/delete")).Text).To(And(ContainSubstring("Snapshot one is deleted"), Not(ContainSubstring(`<b class="mono">one</b>`))))
	})

	It("says what is wrong with a name, and what cannot be restored", func() {
		b := visit(open())
		a := b.post("snapshots", "name", "../one")
		Expect(a.StatusCode).To(Equal(http.StatusUnprocessableEntity))
		Expect(a.Text).To(And(ContainSubstring("is not a name for a snapshot"), ContainSubstring(`value="../one"`)))
		Expect(b.follow(b.post("snapshots/none/restore")).Text).To(ContainSubstring("Nothing was restored: none: there is no such snapshot"))
	})

	It("does not sign anybody out", func() {
		sim := open(func(c *simulator.Config) { c.ControlToken = "secret" })
		b := visit(sim)
		var err error
		b.Jar, err = cookiejar.New(nil)
		Expect(err).NotTo(HaveOccurred())
		b.post("sign-in", "token", "secret")
		b.post("snapshots", "name", "one")
		Expect(b.follow(b.post("snapshots/one/restore")).Text).To(ContainSubstring("Everything is as it was in one"))
	})
})
