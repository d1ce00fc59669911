package store

import (
	_ "embed"
	"encoding/binary"
	"sync"

	"github.com/klauspost/compress/s2"
)

// packedVersion is the version of records whose content is packed: its length, and then its pieces, each with the length that it
// has packed in front. A piece is a block of S2 with the first dictionary.
//
// Messages are mostly names of elements, and journal entries mostly the words of the process. S2 takes 6 µs for a declaration
// of 6 KB, which is less than the pages cost that need not be written.
const packedVersion = 2

// pieceSize is how many bytes of a content are packed at a time, so that a message of 20 MB needs no buffer of its size; with a
// dictionary S2 looks no farther.
const pieceSize = 60 << 10

// mostContent is how many bytes a content may claim to have: more than any message has.
const mostContent = 256 << 20

// dictionary1 has what is often in records: names and usual values of the fields of journal entries and notifications, then
// messages of phases 4 and 5, among the usual ones at the end. It was made of what the scenarios of the library leave in a
// store. What was packed with it can be read with it alone: it must never be changed. A better one would be a second
// dictionary, with a version of records of its own.
//
//go:embed dictionary.1
var dictionary1 []byte

// dictionary is dictionary1 as S2 needs it; a block begins as most messages do.
var dictionary = sync.OnceValue(func() *s2.Dict { return s2.MakeDict(dictionary1, []byte("<?xml version=")) })

// pieces are buffers for one packed piece each.
var pieces = sync.Pool{New: func() any {
	b := make([]byte, s2.MaxEncodedLen(pieceSize))
	return &b
}}

// sealPacked is a record of a content that is packed; nothing in it points to the content.
func sealPacked(content []byte) []byte {
	record := binary.AppendUvarint(newRecord(headerSize+len(content)/4), uint64(len(content)))
	for rest := content; len(rest) > 0; {
		next := rest[:min(len(rest), pieceSize)]
		rest = rest[len(next):]
		record = appendPiece(record, next)
	}
	return sealAs(packedVersion, record)
}

// appendPiece packs a piece of a content.
func appendPiece(record, piece []byte) []byte {
	buffer := pieces.Get().(*[]byte)
	defer pieces.Put(buffer)
	packed := dictionary().Encode(*buffer, piece)
	return append(binary.AppendUvarint(record, uint64(len(packed))), packed...)
}

// unsealPacked is a copy of the content of a record that sealPacked has made, or of one of an earlier format, which is not packed.
func unsealPacked(what string, record []byte) ([]byte, error) {
	if len(record) > 0 && record[0] == recordVersion {
		content, err := unseal(what, record)
		return append([]byte(nil), content...), err
	}
	packed, err := unsealAs(packedVersion, what, record)
	if err != nil {
		return nil, err
	}
	content, err := unpack(packed)
	if err != nil {
		return nil, unpackable(what, err)
	}
	return content, nil
}

func unpack(packed []byte) ([]byte, error) {
	size, n := binary.Uvarint(packed)
	if n <= 0 || size > mostContent {
		return nil, errPacked
	}
	content := make([]byte, 0, size)
	for packed = packed[n:]; len(packed) > 0; {
		piece, rest, length, err := cutPiece(packed)
		room := content[len(content):]
		if err != nil || length > cap(room) {
			return nil, errPacked
		}
		packed = rest
		plain, err := dictionary().Decode(room[:cap(room)], piece)
		if err != nil {
			return nil, err
		}
		content = content[:len(content)+len(plain)]
	}
	if uint64(len(content)) != size {
		return nil, errPacked
	}
	return content, nil
}

// cutPiece is the first of some packed pieces, those behind it, and how many bytes it has unpacked, which are not more than a content
// may have.
func cutPiece(packed []byte) (piece, rest []byte, size int, err error) {
	length, n := binary.Uvarint(packed)
	if n <= 0 || length > uint64(len(packed)-n) {
		return nil, nil, 0, errPacked
	}
	piece, rest = packed[n:n+int(length)], packed[n+int(length):]
	if size, err = s2.DecodedLen(piece); err != nil || size > mostContent {
		return nil, nil, 0, errPacked
	}
	return piece, rest, size, nil
}
