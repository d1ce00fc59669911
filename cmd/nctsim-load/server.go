package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a process under load.
type server struct {
	cmd  *exec.Cmd
	addr string // host:port
	errs *bytes.Buffer
}

const startTimeout = 10 * time.Second

// launch starts a command that prints a line "ready URL …" on stdout once it listens.
func launch(program string, args ...string) (*server, error) {
	s := &server{cmd: exec.Command(program, args...), errs: new(bytes.Buffer)}
	s.cmd.Stderr = s.errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	url, ok := strings.CutPrefix(line, "ready http://")
	if err != nil || !ok {
		s.stop()
		return nil, fmt.Errorf("%s said %q instead of being ready: %s", program, line, s.errs)
	}
	s.addr, _, _ = strings.Cut(strings.TrimSpace(url), " ")
	go io.Copy(io.Discard, lines) //nolint:errcheck // ends with the process; what it says is of no interest
	return s, nil
}

// stop ends the process in good order, or by force when it takes too long.
func (s *server) stop() {
	if s.cmd.Process == nil {
		return
	}
	force := time.AfterFunc(startTimeout, func() { _ = s.cmd.Process.Kill() })
	defer force.Stop()
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	_ = s.cmd.Wait()                          // a forced end is no concern of the measurement
}

// kill ends the process at once.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// memory is what a process occupies, in bytes.
type memory struct{ resident, anonymous int64 }

// memory reads /proc; zero where there is none.
func (s *server) memory() memory {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return memory{}
	}
	return memory{resident: kilobytes(status, "VmRSS:"), anonymous: kilobytes(status, "RssAnon:")}
}

// costs measures what a call takes, and waits for what the server does beside it.
func (s *server) costs(ctx context.Context, call func(context.Context) error) (c cost, err error) {
	before := s.processorTime()
	began := time.Now()
	err = call(ctx)
	c.elapsed = time.Since(began)
	for last := before; err == nil && ctx.Err() == nil; {
		time.Sleep(200 * time.Millisecond)
		now := s.processorTime()
		if now-last < 20*time.Millisecond { // it is idle again
			break
		}
		last = now
	}
	c.processor = s.processorTime() - before
	return c, err
}

// processorTime is what the process has used so far; zero where there is no /proc.
func (s *server) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	_, rest, ok := bytes.Cut(stat, []byte(") "))
	fields := bytes.Fields(rest)
	if err != nil || !ok || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(string(fields[11]), 10, 64)
	system, _ := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // the unit of Linux
}

func kilobytes(status []byte, name string) int64 {
	_, rest, ok := bytes.Cut(status, []byte("\n"+name))
	if !ok {
		return 0
	}
	fields := bytes.Fields(rest)
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// freePort finds a port for a process whose address has to be known before it is up.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// echoCommand is the hidden first argument that turns this program into the bare HTTP server of the comparison.
const echoCommand = "echo-server"

// serveEcho is as little as a Go HTTP server can do: it takes a body and answers a canned one of the same size as the
// simulator's answers.
func serveEcho(stdout io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	accepted := bytes.Repeat([]byte("x"), 420)
	stored := bytes.Repeat([]byte("x"), 5500)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write(accepted) // the client is gone: nothing to do
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		_, _ = w.Write(stored) // the client is gone: nothing to do
	})
	fmt.Fprintf(stdout, "ready http://%s\n", l.Addr())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: responseTimeout}
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
