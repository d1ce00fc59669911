package libxml

// #include "libxml.h"
import "C"

import (
	"sync"
	"unsafe"
)

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

// Validate parses data, which must not be empty, and validates it by a schema: the pointer that the binding hands out as a
// number. A schema may serve any number of calls at the same time.
func Validate(schema uintptr, data []byte) Verdict {
	v := verdicts.Get().(*C.nct_verdict)
	defer verdicts.Put(v)
	C.nct_validate(C.uintptr_t(schema), (*C.char)(unsafe.Pointer(&data[0])), C.int(len(data)), v)
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
