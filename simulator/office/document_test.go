package office

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var update = flag.Bool("update", false, "write docs/process.md")

var _ = Describe("docs/process.md", func() {
	It("shows the tables that the offices work by", func() {
		const path = "../../docs/process.md"
		page := processPage()
		if *update {
			Expect(os.WriteFile(path, []byte(page), 0o644)).To(Succeed())
			return
		}
		text, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).To(Equal(page), "go test ./simulator/office -update mends it")
	})

	It("has an anchor of its own for every row", func() {
		seen := map[string]bool{}
		for _, g := range generations {
			for _, k := range sides {
				for _, r := range processOf(g.phase).tables[k.kind] {
					Expect(r.id).To(MatchRegexp("^p(4|56)-(departure|arrival)-[a-z0-9-]+$"))
					Expect(seen).NotTo(HaveKey(r.id))
					seen[r.id] = true
				}
			}
		}
	})

	It("explains every word of its column If", func() {
		used := map[string]bool{}
		for _, g := range generations {
			for _, k := range sides {
				for _, r := range processOf(g.phase).tables[k.kind] {
					for _, c := range r.Guard {
						used[c.name] = true
						Expect(meaning).To(HaveKey(c.name))
					}
				}
			}
		}
		for word := range meaning {
			Expect(used).To(HaveKey(word), "nobody uses the word")
		}
	})
})

// generations are the processes, with a phase of each and the sections of the specification.
var generations = []struct {
	title, spec string
	phase       message.Phase
}{
	{"Phases 5 and 6", "[sections 4 and 5](spec/process.md#4)", message.Phase6},
	{"Phase 4", "[section 9](spec/process.md#9)", message.Phase4},
}

var sides = []struct {
	title string
	kind  message.Kind
}{{"Departure", message.Departure}, {"Arrival", message.Arrival}}

// meaning says what the words of the column If stand for.
var meaning = map[string]string{
	"ok":                              "the message passed the checks",
	"errors":                          "the message failed a check; the answer lists what was found, an error 92 (wrong state) included",
	"preLodged":                       "the goods are to be presented later",
	"type A":                          "not pre-lodged",
	"not preLodged":                   "the goods are there; only what is lodged before them is acknowledged first",
	"simplifiedDeparture":             "the holder is an authorised consignor",
	"normalDeparture":                 "not simplified",
	"simplifiedArrival":               "the trader at destination is an authorised consignee",
	"normalArrival":                   "not simplified",
	"gc ok":                           "every guarantee passed the guarantee check",
	"gc bad":                          "a guarantee failed the guarantee check",
	"departure not RELEASED":          "customs has done something else with the departure since the arrival was reported",
	"arrival here":                    "the goods are withheld at an office of destination whose movement is in this simulator too",
	"unloadingClean":                  "the unloading is complete, the goods are as declared and the seals are in order",
	"unloadingPartial":                "the unloading is not finished",
	"partial":                         "the remarks that wait are about an unloading that is not finished",
	"continued less than 9 times":     "the unloading may be continued once more",
	"auto_release_after_presentation": "off in every profile: the release after an IE170 would wait for the timer",
	"amendment_restarts_auto_release": "off in every profile: an accepted IE013 would start the timer anew",
	"RelReqHEA105 1":                  "the trader asks for the release",
	"MrnAllocated before":             "the cancellation was asked for in MrnAllocated",
	"released before":                 "the cancellation was asked for after the release",
}

const processHead = `# The process

What the simulated offices do, written by a test from the tables by which they do it. The reference behind the tables, with
what is published and what is assumed, is [spec/process.md](spec/process.md); the durations are explained in
[spec/timers.md](spec/timers.md). A journal entry "process table: ..." quotes a row of this page; its ` + "`row`" + ` is the anchor
of the row.

How to read a transition: in a state of *From*, when *On* happens and everything under *If* holds, the office sends what is
under *Sends* in that order, does with the timers what *Timers* says, and the movement goes *To* the state. Of several rows
that fit, the first counts. *On* is a message of the trader, an action of the officer, a timer that fires, or an event of the
other side of the transit; "tell" under *Sends* makes such an event there. What a scenario sends or Test Support injects
is not bound to these tables.

`

func processPage() string {
	var b strings.Builder
	b.WriteString(processHead)
	b.WriteString("| Word under *If* | Meaning |\n|---|---|\n")
	for _, word := range wordsInOrder() {
		fmt.Fprintf(&b, "| %s | %s |\n", word, meaning[word])
	}
	for _, g := range generations {
		fmt.Fprintf(&b, "\n## %s\n\nReference: %s.\n", g.title, g.spec)
		for _, s := range sides {
			fmt.Fprintf(&b, "\n### %s, %s\n\n", s.title, strings.ToLower(g.title[:1])+g.title[1:])
			writeStates(&b, g.phase, s.kind)
			writeRows(&b, g.phase, s.kind)
		}
	}
	writeInputs(&b)
	writeProfiles(&b)
	return b.String()
}

const inputsHead = `
## What the officer writes

What may stand beside an action: in "with" of the control API and of a scenario's step, and after --with of "nctsim officer",
which "nctsim officer MOVEMENT ACTION --help" explains, too. Where a code list is named, any value that fits the pattern is
taken all the same. Everything may be left out unless it is required where it stands; what a message needs beyond that is
filled in.

`

func writeInputs(b *strings.Builder) {
	b.WriteString(strings.NewReplacer(`"with"`, "`with:`", "--with", "`--with`", `"nctsim officer"`, "`nctsim officer`",
		`"nctsim officer MOVEMENT ACTION --help"`, "`nctsim officer MOVEMENT ACTION --help`").Replace(inputsHead))
	b.WriteString("| Action | Key | Value | Example | Pattern | Code list |\n|---|---|---|---|---|---|\n")
	for _, verb := range Verbs() {
		keys, _ := InputOf(verb)
		if len(keys) == 0 {
			fmt.Fprintf(b, "| `%s` | none | | | | |\n", verb)
		}
		for _, k := range keys {
			value, pattern, example := "text", k.Pattern, k.Example
			switch {
			case k.List > 0:
				value = fmt.Sprintf("list of up to %d groups", k.List)
			case k.Group:
				value = "group"
			case k.Pattern == "":
				value = fmt.Sprintf("text of up to %d characters", k.Most)
			}
			if k.Required {
				value += ", required"
			}
			if pattern != "" {
				pattern = "`" + strings.ReplaceAll(pattern, "|", "\\|") + "`"
				example = "`" + example + "`"
			}
			fmt.Fprintf(b, "| `%s` | `%s` | %s | %s | %s | %s |\n", verb, k.Path, value, example, pattern, k.CodeList)
		}
	}
}

func wordsInOrder() []string {
	var out []string
	for _, g := range generations {
		for _, s := range sides {
			for _, r := range processOf(g.phase).tables[s.kind] {
				for _, c := range r.Guard {
					if !slices.Contains(out, c.name) {
						out = append(out, c.name)
					}
				}
			}
		}
	}
	return out
}

// writeStates shows what each state takes: messages of the trader (which are checked and may be rejected all the same),
// actions of the officer, timers and what the default officer does.
func writeStates(b *strings.Builder, p message.Phase, k message.Kind) {
	f := processOf(p)
	messages := triggersOf(p, k, movement.EventMessage)
	b.WriteString("What each state takes. A message that is not *taken* is answered with a rejection, or with what the transitions say.\n\n| State |")
	for _, m := range messages {
		fmt.Fprintf(b, " %s |", m)
	}
	b.WriteString(" Officer | Timers | Default officer |\n|---|" + strings.Repeat("---|", len(messages)+3) + "\n")
	for _, s := range StatesOf(p, k) {
		fmt.Fprintf(b, "| %s |", s)
		for _, m := range messages {
			cell := ""
			if slices.Contains(f.taken[s], m) {
				cell = "taken"
			}
			fmt.Fprintf(b, " %s |", cell)
		}
		fmt.Fprintf(b, " %s | %s | %s |\n", strings.Join(possible(p, k, s, movement.EventAction), ", "),
			strings.Join(possible(p, k, s, movement.EventTimer), ", "), f.officer[s])
	}
	b.WriteString("\n")
}

func possible(p message.Phase, k message.Kind, s movement.State, kind movement.EventKind) []string {
	var out []string
	for _, r := range processOf(p).tables[k] {
		if r.On.kind == kind && slices.Contains(r.From, s) && !slices.Contains(out, r.On.name) {
			out = append(out, r.On.name)
		}
	}
	return out
}

var happens = map[movement.EventKind]string{
	movement.EventMessage: "%s", movement.EventAction: "officer: %s", movement.EventTimer: "timer %s", movement.EventSide: "other side: %s",
}

func writeRows(b *strings.Builder, p message.Phase, k message.Kind) {
	b.WriteString("| From | On | If | Sends | Timers | To |\n|---|---|---|---|---|---|\n")
	every := StatesOf(p, k)
	for _, r := range processOf(p).tables[k] {
		from := "every state"
		if len(r.From) < len(every) {
			from = inARow(r.From)
		}
		words := make([]string, len(r.Guard))
		for i, c := range r.Guard {
			words[i] = c.name
		}
		sends := make([]string, len(r.Emits))
		for i, e := range r.Emits {
			if sends[i] = e.code; e.peerEvent != "" {
				sends[i] = "tell " + e.peerEvent
			}
		}
		fmt.Fprintf(b, "| <a id=%q></a>%s | %s | %s | %s | %s | %s |\n", r.id, from, fmt.Sprintf(happens[r.On.kind], r.On.name),
			strings.Join(words, ", "), strings.Join(sends, ", "), inARow(r.Timers), r.To)
	}
}

func inARow[T any](of []T) string {
	out := make([]string, len(of))
	for i, one := range of {
		out[i] = fmt.Sprint(one)
	}
	return strings.Join(out, ", ")
}

func writeProfiles(b *strings.Builder) {
	b.WriteString(`
## Profiles

How long the timers run in each profile (` + "`--profile`" + `), for phases 4, 5 and 6; "-" is a timer that never starts. In a
profile with a default officer, ` + "`officer_wait`" + ` is how long a state waits before that officer acts as the tables above
say. A scenario takes the place of the default officer in every profile.

| Profile |`)
	timers := []string{AutoRelease, Presentation, AmendGuarantee, ResolveDiscrepancies, NonArrival, OfficerWait}
	for _, t := range timers {
		fmt.Fprintf(b, " `%s` |", t)
	}
	b.WriteString(" Default officer | Messages of the trader | Arrival with an unknown MRN |\n|---|" + strings.Repeat("---|", len(timers)+3) + "\n")
	for _, name := range Profiles {
		s, err := ProfileSettings(name)
		Expect(err).NotTo(HaveOccurred())
		fmt.Fprintf(b, "| `%s` |", name)
		for _, t := range timers {
			fmt.Fprintf(b, " %s |", durations(s, t))
		}
		officer, silent, foreign := "no", "handled", "rejected (90)"
		if len(s.DefaultOfficer) > 0 {
			officer = "yes"
		}
		if s.Silent {
			silent = "left alone"
		}
		switch {
		case s.Silent:
			foreign = "left alone"
		case s.ForeignMovement:
			foreign = "taken to come from elsewhere"
		}
		fmt.Fprintf(b, " %s | %s | %s |\n", officer, silent, foreign)
	}
}

// durations are those of the phases, once if they are all the same.
func durations(s Settings, timer string) string {
	var out []string
	for _, p := range message.Phases {
		text := "-"
		if d, ok := s.delay(timer, p); ok {
			text = d.String()
		}
		out = append(out, text)
	}
	if out[0] == out[1] && out[1] == out[2] {
		return out[0]
	}
	return strings.Join(out, " / ")
}
