package console

import (
	"cmp"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/pattern"
	"nctsim/web"
)

// templates are the pages by name, each with the frame and the parts that pages share, which are in the folder parts. They
// are read when the first page is shown.
var templates = sync.OnceValues(func() (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(functions).ParseFS(web.Files, "templates/parts/*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(web.Files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, file := range files {
		one, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if one, err = one.ParseFS(web.Files, file); err != nil {
			return nil, err
		}
		pages[strings.TrimSuffix(path.Base(file), ".html")] = one
	}
	return pages, nil
})

// functions are what templates can call.
var functions = template.FuncMap{
	"day":         day,
	"clock":       clockTime,
	"second":      func(t time.Time) string { return clockTime(t.Truncate(time.Second)) },
	"datetime":    func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"when":        when,
	"tone":        tone,
	"title":       title,
	"sentence":    sentence,
	"plain":       plain,
	"linked":      linked,
	"clip":        clip,
	"add":         func(a, b int) int { return a + b },
	"words":       words,
	"join":        strings.Join,
	"dict":        dict,
	"rule":        ruleHref,
	"application": applicationHref,
	"snapshot":    snapshotHref,
	"plural":      plural,
	"bytes":       byteCount,
	"foldable":    foldable,
	"took":        took,
	"real":        realTime,
	"money":       func(amount any) string { return money(fmt.Sprint(amount)) },
}

// day is a date as people write it: "2 March 2026".
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// clockTime is the time of a day, with the parts of a second if there are any: "09:15:00".
func clockTime(t time.Time) string { return t.UTC().Format("15:04:05.999") }

// when is a date with its time: "2 March 2026, 09:15".
func when(t time.Time) string {
	if t.Second() == 0 {
		return t.UTC().Format("2 January 2006, 15:04")
	}
	return t.UTC().Format("2 January 2006, 15:04:05")
}

// tone says how a state is shown: as done, as something to look at, as bad, or as under way.
func tone(s movement.State) string {
	name := strings.ToUpper(strings.ReplaceAll(string(s), "_", ""))
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(name, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("REJECTED", "NOTRELEASED", "NORELEASE", "CANCELLED", "NEGATIVE", "CANCELLATIONDECISION"):
		return "bad"
	case has("CONTROL", "AMENDMENT", "NOTVALID", "REQUEST", "DISCREPANC", "RECOVERY", "AWAITING"):
		return "warn"
	case has("RELEASE", "WRITTENOFF", "WRITEOFF", "ARRIVED"):
		return "ok"
	}
	return "info"
}

// title is the name of a type of message in a phase, "" if there is none.
func title(p message.Phase, code string) string {
	t, _ := p.TypeOfCode(code)
	return t.Name
}

// sentence begins with a capital letter.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || !unicode.IsLower(first) {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// cited is the place in the specification that a text begins with.
var cited = pattern.New(`^docs/\S+: `)

// plain is a sentence without the place in the specification that it cites first, and in words if it is in the notation of the rules.
func plain(s string) string {
	s = cited().ReplaceAllString(s, "")
	return sentence(cmp.Or(strings.TrimSuffix(inWords(s), "."), s))
}

// words is the name of an action or timer in words: "Refuse release".
func words(name string) string { return sentence(strings.ReplaceAll(name, "_", " ")) }

// plural is a number with its noun: "1 movement", "2 movements".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// dict hands several values to a template, by names.
func dict(pairs ...any) (map[string]any, error) {
	out := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is not a name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// byteCount is a number of bytes: "5,732 bytes".
func byteCount(n any) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	if text == "1" {
		return "1 byte"
	}
	return text + " bytes"
}

// foldable is a path that may be broken into lines behind each slash.
func foldable(path string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(path), "/", "/<wbr>")) // it is escaped
}

// longestValue is how many bytes of a value are shown where it stands among others.
const longestValue = 2000

// clip is the beginning of a value that is very long, with how much is missing.
func clip(text string) string {
	if len(text) <= longestValue {
		return text
	}
	n := longestValue
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "… and " + byteCount(len(text)-n) + " more"
}
