package jsonmessage_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
)

// FuzzParse reads any text: what is JSON by the standard library is JSON here, and what its schema takes becomes a message
// that comes back as the same JSON.
func FuzzParse(f *testing.F) {
	catalogue := simtest.Catalogue()
	validators := map[message.Phase]*jsonmessage.Validator{}
	for _, p := range phases {
		v, err := jsonmessage.NewValidator(catalogue, p)
		if err != nil {
			f.Fatal(err)
		}
		validators[p] = v
		for _, d := range samples(p) {
			f.Add(jsonmessage.Append(nil, d))
		}
	}
	for _, text := range []string{"", "{", `{"a":1,}`, `[1e400,-0,"\ud83d"]`, "\ufeff{}", "\"\xff\"", `{"n1:CC007C":{}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := jsonmessage.Parse(text)
		var syntax *jsonmessage.SyntaxError
		if errors.As(err, &syntax) {
			if syntax.Line < 1 || syntax.Column < 1 || syntax.Reason == "" {
				t.Fatalf("no place or reason: %+v", syntax)
			}
			if json.Valid(text) && len(text) < jsonmessage.MaxDepth && !strings.ContainsRune(string(text), '\ufffd') {
				t.Fatalf("%q is JSON, but: %v", text, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range phases {
			for _, typ := range p.Types() {
				v := validators[p]
				if !v.Knows(typ.Root) || len(v.Validate(value, typ.Root, 10)) > 0 {
					continue
				}
				d, err := jsonmessage.Document(catalogue, p, typ.Root, value)
				if err != nil {
					t.Fatal(err)
				}
				if result := catalogue.Set(p).Validate(t.Context(), d.Bytes(), schema.Options{}); !result.Valid() {
					continue
				}
				again := jsonmessage.Append(nil, d)
				if !json.Valid(again) {
					t.Fatalf("not JSON: %s", again)
				}
				back, err := jsonmessage.Parse(again)
				if err != nil {
					t.Fatal(err)
				}
				second, err := jsonmessage.Document(catalogue, p, typ.Root, back)
				if err != nil {
					t.Fatal(err)
				}
				if got := string(jsonmessage.Append(nil, second)); got != string(again) {
					t.Fatalf("%s\ncomes back as\n%s", again, got)
				}
			}
		}
	})
}
