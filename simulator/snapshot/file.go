package snapshot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"nctsim/simulator/store"
)

// The end of a file.
const (
	lengthSize = 8
	endSize    = lengthSize + sha256.Size + markSize
	markSize   = 24
	markStart  = "nctsim snapshot "
	// markVersion is the version of this format; what follows in the mark are spaces and a line break.
	markVersion = '1'
)

// mostManifest bounds a manifest: scenarios are small.
const mostManifest = 64 << 20

func mark() []byte {
	m := bytes.Repeat([]byte{' '}, markSize)
	copy(m, markStart)
	m[len(markStart)] = markVersion
	m[markSize-1] = '\n'
	return m
}

// chunk is how much is copied at once. While many clients are served, larger pieces make it take twice as long: a call of the system that
// takes longer lets others have the processor, and each time has to wait for it behind them.
const chunk = 64 << 10

// summing writes and sums what is written.
type summing struct {
	w   io.Writer
	sum hash.Hash
	n   int64
}

func (s *summing) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	_, _ = s.sum.Write(b[:n]) // a hash takes everything
	s.n += int64(n)
	return n, err
}

// ReadFrom sums one piece while the next is read.
func (s *summing) ReadFrom(r io.Reader) (n int64, err error) {
	free, full := make(chan []byte, 3), make(chan []byte, 3)
	summed := make(chan struct{})
	go func() {
		defer close(summed)
		for b := range full {
			_, _ = s.sum.Write(b)
			free <- b[:cap(b)]
		}
	}()
	defer func() {
		close(full)
		<-summed
	}()
	for made := 0; ; {
		var b []byte
		select {
		case b = <-free:
		default:
			if made < cap(free) { // a small file needs one
				made++
				b = make([]byte, chunk)
			} else {
				b = <-free
			}
		}
		got, readErr := io.ReadFull(r, b)
		wrote, writeErr := s.w.Write(b[:got])
		n += int64(wrote)
		s.n += int64(wrote)
		full <- b[:wrote]
		switch {
		case writeErr != nil:
			return n, writeErr
		case errors.Is(readErr, io.EOF), errors.Is(readErr, io.ErrUnexpectedEOF):
			return n, nil
		case readErr != nil:
			return n, readErr
		}
	}
}

// Content is what goes into a snapshot beside its manifest.
type Content struct {
	// Store writes the file of the store.
	Store io.WriterTo
	// Files are those of Manifest.Uploads, in their order.
	Files []io.Reader
}

// Write writes a snapshot, and returns the manifest with the lengths filled in. It ends with the context. The errors are those of w and
// of what is read.
func Write(ctx context.Context, w io.Writer, m Manifest, c Content) (Manifest, error) {
	s := &summing{w: &ending{ctx, w}, sum: sha256.New()}
	n, err := c.Store.WriteTo(s)
	if err != nil {
		return m, fmt.Errorf("write the store: %w", err)
	}
	m.StoreBytes = n
	for i, f := range c.Files {
		n, err := io.Copy(s, f)
		if err != nil {
			return m, fmt.Errorf("write an upload: %w", err)
		}
		m.Uploads[i].Bytes = n
	}
	return m, finish(s, m)
}

// ending fails when a context has ended.
type ending struct {
	ctx context.Context
	w   io.Writer
}

func (e *ending) Write(b []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.w.Write(b)
}

// finish writes the manifest and the end behind what was written.
func finish(s *summing, m Manifest) error {
	text, err := json.Marshal(m)
	if err == nil {
		_, err = s.Write(binary.BigEndian.AppendUint64(text, uint64(len(text))))
	}
	if err == nil {
		_, err = s.w.Write(append(s.sum.Sum(nil), mark()...))
	}
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

// Seal makes a snapshot of the file of a store that nobody has open, by appending to it; files are those of the manifest's uploads. The
// error is that of the disk; the file is then neither the one nor the other.
func Seal(path string, m Manifest, files []io.Reader) (_ Manifest, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	if m.StoreBytes, err = (&summing{w: io.Discard, sum: sum}).ReadFrom(f); err != nil {
		return m, err
	}
	s := &summing{w: f, sum: sum}
	for i, r := range files {
		if m.Uploads[i].Bytes, err = io.Copy(s, r); err != nil {
			return m, err
		}
	}
	return m, finish(s, m)
}

// Snapshot is a file that was opened. Close has to be called.
type Snapshot struct {
	Manifest
	// Bytes is the length of the file, and Sum its SHA-256 as it stands in the file.
	Bytes int64
	Sum   [sha256.Size]byte
	file  *os.File
	// whole is the state of the file if that is known to be as it was written; nil if that has to be found out.
	whole os.FileInfo
}

// Open opens a snapshot and reads its manifest. Whether all of it is as it was written, Verify, Extract and ExtractStore find out. The error wraps
// ErrNewer or ErrDamaged, or is that of the disk.
func Open(path string) (*Snapshot, error) { return openAs(path, filepath.Base(path)) }

// openAs is Open with a name that errors give to the file.
func openAs(path, name string) (*Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := read(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("snapshot %s: %w", name, err), f.Close())
	}
	return s, nil
}

const cutHint = "; hint: export it again, and copy it as a binary file"

func read(f *os.File) (*Snapshot, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is not a file", ErrDamaged)
	}
	s := &Snapshot{Bytes: info.Size(), file: f}
	var end [endSize]byte
	at := info.Size() - endSize
	if at > 0 {
		_, err = f.ReadAt(end[:], at)
	}
	if err != nil {
		return nil, err
	}
	mark, want := end[lengthSize+sha256.Size:], mark()
	switch version := len(markStart); {
	case at <= 0 || !bytes.HasPrefix(mark, want[:version]):
		return nil, fmt.Errorf("%w: its end is missing, so that it was cut off, or it is something else%s", ErrDamaged, cutHint)
	case mark[version] > want[version] && mark[version] <= '9':
		return nil, fmt.Errorf("%w: its format is %c and this version knows %c; hint: use that version or a later one", ErrNewer, mark[version], markVersion)
	case !bytes.Equal(mark, want):
		return nil, fmt.Errorf("%w: its end was changed%s", ErrDamaged, cutHint)
	}
	copy(s.Sum[:], end[lengthSize:])
	length := binary.BigEndian.Uint64(end[:])
	if length > mostManifest || int64(length) >= at {
		return nil, fmt.Errorf("%w: its end was changed%s", ErrDamaged, cutHint)
	}
	text := make([]byte, length)
	at -= int64(length)
	if _, err := f.ReadAt(text, at); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &s.Manifest); err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read%s", ErrDamaged, cutHint)
	}
	if s.StoreFormat > store.Format {
		return nil, fmt.Errorf("%w: it was taken by nctsim %s, whose store has the format %d, and this version knows %d; hint: use that version or a later one",
			ErrNewer, s.Version, s.StoreFormat, store.Format)
	}
	return s, s.check(at)
}

// Stat says which file it is, and when it was written.
func (s *Snapshot) Stat() (os.FileInfo, error) { return s.file.Stat() }

// Close closes the file.
func (s *Snapshot) Close() error { return s.file.Close() }

// Content reads the whole file from its beginning.
func (s *Snapshot) Content() io.Reader { return io.NewSectionReader(s.file, 0, s.Bytes) }

// Verify reads all of the file; the error wraps ErrDamaged if it is not as it was written. It ends with the context.
func (s *Snapshot) Verify(ctx context.Context) error {
	return s.copy(ctx, func(int, int64) (io.Writer, error) { return nil, nil })
}

// Extract writes the file of the store to a path, and those of the uploads into a folder, which is made if there are some, while it
// verifies all of them. When there is an error, nothing of that stays. The errors are those of Verify and of the disk.
func (s *Snapshot) Extract(ctx context.Context, path, uploads string) (err error) {
	var made []*EarlyFile
	defer func() {
		for _, file := range made {
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			for _, file := range made {
				err = errors.Join(err, os.Remove(file.Name()))
			}
		}
	}()
	if len(s.Uploads) > 0 {
		if err := os.MkdirAll(uploads, 0o700); err != nil {
			return err
		}
	}
	return s.copy(ctx, func(part int, size int64) (io.Writer, error) {
		file := path
		if part > 0 {
			file = filepath.Join(uploads, s.Uploads[part-1].Key)
		}
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, err
		}
		made = append(made, &EarlyFile{File: f})
		return made[len(made)-1], nil
	})
}

// ExtractStore writes the file of the store alone, while it verifies all. The errors are those of Verify and of w.
func (s *Snapshot) ExtractStore(ctx context.Context, w io.Writer) error {
	return s.copy(ctx, func(part int, _ int64) (io.Writer, error) {
		if part > 0 {
			return nil, nil
		}
		return w, nil
	})
}

// piece is how much is copied, when nothing is summed, before a context is asked again and the disk is to write it.
const piece = early

// copyPart copies a part of the file, to nowhere if to is nil, and sums it unless it is known to be whole. Without that the system copies,
// or lets two files share what they have in common.
func (s *Snapshot) copyPart(ctx context.Context, to io.Writer, at, size int64, sum hash.Hash) (n int64, err error) {
	if s.whole == nil {
		if to == nil {
			to = io.Discard
		}
		return (&summing{w: &ending{ctx, to}, sum: sum}).ReadFrom(io.NewSectionReader(s.file, at, size))
	}
	if to == nil {
		return size, nil
	}
	if _, err := s.file.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	for n < size && err == nil {
		if err = ctx.Err(); err == nil {
			var copied int64
			copied, err = io.CopyN(to, s.file, min(size-n, piece))
			n += copied
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil // it is too short, which the caller sees
	}
	return n, err
}

// copy copies the parts of the file, the store first, to where open says; nil for nowhere.
func (s *Snapshot) copy(ctx context.Context, open func(part int, size int64) (io.Writer, error)) error {
	sum := sha256.New()
	at := int64(0)
	sizes := []int64{s.StoreBytes}
	for _, u := range s.Uploads {
		sizes = append(sizes, u.Bytes)
	}
	for part, size := range sizes {
		f, err := open(part, size)
		if err != nil {
			return err
		}
		n, err := s.copyPart(ctx, f, at, size, sum)
		if err == nil && n != size {
			err = fmt.Errorf("%w: it is shorter than a moment ago", ErrDamaged)
		}
		if err != nil {
			return err
		}
		at += size
	}
	if s.whole != nil {
		return s.stillWhole()
	}
	rest := s.Bytes - at - sha256.Size - markSize
	if _, err := io.Copy(sum, io.NewSectionReader(s.file, at, rest)); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), s.Sum[:]) {
		return fmt.Errorf("snapshot %s: %w: what is in it was changed, its checksum is another one%s", s.Name, ErrDamaged, cutHint)
	}
	return nil
}

// stillWhole reports whether a file that was known to be whole still is.
func (s *Snapshot) stillWhole() error {
	now, err := s.file.Stat()
	if err == nil && !Untouched(s.whole, now) {
		err = fmt.Errorf("snapshot %s: %w: it was changed while it was read%s", s.Name, ErrDamaged, cutHint)
	}
	return err
}
