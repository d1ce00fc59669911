package schema

import (
	"bytes"
	"context"
	"io/fs"
	"testing"

	"nctsim/fixtures"
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

// BenchmarkValidate compares a whole validation with the walk alone, and with libxml2 over the same bytes.
func BenchmarkValidate(b *testing.B) {
	set, err := Load(xsd.Files, "phase5")
	if err != nil {
		b.Fatal(err)
	}
	compiled, err := Compile(xsd.Files, "phase5")
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
		b.Run(name+"/tree", func(b *testing.B) { // a tree that is at hand
			root := set.Validate(context.Background(), data, Options{}).Root
			b.ReportAllocs()
			for b.Loop() {
				if !set.Fits(root, "CC015C") {
					b.Fatal("not valid")
				}
			}
		})
		b.Run(name+"/libxml2", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				compiled.Validate(data)
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
