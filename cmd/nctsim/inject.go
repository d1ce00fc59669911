package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/textfile"
)

// injection is what the flags of inject say.
type injection struct {
	remote
	file    string
	set     []string
	trigger string
	force   bool
	dryRun  bool
}

func newInject() *cobra.Command {
	var i injection
	cmd := &cobra.Command{
		Use:   "inject MOVEMENT [IE-CODE]",
		Short: "Place a message from customs in a movement",
		Long: `Place a message from customs in a movement of a running simulator, whatever its state. Given an
IE code, the simulator composes the message from the movement; --set then changes it, by the
path of an element below the root. Given a file (- is stdin), exactly that message arrives.

MOVEMENT is the id, the LRN or the MRN. A message that does not fit its schema is refused with
everything that is wrong with it, and the exit code is 1; --force delivers it all the same.

--dry-run delivers nothing: it prints the message as it would arrive, also one that does not fit
its schema, to look at, or to change and inject with --file.`,
		Example: `  nctsim inject LRN-0001 IE060
  nctsim inject LRN-0001 IE051 --set TransitOperation/noReleaseMotivationText=Seals
  nctsim inject LRN-0001 IE060 --dry-run > ie060.xml
  nctsim inject 6365135ba5e821ee --file ie029.xml`,
		Args: arguments(1, 2),
	}
	i.addFlags(cmd)
	cmd.Flags().StringVar(&i.file, "file", "", "`FILE` with the message as XML")
	cmd.Flags().StringArrayVar(&i.set, "set", nil, "`PATH=VALUE` in the composed message; may be repeated")
	cmd.Flags().StringVar(&i.trigger, "trigger", "", "`ID` of the trader's message that it answers")
	cmd.Flags().BoolVar(&i.force, "force", false, "deliver it even when it does not fit its schema")
	cmd.Flags().BoolVar(&i.dryRun, "dry-run", false, "print the message and deliver nothing")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		var code string
		if len(args) == 2 {
			code = strings.ToUpper(args[1])
		}
		if (code == "") == (i.file == "") {
			return usageError("inject needs either an IE code or --file; hint: nctsim inject %s IE060", args[0])
		}
		if _, swapped := message.TypeOfCode(strings.ToUpper(args[0])); swapped && code != "" {
			return usageError("the movement comes first; hint: nctsim inject %s %s", args[1], args[0])
		}
		if _, known := message.TypeOfCode(code); code != "" && !known {
			return fmt.Errorf("%q is not the code of a message; hint: %s", args[1], message.Hint(args[1], fromCustoms()))
		}
		return i.run(cmd, out, args[0], code)
	})
	return cmd
}

// fromCustoms are the codes of all messages that customs sends.
func fromCustoms() []string {
	var codes []string
	for _, p := range message.Phases {
		for _, t := range p.Types() {
			if t.Role == message.FromCustoms && !slices.Contains(codes, t.Code) {
				codes = append(codes, t.Code)
			}
		}
	}
	slices.Sort(codes)
	return codes
}

func (i injection) run(cmd *cobra.Command, out printer, name, code string) error {
	in, err := i.request(cmd.InOrStdin(), code)
	if err != nil {
		return err
	}
	t, known := message.TypeOfCode(code)
	id, err := i.Find(cmd.Context(), name, func(m client.Movement) bool { return known && t.Of(m.Type) })
	if err != nil {
		return err
	}
	placed, err := i.Inject(cmd.Context(), id, in)
	var unfit *client.Error
	if errors.As(err, &unfit) && i.file != "" {
		for n := range unfit.Errors {
			unfit.Errors[n].File = i.file
		}
		if _, saved := textfile.Decode(in.XML); saved != nil {
			return fmt.Errorf("%w\n%s: %w", err, i.file, saved)
		}
	}
	if errors.As(err, &unfit) && unfit.Body != "" {
		if !i.dryRun {
			return fmt.Errorf("%w\nthe message was not delivered; hint: --dry-run prints it, --force delivers it all the same", err)
		}
		if !out.json {
			fmt.Fprintln(out, unfit.Body)
		}
	}
	if err != nil {
		return err
	}
	return out.print(placed, func(w io.Writer) {
		if i.dryRun {
			fmt.Fprintln(w, placed.Body)
			return
		}
		fmt.Fprintf(w, "%s %s placed in %s\n", cmp.Or(placed.Type, "message"), placed.ID, id)
	})
}

// request is what is to be placed: the XML of a file, or a message that is composed for a code.
func (i injection) request(stdin io.Reader, code string) (in client.Injection, err error) {
	in = client.Injection{MessageType: code, Trigger: i.trigger, Force: i.force, DryRun: i.dryRun}
	if i.file != "" {
		if len(i.set) > 0 {
			return in, usageError("--set changes composed messages only; hint: change the file")
		}
		in.XML, err = readInput(stdin, i.file)
		return in, err
	}
	in.Set, err = pairs(i.set)
	return in, err
}

// maxFile is the greatest file that a command reads: four times what the API takes in any way.
const maxFile = 80_000_000

// readInput reads a file, or stdin when its name is -.
func readInput(stdin io.Reader, name string) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, err // names the file
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes; hint: the API takes 5,000,000, uploads 20,000,000", name, maxFile)
	}
	return data, nil
}
