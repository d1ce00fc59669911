package bind_test

import (
	"testing"

	"nctsim/simulator/api/bind"
)

// FuzzMediaType: what is read is written again in a form that reads as the same and does not change any more.
func FuzzMediaType(f *testing.F) {
	for _, seed := range []string{"application/xml", `text/plain ; a = "b\"c" ;charset=latin1`, "a/b;", "a/b;c=", `a/b;c=""`, "*/*", "application/json;charset=x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		m, ok := bind.ParseMediaType(value)
		if !ok {
			return
		}
		written := m.String()
		again, ok := bind.ParseMediaType(written)
		if !ok || again.String() != written || again.Name != m.Name || again.Charset != m.Charset {
			t.Fatalf("%q was written again as %q, which reads as %q", value, written, again)
		}
	})
}
