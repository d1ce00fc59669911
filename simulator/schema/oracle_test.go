package schema

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nctsim/simulator/xmltree"
)

// oracle is the JDK's own parser, run as a process beside the test (testdata/Oracle.java says how it is talked to).
type oracle struct {
	in  io.Writer
	out *bufio.Reader
}

// newOracle starts it; without a JDK the test is skipped.
func newOracle(t *testing.T) *oracle {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: short runs do not ask a JDK")
	}
	java, err := exec.LookPath("java")
	if err != nil {
		t.Skip("there is no JDK to compare with")
	}
	cmd := exec.Command(java, filepath.Join("testdata", "Oracle.java"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("the JDK does not start: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close() // the end of its input ends the process
		_ = cmd.Wait()
	})
	o := &oracle{in, bufio.NewReader(out)}
	// a JRE without a compiler cannot run a source file
	if _, err := o.ask("-", []byte("<a/>")); err != nil {
		t.Skipf("the JDK does not run the oracle: %v", err)
	}
	return o
}

// ask gives the errors that the JDK finds in a document with a schema file ("-" for none), each as
// "LINE:COLUMN: MESSAGE".
func (o *oracle) ask(schema string, document []byte) ([]string, error) {
	if _, err := fmt.Fprintf(o.in, "%s %d\n%s", schema, len(document), document); err != nil {
		return nil, err
	}
	var found []string
	for {
		line, err := o.out.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSuffix(line, "\n"); line == "." {
			return found, nil
		}
		found = append(found, line)
	}
}

// TestScannerAgreesWithJDK damages the fixtures byte by byte and compares what makes them unreadable.
func TestScannerAgreesWithJDK(t *testing.T) {
	jdk := newOracle(t)
	_, seeds := loadAll(t)
	random := rand.New(rand.NewSource(1))
	wrong := 0
	for i := 0; i < 20*len(seeds) && wrong < 20; i++ {
		document := damage(random, seeds[i%len(seeds)].data)
		found, err := jdk.ask("-", document)
		if err != nil {
			t.Fatal(err)
		}
		want, got := strings.Join(found, "\n"), ""
		var fatal *xmltree.SyntaxError
		if _, err := xmltree.Parse(document); errors.As(err, &fatal) {
			line, column := fatal.Position(document)
			got = fmt.Sprintf("%d:%d: %s", line, column, fatal.Reason)
		}
		if want != got && !knownDifference(document, want, fatal) {
			wrong++
			t.Errorf("JDK: %s\nours: %s\n…%q…", want, got, around(document, fatal))
		}
	}
}

// TestWholeAnswersAgreeWithJDK compares everything that is said of damaged fixtures: what the schema has against the part
// that could be read, and then why it could not be read on.
func TestWholeAnswersAgreeWithJDK(t *testing.T) {
	jdk := newOracle(t)
	sets, seeds := loadAll(t)
	random := rand.New(rand.NewSource(4))
	for _, seed := range seeds {
		root, err := xmltree.Parse(seed.data)
		if err != nil {
			continue
		}
		for i, set := range sets {
			if !seed.home[set] || set.Root(root.Name) == nil {
				continue
			}
			document := damage(random, seed.data)
			found, err := jdk.ask(filepath.Join("..", "..", "xsd", phaseDirs[i], root.Name+".xsd"), document)
			if err != nil {
				t.Fatal(err)
			}
			want, got := strings.Join(found, "\n"), ""
			r := set.Validate(context.Background(), document, Options{})
			for i, e := range r.Errors {
				if i > 0 {
					got += "\n"
				}
				got += fmt.Sprintf("%d:%d: %s", e.Line, e.Column, strings.ReplaceAll(e.Message, "\n", `\n`))
			}
			var fatal *xmltree.SyntaxError
			_, err = xmltree.Parse(document)
			errors.As(err, &fatal)
			if want != got && !knownDifference(document, want, fatal) {
				t.Errorf("JDK: %s\nours: %s\n…%q…", want, got, around(document, fatal))
			}
		}
	}
}

// knownDifference reports whether the JDK takes what we do not mean to take, or has no place for a fault.
func knownDifference(document []byte, jdk string, fatal *xmltree.SyntaxError) bool {
	// it counts line ends in an XML declaration or not, depending on what it looks for there
	declaration, _, _ := bytes.Cut(document, []byte(">"))
	if bytes.HasPrefix(declaration, []byte("<?xml")) && bytes.ContainsAny(declaration, "\r\n") {
		return true
	}
	// it looks behind the end for the second part of a name
	if bytes.HasSuffix(document, []byte(":")) {
		return true
	}
	// bytes that mean something beyond Unicode are found wherever the JDK happens to have filled its buffer
	return strings.Contains(jdk, "High surrogate bits") || strings.Contains(jdk, ":0: ") || strings.HasPrefix(jdk, "0:0") || strings.HasPrefix(jdk, "-1:-1") || errors.Is(fatal, xmltree.ErrEncoding) || errors.Is(fatal, xmltree.ErrLimit)
}

// pieces are what damage puts into documents.
var pieces = []string{
	"<", ">", "/", "&", ";", "]]>", "--", "<!--", "-->", "<![CDATA[", "<?", "?>", "<?xml", "<?p x?>", "<!DOCTYPE a>", "<!", "=", "\"", "'", " ", "\r", "\n", "\r\n", "\t",
	"\x00", "\x01", "\x1f", "\x7f", "\xff", "\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf0\x9f", "\xf5\x80\x80\x80", "é", "€", "🚚", "\ufffe", "\ufeff",
	"&#0;", "&#x41;", "&#xD800;", "&#z;", "&#x;", "&#65", "&amp;", "&amp", "&foo;", "&;", "x", "1", ":", "a:b", " a='1'", " a='1' a='2'", " xmlns:n=''", " xmlns:n='u'", " xmlns='v'",
	" n:b='2'", " ncts:c='1' ncts:c='2'", "<a>", "</a>", "<a/>", "<n:a/>", "<a:/>", "<1>", " encoding='latin1'", " encoding=''", " standalone='x'", "version='1.1'",
}

// damage makes one or a few changes to the bytes of a document.
func damage(random *rand.Rand, data []byte) []byte {
	if len(data) == 0 {
		data = []byte("<a/>")
	}
	out := bytes.Clone(data)
	for range 1 + random.Intn(2) {
		at := random.Intn(len(out))
		// faults at the beginning and in tags are the more interesting ones
		switch random.Intn(4) {
		case 0:
			at = random.Intn(min(len(out), 150))
		case 1:
			if i := bytes.IndexAny(out[at:], "<>&=\"'/"); i >= 0 {
				at += i + random.Intn(2)
			}
		}
		at = min(at, len(out)-1)
		piece := pieces[random.Intn(len(pieces))]
		switch random.Intn(5) {
		case 0:
			out = out[:max(at, 1)]
		case 1:
			out = append(out[:at:at], out[min(at+1+random.Intn(3), len(out)):]...)
		case 2:
			out = append(append(out[:at:at], piece...), out[at+1:]...)
		default:
			out = append(append(out[:at:at], piece...), out[at:]...)
		}
		if len(out) == 0 {
			return []byte("<")
		}
	}
	return out
}

// around is the part of a document before a fault.
func around(document []byte, fatal *xmltree.SyntaxError) []byte {
	if fatal == nil || len(document) < 300 {
		return document
	}
	at := min(fatal.Offset, len(document))
	return document[max(at-100, 0):min(at+30, len(document))]
}
