// Package verdict says what libxml2 thinks of a document, for tests that compare the verdicts of package schema with it. libxml2
// is another reading of XML Schema than ours and that of the real service, and a complete one.
//
// Documents are validated by a call of our own: the binding's copies error texts of any length out of a fixed buffer.
package verdict

// #cgo pkg-config: libxml-2.0
// #include "verdict.h"
import "C"

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/lestrrat-go/libxml2/xsd"

	"nctsim/simulator/libxml"
	"nctsim/simulator/xmltree"
)

// Schemas are the compiled schemas of one phase. They are safe for concurrent use.
type Schemas struct{ compiled *xsd.Schema }

// compiling is held while schemas are compiled, since libxml2 sets up its built-in types with the first.
var compiling sync.Mutex

// Compile reads all schema files in a folder ("phase5") and compiles them together: every file of a phase has the same opening
// tag, so their contents make one schema, which takes a thirtieth of the time and memory of one for every message. The types in
// the file of a message get its name behind their own, since another message may have another type of that name.
func Compile(files fs.FS, dir string) (*Schemas, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.xsd"))
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	for i, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		if data, err = makeLocal(data); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		tree, err := xmltree.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if i == 0 {
			all.Write(data[tree.Start:tree.Open])
		}
		for _, n := range tree.Children {
			if n.Name != "include" {
				all.Write(data[n.Start:n.Close])
			}
		}
		if i == len(names)-1 {
			all.WriteString("</" + tree.QName() + ">")
		}
	}
	libxml.Init()
	compiling.Lock()
	defer compiling.Unlock()
	compiled, err := xsd.Parse(all.Bytes())
	if err != nil {
		return nil, fmt.Errorf("compile schemas of %s: %w", dir, err)
	}
	return &Schemas{compiled}, nil
}

// makeLocal adds the name of a message to the names of the types that its file declares.
func makeLocal(data []byte) ([]byte, error) {
	tree, err := xmltree.Parse(data)
	if err != nil || tree.Child("element") == nil {
		return data, err
	}
	root := tree.Child("element")
	message, _ := root.Attr("name")
	var renamed []string
	for _, n := range tree.Children {
		if name, ok := n.Attr("name"); ok && n != root {
			unique := name + "." + message
			renamed = append(renamed, `Type name="`+name+`"`, `Type name="`+unique+`"`,
				` type="`+name+`"`, ` type="`+unique+`"`, ` type="ncts:`+name+`"`, ` type="ncts:`+unique+`"`)
		}
	}
	return []byte(strings.NewReplacer(renamed...).Replace(string(data))), nil
}

// Fault is one thing that libxml2 objected to.
type Fault struct {
	// Code is one of libxml2's xmlParserErrors.
	Code int
	// Line and Column count from 1; they are 0 when libxml2 does not know them.
	Line, Column int
	// Text is libxml2's own, cut to 240 bytes. It must not reach a user.
	Text string
}

// Verdict is what libxml2 says of a document.
type Verdict struct {
	// WellFormed and Valid report whether the document could be parsed and whether it obeys the schema.
	WellFormed, Valid bool
	// Broken reports that libxml2 gave up for a reason of its own, such as a lack of memory.
	Broken bool
	// Faults are the first 16 violations of the schema.
	Faults []Fault
}

// verdicts are some kilobytes each and only needed during a call.
var verdicts = sync.Pool{New: func() any { return new(C.nct_verdict) }}

// Validate parses data, which must not be empty, and validates it.
func (s *Schemas) Validate(data []byte) Verdict {
	v := verdicts.Get().(*C.nct_verdict)
	defer verdicts.Put(v)
	C.nct_validate(C.uintptr_t(s.compiled.Pointer()), (*C.char)(unsafe.Pointer(&data[0])), C.int(len(data)), v)
	runtime.KeepAlive(s)
	out := Verdict{WellFormed: v.well_formed == 1, Valid: v.valid == 1, Broken: v.valid == -1}
	if out.Valid {
		return out
	}
	for i := range min(int(v.count), len(v.faults)) {
		out.Faults = append(out.Faults, toFault(&v.faults[i]))
	}
	return out
}

func toFault(f *C.nct_fault) Fault {
	return Fault{int(f.code), int(f.line), int(f.column), C.GoString(&f.text[0])}
}
