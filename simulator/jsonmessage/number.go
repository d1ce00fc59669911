package jsonmessage

import (
	"strconv"
	"strings"
)

// mostZeros is how many zeros an exponent may add; a number beyond that keeps its exponent, which no XML schema takes.
const mostZeros = 400

// plain writes a number without exponent, plus sign and superfluous zeros, by value: 10.0 is 10, 1e3 is 1000, -0 is 0, 007 is
// 7. It reads the numbers of JSON and those of xs:integer and xs:decimal, and loses no digit.
func plain(number string) string {
	mantissa, exponent := number, 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(number[i+1:]); err != nil || exponent > mostZeros || exponent < -mostZeros {
			return number
		}
		mantissa = number[:i]
	}
	sign := ""
	switch {
	case strings.HasPrefix(mantissa, "-"):
		sign, mantissa = "-", mantissa[1:]
	case strings.HasPrefix(mantissa, "+"):
		mantissa = mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	switch {
	case exponent > 0:
		if missing := exponent - len(fraction); missing > 0 {
			fraction += strings.Repeat("0", missing)
		}
		whole, fraction = whole+fraction[:exponent], fraction[exponent:]
	case exponent < 0:
		if missing := -exponent - len(whole); missing > 0 {
			whole = strings.Repeat("0", missing) + whole
		}
		at := len(whole) + exponent
		whole, fraction = whole[:at], whole[at:]+fraction
	}
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	switch {
	case whole == "" && fraction == "":
		return "0"
	case whole == "":
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// isNumeric reports whether values of a built-in type are numbers in JSON.
func isNumeric(base string) bool { return base == "integer" || base == "decimal" }

// isDecimal reports whether a text is a number of xs:decimal.
func isDecimal(text string) bool {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	return whole+fraction != "" && strings.Trim(whole+fraction, "0123456789") == ""
}
