package api_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

// asJSON is the sample of a phase as JSON.
func asJSON(p message.Phase, name string) string {
	return string(jsonmessage.Append(nil, simtest.Document(p, name)))
}

var jsonContent = header("Content-Type", "application/json; charset=UTF-8")

var _ = Describe("A message as JSON", func() {
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		It("is taken, and kept and read as XML, in API "+p.APIVersion(), func() {
			w := newWorld()
			sent := asJSON(p, "ie015-simplified-gb-xi")
			id := created(w.post(departures, sent, jsonContent, accept(p.APIVersion()+"+json")))
			body := departures + "/" + id.movement + "/messages/" + id.message + "/body"
			xml := w.get(body, accept(p.APIVersion()+"+xml")).Body
			Expect(xml).To(Equal(strings.ReplaceAll(string(simtest.Document(p, "ie015-simplified-gb-xi").Bytes()), ">2450.00<", ">2450<")))
			back := w.get(body, accept(p.APIVersion()+"+json"))
			Expect(back.Body).To(Equal(sent))
			Expect(back.Chunked).To(BeTrue())
			Expect(back.Header.Values("Content-Type")).To(Equal([]string{"application/json"}))
		})
	}

	It("is an object in E6", func() {
		w := newWorld()
		id := created(w.post(departures, asJSON(message.Phase5, "ie015-simplified-gb-xi"), jsonContent))
		Expect(w.get(departures + "/" + id.movement + "/messages/" + id.message).Body).To(Equal(fmt.Sprintf(
			`{"_links":{"self":{"href":"/customs/transits/movements/departures/%[1]s/messages/%[2]s"},"departure":{"href":"/customs/transits/movements/departures/%[1]s"}},`+
				`"id":"%[2]s","departureId":"%[1]s","received":"2026-03-02T09:15:01.459Z","type":"IE015","status":"Success","body":%[3]s}`,
			id.movement, id.message, asJSON(message.Phase5, "ie015-simplified-gb-xi"))))
	})

	It("reads every message of customs", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		w.inject(id, "IE028")
		last := w.messages(id)[0]
		xml := w.get(departures+"/"+id+"/messages/"+last.ID+"/body", accept("2.1+xml")).Body
		root, err := xmltree.Parse([]byte(xml))
		Expect(err).NotTo(HaveOccurred())
		d, err := simtest.Catalogue().Document(message.Phase5, root)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.get(departures + "/" + id + "/messages/" + last.ID + "/body").Body).To(Equal(string(jsonmessage.Append(nil, d))))
	})

	It("is attached to a movement", func() {
		w := newWorld()
		id := w.declare("LRN-0001").movement
		Expect(w.post(departures+"/"+id+"/messages", asJSON(message.Phase5, "ie014-by-lrn-gb-xi"), jsonContent).Status).To(Equal(202))
	})

	DescribeTable("is refused when it creates a movement",
		func(body, want string) {
			response := newWorld().post(departures, body, jsonContent)
			Expect(response.Status).To(Equal(400))
			Expect(response.Body).To(Equal(want))
		},
		Entry("if it is not JSON", "{ nope }", `{"message":"Unexpected character ('n' (code 110)): was expecting double-quote to start field name\n at [line: 1, column: 4]","code":"BAD_REQUEST"}`),
		Entry("if it is empty", "", `{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION","validationErrors":[{"schemaPath":"#/type","message":"$: unknown found, object expected"}]}`),
		Entry("by its schema", strings.Replace(asJSON(message.Phase5, "ie015-simplified-gb-xi"), `"declarationGoodsItemNumber":1`, `"declarationGoodsItemNumber":"1"`, 1),
			`{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION","validationErrors":[{"schemaPath":"#/definitions/n1:DeclarationGoodsItemNumberContentType01/type",`+
				`"message":"$.n1:CC015C.Consignment.TransportEquipment[0].GoodsReference[0].declarationGoodsItemNumber: string found, integer expected"}]}`),
		Entry("if the message is missing, which its schema lets pass", "{}", `{"message":"Missing element: n1:CC015C.messageType","code":"BUSINESS_VALIDATION_ERROR"}`),
		Entry("by the submission rules", strings.Replace(asJSON(message.Phase5, "ie015-simplified-gb-xi"), `"messageRecipient":"NTA.GB"`, `"messageRecipient":"NTA.FR"`, 1),
			`{"message":"The message recipient must be either NTA.GB or NTA.XI (NTA.FR was specified)","code":"BUSINESS_VALIDATION_ERROR"}`),
	)

	It("is an error of the service if its XML schema refuses what its JSON schema takes", func() {
		body := strings.Replace(asJSON(message.Phase5, "ie015-simplified-gb-xi"), `"grossMass":`, `"grossMass":0.1234567,"#":`, 1)
		Expect(body).To(ContainSubstring("0.1234567"))
		body = strings.Replace(body, `"#":`, `"#mass":`, 1)
		newWorld().post(departures, body, jsonContent).refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
	})

	DescribeTable("is an error of the service if it has a character that XML does not have, which is not exchanged for another one:",
		func(escape string) {
			body := strings.Replace(asJSON(message.Phase5, "ie015-simplified-gb-xi"), "NORTHWAY", escape, 1)
			w := newWorld()
			w.post(departures, body, jsonContent).refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
			refused := strings.Replace(body, `"messageRecipient":"NTA.GB"`, `"messageRecipient":"NTA.FR"`, 1)
			Expect(w.post(departures, refused, jsonContent).Status).To(Equal(400), "the submission rules come first")
			Expect(w.get(departures).Body).To(ContainSubstring(`"totalCount":0`))
		},
		Entry("NUL", `\u0000`), Entry("another control character", `a\u001fb`), Entry("one that is not a character", `\uffff`),
	)

	It("is known, when it is attached, by its root behind any prefix, which its schema then refuses", func() {
		newWorld().post(departures+"/0123456789abcdef/messages", `{"q:CC014C":{}}`, jsonContent).is(400,
			`{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION","validationErrors":[{"schemaPath":"#/additionalProperties",`+
				`"message":"$.q:CC014C: is not defined in the schema and the schema does not allow additional properties"}]}`)
	})
	DescribeTable("is malformed, when it is attached, if its root cannot be found",
		func(body, text string) {
			newWorld().post(departures+"/0123456789abcdef/messages", body, jsonContent).refused(400, "BAD_REQUEST", text)
		},
		Entry("as there is no JSON", "{ nope }", "Input was malformed"),
		Entry("as there is nothing", "", "Input was malformed"),
		Entry("as there is no key", "{}", "Input was malformed"),
		Entry("as its first key has no colon", `{"#":"x","n1:CC014C":{}}`, "Input was malformed"),
		Entry("as the key has no prefix", `{"CC014C":{}}`, "Input was malformed"),
		Entry("as it is a list", `[{"n1:CC014C":{}}]`, "Input was malformed"),
		Entry("and names the root of another message", `{"n1:CC015C":{},"n1:CC014C":{}}`, "CC015C is not a valid message type"),
		Entry("and names what stands behind the first colon", `{"a:b:CC014C":{}}`, "b:CC014C is not a valid message type"),
		Entry("and names a declaration of a namespace that comes first", `{"@xmlns:n1":"x","n1:CC014C":{}}`, "n1 is not a valid message type"),
	)
})
