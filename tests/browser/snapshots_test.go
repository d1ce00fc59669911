package browser

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
)

var _ = Describe("Snapshots", func() {
	It("suit everybody, on a desk and on a phone, and a file is chosen, refused or taken in, and restored", func() {
		needed()
		sim := open()
		ctx := GinkgoT().Context()
		declare(sim, "ie015-simplified-gb-xi", "BIKES-1")
		_, err := sim.Client().SaveSnapshot(ctx, client.NewSnapshot{Name: "declared"})
		Expect(err).NotTo(HaveOccurred())
		dir := GinkgoT().TempDir()
		file, broken := filepath.Join(dir, "brought.snapshot"), filepath.Join(dir, "broken.snapshot")
		out, err := os.Create(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Client().ExportSnapshot(ctx, "declared", out)).To(Succeed())
		Expect(out.Close()).To(Succeed())
		Expect(os.WriteFile(broken, []byte("nothing"), 0o600)).To(Succeed())
		onEveryWidth(func(t *tab) {
			t.visit(sim, "snapshots")
			t.expectForEverybody()
			t.expectQuiet()
			By("a file that is not a snapshot")
			t.do(chromedp.SetUploadFiles(chromedp.CSS("#import-file"), []string{broken}))
			t.do(chromedp.Click(chromedp.CSS("#import-form .buttons button")))
			t.waitFor("#problems", "its end is missing")
			t.forgive() // that the answer is a 422 is said in the console of the browser
			t.expectForEverybody()
		})
		Expect(sim.Client().Reset(ctx)).To(Succeed())
		t := newTab(1320)
		t.visit(sim, "snapshots")
		t.do(chromedp.SetUploadFiles(chromedp.CSS("#import-file"), []string{file}))
		t.do(chromedp.Click(chromedp.CSS("#import-form .buttons button")))
		t.waitFor("#outcome", "Snapshot brought is taken in: 1 movement")
		t.do(chromedp.Click(chromedp.CSS("#n-brought .buttons button")))
		t.waitFor("#outcome", "Everything is as it was in brought")
		t.expectQuiet()
		Expect(sim.Client().Info(ctx)).To(HaveField("Counts.Movements", 1))
	})
})
