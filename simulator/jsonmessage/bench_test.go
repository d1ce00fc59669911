package jsonmessage_test

import (
	"testing"

	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
)

func BenchmarkSubmission(b *testing.B) {
	const name, root = "ie015-simplified-gb-xi", "CC015C"
	v, err := jsonmessage.NewValidator(simtest.Catalogue(), message.Phase5)
	if err != nil {
		b.Fatal(err)
	}
	text := jsonmessage.Append(nil, simtest.Document(message.Phase5, name))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		value, err := jsonmessage.Parse(text)
		if err != nil || len(v.Validate(value, root, 10)) > 0 {
			b.Fatal(err)
		}
		d, err := jsonmessage.Document(simtest.Catalogue(), message.Phase5, root, value)
		if err != nil || len(d.Bytes()) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	d := simtest.Document(message.Phase5, "ie015-simplified-gb-xi")
	b.ReportAllocs()
	for b.Loop() {
		if len(jsonmessage.Append(nil, d)) == 0 {
			b.Fatal("nothing was written")
		}
	}
}
