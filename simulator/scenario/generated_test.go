package scenario_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/scenarios"
	"nctsim/simulator/scenario"
)

const (
	begin = "<!-- made by go test ./simulator/scenario -update: begin -->\n"
	end   = "<!-- made by go test ./simulator/scenario -update: end -->\n"
)

// compare fails if a file is not what is generated, or writes it when asked to.
func compare(file, want string) {
	GinkgoHelper()
	if *update {
		Expect(os.WriteFile(file, []byte(want), 0o644)).To(Succeed())
		return
	}
	got, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	Expect(string(got) == want).To(BeTrue(), "%s is out of date: run go test ./simulator/scenario -update", file)
}

var _ = Describe("What is made from the format", func() {
	It("is the JSON Schema beside the library", func() {
		compare(root("scenarios", "scenario.schema.json"), string(scenario.JSONSchema()))
	})
	It("is the index of the library, which says of every file what its scenario is found by", func() {
		read, problems := reader.Load(scenarios.Files)
		Expect(problems).To(BeEmpty())
		compare(root("scenarios", "index.tsv"), string(scenario.Index(read)))
	})
	It("is the reference in docs/scenarios.md", func() {
		file := root("docs", "scenarios.md")
		text, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		before, rest, ok := strings.Cut(string(text), begin)
		Expect(ok).To(BeTrue(), "the first marker is missing")
		_, after, ok := strings.Cut(rest, end)
		Expect(ok).To(BeTrue(), "the second marker is missing")
		compare(file, before+begin+"\n"+scenario.Reference()+end+after)
	})
	It("describes every key", func() {
		walk := func(at string, s map[string]any) {
			properties, _ := s["properties"].(map[string]any)
			for key, p := range properties {
				Expect(p.(map[string]any)["description"]).NotTo(BeEmpty(), at+"."+key)
			}
		}
		s := jsonSchema()
		walk("", s)
		for name, d := range s["definitions"].(map[string]any) {
			walk(name, d.(map[string]any))
		}
	})
})

func jsonSchema() map[string]any {
	GinkgoHelper()
	var s map[string]any
	Expect(json.Unmarshal(scenario.JSONSchema(), &s)).To(Succeed())
	return s
}

// document is a YAML text as JSON sees it.
func document(text string) any {
	GinkgoHelper()
	data, err := yaml.YAMLToJSON([]byte(text))
	Expect(err).NotTo(HaveOccurred())
	var out any
	Expect(json.Unmarshal(data, &out)).To(Succeed())
	return out
}

var _ = Describe("The JSON Schema", func() {
	It("accepts every file of the library", func() {
		v := validator{jsonSchema()}
		Expect(fs.WalkDir(scenarios.Files, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || path.Ext(name) != ".yaml" {
				return err
			}
			text, err := fs.ReadFile(scenarios.Files, name)
			Expect(err).NotTo(HaveOccurred())
			Expect(v.check("", v.root, document(string(text)))).To(BeEmpty(), name)
			return nil
		})).To(Succeed())
	})
	It("accepts a file with everything in it", func() {
		v := validator{jsonSchema()}
		Expect(v.check("", v.root, document(whole))).To(BeEmpty())
	})
	It("accepts a file of phase 4", func() {
		v := validator{jsonSchema()}
		Expect(v.check("", v.root, document(phase4Step("  - officer: release\n    expect: [IE029]\n    state: ReleaseForTransit")))).To(BeEmpty())
	})
	DescribeTable("refuses what a file alone can get wrong:",
		func(text string) {
			v := validator{jsonSchema()}
			Expect(v.check("", v.root, document(scenarioWith(declared)))).To(BeEmpty())
			Expect(v.check("", v.root, document(text))).NotTo(BeEmpty())
			Expect(mistakes(text)).NotTo(BeEmpty())
		},
		Entry("a missing title", strings.Replace(scenarioWith(declared), "title: Test\n", "", 1)),
		Entry("an unknown key", scenarioWith(declared)+"ende: released\n"),
		Entry("an unknown action", step("  - officer: relase")),
		Entry("an unknown message", step("  - officer: release\n    expect: [IE025 >D]")),
		Entry("two forms", step("  - officer: release\n    timer: auto_release")),
		Entry("no form", step("  - expect: []")),
		Entry("a key beside the wrong form", step("  - timer: auto_release\n    with: {}")),
		Entry("an id with spaces", strings.Replace(scenarioWith(declared), "id: T", "id: T 1", 1)),
		Entry("an unknown phase", strings.Replace(scenarioWith(declared), "[5, 6]", "[7]", 1)),
		Entry("phases of two processes", strings.Replace(scenarioWith(declared), "[5, 6]", "[5, 4]", 1)),
		Entry("phases of two processes, the other first", strings.Replace(phase4With(declaredPhase4), "[4]", "[4, 6]", 1)),
		Entry("a message that only the other process has", step("  - officer: release\n    expect: [IE016]")),
		Entry("an action that only the other process has", phase4Step("  - officer: intend_control")),
		Entry("a state that only the other process has", phase4Step("  - officer: release\n    state: released")),
		Entry("an end that only the other process has", phase4With(declaredPhase4)+"end: released\n"),
		Entry("no steps", "id: T\ntitle: T\nmovement: departure\nphases: [5]\nsteps: []\n"),
		Entry("something that is not a duration", step("  - officer: release\n    after: 2 days")),
		Entry("a fault without effect", step("  - fault: { call: submit }")),
		Entry("a fault that is off", step("  - fault: { call: submit, reset: false }")),
		Entry("changes without a sample", step("  - trader: { send: IE014, set: { messageSender: x } }")),
		Entry("an empty set", step("  - trader: { send: IE014, from: ie014-by-mrn-gb-xi, set: {} }")),
		Entry("a check of an unknown message", step("  - officer: release\n    expect: [IE029]\n    check: { IE129: { messageSender: x } }")),
		Entry("a condition without one", step("  - officer: release\n    expect: [IE029]\n    check: { IE029: { messageSender: {} } }")),
	)
})

// validator checks the keywords of JSON Schema that ours uses, and fails on others.
type validator struct{ root map[string]any }

func (v validator) check(at string, s map[string]any, value any) []string {
	var out []string
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		out = append(out, v.keyword(at, s, keyword, value)...)
	}
	return out
}

func (v validator) keyword(at string, s map[string]any, keyword string, value any) []string {
	group, isGroup := value.(map[string]any)
	list, isList := value.([]any)
	text, isText := value.(string)
	number, isNumber := value.(float64)
	arg := s[keyword]
	fail := func(ok bool) []string {
		if ok {
			return nil
		}
		return []string{fmt.Sprintf("%s: %s %v", at, keyword, arg)}
	}
	switch keyword {
	case "$schema", "title", "description", "definitions", "format":
		return nil
	case "$ref":
		return v.check(at, v.root["definitions"].(map[string]any)[path.Base(arg.(string))].(map[string]any), value)
	case "type":
		return fail(hasType(arg, value))
	case "const":
		return fail(value == arg)
	case "enum":
		return fail(slices.Contains(arg.([]any), value))
	case "minimum":
		return fail(!isNumber || number >= arg.(float64))
	case "maximum":
		return fail(!isNumber || number <= arg.(float64))
	case "minLength":
		return fail(!isText || len(text) >= int(arg.(float64)))
	case "pattern":
		return fail(!isText || regexp.MustCompile(arg.(string)).MatchString(text))
	case "minItems":
		return fail(!isList || len(list) >= int(arg.(float64)))
	case "minProperties":
		return fail(!isGroup || len(group) >= int(arg.(float64)))
	case "items":
		return v.each(at, list, arg.(map[string]any))
	case "properties":
		return v.properties(at, group, arg.(map[string]any))
	case "additionalProperties":
		return v.additional(at, group, s["properties"], arg)
	case "propertyNames":
		return v.each(at+" key", keysOf(group), arg.(map[string]any))
	case "contains":
		return fail(!isList || slices.ContainsFunc(list, func(one any) bool { return len(v.check(at, arg.(map[string]any), one)) == 0 }))
	case "if":
		branch := "else"
		if len(v.check(at, arg.(map[string]any), value)) == 0 {
			branch = "then"
		}
		return v.check(at, s[branch].(map[string]any), value)
	case "then", "else":
		return nil // they belong to if
	case "required":
		return fail(!isGroup || !slices.ContainsFunc(arg.([]any), func(k any) bool { return group[k.(string)] == nil }))
	case "dependencies":
		var out []string
		for key, then := range arg.(map[string]any) {
			if _, there := group[key]; there {
				out = append(out, v.check(at, then.(map[string]any), value)...)
			}
		}
		return out
	case "allOf", "anyOf", "oneOf":
		return fail(v.combine(keyword, at, arg.([]any), value))
	}
	return []string{at + ": the keyword " + keyword + " is not known to the test"}
}

func hasType(arg, value any) bool {
	if many, ok := arg.([]any); ok {
		return slices.ContainsFunc(many, func(one any) bool { return hasType(one, value) })
	}
	switch v := value.(type) {
	case string:
		return arg == "string"
	case bool:
		return arg == "boolean"
	case float64:
		return arg == "number" || arg == "integer" && v == float64(int(v))
	case []any:
		return arg == "array"
	case map[string]any:
		return arg == "object"
	}
	return false
}

func keysOf(group map[string]any) []any {
	var out []any
	for k := range group {
		out = append(out, k)
	}
	return out
}

func (v validator) each(at string, list []any, s map[string]any) []string {
	var out []string
	for i, item := range list {
		out = append(out, v.check(fmt.Sprintf("%s[%d]", at, i), s, item)...)
	}
	return out
}

func (v validator) properties(at string, group, known map[string]any) []string {
	var out []string
	for key, value := range group {
		if s, ok := known[key]; ok {
			out = append(out, v.check(at+"."+key, s.(map[string]any), value)...)
		}
	}
	return out
}

func (v validator) additional(at string, group map[string]any, known, arg any) []string {
	var out []string
	named, _ := known.(map[string]any)
	for key, value := range group {
		if _, ok := named[key]; ok {
			continue
		}
		if s, ok := arg.(map[string]any); ok {
			out = append(out, v.check(at+"."+key, s, value)...)
			continue
		}
		out = append(out, at+"."+key+" is not allowed")
	}
	return out
}

func (v validator) combine(keyword, at string, schemas []any, value any) bool {
	fits := 0
	for _, s := range schemas {
		if len(v.check(at, s.(map[string]any), value)) == 0 {
			fits++
		}
	}
	switch keyword {
	case "oneOf":
		return fits == 1
	case "anyOf":
		return fits > 0
	}
	return fits == len(schemas)
}
