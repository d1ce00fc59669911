package traders

import (
	"net/http"
	"strings"

	"nctsim/simulator/api/bind"
)

// route is the way a submission takes, which its Content-Type decides (docs/spec/api-2.1-3.0.md#3).
type route int

const (
	routeXML route = iota
	routeJSON
	routeLarge // no Content-Type: the message itself is uploaded later
)

// Content types as HMRC's server writes them again, in lower case.
const (
	contentTypeXML     = "application/xml"
	contentTypeXMLUTF8 = "application/xml; charset=utf-8"
	contentTypeJSON    = "application/json"
)

// routeOf reads the Content-Type, which is compared in the form in which HMRC's server writes it again. What cannot be
// read is shown as it was sent. When lenient, whatever calls itself XML will do.
func routeOf(r *http.Request, lenient bool) (route, error) {
	values := r.Header["Content-Type"]
	if len(values) == 0 {
		return routeLarge, nil
	}
	media, readable := bind.ParseMediaType(values[0])
	if !readable {
		return 0, refuse(codeMediaType, textMediaType, values[0])
	}
	switch strings.ToLower(media.String()) {
	case contentTypeXML, contentTypeXMLUTF8:
		return routeXML, nil
	case contentTypeJSON:
		return routeJSON, nil
	}
	if lenient && media.IsXML() {
		return routeXML, nil
	}
	return 0, refuse(codeMediaType, textMediaType, media)
}
