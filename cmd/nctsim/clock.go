package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nctsim/simulator/client"
	"nctsim/simulator/clock"
)

func newClock() *cobra.Command {
	cmd := calling(&cobra.Command{
		Use:   "clock",
		Short: "Show, set or advance the clock of a running simulator",
		Long: `Show, set or advance the clock of a running simulator. All its timers, timestamps and deadlines
follow this one clock, which is real, scaled (so many simulated seconds per second) or manual
(it stands still until it is advanced).`,
		Example: `  nctsim clock
  nctsim clock set --mode manual
  nctsim clock advance 45m
  nctsim clock advance next       # to what falls due next
  nctsim clock upcoming           # what will happen by itself
  nctsim clock settle`,
		Args: unknownCommand,
	}, lookAtClock)
	cmd.AddCommand(
		calling(&cobra.Command{Use: "show", Short: "Show the time, the mode and what falls due next", Args: arguments(0, 0)}, lookAtClock),
		newClockSet(), newClockAdvance(), newClockUpcoming(), newClockSettle(),
	)
	return cmd
}

func lookAtClock(cmd *cobra.Command, c remote, out printer, _ []string) error {
	shown, err := c.Clock(cmd.Context())
	return showClock(out, shown, err)
}

func newClockSet() *cobra.Command {
	var mode, now string
	var scale float64
	cmd := calling(&cobra.Command{
		Use:   "set",
		Short: "Change the mode, the time or the scale",
		Long: `Change the mode, the time or the scale; what is not given stays. A change of the mode alone never
jumps: the clock goes on from what it shows, and a real clock that was set runs as fast as the
wall clock and as far from it as it was. A later time removes the movements whose retention is
over then, and says which. The clock never goes back: an earlier time is refused with exit code 1.`,
		Example: `  nctsim clock set --mode manual --now 2026-03-02T09:15:00Z
  nctsim clock set --mode scaled --scale 60
  nctsim clock set --mode real`,
		Args: arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		if f := cmd.Flags(); !f.Changed("mode") && !f.Changed("now") && !f.Changed("scale") {
			return usageError("clock set has nothing to change; hint: give --mode, --now or --scale, as in nctsim clock set --mode manual; nctsim clock shows the clock")
		}
		change := client.ClockChange{Mode: clock.Mode(mode)}
		if now != "" {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				return usageError("--now: %q is not a time as 2026-03-02T09:15:00Z", now)
			}
			change.Now = at
		}
		if cmd.Flags().Changed("scale") {
			if scale == 0 {
				return usageError("--scale: time cannot pass 0 times as fast; hint: --mode manual lets it stand still")
			}
			change.Scale = scale
		}
		shown, err := c.SetClock(cmd.Context(), change)
		return showClock(out, shown, err)
	})
	cmd.Flags().StringVar(&mode, "mode", "", "`MODE` real, scaled or manual")
	cmd.Flags().StringVar(&now, "now", "", "`TIME` as 2026-03-02T09:15:00Z")
	cmd.Flags().Float64Var(&scale, "scale", 0, "simulated seconds per second, `N`")
	return cmd
}

// showClock prints what the clock shows, unless that could not be asked for.
func showClock(out printer, shown client.Clock, err error) error {
	return out.result(err, shown, func(w io.Writer) {
		writeHappened(w, shown.Happened)
		fmt.Fprintf(w, "%s  %s", shown.Now.UTC().Format(time.RFC3339Nano), shown.Mode)
		if shown.Mode == clock.Scaled {
			fmt.Fprintf(w, " %s times", strconv.FormatFloat(shown.Scale, 'f', -1, 64))
		}
		if t := shown.NextTimer; t != nil {
			fmt.Fprintf(w, ", next %s of %s at %s", t.Name, t.Movement, t.Due.UTC().Format(time.RFC3339Nano))
		}
		fmt.Fprintln(w)
	})
}

func newClockAdvance() *cobra.Command {
	cmd := calling(&cobra.Command{
		Use:   "advance DURATION|TIME|next",
		Short: "Move a manual clock and run everything that falls due",
		Long: `Move a manual clock by a duration, to a time, or to what falls due next: a timer, or a notification
that is to be sent again, which it names. Everything that falls due on the way happens in order, and the command
returns when nothing is left to do, with the list of what happened, removals of movements whose
retention is over included. The exit code is 1 when the clock is not manual.`,
		Example: `  nctsim clock advance 45m
  nctsim clock advance 2026-03-02T10:00:00Z
  nctsim clock advance next`,
		Args: arguments(1, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		target, err := parseTarget(args[0])
		if err != nil {
			return err
		}
		advanced, err := c.Advance(cmd.Context(), target)
		return out.result(err, advanced, func(w io.Writer) {
			writeHappened(w, advanced.Happened)
			if advanced.NothingDue {
				fmt.Fprintln(w, "nothing is due: no timer runs, and no notification waits to be sent again")
			}
			if advanced.Reached != nil {
				fmt.Fprintf(w, "reached: %s\n", due(*advanced.Reached))
			}
			fmt.Fprintf(w, "it is now %s\n", advanced.Now.UTC().Format(time.RFC3339Nano))
		})
	})
	// A duration with a sign looks like flags of one letter.
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		var unknown *pflag.NotExistError
		if errors.As(err, &unknown) {
			by := "-" + unknown.GetSpecifiedShortnames()
			if len(by) > 1 && by[1] >= '0' && by[1] <= '9' {
				_, err := parseTarget(by)
				return err
			}
		}
		return cmd.Parent().FlagErrorFunc()(cmd, err)
	})
	return cmd
}

func backwards(by string) error {
	return usageError("the clock cannot go back by %s; hint: advance takes a duration as in 45m, a time or next; a simulator that is started again can begin earlier", by)
}

// tooLong is what durations look like, those that are too long to be one among them.
var tooLong = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`)

// parseTarget is where the argument sends the clock.
func parseTarget(s string) (client.Target, error) {
	d, err := time.ParseDuration(s)
	if err != nil && tooLong.MatchString(s) {
		return client.Target{}, usageError("%q is longer than the 292 years that a duration can be; hint: advance several times, or to a time, as in 2126-03-02T10:00:00Z", s)
	}
	if err == nil {
		if d < 0 {
			return client.Target{}, backwards(s)
		}
		if d == 0 {
			return client.Target{}, usageError("%q does not move the clock; hint: advance takes a duration as in 45m, a time or next; nctsim clock settle runs what is due now", s)
		}
		return client.Target{By: s}, nil
	}
	if _, err := time.Parse(time.RFC3339, s); err == nil || s == client.Next {
		return client.Target{To: s}, nil
	}
	return client.Target{}, usageError("%q is neither a duration nor a time nor next; hint: as in 45m, 2026-03-02T10:00:00Z, next", s)
}

func newClockUpcoming() *cobra.Command {
	var limit int
	cmd := calling(&cobra.Command{
		Use:   "upcoming",
		Short: "List what will happen by itself, in the order of time",
		Long: `List what will happen by itself when the clock comes to it, in the order of time: timers and what the
offices will do then, the default officer, steps of scenarios, uploads, notifications that are to be
sent, and ends of retention. nctsim clock advance next goes to the first that is not an end of
retention.`,
		Example: `  nctsim clock upcoming
  nctsim clock upcoming --limit 1 --output json`,
		Args: arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		if limit < 1 {
			return usageError("--limit: %d is not above zero", limit)
		}
		coming, err := c.Upcoming(cmd.Context(), limit)
		return out.result(err, coming, func(w io.Writer) {
			if len(coming.Due) == 0 {
				fmt.Fprintln(w, "nothing will happen by itself")
			}
			for _, d := range coming.Due {
				fmt.Fprintf(w, "%s  %s\n", d.At.UTC().Format("2006-01-02T15:04:05.000Z"), due(d))
			}
			if coming.More {
				fmt.Fprintln(w, "and more; --limit shows it")
			}
		})
	})
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most, `N`")
	return cmd
}

// due is what will happen, or has, and to whom.
func due(d client.Due) string {
	whose := d.Movement
	if d.LRN != "" {
		whose += " (" + d.LRN + ")"
	}
	text := whose + "  " + d.Does
	if d.File != "" {
		text += fmt.Sprintf(" (%s:%d)", d.File, d.Line)
	}
	return text
}

func newClockSettle() *cobra.Command {
	var timeout time.Duration
	cmd := calling(&cobra.Command{
		Use:   "settle",
		Short: "Wait until the offices have nothing to do",
		Long: `Wait until no message and no timer that is due waits to be handled. The exit code is 1 when
something still waits after the timeout; it is listed then.`,
		Example: `  nctsim clock settle
  nctsim clock settle --timeout 30s`,
		Args: arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		settled, err := c.Settle(cmd.Context(), timeout)
		return out.result(err, settled, func(w io.Writer) { fmt.Fprintln(w, "settled") })
	})
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "how long to wait, `DURATION`")
	return cmd
}
