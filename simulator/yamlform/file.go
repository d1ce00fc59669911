package yamlform

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"nctsim/simulator/textfile"
)

// Limits of a file; they keep the YAML parser, which calls itself for every level, away from hostile input. Nobody reads more
// mistakes than maxProblems at a time.
const (
	maxDepth    = 40
	maxProblems = 100
)

// Format is a sort of YAML file.
type Format struct {
	// Noun is what one file holds: "scenario".
	Noun string
	// MaxBytes is how long a file may be.
	MaxBytes int
	// Start is the hint of what a file begins with. Empty: a file may be empty, which is an empty mapping.
	Start string
	// NotXML is the hint for those who write XML instead.
	NotXML string
}

// File is a file being read: its text, and the problems found so far.
type File struct {
	// Name is what problems call the file, Text its text without a byte order mark.
	Name string
	Text []byte

	format   Format
	lines    []string
	problems Problems
}

// Parse makes a tree of a file's text; the root is nil if there are problems. The name is for the problems. What the values
// must be is checked with [File.Check].
func Parse(name string, text []byte, format Format) (*File, *Node) {
	f := &File{Name: name, Text: text, format: format}
	decoded, err := textfile.Decode(text)
	if e, other := textfile.IsError(err); other {
		f.problems = Problems{{File: name, Text: e.Problem(), Hint: e.Hint()}}
		return f, nil
	}
	f.Text, f.lines = decoded, Lines(decoded)
	return f, f.parse()
}

// Problems are what was found, in the order of the lines, nil if there is nothing.
func (f *File) Problems() Problems {
	f.problems.sort()
	return f.problems
}

// Err is what was found as an error, nil if there is nothing.
func (f *File) Err() error {
	if len(f.problems) == 0 {
		return nil
	}
	return f.Problems()
}

// Lines are the lines of a text as YAML counts them: a carriage return alone ends one too.
func Lines(text []byte) []string {
	return strings.Split(lineEnds.Replace(string(text)), "\n")
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// At reports a problem at a place. The YAML parser counts some characters twice, so that its places are brought back into the
// file.
func (f *File) At(line, column int, hint, text string, args ...any) {
	line = min(max(line, 1), len(f.lines))
	written := f.lines[line-1]
	column = min(max(column, 1), utf8.RuneCountInString(written)+1)
	f.Add(Problem{File: f.Name, Line: line, Column: column, Text: fmt.Sprintf(text, args...), Hint: hint, Source: written})
}

// Add reports a problem, unless there are enough.
func (f *File) Add(p Problem) {
	if !f.Full() {
		f.problems = append(f.problems, p)
	}
}

// Full reports whether there are enough problems.
func (f *File) Full() bool { return len(f.problems) >= maxProblems }

// About reports a problem of a value, which is left alone from then on.
func (f *File) About(n *Node, hint, text string, args ...any) {
	n.Bad = true
	f.At(n.Line, n.Column, hint, text, args...)
}

// parse makes a tree of the text, nil if there are problems.
func (f *File) parse() *Node {
	if !f.readable() {
		return nil
	}
	if bytes.HasPrefix(bytes.TrimSpace(f.Text), []byte("<")) {
		f.At(1, 1, f.format.NotXML, "the file is XML")
		return nil
	}
	file, err := parseYAML(f.Text)
	var broken *yaml.SyntaxError
	switch {
	case errors.As(err, &broken) && broken.Token != nil:
		at := broken.Token.Position
		f.At(at.Line, at.Column, "", "%s", broken.Message)
	case err != nil:
		f.At(1, 1, "", "the file is not YAML: %s", firstLine(err))
	case len(file.Docs) > 1 && file.Docs[1].Body != nil:
		line, column := place(file.Docs[1].Body)
		f.At(line, column, "put every "+f.format.Noun+" into a file of its own", "one file holds one %s", f.format.Noun)
	case (len(file.Docs) == 0 || file.Docs[0].Body == nil) && f.format.Start == "":
		return &Node{Form: Mapping, Line: 1, Column: 1}
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		f.At(1, 1, f.format.Start, "the file is empty")
	default:
		return f.convert(file.Docs[0].Body, 0)
	}
	return nil
}

func (f *File) readable() bool {
	if len(f.Text) > f.format.MaxBytes {
		f.At(1, 1, "", "the file has %d bytes; a %s has at most %d", len(f.Text), f.format.Noun, f.format.MaxBytes)
		return false
	}
	for i, line := range f.lines {
		if !utf8.ValidString(line) {
			f.At(i+1, 1, "save the file as UTF-8", "the line is not UTF-8")
			return false
		}
		if j := strings.IndexByte(line, 0); j >= 0 {
			f.At(i+1, utf8.RuneCountInString(line[:j])+1, "", "a NUL byte")
			return false
		}
	}
	if line := f.deepLine(); line > 0 {
		f.At(line, 1, "", "values are nested more than %d deep", maxDepth)
		return false
	}
	return true
}

// deepLine is the first line where nesting may be too deep, counted roughly: brackets inside texts count too,
// which does no harm as long as they are closed.
func (f *File) deepLine() int {
	open := 0
	for i, line := range f.lines {
		bare := strings.TrimLeft(line, " \t")
		if len(line)-len(bare) > 4*maxDepth {
			return i + 1
		}
		markers := 0
		for bare != "" && strings.IndexByte("-?: \t", bare[0]) >= 0 {
			if bare[0] != ' ' && bare[0] != '\t' {
				markers++
			}
			bare = bare[1:]
		}
		deepest := 0
		open, deepest = brackets(bare, open)
		if max(deepest, markers) > maxDepth {
			return i + 1
		}
	}
	return 0
}

// brackets counts those that are open at the end of a line, and the most that were open inside it.
func brackets(line string, open int) (after, deepest int) {
	for _, c := range line {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(open-1, 0)
		}
		deepest = max(deepest, open)
	}
	return open, deepest
}

// parseYAML turns a panic of the parser into an error: what somebody sends must not end the process.
func parseYAML(text []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	return parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// convert makes our tree of goccy's.
func (f *File) convert(n ast.Node, depth int) *Node {
	out := &Node{}
	out.Line, out.Column = place(n)
	if depth > maxDepth {
		f.About(out, "", "values are nested more than %d deep", maxDepth)
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		f.convertMapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		f.convertMapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.Form = Sequence
		for _, item := range n.Values {
			out.Items = append(out.Items, f.convert(item, depth+1))
		}
	case *ast.NullNode:
	case *ast.LiteralNode:
		out.Form, out.Text, out.Quoted = Scalar, n.Value.Value, true
	case *ast.StringNode:
		out.Form, out.Text, out.Quoted = Scalar, n.Value, quoted(n)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		f.About(out, "write the value out", "a %s cannot have anchors, aliases or tags", f.format.Noun)
	default:
		out.Form, out.Text = Scalar, n.GetToken().Value
	}
	return out
}

func quoted(n *ast.StringNode) bool {
	origin := strings.TrimLeft(n.GetToken().Origin, " \t\r\n")
	return strings.HasPrefix(origin, `"`) || strings.HasPrefix(origin, "'")
}

func (f *File) convertMapping(out *Node, values []*ast.MappingValueNode, depth int) {
	out.Form = Mapping
	first := map[string]int{}
	for _, v := range values {
		key := &Node{Form: Scalar, Text: v.Key.GetToken().Value}
		if text, ok := v.Key.(*ast.StringNode); ok {
			key.Quoted = quoted(text)
		}
		key.Line, key.Column = place(v.Key)
		switch v.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode, *ast.NullNode:
		default:
			f.About(key, "", "a key is a plain text")
			continue
		}
		if line, twice := first[key.Text]; twice {
			f.About(key, "", "%s is already given in line %d", key.Text, line)
			continue
		}
		first[key.Text] = key.Line
		out.Entries = append(out.Entries, Entry{key, f.convert(v.Value, depth+1)})
	}
}

// place is where a node begins; a group begins at its first key, for which goccy gives the colon.
func place(n ast.Node) (line, column int) {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return place(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return place(m.Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return 1, 1
	}
	return t.Position.Line, t.Position.Column
}
