// Package scenario is the format of scenario files and the library that they form.
//
// A scenario file scripts the customs offices where they have a choice and is a test at the same time: it says
// what the trader sends and what must come back. This package reads such files, checks them against everything
// that is known before anything runs, and finds the scenario of a new movement. It runs nothing: it knows no
// engine, no clock and no HTTP.
//
//	reader := scenario.NewReader(catalogue, fixtures.Files)
//	library := reader.Open(scenarios.Files, "my-scenarios") // the built-in ones and a folder
//	for _, p := range library.Problems() { fmt.Println(p.Show()) }
//	s, ok := library.Get("DSGB6")
//	found := library.Find(scenario.Query{Header: h, Phase: p, Document: declaration})
//
// # Format
//
// The file format.go describes every key once. From this description come the checks of a file, the JSON Schema
// (scenarios/scenario.schema.json) and the reference (docs/scenarios.md). Officers' actions, timers and states
// are those of package office, messages and sides those of package message, elements those of the schemas.
//
// What the words are depends on the process: phase 4 has another one than phases 5 and 6, with other messages, actions,
// timers and states, and other ways to write dates (vocabulary.go). A scenario is of one generation.
//
// A file is read in three passes: YAML to a tree that keeps every place ([Reader.Parse] uses only the parser of
// goccy/go-yaml, not its decoder), the tree against the shapes of the format, and then step by step what only
// makes sense together: a path that the message's schema does not know, an amendment before the declaration, an
// action that the office does not know. A mistake is a [Problem] with line and column; reading goes on after it,
// so that all mistakes of a file come at once.
//
// # Two sides
//
// A scenario can be about both ends of a journey: the IE015 creates the departure, the IE007 the arrival, the MRN
// joins them. What a step brings is one ordered list over both sides. "IE029" goes to the departure, "IE025 >A"
// to the arrival. The type of a message decides its side; a file that says another one is refused.
package scenario
