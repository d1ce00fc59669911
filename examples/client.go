// The client is one of the CTC Traders API as one writes it for HMRC's sandbox, with golang.org/x/oauth2: from a token to the
// release of goods, with a test user, PKCE, a refreshed token and a callback. Only the host is another one.
//
//	go run ./examples http://localhost:8080 declaration.xml [upload]
//
// The declaration is XML, JSON if its name ends in .json, or XML that is uploaded as a large message.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// What the Developer Hub says of the application, and what was entered there.
const (
	clientID     = "exampleClient00000000000001a"
	clientSecret = "5f0c7a52-93d1-4c1e-8a57-1b8e6d2f4c90"
	pushSecret   = "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: go run ./examples http://localhost:8080 declaration.xml [upload]")
	}
	c := client{host: os.Args[1], granted: make(chan url.Values, 1), notices: make(chan notice, 100)}
	port := cmp.Or(os.Getenv("CLIENT_PORT"), "8081")
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, &c)) }()
	upload := len(os.Args) > 3 && os.Args[3] == "upload"
	if err := c.run(context.Background(), "http://localhost:"+port+"/oauth20/callback", os.Args[2], upload); err != nil {
		log.Fatal(err)
	}
}

// client is the application. It is also a server: people come back to it with a code, and notifications are pushed to it.
type client struct {
	host    string
	granted chan url.Values
	notices chan notice
}

// notice is a notification's message.
type notice struct {
	MessageURI, NotificationType, DepartureID, MessageType string
	Response                                               struct{ Code string }
}

func (c *client) run(ctx context.Context, redirect, file string, upload bool) error {
	ofApplication := clientcredentials.Config{ClientID: clientID, ClientSecret: clientSecret, TokenURL: c.host + "/oauth/token"}
	own := ofApplication.Client(ctx)
	var hello struct{ Message string }
	if err := c.call(own, http.MethodGet, "/hello/application", "1.0+json", "", nil, &hello); err != nil {
		return err
	}
	fmt.Println(hello.Message)
	var user struct{ UserID, Password string }
	wanted := []byte(`{"serviceNames":["common-transit-convention-traders"]}`)
	if err := c.call(own, http.MethodPost, "/create-test-user/organisations", "1.0+json", "application/json", wanted, &user); err != nil {
		return err
	}
	fmt.Println("sign in as", user.UserID, user.Password)

	config := oauth2.Config{
		ClientID: clientID, ClientSecret: clientSecret, RedirectURL: redirect, Scopes: []string{"common-transit-convention-traders"},
		Endpoint: oauth2.Endpoint{AuthURL: c.host + "/oauth/authorize", TokenURL: c.host + "/oauth/token"},
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	fmt.Println("open", config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)))
	back := <-c.granted
	if back.Get("state") != state || !back.Has("code") {
		return fmt.Errorf("not granted: %v", back)
	}
	token, err := config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return err
	}
	token, err = config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return err
	}
	return c.declare(config.Client(ctx, token), file, upload)
}

// declare submits a declaration as somebody and waits until the goods are released.
func (c *client) declare(as *http.Client, file string, upload bool) error {
	declaration, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	format := "xml"
	if strings.HasSuffix(file, ".json") {
		format = "json"
	}
	const departures = "/customs/transits/movements/departures"
	var made struct {
		DepartureID   string
		UploadRequest form
	}
	if upload { // no body and no Content-Type: a large message
		if err = c.call(as, http.MethodPost, departures, "2.1+json", "", nil, &made); err == nil {
			err = made.UploadRequest.send(declaration)
		}
	} else {
		err = c.call(as, http.MethodPost, departures, "2.1+json", "application/"+format, declaration, &made)
	}
	if err != nil {
		return err
	}
	fmt.Println("declared", made.DepartureID)
	for n := range c.notices {
		switch {
		case n.DepartureID != made.DepartureID:
			continue
		case n.NotificationType == "SUBMISSION_NOTIFICATION":
			fmt.Println("submitted:", n.Response.Code)
			continue
		}
		fmt.Println(n.MessageType)
		if n.MessageType == "IE029" {
			var released bytes.Buffer
			if err := c.call(as, http.MethodGet, n.MessageURI+"/body", "2.1+"+format, "", nil, &released); err != nil {
				return err
			}
			fmt.Println("released:", strings.Contains(released.String(), "CC029C"))
			return nil
		}
	}
	return nil
}

// call makes a call and decodes what it gives, or copies it if into is a buffer.
func (c *client) call(as *http.Client, method, path, accept, contentType string, body []byte, into any) error {
	r, err := http.NewRequest(method, c.host+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/vnd.hmrc."+accept)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	response, err := as.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s", method, path, response.Status, text)
	}
	if buffer, ok := into.(*bytes.Buffer); ok {
		buffer.Write(text)
		return nil
	}
	return json.Unmarshal(text, into)
}

// form is where a large message goes.
type form struct {
	Href   string
	Fields map[string]string
}

// send sends a file: every field as a part, the file last.
func (f form) send(file []byte) error {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range f.Fields {
		if err := w.WriteField(name, value); err != nil {
			return err
		}
	}
	part, err := w.CreateFormFile("file", "declaration.xml")
	if err != nil {
		return err
	}
	if _, err := part.Write(file); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	response, err := http.Post(f.Href, w.FormDataContentType(), &body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(response.Body) // what could be read of it says enough
		return fmt.Errorf("upload: %s %s", response.Status, text)
	}
	return nil
}

func (c *client) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case r.URL.Path == "/oauth20/callback":
		fmt.Fprint(w, "You can close this window.")
		c.granted <- query
		return
	case r.Method == http.MethodGet: // asked when the URL is registered
		fmt.Fprintf(w, `{"challenge":%q}`, query.Get("challenge"))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	mac := hmac.New(sha1.New, []byte(pushSecret))
	mac.Write(body)
	if !hmac.Equal([]byte(r.Header.Get("X-Hub-Signature")), []byte(hex.EncodeToString(mac.Sum(nil)))) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	var wrapper struct{ Message string }
	var n notice
	if err = json.Unmarshal(body, &wrapper); err == nil {
		err = json.Unmarshal([]byte(wrapper.Message), &n)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.notices <- n
}
