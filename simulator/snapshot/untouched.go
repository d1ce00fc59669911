package snapshot

import "os"

// Untouched reports whether a file is the one that it was and nobody has written to it since; was may be nil. On Linux it also shows when the
// time of that was set back.
func Untouched(was, is os.FileInfo) bool {
	return was != nil && os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime()) && sameChange(was, is)
}
