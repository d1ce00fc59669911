package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator/client"
)

func newHealthcheck() *cobra.Command {
	var wait time.Duration
	cmd := calling(&cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a simulator whether it is ready",
		Long: `Ask a running simulator whether it is ready: store open, schemas loaded, listening. With --wait
it asks again until the answer is yes or the time is over, which is handy in scripts and as the
health check of a container that has no shell.

The exit code is 0 when it is ready, 1 when it answers but is not, 3 when nothing answers.`,
		Example: `  nctsim healthcheck
  nctsim healthcheck --url http://localhost:9090 --wait 10s`,
		Args: arguments(0, 0),
	}, func(cmd *cobra.Command, c remote, out printer, _ []string) error {
		if err := c.untilReady(cmd.Context(), wait); err != nil {
			return err
		}
		return out.print(map[string]any{"ready": true, "url": c.Base()}, func(w io.Writer) {
			fmt.Fprintln(w, "ready")
		})
	})
	cmd.Flags().DurationVar(&wait, "wait", 0, "how long to go on asking, `DURATION`")
	return cmd
}

// untilReady asks for readiness until the answer is yes, the time is over or the context ends.
func (c remote) untilReady(ctx context.Context, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, max(wait, 3*time.Second))
	defer cancel()
	deadline := time.Now().Add(wait)
	for {
		err := c.Ready(ctx)
		if errors.Is(err, context.DeadlineExceeded) {
			err = &client.UnreachableError{URL: c.Base(), Cause: err}
		}
		if err == nil || !time.Now().Before(deadline) {
			return err
		}
		if client.Pause(ctx, 50*time.Millisecond) != nil {
			return err
		}
	}
}
