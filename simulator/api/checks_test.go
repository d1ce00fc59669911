package api_test

import (
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest/suite"
)

// someID is the id of no movement and no message.
const someID = "0123456789abcdef"

// platformBody is an error body of the platform.
func platformBody(code, text string) string {
	return fmt.Sprintf(`{"code":%q,"message":%q}`, code, text)
}

var notThere = platformBody("MATCHING_RESOURCE_NOT_FOUND", "A resource with the name in the request can not be found in the API")

var _ = Describe("Binding errors", func() {
	bad := func(name, value string) string {
		return `{"message":"` + name + `: Value ` + value + ` is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`
	}

	It("are 400 with three keys for an id, in every path", func() {
		w := newWorld()
		for _, path := range []string{"/ABC", "/ABC/messages", "/ABC/messages/" + someID, "/ABC/messages/" + someID + "/body"} {
			w.get(departures+path).is(400, bad("movementId", "ABC"))
		}
		w.post(departures+"/ABC/messages", fixture(invalidation)).is(400, bad("movementId", "ABC"))
		for _, path := range []string{"/messages/XYZ", "/messages/XYZ/body"} {
			w.get(departures+"/"+someID+path).is(400, bad("messageId", "XYZ"))
		}
	})

	It("report the movement id before the message id", func() {
		newWorld().get(departures+"/ABC/messages/XYZ").is(400, bad("movementId", "ABC"))
	})

	It("report a bad id before a bad parameter, and parameters in the order of the table", func() {
		w := newWorld()
		w.get(departures+"/ABC/messages?page=x").is(400, bad("movementId", "ABC"))
		w.get(departures+"?count=a&page=b&updatedSince=c").is(400,
			`{"statusCode":400,"message":"Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"}`)
		w.get(departures+"?count=a&page=b").is(400, `{"statusCode":400,"message":"Cannot parse parameter page as Long: For input string: \"b\""}`)
		w.get(departures+"?receivedUntil=a&count=b").is(400, `{"statusCode":400,"message":"Cannot parse parameter count as Long: For input string: \"b\""}`)
	})

	DescribeTable("are 400 with two keys for a parameter:",
		func(path, text string) {
			newWorld().get(path).is(400, `{"statusCode":400,"message":"`+text+`"}`)
		},
		Entry("updatedSince", departures+"?updatedSince=nope", "Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"),
		Entry("receivedUntil with a bare plus", departures+"?receivedUntil=2026-03-02T09:00:00+00:00", "Cannot parse parameter receivedUntil as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"),
		Entry("receivedSince", departures+"/"+someID+"/messages?receivedSince=2026-03-02", "Cannot parse parameter receivedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"),
		Entry("a year below 1", departures+"?updatedSince=0000-12-31T23:59Z", "Year cannot be negative"),
		Entry("page", departures+"?page=abc", `Cannot parse parameter page as Long: For input string: \"abc\"`),
		Entry("count", departures+"/"+someID+"/messages?count=99999999999999999999", `Cannot parse parameter count as Long: For input string: \"99999999999999999999\"`),
	)

	DescribeTable("come before everything else but the platform:",
		func(path string) {
			w := newWorld()
			Expect(w.get(path, without("Accept")).Status).To(Equal(400))
			Expect(w.get(path, as("nobody")).Status).To(Equal(400))
			w.get(path, without("Authorization")).is(401, platformBody("MISSING_CREDENTIALS", "Authentication information is not provided"))
		},
		Entry("an id", departures+"/ABC"),
		Entry("a parameter", departures+"?page=x"),
	)

	It("come before the content type of a POST", func() {
		newWorld().post(departures+"/ABC/messages", "x", header("Content-Type", "text/plain")).is(400, bad("movementId", "ABC"))
	})

	It("are followed, after Accept, by pages and counts that are not positive: page first", func() {
		w := newWorld()
		for _, path := range []string{departures, departures + "/" + someID + "/messages"} {
			w.get(path+"?page=0").refused(400, "BAD_REQUEST", "The page parameter must be a positive number")
			w.get(path+"?page=-1&count=0").refused(400, "BAD_REQUEST", "The page parameter must be a positive number")
			w.get(path+"?count=0").refused(400, "BAD_REQUEST", "The count parameter must be a positive number")
			w.get(path+"?count=-5").refused(400, "BAD_REQUEST", "The count parameter must be a positive number")
			Expect(w.get(path+"?page=0", without("Accept")).Status).To(Equal(406))
		}
	})
})

var _ = Describe("The Accept header", func() {
	paths := map[string][]string{
		"metadata": {departures, departures + "/" + someID, departures + "/" + someID + "/messages"},
		"message":  {departures + "/" + someID + "/messages/" + someID},
		"body":     {departures + "/" + someID + "/messages/" + someID + "/body"},
	}
	all := append(append(append([]string{}, paths["metadata"]...), paths["message"]...), paths["body"]...)

	DescribeTable("is refused on every endpoint",
		func(value, text string) {
			w := newWorld()
			for _, path := range all {
				w.get(path, header("Accept", value)).refused(406, "NOT_ACCEPTABLE", text)
			}
			w.post(departures, declaration("A"), header("Accept", value)).refused(406, "NOT_ACCEPTABLE", text)
			w.post(departures+"/"+someID+"/messages", fixture(invalidation), header("Accept", value)).refused(406, "NOT_ACCEPTABLE", text)
		},
		Entry("without a version", "application/json", "Invalid accept header: application/json"),
		Entry("for anything", "*/*", "Invalid accept header: */*"),
		Entry("empty", "", "Invalid accept header: "),
		Entry("with a prefix in upper case", "Application/vnd.hmrc.2.1+json", "Invalid accept header: Application/vnd.hmrc.2.1+json"),
		Entry("without a minor version", "application/vnd.hmrc.2+json", "Invalid accept header: application/vnd.hmrc.2+json"),
		Entry("with three parts in the version", "application/vnd.hmrc.2.1.0+json", "Invalid accept header: application/vnd.hmrc.2.1.0+json"),
		Entry("without a suffix", "application/vnd.hmrc.2.1+", "Invalid accept header: application/vnd.hmrc.2.1+"),
		Entry("with something before it", " application/vnd.hmrc.2.1+json, x", "The Accept header is missing or invalid."),
		Entry("with an unknown suffix", "application/vnd.hmrc.2.1+yaml", "The Accept header is missing or invalid."),
		Entry("with parameters", "application/vnd.hmrc.2.1+json; charset=utf-8", "The Accept header is missing or invalid."),
		Entry("as a list", "application/vnd.hmrc.2.1+json, */*", "The Accept header is missing or invalid."),
		Entry("with an unknown suffix of an unknown version", "application/vnd.hmrc.2.0+yaml", "The Accept header is missing or invalid."),
		Entry("of the retired version", "application/vnd.hmrc.2.0+json", "Invalid version provided"),
		Entry("of a version with missing digits", "application/vnd.hmrc..+json", "Invalid version provided"),
		Entry("of a version with leading zeros", "application/vnd.hmrc.02.1+json", "Invalid version provided"),
	)

	It("is missed on every endpoint", func() {
		w := newWorld()
		for _, path := range all {
			w.get(path, without("Accept")).refused(406, "NOT_ACCEPTABLE", "The Accept header is missing.")
		}
		w.post(departures, declaration("A"), without("Accept")).refused(406, "NOT_ACCEPTABLE", "The Accept header is missing.")
	})

	DescribeTable("allows suffixes by endpoint:",
		func(kind string, allowed ...string) {
			w := newWorld()
			for _, path := range paths[kind] {
				for _, suffix := range []string{"json", "JSON", "xml", "json-xml", "json+xml"} {
					response := w.get(path, accept("3.0+"+suffix))
					for _, a := range allowed {
						if strings.EqualFold(a, suffix) {
							Expect(response.Status).NotTo(Equal(406), suffix)
							response = answer{}
						}
					}
					if response.Status != 0 {
						response.refused(406, "NOT_ACCEPTABLE", "The Accept header is missing or invalid.")
					}
				}
			}
		},
		Entry("E2, E3, E5", "metadata", "json"),
		Entry("E6", "message", "json", "json-xml", "json+xml"),
		Entry("E7", "body", "json", "xml"),
	)

	It("allows json alone on POST", func() {
		w := newWorld()
		for _, suffix := range []string{"xml", "json-xml", "json+xml"} {
			w.post(departures, declaration("A"), accept("2.1+"+suffix)).refused(406, "NOT_ACCEPTABLE", "The Accept header is missing or invalid.")
			w.post(departures+"/"+someID+"/messages", fixture(invalidation), accept("2.1+"+suffix)).refused(406, "NOT_ACCEPTABLE", "The Accept header is missing or invalid.")
		}
	})
})

var _ = Describe("The content type", func() {
	DescribeTable("is refused with 415 as it was sent", suite.Parameters,
		func(value string) {
			w := newWorld()
			for _, path := range []string{departures, departures + "/" + someID + "/messages"} {
				w.post(path, declaration("A"), header("Content-Type", value)).
					is(415, `{"message":`+quoted("Content-type header "+value+" is not supported!")+`,"code":"UNSUPPORTED_MEDIA_TYPE"}`)
			}
		},
		Entry(nil, "text/xml"),
		Entry(nil, "application/x-www-form-urlencoded"),
		Entry(nil, "application/xml; q=1"),
		Entry("empty", ""),
		Entry("not one that can be read", "application/xml; charset"),
		Entry("a semicolon at its end", "Application/XML;"),
		Entry("a quotation mark that nothing ends", `application/xml; charset="utf-8`),
		Entry("two in one", "application/xml, application/xml"),
		Entry("a word without a slash", "XML"),
	)

	DescribeTable("is refused as HMRC's server writes it again",
		func(value, written string) {
			newWorld().post(departures, declaration("A"), header("Content-Type", value)).
				is(415, `{"message":"Content-type header `+written+` is not supported!","code":"UNSUPPORTED_MEDIA_TYPE"}`)
		},
		Entry("in lower case", "Text/Plain", "text/plain"),
		Entry("with the charset's own name", "application/xml; charset=iso-8859-1", "application/xml; charset=ISO-8859-1"),
		Entry("that of an alias", "application/xml;charset=latin1", "application/xml; charset=ISO-8859-1"),
		Entry("of a charset that nobody knows", "application/xml;charset=Klingon", "application/xml; charset=Klingon"),
		Entry("with one space before a parameter", "application/xml;version=1", "application/xml; version=1"),
		Entry("with the charset behind other parameters", "text/xml ;CharSet=UTF-8 ; a=b", "text/xml; a=b; charset=UTF-8"),
		Entry("without quotation marks that are not needed", `text/plain; a="b"`, "text/plain; a=b"),
		Entry("with those that are", `text/plain; a="b c"`, `text/plain; a=\"b c\"`),
	)

	DescribeTable("is compared in that form", suite.Parameters,
		func(value string) {
			created(newWorld().post(departures, declaration("A"), header("Content-Type", value)))
		},
		Entry(nil, "application/xml"),
		Entry(nil, "Application/XML"),
		Entry(nil, "application/xml; charset=utf-8"),
		Entry(nil, "application/xml;charset=UTF-8"),
		Entry(nil, "application/xml;  charset=utf-8"),
		Entry(nil, `application/xml; charset="utf-8"`),
		Entry(nil, "application/xml ; Charset = Utf-8 "),
		Entry(nil, "application/xml;charset=utf8"),
	)

	DescribeTable("of JSON may name any charset", suite.Parameters,
		func(value string) {
			Expect(newWorld().post(departures, "{}", header("Content-Type", value)).Body).To(ContainSubstring("Missing element: n1:CC015C.messageType"))
		},
		Entry(nil, "application/json"), Entry(nil, "application/json; charset=utf-8"),
		Entry(nil, "application/JSON;charset=iso-8859-1"), Entry(nil, `application/json; charset="x"`))

	It("is decided before the service looks at the caller and at Accept, and before the size", func() {
		w := newWorld(deps(func(d *api.Deps) {
			d.FixedTokens = map[string]platform.Grant{"nobody": {Standing: platform.NoEnrolment}}
		}))
		plain := header("Content-Type", "text/plain")
		for _, o := range []option{as("nobody"), without("Accept")} {
			Expect(w.post(departures, "x", plain, o).Status).To(Equal(415))
		}
		Expect(w.post(departures, strings.Repeat("x", 5_000_001), plain).Status).To(Equal(415))
	})

	It("may be any of XML when that is asked for", func() {
		w := newWorld(deps(func(d *api.Deps) { d.ContentType = traders.Lenient }))
		for i, value := range []string{"text/xml", "application/xml; charset=iso-8859-1", "application/vnd.x+xml; a=b"} {
			created(w.post(departures, declaration(fmt.Sprint("A", i)), header("Content-Type", value)))
		}
		Expect(w.post(departures, declaration("A"), header("Content-Type", "text/plain")).Status).To(Equal(415))
	})
})

var _ = Describe("Credentials", func() {
	grants := map[string]platform.Grant{
		"file":     {EORI: stranger},
		"nobody":   {Standing: platform.NoEnrolment},
		"old":      {Standing: platform.Expired},
		"narrow":   {Standing: platform.NoScope},
		"stranger": {Standing: platform.NotSubscribed},
	}
	withTokens := deps(func(d *api.Deps) { d.FixedTokens = grants })
	strict := deps(func(d *api.Deps) { d.Auth = platform.Strict })
	bare := deps(func(d *api.Deps) { d.Platform = setting.Off })

	DescribeTable("name the EORI:",
		func(token, eori string) {
			w := newWorld(withTokens)
			id := w.declare("LRN-0001", as(token))
			Expect(w.get(departures+"/"+id.movement, as(eori)).Body).To(ContainSubstring(`"enrollmentEORINumber":"` + eori + `"`))
		},
		Entry("a token that is an EORI", "XI12345678901234", "XI12345678901234"),
		Entry("a token of the token file", "file", stranger),
		Entry("any other token", "abc", fallback),
	)

	It("are needed: the platform's 401 comes before bindings, content type and Accept", func() {
		w := newWorld(withTokens)
		none, wrong := without("Authorization"), header("Authorization", "Basic YTpi")
		for _, call := range []func(option) answer{
			func(o option) answer { return w.get(departures, o) },
			func(o option) answer { return w.get(departures+"/ABC", o, without("Accept")) },
			func(o option) answer { return w.post(departures, "x", header("Content-Type", "text/plain"), o) },
			func(o option) answer {
				return w.get(departures+"/"+someID+"/messages/"+someID+"/body", accept("2.1+xml"), o)
			},
		} {
			call(none).is(401, platformBody("MISSING_CREDENTIALS", "Authentication information is not provided"))
			call(wrong).is(401, platformBody("INVALID_CREDENTIALS", "Invalid Authentication information provided"))
			call(as("old")).is(401, platformBody("INVALID_CREDENTIALS", "Invalid Authentication information provided"))
			call(as("narrow")).is(403, platformBody("INVALID_SCOPE", "Can not access the required resource. Ensure this token has all the required scopes."))
			call(as("stranger")).is(403, platformBody("RESOURCE_FORBIDDEN", "The application is not subscribed to the API which it is attempting to invoke"))
		}
	})

	It("must be known when that is strict", func() {
		w := newWorld(withTokens, strict)
		w.get(departures, as("abc")).is(401, platformBody("INVALID_CREDENTIALS", "Invalid Authentication information provided"))
		Expect(w.get(departures, as("file")).Status).To(Equal(200))
		Expect(w.get(departures, as(trader)).Status).To(Equal(200))
	})

	It("without an enrolment are the service's 403, before Accept and after bindings", func() {
		w := newWorld(withTokens)
		w.get(departures, as("nobody"), without("Accept")).refused(403, "FORBIDDEN", "Current user doesn't have a valid EORI enrolment.")
		w.post(departures, declaration("A"), as("nobody"), without("Accept")).refused(403, "FORBIDDEN", "Current user doesn't have a valid EORI enrolment.")
		Expect(w.get(departures+"/ABC", as("nobody")).Status).To(Equal(400))
	})

	Context("without the platform", func() {
		It("may be missing, which means the default EORI", func() {
			w := newWorld(bare)
			id := w.declare("LRN-0001", without("Authorization"))
			Expect(w.get(departures+"/"+id.movement, as("abc")).Body).To(ContainSubstring(`"enrollmentEORINumber":"` + fallback + `"`))
		})

		It("are refused by the service, after bindings and content type and before Accept", func() {
			w := newWorld(bare, strict, withTokens)
			w.get(departures, without("Authorization"), without("Accept")).refused(401, "UNAUTHORIZED", "Failed to authorise user: Bearer token not supplied")
			w.get(departures, as("abc"), without("Accept")).refused(401, "UNAUTHORIZED", "Failed to authorise user: Invalid bearer token")
			w.get(departures, as("old"), without("Accept")).refused(401, "UNAUTHORIZED", "Failed to authorise user: Bearer token expired")
			Expect(w.get(departures+"/ABC", without("Authorization")).Status).To(Equal(400))
			Expect(w.post(departures, "x", without("Authorization"), header("Content-Type", "text/plain")).Status).To(Equal(415))
		})
	})
})

var _ = Describe("Paths", func() {
	DescribeTable("that no API has, and methods that a path does not have, are the platform's 404, without a token too", suite.Parameters,
		func(method, path string) {
			w := newWorld()
			w.do(method, path, "", without("Content-Type")).is(404, notThere)
			w.do(method, path, "", without("Authorization"), without("Accept"), without("Content-Type")).is(404, notThere)
		},
		Entry(nil, "GET", "/"),
		Entry(nil, "GET", "/customs/transits"),
		Entry(nil, "GET", "/customs/transits/movements"),
		Entry(nil, "GET", "/customs/transits/movements/foo"),
		Entry(nil, "POST", "/customs/transits/movements/foo"),
		Entry(nil, "GET", departures+"/"),
		Entry(nil, "GET", "/customs//transits/movements/departures"),
		Entry(nil, "GET", departures+"/"+someID+"/messages/"),
		Entry(nil, "GET", departures+"/"+someID+"/messages/"+someID+"/body/more"),
		Entry(nil, "GET", "/customs/transits/../transits/movements/departures"),
		Entry(nil, "PUT", departures),
		Entry(nil, "DELETE", departures+"/"+someID),
		Entry(nil, "POST", departures+"/"+someID),
		Entry(nil, "PATCH", departures+"/"+someID+"/messages"),
		Entry(nil, "POST", departures+"/"+someID+"/messages/"+someID),
		Entry(nil, "OPTIONS", departures),
		Entry(nil, "GET", "/test"+departures+"/"+someID+"/messages"),
		Entry(nil, "POST", "/traders/GB123456789012/movements/departures/"+someID+"/messages/"+someID+"/final"),
		Entry(nil, "GET", "/simulators"),
		Entry(nil, "GET", "/healthy"),
	)

	It("are answered by the service when there is no platform", func() {
		w := newWorld(deps(func(d *api.Deps) { d.Platform = setting.Off }))
		w.get("/customs/x?a=b").is(404, `{"statusCode":404,"message":"URI not found","requested":"/customs/x"}`)
		w.do("PUT", departures, "").is(404, `{"statusCode":404,"message":"URI not found","requested":"/customs/transits/movements/departures"}`)
		for _, path := range []string{"", "/x", "/x/messages", "/x/messages/y", "/x/messages/y/body"} {
			w.get("/customs/transits/movements/foo"+path).is(400, `{"statusCode":400,"message":"movementType value foo is not valid. expecting arrivals or departures"}`)
		}
		for _, path := range []string{"", "/x/messages"} {
			w.post("/customs/transits/movements/foo"+path, "x").is(400, `{"statusCode":400,"message":"movementType value foo is not valid. expecting arrivals or departures"}`)
		}
	})
})

var _ = Describe("Which version answers", func() {
	const plain = `<CC015B><SynIdeMES1>UNOC</SynIdeMES1></CC015B>`
	var w *world
	BeforeEach(func() {
		w = newWorld(deps(func(d *api.Deps) { d.APIVersions = []string{"2.1", "3.0"} }))
	})

	DescribeTable("API 1.0, where it is switched off, is a 404 like any unknown path:",
		func(call func() answer) { call().is(404, notThere) },
		Entry("Accept names it", func() answer { return w.get(departures, accept("1.0+json")) }),
		Entry("Accept names it, with a suffix that is not understood", func() answer { return w.get(departures, accept("1.0+json; x")) }),
		Entry("Accept names it and the body has a namespace", func() answer { return w.post(departures, declaration("A"), accept("1.0+json")) }),
		Entry("no Accept and a root without a namespace", func() answer { return w.post(departures, plain, without("Accept")) }),
		Entry("any Accept and such a root", func() answer {
			return w.post(departures, "<?xml version='1.0'?>\n<!-- x -->"+plain, header("Accept", "*/*"))
		}),
		Entry("an Accept without a version and such a root", func() answer { return w.post(departures, plain, header("Accept", "application/json")) }),
		Entry("no Accept and a foreign default namespace", func() answer { return w.post(departures, "<CC015C xmlns='x'/>", without("Accept")) }),
		Entry("no Accept and junk", func() answer { return w.post(departures, "nonsense", without("Accept")) }),
		Entry("no Accept and JSON that does not say so", func() answer { return w.post(departures, "{}", without("Accept")) }),
		Entry("no Accept and nothing", func() answer { return w.post(departures, "", without("Accept")) }),
		Entry("no Accept, no Content-Type and nothing", func() answer { return w.post(departures, "", without("Accept"), without("Content-Type")) }),
		Entry("no Accept and broken XML", func() answer { return w.post(departures, "<a", without("Accept")) }),
		Entry("no Accept and a root in a namespace of phase 4 that cannot be read", func() answer {
			return w.post(departures, "<CC015B xmlns='http://ncts.dgtaxud.ec/CC015B'", without("Accept"))
		}),
		Entry("no Accept and a prefix that is bound to something else", func() answer {
			return w.post(departures, "<n:CC015C xmlns:n='urn:x' xmlns='http://ncts.dgtaxud.ec'/>", without("Accept"))
		}),
		Entry("such a root on E4", func() answer { return w.post(departures+"/"+someID+"/messages", plain, without("Accept")) }),
		Entry("a decimal id", func() answer { return w.get(departures+"/12", without("Accept")) }),
		Entry("a decimal message id", func() answer { return w.get(departures+"/"+someID+"/messages/1", header("Accept", "*/*")) }),
		Entry("before the token is looked at", func() answer { return w.get(departures, accept("1.0+json"), without("Authorization")) }),
	)

	DescribeTable("2.x has its own words for everything else:",
		func(call func() answer, status int) { Expect(call().Status).To(Equal(status)) },
		Entry("a root with a prefix", func() answer { return w.post(departures, declaration("A"), without("Accept")) }, 406),
		Entry("a root with a default namespace", func() answer {
			return w.post(departures, "<!-- x -->\n<CC015C a='b' xmlns='http://ncts.dgtaxud.ec'>", without("Accept"))
		}, 406),
		Entry("a root in the namespace of NCTS that cannot be read", func() answer {
			return w.post(departures, "<ncts:CC015C xmlns:ncts='http://ncts.dgtaxud.ec' a>", without("Accept"))
		}, 406),
		Entry("such a root that is cut off", func() answer {
			return w.post(departures, "<ncts:CC015C xmlns:ncts='http://ncts.dgtaxud.ec", without("Accept"))
		}, 406),
		Entry("such a root without a Content-Type", func() answer { return w.post(departures, declaration("A"), without("Accept"), without("Content-Type")) }, 406),
		Entry("JSON", func() answer {
			return w.post(departures, "nonsense", without("Accept"), header("Content-Type", "application/json"))
		}, 406),
		Entry("any Accept and a foreign namespace", func() answer { return w.post(departures, "<CC015C xmlns='x'/>", header("Accept", "*/*")) }, 406),
		Entry("any Accept and nothing", func() answer { return w.post(departures, "", header("Accept", "*/*")) }, 406),
		Entry("any Accept and junk", func() answer { return w.post(departures, "nonsense", header("Accept", "application/json")) }, 406),
		Entry("a GET", func() answer { return w.get(departures, without("Accept")) }, 406),
		Entry("a hexadecimal id without letters", func() answer { return w.get(departures+"/6365135012345678", without("Accept")) }, 406),
		Entry("a decimal id under a version", func() answer { return w.get(departures+"/12", accept("2.1+json")) }, 400),
		Entry("a plain root under a version", func() answer { return w.post(departures, plain, accept("3.0+json")) }, 400),
		Entry("a version that nobody knows", func() answer { return w.get(departures, accept("9.9+json")) }, 406),
	)

	It("leaves the body whole for whoever answers", func() {
		xml := declaration("LRN-0001")
		response := w.post(departures, "<!--"+strings.Repeat("x", 10_000)+"-->"+xml[strings.Index(xml, "<ncts"):], header("Accept", "application/vnd.hmrc.2.1+json"))
		created(response)
	})

	It("is not 3.0 when that is switched off", func() {
		w := newWorld(deps(func(d *api.Deps) { d.APIVersions = []string{"2.1"} }))
		w.get(departures, accept("3.0+json")).is(404, notThere)
		w.post(departures, fixture("phase6/valid/ie015-simplified-gb-xi.xml"), accept("3.0+json")).is(404, notThere)
		Expect(w.get(departures).Status).To(Equal(200))
	})
})

var _ = Describe("The rate limit", func() {
	It("answers 429 before everything else, per application, in the simulator's time", func() {
		w := newWorld(deps(func(d *api.Deps) { d.RateLimit = 3 }))
		for range 3 {
			Expect(w.get(departures).Status).To(Equal(200))
		}
		refused := platformBody("MESSAGE_THROTTLED_OUT", "The request for the API is throttled as you have exceeded your quota.")
		w.get(departures).is(429, refused)
		response := w.get("/customs/unknown")
		response.is(429, refused)
		Expect(response.Header).NotTo(HaveKey("Retry-After"))
		w.post("/test"+departures+"/"+someID+"/messages", "{}").is(429, refused)
		Expect(w.get(departures, as(stranger)).Status).To(Equal(200))
		w.pass(1e9)
		Expect(w.get(departures).Status).To(Equal(200))
	})

	It("does not hold for the control API", func() {
		w := newWorld(deps(func(d *api.Deps) { d.RateLimit = 1 }))
		for range 5 {
			Expect(w.get("/simulator/v1/clock").Status).To(Equal(http.StatusOK))
		}
	})
})
