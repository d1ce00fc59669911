package endpoint

import (
	"maps"
	"slices"

	"nctsim/simulator/api/wire"
)

// UploadForm is what a client has to send with a file: where to, and the fields that come before the file.
type UploadForm struct {
	Href   string
	Fields map[string]string
}

// Write writes the form as the last member of an object; nil writes nothing.
func (f *UploadForm) Write(j *wire.JSON) {
	if f == nil {
		return
	}
	j.Object("uploadRequest").String("href", f.Href).Object("fields")
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		j.String(name, f.Fields[name])
	}
	j.EndObject().EndObject()
}
