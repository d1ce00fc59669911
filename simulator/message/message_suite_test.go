package message_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/xmltree"
)

func TestMessage(t *testing.T) {
	suite.Run(t, "message")
}

var catalogue *message.Catalogue

var _ = BeforeSuite(func() {
	catalogue = simtest.Catalogue()
})

// fixture is a valid sample message of a phase: fixture(5, "ie015-tir-xi").
var fixture = simtest.Document

// fixtureNames lists the valid sample messages of a phase.
func fixtureNames(p message.Phase) []string { return simtest.Samples(p, "*") }

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
