package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// beside is what the one client of a workspace finds while others have much to do.
type beside struct {
	what string
	// others are how many workspaces do it, with so many clients each.
	others, clients int
	// took are the submissions of the one client, and flood those of one of the others.
	took, flood figures
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
	d, err := newDeclaration(document, "F")
	if err != nil {
		return err
	}
	flooding, end := context.WithCancel(ctx)
	defer end()
	flooded := make(chan error, b.others)
	for i := range b.others {
		go func() {
			other := &load{addr: srv.addr, declaration: d, workspace: fmt.Sprint("flooding-", i)}
			f, err := other.posts(flooding, b.clients, limits{duration: time.Hour, count: p.limits.count, cold: true})
			if i == 0 {
				b.flood = f
			}
			flooded <- err
		}()
	}
	// It rests between two submissions: the longest of them count, and not how many there are.
	b.took, err = one.paced(ctx, 1, 5*time.Millisecond, p.limits)
	end()
	for range b.others {
		err = errors.Join(err, <-flooded)
	}
	return err
}

// writeBeside prints the table of workspaces.
func (r *results) writeBeside(w io.Writer) {
	fmt.Fprint(w, "Submissions of one client in a workspace of its own, durable, the office at work, beside other workspaces that submit as much as they can.\n\n")
	t := newTable("beside", "p50 ms", "p99 ms", "submissions/s of the other, or of one of them")
	for _, b := range r.beside {
		flood := "–"
		if b.others > 0 {
			flood = fmt.Sprintf("%.0f", b.flood.perSecond())
		}
		t.add(b.what, fmt.Sprintf("%.2f", milliseconds(b.took.p50)), fmt.Sprintf("%.2f", milliseconds(b.took.p99)), flood)
	}
	t.write(w)
}
