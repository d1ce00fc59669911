package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

var _ = Describe("A box with a callback", func() {
	var w *world
	var s *subscriber
	var b movement.Box
	var m movement.Movement
	BeforeEach(func() {
		w, s = newWorld(), newSubscriber()
		b = w.box(message.Phase5)
		Expect(w.subscribe(b.ID, s.URL+"/hook?key=open")).To(Succeed())
		m = w.begin(message.Phase5, message.Departure, b.ID)
	})

	It("is sent the wrapped notification, signed with the client secret, and 200 acknowledges it", func() {
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		n := w.held(b.ID)[0]
		Expect(n.Status).To(Equal(movement.NotificationAcknowledged))
		got := s.pushes()
		Expect(got).To(HaveLen(1))
		text, err := json.Marshal(n.Text)
		Expect(err).NotTo(HaveOccurred())
		message := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(text))
		Expect(got[0].body).To(Equal(fmt.Sprintf(`{"notificationId":%q,"boxId":%q,"messageContentType":"application/json",`+
			`"message":%s,"status":"PENDING","createdDateTime":"2026-03-02T09:15:09.200+0000"}`, n.ID, b.ID, message)))
		Expect(got[0].header.Get("Content-Type")).To(Equal("application/json"))
		mac := hmac.New(sha1.New, []byte("sesame"))
		mac.Write([]byte(got[0].body))
		Expect(got[0].header.Get("X-Hub-Signature")).To(Equal(hex.EncodeToString(mac.Sum(nil))))
		Expect(w.told(m.ID)).To(Equal([]string{
			"notification of IE928 put into box " + b.ID,
			"notification of IE928 sent to " + s.URL + "/hook?…: status 200 OK",
		}))
	})

	It("is sent them in the order in which the messages came", func() {
		for i := range 20 {
			w.receive(&m, from("IE928", fmt.Sprintf("<a>%02d</a>", i)))
		}
		w.settle()
		got := s.pushes()
		Expect(got).To(HaveLen(20))
		for i, p := range got {
			Expect(p.body).To(ContainSubstring(fmt.Sprintf("<a>%02d</a>", i)))
		}
	})

	It("is sent those of different movements side by side, and of each the next when the one before was answered", func() {
		hold := make(chan struct{})
		s.will(func(s *subscriber) { s.hold = hold })
		other := m
		other.ID = "6365135ba5e821ef"
		w.receive(&m, from("IE928", "<a>0</a>"))
		Eventually(s.pushes).Should(HaveLen(1))
		w.receive(&m, from("IE928", "<a>1</a>"), from("IE928", "<a>2</a>"))
		w.receive(&other, from("IE928", "<b>1</b>"), from("IE928", "<b>2</b>"))
		sent := func() (all string) {
			for _, p := range s.pushes() {
				all += p.body
			}
			return all
		}
		hold <- struct{}{}
		Eventually(sent).Should(And(ContainSubstring("<a>1</a>"), ContainSubstring("<b>1</b>")))
		Expect(sent()).NotTo(Or(ContainSubstring("<a>2</a>"), ContainSubstring("<b>2</b>")))
		s.will(func(s *subscriber) { s.hold = nil })
		close(hold)
		w.settle()
		Expect(sent()).To(And(ContainSubstring("<a>2</a>"), ContainSubstring("<b>2</b>")))
	})

	DescribeTable("is sent again what was answered otherwise, every five minutes:",
		func(status int) {
			s.will(func(s *subscriber) { s.answer = status })
			w.receive(&m, from("IE928", "<a/>"))
			w.settle()
			Expect(s.pushes()).To(HaveLen(1))
			Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending}))
			w.Pass(5*time.Minute - time.Millisecond)
			w.settle()
			Expect(s.pushes()).To(HaveLen(1))
			s.will(func(s *subscriber) { s.answer = 0 })
			w.Pass(time.Millisecond)
			w.settle()
			Expect(s.pushes()).To(HaveLen(2))
			Expect(s.pushes()[1].body).To(Equal(s.pushes()[0].body))
			Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationAcknowledged}))
		},
		Entry("201", 201), Entry("204", 204), Entry("400", 400), Entry("500", 500),
		Entry("a redirect, which is not followed", 302), Entry("a redirect that keeps the method", 308),
	)

	It("counts what did not get through for six hours as failed, and says each answer once", func() {
		s.will(func(s *subscriber) { s.answer = 503 })
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		for range 6 * 12 {
			Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending}))
			w.Pass(5 * time.Minute)
			w.settle()
		}
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationFailed}))
		Expect(s.pushes()).To(HaveLen(73))
		w.Pass(time.Hour)
		w.settle()
		Expect(s.pushes()).To(HaveLen(73))
		told := "notification of IE928 did not get through to " + s.URL + "/hook?…: status 503 Service Unavailable"
		Expect(w.told(m.ID)).To(Equal([]string{"notification of IE928 put into box " + b.ID, told, told}))
	})

	It("is sent again without the message what was too large for it (413)", func() {
		s.will(func(s *subscriber) { s.answer = 413 })
		w.receive(&m, from("IE928", `<a>,"messageBody":"</a>`))
		w.settle()
		got := s.pushes()
		Expect(got).To(HaveLen(2))
		Expect(got[0].body).To(ContainSubstring("messageBody"))
		Expect(got[1].body).NotTo(ContainSubstring("messageBody"))
		Expect(w.held(b.ID)[0].Text).To(HaveSuffix(`"messageType":"IE928"}`))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending}))
	})

	It("is not sent what was read from the box before", func() {
		s.will(func(s *subscriber) { s.answer = 500 })
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		Expect(w.Notify.Acknowledge(ctx, b.ID, []string{w.held(b.ID)[0].ID})).To(Succeed())
		w.Pass(time.Hour)
		w.settle()
		Expect(s.pushes()).To(HaveLen(1))
	})

	It("is not sent again what was read from the box while it did not answer", func() {
		hold := make(chan struct{})
		s.will(func(s *subscriber) { s.hold, s.answer = hold, 500 })
		w.receive(&m, from("IE928", "<a/>"))
		Eventually(s.pushes).Should(HaveLen(1))
		Expect(w.Notify.Acknowledge(ctx, b.ID, []string{w.held(b.ID)[0].ID})).To(Succeed())
		hold <- struct{}{}
		w.settle()
		w.Pass(time.Hour)
		w.settle()
		Expect(s.pushes()).To(HaveLen(1))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationAcknowledged}))
	})

	It("is sent the rest after a restart", func() {
		s.will(func(s *subscriber) { s.answer = 500 })
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		w.Close()
		s.will(func(s *subscriber) { s.answer = 0 })
		Expect(w.Clock.MoveTo(start.Add(10 * time.Minute))).To(Succeed())
		w.Open()
		w.work()
		w.settle()
		Expect(s.pushes()).To(HaveLen(2))
		Expect(s.pushes()[1].body).To(Equal(s.pushes()[0].body))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationAcknowledged}))
	})

	It("may be slow without holding anybody else up, and what it was being sent when the simulator ended is sent again", func() {
		hold := make(chan struct{})
		s.will(func(s *subscriber) { s.hold = hold })
		w.receive(&m, from("IE928", "<a/>"))
		Eventually(s.pushes).Should(HaveLen(1))
		other := newSubscriber()
		c, err := w.Notify.Make(ctx, "client-2", b.Name, "")
		Expect(err).NotTo(HaveOccurred())
		Expect(w.subscribe(c.ID, other.URL)).To(Succeed())
		quick := m
		quick.BoxID, quick.ID, quick.Messages = c.ID, "6365135ba5e821ef", 1
		w.receive(&quick, from("IE928", "<b/>"))
		Eventually(other.pushes).Should(HaveLen(1))
		w.reopen()
		Eventually(s.pushes).Should(HaveLen(2))
		Expect(s.pushes()[1].body).To(Equal(s.pushes()[0].body))
	})

	It("is not kept waiting by others, however many of them do not answer", func() {
		mute := newSubscriber()
		mute.will(func(s *subscriber) { s.cut = true })
		var others []movement.Movement
		for i := range 40 {
			c, err := w.Notify.Make(ctx, fmt.Sprint("mute-", i), b.Name, "")
			Expect(err).NotTo(HaveOccurred())
			Expect(w.subscribe(c.ID, mute.URL)).To(Succeed())
			other := m
			other.BoxID, other.ID, other.Messages = c.ID, fmt.Sprintf("6365135ba5e9%04d", i), 1
			others = append(others, other)
			w.receive(&others[i], from("IE928", "<a/>"))
		}
		w.settle()
		tried := len(mute.pushes())
		mute.will(func(s *subscriber) { s.cut, s.hold = false, make(chan struct{}) })
		for i := range others {
			w.receive(&others[i], from("IE028", "<b/>"))
		}
		Eventually(mute.pushes).Should(HaveLen(tried + 16))
		w.receive(&m, from("IE928", "<c/>"))
		Eventually(s.pushes).Should(HaveLen(1))
		Expect(mute.pushes()).To(HaveLen(tried + 16))
	})

	It("is sent again what could not be written down, as soon as that is possible", func() {
		w.full.Store(true)
		w.receive(&m, from("IE928", "<a/>"))
		Eventually(w.refused.Load).Should(BeNumerically(">", 0))
		w.full.Store(false)
		w.settle()
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationAcknowledged}))
		Expect(len(s.pushes())).To(BeNumerically(">", 1))
	})

	It("gets nothing acknowledged that was sent before a reset", func() {
		hold := make(chan struct{})
		s.will(func(s *subscriber) { s.hold = hold })
		w.receive(&m, from("IE928", "<a/>"))
		Eventually(s.pushes).Should(HaveLen(1))
		id := w.held(b.ID)[0].ID
		Expect(w.Store.Update(ctx, func(tx *store.Tx) error {
			w.Notify.StoreReset()
			return tx.Reset()
		})).To(Succeed())
		Expect(w.subscribe(b.ID, "")).To(Succeed())
		m = w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", "<a/>"))
		Expect(w.held(b.ID)[0].ID).To(Equal(id))
		s.will(func(s *subscriber) { s.hold = nil })
		close(hold)
		w.settle()
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending}))
	})

	It("is waited for in vain only so long", func() {
		s.will(func(s *subscriber) { s.hold = make(chan struct{}) })
		w.receive(&m, from("IE928", "<a/>"))
		limit, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		w.Notify.Settle(limit)
		Expect(limit.Err()).To(HaveOccurred())
	})

	It("is no longer sent anything when the callback is taken away", func() {
		s.will(func(s *subscriber) { s.answer = 500 })
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		Expect(w.subscribe(b.ID, "")).To(Succeed())
		w.receive(&m, from("IE028", "<a/>"))
		w.Pass(time.Hour)
		w.settle()
		Expect(s.pushes()).To(HaveLen(1))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending, movement.NotificationPending}))
	})

	It("is sent nothing again if the callback is taken away while it does not answer, however old what waits is", func() {
		hold := make(chan struct{})
		s.will(func(s *subscriber) { s.hold, s.answer = hold, 500 })
		w.receive(&m, from("IE928", "<a/>"))
		Eventually(s.pushes).Should(HaveLen(1))
		w.receive(&m, from("IE028", "<b/>"))
		w.Pass(7 * time.Hour)
		Expect(w.subscribe(b.ID, "")).To(Succeed())
		hold <- struct{}{}
		w.settle()
		w.Pass(time.Hour)
		w.settle()
		Expect(s.pushes()).To(HaveLen(1))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending, movement.NotificationPending}))
	})
})

var _ = Describe("Setting a callback", func() {
	It("challenges whoever is behind the URL", func() {
		w, s := newWorld(), newSubscriber()
		b := w.box(message.Phase5)
		Expect(w.subscribe(b.ID, s.URL)).To(Succeed())
		Expect(w.subscribe(b.ID, s.URL+"/?a=b")).To(Succeed())
		Expect(s.challenged).To(HaveExactElements(MatchRegexp("^challenge=[0-9a-f-]{36}$"), MatchRegexp("^a=b&challenge=[0-9a-f-]{36}$")))
		b, _, err := w.Notify.Box(b.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(b.Callback).To(Equal(s.URL + "/?a=b"))
		Expect(b.Subscribed).To(Equal(start))
	})

	DescribeTable("leaves the box alone when the challenge is not met",
		func(repeat func(http.ResponseWriter, string), says string) {
			w, s := newWorld(), newSubscriber()
			b := w.box(message.Phase5)
			s.will(func(s *subscriber) { s.repeat = repeat })
			err := w.subscribe(b.ID, s.URL)
			var no *notify.CallbackError
			Expect(err).To(BeAssignableToTypeOf(no))
			Expect(err).To(MatchError(ContainSubstring(says)))
			b, _, err = w.Notify.Box(b.ID)
			Expect(err).NotTo(HaveOccurred())
			Expect(b.Callback).To(BeEmpty())
		},
		Entry("with another word", func(w http.ResponseWriter, _ string) { fmt.Fprint(w, `{"challenge":"x"}`) }, "does not repeat it"),
		Entry("with no JSON", func(w http.ResponseWriter, c string) { fmt.Fprint(w, c) }, "does not repeat it"),
		Entry("with another status", func(w http.ResponseWriter, c string) {
			w.WriteHeader(201)
			fmt.Fprintf(w, `{"challenge":%q}`, c)
		}, "status 201"),
		Entry("with an answer that never ends", func(w http.ResponseWriter, c string) {
			fmt.Fprintf(w, `{"padding":%q,"challenge":%q}`, strings.Repeat("x", 1<<20), c)
		}, "does not repeat it"),
	)

	It("says that nobody is there, or nobody answers in time", func() {
		w := newWorld(func(c *notify.Config) { c.Timeout = 20 * time.Millisecond })
		b := w.box(message.Phase5)
		gone := httptest.NewServer(nil)
		gone.Close()
		Expect(w.subscribe(b.ID, gone.URL)).To(MatchError(ContainSubstring("refused")))
		hold := make(chan struct{})
		mute := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
		defer mute.Close()
		defer close(hold)
		Expect(w.subscribe(b.ID, mute.URL)).To(MatchError(ContainSubstring("no answer in time")))
	})

	It("needs a box", func() {
		w, s := newWorld(), newSubscriber()
		Expect(w.subscribe("unknown", s.URL)).To(MatchError(store.ErrNotFound))
	})

	It("has what waits in the box sent, unless it is older than six hours", func() {
		w, s := newWorld(), newSubscriber()
		b := w.box(message.Phase5)
		m := w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", "<a/>"))
		w.Pass(6 * time.Hour)
		w.receive(&m, from("IE028", "<b/>"))
		Expect(w.subscribe(b.ID, s.URL)).To(Succeed())
		w.settle()
		Expect(s.pushes()).To(HaveLen(1))
		Expect(s.pushes()[0].body).To(ContainSubstring("IE028"))
		Expect(w.statuses(b.ID)).To(Equal([]movement.NotificationStatus{movement.NotificationPending, movement.NotificationAcknowledged}))
	})
})

var _ = Describe("Callbacks", func() {
	subscribe := func(callback string, allowed ...string) error {
		GinkgoHelper()
		w := newWorld(func(c *notify.Config) { c.Callbacks = allowed })
		return w.subscribe(w.box(message.Phase5).ID, callback)
	}

	DescribeTable("go nowhere but where the settings allow",
		func(callback string, allowed ...string) {
			Expect(subscribe(callback, allowed...)).To(MatchError(ContainSubstring("not allowed")))
		},
		Entry("nowhere at all", "http://127.0.0.1:1"),
		Entry("not beyond this machine", "http://192.0.2.1/hook", "loopback"),
		Entry("not to a name that only looks like it", "http://localhost.example.org/", "loopback"),
		Entry("not to another host", "https://example.com/hooks", "https://example.org"),
		Entry("not to a host that begins like it", "https://example.org.evil.test/", "https://example.org"),
		Entry("not to another port", "https://example.org:8443/", "https://example.org"),
		Entry("not without encryption", "http://example.org/", "https://example.org"),
		Entry("not beside the path", "https://example.org/hooksandmore", "https://example.org/hooks"),
		Entry("not by climbing", "https://example.org/hooks/../admin", "https://example.org/hooks"),
		Entry("not by climbing in disguise", "https://example.org/hooks/%2e%2e/admin", "https://example.org/hooks"),
	)

	DescribeTable("are not callbacks if they are not plain URLs", suite.Parameters,
		func(callback, says string) {
			Expect(subscribe(callback, "loopback")).To(MatchError(ContainSubstring(says)))
		},
		Entry(nil, "127.0.0.1:1", "no URL"),
		Entry(nil, "ftp://127.0.0.1/", "begin with https://"),
		Entry(nil, "http:///x", "no host"),
		Entry(nil, "http://user:secret@127.0.0.1/", "user"),
		Entry(nil, "file:///etc/passwd", "begin with https://"),
	)

	It("may go to what begins as the settings say, in any spelling of host and port", func() {
		s := newSubscriber()
		Expect(subscribe(s.URL+"/hooks/1", s.URL+"/hooks/")).To(Succeed())
		Expect(subscribe(strings.Replace(s.URL, "127.0.0.1", "LOCALHOST", 1), strings.Replace(s.URL, "127.0.0.1", "localhost", 1))).To(Succeed())
	})

	It("that are no longer allowed are not called", func() {
		w, s := newWorld(), newSubscriber()
		b := w.box(message.Phase5)
		Expect(w.subscribe(b.ID, s.URL)).To(Succeed())
		w.reopen(func(s *setup.Settings) { s.Notify.Callbacks = nil })
		m := w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", "<a/>"))
		w.settle()
		Expect(s.pushes()).To(BeEmpty())
		Expect(w.told(m.ID)[1]).To(ContainSubstring("are not allowed"))
	})

	DescribeTable("are refused in the settings, with a hint", suite.Parameters,
		func(entry string) {
			_, err := notify.ParseAllowed([]string{entry})
			Expect(err).To(MatchError(ContainSubstring("hint: write loopback, or the beginning of a URL")))
		},
		Entry(nil, "example.org"), Entry(nil, "*"), Entry(nil, ""), Entry(nil, "ws://example.org"),
	)
})
