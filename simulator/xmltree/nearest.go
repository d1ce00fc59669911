package xmltree

import "strings"

// Nearest is the first element that a path leads to from root, or, if it is not there, the last one on the way that is: whole
// says which. nil if the path begins at another root.
func (p Path) Nearest(root *Node) (n *Node, whole bool) {
	if root == nil || p.Root != "" && p.Root != root.Name {
		return nil, false
	}
	n = root
	for _, step := range p.Steps {
		next := n.nth(step.Name, max(step.Index, 1))
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// nth is the i-th child of a name, counted from 1, nil if there are not so many.
func (n *Node) nth(name string, i int) *Node {
	for _, c := range n.Children {
		if c.Name != name {
			continue
		}
		if i--; i == 0 {
			return c
		}
	}
	return nil
}

// Starts are the offsets of the elements that Nearest gives for paths in a document that is scanned, -1 where it gives none. Where the
// document cannot be read on, it ends.
func Starts(s *Scanner, paths []Path) []int {
	top := &branch{start: -1}
	for _, p := range paths {
		b := top
		for _, step := range p.Steps {
			b = b.inside(step)
		}
	}
	root := top.find(s)
	out := make([]int, len(paths))
	for i, p := range paths {
		if out[i] = top.start; p.Root != "" && p.Root != root {
			out[i] = -1
			continue
		}
		b := top
		for _, step := range p.Steps {
			if b = b.inside(step); b.start < 0 {
				break
			}
			out[i] = b.start
		}
	}
	return out
}

// branch is an element that paths lead to or by: where it starts, -1 while that is not known, and what is wanted inside it.
type branch struct {
	start   int
	wanted  map[Step]*branch
	counted map[string]int // children of each name
}

func (b *branch) inside(s Step) *branch {
	s.Index = max(s.Index, 1)
	if b.wanted[s] == nil {
		if b.wanted == nil {
			b.wanted, b.counted = map[Step]*branch{}, map[string]int{}
		}
		b.wanted[s] = &branch{start: -1}
	}
	return b.wanted[s]
}

// find finds where the root, whose branch it is, and what is wanted inside it starts, and gives the name of the root.
func (b *branch) find(s *Scanner) (root string) {
	var open []*branch // nil where nothing is wanted
	for {
		t, err := s.Next()
		if err != nil || t.Kind == End {
			return root
		}
		switch t.Kind {
		case StartTag, EmptyTag:
			next, name := b, LocalName(t.Name)
			if len(open) == 0 {
				root = strings.Clone(name)
			} else if next = open[len(open)-1]; next != nil {
				next = next.child(name)
			}
			if next != nil {
				next.start = t.Start
			}
			if t.Kind == StartTag {
				open = append(open, next)
			}
		case EndTag:
			open = open[:len(open)-1]
		}
	}
}

// child is what is wanted of the next child of a name, nil for nothing.
func (b *branch) child(name string) *branch {
	if b.wanted == nil {
		return nil
	}
	n := b.counted[name] + 1
	if n == 1 {
		name = strings.Clone(name) // it is a part of the document
	}
	b.counted[name] = n
	return b.wanted[Step{Name: name, Index: n}]
}
