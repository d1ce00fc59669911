// Package spelling finds the word that somebody meant who wrote another one: a key, a flag, a setting, a code, an id.
package spelling

import "strings"

// Nearest is the known word that somebody may have meant, "" if none is near. Capitals, hyphens, underscores, full stops and
// spaces do not count. The beginning of a single known word is enough from three letters on, and more than a known word is
// not too much.
func Nearest(word string, known []string) string {
	best, fewest := "", max(len(word)/3, 1)+1
	wanted := plainWord(word)
	if only := completions(wanted, known); len(only) == 1 {
		return only[0]
	}
	for _, k := range known {
		if plainWord(k) == wanted {
			return k
		}
		if d := distance(wanted, plainWord(k)); d < fewest {
			best, fewest = k, d
		}
	}
	if best == "" {
		best = beginning(wanted, known)
	}
	return best
}

// beginning is the longest known word that what was written begins with.
func beginning(wanted string, known []string) (longest string) {
	for _, k := range known {
		if len(k) >= 4 && len(k) > len(longest) && strings.HasPrefix(wanted, plainWord(k)) {
			longest = k
		}
	}
	return longest
}

// completions are the known words that begin with what was written.
func completions(wanted string, known []string) []string {
	var out []string
	for _, k := range known {
		if len(wanted) >= 3 && strings.HasPrefix(plainWord(k), wanted) {
			out = append(out, k)
		}
	}
	return out
}

var squeeze = strings.NewReplacer("-", "", "_", "", ".", "", " ", "")

func plainWord(s string) string { return strings.ToLower(squeeze.Replace(s)) }

// longestWord bounds the work of distance; no key, verb or element name comes near it.
const longestWord = 80

// distance is the number of characters to insert, delete, change or swap.
func distance(one, other string) int {
	a, b := []rune(one), []rune(other)
	if len(a) > longestWord || len(b) > longestWord {
		return longestWord
	}
	before, last, row := []int{}, make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	return last[len(b)]
}

// Hint is what to say about a word that is not known: the nearest one, or all of them; "" if there is none.
func Hint(word string, known []string) string {
	otherwise := ""
	if len(known) > 0 {
		otherwise = "known are " + strings.Join(known, ", ")
	}
	return Meant(word, known, otherwise)
}

// Meant is what to say about a word that is not known: the nearest one, or something else if none is near.
func Meant(word string, known []string, otherwise string) string {
	if near := Nearest(word, known); near != "" {
		return "did you mean " + near
	}
	return otherwise
}
