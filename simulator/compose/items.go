package compose

import (
	"errors"
	"io"
	"slices"
	"strings"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// repeated are the goods items of the declaration, which come into the message while it is written.
type repeated struct {
	*message.Items
	// dropped is what the rest of their group had no place for, and warned behind how many warnings that is said.
	dropped []string
	warned  int
}

// repeat takes a group of the declaration, without the goods items in it, which follow when the message is written.
func (d *draft) repeat(group string) {
	if d.err != nil {
		return
	}
	items := message.NewItems(d.Declaration)
	dropped, err := d.builder.CopyAround(group, d.Declaration, group, items)
	d.fail(err)
	if items.Any() {
		d.items = &repeated{items, dropped, len(d.warnings)}
		return
	}
	d.warnings = append(d.warnings, d.withoutPlace(dropped)...)
}

// errUnfit says that a message does not fit its schema.
var errUnfit = errors.New("it does not fit its schema")

// write writes the message with the items that it repeats; fits is what holds groups against their schema. Then it is known what to
// warn of.
func (d *draft) write(w io.Writer, fits func(*xmltree.Node, *schema.Element) bool) error {
	made := d.builder.Document()
	if !fits(made.Root, made.Schema) {
		return errUnfit
	}
	err := made.Write(w, func(n *xmltree.Node) (*xmltree.Node, error) {
		item, err := d.items.Copy(n)
		if err != nil {
			return nil, err
		}
		d.finishItem(item)
		if root := item.Document().Root; d.err != nil || fits(root, item.Document().Schema) {
			return root, d.err
		}
		return nil, errUnfit
	})
	if d.gaps.yes {
		d.warnings = slices.Insert(d.warnings, d.gaps.at, d.itemWarnings()...)
	}
	if d.items != nil {
		d.warnings = slices.Insert(d.warnings, d.items.warned, d.withoutPlace(d.items.Dropped(d.items.dropped))...)
	}
	return err
}

// finishItem does with an item what was done with the rest of the message.
func (d *draft) finishItem(item *message.Builder) {
	if d.gaps.yes {
		d.fillGapsOf(item, strings.Join(d.items.Path(), "/")+"/")
	}
	around := d.builder
	d.builder = item
	d.format.repair(d)
	d.builder = around
}
