package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"nctsim/fixtures"
	"nctsim/simulator/message"
)

// dialect is how a family of API versions is spoken, as far as the demo speaks it: what is declared, what the elements are
// called, and what the answers look like.
type dialect struct {
	// declaration is a fixture: a standard declaration in the simplified procedure, which customs accepts and releases by
	// itself.
	declaration string
	// lrn, mrn and holder are the elements with those values.
	lrn, mrn, holder string
	// dates are the elements that a declaration of today needs.
	dates map[string]date
	// list reads the list of messages, the oldest first.
	list func(answer []byte) ([]listed, error)
	// bodyPath and bodyFormat say where a message is and in which format to ask for it, and body takes it out of the answer.
	bodyPath, bodyFormat string
	body                 func(answer []byte) ([]byte, error)
}

// date is how far a date lies ahead, in days, and how it is written.
type date struct {
	days   int
	layout string
}

// dialects by API version.
var dialects = map[string]dialect{"1.0": legacyDialect, "2.1": currentDialect("phase5"), "3.0": currentDialect("phase6")}

// versions are the keys of dialects, in their order.
var versions = []string{"1.0", "2.1", "3.0"}

func currentDialect(phase string) dialect {
	const dateTime = "2006-01-02T15:04:05"
	return dialect{
		declaration: phase + "/valid/ie015-simplified-gb-xi.xml",
		lrn:         "LRN", mrn: "MRN", holder: "identificationNumber",
		dates: map[string]date{
			"preparationDateAndTime": {0, dateTime}, "limitDate": {8, time.DateOnly}, "arrivalDateAndTimeEstimated": {1, dateTime},
		},
		list: func(answer []byte) ([]listed, error) {
			var list struct {
				Messages []listed `json:"messages"`
			}
			err := json.Unmarshal(answer, &list)
			slices.Reverse(list.Messages)
			return list.Messages, err
		},
		bodyPath: "/body", bodyFormat: "xml",
		body: func(answer []byte) ([]byte, error) { return answer, nil },
	}
}

var legacyDialect = dialect{
	declaration: "phase4/valid/ie015-simplified-gb-xi.xml",
	lrn:         "RefNumHEA4", mrn: "DocNumHEA5", holder: "TINPC159",
	dates: map[string]date{
		"DatOfPreMES9": {0, "20060102"}, "TimOfPreMES10": {0, "1504"}, "DecDatHEA383": {0, "20060102"}, "DatLimERS69": {8, "20060102"},
	},
	list: func(answer []byte) ([]listed, error) {
		var list struct {
			Embedded struct {
				Messages []struct{ MessageID, MessageType, Received string } `json:"messages"`
			} `json:"_embedded"`
		}
		if err := json.Unmarshal(answer, &list); err != nil {
			return nil, err
		}
		var out []listed
		for _, m := range list.Embedded.Messages {
			at, err := time.Parse("2006-01-02T15:04:05", m.Received)
			if err != nil {
				return nil, fmt.Errorf("read the list of messages: %w", err)
			}
			one := listed{ID: m.MessageID, Type: m.MessageType, Status: "Received", Received: at}
			if t, _ := message.TypeOfCode(m.MessageType); t.Role != message.FromCustoms {
				one.Status = "Success"
			}
			out = append(out, one)
		}
		return out, nil
	},
	bodyFormat: "json",
	body: func(answer []byte) ([]byte, error) {
		var one struct{ Body string }
		err := json.Unmarshal(answer, &one)
		return []byte(one.Body), err
	},
}

// fill makes the fixture a declaration of today.
func (d dialect) fill(now time.Time, lrn string) ([]byte, error) {
	declaration, err := fixtures.Files.ReadFile(d.declaration)
	if err != nil {
		return nil, err
	}
	values := map[string]string{d.lrn: lrn}
	for name, one := range d.dates {
		values[name] = now.AddDate(0, 0, one.days).Format(one.layout)
	}
	for name, value := range values {
		declaration = content(name).ReplaceAll(declaration, []byte("<"+name+">"+value+"</"+name+">"))
	}
	return declaration, nil
}
