// Package boltfile looks for damage in a bbolt file without bbolt, which trusts its file: over a damaged page it panics, reads
// where nothing is mapped, asks for memory without limit, or follows a circle of pages for ever. Its own check runs in a
// goroutine of its own, where a read outside of the file ends the process whatever its caller guards itself with
// (docs/adr/0011-own-reader-of-pages.md).
//
// It knows bbolt's format and nothing of what is stored: meta pages, the list of free pages, and all trees. In a large file
// the leaves can be left out: reading them all takes long, and most of what can be wrong with them is noticed in use.
package boltfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/bits"
)

// The layout of pages, as documented in bbolt's internal/common: numbers are in the machine's order.
const (
	pageHead    = 16
	elementHead = 16

	branchPage = 0x01
	leafPage   = 0x02
	freePage   = 0x10

	bucketElement = 0x01
	bucketHead    = 16

	boltMagic   = 0xED0CDAED
	boltVersion = 2
	metaSize    = 64

	maxDepth = 32
)

type pageID uint64

// File is a bbolt file as it was after one transaction.
type File struct {
	file   io.ReaderAt
	meta   meta
	size   int64
	page   int    // bytes of a page
	high   pageID // one behind the last page in use
	leaves bool   // read the leaves too
	used   pageSet
	free   pageSet
	// buffers hold the pages that are being looked at, one for each level of the trees.
	buffers [maxDepth][]byte
}

// meta is a meta page.
type meta struct {
	page     uint32
	root     pageID
	freelist pageID
	high     pageID
	tx       uint64
}

// New begins with the newest meta page of a file of a size; the writer of the file may go on as long as a reader of bbolt keeps
// that state. Without leaves, only those of the list of buckets are looked at. The error says that there is no such page.
func New(file io.ReaderAt, size int64, leaves bool) (*File, error) {
	f := &File{file: file, size: size, leaves: leaves}
	m, err := f.newestMeta()
	f.meta = m
	return f, err
}

// Check looks at all that the meta page leads to; strict also wants each page to be either in use or free. The error is the
// first damage found, or that of reading the file. It may be called once.
func (p *File) Check(strict bool) error {
	m := p.meta
	p.page, p.high = int(m.page), m.high
	if need := int64(m.high) * int64(m.page); need < 0 || need > p.size {
		return fmt.Errorf("it has %d bytes where %d were written", p.size, need)
	}
	p.used, p.free = newPageSet(m.high), newPageSet(m.high)
	if err := p.checkFree(m.freelist); err != nil {
		return err
	}
	if err := p.checkTree(m.root, 0, p.checkBucket); err != nil {
		return err
	}
	return p.compare(strict)
}

// newestMeta is the meta page that bbolt will choose.
func (p *File) newestMeta() (meta, error) {
	first, ok := p.metaAt(0)
	if !ok {
		return p.secondMeta()
	}
	if second, ok := p.metaAt(int64(first.page)); ok && second.tx > first.tx {
		return second, nil
	}
	return first, nil
}

// secondMeta looks for the second meta page, which is one page behind the first, whatever that is.
func (p *File) secondMeta() (meta, error) {
	for size := int64(1 << 10); size <= 1<<24; size <<= 1 {
		if m, ok := p.metaAt(size); ok && int64(m.page) == size {
			return m, nil
		}
	}
	return meta{}, errors.New("its first pages are not those of a store")
}

func (p *File) metaAt(at int64) (meta, bool) {
	var b [pageHead + metaSize]byte
	if _, err := p.file.ReadAt(b[:], at); err != nil {
		return meta{}, false
	}
	v := b[pageHead:]
	sum := fnv.New64a()
	_, _ = sum.Write(v[:metaSize-8]) // a hash takes everything
	m := meta{page: u32(v[8:]), root: pageID(u64(v[16:])), freelist: pageID(u64(v[32:])), high: pageID(u64(v[40:])), tx: u64(v[48:])}
	sound := u32(v) == boltMagic && u32(v[4:]) == boltVersion && u64(v[56:]) == sum.Sum64() &&
		m.page >= 1<<10 && bits.OnesCount32(m.page) == 1
	return m, sound
}

func u32(b []byte) uint32 { return binary.NativeEndian.Uint32(b) }
func u64(b []byte) uint64 { return binary.NativeEndian.Uint64(b) }

// header is how a page begins.
type header struct {
	flags    uint16
	count    int
	overflow uint32 // pages that follow and belong to it
}

// read reads a page with those that belong to it, and notes that they are in use. What it returns is
// good until the next page of the same level is read.
func (p *File) read(id pageID, level int) (header, []byte, error) {
	if id < 2 || id >= p.high {
		return header{}, nil, fmt.Errorf("page %d does not exist", id)
	}
	b, err := p.load(id, level, 1)
	if err != nil {
		return header{}, nil, err
	}
	h := headerOf(b)
	if u64(b) != uint64(id) {
		return header{}, nil, fmt.Errorf("page %d calls itself %d", id, u64(b))
	}
	if uint64(h.overflow) >= uint64(p.high-id) {
		return header{}, nil, fmt.Errorf("page %d has %d pages behind it, which is too many", id, h.overflow)
	}
	for i := range pageID(h.overflow) + 1 {
		if !p.used.add(id + i) {
			return header{}, nil, fmt.Errorf("page %d is used twice", id+i)
		}
	}
	if h.overflow > 0 {
		b, err = p.load(id, level, int(h.overflow)+1)
	}
	return h, b, err
}

func headerOf(b []byte) header {
	return header{flags: binary.NativeEndian.Uint16(b[8:]), count: int(binary.NativeEndian.Uint16(b[10:])), overflow: u32(b[12:])}
}

func (p *File) load(id pageID, level, n int) ([]byte, error) {
	if size := n * p.page; len(p.buffers[level]) < size {
		p.buffers[level] = make([]byte, size)
	}
	b := p.buffers[level][:n*p.page]
	if _, err := p.file.ReadAt(b, int64(id)*int64(p.page)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return b, nil
}

// checkFree reads the list of free pages.
func (p *File) checkFree(id pageID) error {
	h, b, err := p.read(id, 0)
	if err != nil {
		return fmt.Errorf("free pages: %w", err)
	}
	if h.flags != freePage {
		return fmt.Errorf("page %d is not a list of free pages", id)
	}
	list, n := b[pageHead:], uint64(h.count)
	if n == 0xFFFF { // more than a header can count: the first element does
		n, list = u64(list), list[8:]
	}
	if n > uint64(len(list)/8) {
		return fmt.Errorf("the list of free pages has no room for %d", n)
	}
	last := pageID(1)
	for i := range n {
		f := pageID(u64(list[8*i:]))
		if f <= last || f >= p.high {
			return fmt.Errorf("the list of free pages has page %d behind %d", f, last)
		}
		last = f
		p.free.add(f)
	}
	return nil
}

// element is one element of a page.
type element struct {
	flags uint32
	child pageID // of a branch
	key   []byte
	value []byte // of a leaf
}

// elements takes a page apart; the keys have to be in order.
func elements(b []byte, h header) ([]element, error) {
	if h.flags != branchPage && h.flags != leafPage {
		return nil, fmt.Errorf("is of kind %#x", h.flags)
	}
	if len(b) < pageHead+elementHead*h.count {
		return nil, fmt.Errorf("has no room for %d elements", h.count)
	}
	es := make([]element, h.count)
	for i := range es {
		at := pageHead + elementHead*i
		head := b[at:]
		var pos, ksize, vsize uint64
		if h.flags == branchPage {
			pos, ksize, es[i].child = uint64(u32(head)), uint64(u32(head[4:])), pageID(u64(head[8:]))
		} else {
			es[i].flags, pos, ksize, vsize = u32(head), uint64(u32(head[4:])), uint64(u32(head[8:])), uint64(u32(head[12:]))
		}
		if uint64(at)+pos+ksize+vsize > uint64(len(b)) {
			return nil, fmt.Errorf("has an element that goes beyond it")
		}
		data := head[pos:]
		es[i].key, es[i].value = data[:ksize], data[ksize:ksize+vsize]
		if i > 0 && bytes.Compare(es[i-1].key, es[i].key) >= 0 {
			return nil, fmt.Errorf("has keys out of order")
		}
	}
	return es, nil
}

// checkTree walks the pages of a tree; leaf gets the elements of the leaves. A nil leaf says that the
// leaves need not be read; all leaves of a tree are equally deep, so it is enough to see one.
func (p *File) checkTree(root pageID, level int, leaf func([]element) error) error {
	w := walk{File: p, leaf: leaf, depth: maxDepth}
	return w.page(root, level, nil, nil)
}

// walk is the state of checkTree.
type walk struct {
	*File
	leaf  func([]element) error
	depth int // of the leaves, once it is known
}

// page checks a page and those below. bbolt finds the place of a page in the one above by its first key,
// so that this has to be the key there; all have to be less than the next one there. Nil is no limit.
func (w *walk) page(id pageID, level int, first, next []byte) error {
	if level == w.depth && w.leaf == nil {
		return w.passLeaf(id)
	}
	if level == maxDepth {
		return fmt.Errorf("page %d is too deep in its tree", id)
	}
	h, b, err := w.read(id, level)
	if err != nil {
		return err
	}
	if h.flags == leafPage && w.leaf == nil {
		w.depth = level
		return nil
	}
	es, err := elements(b, h)
	if err != nil {
		return fmt.Errorf("page %d %w", id, err)
	}
	if first != nil && (len(es) == 0 || !bytes.Equal(es[0].key, first)) {
		return fmt.Errorf("page %d does not begin as the one above says", id)
	}
	if next != nil && bytes.Compare(es[len(es)-1].key, next) >= 0 {
		return fmt.Errorf("page %d has keys that belong elsewhere", id)
	}
	if h.flags == leafPage {
		return w.leaf(es)
	}
	if len(es) == 0 {
		return fmt.Errorf("page %d is an empty branch", id)
	}
	for i, e := range es {
		behind := next
		if i+1 < len(es) {
			behind = es[i+1].key
		}
		if err := w.page(e.child, level+1, e.key, behind); err != nil {
			return err
		}
	}
	return nil
}

// passLeaf notes a leaf without reading it.
func (p *File) passLeaf(id pageID) error {
	if id < 2 || id >= p.high {
		return fmt.Errorf("page %d does not exist", id)
	}
	if !p.used.add(id) {
		return fmt.Errorf("page %d is used twice", id)
	}
	return nil
}

// checkBucket checks the trees of the buckets that the elements name.
func (p *File) checkBucket(es []element) error {
	for _, e := range es {
		if e.flags&bucketElement == 0 {
			return fmt.Errorf("%q beside the buckets is none", e.key)
		}
		if len(e.value) < bucketHead {
			return fmt.Errorf("bucket %q is cut off", e.key)
		}
		if err := p.checkOne(e.value); err != nil {
			return fmt.Errorf("bucket %q: %w", e.key, err)
		}
	}
	return nil
}

func (p *File) checkOne(bucket []byte) error {
	if root := pageID(u64(bucket)); root != 0 {
		leaf := plainLeaf
		if !p.leaves {
			leaf = nil
		}
		return p.checkTree(root, maxDepth/2, leaf) // the levels above are those of the root
	}
	b := bucket[bucketHead:] // small ones have their only page in themselves
	if len(b) < pageHead {
		return errors.New("its page is cut off")
	}
	h := headerOf(b)
	if h.flags != leafPage {
		return errors.New("its page is not a leaf")
	}
	es, err := elements(b, h)
	if err != nil {
		return fmt.Errorf("its page %w", err)
	}
	return plainLeaf(es)
}

// plainLeaf refuses buckets in buckets, which this package does not use.
func plainLeaf(es []element) error {
	for _, e := range es {
		if e.flags != 0 {
			return fmt.Errorf("key %x is of kind %#x", e.key, e.flags)
		}
	}
	return nil
}

// compare finds pages that are in use and free at once, and if strict those that are neither.
func (p *File) compare(strict bool) error {
	for i, used := range p.used {
		if both := used & p.free[i]; both != 0 {
			return fmt.Errorf("page %d is in use and free", 64*i+bits.TrailingZeros64(both))
		}
	}
	if !strict {
		return nil
	}
	for id := pageID(2); id < p.high; id++ {
		if !p.used.has(id) && !p.free.has(id) {
			return fmt.Errorf("page %d is neither in use nor free", id)
		}
	}
	return nil
}

// pageSet is a set of pages.
type pageSet []uint64

func newPageSet(high pageID) pageSet { return make(pageSet, (high+63)/64) }

func (s pageSet) has(id pageID) bool { return s[id/64]&(1<<(id%64)) != 0 }

// add reports whether the page was not in the set before.
func (s pageSet) add(id pageID) bool {
	fresh := !s.has(id)
	s[id/64] |= 1 << (id % 64)
	return fresh
}
