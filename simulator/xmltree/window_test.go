package xmltree

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"nctsim/fixtures"
)

// scanned are the tokens of a document, and why it cannot be read on.
func scanned(s *Scanner) (tokens []Token, reason string, offset int) {
	for {
		t, err := s.Next()
		var fault *SyntaxError
		if errors.As(err, &fault) {
			return tokens, fault.Reason, fault.Offset
		}
		tokens = append(tokens, t)
		if t.Kind == End {
			return tokens, "", s.Offset()
		}
	}
}

// inPieces has documents come in pieces of so many bytes.
func inPieces(t *testing.T, size int) {
	was := windowSize
	windowSize = size
	t.Cleanup(func() { windowSize = was })
}

var awkward = []string{
	"<a/>", " <a></a> ", "\ufeff<a>b</a>", "<?xml version='1.0'?><a>\r\n<b>\r</b>\r\n\r</a><!-- end --> ",
	"<a>" + strings.Repeat("x", 300) + "<!-- " + strings.Repeat("<b>", 90) + " --><![CDATA[<c>]]>&amp;&#13;</a>",
	"<a xmlns:x='urn:x'><x:b x:c='ä€😀'>ä€😀</x:b><?p <q> ?></a>",
	"<a>ä€😀\xff</a>", "<a>\xe2\x82", "<a>ä€😀</b>", "<a><b></a>", "<a>", "", "  ", "<!DOCTYPE a><a/>", "<a>]]></a>", "<a b='<'/>",
}

func TestScansAlikeInPieces(t *testing.T) {
	documents := slices.Clone(awkward)
	err := fs.WalkDir(fixtures.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".xml") {
			var data []byte
			data, err = fs.ReadFile(fixtures.Files, path)
			documents = append(documents, string(data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{1, 2, 3, 100, 4096, 64 << 10} {
		inPieces(t, size)
		for _, text := range documents {
			if size < 100 && len(text) > 1000 {
				continue // it takes long and shows nothing new
			}
			want, reason, offset := scanned(NewScanner([]byte(text)))
			got, gotReason, gotOffset := scanned(ReadScanner(iotest.OneByteReader(strings.NewReader(text)), len(text)))
			if !reflect.DeepEqual(got, want) || gotReason != reason || gotOffset != offset {
				t.Errorf("in pieces of %d, %.200q: %v, %q at %d, not %v, %q at %d", size, text, got, gotReason, gotOffset, want, reason, offset)
			}
			offsets := []int{0, len(text) / 3, len(text) / 2, len(text), len(text) + 1}
			if got, want := PositionsIn(func() io.Reader { return strings.NewReader(text) }, len(text), offsets), Positions([]byte(text), offsets); !slices.Equal(got, want) {
				t.Errorf("in pieces of %d, %.200q: places %v, not %v", size, text, got, want)
			}
		}
	}
}

// A long document takes the memory of a few pieces.
func TestReadsPartsOneByOne(t *testing.T) {
	inPieces(t, 4096)
	item := "<item n='1'><name>ä &amp; b</name><empty/></item>"
	text := "<list><head>h</head><group><item/>" + strings.Repeat(item, 2000) + "</group><item>not one</item></list>"
	whole, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	around, err := ParseAround(ReadScanner(strings.NewReader(text), len(text)), "", "group", "item")
	if err != nil {
		t.Fatal(err)
	}
	parts := ReadParts(ReadScanner(strings.NewReader(text), len(text)), "", "group", "item")
	for i, left := range around.Child("group").Children {
		want := whole.Child("group").Children[i]
		if !left.LeftOut || len(left.Children) > 0 || left.Start != want.Start || left.Close != want.Close {
			t.Fatalf("item %d is %+v", i, left)
		}
		if got, err := parts.Next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("item %d is %+v (%v)", i, got, err)
		}
		around.Child("group").Children[i] = want
	}
	if got, err := parts.Next(); got != nil || err != nil {
		t.Errorf("behind the last item: %v (%v)", got, err)
	}
	if !reflect.DeepEqual(around, whole) {
		t.Error("what is around the items is not the same")
	}
}

func TestSaysWhyItCannotReadOn(t *testing.T) {
	gone := errors.New("the disk is gone")
	s := ReadScanner(iotest.ErrReader(gone), 10)
	if _, err := s.Next(); !errors.Is(err, gone) {
		t.Error(err)
	}
	s = ReadScanner(bytes.NewReader([]byte("<a>")), 1000)
	_, _ = s.Next()
	if _, err := s.Next(); !errors.Is(err, ErrCut) {
		t.Error(err)
	}
}

func TestFindsWherePathsLead(t *testing.T) {
	text := "<a><b>1</b><c><d/><d>2</d></c><c/></a>"
	root, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var paths []Path
	var want []int
	for _, p := range []string{"b", "/a/b", "/z/b", "c/d[2]", "c[2]", "c[3]", "c[2]/d", "c/d/e", "x/y", "/a"} {
		path, err := ParsePath(p)
		if err != nil {
			t.Fatal(err)
		}
		start := -1
		if n, _ := path.Nearest(root); n != nil {
			start = int(n.Start)
		}
		paths, want = append(paths, path), append(want, start)
	}
	if got := Starts(NewScanner([]byte(text)), paths); !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}
