package simulator

import (
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/rules"
)

// What comes with the program never changes once it is loaded, takes most of the time of a start, and is safe for
// concurrent use. The simulators of a process share it; everything that can change belongs to one of them alone.
var (
	sharedCatalogue = sync.OnceValues(loadCatalogue)
	sharedBook      = sync.OnceValues(func() (*rules.Book, error) { return rules.Load(rules.Sources{}) })
)

// Catalogue is the schemas of all phases, which all simulators of the process share. They are compiled when they are
// needed for the first time.
func Catalogue() (*message.Catalogue, error) { return sharedCatalogue() }
