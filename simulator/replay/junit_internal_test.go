package replay

import (
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A suite of a JUnit report", func() {
	It("is named after a folder by a name that is the same on every machine", func() {
		dir, err := os.Getwd()
		Expect(err).NotTo(HaveOccurred())
		Expect(folderOf("trader-test/p5/DSGB6.yaml")).To(Equal("trader-test/p5"))
		Expect(folderOf(filepath.Join(dir, "mine", "A.yaml"))).To(Equal("mine"))
		Expect(folderOf("/home/me/my-scenarios/A.yaml")).To(Equal("my-scenarios"))
		Expect(here(filepath.Join(dir, "mine", "A.yaml"))).To(Equal("mine/A.yaml"))
		Expect(here("/home/me/my-scenarios/A.yaml")).To(Equal("/home/me/my-scenarios/A.yaml"))
	})
})
