package schema

import (
	"context"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"nctsim/simulator/simtest/tier"
)

// published are the texts of docs/spec/api-2.1-3.0.md#5-1, an asterisk for what varies, and
// those that the same parser has besides, down to our own limits.
const published = `
Premature end of file.
Content is not allowed in prolog.
cvc-*
UndeclaredPrefix: *
XML document structures must start and end within the same entity.
DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.
The element type "*" must be terminated by the matching end-tag "</*>".
The end-tag for element type "*" must end with a '>' delimiter.
Element type "*" must be followed by either attribute specifications, ">" or "/>".
Attribute name "*" associated with an element type "*" must be followed by the ' = ' character.
Open quote is expected for attribute "*" associated with an  element type  "*".
Attribute "*" was already specified for element "*".
Attribute "*" bound to namespace "*" was already specified for element "*".
The value of attribute "*" associated with an element type "*" must not contain the '<' character.
The prefix "*" for element "*" is not bound.
The prefix "*" for attribute "*" associated with an element type "*" is not bound.
The value of the attribute "prefix="xmlns",localpart="*",rawname="xmlns:*"" is invalid. Prefixed namespace bindings may not be empty.
Element or attribute "*" do not match QName production: QName::=(NCName:)?NCName.
The content of elements must consist of well-formed character data or markup.
The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.
The string "--" is not permitted within comments.
The processing instruction target matching "[xX][mM][lL]" is not allowed.
White space is required between the processing instruction target and data.
The processing instruction must begin with the name of the target.
The entity name must immediately follow the '&' in the entity reference.
The reference to entity "*" must end with the ';' delimiter.
The entity "*" was referenced, but not declared.
Character reference "&#*" is an invalid XML character.
A decimal representation must immediately follow the "&#" in a character reference.
A hexadecimal representation must immediately follow the "&#x" in a character reference.
The character reference must end with the ';' delimiter.
An invalid XML character (Unicode: 0x*) was found in the element content of the document.
An invalid XML character (Unicode: 0x*) was found in the value of attribute "*" and element is "*".
An invalid XML character (Unicode: 0x*) was found in the comment.
An invalid XML character (Unicode: 0x*) was found in the CDATA section.
An invalid XML character (Unicode: 0x*) was found in the processing instruction.
Invalid byte * of *-byte UTF-8 sequence.
Expected byte * of *-byte UTF-8 sequence.
Byte "*" is not a member of the (7-bit) ASCII character set.
The markup in the document preceding the root element must be well-formed.
Reference is not allowed in prolog.
The markup in the document following the root element must be well-formed.
Content is not allowed in trailing section.
Comment must start with "<!--".
The version is required in the XML declaration.
XML version "*" is not supported, only XML 1.0 is supported.
The value following "*" in the XML declaration must be a quoted string.
Invalid encoding name "*".
A pseudo attribute name is expected.
White space is required before the encoding pseudo attribute in the XML declaration.
The standalone document declaration value must be "yes" or "no", not "*".
The encoding "*" is not supported.
A DOCTYPE is not allowed in content.
High surrogate bits in UTF-8 sequence must not exceed 0x10 but found 0x*.
An invalid XML character (Unicode: 0x*) was found in the XML declaration.
Element "*" cannot have "xmlns" as its prefix.
The prefix "xml" cannot be bound to any namespace other than its usual namespace; neither can the namespace for "xml" be bound to any prefix other than "xml".
The prefix "xmlns" cannot be bound to any namespace explicitly; neither can the namespace for "xmlns" be bound to any prefix explicitly.
The ' = ' character must follow "*" in the XML declaration.
No more pseudo attributes are allowed.
The encoding declaration is required in the text declaration.
The standalone name in XML declaration may be misspelled.
The XML declaration must end with "?>".
JAXP00010002:  Element "*" has more than "*" attributes, "*" is the limit imposed by the JDK.
JAXP00010005: The length of entity "*" is "*" that exceeds the "*" limit set by "FEATURE_SECURE_PROCESSING".
JAXP00010006: The element "*" has a depth of "*" that exceeds the limit "*" set by "FEATURE_SECURE_PROCESSING".
A tag must not be longer than * bytes.
Not more than * declarations of namespaces may be in scope.
A document must not have more than * different names and namespaces.
Text must not be in more than * pieces between two tags.
`

// publishedTexts are the literal pieces of the texts.
var publishedTexts = func() (texts [][]string) {
	for text := range strings.Lines(strings.TrimSpace(published)) {
		texts = append(texts, strings.Split(strings.TrimSuffix(text, "\n"), "*"))
	}
	return texts
}()

// isPublished reports whether a message is one of the texts, with anything for each asterisk.
func isPublished(message string) bool {
	return slices.ContainsFunc(publishedTexts, func(pieces []string) bool {
		rest, found := strings.CutPrefix(message, pieces[0])
		if !found || len(pieces) == 1 {
			return found && rest == ""
		}
		last := len(pieces) - 1
		for _, piece := range pieces[1:last] {
			if _, rest, found = strings.Cut(rest, piece); !found {
				return false
			}
		}
		return strings.HasSuffix(rest, pieces[last])
	})
}

// inWords fails if a set says something that is not published, or gives no place.
func inWords(t *testing.T, s *Set, data []byte) {
	t.Helper()
	r := s.Validate(context.Background(), data, Options{})
	for i, e := range r.Errors {
		if !isPublished(e.Message) {
			t.Fatalf("a text that is not published: %v\n%q", e, data)
		}
		if e.Line < 1 || e.Column < 1 {
			t.Fatalf("no place: %v\n%q", e, data)
		}
		if i > 0 && (e.Line < r.Errors[i-1].Line || e.Line == r.Errors[i-1].Line && e.Column < r.Errors[i-1].Column) && !strings.Contains(string(data), "\r") {
			t.Fatalf("%v stands behind %v\n%q", e, r.Errors[i-1], data)
		}
		if fatal := !strings.HasPrefix(e.Message, "cvc-") && !strings.HasPrefix(e.Message, "UndeclaredPrefix"); fatal != (r.Fatal != nil && i == len(r.Errors)-1) {
			t.Fatalf("%v is number %d of %d, fatal: %v", e, i, len(r.Errors), r.Fatal)
		}
	}
}

// TestTextsArePublished damages the fixtures of all phases.
func TestTextsArePublished(t *testing.T) {
	sets, seeds := loadAll(t)
	random := rand.New(rand.NewSource(2))
	for _, seed := range seeds {
		for range tier.Sequential(100) {
			document := damage(random, seed.data)
			for _, set := range sets {
				if seed.home[set] {
					inWords(t, set, document)
				}
			}
		}
	}
}

// FuzzUnreadable looks for documents that are answered with other words, or without a place, and for such as the scanner
// takes and libxml2 does not.
func FuzzUnreadable(f *testing.F) {
	sets, seeds := loadAll(f)
	random := rand.New(rand.NewSource(3))
	for _, seed := range seeds {
		f.Add(seed.data)
		f.Add(damage(random, seed.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, set := range sets {
			inWords(t, set, data)
			agree(t, set, data)
		}
	})
}
