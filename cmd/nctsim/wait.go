package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
	"nctsim/simulator/movement"
)

// longestCall is how long one call of the control API waits; whoever waits longer calls again.
const longestCall = time.Minute

// waitOptions are the flags of nctsim wait.
type waitOptions struct {
	states, messages []string
	request          bool
	q                client.ExchangeQuery
	timeout          time.Duration
}

func newWait() *cobra.Command {
	var o waitOptions
	cmd := calling(&cobra.Command{
		Use:   "wait [MOVEMENT]",
		Short: "Wait for a state, a message, a request, or the simulator itself",
		Long: `Wait until a movement, its id, LRN or MRN, is there, is in a state, or has a message; with --request,
until the next request comes that fits; without anything, until the simulator is ready. It returns
at once if that is so already, but for requests.

The exit code is 0 when it has come to be, 1 when it has not in the time, which is real time, and 3
when nothing answers. On a manual clock nothing falls due while the command waits.`,
		Example: `  nctsim wait --timeout 10s
  nctsim wait LRN-0001 --state RELEASED
  nctsim wait LRN-0001 --message IE029,IE051
  nctsim wait --request --path /messages --status 202`,
		Args: arguments(0, 1),
	}, func(cmd *cobra.Command, c remote, out printer, args []string) error {
		of := o.q.Status + o.q.Path + o.q.Method + o.q.EORI
		switch {
		case o.request && len(args)+len(o.states)+len(o.messages) > 0:
			return usageError("wait: a request and a movement cannot both be waited for; hint: leave out --request, or the movement")
		case !o.request && of != "":
			return usageError("--status, --path, --method and --eori stand beside --request; hint: nctsim wait --request --path /messages")
		case len(args) == 0 && len(o.states)+len(o.messages) > 0:
			return usageError("wait: nothing says which movement; hint: nctsim wait LRN-0001 --state RELEASED")
		case o.timeout <= 0:
			return usageError("--timeout: it is not above zero; hint: write it as 30s")
		case o.request:
			return c.waitForRequest(cmd, out, o)
		case len(args) == 1:
			return c.waitForMovement(cmd, out, args[0], o)
		}
		if err := c.untilReady(cmd.Context(), o.timeout); err != nil {
			return err
		}
		return out.print(map[string]any{"ready": true, "url": c.Base()}, func(w io.Writer) { fmt.Fprintln(w, "ready") })
	})
	f := cmd.Flags()
	f.StringSliceVar(&o.states, "state", nil, "the `STATE` to wait for, or several with commas")
	f.StringSliceVar(&o.messages, "message", nil, "the `IE-CODE` of the message to wait for, or several with commas")
	f.BoolVar(&o.request, "request", false, "wait for a request to a simulated API")
	f.StringVar(&o.q.Status, "status", "", "with --request: its `STATUS`, 202 or 4xx")
	f.StringVar(&o.q.Path, "path", "", "with --request: a `TEXT` in its path")
	f.StringVar(&o.q.Method, "method", "", "with --request: its `METHOD`")
	f.StringVar(&o.q.EORI, "eori", "", "with --request: the `EORI` of the caller")
	f.DurationVar(&o.timeout, "timeout", 30*time.Second, "how long to wait, `DURATION`")
	return cmd
}

// rest is how long the next call may wait, 0 when the time is over.
func rest(deadline time.Time) time.Duration {
	return min(longestCall, max(0, time.Until(deadline)).Round(time.Millisecond))
}

func (c remote) waitForRequest(cmd *cobra.Command, out printer, o waitOptions) error {
	now, err := c.Requests(cmd.Context(), client.ExchangeQuery{Limit: 1})
	if err != nil {
		return err
	}
	if now.Kept == 0 {
		return errors.New("the log of requests is off; hint: nctsim serve --request-log 1000")
	}
	o.q.After, o.q.Limit = &now.Last, 1
	for deadline := time.Now().Add(o.timeout); ; {
		o.q.Wait = rest(deadline)
		list, err := c.Requests(cmd.Context(), o.q)
		if err != nil {
			return err
		}
		if len(list.Requests) > 0 {
			return out.print(list.Requests[0], func(w io.Writer) { writeRequests(w, list.Requests) })
		}
		if o.q.Wait == 0 {
			return fmt.Errorf("no such request in %s; hint: nctsim requests shows those that came", o.timeout)
		}
	}
}

func (c remote) waitForMovement(cmd *cobra.Command, out printer, name string, o waitOptions) error {
	ctx, deadline := cmd.Context(), time.Now().Add(o.timeout)
	id, err := c.untilNamed(ctx, name, deadline)
	if err != nil {
		return err
	}
	m, err := c.untilMet(ctx, id, o, deadline)
	return out.result(err, m, func(w io.Writer) {
		fmt.Fprintf(w, "%s is %s", id, m.State)
		for _, r := range m.Records {
			for _, code := range o.messages {
				if strings.EqualFold(code, r.Type) {
					fmt.Fprintf(w, ", has %s %s", r.Type, r.ID)
				}
			}
		}
		fmt.Fprintln(w)
	})
}

// betweenLooks is how long to wait when movements are there whose LRN only begins like the one that is wanted.
const betweenLooks = 100 * time.Millisecond

// untilNamed waits until a movement has a name, and gives its id.
func (c remote) untilNamed(ctx context.Context, name string, deadline time.Time) (string, error) {
	for {
		id, err := c.Find(ctx, name, nil)
		if err == nil || ctx.Err() != nil || rest(deadline) == 0 {
			return id, err
		}
		var refused *client.Error
		var silent *client.UnreachableError
		if found, _ := c.Named(ctx, name); len(found) > 0 || errors.As(err, &refused) || errors.As(err, &silent) {
			return "", err // several have the name, or nobody can say
		}
		if _, err := c.Movements(ctx, client.MovementQuery{LRN: name, Limit: 1, Wait: min(rest(deadline), time.Second)}); err != nil {
			return "", err
		}
		if err := client.Pause(ctx, betweenLooks); err != nil {
			return "", err
		}
	}
}

// untilMet waits until a movement is as the flags want it.
func (c remote) untilMet(ctx context.Context, id string, o waitOptions, deadline time.Time) (client.MovementDetail, error) {
	if len(o.states)+len(o.messages) == 0 {
		return c.Movement(ctx, id)
	}
	until := client.Awaited{Messages: o.messages}
	for _, s := range o.states {
		until.States = append(until.States, movement.State(s))
	}
	for {
		until.Wait = rest(deadline)
		m, err := c.Await(ctx, id, until)
		var late *client.Error
		if !errors.As(err, &late) || late.Code != client.CodeNotYet || until.Wait == 0 {
			return m, err
		}
		if rest(deadline) == 0 {
			return m, err
		}
	}
}
