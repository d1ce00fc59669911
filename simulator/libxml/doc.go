// Package libxml is all of the simulator's C code: calls of libxml2 that the binding (lestrrat-go/libxml2) does not offer as
// they are needed here. A Schema, which the binding compiles, validates a document while it is parsed.
//
// Only the bytes that are given are ever read: network, entities, DTDs and XInclude are off. What could hurt the parser
// (a DOCTYPE, too many attributes, deep nesting) is refused by package schema before a document comes here.
//
// docs/adr/ says why that does not go through the binding's own call.
package libxml

// #cgo pkg-config: libxml-2.0
// #include "libxml.h"
import "C"

import "sync"

// Init sets up libxml2. It must have returned before anything is compiled or parsed, also by way of the binding; it may be
// called any number of times.
var Init = sync.OnceFunc(func() { C.nct_init() })
