package snapshot

import (
	"io"
	"os"
)

// EarlyFile is a file that the disk begins to write while more comes. What is written to any other file the system keeps for up to half a
// minute, or until somebody waits for it; with a large world these are hundreds of megabytes. File systems such as ext4 write them
// before the next commit of a store, whatever file that is in, and whoever waits for that commit waits for all of them.
type EarlyFile struct {
	*os.File
	written, begun int64
}

// early is for how many bytes the disk is asked at a time.
const early = 4 << 20

// Write writes to the file.
func (f *EarlyFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	f.begin(int64(n))
	return n, err
}

// ReadFrom lets the system copy, where it can. Between two pieces of that the disk is not asked: larger ones than a few megabytes are
// for the caller to cut.
func (f *EarlyFile) ReadFrom(r io.Reader) (int64, error) {
	n, err := f.File.ReadFrom(r)
	f.begin(n)
	return n, err
}

func (f *EarlyFile) begin(more int64) {
	f.written += more
	if f.written-f.begun >= early {
		beginWriting(f.File, f.begun, f.written-f.begun)
		f.begun = f.written
	}
}
