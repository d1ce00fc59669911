// Package simtest is what the tests of several packages need: the schemas, compiled once for a process, and the sample
// messages. It is not part of the simulator.
package simtest

import (
	"path"
	"regexp"
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

// Simplified is the sample of a declaration in the simplified procedure, which is released without an officer; every phase has one.
const Simplified = "ie015-simplified-gb-xi"

var lrnElement = regexp.MustCompile(`<LRN>[^<]*</LRN>`)

// WithLRN is a message of phase 5 or 6 with another LRN.
func WithLRN(xml []byte, lrn string) []byte {
	return lrnElement.ReplaceAll(xml, []byte("<LRN>"+lrn+"</LRN>"))
}
