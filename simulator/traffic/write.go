package traffic

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync"
)

// Writer appends exchanges to a HAR file, which is whole after each of them: whoever stops the program in between, by
// whatever means, leaves a file that any tool reads. It is safe for concurrent use.
type Writer struct {
	mu   sync.Mutex
	file *os.File
	// end is where the next entry goes; the end of the list stands there.
	end   int64
	count int
}

// ending is what stands behind the last entry.
const ending = "\n]}}\n"

// Create opens a HAR file to append to, and makes it if it is not there. One that ends in the middle loses the entry that
// is not whole. The error says that the file is something else, or is that of the system.
func Create(name, version string) (*Writer, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f}
	if err := w.begin(version); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return w, nil
}

func (w *Writer) begin(version string) error {
	info, err := w.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a file to append to")
	}
	if info.Size() == 0 {
		creator, err := json.Marshal(map[string]string{"name": "nctsim", "version": version})
		if err != nil {
			return err
		}
		head := `{"log":{"version":"1.2","creator":` + string(creator) + `,"entries":[`
		w.end = int64(len(head))
		_, err = w.file.WriteAt([]byte(head+ending), 0)
		return err
	}
	return w.resume()
}

// resume finds the end of the last entry that is whole.
func (w *Writer) resume() error {
	in := &source{r: bufio.NewReader(w.file), left: MostEntry, whole: true}
	dec := json.NewDecoder(in)
	format, err := findEntries(in, dec)
	if err != nil || format != HAR {
		return errors.New("it is there already, and is not a HAR file; hint: name another file")
	}
	w.end = dec.InputOffset()
	for dec.More() {
		in.left = MostEntry
		in.line(w.end)
		var whole json.RawMessage
		if err := dec.Decode(&whole); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				break
			}
			return fmt.Errorf("it is there already, and cannot be read: %w; hint: name another file", err)
		}
		w.end = dec.InputOffset()
		w.count++
	}
	if _, err := dec.Token(); err == nil { // the end of the list
		if t, err := dec.Token(); err == nil && t != json.Delim('}') {
			return errors.New("it is there already, and has something behind its entries; hint: name another file")
		}
	}
	if err := w.file.Truncate(w.end); err != nil {
		return err
	}
	_, err = w.file.WriteAt([]byte(ending), w.end)
	return err
}

// Add appends an exchange.
func (w *Writer) Add(x Exchange) error {
	var b bytes.Buffer
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count > 0 {
		b.WriteByte(',')
	}
	b.WriteByte('\n')
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(entry(x)); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's line end
	end := w.end + int64(b.Len())
	b.WriteString(ending)
	if _, err := w.file.WriteAt(b.Bytes(), w.end); err != nil {
		// What stood there was whole.
		_, undo := w.file.WriteAt([]byte(ending), w.end)
		return errors.Join(err, undo, w.file.Truncate(w.end+int64(len(ending))))
	}
	w.end = end
	w.count++
	return nil
}

// Count is how many exchanges the file has.
func (w *Writer) Count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// Close closes the file when the disk has everything.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.file.Sync(), w.file.Close())
}

func sortedNames(h http.Header) []string { return slices.Sorted(maps.Keys(h)) }
