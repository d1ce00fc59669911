package office

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// checkHouses: what is released in part has to be among the goods, each once, and items only go with a house that is
// released in part (C0353). The error is an *InputError.
func (tr *transition) checkHouses() error {
	known := tr.goods()
	seen := map[string]bool{}
	for i, h := range tr.input.groups("houses") {
		path, number := fmt.Sprintf("with.houses[%d]", i), h.text("number")
		items, here := known.houses[number]
		switch {
		case !here:
			return tr.inputError("%s.number: there is no house consignment %s; hint: there are %s", path, number, strings.Join(known.numbers, ", "))
		case seen[number]:
			return tr.inputError("%s.number: house consignment %s is named twice", path, number)
		case len(h.groups("items")) > 0 && h.textOr("releaseType", partlyReleased) != partlyReleased:
			return tr.inputError("%s.items go with releaseType %s only (C0353)", path, partlyReleased)
		}
		seen[number] = true
		if err := tr.checkItems(path, h, items); err != nil {
			return err
		}
	}
	return nil
}

// partlyReleased is the releaseType of a house whose items differ, CL163.
const partlyReleased = "1"

func (tr *transition) checkItems(path string, h input, known []string) error {
	seen := map[string]bool{}
	for i, item := range h.groups("items") {
		path, number := fmt.Sprintf("%s.items[%d].number", path, i), item.text("number")
		switch {
		case !slices.Contains(known, number):
			return tr.inputError("%s: house consignment %s has no item %s; hint: it has %s", path, h.text("number"), number, strings.Join(known, ", "))
		case seen[number]:
			return tr.inputError("%s: item %s is named twice", path, number)
		}
		seen[number] = true
	}
	return nil
}

func (tr *transition) inputError(format string, args ...any) error {
	return &InputError{tr.on.name, fmt.Sprintf(format, args...)}
}

// goods are the numbers of houses and of the items in each.
type goods struct {
	numbers []string
	houses  map[string][]string
}

// goods are those that the permission shows, or else those of the declaration.
func (tr *transition) goods() goods {
	out := goods{houses: map[string][]string{}}
	for _, d := range []*message.Document{tr.Permission, tr.Declaration} {
		if d == nil || len(out.numbers) > 0 {
			continue
		}
		for _, h := range d.Each("Consignment/HouseConsignment") {
			number := h.Get("sequenceNumber")
			out.numbers = append(out.numbers, number)
			out.houses[number] = []string{}
			for _, item := range h.Each("ConsignmentItem") {
				out.houses[number] = append(out.houses[number], item.Get("declarationGoodsItemNumber"))
			}
		}
	}
	return out
}
