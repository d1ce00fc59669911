package message_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/fixtures"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/xmltree"
	"nctsim/xsd"
)

func TestMessage(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "message")
}

var catalogue *message.Catalogue

var _ = BeforeSuite(func() {
	var err error
	catalogue, err = loadCatalogue()
	Expect(err).NotTo(HaveOccurred())
})

func loadCatalogue() (*message.Catalogue, error) {
	sets := map[message.Phase]*schema.Set{}
	for _, p := range []message.Phase{message.Phase5, message.Phase6} {
		set, err := schema.Load(xsd.Files, p.Dir())
		if err != nil {
			return nil, err
		}
		sets[p] = set
	}
	return message.NewCatalogue(sets), nil
}

// fixture is a valid sample message of a phase: fixture(5, "ie015-tir-xi").
func fixture(p message.Phase, name string) *message.Document {
	GinkgoHelper()
	data, err := fixtures.Files.ReadFile(path.Join(p.Dir(), "valid", name+".xml"))
	Expect(err).NotTo(HaveOccurred())
	d, err := catalogue.Parse(p, data)
	Expect(err).NotTo(HaveOccurred())
	return d
}

// fixtureNames lists the valid sample messages of a phase.
func fixtureNames(p message.Phase) []string {
	GinkgoHelper()
	files, err := fs.Glob(fixtures.Files, path.Join(p.Dir(), "valid", "*.xml"))
	Expect(err).NotTo(HaveOccurred())
	Expect(files).NotTo(BeEmpty())
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".xml"))
	}
	return names
}

// parse reads a document that need not be valid.
func parse(p message.Phase, text string) *message.Document {
	GinkgoHelper()
	d, err := catalogue.Parse(p, []byte(text))
	Expect(err).NotTo(HaveOccurred())
	return d
}

// shape is a tree as text without positions in the source, for comparing.
func shape(n *xmltree.Node) string {
	if len(n.Children) == 0 {
		return n.Name + "=" + n.Text
	}
	parts := make([]string, len(n.Children))
	for i, c := range n.Children {
		parts[i] = shape(c)
	}
	return n.Name + "{" + strings.Join(parts, " ") + "}"
}
