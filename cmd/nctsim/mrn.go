package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator/clock"
	"nctsim/simulator/movement"
)

func newMRN() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mrn",
		Short: "Generate or check movement reference numbers",
		Long: `Generate or check movement reference numbers (MRN): two digits of the year, the office of
departure, six letters or digits, the letter of the procedure and a check digit.`,
		Args: unknownCommand,
		RunE: doing(func(cmd *cobra.Command, _ []string) error { return cmd.Help() }),
	}
	cmd.AddCommand(newMRNGenerate(), newMRNCheck())
	return cmd
}

// mrnOptions are the flags of `mrn generate`.
type mrnOptions struct {
	office   string
	security string
	at       string
	count    int
	seed     uint64
}

var officePattern = regexp.MustCompile(`^[A-Z]{2}[A-Z0-9]{6}$`)

func newMRNGenerate() *cobra.Command {
	o := mrnOptions{office: "GB000060", security: "0", count: 1}
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Make MRNs with the right letter and check digit",
		Example: `  nctsim mrn generate
  nctsim mrn generate --office XI000142 --count 5
  nctsim mrn generate --seed 7            # the same one every time`,
		Args: arguments(0, 0),
	}
	cmd.Flags().StringVar(&o.office, "office", o.office, "office of departure, `REFERENCE`")
	cmd.Flags().StringVar(&o.security, "security", o.security, "`CODE` of the declared safety data, 0 to 3; it decides the letter")
	cmd.Flags().StringVar(&o.at, "at", o.at, "`DATE` of acceptance, as 2026-03-02 (default today)")
	cmd.Flags().IntVar(&o.count, "count", o.count, "how many, `N`")
	cmd.Flags().Uint64Var(&o.seed, "seed", o.seed, "`N` that decides the MRNs (default a random one)")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error {
		if !cmd.Flags().Changed("seed") {
			o.seed = clock.RandomSeed()
		}
		mrns, err := o.generate(time.Now())
		return out.result(err, mrns, func(w io.Writer) {
			for _, m := range mrns {
				fmt.Fprintln(w, m)
			}
		})
	})
	return cmd
}

func (o mrnOptions) generate(now time.Time) ([]string, error) {
	if !officePattern.MatchString(o.office) {
		return nil, usageError("--office: %q is not an office; hint: two letters and six letters or digits, as GB000060", o.office)
	}
	if len(o.security) != 1 || o.security < "0" || o.security > "3" {
		return nil, usageError("--security: %q is unknown; hint: 0 none, 1 entry, 2 exit, 3 both", o.security)
	}
	if o.count < 1 || o.count > 100_000 {
		return nil, usageError("--count: %d is not between 1 and 100000", o.count)
	}
	at := now
	if o.at != "" {
		var err error
		if at, err = time.Parse(time.DateOnly, o.at); err != nil {
			return nil, usageError("--at: %q is not a date as 2026-03-02", o.at)
		}
	}
	stream := clock.NewSource(o.seed).Stream("mrn")
	mrns := make([]string, o.count)
	for i := range mrns {
		mrns[i] = movement.NewMRN(at, o.office, o.security, stream)
	}
	return mrns, nil
}

type mrnVerdict struct {
	MRN    string `json:"mrn"`
	Valid  bool   `json:"valid"`
	Reason string `json:"reason,omitempty"`
}

func newMRNCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check MRN…",
		Short: "Check form and check digit of MRNs",
		Long:  "Check form and check digit of MRNs. The exit code is 1 when any is wrong.",
		Example: `  nctsim mrn check 26GB000060A1B2C3K6
  nctsim mrn check --output json 26GB000060A1B2C3K6`,
		Args: arguments(1, anyNumber),
		RunE: printing(func(cmd *cobra.Command, out printer, args []string) error {
			verdicts, good := checkMRNs(args)
			if err := out.print(verdicts, func(w io.Writer) { writeVerdicts(w, verdicts) }); err != nil {
				return err
			}
			if !good {
				return no()
			}
			return nil
		}),
	}
}

func checkMRNs(mrns []string) (verdicts []mrnVerdict, good bool) {
	good = true
	for _, m := range mrns {
		v := mrnVerdict{MRN: m, Valid: true}
		if err := movement.CheckMRN(m); err != nil {
			v.Valid, v.Reason, good = false, err.Error()+rightMRN(m, err), false
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, good
}

// rightMRN says which MRN is right, if the check digit alone is wrong, or small letters or spaces.
func rightMRN(mrn string, err error) string {
	if tidy := strings.ToUpper(strings.Join(strings.Fields(mrn), "")); tidy != mrn && movement.CheckMRN(tidy) == nil {
		return "; " + tidy + " is right"
	}
	for digit := '0'; errors.Is(err, movement.ErrCheckDigit) && digit <= '9'; digit++ {
		if right := mrn[:len(mrn)-1] + string(digit); movement.CheckMRN(right) == nil {
			return "; " + right + " is right"
		}
	}
	return ""
}

func writeVerdicts(w io.Writer, verdicts []mrnVerdict) {
	for _, v := range verdicts {
		if v.Valid {
			fmt.Fprintf(w, "%s: right\n", v.MRN)
		} else {
			fmt.Fprintf(w, "%s: wrong: %s\n", v.MRN, v.Reason)
		}
	}
}
