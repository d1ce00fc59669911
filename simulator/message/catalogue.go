// Package message knows the NCTS messages: the phases, the message types of the API, documents that can be
// read by path, and a builder that puts new ones together.
//
// Order, repetition and type of every element come from the schema tree (package schema); nothing about an
// element's place is written down here. Paths are those of package xmltree: "Consignment/HouseConsignment[2]/grossMass".
package message

import (
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// Catalogue is the schemas of all phases that the simulator speaks. It is safe for concurrent use.
type Catalogue struct {
	sets map[Phase]func() *schema.Set
}

// Load takes the schemas of phases; files has a folder for each, "phase5". Those of a phase are read when they are needed first, since
// few clients speak more than one. The files come with the program: Set panics if there is a mistake in them.
func Load(files fs.FS, phases ...Phase) *Catalogue {
	c := &Catalogue{sets: map[Phase]func() *schema.Set{}}
	for _, p := range phases {
		c.sets[p] = sync.OnceValue(func() *schema.Set {
			set, err := schema.Load(files, p.Dir())
			if err != nil {
				panic(err)
			}
			return set
		})
	}
	return c
}

// Set is the schema set of a phase, nil if the phase is not loaded.
func (c *Catalogue) Set(p Phase) *schema.Set {
	if set := c.sets[p]; set != nil {
		return set()
	}
	return nil
}

// Schema is the declaration of a root element ("CC029C") in a phase, nil if there is none.
func (c *Catalogue) Schema(p Phase, root string) *schema.Element {
	if set := c.Set(p); set != nil {
		return set.Root(root)
	}
	return nil
}

// Document wraps a validated tree. The error says that the phase has no message of that name.
func (c *Catalogue) Document(p Phase, root *xmltree.Node) (*Document, error) {
	d, err := c.empty(p, root.Name)
	if err != nil {
		return nil, err
	}
	d.Root = root
	return d, nil
}

// Outline wraps the outline of a validated document (xmltree.Outline), for looking at a large one without its tree: Get and Has
// of paths without positions need no more, all other methods read the data, which must not be changed, when they are called
// first. Root is the outline. The error is that of Document.
func (c *Catalogue) Outline(p Phase, outline *xmltree.Node, data []byte) (*Document, error) {
	d, err := c.Document(p, outline)
	if err != nil {
		return nil, err
	}
	first := func(steps []xmltree.Step, every bool) bool {
		return !every && !slices.ContainsFunc(steps, func(s xmltree.Step) bool { return s.Index > 0 })
	}
	d.part = &part{holds: first, whole: sync.OnceValue(func() *xmltree.Node {
		root, err := xmltree.Parse(data)
		if err != nil {
			return outline // it was read before
		}
		return root
	})}
	return d, nil
}

// Parse reads a body that was validated when it was stored. The error is a *xmltree.SyntaxError or says that
// the phase has no such message.
func (c *Catalogue) Parse(p Phase, data []byte) (*Document, error) {
	root, err := xmltree.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("parse message: %w", err)
	}
	return c.Document(p, root)
}

func (c *Catalogue) empty(p Phase, root string) (*Document, error) {
	e := c.Schema(p, root)
	if e == nil {
		return nil, fmt.Errorf("phase %s has no message %.40q", p, root)
	}
	t, known := TypeOfRoot(root)
	if !known {
		t = Type{Root: root}
	}
	return &Document{Phase: p, Type: t, Schema: e}, nil
}
