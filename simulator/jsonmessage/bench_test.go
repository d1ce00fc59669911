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

func BenchmarkAppendXML(b *testing.B) {
	data := simtest.Document(message.Phase5, "ie015-simplified-gb-xi").Bytes()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		text, err := jsonmessage.AppendXML(make([]byte, 0, 2*len(data)), simtest.Catalogue(), message.Phase5, data)
		if err != nil || len(text) == 0 {
			b.Fatal("nothing was written: ", err)
		}
	}
}
