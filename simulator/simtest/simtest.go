// Package simtest is what the tests of several packages need: the schemas, compiled once for a process, and the sample
// messages. It is not part of the simulator.
package simtest

import (
	"path"
	"sync"

	"nctsim/fixtures"
	"nctsim/simulator/message"
	"nctsim/xsd"
)

// Catalogue is the schemas of all phases. It panics if they cannot be loaded.
var Catalogue = sync.OnceValue(func() *message.Catalogue {
	c, err := message.Load(xsd.Files)
	if err != nil {
		panic(err)
	}
	return c
})

// Sample is a valid message of the fixtures as it stands in its file: Sample(message.Phase5, "ie015-tir-xi"). It panics if
// there is none of the name.
func Sample(p message.Phase, name string) []byte {
	data, err := fixtures.Files.ReadFile(path.Join(p.Dir(), "valid", name+".xml"))
	if err != nil {
		panic(err)
	}
	return data
}

// Document is [Sample], parsed.
func Document(p message.Phase, name string) *message.Document {
	d, err := Catalogue().Parse(p, Sample(p, name))
	if err != nil {
		panic(err)
	}
	return d
}
