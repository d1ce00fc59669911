package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Body is the body of a message as the store keeps it: packed. That of a large message takes a small part of its length in memory. The
// zero value is no body. It does not change, and may be read by several at the same time.
type Body struct {
	record []byte // as sealPacked makes it
	size   int
}

// PackBody packs a body, of which nothing is kept.
func PackBody(body []byte) Body {
	if len(body) == 0 {
		return Body{}
	}
	return Body{sealPacked(body), len(body)}
}

// Size is how many bytes the body has when it is not packed.
func (b Body) Size() int { return b.size }

// Open begins to read the body. The error of reading wraps ErrDamaged.
func (b Body) Open() io.Reader {
	if b.size == 0 {
		return bytes.NewReader(nil)
	}
	_, n := binary.Uvarint(b.record[headerSize:])
	return &bodyReader{left: b.size, packed: b.record[headerSize+n:]}
}

// Bytes is the body as it is; nil for none. The error wraps ErrDamaged.
func (b Body) Bytes() ([]byte, error) {
	if b.size == 0 {
		return nil, nil
	}
	out := make([]byte, b.size)
	if _, err := io.ReadFull(b.Open(), out); err != nil {
		return nil, err
	}
	return out, nil
}

// Equal reports whether two bodies are packed alike, as the same body always is by the same program.
func (b Body) Equal(other Body) bool { return bytes.Equal(b.record, other.record) }

// bodyReader reads the pieces of a body.
type bodyReader struct {
	left   int    // bytes that were not given yet
	packed []byte // pieces that were not unpacked yet
	buffer []byte // for a piece that is longer than what is asked for
	plain  []byte // what was not given yet of the last piece
}

// Read unpacks into p if there is room for a piece.
func (r *bodyReader) Read(p []byte) (int, error) {
	if len(r.plain) == 0 {
		if len(r.packed) == 0 {
			return 0, r.end()
		}
		piece, rest, size, err := cutPiece(r.packed)
		if err != nil {
			return 0, unpackable("body", err)
		}
		r.packed = rest
		if size <= len(p) {
			plain, err := dictionary().Decode(p[:size], piece)
			if err != nil {
				return 0, unpackable("body", err)
			}
			r.left -= len(plain)
			return len(plain), nil
		}
		if r.buffer == nil {
			r.buffer = make([]byte, max(pieceSize, size))
		}
		if r.plain, err = dictionary().Decode(r.buffer, piece); err != nil {
			return 0, unpackable("body", err)
		}
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	r.left -= n
	return n, nil
}

// end is what reading on gives behind the last piece.
func (r *bodyReader) end() error {
	if r.left != 0 {
		return unpackable("body", errPacked)
	}
	return io.EOF
}

// BodyWriter packs a body while it is written; the zero value is ready. It is an io.Writer that never fails.
type BodyWriter struct {
	record []byte
	plain  []byte // less than a piece
	size   int
}

// roomForSize is what is left in front of the first piece for the length of the content.
const roomForSize = binary.MaxVarintLen64

// Write takes more of the body.
func (w *BodyWriter) Write(p []byte) (int, error) {
	written := len(p)
	w.size += written
	for len(w.plain)+len(p) >= pieceSize {
		n := pieceSize - len(w.plain)
		if len(w.plain) == 0 {
			w.pack(p[:n])
		} else {
			w.pack(append(w.plain, p[:n]...))
		}
		p, w.plain = p[n:], w.plain[:0]
	}
	w.plain = append(w.plain, p...)
	return written, nil
}

func (w *BodyWriter) pack(piece []byte) {
	if w.record == nil {
		w.record = make([]byte, headerSize+roomForSize, headerSize+roomForSize+len(piece)/4)
	}
	w.record = appendPiece(w.record, piece)
}

// Body is what was written, after which the writer begins anew.
func (w *BodyWriter) Body() Body {
	if w.size == 0 {
		return Body{}
	}
	if len(w.plain) > 0 {
		w.pack(w.plain)
	}
	size := binary.AppendUvarint(nil, uint64(w.size))
	record := w.record[roomForSize-len(size):]
	copy(record[headerSize:], size)
	b := Body{sealAs(packedVersion, record), w.size}
	*w = BodyWriter{}
	return b
}

// packedBody is a copy of the body in a record.
func packedBody(record []byte) (Body, error) {
	if len(record) > 0 && record[0] == recordVersion {
		content, err := unseal("body", record)
		return PackBody(content), err
	}
	packed, err := unsealAs(packedVersion, "body", record)
	if err != nil {
		return Body{}, err
	}
	size, n := binary.Uvarint(packed)
	if n <= 0 || size > mostContent {
		return Body{}, unpackable("body", errPacked)
	}
	return Body{bytes.Clone(record), int(size)}, nil
}

var errPacked = errors.New("its lengths do not fit")

func unpackable(what string, why error) error {
	return fmt.Errorf("%w: %s cannot be unpacked: %w", ErrDamaged, what, why)
}
