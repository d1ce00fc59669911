package traffic

import (
	"bufio"
	"fmt"
	"io"

	"nctsim/simulator/textfile"
)

// source is the text of a recording for a JSON decoder. It limits what one value may take of the memory, shortens strings that
// are longer than any body that is read, so that a recording with a few huge ones is read all the same, and knows the lines.
type source struct {
	r *bufio.Reader
	// left is how much the value may still take.
	left int64
	// whole says that long strings stay as they are: places in the text are those in the file.
	whole bool
	// ready waits to be handed out; out is how much was.
	ready [][]byte
	out   int64
	// In a string, long counts its bytes, and escape those that an escape still has, of which coded is the first.
	inString, coded bool
	long            int64
	escape          int
	// held is a long string as far as it has come: it is handed out when it has ended, and cutting says that it never will be.
	held    [][]byte
	cutting bool
	// ends are the places behind line ends which line has not passed yet; passed counts those that it has.
	ends   []int64
	passed int
}

// heldString is how long a string is that is held, and heldPiece how it is held.
const (
	heldString = 1 << 16
	heldPiece  = 1 << 20
)

// longestString is how many bytes of a string are read: a body as large as nctsim proxy records, in base64 or with escapes.
const longestString = 24 << 20

// shortened stands at the end of a string that was too long; in a recording, nothing else ends so.
const shortened = "\x00shortened"

var errTooLarge = fmt.Errorf("one request with its answer takes more than %d MB; hint: take it out of the recording", MostEntry>>20)

// newSource begins to read. The error says that the file is not UTF-8.
func newSource(file io.Reader) (*source, error) {
	s := &source{r: bufio.NewReaderSize(file, 1<<16), left: MostEntry}
	head, _ := s.r.Peek(4) // a short file is told by the decoder
	text, err := textfile.Decode(head)
	if err != nil {
		return nil, err
	}
	_, err = s.r.Discard(len(head) - len(text))
	return s, err
}

// Read hands out text, as an io.Reader does.
func (s *source) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errTooLarge
	}
	p = p[:min(int64(len(p)), s.left)]
	n := s.handOut(p)
	for n == 0 {
		if _, err := s.r.Peek(1); err != nil {
			return 0, err
		}
		chunk, _ := s.r.Peek(min(s.r.Buffered(), len(p)))
		used := 0
		for used < len(chunk) && len(s.ready) == 0 {
			some := max(s.plain(chunk[used:]), 1)
			n += s.take(p[n:], chunk[used:used+some], s.out+int64(n))
			used += some
		}
		_, _ = s.r.Discard(used) // it is there
		if n == 0 {
			n = s.handOut(p)
		}
	}
	s.out += int64(n)
	s.left -= int64(n)
	return n, nil
}

// handOut copies what is ready.
func (s *source) handOut(p []byte) (n int) {
	for len(s.ready) > 0 && n < len(p) {
		k := copy(p[n:], s.ready[0])
		n += k
		if s.ready[0] = s.ready[0][k:]; len(s.ready[0]) == 0 {
			s.ready = s.ready[1:]
		}
	}
	return n
}

// plain is how many bytes of a string stand there that mean nothing but themselves.
func (s *source) plain(text []byte) int {
	if !s.inString || s.escape > 0 {
		return 0
	}
	for i, c := range text {
		if c == '"' || c == '\\' {
			return i
		}
	}
	return len(text)
}

// take takes plain text, or one byte, which comes at a place; it says how much of it is handed out at once.
func (s *source) take(p, text []byte, at int64) int {
	c := text[0]
	switch {
	case !s.inString:
		s.inString, s.long = c == '"', 0
		if c == '\n' {
			s.ends = append(s.ends, at+1)
		}
		return copy(p, text)
	case c == '"' && s.escape == 0:
		held := s.held
		if s.cutting {
			held = [][]byte{[]byte(`\u0000` + shortened[1:])}
		}
		s.inString, s.cutting, s.held = false, false, nil
		if held == nil {
			return copy(p, text)
		}
		s.ready = append(held, []byte{'"'})
		return 0
	case s.escape > 0:
		if s.escape--; s.coded && c == 'u' {
			s.escape = 4
		}
		s.coded = false
	case c == '\\':
		s.escape, s.coded = 1, true
	}
	s.long += int64(len(text))
	switch {
	case s.whole, s.long <= heldString && s.held == nil && !s.cutting:
		return copy(p, text)
	case s.long > longestString:
		s.cutting, s.held = true, nil
	case !s.cutting:
		s.hold(text)
	}
	return 0
}

func (s *source) hold(text []byte) {
	if last := len(s.held) - 1; last >= 0 && len(s.held[last])+len(text) <= cap(s.held[last]) {
		s.held[last] = append(s.held[last], text...)
		return
	}
	s.held = append(s.held, append(make([]byte, 0, heldPiece), text...))
}

// line is the line of the file in which a place of what was handed out stands, from 1. Places may not go back.
func (s *source) line(at int64) int {
	n := 0
	for n < len(s.ends) && s.ends[n] <= at {
		n++
	}
	s.ends, s.passed = s.ends[n:], s.passed+n
	return s.passed + 1
}
