package message

import (
	"regexp"
	"slices"
	"strings"

	"nctsim/simulator/spelling"
)

// code is how people write the code of a message, with the letters of its root, without zeros, in small letters: CC029C, IE29.
var code = regexp.MustCompile(`^(?i:IE|CC|CD)?[ _-]?0*([0-9]{1,3})[A-Za-z]?$`)

// Hint says about a word that is none of the known codes of messages which one was meant, who sends the message that it
// is, or which codes there are.
func Hint(word string, known []string) string {
	if found := code.FindStringSubmatch(strings.TrimSpace(word)); found != nil {
		meant := "IE" + strings.Repeat("0", 3-len(found[1])) + found[1]
		t, exists := TypeOfCode(meant)
		switch {
		case slices.Contains(known, meant):
			return "did you mean " + meant
		case exists && t.Role != FromCustoms:
			return meant + " comes from the trader"
		case exists:
			return "known are " + strings.Join(known, ", ")
		}
	}
	return spelling.Hint(word, known)
}
