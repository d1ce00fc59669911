// Package xsd holds the XML schemas of the NCTS messages that the simulator reads and writes.
//
// There is one directory per phase: phase4 (API 1.0), phase5 (API 2.1) and phase6 (API 3.0). In a phase directory
//
//   - types.xsd has the value types;
//   - groups.xsd includes it and has the groups of elements: in phases 5 and 6 all, in phase 4 those that are the same
//     in several messages;
//   - every other file, such as CC015C.xsd, has one message: it includes groups.xsd and declares exactly one global
//     element, the root, with its type and the groups that are the message's own.
//
// All files of a phase share one namespace, which is none in phase 4, and the same opening tag, so that they may be
// compiled together: cut the xs:schema tags and the xs:include elements, make the names of the types in a message's file
// unique (phase 4 has a HEAHEAType in nearly every message), and put everything into one xs:schema. Every message
// is then a legal root, so whoever compiles them together has to compare the root themselves.
//
// # Rules for the files
//
// They are also read by Go code that knows only the constructs in use. These are: xs:include; named xs:simpleType with
// an xs:restriction of a built-in type or of an xs:simpleType inside it, and facets; named xs:complexType with one
// xs:sequence of xs:element and then at most one xs:attribute. A pattern that stands beside others in a restriction is an
// alternative; patterns that must all match stand in nested restrictions.
//
// The names of the types are those of the real schemas (the column type of the message tables), because they appear in
// the error texts that clients receive: renaming one is a visible change. Only what no real schema is known for is named
// here: CC054A_MessageType, after its like, and the groups of CC062A, after those of CC054A.
//
// The attribute list in the namespace urn:nctsim:schema names the code list of an element (CL231). The schema processor
// skips it: values are checked against code lists by rules, or by an enumeration of the value type.
package xsd

import "embed"

// Files contains phase4/*.xsd, phase5/*.xsd and phase6/*.xsd.
//
//go:embed phase4 phase5 phase6
var Files embed.FS
