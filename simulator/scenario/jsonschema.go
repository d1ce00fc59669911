package scenario

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
)

// JSONSchema is the format as a JSON Schema (draft 7), for editors that complete and check scenario files.
// It knows what a file alone can get wrong; whether paths, samples and steps fit together only a [Reader]
// can tell.
func JSONSchema() []byte {
	g := &schemaMaker{definitions: map[string]any{}}
	root := g.root()
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "nctsim scenario"
	root["definitions"] = g.definitions
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(fmt.Sprintf("encode the JSON Schema of scenarios: %v", err)) // maps, lists and texts only
	}
	return out.Bytes()
}

// root is the schema of a file. What differs between the families of phases is said twice: once for files that name
// phase 4, once for the others.
func (g *schemaMaker) root() object {
	root := g.group(current.format())
	properties := root["properties"].(object)
	then, otherwise := object{}, object{}
	for i, f := range current.format().fields {
		now, before := g.described(f), g.described(legacy.format().fields[i])
		if f.key == "phases" {
			now["items"], before["items"] = object{"enum": current.phases}, object{"enum": legacy.phases}
		}
		if !reflect.DeepEqual(now, before) {
			then[f.key], otherwise[f.key] = before, now
			properties[f.key] = object{"description": f.doc}
		}
	}
	root["if"] = object{"properties": object{"phases": object{"contains": object{"enum": legacy.phases}}}}
	root["then"], root["else"] = object{"properties": then}, object{"properties": otherwise}
	return root
}

type object = map[string]any

// schemaMaker turns shapes into JSON Schema; named ones become definitions.
type schemaMaker struct{ definitions object }

func (g *schemaMaker) of(s *shape) object {
	if s.name == "" {
		return g.inline(s)
	}
	name := cmp.Or(s.definition, s.name)
	if _, done := g.definitions[name]; !done {
		g.definitions[name] = object{} // the name is taken while its own parts are made
		g.definitions[name] = g.inline(s)
	}
	return object{"$ref": "#/definitions/" + name}
}

func (g *schemaMaker) inline(s *shape) object {
	switch s.kind {
	case kindValue:
		return object{"type": []string{"string", "number", "boolean"}}
	case kindWord:
		return object{"enum": s.words}
	case kindNumber:
		return object{"type": "integer", "minimum": s.least, "maximum": s.most}
	case kindFlag:
		return object{"type": "boolean"}
	case kindTrue:
		return object{"const": true}
	case kindDuration:
		return object{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
	case kindPattern:
		return object{"type": "string", "format": "regex"}
	case kindFree:
		return object{"type": "object"}
	case kindList:
		return g.list(s)
	case kindTable:
		return g.table(s)
	case kindGroup:
		return g.group(s)
	case kindChoice:
		return g.choice(s)
	}
	out := object{"type": "string", "minLength": 1}
	if s.form != nil {
		out["pattern"] = s.form.String()
	}
	return out
}

func (g *schemaMaker) list(s *shape) object {
	out := object{"type": "array", "items": g.of(s.item)}
	if s.least > 0 {
		out["minItems"] = s.least
	}
	return out
}

func (g *schemaMaker) table(s *shape) object {
	out := object{"type": "object", "additionalProperties": g.of(s.item)}
	if s.least > 0 {
		out["minProperties"] = s.least
	}
	if s.key != nil {
		out["propertyNames"] = g.of(s.key)
	}
	return out
}

func (g *schemaMaker) choice(s *shape) object {
	var choices []object
	for _, c := range s.choices {
		choices = append(choices, g.of(c))
	}
	return object{"anyOf": choices}
}

func (g *schemaMaker) group(s *shape) object {
	properties, dependencies := object{}, object{}
	var required []string
	for _, f := range s.fields {
		properties[f.key] = g.described(f)
		if f.required {
			required = append(required, f.key)
		}
		if len(f.with) > 0 {
			dependencies[f.key] = object{"anyOf": requireEach(f.with)}
		}
	}
	out := object{"type": "object", "description": s.doc, "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	if len(dependencies) > 0 {
		out["dependencies"] = dependencies
	}
	if len(s.oneOf) > 0 {
		out["oneOf"] = requireEach(s.oneOf)
	}
	return out
}

// described is the schema of a field with its description. A reference must stand alone in draft 7, so that
// it is wrapped.
func (g *schemaMaker) described(f field) object {
	out := g.of(f.shape)
	if _, ref := out["$ref"]; ref {
		out = object{"allOf": []object{out}}
	}
	out["description"] = f.doc
	return out
}

func requireEach(keys []string) []object {
	var out []object
	for _, k := range keys {
		out = append(out, object{"required": []string{k}})
	}
	return out
}
