package compose

import (
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// randomPhaseID is what HMRC's generator writes under either version.
const randomPhaseID = "NCTS5.0"

// phases56Random is the message of phases 5 and 6: every element once.
func phases56Random(g *generator, e *schema.Element) *xmltree.Node {
	root := g.group(e, "")
	root.SetAttrs([]xmltree.Attr{{Name: "PhaseID", Value: randomPhaseID}})
	return root
}
