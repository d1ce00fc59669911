package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"nctsim/simulator/api/authorize"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/engine"
	"nctsim/simulator/oauth"
)

const applicationsFile = `
applications:
  - clientId: full
    clientSecrets: [secret-of-full, second-secret]
    redirectUris: ["http://localhost:9/callback", "urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"]
  - clientId: narrow
    clientSecrets: [secret-of-narrow]
    redirectUris: ["http://localhost:9/callback"]
    subscriptions: [customs/transits/2.1]
    serverToken: 0123456789abcdef0123456789abcdef
testUsers:
  - {userId: "085603622877", password: nyezgdfrlsmc, eori: GB123456789012, services: [common-transit-convention-traders]}
  - {userId: "111111111111", password: legacy-user-1, eori: GB123456789013, services: [common-transit-convention-traders-legacy]}
  - {userId: "222222222222", password: another-user}
`

// allScopes are what the specs ask for when they ask for everything.
const allScopes = "common-transit-convention-traders common-transit-convention-traders-test-support common-transit-convention-guarantee-balance hello"

// authorised is a world with an authorisation server, and the specs' applications.
type authorised struct {
	*world
	server   *oauth.Service
	noFollow *http.Client
	cookie   string
}

func newAuthorised(change func(*oauth.Config), more ...func(*settings)) *authorised {
	GinkgoHelper()
	config := oauth.Config{DefaultEORI: fallback}
	if change != nil {
		change(&config)
	}
	a := &authorised{noFollow: &http.Client{
		Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	DeferCleanup(a.noFollow.CloseIdleConnections)
	a.world = newWorld(append(more, func(s *settings) {
		s.OAuth = config.Settings
		if config.Strict {
			s.API.Auth = platform.Strict
		}
	})...)
	a.server = a.OAuth
	r, err := oauth.Read("applications.yaml", []byte(applicationsFile))
	Expect(err).NotTo(HaveOccurred())
	Expect(a.server.Register(context.Background(), r)).To(Succeed())
	return a
}

// post sends a form and returns status and body.
func (a *authorised) post(path, form string, options ...option) answer {
	GinkgoHelper()
	return a.visit(http.MethodPost, path, form, options...)
}

func (a *authorised) get(path string, options ...option) answer {
	GinkgoHelper()
	return a.visit(http.MethodGet, path, "", options...)
}

// visit is what a browser does that follows no redirect.
func (a *authorised) visit(method, path, form string, options ...option) answer {
	GinkgoHelper()
	r, err := http.NewRequest(method, a.url+path, strings.NewReader(form))
	Expect(err).NotTo(HaveOccurred())
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if a.cookie != "" {
		r.Header.Set("Cookie", a.cookie)
	}
	for _, o := range options {
		o(r)
	}
	response, err := a.noFollow.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	for _, c := range response.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}
	return answer{Status: response.StatusCode, Body: string(body), Header: response.Header}
}

// tokens are those of an answer.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int    `json:"expires_in"`
	Scope   string `json:"scope"`
	Type    string `json:"token_type"`
}

func (a *authorised) tokens(form string) tokens {
	GinkgoHelper()
	got := a.post("/oauth/token", form)
	Expect(got.Status).To(Equal(200), got.Body)
	Expect(got.Header.Get("Cache-Control")).To(Equal("no-store"))
	var t tokens
	Expect(json.Unmarshal([]byte(got.Body), &t)).To(Succeed())
	return t
}

var field = regexp.MustCompile(`name="(csrfToken|auth_id|continue)" value="([^"]*)"`)

// fields are the hidden fields of the first form of a page.
func fields(page string) url.Values {
	form := url.Values{}
	first, _, _ := strings.Cut(page, "</form>")
	for _, m := range field.FindAllStringSubmatch(first, -1) {
		form.Set(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
	}
	return form
}

// authorise goes the way of a person from the application to the code, as a user.
func (a *authorised) authorise(query, user, password string) (location string) {
	GinkgoHelper()
	start := a.get("/oauth/authorize?" + query)
	Expect(start.Status).To(Equal(303), start.Body)
	Expect(start.Header.Get("Location")).To(ContainSubstring("auth_id="))
	page := a.get(start.Header.Get("Location"))
	Expect(page.Status).To(Equal(200), page.Body)
	link := regexp.MustCompile(`<a [^>]*data-module="govuk-button" href="(/oauth/grantscope\?auth_id=[^"]+)"`).FindStringSubmatch(page.Body)
	Expect(link).NotTo(BeNil(), page.Body)
	to := a.get(link[1])
	Expect(to.Status).To(Equal(303))
	Expect(to.Header.Get("Location")).To(HavePrefix("/api-test-login/sign-in?continue="))
	form := fields(a.get(to.Header.Get("Location")).Body)
	form.Set("userId", user)
	form.Set("password", password)
	in := a.post("/api-test-login/sign-in", form.Encode())
	Expect(in.Status).To(Equal(303), in.Body)
	Expect(in.Header.Get("Location")).To(Equal(link[1]))
	grant := a.get(link[1])
	Expect(grant.Status).To(Equal(200), grant.Body)
	done := a.post("/oauth/grantscope", fields(grant.Body).Encode())
	Expect(done.Status).To(Equal(303), done.Body)
	return done.Header.Get("Location")
}

const callback = "http://localhost:9/callback"

func asking(more string) string {
	return "response_type=code&client_id=full&redirect_uri=" + url.QueryEscape(callback) + "&scope=" + url.QueryEscape(allScopes) + more
}

func codeIn(location string) string {
	u, err := url.Parse(location)
	Expect(err).NotTo(HaveOccurred())
	return u.Query().Get("code")
}

func exchange(code, more string) string {
	return "grant_type=authorization_code&client_id=full&client_secret=secret-of-full&redirect_uri=" + url.QueryEscape(callback) + "&code=" + code + more
}

var _ = Describe("The way of a person through the pages", func() {
	var a *authorised

	BeforeEach(func() { a = newAuthorised(nil) })

	It("ends at the application with a code and the state, and the code with tokens that open the API", func() {
		location := a.authorise(asking("&state=a+b%26c"), "085603622877", "nyezgdfrlsmc")
		Expect(location).To(MatchRegexp(`^http://localhost:9/callback\?code=[0-9a-f]{32}&state=a\+b%26c$`))
		t := a.tokens(exchange(codeIn(location), ""))
		Expect(t.Access).To(MatchRegexp(`^[0-9a-f]{32}$`))
		Expect(t.Refresh).To(MatchRegexp(`^[0-9a-f]{32}$`))
		Expect(t.Expires).To(Equal(14400))
		Expect(t.Scope).To(Equal(allScopes))
		Expect(t.Type).To(Equal("bearer"))
		made := a.do("POST", departures, declaration("OAUTH-1"), as(t.Access))
		Expect(made.Status).To(Equal(202), made.Body)
		Expect(a.do("GET", departures, "", as(trader)).Body).To(ContainSubstring(`"totalCount":1`))
		Expect(a.do("GET", departures, "", as(stranger)).Body).To(ContainSubstring(`"totalCount":0`))
	})
	It("writes tokens with their keys in HMRC's order", func() {
		got := a.post("/oauth/token", exchange(codeIn(a.authorise(asking(""), "085603622877", "nyezgdfrlsmc")), ""))
		Expect(got.Body).To(MatchRegexp(`^\{"access_token":"[0-9a-f]{32}","refresh_token":"[0-9a-f]{32}","expires_in":14400,"scope":"[^"]*","token_type":"bearer"\}$`))
	})
	It("may end with a refusal", func() {
		start := a.get("/oauth/authorize?" + asking("&state=s"))
		a.signInWithEORI(start.Header.Get("Location"))
		grant := a.get(grantPath(start))
		form := fields(grant.Body)
		form.Set("decision", "deny")
		done := a.post("/oauth/grantscope", form.Encode())
		Expect(done.Header.Get("Location")).To(Equal(callback + "?error=access_denied&error_description=user+denied+the+authorization&error_code=USER_DENIED_AUTHORIZATION&state=s"))
		Expect(a.post("/oauth/grantscope", form.Encode()).Status).To(Equal(400))
	})
	It("takes the key of the form as a header, too", func() {
		start := a.get("/oauth/authorize?" + asking(""))
		a.signInWithEORI(start.Header.Get("Location"))
		form := fields(a.get(grantPath(start)).Body)
		key := form.Get("csrfToken")
		form.Del("csrfToken")
		Expect(a.post("/oauth/grantscope", form.Encode(), header("Csrf-Token", key)).Status).To(Equal(303))
	})
	DescribeTable("shows the code in the title if the application cannot be sent it",
		func(uri, text string) {
			start := a.get("/oauth/authorize?response_type=code&client_id=full&scope=hello&redirect_uri=" + uri)
			a.signInWithEORI(start.Header.Get("Location"))
			done := a.post("/oauth/grantscope", fields(a.get(grantPath(start)).Body).Encode())
			Expect(done.Status).To(Equal(200))
			title := regexp.MustCompile(`<head><title>Success code=([0-9a-f]{32})</title>`).FindStringSubmatch(done.Body)
			Expect(title).NotTo(BeNil(), done.Body)
			Expect(strings.Count(done.Body, title[1])).To(Equal(2))
			Expect(done.Body).To(ContainSubstring(text))
			form := "grant_type=authorization_code&client_id=full&client_secret=second-secret&redirect_uri=" + uri + "&code=" + title[1]
			Expect(a.tokens(form).Scope).To(Equal("hello"))
		},
		Entry("to be copied", "urn:ietf:wg:oauth:2.0:oob", "Copy this code"),
		Entry("by itself", "urn:ietf:wg:oauth:2.0:oob:auto", "close this window"),
	)
	It("does not go on with a wrong password", func() {
		page := a.get("/api-test-login/sign-in?continue=/oauth/grantscope")
		form := fields(page.Body)
		form.Set("userId", "085603622877")
		form.Set("password", "wrong")
		got := a.post("/api-test-login/sign-in", form.Encode())
		Expect(got.Status).To(Equal(401))
		Expect(got.Body).To(ContainSubstring("Invalid user ID or password. Try again."))
		Expect(got.Body).NotTo(ContainSubstring("wrong"))
		form.Del("password")
		Expect(a.post("/api-test-login/sign-in", form.Encode()).Status).To(Equal(400))
	})
	It("takes no form that was made for somebody else", func() {
		theirs := fields(a.get("/api-test-login/sign-in?continue=/oauth/grantscope").Body)
		theirs.Set("eori", trader)
		a.cookie = ""
		Expect(a.post("/api-test-login/sign-in", theirs.Encode()).Status).To(Equal(403))
		start := a.get("/oauth/authorize?" + asking(""))
		a.cookie = ""
		Expect(a.post("/oauth/grantscope", "auth_id="+url.QueryEscape(strings.TrimPrefix(start.Header.Get("Location"), "/oauth/start?auth_id="))).Status).To(Equal(403))
	})
	DescribeTable("sends nobody elsewhere:",
		func(next string) {
			Expect(a.get("/api-test-login/sign-in?continue=" + url.QueryEscape(next)).Status).To(Equal(400))
			form := fields(a.get("/api-test-login/sign-in?continue=/oauth/grantscope").Body)
			form.Set("continue", next)
			form.Set("eori", trader)
			got := a.post("/api-test-login/sign-in", form.Encode())
			Expect(got.Status).To(Equal(400))
			Expect(got.Header).NotTo(HaveKey("Location"))
		},
		Entry("a URL", "https://evil.example/"),
		Entry("a URL without scheme", "//evil.example/"),
		Entry("a URL with a backslash", `/\evil.example/`),
		Entry("a script", "javascript:alert(1)"),
		Entry("nothing", ""),
		Entry("a line end", "/oauth\r\nX: y"),
		Entry("a tab that browsers drop", "/\t/evil.example"),
	)
	It("shows nothing of a request as HTML", func() {
		a.server.Strict = false
		got := a.get("/api-test-login/sign-in?continue=" + url.QueryEscape(`/x?"><script>alert(1)</script>`))
		Expect(got.Body).NotTo(ContainSubstring("<script"))
		got = a.get("/api-test-login/sign-in?continue=" + url.QueryEscape(`/x?'"`))
		Expect(got.Body).NotTo(ContainSubstring(`'"`))
		got = a.get("/oauth/start?auth_id=" + url.QueryEscape(`"><script>`))
		Expect(got.Status).To(Equal(400))
		Expect(got.Body).NotTo(ContainSubstring("<script"))
	})
	It("keeps the pages out of frames, caches and scripts", func() {
		start := a.get("/oauth/authorize?" + asking(""))
		for _, page := range []answer{a.get(start.Header.Get("Location")), a.get("/api-test-login/sign-in?continue=/x"), a.get("/oauth/start?auth_id=none")} {
			Expect(page.Header.Get("X-Frame-Options")).To(Equal("DENY"))
			Expect(page.Header.Get("Content-Security-Policy")).To(And(
				HavePrefix("default-src 'none'; style-src 'sha256-"), ContainSubstring("frame-ancestors 'none'")))
			Expect(page.Header.Get("Cache-Control")).To(Equal("no-store"))
			Expect(page.Header.Get("Content-Type")).To(Equal("text/html; charset=utf-8"))
		}
	})
	It("is not gone where authority is granted at once", func() {
		a.server.OAuth = oauth.Auto
		got := a.get("/oauth/authorize?" + asking("&state=s"))
		Expect(got.Status).To(Equal(303))
		Expect(got.Header.Get("Location")).To(MatchRegexp(`^http://localhost:9/callback\?code=[0-9a-f]{32}&state=s$`))
		t := a.tokens(exchange(codeIn(got.Header.Get("Location")), ""))
		Expect(a.do("POST", departures, declaration("OAUTH-1"), as(t.Access)).Status).To(Equal(202))
		Expect(a.do("GET", departures, "", as(fallback)).Body).To(ContainSubstring(`"totalCount":1`))
	})
})

// grantPath is where the page of a start leads.
func grantPath(start answer) string {
	return strings.Replace(start.Header.Get("Location"), "/oauth/start", "/oauth/grantscope", 1)
}

// signInWithEORI signs in from the page of a start.
func (a *authorised) signInWithEORI(path string) {
	GinkgoHelper()
	form := fields(a.get(path).Body)
	form.Set("eori", trader)
	Expect(a.post("/api-test-login/sign-in", form.Encode()).Status).To(Equal(303))
}

var _ = Describe("GET /oauth/authorize", func() {
	DescribeTable("tells the browser what is wrong, in this order:",
		func(query, code, text string) {
			a := newAuthorised(func(c *oauth.Config) { c.Strict = true })
			got := a.get("/oauth/authorize?" + query)
			Expect(got.Status).To(Equal(400))
			Expect(got.Body).To(Equal(fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, text)))
			Expect(got.Header).NotTo(HaveKey("Location"))
		},
		Entry("a secret", "client_secret=x&client_id=full", "invalid_request", "client_secret should NOT be present"),
		Entry("nothing", "", "invalid_request", "client_id is required"),
		Entry("broken encoding", "client_id=full&scope=%zz", "invalid_request", "client_id is required"),
		Entry("an unknown client", "client_id=unknown", "invalid_request", "client_id is invalid"),
		Entry("no redirect URI", "client_id=full", "invalid_request", "redirect_uri is required"),
		Entry("another redirect URI", "client_id=full&redirect_uri=https://evil.example/", "invalid_request", "redirect_uri is invalid"),
		Entry("a host that begins like the right one", "client_id=full&redirect_uri=http://localhost:9.evil.example/callback", "invalid_request", "redirect_uri is invalid"),
		Entry("a user that looks like the right host", "client_id=full&redirect_uri=http://localhost:9@evil.example/callback", "invalid_request", "redirect_uri is invalid"),
		Entry("a fragment", "client_id=full&redirect_uri=http://localhost:9/callback%23x", "invalid_request", "redirect_uri is invalid"),
		Entry("no response type", "client_id=full&redirect_uri=http://localhost:9/callback", "invalid_request", "response_type is required"),
		Entry("another response type", "client_id=full&redirect_uri=http://localhost:9/callback/below&response_type=token", "unsupported_response_type", "response_type must be 'code'"),
		Entry("no scope", "client_id=full&redirect_uri=http://localhost:9/callback?x=1&response_type=code", "invalid_request", "scope is required"),
		Entry("an unknown scope", "client_id=full&redirect_uri=http://localhost:9/callback&response_type=code&scope=everything", "invalid_scope", "scope is invalid"),
		Entry("a scope of an API that is not subscribed to", "client_id=narrow&redirect_uri=http://localhost:9/callback&response_type=code&scope=hello", "invalid_scope", "scope is invalid"),
		Entry("an empty challenge", asking("&code_challenge="), "invalid_request", "code_challenge if present, cannot be empty"),
		Entry("another method", asking("&code_challenge=x&code_challenge_method=plain"), "invalid_request", "code_challenge_method, if present, must be S256"),
		Entry("a challenge without method", asking("&code_challenge=x"), "invalid_request", "code_challenge_method should be present when code_challenge is present"),
		Entry("a method without challenge", asking("&code_challenge_method=S256"), "invalid_request", "code_challenge should be present when code_challenge_method is present"),
	)
	It("answers at a path with two slashes, too, and to GET alone", func() {
		a := newAuthorised(nil)
		Expect(a.get("//oauth/authorize?" + asking("")).Status).To(Equal(303))
		Expect(a.post("/oauth/authorize", asking("")).Status).To(Equal(404))
	})
	It("repeats the state of a request that is wrong", func() {
		a := newAuthorised(nil)
		Expect(a.get("/oauth/authorize?client_id=full&state=s%22").Body).To(Equal(`{"error":"invalid_request","error_description":"redirect_uri is required","state":"s\""}`))
	})
	DescribeTable("lets a client that nobody registered be sent anywhere but",
		func(uri string, status int) {
			a := newAuthorised(nil)
			got := a.get("/oauth/authorize?response_type=code&scope=hello&client_id=unknown&redirect_uri=" + url.QueryEscape(uri))
			Expect(got.Status).To(Equal(status), got.Body)
		},
		Entry("a web address", "https://client.example/cb", 303),
		Entry("an address of an app", "myapp://cb", 303),
		Entry("no address: the code is shown", "urn:ietf:wg:oauth:2.0:oob", 303),
		Entry("a script", "javascript:alert(1)", 400),
		Entry("data", "data:text/html,x", 400),
		Entry("a line end", "http://localhost/\r\nX: y", 400),
		Entry("something relative", "/cb", 400),
	)
})

var _ = Describe("POST /oauth/token", func() {
	DescribeTable("says what is wrong, in this order:",
		func(form string, status int, code, text string) {
			a := newAuthorised(func(c *oauth.Config) { c.Strict = true })
			for _, path := range []string{"/oauth/token", "//oauth/token"} {
				got := a.post(path, form)
				Expect(got.Body).To(Equal(fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, text)))
				Expect(got.Status).To(Equal(status))
			}
		},
		Entry("nothing", "x=1", 400, "invalid_request", "client_id is required"),
		Entry("no secret", "client_id=full", 400, "invalid_request", "client_secret is required"),
		Entry("no grant type", "client_id=unknown&client_secret=x", 400, "invalid_request", "grant_type is required"),
		Entry("another grant type", "client_id=unknown&client_secret=x&grant_type=password", 400, "invalid_request", "unsupported grant_type"),
		Entry("an unknown client", "client_id=unknown&client_secret=x&grant_type=client_credentials", 401, "invalid_client", "invalid client id or secret"),
		Entry("a wrong secret", "client_id=full&client_secret=x&grant_type=authorization_code", 401, "invalid_client", "invalid client id or secret"),
		Entry("no redirect URI", "client_id=full&client_secret=secret-of-full&grant_type=authorization_code&code=1", 400, "invalid_request", "redirect_uri is required"),
		Entry("another redirect URI", "client_id=full&client_secret=secret-of-full&grant_type=authorization_code&redirect_uri=http://evil/&code=1", 400, "invalid_request", "redirect_uri is invalid"),
		Entry("no code", exchange("", ""), 400, "invalid_request", "code is required for given grant_type"),
		Entry("an unknown code", exchange("1", ""), 400, "invalid_request", "code is invalid"),
		Entry("no refresh token", "client_id=full&client_secret=secret-of-full&grant_type=refresh_token", 400, "invalid_request", "refresh_token is required"),
		Entry("an unknown refresh token", "client_id=full&client_secret=secret-of-full&grant_type=refresh_token&refresh_token=1", 400, "invalid_grant", "refresh_token is invalid"),
		Entry("an unknown scope", "client_id=full&client_secret=secret-of-full&grant_type=client_credentials&scope=x", 400, "invalid_scope", "scope is invalid"),
		Entry("a scope that is not subscribed to", "client_id=narrow&client_secret=secret-of-narrow&grant_type=client_credentials&scope=hello", 400, "invalid_scope", "application does not have scopes"),
		Entry("broken encoding", "client_id=full&client_secret=%zz", 400, "invalid_request", "client_id is required"),
	)

	const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
	code := func(a *authorised, more string) string {
		a.server.OAuth = oauth.Auto
		return codeIn(a.get("/oauth/authorize?" + asking(more)).Header.Get("Location"))
	}
	DescribeTable("holds the code verifier against the challenge:",
		func(more, sent, answer string) {
			a := newAuthorised(nil)
			c := code(a, more)
			got := a.post("/oauth/token", exchange(c, sent))
			if answer == "" {
				Expect(got.Status).To(Equal(200), got.Body)
				return
			}
			Expect(got.Status).To(Equal(400))
			Expect(got.Body).To(Equal(answer))
		},
		Entry("right", "&code_challenge_method=S256&code_challenge="+challenge, "&code_verifier="+verifier, ""),
		Entry("neither", "", "", ""),
		Entry("not expected", "", "&code_verifier="+verifier, `{"error":"invalid_request","error_description":"code_verifier is not expected"}`),
		Entry("missing", "&code_challenge_method=S256&code_challenge="+challenge, "", `{"error":"invalid_request","error_description":"code_verifier is expected when code_challenge was supplied"}`),
		Entry("too short", "&code_challenge_method=S256&code_challenge="+challenge, "&code_verifier=short", `{"error":"invalid_request","error_description":"code_verifier must contain valid characters of length between 43 and 128"}`),
		Entry("wrong", "&code_challenge_method=S256&code_challenge="+challenge, "&code_verifier="+strings.Repeat("x", 43), `{"error":"invalid_grant","error_description":"code_verifier is invalid"}`),
	)
	It("takes a code once, within ten minutes, of the application it was given to, with its redirect URI", func() {
		a := newAuthorised(nil)
		invalid := `{"error":"invalid_request","error_description":"code is invalid"}`
		c := code(a, "")
		Expect(a.post("/oauth/token", "grant_type=authorization_code&client_id=narrow&client_secret=secret-of-narrow&code="+c+"&redirect_uri="+callback).Body).To(Equal(invalid))
		Expect(a.post("/oauth/token", strings.Replace(exchange(c, ""), "%2Fcallback", "%2Fcallback%2Fx", 1)).Body).To(Equal(`{"error":"invalid_request","error_description":"redirect_uri is invalid"}`))
		a.tokens(exchange(c, ""))
		Expect(a.post("/oauth/token", exchange(c, "")).Body).To(Equal(invalid))
		c = code(a, "")
		a.advance(10 * time.Minute)
		Expect(a.post("/oauth/token", exchange(c, "")).Body).To(Equal(invalid))
	})
	It("gives the application a token of its own", func() {
		a := newAuthorised(nil)
		got := a.post("/oauth/token", "grant_type=client_credentials&client_id=full&client_secret=secret-of-full")
		Expect(got.Body).To(MatchRegexp(`^\{"access_token":"[0-9a-f]{32}","expires_in":14400,"scope":"default","token_type":"bearer"\}$`))
		t := a.tokens("grant_type=client_credentials&client_id=full&client_secret=secret-of-full&scope=read:pull-notifications+write:notifications")
		Expect(t.Scope).To(Equal("read:pull-notifications write:notifications"))
	})
	It("takes credentials by Basic authentication if the body has none", func() {
		a := newAuthorised(nil)
		basic := func(pair string) option {
			return header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
		}
		Expect(a.post("/oauth/token", "grant_type=client_credentials", basic("full:secret-of-full")).Status).To(Equal(200))
		Expect(a.post("/oauth/token", "grant_type=client_credentials", basic("full:wrong")).Status).To(Equal(401))
		Expect(a.post("/oauth/token", "grant_type=client_credentials&client_id=full&client_secret=secret-of-full", basic("x:y")).Status).To(Equal(200))
	})
	It("has no companions to refresh or revoke tokens", func() {
		a := newAuthorised(nil)
		for _, path := range []string{"/oauth/refresh", "/oauth/revoke"} {
			got := a.post(path, "client_id=full&client_secret=secret-of-full&token=x")
			Expect(got.Status).To(Equal(404))
			Expect(got.Body).To(Equal(`{"code":"MATCHING_RESOURCE_NOT_FOUND","message":"A resource with the name in the request can not be found in the API"}`))
		}
	})
	It("says in HMRC's words that the server has failed, and keeps the cause to itself", func() {
		response := authorize.Failure(errors.New("disk full"))
		Expect(response.Status).To(Equal(500))
		Expect(string(response.Body)).To(Equal(`{"error":"server_error","error_description":"An unexpected error occurred"}`))
		Expect(response.Cause).To(MatchError("disk full"))
	})
	It("keeps a code for its application when another one has tried it, or a wrong redirect URI or verifier came with it", func() {
		a := newAuthorised(nil)
		a.server.OAuth = oauth.Auto
		const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
		code := codeIn(a.get("/oauth/authorize?" + asking("&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")).Header.Get("Location"))
		other := "grant_type=authorization_code&client_id=narrow&client_secret=secret-of-narrow&redirect_uri=" + url.QueryEscape(callback) + "&code=" + code
		Expect(a.post("/oauth/token", other).Body).To(ContainSubstring("code is invalid"))
		Expect(a.post("/oauth/token", strings.Replace(exchange(code, ""), "callback", "callback%2Fx", 1)).Body).To(ContainSubstring("redirect_uri is invalid"))
		Expect(a.post("/oauth/token", exchange(code, "&code_verifier="+strings.Repeat("x", 43))).Body).To(ContainSubstring("code_verifier is invalid"))
		a.tokens(exchange(code, "&code_verifier="+verifier))
		Expect(a.post("/oauth/token", exchange(code, "&code_verifier="+verifier)).Body).To(ContainSubstring("code is invalid"))
	})
	It("lets nobody in with a secret in the query, or by GET", func() {
		a := newAuthorised(nil)
		Expect(a.post("/oauth/token?client_id=full&client_secret=secret-of-full&grant_type=client_credentials", "").Status).To(Equal(400))
		got := a.get("/oauth/token")
		Expect(got.Status).To(Equal(404))
		Expect(got.Body).To(ContainSubstring("MATCHING_RESOURCE_NOT_FOUND"))
		Expect(a.post("/oauth/token", "client_id="+strings.Repeat("x", 70_000)).Status).To(Equal(413))
	})
	It("refreshes once; the old access token is worth nothing at once, and the grant ends after 18 months", func() {
		a := newAuthorised(nil)
		t := a.tokens(exchange(code(a, ""), ""))
		refresh := func(token string) string {
			return "grant_type=refresh_token&client_id=full&client_secret=secret-of-full&redirect_uri=ignored&refresh_token=" + token
		}
		status := func(token string) int { return a.do("GET", departures, "", as(token)).Status }
		Expect(status(t.Access)).To(Equal(200))
		next := a.tokens(refresh(t.Refresh))
		Expect(next.Scope).To(Equal(allScopes))
		Expect(status(t.Access)).To(Equal(401))
		Expect(status(next.Access)).To(Equal(200))
		used := a.post("/oauth/token", refresh(t.Refresh))
		Expect(used.Status).To(Equal(400))
		Expect(used.Body).To(Equal(`{"error":"invalid_grant","error_description":"refresh_token is invalid"}`))
		a.advance(4 * time.Hour)
		got := a.do("GET", departures, "", as(next.Access))
		Expect(got.Status).To(Equal(401))
		Expect(got.Body).To(ContainSubstring("INVALID_CREDENTIALS"))
		Expect(got.Header.Get("WWW-Authenticate")).To(Equal(`Bearer realm="HMRC API Platform"`))
		next = a.tokens(refresh(next.Refresh))
		a.advance(549 * 24 * time.Hour)
		Expect(a.post("/oauth/token", refresh(next.Refresh)).Body).To(Equal(used.Body))
	})
	It("gives any application that nobody registered what it asks for", func() {
		a := newAuthorised(nil)
		t := a.tokens("grant_type=client_credentials&client_id=anybody&client_secret=anything&scope=hello")
		Expect(t.Scope).To(Equal("hello"))
		Expect(a.do("GET", "/simulator/v1/applications/anybody", "").Body).To(ContainSubstring(`"onSight":true`))
	})
	It("knows its tokens after a restart of the server and after a reset", func() {
		a := newAuthorised(nil)
		t := a.tokens(exchange(code(a, ""), ""))
		Expect(a.do("POST", "/simulator/v1/reset", "").Status).To(Equal(204))
		Expect(a.do("GET", departures, "", as(t.Access)).Status).To(Equal(200))
		Expect(a.do("POST", departures, declaration("OAUTH-1"), as(t.Access)).Status).To(Equal(202))
		again := oauth.New(a.server.Config)
		h, own, valid, err := again.Token(t.Access)
		Expect(err).NotTo(HaveOccurred())
		Expect(own && valid).To(BeTrue())
		Expect(h.ClientID).To(Equal("full"))
		Expect(a.tokens(exchange(code(a, ""), "")).Access).NotTo(Equal(t.Access))
	})
})

var _ = Describe("The platform", func() {
	var a *authorised
	user := func(scopes, client string) string {
		GinkgoHelper()
		a.server.OAuth = oauth.Auto
		location := a.get("/oauth/authorize?response_type=code&client_id=" + client + "&redirect_uri=" + callback + "&scope=" + url.QueryEscape(scopes)).Header.Get("Location")
		return a.tokens("grant_type=authorization_code&client_id=" + client + "&client_secret=secret-of-" + client + "&redirect_uri=" + callback + "&code=" + codeIn(location)).Access
	}
	own := func(scopes, client string) string {
		GinkgoHelper()
		return a.tokens("grant_type=client_credentials&client_id=" + client + "&client_secret=secret-of-" + client + "&scope=" + url.QueryEscape(scopes)).Access
	}
	const wrongType = `{"code":"INCORRECT_ACCESS_TOKEN_TYPE","message":"The access token type used is not supported when invoking the API"}`

	BeforeEach(func() { a = newAuthorised(nil) })

	It("wants a user's token where an API is user-restricted", func() {
		for _, token := range []string{own("", "full"), "0123456789abcdef0123456789abcdef"} {
			got := a.do("GET", departures, "", as(token))
			Expect(got.Status).To(Equal(401))
			Expect(got.Body).To(Equal(wrongType))
			Expect(a.do("GET", "/hello/user", "", as(token), accept("1.0+json")).Body).To(Equal(wrongType))
		}
	})
	It("wants the scope of the API", func() {
		token := user("hello", "full")
		got := a.do("GET", departures, "", as(token))
		Expect(got.Status).To(Equal(403))
		Expect(got.Body).To(ContainSubstring("INVALID_SCOPE"))
		traders := user("common-transit-convention-traders", "full")
		Expect(a.do("GET", departures, "", as(traders)).Status).To(Equal(200))
		Expect(a.do("POST", "/test"+departures+"/0123456789abcdef/messages", `{}`, as(traders), header("Content-Type", "application/json")).Body).To(ContainSubstring("INVALID_SCOPE"))
		Expect(a.do("GET", "/misc/push-pull-notification/box", "", as(own("", "full")), accept("1.0+json")).Body).To(ContainSubstring("INVALID_SCOPE"))
		Expect(a.do("GET", "/misc/push-pull-notification/box", "", as(own("read:pull-notifications", "full")), accept("1.0+json")).Status).To(Equal(200))
	})
	It("wants a subscription to the version that answers", func() {
		token := user("common-transit-convention-traders", "narrow")
		Expect(a.do("GET", departures, "", as(token)).Status).To(Equal(200))
		got := a.do("GET", departures, "", as(token), accept("3.0+json"))
		Expect(got.Status).To(Equal(403))
		Expect(got.Body).To(ContainSubstring("RESOURCE_FORBIDDEN"))
		Expect(a.do("GET", departures, "", as(token), accept("1.0+json")).Status).To(Equal(403))
		Expect(a.do("GET", "/hello/application", "", as(own("", "narrow")), accept("1.0+json")).Status).To(Equal(403))
	})
	It("knows the enrolments of users", func() {
		legacy := a.tokens(exchange(codeIn(a.authorise(asking(""), "111111111111", "legacy-user-1")), "")).Access
		got := a.do("GET", departures, "", as(legacy), accept("1.0+json"))
		Expect(got.Status).To(Equal(200), got.Body)
		a.cookie = ""
		nobody := a.tokens(exchange(codeIn(a.authorise(asking(""), "222222222222", "another-user")), "")).Access
		Expect(a.do("GET", departures, "", as(nobody)).Status).To(Equal(403))
	})
	It("has one box for all tokens of an application", func() {
		made := a.do("PUT", "/simulator/v1/boxes", `{"clientId":"full","apiVersion":"2.1"}`)
		Expect(made.Status).To(Equal(200), made.Body)
		for range 2 {
			got := a.do("POST", departures, declaration("OAUTH-1"), as(user(allScopes, "full")))
			Expect(got.Body).To(ContainSubstring(`"boxId"`))
		}
		Expect(a.do("GET", "/misc/push-pull-notification/box", "", as(own("read:pull-notifications", "full")), accept("1.0+json")).Body).To(ContainSubstring(`"clientId":"full"`))
	})
	It("takes tokens back when it is told to", func() {
		token := user(allScopes, "full")
		Expect(a.do("DELETE", "/simulator/v1/applications/full/tokens?only=access", "").Body).To(ContainSubstring(`{"revoked":1}`))
		Expect(a.do("GET", departures, "", as(token)).Status).To(Equal(401))
		Expect(a.do("DELETE", "/simulator/v1/applications/full/tokens", "").Body).To(ContainSubstring(`{"revoked":1}`))
		Expect(a.do("DELETE", "/simulator/v1/applications/nobody/tokens", "").Status).To(Equal(404))
		token = user(allScopes, "full")
		Expect(a.do("DELETE", "/simulator/v1/applications/full", "").Status).To(Equal(204))
		Expect(a.do("GET", departures, "", as(token)).Status).To(Equal(401))
	})
})

var _ = Describe("The Hello World API", func() {
	It("greets whoever has the right token", func() {
		a := newAuthorised(func(c *oauth.Config) { c.OAuth = oauth.Auto })
		hello := func(path, token string) answer {
			return a.do("GET", path, "", as(token), accept("1.0+json"))
		}
		Expect(a.do("GET", "/hello/world", "", without("Authorization"), accept("1.0+json")).Body).To(Equal(`{"message":"Hello World"}`))
		Expect(a.do("GET", "/hello/application", "", without("Authorization"), accept("1.0+json")).Body).To(ContainSubstring("MISSING_CREDENTIALS"))
		t := a.tokens("grant_type=client_credentials&client_id=full&client_secret=secret-of-full")
		Expect(hello("/hello/application", t.Access).Body).To(Equal(`{"message":"Hello Application"}`))
		location := a.get("/oauth/authorize?" + asking("")).Header.Get("Location")
		Expect(hello("/hello/user", a.tokens(exchange(codeIn(location), "")).Access).Body).To(Equal(`{"message":"Hello User"}`))
		Expect(a.do("GET", "/hello/world", "", accept("2.0+json")).Body).To(Equal(`{"code":"ACCEPT_HEADER_INVALID","message":"The accept header is missing or invalid"}`))
	})
})

var _ = Describe("The Create Test User API", func() {
	var a *authorised
	var token string
	create := func(kind, body string, options ...option) answer {
		GinkgoHelper()
		all := []option{as(token), accept("1.0+json"), header("Content-Type", "application/json")}
		return a.do("POST", "/create-test-user/"+kind, body, append(all, options...)...)
	}
	BeforeEach(func() {
		a = newAuthorised(nil)
		token = a.tokens("grant_type=client_credentials&client_id=full&client_secret=secret-of-full").Access
	})

	It("makes an organisation that can sign in", func() {
		got := create("organisations", `{"serviceNames":["common-transit-convention-traders"],"eoriNumber":"GB123456789012","nino":1}`)
		Expect(got.Status).To(Equal(201), got.Body)
		Expect(got.Body).To(MatchRegexp(`^\{"userId":"[0-9]{12}","password":"[a-z0-9]{12}","userFullName":"\w+ \w+","emailAddress":"[a-z.]+@example.com",` +
			`"organisationDetails":\{"name":"Company [0-9A-Z]{6}","address":\{"line1":"[^"]+","line2":"[^"]+","postcode":"[^"]+"\}\},` +
			`"individualDetails":\{"firstName":"\w+","lastName":"\w+","dateOfBirth":"[0-9-]{10}","address":\{.*\}\},` +
			`"eoriNumber":"GB123456789012","groupIdentifier":"[0-9]{12}"\}$`))
		var u struct{ UserID, Password string }
		Expect(json.Unmarshal([]byte(got.Body), &u)).To(Succeed())
		t := a.tokens(exchange(codeIn(a.authorise(asking(""), u.UserID, u.Password)), ""))
		Expect(a.do("POST", departures, declaration("OAUTH-1"), as(t.Access)).Status).To(Equal(202))
		Expect(a.do("GET", departures, "", as(trader)).Body).To(ContainSubstring(`"totalCount":1`))
		a.advance(91 * 24 * time.Hour)
		Expect(a.do("GET", "/simulator/v1/applications", "").Body).NotTo(ContainSubstring(u.UserID))
	})
	It("passes over a byte order mark", func() {
		Expect(create("organisations", "\ufeff{}").Status).To(Equal(201))
	})
	It("makes individuals without a company, and agents without anything", func() {
		Expect(create("individuals", `{"serviceNames":["common-transit-convention-traders"]}`).Body).To(And(
			Not(ContainSubstring("organisationDetails")), MatchRegexp(`"eoriNumber":"GB[0-9]{12}"`)))
		Expect(create("agents", `{"eoriNumber":"GB123456789012"}`).Body).To(MatchRegexp(
			`^\{"userId":"[0-9]{12}","password":"\w{12}","userFullName":"\w+ \w+","emailAddress":"[^"]+","groupIdentifier":"[0-9]{12}"\}$`))
	})
	It("gives no EORI without a service that has one", func() {
		Expect(create("organisations", `{"eoriNumber":"GB123456789012"}`).Body).NotTo(ContainSubstring("eoriNumber"))
		Expect(create("organisations", "", without("Content-Type")).Status).To(Equal(201))
		Expect(create("individuals", `{"serviceNames":["safety-and-security"]}`).Body).NotTo(ContainSubstring("eoriNumber"))
		Expect(create("organisations", `{"serviceNames":["safety-and-security"]}`).Body).To(ContainSubstring("eoriNumber"))
		Expect(create("organisations", `{"serviceNames":["customs-services"],"eoriNumber":"FR1"}`).Body).To(ContainSubstring(`"eoriNumber":"FR1"`))
	})
	DescribeTable("refuses:",
		func(body string, status int, text string) {
			got := create("organisations", body)
			Expect(got.Status).To(Equal(status))
			Expect(got.Body).To(ContainSubstring(text))
		},
		Entry("an unknown service", `{"serviceNames":["x"]}`, 400, "Invalid CreateUserWithOptionalRequestParams payload: List("),
		Entry("another shape", `{"serviceNames":"x"}`, 400, "Invalid CreateUserWithOptionalRequestParams payload: List("),
		Entry("a list", `[]`, 400, "Invalid CreateUserWithOptionalRequestParams payload: List("),
		Entry("a bad EORI", `{"eoriNumber":"GB1"}`, 400, `{"code":"BAD_REQUEST","message":"requirement failed: GB1 is not a valid EORI."}`),
		Entry("what is no JSON", `{`, 400, `{"statusCode":400,"message":"Invalid Json`),
		Entry("too much", `{"x":"`+strings.Repeat("x", 200_000)+`"}`, 413, "Too Large"),
	)
	It("wants a token and a header, and has no GET", func() {
		Expect(create("organisations", "{}", without("Authorization")).Status).To(Equal(401))
		Expect(create("organisations", "{}", accept("2.0+json")).Status).To(Equal(406))
		Expect(create("organisations", "{}", header("Content-Type", "text/plain")).Status).To(Equal(415))
		Expect(a.do("GET", "/create-test-user/organisations", "", without("Authorization")).Body).To(ContainSubstring("MATCHING_RESOURCE_NOT_FOUND"))
	})
	It("lists the services", func() {
		got := a.do("GET", "/create-test-user/services", "", as(token), accept("1.0+json"))
		Expect(got.Body).To(ContainSubstring(`{"key":"common-transit-convention-traders","name":"Common Transit Convention Traders","allowedUserTypes":["INDIVIDUAL","ORGANISATION"]}`))
		var list []any
		Expect(json.Unmarshal([]byte(got.Body), &list)).To(Succeed())
		Expect(list).To(HaveLen(20))
	})
})

var _ = Describe("Applications at the control API", func() {
	var a *authorised
	BeforeEach(func() { a = newAuthorised(nil) })

	It("are listed without their secrets", func() {
		got := a.do("GET", "/simulator/v1/applications", "")
		Expect(got.Status).To(Equal(200))
		Expect(got.Body).To(ContainSubstring(`{"clientId":"narrow","clientSecrets":1,"redirectUris":["http://localhost:9/callback"],"subscriptions":["customs/transits/2.1"],"callbackUrls":{}}`))
		Expect(got.Body).NotTo(Or(ContainSubstring("secret-of"), ContainSubstring("nyezgdfrlsmc"), ContainSubstring("0123456789abcdef")))
	})
	It("are registered one by one or by the file", func() {
		Expect(a.do("PUT", "/simulator/v1/applications/new", `{"clientSecrets":["s"],"pushSecret":"p","redirectUris":["http://localhost/x"]}`).Status).To(Equal(200))
		a.tokens("grant_type=client_credentials&client_id=new&client_secret=s")
		Expect(a.do("PUT", "/simulator/v1/boxes", `{"clientId":"new","apiVersion":"2.1"}`).Body).To(ContainSubstring(`"pushSecret":"p"`))
		Expect(a.do("PUT", "/simulator/v1/applications/new", "clientSecrets: [s]\npushSecret: other\n").Status).To(Equal(200))
		Expect(a.do("PUT", "/simulator/v1/boxes", `{"clientId":"new","apiVersion":"2.1"}`).Body).To(ContainSubstring(`"pushSecret":"other"`))
		Expect(a.do("PUT", "/simulator/v1/applications", "applications: [{clientId: third, clientSecrets: [s]}]").Status).To(Equal(200))
		Expect(a.do("GET", "/simulator/v1/applications/third", "").Status).To(Equal(200))
		Expect(a.do("DELETE", "/simulator/v1/applications", "").Status).To(Equal(204))
		Expect(a.do("GET", "/simulator/v1/applications", "").Body).To(ContainSubstring(`{"applications":[],"testUsers":[]}`))
		Expect(a.do("GET", "/simulator/v1/applications/third", "").Status).To(Equal(404))
		Expect(a.do("DELETE", "/simulator/v1/applications/third", "").Status).To(Equal(404))
	})
	It("say what is wrong with them, and where, without showing a secret", func() {
		got := a.do("PUT", "/simulator/v1/applications/new", "clientSecrets: [very hidden]\nredirectUris: [http://example.org/]\nsubscription: [x]\n")
		Expect(got.Status).To(Equal(422))
		Expect(got.Body).To(And(ContainSubstring(`"line":2`), ContainSubstring("http is for localhost alone"), ContainSubstring("subscriptions"), Not(ContainSubstring("very hidden"))))
		Expect(a.do("PUT", "/simulator/v1/applications/a%2Fb", "clientSecrets: [s]").Status).To(Equal(400))
	})
	It("answer for a callback before it is set", func() {
		got := a.do("PUT", "/simulator/v1/applications/new", `{"clientSecrets":["s"],"callbackUrls":{"2.1":"http://192.0.2.1/hook"}}`)
		Expect(got.Status).To(Equal(422))
		Expect(got.Body).To(ContainSubstring("callbacks are not allowed there"))
	})
})

var _ = Describe("The log", func() {
	It("never shows a token, a code, a secret or a password", func() {
		log := gbytes.NewBuffer()
		a := newAuthorised(nil, logged(log))
		a.get("/oauth/authorize?client_secret=secret-of-full&client_id=full")
		location := a.authorise(asking("&state=hidden-state"), "085603622877", "nyezgdfrlsmc")
		t := a.tokens(exchange(codeIn(location), ""))
		a.do("GET", departures, "", as(t.Access))
		a.do("POST", departures, "<bad", as(t.Access))
		next := a.tokens("grant_type=refresh_token&client_id=full&client_secret=secret-of-full&refresh_token=" + t.Refresh)
		a.post("/oauth/token", "grant_type=refresh_token&client_id=full&client_secret=secret-of-full&refresh_token="+t.Refresh)
		a.get("/oauth/nothing?code=" + codeIn(location))
		a.do("PUT", "/simulator/v1/applications/new", `{"clientSecrets":["hidden-secret"],"pushSecret":"hidden-push"}`)
		Expect(string(log.Contents())).To(ContainSubstring("/oauth/token"))
		for _, secret := range []string{
			codeIn(location), t.Access, t.Refresh, next.Access, next.Refresh, "secret-of-full", "nyezgdfrlsmc", "hidden-", "auth_id=",
			strings.TrimPrefix(a.cookie, "nctsim-session="),
		} {
			Expect(string(log.Contents())).NotTo(ContainSubstring(secret))
		}
	})
})

// advance moves the clock.
func (a *authorised) advance(by time.Duration) {
	GinkgoHelper()
	_, _, err := a.engine.Advance(context.Background(), engine.Target{By: by})
	Expect(err).NotTo(HaveOccurred())
}
