package snapshot

import (
	"os"
	"syscall"
)

// beginWriting has the disk write a part of a file, without waiting for it. That it cannot is not an error: the part is written later, then.
func beginWriting(f *os.File, at, size int64) {
	const write = 2 // SYNC_FILE_RANGE_WRITE, which package syscall does not have
	_ = syscall.SyncFileRange(int(f.Fd()), at, size, write)
}
