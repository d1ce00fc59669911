package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/notify"
	"nctsim/simulator/proxy"
	"nctsim/simulator/textfile"
	"nctsim/simulator/traffic"
)

// proxying is what the command line of nctsim proxy says.
type proxying struct {
	upstream, record, addr, ca string
}

func newProxy() *cobra.Command {
	var p proxying
	cmd := &cobra.Command{
		Use:   "proxy --upstream URL --record FILE.har",
		Short: "Record what your software and a service say to each other",
		Long: `Pass requests on to a service, as HMRC's sandbox, and its answers back, and record both in a HAR
file. Point your software at the proxy instead of the service; nctsim compare plays the recording
against a simulator and tells what that answers otherwise. docs/compare.md shows how.

Tokens, secrets, codes, passwords and cookies are masked before anything is written; callers are
told apart by a number in the place of their token. Bodies of more than 16 MB are passed on and
not recorded. The file is whole after every exchange, also if the proxy is killed; a file that is
there already is gone on with. When it is ready the proxy prints one line, "ready URL", on stdout.
It runs until Ctrl-C or SIGTERM.

Calls that the service makes by itself, to callback URLs, do not come through the proxy.`,
		Example: `  nctsim proxy --upstream https://test-api.service.hmrc.gov.uk --record sandbox.har
  nctsim proxy --upstream https://gateway.example.com/ctc --record gateway.har --addr 127.0.0.1:9000 --ca our-ca.pem
  nctsim proxy --upstream http://localhost:8080 --record here.har --addr 127.0.0.1:0`,
		Args: arguments(0, 0),
	}
	cmd.Flags().StringVar(&p.upstream, "upstream", "", "`URL` of the service, with the path in front of its APIs if there is one")
	cmd.Flags().StringVar(&p.record, "record", "", "`FILE` to record to, in HAR 1.2")
	cmd.Flags().StringVar(&p.addr, "addr", "127.0.0.1:8081", "`ADDRESS` to listen on")
	cmd.Flags().StringVar(&p.ca, "ca", "", "`FILE` of certificates (PEM) of authorities that the service's certificate may come from, beside the usual ones")
	cmd.RunE = printing(func(cmd *cobra.Command, out printer, _ []string) error { return p.run(cmd, out) })
	return cmd
}

// check finds what is wrong with the command line.
func (p *proxying) check() (o proxy.Options, err error) {
	switch {
	case p.upstream == "":
		return o, usageError("proxy: --upstream is missing; hint: it is the URL of the service, as https://test-api.service.hmrc.gov.uk")
	case p.record == "":
		return o, usageError("proxy: --record is missing; hint: it is the file to record to, as sandbox.har")
	}
	if o.Upstream, err = proxy.ParseUpstream(p.upstream); err != nil {
		return o, usageError("--upstream: %w", err)
	}
	o.Roots, err = p.roots()
	return o, err
}

func (p *proxying) roots() (*x509.CertPool, error) {
	var more []*x509.Certificate
	if p.ca != "" {
		text, err := os.ReadFile(p.ca)
		if err == nil {
			text, err = textfile.Decode(text)
		}
		if err == nil {
			more, err = notify.ReadAuthorities(text)
		}
		if err != nil {
			return nil, usageError("--ca: %s: %w", p.ca, err)
		}
	}
	return notify.Roots(more)
}

func (p *proxying) run(cmd *cobra.Command, out printer) (err error) {
	options, err := p.check()
	if err != nil {
		return err
	}
	file, err := traffic.Create(p.record, version)
	if err != nil {
		return usageError("--record: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var config net.ListenConfig
	l, err := config.Listen(cmd.Context(), "tcp", p.addr)
	if err != nil {
		return fmt.Errorf("addr: %w; hint: stop whoever uses the address, or choose another with --addr (port 0 takes a free one)", err)
	}
	wall, err := clock.New(clock.Options{Mode: clock.Real})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	options.Record, options.Now, options.ID = file.Add, wall.Now, strconv.FormatUint(clock.RandomSeed(), 36)
	options.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	handler := proxy.New(options)
	defer handler.Close()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second, ErrorLog: slog.NewLogLogger(options.Logger.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	url := simulator.URLOf(l.Addr().String())
	if out.json {
		err = json.NewEncoder(out).Encode(map[string]any{"url": url, "upstream": p.upstream, "record": p.record, "pid": os.Getpid()})
	} else {
		_, err = fmt.Fprintf(out, "ready %s passes on to %s and records to %s\n", url, p.upstream, p.record)
	}
	if err != nil {
		options.Logger.Error("the ready line could not be written", "error", err)
	}
	select {
	case <-cmd.Context().Done():
		err = nil
	case err = <-failed:
	}
	patience, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	if late := server.Shutdown(patience); late != nil {
		err = errors.Join(err, server.Close())
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d exchanges in %s\n", file.Count(), p.record)
	return err
}
