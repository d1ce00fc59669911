package api

import "net/http"

// NewServer makes a server for one of the handlers of an API, as a simulator does. When it shuts down it ends the streams of events.
func (a *API) NewServer(h http.Handler) *http.Server {
	s := Server(a.Bounded(h), a.Logger)
	s.RegisterOnShutdown(a.Close)
	return s
}
