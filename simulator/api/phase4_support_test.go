package api_test

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

var _ = Describe("Test Support of API 1.0", func() {
	support := func(w *world, path, body string, options ...option) answer {
		GinkgoHelper()
		return w.support("/test"+path+"/messages", body, append([]option{without("Accept")}, options...)...)
	}

	It("answers 201 with links into the main API and the message that can be read there", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		a := w.place1(path, "IE028")
		a.is(201, fmt.Sprintf(`{"_links":{"self":{"href":"%[1]s/messages/2"},"departure":{"href":"%[1]s"}},"departureId":"1","messageId":"2","messageType":"IE028","body":%[2]s}`,
			path, quoted(bodyIn(w.get1(path+"/messages/2"), "body"))))
		Expect(a.Header).NotTo(HaveKey("Location"))
		path = w.begin1(arrivals, p4Notification)
		Expect(w.place1(path, "IE043").Body).To(HavePrefix(fmt.Sprintf(`{"_links":{"self":{"href":"%[1]s/messages/2"},"arrival":{"href":"%[1]s"}},"arrivalId":"1","messageId":"2","messageType":"IE043","body":"<CC043A>`, path)))
	})

	placed := map[string][]string{
		departures: {`IE928"`, `IE016"`, `IE028"`, `IE055"`, `IE060"`, `IE029"`, `IE051"`, `IE009"`, `IE045"`, `IE062"`, `IE917","source":"DEP"`},
		arrivals:   {`IE008"`, `IE043"`, `IE058"`, `IE025"`, `IE917","source":"ARR"`},
	}
	begun := map[string]string{departures: p4Declaration, arrivals: p4Notification}

	for _, mode := range []string{api.Coherent, api.Random} {
		It(fmt.Sprintf("places every type of the direction at any time, valid, %s", mode), func() {
			w := newWorld(deps(func(d *api.Deps) { d.TestSupport = mode }))
			for kind, types := range placed {
				path := w.begin1(kind, begun[kind])
				for range 2 {
					for _, typ := range types {
						a := support(w, path, `{"message":{"messageType":"`+typ+`}}`)
						Expect(a.Status).To(Equal(201), typ+": "+a.Body)
						code, _, _ := strings.Cut(typ, `"`)
						t, _ := message.Phase4.TypeOfCode(code)
						Expect(simtest.Catalogue().Set(message.Phase4).Validate(context.Background(), []byte(bodyIn(a, "body")), schema.Options{Root: t.Root}).Errors).To(BeEmpty(), typ)
					}
				}
				Expect(w.get1(fmt.Sprintf("%s/messages/%d", path, 1+2*len(types))).Status).To(Equal(200))
			}
		})
	}

	DescribeTable("answers 501 without a body to a type of the other direction, and to a declaration", suite.Parameters,
		func(kind, typ string) {
			w := newWorld()
			support(w, w.begin1(kind, begun[kind]), `{"message":{"messageType":"`+typ+`}}`).empty(501)
		},
		Entry(nil, departures, `IE008"`), Entry(nil, departures, `IE043","goodsCount":"x"`), Entry(nil, departures, `IE917","source":"ARR"`), Entry(nil, departures, `IE015"`),
		Entry(nil, arrivals, `IE028"`), Entry(nil, arrivals, `IE917","source":"DEP"`), Entry(nil, arrivals, `IE015"`), Entry(nil, arrivals, `IE062"`))

	DescribeTable("answers 400 without a body to what it cannot make out", suite.Parameters,
		func(body string) {
			w := newWorld()
			support(w, w.begin1(departures, p4Declaration), body).empty(400)
		},
		Entry(nil, `{}`), Entry(nil, `[]`), Entry(nil, `"x"`), Entry(nil, `{"message":{}}`), Entry(nil, `{"message":{"messageType":28}}`),
		Entry("an unknown type", `{"message":{"messageType":"IE999"}}`), Entry("a type of later phases", `{"message":{"messageType":"IE056"}}`),
		Entry("a type of the trader", `{"message":{"messageType":"IE014"}}`), Entry("another case", `{"message":{"messageType":"ie028"}}`),
		Entry("an IE917 without a source", `{"message":{"messageType":"IE917"}}`), Entry("an IE917 of nobody", `{"message":{"messageType":"IE917","source":"dep"}}`),
	)

	It("answers with JSON to what is no JSON, and to another content type", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		for _, body := range []string{"", "{", "x"} {
			a := support(w, path, body)
			Expect(a.Status).To(Equal(400))
			Expect(a.Body).To(HavePrefix(`{"statusCode":400,"message":"Invalid Json: `))
		}
		support(w, path, ie928, header("Content-Type", "application/xml")).is(415, `{"statusCode":415,"message":"Expecting text/json or application/json body"}`)
		Expect(support(w, path, ie928, header("Content-Type", "text/json")).Status).To(Equal(201))
	})

	It("answers 404 without a body for a movement that is not there, behind what is wrong with the request", func() {
		w := newWorld()
		support(w, departures+"/5", ie928).empty(404)
		support(w, departures+"/5", `{"message":{"messageType":"IE008"}}`).empty(501)
		support(w, departures+"/5", `{}`).empty(400)
		support(w, arrivals+"/5", `{"message":{"messageType":"IE043","sealsCount":10000}}`).text(400, "Too many seals requested, max 9999")
	})

	DescribeTable("makes an unloading permission as large as it is told", suite.Parameters,
		func(counts string, goods, products, mentions, seals int) {
			for _, mode := range []string{api.Coherent, api.Random} {
				w := newWorld(deps(func(d *api.Deps) { d.TestSupport = mode }))
				a := support(w, w.begin1(arrivals, p4Notification), `{"message":{"messageType":"IE043",`+counts+`}}`)
				Expect(a.Status).To(Equal(201), a.Body)
				xml := bodyIn(a, "body")
				Expect([]int{strings.Count(xml, "<GOOITEGDS>"), strings.Count(xml, "<PRODOCDC2>"), strings.Count(xml, "<SPEMENMT2>"), strings.Count(xml, "<SEAIDSID>")}).
					To(Equal([]int{goods, goods * products, goods * mentions, seals}))
			}
		},
		Entry(nil, `"goodsCount":3,"productCount":2,"specialMentionsCount":4,"sealsCount":5`, 3, 2, 4, 5),
		Entry("1 of each that is not told", `"goodsCount":2`, 2, 1, 1, 1),
		Entry("a whole number with a point", `"goodsCount":2.0,"sealsCount":2`, 2, 1, 1, 2),
	)

	DescribeTable("refuses a size that cannot be", suite.Parameters,
		func(counts, text string) {
			w := newWorld()
			path := w.begin1(arrivals, p4Notification)
			support(w, path, `{"message":{"messageType":"IE043",`+counts+`}}`).text(400, text)
			w.get1(path+"/messages/2").is(404, notFound1)
		},
		Entry(nil, `"goodsCount":1000`, "Too many goods requested, max 999"),
		Entry(nil, `"productCount":100`, "Too many products requested, max 99"),
		Entry(nil, `"specialMentionsCount":100`, "Too many special mentions requested, max 99"),
		Entry(nil, `"sealsCount":10000`, "Too many seals requested, max 9999"),
		Entry("goods first", `"sealsCount":10000,"goodsCount":1000`, "Too many goods requested, max 999"),
		Entry("a text", `"goodsCount":"3"`, "No instructions found"),
		Entry("a fraction", `"goodsCount":1.5`, "No instructions found"),
		Entry("less than nothing", `"goodsCount":-1`, "No instructions found"),
	)

	It("refuses what must not follow with the text alone when it is strict", func() {
		w := newWorld(strict())
		path := w.begin1(departures, p4Declaration)
		w.place1(path, "IE029").text(400, "Can only accept this type of message [ReleaseForTransit] directly after "+
			"[ControlDecisionNotification or DeclarationCancellationRequest or GuaranteeNotValid or MrnAllocated or RequestOfRelease] messages. Current message state is [DepartureSubmitted].")
		for _, code := range []string{"IE928", "IE028", "IE060", "IE029", "IE045"} {
			Expect(w.place1(path, code).Status).To(Equal(201), code)
		}
		arrival := w.begin1(arrivals, p4Notification)
		Expect(w.place1(arrival, "IE025").Status).To(Equal(201))
		a := w.place1(arrival, "IE043")
		Expect(a.Status).To(Equal(400))
		Expect(a.Body).To(And(HavePrefix("Can only accept this type of message [UnloadingPermission] directly after ["), HaveSuffix("Current message state is [GoodsReleased].")))
	})

	It("says which message an IE917 refuses", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		xml := bodyIn(support(w, path, `{"message":{"messageType":"IE917","source":"DEP"}}`), "body")
		Expect(xml).To(ContainSubstring("<OriMesIdeMES22>" + between(fixture(p4Declaration), "<MesIdeMES19>", "<") + "</OriMesIdeMES22>"))
		Expect(bodyIn(w.get1(path), "status")).To(Equal("DepartureSubmittedNegativeAcknowledgement"))
	})
})

var _ = Describe("The control API about movements of API 1.0", func() {
	It("shows version, phase and the number as wire id, and finds them by LRN", func() {
		w := newWorld()
		w.declare("NW-LATER")
		path := w.begin1(departures, p4Declaration)
		own := w.movement1(path).ID
		list := w.control("GET", "/movements?lrn=NW-BIKES", "").Body
		Expect(list).To(ContainSubstring(`{"id":"` + own + `","wireId":"1","type":"departure","apiVersion":"1.0","phase":4,`))
		Expect(list).To(ContainSubstring(`"total":1`))
		later := w.control("GET", "/movements?lrn=NW-LATER", "").Body
		id := between(later, `"id":"`, `"`)
		Expect(later).To(ContainSubstring(`"wireId":"` + id + `"`))
		Expect(w.control("GET", "/movements/"+own, "").Body).To(ContainSubstring(`"wireId":"1"`))
	})

	It("lets an officer act and places messages of phase 4 alone", func() {
		w := newWorld(profile("trader-test"))
		path := w.begin1(departures, p4Normal)
		w.settle()
		own := w.movement1(path).ID
		Expect(w.control("POST", "/movements/"+own+"/actions", `{"action":"accept"}`).Body).To(ContainSubstring(`"state":"MrnAllocated"`))
		Expect(w.control("POST", "/movements/"+own+"/messages", `{"messageType":"IE060"}`).Status).To(Equal(201))
		Expect(bodyIn(w.get1(path), "status")).To(Equal("ControlDecisionNotification"))
		a := w.control("POST", "/movements/"+own+"/messages", `{"messageType":"IE056"}`)
		Expect(a.Status).To(Equal(400))
		Expect(a.Body).To(And(ContainSubstring("IE016"), Not(ContainSubstring("IE057"))))
		a = w.control("POST", "/movements/"+own+"/messages", `{"messageType":"IE029","set":{"HEAHEA/BinItiHEA246":"1"}}`)
		Expect(a.Status).To(Equal(201), a.Body)
	})

	It("shows what was forced upon the trader as it is", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		for n, text := range []string{"no XML", "<CC928A><cut", "<Foo/>"} {
			Expect(w.do("POST", "/simulator/v1/movements/"+w.movement1(path).ID+"/messages?force=true", text, header("Content-Type", "application/xml")).Status).To(Equal(201))
			Expect(bodyIn(w.get1(fmt.Sprintf("%s/messages/%d", path, n+2)), "body")).To(Equal(text))
		}
		Expect(w.get1(path + "/messages").Status).To(Equal(200))
	})

	It("shows a message that was placed as XML without its declaration and comments", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		xml := bodyIn(w.place1(path, "IE928"), "body")
		a := w.do("POST", "/simulator/v1/movements/"+w.movement1(path).ID+"/messages", `<?xml version="1.0"?><!-- x -->`+xml, header("Content-Type", "application/xml"))
		Expect(a.Status).To(Equal(201), a.Body)
		Expect(bodyIn(w.get1(path+"/messages/3"), "body")).To(Equal(xml))
	})
})
