// Package exchange is the log of the requests that the simulated APIs got, with what was answered and which check has refused
// what. The checks say themselves that they are at work (At, Want), so that nothing has to be guessed from the answer.
//
// It is kept in memory alone and bounded in number and size. Tokens, secrets, codes, passwords and cookies are masked before an
// exchange gets into the log; bodies that are in memory anyway are not copied.
package exchange

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"nctsim/simulator/client"
)

// Exchange is a request and its answer. The methods are for the goroutine that answers it, until it is in the log; then it does
// not change any more. A nil one takes everything and keeps nothing, as when the log is off.
type Exchange struct {
	Number   uint64
	At       time.Time
	Duration time.Duration

	Method, Path, Query string
	// Prefix stood before the path, to lead to a workspace.
	Prefix string
	// Route is the path with its variables, and Version the API version that answered, "" where there is just one.
	Route, Version string
	EORI, ClientID string

	Status int
	// Checks are those that the request came to, each once, in their order. Refused says that the last of them did not let it pass.
	Checks  []client.Check
	Refused bool
	// Remark and Scenario are those of the answer.
	Remark, Scenario string
	// Movement and MessageID are ids of the control API, MessageType is the IE code.
	Movement, MessageID, MessageType string
	// Wanted is what a header would have had to be.
	Wanted Wanted

	Sent, Answered Content

	// bytes is about how much memory it takes in the log.
	bytes int64
	// public says that the bodies have nothing to be masked.
	public bool
	checks [12]client.Check
}

// Wanted are values that a check would have let pass.
type Wanted struct {
	Header string
	Values []string
}

// Content is one direction of an exchange.
type Content struct {
	Header http.Header
	// Body is its beginning, up to MostKept; Size is how many bytes it has, -1 if nobody knows.
	Body []byte
	Size int64
	// Left says why the body is not all here.
	Left string
}

// MostKept is how many bytes of a body are kept.
const MostKept = 64 << 10

type key struct{}

// Key is what the context of a request has its exchange under.
var Key any = key{}

// Of is the exchange of the request with this context, nil if it is not logged.
func Of(ctx context.Context) *Exchange {
	x, _ := ctx.Value(Key).(*Exchange)
	return x
}

// At says that the request with this context has come to a check.
func At(ctx context.Context, c client.Check) { Of(ctx).Enter(c) }

type keptKey struct{}

// Telling is a context for a request that tells when its exchange is in the log.
func Telling(ctx context.Context, kept func(*Exchange)) context.Context {
	return context.WithValue(ctx, keptKey{}, kept)
}

// Kept says that the exchange of the request with this context is in the log.
func Kept(ctx context.Context, x *Exchange) {
	if tell, some := ctx.Value(keptKey{}).(func(*Exchange)); some {
		tell(x)
	}
}

// Enter says that the request has come to a check. One that it came to before, as where both platform and service look at the
// caller, counts where it comes last.
func (x *Exchange) Enter(c client.Check) {
	if x == nil {
		return
	}
	if x.Checks == nil {
		x.Checks = x.checks[:0]
	}
	if before := slices.Index(x.Checks, c); before >= 0 {
		x.Checks = slices.Delete(x.Checks, before, before+1)
	}
	x.Checks = append(x.Checks, c)
}

// Want says which values of a header the check would have let pass that has refused the request with this context.
func Want(ctx context.Context, header string, values ...string) {
	if x := Of(ctx); x != nil {
		x.Wanted = Wanted{header, values}
	}
}

// Concern says which movement, and which of its messages, the request with this context is about; "" for what is not known.
func Concern(ctx context.Context, movement, message, messageType string) {
	x := Of(ctx)
	if x == nil {
		return
	}
	x.Movement, x.MessageID, x.MessageType = movement, message, messageType
}

// By says who has called.
func (x *Exchange) By(eori, clientID string) {
	if x != nil {
		x.EORI, x.ClientID = eori, clientID
	}
}

// Of says which version of an API answers, and whether its bodies are public: nothing in them has to be masked.
func (x *Exchange) Of(version string, public bool) {
	if x != nil {
		x.Version, x.public = version, public
	}
}

// Lacks says whether the request has a body that has not been read and can be kept.
func (x *Exchange) Lacks(r *http.Request) bool {
	return x != nil && x.Sent.Body == nil && r.ContentLength != 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/")
}

// Read says what the body of the request with this context is, or its beginning. Nobody may change it from now on.
func Read(ctx context.Context, body []byte) {
	if x := Of(ctx); x != nil {
		x.Sent.Body = kept(body)
	}
}

// kept is what is kept of a body: the body itself if it is small, and else a copy of its beginning, so that the rest can go.
func kept(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	if len(body) <= MostKept && cap(body) <= 2*len(body)+1024 {
		return body
	}
	return append([]byte(nil), body[:min(len(body), MostKept)]...)
}

// size is about how much memory the exchange takes, in bytes.
func (x *Exchange) size() int64 {
	const fixed = 1536 // the struct, and headers as clients usually send them
	return fixed + int64(cap(x.Sent.Body)+cap(x.Answered.Body)+len(x.Path)+len(x.Query)+len(x.Remark)) + x.Sent.headerSize() + x.Answered.headerSize()
}

func (c *Content) headerSize() (n int64) {
	for name, values := range c.Header {
		for _, value := range values {
			n += int64(len(name) + len(value))
		}
	}
	return n
}

// RefusedBy is the check that did not let the request pass, "" if none.
func (x *Exchange) RefusedBy() client.Check {
	if !x.Refused || len(x.Checks) == 0 {
		return ""
	}
	return x.Checks[len(x.Checks)-1]
}

// Passed are the checks that the request got through.
func (x *Exchange) Passed() []client.Check {
	if x.RefusedBy() != "" {
		return x.Checks[:len(x.Checks)-1]
	}
	return x.Checks
}
