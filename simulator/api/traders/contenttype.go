package traders

import (
	"net/http"
	"strings"
)

// route is the way a submission takes, which its Content-Type decides (contract section 3).
type route int

const (
	routeXML route = iota
	routeJSON
	routeLarge // no Content-Type: the message itself is uploaded later
)

// Content types, compared with the whole header in lower case.
const (
	contentTypeXML            = "application/xml"
	contentTypeXMLUTF8        = "application/xml; charset=utf-8"
	contentTypeXMLUTF8Compact = "application/xml;charset=utf-8" // only when lenient
	contentTypeJSON           = "application/json"
)

func routeOf(h http.Header, lenient bool) (route, error) {
	values := h["Content-Type"]
	if len(values) == 0 {
		return routeLarge, nil
	}
	switch value := strings.ToLower(values[0]); {
	case value == contentTypeXML, value == contentTypeXMLUTF8, lenient && value == contentTypeXMLUTF8Compact:
		return routeXML, nil
	case value == contentTypeJSON:
		return routeJSON, nil
	}
	return 0, refuse(codeMediaType, textMediaType, values[0])
}
