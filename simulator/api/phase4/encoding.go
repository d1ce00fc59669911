package phase4

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/api/bind"
)

// Texts of encodings that cannot be read (docs/spec/api-2.1-3.0.md#5-1).
const (
	textEncoding = `The encoding "%s" is not supported.`
	textASCII    = `Byte "%d" is not a member of the (7-bit) ASCII character set.`
)

// Charsets by the names that package bind gives them.
const (
	charsetUTF8  = "UTF-8"
	charsetASCII = "US-ASCII"
	charsetLatin = "ISO-8859-1"
	charsetUTF16 = "UTF-16"
)

// decode turns a document into UTF-8. It is in the charset that its Content-Type names, which is ISO-8859-1 for text
// that names none; else in the encoding that it declares itself, else in UTF-8 (docs/spec/api-1.0.md#3, "Encodings").
// What the document declares is changed to agree. The error is the text of what is wrong.
func decode(body []byte, media bind.MediaType) ([]byte, error) {
	name := media.Charset
	if name == "" && strings.HasPrefix(media.Name, "text/") {
		name = charsetLatin
	}
	if name == "" {
		var err error
		if name, err = ownEncoding(body); err != nil {
			return nil, err
		}
	}
	switch name {
	case charsetUTF8:
		return declaringUTF8(body), nil
	case charsetASCII:
		if i := slices.IndexFunc(body, func(c byte) bool { return c > 127 }); i >= 0 {
			return nil, fmt.Errorf(textASCII, body[i])
		}
		return declaringUTF8(body), nil
	}
	charset := bind.Charset(name)
	if charset == nil {
		return nil, unsupported(name)
	}
	text, err := charset.NewDecoder().Bytes(body)
	if err != nil {
		return nil, unsupported(name)
	}
	return declaringUTF8(text), nil
}

// unsupported is the error for an encoding by its name, of which the beginning is shown.
func unsupported(name string) error {
	const longest = 40
	return fmt.Errorf(textEncoding, name[:min(len(name), longest)])
}

// ownEncoding is the encoding of a document as it shows it itself: by its first bytes (XML 1.0, appendix F), or in its
// declaration.
func ownEncoding(body []byte) (string, error) {
	starts := func(s string) bool { return bytes.HasPrefix(body, []byte(s)) }
	switch {
	case starts("\xfe\xff"), starts("\xff\xfe"):
		return charsetUTF16, nil // with its mark of the order of bytes
	case starts("\x00<\x00"):
		return "UTF-16BE", nil
	case starts("<\x00"):
		return "UTF-16LE", nil
	}
	at := declaration.FindSubmatchIndex(body)
	if at == nil {
		return charsetUTF8, nil
	}
	name := string(body[at[2]+1 : at[3]-1])
	if canonical := bind.CharsetName(name); !strings.HasPrefix(canonical, charsetUTF16) {
		return canonical, nil
	}
	return "", unsupported(name) // it has been read up to here, which it could not be in UTF-16
}

// declaration finds the name of the encoding in an XML declaration, with its quotation marks. A declaration that is wrong is
// left to those who read the document.
var declaration = regexp.MustCompile(`^(?:\x{feff})?<\?xml\s+version\s*=\s*(?:"1\.[0-9]+"|'1\.[0-9]+')\s+encoding\s*=\s*("[A-Za-z][A-Za-z0-9._-]*"|'[A-Za-z][A-Za-z0-9._-]*')`)

// declaringUTF8 is a document in UTF-8 that says so if it says anything.
func declaringUTF8(text []byte) []byte {
	at := declaration.FindSubmatchIndex(text)
	if at == nil || string(text[at[2]+1:at[3]-1]) == charsetUTF8 {
		return text
	}
	return slices.Concat(text[:at[2]+1], []byte(charsetUTF8), text[at[3]-1:])
}
