// Command flamegraph draws what perf has recorded as a picture (SVG) of where the processor time goes: the wider a box, the
// more of the time was spent in the function and what it calls, which stands above it. It reads what perf script prints:
//
//	perf record -e cpu-clock -F 997 -g -p PID -- sleep 10
//	perf script | go run ./scripts/flamegraph > docs/flamegraph.svg
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"log"
	"os"
	"regexp"
	"slices"
	"strings"
)

const (
	width  = 1200.0
	height = 16.0  // of a box
	least  = 0.006 // part of the whole below which nothing is drawn
	deep   = 45    // boxes above each other at most
)

// frame is a function as it was called from the ones below it.
type frame struct {
	name    string
	samples int
	calls   map[string]*frame
}

func (f *frame) call(name string) *frame {
	if f.calls == nil {
		f.calls = map[string]*frame{}
	}
	if f.calls[name] == nil {
		f.calls[name] = &frame{name: name}
	}
	return f.calls[name]
}

func main() {
	root, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	write(out, root)
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// call is a line of a stack in perf script: address, function with an offset, and in brackets where it is.
var call = regexp.MustCompile(`^\s+[0-9a-f]+ (.+?)(?:\+0x[0-9a-f]+)? \(([^)]*)\)$`)

// read adds up the stacks, each of which ends with an empty line and has the innermost call first.
func read(in io.Reader) (*frame, error) {
	root := &frame{name: "all"}
	var stack []string
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if m := call.FindStringSubmatch(lines.Text()); m != nil {
			stack = append(stack, label(m[1], m[2]))
			continue
		}
		if lines.Text() == "" && len(stack) > 0 {
			root.add(stack)
			stack = stack[:0]
		}
	}
	return root, lines.Err()
}

// label is a function as it is shown: everything inside of a library or the kernel is one box.
func label(function, file string) string {
	switch {
	case strings.Contains(file, "libxml2"):
		return "libxml2"
	case strings.Contains(file, ".so"):
		return "C library"
	case strings.Contains(file, "kernel"):
		return "kernel"
	}
	return strings.NewReplacer("nctsim/simulator/", "", "go.etcd.io/", "", "github.com/gorilla/", "").Replace(function)
}

func (f *frame) add(stack []string) {
	f.samples++
	last := ""
	for _, name := range slices.Backward(stack) {
		if name == "[unknown]" || name == last && name != "" {
			continue
		}
		f, last = f.call(name), name
		f.samples++
	}
}

func write(w io.Writer, root *frame) {
	total := float64(root.levels(root.samples, 0)) * height
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="10">`+"\n", width, total)
	root.draw(w, root.samples, 0, 0, total)
	fmt.Fprintln(w, "</svg>")
}

// levels is how many boxes stand above each other.
func (f *frame) levels(all, depth int) int {
	if float64(f.samples)/float64(all) < least || depth > deep {
		return depth
	}
	highest := depth + 1
	for _, c := range f.calls {
		highest = max(highest, c.levels(all, depth+1))
	}
	return highest
}

func (f *frame) draw(w io.Writer, all int, x float64, depth int, total float64) {
	part := float64(f.samples) / float64(all)
	if part < least || depth > deep {
		return
	}
	y, wide := total-height*float64(depth+1), part*width
	fmt.Fprintf(w, `<g><title>%s: %.1f %%</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" stroke="#fff"/>`,
		html.EscapeString(f.name), 100*part, x, y, wide, height, colour(f.name))
	if room := int(wide/5.5) - 1; room > 3 {
		fmt.Fprintf(w, `<text x="%.1f" y="%.1f">%s</text>`, x+3, y+11, html.EscapeString(f.name[:min(len(f.name), room)]))
	}
	fmt.Fprintln(w, "</g>")
	names := make([]string, 0, len(f.calls))
	for name := range f.calls {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f.calls[name].draw(w, all, x, depth+1, total)
		x += float64(f.calls[name].samples) / float64(all) * width
	}
}

// colour tells at a glance what a box belongs to.
func colour(name string) string {
	switch {
	case name == "libxml2", name == "C library":
		return "#f4b183"
	case name == "kernel":
		return "#d0cece"
	case strings.HasPrefix(name, "bbolt"), strings.HasPrefix(name, "store"):
		return "#a9d18e"
	case strings.HasPrefix(name, "runtime"):
		return "#ffe699"
	}
	return "#9dc3e6"
}
