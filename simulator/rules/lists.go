package rules

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// codeLists are the code lists by their number ("CL231").
type codeLists map[string]codeList

type codeList struct {
	name  string
	codes []string
	// texts are the meanings of the codes.
	texts []string
	known func() map[string]bool
	// sample says that the list is a selection, so that nothing can be refused because of it.
	sample bool
}

// officeRoles are the lists that hold the customs offices with a role; the one without a role holds all.
var officeRoles = map[string]string{"CL141": "", "CL171": "DEP", "CL172": "DES", "CL173": "TRA", "CL175": "TXT"}

// listUNLocodes is the list of UN/LOCODEs, of which only a selection is known; the registry knows more.
const listUNLocodes = "CL244"

func loadLists(files fs.FS, dir string) (codeLists, error) {
	names, err := fs.Glob(files, path.Join(dir, "CL*.tsv"))
	if err != nil {
		return nil, fmt.Errorf("list code lists: %w", err)
	}
	lists := codeLists{}
	for _, name := range names {
		number, rest, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".tsv"), "-")
		rows, err := readRows(files, name, "code")
		if err != nil {
			return nil, fmt.Errorf("read code list: %w", err)
		}
		list := codeList{name: strings.TrimSuffix(rest, "-sample"), sample: rest == "sample" || strings.HasSuffix(rest, "-sample")}
		list.codes, list.texts = make([]string, len(rows)), make([]string, len(rows))
		for i, row := range rows {
			if strings.ContainsAny(row.cells[0], `'" `) {
				return nil, fmt.Errorf("read code list: %s: %q is not a code", name, row.cells[0])
			}
			list.codes[i] = row.cells[0]
			if len(row.cells) > 1 {
				list.texts[i] = row.cells[1]
			}
		}
		list.known = sync.OnceValue(func() map[string]bool {
			known := make(map[string]bool, len(list.codes))
			for _, code := range list.codes {
				known[code] = true
			}
			return known
		})
		lists[number] = list
	}
	return lists, nil
}

// literals are the lists in the form that the assertions use: codes with a space on either side.
func (l codeLists) literals() map[string]string {
	out := make(map[string]string, len(l))
	for name, list := range l {
		out[name] = " " + strings.Join(list.codes, " ") + " "
	}
	return out
}

// has reports whether a code is in a list; a list that is not known, or not completely, has every code.
func (l codeLists) has(name, code string) bool {
	list, known := l[name]
	return !known || list.sample || list.known()[code]
}
