package api

import (
	"log/slog"
	"net/http"
	"time"
)

// Limits of a connection, in real time: they protect the process, not the simulation.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 10 * time.Minute // advance and settle may take long
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// Bounded serves one of the handlers of the API with a limit on what all bodies under way may take together.
func (a *API) Bounded(h http.Handler) http.Handler { return a.uploads.Bound(h) }

// Server makes a server with limits on everything a client may keep waiting.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
