package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"nctsim/simulator/api"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

const (
	p4Declaration  = "phase4/valid/ie015-simplified-gb-xi.xml"
	p4Normal       = "phase4/valid/ie015-normal-gb-xi.xml"
	p4Cancellation = "phase4/valid/ie014-cancellation-gb.xml"
	p4Request      = "phase4/valid/ie054-release.xml"
	p4Notification = "phase4/valid/ie007-normal-gb-xi.xml"
	p4Remarks      = "phase4/valid/ie044-clean-gb-xi.xml"
)

// strict refuses what must not follow in API 1.0.
func strict() func(*settings) {
	return deps(func(d *api.Deps) { d.Transitions = phase4.Strict })
}

// one is the Accept header of a GET in API 1.0.
func one() option { return accept("1.0+json") }

// get1, post1 and put1 call API 1.0 as its clients do: they name it when they read, and nothing when they write.
func (w *world) get1(path string, options ...option) answer {
	GinkgoHelper()
	return w.get(path, append([]option{one()}, options...)...)
}

func (w *world) post1(path, body string, options ...option) answer {
	GinkgoHelper()
	return w.post(path, body, append([]option{without("Accept")}, options...)...)
}

func (w *world) put1(path, body string, options ...option) answer {
	GinkgoHelper()
	return w.do("PUT", path, body, append([]option{without("Accept"), header("Content-Type", "application/xml")}, options...)...)
}

// in writes a text in an encoding.
func in(e encoding.Encoding) func(string) string {
	return func(text string) string {
		GinkgoHelper()
		encoded, err := e.NewEncoder().String(text)
		Expect(err).NotTo(HaveOccurred())
		return encoded
	}
}

// begin1 makes a movement of API 1.0 from a fixture and returns its path.
func (w *world) begin1(kind, name string, options ...option) string {
	GinkgoHelper()
	a := w.post1(kind, fixture(name), options...)
	Expect(a.Status).To(Equal(202), a.Body)
	return a.Header.Get("Location")
}

// place1 places a message from customs by Test Support.
func (w *world) place1(path, code string) answer {
	GinkgoHelper()
	return w.support("/test"+path+"/messages", `{"message":{"messageType":"`+code+`"}}`, without("Accept"))
}

// bodyIn is the text under a key of a JSON object.
func bodyIn(a answer, key string) string {
	GinkgoHelper()
	var object map[string]any
	Expect(json.Unmarshal([]byte(a.Body), &object)).To(Succeed(), a.Body)
	text, _ := object[key].(string)
	return text
}

// rootOf is a document without its XML declaration and the line behind its root.
func rootOf(xml string) string {
	if strings.HasPrefix(xml, "<?") {
		_, xml, _ = strings.Cut(xml, "?>")
	}
	return strings.TrimSpace(xml)
}

func quoted(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	Expect(encoder.Encode(text)).To(Succeed())
	return strings.TrimSuffix(b.String(), "\n")
}

var _ = Describe("Creating a departure in API 1.0 (D1)", func() {
	It("answers 202 with the type and the declaration as it was submitted", func() {
		xml := fixture(p4Declaration)
		a := newWorld().post1(departures, xml)
		a.is(202, `{"_links":{"self":{"href":"/customs/transits/movements/departures/1"}},"departureId":"1","messageType":"IE015","body":`+quoted(rootOf(xml))+`}`)
		Expect(a.Header.Get("Location")).To(Equal("/customs/transits/movements/departures/1"))
	})

	It("shows the declaration without comments and namespaces inside, and empty elements in one tag", func() {
		xml := strings.Replace(rootOf(fixture(p4Declaration)), "<SynVerNumMES2>3<", "<!-- x --><SynVerNumMES2>3<!-- y --><", 1)
		xml = strings.Replace(xml, "<HEAHEA>", `<HEAHEA xmlns:x="urn:x">`, 1)
		xml = strings.Replace(xml, "<NADLNGPC>EN</NADLNGPC>", "<NADLNGPC><![CDATA[EN]]></NADLNGPC>", 1)
		Expect(bodyIn(newWorld().post1(departures, "<!-- a --><?b c?>"+xml), "body")).To(Equal(rootOf(fixture(p4Declaration))))
		empty := strings.Replace(fixture("phase4/valid/ie054-release.xml"), between(fixture("phase4/valid/ie054-release.xml"), "<TRAPRIPC1>", "</TRAPRIPC1>"), "", 1)
		w := newWorld()
		Expect(bodyIn(w.post1(w.begin1(departures, p4Declaration)+"/messages", empty), "body")).To(ContainSubstring("<TRAPRIPC1/>"))
	})

	It("counts departures and arrivals from 1, each on their own and over all traders", func() {
		w := newWorld()
		Expect(w.begin1(departures, p4Declaration)).To(HaveSuffix("departures/1"))
		Expect(w.begin1(departures, p4Declaration, as(stranger))).To(HaveSuffix("departures/2"))
		Expect(w.begin1(arrivals, p4Notification)).To(HaveSuffix("arrivals/1"))
		Expect(w.begin1(departures, p4Declaration)).To(HaveSuffix("departures/3"))
	})

	It("stores the sender behind the version of the syntax, with the number of the departure and of the message", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		Expect(bodyIn(w.get1(path+"/messages/1"), "body")).
			To(ContainSubstring("<SynVerNumMES2>3</SynVerNumMES2><MesSenMES3>MDTP-DEP-00000000000000000000001-01</MesSenMES3>"))
	})

	It("keeps white space where no guarantee had to be looked at", func() {
		w := newWorld()
		path := w.begin1(arrivals, p4Notification)
		Expect(bodyIn(w.get1(path+"/messages/1"), "body")).To(Equal(strings.Replace(rootOf(fixture(p4Notification)),
			"</SynVerNumMES2>", "</SynVerNumMES2><MesSenMES3>MDTP-ARR-00000000000000000000001-01</MesSenMES3>", 1)))
	})

	It("puts the default guarantee into the declaration that it stores, but not into the answer", func() {
		w := newWorld()
		xml := fixture("phase4/valid/ie015-no-amount-simplified-gb-it.xml")
		Expect(xml).NotTo(ContainSubstring("10000.00EUR"))
		a := w.post1(departures, xml)
		Expect(bodyIn(a, "body")).To(Equal(rootOf(xml)))
		Expect(bodyIn(w.get1(a.Header.Get("Location")+"/messages/1"), "body")).To(ContainSubstring("<AddInfMT21>10000.00EUR"))
	})

	DescribeTable("refuses what the rules of guarantees do not allow with the text alone", suite.Parameters,
		func(element, value, text string) {
			xml := replaced(fixture("phase4/valid/ie015-simplified-gb-it.xml"), element, value)
			a := newWorld().post1(departures, xml)
			a.text(400, text)
		},
		Entry(nil, "RefNumEPT1", "FR000060", "Inappropriate Departure Office"),
		Entry(nil, "AddInfMT21", "'quoted'", "invalid characters in additional info"),
	)

	DescribeTable("refuses the amounts of docs/spec/api-1.0.md#8-4", suite.Parameters,
		func(front, text string) {
			xml := fixture("phase4/valid/ie015-simplified-gb-it.xml")
			grn := between(xml, "<GuaRefNumGRNREF1>", "<")
			newWorld().post1(departures, replaced(xml, "AddInfMT21", front+grn)).text(400, text)
		},
		Entry(nil, "111.22", "Parsed Amount value without currency"),
		Entry(nil, "00.00EUR", "Amount cannot be equal to or less than 0"),
		Entry(nil, "111,22EUR", "The specified amount is not a valid representation of a decimal"),
	)

	It("shows the push box of the application, and so does A3 later; a further message only names the movement", func() {
		w := newWorld(deps(func(d *api.Deps) { d.Platform = setting.Off }))
		Expect(w.control("PUT", "/boxes", `{"clientId":"app-1","boxName":"customs/transits##1.0##notificationUrl"}`).Status).To(Equal(200))
		client := header(platform.ClientIDHeader, "app-1")
		box := between(w.get1("/customs/transits/movements/push-pull-notifications/box", client, without("Accept")).Body, `"boxId":"`, `"`)
		embedded := `"_embedded":{"notifications":{"requestId":"/customs/transits/movements/arrivals/1","boxId":"` + box + `","boxName":"customs/transits##1.0##notificationUrl"}}}`
		Expect(w.post1(arrivals, fixture(p4Notification), client).Body).To(HaveSuffix(embedded))
		Expect(w.put1(arrivals+"/1", fixture(p4Notification)).Body).To(HaveSuffix(embedded))
		Expect(w.post1(arrivals+"/1/messages", fixture(p4Remarks)).Body).
			To(HaveSuffix(`"_embedded":{"notifications":{"requestId":"/customs/transits/movements/arrivals/1"}}}`))
	})

	It("needs no Accept header, and takes any that names 1.0", func() {
		w := newWorld()
		w.begin1(departures, p4Declaration, header("Accept", "*/*"))
		w.begin1(departures, p4Declaration, one())
		w.begin1(departures, p4Declaration, accept("1.0+xml"))
	})

	DescribeTable("reads the text in its encoding, and shows and stores it in UTF-8:",
		func(contentType, declared string, encode func(string) string) {
			w := newWorld()
			xml := replaced(rootOf(fixture(p4Notification)), "NamTRD7", "Café Straße")
			a := w.post1(arrivals, encode(declared+xml), header("Content-Type", contentType))
			Expect(a.Status).To(Equal(202), a.Body)
			Expect(bodyIn(a, "body")).To(Equal(xml))
			Expect(bodyIn(w.get1(a.Header.Get("Location")+"/messages/1"), "body")).To(ContainSubstring("<NamTRD7>Café Straße</NamTRD7>"))
		},
		Entry("declared ISO-8859-1", "application/xml", `<?xml version="1.0" encoding="ISO-8859-1"?>`, in(charmap.ISO8859_1)),
		Entry("declared windows-1252 in other quotation marks", "application/xml", `<?xml version='1.0'  encoding = 'Windows-1252' standalone="yes"?>`, in(charmap.Windows1252)),
		Entry("ISO-8859-15 of the Content-Type", "application/xml; charset=ISO-8859-15", "", in(charmap.ISO8859_15)),
		Entry("the charset of the Content-Type, which wins over the declaration", "application/xml;charset=latin1", `<?xml version="1.0" encoding="UTF-8"?>`, in(charmap.ISO8859_1)),
		Entry("the other way about", "application/xml; charset=utf-8", `<?xml version="1.0" encoding="ISO-8859-1"?>`, in(encoding.Nop)),
		Entry("text without a charset is ISO-8859-1", "text/xml", `<?xml version="1.0" encoding="UTF-8"?>`, in(charmap.ISO8859_1)),
		Entry("text with one", "text/xml; charset=UTF-8", "", in(encoding.Nop)),
		Entry("nothing said", "application/xml", "", in(encoding.Nop)),
		Entry("utf8", "application/xml", `<?xml version="1.0" encoding="utf8"?>`, in(encoding.Nop)),
		Entry("a byte order mark", "application/xml", "\ufeff"+`<?xml version="1.0" encoding="UTF-8"?>`, in(encoding.Nop)),
		Entry("UTF-16 with its mark", "application/xml", `<?xml version="1.0" encoding="UTF-16"?>`, in(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))),
		Entry("UTF-16 without it", "application/xml", `<?xml version="1.0" encoding="UTF-16"?>`, in(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM))),
		Entry("UTF-16 of the Content-Type", "application/xml; charset=utf-16le", "", in(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM))),
	)

	DescribeTable("refuses a text that is not in its encoding:",
		func(contentType, text, why string) {
			newWorld().post1(arrivals, text+rootOf(fixture(p4Notification)), header("Content-Type", contentType)).
				is(400, `{"statusCode":400,"message":`+quoted("Invalid XML: "+why)+`}`)
		},
		Entry("a declared encoding that nobody knows", "application/xml", `<?xml version="1.0" encoding="klingon"?>`, `The encoding "klingon" is not supported.`),
		Entry("a charset that nobody knows", "application/xml; charset=klingon", "", `The encoding "klingon" is not supported.`),
		Entry("UTF-16 that is none", "application/xml", `<?xml version="1.0" encoding="UTF-16"?>`, `The encoding "UTF-16" is not supported.`),
		Entry("ASCII with an accent", "application/xml", "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><!-- caf\xe9 -->", `Byte "233" is not a member of the (7-bit) ASCII character set.`),
	)

	It("may have an empty default namespace, which is none", func() {
		w := newWorld()
		xml := rootOf(fixture(p4Notification))
		for _, change := range []option{without("Accept"), one(), header("Accept", "*/*")} {
			a := w.post1(arrivals, strings.Replace(xml, "<CC007A>", `<CC007A xmlns="">`, 1), change)
			Expect(a.Status).To(Equal(202), a.Body)
			Expect(bodyIn(a, "body")).To(Equal(xml))
		}
	})

	DescribeTable("takes every content type of XML", suite.Parameters,
		func(value string) { newWorld().begin1(departures, p4Declaration, header("Content-Type", value)) },
		Entry(nil, "application/xml"), Entry(nil, "text/xml"), Entry(nil, "application/xml; charset=UTF-8"),
		Entry(nil, "text/xml;charset=utf-8"), Entry(nil, "application/foo+xml"), Entry(nil, "Application/XML"))

	It("takes an LRN twice", func() {
		w := newWorld()
		w.begin1(departures, p4Declaration)
		w.begin1(departures, p4Declaration)
		Expect(w.get1(departures).Body).To(ContainSubstring(`"totalDepartures":2`))
	})
})

// text compares an answer with a plain text.
func (a answer) text(status int, body string) {
	GinkgoHelper()
	Expect(a.Body).To(Equal(body))
	Expect(a.Status).To(Equal(status))
	Expect(a.Header.Values("Content-Type")).To(Equal([]string{"text/plain; charset=UTF-8"}))
}

// empty compares an answer with one that has no body.
func (a answer) empty(status int) {
	GinkgoHelper()
	Expect(a.Body).To(BeEmpty())
	Expect(a.Status).To(Equal(status))
	Expect(a.Header).NotTo(HaveKey("Content-Type"))
}

var _ = Describe("Sending a message about a movement in API 1.0 (D4, A5)", func() {
	DescribeTable("answer 202 with the number of the message, which counts those from customs too:",
		func(kind, begin, name, code string) {
			w := newWorld()
			path := w.begin1(kind, begin)
			Expect(w.place1(path, "IE917").Status).To(Equal(400)) // nothing is counted by what is refused
			from := map[string]string{departures: "IE928", arrivals: "IE043"}[kind]
			Expect(w.place1(path, from).Status).To(Equal(201))
			a := w.post1(path+"/messages", fixture(name))
			singular := strings.TrimSuffix(kind[strings.LastIndex(kind, "/")+1:], "s")
			a.is(202, fmt.Sprintf(`{"_links":{"self":{"href":"%[1]s/messages/3"},"%[2]s":{"href":"%[1]s"}},"%[2]sId":"1","messageId":"3","messageType":"%[3]s","body":%[4]s,`+
				`"_embedded":{"notifications":{"requestId":"%[1]s"}}}`, path, singular, code, quoted(rootOf(fixture(name)))))
			Expect(a.Header.Get("Location")).To(Equal(path + "/messages/3"))
			Expect(bodyIn(w.get1(path+"/messages/3"), "body")).To(MatchRegexp(`<MesSenMES3>MDTP-(DEP|ARR)-0{22}1-02</MesSenMES3>`))
		},
		Entry("IE014", departures, p4Declaration, p4Cancellation, "IE014"),
		Entry("IE054", departures, p4Declaration, p4Request, "IE054"),
		Entry("IE044", arrivals, p4Notification, p4Remarks, "IE044"),
	)

	It("take the sender out of an IE054 that has one and put the movement's in", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		a := w.post1(path+"/messages", fixture("phase4/valid/ie054-sender.xml"))
		Expect(bodyIn(a, "body")).To(ContainSubstring("<MesSenMES3>NORTHWAY-FREIGHT</MesSenMES3>"))
		stored := bodyIn(w.get1(path+"/messages/2"), "body")
		Expect(stored).To(ContainSubstring("</SynVerNumMES2><MesSenMES3>MDTP-DEP-00000000000000000000001-02</MesSenMES3>"))
		Expect(strings.Count(stored, "<MesSenMES3>")).To(Equal(1))
	})

	DescribeTable("answer 501 without a body to a root that they do not support:",
		func(kind, begin, body string) {
			w := newWorld()
			w.post1(w.begin1(kind, begin)+"/messages", body).empty(501)
		},
		Entry("a declaration", departures, p4Declaration, "<CC015B/>"),
		Entry("unloading remarks for a departure", departures, p4Declaration, "<CC044A/>"),
		Entry("a cancellation for an arrival", arrivals, p4Notification, "<CC014A/>"),
		Entry("a message from customs", departures, p4Declaration, "<CC028A/>"),
		Entry("something unknown", departures, p4Declaration, "<Foo/>"),
		Entry("something of a later phase, in its namespace", departures, p4Declaration, `<ncts:CC014C xmlns:ncts="http://ncts.dgtaxud.ec"/>`),
	)

	It("do so before they look for the movement", func() {
		w := newWorld()
		w.post1(departures+"/9/messages", "<Foo/>").empty(501)
		w.post1(departures+"/9/messages", fixture(p4Cancellation)).is(404, notFound1)
	})

	It("have moved the status when they answer", func() {
		w := newWorld()
		for range 20 {
			path := w.begin1(departures, p4Declaration)
			Expect(w.post1(path+"/messages", fixture(p4Cancellation)).Status).To(Equal(202))
			Expect(bodyIn(w.get1(path), "status")).To(Equal("DeclarationCancellationRequest"))
			path = w.begin1(arrivals, p4Notification)
			Expect(w.post1(path+"/messages", fixture(p4Remarks)).Status).To(Equal(202))
			Expect(bodyIn(w.get1(path), "status")).To(Equal("UnloadingRemarksSubmitted"))
		}
	})

	It("take any message at any time unless they are strict", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		Expect(w.post1(path+"/messages", fixture(p4Cancellation)).Status).To(Equal(202))
	})

	It("refuse what must not follow when they are strict, and store nothing", func() {
		w := newWorld(strict())
		path := w.begin1(departures, p4Declaration)
		w.post1(path+"/messages", fixture(p4Cancellation)).is(400, `{"statusCode":400,"message":"Can only accept this type of message [DeclarationCancellationRequest] directly after `+
			`[ControlDecisionNotification or DeclarationCancellationRequestNegativeAcknowledgement or GuaranteeNotValid or MrnAllocated] messages. `+
			`Current message state is [DepartureSubmitted].","code":"CLIENT_ERROR"}`)
		w.get1(path+"/messages/2").is(404, notFound1)
		Expect(w.place1(path, "IE028").Status).To(Equal(201))
		Expect(w.post1(path+"/messages", fixture(p4Cancellation)).Status).To(Equal(202))
	})

	It("look at the movement as it stands once everything before is handled", func() {
		w := newWorld(strict(), profile("trader-test"))
		path := w.begin1(departures, p4Normal)
		Expect(w.post1(path+"/messages", fixture(p4Cancellation)).Body).To(ContainSubstring("Current message state is [PositiveAcknowledgement]."))
	})

	It("are not looked at by strictness when an arrival is notified again", func() {
		w := newWorld(strict())
		path := w.begin1(arrivals, p4Notification)
		Expect(w.place1(path, "IE025").Status).To(Equal(201))
		Expect(w.put1(path, fixture(p4Notification)).Status).To(Equal(202))
	})
})

const notFound1 = `{"statusCode":404,"message":"","code":"CLIENT_ERROR"}`

var _ = Describe("Notifying of an arrival again in API 1.0 (A3)", func() {
	It("answers as A1 does, with the same Location, and replaces the MRN", func() {
		w := newWorld()
		path := w.begin1(arrivals, p4Notification)
		Expect(w.place1(path, "IE008").Status).To(Equal(201))
		const mrn = "26GB0000601234AB57"
		again := replaced(fixture(p4Notification), "DocNumHEA5", mrn)
		a := w.put1(path, again)
		a.is(202, `{"_links":{"self":{"href":"/customs/transits/movements/arrivals/1"}},"arrivalId":"1","messageType":"IE007","body":`+quoted(rootOf(again))+`}`)
		Expect(a.Header.Get("Location")).To(Equal(path))
		Expect(bodyIn(w.get1(path), "movementReferenceNumber")).To(Equal(mrn))
		Expect(bodyIn(w.get1(path), "status")).To(Equal("ArrivalSubmitted"))
		Expect(bodyIn(w.get1(path+"/messages/3"), "body")).To(ContainSubstring("<MesSenMES3>MDTP-ARR-00000000000000000000001-02</MesSenMES3>"))
	})

	It("is 404 for an arrival of somebody else and for one that is not there", func() {
		w := newWorld()
		path := w.begin1(arrivals, p4Notification, as(stranger))
		w.put1(path, fixture(p4Notification)).is(404, notFound1)
		w.put1(arrivals+"/7", fixture(p4Notification)).is(404, notFound1)
	})

	It("has nothing like it for departures, nor in 2.x", func() {
		w := newWorld()
		w.put1(w.begin1(departures, p4Declaration), fixture(p4Declaration)).is(404, notThere)
		w.begin1(arrivals, p4Notification)
		w.do("PUT", arrivals+"/1", fixture(p4Notification)).is(404, notThere)
	})
})

var _ = Describe("What NCTS does not take, in API 1.0", func() {
	const outage = `
id: DOWN
title: NCTS is out of reach
movement: departure
phases: [4]
match: { lrn: "." }
steps:
  - fault: { call: submit, status: 502 }
  - trader: { send: IE015 }
    expect: [IE928]
  - fault: { call: submit, status: 400 }
  - fault: { call: messages, status: 500 }
`

	It("leaves a movement whose message is hidden", func() {
		w := newWorld(profile("trader-test"), withScenarios(outage))
		w.post1(departures, fixture(p4Normal)).empty(502)
		failed := departures + "/1"
		Expect(w.get1(departures).Body).To(ContainSubstring(`"totalDepartures":1`))
		Expect(bodyIn(w.get1(failed), "status")).To(Equal("Initialized"))
		w.get1(failed+"/messages/1").is(404, notFound1)
		Expect(w.get1(failed + "/messages").Body).To(ContainSubstring(`"messages":[]`))
	})

	It("leaves an arrival its MRN and its status if it is the second notification", func() {
		const refused = `
id: DOWN
title: NCTS refuses the notification
movement: arrival
phases: [4]
steps:
  - trader: { send: IE007 }
    expect: [IE008 >A]
  - fault: { call: submit, status: 400 }
`
		w := newWorld(profile("trader-test"), withScenarios(refused))
		path := w.begin1(arrivals, p4Notification, header(client.ScenarioHeader, "DOWN"))
		w.settle()
		before := w.get1(path)
		w.put1(path, replaced(fixture(p4Notification), "DocNumHEA5", "26GB0000601234AB57")).
			is(400, `{"statusCode":400,"message":"Message failed schema validation","code":"CLIENT_ERROR"}`)
		for _, key := range []string{"movementReferenceNumber", "status"} {
			Expect(bodyIn(w.get1(path), key)).To(Equal(bodyIn(before, key)))
		}
		w.get1(path+"/messages/3").is(404, notFound1)
	})

	It("keeps the number of a message used that was refused", func() {
		w := newWorld(profile("trader-test"), withScenarios(outage))
		w.post1(departures, fixture(p4Normal)).empty(502)
		path := w.begin1(departures, p4Normal)
		Expect(path).To(HaveSuffix("/2"))
		w.settle()
		w.post1(path+"/messages", fixture(p4Cancellation)).is(400, `{"statusCode":400,"message":"Message failed schema validation","code":"CLIENT_ERROR"}`)
		w.get1(path + "/messages").empty(500)
		Expect(w.get1(path + "/messages").Body).NotTo(ContainSubstring("IE014"))
		w.get1(path+"/messages/3").is(404, notFound1)
		Expect(w.post1(path+"/messages", fixture(p4Cancellation)).Header.Get("Location")).To(Equal(path + "/messages/4"))
		Expect(bodyIn(w.get1(path+"/messages/4"), "body")).To(ContainSubstring("MDTP-DEP-00000000000000000000002-03<"))
	})
})

// movement1 is the movement at a path of API 1.0 as the control API knows it.
func (w *world) movement1(path string) (m movement.Movement) {
	GinkgoHelper()
	var n int
	_, err := fmt.Sscanf(path[strings.LastIndex(path, "/")+1:], "%d", &n)
	Expect(err).NotTo(HaveOccurred())
	kind := message.Departure
	if strings.HasPrefix(path, arrivals) {
		kind = message.Arrival
	}
	Expect(w.store.View(func(tx *store.Tx) error {
		found, err := tx.MovementByNumber(kind, n)
		if err == nil {
			m = *found
		}
		return err
	})).To(Succeed())
	return m
}

var _ = Describe("The settings of API 1.0", func() {
	opening := func(o endpoint.Opening) func(*settings) { return deps(func(d *api.Deps) { d.Phase4API = o }) }
	const goneDepartures = `{"message":"New NCTS4 Departure Declarations can no longer be created using CTC Traders API v1.0. Use CTC Traders API v2.0 to create new NCTS5 Departure Declarations.","code":"GONE"}`
	const goneArrivals = `{"message":"New NCTS4 Arrival Notifications can no longer be created using CTC Traders API v1.0. Use CTC Traders API v2.0 to create new NCTS5 Arrival Notifications.","code":"GONE"}`

	It("can close it for new movements", func() {
		w := newWorld(opening(endpoint.Closing))
		w.post1(departures, fixture(p4Declaration)).is(410, goneDepartures)
		w.post1(arrivals, fixture(p4Notification)).is(410, goneArrivals)
		Expect(w.get1(departures).Status).To(Equal(200))
		w.get1(arrivals+"/1").is(404, notFound1)
	})

	It("can close it for everything, without closing 2.x", func() {
		w := newWorld(opening(endpoint.Gone))
		w.get1(departures).is(410, goneDepartures)
		w.put1(arrivals+"/1", fixture(p4Notification)).is(410, goneArrivals)
		w.get1(arrivals+"/1/messages", without("Accept")).is(410, goneArrivals)
		Expect(w.get(departures).Status).To(Equal(200))
	})

	It("can leave the status out", func() {
		w := newWorld(deps(func(d *api.Deps) { d.Phase4Status = setting.Off }))
		Expect(w.get1(w.begin1(departures, p4Declaration)).Body).NotTo(ContainSubstring("status"))
	})

	It("keep movements for 28 days after their last change, and the number of days can be another", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		w.pass(28 * 24 * time.Hour)
		Expect(w.get1(path).Status).To(Equal(200))
		w.pass(time.Millisecond)
		w.get1(path).is(404, notFound1)
		w.get1(path+"/messages").is(404, notFound1)
		w.get1(departures).is(200, `{"_links":{"self":{"href":"/customs/transits/movements/departures"}},"_embedded":{"departures":[],"retrievedDepartures":0,"totalDepartures":0}}`)
	})

	It("warn a trader with the legacy enrolment whenever something succeeds, and can refuse declarations", func() {
		w := newWorld(deps(func(d *api.Deps) {
			d.FixedTokens = map[string]platform.Grant{
				"old":   {EORI: trader, Enrolment: platform.LegacyEnrolment},
				"older": {EORI: trader, Enrolment: platform.LegacyRefused},
			}
		}))
		const warning = "User does not have the ECC enrolment, and will be unable to submit phase 5 declarations. See https://www.gov.uk/guidance/how-to-subscribe-to-the-new-computerised-transit-system"
		Expect(w.post1(departures, fixture(p4Declaration), as("old")).Header.Get("X-Missing-ECC-Enrolment")).To(Equal(warning))
		Expect(w.get1(departures, as("old")).Header.Get("X-Missing-ECC-Enrolment")).To(Equal(warning))
		Expect(w.get1(departures+"/9", as("old")).Header).NotTo(HaveKey("X-Missing-Ecc-Enrolment"))
		Expect(w.get1(departures).Header).NotTo(HaveKey("X-Missing-Ecc-Enrolment"))
		w.post1(departures, fixture(p4Declaration), as("older")).is(403, `{"message":"Legacy enrolment is no longer supported. Please upgrade to the new ECC enrolment to submit declarations. `+
			`Guidance for new ECC enrolment: https://www.gov.uk/guidance/how-to-subscribe-to-the-new-computerised-transit-system","code":"FORBIDDEN"}`)
		Expect(w.post1(arrivals, fixture(p4Notification), as("older")).Status).To(Equal(202))
		Expect(w.control("PUT", "/boxes", `{"token":"old","apiVersion":"1.0"}`).Status).To(Equal(200))
		a := w.get1("/customs/transits/movements/push-pull-notifications/box", as("old"))
		Expect(a.Status).To(Equal(200))
		Expect(a.Header.Get("X-Missing-ECC-Enrolment")).To(Equal(warning))
	})
})
