// Package scenarios is the library of scenario files that comes with the simulator:
//
//   - trader-test/p4, trader-test/p5 and trader-test/p6: HMRC's Trader Test scenarios under their published ids, in our words;
//   - local: flows of the process that no published scenario covers, under ids that begin with X-;
//   - examples: files that teach the format, from the simplest to faults, under ids that begin with EX-.
//
// The format is described in docs/scenarios.md; scenario.schema.json is its JSON Schema. Both are made from
// package scenario: go test ./simulator/scenario -update writes them.
package scenarios

import "embed"

// Files contains the folders named above with their .yaml files and the messages that lie beside them.
//
//go:embed trader-test local examples
var Files embed.FS

// Index says of each of the files what a movement finds its scenario by, so that a start need not read them; the same command writes it.
//
//go:embed index.tsv
var Index string
