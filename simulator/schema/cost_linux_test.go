//go:build !race

// The race detector slows our own code down and libxml2 not, so that there is nothing to compare.

package schema

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"nctsim/simulator/simtest/cost"
	"nctsim/xsd"
)

// worstCost is how many times the processor time of a valid declaration of the same size any document may take, if that is
// validated by ours and by libxml2.
const worstCost = 10

// yardstick is what a valid declaration takes, for a megabyte. Ours alone takes a fifth of libxml2's time for one, which would make
// everything else look slow.
func yardstick(t testing.TB, set *Set) time.Duration {
	t.Helper()
	compiled, err := Compile(xsd.Files, "phase5")
	if err != nil {
		t.Fatal(err)
	}
	document := largeDeclaration(t, 1<<20)
	took := cost.ProcessorTime(5, func() {
		if !set.Validate(context.Background(), document, Options{}).Valid() || !compiled.Validate(document).Valid {
			t.Fatal("not valid")
		}
	})
	return took * (1 << 20) / time.Duration(len(document))
}

// costPerMegabyte is the processor time of a validation, for a megabyte.
func costPerMegabyte(set *Set, document []byte, runs int) time.Duration {
	took := cost.ProcessorTime(runs, func() { set.Validate(context.Background(), document, Options{}) })
	return took * (1 << 20) / time.Duration(len(document))
}

// leastCost measures the cost of a document again while it seems too high.
func leastCost(set *Set, document []byte, valid time.Duration) time.Duration {
	cost := costPerMegabyte(set, document, 1)
	for range 4 {
		if cost > worstCost*valid {
			cost = min(cost, costPerMegabyte(set, document, 1))
		}
	}
	return cost
}

// filled repeats what a function writes for ever higher numbers until a document is so long.
func filled(size int, before, after string, piece func(i int) string) []byte {
	var b bytes.Buffer
	b.WriteString(before)
	for i := 0; b.Len() < size; i++ {
		b.WriteString(piece(i))
	}
	b.WriteString(after)
	return b.Bytes()
}

func always(piece string) func(int) string { return func(int) string { return piece } }

// hostile are documents that are made to take long.
func hostile(size int) map[string][]byte {
	const (
		root    = `<ncts:CC015C xmlns:ncts="http://ncts.dgtaxud.ec">`
		end     = `</ncts:CC015C>`
		head    = root + `<messageSender>A</messageSender><messageRecipient>NTA.GB</messageRecipient><preparationDateAndTime>2026-03-02T09:15:00</preparationDateAndTime><messageIdentification>M</messageIdentification><messageType>CC015C</messageType>`
		inGroup = head + `<TransitOperation>`
	)
	nested := func(open func(i int) string, name string, depth int) func(int) string {
		return func(n int) string {
			var b strings.Builder
			for i := range depth {
				b.WriteString(open(n*depth + i))
			}
			return b.String() + strings.Repeat("</"+name+">", depth)
		}
	}
	attributes := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	declared := root[:len(root)-1] + attributes(60, ` xmlns:p%d="u"`) + ">"
	return map[string][]byte{
		"nested declarations of one prefix":      filled(size, root, end, nested(always(`<a xmlns:p="u">`), "a", 60)),
		"nested declarations of new prefixes":    filled(size, root, end, nested(func(i int) string { return fmt.Sprintf(`<a xmlns:p%d="u">`, i%900) }, "a", 60)),
		"nested default declarations":            filled(size, root, end, nested(always(`<a xmlns="u">`), "a", 60)),
		"deep nesting under declarations":        filled(size, declared, end, nested(always(`<p0:a>`), "p0:a", 250)),
		"children under declarations":            filled(size, declared, end, always("<a/>")),
		"prefixed children under declarations":   filled(size, declared, end, always("<p0:a/>")),
		"prefixed attributes under declarations": filled(size, declared, end, always(`<a p0:b=""/>`)),
		"sibling declarations":                   filled(size, root, end, always(`<a xmlns:p="u"/>`)),
		"sibling declarations of new prefixes":   filled(size, root, end, func(i int) string { return fmt.Sprintf(`<a xmlns:p%d="u%d"/>`, i%400, i%500) }),
		"new names":                              filled(size, root, end, func(i int) string { return fmt.Sprintf("<a%d/>", i) }),
		"many names":                             filled(size, root, end, func(i int) string { return fmt.Sprintf("<a%d/>", i%990) }),
		"new names of attributes":                filled(size, root, end, func(i int) string { return fmt.Sprintf(`<a b%d=""/>`, i) }),
		"long names":                             filled(size, root, end, always("<"+strings.Repeat("a", 1000)+"/>")),
		"many attributes":                        filled(size, root, end, always("<a"+attributes(100, ` b%d=""`)+"/>")),
		"many attributes of leaves":              filled(size, inGroup, "</TransitOperation>"+end, always("<LRN"+attributes(100, ` b%d=""`)+">A</LRN>")),
		"many attributes in scope":               filled(size, root, end, nested(always("<a"+attributes(100, ` b%d=""`)+">"), "a", 250)),
		"deep nesting":                           filled(size, root, end, nested(always("<a>"), "a", 255)),
		"deep nesting of known names":            filled(size, root, end, nested(always("<Consignment>"), "Consignment", 255)),
		"empty elements":                         filled(size, root, end, always("<a/>")),
		"empty known elements":                   filled(size, inGroup, "</TransitOperation>"+end, always("<LRN/>")),
		"empty elements in a leaf":               filled(size, inGroup+"<LRN>", "</LRN></TransitOperation>"+end, always("<a/>")),
		"wrong values":                           filled(size, inGroup, "</TransitOperation>"+end, always("<LRN> </LRN>")),
		"wrong values of a long enumeration":     filled(size, inGroup, "</TransitOperation>"+end, always("<declarationType>x</declarationType>")),
		"wrong attributes":                       filled(size, root, end, always(`<messageSender a="">A</messageSender>`)),
		"types of instances":                     filled(size, root[:len(root)-1]+` xmlns:x="http://www.w3.org/2001/XMLSchema-instance">`, end, always(`<a x:type="b"/>`)),
		"nil instances":                          filled(size, inGroup[:len(root)-1]+` xmlns:x="http://www.w3.org/2001/XMLSchema-instance">`+inGroup[len(root):], "</TransitOperation>"+end, always(`<LRN x:nil="1"/>`)),
		"references to characters":               filled(size, root, end, always("&#65;")),
		"references":                             filled(size, inGroup+"<LRN>", "</LRN></TransitOperation>"+end, always("&amp;")),
		"references in an attribute":             filled(size, root, end, always(`<a b="`+strings.Repeat("&amp;", 1000)+`"/>`)),
		"carriage returns":                       filled(size, root, end, always("\r")),
		"carriage returns between errors":        filled(size, inGroup, "</TransitOperation>"+end, always("\r<LRN/>")),
		"lines":                                  filled(size, root, end, always("\n")),
		"one value":                              filled(size, inGroup+"<LRN>", "</LRN></TransitOperation>"+end, always("x")),
		"one value beyond ASCII":                 filled(size, inGroup+"<LRN>", "</LRN></TransitOperation>"+end, always("\U0001F69A")),
		"one number":                             filled(size, head+"<Consignment><grossMass>", "</grossMass></Consignment>"+end, always("1")),
		"text in a group":                        filled(size, root, end, always("x<a/>")),
		"text in pieces":                         filled(size, inGroup+"<LRN>", "</LRN></TransitOperation>"+end, always("<![CDATA[x]]>")),
		"comments":                               filled(size, root, end, always("<!---->")),
		"text between comments":                  filled(size, inGroup+"<LRN>", "</LRN></TransitOperation>"+end, always("x<!---->")),
		"processing instructions":                filled(size, root, end, always("<?p?>")),
		"processing instructions of new names":   filled(size, root, end, func(i int) string { return fmt.Sprintf("<?p%d?>", i) }),
		"a cut document":                         filled(size, inGroup, "", always("<LRN/>")),
		"brackets":                               filled(size, root, end, always("]")),
		"bytes that are not UTF-8 at the end":    filled(size, inGroup, "\xff", always("<LRN/>")),
		"groups without their content":           filled(size, head, end, always("<Guarantee/>")),
		"repetitions of the root":                filled(size, root, end, always("<ncts:CC015C/>")),
	}
}

// TestNoDocumentCostsMuchMoreThanAValidOne compares processor times within one run, so that it does not depend on the
// machine.
func TestNoDocumentCostsMuchMoreThanAValidOne(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: compares processor times, which short runs do not")
	}
	set, err := Load(xsd.Files, "phase5")
	if err != nil {
		t.Fatal(err)
	}
	const size = 1 << 20
	valid := yardstick(t, set)
	for name, document := range hostile(size) {
		if cost := leastCost(set, document, valid); cost > worstCost*valid {
			t.Errorf("%s: %v for a megabyte, %.1f times what a valid declaration takes", name, cost, float64(cost)/float64(valid))
		}
	}
}

// FuzzCost looks for pieces of text that, repeated, take long. The fuzzer slows our own code down and libxml2's
// not, which is the yardstick.
func FuzzCost(f *testing.F) {
	set, err := Load(xsd.Files, "phase5")
	if err != nil {
		f.Fatal(err)
	}
	const size = 1 << 18
	for _, document := range hostile(1 << 12) {
		at := len(document) / 2
		f.Add(document[:at-200], document[at-200:at+200], document[at+200:])
	}
	valid := yardstick(f, set)
	f.Fuzz(func(t *testing.T, before, piece, after []byte) {
		if len(piece) == 0 || len(before)+len(piece)+len(after) > size {
			return
		}
		document := append(append(bytes.Clone(before), bytes.Repeat(piece, size/len(piece)+1)...), after...)
		if cost := leastCost(set, document, valid); cost > 3*worstCost*valid {
			t.Errorf("%.1f times what a valid declaration takes", float64(cost)/float64(valid))
		}
	})
}
