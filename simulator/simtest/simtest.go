// Package simtest is what the tests of several packages need: the schemas, compiled once for a process, and the sample
// messages. It is not part of the simulator.
package simtest

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"nctsim/fixtures"
	"nctsim/simulator/message"
	"nctsim/xsd"
)

// Catalogue is the schemas of all phases.
var Catalogue = sync.OnceValue(func() *message.Catalogue { return message.Load(xsd.Files, message.Phases...) })

// File is a file of the fixtures: File("phase4/invalid/ie015-no-lrn.xml"). It panics if there is none of the name.
func File(name string) []byte {
	data, err := fixtures.Files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return data
}

// Files are the names of the fixtures that fit a pattern: Files("phase4/invalid/*.xml"). It panics if there are none.
func Files(pattern string) []string {
	names, err := fs.Glob(fixtures.Files, pattern)
	if err == nil && len(names) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		panic(&fs.PathError{Op: "glob", Path: pattern, Err: err})
	}
	return names
}

// Samples are the names of the valid messages of a phase that fit a pattern, as [Sample] takes them:
// Samples(message.Phase5, "ie015-*"). It panics if there are none.
func Samples(p message.Phase, pattern string) []string {
	dir := path.Join(p.Dir(), "valid") + "/"
	names := Files(dir + pattern + ".xml")
	for i, name := range names {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(name, dir), ".xml")
	}
	return names
}

// Sample is a valid message of the fixtures as it stands in its file: Sample(message.Phase5, "ie015-tir-xi"). It panics if
// there is none of the name.
func Sample(p message.Phase, name string) []byte {
	return File(path.Join(p.Dir(), "valid", name+".xml"))
}

// Document is [Sample], parsed.
func Document(p message.Phase, name string) *message.Document {
	d, err := Catalogue().Parse(p, Sample(p, name))
	if err != nil {
		panic(err)
	}
	return d
}

// Edited is a sample with changes.
func Edited(p message.Phase, name string, edits ...func(*message.Builder)) *message.Document {
	b := message.Edit(Document(p, name))
	for _, e := range edits {
		e(b)
	}
	return b.Document()
}

// Simplified is the sample of a declaration in the simplified procedure, which is released without an officer; every phase has one.
const Simplified = "ie015-simplified-gb-xi"

var lrnElement = regexp.MustCompile(`<LRN>[^<]*</LRN>`)

// WithLRN is a message of phase 5 or 6 with another LRN.
func WithLRN(xml []byte, lrn string) []byte {
	return lrnElement.ReplaceAll(xml, []byte("<LRN>"+lrn+"</LRN>"))
}
