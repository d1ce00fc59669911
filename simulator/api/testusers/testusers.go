// Package testusers is HMRC's Create Test User API 1.0 (docs/spec/oauth-and-test-users.md#2): it makes people who can sign in
// and let applications act for them.
package testusers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/application"
	"nctsim/simulator/client"
	"nctsim/simulator/oauth"
)

// Version of the API, and its paths: what stands behind Path is the kind of user, in the plural.
const (
	Version      = "1.0"
	Path         = "/create-test-user"
	ServicesPath = Path + "/services"
)

const accepted = "application/vnd.hmrc." + Version + "+json"

// Kinds are the paths of the kinds of users.
var Kinds = map[string]oauth.UserType{
	Path + "/individuals":   oauth.Individual,
	Path + "/organisations": oauth.Organisation,
	Path + "/agents":        oauth.Agent,
}

// API has the handlers.
type API struct{ Server *oauth.Service }

// Services lists what users can be enrolled for.
func (a *API) Services(r *http.Request, _ platform.Caller) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckAccept)
	if r.Header.Get("Accept") != accepted {
		exchange.Want(r.Context(), "Accept", accepted)
		return platform.BadAccept.Response(), nil
	}
	var j wire.JSON
	j.Array("")
	for _, s := range oauth.Services {
		j.Object("").String("key", s.Key).String("name", s.Name).Array("allowedUserTypes")
		for _, t := range s.Types {
			j.String("", string(t))
		}
		j.EndArray().EndObject()
	}
	return wire.OfJSON(http.StatusOK, j.EndArray().Bytes()), nil
}

// request is the body of a call. What else HMRC knows of has no meaning in transit and is passed over.
type request struct {
	Services []string
	EORI     string
}

// mostBody is how many bytes a body may have.
const mostBody = 100 << 10

// Create makes users of a kind.
func (a *API) Create(kind oauth.UserType) func(*http.Request, platform.Caller) (wire.Response, error) {
	return func(r *http.Request, _ platform.Caller) (wire.Response, error) {
		exchange.At(r.Context(), client.CheckAccept)
		if r.Header.Get("Accept") != accepted {
			exchange.Want(r.Context(), "Accept", accepted)
			return platform.BadAccept.Response(), nil
		}
		in, err := read(r, kind)
		if err != nil {
			return wire.Response{}, err
		}
		u, err := a.Server.MakeUser(r.Context(), kind, in.Services, in.EORI)
		if err != nil {
			return wire.Response{}, err
		}
		return wire.OfJSON(http.StatusCreated, written(kind, u)), nil
	}
}

func read(r *http.Request, kind oauth.UserType) (in request, err error) {
	exchange.At(r.Context(), client.CheckSize)
	body, err := bind.JSONBody(r, mostBody)
	if errors.Is(err, bind.ErrTooLarge) {
		return in, &refusal{status: http.StatusRequestEntityTooLarge, message: "Request Entity Too Large"}
	}
	if err != nil || len(body) == 0 {
		return in, err
	}
	exchange.At(r.Context(), client.CheckContentType)
	if media, readable := bind.MediaTypeOf(r); !readable || !media.IsJSON() {
		return in, &refusal{status: http.StatusUnsupportedMediaType, message: "Expecting text/json or application/json body"}
	}
	exchange.At(r.Context(), client.CheckBody)
	if in, err = parse(body, kind); err != nil {
		return in, err
	}
	if in.EORI != "" && !application.ValidEORI(in.EORI) {
		return in, &refusal{http.StatusBadRequest, "BAD_REQUEST", "requirement failed: " + in.EORI + " is not a valid EORI.", false}
	}
	return in, nil
}

// parse reads the keys one by one, so that what is wrong can be said of each.
func parse(body []byte, kind oauth.UserType) (in request, err error) {
	var keys map[string]json.RawMessage
	if !json.Valid(body) {
		return in, &refusal{status: http.StatusBadRequest, message: "Invalid Json: it cannot be read"}
	}
	if json.Unmarshal(body, &keys) != nil {
		return in, misshaped("()", "error.expected.jsobject")
	}
	if raw := keys["serviceNames"]; given(raw) {
		if json.Unmarshal(raw, &in.Services) != nil {
			return in, misshaped("/serviceNames", "error.expected.jsarray")
		}
		if i := slices.IndexFunc(in.Services, func(s string) bool { return !oauth.KnownService(s) }); i >= 0 {
			return in, misshaped(fmt.Sprintf("/serviceNames(%d)", i), "error.invalid.serviceName")
		}
	}
	if raw := keys["eoriNumber"]; given(raw) && kind != oauth.Agent {
		if json.Unmarshal(raw, &in.EORI) != nil {
			return in, misshaped("/eoriNumber", "error.expected.jsstring")
		}
	}
	return in, nil
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// misshaped is a body of another shape, as HMRC's web framework says it; what stands between the brackets is inferred.
func misshaped(path, what string) error {
	return &refusal{
		status:  http.StatusBadRequest,
		message: "Invalid CreateUserWithOptionalRequestParams payload: List((" + path + ",List(JsonValidationError(List(" + what + "),ArraySeq()))))",
		plain:   true,
	}
}

// refusal is an error of the API: with a code, of the framework (statusCode, message), or a plain text.
type refusal struct {
	status        int
	code, message string
	plain         bool
}

func (e *refusal) Error() string { return e.message }

// Failure is the response for an error.
func Failure(err error) wire.Response {
	var no *refusal
	var j wire.JSON
	switch {
	case !errors.As(err, &no):
		response := platform.Refusal{Status: http.StatusInternalServerError, Code: "INTERNAL_SERVER_ERROR", Message: "An unexpected error occurred"}.Response()
		response.Cause = err
		return response
	case no.plain:
		return wire.OfText(no.status, no.message)
	case no.code == "":
		j.Object("").Int("statusCode", no.status).String("message", no.message)
	default:
		j.Object("").String("code", no.code).String("message", no.message)
	}
	return wire.OfJSON(no.status, j.EndObject().Bytes())
}

// written is a user as they are answered, with the keys in HMRC's order.
func written(kind oauth.UserType, u oauth.NewUser) []byte {
	var j wire.JSON
	j.Object("").String("userId", u.ID).String("password", u.Password).String("userFullName", u.FirstName+" "+u.LastName)
	j.String("emailAddress", strings.ToLower(u.FirstName+"."+u.LastName)+"@example.com")
	if kind == oauth.Organisation {
		j.Object("organisationDetails").String("name", u.Company)
		address(&j, u.CompanyAddress)
		j.EndObject()
	}
	if kind != oauth.Agent {
		j.Object("individualDetails").String("firstName", u.FirstName).String("lastName", u.LastName).String("dateOfBirth", u.Born)
		address(&j, u.Address)
		j.EndObject()
	}
	if u.EORI != "" {
		j.String("eoriNumber", u.EORI)
	}
	return j.String("groupIdentifier", u.Group).EndObject().Bytes()
}

func address(j *wire.JSON, lines [3]string) {
	j.Object("address").String("line1", lines[0]).String("line2", lines[1]).String("postcode", lines[2]).EndObject()
}
