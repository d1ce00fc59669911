// Package pattern has regular expressions that are compiled when they are first used. There are a hundred of them in the program, most
// runs need a few, and compiling all of them took a fifth of the time that passed before its first line ran.
package pattern

import (
	"regexp"
	"sync"
)

// New gives the expression that text is, compiled with the first call. It panics then if text is not one, which a test of what uses it shows.
func New(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
