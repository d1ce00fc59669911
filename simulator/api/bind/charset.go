package bind

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

// ascii is the name of US-ASCII.
const ascii = "US-ASCII"

// otherNames are names of charsets that HMRC's server knows and the registry of the IANA does not.
var otherNames = map[string]string{"utf8": "UTF-8", "utf16": "UTF-16", "ascii": ascii, "cp1252": "windows-1252"}

// CharsetName is the name by which HMRC's server calls a charset, whatever alias in whatever case was given; a charset that
// is not known keeps the name as it was given.
func CharsetName(name string) string {
	canonical, _ := charset(name)
	return canonical
}

// Charset is the decoder's side of a charset by any of its names; nil if there is none of the name, or if it is one of
// those that are read as they are: UTF-8 and US-ASCII.
func Charset(name string) encoding.Encoding {
	canonical, e := charset(name)
	if canonical == "UTF-8" || canonical == ascii {
		return nil
	}
	return e
}

func charset(name string) (string, encoding.Encoding) {
	if other, known := otherNames[strings.ToLower(name)]; known {
		name = other
	}
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		return name, nil
	}
	canonical, err := ianaindex.MIME.Name(e)
	if err != nil {
		return name, nil
	}
	return canonical, e
}
