package schema

import (
	"fmt"
	"strings"
	"unicode"

	"nctsim/simulator/xmltree"
)

// Namespaces of what a document may say about its own schema, and of the built-in types.
const (
	instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
	builtinNamespace  = "http://www.w3.org/2001/XMLSchema"
)

// definition is a type as an element is measured by it: that of its declaration or the one that its xsi:type names.
type definition struct {
	name string
	// value is set for the type of a value, children and phaseID for that of a group.
	value    *Type
	children []*Element
	phaseID  *Type
	// any: whatever stands inside is allowed. This is the type of elements that are not declared.
	any bool
}

var anything = definition{any: true}

func (e *Element) definition() definition {
	return definition{name: e.TypeName, value: e.Type, children: e.Children, phaseID: e.PhaseID}
}

// splitName parts a qualified name; the prefix is empty if it has none.
func splitName(name string) (prefix, local string) {
	if prefix, local, ok := strings.Cut(name, ":"); ok {
		return prefix, local
	}
	return "", name
}

// instance is the value of an attribute of the namespace of schema instances, such as type or nil.
func (s *scope) instance(name string) (string, bool) {
	for _, a := range s.node.Attrs() {
		if _, local := splitName(a.Name); local == name && a.Space == instanceNamespace {
			return a.Value, true
		}
	}
	return "", false
}

// instanceType is the type that an element has by its xsi:type. A type that must not take the place of the declared one
// is reported, but the element is measured by it all the same.
func (x *explainer) instanceType(in *scope, e *Element, declared definition, written string) definition {
	n := &in.node
	if problem := in.qualified(written); problem != "" {
		x.report(in, n.Open, "", "%s", problem)
		x.report(in, n.Open, "", "cvc-elt.4.1: The value '%s' of attribute '"+instanceNamespace+",type' of element '%s' is not a valid QName.", cut(written), n.QName())
		return declared
	}
	prefix, local := splitName(Collapse(written))
	named, ok := x.typeNamed(in.namespace(prefix), local)
	switch {
	case !ok:
		x.report(in, n.Open, "", "cvc-elt.4.2: Cannot resolve '%s' to a type definition for element '%s'.", cut(written), n.QName())
		return declared
	case e != nil && named.name != declared.name:
		// No type of the schemas is derived from another one that an element may have.
		x.report(in, n.Open, "", "cvc-elt.4.3: Type '%s' is not validly derived from the type definition, '%s', of element '%s'.", cut(written), declared.name, n.QName())
	}
	return named
}

// typeNamed is the type of a name, as far as the message that is expected knows it.
func (x *explainer) typeNamed(space, name string) (definition, bool) {
	if space == builtinNamespace {
		d, ok := builtinTypes[name]
		return d, ok
	}
	if space != x.set.namespace || strings.Contains(name, localMark) {
		return definition{}, false
	}
	d, ok := x.set.types[name+localMark+x.expected]
	if !ok {
		d, ok = x.set.types[name]
	}
	return d, ok
}

// instanceAttribute reports whether an attribute of the namespace of schema instances may stand on any element, and
// looks at its value.
func (x *explainer) instanceAttribute(in *scope, a xmltree.Attr, local string) bool {
	switch local {
	case "type":
		if problem := in.qualified(a.Value); problem != "" {
			x.attributeValue(in, a, "QName", problem)
		}
	case "nil":
		switch value := Collapse(a.Value); value {
		case "true", "false", "1", "0":
		default:
			x.attributeValue(in, a, "boolean", notOfType(value, "boolean"))
		}
	case "schemaLocation", "noNamespaceSchemaLocation":
	default:
		return false
	}
	return true
}

// qualified says what is wrong with a value as a qualified name, empty for nothing.
func (s *scope) qualified(written string) string {
	value := Collapse(written)
	prefix, local := "", value
	if i := strings.IndexByte(value, ':'); i > 0 {
		prefix, local = value[:i], value[i+1:]
	}
	switch {
	case prefix != "" && !unqualifiedName(prefix), !unqualifiedName(local):
		return notOfType(value, "QName")
	case prefix != "" && s.namespace(prefix) == "":
		return fmt.Sprintf("UndeclaredPrefix: Cannot resolve '%s' as a QName: the prefix '%s' is not declared.", cut(value), cut(prefix))
	}
	return ""
}

// unqualifiedName reports whether s is a name of XML without a colon.
func unqualifiedName(s string) bool {
	for i, r := range s {
		switch {
		case r == '_' || unicode.IsLetter(r):
		case i > 0 && (r == '-' || r == '.' || r == '·' || unicode.IsDigit(r) || unicode.Is(unicode.M, r)):
		default:
			return false
		}
	}
	return s != ""
}

// builtinTypes are the types of XML Schema itself by their names. None of them may take the place of a type of ours, so
// only those are looked into further that ours are made of.
var builtinTypes = func() map[string]definition {
	types := map[string]definition{"anyType": {name: "anyType", any: true}}
	for _, name := range strings.Fields(`anySimpleType string boolean decimal float double duration dateTime time date gYearMonth gYear gMonthDay gDay gMonth
		hexBinary base64Binary anyURI QName NOTATION normalizedString token language NMTOKEN NMTOKENS Name NCName ID IDREF IDREFS ENTITY ENTITIES integer
		nonPositiveInteger negativeInteger long int short byte nonNegativeInteger unsignedLong unsignedInt unsignedShort unsignedByte positiveInteger`) {
		types[name] = definition{name: name, value: &Type{Name: name, Base: name, Length: -1, MinLength: -1, MaxLength: -1, TotalDigits: -1, FractionDigits: -1}}
	}
	return types
}()
