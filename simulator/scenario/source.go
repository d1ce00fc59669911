package scenario

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Limits of a scenario file; they keep the YAML parser, which calls itself for every level, away from
// hostile input. Nobody reads more mistakes than maxProblems at a time.
const (
	maxBytes    = 64 << 10
	maxDepth    = 40
	maxProblems = 100
)

// form is what a value looks like in YAML.
type nodeForm int

const (
	empty nodeForm = iota
	scalar
	sequence
	mapping
)

func (f nodeForm) String() string {
	return [...]string{"nothing", "a single value", "a list", "a group of keys"}[f]
}

// node is a value of the file with its place. Texts are as they are written: 015 stays "015".
type node struct {
	form         nodeForm
	text         string
	quoted       bool
	items        []*node
	entries      []entry
	line, column int
	// bad marks a value that a problem was reported about; who reads the tree leaves it alone.
	bad bool
}

// entry is one key of a mapping with its value.
type entry struct{ key, value *node }

// get is the value of a key, nil if the key is missing or its value is bad. It may be called on nil.
func (n *node) get(key string) *node {
	if n == nil || n.bad {
		return nil
	}
	for _, e := range n.entries {
		if e.key.text == key {
			if e.value.bad {
				return nil
			}
			return e.value
		}
	}
	return nil
}

// has says whether a key is there, whatever its value.
func (n *node) has(key string) bool { return n.keyOf(key) != nil }

// keyOf is the key itself, for its place.
func (n *node) keyOf(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key.text == key {
			return e.key
		}
	}
	return nil
}

// string is the text of a scalar, "" for nil.
func (n *node) string() string {
	if n == nil || n.bad {
		return ""
	}
	return n.text
}

// list is the items of a sequence that are not bad.
func (n *node) list() []*node {
	if n == nil || n.bad {
		return nil
	}
	var out []*node
	for _, item := range n.items {
		if !item.bad {
			out = append(out, item)
		}
	}
	return out
}

// table is the entries of a mapping whose values are not bad.
func (n *node) table() []entry {
	if n == nil || n.bad {
		return nil
	}
	var out []entry
	for _, e := range n.entries {
		if !e.key.bad && !e.value.bad {
			out = append(out, e)
		}
	}
	return out
}

// inside is the column of the nth character of a scalar.
func (n *node) inside(nth int) int {
	if n.quoted {
		nth++
	}
	return n.column + nth - 1
}

// source is a file being read.
type source struct {
	file     string
	lines    []string
	problems Problems
}

func newSource(file string, text []byte) *source {
	return &source{file: file, lines: linesOf(text)}
}

// linesOf are the lines as YAML counts them: a carriage return alone ends one too.
func linesOf(text []byte) []string {
	return strings.Split(lineEnds.Replace(string(text)), "\n")
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// at reports a problem at a place. The YAML parser counts some characters twice, so that its places are
// brought back into the file.
func (s *source) at(line, column int, hint, text string, args ...any) {
	if s.full() {
		return
	}
	line = min(max(line, 1), len(s.lines))
	written := s.lines[line-1]
	column = min(max(column, 1), utf8.RuneCountInString(written)+1)
	s.problems = append(s.problems, Problem{
		File: s.file, Line: line, Column: column, Text: fmt.Sprintf(text, args...), Hint: hint, Source: written,
	})
}

// full says that there are enough problems.
func (s *source) full() bool { return len(s.problems) >= maxProblems }

// about reports a problem of a value, which is left alone from then on.
func (s *source) about(n *node, hint, text string, args ...any) {
	n.bad = true
	s.at(n.line, n.column, hint, text, args...)
}

// parse makes a tree of the text, nil if there are problems.
func (s *source) parse(text []byte) *node {
	if !s.readable(text) {
		return nil
	}
	if strings.HasPrefix(strings.TrimSpace(string(text)), "<") {
		s.at(1, 1, "a scenario is YAML, and names a message with from:", "the file is XML")
		return nil
	}
	file, err := parseYAML(text)
	var broken *yaml.SyntaxError
	switch {
	case errors.As(err, &broken) && broken.Token != nil:
		at := broken.Token.Position
		s.at(at.Line, at.Column, "", "%s", broken.Message)
	case err != nil:
		s.at(1, 1, "", "no YAML: %s", firstLine(err))
	case len(file.Docs) > 1 && file.Docs[1].Body != nil:
		line, column := place(file.Docs[1].Body)
		s.at(line, column, "put every scenario into a file of its own", "one file holds one scenario")
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		s.at(1, 1, "begin with id: and title:", "the file is empty")
	default:
		return s.convert(file.Docs[0].Body, 0)
	}
	return nil
}

func (s *source) readable(text []byte) bool {
	if len(text) > maxBytes {
		s.at(1, 1, "", "the file has %d bytes; a scenario has at most %d", len(text), maxBytes)
		return false
	}
	for i, line := range s.lines {
		if !utf8.ValidString(line) {
			s.at(i+1, 1, "save the file as UTF-8", "the line is no UTF-8")
			return false
		}
		if j := strings.IndexByte(line, 0); j >= 0 {
			s.at(i+1, utf8.RuneCountInString(line[:j])+1, "", "a NUL byte")
			return false
		}
	}
	if line := s.deepLine(); line > 0 {
		s.at(line, 1, "", "values are nested more than %d deep", maxDepth)
		return false
	}
	return true
}

// deepLine is the first line where nesting may be too deep, counted roughly: brackets inside texts count too,
// which does no harm as long as they are closed.
func (s *source) deepLine() int {
	open := 0
	for i, line := range s.lines {
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
func (s *source) convert(n ast.Node, depth int) *node {
	out := &node{}
	out.line, out.column = place(n)
	if depth > maxDepth {
		s.about(out, "", "values are nested more than %d deep", maxDepth)
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		s.convertMapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		s.convertMapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.form = sequence
		for _, item := range n.Values {
			out.items = append(out.items, s.convert(item, depth+1))
		}
	case *ast.NullNode:
	case *ast.LiteralNode:
		out.form, out.text, out.quoted = scalar, n.Value.Value, true
	case *ast.StringNode:
		out.form, out.text, out.quoted = scalar, n.Value, quoted(n)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		s.about(out, "write the value out", "anchors, aliases and tags are not for scenario files")
	default:
		out.form, out.text = scalar, n.GetToken().Value
	}
	return out
}

func quoted(n *ast.StringNode) bool {
	origin := strings.TrimLeft(n.GetToken().Origin, " \t\r\n")
	return strings.HasPrefix(origin, `"`) || strings.HasPrefix(origin, "'")
}

func (s *source) convertMapping(out *node, values []*ast.MappingValueNode, depth int) {
	out.form = mapping
	first := map[string]int{}
	for _, v := range values {
		key := &node{form: scalar, text: v.Key.GetToken().Value}
		if text, ok := v.Key.(*ast.StringNode); ok {
			key.quoted = quoted(text)
		}
		key.line, key.column = place(v.Key)
		switch v.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode, *ast.NullNode:
		default:
			s.about(key, "", "a key is a plain text")
			continue
		}
		if line, twice := first[key.text]; twice {
			s.about(key, "", "%s stands here already, in line %d", key.text, line)
			continue
		}
		first[key.text] = key.line
		out.entries = append(out.entries, entry{key, s.convert(v.Value, depth+1)})
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
