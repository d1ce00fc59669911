// Package xsd holds the XML schemas of the NCTS messages that the simulator reads and writes.
//
// There is one directory per phase: phase4 (API 1.0), phase5 (API 2.1) and phase6 (API 3.0). In a phase directory
//
//   - types.xsd has the value types and the groups that occur in more than one place;
//   - every other file, such as CC015C.xsd, has one message: it includes types.xsd and declares exactly one global
//     element, the root.
//
// All files of a phase share one namespace, which is none in phase 4, and no type name occurs twice in them, so that
// they may be compiled together: cut the xs:schema tags and the xs:include elements and put the rest into one
// xs:schema (every file has the same opening tag). Every message is then a legal root, so whoever compiles them
// together has to compare the root himself.
//
// # Rules for the files
//
// They are also read by Go code that knows only the constructs in use. These are: xs:include; named xs:simpleType with
// xs:restriction and facets; named or anonymous xs:complexType with one xs:sequence of xs:element and then at most one
// xs:attribute. A pattern that stands beside others in a restriction is an alternative; patterns that must all match
// stand in successive restrictions.
//
// The names of the value types appear in the error texts that clients receive, so renaming one is a visible change.
//
// The attribute list in the namespace urn:nctsim:schema names the code list of an element (CL231). The schema processor
// skips it: values are checked against code lists by rules, or by an enumeration of the value type.
package xsd

import "embed"

// Files contains phase4/*.xsd, phase5/*.xsd and phase6/*.xsd.
//
//go:embed phase4 phase5 phase6
var Files embed.FS
