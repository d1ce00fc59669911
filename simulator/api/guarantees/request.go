package guarantees

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/guarantee"
)

// maxBody is what the web framework reads of a JSON body.
const maxBody = 100 << 10

// Names in the body of version 1.0, in the order in which they are checked; version 2.0 has the last one.
const (
	fieldTaxID  = "taxIdentifier"
	fieldGRN    = "guaranteeReference"
	fieldAccess = "accessCode"
)

// readJSON reads the body, whatever JSON it is.
func readJSON(r *http.Request) (any, error) {
	exchange.At(r.Context(), client.CheckContentType)
	if media, _ := bind.MediaTypeOf(r); !media.IsJSON() {
		exchange.Want(r.Context(), "Content-Type", wire.TypeJSON)
		return nil, &framework{http.StatusUnsupportedMediaType, "Expecting text/json or application/json body"}
	}
	exchange.At(r.Context(), client.CheckSize)
	body, err := bind.JSONBody(r, maxBody)
	if err == nil {
		exchange.At(r.Context(), client.CheckBody)
	}
	switch {
	case errors.Is(err, bind.ErrTooLarge):
		return nil, &framework{http.StatusRequestEntityTooLarge, "Request Entity Too Large"}
	case err != nil:
		return nil, malformed(err.Error())
	case len(body) == 0:
		return nil, malformed("No content to map due to end-of-input")
	case !utf8.Valid(body):
		return nil, malformed("Invalid UTF-8")
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, malformed(err.Error())
	}
	return value, nil
}

func malformed(why string) error {
	return &framework{http.StatusBadRequest, fmt.Sprintf("Invalid Json: %s", why)}
}

// fault is one thing wrong with a field.
type fault struct{ code, message, reason string }

// readEnquiry reads the body of version 1.0: first its shape, then its values (docs/spec/guarantee-balance.md#1-3).
func readEnquiry(value any) (guarantee.Enquiry, error) {
	var q guarantee.Enquiry
	object, _ := value.(map[string]any)
	var j wire.JSON
	j.Object("").String("code", "INVALID_REQUEST_JSON").String("message", "Invalid request JSON").Object("errors")
	shapely := true
	for _, f := range []struct {
		name string
		into *string
	}{{fieldTaxID, &q.TaxID}, {fieldGRN, &q.GRN}, {fieldAccess, &q.Access}} {
		given, present := object[f.name]
		text, isText := given.(string)
		switch {
		case !present:
			j.Array("$."+f.name).String("", "Missing path").EndArray()
		case !isText:
			j.Array("$."+f.name).String("", "String value expected").EndArray()
		}
		*f.into, shapely = text, shapely && isText
	}
	if !shapely {
		return q, &answered{http.StatusBadRequest, j.EndObject().EndObject().Bytes()}
	}
	return q, checkFields(q)
}

// checkFields collects all that is wrong with the values.
func checkFields(q guarantee.Enquiry) error {
	faults := append(checkText("TAX_IDENTIFIER", "tax identifier", q.TaxID, 17), checkText("GUARANTEE_REFERENCE", "guarantee reference", q.GRN, 24)...)
	if utf8.RuneCountInString(q.Access) != 4 {
		faults = append(faults, faultOf("ACCESS_CODE", "access code", "must be 4 characters in length"))
	}
	if !alphanumeric(q.Access) {
		faults = append(faults, faultOf("ACCESS_CODE", "access code", "must be alphanumeric"))
	}
	if len(faults) == 0 {
		return nil
	}
	var j wire.JSON
	j.Object("").String("code", codeBadRequest).String("message", "Bad request").Array("errors")
	for _, f := range faults {
		j.Object("").String("code", f.code).String("message", f.message).String("reason", f.reason).EndObject()
	}
	return &answered{http.StatusBadRequest, j.EndArray().EndObject().Bytes()}
}

func checkText(code, name, value string, longest int) (faults []fault) {
	if value == "" {
		faults = append(faults, faultOf(code, name, "must not be empty"))
	}
	if utf8.RuneCountInString(value) > longest {
		faults = append(faults, faultOf(code, name, fmt.Sprintf("has a maximum length of %d characters", longest)))
	}
	if !alphanumeric(value) {
		faults = append(faults, faultOf(code, name, "must be alphanumeric"))
	}
	return faults
}

func faultOf(code, name, reason string) fault {
	return fault{"INVALID_" + code, "Invalid " + name + " value", strings.ToUpper(name[:1]) + name[1:] + " " + reason}
}

// alphanumeric says whether a text has only letters and digits of ASCII; an empty one has.
func alphanumeric(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}
