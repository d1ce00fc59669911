package compare

import (
	"regexp"
	"strings"

	"nctsim/simulator/yamlform"
)

// Accepted is a difference that is known, in whatever requests it comes. * stands for any text; what is left out fits anything.
type Accepted struct {
	Kind      Kind   `json:"kind,omitempty"`
	Request   string `json:"request,omitempty"`
	Path      string `json:"path,omitempty"`
	Recorded  string `json:"recorded,omitempty"`
	Simulator string `json:"simulator,omitempty"`
	Reason    string `json:"reason"`
	// Line is where it stands in its file.
	Line int `json:"line"`
}

func (a Accepted) matches(d Difference) bool {
	return (a.Kind == "" || a.Kind == d.Kind) && (fits(a.Request, d.Route) || fits(a.Request, d.Request)) && fits(a.Path, d.Path) &&
		fits(a.Recorded, d.Recorded) && fits(a.Simulator, d.Simulator)
}

// fits reports whether a text is what a pattern with * says.
func fits(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if pattern == "" || len(parts) == 1 {
		return pattern == "" || pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

var acceptFormat = yamlform.Format{
	Noun: "list of accepted differences", MaxBytes: 4 << 20, Start: "it begins with accept:", NotXML: "write it in YAML, beginning with accept:",
}

var acceptShape = &yamlform.Shape{Kind: yamlform.Group, Noun: "key", Fields: []yamlform.Field{
	{Key: "accept", Required: true, Shape: &yamlform.Shape{Kind: yamlform.List, Optional: true, Item: &yamlform.Shape{
		Kind: yamlform.Group, Noun: "key of an accepted difference", Fields: []yamlform.Field{
			{Key: "kind", Shape: &yamlform.Shape{Kind: yamlform.Word, Noun: "kind of difference", Words: kindWords()}},
			{Key: "request", Shape: &yamlform.Shape{Kind: yamlform.Value}},
			{Key: "path", Shape: &yamlform.Shape{Kind: yamlform.Value}},
			{Key: "recorded", Shape: &yamlform.Shape{Kind: yamlform.Value}},
			{Key: "simulator", Shape: &yamlform.Shape{Kind: yamlform.Value}},
			{Key: "reason", Required: true, Shape: &yamlform.Shape{Kind: yamlform.Value, Match: regexp.MustCompile(`\S`), Example: "not decided yet at HMRC"}},
		},
	}}},
}}

func kindWords() (words []string) {
	for _, k := range Kinds {
		words = append(words, string(k))
	}
	return words
}

// ReadAccepted reads a file of accepted differences. The errors say where a mistake stands; each difference needs its reason, and
// says something about what it is.
func ReadAccepted(name string, text []byte) ([]Accepted, error) {
	f, root := yamlform.Parse(name, text, acceptFormat)
	if root == nil {
		return nil, f.Err()
	}
	f.Check(root, acceptShape, "")
	var out []Accepted
	for _, n := range root.Get("accept").List() {
		a := Accepted{
			Kind: Kind(n.Get("kind").String()), Request: n.Get("request").String(), Path: n.Get("path").String(), Recorded: n.Get("recorded").String(),
			Simulator: n.Get("simulator").String(), Reason: n.Get("reason").String(), Line: n.Line,
		}
		if a.Kind == "" && a.Request == "" && a.Path == "" && a.Recorded == "" && a.Simulator == "" {
			f.About(n, "name a kind, a request, a path or a value", "this would accept every difference")
		}
		out = append(out, a)
	}
	return out, f.Err()
}
