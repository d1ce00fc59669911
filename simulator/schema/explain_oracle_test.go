package schema

import (
	"context"
	"math/rand"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"nctsim/simulator/xmltree"
)

// TestExplanationAgreesWithJDK breaks the fixtures against their schemas and compares every error, place and text.
func TestExplanationAgreesWithJDK(t *testing.T) {
	jdk := newOracle(t)
	sets, _ := loadAll(t)
	random := rand.New(rand.NewSource(1))
	wrong := 0
	for i, phase := range []string{"phase4", "phase5", "phase6"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "fixtures", phase, "*", "*.xml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("fixtures of %s: %v %v", phase, files, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root, err := xmltree.Parse(data)
			if err != nil || sets[i].Root(root.Name) == nil {
				continue
			}
			for range 3 {
				document := bend(random, sets[i], data)
				want, err := jdk.ask(path.Join("..", "..", "xsd", phase, root.Name+".xsd"), document)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, e := range sets[i].Validate(context.Background(), document, Options{Root: root.Name}).Errors {
					got = append(got, strings.ReplaceAll(e.Error(), "\n", `\n`))
				}
				if strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s\nJDK:\n%s\nours:\n%s\n%s", file, strings.Join(want, "\n"), strings.Join(got, "\n"), document)
					if wrong++; wrong > 5 {
						return
					}
				}
			}
		}
	}
}

// bend makes one or a few changes to a document that leave it readable.
func bend(random *rand.Rand, set *Set, data []byte) []byte {
	for again := true; again; again = random.Intn(3) == 0 {
		root, err := xmltree.Parse(data)
		if err != nil {
			return data
		}
		all := []*xmltree.Node{root}
		for i := 0; i < len(all); i++ {
			all = append(all, all[i].Children...)
		}
		n := all[random.Intn(len(all))]
		text := string(data)
		whole := text[n.Start:n.Close]
		switch random.Intn(5) {
		case 0:
			data = mutate(random, data)
		case 1:
			at := n.Open - 1
			if text[at-1] == '/' {
				at--
			}
			data = []byte(text[:at] + attribute(random, set, root, n) + text[at:])
		case 2:
			at := []int32{n.Start, n.Open, n.Close}[random.Intn(3)]
			if at <= root.Start || at >= root.Close {
				continue
			}
			data = []byte(text[:at] + fillers[random.Intn(len(fillers))] + text[at:])
		case 3:
			if len(n.Children) == 0 {
				data = []byte(text[:n.Start] + "<" + n.QName() + ">" + oddTexts[random.Intn(len(oddTexts))] + "</" + n.QName() + ">" + text[n.Close:])
			}
		default:
			if n == root {
				data = []byte(text[:n.Start] + "<Envelope><Body>" + whole + "</Body></Envelope>" + text[n.Close:])
				continue
			}
			o := all[random.Intn(len(all))]
			with := []string{
				strings.Repeat(whole, 101) + `<q:Odd xmlns:q="urn:q"/>`, whole + "<Foo><Bar a='1'>text</Bar></Foo>", text[root.Start:root.Close], text[o.Start:o.Close] + whole,
				`<q:` + n.Name + ` xmlns:q="http://ncts.dgtaxud.ec"/>` + whole, `<Foo xmlns:i="` + instanceNamespace + `" i:type="ncts:LRNContentType03"> bad  value</Foo>`,
			}
			data = []byte(text[:n.Start] + with[random.Intn(len(with))] + text[n.Close:])
		}
	}
	return data
}

// attribute is one to be added to the start tag of n, as a rule of the namespace of schema instances.
func attribute(random *rand.Rand, set *Set, root, n *xmltree.Node) string {
	own := "X"
	if e := declared(set.Root(root.Name), root, n); e != nil {
		own = e.TypeName
	}
	values := []string{
		`nil="true"`, `nil="false"`, `nil=" 0 "`, `nil="maybe"`, `nil=""`, `type="OWN"`, `type="ncts:OWN"`, "type=\"\tncts:OWN&#10;\"", `type="ncts:NoSuch"`, `type="a:b:c"`, `type="q:b"`, `type=""`, `type=":x"`,
		`type="x:"`, `type="1x"`, `type="x:OWN" xmlns:x="http://ncts.dgtaxud.ec"`, `type="xs:string" xmlns:xs="` + builtinNamespace + `"`, `type="xs:anyType" xmlns:xs="` + builtinNamespace + `"`, `type="ncts:CC015CType"`,
		`type="ncts:GrnContentType"`, `type="ncts:ConsignmentType01"`, `type="HEAHEAType"`, `type="Numeric_8"`, `schemaLocation="a b"`, `noNamespaceSchemaLocation="a"`, `kind="1"`, `nil="1" i:type="q:b" other="1"`,
	}
	if random.Intn(6) == 0 {
		return []string{` other="1"`, ` xml:lang="en"`, ` ncts:PhaseID="NCTS5.1"`, ` xmlns="urn:x"`, ` xmlns=""`, ` xmlns:i="urn:x" i:nil="true"`}[random.Intn(6)]
	}
	return ` xmlns:i="` + instanceNamespace + `" i:` + strings.ReplaceAll(values[random.Intn(len(values))], "OWN", own)
}

// declared is the declaration of n, which stands in top.
func declared(e *Element, top, n *xmltree.Node) *Element {
	if e == nil || top == n {
		return e
	}
	for _, c := range top.Children {
		if c.Start <= n.Start && n.Close <= c.Close {
			return declared(e.Child(c.Name), c, n)
		}
	}
	return nil
}

var fillers = []string{"<![CDATA[]]>", "<![CDATA[ \n]]>", "<![CDATA[x]]>", "&#32;", "&#13;", "&#160;", "<!-- c -->", "<?p i?>", "x", "\u2028", "&amp;", "  \t\n", "\r\n"}

var oddTexts = append([]string{
	"é", "🚚", strings.Repeat("🚚", 9), strings.Repeat("🚚", 18), strings.Repeat("é", 36), "a\u2028b", "\u180ea", "\u00a0", "\u3000x", "x\u200b", "\u0085", "٢٠٢٦-٠١-٠١", "1.٣", "૧", "\uff11", "2026-02-28T24:00:00", "2026-02-30T24:00:00",
	"0000-01-01T00:00:00", "2026-00-10", "2100-02-29", "-2026-02-02", "2026-02-02Z", "1.0000001", "99999999999999.999", "12345678901234567", "1.100", "+5", "-0", "2000", "100000", "a&#10;b", "a\r\nb", "a\rb", "a<!-- c -->b", "a <![CDATA[ ]]> b",
	"a<?p?>b", "&#x1F69A;", "&#x2028;b", "90x00000", "a@b.c ", "é@b.c", strings.Repeat("a", 253) + "@b.cd", "24gb0000010000031", "24GB1", "26GB0000010000031a",
}, oddValues...)
