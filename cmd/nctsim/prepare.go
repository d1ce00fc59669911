package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
)

// preparing is a message for a trader that is to be made.
type preparing struct {
	remote
	about, remarks, file, lrn, mrn string
	phase                          int
	dated                          bool
	set                            []string
}

func newPrepare() *cobra.Command {
	var p preparing
	cmd := &cobra.Command{
		Use:   "prepare SAMPLE | --about MOVEMENT IE-CODE | --file FILE",
		Short: "Make a message for a trader to send",
		Long: `Print a message that a trader can send to a running simulator. Nothing is sent or stored.

It begins with a SAMPLE (nctsim reference samples lists them), with a file of your own, or with a movement: an amendment
(IE013), a cancellation (IE014), the presentation of goods (IE170) or the unloading remarks (IE044) about it, or the
arrival notification (IE007) with the MRN of a departure, which repeat of its messages what they must.

--lrn, --mrn and --set change it then, and --dated makes it one that is written now. MOVEMENT is the id, the LRN
or the MRN.`,
		Example: `  nctsim prepare ie015-simplified-gb-xi --lrn LRN-0002 --dated > declaration.xml
  nctsim prepare --about LRN-0001 IE014
  nctsim prepare --about 26GB000060A1B2C3K6 IE044 --remarks seals
  nctsim prepare --file declaration.xml --set Consignment/grossMass=1200`,
		Args: arguments(0, 1),
	}
	p.addFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&p.about, "about", "", "`MOVEMENT` that the message is about")
	f.StringVar(&p.remarks, "remarks", "", "`KIND` of unloading remarks: conform, seals, packages or weight")
	f.StringVar(&p.file, "file", "", "`FILE` with a message as XML to begin with; - is stdin")
	f.IntVar(&p.phase, "phase", 0, "`PHASE` of the sample or the file: 4, 5 or 6; otherwise 5, or what the message says")
	f.StringVar(&p.lrn, "lrn", "", "`LRN` in the place of its own")
	f.StringVar(&p.mrn, "mrn", "", "`MRN` in the place of its own")
	f.BoolVar(&p.dated, "dated", false, "date it now, and move its other dates along")
	f.StringArrayVar(&p.set, "set", nil, "`PATH=VALUE` in the message; may be repeated")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, args []string) error {
		in, err := p.preparation(cmd, args)
		if err != nil {
			return err
		}
		made, err := p.Prepare(cmd.Context(), in)
		return out.result(err, made, func(w io.Writer) { fmt.Fprintln(w, strings.TrimRight(made.XML, "\n")) })
	})
	return cmd
}

// preparation is what the flags and arguments say.
func (p preparing) preparation(cmd *cobra.Command, args []string) (in client.Preparation, err error) {
	in = client.Preparation{Phase: message.Phase(p.phase), Remarks: p.remarks, LRN: p.lrn, MRN: p.mrn, Dated: p.dated}
	if in.Set, err = pairs(p.set); err != nil {
		return in, err
	}
	switch {
	case p.about != "" && p.file != "":
		return in, usageError("--about and --file are both given; hint: leave one of them out")
	case p.about != "" && len(args) == 0:
		return in, usageError("nothing says which message is to be made about %s; hint: nctsim prepare --about %s IE014", p.about, p.about)
	case p.about != "":
		in.MessageType = strings.ToUpper(args[0])
		t, known := message.TypeOfCode(in.MessageType)
		if !known {
			return in, usageError("%q is not the code of a message; hint: IE013, IE014, IE170, IE044 or IE007", args[0])
		}
		in.Movement, err = p.Find(cmd.Context(), p.about, func(m client.Movement) bool { return in.MessageType == "IE007" || t.Of(m.Type) })
		return in, err
	case p.file != "" && len(args) > 0:
		return in, usageError("a sample and --file are both given; hint: leave one of them out")
	case p.file != "":
		text, err := readInput(cmd.InOrStdin(), p.file)
		in.XML = string(text)
		return in, err
	case len(args) == 0:
		return in, usageError("nothing says what to begin with; hint: nctsim reference samples lists the samples")
	}
	in.Sample = args[0]
	if in.Phase == 0 {
		in.Phase = message.Phase5
	}
	return in, nil
}

// pairs are values by their paths.
func pairs(set []string) (map[string]string, error) {
	out := map[string]string{}
	for _, pair := range set {
		path, value, ok := strings.Cut(pair, "=")
		if !ok || path == "" {
			return nil, usageError("--set: %q is not PATH=VALUE; hint: as in --set TransitOperation/MRN=26GB000060A1B2C3K6", pair)
		}
		out[path] = value
	}
	return out, nil
}
