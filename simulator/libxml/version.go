package libxml

// #include <libxml/parser.h>
import "C"

import (
	"fmt"
	"strconv"
)

// Version is that of the libxml2 in use, at run time: "2.9.14".
func Version() string {
	// The library has it as 20914, with its source's revision behind it.
	text := C.GoString(C.xmlParserVersion)
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	n, err := strconv.Atoi(text[:digits])
	if err != nil {
		return text
	}
	return fmt.Sprintf("%d.%d.%d", n/10000, n/100%100, n%100)
}
