package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What growth is measured over: items of a declaration, movements in the store, clients.
var (
	growthItems     = []int{1, 10, 100, 999}
	growthMovements = []int{1_000, 10_000, 100_000}
	growthClients   = []int{1, 8, 64, 512}
)

// grown measures how cost grows with items, movements and clients, writes the figures to stdout and draws them into a file.
func (p plan) grown(ctx context.Context, stdout io.Writer) error {
	var charts []chart
	for _, measured := range []func(context.Context) (chart, error){p.byItems, p.byMovements, p.byClients} {
		c, err := measured(ctx)
		if err != nil {
			return err
		}
		charts = append(charts, c)
		c.writeTable(stdout)
	}
	m := describeMachine(p.dir)
	about := fmt.Sprintf("%s, %d cores, %s, %s", m.date.Format("2 January 2006"), m.cores, m.processor, m.golang)
	return os.WriteFile(p.growth, draw(about, charts), 0o644)
}

// byItems submits declarations with more and more items, one client, the office silent.
func (p plan) byItems(ctx context.Context) (chart, error) {
	submitted, bare := line{name: "submission"}, line{name: "bare validation"}
	c := chart{title: "Items in a declaration", x: "items", y: "ms (p50)"}
	srv, err := p.serve(stores[0], filepath.Join(p.dir, "items"))
	if err != nil {
		return c, err
	}
	defer srv.stop()
	for _, n := range growthItems {
		p.say("a declaration of %d items", n)
		document, err := withItems(p.document, n)
		if err != nil {
			return c, err
		}
		d, err := newDeclaration(document, "I")
		if err != nil {
			return c, err
		}
		load := &load{addr: srv.addr, declaration: d}
		took, err := load.posts(ctx, 1, p.limits)
		if err != nil {
			return c, err
		}
		alone, err := bareValidation(ctx, filepath.Join(p.dir, fmt.Sprint("xsd-", n)), p.limits, document)
		if err != nil {
			return c, err
		}
		submitted.add(n, milliseconds(took.p50))
		bare.add(n, milliseconds(alone.p50))
	}
	c.lines = []line{submitted, bare}
	return c, nil
}

// withItems is a declaration whose one house consignment has so many items.
func withItems(document []byte, n int) ([]byte, error) {
	all, err := between(document, "<ConsignmentItem>", "</ConsignmentItem>")
	if err != nil {
		return nil, err
	}
	const end = "</ConsignmentItem>"
	one, _, _ := bytes.Cut(all, []byte(end))
	return bytes.Replace(document, all, bytes.Repeat(append(bytes.Clone(one), end...), n), 1), nil
}

// byMovements fills a store and measures what a submission, a read, a page of the list and a restart take, one client.
func (p plan) byMovements(ctx context.Context) (chart, error) {
	submitted, read, listed, started := line{name: "submission"}, line{name: "read of a body"}, line{name: "page of the list"}, line{name: "restart to first submission"}
	c := chart{title: "Movements in the store", x: "movements", y: "ms (p50)"}
	data := filepath.Join(p.dir, "movements")
	for _, n := range growthMovements {
		p.say("a store of %d movements", n)
		p.movements = n
		took, err := p.ofMovements(ctx, data)
		if err != nil {
			return c, err
		}
		submitted.add(n, milliseconds(took.posts.p50))
		read.add(n, milliseconds(took.gets.p50))
		listed.add(n, milliseconds(took.lists.p50))
		again, err := p.firstAccepted(ctx, stores[0], data)
		if err != nil {
			return c, err
		}
		started.add(n, milliseconds(again.accepted))
	}
	c.lines = []line{submitted, read, listed, started}
	return c, nil
}

// ofMovements measures one number of movements.
func (p plan) ofMovements(ctx context.Context, data string) (took struct{ posts, gets, lists figures }, err error) {
	srv, err := p.serve(stores[0], data)
	if err != nil {
		return took, err
	}
	defer srv.stop()
	if err := p.fill(ctx, srv); err != nil {
		return took, err
	}
	if _, err := control(srv.addr).Settle(ctx, time.Minute); err != nil {
		return took, err
	}
	load, err := p.newLoad(srv.addr, "G")
	if err != nil {
		return took, err
	}
	if took.posts, err = load.posts(ctx, 1, p.limits); err != nil {
		return took, err
	}
	if took.gets, err = load.gets(ctx, 1, p.limits); err != nil {
		return took, err
	}
	page := fmt.Appendf(nil, "GET %s?count=25 HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: %sjson\r\n\r\n", collection, srv.addr, token, accept)
	took.lists, err = measure(ctx, 1, p.limits, func() (worker, error) {
		return requester(srv.addr, http.StatusOK, func() []byte { return page })
	})
	return took, err
}

// byClients submits from more and more clients at once.
func (p plan) byClients(ctx context.Context) (chart, error) {
	rate, late := line{name: "submissions/s"}, line{name: "p99 in ms"}
	c := chart{title: "Clients that submit at once", x: "clients", y: "submissions/s, and ms"}
	srv, load, err := p.loaded(stores[0], "clients", "N")
	if err != nil {
		return c, err
	}
	defer srv.stop()
	for _, n := range growthClients {
		p.say("%d clients", n)
		took, err := load.posts(ctx, n, p.limits)
		if err != nil {
			return c, err
		}
		rate.add(n, took.perSecond())
		late.add(n, milliseconds(took.p99))
	}
	c.lines = []line{rate, late}
	return c, nil
}

// writeTable prints what is drawn.
func (c chart) writeTable(w io.Writer) {
	head := []string{c.x}
	for _, l := range c.lines {
		name := l.name
		if !strings.ContainsAny(name, "/ ") || strings.HasPrefix(c.y, "ms") {
			name += ", ms"
		}
		head = append(head, name)
	}
	t := newTable(head...)
	for i, x := range c.lines[0].x {
		row := []string{fmt.Sprint(x)}
		for _, l := range c.lines {
			row = append(row, fmt.Sprintf("%.2f", l.y[i]))
		}
		t.add(row...)
	}
	t.write(w)
}
