package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

// bucket is one key space of the file.
type bucket int

// The buckets. A movement is known by its id outside and by its number inside: numbers count from 1 in
// the order of creation, so that new records are appended to the file's trees, and ties of time are
// resolved by who was created first.
//
// A commit writes every page it touches in every tree, so what is written together lies together: the
// records of a movement are neighbours.
const (
	metaBucket         bucket = iota // "format" -> version; "identity" -> the store's own
	counterBucket                    // name -> last value, of Tx.Counter; what is tallied -> how many there are; guarantee -> what is reserved; second -> references taken; what software has met -> how often
	idBucket                         // movement id -> number
	recordBucket                     // number, section, … -> movement, message, journal entry
	bodyBucket                       // body number -> body
	listBucket                       // owner, kind, updated, created, number -> summary; owner "" lists everybody's
	refBucket                        // holder and LRN, or MRN, or owner of waiting faults; number -> movement id. Kind, wire number -> movement id. Upload -> movement id
	timerBucket                      // due, number, name -> movement id
	queueBucket                      // number, event's sequence -> event
	journalBucket                    // entry number -> number of its movement
	boxBucket                        // box id -> box
	noticeBucket                     // box id, place -> notification
	noticeIDBucket                   // notification id -> box id, place
	noticeListBucket                 // box id, status, place -> created. box id, 'd', due, place -> created
	enquiryBucket                    // 'e', id -> balance enquiry. 'l', user, GRN -> end of its lock. 'x', end, key of either -> nothing
	accessBucket                     // 'A', client id -> application. 'U', user id -> test user. kind, digest -> credential. 'x', end, key -> nothing
	interventionBucket               // 'f', id -> fault. 'h', id -> rule by which events are held. 'w', number, id -> event that is held
	bucketCount

	// buckets1, buckets2 and buckets4 are how many buckets files of format 1, 2, and 3 and 4 have.
	buckets1 = boxBucket
	buckets2 = accessBucket
	buckets4 = interventionBucket
)

// bucketNames are the names in the file.
var bucketNames = [bucketCount]string{
	metaBucket:    "meta",
	counterBucket: "counters",
	idBucket:      "ids",
	recordBucket:  "records",
	bodyBucket:    "bodies",
	listBucket:    "list",
	refBucket:     "references",
	timerBucket:   "timers",
	queueBucket:   "queue",
	journalBucket: "journal",

	boxBucket:        "boxes",
	noticeBucket:     "notifications",
	noticeIDBucket:   "notification ids",
	noticeListBucket: "notification list",
	enquiryBucket:    "balance enquiries",
	accessBucket:     "access",

	interventionBucket: "interventions",
}

// fillPercents are how full bbolt makes a page when it splits one, where that is not half: keys that only ever come behind all
// others leave no gaps to be filled, and those that mostly do leave few.
var fillPercents = [bucketCount]float64{
	bodyBucket: 1, journalBucket: 1, recordBucket: 0.9, listBucket: 0.9, noticeBucket: 0.9, noticeListBucket: 0.9,
}

// section is a part of a movement's records.
type section byte

// The sections. The store's own journal entries have the number 0.
const (
	movementSection section = 'a' // the one record of the movement
	messageSection  section = 'b' // by ordinal
	entrySection    section = 'c' // by entry number
)

// String is the name in the file.
func (b bucket) String() string { return bucketNames[b] }

// Keys of the meta bucket: the format version, and Options.Identity.
var (
	formatKey   = []byte("format")
	identityKey = []byte("identity")
	probeKey    = []byte("probe") // of Store.Writable, as long as that runs
)

// Keys of the counter bucket: what a name counts decides how it begins.
const (
	drawn = "counter " // by Tx.Counter
	tally = "tally "

	messageTally = tally + "messages"
	eventTally   = tally + "events" // queued
	entryTally   = tally + "entries"

	// forgottenEntry is the number of the newest entry that ExpireEntries has forgotten.
	forgottenEntry = "forgotten entry"

	// reserved is followed by GRN and currency; the value is the sum of what movements have reserved, as text.
	reserved = "reserved "
)

// number is a movement's place in the order of creation.
type number uint64

const (
	numberSize = 8
	timeSize   = 8
	// sectionSize is the length of what the keys of one section of a movement begin with.
	sectionSize = numberSize + 1
)

// Numbers are big-endian, so that the order of keys is the order of numbers.
func appendNumber[N ~uint64](k []byte, n N) []byte {
	return binary.BigEndian.AppendUint64(k, uint64(n))
}

func numberAt(k []byte) number {
	if len(k) < numberSize {
		panic(badKey{k})
	}
	return number(binary.BigEndian.Uint64(k))
}

// badKey is the panic over a key, or a number as value, that was not made by this package. View and
// Update make ErrDamaged of it, so that not every step of every loop has an error to pass on.
type badKey struct{ key []byte }

// Error shows the key.
func (b badKey) Error() string { return fmt.Sprintf("key %x is cut off", b.key) }

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

// Kinds of movement in keys. Every generation has lists of its own, because no API shows two: phase 4 has capital letters.
var kindBytes = map[message.Kind]byte{message.Arrival: 'a', message.Departure: 'd'}

// list is one list of an owner's movements.
type list struct {
	kind       message.Kind
	generation message.Generation
}

func listOf(m *movement.Movement) list { return list{m.Kind, m.Phase.Generation()} }

// of reports whether the list is of a generation; zero stands for every one.
func (l list) of(g message.Generation) bool { return g == 0 || g == l.generation }

// lists are all lists of an owner, in the order of their keys.
var lists = []list{
	{message.Arrival, message.GenerationPhase4}, {message.Departure, message.GenerationPhase4},
	{message.Arrival, message.GenerationPhases56}, {message.Departure, message.GenerationPhases56},
}

// letter is the list in keys.
func (l list) letter() byte {
	if l.generation == message.GenerationPhase4 {
		return kindBytes[l.kind] - 'a' + 'A'
	}
	return kindBytes[l.kind]
}

// listPrefix is what the keys of one list begin with.
func listPrefix(owner string, l list) []byte {
	return append(appendText(make([]byte, 0, len(owner)+2+listPlace), owner), l.letter())
}

// listPlace is the length of what follows the prefix of a list's key.
const listPlace = 2*timeSize + numberSize

func listKey(owner string, l list, updated, created millis, n number) []byte {
	return appendNumber(appendTime(appendTime(listPrefix(owner, l), updated), created), n)
}

// place is the part of a list's key that orders it: updated, created, number.
func place(listKey []byte) []byte {
	if len(listKey) < listPlace {
		panic(badKey{listKey})
	}
	return listKey[len(listKey)-listPlace:]
}

// numberOf is the movement's number in a list's key.
func numberOf(listKey []byte) number { return numberAt(place(listKey)[2*timeSize:]) }

func listTally(prefix []byte) string { return tally + string(prefix) }

// References begin with what they refer to.
const (
	lrnRef    = 'l'
	mrnRef    = 'm'
	faultRef  = 'f'
	wireRef   = 'w'
	uploadRef = 'u'
)

func lrnPrefix(holder, lrn string) []byte {
	k := make([]byte, 0, 1+len(holder)+len(lrn)+2+numberSize)
	return appendText(appendText(append(k, lrnRef), holder), lrn)
}

func lrnKey(holder, lrn string, n number) []byte { return appendNumber(lrnPrefix(holder, lrn), n) }

func mrnPrefix(mrn string) []byte {
	return appendText(append(make([]byte, 0, 1+len(mrn)+1+numberSize), mrnRef), mrn)
}

func mrnKey(mrn string, n number) []byte { return appendNumber(mrnPrefix(mrn), n) }

func faultPrefix(owner string) []byte {
	return appendText(append(make([]byte, 0, 1+len(owner)+1+numberSize), faultRef), owner)
}

func faultKey(owner string, n number) []byte { return appendNumber(faultPrefix(owner), n) }

// wireKey is the key of a movement's number in API 1.0.
func wireKey(kind message.Kind, wire int) []byte {
	return appendNumber([]byte{wireRef, kindBytes[kind]}, uint64(wire))
}

// uploadKey is the key of an upload.
func uploadKey(key string) []byte { return append([]byte{uploadRef}, key...) }

// reservedPrefix is what the keys of the sums reserved of a guarantee begin with.
func reservedPrefix(grn string) []byte {
	return appendText(append(make([]byte, 0, len(reserved)+len(grn)+4), reserved...), grn)
}

func reservedKey(grn, currency string) []byte { return append(reservedPrefix(grn), currency...) }

func timerKey(due millis, n number, name string) []byte {
	return append(appendNumber(appendTime(make([]byte, 0, timeSize+numberSize+len(name)), due), n), name...)
}

func timerOf(key, id []byte) DueTimer {
	if len(key) < timeSize+numberSize {
		panic(badKey{key})
	}
	return DueTimer{Movement: string(id), Name: string(key[timeSize+numberSize:]), Due: timeAt(key).time()}
}

// sectionKey is what the keys of a section of a movement begin with.
func sectionKey(n number, s section) []byte {
	return append(appendNumber(make([]byte, 0, sectionSize+numberSize), n), byte(s))
}

func movementKey(n number) []byte { return sectionKey(n, movementSection) }

func messageKey(n number, ordinal int) []byte {
	return appendNumber(sectionKey(n, messageSection), uint64(ordinal))
}

func entryKey(n number, entry uint64) []byte {
	return appendNumber(sectionKey(n, entrySection), entry)
}

func eventKey(n number, seq uint64) []byte {
	return appendNumber(appendNumber(make([]byte, 0, 2*numberSize), n), seq)
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
