package engine

import (
	"fmt"
	"os"
	"syscall"
)

// uploadedFile is the file of a large message while it is checked and stored. It is mapped into memory, so that the system reads
// it piece by piece and can drop what was read: a copy on the heap would take as much as the message has bytes.
type uploadedFile struct{ mapped []byte }

// formerRoom is how many bytes files of an earlier version have in front of the message.
const formerRoom = 5

// open gives the message; size is how many bytes it has. What it gives must not be changed, or touched after close.
func (f *uploadedFile) open(path string, size int) (body []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	room := int(info.Size()) - size
	if room != 0 && room != formerRoom {
		return nil, fmt.Errorf("%s has %d bytes, not %d", path, info.Size(), size)
	}
	if info.Size() == 0 {
		return []byte{}, nil // nothing can be mapped of it
	}
	if f.mapped, err = syscall.Mmap(int(file.Fd()), 0, room+size, syscall.PROT_READ, syscall.MAP_PRIVATE); err != nil {
		return nil, err
	}
	return f.mapped[room:], nil
}

// close ends the use of what open gave.
func (f *uploadedFile) close() {
	if f.mapped != nil {
		_ = syscall.Munmap(f.mapped) // fails only for what is not mapped
	}
}
