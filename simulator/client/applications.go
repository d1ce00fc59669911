package client

import (
	"context"
	"net/http"
	"net/url"
)

// Application is a registered application without its secrets.
type Application struct {
	ClientID string `json:"clientId"`
	// Secrets is how many client secrets there are.
	Secrets       int               `json:"clientSecrets"`
	RedirectURIs  []string          `json:"redirectUris"`
	Subscriptions []string          `json:"subscriptions"`
	Callbacks     map[string]string `json:"callbackUrls"`
	// OnSight is set for one that nobody registered.
	OnSight bool `json:"onSight,omitempty"`
}

// TestUser is somebody who can sign in, without their password.
type TestUser struct {
	ID       string   `json:"userId"`
	Name     string   `json:"name,omitempty"`
	EORI     string   `json:"eori,omitempty"`
	Services []string `json:"services"`
}

// Applications are all applications and test users.
type Applications struct {
	Applications []Application `json:"applications"`
	TestUsers    []TestUser    `json:"testUsers"`
}

// Revoked says how many tokens were revoked.
type Revoked struct {
	Revoked int `json:"revoked"`
}

// Applications lists the registered applications and test users.
func (c Client) Applications(ctx context.Context) (Applications, error) {
	return get[Applications](ctx, c, applicationsPath)
}

// PutApplications registers what a file of applications says, in YAML or JSON, beside what is there.
func (c Client) PutApplications(ctx context.Context, file []byte) (Applications, error) {
	return call[Applications](ctx, c, http.MethodPut, applicationsPath, typeYAML, file)
}

// RemoveApplications forgets all applications, test users and tokens.
func (c Client) RemoveApplications(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodDelete, applicationsPath, "", nil)
	return err
}

// Application shows one application.
func (c Client) Application(ctx context.Context, clientID string) (Application, error) {
	return get[Application](ctx, c, below(applicationsPath, clientID))
}

// PutApplication registers one application, in YAML or JSON as it stands in a file of applications.
func (c Client) PutApplication(ctx context.Context, clientID string, text []byte) (Application, error) {
	return call[Application](ctx, c, http.MethodPut, below(applicationsPath, clientID), typeYAML, text)
}

// RemoveApplication forgets an application with its tokens. Its boxes stay.
func (c Client) RemoveApplication(ctx context.Context, clientID string) error {
	_, err := c.do(ctx, http.MethodDelete, below(applicationsPath, clientID), "", nil)
	return err
}

// RemoveTestUser forgets a test user. What they have granted stays until it is revoked or its time is over.
func (c Client) RemoveTestUser(ctx context.Context, id string) error {
	_, err := c.do(ctx, http.MethodDelete, below(testUsersPath, id), "", nil)
	return err
}

// RevokeTokens ends the tokens of an application, as if its users had revoked what they granted; or its access tokens
// alone, as if their time were over.
func (c Client) RevokeTokens(ctx context.Context, clientID string, onlyAccess bool) (Revoked, error) {
	query := url.Values{}
	if onlyAccess {
		query.Set("only", "access")
	}
	return send[Revoked](ctx, c, http.MethodDelete, withQuery(below(applicationsPath, clientID, "tokens"), query), nil)
}
