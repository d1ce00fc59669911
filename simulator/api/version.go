package api

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/traders"
	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// answering is the version of the CTC Traders API that answers a request: "1.0", or the 2.x that the Accept
// header names, or "2.x" when it names none (docs/spec/api-1.0.md#1). current says whether there is an endpoint
// of 2.x at the path at all.
//
// An Accept header that names a version decides. Without one it is API 1.0 if an id in the path is decimal, and for what is
// sent as a body: if the root of an XML body has no namespace, and where there is no Accept header at all, also if the body
// is anything but JSON or XML in the namespace of NCTS, as HMRC leaves all of that to 1.0.
func answering(r *http.Request, current bool) string {
	if version, named := traders.AcceptedVersion(r.Header.Get("Accept")); named {
		return version
	}
	if !current || hasDecimalID(mux.Vars(r)) || sends(r) && sentToPhase4(r) {
		return message.Phase4.APIVersion()
	}
	return "2.x"
}

// sentToPhase4 reports whether a request with a body, whose Accept header names no version, is for API 1.0.
func sentToPhase4(r *http.Request) bool {
	if len(r.Header["Accept"]) > 0 {
		return isPlainXML(bind.Peek(r))
	}
	media, _ := bind.MediaTypeOf(r)
	return !media.IsJSON() && !isOfNCTS(bind.Peek(r))
}

func isPhase4(version string) bool {
	phase, known := message.PhaseOfVersion(version)
	return known && phase.Generation() == message.GenerationPhase4
}

// serves says whether a version is there. A version that nobody knows is left to the API, which has a text for it.
func (a *API) serves(version string) bool {
	phase, known := message.PhaseOfVersion(version)
	return !known || slices.Contains(a.phases, phase)
}

// servesCurrent says whether any 2.x is there. Where none is, 1.0 has nobody to share its paths with
// (docs/spec/api-1.0.md#1).
func (a *API) servesCurrent() bool {
	return slices.ContainsFunc(a.phases, func(p message.Phase) bool { return p.Generation() == message.GenerationPhases56 })
}

func sends(r *http.Request) bool {
	return r.Method == http.MethodPost || r.Method == http.MethodPut
}

// idDigits is how long the ids of 2.x are; they may have no letter by chance.
const idDigits = 16

// hasDecimalID says whether any of the ids in the path is one of API 1.0, which may have a sign.
func hasDecimalID(vars map[string]string) bool {
	for _, name := range []string{endpoint.MovementVar, endpoint.MessageVar} {
		digits := strings.TrimLeft(bind.Segment(vars[name]), "+-")
		if digits != "" && len(digits) != idDigits && strings.Trim(digits, "0123456789") == "" {
			return true
		}
	}
	return false
}

// namesNCTS finds the namespace of the messages of 2.x as a whole: those of phase 4 in the EU begin with it.
var namesNCTS = regexp.MustCompile(regexp.QuoteMeta(message.Namespace) + `(["']|$)`)

// isOfNCTS reports whether a body begins as an XML document whose root is in the namespace of the messages of 2.x. Of a root
// that cannot be read, what matters is whether it names that namespace.
func isOfNCTS(start []byte) bool {
	s := xmltree.NewScanner(start)
	for {
		t, err := s.Next()
		if err != nil || t.Kind == xmltree.Doctype {
			return namesNCTS.Match(start)
		}
		if t.Kind == xmltree.StartTag || t.Kind == xmltree.EmptyTag {
			return t.Space == message.Namespace
		}
	}
}

// isPlainXML says whether a body begins as an XML document whose root is in no namespace, whatever namespaces it
// declares besides: API 1.0 has a text for those.
func isPlainXML(start []byte) bool {
	s := xmltree.NewScanner(start)
	for {
		t, err := s.Next()
		if err != nil {
			return namesNoNamespace(tagAt(start, s.Offset()))
		}
		switch t.Kind {
		case xmltree.StartTag, xmltree.EmptyTag:
			return t.Space == ""
		case xmltree.Doctype:
			return namesNoNamespace(start)
		}
	}
}

// tagAt is the start tag in which a fault was found, nil if there is none or it does not end.
func tagAt(text []byte, fault int) []byte {
	fault = min(fault, len(text))
	begin := bytes.LastIndexByte(text[:fault], '<')
	if begin < 0 || bytes.IndexByte(text[begin:fault], '/') == 1 {
		return nil
	}
	end := bytes.IndexByte(text[begin:], '>')
	if end < 0 {
		return nil
	}
	return text[begin : begin+end]
}

// namesNoNamespace is all that can be said of what no version accepts; what matters is whose words refuse it.
func namesNoNamespace(text []byte) bool {
	return text != nil && !bytes.Contains(text, []byte("xmlns")) && !bytes.Contains(text, []byte(":"))
}
