package simtest

import (
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/xmltree"
)

// Values is what a message says, to compare it with another: a line for every leaf, white space treated as its type says, numbers
// by their value.
func Values(d *message.Document) []string {
	id, _ := d.Root.Attr("PhaseID")
	out := []string{"PhaseID " + id}
	var walk func(n *xmltree.Node, at string)
	walk = func(n *xmltree.Node, at string) {
		e := d.Element(at)
		if e != nil && e.Leaf() {
			value := message.Value(n, e)
			if e.Type.Base == "decimal" || e.Type.Base == "integer" {
				value = byValue(value)
			}
			out = append(out, at+" "+value)
			return
		}
		if len(n.Children) == 0 {
			out = append(out, at)
		}
		for _, c := range n.Children {
			walk(c, strings.TrimPrefix(at+"/"+c.Name, "/"))
		}
	}
	walk(d.Root, "")
	return out
}

// byValue writes a decimal number without what does not change its value.
func byValue(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign = "-"
	}
	whole, fraction, _ := strings.Cut(strings.TrimLeft(number, "+-"), ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole+fraction == "" {
		return "0."
	}
	return sign + whole + "." + fraction
}
