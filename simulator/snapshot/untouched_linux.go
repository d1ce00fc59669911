package snapshot

import (
	"os"
	"syscall"
)

// certain says that Untouched cannot be deceived.
const certain = true

// sameChange compares when the files themselves were changed, which nobody can set.
func sameChange(was, is os.FileInfo) bool {
	before, known := was.Sys().(*syscall.Stat_t)
	now, too := is.Sys().(*syscall.Stat_t)
	return known && too && before.Ctim == now.Ctim
}
