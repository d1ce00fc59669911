package xmltree

// way follows a document on a path of names from the root, "" for any; nil leads nowhere.
type way struct {
	path []string
	// depth counts the open elements, and on those of them that are on the path.
	depth, on int
}

// place is where a token is on the way.
type place int

const (
	elsewhere place = iota
	// there: the token begins or ends an element at the path.
	there
	// inside: the token is inside such an element.
	inside
)

// follow goes on with a token.
func (w *way) follow(t Token) (at place) {
	if w == nil {
		return elsewhere
	}
	switch t.Kind {
	case StartTag, EmptyTag:
		if w.on == len(w.path) {
			at = inside
		} else if _, name := splitName(t.Name); w.on == w.depth && (w.path[w.on] == "" || w.path[w.on] == name) {
			if w.on++; w.on == len(w.path) {
				at = there
			}
		}
		if w.depth++; t.Kind == EmptyTag {
			w.leave()
		}
	case EndTag:
		if w.on == len(w.path) {
			if at = inside; w.depth == w.on {
				at = there
			}
		}
		w.leave()
	default:
		if w.on == len(w.path) {
			at = inside
		}
	}
	return at
}

func (w *way) leave() {
	if w.on == w.depth {
		w.on--
	}
	w.depth--
}

// Parts gives the elements at a path of a document, one after the other.
type Parts struct {
	scanner *Scanner
	way     way
	parser  parser
}

// ReadParts begins with the elements at a path of names from the root, "" for any. Nothing else may read from the scanner.
func ReadParts(s *Scanner, path ...string) *Parts {
	return &Parts{scanner: s, way: way{path: path}}
}

// Next is the next one, nil behind the last. Its Start is that in the document; its texts are parts of the document. The error is
// a *SyntaxError.
func (p *Parts) Next() (*Node, error) {
	for {
		t, err := p.scanner.Next()
		if err != nil || t.Kind == End {
			return nil, err
		}
		if p.way.follow(t) == elsewhere {
			continue
		}
		p.parser.token(t)
		if len(p.parser.open) == 0 {
			return p.parser.root, nil
		}
	}
}
