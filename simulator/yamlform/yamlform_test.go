package yamlform_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/yamlform"
	"nctsim/simulator/yamlform/yamlformtest"
)

func TestYamlform(t *testing.T) {
	suite.Run(t, "yamlform")
}

var format = yamlform.Format{Noun: "menu", MaxBytes: 1 << 10, NotXML: "a menu is YAML"}

// menu has a key of every kind.
var menu = &yamlform.Shape{Name: "menu", Kind: yamlform.Group, Optional: true, Doc: "What there is to eat.", Fields: []yamlform.Field{
	{Key: "title", Required: true, Doc: "Its name.", Shape: &yamlform.Shape{Kind: yamlform.Text, Match: regexp.MustCompile(`^[A-Z]`), Example: "Lunch"}},
	{Key: "price", Doc: "In pounds.", With: []string{"currency"}, Shape: &yamlform.Shape{Kind: yamlform.Value, Match: regexp.MustCompile(`^[0-9.]+$`), Example: "12.50"}},
	{Key: "currency", Doc: "Of the price.", Shape: &yamlform.Shape{Kind: yamlform.Word, Noun: "currency", Words: []string{"GBP", "EUR"}, Optional: true}},
	{Key: "guests", Doc: "How many.", Shape: &yamlform.Shape{Kind: yamlform.Number, Least: 1, Most: 8}},
	{Key: "vegan", Doc: "Whether it is.", Shape: &yamlform.Shape{Kind: yamlform.Flag}},
	{Key: "sold", Doc: "Whether it is.", Shape: &yamlform.Shape{Kind: yamlform.True}},
	{Key: "takes", Doc: "How long.", Shape: &yamlform.Shape{Kind: yamlform.Duration}},
	{Key: "fits", Doc: "Names.", Shape: &yamlform.Shape{Kind: yamlform.Pattern}},
	{Key: "notes", Doc: "Anything.", Shape: &yamlform.Shape{Kind: yamlform.Free}},
	{Key: "even", Doc: "A number.", Shape: &yamlform.Shape{Kind: yamlform.Text, Check: even}},
	{Key: "courses", Doc: "In order.", Shape: &yamlform.Shape{Kind: yamlform.List, Least: 1, Item: &yamlform.Shape{Kind: yamlform.Choice, Choices: []*yamlform.Shape{
		{Kind: yamlform.Text},
		{Name: "course", Kind: yamlform.Group, Noun: "part of a course", OneOf: []string{"dish", "drink"}, Doc: "A course.", Fields: []yamlform.Field{
			{Key: "dish", Doc: "To eat.", Shape: &yamlform.Shape{Kind: yamlform.Text}}, {Key: "drink", Doc: "To drink.", Shape: &yamlform.Shape{Kind: yamlform.Text}},
		}},
	}}}},
	{Key: "tables", Doc: "Who sits there.", Shape: &yamlform.Shape{Kind: yamlform.Table, Least: 1, KeyNoun: "number of a table", Item: &yamlform.Shape{Kind: yamlform.Text}}},
}}

func even(text string) error {
	if strings.ContainsAny(text[len(text)-1:], "02468") {
		return nil
	}
	return errors.New(text + " is odd; hint: add one")
}

func problems(text string) yamlform.Problems {
	file, root := yamlform.Parse("menu.yaml", []byte(text), format)
	if root != nil {
		file.Check(root, menu, "the menu")
	}
	return file.Problems()
}

var _ = Describe("A YAML file", func() {
	It("is read with its texts as they are written", func() {
		text := "title: Lunch\nprice: 012.50\ncurrency:\nguests: 2\nvegan: false\nsold: true\ntakes: 1h30m\nfits: ^a\nnotes: {a: [1, x]}\neven: 4\n" +
			"courses: [soup, {dish: pie}]\ntables: {1: Ann}\n"
		Expect(problems(text)).To(BeEmpty())
		_, root := yamlform.Parse("menu.yaml", []byte(text), format)
		Expect(root.Get("price").String()).To(Equal("012.50"))
		Expect(root.Get("notes").Plain()).To(Equal(map[string]any{"a": []any{"1", "x"}}))
		Expect(root.Get("nothing").Get("below").List()).To(BeEmpty())
	})

	It("may be empty where its format says so", func() {
		for _, text := range []string{"", "# nothing\n"} {
			Expect(problems(text)).To(HaveExactElements(MatchError("menu.yaml:1:1: the menu has no title")))
		}
		strict := format
		strict.Start = "begin with title:"
		file, root := yamlform.Parse("menu.yaml", nil, strict)
		Expect(root).To(BeNil())
		Expect(file.Err()).To(MatchError("menu.yaml:1:1: the file is empty; hint: begin with title:"))
	})

	DescribeTable("is refused with the place of the mistake, and what would be right:",
		func(text, want string) {
			Expect(problems("title: Lunch\n" + text)).To(HaveExactElements(MatchError("menu.yaml:" + want)))
		},
		Entry("text of another form", "title2: x", "2:1: the menu has no key title2; hint: did you mean title"),
		Entry("value of another form", "currency: GBP\nprice: free", "3:8: price cannot be free; hint: it looks like 12.50"),
		Entry("key without its companion", "price: 1", "2:1: price is allowed only beside currency"),
		Entry("unknown word", "currency: GPB", "2:11: there is no currency GPB; hint: did you mean GBP"),
		Entry("number out of bounds", "guests: 9", "2:9: guests is 9; it takes a whole number from 1 to 8"),
		Entry("no value", "guests:", "2:8: guests has no value"),
		Entry("list for a value", "guests: [1]", "2:9: guests is a list here; it takes a single value"),
		Entry("empty list", "courses: []", "2:10: courses is an empty list"),
		Entry("what a check refuses", "even: 3", "2:7: even: 3 is odd; hint: add one"),
		Entry("unknown key of a group with a name for keys", "courses: [{dish: x, dishes: y}]", "2:21: there is no part of a course dishes; hint: did you mean dish"),
		Entry("both of two keys", "courses: [{dish: x, drink: y}]", "2:21: the course has both dish and drink; hint: it takes one of dish, drink"),
		Entry("anchor", "notes: &a x", "2:8: a menu cannot have anchors, aliases or tags; hint: write the value out"),
		Entry("second document", "---\ntitle: Dinner", "3:1: one file holds one menu; hint: put every menu into a file of its own"),
	)

	It("that is too long, XML or not UTF-8 is refused as a whole", func() {
		Expect(problems(strings.Repeat("#", 2<<10))).To(HaveExactElements(MatchError("menu.yaml:1:1: the file has 2048 bytes; a menu has at most 1024")))
		Expect(problems("<menu/>")).To(HaveExactElements(MatchError("menu.yaml:1:1: the file is XML; hint: a menu is YAML")))
		Expect(problems("\xff\xfet\x00i\x00")).To(HaveExactElements(MatchError(HavePrefix("menu.yaml: the file is saved as UTF-16"))))
	})

	It("has a JSON Schema and a reference with every key", func() {
		var schema struct {
			Properties map[string]any
		}
		Expect(json.Unmarshal(yamlformtest.JSONSchema("menu", menu), &schema)).To(Succeed())
		reference := yamlformtest.Reference(menu)
		for _, f := range menu.Fields {
			Expect(schema.Properties).To(HaveKey(f.Key))
			Expect(reference).To(ContainSubstring("| `" + f.Key + "`"))
		}
		Expect(reference).To(ContainSubstring("### Course\n"))
		Expect(reference).To(ContainSubstring("number of a table: text"))
	})
})

// FuzzParse looks for files on which reading does not end, panics, or reports a place that does not exist.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "title: a\n", "title: [a\n", "- a", "a: &b c", "a: *b", "? a\n: b\n", "<<: {a: b}", "title: |\n  a\n", "0:\r\"", "a:\n\t1", "--- \na: 1\n---\na: 2\n",
		"title: Grüße\ncourses: [{dish: x, drink: y}]\n", "tables: {1: x, 1: y}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := yamlform.Lines([]byte(strings.TrimLeft(text, "\ufeff")))
		for _, p := range problems(text) {
			if p.Line == 0 && strings.Contains(p.Text, "UTF-") {
				continue
			}
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(lines[p.Line-1])+1 {
				t.Fatalf("no such place: %s", p.Error())
			}
		}
	})
}
