package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/messagediff"
	"nctsim/simulator/validation"
	"nctsim/simulator/xmltree"
)

// mostDifferences is how many differences are listed.
const mostDifferences = 100_000

func newDiff() *cobra.Command {
	return calling(&cobra.Command{
		Use:   "diff LEFT RIGHT",
		Short: "Show what is different between two messages",
		Long: `Compare two messages by their elements, not by their lines: layout and prefixes do not count, and
repeated groups belong together that have the same number (declarationGoodsItemNumber,
goodsItemNumber, sequenceNumber), otherwise in their order.

Each message is a file, - for stdin, or a message of a running simulator as MOVEMENT/MESSAGE: the
movement by its id, LRN or MRN, and the message by its id or, for the last one of its kind, its IE
code. A file is taken before a movement of the same name; no simulator is needed for two files.

Lines begin with ~ for what has changed, + for what is only in the right message, - for what is
only in the left one, and / for what is only in one because the other cannot carry it: its schema
has no such element. The exit code is 0 when nothing is different, and 1 when something is.`,
		Example: `  nctsim diff declaration.xml amendment.xml
  nctsim diff LRN-0001/IE015 LRN-0001/IE029
  nctsim diff declaration.xml LRN-0001/IE015
  nctsim diff --output json LRN-0001/IE015 LRN-0002/IE015`,
		Args: arguments(2, 2),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		if args[0] == "-" && args[1] == "-" {
			return usageError("diff: stdin cannot be both messages; hint: give the name of a file for one")
		}
		checks, err := checksOf(false)
		if err != nil {
			return err
		}
		var messages [2]messagediff.Message
		for i, name := range args {
			body, err := c.messageNamed(cmd.Context(), cmd.InOrStdin(), name)
			if err != nil {
				return err
			}
			if messages[i], err = toCompare(cmd.Context(), checks, body); err != nil {
				return fmt.Errorf("%s cannot be compared: %w; hint: nctsim validate says more of a file", name, err)
			}
		}
		rows, total := messagediff.Compare(messages[0], messages[1], mostDifferences)
		if err := out.print(differences{Differences: rows, Total: total}, func(w io.Writer) { writeDifferences(w, rows, total) }); err != nil {
			return err
		}
		if total > 0 {
			return no()
		}
		return nil
	})
}

// differences is the result for programs.
type differences struct {
	Differences []messagediff.Difference `json:"differences"`
	Total       int                      `json:"total"`
}

// messageNamed is the bytes of a file, or of a message of the running simulator.
func (c remote) messageNamed(ctx context.Context, stdin io.Reader, name string) ([]byte, error) {
	movement, which, named := cutLast(name)
	if _, err := os.Stat(name); err == nil || name == "-" || !named || strings.HasSuffix(name, ".xml") {
		return readInput(stdin, name)
	}
	id, messageID, err := c.findMessage(ctx, movement, which)
	if err != nil {
		return nil, err
	}
	return c.Body(ctx, id, messageID)
}

// cutLast parts MOVEMENT/MESSAGE at the last slash, because an LRN may have slashes, too.
func cutLast(name string) (movement, which string, found bool) {
	i := strings.LastIndexByte(name, '/')
	if i <= 0 || i == len(name)-1 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

// toCompare is a message with the declaration of its root in the phase that it is of.
func toCompare(ctx context.Context, checks validation.Checks, body []byte) (messagediff.Message, error) {
	root, err := xmltree.Parse(body)
	if err != nil {
		return messagediff.Message{}, err
	}
	found, err := checks.Message(ctx, body, 0)
	return messagediff.Message{Root: root, Declared: checks.Catalogue.Schema(found.Phase, root.Name)}, err
}

func writeDifferences(w io.Writer, rows []messagediff.Difference, total int) {
	for _, r := range rows {
		switch r.Mark {
		case messagediff.Changed:
			path := r.Left
			if belowRoot(r.Left) != belowRoot(r.Right) {
				path += " as " + r.Right
			}
			fmt.Fprintf(w, "~ %s  %q to %q\n", path, r.LeftValue, r.RightValue)
		case messagediff.Added:
			fmt.Fprintf(w, "+ %s  %q\n", r.Right, r.RightValue)
		case messagediff.Gone:
			fmt.Fprintf(w, "- %s  %q\n", r.Left, r.LeftValue)
		case messagediff.NotCarried:
			fmt.Fprintf(w, "/ %s%s  %q  not carried by %s\n", r.Left, r.Right, r.LeftValue+r.RightValue, r.Carrier)
		}
	}
	switch {
	case total == 0:
		fmt.Fprintln(w, "nothing is different")
	case total > len(rows):
		fmt.Fprintf(w, "and %d more\n", total-len(rows))
	}
}

// belowRoot is a path without the name of the root.
func belowRoot(path string) string {
	_, below, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return below
}
