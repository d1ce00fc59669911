package jsonmessage

import (
	"fmt"
	"unicode/utf8"
)

// SyntaxError says why a text is not JSON. Its text is what the client gets: the words of the parser that HMRC uses.
type SyntaxError struct {
	// Line and Column count from 1; the column is the one behind the last character that was read.
	Line, Column int
	Reason       string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s\n at [line: %d, column: %d]", e.Reason, e.Line, e.Column)
}

// Texts of syntax errors. The service is known to send the first one; the others are those of the same parser (Jackson), as
// far as its texts are known to us. Which of them HMRC's service sends is our choice.
const (
	textName         = "Unexpected character (%s): was expecting double-quote to start field name"
	textColon        = "Unexpected character (%s): was expecting a colon to separate field name and value"
	textCommaObject  = "Unexpected character (%s): was expecting comma to separate Object entries"
	textCommaArray   = "Unexpected character (%s): was expecting comma to separate Array entries"
	textValue        = "Unexpected character (%s): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
	textToken        = "Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
	textTrailing     = "Trailing token (%s) found after value"
	textEndObject    = "Unexpected end-of-input: expected close marker for Object (start marker at [line: %d, column: %d])"
	textEndArray     = "Unexpected end-of-input: expected close marker for Array (start marker at [line: %d, column: %d])"
	textEndName      = "Unexpected end-of-input in field name"
	textEndString    = "Unexpected end-of-input: was expecting closing quote for a string value"
	textEndNumber    = "Unexpected end-of-input in numeric value"
	textEndEscape    = "Unexpected end-of-input in character escape sequence"
	textControl      = "Illegal unquoted character (%s): has to be escaped using backslash to be included in %s"
	textBetween      = "Illegal character (%s): only regular white space (\\r, \\n, \\t) is allowed between tokens"
	textEscape       = "Unrecognized character escape (%s)"
	textHex          = "Unexpected character (%s): expected a hex-digit for character escape sequence"
	textLeadingZero  = "Invalid numeric value: Leading zeroes not allowed"
	textMinus        = "Unexpected character (%s) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value"
	textPoint        = "Unexpected character (%s) in numeric value: Decimal point not followed by a digit"
	textExponent     = "Unexpected character (%s) in numeric value: Exponent indicator not followed by a digit"
	textAfterNumber  = "Unexpected character (%s): Expected space separating root-level values"
	textStartByte    = "Invalid UTF-8 start byte 0x%x"
	textMiddleByte   = "Invalid UTF-8 middle byte 0x%x"
	textDepth        = "Document nesting depth (%d) exceeds the maximum allowed (%d, from `StreamReadConstraints.getMaxNestingDepth()`)"
	textNumberLength = "Number value length (%d) exceeds the maximum allowed (%d, from `StreamReadConstraints.getMaxNumberLength()`)"
)

// Limits of the same parser: how deep values may be nested, and how long a number may be (characters).
const (
	MaxDepth        = 1000
	maxNumberLength = 1000
)

// described names a character as the parser does: 'n' (code 110).
func described(r rune) string {
	switch {
	case r < ' ':
		return fmt.Sprintf("(CTRL-CHAR, code %d)", r)
	case r > 255:
		return fmt.Sprintf("'%c' (code %d / 0x%x)", r, r, r)
	}
	return fmt.Sprintf("'%c' (code %d)", r, r)
}

// position is the line and column, both from 1, of the character at an offset. Columns count characters.
func position(text []byte, offset int) (line, column int) {
	line, start := 1, 0
	for i := 0; i < offset; i++ {
		switch {
		case text[i] == '\n', text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCount(text[start:offset]) + 1
}
