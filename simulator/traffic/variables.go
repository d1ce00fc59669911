package traffic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Variables are the values of the variables of collections, by their names.
type Variables map[string]string

// variable is one in the text of a collection, "{{base-url}}".
var variable = regexp.MustCompile(`\{\{\s*([^{}\s]+)\s*\}\}`)

// filler puts values into the texts of one request.
type filler struct {
	values Variables
	// made counts the values that were made for variables of Postman's and Bruno's own, "{{$guid}}".
	made *int
	// open are the variables that have no value.
	open []string
}

// in puts the values of variables into a text; those without a value stay, and are kept as open.
func (f *filler) in(text string) string {
	for range 5 { // a value may name another variable
		before := text
		text = variable.ReplaceAllStringFunc(text, func(name string) string {
			if value, known := f.value(variable.FindStringSubmatch(name)[1]); known {
				return value
			}
			return name
		})
		if text == before || len(text) > MostBody {
			break
		}
	}
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(f.open, m[1]) {
			f.open = append(f.open, m[1])
		}
	}
	return text
}

// value is that of a variable. Those that tools make anew for each request are numbered here, so that a comparison does the same
// each time.
func (f *filler) value(name string) (string, bool) {
	if value, known := f.values[name]; known {
		return value, true
	}
	form := map[string]string{
		"$guid": "00000000-0000-4000-8000-%012d", "$randomUUID": "00000000-0000-4000-8000-%012d", "$timestamp": "17%08d", "$randomInt": "%d",
		"$isoTimestamp": "2026-03-02T09:15:00.%03dZ", "$randomAlphaNumeric": "%d",
	}[name]
	if form == "" {
		return "", false
	}
	*f.made++
	return fmt.Sprintf(form, *f.made%1000), true
}

// address is a URL of a collection; a first variable that has no value stands for the service. The values of path are for parts such
// as ":departureId".
func (f *filler) address(raw string, path Variables) (*url.URL, error) {
	text := f.in(strings.TrimSpace(raw))
	if m := variable.FindStringSubmatchIndex(text); m != nil && m[0] == 0 {
		f.open = slices.DeleteFunc(f.open, func(name string) bool { return name == text[m[2]:m[3]] })
		text = "http://collection" + text[m[1]:]
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	before, query, asks := strings.Cut(text, "?")
	parts := strings.Split(before, "/")
	for i, part := range parts {
		name, some := strings.CutPrefix(part, ":")
		if !some || i < 3 || name == "" {
			continue
		}
		if value := f.in(path[name]); value != "" {
			parts[i] = url.PathEscape(value)
		} else {
			f.open = append(f.open, part)
		}
	}
	text = strings.Join(parts, "/")
	if asks {
		text += "?" + query
	}
	u, err := url.Parse(variable.ReplaceAllString(text, "${1}"))
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%.200q is not a URL", raw)
	}
	return u, nil
}

// ReadVariables reads an environment of Postman (JSON) or Bruno (JSON, .bru), or a JSON object of names and values.
func ReadVariables(file io.ReadSeeker) (Variables, error) {
	text, err := readAll(file)
	if err != nil {
		return nil, err
	}
	out := Variables{}
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		blocks, err := parseBru(text)
		if err != nil {
			return nil, err
		}
		for _, b := range blocks {
			out.addBru(b)
		}
		if len(out) == 0 {
			return nil, errors.New("there are no variables; hint: name an environment of Postman or Bruno, or a JSON object of names and values")
		}
		return out, nil
	}
	var form struct {
		Values    []postmanPair `json:"values"`
		Variables []brunoPair   `json:"variables"`
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return nil, inCollection(err, "Postman", text)
	}
	for _, p := range form.Values {
		if p.Enabled == nil || *p.Enabled {
			out[p.Key] = p.text()
		}
	}
	out.addBruno(form.Variables)
	if form.Values == nil && form.Variables == nil {
		var plain map[string]any
		if err := json.Unmarshal(text, &plain); err != nil {
			return nil, inCollection(err, "Postman", text)
		}
		for name, value := range plain {
			out[name] = postmanPair{Value: value}.text()
		}
	}
	return out, nil
}

// under are these variables with others that count less.
func (v Variables) under(less Variables) Variables {
	out := Variables{}
	for name, value := range less {
		out[name] = value
	}
	for name, value := range v {
		out[name] = value
	}
	return out
}
