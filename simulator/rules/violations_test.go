package rules

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
)

// violation is a row of testdata/violations: a message that does not obey one assertion.
type violation struct {
	assertion, base, edits string
	// pointer and original are what the trader gets to see.
	pointer, original string
	// also names the assertions and code lists that cannot be obeyed then either, and schema if the message is not
	// even valid.
	also []string
}

// schemaToo marks a violation that the schema refuses before any rule is looked at.
const schemaToo = "schema"

func readViolations(p message.Phase) map[string]violation {
	files, err := filepath.Glob(filepath.Join("testdata", "violations", p.Dir()+"-*.tsv"))
	if err != nil {
		panic(err)
	}
	out := map[string]violation{}
	for _, file := range files {
		rows, err := readRows(os.DirFS("."), filepath.ToSlash(file), "assertion", "base", "edits", "pointer", "original", "also")
		if err != nil {
			panic(err)
		}
		for _, row := range rows {
			c := row.cells
			out[c[0]] = violation{c[0], c[1], c[2], c[3], c[4], strings.Fields(c[5])}
		}
	}
	return out
}

// readBases reads testdata/bases.tsv: messages that are used more than once and are made from a fixture by edits.
func readBases() map[string][2]string {
	rows, err := readRows(os.DirFS("."), "testdata/bases.tsv", "base", "fixture", "edits")
	if err != nil {
		panic(err)
	}
	out := map[string][2]string{}
	for _, row := range rows {
		out[row.cells[0]] = [2]string{row.cells[1], row.cells[2]}
	}
	return out
}

func (v violation) document(p message.Phase) *message.Document {
	GinkgoHelper()
	edits := v.edits
	base := v.base
	if from, ok := readBases()[base]; ok {
		base, edits = from[0], from[1]+editSeparator+edits
	}
	return made(p, base, edits)
}

// checkerFor enforces an assertion and everything else that holds in its mode.
func checkerFor(p message.Phase, a assertion) *Checker {
	GinkgoHelper()
	o := Options{}
	if p == message.Phase5 && !a.final {
		o.Mode = Transition
	}
	if !a.on {
		o.On = []string{a.id}
	}
	return newChecker(o)
}

var _ = Describe("Every assertion", func() {
	whole, err := Load(Sources{})
	if err != nil {
		panic(err)
	}
	for key, set := range whole.all() {
		recipes := readViolations(key.phase)
		for _, a := range set.assertions {
			It("reports "+a.id+" ("+a.rule+") about "+a.context, func() {
				v, ok := recipes[a.id]
				Expect(ok).To(BeTrue(), "testdata/violations has no message that violates the assertion")
				d := v.document(key.phase)
				expectViolation(v, a, d, check(checkerFor(key.phase, a), d))
			})
		}
	}

	It("is the only one that its message violates, as far as that can be", func() {
		alone, all := 0, 0
		for _, p := range message.Phases {
			for _, v := range readViolations(p) {
				all++
				if len(v.also) == 0 {
					alone++
				}
			}
		}
		Expect(all).To(Equal(1355))
		Expect(alone).To(BeNumerically(">=", 1300), "some rules cannot be broken without others")
	})
})

func expectViolation(v violation, a assertion, d *message.Document, found []Finding) {
	GinkgoHelper()
	var own []Finding
	also := wordSet{}
	for _, f := range found {
		switch {
		case f.Assertion == a.id:
			own = append(own, f)
		case f.Assertion != "":
			also.add(f.Assertion)
		default:
			also.add(f.Reason)
		}
	}
	errs := schemaErrors(d)
	if len(errs) > 0 {
		also.add(schemaToo)
	}
	wanted := wordSet{}
	wanted.add(v.also...)
	Expect(also).To(Equal(wanted), "other findings, schema errors: %v", errs)
	Expect(own).NotTo(BeEmpty())
	want := Finding{Code: a.code, Reason: a.rule, Pointer: v.pointer, Original: v.original, Assertion: a.id, Logic: a.logic, Rule: a.rule, Path: v.pointer}
	if d.Phase.Generation() == message.GenerationPhase4 {
		if a.code == "12" {
			want.Reason = ""
		}
		want.Path = own[0].Path // the pointer is made of titles
		Expect(xmltree.WithoutPositions(want.Path)).To(Equal(strings.TrimSuffix(xmltree.WithoutPositions(a.context)+"/"+a.pointer, "/.")))
		Expect(own[0]).To(Equal(want))
		expectTitles(v, a)
		return
	}
	Expect(own[0]).To(Equal(want))
	expectPointer(v, a, d)
}

// expectTitles compares the recorded pointer of phase 4 with the data, by other means than it was made.
func expectTitles(v violation, a assertion) {
	GinkgoHelper()
	elements := strings.Split(strings.TrimPrefix(a.context, "/"), "/")[1:]
	if a.pointer != "." {
		elements = append(elements, a.pointer)
	}
	steps := strings.SplitN(v.pointer, ".", len(elements))
	Expect(steps).To(HaveLen(len(elements)))
	for i, step := range steps[:len(steps)-1] {
		code, _, _ := strings.Cut(step, "(")
		Expect(elements[i]).To(HaveSuffix(code))
	}
	all := titles()
	Expect(all).To(HaveKey(elements[len(elements)-1]))
	Expect(steps[len(steps)-1]).To(Equal(all[elements[len(elements)-1]].text))
}

// expectPointer compares the recorded pointer with the data and the message, by other means than it was made.
func expectPointer(v violation, a assertion, d *message.Document) {
	GinkgoHelper()
	p, err := xmltree.ParsePath(v.pointer)
	Expect(err).NotTo(HaveOccurred())
	names := []string{p.Root}
	for _, s := range p.Steps {
		names = append(names, s.Name)
	}
	want := strings.Split(strings.TrimPrefix(xmltree.WithoutPositions(a.context), "/"+rootPrefix+":"), "/")
	inContext := len(want)
	if a.pointer != "." {
		for _, s := range strings.Split(a.pointer, "/") {
			name, _, _ := strings.Cut(s, "[")
			want = append(want, name)
		}
	}
	Expect(names).To(Equal(want))
	e := d.Schema
	for i, s := range p.Steps {
		e = e.Child(s.Name)
		if i+1 < inContext {
			Expect(s.Index > 0).To(Equal(e.Max > 1), "position of "+s.Name)
		}
	}
	expectOriginal(v, a, e, p.Find(d.Root))
}

func expectOriginal(v violation, a assertion, e *schema.Element, found []*xmltree.Node) {
	GinkgoHelper()
	if a.code == "13" {
		Expect(found).To(BeEmpty(), "what is missing is not there")
	}
	if a.code == "15" {
		Expect(found).To(HaveLen(1), "what is not allowed is there")
	}
	switch {
	case len(found) == 0 || !e.Leaf():
		Expect(v.original).To(BeEmpty())
	case len(found[0].Text) <= phases56.maxOriginal:
		Expect(v.original).To(Equal(message.Value(found[0], e)))
	}
}
