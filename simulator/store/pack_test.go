package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"nctsim/fixtures"
)

// What was packed with the dictionary can be read with it alone.
func TestDictionaryIsWhatItWas(t *testing.T) {
	const was = "de0ac8c1c2920d55cbdc41b863823ef097087bceecbae8c4128fdbe1b21dfcbd"
	if sum := sha256.Sum256(dictionary1); hex.EncodeToString(sum[:]) != was {
		t.Errorf("dictionary.1 has changed: stores cannot be read any more")
	}
}

func TestUnpacksWhatItPacked(t *testing.T) {
	noise := make([]byte, 5*pieceSize/2)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise) // it never fails
	for name, content := range map[string][]byte{
		"a byte":                       {7},
		"noise of several pieces":      noise,
		"a text of several pieces":     bytes.Repeat([]byte("<declaration>"), 20_000),
		"exactly one piece":            noise[:pieceSize],
		"a byte more than a piece":     noise[:pieceSize+1],
		"what the dictionary has, too": dictionary1,
	} {
		got, err := unsealPacked("body", sealPacked(content))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes come back as %d bytes (%v)", name, len(content), len(got), err)
		}
	}
}

func TestReadsRecordsOfEarlierFormats(t *testing.T) {
	got, err := unsealPacked("body", seal(append(newRecord(5), "hello"...)))
	if err != nil || string(got) != "hello" {
		t.Errorf("%q (%v)", got, err)
	}
}

func TestPacksMessagesToLessThanHalf(t *testing.T) {
	err := fs.WalkDir(fixtures.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".xml") || !strings.Contains(path, "/valid/") {
			return err
		}
		body, err := fs.ReadFile(fixtures.Files, path)
		if err == nil && 2*len(sealPacked(body)) > len(body) {
			t.Errorf("%s: %d bytes take %d", path, len(body), len(sealPacked(body)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// No change of a record goes unnoticed, and none of a packed content ends in anything but an error or a content of its length.
func TestNoticesChangesOfPackedRecords(t *testing.T) {
	content := bytes.Repeat([]byte("<LRN>ABC1</LRN>"), 50)
	record := sealPacked(content)
	for i := range record {
		for bit := range 8 {
			changed := bytes.Clone(record)
			changed[i] ^= 1 << bit
			if _, err := unsealPacked("body", changed); !errors.Is(err, ErrDamaged) {
				t.Errorf("byte %d, bit %d: %v", i, bit, err)
			}
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(sealPacked([]byte("<LRN>ABC1</LRN>"))[headerSize:])
	f.Add(sealPacked(bytes.Repeat([]byte{0}, 3*pieceSize))[headerSize:])
	f.Fuzz(func(t *testing.T, packed []byte) {
		record := sealAs(packedVersion, append(newRecord(len(packed)), packed...))
		content, err := unsealPacked("body", record)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Error(err)
			}
			return
		}
		if again, err := unsealPacked("body", sealPacked(content)); err != nil || !bytes.Equal(again, content) {
			t.Errorf("%x is not packed and unpacked as it is: %x (%v)", content, again, err)
		}
	})
}

func BenchmarkPack(b *testing.B) {
	body, err := fixtures.Files.ReadFile("phase5/valid/ie015-simplified-gb-xi.xml")
	if err != nil {
		b.Fatal(err)
	}
	record := sealPacked(body)
	b.Run("pack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sealPacked(body)
		}
		b.ReportMetric(float64(len(record)), "bytes")
	})
	b.Run("unpack", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := unsealPacked("body", record); err != nil {
				b.Fatal(err)
			}
		}
	})
}
