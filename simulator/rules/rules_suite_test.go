package rules

import (
	"context"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
)

func TestRules(t *testing.T) {
	suite.Run(t, "rules")
}

// What all specs share: the schemas, the book, and a checker for each mode.
var (
	catalogue         *message.Catalogue
	book              *Book
	final, transition *Checker
)

var _ = BeforeSuite(func() {
	catalogue = simtest.Catalogue()
	var err error
	book, err = Load(Sources{})
	Expect(err).NotTo(HaveOccurred())
	final = newChecker(Options{})
	transition = newChecker(Options{Mode: Transition})
})

func newChecker(o Options) *Checker {
	GinkgoHelper()
	c, err := book.Checker(o)
	Expect(err).NotTo(HaveOccurred())
	return c
}

// made is a valid message after edits (see edits_test.go).
func made(p message.Phase, name, edits string) *message.Document {
	GinkgoHelper()
	d, err := edited(fixture(p, name), edits)
	Expect(err).NotTo(HaveOccurred())
	return d
}

func check(c *Checker, d *message.Document) []Finding {
	GinkgoHelper()
	found, others, err := c.Check(context.Background(), d)
	Expect(err).NotTo(HaveOccurred())
	from := laidOut(d)
	for _, read := range []func() (*message.Document, error){
		func() (*message.Document, error) { return catalogue.Parse(d.Phase, from) },
		func() (*message.Document, error) { return catalogue.Read(d.Phase, message.InMemory(from)) },
	} {
		read, err := read()
		Expect(err).NotTo(HaveOccurred())
		shown, registered, err := c.Check(context.Background(), read)
		Expect(err).NotTo(HaveOccurred())
		Expect(shown).To(Equal(found), "however the message is laid out and read: %s", from)
		Expect(registered).To(Equal(others), "however the message is laid out and read: %s", from)
	}
	return found
}

// registeredOf is what the registers say of a message.
func registeredOf(c *Checker, d *message.Document) []Finding {
	GinkgoHelper()
	_, registered, err := c.Check(context.Background(), d)
	Expect(err).NotTo(HaveOccurred())
	return registered
}

// laidOut is a message as traders write it: with a declaration, comments, indented, and a prefix of its own.
func laidOut(d *message.Document) []byte {
	const between = ">\n  <!-- a comment -->\t<"
	text := strings.Replace(strings.ReplaceAll(string(d.Bytes()), "ncts:", "own:"), "xmlns:ncts", "xmlns:own", 1)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "><", between), between+"/", "></") // nothing new inside a leaf
	return []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text)
}

// pointers are the findings as "code reason pointer", which is what a trader sees of them.
func pointers(found []Finding) []string {
	out := []string{}
	for _, f := range found {
		out = append(out, strings.Join([]string{f.Code, f.Reason, f.Pointer}, " "))
	}
	return out
}

func schemaErrors(d *message.Document) []schema.Error {
	return catalogue.Set(d.Phase).Validate(context.Background(), d.Bytes(), schema.Options{Root: d.Root.Name}).Errors
}
