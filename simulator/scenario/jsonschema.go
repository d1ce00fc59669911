package scenario

import (
	"reflect"

	"nctsim/simulator/yamlform"
)

// JSONSchema is the format as a JSON Schema (draft 7), for editors that complete and check scenario files.
// It knows what a file alone can get wrong; whether paths, samples and steps fit together only a [Reader]
// can tell. What differs between the families of phases is said twice: once for files that name phase 4, once for the
// others.
func JSONSchema() []byte {
	d := yamlform.Definitions{}
	root := d.Group(current.format())
	properties := root["properties"].(yamlform.Object)
	then, otherwise := yamlform.Object{}, yamlform.Object{}
	for i, f := range current.format().Fields {
		now, before := d.Field(f), d.Field(legacy.format().Fields[i])
		if f.Key == "phases" {
			now["items"], before["items"] = yamlform.Object{"enum": current.phases}, yamlform.Object{"enum": legacy.phases}
		}
		if !reflect.DeepEqual(now, before) {
			then[f.Key], otherwise[f.Key] = before, now
			properties[f.Key] = yamlform.Object{"description": f.Doc}
		}
	}
	root["if"] = yamlform.Object{"properties": yamlform.Object{"phases": yamlform.Object{"contains": yamlform.Object{"enum": legacy.phases}}}}
	root["then"], root["else"] = yamlform.Object{"properties": then}, yamlform.Object{"properties": otherwise}
	return d.Document("nctsim scenario", root)
}
