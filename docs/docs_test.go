// Package docs_test checks what the documents and the code refer to.
package docs_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
)

func TestDocs(t *testing.T) {
	suite.Run(t, "docs")
}

var _ = Describe("A link", func() {
	It("leads to a file and an anchor of the repository", func() {
		repository := tree()
		var broken []string
		for _, page := range repository.files(".md") {
			fenced := false
			for n, line := range strings.Split(repository.text(page), "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "```") {
					fenced = !fenced
				}
				if fenced {
					continue
				}
				for _, m := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, "`code`"), -1) {
					if what := repository.missing(page, m[1]); what != "" {
						broken = append(broken, place(page, n)+m[1]+": "+what)
					}
				}
			}
		}
		Expect(broken).To(BeEmpty())
	})
})

var _ = Describe("A citation in the code", func() {
	It("leads to a page and an anchor of the repository", func() {
		repository := tree()
		var broken []string
		for _, file := range repository.files(".go", ".c", ".h") {
			for n, line := range strings.Split(repository.text(file), "\n") {
				for _, m := range citation.FindAllStringSubmatch(line, -1) {
					targets := []string{m[1]}
					if anchors := strings.FieldsFunc(m[2], func(r rune) bool { return !anchorRune(r) }); len(anchors) > 0 {
						targets = nil
						for _, a := range anchors {
							if a, ok := strings.CutPrefix(a, "#"); ok {
								targets = append(targets, m[1]+"#"+a)
							}
						}
					}
					for _, t := range targets {
						if what := repository.missing("README.md", t); what != "" {
							broken = append(broken, place(file, n)+t+": "+what)
						}
					}
				}
			}
		}
		Expect(broken).To(BeEmpty())
	})

	It("is an anchor, not the number of a section", func() {
		repository := tree()
		var found []string
		for _, file := range repository.files(".go", ".c", ".h") {
			for n, line := range strings.Split(repository.text(file), "\n") {
				if numbered.MatchString(line) && !strings.Contains(line, "RFC ") && !strings.Contains(line, "#") {
					found = append(found, place(file, n)+strings.TrimSpace(line))
				}
			}
		}
		Expect(found).To(BeEmpty(), "write docs/spec/process.md#4-3")
	})
})

var _ = Describe("docs/README.md", func() {
	It("lists every page, and those of the specification and the decisions in their own indexes", func() {
		repository := tree()
		var missing []string
		for _, page := range repository.files(".md") {
			folder, name := path.Split(page)
			if strings.HasPrefix(folder, "docs/") && name != "README.md" &&
				!strings.Contains(repository.text(folder+"README.md"), "]("+name+")") {
				missing = append(missing, page)
			}
		}
		Expect(missing).To(BeEmpty())
	})
})

var _ = Describe("docs/architecture.md", func() {
	It("lists every package of the simulator", func() {
		repository := tree()
		page := repository.text("docs/architecture.md")
		listed := map[string]bool{}
		for _, file := range repository.files(".go") {
			dir, ours := strings.CutPrefix(path.Dir(file), "simulator/")
			if ours && !strings.HasSuffix(file, "_test.go") && !strings.Contains(dir, "testdata") {
				listed[dir] = regexp.MustCompile(`(?m)^ +` + regexp.QuoteMeta(dir) + ` `).MatchString(page)
			}
		}
		Expect(listed).NotTo(ContainElement(false))
	})

	It("lists the packages so that imports point downwards, and the APIs do not import each other", func() {
		repository := tree()
		_, list, _ := strings.Cut(repository.text("docs/architecture.md"), "## Packages")
		place := map[string]int{}
		for i, m := range regexp.MustCompile(`(?m)^ +([a-z0-9/]+)  +\S`).FindAllStringSubmatch(strings.Split(list, "```")[1], -1) {
			place["simulator/"+m[1]] = i
		}
		shared := []string{"bind", "endpoint", "exchange", "pages", "platform", "wire"}
		var wrong []string
		for _, file := range repository.files(".go") {
			dir := path.Dir(file)
			if strings.HasSuffix(file, "_test.go") || !strings.HasPrefix(dir, "simulator/") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(repository.root, file), nil, parser.ImportsOnly)
			Expect(err).NotTo(HaveOccurred())
			for _, i := range parsed.Imports {
				imported := strings.TrimPrefix(strings.Trim(i.Path.Value, `"`), "nctsim/")
				if !strings.HasPrefix(imported, "simulator/") {
					continue
				}
				adapter, ofAPI := strings.CutPrefix(dir, "simulator/api/")
				other, another := strings.CutPrefix(imported, "simulator/api/")
				switch {
				case place[imported] <= place[dir]:
					wrong = append(wrong, dir+" imports "+imported+", which is listed above it")
				case ofAPI && another && !slices.Contains(shared, other):
					wrong = append(wrong, adapter+" imports "+other)
				}
			}
		}
		Expect(slices.Compact(wrong)).To(BeEmpty())
	})

	It("names files that are there", func() {
		repository := tree()
		for _, m := range file.FindAllStringSubmatch(repository.text("docs/architecture.md"), -1) {
			Expect(filepath.Join(repository.root, "simulator", strings.TrimPrefix(m[1], "simulator/"))).To(BeAnExistingFile())
		}
	})
})

// file is a file of the simulator as the page about its architecture names it: `office/phases56_departures.go`.
var file = regexp.MustCompile("`([a-z/]+/[a-z0-9_]+\\.go)`")

var (
	// citation is a page as code names it, from the root on, with anchors: "docs/spec/process.md#4-2 and #5-2".
	citation = regexp.MustCompile(`\b(docs/[\w./-]*\w\.md)((?:#[\w-]+(?:(?:,? (?:and|to|or) |, )#[\w-]+)*)?)`)
	numbered = regexp.MustCompile(`(?i)\bsections? [0-9]|\b(?:process|responses|contract) [0-9]+\.[0-9]|process[ ]page|timer[ ]table|[(]design,`)
)

func anchorRune(r rune) bool {
	return r == '#' || r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	codeSpan = regexp.MustCompile("`[^`]*`")
	heading  = regexp.MustCompile(`^#{1,6} (.*)$`)
	anchorID = regexp.MustCompile(`<a id="([^"]+)">`)
)

// checkout is the repository as these checks see it.
type checkout struct {
	root    string
	anchors map[string]map[string]bool // of pages that were asked for
}

func tree() *checkout {
	root, err := filepath.Abs("..")
	Expect(err).NotTo(HaveOccurred())
	return &checkout{root, map[string]map[string]bool{}}
}

// files are the paths of all files with one of the extensions, from the root on and with slashes.
func (c *checkout) files(extensions ...string) []string {
	GinkgoHelper()
	var out []string
	Expect(fs.WalkDir(os.DirFS(c.root), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "dist" || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.IsDir() && slices.Contains(extensions, path.Ext(p)):
			out = append(out, p)
		}
		return nil
	})).To(Succeed())
	Expect(out).NotTo(BeEmpty())
	return out
}

func (c *checkout) text(file string) string {
	GinkgoHelper()
	data, err := os.ReadFile(filepath.Join(c.root, filepath.FromSlash(file)))
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

// missing says what is wrong with a target as a page names it, "" if nothing is.
func (c *checkout) missing(page, target string) string {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return ""
	}
	file, anchor, _ := strings.Cut(target, "#")
	name := page
	if file != "" {
		name = path.Join(path.Dir(page), file)
	}
	if _, err := os.Stat(filepath.Join(c.root, filepath.FromSlash(name))); err != nil {
		return "there is no such file"
	}
	if anchor != "" && !c.anchorsOf(name)[anchor] {
		return "there is no such anchor in " + name
	}
	return ""
}

// anchorsOf are the places of a page that links can lead to: ids that are written out, and headings, named as GitHub
// names them.
func (c *checkout) anchorsOf(page string) map[string]bool {
	if known, ok := c.anchors[page]; ok {
		return known
	}
	out := map[string]bool{}
	fenced := false
	for line := range strings.SplitSeq(c.text(page), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		for _, m := range anchorID.FindAllStringSubmatch(line, -1) {
			out[m[1]] = true
		}
		if m := heading.FindStringSubmatch(line); m != nil && !fenced {
			out[slug(m[1])] = true
		}
	}
	c.anchors[page] = out
	return out
}

func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, link.ReplaceAllString(strings.ReplaceAll(heading, "[", ""), ""))
}

func place(file string, line int) string { return file + ":" + strconv.Itoa(line+1) + ": " }
