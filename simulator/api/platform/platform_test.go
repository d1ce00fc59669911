package platform_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api/platform"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest/suite"
)

func TestPlatform(t *testing.T) {
	suite.Run(t, "Platform")
}

const defaultEORI = "GB999999999999"

func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/customs/transits/movements/departures", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func bearer(token string) *http.Request { return request("Authorization", "Bearer "+token) }

var tokens = map[string]platform.Grant{
	"trader-2": {EORI: "XI123456789012"},
	"old":      {Standing: platform.Expired},
	"nobody":   {Standing: platform.NoEnrolment},
	"narrow":   {Standing: platform.NoScope},
	"stranger": {Standing: platform.NotSubscribed},
}

var _ = Describe("Who calls", func() {
	var opts platform.Options
	BeforeEach(func() {
		opts = platform.Options{Settings: platform.Settings{EORI: defaultEORI}, Tokens: tokens}
	})

	It("is the EORI that the token is", func() {
		Expect(platform.New(opts).Identify(bearer("GB123456789012")).EORI).To(Equal("GB123456789012"))
		Expect(platform.New(opts).Identify(bearer("XI123456789012345")).EORI).To(Equal("XI123456789012345"))
	})

	It("is the EORI that the token file gives the token", func() {
		Expect(platform.New(opts).Identify(bearer("trader-2")).EORI).To(Equal("XI123456789012"))
	})

	DescribeTable("is the default EORI with any other token:",
		func(token string) { Expect(platform.New(opts).Identify(bearer(token)).EORI).To(Equal(defaultEORI)) },
		Entry("a word", "anything"), Entry("11 digits", "GB12345678901"), Entry("16 digits", "GB1234567890123456"),
		Entry("another country", "DE123456789012"), Entry("lower case", "gb123456789012"))

	It("is an application that the token alone determines, and that does not show it", func() {
		p := platform.New(opts)
		first := p.Identify(bearer("anything")).ClientID
		Expect(first).NotTo(BeEmpty())
		Expect(first).NotTo(ContainSubstring("anything"))
		Expect(p.Identify(bearer("anything")).ClientID).To(Equal(first))
		Expect(p.Identify(bearer("anything-else")).ClientID).NotTo(Equal(first))
	})

	It("does not believe X-Client-Id behind the platform", func() {
		r := bearer("anything")
		r.Header.Set("X-Client-Id", "mine")
		Expect(platform.New(opts).Identify(r).ClientID).NotTo(Equal("mine"))
	})

	It("believes X-Client-Id without the platform", func() {
		opts.Platform = setting.Off
		r := bearer("anything")
		r.Header.Set("X-Client-Id", "mine")
		Expect(platform.New(opts).Identify(r).ClientID).To(Equal("mine"))
		Expect(platform.New(opts).Identify(bearer("anything")).ClientID).To(BeEmpty())
	})

	It("is the default EORI without credentials when there is no platform and it is lenient", func() {
		opts.Platform = setting.Off
		Expect(platform.New(opts).Identify(request())).To(Equal(platform.Caller{EORI: defaultEORI}))
		opts.Auth = platform.Strict
		Expect(platform.New(opts).Identify(request()).Standing).To(Equal(platform.NoToken))
	})

	DescribeTable("is turned away by the platform",
		func(auth string, r *http.Request, want platform.Refusal, body string) {
			opts.Auth = auth
			p := platform.New(opts)
			refusal, refused := p.Refuse(p.Identify(r))
			Expect(refused).To(BeTrue())
			Expect(refusal).To(Equal(want))
			Expect(string(refusal.Response().Body)).To(Equal(body))
		},
		Entry("without Authorization", platform.Lenient, request(), platform.MissingCredentials,
			`{"code":"MISSING_CREDENTIALS","message":"Authentication information is not provided"}`),
		Entry("without Authorization, strictly", platform.Strict, request(), platform.MissingCredentials,
			`{"code":"MISSING_CREDENTIALS","message":"Authentication information is not provided"}`),
		Entry("with another scheme", platform.Lenient, request("Authorization", "Basic YTpi"), platform.InvalidCredentials,
			`{"code":"INVALID_CREDENTIALS","message":"Invalid Authentication information provided"}`),
		Entry("with an empty token", platform.Lenient, request("Authorization", "Bearer "), platform.InvalidCredentials,
			`{"code":"INVALID_CREDENTIALS","message":"Invalid Authentication information provided"}`),
		Entry("with an unknown token, strictly", platform.Strict, bearer("anything"), platform.InvalidCredentials,
			`{"code":"INVALID_CREDENTIALS","message":"Invalid Authentication information provided"}`),
		Entry("with an expired token", platform.Lenient, bearer("old"), platform.InvalidCredentials,
			`{"code":"INVALID_CREDENTIALS","message":"Invalid Authentication information provided"}`),
		Entry("with a token that lacks the scope", platform.Lenient, bearer("narrow"), platform.InvalidScope,
			`{"code":"INVALID_SCOPE","message":"Can not access the required resource. Ensure this token has all the required scopes."}`),
		Entry("with an application that does not subscribe", platform.Lenient, bearer("stranger"), platform.NotSubscribedToAPI,
			`{"code":"RESOURCE_FORBIDDEN","message":"The application is not subscribed to the API which it is attempting to invoke"}`),
	)

	DescribeTable("gets past the platform",
		func(auth string, r *http.Request) {
			opts.Auth = auth
			p := platform.New(opts)
			_, refused := p.Refuse(p.Identify(r))
			Expect(refused).To(BeFalse())
		},
		Entry("with any token", platform.Lenient, bearer("anything")),
		Entry("with the scheme in another case", platform.Lenient, request("Authorization", "bearer anything")),
		Entry("with an EORI, strictly", platform.Strict, bearer("GB123456789012")),
		Entry("with a token of the file, strictly", platform.Strict, bearer("trader-2")),
		Entry("without an enrolment, which the service finds", platform.Strict, bearer("nobody")),
	)

	It("is never turned away when there is no platform", func() {
		opts.Platform, opts.Auth = setting.Off, platform.Strict
		p := platform.New(opts)
		_, refused := p.Refuse(p.Identify(request()))
		Expect(refused).To(BeFalse())
	})
})

var _ = Describe("An unknown path", func() {
	It("is the platform's 404", func() {
		response := platform.New(platform.Options{}).NotFound(request())
		Expect(response.Status).To(Equal(404))
		Expect(string(response.Body)).To(Equal(`{"code":"MATCHING_RESOURCE_NOT_FOUND","message":"A resource with the name in the request can not be found in the API"}`))
	})

	It("is the service's 404 without the platform", func() {
		response := platform.New(platform.Options{Settings: platform.Settings{Platform: setting.Off}}).NotFound(request())
		Expect(response.Status).To(Equal(404))
		Expect(string(response.Body)).To(Equal(`{"statusCode":404,"message":"URI not found","requested":"/customs/transits/movements/departures"}`))
	})
})

var _ = Describe("The rate limit", func() {
	var now time.Time
	var opts platform.Options
	var p *platform.Platform

	passes := func(r *http.Request) bool { return !p.Throttled(p.Identify(r)) }
	BeforeEach(func() {
		now = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
		opts = platform.Options{Settings: platform.Settings{RateLimit: 3}, Now: func() time.Time { return now }}
	})
	JustBeforeEach(func() { p = platform.New(opts) })

	It("counts per application in the simulator's time", func() {
		for range 3 {
			Expect(passes(bearer("a"))).To(BeTrue())
		}
		Expect(passes(bearer("a"))).To(BeFalse())
		Expect(platform.ThrottledOut.Status).To(Equal(429))
		Expect(string(platform.ThrottledOut.Response().Body)).To(Equal(`{"code":"MESSAGE_THROTTLED_OUT","message":"The request for the API is throttled as you have exceeded your quota."}`))
		Expect(passes(bearer("b"))).To(BeTrue())
		now = now.Add(334 * time.Millisecond)
		Expect(passes(bearer("a"))).To(BeTrue())
		Expect(passes(bearer("a"))).To(BeFalse())
	})

	It("leaves requests without credentials to those who refuse them", func() {
		for range 10 {
			Expect(passes(request())).To(BeTrue())
		}
	})

	It("forgets idle clients when there are very many, and no busy one", func() {
		for i := range 4000 {
			passes(bearer(fmt.Sprint("idle ", i)))
		}
		now = now.Add(2 * time.Second)
		for range 3 {
			Expect(passes(bearer("busy"))).To(BeTrue())
		}
		for i := range 500 {
			Expect(passes(bearer(fmt.Sprint("new ", i)))).To(BeTrue())
		}
		Expect(passes(bearer("busy"))).To(BeFalse())
	})

	It("is no reason to run out of memory when all of very many clients are busy", func() {
		for i := range 10_000 {
			Expect(passes(bearer(fmt.Sprint("client ", i)))).To(BeTrue())
		}
	})

	It("does not exist without the platform", func() {
		opts.Platform = setting.Off
		p = platform.New(opts)
		for range 100 {
			r := bearer("a")
			r.Header.Set("X-Client-Id", "a")
			Expect(passes(r)).To(BeTrue())
		}
	})

	When("there is none", func() {
		BeforeEach(func() { opts.RateLimit = 0 })
		It("refuses nobody", func() {
			for range 100 {
				Expect(passes(bearer("a"))).To(BeTrue())
			}
		})
	})
})

var _ = Describe("A token file", func() {
	It("has a token and what it stands for on each line", func() {
		read, err := platform.ReadTokens(strings.NewReader(`
# tokens of the test team
trader-2   XI123456789012
old	expired
nobody no-enrolment
narrow no-scope
stranger not-subscribed
`))
		Expect(err).NotTo(HaveOccurred())
		Expect(read).To(Equal(tokens))
	})

	It("may give a trader the enrolment of phase 4 alone", func() {
		read, err := platform.ReadTokens(strings.NewReader("a GB123456789012 legacy\nb GB123456789012 legacy-refused\n"))
		Expect(err).NotTo(HaveOccurred())
		Expect(read).To(Equal(map[string]platform.Grant{
			"a": {EORI: "GB123456789012", Enrolment: platform.LegacyEnrolment},
			"b": {EORI: "GB123456789012", Enrolment: platform.LegacyRefused},
		}))
		Expect(read["b"].String()).To(Equal("GB123456789012, enrolment legacy-refused"))
	})

	It("may say which application holds a token", func() {
		read, err := platform.ReadTokens(strings.NewReader("a GB123456789012 client=my-app\nb GB123456789012 legacy client=my-app\nc no-scope client=x_1\n"))
		Expect(err).NotTo(HaveOccurred())
		Expect(read).To(Equal(map[string]platform.Grant{
			"a": {EORI: "GB123456789012", ClientID: "my-app"},
			"b": {EORI: "GB123456789012", Enrolment: platform.LegacyEnrolment, ClientID: "my-app"},
			"c": {Standing: platform.NoScope, ClientID: "x_1"},
		}))
		Expect(read["b"].String()).To(Equal("GB123456789012, enrolment legacy, client my-app"))
		opts := platform.Options{Settings: platform.Settings{EORI: defaultEORI}, Tokens: read}
		p := platform.New(opts)
		Expect(p.Identify(bearer("a")).ClientID).To(Equal("my-app"))
		Expect(p.ClientOf("b")).To(Equal("my-app"))
		Expect(p.ClientOf("d")).To(Equal(platform.ClientID("d")))
	})

	DescribeTable("with a mistake names the line and the remedy:",
		func(text, line, hint string) {
			_, err := platform.ReadTokens(strings.NewReader(text))
			Expect(err).To(MatchError(And(ContainSubstring(line), ContainSubstring("hint: "), ContainSubstring(hint))))
		},
		Entry("a token alone", "a GB123456789012\nb\n", "line 2", "GB123456789012"),
		Entry("something that is no EORI", "a 17\n", "line 1", "12 to 15 digits"),
		Entry("an enrolment that is none", "a GB123456789012 old\n", "line 1", "legacy"),
		Entry("an enrolment of nobody", "a expired legacy\n", "line 1", "12 to 15 digits"),
		Entry("more than three words", "a GB123456789012 legacy legacy\n", "line 1", "GB123456789012"),
		Entry("a client without an id", "a GB123456789012 client=\n", "line 1", "client=my-application"),
		Entry("a client with a strange id", "\na GB123456789012 client=a/b\n", "line 2", "client=my-application"),
		Entry("a client alone", "a client=b\n", "line 1", "GB123456789012"),
		Entry("a token that stands there twice", "a expired\n\na expired\n", "line 3", "remove"),
	)

	It("says what a token leads to", func() {
		Expect(tokens["trader-2"].String()).To(Equal("XI123456789012"))
		Expect(tokens["narrow"].String()).To(Equal("403 INVALID_SCOPE"))
	})
})
