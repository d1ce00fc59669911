package api_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/setting"
)

const textOfID = " is not a 16 character hexadecimal string"

var _ = Describe("Without the platform", func() {
	var w *world
	BeforeEach(func() {
		w = newWorld(deps(func(d *api.Deps) {
			d.Platform = setting.Off
			d.FixedTokens = map[string]platform.Grant{"nobody": {Standing: platform.NoEnrolment}}
		}))
	})

	It("a HEAD is answered as a GET, without the body", func() {
		id := w.declare("LRN-0001")
		phase4Path := w.begin1(departures, p4Declaration)
		one := departures + "/" + id.movement
		for _, call := range []struct {
			path   string
			change option
		}{
			{departures, accept("2.1+json")},
			{departures + "?page=x", accept("2.1+json")},
			{one, accept("3.0+json")},
			{one + "/messages", accept("2.1+json")},
			{one + "/messages/" + id.message + "/body", accept("2.1+xml")},
			{one, without("Accept")},
			{phase4Path, accept("1.0+json")},
			{departures + "/" + someID, accept("2.1+json")},
			{"/customs/nothing", accept("2.1+json")},
			{"/customs/transits/movements/foo", accept("2.1+json")},
			{boxes, header("Accept", ppns)},
		} {
			get, head := w.get(call.path, call.change), w.do(http.MethodHead, call.path, "", call.change)
			Expect(head.Status).To(Equal(get.Status), call.path)
			Expect(head.Body).To(BeEmpty(), call.path)
			Expect(head.Header.Get("Content-Type")).To(Equal(get.Header.Get("Content-Type")), call.path)
			if !get.Chunked {
				Expect(head.Length).To(Equal(get.Length), call.path)
			}
		}
	})

	It("each segment of a path is decoded, on its own", func() {
		id := w.declare("LRN-0001")
		encoded := "/customs/tr%61nsits/movements/%64epartures/%3" + id.movement[:1] + id.movement[1:]
		Expect(w.get(encoded).Body).To(Equal(w.get(departures + "/" + id.movement).Body))
		Expect(w.get(encoded+"/messages/"+id.message+"/%62ody", accept("2.1+xml")).Body).To(Equal(declaration("LRN-0001")))
		w.get("/customs/transits/movements/dep%2Fartures").is(400, `{"statusCode":400,"message":"movementType value dep/artures is not valid. expecting arrivals or departures"}`)
		w.get("/customs/transits/movements/d%C3%A9parts/x").is(400, `{"statusCode":400,"message":"movementType value départs is not valid. expecting arrivals or departures"}`)
		w.get(departures+"/a%2Fb").is(400, `{"message":"movementId: Value a/b`+textOfID+`","statusCode":400,"code":"BAD_REQUEST"}`)
		Expect(w.get("/customs%2Ftransits/movements/departures").Status).To(Equal(404))
		path := w.begin1(departures, p4Declaration)
		Expect(path).To(HaveSuffix("/1"))
		Expect(w.get1(departures + "/%31").Body).To(Equal(w.get1(path).Body))
		Expect(w.get(departures+"/%31", without("Accept")).Body).To(ContainSubstring(`"statusCode":406`), "a decimal id is one of 1.0")
	})

	DescribeTable("binding errors come first, those of the path from left to right, then those of the query:",
		func(method, path, body string) {
			var bodies []string
			for _, o := range []option{accept("2.1+json"), as("nobody"), without("Accept"), header("Authorization", "Basic x"), header("Content-Type", "text/plain")} {
				bodies = append(bodies, w.do(method, path, "<x xmlns='http://ncts.dgtaxud.ec'/>", o).Body)
			}
			Expect(bodies).To(HaveEach(body))
		},
		Entry("movement type, id and query", "GET", "/customs/transits/movements/foo/ABC/messages?page=x",
			`{"statusCode":400,"message":"movementType value foo is not valid. expecting arrivals or departures"}`),
		Entry("movement type, both ids", "GET", "/customs/transits/movements/foo/ABC/messages/DEF/body",
			`{"statusCode":400,"message":"movementType value foo is not valid. expecting arrivals or departures"}`),
		Entry("movement id and query", "GET", departures+"/ABC/messages?receivedSince=x&page=y",
			`{"message":"movementId: Value ABC`+textOfID+`","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("both ids", "GET", departures+"/ABC/messages/DEF",
			`{"message":"movementId: Value ABC`+textOfID+`","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("message id", "GET", departures+"/"+someID+"/messages/DEF/body",
			`{"message":"messageId: Value DEF`+textOfID+`","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("several parameters", "GET", departures+"?count=x&page=y&receivedUntil=z",
			`{"statusCode":400,"message":"Cannot parse parameter page as Long: For input string: \"y\""}`),
		Entry("a POST", "POST", departures+"/ABC/messages",
			`{"message":"movementId: Value ABC`+textOfID+`","statusCode":400,"code":"BAD_REQUEST"}`),
	)
})

var _ = Describe("Behind the platform", func() {
	It("a HEAD is a method that no path has", func() {
		Expect(newWorld().do(http.MethodHead, departures, "").Status).To(Equal(404))
	})

	It("every 401 says how to authenticate, whoever answers it", func() {
		w := newWorld()
		const challenge = `Bearer realm="HMRC API Platform"`
		for _, a := range []answer{
			w.get(departures, without("Authorization")),
			w.get(departures, header("Authorization", "Basic x")),
			w.get1(departures, without("Authorization")),
			w.post1(departures, "x", without("Authorization")),
			w.support(testMessages(someID), ie928, without("Authorization")),
			w.boxed("GET", "", "", without("Authorization")),
			w.boxed("PUT", "/"+w.makeBox(trader, "2.1").ID+"/callback", `{"clientId":"other","callbackUrl":""}`),
			w.post("/customs/guarantees/balances", "{}", without("Authorization")),
		} {
			Expect(a.Status).To(Equal(401), a.Body)
			Expect(a.Header.Values("WWW-Authenticate")).To(Equal([]string{challenge}), a.Body)
		}
		Expect(w.get(departures).Header).NotTo(HaveKey("Www-Authenticate"))
	})
})
