package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
)

// recordVersion is the version of the encoding of records; each record begins with it.
const recordVersion = 1

// headerSize is the length of what precedes a record's content: version and checksum.
const headerSize = 5

var checksums = crc32.MakeTable(crc32.Castagnoli)

// seal puts version and checksum into the first headerSize bytes of a record.
func seal(b []byte) []byte {
	b[0] = recordVersion
	binary.BigEndian.PutUint32(b[1:], crc32.Checksum(b[headerSize:], checksums))
	return b
}

// unseal is the content of a record, in place.
func unseal(what string, b []byte) ([]byte, error) {
	if len(b) < headerSize {
		return nil, fmt.Errorf("%w: %s has %d bytes", ErrDamaged, what, len(b))
	}
	if b[0] != recordVersion {
		return nil, fmt.Errorf("%w: %s has version %d", ErrDamaged, what, b[0])
	}
	if binary.BigEndian.Uint32(b[1:]) != crc32.Checksum(b[headerSize:], checksums) {
		return nil, fmt.Errorf("%w: %s does not fit its checksum", ErrDamaged, what)
	}
	return b[headerSize:], nil
}

func encode[T any](head []byte, v *T) ([]byte, error) {
	j, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", *v, err)
	}
	return append(head, j...), nil
}

func decode[T any](b []byte, v *T) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: decode %T: %w", ErrDamaged, *v, err)
	}
	return nil
}
