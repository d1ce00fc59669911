package notify_test

import (
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/notify"
	"nctsim/simulator/simtest/setup"
	"nctsim/simulator/store"
)

const cc025a = `<CC025A><SynIdeMES1>UNOC</SynIdeMES1><SynVerNumMES2>3</SynVerNumMES2><DatOfPreMES9>20220303</DatOfPreMES9><TimOfPreMES10>1548</TimOfPreMES10></CC025A>`

var _ = Describe("A message from customs", func() {
	It("is notified by API 1.0 in its own keys, with the number of the message and its preparation time", func() {
		w := newWorld()
		b := w.box(message.Phase4)
		m := w.begin(message.Phase4, message.Arrival, b.ID)
		w.receive(&m, from("IE043", "<CC043A/>"), from("IE025", cc025a))
		Expect(w.held(b.ID)).To(HaveLen(2))
		Expect(w.held(b.ID)[1].Text).To(Equal(`{"messageUri":"/customs/transits/movements/arrivals/4/messages/3",` +
			`"requestId":"/customs/transits/movements/arrivals/4","customerId":"GB123456789012","arrivalId":"4","messageId":3,` +
			`"received":"2022-03-03T15:48:00","messageType":"IE025","messageBody":"` + cc025a + `"}`))
	})

	DescribeTable("shows in API 1.0 as received what it says itself",
		func(header, received string) {
			w := newWorld()
			b := w.box(message.Phase4)
			m := w.begin(message.Phase4, message.Departure, b.ID)
			w.receive(&m, from("IE028", "<CC028A><!-- x -->"+header+"</CC028A>"))
			Expect(w.held(b.ID)[0].Text).To(ContainSubstring(`"departureId":"4","messageId":2,"received":"` + received + `"`))
		},
		Entry("with a date of eight digits", "<DatOfPreMES9>20200812</DatOfPreMES9><TimOfPreMES10>1015</TimOfPreMES10>", "2020-08-12T10:15:00"),
		Entry("with a date of six digits", "<DatOfPreMES9> 200812 </DatOfPreMES9>\n<TimOfPreMES10>1015</TimOfPreMES10>", "2020-08-12T10:15:00"),
		Entry("or when it came, if that cannot be read", "<DatOfPreMES9>tomorrow</DatOfPreMES9><TimOfPreMES10>1015</TimOfPreMES10>", "2026-03-02T09:15:09"),
		Entry("or when it came, if it does not say", "<HEAHEA><DocNumHEA5>1</DocNumHEA5></HEAHEA>", "2026-03-02T09:15:09"),
	)

	It("is notified by API 2.1 and 3.0 as MESSAGE_RECEIVED", func() {
		w := newWorld()
		b := w.box(message.Phase5)
		m := w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", `<ncts:CC928C PhaseID="NCTS5.1"><LRN>é</LRN></ncts:CC928C>`))
		Expect(w.held(b.ID)[0].Text).To(Equal(`{"messageUri":"/customs/transits/movements/departures/6365135ba5e821ee/messages/65e2f0a1b2c3d401",` +
			`"notificationType":"MESSAGE_RECEIVED","messageId":"65e2f0a1b2c3d401","enrollmentEORINumber":"GB123456789012",` +
			`"departureId":"6365135ba5e821ee","messageType":"IE928",` +
			`"messageBody":"<ncts:CC928C PhaseID=\"NCTS5.1\"><LRN>é</LRN></ncts:CC928C>"}`))
	})

	DescribeTable("goes along if it is small enough:",
		func(p message.Phase, body string, along bool) {
			w := newWorld()
			b := w.box(p)
			m := w.begin(p, message.Arrival, b.ID)
			w.receive(&m, from("IE025", body))
			text := w.held(b.ID)[0].Text
			Expect(strings.Contains(text, `,"messageBody":"`)).To(Equal(along))
			Expect(strings.HasSuffix(text, `"messageType":"IE025"}`)).To(Equal(!along))
		},
		Entry("in API 1.0 below 80,000 bytes", message.Phase4, strings.Repeat("x", 79_999), true),
		Entry("but not with 80,000", message.Phase4, strings.Repeat("x", 80_000), false),
		Entry("in API 2.1 up to 80,000 bytes", message.Phase5, strings.Repeat("x", 80_000), true),
		Entry("but not above", message.Phase5, strings.Repeat("x", 80_001), false),
		Entry("nor if it makes the notification larger than 100 KiB", message.Phase6, strings.Repeat(`"`, 60_000), false),
		Entry("nor if there is nothing", message.Phase6, "", false),
	)

	It("has one notification, with an id that follows from the seed, and the time at which it came", func() {
		ids := map[string]bool{}
		for range 2 {
			w := newWorld()
			b := w.box(message.Phase5)
			m := w.begin(message.Phase5, message.Departure, b.ID)
			w.receive(&m, from("IE928", "<a/>"), from("IE028", "<b/>"))
			for _, n := range w.held(b.ID) {
				ids[n.ID] = true
				Expect(uuid.Validate(n.ID)).To(Succeed())
				Expect(n.Created).To(Equal(start))
				Expect(n.Status).To(Equal(movement.NotificationPending))
			}
		}
		Expect(ids).To(HaveLen(2))
	})

	It("is not notified without a box, and the journal says so when the box is gone", func() {
		w := newWorld()
		b := w.box(message.Phase5)
		m := w.begin(message.Phase5, message.Departure, "")
		w.receive(&m, from("IE928", "<a/>"))
		Expect(w.held(b.ID)).To(BeEmpty())
		Expect(w.told(m.ID)).To(BeEmpty())
		m.BoxID = b.ID
		Expect(w.Notify.Remove(ctx, b.ID)).To(Succeed())
		w.receive(&m, from("IE028", "<a/>"))
		Expect(w.told(m.ID)).To(Equal([]string{"IE028 was not notified"}))
	})

	It("is kept in the box for 30 days", func() {
		w := newWorld()
		b := w.box(message.Phase5)
		m := w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", "<a/>"))
		w.Pass(30 * 24 * time.Hour)
		w.receive(&m, from("IE028", "<a/>"))
		Expect(w.Notify.Sweep(ctx)).To(BeZero())
		Expect(w.held(b.ID)).To(HaveLen(2))
		w.Pass(time.Millisecond)
		Expect(w.Notify.Sweep(ctx)).To(Equal(1))
		Expect(w.held(b.ID)).To(HaveLen(1))
	})
})

var _ = Describe("A notification that a scenario meddles with", func() {
	var w *world
	var b movement.Box
	var m movement.Movement
	BeforeEach(func() {
		w = newWorld()
		b = w.box(message.Phase5)
		m = w.begin(message.Phase5, message.Departure, b.ID)
	})
	meddled := func(change func(*notify.Posted)) {
		GinkgoHelper()
		p := from("IE928", "<a/>")
		p.Why = "the scenario wants it"
		change(&p)
		w.receive(&m, p)
	}

	It("gets lost", func() {
		meddled(func(p *notify.Posted) { p.Lost = true })
		Expect(w.held(b.ID)).To(BeEmpty())
		Expect(w.told(m.ID)).To(Equal([]string{"notification of IE928 got lost"}))
	})

	It("comes twice, with an id each", func() {
		meddled(func(p *notify.Posted) { p.Twice = true })
		held := w.held(b.ID)
		Expect(held).To(HaveLen(2))
		Expect(held[0].Text).To(Equal(held[1].Text))
		Expect(held[0].ID).NotTo(Equal(held[1].ID))
	})

	It("is sent later", func() {
		s := newSubscriber()
		Expect(w.subscribe(b.ID, s.URL)).To(Succeed())
		meddled(func(p *notify.Posted) { p.Later = time.Minute })
		w.settle()
		Expect(s.pushes()).To(BeEmpty())
		w.Pass(time.Minute)
		w.settle()
		Expect(s.pushes()).To(HaveLen(1))
	})
})

var _ = Describe("Boxes", func() {
	It("belong to a client and a name, and have ids that follow from the seed", func() {
		first, again := newWorld().box(message.Phase4), newWorld().box(message.Phase4)
		Expect(again).To(Equal(first))
		Expect(first.Name).To(Equal("customs/transits##1.0##notificationUrl"))
		Expect(first.ID).To(MatchRegexp("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))
	})

	It("are found by client and name, once they were made", func() {
		w := newWorld()
		_, found, err := w.Notify.Find(ctx, client, notify.BoxName(message.Phase5))
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(BeFalse())
		b := w.box(message.Phase5)
		same, found, err := w.Notify.Find(ctx, client, b.Name)
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(BeTrue())
		Expect(same).To(Equal(b))
		_, found, err = w.Notify.Find(ctx, "", b.Name)
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(BeFalse())
	})

	It("stay those of their client when the seed changes", func() {
		w := newWorld()
		b := w.box(message.Phase5)
		w.reopen(func(s *setup.Settings) { s.Seed = 8 })
		Expect(w.box(message.Phase5)).To(Equal(b))
		same, found, err := w.Notify.Find(ctx, client, b.Name)
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(BeTrue())
		Expect(same).To(Equal(b))
	})

	It("are there for every client that asks, if the settings say so", func() {
		w := newWorld(func(c *notify.Config) { c.Boxes = notify.All })
		id, err := w.Notify.Choose(ctx, "somebody", "", message.Phase6)
		Expect(err).NotTo(HaveOccurred())
		boxes, err := w.Notify.Boxes("somebody")
		Expect(err).NotTo(HaveOccurred())
		Expect(boxes).To(HaveExactElements(HaveField("ID", id)))
		_, found, err := w.Notify.Find(ctx, "somebody", "of no API")
		Expect(err).NotTo(HaveOccurred())
		Expect(found).To(BeFalse())
		id, err = w.Notify.Choose(ctx, "", "", message.Phase6)
		Expect(err).NotTo(HaveOccurred())
		Expect(id).To(BeEmpty())
	})

	It("hold what was not acknowledged", func() {
		w := newWorld()
		b := w.box(message.Phase5)
		m := w.begin(message.Phase5, message.Departure, b.ID)
		w.receive(&m, from("IE928", "<a/>"), from("IE028", "<b/>"))
		first := w.held(b.ID)[0].ID
		Expect(w.Notify.Acknowledge(ctx, b.ID, []string{strings.ToUpper(first), "unknown"})).To(Succeed())
		Expect(w.Notify.Acknowledge(ctx, b.ID, []string{first})).To(Succeed())
		Expect(w.Notify.Acknowledge(ctx, "another box", []string{w.held(b.ID)[1].ID})).To(Succeed())
		pending, err := w.Notify.Read(store.NotificationQuery{Box: b.ID, Status: movement.NotificationPending})
		Expect(err).NotTo(HaveOccurred())
		Expect(pending).To(HaveExactElements(HaveField("Type", "IE028")))
		Expect(w.told(m.ID)).To(ContainElement("notification of IE928 acknowledged"))
		Expect(w.told(m.ID)).To(HaveLen(3))
	})
})
