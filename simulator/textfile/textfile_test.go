package textfile_test

import (
	"fmt"
	"testing"
	"unicode/utf16"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/textfile"
)

func TestTextfile(t *testing.T) {
	suite.Run(t, "Textfile Suite")
}

// wide is a text in UTF-16 or UTF-32.
func wide(text string, width int, bigEndian bool) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b := make([]byte, width)
		b[0], b[1] = byte(unit), byte(unit>>8)
		if bigEndian {
			b[0], b[1] = 0, 0
			b[width-1], b[width-2] = byte(unit), byte(unit>>8)
		}
		out = append(out, b...)
	}
	return out
}

var _ = Describe("The text of a user's file", func() {
	const text = "profile: fast # für alle\n"

	DescribeTable("is that of the file without a byte order mark",
		func(file, want string) {
			got, err := textfile.Decode([]byte(file))
			Expect(err).NotTo(HaveOccurred())
			Expect(string(got)).To(Equal(want))
		},
		Entry("of a file without one", text, text),
		Entry("of a file with one", "\ufeff"+text, text),
		Entry("of a file with two", "\ufeff\ufeff"+text, text),
		Entry("of an empty file", "", ""),
		Entry("of a file of nothing else", "\ufeff", ""),
		Entry("that has one further on", "a\ufeffb", "a\ufeffb"),
		Entry("of three bytes", "a\x00b", "a\x00b"),
		Entry("that has a stray NUL", "id\x00: X\n", "id\x00: X\n"),
		Entry("of a file in an old encoding, which its reader refuses", "caf\xe9: 1", "caf\xe9: 1"),
	)

	for _, big := range []bool{false, true} {
		for _, width := range []int{2, 4} {
			name := map[int]string{2: "UTF-16", 4: "UTF-32"}[width]
			for _, start := range []string{"\ufeff", ""} {
				marked := map[string]string{"\ufeff": "with a mark", "": "without one"}[start]
				It(fmt.Sprintf("is refused in %s %s, big-endian %t, by name and with what to do", name, marked, big), func() {
					_, err := textfile.Decode(wide(start+text, width, big))
					Expect(err).To(MatchError("the file is saved as " + name + ", not UTF-8; hint: save it as UTF-8 in your editor, or convert it with iconv -f " + name + " -t UTF-8"))
					e, ok := textfile.IsError(err)
					Expect(ok).To(BeTrue())
					Expect(e.Encoding).To(Equal(name))
				})
			}
		}
	}
})
