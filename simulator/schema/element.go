package schema

// Element is one element of a message as its schema declares it. Elements of shared types are shared
// between messages: treat the tree as read-only.
type Element struct {
	Name string
	// Min and Max are minOccurs and maxOccurs.
	Min, Max int
	// Children are the elements of the sequence in order; empty for a leaf.
	Children []*Element
	// TypeName is the name of the type of a leaf or group as in the schema file: "TransitOperationType02".
	TypeName string
	// Type is the simple type of a leaf, nil for a group.
	Type *Type
	// PhaseID is the type of the PhaseID attribute, set on roots only.
	PhaseID *Type
	// List is the code list documented for a leaf ("CL231"); business rules check it, the schema does not.
	List string
}

// Leaf reports whether the element holds text and not other elements.
func (e *Element) Leaf() bool { return e.Type != nil }

// Value is the text of a leaf as its type sees it: string keeps white space, normalizedString turns each tab and line break into
// a space, every other base type collapses white space. It may be called on nil, which leaves the text as it is, as a group does.
func (e *Element) Value(text string) string {
	if e == nil || e.Type == nil || e.Type.Base == "string" {
		return text
	}
	return e.Type.Normalize(text)
}

// Child is the declaration of a child element, nil if the schema knows none of that name. It may be
// called on nil.
func (e *Element) Child(name string) *Element {
	if e == nil {
		return nil
	}
	for _, c := range e.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Type is a simple type: one or more restriction steps over a built-in type.
type Type struct {
	// Name as in the schema file: "SequenceNumberContentType".
	Name string
	// Base is the built-in type below all steps: "token", "normalizedString", "integer", "decimal", "date", "dateTime".
	Base string
	// Patterns are the restriction steps, from the base up: all must match, each by one of its alternatives.
	Patterns [][]string
	Enum     []string
	// Length, MinLength, MaxLength, TotalDigits and FractionDigits are -1 when not set.
	Length, MinLength, MaxLength, TotalDigits, FractionDigits int
	// MinInclusive and MaxInclusive are empty when not set.
	MinInclusive, MaxInclusive string
}
