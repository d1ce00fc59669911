// Package yamlformtest makes the JSON Schema and the reference of a format from the shapes that check its files; tests write both
// into the repository, or hold what is there against them.
package yamlformtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"

	"nctsim/simulator/yamlform"
)

// JSONSchema is the JSON Schema (draft 7) of files whose root is a group, for editors that complete and check them.
func JSONSchema(title string, root *yamlform.Shape) []byte {
	d := Definitions{}
	return d.Document(title, d.Group(root))
}

// Object is an Object of a JSON Schema.
type Object = map[string]any

// Definitions turns shapes into JSON Schema and collects the named ones, which become its definitions.
type Definitions Object

// Document is the text of a schema with the definitions that its root needs.
func (d Definitions) Document(title string, root Object) []byte {
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = title
	root["definitions"] = d
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(fmt.Sprintf("encode a JSON Schema: %v", err)) // maps, lists and texts only
	}
	return out.Bytes()
}

func (d Definitions) of(s *yamlform.Shape) Object {
	if s.Name == "" {
		return d.inline(s)
	}
	name := cmp.Or(s.Definition, s.Name)
	if _, done := d[name]; !done {
		d[name] = Object{} // the name is taken while its own parts are made
		d[name] = d.inline(s)
	}
	return Object{"$ref": "#/definitions/" + name}
}

func (d Definitions) inline(s *yamlform.Shape) Object {
	if s.Optional {
		return Object{"anyOf": []Object{d.always(s), {"type": "null"}}}
	}
	return d.always(s)
}

// always is the schema of a value that is there.
func (d Definitions) always(s *yamlform.Shape) Object {
	switch s.Kind {
	case yamlform.Value:
		return matching(s, Object{"type": []string{"string", "number", "boolean"}})
	case yamlform.Word:
		return Object{"enum": s.Words}
	case yamlform.Number:
		return Object{"type": "integer", "minimum": s.Least, "maximum": s.Most}
	case yamlform.Flag:
		return Object{"type": "boolean"}
	case yamlform.True:
		return Object{"const": true}
	case yamlform.Duration:
		return Object{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
	case yamlform.Pattern:
		return Object{"type": "string", "format": "regex"}
	case yamlform.Free:
		return Object{"type": "object"}
	case yamlform.List:
		return d.list(s)
	case yamlform.Table:
		return d.table(s)
	case yamlform.Group:
		return d.Group(s)
	case yamlform.Choice:
		return d.choice(s)
	}
	return matching(s, Object{"type": "string", "minLength": 1})
}

// matching adds what a text must look like, which does not concern numbers.
func matching(s *yamlform.Shape, out Object) Object {
	if s.Match != nil {
		out["pattern"] = s.Match.String()
	}
	return out
}

func (d Definitions) list(s *yamlform.Shape) Object {
	out := Object{"type": "array", "items": d.of(s.Item)}
	if s.Least > 0 {
		out["minItems"] = s.Least
	}
	return out
}

func (d Definitions) table(s *yamlform.Shape) Object {
	out := Object{"type": "object", "additionalProperties": d.of(s.Item)}
	if s.Least > 0 {
		out["minProperties"] = s.Least
	}
	if s.Key != nil {
		out["propertyNames"] = d.of(s.Key)
	}
	return out
}

func (d Definitions) choice(s *yamlform.Shape) Object {
	var choices []Object
	for _, c := range s.Choices {
		choices = append(choices, d.of(c))
	}
	return Object{"anyOf": choices}
}

// Group is the schema of a group, written out also where it has a name.
func (d Definitions) Group(s *yamlform.Shape) Object {
	properties, dependencies := Object{}, Object{}
	var required []string
	for _, f := range s.Fields {
		properties[f.Key] = d.Field(f)
		if f.Required {
			required = append(required, f.Key)
		}
		if len(f.With) > 0 {
			dependencies[f.Key] = Object{"anyOf": requireEach(f.With)}
		}
	}
	out := Object{"type": "object", "description": s.Doc, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	if len(dependencies) > 0 {
		out["dependencies"] = dependencies
	}
	if len(s.OneOf) > 0 {
		out["oneOf"] = requireEach(s.OneOf)
	}
	return out
}

// Field is the schema of a field with its description. A reference must stand alone in draft 7, so that
// it is wrapped.
func (d Definitions) Field(f yamlform.Field) Object {
	out := d.of(f.Shape)
	if _, ref := out["$ref"]; ref {
		out = Object{"allOf": []Object{out}}
	}
	out["description"] = f.Doc
	return out
}

func requireEach(keys []string) []Object {
	var out []Object
	for _, k := range keys {
		out = append(out, Object{"required": []string{k}})
	}
	return out
}
