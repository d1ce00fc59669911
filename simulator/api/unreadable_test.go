package api_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// broken makes a document that cannot be read from a sound one, whose third line is the first element behind the root.
type broken func(sound string) string

func instead(old, with string) broken {
	return func(sound string) string {
		GinkgoHelper()
		Expect(sound).To(ContainSubstring(old))
		return strings.Replace(sound, old, with, 1)
	}
}

func before(text string) broken { return func(sound string) string { return text + sound } }
func behind(text string) broken { return func(sound string) string { return sound + text } }

// sound are a notification of phases 5 and 6 and a declaration of phase 4, begun with a declaration, a root and an element of
// a line each.
var (
	soundNotification = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ncts:CC007C xmlns:ncts=\"http://ncts.dgtaxud.ec\" PhaseID=\"NCTS5.1\">\n  <messageSender>QUAYSIDE-07</messageSender>\n</ncts:CC007C>"
	soundDeclaration  = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CC015B a=\"b\">\n  <messageSender>QUAYSIDE-07</messageSender>\n</CC015B>"
)

var _ = Describe("A document that cannot be read", func() {
	DescribeTable("is answered in the words of the real service's parser, and with its place:",
		func(breaks broken, line, column int, text string) {
			w := newWorld()
			for _, version := range []string{"2.1", "3.0"} {
				response := w.post("/customs/transits/movements/arrivals", breaks(soundNotification), accept(version+"+json"))
				Expect(response.Status).To(Equal(400))
				Expect(response.Body).To(HaveSuffix(`{"lineNumber":%d,"columnNumber":%d,"message":%s}]}`, line, column, quoted(text)))
			}
			if !strings.Contains(text, "ncts:") {
				w.post1(departures, breaks(soundDeclaration)).is(400, `{"statusCode":400,"message":`+quoted("Invalid XML: "+text)+`}`)
			}
		},
		Entry("a blank line before the declaration", before("\n"), 2, 6, `The processing instruction target matching "[xX][mM][lL]" is not allowed.`),
		Entry("a comment before the declaration", before("<!-- made by hand -->\n"), 2, 6, `The processing instruction target matching "[xX][mM][lL]" is not allowed.`),
		Entry("text before it", before("x"), 1, 1, "Content is not allowed in prolog."),
		Entry("another version", instead("1.0", "1.2"), 1, 20, `XML version "1.2" is not supported, only XML 1.0 is supported.`),
		Entry("no version", instead(`version="1.0" `, ""), 1, 23, "The version is required in the XML declaration."),
		Entry("an empty name of an encoding", instead(`"UTF-8"`, `""`), 1, 34, `Invalid encoding name "".`),
		Entry("an unknown encoding", instead(`UTF-8`, `UTF-7`), 1, 1, `The encoding "UTF-7" is not supported.`),
		Entry("an end tag that is forgotten", instead("</messageSender>", ""), 4, 3, `The element type "messageSender" must be terminated by the matching end-tag "</messageSender>".`),
		Entry("an unbound prefix of an attribute", instead("<ncts:CC007C", "<ncts:CC007C xsi:a='b'"), 2, 78, `The prefix "xsi" for attribute "xsi:a" associated with an element type "ncts:CC007C" is not bound.`),
		Entry("an attribute without quotes", instead("<messageSender>", "<messageSender a=1>"), 3, 20, `Open quote is expected for attribute "a" associated with an  element type  "messageSender".`),
		Entry("an attribute without a value", instead("<messageSender>", "<messageSender a>"), 3, 19, `Attribute name "a" associated with an element type "messageSender" must be followed by the ' = ' character.`),
		Entry("an attribute twice", instead("<messageSender>", "<messageSender a='1' a='2'>"), 3, 30, `Attribute "a" was already specified for element "messageSender".`),
		Entry("two hyphens in a comment", instead("QUAYSIDE", "<!-- a -- b -->"), 3, 27, `The string "--" is not permitted within comments.`),
		Entry("the end of a CDATA section in text", instead("SIDE", "]]>"), 3, 25, `The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.`),
		Entry("a stray <", instead("SIDE", " < 7"), 3, 24, "The content of elements must consist of well-formed character data or markup."),
		Entry("a stray &", instead("SIDE", " & 7"), 3, 24, "The entity name must immediately follow the '&' in the entity reference."),
		Entry("a reference to no character", instead("SIDE", "&#0;"), 3, 26, `Character reference "&#0" is an invalid XML character.`),
		Entry("a zero byte", instead("SIDE", "\x00"), 3, 22, "An invalid XML character (Unicode: 0x0) was found in the element content of the document."),
		Entry("a zero byte at the end", behind("\n\x00"), 5, 1, "Content is not allowed in trailing section."),
		Entry("a second root", behind("\n<a/>"), 5, 2, "The markup in the document following the root element must be well-formed."),
		Entry("a sequence that does not go on", instead("SIDE", "\xe9 "), 3, 22, "Invalid byte 2 of 3-byte UTF-8 sequence."),
		Entry("a byte that begins none", instead("SIDE", "\xa3 "), 3, 22, "Invalid byte 1 of 1-byte UTF-8 sequence."),
		Entry("the end within a tag", func(s string) string { return s[:strings.Index(s, "</messageSender>")+4] }, 3, 31, `The element type "messageSender" must be terminated by the matching end-tag "</messageSender>".`),
		Entry("the end within a text", func(s string) string { return s[:strings.Index(s, "SIDE")] }, 3, 22, "XML document structures must start and end within the same entity."),
		Entry("a carriage return as line end", instead("SIDE", "\r&"), 4, 1, "The entity name must immediately follow the '&' in the entity reference."),
	)

	DescribeTable("takes the names of encodings that the real service takes:",
		func(name string) {
			body := strings.Replace(fixture(invalidation), `"UTF-8"`, fmt.Sprintf("%q", name), 1)
			if !strings.HasPrefix(body, "<?xml") {
				body = fmt.Sprintf("<?xml version='1.0' encoding=%q?>\n", name) + body
			}
			w := newWorld()
			created(w.post(departures+"/"+w.declare("LRN-0001").movement+"/messages", body))
		},
		Entry("utf8", "utf8"),
		Entry("UTF-8", "UTF-8"),
		Entry("ASCII", "ASCII"),
		Entry("US-ASCII", "us-ascii"),
	)

	DescribeTable("is answered as the shared cases say:",
		func(name string, line, column int, text string) {
			body, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "cases", name))
			if os.IsNotExist(err) {
				Skip("the folder of cases is not there")
			}
			Expect(err).NotTo(HaveOccurred())
			response := newWorld().post("/customs/transits/movements/arrivals", string(body))
			if text == "" {
				Expect(response.Status).To(Equal(202))
				return
			}
			Expect(response.Body).To(HaveSuffix(`"validationErrors":[{"lineNumber":%d,"columnNumber":%d,"message":%s}]}`, line, column, quoted(text)))
		},
		Entry("encoding-names/utf8.xml", "encoding-names/utf8.xml", 0, 0, ""),
		Entry("unreadable/blank-line-before-declaration.xml", "unreadable/blank-line-before-declaration.xml", 2, 6, `The processing instruction target matching "[xX][mM][lL]" is not allowed.`),
		Entry("unreadable/comment-before-declaration.xml", "unreadable/comment-before-declaration.xml", 2, 6, `The processing instruction target matching "[xX][mM][lL]" is not allowed.`),
		Entry("unreadable/tag-left-open.xml", "unreadable/tag-left-open.xml", 13, 5, `The element type "MRN" must be terminated by the matching end-tag "</MRN>".`),
		Entry("unreadable/xsi-not-declared.xml", "unreadable/xsi-not-declared.xml", 2, 123, `The prefix "xsi" for attribute "xsi:schemaLocation" associated with an element type "ncts:CC007C" is not bound.`),
		Entry("unreadable/cdata-end-in-text.xml", "unreadable/cdata-end-in-text.xml", 3, 25, `The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.`),
		Entry("unreadable/attribute-without-quotes.xml", "unreadable/attribute-without-quotes.xml", 2, 58, `Open quote is expected for attribute "PhaseID" associated with an  element type  "ncts:CC007C".`),
		Entry("unreadable/two-messages.xml", "unreadable/two-messages.xml", 30, 2, "The markup in the document following the root element must be well-formed."),
		Entry("unreadable/nul-at-the-end.xml", "unreadable/nul-at-the-end.xml", 30, 1, "Content is not allowed in trailing section."),
		Entry("unreadable/control-character-reference.xml", "unreadable/control-character-reference.xml", 3, 28, `Character reference "&#x1F" is an invalid XML character.`),
		Entry("not-utf8/e-acute-latin1.xml", "not-utf8/e-acute-latin1.xml", 3, 22, "Invalid byte 2 of 3-byte UTF-8 sequence."),
		Entry("not-utf8/o-umlaut-latin1.xml", "not-utf8/o-umlaut-latin1.xml", 3, 22, "Invalid byte 2 of 4-byte UTF-8 sequence."),
		Entry("not-utf8/pound-latin1.xml", "not-utf8/pound-latin1.xml", 3, 22, "Invalid byte 1 of 1-byte UTF-8 sequence."),
		Entry("not-utf8/u-umlaut-latin1.xml", "not-utf8/u-umlaut-latin1.xml", 3, 22, "Invalid byte 1 of 1-byte UTF-8 sequence."),
	)
})
