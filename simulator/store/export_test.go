package store

// For specs: what users have no business with.

// WithCompactFrom sets the size from which a reset makes a new file.
func (o Options) WithCompactFrom(bytes int64) Options {
	o.compactFrom = bytes
	return o
}

// WithoutLeaves leaves the leaves out when the pages are looked at, as with a large file.
func (o Options) WithoutLeaves() Options {
	o.smallFile = -1
	return o
}

// FormatRecord is how a file says its version.
func FormatRecord(version byte) []byte { return formatRecord(version) }

// Waiting is how many updates wait for the writer.
func (s *Store) Waiting() int { return len(s.calls) }

// Looked waits until the leaves of a large file have been read.
func (s *Store) Verified() { <-s.verified }

// Commit is the number of the transaction that a Tx of Update belongs to.
func (tx *Tx) Commit() int { return tx.bolt.ID() }
