package platform

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimits is how many clients are remembered before idle ones are dropped.
const maxLimits = 4096

// limits counts the requests of each client.
type limits struct {
	perSecond int
	now       func() time.Time

	mu     sync.Mutex
	client map[string]*rate.Limiter
}

func newLimits(perSecond int, now func() time.Time) *limits {
	return &limits{perSecond: perSecond, now: now, client: map[string]*rate.Limiter{}}
}

func (l *limits) allow(client string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	limiter, ok := l.client[client]
	if !ok {
		l.makeRoom(now)
		limiter = rate.NewLimiter(rate.Limit(l.perSecond), l.perSecond)
		l.client[client] = limiter
	}
	return limiter.AllowN(now, 1)
}

// makeRoom drops clients that may make as many requests as a new one: nobody can tell the difference.
// If all are busy, all start afresh; a limit is no reason to run out of memory.
func (l *limits) makeRoom(now time.Time) {
	if len(l.client) < maxLimits {
		return
	}
	for id, limiter := range l.client {
		if limiter.TokensAt(now) >= float64(l.perSecond) {
			delete(l.client, id)
		}
	}
	if len(l.client) >= maxLimits {
		clear(l.client)
	}
}
