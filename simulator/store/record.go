package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"nctsim/simulator/store/fieldlist"
)

// recordVersion is the version of the encoding of records; each record begins with it, or with packedVersion.
const recordVersion = 1

// headerSize is the length of what precedes a record's content: version and checksum.
const headerSize = 5

var checksums = crc32.MakeTable(crc32.Castagnoli)

// newRecord is room for a record whose content will have about so many bytes.
func newRecord(size int) []byte { return make([]byte, headerSize, headerSize+size) }

// seal puts version and checksum into the first headerSize bytes of a record.
func seal(b []byte) []byte { return sealAs(recordVersion, b) }

func sealAs(version byte, b []byte) []byte {
	b[0] = version
	binary.BigEndian.PutUint32(b[1:], crc32.Checksum(b[headerSize:], checksums))
	return b
}

// unseal is the content of a record, in place.
func unseal(what string, b []byte) ([]byte, error) { return unsealAs(recordVersion, what, b) }

func unsealAs(version byte, what string, b []byte) ([]byte, error) {
	if len(b) < headerSize {
		return nil, fmt.Errorf("%w: %s has %d bytes", ErrDamaged, what, len(b))
	}
	if b[0] != version {
		return nil, fmt.Errorf("%w: %s has version %d", ErrDamaged, what, b[0])
	}
	if binary.BigEndian.Uint32(b[1:]) != crc32.Checksum(b[headerSize:], checksums) {
		return nil, fmt.Errorf("%w: %s does not fit its checksum", ErrDamaged, what)
	}
	return b[headerSize:], nil
}

// decode reads the content of a record into a zero v.
func decode[T any](content []byte, v *T) error {
	if err := fieldlist.Decode(content, v); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// encodeRecord is v as a record, whose content will have about so many bytes.
func encodeRecord[T any](size int, v *T) ([]byte, error) {
	record, err := fieldlist.Append(newRecord(size), v)
	if err != nil {
		return nil, err
	}
	return seal(record), nil
}

// decodeRecord is what a record says; what names its sort in the error, which wraps ErrDamaged.
func decodeRecord[T any](what string, record []byte) (v T, err error) {
	content, err := unseal(what, record)
	if err != nil {
		return v, err
	}
	return v, decode(content, &v)
}

// encodePacked is v as a record that is packed, whose content will have about so many bytes before.
func encodePacked[T any](size int, v *T) ([]byte, error) {
	content, err := fieldlist.Append(make([]byte, 0, size), v)
	if err != nil {
		return nil, err
	}
	return sealPacked(content), nil
}

// decodePacked is decodeRecord for what encodePacked has written.
func decodePacked[T any](what string, record []byte) (v T, err error) {
	content, err := unsealPacked(what, record)
	if err != nil {
		return v, err
	}
	return v, decode(content, &v)
}
