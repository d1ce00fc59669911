package api_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/phase4"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest"
)

const namespaceText = `The request cannot be processed as it contains a namespace on the root node. Please remove any "xmlns" attributes from all nodes.`

func schemaText(file, detail string) string {
	return "The request has failed schema validation. Please review the required message structure as specified by the XSD file '" + file + "'. Detailed error below:\n" + detail
}

func clientError(text string) string {
	return fmt.Sprintf(`{"statusCode":400,"message":%q,"code":"CLIENT_ERROR"}`, text)
}

var _ = Describe("A body in API 1.0", func() {
	DescribeTable("that is not well-formed XML is refused with what the parser says:",
		func(body, text string) {
			newWorld().post1(departures, body, one()).is(400, fmt.Sprintf(`{"statusCode":400,"message":%q}`, "Invalid XML: "+text))
		},
		Entry("an empty one", "", "Premature end of file."),
		Entry("text", "hello", "Content is not allowed in prolog."),
		Entry("one that is cut off", "<CC015B><SynIdeMES1>", "XML document structures must start and end within the same entity."),
		Entry("one with a document type", "<!DOCTYPE CC015B><CC015B/>", `DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.`),
		Entry("tags that cross", "<CC015B><a></b></CC015B>", `The element type "a" must be terminated by the matching end-tag "</a>".`),
	)

	DescribeTable("with a namespace at its root is refused with a text, though the schema may take it:",
		func(change func(string) string) {
			newWorld().post1(departures, change(fixture(p4Declaration)), one()).text(400, namespaceText)
		},
		Entry("a default namespace", func(xml string) string { return strings.Replace(xml, "<CC015B>", `<CC015B xmlns="urn:x">`, 1) }),
		Entry("an unused prefix", func(xml string) string { return strings.Replace(xml, "<CC015B>", "<CC015B\n\txmlns:n = 'urn:x'>", 1) }),
		Entry("a hint where the schema is", func(xml string) string {
			return strings.Replace(xml, "<CC015B>", `<CC015B xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="cc015b.xsd">`, 1)
		}),
		Entry("a prefix of the root", func(xml string) string {
			return strings.NewReplacer("<CC015B>", `<n:CC015B xmlns:n="urn:x">`, "</CC015B>", "</n:CC015B>").Replace(xml)
		}),
		Entry("before the schema is looked at", func(string) string { return `<Foo xmlns="urn:x"/>` }),
	)

	It("may have an unused namespace further down", func() {
		Expect(newWorld().post1(departures, strings.Replace(fixture(p4Declaration), "<HEAHEA>", `<HEAHEA xmlns="">`, 1)).Status).To(Equal(202))
	})

	It("may begin with a byte order mark", func() {
		a := newWorld().post1(departures, "\ufeff"+fixture(p4Declaration))
		Expect(a.Status).To(Equal(202))
		Expect(bodyIn(a, "body")).To(Equal(rootOf(fixture(p4Declaration))))
	})

	It("with an attribute whose value looks like a namespace is refused by the schema", func() {
		xml := strings.Replace(fixture(p4Declaration), "<CC015B>", `<CC015B a=" xmlns='urn:x'">`, 1)
		Expect(newWorld().post1(departures, xml).Body).To(HavePrefix(schemaText("cc015b.xsd", "")))
	})

	DescribeTable("that does not fit its schema is refused with two lines: the schema, and the first error:",
		func(kind, begin, name, file, detail string) {
			w := newWorld()
			path := kind
			if begin != "" {
				path = w.begin1(kind, begin) + "/messages"
			}
			w.post1(path, fixture("phase4/invalid/"+name)).text(400, schemaText(file, detail))
		},
		Entry("D1", departures, "", "ie015-date.xml", "cc015b.xsd", firstError("ie015-date")),
		Entry("D1 with several errors", departures, "", "ie015-five-errors.xml", "cc015b.xsd", firstError("ie015-five-errors")),
		Entry("D1 with another root", departures, "", "ie015-unknown-root.xml", "cc015b.xsd", firstError("ie015-unknown-root")),
		Entry("D1 with a sender", departures, "", "ie015-sender.xml", "cc015b.xsd", firstError("ie015-sender")),
		Entry("D1 with a message type that is another message's", departures, "", "ie015-message-type.xml", "cc015b.xsd", firstError("ie015-message-type")),
		Entry("A1", arrivals, "", "ie007-missing-place.xml", "cc007a.xsd", firstError("ie007-missing-place")),
		Entry("A1 with a sender", arrivals, "", "ie007-sender.xml", "cc007a.xsd", firstError("ie007-sender")),
		Entry("D4, IE014", departures, p4Declaration, "ie014-missing-reason.xml", "cc014a.xsd", firstError("ie014-missing-reason")),
		Entry("D4, IE054", departures, p4Declaration, "ie054-flag.xml", "cc054a.xsd", firstError("ie054-flag")),
		Entry("A5", arrivals, p4Notification, "ie044-unknown-element.xml", "cc044a.xsd", firstError("ie044-unknown-element")),
	)

	It("that is another message is a matter of the schema on D1, A1 and A3, not a 501", func() {
		w := newWorld()
		Expect(w.post1(departures, fixture(p4Cancellation)).Body).To(HavePrefix(schemaText("cc015b.xsd", "")))
		Expect(w.post1(arrivals, fixture(p4Declaration)).Body).To(HavePrefix(schemaText("cc007a.xsd", "")))
		Expect(w.put1(arrivals+"/1", fixture(p4Remarks)).Body).To(HavePrefix(schemaText("cc007a.xsd", "")))
	})

	It("stores nothing for any invalid document of the fixtures", func() {
		w := newWorld()
		for _, name := range simtest.Files("phase4/invalid/*.xml") {
			for _, kind := range []string{departures, arrivals} {
				Expect(w.post1(kind, fixture(name), one()).Status).To(Equal(400), name)
			}
		}
		Expect(w.get1(departures).Body).To(ContainSubstring(`"totalDepartures":0`))
		Expect(w.get1(arrivals).Body).To(ContainSubstring(`"totalArrivals":0`))
	})

	It("may be 5 MiB and no more", func() {
		w := newWorld()
		sized := func(n int) string { return fixture(p4Declaration) + strings.Repeat(" ", n-len(fixture(p4Declaration))) }
		Expect(w.post1(departures, sized(5_242_880)).Status).To(Equal(202))
		const tooLarge = `{"code":"REQUEST_ENTITY_TOO_LARGE","message":"Request Entity Too Large"}`
		w.post1(departures, sized(5_242_881)).is(413, tooLarge)
		w.post1(departures, sized(5_242_881), func(r *http.Request) { r.ContentLength = -1 }).is(413, tooLarge)
	})

	DescribeTable("of another content type is a 415:",
		func(change option) {
			newWorld().post1(departures, fixture(p4Declaration), change).is(415, `{"statusCode":415,"message":"Expecting xml body"}`)
		},
		Entry("text", header("Content-Type", "text/plain")),
		Entry("a type that cannot be read", header("Content-Type", "application/xml; charset")),
		Entry("none", without("Content-Type")),
		Entry("text/foo+xml", header("Content-Type", "text/foo+xml")),
	)
})

// firstError is the first of the errors that belong to an invalid document of the fixtures.
func firstError(name string) string {
	text := simtest.File("phase4/invalid/" + name + ".errors.json")
	var found []struct{ Message string }
	if err := json.Unmarshal(text, &found); err != nil {
		panic(err)
	}
	return found[0].Message
}

var _ = Describe("The preparation date and time in API 1.0", func() {
	DescribeTable("is shown as created:",
		func(date, clock, created string) {
			w := newWorld()
			xml := replaced(replaced(fixture(p4Declaration), "DatOfPreMES9", date), "TimOfPreMES10", clock)
			a := w.post1(departures, xml)
			Expect(a.Status).To(Equal(202), a.Body)
			Expect(bodyIn(w.get1(a.Header.Get("Location")), "created")).To(Equal(created))
		},
		Entry("eight digits", "20260302", "0905", "2026-03-02T09:05"),
		Entry("six digits", "260302", "0000", "2026-03-02T00:00"),
		Entry("a leap day", "20240229", "2359", "2024-02-29T23:59"),
		Entry("31 February is the last of that month, as Java has it", "20210231", "1200", "2021-02-28T12:00"),
		Entry("31 June too", "210631", "1200", "2021-06-30T12:00"),
	)

	const pattern8 = "The value of element 'DatOfPreMES9' is not valid with respect to pattern 'Value(YearOfEra,4,19,EXCEEDS_PAD)Value(MonthOfYear,2)Value(DayOfMonth,2)'"
	const pattern6 = "The value of element 'DatOfPreMES9' is not valid with respect to pattern 'ReducedValue(YearOfEra,2,2,2000-01-01)Value(MonthOfYear,2)Value(DayOfMonth,2)'"
	const length = "The value of element 'DatOfPreMES9' is neither 6 or 8 characters long"

	DescribeTable("is refused by the back end if it is not one:",
		func(date, reason string) {
			w := newWorld()
			with := func(name string) string { return replaced(fixture(name), "DatOfPreMES9", date) }
			w.post1(departures, with(p4Declaration)).is(400, clientError(reason))
			w.post1(w.begin1(departures, p4Declaration)+"/messages", with(p4Cancellation)).is(400, clientError(reason))
			w.post1(arrivals, with(p4Notification)).is(400, clientError("Failed to create ArrivalMovement with the following error: LocalDateParseFailure("+reason+")"))
			path := w.begin1(arrivals, p4Notification)
			w.put1(path, with(p4Notification)).is(400, clientError("Failed to create message and MovementReferenceNumber with error: LocalDateParseFailure("+reason+")"))
			w.post1(path+"/messages", with(p4Remarks)).is(400, clientError("Failed to create MovementMessageWithStatus with error: LocalDateParseFailure("+reason+") IE044"))
			Expect(w.get1(departures).Body).To(ContainSubstring(`"totalDepartures":1`))
		},
		Entry("seven digits", "2026030", length),
		Entry("month 13", "20211340", pattern8),
		Entry("month 0", "20210010", pattern8),
		Entry("day 32", "20210132", pattern8),
		Entry("day 0", "210100", pattern6),
		Entry("year 0", "00000101", pattern8),
	)
})

var _ = Describe("Ids in API 1.0", func() {
	wrong := func(name, value string) string {
		return fmt.Sprintf(`{"message":"Cannot parse parameter %s as Int: For input string: \"%s\"","statusCode":400,"code":"BAD_REQUEST"}`, name, value)
	}

	It("are whole numbers of 32 bits, the movement's before the message's and before everything else", func() {
		w := newWorld()
		for _, bad := range []string{"abc", "1.0", "2147483648", "99999999999", "-2147483649", someID, "1_0", " 1"} {
			segment := strings.ReplaceAll(bad, " ", "%20")
			w.get1(departures+"/"+segment).is(400, wrong("departureId", bad))
			w.get1(arrivals+"/"+segment+"/messages").is(400, wrong("arrivalId", bad))
			w.get1(departures+"/"+segment+"/messages/y").is(400, wrong("departureId", bad))
			w.get1(departures+"/1/messages/"+segment).is(400, wrong("messageId", bad))
			w.post1(departures+"/"+segment+"/messages", "x", one(), header("Content-Type", "x")).is(400, wrong("departureId", bad))
			w.put1(arrivals+"/"+segment, "", one()).is(400, wrong("arrivalId", bad))
			w.support("/test"+arrivals+"/"+segment+"/messages", "x", one()).is(400, wrong("arrivalId", bad))
		}
		w.get1(departures+"/99999999999", without("Accept")).is(400, wrong("departureId", "99999999999"))
	})

	It("are unknown, not wrong, if they are 0 or negative", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		for _, id := range []string{"0", "-1", "2147483647"} {
			w.get1(departures+"/"+id).is(404, notFound1)
			w.get1(path+"/messages/"+id).is(404, notFound1)
		}
	})

	It("may be written with a plus sign or zeros before them, as Java reads them", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration)
		Expect(w.get1(departures + "/+1").Body).To(Equal(w.get1(path).Body))
		Expect(w.get1(departures + "/001").Body).To(Equal(w.get1(path).Body))
	})
})

var _ = Describe("The Accept header of a GET in API 1.0", func() {
	DescribeTable("is exactly one text",
		func(change option) {
			w := newWorld()
			path := w.begin1(departures, p4Declaration)
			for _, p := range []string{path, path + "/messages", path + "/messages/1"} {
				w.get1(p, change).is(406, `{"statusCode":406,"message":"The accept header is missing or invalid"}`)
			}
		},
		Entry("not with parameters", header("Accept", "application/vnd.hmrc.1.0+json;charset=utf-8")),
		Entry("not of XML", header("Accept", "application/vnd.hmrc.1.0+xml")),
		Entry("not JSON in general", header("Accept", "application/json")),
		Entry("not anything", header("Accept", "*/*")),
		Entry("not nothing", without("Accept")),
		Entry("not in another case", header("Accept", "application/vnd.HMRC.1.0+json")),
		Entry("not in a list", header("Accept", "application/vnd.hmrc.1.0+json, */*")),
	)

	It("is looked at before the query and the movement", func() {
		w := newWorld()
		Expect(w.get1(departures+"/9/messages?receivedSince=x", accept("1.0+xml")).Status).To(Equal(406))
	})

	It("is not bothered by a Content-Type", func() {
		Expect(newWorld().get1(departures, header("Content-Type", "text/plain")).Status).To(Equal(200))
	})
})

var _ = Describe("Who calls API 1.0", func() {
	platformTokens := deps(func(d *api.Deps) {
		d.FixedTokens = map[string]platform.Grant{"nobody": {Standing: platform.NoEnrolment}, "old": {Standing: platform.Expired}}
	})

	It("has a token, or is turned away by the platform before anything else", func() {
		w := newWorld(platformTokens)
		w.get1(departures+"/abc", without("Authorization")).is(401, `{"code":"MISSING_CREDENTIALS","message":"Authentication information is not provided"}`)
		w.post1(departures, fixture(p4Declaration), as("old")).is(401, `{"code":"INVALID_CREDENTIALS","message":"Invalid Authentication information provided"}`)
		w.support("/test"+departures+"/1/messages", "x", without("Authorization"), without("Accept")).is(401, `{"code":"MISSING_CREDENTIALS","message":"Authentication information is not provided"}`)
	})

	It("has an enrolment, which is looked at behind a body that can be read and before everything about its content", func() {
		w := newWorld(platformTokens)
		const text = "Current user doesn't have a valid EORI enrolment."
		w.get1(departures, as("nobody"), header("Accept", "application/vnd.hmrc.1.0+xml")).text(403, text)
		w.post1(departures, "<Foo/>", as("nobody")).text(403, text)
		w.post1(departures+"/1/messages", "<Foo/>", as("nobody")).text(403, text)
		Expect(w.post1(departures, "<Foo", as("nobody"), one()).Status).To(Equal(400))
		w.support("/test"+departures+"/1/messages", ie928, as("nobody"), without("Accept")).text(403, text)
	})

	It("is told what is wrong with the token by the service itself where there is no platform", func() {
		w := newWorld(deps(func(d *api.Deps) { d.Platform, d.Auth = setting.Off, platform.Strict }))
		w.get1(departures, without("Authorization")).is(401, `{"message":"Failed to authorise user: Bearer token not supplied","code":"UNAUTHORIZED"}`)
		w.get1(departures, as("x")).is(401, `{"message":"Failed to authorise user: Invalid bearer token","code":"UNAUTHORIZED"}`)
		w.support("/test"+departures+"/1/messages", ie928, without("Authorization"), without("Accept")).empty(401)
	})

	It("sees nothing of others: not in lists, not by number, not for writing", func() {
		w := newWorld()
		path := w.begin1(departures, p4Declaration, as(stranger))
		w.get1(path).is(404, notFound1)
		w.get1(path+"/messages").is(404, notFound1)
		w.get1(path+"/messages/1").is(404, notFound1)
		w.post1(path+"/messages", fixture(p4Cancellation)).is(404, notFound1)
		w.place1(path, "IE928").empty(404)
		Expect(w.get1(departures).Body).To(ContainSubstring(`"totalDepartures":0`))
		Expect(w.get1(path, as(stranger)).Status).To(Equal(200))

		path = w.begin1(arrivals, p4Notification, as(stranger))
		for _, read := range []string{"", "/messages", "/messages/1"} {
			w.get1(path+read).is(404, notFound1)
			Expect(w.get1(path+read, as(stranger)).Status).To(Equal(200))
		}
		w.post1(path+"/messages", fixture(p4Remarks)).is(404, notFound1)
		w.place1(path, "IE043").empty(404)
		Expect(w.get1(arrivals).Body).To(ContainSubstring(`"totalArrivals":0`))
	})

	It("may make three requests a second if the platform counts", func() {
		w := newWorld(deps(func(d *api.Deps) { d.RateLimit = 1 }))
		Expect(w.get1(departures).Status).To(Equal(200))
		w.get1(departures).is(429, `{"code":"MESSAGE_THROTTLED_OUT","message":"The request for the API is throttled as you have exceeded your quota."}`)
	})
})

var _ = Describe("Of two faults API 1.0 names the one that it looks at first", func() {
	tokens := deps(func(d *api.Deps) {
		d.FixedTokens = map[string]platform.Grant{"nobody": {Standing: platform.NoEnrolment}, "old": {EORI: trader, Enrolment: platform.LegacyRefused}}
	})
	plain := header("Content-Type", "text/plain")
	text := func(xml string) func() string { return func() string { return xml } }
	with := func(name string, values ...string) func() string {
		return func() string {
			xml := fixture(name)
			for i := 0; i < len(values); i += 2 {
				xml = replaced(xml, values[i], values[i+1])
			}
			return xml
		}
	}

	DescribeTable("when somebody writes:",
		func(path string, body func() string, change option, status int, named string) {
			a := newWorld(tokens).post1(path, body(), one(), change)
			Expect(a.Body).To(ContainSubstring(named))
			Expect(a.Status).To(Equal(status))
		},
		Entry("the id before the content type", departures+"/x/messages", text("x"), plain, 400, "Cannot parse parameter departureId"),
		Entry("the size before the content type", departures, text(strings.Repeat(" ", 5_242_881)), plain, 413, "Request Entity Too Large"),
		Entry("the content type before the form", departures, text("<CC015B"), plain, 415, "Expecting xml body"),
		Entry("the form before the enrolment", departures, text("<CC015B"), as("nobody"), 400, "Invalid XML"),
		Entry("the enrolment before the kind of message", departures+"/9/messages", text("<CC028A/>"), as("nobody"), 403, "valid EORI enrolment"),
		Entry("an old enrolment before the namespace", departures, text(`<CC015B xmlns="urn:x"/>`), as("old"), 403, "Legacy enrolment"),
		Entry("the kind of message before the namespace", departures+"/9/messages", text(`<CC028A xmlns="urn:x"/>`), as(trader), 501, ""),
		Entry("the namespace before the schema", arrivals, text(`<CC007A xmlns="urn:x"/>`), as(trader), 400, "contains a namespace"),
		Entry("the schema before the guarantee", departures, with(p4Declaration, "RefNumEPT1", "FR000060", "DecDatHEA383", "x"), as(trader), 400, "has failed schema validation"),
		Entry("the guarantee before the date", departures, with(p4Declaration, "RefNumEPT1", "FR000060", "DatOfPreMES9", "2026030"), as(trader), 400, "Inappropriate Departure Office"),
		Entry("the schema before the movement", arrivals+"/9/messages", text("<CC044A/>"), as(trader), 400, "has failed schema validation"),
		Entry("the date before the movement", departures+"/9/messages", with(p4Cancellation, "DatOfPreMES9", "2026030"), as(trader), 400, "DatOfPreMES9"),
	)

	DescribeTable("when somebody reads:",
		func(path string, change option, status int, named string) {
			a := newWorld(tokens).get1(path, change)
			Expect(a.Body).To(ContainSubstring(named))
			Expect(a.Status).To(Equal(status))
		},
		Entry("the token before the id", departures+"/x", without("Authorization"), 401, "MISSING_CREDENTIALS"),
		Entry("the id before the enrolment", departures+"/x", as("nobody"), 400, "Cannot parse parameter departureId"),
		Entry("the enrolment before the Accept header", departures, func(r *http.Request) { as("nobody")(r); accept("1.0+xml")(r) }, 403, "valid EORI enrolment"),
		Entry("the Accept header before the query", departures+"?updatedSince=x", accept("1.0+xml"), 406, "accept header"),
		Entry("the query before the movement", departures+"/9/messages?receivedSince=x", as(trader), 400, "receivedSince"),
	)
})

var _ = Describe("A client of API 1.0 that sends a lot", func() {
	// answered writes a whole request before it reads, as many clients do, and gives the status.
	answered := func(w *world, request string) int {
		GinkgoHelper()
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		const size = 12 << 20
		_, err = fmt.Fprintf(conn, "%s\r\nHost: x\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", request, size, strings.Repeat(" ", size))
		Expect(err).NotTo(HaveOccurred())
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		Expect(err).NotTo(HaveOccurred())
		defer response.Body.Close()
		return response.StatusCode
	}

	DescribeTable("gets to the answer though nobody wants what it sends",
		func(request string, status int) { Expect(answered(newWorld(), request)).To(Equal(status)) },
		Entry("without a token", "POST "+departures+" HTTP/1.1", 401),
		Entry("to a path that is not there", "POST /nowhere HTTP/1.1\r\nAuthorization: Bearer "+trader, 404),
		Entry("for an id that is none", "PUT "+arrivals+"/x HTTP/1.1\r\nAuthorization: Bearer "+trader, 400),
		Entry("more than it may", "PUT "+arrivals+"/1 HTTP/1.1\r\nAuthorization: Bearer "+trader, 413),
	)
})

var _ = Describe("What goes wrong inside, in API 1.0", func() {
	broken := errors.New("the disk is on fire")

	DescribeTable("is a 500 that tells nothing of it, but keeps it for the log",
		func(answer func(error) wire.Response, body string) {
			response := answer(broken)
			Expect(response.Status).To(Equal(500))
			Expect(string(response.Body)).To(Equal(body))
			Expect(response.Cause).To(MatchError(broken))
		},
		Entry("without a body", phase4.Failure, ""),
		Entry("without a body in Test Support", phase4.SupportFailure, ""),
		Entry("with one at the push box", phase4.BoxFailure, `{"statusCode":500,"message":"Unexpected Error"}`),
	)
})
