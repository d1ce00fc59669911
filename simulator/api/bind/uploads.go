package bind

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/semaphore"

	"nctsim/simulator/api/exchange"
)

// Limits of bodies under way, in bytes and in real time: they protect the process, not the simulation.
type Limits struct {
	// Uploads is how many bodies may be arriving at once.
	Uploads int64
	// Small is how much of each body is taken without asking. What is larger has its whole length reserved first, so that
	// what has begun can also be ended.
	Small int64
	// Large is how much may be reserved for all larger bodies together, until their requests are answered.
	Large int64
	// Pause is how long a client may send nothing, and Rate is how many bytes a second it must send on average after that.
	Pause time.Duration
	Rate  int64
	// Patience is how long a body waits for its turn.
	Patience time.Duration
}

// DefaultLimits are those of a simulator. Most messages have 5 KB, so that hardly any has to reserve something.
func DefaultLimits() Limits {
	return Limits{
		Uploads: 1024, Small: 64 << 10, Large: 48 << 20,
		Pause: 8 * time.Second, Rate: 64 << 10, Patience: 30 * time.Second,
	}
}

// Why a body could not be read.
var (
	// ErrBusy says that so many bodies are under way that this one did not get its turn.
	ErrBusy = errors.New("too many bodies are under way")
	// ErrSlow says that the client made too long a pause, or was too slow altogether.
	ErrSlow = errors.New("the body came too slowly")
)

// Uploads bounds what all bodies that clients are sending take together. Its handler comes before all that read bodies with
// Body or Discard.
type Uploads struct {
	Limits
	arriving, large *semaphore.Weighted
	// bounds are those that count: these, and those that they are part of.
	bounds []*Uploads
	// life ends with Abandon.
	life    context.Context
	abandon context.CancelFunc
}

// NewUploads makes the bounds of one simulator.
func NewUploads(l Limits) *Uploads {
	u := &Uploads{Limits: l, arriving: semaphore.NewWeighted(l.Uploads), large: semaphore.NewWeighted(l.Large)}
	u.bounds = []*Uploads{u}
	u.life, u.abandon = context.WithCancel(context.Background())
	return u
}

// Part is the bounds of one of several simulators that share u: it can have half of each, so that it cannot keep the others out.
func (u *Uploads) Part() *Uploads {
	l := u.Limits
	l.Uploads, l.Large = max(1, l.Uploads/2), max(1, l.Large/2)
	part := NewUploads(l)
	part.bounds = append(part.bounds, u)
	return part
}

// Abandon gives up the bodies that are still arriving or wait for their turn, and all that come later: they fail with
// ErrBusy.
func (u *Uploads) Abandon() { u.abandon() }

// Bound serves requests whose bodies keep to the bounds.
func (u *Uploads) Bound(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			h.ServeHTTP(w, r)
			return
		}
		up := &upload{of: u, ctx: r.Context(), body: r.Body, connection: http.NewResponseController(w)}
		defer up.release()
		r.Body = up
		h.ServeHTTP(w, r)
	})
}

// UploadFailure is ErrBusy or ErrSlow if that is why the body of a request could not be read, nil otherwise.
func UploadFailure(r *http.Request) error {
	if up, bounded := r.Body.(*upload); bounded {
		return up.failure
	}
	return nil
}

// upload is the body of one request, used by one goroutine.
type upload struct {
	of         *Uploads
	ctx        context.Context
	body       io.ReadCloser
	peeked     *bufio.Reader
	connection *http.ResponseController

	began    time.Time // when it was read first, later by the time that it had to wait for its turn
	got      int64
	admitted bool
	ended    bool
	unwanted bool // what comes is not kept
	reserved int64
	failure  error
}

// Read reads what has arrived, or waits for it.
func (up *upload) Read(p []byte) (int, error) {
	if up.peeked != nil {
		return up.peeked.Read(p)
	}
	return up.receive(p)
}

// Close leaves the rest to the server.
func (up *upload) Close() error { return up.body.Close() }

// receiver reads from the connection, whatever has been peeked.
type receiver struct{ up *upload }

func (r receiver) Read(p []byte) (int, error) { return r.up.receive(p) }

func (up *upload) receive(p []byte) (int, error) {
	if up.of.life.Err() != nil {
		// The server does not wait for the rest either.
		_ = up.connection.SetReadDeadline(time.Now())
		up.failure = ErrBusy
		return 0, ErrBusy
	}
	if up.failure != nil && !up.unwanted || errors.Is(up.failure, ErrSlow) {
		return 0, up.failure
	}
	if up.began.IsZero() {
		up.began = time.Now()
	}
	if !up.admitted && !up.unwanted {
		for i, bounds := range up.of.bounds {
			if err := up.wait(bounds.arriving, 1); err != nil {
				for _, earlier := range up.of.bounds[:i] {
					earlier.arriving.Release(1)
				}
				return 0, err
			}
		}
		up.admitted = true
	}
	_ = up.connection.SetReadDeadline(time.Now().Add(up.of.Pause))
	stop := context.AfterFunc(up.of.life, func() { _ = up.connection.SetReadDeadline(time.Now()) })
	n, err := up.body.Read(p)
	stop()
	up.got += int64(n)
	switch allowed := up.of.Pause + time.Duration(up.got)*time.Second/time.Duration(up.of.Rate); {
	case err != nil && up.of.life.Err() != nil:
		up.failure = ErrBusy
		return n, ErrBusy
	case err == nil && time.Since(up.began) > allowed, err != nil && errors.Is(err, os.ErrDeadlineExceeded):
		up.failure = ErrSlow
		return n, ErrSlow
	case errors.Is(err, io.EOF):
		// The answer may take its time.
		_ = up.connection.SetReadDeadline(time.Time{})
		up.end()
	}
	return n, err
}

// wait waits for its turn, for a while.
func (up *upload) wait(turn *semaphore.Weighted, n int64) error {
	if turn.TryAcquire(n) {
		return nil
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(up.ctx, up.of.Patience)
	defer cancel()
	defer context.AfterFunc(up.of.life, cancel)()
	if turn.Acquire(ctx, n) != nil {
		if up.of.life.Err() != nil {
			_ = up.connection.SetReadDeadline(time.Now())
		}
		up.failure = ErrBusy
		return ErrBusy
	}
	up.began = up.began.Add(time.Since(began))
	return nil
}

// reserve makes sure that a body of a size can be kept, before any more of it is read.
func (up *upload) reserve(size int64) error {
	if up.reserved > 0 {
		return nil
	}
	size = min(size, up.of.Large)
	for i, bounds := range up.of.bounds {
		if err := up.wait(bounds.large, size); err != nil {
			for _, earlier := range up.of.bounds[:i] {
				earlier.large.Release(size)
			}
			return err
		}
	}
	up.reserved = size
	return nil
}

// end gives the place of the body among those that are arriving to the next one.
func (up *upload) end() {
	if up.ended {
		return
	}
	up.ended = true
	if up.admitted {
		for _, bounds := range up.of.bounds {
			bounds.arriving.Release(1)
		}
	}
}

func (up *upload) release() {
	up.end()
	if up.reserved > 0 {
		for _, bounds := range up.of.bounds {
			bounds.large.Release(up.reserved)
		}
	}
}

// peekSize is how much of a body can be looked at without reading it.
const peekSize = 16 << 10

// Peek is the beginning of the body of a request, up to 16 KB, which is left to be read again.
func Peek(r *http.Request) []byte {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if up, bounded := r.Body.(*upload); bounded {
		up.peeked = bufio.NewReaderSize(receiver{up}, peekSize)
		start, _ := up.peeked.Peek(peekSize)
		return start
	}
	reader := bufio.NewReaderSize(r.Body, peekSize)
	start, _ := reader.Peek(peekSize)
	r.Body = struct {
		io.Reader
		io.Closer
	}{reader, r.Body}
	return start
}

// Beginning is what comes next of a body that is not wanted any more, up to most bytes.
func Beginning(r *http.Request, most int64) []byte {
	if r.Body == nil {
		return nil
	}
	if up, bounded := r.Body.(*upload); bounded {
		up.unwanted = true
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, most)) // what does not come is not shown
	return body
}

// Discard reads what is left of a body, up to 32 MB. A client that is still sending would otherwise find the connection
// broken instead of the answer.
func Discard(r *http.Request) {
	const most = 32 << 20
	if r.Body == nil {
		return
	}
	if up, bounded := r.Body.(*upload); bounded {
		up.unwanted = true
	}
	_, _ = io.CopyN(io.Discard, r.Body, most)
}

// Body reads a body of up to max bytes, whether the client says its length or not. A length that a client only claims costs
// nothing: there is room for what has arrived and, once there is enough of it, for what was reserved. Nobody may change the
// body: the log of requests has it, too. The error is ErrTooLarge, ErrBusy or ErrSlow, or says why the body did not arrive.
func Body(r *http.Request, max int64) ([]byte, error) {
	size := r.ContentLength
	if size > max {
		return nil, ErrTooLarge
	}
	if size < 0 {
		size = max + 1
	}
	const first = 16 << 10
	body := make([]byte, 0, min(size, first))
	for int64(len(body)) < size {
		if len(body) == cap(body) {
			var err error
			if body, err = grown(r, body, size); err != nil {
				return nil, fmt.Errorf("read body: %w", err)
			}
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) && (r.ContentLength < 0 || int64(len(body)) == size) {
			break
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			exchange.Read(r.Context(), body)
			return nil, fmt.Errorf("read body: %w", err)
		}
	}
	exchange.Read(r.Context(), body)
	if int64(len(body)) > max {
		return nil, ErrTooLarge
	}
	return body, nil
}

// grown is a body with twice the room, but not more than it can have in all. One whose length is known and reserved gets
// all of it at once, so that nothing is left lying about.
func grown(r *http.Request, body []byte, size int64) ([]byte, error) {
	room := min(2*int64(cap(body)), size)
	if up, bounded := r.Body.(*upload); bounded && room > up.of.Small {
		if err := up.reserve(size); err != nil {
			return nil, err
		}
		if r.ContentLength >= 0 {
			room = size
		}
	}
	return append(make([]byte, 0, room), body...), nil
}
