package endpoint

import (
	"context"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/engine"
	"nctsim/simulator/scenario"
)

// ApplyFault injects a fault into a call, nil for none, and reports whether that is the end of it; render is the answer with a
// status.
func ApplyFault(ctx context.Context, f *scenario.Fault, render func(status int) wire.Response) (response wire.Response, ended bool) {
	switch {
	case f == nil:
		return wire.Response{}, false
	case f.Reset:
		exchange.At(ctx, client.CheckFault)
		return wire.Response{Status: statusCut, Cut: true}, true
	case f.Status > 0:
		exchange.At(ctx, client.CheckFault)
		return render(f.Status), true
	}
	engine.Delay(ctx, f.Delay)
	return wire.Response{}, false
}

// statusCut is what a call without an answer is counted as.
const statusCut = 0
