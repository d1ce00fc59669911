// Package jsontext writes strings of JSON as HMRC's services do: characters that only HTML gives a meaning to (<, >, &) and
// the slash are not escaped.
package jsontext

import "unicode/utf8"

const hexDigits = "0123456789ABCDEF"

// AppendString writes a string of JSON behind a text. Bytes that are not UTF-8 become the replacement character.
func AppendString[T string | []byte](to []byte, s T) []byte {
	to = append(to, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			to = appendEscaped(append(to, s[start:i]...), c)
			i++
			start = i
			continue
		}
		// A conversion of a short slice does not allocate; the text as a whole is never converted.
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if r == utf8.RuneError && size == 1 {
			to = append(append(to, s[start:i]...), "\uFFFD"...)
			start = i + size
		}
		i += size
	}
	return append(append(to, s[start:]...), '"')
}

func appendEscaped(to []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(to, '\\', c)
	case '\n':
		return append(to, `\n`...)
	case '\r':
		return append(to, `\r`...)
	case '\t':
		return append(to, `\t`...)
	case '\b':
		return append(to, `\b`...)
	case '\f':
		return append(to, `\f`...)
	}
	return append(to, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}
