package authorize_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"nctsim/simulator/api/authorize"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/clock"
	"nctsim/simulator/oauth"
	"nctsim/simulator/store"
)

// FuzzParameters sends any query and any form to the endpoints and pages: none may fail by itself, answer with a broken
// header, show HTML of the sender's, or lead elsewhere.
func FuzzParameters(f *testing.F) {
	st, err := store.Open(store.Options{Path: filepath.Join(f.TempDir(), "fuzz.db")})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = st.Close() })
	c, err := clock.New(clock.Options{Mode: clock.Manual})
	if err != nil {
		f.Fatal(err)
	}
	a := authorize.API{Server: oauth.New(oauth.Config{Store: st, Clock: c, Source: clock.NewSource(1), DefaultEORI: "GB123456789000"})}
	f.Add("response_type=code&client_id=a&scope=hello&redirect_uri=http://localhost/&state=%3Cscript%3E", "grant_type=client_credentials&client_id=a&client_secret=b")
	f.Add("auth_id=%22%3E%3Cscript%3E&continue=//evil.example", "csrfToken=x&continue=/x&userId=a&password=b")
	f.Add("client_id=%zz", "code_verifier=%00&grant_type=authorization_code&client_id=a&client_secret=b&redirect_uri=http://localhost/&code=c")
	f.Fuzz(func(t *testing.T, query, form string) {
		for _, call := range []struct {
			method string
			handle func(*http.Request) (wire.Response, error)
			fail   func(error) wire.Response
		}{
			{"GET", a.Authorize, authorize.Failure},
			{"POST", a.Token, authorize.Failure},
			{"GET", a.Start, authorize.PageFailure},
			{"GET", a.SignInPage, authorize.PageFailure},
			{"POST", a.SignIn, authorize.PageFailure},
			{"GET", a.GrantPage, authorize.PageFailure},
			{"POST", a.Grant, authorize.PageFailure},
		} {
			r := httptest.NewRequest(call.method, "/", strings.NewReader(form))
			r.URL.RawQuery = query
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			response, err := call.handle(r)
			if err != nil {
				response = call.fail(err)
			}
			if response.Status >= 500 {
				t.Fatalf("%d: %v", response.Status, response.Cause)
			}
			if strings.ContainsAny(response.Location, "\r\n") || strings.Contains(strings.ToLower(string(response.Body)), "<script") && response.Type != wire.TypeJSON {
				t.Fatalf("%q %s", response.Location, response.Body)
			}
			if response.Location != "" && strings.HasPrefix(response.Location, "//") {
				t.Fatalf("leads to %q", response.Location)
			}
		}
	})
}
