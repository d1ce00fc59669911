package boltfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"nctsim/simulator/store/boltfile"
)

// check looks at a file as a whole.
func check(content []byte, leaves bool) error {
	f, err := boltfile.New(bytes.NewReader(content), int64(len(content)), leaves)
	if err != nil {
		return err
	}
	return f.Check(true)
}

// sound is a file with trees of several levels, and free pages.
func sound(t testing.TB) []byte {
	path := filepath.Join(t.TempDir(), "sound.db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{PageSize: 1024})
	if err != nil {
		t.Fatal(err)
	}
	fill := func(tx *bbolt.Tx) error {
		for _, name := range []string{"one", "two", "empty"} {
			b, err := tx.CreateBucketIfNotExists([]byte(name))
			for i := 0; err == nil && name != "empty" && i < 200; i++ {
				err = b.Put(fmt.Appendf(nil, "key %d", i), bytes.Repeat([]byte{byte(i)}, 50))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	empty := func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("two")) }
	if err := errors.Join(db.Update(fill), db.Update(empty), db.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestASoundFileHasNoDamage(t *testing.T) {
	for _, leaves := range []bool{true, false} {
		if err := check(sound(t), leaves); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatWasCutOffIsDamaged(t *testing.T) {
	content := sound(t)
	used := len(bytes.TrimRight(content, "\x00"))
	for size := 0; size < used-1024; size += 512 {
		if check(content[:size], true) == nil {
			t.Errorf("%d bytes of %d are taken for the whole", size, used)
		}
	}
}

// FuzzPages looks at anything as if it were a file.
func FuzzPages(f *testing.F) {
	content := sound(f)
	f.Add(content[:bytes.LastIndexFunc(content, func(r rune) bool { return r != 0 })+1])
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, leaves := range []bool{true, false} {
			_ = check(b, leaves)
		}
	})
}
