package simulator

import (
	"sync"

	"nctsim/simulator/message"
	"nctsim/simulator/rules"
	"nctsim/xsd"
)

// What comes with the program never changes once it is loaded, takes most of the time of a start, and is safe for
// concurrent use. The simulators of a process share it; everything that can change belongs to one of them alone.
var (
	sharedCatalogue = message.Load(xsd.Files, message.Phases...)
	sharedBook      = sync.OnceValues(func() (*rules.Book, error) { return rules.Load(rules.Sources{}) })
)

// Catalogue is the schemas of all phases, also of those whose API version is switched off: a store may hold movements of
// theirs. All simulators of the process share it. The schemas of a phase are read when they are needed for the first time.
func Catalogue() *message.Catalogue { return sharedCatalogue }
