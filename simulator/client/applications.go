package client

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
