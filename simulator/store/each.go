package store

import "bytes"

// EachByLRN calls fn with the ids that MovementsByLRN returns, the oldest first, until fn does not want more.
// It is for LRNs that are used very often, where the first few decide. The error is that of fn.
func (tx *Tx) EachByLRN(holder, lrn string, fn func(id string) (more bool, err error)) error {
	return tx.each(lrnPrefix(holder, lrn), fn)
}

// EachByMRN does the same with the ids that MovementsByMRN returns.
func (tx *Tx) EachByMRN(mrn string, fn func(id string) (more bool, err error)) error {
	return tx.each(mrnPrefix(mrn), fn)
}

func (tx *Tx) each(prefix []byte, fn func(id string) (more bool, err error)) error {
	c := tx.bucket(refBucket).Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if more, err := fn(string(v)); err != nil || !more {
			return err
		}
	}
	return nil
}
