package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/engine"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest"
	"nctsim/simulator/store"
)

var injectable = []string{
	"IE004", "IE009", "IE019", "IE028", "IE029", "IE035", "IE045", "IE051", "IE055", "IE056", "IE060", "IE182", "IE928",
}

const jsonType = "application/json"

func testMessages(id string) string { return "/test" + departures + "/" + id + "/messages" }

func (w *world) support(path, body string, options ...option) answer {
	GinkgoHelper()
	return w.post(path, body, append([]option{header("Content-Type", jsonType)}, options...)...)
}

const ie928 = `{"message":{"messageType":"IE928"}}`

var _ = Describe("The Test Support API", func() {
	It("answers 201 with links into the main API and the very bytes that E7 returns", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.pass(1e9)
		response := w.support(testMessages(id), `{"message":{"messageType":"IE028"}}`)
		got := w.messages(id)[0]
		xml := w.get(departures+"/"+id+"/messages/"+got.ID+"/body", accept("2.1+xml")).Body
		response.is(201, fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/departures/%[1]s/messages/%[2]s"},`+
			`"departure":{"href":"/customs/transits/movements/departures/%[1]s"}},"departureId":"%[1]s","messageId":"%[2]s","messageType":"IE028","body":"%[3]s"}`,
			id, got.ID, strings.ReplaceAll(xml, `"`, `\"`)))
		Expect(response.Header).NotTo(HaveKey("X-Message-Id"))
		Expect(got).To(Equal(listed{ID: got.ID, Type: "IE028", Status: "Received", Received: "2026-03-02T09:15:02.459Z"}))
	})

	for _, version := range []struct {
		accept, fixture string
		phase           message.Phase
	}{
		{"2.1+json", "phase5/valid/ie015-normal-gb-xi.xml", message.Phase5},
		{"3.0+json", "phase6/valid/ie015-normal-gb-xi.xml", message.Phase6},
	} {
		It("places every type at any time, repeatedly, valid and about the movement, under "+version.accept, func() {
			w := newWorld()
			id := created(w.post(departures, withLRN(fixture(version.fixture), "LRN-0001"), accept(version.accept))).movement
			for range 2 {
				for _, code := range injectable {
					response := w.support(testMessages(id), `{"message":{"messageType":"`+code+`"}}`, accept(version.accept))
					Expect(response.Status).To(Equal(201), code+": "+response.Body)
					t, _ := message.TypeOfCode(code)
					xml := body(response)
					Expect(simtest.Catalogue().Set(version.phase).Validate(context.Background(), []byte(xml), schema.Options{Root: t.Root}).Errors).To(BeEmpty(), code)
					Expect(xml).To(Or(ContainSubstring("<LRN>LRN-0001</LRN>"), ContainSubstring("<MRN>")), code)
				}
			}
			Expect(w.get(departures + "/" + id + "/messages?count=100").Body).To(ContainSubstring(fmt.Sprintf(`"totalCount":%d`, 1+2*len(injectable))))
		})
	}

	It("ignores other keys, also message.source", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		Expect(w.support(testMessages(id), `{"a":1,"message":{"source":"x","messageType":"IE928","b":[]}}`).Status).To(Equal(201))
	})

	It("fills messages at random when told so, with what HMRC fixes", func() {
		w := newWorld(deps(func(d *api.Deps) { d.TestSupport = api.Random }))
		id := w.declare("LRN-0001").movement
		xml := body(w.support(testMessages(id), `{"message":{"messageType":"IE928"}}`, accept("3.0+json")))
		Expect(xml).To(ContainSubstring(`PhaseID="NCTS5.0"`))
		Expect(xml).To(ContainSubstring("<messageRecipient>" + id + "-0000000000000000</messageRecipient>"))
		Expect(xml).NotTo(ContainSubstring("LRN-0001"))
		Expect(xml).To(Equal(w.get(departures+"/"+id+"/messages/"+w.messages(id)[0].ID+"/body", accept("2.1+xml")).Body))
	})

	It("answers the trader's message that messageId names", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		Expect(w.support(testMessages(id.movement)+"?messageId="+id.message, ie928).Status).To(Equal(201))
		var trigger string
		Expect(w.store.View(func(tx *store.Tx) error {
			m, err := tx.Message(id.movement, w.messages(id.movement)[0].ID)
			trigger = m.Trigger
			return err
		})).To(Succeed())
		Expect(trigger).To(Equal(id.message))
	})

	Context("in the order of its checks", func() {
		const arrivals = "/test/customs/transits/movements/arrivals/" + someID + "/messages"
		var w *world
		BeforeEach(func() {
			w = newWorld(deps(func(d *api.Deps) {
				d.FixedTokens = map[string]platform.Grant{
					"nobody": {Standing: platform.NoEnrolment}, "narrow": {Standing: platform.NoScope}, "old": {Standing: platform.Expired},
				}
			}))
		})

		It("refuses an id that is not 16 hexadecimal digits", func() {
			w.support(testMessages("ABC"), "x", header("Content-Type", "text/plain")).
				is(400, `{"message":"movementId: Value ABC is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`)
			w.support(testMessages(someID)+"?messageId=1", ie928).
				is(400, `{"message":"messageId: Value 1 is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`)
		})

		It("refuses another content type", func() {
			refused := `{"statusCode":415,"message":"Expecting text/json or application/json body"}`
			w.support(testMessages(someID), "{", header("Content-Type", "application/xml")).is(415, refused)
			w.support(testMessages(someID), "{", without("Content-Type")).is(415, refused)
			Expect(w.support(testMessages(someID), ie928, header("Content-Type", "text/json; charset=utf-8")).Status).To(Equal(404))
		})

		It("refuses JSON that cannot be read", func() {
			for _, text := range []string{"{", `{"a":}`, "nonsense", "", "{} {}"} {
				response := w.support(testMessages(someID), text)
				Expect(response.Status).To(Equal(400), text)
				Expect(response.Body).To(HavePrefix(`{"statusCode":400,"message":"Invalid Json: `), text)
				Expect(json.Valid([]byte(response.Body))).To(BeTrue(), text)
			}
			w.support(testMessages(someID), strings.Repeat(" ", 102_401)).is(413, `{"statusCode":413,"message":"Request Entity Too Large"}`)
		})

		It("leaves no token and a bad one to the platform, before everything else", func() {
			w.support(testMessages("ABC"), "{", without("Authorization"), without("Accept")).
				is(401, platformBody("MISSING_CREDENTIALS", "Authentication information is not provided"))
			for _, o := range []option{header("Authorization", "Basic YTpi"), as("old")} {
				w.support(testMessages(someID), "{", o, header("Content-Type", "text/plain")).
					is(401, platformBody("INVALID_CREDENTIALS", "Invalid Authentication information provided"))
			}
		})

		It("refuses no token and a bad one with an empty 401 where there is no platform", func() {
			w := newWorld(deps(func(d *api.Deps) {
				d.Platform, d.Auth = setting.Off, platform.Strict
				d.FixedTokens = map[string]platform.Grant{"old": {Standing: platform.Expired}}
			}))
			w.support(testMessages(someID), "{}", without("Authorization"), header("Content-Type", "text/plain")).
				is(415, `{"statusCode":415,"message":"Expecting text/json or application/json body"}`)
			for _, o := range []option{without("Authorization"), header("Authorization", "Basic YTpi"), as("old")} {
				response := w.support(testMessages(someID), "{}", o, without("Accept"), header("Nothing", "x"))
				Expect(response.Status).To(Equal(401))
				Expect(response.Header).NotTo(HaveKey("Www-Authenticate"))
				Expect(response.Body).To(BeEmpty())
				Expect(response.Header).NotTo(HaveKey("Content-Type"))
			}
		})

		It("refuses a user without enrolment as plain text", func() {
			response := w.support(testMessages(someID), "{}", as("nobody"), without("Accept"))
			Expect(response.Status).To(Equal(403))
			Expect(response.Body).To(Equal("Current user doesn't have a valid EORI enrolment."))
			Expect(response.Header.Get("Content-Type")).To(HavePrefix("text/plain"))
		})

		It("leaves a token without the scope to the platform", func() {
			w.support(testMessages(someID), "{", as("narrow")).
				is(403, platformBody("INVALID_SCOPE", "Can not access the required resource. Ensure this token has all the required scopes."))
		})

		It("refuses no Accept and another one with 415", func() {
			w.support(testMessages(someID), "{}", without("Accept")).refused(415, "UNSUPPORTED_MEDIA_TYPE", "An accept header is required")
			for _, value := range []string{"application/vnd.hmrc.2.1+JSON", "application/vnd.hmrc.2.0+json", "application/json", "application/vnd.hmrc.2.1+json-xml"} {
				w.support(testMessages(someID), "{}", header("Accept", value)).refused(415, "UNSUPPORTED_MEDIA_TYPE", "Accept header "+value+" is not supported")
			}
		})

		It("refuses a message type that is missing, of no text, or unknown", func() {
			missing := "(/message/messageType,List(JsonValidationError(List(error.path.missing),ArraySeq())))"
			for _, text := range []string{"{}", "[]", "1", `{"message":1}`, `{"message":{}}`, `{"messageType":"IE028"}`} {
				w.support(testMessages(someID), text).refused(400, "BAD_REQUEST", missing)
			}
			w.support(testMessages(someID), `{"message":{"messageType":28}}`).
				refused(400, "BAD_REQUEST", "(/message/messageType,List(JsonValidationError(List(error.expected.jsstring),ArraySeq())))")
			for _, code := range []string{"IE999", "IE015", "IE022", "IE906", "IE917", "ie028", ""} {
				for _, path := range []string{testMessages(someID), arrivals} {
					w.support(path, `{"message":{"messageType":"`+code+`"}}`).
						refused(400, "BAD_REQUEST", "(/message/messageType,List(JsonValidationError(List(Code not found),ArraySeq())))")
				}
			}
		})

		It("says 501 for a code of the other movement type", func() {
			for _, code := range []string{"IE025", "IE043", "IE057"} {
				w.support(testMessages(someID), `{"message":{"messageType":"`+code+`"}}`).refused(501, "NOT_IMPLEMENTED", "API has not been implemented")
			}
			for _, code := range injectable {
				w.support(arrivals, `{"message":{"messageType":"`+code+`"}}`).refused(501, "NOT_IMPLEMENTED", "API has not been implemented")
			}
		})

		It("passes over a byte order mark", func() {
			Expect(w.support(testMessages(w.declare("LRN-0001").movement), "\ufeff"+ie928).Status).To(Equal(201))
		})

		It("does not find a movement that is unknown or somebody else's", func() {
			w.support(testMessages(someID), ie928).refused(404, "NOT_FOUND", "Departure with ID "+someID+" was not found")
			id := w.declare("LRN-0001").movement
			w.support(testMessages(id), ie928, as(stranger)).refused(404, "NOT_FOUND", "Departure with ID "+id+" was not found")
			Expect(w.messages(id)).To(HaveLen(1))
			w.support(arrivals, `{"message":{"messageType":"IE043"}}`).refused(404, "NOT_FOUND", "Arrival with ID "+someID+" was not found")
			w.support(strings.Replace(arrivals, someID, id, 1), `{"message":{"messageType":"IE025"}}`).refused(404, "NOT_FOUND", "Arrival with ID "+id+" was not found")
			w.support(testMessages(someID)+"?messageId="+someID, ie928).refused(404, "NOT_FOUND", "Departure with ID "+someID+" was not found")
		})

		It("does not find a message to answer that is not in the movement", func() {
			id := w.declare("LRN-0001").movement
			w.support(testMessages(id)+"?messageId="+someID, ie928).
				refused(404, "NOT_FOUND", "Message ID "+someID+" for movement ID "+id+" was not found")
			Expect(w.messages(id)).To(HaveLen(1))
		})

		It("takes a movement without an EORI of its own", func() {
			xml := strings.Replace(fixture("phase5/valid/ie015-normal-gb-xi.xml"), "<identificationNumber>GB953574106000</identificationNumber>",
				"<name>Brigantine</name><Address><streetAndNumber>1 Quay</streetAndNumber><postcode>DV1 1AA</postcode><city>Dover</city><country>GB</country></Address>", 1)
			id := created(w.post(departures, xml)).movement
			Expect(w.get(departures + "/" + id).Body).To(ContainSubstring(`"movementEORINumber":null`))
			Expect(w.support(testMessages(id), ie928).Status).To(Equal(201))
		})
	})
})

var _ = Describe("A departure from declaration to release", func() {
	It("is told by the messages that the office sends", func() {
		w := newWorld(profile("fast"))
		id := w.declare("LRN-0001").movement
		w.settle()
		_, _, err := w.engine.Advance(context.Background(), engine.Target{By: time.Minute})
		Expect(err).NotTo(HaveOccurred())
		types := []string{}
		for _, m := range w.messages(id) {
			types = append([]string{m.Type}, types...)
		}
		Expect(types).To(Equal([]string{"IE015", "IE928", "IE028", "IE029"}))
		Expect(w.messages(id)[0].Status).To(Equal(string(movement.Received)))
	})
})
