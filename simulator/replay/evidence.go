package replay

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/xmltree"
)

// WriteEvidence writes what happened in the cases as Markdown: for each its steps with their verdicts, the movements,
// and every message with its id, time and XML, indented for reading. [WriteJSON] with bodies is the same for programs,
// with the XML byte for byte.
func WriteEvidence(w io.Writer, results []Result) error {
	d := &page{}
	d.line("# NCTS transit scenarios: evidence")
	d.line("")
	d.line("Recorded with nctsim, a simulator of HMRC's transit API and of the customs offices behind it; no message was")
	d.line("sent to HMRC. XML is indented here for reading; the JSON file beside this one has it byte for byte.")
	d.line("")
	d.row("Scenario", "Title", "Phase", "API", "Mode", "Verdict")
	d.rule(6)
	for _, r := range results {
		d.row(r.Scenario.ID, r.Scenario.Title, r.Phase.String(), r.Phase.APIVersion(), cmp.Or(string(r.Scenario.Mode), "-"), string(r.Verdict))
	}
	for _, r := range results {
		d.scenario(r)
	}
	_, err := io.WriteString(w, d.String())
	return err
}

// page is a Markdown page.
type page struct{ strings.Builder }

func (d *page) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// row is a row of a table.
func (d *page) row(cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(d, "| %s ", cell(c))
	}
	d.line("|")
}

func (d *page) rule(columns int) { d.line("%s", strings.Repeat("|---", columns)+"|") }

// cell is a text in a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\r", "", "\n", " ", "<", "&lt;").Replace(s)
}

func (d *page) scenario(r Result) {
	d.line("")
	d.line("## %s", cell(r.String()))
	d.line("")
	d.line("%s.", cell(r.Scenario.Title))
	if r.Scenario.Description != "" {
		d.line("%s", cell(r.Scenario.Description))
	}
	d.line("")
	d.row("", "")
	d.rule(2)
	d.row("Verdict", string(r.Verdict))
	d.row("Trader", r.trader())
	d.row("Run", fmt.Sprintf("%s, took %s", r.Began.UTC().Format(time.RFC3339), r.Took.Round(time.Millisecond)))
	d.row("Simulator", r.Simulator.text())
	d.row("Scenario file", r.Scenario.File)
	for _, s := range r.Sides {
		d.row(s.Kind.Title(), s.text())
	}
	if text := r.Explain(); text != "" {
		d.block("", text)
	}
	d.steps(r)
	d.messages(r)
}

func (a About) text() string {
	text := fmt.Sprintf("nctsim %s, profile %s, clock %s, seed %d", a.Version, a.Profile, a.Clock, a.Seed)
	if a.URL != "" {
		text += ", " + a.URL
	}
	return text
}

func (s Side) text() string {
	text := s.Known()
	for _, p := range []struct{ name, value string }{{"LRN", s.LRN}, {"MRN", s.MRN}, {"EORI", s.EORI}, {"state", string(s.State)}} {
		if p.value != "" {
			text += ", " + p.name + " " + p.value
		}
	}
	return text
}

// timestamp is how times of the simulator are written.
const timestamp = "2006-01-02T15:04:05.000Z"

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timestamp)
}

func (d *page) steps(r Result) {
	d.line("")
	d.line("### Steps")
	d.line("")
	d.row("Step", "What happens", "Expected", "Came", "States afterwards", "At", "Verdict")
	d.rule(7)
	for _, s := range r.Steps {
		d.row(fmt.Sprint(s.Number), s.what(), listing(s.Expected()), came(s), states(s.States), instant(s.At), string(s.Verdict))
	}
}

func came(s StepResult) string {
	if s.Verdict == Skipped {
		return ""
	}
	return listing(s.Came())
}

// what is the step without its number: "officer control".
func (r StepResult) what() string {
	_, what, _ := strings.Cut(strings.TrimSuffix(r.Step.String(), ")"), "(")
	return what
}

func states(all map[message.Kind]movement.State) string {
	var out []string
	for _, k := range []message.Kind{message.Departure, message.Arrival} {
		if all[k] != "" {
			out = append(out, fmt.Sprintf("%s %s", k, all[k]))
		}
	}
	return strings.Join(out, ", ")
}

func (d *page) messages(r Result) {
	d.line("")
	d.line("### Messages")
	d.line("")
	d.row("No", "Step", "At", "From", "Message", "Movement", "Message id")
	d.rule(7)
	n := 0
	for _, s := range r.Steps {
		for _, m := range s.Messages {
			n++
			d.row(fmt.Sprint(n), fmt.Sprint(s.Number), instant(m.At), m.from(), m.name(r.Phase), string(m.Side)+" "+r.known(m.Movement), m.Known())
		}
	}
	for i, m := range r.Messages() {
		d.line("")
		d.line("#### %d. %s, from %s, %s", i+1, m.name(r.Phase), m.from(), m.Known())
		d.block("xml", indented(m.Body))
	}
}

// known is the id by which the trader knows a movement of the case.
func (r Result) known(id string) string {
	for _, s := range r.Sides {
		if s.ID == id {
			return s.Known()
		}
	}
	return id
}

func (m Message) name(p message.Phase) string {
	t, _ := p.TypeOfCode(m.Type)
	return strings.TrimSpace(m.Type + " " + t.Name)
}

// block is a text as it is, in a fence longer than any inside it.
func (d *page) block(language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	d.line("")
	d.line("%s%s", fence, language)
	d.line("%s", strings.TrimRight(text, "\n"))
	d.line("%s", fence)
}

// indented is a message with one element per line. What is no message stays as it is.
func indented(body []byte) string {
	root, err := xmltree.Parse(body)
	if err != nil {
		return string(body)
	}
	var b strings.Builder
	indent(&b, root, "")
	return b.String()
}

func indent(b *strings.Builder, n *xmltree.Node, margin string) {
	b.WriteString(margin + "<" + n.QName())
	for _, a := range n.Attrs() {
		fmt.Fprintf(b, ` %s="%s"`, a.Name, escaped(a.Value))
	}
	switch {
	case len(n.Children) > 0:
		b.WriteString(">\n")
		for _, c := range n.Children {
			indent(b, c, margin+"  ")
		}
		fmt.Fprintf(b, "%s</%s>\n", margin, n.QName())
	case n.Text == "":
		b.WriteString("/>\n")
	default:
		fmt.Fprintf(b, ">%s</%s>\n", escaped(n.Text), n.QName())
	}
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}
