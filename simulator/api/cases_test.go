package api_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"nctsim/simulator/simtest/suite"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// fieldCase is a file of a folder beside the project, which has inputs from the field with the right answer each.
func fieldCase(name string) string {
	GinkgoHelper()
	data, err := os.ReadFile(filepath.Join("../../../shared/cases", name))
	if os.IsNotExist(err) {
		Skip("SKIPPED: there is no folder ../shared/cases")
	}
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

var _ = Describe("A case from the field", func() {
	It("with a compact Content-Type is accepted", func() {
		request := fieldCase("content-type/compact-charset.http")
		value := strings.TrimSpace(between(request, "Content-Type:", "\n"))
		a := newWorld().post(arrivals, fieldCase("base/ie007.xml"), header("Content-Type", value))
		Expect(a.Status).To(Equal(http.StatusAccepted), a.Body)
	})

	DescribeTable("of phase 4 is accepted and reads right", suite.Parameters,
		func(name, text string) {
			w := newWorld()
			a := w.post1(arrivals, fieldCase("phase4/"+name))
			Expect(a.Status).To(Equal(http.StatusAccepted), a.Body)
			Expect(bodyIn(a, "body")).To(ContainSubstring(text))
			Expect(bodyIn(w.get1(a.Header.Get("Location")+"/messages/1"), "body")).To(ContainSubstring(text))
		},
		Entry(nil, "plain.xml", "<CC007A>"),
		Entry(nil, "empty-default-namespace.xml", "<CC007A>"),
		Entry(nil, "latin1-declared.xml", "<NamTRD7>Café Seven Ltd</NamTRD7>"),
	)
})
