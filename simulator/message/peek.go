package message

import (
	"strings"

	"nctsim/simulator/xmltree"
)

// Peek is the local name of the first element of a document and its PhaseID, as far as they can be read.
func Peek(body []byte) (root, phaseID string) {
	s := xmltree.NewScanner(body)
	for {
		t, err := s.Next()
		if err != nil || t.Kind == xmltree.End {
			return "", ""
		}
		if t.Kind != xmltree.StartTag && t.Kind != xmltree.EmptyTag {
			continue
		}
		for _, a := range t.Attrs {
			if a.Name == "PhaseID" {
				phaseID = strings.TrimSpace(a.Value)
			}
		}
		return t.Name[strings.IndexByte(t.Name, ':')+1:], phaseID
	}
}
