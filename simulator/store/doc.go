// Package store keeps movements and everything that belongs to them in one bbolt file. It is the only
// package that knows buckets and keys.
//
// All reading and writing happens in transactions:
//
//	s, err := store.Open(store.Options{Path: "nctsim.db", Durable: true})
//	err = s.Update(ctx, func(tx *store.Tx) error {
//		if err := tx.PutMovement(&m); err != nil {
//			return err
//		}
//		return tx.AddMessage(msg, body)
//	})
//	err = s.View(func(tx *store.Tx) error {
//		page, total, err = tx.Movements(store.MovementQuery{EORI: eori, Kind: message.Departure, Limit: 25})
//		return err
//	})
//
// # Writing
//
// bbolt has one writer, and a durable commit waits for the disk. So one goroutine runs all updates: it
// takes what has queued up while the last commit was under way, runs it in one bbolt transaction, and
// commits once for all. Nothing is delayed to make groups larger. A function that returns an error or
// panics fails alone: the others of its group are run again without it, which is why a function may run
// more than once and must have no effects besides those on its Tx and on variables it sets anew each time.
//
// When the commit itself goes wrong, because the disk is full for instance, all functions of the group
// get the error, the file is as it was before the group, and later updates work as soon as the disk does.
//
// # Reading
//
// A View sees the store as it was at one moment and waits for nobody. What it returns is decoded and
// compacted: nothing points into the file after the transaction.
//
// # Damage
//
// Open looks at the pages of the file before bbolt does, and returns ErrDamaged for one that was cut off
// or changed; the leaves of a file over 4 MB are looked at while it is in use already. Records and
// bodies have checksums. What is noticed only in use is an ErrDamaged too, never a panic or a wrong byte.
// Check compares everything with everything; specs of other packages should call it when they are done.
//
// # Time
//
// Times are kept as whole milliseconds in UTC, the precision of the API (docs/spec/api-2.1-3.0.md#1-8).
package store
