package oauth_test

import (
	"strings"
	"testing"

	"nctsim/simulator/application"
	"nctsim/simulator/oauth"
)

func TestRedirectURIs(t *testing.T) {
	a := application.Application{RedirectURIs: []string{"https://a.example/cb", "http://localhost", application.OutOfBand}}
	for uri, allowed := range map[string]bool{
		"https://a.example/cb":           true,
		"https://a.example/cb/more?x=1":  true,
		"http://localhost/anything":      true,
		application.OutOfBand:            true,
		application.OutOfBandAuto:        false,
		"http://localhost.evil.example/": false,
		"http://localhost@evil.example/": false,
		"http://localhost:80/":           false,
		"https://a.example/":             false,
		"https://a.example/cb#x":         false,
		"https://a.example/cb\\x":        false,
		"":                               false,
	} {
		if a.AllowsRedirect(uri) != allowed {
			t.Errorf("%s: %v", uri, !allowed)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("applications: [{clientId: a, clientSecrets: [s], redirectUris: [http://localhost/x]}]\ntestUsers: [{userId: '1', password: p}]")
	f.Add(`{"applications": [{"clientId": "a"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := oauth.Read("f.yaml", []byte(text))
		if err != nil {
			return
		}
		for _, a := range r.Applications {
			if !application.ValidClientID(a.ClientID) || len(a.Secrets) == 0 {
				t.Errorf("accepted %+v", a)
			}
		}
	})
}

func FuzzRedirect(f *testing.F) {
	f.Add("http://localhost:9/callback?x=1")
	f.Add("http://localhost:9@evil/")
	f.Add("urn:ietf:wg:oauth:2.0:oob")
	f.Add("http://localhost:9/\r\nX: y")
	a := application.Application{RedirectURIs: []string{"http://localhost:9/callback"}}
	f.Fuzz(func(t *testing.T, uri string) {
		onSight := application.Application{OnSight: true}
		if !a.AllowsRedirect(uri) {
			if onSight.AllowsRedirect(uri) && strings.ContainsAny(uri, "\r\n\\ ") {
				t.Errorf("allowed %q", uri)
			}
			return
		}
		if !strings.HasPrefix(uri, "http://localhost:9/callback") || application.Origin(uri) != "http://localhost:9" {
			t.Errorf("allowed %q", uri)
		}
	})
}
