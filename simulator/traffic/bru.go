package traffic

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nctsim/simulator/textfile"
)

// bruBlock is a block of a .bru file: "headers {" … "}". It has pairs, or text.
type bruBlock struct {
	name  string
	line  int
	lines []string
}

// bruBegin is the first line of a block. Those in examples have a colon behind their names.
var bruBegin = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9:_-]*?):?\s*([{\[])\s*$`)

var bruEnds = map[string]string{"{": "}", "[": "]"}

// parseBru reads the blocks of a .bru file.
func parseBru(text []byte) ([]bruBlock, error) {
	return bruBlocks(strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"), 1, false)
}

// bruBlocks reads blocks out of lines, of which the first has a number; mixed says that there are pairs beside them. A block ends with
// its bracket at the beginning of a line; what is in it stands two spaces further right.
func bruBlocks(lines []string, number int, mixed bool) (out []bruBlock, err error) {
	for i := 0; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "" {
			continue
		}
		m := bruBegin.FindStringSubmatch(lines[i])
		if m == nil {
			if mixed {
				continue
			}
			return nil, fmt.Errorf("line %d: %.80q is not the beginning of a block; hint: a .bru file has blocks such as headers { … }", number+i, lines[i])
		}
		b := bruBlock{name: m[1], line: number + i}
		end := i + 1
		for ; end < len(lines) && lines[end] != bruEnds[m[2]]; end++ {
			b.lines = append(b.lines, strings.TrimPrefix(lines[end], "  "))
		}
		if end == len(lines) {
			return nil, fmt.Errorf("line %d: the block %s does not end; hint: it ends with %s at the beginning of a line", b.line, b.name, bruEnds[m[2]])
		}
		out = append(out, b)
		i = end
	}
	return out, nil
}

func (b bruBlock) text() string { return strings.TrimRight(strings.Join(b.lines, "\n"), "\n") }

// pairs are the lines "name: value"; those that begin with ~ are switched off. A value may have several lines between triple quotes.
func (b bruBlock) pairs() (out []brunoPair) {
	for i := 0; i < len(b.lines); i++ {
		line, off := strings.CutPrefix(strings.TrimSpace(b.lines[i]), "~")
		name, value, some := strings.Cut(line, ":")
		if strings.HasPrefix(line, `"`) { // a name with a colon
			name, value, some = strings.Cut(line[1:], `":`)
		}
		if !some {
			continue
		}
		if value = strings.TrimSpace(value); value == "'''" {
			var text []string
			for i++; i < len(b.lines) && strings.TrimSpace(b.lines[i]) != "'''"; i++ {
				text = append(text, strings.TrimPrefix(b.lines[i], "  "))
			}
			value = strings.Join(text, "\n")
		}
		on := !off
		out = append(out, brunoPair{Name: strings.TrimSpace(name), Value: value, Enabled: &on})
	}
	return out
}

// get is a value of the block, "" if it has none.
func (b bruBlock) get(name string) string {
	for _, p := range b.pairs() {
		if p.Name == name && p.on() {
			return p.text()
		}
	}
	return ""
}

// addBru adds the variables of an environment.
func (v Variables) addBru(b bruBlock) {
	if b.name == "vars" {
		v.addBruno(b.pairs())
	}
}

var bruMethods = []string{"get", "post", "put", "delete", "patch", "options", "head", "connect", "trace"}

// bruRequest reads a request out of the blocks of a file or of an example.
func bruRequest(blocks []bruBlock) (r brunoRequest) {
	for _, b := range blocks {
		switch {
		case slices.Contains(bruMethods, b.name):
			r.Method, r.URL = b.name, b.get("url")
			r.Body.Mode, r.Auth.Mode = brunoMode(b.get("body")), b.get("auth")
		case b.name == "headers":
			r.Headers = b.pairs()
		case b.name == "params:path":
			for _, p := range b.pairs() {
				p.Type = "path"
				r.Params = append(r.Params, p)
			}
		case b.name == "auth":
			r.Auth.Mode = b.get("mode")
		case b.name == "auth:bearer":
			r.Auth.Bearer.Token = b.get("token")
		case b.name == "vars:pre-request":
			r.Vars.Req = b.pairs()
		case b.name == "body", b.name == "body:json":
			r.Body.JSON = b.text()
		case b.name == "body:xml":
			r.Body.XML = b.text()
		case b.name == "body:text":
			r.Body.Text = b.text()
		case b.name == "body:form-urlencoded":
			r.Body.Form = b.pairs()
		}
	}
	return r
}

// brunoMode is the mode of a body as exports name it.
func brunoMode(mode string) string {
	return cmp.Or(map[string]string{"form-urlencoded": "formUrlEncoded"}[mode], mode)
}

// bruExample reads an example, whose request and answer are blocks in it.
func bruExample(b bruBlock) (e brunoExample, err error) {
	e.Name = b.get("name")
	blocks, err := bruBlocks(b.lines, b.line+1, true)
	if err != nil {
		return e, err
	}
	for _, part := range blocks {
		inner, err := bruBlocks(part.lines, part.line+1, true)
		if err != nil {
			return e, err
		}
		switch part.name {
		case "request":
			r := bruRequest(inner)
			r.URL, r.Method, r.Body.Mode = part.get("url"), part.get("method"), brunoMode(part.get("mode"))
			e.Request = &r
		case "response":
			for _, b := range inner {
				switch b.name {
				case "headers":
					e.Response.Headers = b.pairs()
				case "status":
					code, _ := strconv.Atoi(b.get("code")) // without one there is no answer
					e.Response.Status = brunoStatus(code)
				case "body":
					e.Response.Body.Content = b.get("content")
				}
			}
		}
	}
	return e, nil
}

// Limits of a folder.
const (
	mostFiles   = 20_000
	mostBruFile = 32 << 20
)

// ReadFolder reads a collection of Bruno from its folder, as Read does. The error names the file and line.
func ReadFolder(folder fs.FS, v Variables) iter.Seq2[Exchange, error] {
	return func(yield func(Exchange, error) bool) {
		list, err := readFolder(folder, v)
		for i, x := range list {
			x.Number = i + 1
			if !yield(x, nil) {
				return
			}
		}
		if err != nil {
			yield(Exchange{}, err)
		}
	}
}

func readFolder(folder fs.FS, v Variables) ([]Exchange, error) {
	f := &bruFolder{fsys: folder}
	var c brunoCollection
	if _, err := fs.Stat(folder, "bruno.json"); err != nil {
		if _, err := fs.Stat(folder, "opencollection.yml"); err == nil {
			return nil, errors.New("this is a collection in Bruno's YAML, which is not read; hint: export it as one file (JSON) in Bruno")
		}
		return nil, errors.New("this folder is not a collection of Bruno: it has no bruno.json; hint: name a file, or the folder of a collection")
	}
	var err error
	if c.Root, err = f.root("collection.bru"); err != nil {
		return nil, err
	}
	names, err := fs.Glob(folder, "environments/*.bru")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		blocks, err := f.parse(name)
		if err != nil {
			return nil, err
		}
		var e struct {
			Variables []brunoPair `json:"variables"`
		}
		for _, b := range blocks {
			if b.name == "vars" {
				e.Variables = b.pairs()
			}
		}
		c.Environments = append(c.Environments, e)
	}
	if c.Items, err = f.items(".", 0); err != nil {
		return nil, err
	}
	return c.exchanges(v)
}

// bruFolder is the folder of a collection that is being read.
type bruFolder struct {
	fsys  fs.FS
	files int
}

func (f *bruFolder) parse(name string) ([]bruBlock, error) {
	if f.files++; f.files > mostFiles {
		return nil, fmt.Errorf("the folder has more than %d files", mostFiles)
	}
	if info, err := fs.Stat(f.fsys, name); err != nil {
		return nil, err
	} else if info.Size() > mostBruFile {
		return nil, fmt.Errorf("%s has more than %d MB", name, mostBruFile>>20)
	}
	text, err := fs.ReadFile(f.fsys, name)
	if err == nil {
		text, err = textfile.Decode(text)
	}
	var blocks []bruBlock
	if err == nil {
		blocks, err = parseBru(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return blocks, nil
}

// root reads what a collection or folder has for its requests; there need be no such file.
func (f *bruFolder) root(name string) (root brunoRoot, err error) {
	if _, err := fs.Stat(f.fsys, name); err != nil {
		return root, nil
	}
	blocks, err := f.parse(name)
	r := bruRequest(blocks)
	root.Request.Headers, root.Request.Auth, root.Request.Vars = r.Headers, r.Auth, r.Vars
	return root, err
}

// items are the folders and requests of a folder: the folders first, each by the numbers that Bruno gives them.
func (f *bruFolder) items(dir string, depth int) ([]brunoItem, error) {
	if depth > deepest {
		return nil, fmt.Errorf("%s: folders are nested more than %d deep", dir, deepest)
	}
	entries, err := fs.ReadDir(f.fsys, dir)
	if err != nil {
		return nil, err
	}
	type placed struct {
		brunoItem
		seq int
	}
	var folders, requests []placed
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && dir == "." && (e.Name() == "environments" || e.Name() == "node_modules"), strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			item := placed{brunoItem: brunoItem{Name: e.Name()}}
			if item.Root, err = f.root(path.Join(name, "folder.bru")); err != nil {
				return nil, err
			}
			if blocks, err := f.parse(path.Join(name, "folder.bru")); err == nil {
				for _, b := range blocks {
					item.meta(b, &item.seq)
				}
			}
			if item.Items, err = f.items(name, depth+1); err != nil {
				return nil, err
			}
			folders = append(folders, item)
		case path.Ext(name) == ".bru" && e.Name() != "folder.bru" && name != "collection.bru":
			item := placed{brunoItem: brunoItem{Name: strings.TrimSuffix(e.Name(), ".bru")}}
			if item.seq, err = f.request(name, &item.brunoItem); err != nil {
				return nil, err
			}
			requests = append(requests, item)
		}
	}
	var out []brunoItem
	for _, list := range [][]placed{folders, requests} {
		slices.SortStableFunc(list, func(a, b placed) int { return cmp.Compare(a.seq, b.seq) })
		for _, item := range list {
			out = append(out, item.brunoItem)
		}
	}
	return out, nil
}

// meta takes the name and number of a request or folder.
func (item *brunoItem) meta(b bruBlock, seq *int) {
	if b.name != "meta" {
		return
	}
	item.Name, item.Type = cmp.Or(b.get("name"), item.Name), b.get("type")
	*seq, _ = strconv.Atoi(b.get("seq")) // those without a number come first
}

// request reads the file of a request.
func (f *bruFolder) request(name string, item *brunoItem) (seq int, err error) {
	blocks, err := f.parse(name)
	if err != nil {
		return 0, err
	}
	r := bruRequest(blocks)
	item.Request, item.File, item.Line = &r, name, 1
	for _, b := range blocks {
		item.meta(b, &seq)
		switch {
		case slices.Contains(bruMethods, b.name):
			item.Line = b.line
		case b.name == "example":
			e, err := bruExample(b)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
			item.Examples = append(item.Examples, e)
		}
	}
	return seq, nil
}
