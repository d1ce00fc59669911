package xmltree

import (
	"fmt"
	"unicode/utf8"
)

// What can be wrong with a document, in the words of the real service's parser.
const (
	textEmpty             = "Premature end of file."
	textProlog            = "Content is not allowed in prolog."
	textTrailing          = "Content is not allowed in trailing section."
	textBefore            = "The markup in the document preceding the root element must be well-formed."
	textAfter             = "The markup in the document following the root element must be well-formed."
	textContent           = "The content of elements must consist of well-formed character data or markup."
	textCut               = "XML document structures must start and end within the same entity."
	textDoctype           = `DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.`
	textDoctypeInContent  = "A DOCTYPE is not allowed in content."
	textReferenceInProlog = "Reference is not allowed in prolog."
	textSectionEnd        = `The character sequence "]]>" must not appear in content unless used to mark the end of a CDATA section.`

	textCommentStart = `Comment must start with "<!--".`
	textDashes       = `The string "--" is not permitted within comments.`

	textTarget      = "The processing instruction must begin with the name of the target."
	textTargetSpace = "White space is required between the processing instruction target and data."
	textReserved    = `The processing instruction target matching "[xX][mM][lL]" is not allowed.`

	textEntityName   = "The entity name must immediately follow the '&' in the entity reference."
	textDecimal      = `A decimal representation must immediately follow the "&#" in a character reference.`
	textHexadecimal  = `A hexadecimal representation must immediately follow the "&#x" in a character reference.`
	textCharacterEnd = "The character reference must end with the ';' delimiter."

	textBindXML   = `The prefix "xml" cannot be bound to any namespace other than its usual namespace; neither can the namespace for "xml" be bound to any prefix other than "xml".`
	textBindXMLNS = `The prefix "xmlns" cannot be bound to any namespace explicitly; neither can the namespace for "xmlns" be bound to any prefix explicitly.`

	textVersion             = "The version is required in the XML declaration."
	textPseudoName          = "A pseudo attribute name is expected."
	textNoMore              = "No more pseudo attributes are allowed."
	textEncodingSpace       = "White space is required before the encoding pseudo attribute in the XML declaration."
	textEncodingDeclaration = "The encoding declaration is required in the text declaration."
	textStandaloneName      = "The standalone name in XML declaration may be misspelled."
	textDeclarationEnd      = `The XML declaration must end with "?>".`
)

// Places of a character that is none.
const (
	textInContent     = "in the element content of the document"
	textInComment     = "in the comment"
	textInSection     = "in the CDATA section"
	textInInstruction = "in the processing instruction"
	textInDeclaration = "in the XML declaration"
)

func valueWhere(name, element string) string {
	return fmt.Sprintf(`in the value of attribute "%s" and element is "%s"`, name, element)
}

func characterText(r rune, where string) string {
	return fmt.Sprintf("An invalid XML character (Unicode: 0x%x) was found %s.", r, where)
}

func invalidByteText(i, n int) string {
	return fmt.Sprintf("Invalid byte %d of %d-byte UTF-8 sequence.", i, n)
}

func expectedByteText(i, n int) string {
	return fmt.Sprintf("Expected byte %d of %d-byte UTF-8 sequence.", i, n)
}

func tagText(element string) string {
	return fmt.Sprintf(`Element type "%s" must be followed by either attribute specifications, ">" or "/>".`, element)
}

func equalsText(name, element string) string {
	return fmt.Sprintf(`Attribute name "%s" associated with an element type "%s" must be followed by the ' = ' character.`, name, element)
}

func quoteText(name, element string) string {
	return fmt.Sprintf(`Open quote is expected for attribute "%s" associated with an  element type  "%s".`, name, element)
}

func lessText(name, element string) string {
	return fmt.Sprintf(`The value of attribute "%s" associated with an element type "%s" must not contain the '<' character.`, name, element)
}

func twiceText(name, element string) string {
	return fmt.Sprintf(`Attribute "%s" was already specified for element "%s".`, name, element)
}

func twiceInNamespaceText(local, space, element string) string {
	return fmt.Sprintf(`Attribute "%s" bound to namespace "%s" was already specified for element "%s".`, local, space, element)
}

func endTagText(element string) string {
	return fmt.Sprintf(`The element type "%s" must be terminated by the matching end-tag "</%s>".`, element, element)
}

func endTagOpenText(element string) string {
	return fmt.Sprintf(`The end-tag for element type "%s" must end with a '>' delimiter.`, element)
}

func qualifiedText(name string) string {
	return fmt.Sprintf(`Element or attribute "%s" do not match QName production: QName::=(NCName:)?NCName.`, name)
}

func elementPrefixText(prefix, element string) string {
	return fmt.Sprintf(`The prefix "%s" for element "%s" is not bound.`, prefix, element)
}

func attributePrefixText(prefix, name, element string) string {
	return fmt.Sprintf(`The prefix "%s" for attribute "%s" associated with an element type "%s" is not bound.`, prefix, name, element)
}

func xmlnsElementText(element string) string {
	return fmt.Sprintf(`Element "%s" cannot have "xmlns" as its prefix.`, element)
}

func emptyPrefixText(prefix string) string {
	return fmt.Sprintf(`The value of the attribute "prefix="xmlns",localpart="%s",rawname="xmlns:%s"" is invalid. Prefixed namespace bindings may not be empty.`, prefix, prefix)
}

func entityText(name string) string {
	return fmt.Sprintf(`The entity "%s" was referenced, but not declared.`, name)
}

func entityEndText(name string) string {
	return fmt.Sprintf(`The reference to entity "%s" must end with the ';' delimiter.`, name)
}

func referenceText(written string) string {
	return fmt.Sprintf(`Character reference "&#%s" is an invalid XML character.`, Quoted(written))
}

func versionText(version string) string {
	return fmt.Sprintf(`XML version "%s" is not supported, only XML 1.0 is supported.`, Quoted(version))
}

func standaloneText(value string) string {
	return fmt.Sprintf(`The standalone document declaration value must be "yes" or "no", not "%s".`, Quoted(value))
}

func declarationEqualsText(name string) string {
	return fmt.Sprintf(`The ' = ' character must follow "%s" in the XML declaration.`, name)
}

func declarationQuoteText(name string) string {
	return fmt.Sprintf(`The value following "%s" in the XML declaration must be a quoted string.`, name)
}

func encodingNameText(name string) string {
	return fmt.Sprintf(`Invalid encoding name "%s".`, Quoted(name))
}

func encodingText(name string) string {
	return fmt.Sprintf(`The encoding "%s" is not supported.`, Quoted(name))
}

// Limits: where the JDK knows of one of the kind, in its words.

func attributesText(element string) string {
	return fmt.Sprintf(`JAXP00010002:  Element "%s" has more than "%d" attributes, "%d" is the limit imposed by the JDK.`, element, MaxAttrs, MaxAttrs)
}

func lengthText(entity string, n int) string {
	return fmt.Sprintf(`JAXP00010005: The length of entity "%s" is "%s" that exceeds the "%s" limit set by "FEATURE_SECURE_PROCESSING".`, Quoted(entity), grouped(n), grouped(MaxName))
}

func depthText(element string, depth int) string {
	return fmt.Sprintf(`JAXP00010006: The element "%s" has a depth of "%d" that exceeds the limit "%d" set by "FEATURE_SECURE_PROCESSING".`, element, depth, MaxDepth)
}

func tagLimitText() string {
	return fmt.Sprintf("A tag must not be longer than %d bytes.", MaxTag)
}

func declarationsText() string {
	return fmt.Sprintf("Not more than %d declarations of namespaces may be in scope.", MaxDeclarations)
}

func namesText() string {
	return fmt.Sprintf("A document must not have more than %d different names and namespaces.", MaxNames)
}

func piecesText() string {
	return fmt.Sprintf("Text must not be in more than %d pieces between two tags.", MaxPieces)
}

// grouped writes a number as Java does in texts, with commas between groups of three digits.
func grouped(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}

// utf16Length is the length of a text in UTF-16 units, as Java counts.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// maxQuoted is how many bytes of a client's text are repeated in an error, so that errors stay small whatever was sent. The
// real service repeats all; this is room for the longest text of a message (512 characters) in any script, and for half as much again in most.
const maxQuoted = 1800

// Quoted is a client's text as it is repeated in an error: its beginning, if it is long.
func Quoted(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	end := maxQuoted
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
