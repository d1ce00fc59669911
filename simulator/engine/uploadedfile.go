package engine

import (
	"fmt"
	"io"
	"os"
	"syscall"

	"nctsim/simulator/store"
)

// uploadedFile is the file of a large message while it is checked and stored. It is mapped into memory, so that the system reads
// it piece by piece and can drop what was read: a copy on the heap would take as much as the message has bytes.
type uploadedFile struct{ mapped []byte }

// open gives the message as the store takes it: behind store.BodyRoom bytes that may be written; size is how many bytes the
// message has. What it gives must not be touched after close.
func (f *uploadedFile) open(path string, size int) (buffer []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	switch info.Size() {
	case int64(store.BodyRoom + size):
		// What is written goes to memory of the process and not to the file.
		f.mapped, err = syscall.Mmap(int(file.Fd()), 0, store.BodyRoom+size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE)
		return f.mapped, err
	case int64(size): // of a version that left no room
		buffer = make([]byte, store.BodyRoom+size)
		_, err = io.ReadFull(file, buffer[store.BodyRoom:])
		return buffer, err
	}
	return nil, fmt.Errorf("%s has %d bytes, not %d", path, info.Size(), store.BodyRoom+size)
}

// close ends the use of what open gave.
func (f *uploadedFile) close() {
	if f.mapped != nil {
		_ = syscall.Munmap(f.mapped) // fails only for what is not mapped
	}
}
