package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("docs/phases.md", func() {
	It("lists every declaration that tells generations or phases apart", func() {
		repository := tree()
		listed := map[string]bool{}
		for _, row := range regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(repository.text("docs/phases.md"), -1) {
			for _, place := range codeSpan.FindAllString(row[1], -1) {
				listed[strings.Trim(place, "`")] = true
			}
		}
		var unlisted []string
		there := map[string]bool{}
		for _, file := range repository.files(".go") {
			if !strings.HasSuffix(file, "_test.go") && !strings.HasPrefix(file, "tests/") {
				for _, place := range apart(filepath.Join(repository.root, file)) {
					there[place] = true
					if !listed[place] {
						unlisted = append(unlisted, place)
					}
				}
			}
		}
		Expect(unlisted).To(BeEmpty(), "add them to the page, with a word about what varies")
		for place := range listed {
			Expect(there).To(HaveKey(place), "take out what is gone")
		}
	})
})

// generations are the names in package message that tell phases apart.
var generations = []string{"GenerationPhase4", "GenerationPhases56", "Generations", "Phase4", "Phase5", "Phase6"}

// apart are the declarations of a file that name a phase or a generation, as the page writes them: "office.processes". The
// constants themselves are none of them.
func apart(file string) []string {
	GinkgoHelper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	Expect(err).NotTo(HaveOccurred())
	within := parsed.Name.Name
	names := func(n ast.Node) bool {
		named := false
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				of, ok := n.X.(*ast.Ident)
				named = named || ok && of.Name == "message" && slices.Contains(generations, n.Sel.Name)
			case *ast.Ident:
				named = named || within == "message" && slices.Contains(generations, n.Name)
			}
			return true
		})
		return named
	}
	var out []string
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if names(d) {
				out = append(out, within+"."+receiver(d)+d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if ok && names(v) && !(within == "message" && d.Tok == token.CONST) {
					out = append(out, within+"."+v.Names[0].Name)
				}
			}
		}
	}
	return out
}

// receiver is the type that a method belongs to, with a dot behind; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	return t.(*ast.Ident).Name + "."
}
