package console

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMark(t *testing.T) {
	for in, want := range map[string]string{
		"<p>plain – “text” 中文</p>":                               "<p>plain – “text” 中文</p>",
		"<p>a\u202Eb</p>":                                        "<p>a<span class=\"hides\" data-code=\"U+202E\">\u202E</span>b</p>",
		"<p title=\"a\u202Eb\">x</p>":                            "<p title=\"a\u202Eb\">x</p>",
		"<title>a\u202Eb</title>\x01":                            "<title>a\uFFFDb</title><span class=\"hides\" data-code=\"U+0001\">\x01</span>",
		"<option value=\"x\">a\u200Bb</option>":                  "<option value=\"x\">a\uFFFDb</option>",
		"<textarea id=\"x\">a\u2066b</textarea><optgroup>\u00AD": "<textarea id=\"x\">a\u2066b</textarea><optgroup><span class=\"hides\" data-code=\"U+00AD\">\u00AD</span>",
		"<p>\xff\u202E</p>":                                      "<p>\xff<span class=\"hides\" data-code=\"U+202E\">\u202E</span></p>",
		"a\r\n\tb":                                               "a\r\n\tb",
		"\u202E<":                                                "<span class=\"hides\" data-code=\"U+202E\">\u202E</span><",
	} {
		if got := string(mark([]byte(in))); got != want {
			t.Errorf("%q becomes %q, and not %q", in, got, want)
		}
	}
}

func FuzzMark(f *testing.F) {
	f.Add("<p>a\u202Eb</p><title>\u2066</title>")
	f.Fuzz(func(t *testing.T, in string) {
		out := string(mark([]byte(in)))
		kept := func(s string) int { return strings.Count(s, "<") - strings.Count(s, `<span class="hides"`)*2 }
		if !strings.Contains(in, `<span class="hides"`) && kept(out) != strings.Count(in, "<") {
			t.Errorf("%q becomes %q", in, out)
		}
		if utf8.ValidString(in) && !utf8.ValidString(out) {
			t.Errorf("%q becomes %q", in, out)
		}
	})
}
