package traders

import (
	"net/http"
	"strings"

	"nctsim/simulator/message"
)

// format is what a client wants a message in: the last part of the Accept header.
type format string

// Formats.
const (
	formatJSON        format = "json"
	formatXML         format = "xml"
	formatJSONWithXML format = "json+xml" // metadata as JSON with the body as XML inside
	formatJSONDashXML format = "json-xml" // another spelling of it
)

// Formats that the endpoints allow (docs/spec/api-2.1-3.0.md#1).
var (
	metadataFormats = []format{formatJSON}
	messageFormats  = []format{formatJSON, formatJSONDashXML, formatJSONWithXML}
	bodyFormats     = []format{formatJSON, formatXML}
)

const acceptHeader = "Accept"

// accept reads the Accept header: the phase behind the version, and the format, which must be one of those
// allowed. The errors are the table of docs/spec/api-2.1-3.0.md#2, in its order.
func accept(h http.Header, allowed []format) (message.Phase, format, error) {
	values := h[acceptHeader]
	if len(values) == 0 {
		return 0, "", refuse(codeNotAccepted, textAcceptMissing)
	}
	version, suffix, ok := splitAccept(values[0])
	if !ok {
		return 0, "", refuse(codeNotAccepted, textAcceptNoMatch, values[0])
	}
	wanted := format(strings.ToLower(suffix))
	switch wanted {
	case formatJSON, formatXML, formatJSONWithXML, formatJSONDashXML:
	default:
		return 0, "", refuse(codeNotAccepted, textAcceptInvalid)
	}
	phase, known := message.PhaseOfVersion(version)
	if !known || phase == message.Phase4 {
		return 0, "", refuse(codeNotAccepted, textVersion)
	}
	for _, f := range allowed {
		if f == wanted {
			return phase, wanted, nil
		}
	}
	return 0, "", refuse(codeNotAccepted, textAcceptInvalid)
}

// acceptable are the Accept headers that would do.
func acceptable(allowed []format) (values []string) {
	for _, p := range message.Phases {
		if p == message.Phase4 {
			continue
		}
		for _, f := range allowed {
			values = append(values, "application/vnd.hmrc."+p.APIVersion()+"+"+string(f))
		}
	}
	return values
}

// splitAccept takes a header of the form application/vnd.hmrc.{digits}.{digits}+{anything} apart.
func splitAccept(value string) (version, suffix string, ok bool) {
	rest, ok := strings.CutPrefix(value, "application/vnd.hmrc.")
	if !ok {
		return "", "", false
	}
	version, suffix, ok = strings.Cut(rest, "+")
	major, minor, dot := strings.Cut(version, ".")
	if !ok || !dot || suffix == "" || strings.Trim(major+minor, "0123456789") != "" {
		return "", "", false
	}
	return version, suffix, true
}

// AcceptedVersion is the API version that an Accept header names ("2.1"), whether there is such a version or
// not; false if it names none.
func AcceptedVersion(value string) (string, bool) {
	version, _, ok := splitAccept(value)
	return version, ok
}
