package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"nctsim/simulator/client"
)

// requestsOptions are the flags of nctsim requests.
type requestsOptions struct {
	q                            client.ExchangeQuery
	check                        string
	refused                      bool
	follow, errors, clear, asURL bool
	again                        bool
	bearer                       string
}

func newRequests() *cobra.Command {
	var o requestsOptions
	cmd := calling(&cobra.Command{
		Use:   "requests [NUMBER]",
		Short: "Show what the simulated APIs were asked, and why they refused it",
		Long: `Show what the simulated APIs of a running simulator were asked, the last requests last: which check
refused one, in HMRC's words. With a number it shows that request with headers and bodies, and what
would have been accepted in its place. Secrets are masked. docs/requests.md explains the checks.

With --wait it returns as soon as a request is there that fits, and with exit code 1 if none comes
in the time; with --follow it goes on until it is interrupted.`,
		Example: `  nctsim requests
  nctsim requests 17
  nctsim requests 17 --curl
  nctsim requests 17 --again
  nctsim requests --refused --follow
  nctsim requests --errors
  nctsim requests --path /messages --status 202 --wait 30s`,
		Args: arguments(0, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		o.q.Check = client.Check(o.check)
		if o.refused {
			o.q.Refused = "true"
		}
		switch {
		case o.bearer != "" && !o.again, o.again && len(args) == 0:
			return usageError("--again stands beside a number, and --bearer beside --again; hint: nctsim requests 17 --again")
		case o.again:
			return c.sendAgain(cmd, out, args[0], o.bearer)
		case len(args) == 1:
			return c.showRequest(cmd, out, args[0], o.asURL)
		case o.asURL:
			return usageError("--curl stands beside a number; hint: nctsim requests 17 --curl")
		case o.clear:
			if err := c.ForgetRequests(cmd.Context()); err != nil {
				return err
			}
			return out.print(map[string]bool{"cleared": true}, func(w io.Writer) { fmt.Fprintln(w, "cleared") })
		case o.errors:
			return c.showRefusals(cmd, out)
		case o.follow:
			return c.followRequests(cmd, out, o.q)
		}
		return c.listRequests(cmd, out, o.q)
	})
	o.addFlags(cmd.Flags())
	return cmd
}

func (o *requestsOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.q.Status, "status", "", "only answers with this `STATUS`: 415, or 4xx")
	f.StringVar(&o.q.EORI, "eori", "", "only those of this caller, `EORI`")
	f.StringVar(&o.q.Path, "path", "", "only those with this `TEXT` in their path")
	f.StringVar(&o.q.Method, "method", "", "only those with this `METHOD`")
	f.StringVar(&o.q.Version, "api", "", "only those that this API `VERSION` answered: 1.0, 2.1 or 3.0")
	f.StringVar(&o.q.Movement, "movement", "", "only those about the movement with this `ID`")
	f.StringVar(&o.check, "check", "", "only those that this `CHECK` refused: route, accept, schema and so on")
	f.BoolVar(&o.refused, "refused", false, "only those that were refused")
	f.IntVar(&o.q.Limit, "limit", 20, "how many at most, `N`")
	f.DurationVar(&o.q.Wait, "wait", 0, "how long to wait for one that fits, `DURATION`")
	f.BoolVar(&o.follow, "follow", false, "go on with those that come")
	f.BoolVar(&o.errors, "errors", false, "count the refused ones by cause")
	f.BoolVar(&o.asURL, "curl", false, "print a curl command that sends the request again")
	f.BoolVar(&o.again, "again", false, "send the request again")
	f.StringVar(&o.bearer, "bearer", "", "with --again: the bearer `TOKEN` to send, which the log does not keep; the caller's EORI without")
	f.BoolVar(&o.clear, "clear", false, "empty the log")
}

func (c remote) listRequests(cmd *cobra.Command, out printer, q client.ExchangeQuery) error {
	list, err := c.Requests(cmd.Context(), q)
	if err != nil {
		return err
	}
	slices.Reverse(list.Requests)
	err = out.print(list.Requests, func(w io.Writer) {
		switch {
		case list.Kept == 0:
			fmt.Fprintln(w, "the log of requests is off (--request-log 0)")
		case len(list.Requests) == 0:
			fmt.Fprintln(w, "no such requests")
		}
		writeRequests(w, list.Requests)
	})
	if err == nil && q.Wait > 0 && len(list.Requests) == 0 {
		return no()
	}
	return err
}

// followRequests prints what is there and then what comes, until the command is interrupted.
func (c remote) followRequests(cmd *cobra.Command, out printer, q client.ExchangeQuery) error {
	q.Wait = 0
	list, err := c.Requests(cmd.Context(), q)
	for err == nil {
		if q.After == nil {
			slices.Reverse(list.Requests)
		}
		for _, x := range list.Requests {
			if err := out.print(x, func(w io.Writer) { writeRequests(w, []client.Exchange{x}) }); err != nil {
				return err
			}
		}
		after := list.Last
		if n := len(list.Requests); q.After != nil && n > 0 {
			after = list.Requests[n-1].Number // there may be more than fit
		}
		q.After, q.Wait, q.Limit = &after, time.Minute, 1000
		list, err = c.Requests(cmd.Context(), q)
	}
	if cmd.Context().Err() != nil {
		return nil
	}
	return err
}

func writeRequests(w io.Writer, list []client.Exchange) {
	for _, x := range list {
		fmt.Fprintf(w, "%d  %s  %s %s  %s", x.Number, x.At.UTC().Format(timeOfDay), x.Method, target(x), statusOf(x))
		if x.MessageType != "" {
			fmt.Fprintf(w, "  %s", x.MessageType)
		}
		if x.Movement != "" {
			fmt.Fprintf(w, "  %s", x.Movement)
		}
		fmt.Fprintln(w)
		if x.RefusedBy != "" {
			fmt.Fprintf(w, "  refused by %s: %s\n", x.RefusedBy, cmp.Or(strings.TrimSpace(x.Code+" "+x.Message), "no words"))
		}
		if x.Remark != "" {
			fmt.Fprintf(w, "  %s\n", x.Remark)
		}
	}
}

// timeOfDay is how lists show times of the simulator's clock.
const timeOfDay = "2006-01-02T15:04:05Z"

func target(x client.Exchange) string {
	if x.Query == "" {
		return x.Path
	}
	return x.Path + "?" + x.Query
}

// statusOf is the status, or that there was none.
func statusOf(x client.Exchange) string {
	if x.Status == 0 {
		return "connection cut"
	}
	return strconv.Itoa(x.Status)
}

func (c remote) showRequest(cmd *cobra.Command, out printer, text string, asURL bool) error {
	number, err := numberOf(text)
	if err != nil {
		return err
	}
	x, err := c.Request(cmd.Context(), number)
	if err != nil {
		return err
	}
	if asURL {
		return out.print(map[string]string{"curl": x.Curl}, func(w io.Writer) { fmt.Fprintln(w, x.Curl) })
	}
	return printRequest(out, x)
}

// sendAgain sends a request again and shows what came of it.
func (c remote) sendAgain(cmd *cobra.Command, out printer, text, token string) error {
	number, err := numberOf(text)
	if err != nil {
		return err
	}
	x, err := c.SendAgain(cmd.Context(), number, client.Again{Token: token})
	if err != nil {
		return err
	}
	return printRequest(out, x)
}

func numberOf(text string) (uint64, error) {
	number, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, usageError("%q is not the number of a request; hint: nctsim requests lists them", text)
	}
	return number, nil
}

func printRequest(out printer, x client.ExchangeDetail) error {
	return out.print(x, func(w io.Writer) {
		writeRequests(w, []client.Exchange{x.Exchange})
		for _, near := range x.NearMisses {
			fmt.Fprintf(w, "  hint: %s\n", near.Text)
		}
		fmt.Fprintf(w, "  took %s; caller %s, client %s; passed %s\n", x.Duration, orDash(x.EORI), orDash(x.ClientID), passed(x.Passed))
		writeContent(w, "request", x.Request)
		writeContent(w, "answer", x.Response)
	})
}

func passed(checks []client.Check) string {
	var names []string
	for _, check := range checks {
		names = append(names, string(check))
	}
	return orDash(strings.Join(names, ", "))
}

func writeContent(w io.Writer, what string, c client.Content) {
	fmt.Fprintf(w, "\n%s\n", what)
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		for _, value := range c.Headers[name] {
			fmt.Fprintf(w, "  %s: %s\n", name, value)
		}
	}
	if c.Body != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimRight(c.Body, "\n"))
	}
	if c.Left != "" {
		fmt.Fprintf(w, "  (%d bytes: %s)\n", c.Size, c.Left)
	}
}

func (c remote) showRefusals(cmd *cobra.Command, out printer) error {
	found, err := c.Refusals(cmd.Context())
	return out.result(err, found.Errors, func(w io.Writer) {
		if len(found.Errors) == 0 {
			fmt.Fprintln(w, "nothing was refused")
			return
		}
		table(w, "COUNT\tSTATUS\tCHECK\tLAST\tREQUEST\tANSWER", found.Errors, func(g client.RefusalGroup) cells {
			return cells{g.Count, g.Status, g.RefusedBy, g.Last, g.Method + " " + g.Route, strings.TrimSpace(g.Code + " " + g.Message)}
		})
	})
}
