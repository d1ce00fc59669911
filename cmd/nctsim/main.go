// Command nctsim is the simulator of HMRC's NCTS transit API and the tool to talk to a running one. See README.md, and
// `nctsim help`.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker.
var version = "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program but for the process around it: it parses args, does what they say and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	results := &watched{Writer: stdout}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(results)
	root.SetErr(stderr)
	code := report(stderr, root.ExecuteContext(ctx))
	if results.err != nil {
		return report(stderr, &exitError{exitNo, fmt.Errorf("write results: %w", results.err)})
	}
	return code
}

// watched is a writer that remembers its first failure, so that results which got lost do not look like success.
type watched struct {
	io.Writer
	err error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}
