package rules

import (
	"fmt"
	"slices"
	"strings"
)

// termKind says what an expression of XPath is at its top.
type termKind int

const (
	aLiteral   termKind = iota // text with its quotes
	aNumber                    // text
	aVariable                  // text without the dollar
	aCall                      // text is the function, args its arguments
	anOperator                 // text between args
	aPath
)

// term is an expression of XPath 1.0 as it was read; what of it can be evaluated is for the compiler.
type term struct {
	kind  termKind
	text  string
	args  []*term
	root  bool // of a path: begins with a slash
	steps []pathStep
}

// pathStep is one step of a path: what stands between two slashes; text is without the predicates.
type pathStep struct {
	text       string
	predicates []*term
}

// parseXPath reads an expression.
func parseXPath(text string) (*term, error) {
	p := parser{rest: text}
	t, err := p.binary(0)
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("unexpected %q", p.peek())
	}
	if err != nil {
		return nil, fmt.Errorf("read XPath %.60q: %w", text, err)
	}
	return t, nil
}

// precedence lists the operators from the loosest to the tightest.
var precedence = [][]string{{"or"}, {"and"}, {"=", "!="}, {"<", "<=", ">", ">="}, {"+", "-"}, {"*", "div", "mod"}}

type parser struct {
	rest  string
	token string // read ahead, "" if none
}

// peek gives the next token without taking it, "" at the end. A name keeps its axis and prefix, a literal its
// quotes.
func (p *parser) peek() string {
	if p.token != "" {
		return p.token
	}
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if p.rest != "" {
		p.token = p.rest[:tokenLength(p.rest)]
		p.rest = p.rest[len(p.token):]
	}
	return p.token
}

func (p *parser) take() string {
	t := p.peek()
	p.token = ""
	return t
}

func (p *parser) skip(want string) error {
	if got := p.take(); got != want {
		return fmt.Errorf("want %q and not %q", want, got)
	}
	return nil
}

func tokenLength(s string) int {
	for _, t := range []string{"..", "//", "!=", "<=", ">="} {
		if strings.HasPrefix(s, t) {
			return 2
		}
	}
	switch c := s[0]; {
	case c == '\'' || c == '"':
		if end := strings.IndexByte(s[1:], c); end >= 0 {
			return end + 2
		}
		return len(s)
	case isNameByte(c):
		n := 1
		for n < len(s) && (isNameByte(s[n]) || s[n] == '-' || s[n] == '.' || s[n] == ':') {
			n++
		}
		return n
	}
	return 1
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

// binary reads operands that are tied at least as tightly as a level of precedence.
func (p *parser) binary(level int) (*term, error) {
	if level == len(precedence) {
		return p.primary()
	}
	left, err := p.binary(level + 1)
	for err == nil && slices.Contains(precedence[level], p.peek()) {
		op := p.take()
		var right *term
		right, err = p.binary(level + 1)
		left = &term{kind: anOperator, text: op, args: []*term{left, right}}
	}
	return left, err
}

func (p *parser) primary() (*term, error) {
	switch t := p.peek(); {
	case t == "":
		return nil, fmt.Errorf("the expression ends too early")
	case t == "(":
		p.take()
		inner, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		return inner, p.skip(")")
	case t == "$":
		p.take()
		return &term{kind: aVariable, text: p.take()}, nil
	case t[0] == '\'' || t[0] == '"':
		if len(t) == 1 || t[len(t)-1] != t[0] {
			return nil, fmt.Errorf("the literal %.40s does not end", t)
		}
		return &term{kind: aLiteral, text: p.take()}, nil
	case t[0] >= '0' && t[0] <= '9':
		return &term{kind: aNumber, text: p.take()}, nil
	case isNameByte(t[0]):
		name := p.take()
		if p.peek() == "(" {
			return p.call(name)
		}
		return p.path(&term{kind: aPath}, name)
	case t == "/":
		p.take()
		return p.path(&term{kind: aPath, root: true}, p.take())
	case t == "." || t == ".." || t == "*":
		return p.path(&term{kind: aPath}, p.take())
	default:
		return nil, fmt.Errorf("unexpected %q", t)
	}
}

func (p *parser) call(name string) (*term, error) {
	p.take()
	t := &term{kind: aCall, text: name}
	for p.peek() != ")" {
		arg, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		t.args = append(t.args, arg)
		if p.peek() == "," {
			p.take()
		} else if p.peek() != ")" {
			return nil, fmt.Errorf("want a comma and not %q", p.peek())
		}
	}
	p.take()
	return t, nil
}

// path reads the steps of a path whose first has been taken.
func (p *parser) path(t *term, first string) (*term, error) {
	for name := first; ; name = p.take() {
		if name != "." && name != ".." && name != "*" && (name == "" || !isNameByte(name[0])) {
			return nil, fmt.Errorf("%q is not a step of a path", name)
		}
		s := pathStep{text: name}
		for p.peek() == "[" {
			p.take()
			predicate, err := p.binary(0)
			if err == nil {
				err = p.skip("]")
			}
			if err != nil {
				return nil, err
			}
			s.predicates = append(s.predicates, predicate)
		}
		t.steps = append(t.steps, s)
		if p.peek() != "/" {
			return t, nil
		}
		p.take()
	}
}

// String writes the expression so that equal ones are written alike.
func (t *term) String() string {
	switch t.kind {
	case aVariable:
		return "$" + t.text
	case aCall:
		args := make([]string, len(t.args))
		for i, a := range t.args {
			args[i] = a.String()
		}
		return t.text + "(" + strings.Join(args, ",") + ")"
	case anOperator:
		return "(" + t.args[0].String() + " " + t.text + " " + t.args[1].String() + ")"
	case aPath:
		return t.pathString()
	}
	return t.text
}

func (t *term) pathString() string {
	var b strings.Builder
	for i, s := range t.steps {
		if i > 0 || t.root {
			b.WriteByte('/')
		}
		b.WriteString(s.text)
		for _, p := range s.predicates {
			b.WriteString("[" + p.String() + "]")
		}
	}
	return b.String()
}
