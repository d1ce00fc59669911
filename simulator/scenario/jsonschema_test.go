package scenario

import (
	"reflect"

	"nctsim/simulator/message"
	"nctsim/simulator/yamlform/yamlformtest"
)

// JSONSchema is the format as a JSON Schema (draft 7), for editors that complete and check scenario files.
// It knows what a file alone can get wrong; whether paths, samples and steps fit together only a [Reader]
// can tell. What differs between the generations is said twice: once for files that name phase 4, once for the
// others.
func JSONSchema() []byte {
	d := yamlformtest.Definitions{}
	phases56, phase4 := vocabularies[message.GenerationPhases56], vocabularies[message.GenerationPhase4]
	root := d.Group(phases56.format())
	properties := root["properties"].(yamlformtest.Object)
	then, otherwise := yamlformtest.Object{}, yamlformtest.Object{}
	for i, f := range phases56.format().Fields {
		later, first := d.Field(f), d.Field(phase4.format().Fields[i])
		if f.Key == "phases" {
			later["items"], first["items"] = yamlformtest.Object{"enum": phases56.phases}, yamlformtest.Object{"enum": phase4.phases}
		}
		if !reflect.DeepEqual(later, first) {
			then[f.Key], otherwise[f.Key] = first, later
			properties[f.Key] = yamlformtest.Object{"description": f.Doc}
		}
	}
	root["if"] = yamlformtest.Object{"properties": yamlformtest.Object{"phases": yamlformtest.Object{"contains": yamlformtest.Object{"enum": phase4.phases}}}}
	root["then"], root["else"] = yamlformtest.Object{"properties": then}, yamlformtest.Object{"properties": otherwise}
	return d.Document("nctsim scenario", root)
}
