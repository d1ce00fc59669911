package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lestrrat-go/libxml2"
	"github.com/lestrrat-go/libxml2/xsd"
	"go.etcd.io/bbolt"

	"nctsim/simulator/message"
	schemas "nctsim/xsd"
)

// bareValidation is libxml2 alone: parse a declaration and validate it against its schema, over and over, on one core.
// The simulator's own validator does the same work and more, so this is the most that one core can accept.
//
// The binding's validation call is safe here because the document is valid: only reporting errors can crash it.
func bareValidation(ctx context.Context, dir string, lim limits, document []byte) (figures, error) {
	folder := filepath.Join(dir, message.Phase5.Dir())
	if err := os.CopyFS(dir, schemas.Files); err != nil {
		return figures{}, fmt.Errorf("write schemas: %w", err)
	}
	schema, err := xsd.ParseFromFile(filepath.Join(folder, "CC015C.xsd"))
	if err != nil {
		return figures{}, fmt.Errorf("compile schema: %w", err)
	}
	defer schema.Free()
	step := func() error {
		doc, err := libxml2.Parse(document)
		if err != nil {
			return err
		}
		defer doc.Free()
		return schema.Validate(doc)
	}
	return measure(ctx, 1, lim, func() (worker, error) { return worker{step: step}, nil })
}

// commit is one transaction for the writer of bareCommits.
type commit struct {
	value []byte
	done  chan error
}

// bareCommits is bbolt alone, used as well as it can be: clients hand their value to one writer, which puts all that
// wait into one transaction. Each writes the value and two index keys; docs/adr/0009-one-writer-group-commit.md has figures.
func bareCommits(ctx context.Context, dir string, clients int, lim limits, durable bool, value []byte) (figures, error) {
	path := filepath.Join(dir, "bare.db")
	defer os.Remove(path)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: !durable, NoFreelistSync: false, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return figures{}, err
	}
	defer db.Close()

	queue := make(chan commit, clients)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		writeGroups(db, queue)
	}()
	defer func() { close(queue); <-stopped }()

	return measure(ctx, clients, lim, func() (worker, error) {
		done := make(chan error, 1)
		return worker{step: func() error {
			queue <- commit{value, done}
			return <-done
		}}, nil
	})
}

// writeGroups commits whatever waits, until the queue is closed.
func writeGroups(db *bbolt.DB, queue <-chan commit) {
	var n uint64
	for first := range queue {
		group := []commit{first}
		for more := true; more; {
			select {
			case c, open := <-queue:
				if more = open; open {
					group = append(group, c)
				}
			default:
				more = false
			}
		}
		err := db.Update(func(tx *bbolt.Tx) error {
			for _, c := range group {
				n++
				if err := put(tx, n, c.value); err != nil {
					return err
				}
			}
			return nil
		})
		for _, c := range group {
			c.done <- err
		}
	}
}

func put(tx *bbolt.Tx, n uint64, value []byte) error {
	key := binary.BigEndian.AppendUint64(nil, n)
	for _, write := range []struct {
		bucket string
		value  []byte
	}{{"bodies", value}, {"by time", nil}, {"by name", nil}} {
		b, err := tx.CreateBucketIfNotExists([]byte(write.bucket))
		if err != nil {
			return err
		}
		if err := b.Put(key, write.value); err != nil {
			return err
		}
	}
	return nil
}

// bareEcho is HTTP alone, in a process of its own like the simulator: POSTs of a declaration and GETs of a stored body.
func bareEcho(ctx context.Context, clients int, lim limits, d declaration) (posts, gets figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return figures{}, figures{}, err
	}
	srv, err := launch(self, echoCommand)
	if err != nil {
		return figures{}, figures{}, err
	}
	defer srv.kill() // it has nothing to put in order
	posts, err = measure(ctx, clients, lim, func() (worker, error) {
		p := newPost(srv.addr, d)
		return requester(srv.addr, 202, func() []byte { return p.bytes })
	})
	if err != nil {
		return figures{}, figures{}, fmt.Errorf("echo POST: %w", err)
	}
	request := get(srv.addr, "0123456789abcdef", "0123456789abcdef", inXML)
	gets, err = measure(ctx, clients, lim, func() (worker, error) {
		return requester(srv.addr, 200, func() []byte { return request })
	})
	if err != nil {
		return figures{}, figures{}, fmt.Errorf("echo GET: %w", err)
	}
	return posts, gets, nil
}

// requester is a client with a connection of its own that sends whatever next gives and insists on a status.
func requester(addr string, want int, next func() []byte) (worker, error) {
	c, err := dial(addr)
	if err != nil {
		return worker{}, err
	}
	step := func() error {
		status, body, err := c.do(next())
		if err != nil {
			return err
		}
		if status != want {
			return fmt.Errorf("status %d instead of %d: %.300s", status, want, body)
		}
		return nil
	}
	return worker{step: step, stop: func() { _ = c.SetDeadline(time.Now()); _ = c.Close() }}, nil
}
