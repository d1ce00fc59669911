package libxml

// #include "libxml.h"
import "C"

import (
	"runtime"
	"sync"
	"unsafe"

	"github.com/lestrrat-go/libxml2/xsd"
)

// Schema is a compiled XML schema. It is safe for concurrent use.
type Schema struct{ compiled *xsd.Schema }

// compiling is held while schemas are compiled, since libxml2 sets up its built-in types with the first.
var compiling sync.Mutex

// CompileSchema compiles a schema document, which must not include others.
func CompileSchema(text []byte) (*Schema, error) {
	Init()
	compiling.Lock()
	defer compiling.Unlock()
	compiled, err := xsd.Parse(text)
	if err != nil {
		return nil, err
	}
	return &Schema{compiled}, nil
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
func (s *Schema) Validate(data []byte) Verdict {
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
