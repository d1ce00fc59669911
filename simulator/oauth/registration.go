package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/application"
	"nctsim/simulator/message"
	"nctsim/simulator/spelling"
	"nctsim/simulator/store"
	"nctsim/simulator/yamlform"
)

// Registration is what a file of applications says, or a call that has the same form (docs/spec/oauth-and-test-users.md#4).
type Registration struct {
	Applications []application.Application
	TestUsers    []application.TestUser
}

// Read reads a file of applications and test users. JSON is YAML, too. The name is for errors, which are yamlform.Problems,
// each with its place and a hint; no secret is in them.
func Read(name string, text []byte) (Registration, error) {
	f, root := parse(name, text, "file of applications")
	if root != nil {
		f.Check(root, registrationShape, "the file")
	}
	var r Registration
	if root != nil && len(f.Problems()) == 0 {
		seen := map[string]bool{}
		for _, n := range root.Get("applications").List() {
			r.Applications = append(r.Applications, readApplication(f, n, seen))
		}
		users := map[string]bool{}
		for _, n := range root.Get("testUsers").List() {
			r.TestUsers = append(r.TestUsers, readUser(f, n, users))
		}
	}
	return r, problems(f)
}

// ReadApplication reads one application, whose client id stands elsewhere and need not be repeated.
func ReadApplication(name, clientID string, text []byte) (application.Application, error) {
	f, root := parse(name, text, "application")
	if root != nil {
		f.Check(root, oneApplication, "the application")
	}
	a := application.Application{}
	if root != nil && len(f.Problems()) == 0 {
		a = readApplication(f, root, map[string]bool{})
		if id := root.Get("clientId"); id != nil && a.ClientID != clientID {
			f.About(id, "leave it out, or write "+clientID, "clientId is not the one in the path")
		}
		a.ClientID = clientID
	}
	return a, problems(f)
}

const mostBytes = 1 << 20

func parse(name string, text []byte, noun string) (*yamlform.File, *yamlform.Node) {
	return yamlform.Parse(name, text, yamlform.Format{
		Noun: noun, MaxBytes: mostBytes, Start: "it begins with applications:", NotXML: "write it in YAML, beginning with applications:",
	})
}

// problems are those of a file without its lines, in which secrets may stand.
func problems(f *yamlform.File) error {
	found := f.Problems()
	if len(found) == 0 {
		return nil
	}
	for i := range found {
		found[i].Source = ""
	}
	return found
}

func readApplication(f *yamlform.File, n *yamlform.Node, seen map[string]bool) application.Application {
	a := application.Application{
		ClientID: n.Get("clientId").String(), RedirectURIs: texts(n.Get("redirectUris")), Subscriptions: texts(n.Get("subscriptions")),
		PushSecret: n.Get("pushSecret").String(),
	}
	if a.ClientID != "" && seen[a.ClientID] {
		f.About(n.Get("clientId"), "remove one of the two", "client %s stands there twice", a.ClientID)
	}
	seen[a.ClientID] = true
	for _, secret := range texts(n.Get("clientSecrets")) {
		a.Secrets = append(a.Secrets, application.Digest(secret))
	}
	if token := n.Get("serverToken").String(); token != "" {
		a.ServerToken = application.Digest(token)
	}
	atMost(f, n, "redirectUris", application.MostRedirectURIs)
	atMost(f, n, "clientSecrets", application.MostSecrets)
	if callbacks := n.Get("callbackUrls"); callbacks != nil {
		a.Callbacks = map[string]string{}
		for _, e := range callbacks.Entries {
			a.Callbacks[e.Key.Text] = e.Value.Text
		}
	}
	return a
}

func atMost(f *yamlform.File, n *yamlform.Node, key string, most int) {
	if list := n.Get(key); list != nil && len(list.Items) > most {
		f.About(list.Items[most], fmt.Sprintf("leave %d of them out", len(list.Items)-most), "%s has more than %d items", key, most)
	}
}

func readUser(f *yamlform.File, n *yamlform.Node, seen map[string]bool) application.TestUser {
	u := application.TestUser{
		ID: n.Get("userId").String(), Password: application.Digest(n.Get("password").String()), Name: n.Get("name").String(),
		EORI: n.Get("eori").String(), Services: texts(n.Get("services")),
	}
	if seen[u.ID] {
		f.About(n.Get("userId"), "remove one of the two", "user %s stands there twice", u.ID)
	}
	seen[u.ID] = true
	return u
}

func texts(n *yamlform.Node) []string {
	var list []string
	for _, item := range n.List() {
		list = append(list, item.String())
	}
	return list
}

// The shapes of a file.
var (
	registrationShape = &yamlform.Shape{Kind: yamlform.Group, Fields: []yamlform.Field{
		{Key: "applications", Shape: &yamlform.Shape{Kind: yamlform.List, Item: oneRegistered, Optional: true}},
		{Key: "testUsers", Shape: &yamlform.Shape{Kind: yamlform.List, Item: userShape, Optional: true}},
	}}
	oneRegistered  = applicationShape(true)
	oneApplication = applicationShape(false)
	userShape      = &yamlform.Shape{Name: "test user", Kind: yamlform.Group, Fields: []yamlform.Field{
		{Key: "userId", Shape: checkedText(checkUserID), Required: true},
		{Key: "password", Shape: checkedText(checkSecret), Required: true},
		{Key: "name", Shape: &yamlform.Shape{}},
		{Key: "eori", Shape: checkedText(checkEORI)},
		{Key: "services", Shape: &yamlform.Shape{Kind: yamlform.List, Item: checkedText(checkService)}},
	}}
)

func applicationShape(named bool) *yamlform.Shape {
	list := func(least int, check func(string) error) *yamlform.Shape {
		return &yamlform.Shape{Kind: yamlform.List, Least: least, Item: checkedText(check)}
	}
	return &yamlform.Shape{Name: "application", Kind: yamlform.Group, Fields: []yamlform.Field{
		{Key: "clientId", Shape: checkedText(checkClientID), Required: named},
		{Key: "clientSecrets", Shape: list(1, checkSecret), Required: true},
		{Key: "redirectUris", Shape: list(0, application.CheckRedirect)},
		{Key: "subscriptions", Shape: list(1, checkSubscription)},
		{Key: "callbackUrls", Shape: &yamlform.Shape{
			Kind: yamlform.Table, Key: checkedText(checkVersion), Item: checkedText(checkCallback),
		}},
		{Key: "pushSecret", Shape: checkedText(checkSecret)},
		{Key: "serverToken", Shape: checkedText(checkServerToken)},
	}}
}

func checkedText(check func(string) error) *yamlform.Shape {
	return &yamlform.Shape{Kind: yamlform.Text, Check: check}
}

func checkClientID(id string) error {
	if application.ValidClientID(id) {
		return nil
	}
	return errors.New("it is not a client id; hint: HMRC's have 28 letters, digits, - and _; up to 64 are taken")
}

// The errors about secrets do not show them.
func checkSecret(secret string) error {
	if len(secret) > 256 || strings.ContainsFunc(secret, func(r rune) bool { return r < '!' || r > '~' }) {
		return errors.New("it has spaces or other characters than letters, digits and signs, or more than 256; hint: a UUID is what HMRC gives out")
	}
	return nil
}

func checkServerToken(token string) error {
	if looksIssued(token) {
		return nil
	}
	return errors.New("it is not a server token; hint: 32 hexadecimal digits in lower case")
}

func checkSubscription(name string) error {
	if slices.Contains(application.Subscriptions(), name) {
		return nil
	}
	return fmt.Errorf("there is no API %s; hint: %s", name, spelling.Hint(name, application.Subscriptions()))
}

func checkVersion(version string) error {
	if _, known := message.PhaseOfVersion(version); known {
		return nil
	}
	return fmt.Errorf("there is no version %s of the CTC Traders API; hint: 1.0, 2.1 or 3.0, in quotes", version)
}

func checkCallback(url string) error {
	if strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") {
		return nil
	}
	return errors.New("it is not the URL of a callback; hint: it begins with https:// or http://")
}

func checkUserID(id string) error {
	if len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool { return r < '!' || r > '~' }) {
		return nil
	}
	return errors.New("it is not a user id; hint: HMRC's have 12 digits, in quotes")
}

func checkEORI(eori string) error {
	if application.ValidEORI(eori) {
		return nil
	}
	return errors.New("it is not an EORI; hint: two letters, and up to 15 digits (GB and XI: 12 to 15)")
}

func checkService(key string) error {
	keys := serviceKeys()
	if slices.Contains(keys, key) {
		return nil
	}
	return fmt.Errorf("there is no service %s; hint: %s", key, spelling.Hint(key, keys))
}

// Register registers applications and test users, in the place of those with their ids. Tokens of the applications stay.
func (s *Service) Register(ctx context.Context, r Registration) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		for _, a := range r.Applications {
			if err := tx.PutApplication(a); err != nil {
				return err
			}
		}
		for _, u := range r.TestUsers {
			if err := tx.PutTestUser(u); err != nil {
				return err
			}
		}
		return nil
	})
}

// Registered are all applications and test users.
func (s *Service) Registered() (r Registration, err error) {
	err = s.Store.View(func(tx *store.Tx) error {
		tx.LeaveOutDamaged()
		r.Applications, err = tx.Applications()
		return err
	})
	if err == nil {
		r.TestUsers, err = s.Users()
	}
	return r, err
}

// Forget forgets an application with its tokens. The error wraps store.ErrNotFound if there is none.
func (s *Service) Forget(ctx context.Context, clientID string) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteApplication(clientID) })
}

// ForgetUser forgets a test user; what they have granted stays. The error wraps store.ErrNotFound if there is none.
func (s *Service) ForgetUser(ctx context.Context, id string) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteTestUser(id) })
}

// ForgetAll forgets all applications, test users and tokens.
func (s *Service) ForgetAll(ctx context.Context) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		all, err := tx.Applications()
		if err != nil {
			return err
		}
		for _, a := range all {
			if err := tx.DeleteApplication(a.ClientID); err != nil {
				return err
			}
		}
		users, err := tx.TestUsers()
		if err != nil {
			return err
		}
		for _, u := range users {
			if err := tx.DeleteTestUser(u.ID); err != nil {
				return err
			}
		}
		_, err = tx.DeleteCredentials("", application.Kinds...)
		return err
	})
}
