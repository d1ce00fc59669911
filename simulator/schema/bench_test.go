package schema

import (
	"bytes"
	"context"
	"io/fs"
	"testing"

	"nctsim/fixtures"
	"nctsim/simulator/libxml"
	"nctsim/xsd"
)

// largeDeclaration repeats the first item of a declaration until it has about the wanted size (bytes).
func largeDeclaration(tb testing.TB, size int) []byte {
	tb.Helper()
	data, err := fs.ReadFile(fixtures.Files, "phase5/valid/ie015-simplified-gb-xi.xml")
	if err != nil {
		tb.Fatal(err)
	}
	start := bytes.Index(data, []byte("<ConsignmentItem>"))
	end := bytes.Index(data, []byte("</ConsignmentItem>")) + len("</ConsignmentItem>")
	houseStart := bytes.Index(data, []byte("<HouseConsignment>"))
	houseEnd := bytes.LastIndex(data, []byte("</HouseConsignment>")) + len("</HouseConsignment>")
	item := data[start:end]
	var out bytes.Buffer
	out.Write(data[:houseStart])
	for ok := true; ok; ok = out.Len() < size {
		out.Write(data[houseStart:end])
		for i := 1; i < 999 && out.Len() < size; i++ {
			out.Write(item)
		}
		out.WriteString("</HouseConsignment>")
	}
	out.Write(data[houseEnd:])
	return out.Bytes()
}

// BenchmarkValidate compares a whole validation with libxml2 alone over the same bytes, and with one that the walk in Go
// has to decide.
func BenchmarkValidate(b *testing.B) {
	set, err := Load(xsd.Files, "phase5")
	if err != nil {
		b.Fatal(err)
	}
	for name, size := range map[string]int{"5KB": 0, "5MB": 4_990_000} {
		data := largeDeclaration(b, size)
		if r := set.Validate(context.Background(), data, Options{}); !r.Valid() {
			b.Fatal(r.Errors)
		}
		b.Run(name+"/validate", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				set.Validate(context.Background(), data, Options{Root: "CC015C"})
			}
		})
		accented := bytes.Replace(data, []byte("</messageSender>"), []byte("é</messageSender>"), 1)
		b.Run(name+"/walk", func(b *testing.B) { // libxml2 and then the walk in Go
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if r := set.Validate(context.Background(), accented, Options{Root: "CC015C"}); !r.Valid() {
					b.Fatal(r.Errors)
				}
			}
		})
		b.Run(name+"/libxml2", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				libxml.Validate(set.validator.Pointer(), data)
			}
		})
	}
}

// BenchmarkLoad measures what start-up spends on the schemas of one phase.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(xsd.Files, "phase6"); err != nil {
			b.Fatal(err)
		}
	}
}
