package simtest

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
)

// FormField finds the hidden fields of the forms in which people sign in: name and value.
var FormField = regexp.MustCompile(`name="(csrfToken|auth_id|continue)" value="([^"]*)"`)

// SendForm sends the first form of a page of HMRC's sign-in to an address, with its hidden fields and with others, names and values in
// turn, and returns the next page. Both have to be closed.
func SendForm(browser *http.Client, page *http.Response, to string, more ...string) *http.Response {
	ginkgo.GinkgoHelper()
	body, err := io.ReadAll(page.Body)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	form := url.Values{}
	first, _, _ := strings.Cut(string(body), "</form>")
	for _, m := range FormField.FindAllStringSubmatch(first, -1) {
		form.Set(m[1], m[2])
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	next, err := browser.PostForm(to, form)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	return next
}
