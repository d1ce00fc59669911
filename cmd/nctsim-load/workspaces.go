package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// beside is what the one client of a workspace finds while others have much to do.
type beside struct {
	what string
	// others are how many workspaces do it, with so many clients each.
	others, clients int
	// took are the submissions of the one client, and flood how many a second there are in one of the others.
	took  figures
	flood float64
}

// quiet is the workspace that is measured.
const quiet = "quiet"

// workspaces measures the submissions of one client in a workspace: alone, and beside workspaces that submit as much as they can.
// Everything is answered at once, so that the offices work, too.
func (p plan) workspaces(ctx context.Context, r *results) error {
	large, err := enlarge(p.document, 900_000)
	if err != nil {
		return err
	}
	for i, b := range []beside{
		{what: "alone"},
		{what: "one with 64 clients", others: 1, clients: 64},
		{what: "one with 512 clients", others: 1, clients: 512},
		{what: "50 with 2 clients each", others: 50, clients: 2},
		{what: "one with 8 clients, declarations of 0.9 MB", others: 1, clients: 8},
	} {
		p.say("  beside %s", b.what)
		document := p.document
		if i == 4 {
			document = large
		}
		if err := p.beside(ctx, &b, document, filepath.Join(p.dir, fmt.Sprint("beside-", i))); err != nil {
			return err
		}
		r.beside = append(r.beside, b)
	}
	return nil
}

func (p plan) beside(ctx context.Context, b *beside, document []byte, data string) error {
	srv, err := p.serve(stores[0], data, "--profile", "instant", "--workspaces", "on")
	if err != nil {
		return err
	}
	defer srv.stop()
	one, err := p.newLoad(srv.addr, "Q")
	if err != nil {
		return err
	}
	one.workspace = quiet
	if _, err := one.posts(ctx, 1, limits{duration: responseTimeout, count: 20, cold: true}); err != nil {
		return err
	}
	var flood *exec.Cmd
	var rate bytes.Buffer
	if b.others > 0 {
		// In a process of its own: the client that is measured has to wait for the server, and not for the other clients.
		self, err := os.Executable()
		if err != nil {
			return err
		}
		file := filepath.Join(p.dir, "flood.xml")
		if err := os.WriteFile(file, document, 0o600); err != nil {
			return err
		}
		flood = exec.Command(self, floodCommand, srv.addr, fmt.Sprint(b.others), fmt.Sprint(b.clients), file)
		flood.Stdout, flood.Stderr = &rate, os.Stderr
		if err := flood.Start(); err != nil {
			return err
		}
	}
	// It rests between two submissions: how long they take counts, and not how many there are.
	b.took, err = one.paced(ctx, 1, 5*time.Millisecond, p.limits)
	if flood != nil {
		_ = flood.Process.Signal(syscall.SIGTERM) // it may have ended, which Wait says
		err = errors.Join(err, flood.Wait())
		if _, scanned := fmt.Sscan(rate.String(), &b.flood); err == nil {
			err = scanned
		}
	}
	return err
}

// floodCommand is the hidden first argument that makes this program submit as much as it can until it is told to end.
const floodCommand = "flood"

// flooding submits the declaration of a file to so many workspaces of a server, with so many clients each, until the context ends, and
// says how many submissions a second there were in one of them.
func flooding(ctx context.Context, args []string, stdout io.Writer) error {
	var others, clients int
	if len(args) != 4 {
		return errors.New("flood needs an address, workspaces, clients and a file")
	}
	if _, err := fmt.Sscan(args[1], &others); err != nil {
		return err
	}
	if _, err := fmt.Sscan(args[2], &clients); err != nil {
		return err
	}
	document, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	d, err := newDeclaration(document, "F")
	if err != nil {
		return err
	}
	rates, failures := make([]float64, others), make([]error, others)
	var all sync.WaitGroup
	for i := range others {
		all.Go(func() {
			other := &load{addr: args[0], declaration: d, workspace: fmt.Sprint("flooding-", i)}
			var f figures
			f, failures[i] = other.posts(ctx, clients, limits{duration: time.Hour, count: math.MaxInt, cold: true})
			rates[i] = f.perSecond()
		})
	}
	all.Wait()
	fmt.Fprintln(stdout, rates[0])
	return errors.Join(failures...)
}

// writeBeside prints the table of workspaces.
func (r *results) writeBeside(w io.Writer) {
	fmt.Fprint(w, "Submissions of one client in a workspace of its own, durable, the office at work, beside other workspaces that submit as much as they can.\n\n")
	t := newTable("beside", "p50 ms", "p99 ms", "submissions/s of the other, or of one of them")
	for _, b := range r.beside {
		flood := "–"
		if b.others > 0 {
			flood = fmt.Sprintf("%.0f", b.flood)
		}
		t.add(b.what, fmt.Sprintf("%.2f", milliseconds(b.took.p50)), fmt.Sprintf("%.2f", milliseconds(b.took.p99)), flood)
	}
	t.write(w)
}
