package console_test

import (
	"bytes"
	"errors"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

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

	// upload is a form with a name and a file, as a browser sends it.
	upload := func(b browser, name, file, content string) *http.Request {
		GinkgoHelper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		Expect(form.WriteField("import-name", name)).To(Succeed())
		part, err := form.CreateFormFile("import-file", file)
		Expect(err).NotTo(HaveOccurred())
		_, err = io.WriteString(part, content)
		Expect(errors.Join(err, form.Close())).To(Succeed())
		r := b.request(http.MethodPost, "snapshots/import", nil, "Content-Type", form.FormDataContentType())
		r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
		return r
	}

	It("takes in a file that it gave, under its name or another one, and puts it back", func() {
		sim := open()
		b := visit(sim)
		declare(sim, "ie015-simplified-gb-xi", scenario.Facts{LRN: "BIKES-1"})
		b.post("snapshots", "name", "one")
		file := b.get("snapshots/one/file").Text
		b.post("snapshots/one/delete")
		b.post("settings/reset", "sure", "1")
		Expect(b.follow(b.do(upload(b, " brought ", "one.snapshot", file))).Text).To(ContainSubstring("Snapshot brought is taken in: 1 movement"))
		page := b.follow(b.do(upload(b, "", "one.snapshot", file)))
		Expect(page.Text).To(ContainSubstring("Snapshot one is taken in: 1 movement"))
		b.post("snapshots/undo-1/delete")
		beGolden(b.get("snapshots").Text, "snapshots")
		b.follow(b.post("snapshots/brought/restore"))
		Expect(b.get("").Text).To(ContainSubstring("BIKES-1"))
	})

	It("says what is wrong with a file or its name, and keeps nothing of it", func() {
		b := visit(open())
		b.post("snapshots", "name", "one")
		file := b.get("snapshots/one/file").Text
		refused := func(r *http.Request, status int, what string) answer {
			GinkgoHelper()
			a := b.do(r)
			Expect(a.StatusCode).To(Equal(status), a.Text)
			Expect(html.UnescapeString(a.Text)).To(ContainSubstring(what))
			return a
		}
		wrong := refused(upload(b, "two", "two.snapshot", strings.Repeat("much", 3<<20)), http.StatusUnprocessableEntity, "its end is missing")
		beGolden(wrong.Text, "snapshots-refused")
		refused(upload(b, "two", "two.snapshot", file[:len(file)-100]), http.StatusUnprocessableEntity, "it was cut off")
		refused(upload(b, "two", "two.snapshot", strings.Replace(file, "nctsim snapshot 1", "nctsim snapshot 2", 1)), http.StatusUnprocessableEntity, "from a newer version")
		refused(upload(b, "one", "x.snapshot", file), http.StatusUnprocessableEntity, "there is a snapshot of this name already")
		refused(upload(b, "", "../../etc/passwd", file+"x"), http.StatusUnprocessableEntity, "its end is missing")
		refused(upload(b, "../../two", "x.snapshot", strings.Repeat(file, 20)), http.StatusUnprocessableEntity, `"../../two" is not a name for a snapshot`)
		refused(upload(b, "undo-7", "x.snapshot", file), http.StatusUnprocessableEntity, "is not a name for a snapshot that you can give")
		refused(upload(b, "", "", file), http.StatusUnprocessableEntity, "Choose a file")
		refused(b.request(http.MethodPost, "snapshots/import", url.Values{"import-name": {"two"}}), http.StatusBadRequest, "The form did not come as a browser sends it")
		cut := upload(b, "two", "two.snapshot", file)
		whole, err := io.ReadAll(cut.Body)
		Expect(err).NotTo(HaveOccurred())
		cut.Body, cut.ContentLength = io.NopCloser(bytes.NewReader(whole[:len(whole)/2])), int64(len(whole)/2)
		Expect(b.get("snapshots/import").Text).To(ContainSubstring("Take in a file"), "who loads the page again sees the form")
		a := b.do(cut)
		Expect(a.StatusCode).To(BeNumerically(">=", 400))
		Expect(b.get("snapshots").Text).NotTo(Or(ContainSubstring("n-two"), ContainSubstring("n-passwd")))
	})

	It("takes in nothing from a page of somebody else, from somebody who has not signed in, or when it only shows things", func() {
		b := visit(open())
		r := upload(b, "two", "two.snapshot", "content")
		r.Header.Set("Origin", "https://example.com")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		Expect(b.do(r).StatusCode).To(Equal(http.StatusForbidden))
		locked := visit(open(func(c *simulator.Config) { c.ControlToken = "secret" }))
		Expect(locked.do(upload(locked, "two", "two.snapshot", "content")).Header.Get("Location")).To(ContainSubstring("sign-in"))
		shown := visit(open(func(c *simulator.Config) { c.Console = "read-only" }))
		Expect(shown.do(upload(shown, "two", "two.snapshot", "content")).StatusCode).To(Equal(http.StatusForbidden))
		Expect(shown.get("snapshots").Text).NotTo(ContainSubstring("import-file"))
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
