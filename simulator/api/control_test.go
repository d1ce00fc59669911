package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"nctsim/simulator/api"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/store"
)

const v1 = "/simulator/v1"

// problem is the error body of the control API.
type problem struct {
	Code, Message, Hint string
	State               string
	Actions             []string
	Errors              []client.Fault
	Problems            []scenario.Problem
	Waiting             []map[string]any
}

// problem reads the error body of the control API.
func (a answer) problem(status int, code string) problem {
	GinkgoHelper()
	Expect(a.Status).To(Equal(status), a.Body)
	Expect(a.Header.Get("Content-Type")).To(Equal("application/json"))
	var body struct{ Error problem }
	Expect(json.Unmarshal([]byte(a.Body), &body)).To(Succeed())
	Expect(body.Error.Code).To(Equal(code), a.Body)
	Expect(body.Error.Message).NotTo(BeEmpty())
	Expect(body.Error.Hint).NotTo(BeEmpty())
	return body.Error
}

// decoded reads the body of a good answer.
func (a answer) decoded(status int) map[string]any {
	GinkgoHelper()
	Expect(a.Status).To(Equal(status), a.Body)
	Expect(a.Header.Get("Content-Type")).To(Equal("application/json"))
	var value map[string]any
	Expect(json.Unmarshal([]byte(a.Body), &value)).To(Succeed())
	return value
}

// control calls need no token and no Accept, and say that their body is JSON.
func (w *world) control(method, path, body string, options ...option) answer {
	GinkgoHelper()
	return w.do(method, v1+path, body, append([]option{
		without("Accept"), without("Authorization"), header("Content-Type", jsonType),
	}, options...)...)
}

var _ = Describe("Health", func() {
	It("is alive, and ready when the assembly says so", func() {
		var notYet error
		w := newWorld(deps(func(d *api.Deps) { d.Ready = func() error { return notYet } }))
		w.get("/health/live").decoded(200)
		Expect(w.get("/health/ready").decoded(200)).To(Equal(map[string]any{"status": "ready"}))
		notYet = errors.New("listeners are not bound")
		Expect(w.get("/health/ready").problem(503, "NOT_READY").Message).To(Equal("listeners are not bound"))
		w.get("/health/live").decoded(200)
	})

	It("needs no control token and is on both addresses", func() {
		w := newWorld(deps(func(d *api.Deps) { d.ControlToken = "secret" }))
		w.get("/health/ready", without("Authorization")).decoded(200)
		for _, url := range []string{w.serve(w.api.Simulated()), w.serve(w.api.Control())} {
			w.doAt(url, "GET", "/health/live", "").decoded(200)
		}
	})
})

var _ = Describe("The control API", func() {
	It("has errors with code, message and hint for unknown paths and methods", func() {
		w := newWorld()
		w.control("GET", "/nothing", "").problem(404, "NOT_FOUND")
		w.control("GET", "/scenario", "").problem(404, "NOT_FOUND")
		for path, methods := range map[string]string{"/clock": "GET, PUT", "/reset": "POST", "/movements/x": "GET, DELETE"} {
			refused := w.control("PATCH", path, "")
			refused.problem(405, "METHOD_NOT_ALLOWED")
			Expect(refused.Header.Values("Allow")).To(Equal([]string{methods}), path)
		}
		w.get("/simulator").problem(404, "NOT_FOUND")
	})

	It("refuses unknown query parameters and keys with a hint that lists the known ones", func() {
		w := newWorld()
		Expect(w.control("GET", "/movements?lnr=1", "").problem(400, "BAD_REQUEST").Hint).To(ContainSubstring("lrn"))
		Expect(w.control("POST", "/settle?x=1", "").problem(400, "BAD_REQUEST").Message).To(ContainSubstring(`"x"`))
		Expect(w.control("POST", "/clock/advance", `{"bye":"1m"}`).problem(400, "BAD_REQUEST").Hint).To(Equal("known keys: by, to"))
		Expect(w.control("POST", "/clock/advance", `{"by":1}`).problem(400, "BAD_REQUEST").Message).To(Equal("by cannot be a JSON number"))
		Expect(w.control("POST", "/clock/advance", `[]`).problem(400, "BAD_REQUEST").Message).To(Equal("the body is no JSON that fits: it is a JSON array"))
		Expect(w.control("PUT", "/clock", `{"now":"noon"}`).problem(400, "BAD_REQUEST").Message).To(Equal(`"noon" is not a time`))
		Expect(w.control("POST", "/clock/advance", `{"by":"1m"} x`).problem(400, "BAD_REQUEST").Message).To(ContainSubstring("no JSON"))
		Expect(w.control("PUT", "/clock", `{`).problem(400, "BAD_REQUEST").Message).To(ContainSubstring("no JSON"))
		Expect(w.control("PUT", "/clock", `{"Mod":"real"}`).problem(400, "BAD_REQUEST").Hint).To(ContainSubstring("mode, now, scale"))
		Expect(w.control("POST", "/movements/x/actions", `{"action":"release","why":""}`).problem(400, "BAD_REQUEST").Message).To(Equal(`unknown key "why"`))
		Expect(w.control("POST", "/movements/x/messages", `{"messagetypes":""}`).problem(400, "BAD_REQUEST").Hint).To(ContainSubstring("messageType"))
	})

	It("does not read without limit", func() {
		w := newWorld()
		w.control("POST", "/clock/advance", strings.Repeat(" ", 20_000_001)).problem(413, "BODY_TOO_LARGE")
	})

	Context("with a token", func() {
		var w *world
		BeforeEach(func() { w = newWorld(deps(func(d *api.Deps) { d.ControlToken = "secret" })) })

		DescribeTable("refuses every call without it", suite.Parameters,
			func(method, path string) {
				for _, o := range []option{without("Authorization"), as("wrong"), as(""), header("Authorization", "Basic secret"), header("Authorization", "secret")} {
					w.do(method, path, "", o).problem(401, "UNAUTHORIZED")
				}
			},
			Entry(nil, "GET", v1+"/info"), Entry(nil, "POST", v1+"/reset"), Entry(nil, "GET", v1+"/movements"), Entry(nil, "GET", v1+"/movements/x"),
			Entry(nil, "DELETE", v1+"/movements/x"), Entry(nil, "POST", v1+"/movements/x/actions"), Entry(nil, "POST", v1+"/movements/x/messages"),
			Entry(nil, "PUT", v1+"/clock"), Entry(nil, "POST", v1+"/clock/advance"), Entry(nil, "POST", v1+"/settle"), Entry(nil, "GET", v1+"/events"),
			Entry(nil, "GET", v1+"/settings"), Entry(nil, "GET", "/metrics"), Entry(nil, "GET", v1+"/nothing"))

		It("answers with it", func() {
			w.control("GET", "/info", "", as("secret")).decoded(200)
			Expect(w.get("/metrics", as("secret")).Status).To(Equal(200))
		})
	})

	It("has an address of its own when that is wanted, and is then not on the other", func() {
		w := newWorld()
		simulated, steering := w.serve(w.api.Simulated()), w.serve(w.api.Control())
		w.doAt(simulated, "GET", v1+"/info", "").is(404, notThere)
		w.doAt(simulated, "GET", "/metrics", "").is(404, notThere)
		Expect(w.doAt(simulated, "GET", departures, "").Status).To(Equal(200))
		w.doAt(steering, "GET", v1+"/info", "").decoded(200)
		w.doAt(steering, "GET", departures, "").problem(404, "NOT_FOUND")
	})

	It("never needs the platform's credentials nor is it one of its paths", func() {
		w := newWorld()
		w.get(v1+"/info", without("Authorization"), without("Accept")).decoded(200)
	})
})

var _ = Describe("Info and settings", func() {
	It("say what is running", func() {
		w := newWorld(profile("fast"), deps(func(d *api.Deps) { d.Version = "1.2.3" }))
		w.declare("LRN-0001")
		w.settle()
		info := w.control("GET", "/info", "").decoded(200)
		Expect(info).To(HaveKeyWithValue("name", "nctsim"))
		Expect(info).To(HaveKeyWithValue("version", "1.2.3"))
		Expect(info).To(HaveKeyWithValue("apiVersions", HaveExactElements("1.0", "2.1", "3.0")))
		Expect(info).To(HaveKeyWithValue("clock", "manual"))
		Expect(info).To(HaveKeyWithValue("now", "2026-03-02T09:15:01.459Z"))
		Expect(info).To(HaveKeyWithValue("seed", 7.0))
		Expect(info).To(HaveKeyWithValue("profile", "fast"))
		Expect(info).To(HaveKeyWithValue("counts", And(HaveKeyWithValue("movements", 1.0), HaveKeyWithValue("eventsWaiting", 0.0),
			HaveKeyWithValue("messages", float64(len(w.messages(between(w.get(departures).Body, `"id":"`, `"`))))))))
	})

	It("make what selects outcomes discoverable", func() {
		w := newWorld(profile("fast"))
		settings := w.control("GET", "/settings", "").decoded(200)
		Expect(settings["profile"]).To(Equal("fast"))
		Expect(settings["testSupport"]).To(Equal("coherent"))
		Expect(settings["phase4"]).To(Equal(map[string]any{"api": "on", "status": "on", "transitions": "permissive", "retention": "672h0m0s"}))
		Expect(settings["platform"]).To(Equal(map[string]any{"enabled": true, "auth": "lenient", "rateLimit": 0.0}))
		Expect(settings["lrns"]).To(ContainElement(HaveKeyWithValue("when", `LRN matches ^DUPLRN\d*$ in API 2.1 and 3.0`)))
		Expect(settings["tokens"]).To(ContainElements(
			map[string]any{"when": `token is an EORI: ^(GB|XI)[0-9]{12,15}$`, "then": "that EORI"},
			map[string]any{"when": "any other token", "then": fallback}))
		Expect(settings["actions"]).To(ContainElements("accept", "release", "control"))
		Expect(settings["messages"]).To(ContainElements("IE028", "IE917"))
		Expect(settings["defaultOfficer"]).NotTo(BeEmpty())
		Expect(settings["timers"]).To(ContainElement(HaveKeyWithValue("name", "auto_release")))
	})
})

var _ = Describe("Movements in the control API", func() {
	var w *world
	var id ids
	BeforeEach(func() {
		w = newWorld(profile("trader-test"))
		id = w.declare("LRN-0001")
		w.pass(time.Second)
		w.declare("lrn-0002", as(stranger))
		w.settle()
	})

	list := func(query string) []any {
		GinkgoHelper()
		return w.control("GET", "/movements"+query, "").decoded(200)["movements"].([]any)
	}

	It("are those of everybody, the last updated first, with state, timers and possible actions", func() {
		movements := list("")
		Expect(movements).To(HaveLen(2))
		Expect(movements[0]).To(HaveKeyWithValue("eori", stranger))
		one := movements[1].(map[string]any)
		Expect(one).To(HaveKeyWithValue("id", id.movement))
		Expect(one).To(HaveKeyWithValue("wireId", id.movement))
		Expect(one).To(HaveKeyWithValue("type", "departure"))
		Expect(one).To(HaveKeyWithValue("apiVersion", "2.1"))
		Expect(one).To(HaveKeyWithValue("phase", 5.0))
		Expect(one).To(HaveKeyWithValue("procedure", "simplified"))
		Expect(one).To(HaveKeyWithValue("state", "ACCEPTED"))
		Expect(one).To(HaveKeyWithValue("scenario", ""))
		Expect(one).To(HaveKeyWithValue("lrn", "LRN-0001"))
		Expect(one).To(HaveKeyWithValue("mrn", HaveLen(18)))
		Expect(one).To(HaveKeyWithValue("eori", trader))
		Expect(one).To(HaveKeyWithValue("created", "2026-03-02T09:15:01.459Z"))
		Expect(one).To(HaveKeyWithValue("messages", 3.0))
		Expect(one).To(HaveKeyWithValue("timers", ContainElement(And(HaveKeyWithValue("name", "auto_release"), HaveKey("due")))))
		Expect(one).To(HaveKeyWithValue("actions", ContainElements("release", "control")))
	})

	DescribeTable("are filtered", suite.Parameters,
		func(query string, n int) { Expect(list(query)).To(HaveLen(n)) },
		Entry(nil, "?lrn=LRN-0002", 1), Entry(nil, "?lrn=lrn", 2), Entry(nil, "?eori="+trader, 1), Entry(nil, "?mrn=26GB", 2), Entry(nil, "?mrn=nothing", 0),
		Entry(nil, "?state=ACCEPTED", 2), Entry(nil, "?state=accepted&eori="+trader, 1), Entry(nil, "?state=RELEASED", 0), Entry(nil, "?scenario=x", 0),
		Entry(nil, "?type=departure", 2), Entry(nil, "?type=arrival", 0), Entry(nil, "?limit=1", 1), Entry(nil, "?skip=1", 1), Entry(nil, "?skip=2", 0))

	DescribeTable("cannot be filtered", suite.Parameters, func(query string) { w.control("GET", "/movements"+query, "").problem(400, "BAD_REQUEST") },
		Entry(nil, "?type=x"), Entry(nil, "?limit=-1"), Entry(nil, "?skip=x"), Entry(nil, "?a=%zz"))

	It("are found beyond the pages of the store", func() {
		for i := range 1100 {
			w.put(movement.Movement{
				ID: fmt.Sprintf("%016x", i), Kind: message.Departure, Phase: message.Phase6, EORI: "GB777777777777",
				Created: start, Updated: start.Add(-time.Duration(i) * time.Second), State: movement.Arrived,
			})
		}
		Expect(list("?limit=2000")).To(HaveLen(1102))
		page := w.control("GET", "/movements?state=ARRIVED&skip=1050&limit=2", "").decoded(200)
		Expect(page["total"]).To(Equal(1100.0))
		Expect(page["movements"]).To(HaveExactElements(
			HaveKeyWithValue("id", "000000000000041a"), HaveKeyWithValue("id", "000000000000041b")))
	})

	It("show one with its journal and its messages, the oldest first, and what each answers", func() {
		one := w.control("GET", "/movements/"+id.movement, "").decoded(200)
		Expect(one).To(HaveKeyWithValue("id", id.movement))
		Expect(one["journal"]).To(ContainElement(And(HaveKeyWithValue("kind", "transition"), HaveKeyWithValue("to", "ACCEPTED"), HaveKey("why"))))
		records := one["records"].([]any)
		Expect(records).To(HaveLen(3))
		Expect(records[0]).To(And(HaveKeyWithValue("id", id.message), HaveKeyWithValue("type", "IE015"), HaveKeyWithValue("status", "Success")))
		Expect(records[1]).To(HaveKeyWithValue("type", "IE928"))
	})

	It("show each message byte for byte, without a trader's token", func() {
		one := w.control("GET", "/movements/"+id.movement, "").decoded(200)
		for _, r := range one["records"].([]any) {
			record := r.(map[string]any)
			at := "/movements/" + id.movement + "/messages/" + record["id"].(string) + "/body"
			a := w.control("GET", at, "")
			Expect(a.Status).To(Equal(200), a.Body)
			Expect(a.Header.Get("Content-Type")).To(Equal("application/xml"))
			Expect(a.Body).To(ContainSubstring("CC" + strings.TrimPrefix(record["type"].(string), "IE") + "C"))
			Expect(a.Body).To(HaveLen(int(record["size"].(float64))))
		}
		w.control("GET", "/movements/"+id.movement+"/messages/"+someID+"/body", "").problem(404, "NOT_FOUND")
		w.control("GET", "/movements/"+someID+"/messages/"+id.message+"/body", "").problem(404, "NOT_FOUND")
	})
	It("show timers that stand still with the time that is left", func() {
		w.put(movement.Movement{
			ID: someID, Kind: message.Departure, Phase: message.Phase5, EORI: trader, Created: start, Updated: start,
			State: movement.CancellationRequested, Timers: []movement.Timer{{Name: "auto_release", Remaining: 90 * time.Second}},
		})
		Expect(w.control("GET", "/movements/"+someID, "").decoded(200)["timers"]).To(HaveExactElements(
			Equal(map[string]any{"name": "auto_release", "due": nil, "remaining": "1m30s"})))
	})

	It("can be forgotten", func() {
		response := w.control("DELETE", "/movements/"+id.movement, "")
		Expect(response.Status).To(Equal(204))
		Expect(response.Body).To(BeEmpty())
		Expect(w.get(departures + "/" + id.movement).Status).To(Equal(404))
		w.control("DELETE", "/movements/"+id.movement, "").problem(404, "NOT_FOUND")
		w.control("GET", "/movements/"+id.movement, "").problem(404, "NOT_FOUND")
	})

	It("can all be forgotten, and begin with the same ids again", func() {
		Expect(w.control("POST", "/reset", "").Status).To(Equal(204))
		Expect(list("")).To(BeEmpty())
		Expect(w.get(departures).Body).To(ContainSubstring(`"totalCount":0`))
		Expect(w.declare("LRN-0001").movement[8:]).To(Equal(id.movement[8:]))
	})
})

var _ = Describe("The officer's desk", func() {
	var w *world
	var path string
	BeforeEach(func() {
		w = newWorld(profile("trader-test"))
		path = "/movements/" + w.declare("LRN-0001").movement
		w.settle()
	})

	It("does an action and says what happened", func() {
		done := w.control("POST", path+"/actions", `{"action":"control","with":{"controls":[{"type":"40","text":"look inside"}]}}`).decoded(200)
		Expect(done["movement"]).To(And(HaveKeyWithValue("state", "UNDER_CONTROL"), HaveKeyWithValue("messages", 4.0)))
		Expect(done["happened"]).To(ContainElement(HaveKeyWithValue("to", "UNDER_CONTROL")))
		Expect(done["messages"]).To(HaveExactElements(HaveKeyWithValue("type", "IE060")))
		xml := w.get(departures+"/"+between(path+"/", "/movements/", "/")+"/messages/"+
			done["messages"].([]any)[0].(map[string]any)["id"].(string)+"/body", accept("2.1+xml")).Body
		Expect(xml).To(ContainSubstring("<text>look inside</text>"))
	})

	It("says 409 with the state and the actions that are possible", func() {
		w.control("POST", path+"/actions", `{"action":"release"}`).decoded(200)
		refused := w.control("POST", path+"/actions", `{"action":"accept"}`).problem(409, "ACTION_NOT_POSSIBLE")
		Expect(refused.State).To(Equal("RELEASED"))
		Expect(refused.Message).To(ContainSubstring("RELEASED"))
		Expect(refused.Actions).To(ContainElement("arrive"))
		Expect(refused.Hint).To(ContainSubstring("arrive"))
	})

	It("says 400 to what it does not understand", func() {
		w.control("POST", path+"/actions", `{}`).problem(400, "BAD_REQUEST")
		w.control("POST", path+"/actions", `{"action":"dance"}`).problem(400, "BAD_REQUEST")
		w.control("POST", path+"/actions", `{"action":"control","with":{"colour":"red"}}`).problem(400, "BAD_REQUEST")
	})

	It("says 404 for a movement that is not there", func() {
		w.control("POST", "/movements/"+someID+"/actions", `{"action":"release"}`).problem(404, "NOT_FOUND")
	})
})

var _ = Describe("Injecting a message", func() {
	var w *world
	var id ids
	var path string
	BeforeEach(func() {
		w = newWorld()
		id = w.declare("LRN-0001")
		path = "/movements/" + id.movement + "/messages"
	})

	delivered := func() string {
		GinkgoHelper()
		return w.get(departures+"/"+id.movement+"/messages/"+w.messages(id.movement)[0].ID+"/body", accept("2.1+xml")).Body
	}

	It("delivers XML exactly as it is, whatever it says of its type", func() {
		xml := "<?xml version='1.0'?>\n" + body(w.inject(id.movement, "IE928")) + "\n"
		for _, kind := range []string{"application/xml", "text/xml; charset=utf-8", "application/x-www-form-urlencoded"} {
			made := w.control("POST", path, xml, header("Content-Type", kind)).decoded(201)
			Expect(made).To(And(HaveKeyWithValue("type", "IE928"), HaveKeyWithValue("status", "Received"), HaveKeyWithValue("injected", true),
				HaveKeyWithValue("movement", id.movement), HaveKeyWithValue("body", xml)))
			Expect(delivered()).To(Equal(xml))
		}
	})

	It("composes a message and changes it", func() {
		made := w.control("POST", path, `{"messageType":"IE060","set":{"CustomsOfficeOfDeparture/referenceNumber":"XI000142"},"trigger":"`+id.message+`"}`).decoded(201)
		Expect(made).To(And(HaveKeyWithValue("type", "IE060"), HaveKeyWithValue("trigger", id.message)))
		Expect(delivered()).To(ContainSubstring("<CustomsOfficeOfDeparture><referenceNumber>XI000142</referenceNumber>"))
		Expect(made["body"]).To(Equal(delivered()))
	})

	It("says 422 with everything that is wrong", func() {
		refused := w.control("POST", path, `{"messageType":"IE928","set":{"messageSender":"","TransitOperation/LRN":"a much too long local reference number"}}`).problem(422, "INVALID_MESSAGE")
		Expect(len(refused.Errors)).To(BeNumerically(">=", 2))
		for _, e := range refused.Errors {
			Expect(e.Message).NotTo(BeEmpty())
		}
		Expect(w.control("POST", path, `<a/>`, header("Content-Type", "application/xml")).problem(422, "INVALID_MESSAGE").Errors).To(HaveExactElements(
			HaveField("Message", ContainSubstring("Cannot find the declaration of element 'a'"))))
		Expect(w.control("POST", path, `{"messageType":"IE928","set":{"TransitOperation/LNR":"x"}}`).problem(422, "INVALID_MESSAGE").Errors).To(HaveExactElements(
			HaveField("Message", ContainSubstring("LNR"))))
		wrongPath := w.control("POST", path, `{"messageType":"IE928","set":{"LNR":"x"}}`).problem(422, "INVALID_MESSAGE")
		Expect(wrongPath.Hint).To(ContainSubstring("TransitOperation/MRN"))
		Expect(wrongPath.Message).NotTo(ContainSubstring("schema"))
		otherSide := w.control("POST", path, `{"messageType":"IE043","force":true}`).problem(422, "INVALID_MESSAGE")
		Expect(otherSide.Hint).To(ContainSubstring("choose one that customs sends to this movement"))
		w.control("POST", path, fixture(invalidation), header("Content-Type", "application/xml")).problem(422, "INVALID_MESSAGE")
		Expect(w.messages(id.movement)).To(HaveLen(1))
	})

	It("delivers what is wrong when it is forced to", func() {
		w.control("POST", path, `{"messageType":"IE928","set":{"messageSender":""},"force":true}`).decoded(201)
		Expect(delivered()).To(ContainSubstring("<messageSender></messageSender>"))
		w.control("POST", path+"?force=true", `<a/>`, header("Content-Type", "application/xml")).decoded(201)
		Expect(delivered()).To(Equal("<a/>"))
	})

	It("shows in a dry run what would arrive, and delivers nothing", func() {
		w.settle()
		before := w.control("GET", "/movements/"+id.movement, "").Body
		a := w.control("POST", path, `{"messageType":"IE060","dryRun":true}`)
		Expect(a.Status).To(Equal(200))
		Expect(a.Body).To(ContainSubstring("<messageType>CC060C</messageType>"))
		bad := w.control("POST", path, `{"messageType":"IE060","dryRun":true,"set":{"TransitOperation/notificationType":"x"}}`)
		Expect(bad.Status).To(Equal(422))
		Expect(bad.Body).To(ContainSubstring("<notificationType>x</notificationType>"))
		Expect(w.control("POST", path+"?dryRun=true", `<a/>`, header("Content-Type", "application/xml")).Status).To(Equal(422))
		Expect(w.control("GET", "/movements/"+id.movement, "").Body).To(Equal(before))
	})

	It("says 400 to what it does not understand", func() {
		w.control("POST", path, ``).problem(400, "BAD_REQUEST")
		Expect(w.control("POST", path, `{"messageType":"IE015"}`).problem(400, "BAD_REQUEST").Hint).To(Equal("IE015 comes from the trader"))
		Expect(w.control("POST", path, `{"messageType":"CC028C"}`).problem(400, "BAD_REQUEST").Hint).To(Equal("did you mean IE028"))
		Expect(w.control("POST", path, `{"messageType":"IE999"}`).problem(400, "BAD_REQUEST").Hint).To(ContainSubstring("IE028"))
		w.control("POST", path+"?force=1", `{"messageType":"IE928"}`).problem(400, "BAD_REQUEST")
		w.control("POST", path+"?force=perhaps", `<a/>`, header("Content-Type", "application/xml")).problem(400, "BAD_REQUEST")
	})

	It("says 404 for a movement or a message to answer that is not there", func() {
		Expect(w.control("POST", "/movements/"+someID+"/messages", `{"messageType":"IE928"}`).problem(404, "NOT_FOUND").Message).To(ContainSubstring("movement " + someID))
		unknown := w.control("POST", path, `{"messageType":"IE928","trigger":"`+someID+`"}`).problem(404, "NOT_FOUND")
		Expect(unknown.Message).To(ContainSubstring("message " + someID))
		Expect(unknown.Hint).To(ContainSubstring("/movements/" + id.movement + " lists its messages"))
	})
})

var _ = Describe("The clock in the control API", func() {
	It("is shown with the timer that falls due next, and with none", func() {
		w := newWorld(profile("trader-test"))
		w.control("GET", "/clock", "").is(200, `{"mode":"manual","now":"2026-03-02T09:15:01.459Z","scale":1,"nextTimer":null}`+"\n")
		id := w.declare("LRN-0001").movement
		w.settle()
		next := w.control("GET", "/clock", "").decoded(200)["nextTimer"]
		Expect(next).To(And(HaveKeyWithValue("movement", id), HaveKey("name"), HaveKey("due")))
	})

	It("is advanced by a duration, to a time, and to the next timer, and tells what happened", func() {
		w := newWorld(profile("trader-test"))
		id := w.declare("LRN-0001").movement
		w.settle()
		due := w.control("GET", "/clock", "").decoded(200)["nextTimer"].(map[string]any)["due"]
		done := w.control("POST", "/clock/advance", `{"to":"next"}`).decoded(200)
		Expect(done["now"]).To(Equal(due))
		Expect(done["happened"]).To(ContainElement(And(HaveKeyWithValue("movement", id), HaveKeyWithValue("to", "RELEASED"))))
		Expect(w.messages(id)[0].Type).To(Equal("IE029"))

		before := w.clock.Now()
		done = w.control("POST", "/clock/advance", `{"by":"1m"}`).decoded(200)
		Expect(done["now"]).To(Equal(before.Add(time.Minute).Format(time.RFC3339Nano)))
		Expect(done["happened"]).To(BeEmpty())
		done = w.control("POST", "/clock/advance", `{"to":"2026-03-03T00:00:00+01:00"}`).decoded(200)
		Expect(done["now"]).To(Equal("2026-03-02T23:00:00Z"))
	})

	DescribeTable("is not advanced by", suite.Parameters, func(body string) {
		newWorld().control("POST", "/clock/advance", body).problem(400, "BAD_REQUEST")
	},
		Entry(nil, `{}`), Entry(nil, ``), Entry(nil, `{"by":"1m","to":"next"}`), Entry(nil, `{"by":"soon"}`), Entry(nil, `{"by":"-1m"}`), Entry(nil, `{"to":"tomorrow"}`))

	It("does not go back", func() {
		w := newWorld()
		w.control("POST", "/clock/advance", `{"to":"2020-01-01T00:00:00Z"}`).problem(409, "CLOCK_CONFLICT")
		w.control("PUT", "/clock", `{"now":"2020-01-01T00:00:00Z"}`).problem(409, "CLOCK_CONFLICT")
	})

	It("goes as far as timers can be told from, and no further", func() {
		w := newWorld(profile("production"))
		Expect(w.control("PUT", "/clock", `{"now":"9999-01-01T00:00:00Z"}`).problem(400, "BAD_REQUEST").Hint).To(ContainSubstring("9998"))
		w.control("PUT", "/clock", `{"now":"9998-12-31T23:59:59Z"}`).decoded(200)
		id := w.declare("LRN-0001").movement
		w.settle()
		Expect(w.control("GET", "/movements", "").decoded(200)["movements"]).To(HaveLen(1))
		w.control("GET", "/movements/"+id, "").decoded(200)
		Expect(w.control("GET", "/clock", "").decoded(200)["nextTimer"]).NotTo(BeNil())
	})

	It("changes its mode; what is read can be written back; only a manual clock is advanced", func() {
		w := newWorld()
		w.control("PUT", "/clock", w.control("GET", "/clock", "").Body).decoded(200)
		Expect(w.control("PUT", "/clock", `{"mode":"scaled","scale":60}`).decoded(200)).To(And(HaveKeyWithValue("mode", "scaled"), HaveKeyWithValue("scale", 60.0)))
		w.control("POST", "/clock/advance", `{"by":"1m"}`).problem(409, "CLOCK_CONFLICT")
		w.control("PUT", "/clock", `{"mode":"sundial"}`).problem(400, "BAD_REQUEST")
		Expect(w.control("PUT", "/clock", `{"mode":"manual"}`).decoded(200)).To(HaveKeyWithValue("mode", "manual"))
	})
})

var _ = Describe("Settling", func() {
	It("returns when nothing waits", func() {
		w := newWorld(profile("fast"))
		id := w.declare("LRN-0001").movement
		Expect(w.control("POST", "/settle?timeout=10s", "").decoded(200)).To(HaveKeyWithValue("settled", true))
		Expect(len(w.messages(id))).To(BeNumerically(">", 1))
	})

	It("says 504 with what still waits", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.settle()
		Expect(w.engine.Close(context.Background())).To(Succeed())
		Expect(w.store.Update(context.Background(), func(tx *store.Tx) error {
			return tx.Enqueue(&movement.Event{Movement: id, Kind: movement.EventAction, Name: "release", At: start})
		})).To(Succeed())
		Expect(w.control("POST", "/settle?timeout=50ms", "").problem(504, "NOT_SETTLED").Waiting).To(HaveExactElements(
			And(HaveKeyWithValue("movement", id), HaveKeyWithValue("name", "release"))))
	})

	DescribeTable("does not take", suite.Parameters, func(timeout string) {
		newWorld().control("POST", "/settle?timeout="+timeout, "").problem(400, "BAD_REQUEST")
	},
		Entry(nil, "5"), Entry(nil, "-1s"), Entry(nil, "1h"))
})

var _ = Describe("Mistakes of the simulator's own", func() {
	It("are a 500 in the words of the API, and logged", func() {
		log := gbytes.NewBuffer()
		w := newWorld(logged(log))
		id := w.declare("LRN-0001").movement
		Expect(w.engine.Close(context.Background())).To(Succeed())
		Expect(w.store.Close()).To(Succeed())
		w.get(departures+"/"+id).refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
		w.post(departures, declaration("LRN-0002")).refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
		w.support(testMessages(id), ie928).refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
		w.control("GET", "/info", "").problem(500, "INTERNAL_ERROR")
		Expect(string(log.Contents())).To(ContainSubstring("request could not be answered"))
		Expect(string(log.Contents())).To(ContainSubstring("the store is closed"))
	})

	It("do not break the connection when they are panics", func() {
		log := gbytes.NewBuffer()
		w := newWorld(logged(log), deps(func(d *api.Deps) { d.Ready = func() error { panic("out of luck") } }))
		w.get("/health/ready").problem(500, "INTERNAL_ERROR")
		Expect(string(log.Contents())).To(ContainSubstring("out of luck"))
		w.get("/health/live").decoded(200)
	})

	It("include an assembly without its parts", func() {
		_, err := api.New(api.Deps{})
		Expect(err).To(MatchError(ContainSubstring("needs an engine")))
	})
})
