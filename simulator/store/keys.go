package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"nctsim/simulator/message"
)

// bucket is one key space of the file.
type bucket int

// The buckets. A movement is known by its id outside and by its number inside: numbers count from 1 in
// the order of creation, so that new records are appended to the file's trees, and ties of time are
// resolved by who was created first.
const (
	metaBucket     bucket = iota // "format" -> version
	counterBucket                // name -> last value, of Tx.Counter
	tallyBucket                  // what is counted -> how many there are
	idBucket                     // movement id -> number
	movementBucket               // number -> movement
	listBucket                   // owner, kind, updated, created, number -> summary; owner "" lists everybody's
	lrnBucket                    // holder, LRN, number -> movement id
	mrnBucket                    // MRN, number -> movement id
	timerBucket                  // due, number, name -> movement id
	messageBucket                // number, ordinal -> message
	bodyBucket                   // body number -> body
	queueBucket                  // number, event's sequence -> event
	journalBucket                // entry number -> entry
	historyBucket                // number, entry number -> nothing: the entries of a movement
	bucketCount
)

// bucketNames are the names in the file.
var bucketNames = [bucketCount]string{
	metaBucket:     "meta",
	counterBucket:  "counters",
	tallyBucket:    "tallies",
	idBucket:       "ids",
	movementBucket: "movements",
	listBucket:     "list",
	lrnBucket:      "lrns",
	mrnBucket:      "mrns",
	timerBucket:    "timers",
	messageBucket:  "messages",
	bodyBucket:     "bodies",
	queueBucket:    "queue",
	journalBucket:  "journal",
	historyBucket:  "history",
}

// String is the name in the file.
func (b bucket) String() string { return bucketNames[b] }

// formatKey is the key of the format version in the meta bucket.
var formatKey = []byte("format")

// Names of the tallies that are not of a list.
const (
	messageTally = "messages"
	eventTally   = "events"
	entryTally   = "entries"
)

// number is a movement's place in the order of creation.
type number uint64

const (
	numberSize  = 8
	timeSize    = 8
	ordinalSize = 4
)

// Numbers are big-endian, so that the order of keys is the order of numbers.
func appendNumber[N ~uint64](k []byte, n N) []byte {
	return binary.BigEndian.AppendUint64(k, uint64(n))
}

func numberAt(k []byte) number { return number(binary.BigEndian.Uint64(k)) }

func numberKey[N ~uint64](n N) []byte { return appendNumber(make([]byte, 0, numberSize), n) }

// millis is a time as the file knows it.
type millis int64

func millisOf(t time.Time) millis { return millis(t.UnixMilli()) }

// ceilMillis is the first whole millisecond not before t: the lower bound that t is for stored times.
func ceilMillis(t time.Time) millis {
	m := t.UnixMilli()
	if t.After(time.UnixMilli(m)) {
		m++
	}
	return millis(m)
}

func (m millis) time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// Times are biased, so that those before 1970 sort before the others.
func appendTime(k []byte, m millis) []byte { return appendNumber(k, uint64(m)^1<<63) }

func timeAt(k []byte) millis { return millis(uint64(numberAt(k)) ^ 1<<63) }

// Texts inside of a key end with a zero byte, so that no text is taken for the beginning of another;
// checkText keeps the byte out of them.
func appendText(k []byte, s string) []byte { return append(append(k, s...), 0) }

// maxText keeps keys far below bbolt's limit of 32 KB.
const maxText = 1 << 10

func checkText(what, s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return fmt.Errorf("%s %q contains a zero byte", what, s)
	}
	if len(s) > maxText {
		return fmt.Errorf("%s of %d bytes is longer than %d", what, len(s), maxText)
	}
	return nil
}

// Kinds of movement in keys.
var kindBytes = map[message.Kind]byte{message.Arrival: 'a', message.Departure: 'd'}

// listPrefix is what the keys of one list begin with.
func listPrefix(owner string, kind message.Kind) []byte {
	return append(appendText(make([]byte, 0, len(owner)+2+listPlace), owner), kindBytes[kind])
}

// listPlace is the length of what follows the prefix of a list's key.
const listPlace = 2*timeSize + numberSize

func listKey(owner string, kind message.Kind, updated, created millis, n number) []byte {
	return appendNumber(appendTime(appendTime(listPrefix(owner, kind), updated), created), n)
}

// place is the part of a list's key that orders it: updated, created, number.
func place(listKey []byte) []byte { return listKey[len(listKey)-listPlace:] }

func listTally(prefix []byte) string { return "list " + string(prefix) }

func lrnPrefix(holder, lrn string) []byte {
	return appendText(appendText(make([]byte, 0, len(holder)+len(lrn)+2+numberSize), holder), lrn)
}

func lrnKey(holder, lrn string, n number) []byte { return appendNumber(lrnPrefix(holder, lrn), n) }

func mrnPrefix(mrn string) []byte { return appendText(make([]byte, 0, len(mrn)+1+numberSize), mrn) }

func mrnKey(mrn string, n number) []byte { return appendNumber(mrnPrefix(mrn), n) }

func timerKey(due millis, n number, name string) []byte {
	return append(appendNumber(appendTime(make([]byte, 0, timeSize+numberSize+len(name)), due), n), name...)
}

func timerOf(key, id []byte) DueTimer {
	return DueTimer{Movement: string(id), Name: string(key[timeSize+numberSize:]), Due: timeAt(key).time()}
}

func messageKey(n number, ordinal int) []byte {
	return binary.BigEndian.AppendUint32(appendNumber(make([]byte, 0, numberSize+ordinalSize), n), uint32(ordinal))
}

func checkOrdinal(ordinal int) error {
	if ordinal < 0 || ordinal > math.MaxUint32 {
		return fmt.Errorf("ordinal %d is out of range", ordinal)
	}
	return nil
}

// pairKey is the key of the queue and of the history: something numbered that belongs to a movement.
func pairKey(n number, of uint64) []byte {
	return appendNumber(appendNumber(make([]byte, 0, 2*numberSize), n), of)
}

// summary is the value in a list: what filtering needs, so that it decodes no movements.
type summary struct {
	movementEORI string
	mrn, lrn     string // folded
}

// fold makes two spellings equal that differ in case alone.
func fold(s string) string { return strings.ToLower(s) }

func (s summary) encode() []byte {
	b := make([]byte, 0, len(s.movementEORI)+len(s.mrn)+len(s.lrn)+3)
	return append(appendText(appendText(b, s.movementEORI), s.mrn), s.lrn...)
}

// summaryFields cuts a summary apart without copying.
func summaryFields(v []byte) (movementEORI, mrn, lrn []byte) {
	movementEORI, v, _ = bytes.Cut(v, []byte{0})
	mrn, lrn, _ = bytes.Cut(v, []byte{0})
	return movementEORI, mrn, lrn
}
