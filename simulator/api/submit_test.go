package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

var _ = Describe("Creating a departure (E1)", func() {
	It("answers 202 with links and ids, without boxId and Location", func() {
		w := newWorld()
		response := w.post(departures, declaration("LRN-0001"))
		id := created(response)
		response.is(202, fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/departures/%[1]s"},`+
			`"messages":{"href":"/customs/transits/movements/departures/%[1]s/messages"},`+
			`"message":{"href":"/customs/transits/movements/departures/%[1]s/messages/%[2]s"}},`+
			`"departureId":"%[1]s","messageId":"%[2]s"}`, id.movement, id.message))
		Expect(response.Header).NotTo(HaveKey("Location"))
	})

	It("makes ids of the clock's seconds and eight random digits", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		Expect(id.movement).To(MatchRegexp("^69a55515[0-9a-f]{8}$"))
		Expect(id.message).To(MatchRegexp("^69a55515[0-9a-f]{8}$"))
	})

	It("gives the same ids again for the same seed and clock", func() {
		Expect(newWorld().declare("LRN-0001")).To(Equal(newWorld().declare("LRN-0001")))
	})

	It("takes every spelling of the XML content type", func() {
		w := newWorld()
		for i, value := range []string{"application/xml", "application/xml; charset=utf-8", "Application/XML; Charset=UTF-8"} {
			w.declare(fmt.Sprint("LRN-", i), header("Content-Type", value))
		}
	})

	It("takes a message of phase 6 under 3.0", func() {
		w := newWorld()
		w.post(departures, fixture("phase6/valid/ie015-simplified-gb-xi.xml"), accept("3.0+json"))
		Expect(w.get(departures, accept("3.0+json")).Body).To(ContainSubstring(`"totalCount":1`))
	})

	It("shows the movement to both versions", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		path := departures + "/" + id.movement
		Expect(w.get(path, accept("3.0+json"))).To(HaveField("Body", w.get(path).Body))
	})

	DescribeTable("takes every valid declaration of the fixtures", suite.Parameters,
		func(phase, name, version string) {
			created(newWorld().post(departures, fixture(phase+"/valid/"+name), accept(version+"+json")))
		},
		Entry(nil, "phase5", "ie015-normal-gb-xi.xml", "2.1"),
		Entry(nil, "phase5", "ie015-prelodged-simplified-xi-gb.xml", "2.1"),
		Entry(nil, "phase5", "ie015-tir-xi.xml", "2.1"),
		Entry(nil, "phase6", "ie015-normal-xi-gb.xml", "3.0"),
		Entry(nil, "phase6", "ie015-prelodged-normal-gb-xi.xml", "3.0"),
	)
})

var _ = Describe("Schema validation", func() {
	// The fixtures hold the exact arrays that must come back, whatever the order of white space in the file.
	expected := func(name string) string {
		var b bytes.Buffer
		Expect(json.Compact(&b, []byte(fixture(strings.TrimSuffix(name, ".xml")+".errors.json")))).To(Succeed())
		return `{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION","validationErrors":` + b.String() + `}`
	}

	for _, phase := range []struct{ dir, version string }{{"phase5", "2.1+json"}, {"phase6", "3.0+json"}} {
		It("answers 400 with every error that was found, for each invalid document of "+phase.dir, func() {
			w := newWorld()
			id := w.declare("LRN-0001")
			for _, name := range simtest.Files(phase.dir + "/invalid/*.xml") {
				path := departures
				switch {
				case strings.Contains(name, "/ie007"):
					path = "/customs/transits/movements/arrivals"
				case strings.Contains(name, "/ie044"):
					path = "/customs/transits/movements/arrivals/" + id.movement + "/messages"
				case !strings.Contains(name, "/ie015"):
					path = departures + "/" + id.movement + "/messages"
				}
				response := w.post(path, fixture(name), accept(phase.version))
				Expect(response.Body).To(Equal(expected(name)), name)
				Expect(response.Status).To(Equal(400))
			}
		})
	}

	It("reports an empty body on E1 as the end of the file", func() {
		newWorld().post(departures, "").is(400, `{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION",`+
			`"validationErrors":[{"lineNumber":1,"columnNumber":1,"message":"Premature end of file."}]}`)
	})

	It("refuses a document type", func() {
		newWorld().post(departures, "<!DOCTYPE a><ncts:CC015C/>").is(400, `{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION",`+
			`"validationErrors":[{"lineNumber":1,"columnNumber":10,"message":"DOCTYPE is disallowed when the feature \"http://apache.org/xml/features/disallow-doctype-decl\" set to true."}]}`)
	})

	It("fails on E1 for another root, also for one that may be attached", func() {
		newWorld().post(departures, fixture(invalidation)).is(400, `{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION",`+
			`"validationErrors":[{"lineNumber":1,"columnNumber":68,"message":"cvc-elt.1.a: Cannot find the declaration of element 'ncts:CC014C'."}]}`)
	})

	It("admits the PhaseID of phase 6 under 3.0 alone, and those of phase 5 under both", func() {
		w := newWorld()
		w.post(departures, strings.Replace(declaration("A"), "NCTS5.1", "NCTS5.0", 1), accept("3.0+json"))
		w.post(departures, strings.Replace(declaration("B"), "NCTS5.1", "NCTS6", 1), accept("3.0+json"))
		w.post(departures, strings.Replace(declaration("C"), "NCTS5.1", "NCTS5.0", 1))
		Expect(w.get(departures).Body).To(ContainSubstring(`"totalCount":3`))
		response := w.post(departures, strings.Replace(declaration("D"), "NCTS5.1", "NCTS6", 1))
		Expect(response.Status).To(Equal(400))
		Expect(response.Body).To(ContainSubstring(`"message":"cvc-enumeration-valid: Value 'NCTS6' is not facet-valid with respect to enumeration '[NCTS5.1, NCTS5.1, NCTS5.0]'. It must be a value from the enumeration."`))
		Expect(response.Body).To(ContainSubstring(`"message":"cvc-attribute.3: The value 'NCTS6' of attribute 'PhaseID' on element 'ncts:CC015C' is not valid with respect to its type, 'phaseIDtype'."`))
	})

	It("stores nothing", func() {
		w := newWorld()
		w.post(departures, "<x/>")
		Expect(w.get(departures).Body).To(ContainSubstring(`"totalCount":0`))
	})
})

var _ = Describe("Attaching a message (E4)", func() {
	It("answers 202 with two links and ids", func() {
		w := newWorld()
		first := w.declare("BR-MIXED-25-014")
		w.pass(1000)
		response := w.post(departures+"/"+first.movement+"/messages", fixture(invalidation))
		id := created(response)
		Expect(id.movement).To(Equal(first.movement))
		Expect(id.message).NotTo(Equal(first.message))
		response.is(202, fmt.Sprintf(`{"_links":{"self":{"href":"/customs/transits/movements/departures/%[1]s/messages/%[2]s"},`+
			`"departure":{"href":"/customs/transits/movements/departures/%[1]s"}},"departureId":"%[1]s","messageId":"%[2]s"}`, id.movement, id.message))
	})

	DescribeTable("takes each message of a trader for a departure:",
		func(name string) {
			w := newWorld()
			id := w.declare("LRN-0001")
			created(w.post(departures+"/"+id.movement+"/messages", fixture("phase5/valid/"+name)))
		},
		Entry("IE013", "ie013-amendment.xml"),
		Entry("IE014", "ie014-invalidation.xml"),
		Entry("IE170", "ie170-presentation.xml"),
	)

	DescribeTable("looks at the root before the schema:",
		func(body, text string) {
			w := newWorld()
			id := w.declare("LRN-0001")
			w.post(departures+"/"+id.movement+"/messages", body).refused(400, "BAD_REQUEST", text)
		},
		Entry("nothing", "", "Input was malformed"),
		Entry("a text", "hello", "Input was malformed"),
		Entry("JSON", `{"n1:CC014C":{}}`, "Input was malformed"),
		Entry("white space", " \n", "Input was malformed"),
		Entry("an unfinished tag", "<ncts:CC014C", "Input was malformed"),
		Entry("a document type before another root", "<!DOCTYPE a [<!ENTITY b '>'>]><CC999C/>", "CC999C is not a valid message type"),
		Entry("a document type that does not end", "<!DOCTYPE a [<CC014C/>", "Input was malformed"),
		Entry("a blank before the declaration", " <?xml version='1.0'?><CC014C/>", "Input was malformed"),
		Entry("an unsupported version", "<?xml version='2.0'?><CC014C/>", "Input was malformed"),
		Entry("another encoding", "<?xml version='1.0' encoding='ISO-8859-1'?><CC014C/>", "Input was malformed"),
		Entry("an unbound prefix", "<ncts:CC014C/>", "Input was malformed"),
		Entry("an unbound prefix of an attribute", "<CC014C xsi:a='b'/>", "Input was malformed"),
		Entry("an attribute without quotes", "<CC014C a=1/>", "Input was malformed"),
		Entry("an attribute without a value", "<CC014C a/>", "Input was malformed"),
		Entry("an attribute twice", "<CC014C a='1' a='2'/>", "Input was malformed"),
		Entry("bytes that are not UTF-8 in the start tag", "<CC014C a='\xe9'/>", "Input was malformed"),
		Entry("a tag that begins with a digit", "<1/>", "Input was malformed"),
		Entry("a name of 4 MB", "<"+strings.Repeat("a", 4_000_000)+"/>", "Input was malformed"),
		Entry("an unknown message", "<CC999C/>", "CC999C is not a valid message type"),
		Entry("the local name counts", `<x:CC015C xmlns:x="y">`, "CC015C is not a valid message type"),
		Entry("a message from customs", `<ncts:CC028C xmlns:ncts="http://ncts.dgtaxud.ec"/>`, "CC028C is not a valid message type"),
		Entry("a message of arrivals", `<ncts:CC044C xmlns:ncts="http://ncts.dgtaxud.ec"/>`, "CC044C is not a valid message type"),
		Entry("a declaration and comments before it", "<?xml version='1.0'?>\n<!-- x -->\n<CC007C/>", "CC007C is not a valid message type"),
	)

	DescribeTable("leaves what is wrong behind the root's start tag to the schema:",
		func(body string, column int, text string) {
			w := newWorld()
			id := w.declare("LRN-0001")
			response := w.post(departures+"/"+id.movement+"/messages", body)
			Expect(response.Status).To(Equal(400))
			Expect(response.Body).To(ContainSubstring(fmt.Sprintf(`{"lineNumber":1,"columnNumber":%d,"message":%s}]`, column, strconv.Quote(text))))
		},
		Entry("an end tag that does not match", "<CC014C></x>", 11, `The element type "CC014C" must be terminated by the matching end-tag "</CC014C>".`),
		Entry("bytes that are not UTF-8", "<CC014C>\xe9\xe9</CC014C>", 9, "Invalid byte 2 of 3-byte UTF-8 sequence."),
		Entry("a document type, too", "<!DOCTYPE CC014C><CC014C/>", 10,
			`DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.`),
	)

	It("checks the schema before it looks for the movement", func() {
		w := newWorld()
		path := departures + "/0123456789abcdef/messages"
		Expect(w.post(path, `<ncts:CC014C xmlns:ncts="http://ncts.dgtaxud.ec"/>`)).To(HaveField("Status", 400))
		w.post(path, replaced(fixture(invalidation), "messageRecipient", "NTA.FR")).
			refused(400, "BUSINESS_VALIDATION_ERROR", "The message recipient must be either NTA.GB or NTA.XI (NTA.FR was specified)")
		w.post(path, fixture(invalidation)).refused(404, "NOT_FOUND", "Departure movement with ID 0123456789abcdef was not found")
	})

	It("does not find somebody else's movement, and stores nothing there", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		w.post(departures+"/"+id.movement+"/messages", fixture(invalidation), as(stranger)).
			refused(404, "NOT_FOUND", "Departure movement with ID "+id.movement+" was not found")
		Expect(w.get(departures + "/" + id.movement + "/messages").Body).To(ContainSubstring(`"totalCount":1`))
	})

	It("does not find a departure under arrivals", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		w.post("/customs/transits/movements/arrivals/"+id.movement+"/messages", fixture("phase5/valid/ie044-clean.xml")).
			refused(404, "NOT_FOUND", "Arrival movement with ID "+id.movement+" was not found")
	})

	It("validates with the version of the request, not of the movement", func() {
		w := newWorld()
		id := w.declare("LRN-0001")
		six := strings.Replace(fixture(invalidation), "NCTS5.1", "NCTS6", 1)
		Expect(w.post(departures+"/"+id.movement+"/messages", six).Status).To(Equal(400))
		created(w.post(departures+"/"+id.movement+"/messages", six, accept("3.0+json")))
	})
})

var _ = DescribeTable("The submission rules:",
	func(name string, change func(string) string, text string) {
		w := newWorld()
		path := departures
		if !strings.HasPrefix(name, "ie015") {
			path += "/" + w.declare("LRN-0001").movement + "/messages"
		}
		w.post(path, change(fixture("phase5/valid/"+name))).refused(400, "BUSINESS_VALIDATION_ERROR", text)
	},
	Entry("1: the type is that of the root", "ie015-normal-gb-xi.xml",
		func(xml string) string { return replaced(xml, "messageType", "CC013C") }, "Root node doesn't match with the messageType"),
	Entry("1 before 2", "ie015-normal-gb-xi.xml",
		func(xml string) string { return officeOf(replaced(xml, "messageType", "CC013C"), "FR000060") }, "Root node doesn't match with the messageType"),
	Entry("2: the office is in the United Kingdom", "ie015-normal-gb-xi.xml",
		func(xml string) string { return officeOf(xml, "FR000060") },
		"The customs office specified for CustomsOfficeOfDeparture must be a customs office located in the United Kingdom (FR000060 was specified)"),
	Entry("2 before 3", "ie014-invalidation.xml",
		func(xml string) string { return officeOf(replaced(xml, "messageRecipient", "NTA.FR"), "FR000060") },
		"The customs office specified for CustomsOfficeOfDeparture must be a customs office located in the United Kingdom (FR000060 was specified)"),
	Entry("3: the recipient is NTA.GB or NTA.XI", "ie015-normal-gb-xi.xml",
		func(xml string) string { return replaced(xml, "messageRecipient", "NTA.FR") },
		"The message recipient must be either NTA.GB or NTA.XI (NTA.FR was specified)"),
	Entry("3: exactly", "ie015-normal-gb-xi.xml",
		func(xml string) string { return replaced(xml, "messageRecipient", "nta.gb") },
		"The message recipient must be either NTA.GB or NTA.XI (nta.gb was specified)"),
	Entry("4: the recipient is in the country of the office", "ie015-normal-gb-xi.xml",
		func(xml string) string { return replaced(xml, "messageRecipient", "NTA.XI") },
		"The message recipient country must match the country of the CustomsOfficeOfDeparture"),
	Entry("4, for IE170", "ie170-presentation.xml",
		func(xml string) string { return replaced(xml, "messageRecipient", "NTA.XI") },
		"The message recipient country must match the country of the CustomsOfficeOfDeparture"),
	Entry("6: an amendment has a number", "ie013-amendment.xml",
		func(xml string) string {
			return regexp.MustCompile(`\s*<LRN>[^<]*</LRN>`).ReplaceAllString(xml, "")
		},
		"A LRN or MRN must be specified, neither were found (rule C0467)"),
	Entry("6: an amendment has one number only", "ie013-amendment.xml",
		func(xml string) string {
			return strings.Replace(xml, "</LRN>", "</LRN><MRN>26GB000060A1B2C3K4</MRN>", 1)
		},
		"Only an LRN or MRN must be specified, both were found (rule C0467)"),
)

// officeOf gives the message another office of departure.
func officeOf(xml, office string) string {
	GinkgoHelper()
	old := between(between(xml, "<CustomsOfficeOfDeparture>", "</CustomsOfficeOfDeparture>"), "<referenceNumber>", "<")
	return regexp.MustCompile(`(<CustomsOfficeOfDeparture>\s*<referenceNumber>)`+old).ReplaceAllString(xml, "${1}"+office)
}

var _ = Describe("The submission rules", func() {
	It("read the arrival's office in messages of arrivals", func() {
		xml := fixture("phase5/valid/ie007-normal.xml")
		office := between(between(xml, "<CustomsOfficeOfDestinationActual>", "</CustomsOfficeOfDestinationActual>"), "<referenceNumber>", "<")
		newWorld().post("/customs/transits/movements/arrivals", strings.Replace(xml, office, "FR000060", 1)).
			refused(400, "BUSINESS_VALIDATION_ERROR", "The customs office specified for CustomsOfficeOfDestinationActual must be a customs office located in the United Kingdom (FR000060 was specified)")
	})

	It("5: the LRN matches the pattern, if there is one", func() {
		w := newWorld(deps(func(d *api.Deps) { d.LRNPattern = `^[A-Z]{1,35}$` }))
		w.post(departures, declaration("LRN-0001")).
			refused(400, "BUSINESS_VALIDATION_ERROR", "LRN must match the regex ^[A-Z]{1,35}$, but 'LRN-0001' was provided")
		w.declare("LRN")
	})

	It("are not looked at when the schema is not kept", func() {
		xml := strings.Replace(officeOf(declaration("A"), "FR000060"), "<LRN>A</LRN>", "", 1)
		Expect(newWorld().post(departures, xml).Body).To(ContainSubstring(`"code":"SCHEMA_VALIDATION"`))
	})

	It("store nothing", func() {
		w := newWorld()
		w.post(departures, officeOf(declaration("A"), "FR000060"))
		Expect(w.get(departures).Body).To(ContainSubstring(`"totalCount":0`))
	})
})

var _ = Describe("An LRN of DUPLRN and digits", func() {
	DescribeTable("is always a duplicate: 409, and the movement stays with a failed message", suite.Parameters,
		func(lrn string) {
			w := newWorld()
			w.post(departures, declaration(lrn)).refused(409, "CONFLICT", "LRN "+lrn+" has previously been used and cannot be reused")
			list := w.get(departures).Body
			Expect(list).To(ContainSubstring(`"totalCount":1`))
			Expect(list).To(ContainSubstring(`"localReferenceNumber":"` + lrn + `"`))
			id := between(list, `"id":"`, `"`)
			messages := w.get(departures + "/" + id + "/messages").Body
			Expect(messages).To(ContainSubstring(`"totalCount":1`))
			Expect(messages).To(ContainSubstring(`"type":"IE015","status":"Failed"`))
		},
		Entry(nil, "DUPLRN"), Entry(nil, "DUPLRN1"), Entry(nil, "DUPLRN0123456789"))

	DescribeTable("is nothing else", suite.Parameters, func(lrn string) { newWorld().declare(lrn) },
		Entry(nil, "DUPLRNX"), Entry(nil, "XDUPLRN1"), Entry(nil, "duplrn1"))

	It("also stays as a failed message on E4", func() {
		w := newWorld(profile("fast"))
		id := w.declare("LRN-0001")
		w.settle()
		before := len(w.messages(id.movement))
		w.post(departures+"/"+id.movement+"/messages", withLRN(fixture(invalidation), "DUPLRN7")).
			refused(409, "CONFLICT", "LRN DUPLRN7 has previously been used and cannot be reused")
		w.settle()
		after := w.messages(id.movement)
		Expect(after).To(HaveLen(before + 1))
		Expect(after[0]).To(HaveField("Type", "IE014"))
		Expect(after[0]).To(HaveField("Status", "Failed"))
	})

	It("never reaches the office", func() {
		w := newWorld(profile("instant"))
		w.post(departures, declaration("DUPLRN1"))
		w.settle()
		Expect(w.get(departures + "/" + between(w.get(departures).Body, `"id":"`, `"`) + "/messages").Body).To(ContainSubstring(`"totalCount":1`))
	})
})

// listed is an element of the list of messages.
type listed struct{ ID, Type, Status, Received string }

func (w *world) messages(id string) []listed {
	GinkgoHelper()
	return w.messagesOf(departures, id)
}

func (w *world) messagesOf(kind, id string) []listed {
	GinkgoHelper()
	var list struct{ Messages []listed }
	Expect(json.Unmarshal([]byte(w.get(kind+"/"+id+"/messages").Body), &list)).To(Succeed())
	return list.Messages
}

var _ = Describe("The size of a message", func() {
	sized := func(n int) string {
		xml := declaration("LRN-0001")
		return xml + strings.Repeat(" ", n-len(xml))
	}

	It("may be 5,000,000 bytes and no more", func() {
		w := newWorld()
		created(w.post(departures, sized(5_000_000)))
		w.post(departures, sized(5_000_001)).refused(413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large")
	})

	It("is measured when the client does not say it", func() {
		w := newWorld()
		stream := func(r *http.Request) { r.ContentLength = -1 }
		created(w.post(departures, sized(5_000_000), stream))
		w.post(departures, sized(5_000_001), stream).refused(413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large")
	})

	It("is checked before the root and the schema", func() {
		newWorld().post(departures+"/0123456789abcdef/messages", strings.Repeat("x", 5_000_001)).
			refused(413, "REQUEST_ENTITY_TOO_LARGE", "Request Entity Too Large")
	})
})

var _ = Describe("The route for large messages", func() {
	It("is taken after the checks before it", func() {
		w := newWorld()
		Expect(w.post(departures, declaration("A"), without("Content-Type"), without("Accept")).Status).To(Equal(406))
		w.post(departures+"/0123456789abcdef/messages", "", without("Content-Type")).
			refused(404, "NOT_FOUND", "Departure movement with ID 0123456789abcdef was not found")
		Expect(w.post(departures, "", without("Content-Type"), without("Authorization")).Status).To(Equal(401))
		Expect(w.post(departures+"/ABC/messages", "", without("Content-Type"), without("Accept")).Status).To(Equal(400))
		id := w.declare("LRN-0001")
		Expect(w.post(departures+"/"+id.movement+"/messages", "", without("Content-Type"), as(stranger)).Status).To(Equal(404))
	})
})

var _ = Describe("A message as JSON", func() {
	It("is answered after the checks before its content", func() {
		w := newWorld()
		asJSON := header("Content-Type", "application/json")
		Expect(w.post(departures, "{}", asJSON, without("Accept")).Status).To(Equal(406))
		Expect(w.post(departures, strings.Repeat(" ", 5_000_001), asJSON).Status).To(Equal(413))
		Expect(w.post(departures, "{}", asJSON, without("Authorization")).Status).To(Equal(401))
	})
})
