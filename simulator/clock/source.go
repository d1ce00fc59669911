package clock

import (
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"github.com/google/uuid"
)

// streamDomain separates the keys of streams from every other use of the same hash; the number changes
// if the values of a seed ever have to change.
const streamDomain = "nctsim stream 1"

const hexDigits = "0123456789abcdef"

// Source is where everything random comes from: ids, MRNs, sample data. It is a value without state.
type Source struct{ seed uint64 }

// NewSource returns the source of a seed. The values a seed gives are part of what users rely on
// (--seed): they stay the same over releases and platforms.
func NewSource(seed uint64) Source { return Source{seed} }

// RandomSeed is a seed nobody can foresee, for a simulator that was not given one.
func RandomSeed() uint64 {
	var b [8]byte
	_, _ = crand.Read(b[:]) // never fails: the runtime ends the process instead
	return binary.LittleEndian.Uint64(b[:])
}

// Stream returns the values of a list of names, from the first on: same seed and names, same values.
// Names are kept apart: ("ab", "c") and ("a", "bc") are different lists.
//
// The key of the generator (ChaCha8, see https://c2sp.org/chacha8rand) is the SHA-256 of seed and names.
func (s Source) Stream(names ...string) *Stream {
	b := make([]byte, 0, 128)
	b = append(b, streamDomain...)
	b = binary.LittleEndian.AppendUint64(b, s.seed)
	for _, name := range names {
		b = binary.AppendUvarint(b, uint64(len(name)))
		b = append(b, name...)
	}
	return &Stream{rand.NewChaCha8(sha256.Sum256(b))}
}

// Stream is a run of random values. It belongs to one goroutine; several streams of the same names are
// independent of each other and give the same values.
type Stream struct{ gen *rand.ChaCha8 }

// Uint64 is the next value, evenly spread over all numbers of 64 bits.
func (st *Stream) Uint64() uint64 { return st.gen.Uint64() }

// IntN is the next value, evenly spread over 0 … n-1. It panics unless n is positive.
func (st *Stream) IntN(n int) int {
	if n <= 0 {
		panic("clock: IntN of a number that is not positive")
	}
	// The high half of the product is the value; the few low halves that would make some values
	// likelier than others are drawn again (Lemire, "Fast random integer generation in an interval").
	limit := uint64(n)
	uneven := -limit % limit
	for {
		hi, lo := bits.Mul64(st.Uint64(), limit)
		if lo >= uneven {
			return int(hi)
		}
	}
}

// Pick is a string of n characters of the alphabet, each as likely as the others. It panics when the
// alphabet is empty and n is not 0.
func (st *Stream) Pick(alphabet string, n int) string {
	letters := []rune(alphabet)
	out := make([]rune, n)
	for i := range out {
		out[i] = letters[st.IntN(len(letters))]
	}
	return string(out)
}

// Hex is a string of n lower-case hexadecimal digits.
func (st *Stream) Hex(n int) string { return st.Pick(hexDigits, n) }

// UUID is a version 4 UUID in its usual form, lower case.
func (st *Stream) UUID() string {
	return uuid.Must(uuid.NewRandomFromReader(st)).String()
}

// Read fills b with the next values, eight bytes each, the highest byte first. It never fails.
func (st *Stream) Read(b []byte) (int, error) {
	var value [8]byte
	for at := 0; at < len(b); at += len(value) {
		binary.BigEndian.PutUint64(value[:], st.Uint64())
		copy(b[at:], value[:])
	}
	return len(b), nil
}
