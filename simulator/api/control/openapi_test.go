package control_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"nctsim/simulator/api/control"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/suite"
)

var update = flag.Bool("update", false, "write openapi.json anew")

func TestControl(t *testing.T) {
	suite.Run(t, "Control")
}

const file = "openapi.json"

var _ = Describe("The description of the control API", func() {
	It("is made from the routes and the types of the client", func() {
		want := describe()
		if *update {
			Expect(os.WriteFile(file, want, 0o644)).To(Succeed())
		}
		Expect(os.ReadFile(file)).To(BeEquivalentTo(want), "go test ./simulator/api/control -update writes it")
	})
	It("is OpenAPI 3.1", func() {
		text, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		document, err := libopenapi.NewDocument(text)
		Expect(err).NotTo(HaveOccurred())
		Expect(document.GetVersion()).To(Equal("3.1.0"))
		checks, errs := validator.NewValidator(document)
		Expect(errs).To(BeEmpty())
		valid, mistakes := checks.ValidateDocument()
		Expect(mistakes).To(BeEmpty())
		Expect(valid).To(BeTrue())
	})
	It("says of every type and property what it is", func() {
		schemas := newSchemas()
		for _, r := range (&control.API{}).Routes() {
			schemas.of(r.Takes)
			schemas.of(r.Gives)
		}
		for name, s := range schemas.defined {
			Expect(s.Description).NotTo(BeEmpty(), name)
		}
	})
})

type object = map[string]any

// describe is the description as it has to be.
func describe() []byte {
	GinkgoHelper()
	schemas := newSchemas()
	paths := map[string]object{}
	for _, r := range (&control.API{}).Routes() {
		if paths[r.Path] == nil {
			paths[r.Path] = object{}
		}
		paths[r.Path][strings.ToLower(r.Method)] = operation(r, schemas)
	}
	refusal := schemas.of(client.Refusal{})
	text, err := json.Marshal(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "nctsim control API", "version": "1",
			"description": "The simulator's own API, by which tests, officers and people watch and steer it.",
			"license":     object{"name": "See the file LICENSE of the project", "url": "https://spdx.org/licenses/"},
		},
		"servers":  []any{object{"url": "/", "description": "the simulator that gives this description"}},
		"security": []any{object{}, object{"controlToken": []any{}}},
		"paths":    paths,
		"components": object{
			"schemas": schemas.defined,
			"responses": object{"Refusal": object{
				"description": "What is wrong, and what to do about it.", "content": object{wire.TypeJSON: object{"schema": refusal}},
			}},
			"securitySchemes": object{"controlToken": object{
				"type": "http", "scheme": "bearer", "description": "The token of --control-token, if the simulator has one.",
			}},
		},
	})
	Expect(err).NotTo(HaveOccurred())
	text = bytes.ReplaceAll(text, []byte("#/$defs/"), []byte("#/components/schemas/"))
	var indented bytes.Buffer
	Expect(json.Indent(&indented, text, "", "  ")).To(Succeed())
	return append(indented.Bytes(), '\n')
}

var variable = regexp.MustCompile(`\{([a-z]+)\}`)

func operation(r control.Route, schemas *schemas) object {
	responses := object{"default": object{"$ref": "#/components/responses/Refusal"}}
	for _, status := range r.Statuses {
		response := object{"description": r.Does}
		if r.Gives != nil {
			types := object{}
			for given := range strings.SplitSeq(r.GivesType, ", ") {
				var schema any = schemas.of(r.Gives)
				if given == wire.TypeJSON {
					schema = object{} // beside other types, so that Gives is a text; as JSON it is a value
				}
				maps.Copy(types, content(given, schema))
			}
			response["content"] = types
		}
		responses[strconv.Itoa(status)] = response
	}
	out := object{"operationId": r.ID, "summary": r.Does, "responses": responses}
	if r.Open {
		out["security"] = []any{}
	}
	parameters := []any{}
	for _, name := range variable.FindAllStringSubmatch(r.Path, -1) {
		parameters = append(parameters, object{
			"name": name[1], "in": "path", "required": true, "description": "The id of the " + name[1] + ".", "schema": object{"type": "string"},
		})
	}
	for _, q := range r.Query {
		parameters = append(parameters, object{"name": q.Name, "in": "query", "description": q.Does, "schema": schemas.of(q.Like)})
	}
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if r.Takes != nil || r.TakesType != "" {
		body := object{}
		if r.Takes != nil {
			maps.Copy(body, content("", schemas.of(r.Takes)))
		}
		if r.TakesType != "" {
			maps.Copy(body, content(r.TakesType, object{"type": "string"}))
		}
		out["requestBody"] = object{"required": true, "content": body}
	}
	return out
}

func content(contentType string, schema any) object {
	if contentType == "" {
		contentType = wire.TypeJSON
	}
	return object{contentType: object{"schema": schema}}
}

// schemas are those of the types that have been asked for.
type schemas struct {
	reflector *jsonschema.Reflector
	defined   jsonschema.Definitions
}

func newSchemas() *schemas {
	GinkgoHelper()
	r := &jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Mapper: special}
	for _, dir := range []string{"client", "movement", "messagediff", "yamlform", "scenario"} {
		Expect(r.AddGoComments("nctsim/simulator/api/control", "../../"+dir, jsonschema.WithFullComment())).To(Succeed())
	}
	return &schemas{r, jsonschema.Definitions{}}
}

// of is the schema of a value's type, as a reference if it has a name; nil for no value.
func (s *schemas) of(value any) *jsonschema.Schema {
	if value == nil {
		return nil
	}
	schema := s.reflector.Reflect(value)
	schema.Version = ""
	for name, definition := range schema.Definitions {
		s.defined[name] = definition
	}
	schema.Definitions = nil
	return schema
}

// special are the schemas of types that reflection does not know everything of.
func special(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[json.Number]():
		return &jsonschema.Schema{Type: "number"}
	case reflect.TypeFor[message.Phase]():
		return oneOf("integer", message.Phases...)
	case reflect.TypeFor[message.Kind]():
		return oneOf("string", message.Departure, message.Arrival)
	case reflect.TypeFor[clock.Mode]():
		return oneOf("string", clock.Real, clock.Scaled, clock.Manual)
	case reflect.TypeFor[movement.ScriptStatus]():
		return oneOf("string", movement.Following, movement.Finished, movement.Left)
	case reflect.TypeFor[movement.Status]():
		return oneOf("string", movement.Pending, movement.Processing, movement.Success, movement.Failed, movement.Received, "") // "" of one that is not stored
	}
	return nil
}

func oneOf[T any](kind string, values ...T) *jsonschema.Schema {
	out := &jsonschema.Schema{Type: kind}
	for _, v := range values {
		out.Enum = append(out.Enum, v)
	}
	return out
}
