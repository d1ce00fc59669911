package engine

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"nctsim/simulator/clock"
	"nctsim/simulator/store"
)

// newID makes an id as the API knows it: the clock's seconds and a random part, each 8 hex digits
// (docs/spec/api-2.1-3.0.md#1). It asks for further random parts as long as the id is taken.
func (e *Engine) newID(at time.Time, taken func(id string) (bool, error), names ...string) (string, error) {
	for try := 0; ; try++ {
		id := fmt.Sprintf("%08x", uint32(at.Unix())) + e.streamOf(try, names...).Hex(8)
		used, err := taken(id)
		if err != nil {
			return "", err
		}
		if !used {
			return id, nil
		}
	}
}

// streamOf is the source's stream of some names; every further try has one of its own.
func (e *Engine) streamOf(try int, names ...string) *clock.Stream {
	if try > 0 {
		names = append(names[:len(names):len(names)], "try", strconv.Itoa(try))
	}
	return e.source.Stream(names...)
}

func (e *Engine) newMovementID(tx *store.Tx, at time.Time) (string, error) {
	n, err := tx.Counter("movement")
	if err != nil {
		return "", err
	}
	return e.newID(at, func(id string) (bool, error) {
		_, err := tx.Movement(id)
		return found(err)
	}, "movement", strconv.FormatUint(n, 10))
}

func (e *Engine) newMessageID(tx *store.Tx, movementID string, ordinal int, at time.Time) (string, error) {
	return e.newID(at, func(id string) (bool, error) {
		_, err := tx.Message(movementID, id)
		return found(err)
	}, "message", movementID, strconv.Itoa(ordinal))
}

// found turns the error of a lookup into whether there was something.
func found(err error) (bool, error) {
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
