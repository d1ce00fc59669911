package notify

import (
	"strings"

	"nctsim/simulator/clock"
	"nctsim/simulator/store"
)

// Config is what a service is made of.
type Config struct {
	Store  *store.Store
	Clock  *clock.Clock
	Source clock.Source
	// Everybody gives every client a box for each API version as soon as something asks for it, as HMRC's developer hub
	// does when an application subscribes to the API. Without it only those who were given a box have one.
	Everybody bool
}

// Service looks after boxes and what is in them. It is safe for concurrent use.
type Service struct{ Config }

// New makes a service.
func New(c Config) *Service { return &Service{c} }

func lower(id string) string { return strings.ToLower(id) }
