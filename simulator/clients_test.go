package simulator_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"nctsim/simulator"
	"nctsim/simulator/simtest"
)

const clientsFile = `
applications:
  - clientId: nwTmsLocal0000000000000000ab
    clientSecrets: [0b6f3c52-1d7e-4a90-9c35-7e2f4d8a1b60]
    redirectUris: [CALLBACK/oauth20/callback]
    callbackUrls: {"2.1": "CALLBACK/hook"}
    pushSecret: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
testUsers:
  - {userId: "085603622877", password: nyezgdfrlsmc, eori: GB123456789012, services: [common-transit-convention-traders]}
`

// listener is the client's own server: where people come back to with a code, and where notifications go.
type listener struct {
	*httptest.Server
	codes  chan url.Values
	pushed chan string
}

func newListener() *listener {
	l := &listener{codes: make(chan url.Values, 1), pushed: make(chan string, 100)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth20/callback" {
			l.codes <- r.URL.Query()
			return
		}
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha1.New, []byte("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"))
		mac.Write(body)
		if r.Header.Get("X-Hub-Signature") != hex.EncodeToString(mac.Sum(nil)) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var wrapper, notice map[string]any
		if json.Unmarshal(body, &wrapper) == nil && json.Unmarshal([]byte(wrapper["message"].(string)), &notice) == nil {
			l.pushed <- notice["messageType"].(string)
		}
	}))
	DeferCleanup(l.Close)
	return l
}

var _ = Describe("A client that was written for HMRC's sandbox", func() {
	It("goes from a token to the release of goods with golang.org/x/oauth2, and is notified", func(ctx context.Context) {
		client := newListener()
		localhost := strings.Replace(client.URL, "127.0.0.1", "localhost", 1)
		file := filepath.Join(GinkgoT().TempDir(), "applications.yaml")
		Expect(os.WriteFile(file, []byte(strings.ReplaceAll(clientsFile, "CALLBACK", localhost)), 0o600)).To(Succeed())
		sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile, c.Applications, c.Auth = "instant", file, simulator.AuthStrict })

		config := oauth2.Config{
			ClientID: "nwTmsLocal0000000000000000ab", ClientSecret: "0b6f3c52-1d7e-4a90-9c35-7e2f4d8a1b60",
			Endpoint:    oauth2.Endpoint{AuthURL: sim.URL() + "/oauth/authorize", TokenURL: sim.URL() + "/oauth/token"},
			RedirectURL: localhost + "/oauth20/callback", Scopes: []string{"common-transit-convention-traders"},
		}
		verifier := oauth2.GenerateVerifier()
		jar, err := cookiejar.New(nil)
		Expect(err).NotTo(HaveOccurred())
		browser := &http.Client{Jar: jar, Transport: &http.Transport{}}
		DeferCleanup(browser.CloseIdleConnections)
		page, err := browser.Get(config.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier)))
		Expect(err).NotTo(HaveOccurred())
		defer page.Body.Close()
		page = simtest.SendForm(browser, page, sim.URL()+"/api-test-login/sign-in", "userId", "085603622877", "password", "nyezgdfrlsmc")
		defer page.Body.Close()
		Expect(simtest.SendForm(browser, page, sim.URL()+"/oauth/grantscope").Body.Close()).To(Succeed())
		var back url.Values
		Eventually(ctx, client.codes).Should(Receive(&back))
		Expect(back.Get("state")).To(Equal("the state"))

		token, err := config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier))
		Expect(err).NotTo(HaveOccurred())
		Expect(token.TokenType).To(Equal("bearer"))
		Expect(token.Expiry).To(BeTemporally("~", time.Now().Add(4*time.Hour), time.Minute))
		_, err = config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier))
		Expect(err).To(MatchError(ContainSubstring("code is invalid")))

		old := token.AccessToken
		token.Expiry = time.Now().Add(-time.Minute) // it refreshes
		authorised := config.Client(ctx, token)
		declaration := simtest.File("phase5/valid/ie015-simplified-gb-xi.xml")
		declare := func(c *http.Client, bearer string) (int, string) {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, sim.URL()+"/customs/transits/movements/departures", strings.NewReader(string(declaration)))
			Expect(err).NotTo(HaveOccurred())
			r.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
			r.Header.Set("Content-Type", "application/xml")
			if bearer != "" {
				r.Header.Set("Authorization", "Bearer "+bearer)
			}
			response, err := c.Do(r)
			Expect(err).NotTo(HaveOccurred())
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			Expect(err).NotTo(HaveOccurred())
			return response.StatusCode, string(body)
		}
		status, body := declare(authorised, "")
		Expect(status).To(Equal(202), body)
		Expect(body).To(ContainSubstring(`"boxId":"`))
		for _, code := range []string{"IE928", "IE028", "IE029"} {
			Eventually(ctx, client.pushed).Should(Receive(Equal(code)))
		}
		status, body = declare(http.DefaultClient, old)
		Expect(status).To(Equal(401), body)
		Expect(body).To(ContainSubstring("INVALID_CREDENTIALS"))

		own := clientcredentials.Config{ClientID: config.ClientID, ClientSecret: config.ClientSecret, TokenURL: config.Endpoint.TokenURL}
		status, body = declare(own.Client(ctx), "")
		Expect(status).To(Equal(401))
		Expect(body).To(ContainSubstring("INCORRECT_ACCESS_TOKEN_TYPE"))
		own.ClientSecret = "wrong"
		_, err = own.Token(ctx)
		Expect(err).To(MatchError(ContainSubstring("invalid client id or secret")))
	}, SpecTimeout(time.Minute))
})
