// Package jsonmessage reads and writes NCTS messages as JSON, the way API 2.1 and 3.0 do: Parse reads a text, a Validator says
// what HMRC's JSON schemas have against it, Document turns it into the message, and Append writes a message as JSON.
//
// The schemas of JSON are not those of XML in another notation: they have facets of their own (data/types.tsv) and some slips
// (data/differences.tsv). The structure, order and repetition of elements come from the schema tree.
//
// Facts: docs/spec/api-2.1-3.0.md#5-1, docs/spec/api-2.1-3.0.md#9, docs/spec/messages.md#json-bodies.
package jsonmessage
