package xmltree

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
