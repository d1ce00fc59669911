// Package replay runs scenarios as tests: it plays the trader against a simulator, over the same HTTP APIs that a
// trader's software uses, and judges every step by what the scenario says. The customs offices are not played here:
// the simulator follows the scenario by itself (package script), and a replay looks at what comes of that.
//
//	runner, err := replay.New(replay.Options{Library: library, Seed: 1})
//	results := runner.Run(ctx, replay.Cases(library.All()), nil)
//
// Without a Target every case gets a simulator of its own in this process, with a manual clock: cases do not disturb
// each other, run side by side, and give the same bytes for the same seed whatever else runs. With a Target a running
// simulator is used. If its clock is manual, it is moved from timer to timer; if not, the replay waits.
//
// [Watch] judges in the same way, but somebody else is the trader.
//
// The trader speaks to API 1.0 otherwise than to the later versions, which is the business of package client, and has a few
// habits of their own there (trader.go); all else is the same in every phase.
//
// # Judging
//
// What a step brought is read from the journals of the movements: they say in which order the messages of both sides
// were sent, which states the movements came to, and where one step ends and the next one begins
// ([nctsim/simulator/movement.Mark]). What the messages are is read as a trader reads them, and compared with the
// journal: types and order with what the step expects, contents with its checks, and every message with its schema.
// The simulator compares for itself while it follows the scenario; a replay does not rely on that.
package replay
