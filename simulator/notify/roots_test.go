package notify_test

import (
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
)

// encrypted is the subscriber behind an https server of its own, and the certificate of that in PEM.
func encrypted(s *subscriber) (url, certificate string) {
	server := httptest.NewUnstartedServer(s)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of clients that do not trust it
	server.StartTLS()
	DeferCleanup(server.Close)
	return server.URL, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

var _ = Describe("A callback over https", func() {
	var s *subscriber
	var url, certificate string
	BeforeEach(func() {
		s = newSubscriber()
		url, certificate = encrypted(s)
	})

	It("is sent to if its certificate comes from an authority of the settings", func() {
		w := newWorld(func(c *notify.Config) {
			var err error
			c.Authorities, err = notify.ReadAuthorities([]byte(certificate))
			Expect(err).NotTo(HaveOccurred())
		})
		b := w.box(message.Phase5)
		Expect(w.subscribe(b.ID, url+"/hook")).To(Succeed())
		m := w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationAcknowledged}))
		Expect(s.pushes()).To(HaveLen(1))
	})

	It("is refused otherwise, and it is said how to go on", func() {
		w := newWorld()
		Expect(w.subscribe(w.box(message.Phase5).ID, url+"/hook")).To(MatchError(And(
			ContainSubstring("certificate signed by unknown authority"), ContainSubstring("hint: --callback-ca"), Not(ContainSubstring("challenge")))))
		Expect(s.pushes()).To(BeEmpty())
	})

	It("must have the name that the certificate is for", func() {
		w := newWorld(func(c *notify.Config) {
			var err error
			c.Authorities, err = notify.ReadAuthorities([]byte(certificate))
			Expect(err).NotTo(HaveOccurred())
		})
		Expect(w.subscribe(w.box(message.Phase5).ID, strings.Replace(url, "127.0.0.1", "localhost", 1))).To(MatchError(ContainSubstring("localhost")))
	})
})

var _ = Describe("A file of authorities", func() {
	It("may hold several, with text around them", func() {
		_, certificate := encrypted(newSubscriber())
		found, err := notify.ReadAuthorities([]byte("\ufeffours:\n" + certificate + "\nand again\n" + certificate + "\n"))
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(HaveLen(2))
	})

	DescribeTable("is refused with the reason",
		func(change func(string) string, why string) {
			_, certificate := encrypted(newSubscriber())
			_, err := notify.ReadAuthorities([]byte(change(certificate)))
			Expect(err).To(MatchError(And(ContainSubstring(why), ContainSubstring("hint: "))))
		},
		Entry("when it is empty", func(string) string { return "" }, "it holds no certificate"),
		Entry("when it holds text", func(string) string { return "hello" }, "it holds no certificate"),
		Entry("when it holds a key", func(c string) string { return strings.ReplaceAll(c, "CERTIFICATE", "PRIVATE KEY") }, "it holds a PRIVATE KEY"),
		Entry("when it was cut", func(c string) string { return c[:len(c)/2] }, "1 of its 1 certificates are damaged"),
		Entry("when the second was cut", func(c string) string { return c + c[:len(c)/2] }, "1 of its 2 certificates are damaged"),
		Entry("when the first was cut", func(c string) string { return c[:len(c)/2] + "\n" + c }, "1 of its 2 certificates are damaged"),
		Entry("when it holds something else by that name", func(string) string {
			return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))
		}, "certificate 1 cannot be read"),
	)
})

var _ = It("Authorities that come with the program are there where the system has none", func() {
	pool, err := notify.Bundled()
	Expect(err).NotTo(HaveOccurred())
	Expect(len(pool.Subjects())).To(BeNumerically(">", 50)) //nolint:staticcheck // it is not a pool of the system
})
