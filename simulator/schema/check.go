package schema

// #cgo pkg-config: libxml-2.0
// #include "check.h"
import "C"

import (
	"sync"
	"unsafe"
)

// fault is one thing libxml2 objected to.
type fault struct {
	code, line, column int
	text               string
}

// verdict is what libxml2 says of a document.
type verdict struct {
	wellFormed, valid, broken bool
	fatal                     fault
	faults                    []fault
}

var initLibxml = sync.OnceFunc(func() { C.nct_init() })

// verdicts are some kilobytes each and only needed during a call.
var verdicts = sync.Pool{New: func() any { return new(C.nct_verdict) }}

// check asks libxml2 about data, which must not be empty. The binding's own validation call is not used: it
// copies messages of any length out of a fixed buffer and gives neither line nor code.
func check(schema uintptr, data []byte) verdict {
	v := verdicts.Get().(*C.nct_verdict)
	defer verdicts.Put(v)
	C.nct_check(C.uintptr_t(schema), (*C.char)(unsafe.Pointer(&data[0])), C.int(len(data)), v)
	out := verdict{wellFormed: v.well_formed == 1, valid: v.valid == 1, broken: v.valid == -1}
	if out.valid {
		return out
	}
	if !out.wellFormed {
		out.fatal = toFault(&v.fatal)
	}
	for i := range min(int(v.count), len(v.faults)) {
		out.faults = append(out.faults, toFault(&v.faults[i]))
	}
	return out
}

func toFault(f *C.nct_fault) fault {
	return fault{int(f.code), int(f.line), int(f.column), C.GoString(&f.text[0])}
}
