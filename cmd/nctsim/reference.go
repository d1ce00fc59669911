package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/spelling"
)

func newReference() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reference",
		Short: "Look up processes, messages, code lists, offices, rules, actions, samples",
		Long: `Look up what a running simulator goes by: the process tables of the offices, the elements of messages,
code lists with meanings, customs offices, business rules and how they are evaluated, what officers can
do with what may be written beside it, and sample messages. Each subcommand lists them, and shows one
if it is named. The exit code is 1 for a name that nobody has.`,
		Example: `  nctsim reference process departure
  nctsim reference messages 5 IE015
  nctsim reference lists CL251
  nctsim reference offices dover
  nctsim reference rules C0001
  nctsim reference actions refuse_release
  nctsim reference samples ie015-normal-gb-xi 5`,
		Args: unknownCommand,
		RunE: doing(func(cmd *cobra.Command, _ []string) error { return cmd.Help() }),
	}
	cmd.AddCommand(
		referenceCommand("process [departure|arrival]", "Show the process tables of the offices", 1, remote.lookUpProcess),
		referenceCommand("messages [PHASE IE-CODE]", "List the messages, or show the elements of one", 2, remote.lookUpMessages),
		referenceCommand("lists [LIST]", "List the code lists, or show one with its codes", 1, remote.lookUpLists),
		referenceCommand("offices [TEXT]", "List the customs offices, or those with a text in id or name", 1, remote.lookUpOffices),
		referenceCommand("rules [RULE]", "List the business rules, or show how one is evaluated", 1, remote.lookUpRules),
		referenceCommand("actions [ACTION]", "List what officers can do, or what may be written beside it", 1, remote.lookUpActions),
		referenceCommand("samples [NAME [PHASE]]", "List the sample messages, or print those of a name", 2, remote.lookUpSamples),
	)
	return cmd
}

// referenceCommand looks something up: everything without arguments, one thing with them.
func referenceCommand(use, short string, most int, do func(c remote, cmd *cobra.Command, out printer, args []string) error) *cobra.Command {
	return calling(&cobra.Command{Use: use, Short: short, Args: arguments(0, most)}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		return do(c, cmd, out, args)
	})
}

func (c remote) lookUpProcess(cmd *cobra.Command, out printer, args []string) error {
	found, err := c.Process(cmd.Context())
	if err != nil {
		return err
	}
	if len(args) == 1 {
		kind := message.Kind(args[0])
		if kind != message.Departure && kind != message.Arrival {
			return usageError("%q is not a type of movement; hint: departure or arrival", args[0])
		}
		found.Tables = slices.DeleteFunc(found.Tables, func(t client.ProcessTable) bool { return t.Type != kind })
	}
	return out.print(found.Tables, func(w io.Writer) {
		for i, t := range found.Tables {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "%s, phase %s\n", t.Type, joinedPhases(t.Phases))
			table(w, "ROW\tHAPPENS\tIF\tSENDS\tTIMERS\tTO", t.Rows, func(r client.ProcessRow) cells {
				return cells{r.ID, fmt.Sprintf("%s %s", r.Kind, r.Name), strings.Join(r.If, ", "), strings.Join(slices.Concat(r.Sends, r.Tells), ", "), strings.Join(r.Timers, ", "), r.To}
			})
		}
	})
}

func joinedPhases(phases []message.Phase) string {
	texts := make([]string, len(phases))
	for i, p := range phases {
		texts[i] = p.String()
	}
	return strings.Join(texts, ", ")
}

func (c remote) lookUpMessages(cmd *cobra.Command, out printer, args []string) error {
	switch len(args) {
	case 1:
		return usageError("the elements of a message differ between phases; hint: nctsim reference messages 5 IE015")
	case 2:
		phase, err := parsePhase(args[0])
		if err != nil || phase == 0 {
			return usageError("%q is not a phase; hint: nctsim reference messages 5 IE015", args[0])
		}
		m, err := c.MessageSchema(cmd.Context(), phase, strings.ToUpper(args[1]))
		return out.result(err, m, func(w io.Writer) {
			fmt.Fprintf(w, "%s  %s, phase %s\n", m.Code, m.Name, m.Phase)
			writeDeclared(w, m.Element, "")
		})
	}
	found, err := c.MessageTypes(cmd.Context())
	return out.result(err, found.Messages, func(w io.Writer) {
		table(w, "PHASE\tMESSAGE\tROOT\tOF\tFROM\tNAME", found.Messages, func(m client.MessageType) cells {
			from := "trader"
			if m.FromCustoms {
				from = "customs"
			}
			return cells{m.Phase, m.Code, m.Root, m.Type, from, m.Name}
		})
	})
}

// writeDeclared writes an element with what the schema lets stand in it.
func writeDeclared(w io.Writer, e client.Declared, indent string) {
	fmt.Fprintf(w, "%s%s  %d..%d", indent, e.Name, e.Min, e.Max)
	if e.Kind != "" {
		fmt.Fprintf(w, "  %s", e.Kind)
	}
	switch {
	case e.MaxLength > 0 && e.MinLength == e.MaxLength:
		fmt.Fprintf(w, "  length %d", e.MaxLength)
	case e.MaxLength > 0 && e.MinLength == 0:
		fmt.Fprintf(w, "  length up to %d", e.MaxLength)
	case e.MaxLength > 0:
		fmt.Fprintf(w, "  length %d to %d", e.MinLength, e.MaxLength)
	case e.TotalDigits > 0:
		fmt.Fprintf(w, "  %d digits, %d of them decimals", e.TotalDigits, e.FractionDigits)
	}
	for _, p := range e.Patterns {
		fmt.Fprintf(w, "  %s", p)
	}
	if len(e.Values) > 0 {
		fmt.Fprintf(w, "  one of %s", strings.Join(e.Values, ", "))
	}
	if e.List != "" {
		fmt.Fprintf(w, "  %s", e.List)
	}
	fmt.Fprintln(w)
	for _, child := range e.Children {
		writeDeclared(w, child, indent+"  ")
	}
}

func (c remote) lookUpLists(cmd *cobra.Command, out printer, args []string) error {
	if len(args) == 1 {
		l, err := c.CodeList(cmd.Context(), strings.ToUpper(args[0]))
		return out.result(err, l, func(w io.Writer) {
			fmt.Fprintf(w, "%s  %s\n", l.ID, l.Name)
			writeCodes(w, l.Codes, "  ")
			if l.Sample {
				fmt.Fprintln(w, "a selection: other codes are taken, too")
			}
		})
	}
	found, err := c.CodeLists(cmd.Context())
	return out.result(err, found.Lists, func(w io.Writer) {
		table(w, "LIST\tCODES\tNAME", found.Lists, func(l client.CodeList) cells { return cells{l.ID, l.Size, l.Name} })
	})
}

func writeCodes(w io.Writer, codes []client.CodeValue, indent string) {
	table(w, "", codes, func(code client.CodeValue) cells { return cells{indent + code.Code, code.Text} })
}

func (c remote) lookUpOffices(cmd *cobra.Command, out printer, args []string) error {
	part := strings.Join(args, "")
	found, err := c.Offices(cmd.Context(), part)
	if err != nil {
		return err
	}
	err = out.print(found.Offices, func(w io.Writer) {
		if len(found.Offices) == 0 {
			fmt.Fprintf(w, "no office has %q in its id or name\n", part)
			return
		}
		table(w, "OFFICE\tNAME\tROLES", found.Offices, func(o client.CustomsOffice) cells { return cells{o.ID, o.Name, strings.Join(o.Roles, " ")} })
	})
	if err == nil && len(found.Offices) == 0 {
		return no()
	}
	return err
}

func (c remote) lookUpRules(cmd *cobra.Command, out printer, args []string) error {
	if len(args) == 1 {
		r, err := c.Rule(cmd.Context(), args[0])
		return out.result(err, r, func(w io.Writer) { writeRule(w, r) })
	}
	found, err := c.Rules(cmd.Context())
	return out.result(err, found.Rules, func(w io.Writer) {
		for _, r := range found.Rules {
			text := ""
			if len(r.Texts) > 0 {
				text = strings.Join(strings.Fields(r.Texts[0].Text), " ")
			}
			fmt.Fprintf(w, "%s  %s\n", r.Code, orDash(text))
		}
	})
}

func writeRule(w io.Writer, r client.Rule) {
	fmt.Fprintln(w, r.Code)
	for _, t := range r.Texts {
		if t.Phase != 0 {
			fmt.Fprintf(w, "  phase %d: ", t.Phase)
		} else {
			fmt.Fprint(w, "  ")
		}
		fmt.Fprintln(w, strings.ReplaceAll(strings.TrimSpace(t.Text), "\n", "\n  "))
	}
	if r.Movement {
		fmt.Fprintln(w, "  it needs the movement; the office checks it")
	}
	for _, a := range r.Assertions {
		off := ""
		if !a.On {
			off = ", off by default"
		}
		fmt.Fprintf(w, "  %s, phase %s, error %s%s\n    for   %s\n    holds %s\n    points to %s\n", a.ID, a.Phase, a.Error, off, a.Context, a.Test, cmp.Or(a.Pointer, "."))
	}
}

func (c remote) lookUpActions(cmd *cobra.Command, out printer, args []string) error {
	found, err := c.ActionShapes(cmd.Context())
	if err != nil {
		return err
	}
	if len(args) == 1 {
		var names []string
		for _, a := range found.Actions {
			if a.Action == args[0] {
				return out.print(a, func(w io.Writer) { writeShape(w, a) })
			}
			names = append(names, a.Action)
		}
		return fmt.Errorf("there is no action %s; hint: %s", args[0], spelling.Meant(args[0], names, "nctsim reference actions lists them"))
	}
	return out.print(found.Actions, func(w io.Writer) {
		table(w, "ACTION\tOF\tPHASES\tWRITES", found.Actions, func(a client.ActionShape) cells {
			var keys, kinds []string
			for _, f := range a.Fields {
				keys = append(keys, f.Key)
			}
			for _, k := range a.Types {
				kinds = append(kinds, string(k))
			}
			return cells{a.Action, strings.Join(kinds, ", "), joinedPhases(a.Phases), strings.Join(keys, ", ")}
		})
	})
}

// writeShape writes an action with what may be written beside it.
func writeShape(w io.Writer, a client.ActionShape) {
	if len(a.Fields) == 0 {
		fmt.Fprintf(w, "%s: nothing is written beside it\n", a.Action)
		return
	}
	fmt.Fprintf(w, "%s: nctsim officer MOVEMENT %s --help shows how it is written on the command line\n", a.Action, a.Action)
	writeFields(w, a.Fields, "  ")
}

func writeFields(w io.Writer, fields []client.ActionField, indent string) {
	for _, f := range fields {
		fmt.Fprintf(w, "%s%s  %s  %s", indent, f.Key, f.Title, f.Kind)
		if f.Required {
			fmt.Fprint(w, ", required")
		}
		if f.Most > 0 {
			fmt.Fprintf(w, ", %d at most", f.Most)
		}
		if f.Pattern != "" {
			fmt.Fprintf(w, ", pattern %s", f.Pattern)
		}
		if f.List != "" {
			fmt.Fprintf(w, ", code list %s", f.List)
		}
		fmt.Fprintln(w)
		writeCodes(w, f.Codes, indent+"  ")
		writeFields(w, f.Fields, indent+"  ")
	}
}

func (c remote) lookUpSamples(cmd *cobra.Command, out printer, args []string) error {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	found, err := c.Samples(cmd.Context(), name)
	if err != nil {
		return err
	}
	if len(args) == 2 {
		of := found.Samples
		found.Samples = slices.DeleteFunc(slices.Clone(of), func(s client.Sample) bool { return s.Phase.String() != args[1] })
		if len(found.Samples) == 0 {
			return fmt.Errorf("there is no sample %s of phase %s; hint: nctsim reference samples lists them", name, args[1])
		}
	}
	return out.print(found.Samples, func(w io.Writer) {
		for _, s := range found.Samples {
			switch {
			case s.Body == "":
				fmt.Fprintf(w, "%s  %s  %s\n", s.Phase, s.Type, s.Name)
			case len(found.Samples) > 1:
				fmt.Fprintf(w, "<!-- %s, phase %s -->\n%s\n", s.Name, s.Phase, strings.TrimSpace(s.Body))
			default:
				fmt.Fprintln(w, strings.TrimSpace(s.Body))
			}
		}
	})
}
