package api_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/store"
)

// boxOf is what the control API says of a box.
type boxOf struct {
	ID          string `json:"boxId"`
	Name        string `json:"boxName"`
	ClientID    string `json:"clientId"`
	CallbackURL string `json:"callbackUrl"`
	PushSecret  string `json:"pushSecret"`
}

// makeBox gives the holder of a token a box for an API version.
func (w *world) makeBox(token, version string) (b boxOf) {
	GinkgoHelper()
	response := w.control("PUT", "/boxes", `{"token":"`+token+`","apiVersion":"`+version+`"}`)
	Expect(response.Status).To(Equal(200), response.Body)
	Expect(json.Unmarshal([]byte(response.Body), &b)).To(Succeed())
	return b
}

// box is the box that a movement remembers.
func (w *world) box(movementID string) (id string) {
	GinkgoHelper()
	Expect(w.store.View(func(tx *store.Tx) error {
		m, err := tx.Movement(movementID)
		if err == nil {
			id = m.BoxID
		}
		return err
	})).To(Succeed())
	return id
}

var _ = Describe("Creating a movement (E1), by a client with a box,", func() {
	It("shows the boxId and remembers it with the movement", func() {
		w := newWorld()
		b := w.makeBox(trader, "2.1")
		Expect(b.Name).To(Equal("customs/transits##2.1##notificationUrl"))
		response := w.post(departures, declaration("LRN-0001"))
		id := created(response)
		Expect(response.Body).To(HaveSuffix(`"messageId":"` + id.message + `","boxId":"` + b.ID + `"}`))
		Expect(w.box(id.movement)).To(Equal(b.ID))
	})

	It("takes the box of the version of the request alone, and that of its own client", func() {
		w := newWorld()
		w.makeBox(trader, "3.0")
		w.makeBox(stranger, "2.1")
		Expect(w.post(departures, declaration("LRN-0001")).Body).NotTo(ContainSubstring("boxId"))
	})

	It("takes the box that X-Callback-Box-Id names, whosever it is, and none if there is no such box", func() {
		w := newWorld()
		own, other := w.makeBox(trader, "2.1"), w.makeBox(stranger, "3.0")
		response := w.post(departures, declaration("LRN-0001"), header("X-Callback-Box-Id", strings.ToUpper(other.ID)))
		Expect(response.Body).To(ContainSubstring(`"boxId":"` + other.ID + `"`))
		response = w.post(departures, declaration("LRN-0002"), header("X-Callback-Box-Id", strings.Replace(own.ID, "-", "0", 1)))
		Expect(response.Status).To(Equal(202))
		Expect(response.Body).NotTo(ContainSubstring("boxId"))
	})

	It("does not show it when a message is attached", func() {
		w := newWorld()
		w.makeBox(trader, "2.1")
		id := w.declare("LRN-0001")
		attached := w.post(departures+"/"+id.movement+"/messages", fixture(invalidation))
		Expect(attached.Status).To(Equal(202), attached.Body)
		Expect(attached.Body).NotTo(ContainSubstring("boxId"))
	})
})

var _ = Describe("Boxes of the control API", func() {
	It("have the same id for the same client, name and seed", func() {
		first, again := newWorld().makeBox(trader, "2.1"), newWorld().makeBox(trader, "2.1")
		Expect(again).To(Equal(first))
		Expect(first.ID).To(MatchRegexp("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))
		Expect(first.ClientID).To(Equal(platform.ClientID(trader)))
		Expect(newWorld().makeBox(trader, "3.0").ID).NotTo(Equal(first.ID))
	})

	It("are listed without their secrets, also after a reset, and can be removed", func() {
		w := newWorld()
		b := w.makeBox(trader, "1.0")
		Expect(b.PushSecret).NotTo(BeEmpty())
		Expect(w.control("POST", "/reset", "").Status).To(Equal(204))
		w.control("GET", "/boxes", "").is(200, `{"boxes":[{"boxId":"`+b.ID+`","boxName":"customs/transits##1.0##notificationUrl","clientId":"`+b.ClientID+`","notifications":{"pending":0,"acknowledged":0,"failed":0}}]}`+"\n")
		Expect(w.control("DELETE", "/boxes/"+b.ID, "").Status).To(Equal(204))
		w.control("GET", "/boxes", "").is(200, `{"boxes":[]}`+"\n")
		Expect(w.control("DELETE", "/boxes/"+b.ID, "").Status).To(Equal(404))
	})

	It("are shown among the settings, with where notifications may be sent", func() {
		w := newWorld()
		b := w.makeBox(trader, "1.0")
		Expect(w.control("GET", "/settings", "").decoded(200)["notifications"]).To(And(
			HaveKeyWithValue("callbacks", ConsistOf("loopback")),
			HaveKeyWithValue("boxes", HaveLen(2)),
			HaveKeyWithValue("made", ConsistOf(And(HaveKeyWithValue("boxId", b.ID), Not(HaveKey("pushSecret"))))),
		))
	})

	It("take a secret of the user's", func() {
		w := newWorld()
		w.makeBox(trader, "2.1")
		response := w.control("PUT", "/boxes", `{"clientId":"`+platform.ClientID(trader)+`","boxName":"customs/transits##2.1##notificationUrl","pushSecret":"sesame"}`)
		Expect(response.Body).To(ContainSubstring(`"pushSecret":"sesame"`))
		Expect(w.makeBox(trader, "2.1").PushSecret).To(Equal("sesame"))
	})

	It("take a callback URL, if it meets the challenge", func() {
		w := newWorld()
		l := newListener()
		order := func(url string) string {
			return `{"token":"` + trader + `","apiVersion":"2.1","callbackUrl":"` + url + `"}`
		}
		Expect(w.control("PUT", "/boxes", order(l.URL)).Body).To(ContainSubstring(`"callbackUrl":"` + l.URL + `","subscribed":"2026-03-02T09:15:01.459Z"`))
		Expect(w.makeBox(trader, "2.1").CallbackURL).To(Equal(l.URL))
		Expect(w.control("PUT", "/boxes", order(l.URL+"?key=sesame")).Body).To(ContainSubstring("sesame"))
		for _, list := range []string{"/boxes", "/settings"} {
			Expect(w.control("GET", list, "").Body).To(And(ContainSubstring(`"callbackUrl":"`+l.URL+`?…"`), Not(ContainSubstring("sesame"))))
		}
		Expect(w.control("PUT", "/boxes", order(l.URL)).Status).To(Equal(200))
		l.will(func() { l.says = "not " })
		no := w.control("PUT", "/boxes", order(l.URL+"/other")).problem(422, "CALLBACK_NOT_SET")
		Expect(no.Message).To(Equal("the callback URL was not set: the answer to the challenge does not repeat it"))
		Expect(w.makeBox(trader, "2.1").CallbackURL).To(Equal(l.URL))
		Expect(w.control("PUT", "/boxes", order("")).Status).To(Equal(200))
		Expect(w.makeBox(trader, "2.1").CallbackURL).To(BeEmpty())
	})

	DescribeTable("say what an order lacks:",
		func(order, says string) {
			response := newWorld().control("PUT", "/boxes", order)
			Expect(response.Status).To(Equal(400))
			Expect(response.Body).To(ContainSubstring(says))
		},
		Entry("no client", `{"apiVersion":"2.1"}`, "one of token and clientId"),
		Entry("two clients", `{"token":"a","clientId":"b","apiVersion":"2.1"}`, "one of token and clientId"),
		Entry("an unknown version", `{"token":"a","apiVersion":"2.0"}`, `no boxes named \"2.0\"`),
		Entry("an unknown name", `{"token":"a","boxName":"mine"}`, `no boxes named \"mine\"`),
		Entry("no name", `{"token":"a"}`, "no boxes named"),
	)
})
