package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/office"
	"nctsim/simulator/spelling"
)

// movementsOptions are the flags of nctsim movements.
type movementsOptions struct {
	q            client.MovementQuery
	kind, since  string
	states       []string
	absent, body bool
	forget       bool
}

func newMovements() *cobra.Command {
	var o movementsOptions
	cmd := calling(&cobra.Command{
		Use:   "movements [MOVEMENT [MESSAGE]]",
		Short: "List and search movements, show one with its journal, or a message by its elements",
		Long: `List the movements of a running simulator, the last updated first, with what happens next by itself,
why one was rejected, and what an officer can do. Flags narrow the list, and all of them have to fit;
--q finds whatever is at hand: a part of an LRN, MRN, EORI or id, a whole GRN or message id.

With a movement, its id, LRN or MRN, it shows that one with its messages and its journal, which says
what happened and why. With a message of it, its id or its IE code (the last such message), it shows
the message by its elements, with what codes mean and what is wrong where; --body prints it byte for
byte. --forget deletes the movement.`,
		Example: `  nctsim movements
  nctsim movements --state ACCEPTED,UNDER_CONTROL --type departure
  nctsim movements --q GB954131533000 --limit 5
  nctsim movements LRN-0001                # its messages, and what happened and why
  nctsim movements LRN-0001 IE056          # a message by its elements
  nctsim movements LRN-0001 IE029 --body > ie029.xml
  nctsim movements LRN-0001 --forget`,
		Args: arguments(0, 2),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		switch {
		case len(args) > 0 && o.narrowed():
			return usageError("movements: %s names one already; hint: leave out the flags that narrow the list, or the name", args[0])
		case o.forget && len(args) != 1:
			return usageError("--forget stands beside a movement alone; hint: nctsim movements LRN-0001 --forget")
		case (o.body || o.absent) && len(args) != 2:
			return usageError("--body and --absent stand beside a message; hint: nctsim movements LRN-0001 IE029 --body")
		case o.forget:
			return c.forget(cmd, out, args[0])
		case len(args) == 2:
			return c.showMessage(cmd, out, args[0], args[1], o)
		case len(args) == 1:
			return c.showMovements(cmd, out, args[0])
		}
		q, err := o.query()
		if err != nil {
			return err
		}
		list, err := c.Movements(cmd.Context(), q)
		return out.result(err, list, func(w io.Writer) { writeMovements(w, list, o.narrowed()) })
	})
	o.addFlags(cmd.Flags())
	return cmd
}

func (o *movementsOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.q.Text, "q", "", "only those that have this `TEXT` in a name")
	f.StringVar(&o.q.LRN, "lrn", "", "only those with this `TEXT` in their LRN")
	f.StringVar(&o.q.MRN, "mrn", "", "only those with this `TEXT` in their MRN")
	f.StringVar(&o.q.EORI, "eori", "", "only those with this `TEXT` in the trader's EORI")
	f.StringVar(&o.kind, "type", "", "only those of this `TYPE`: departure or arrival")
	f.StringSliceVar(&o.states, "state", nil, "only those in this `STATE`, or one of several with commas")
	f.StringVar(&o.q.Scenario, "scenario", "", "only those of this scenario, `ID`")
	f.StringVar(&o.since, "since", "", "only those that were updated at this `TIME` or later, as 2026-03-02T09:15:00Z")
	f.IntVar(&o.q.Limit, "limit", 0, "how many at most, `N` (default: as many as the simulator lists at once)")
	f.StringVar(&o.q.After, "after", "", "go on behind a list, at its `NEXT`")
	f.BoolVar(&o.absent, "absent", false, "with a message: show optional elements that are not there, too")
	f.BoolVar(&o.body, "body", false, "with a message: print it byte for byte")
	f.BoolVar(&o.forget, "forget", false, "delete the movement with all that belongs to it")
}

// narrowed reports whether any flag chooses among the movements.
func (o *movementsOptions) narrowed() bool {
	q := o.q
	return q.Text+q.LRN+q.MRN+q.EORI+q.Scenario+q.After+o.kind+o.since != "" || len(o.states) > 0 || q.Limit != 0
}

func (o *movementsOptions) query() (client.MovementQuery, error) {
	q := o.q
	q.Type = message.Kind(o.kind)
	for _, text := range o.states {
		s := movement.State(strings.ToUpper(text))
		if known := allStates(); !slices.Contains(known, string(s)) {
			return q, usageError("--state: there is no state %q; hint: %s", text, spelling.Meant(string(s), known, "they are "+strings.Join(known, ", ")))
		}
		q.States = append(q.States, s)
	}
	if q.Limit < 0 {
		return q, usageError("--limit: %d is below zero", q.Limit)
	}
	if o.since != "" {
		at, err := time.Parse(time.RFC3339, o.since)
		if err != nil {
			return q, usageError("--since: %q is not a time as 2026-03-02T09:15:00Z", o.since)
		}
		q.Since = at
	}
	return q, nil
}

// allStates are the states of all movements, in alphabetical order.
func allStates() []string {
	var all []string
	for _, p := range message.Phases {
		for _, k := range []message.Kind{message.Departure, message.Arrival} {
			for _, s := range office.StatesOf(p, k) {
				all = append(all, string(s))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// showMovements shows those with a name: as a rule one, which a program gets as one.
func (c remote) showMovements(cmd *cobra.Command, out printer, name string) error {
	ids := []string{name}
	if !client.IsID(name) {
		found, err := c.Named(cmd.Context(), name)
		if err != nil {
			return err
		}
		ids = nil
		for _, m := range found {
			ids = append(ids, m.ID)
		}
	}
	var details []client.MovementDetail
	for _, id := range ids {
		m, err := c.Movement(cmd.Context(), id)
		if err != nil {
			return err
		}
		details = append(details, m)
	}
	text := func(w io.Writer) {
		for i, m := range details {
			if i > 0 {
				fmt.Fprintln(w)
			}
			writeDetail(w, m)
		}
	}
	if len(details) == 1 {
		return out.print(details[0], text)
	}
	return out.print(details, text)
}

func (c remote) forget(cmd *cobra.Command, out printer, name string) error {
	id, err := c.Find(cmd.Context(), name, nil)
	if err != nil {
		return err
	}
	if err := c.Forget(cmd.Context(), id); err != nil {
		return err
	}
	return out.print(map[string]string{"forgotten": id}, func(w io.Writer) { fmt.Fprintf(w, "%s forgotten\n", id) })
}

// showMessage shows a message by its elements, or prints it.
func (c remote) showMessage(cmd *cobra.Command, out printer, name, which string, o movementsOptions) error {
	id, messageID, err := c.findMessage(cmd.Context(), name, which)
	if err != nil {
		return err
	}
	if o.body {
		body, err := c.Body(cmd.Context(), id, messageID)
		if err != nil {
			return err
		}
		if out.json {
			return out.print(map[string]string{"body": string(body)}, nil)
		}
		_, err = out.Write(body)
		return err
	}
	m, err := c.MessageTree(cmd.Context(), id, messageID, client.TreeQuery{Absent: o.absent})
	return out.result(err, m, func(w io.Writer) { writeMessage(w, m) })
}

// findMessage finds a movement and its message: by the id of the message, or the last one with an IE code. Of several movements
// with the name it is one that has the message.
func (c remote) findMessage(ctx context.Context, name, which string) (id, messageID string, err error) {
	has := map[string]string{}
	note := func(m client.MovementDetail) {
		for _, r := range m.Records {
			if r.ID == which || strings.EqualFold(r.Type, which) {
				has[m.ID] = r.ID
			}
		}
	}
	if client.IsID(name) {
		m, err := c.Movement(ctx, name)
		if err != nil {
			return "", "", err
		}
		note(m)
	} else {
		found, err := c.Named(ctx, name)
		if err != nil {
			return "", "", err
		}
		for _, m := range found {
			detail, err := c.Movement(ctx, m.ID)
			if err != nil {
				return "", "", err
			}
			note(detail)
		}
	}
	for id, messageID := range has {
		if len(has) == 1 {
			return id, messageID, nil
		}
	}
	if len(has) > 1 {
		return "", "", fmt.Errorf("%d movements with the name %s have the message %s; hint: give the id of the movement, nctsim movements %s shows it", len(has), name, which, name)
	}
	return "", "", fmt.Errorf("%s has no message %s; hint: nctsim movements %s lists its messages", name, which, name)
}

// writeMovements writes a list with what belongs beneath it.
func writeMovements(w io.Writer, list client.Movements, narrowed bool) {
	switch {
	case len(list.Movements) > 0:
		writeRows(w, list.Movements)
	case narrowed:
		fmt.Fprintln(w, "no such movements")
	default:
		fmt.Fprintln(w, "no movements yet")
	}
	writeDamaged(w, list.Damaged)
	if list.Next != "" {
		fmt.Fprintf(w, "%d of %d; --after %s lists those behind\n", len(list.Movements), list.Total, list.Next)
	}
}

func writeDamaged(w io.Writer, damaged []client.Damaged) {
	for _, d := range damaged {
		fmt.Fprintf(w, "%s cannot be read: %s (%s)\n", cmp.Or(d.Movement, "a record"), d.Error, d.Record)
	}
}

// writeRows writes movements as a table, each rejected one with the reasons beneath it.
func writeRows(w io.Writer, rows []client.Movement) {
	var lines strings.Builder
	table(&lines, "MOVEMENT\tTYPE\tAPI\tLRN\tMRN\tSTATE\tSCENARIO\tNEXT\tACTIONS", rows, func(m client.Movement) cells {
		return cells{m.ID, m.Type, m.APIVersion, m.LRN, m.MRN, m.State, position(m), next(m), strings.Join(m.Actions, " ")}
	})
	for i, line := range strings.SplitAfter(lines.String(), "\n") {
		fmt.Fprint(w, line)
		if i == 0 || i > len(rows) {
			continue
		}
		for _, why := range rows[i-1].Rejected {
			fmt.Fprintf(w, "  rejected: %s\n", why)
		}
	}
}

// position is how far the movement has come in its scenario.
func position(m client.Movement) string {
	switch {
	case m.Script == nil:
		return m.Scenario
	case m.Script.Status == movement.Following:
		return fmt.Sprintf("%s %d/%d", m.Scenario, m.Script.Step, m.Script.Steps)
	}
	return m.Scenario + " " + string(m.Script.Status)
}

// next is what happens next by itself.
func next(m client.Movement) string {
	first := m.First()
	if first == nil {
		return ""
	}
	return first.Name + " at " + first.Due.UTC().Format(time.RFC3339)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// writeDetail writes one movement with its messages and its journal.
func writeDetail(w io.Writer, m client.MovementDetail) {
	writeRows(w, []client.Movement{m.Movement})
	fmt.Fprintf(w, "\nmessages\n")
	table(w, "", m.Records, func(r client.Record) cells {
		row := cells{"  " + r.Received.UTC().Format(timeOfDay), r.Type, r.ID, r.Status, fmt.Sprintf("%d bytes", r.Size)}
		if r.Trigger != "" {
			row = append(row, "answers "+r.Trigger)
		}
		return row
	})
	fmt.Fprintf(w, "\njournal\n")
	for _, e := range m.Journal {
		why := ""
		if e.Why != "" {
			why = " (" + e.Why + ")"
		}
		fmt.Fprintf(w, "  %s  %s%s\n", e.At.UTC().Format(timeOfDay), e.Text, why)
	}
	writeDamaged(w, m.Damaged)
}

// writeMessage writes a message by its elements.
func writeMessage(w io.Writer, m client.MessageDetail) {
	fmt.Fprintf(w, "%s  %s  %s  %s\n", m.ID, cmp.Or(m.Type, "-"), orDash(m.Name), m.Received.UTC().Format(timeOfDay))
	if m.Unreadable != "" {
		fmt.Fprintf(w, "it is not XML: %s\n", m.Unreadable)
	}
	placed := map[movement.Finding]bool{}
	if m.Tree != nil {
		writeElement(w, m.Tree, "", placed)
	}
	for _, f := range m.Findings {
		if !placed[f] {
			fmt.Fprintf(w, "wrong: %s\n", finding(f))
		}
	}
}

// writeElement writes an element and what is in it, and notes which findings it has written.
func writeElement(w io.Writer, e *client.MessageElement, indent string, placed map[movement.Finding]bool) {
	fmt.Fprintf(w, "%s%s", indent, e.Name)
	switch {
	case e.Absent:
		fmt.Fprint(w, "  absent")
	case e.Value != "":
		fmt.Fprintf(w, "  %s", e.Value)
	}
	for _, more := range []string{e.Meaning, e.Check} {
		if more != "" {
			fmt.Fprintf(w, "  (%s)", more)
		}
	}
	if e.Unknown {
		fmt.Fprint(w, "  (the schema has no such element)")
	}
	fmt.Fprintln(w)
	for _, f := range e.Findings {
		fmt.Fprintf(w, "%s  wrong: %s\n", indent, finding(f))
		placed[f] = true
	}
	for _, child := range e.Children {
		writeElement(w, child, indent+"  ", placed)
	}
	if rest := e.Size - len(e.Children); rest > 0 && !e.Absent {
		fmt.Fprintf(w, "%s  and %d more in %s; --body has all\n", indent, rest, e.Path)
	}
}

// finding is what is wrong with a message, in one line.
func finding(f movement.Finding) string {
	var b strings.Builder
	if f.Code != "" {
		fmt.Fprintf(&b, "error %s", f.Code)
	}
	if f.Rule != "" {
		fmt.Fprintf(&b, " (%s)", f.Rule)
	}
	if at := cmp.Or(f.Path, f.Pointer); at != "" {
		fmt.Fprintf(&b, " at %s", at)
	}
	if f.Value != "" {
		fmt.Fprintf(&b, ", %q", f.Value)
	}
	if f.Text != "" {
		fmt.Fprintf(&b, ": %s", f.Text)
	}
	return strings.TrimSpace(b.String())
}
