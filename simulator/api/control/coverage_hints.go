package control

import (
	"strings"

	"nctsim/simulator/coverage"
)

// answerHint says how to provoke answers: those of routes with a part, with a status and code, or that begin so.
type answerHint struct{ route, answer, hint string }

// answerHints are tried in order; the first that fits counts.
var answerHints = []answerHint{
	// What succeeds.
	{"/hello/", "200", "call it, with a token where it asks for one"},
	{"/create-test-user/", "20", "call it with the token of an application"},
	{"balances", "202", "ask for a balance while --balance-delay is longer than 15s"},
	{"balances/{balance}", "200", "ask again for a balance that was answered with 202"},
	{"/balance", "200", "ask for the balance of a guarantee of the registry; docs/guarantees.md lists some"},
	{"POST /test/", "201", `POST {"message":{"messageType":"IE928"}} to a movement; docs/spec/api-2.1-3.0.md has the types`},
	{"{movement}/messages", "202", "POST a message about a movement, as an IE014 that cancels"},
	{"PUT /customs/", "202", "PUT an IE007 again, about an arrival that is there"},
	{"POST /customs/", "202", "POST an IE015 or IE007; nctsim prepare makes one"},
	{"acknowledge", "204", "acknowledge notifications that were pulled"},
	{"/callback", "200", "set the callback URL of a box"},
	{"", "200", "GET it with the token of a trader who has a movement"},

	// What the platform answers, in front of the services.
	{"", "401 MISSING_CREDENTIALS", "send no Authorization"},
	{"", "401 INVALID_CREDENTIALS", "send a token that has expired or was taken back; with --auth strict, one that nobody knows"},
	{"", "401 INCORRECT_ACCESS_TOKEN_TYPE", "send the token of an application (client_credentials) where a user's is asked for"},
	{"push-pull", "401 UNAUTHORISED", "send a token of no application, with --platform off"},
	{"", "401", "send no Authorization, or one that is none, with --platform off"},
	{"", "403 INVALID_SCOPE", "send a token that was granted without the scope of the API"},
	{"", "403 RESOURCE_FORBIDDEN", "come as an application of --applications that is not subscribed to the API"},
	{"push-pull", "403 FORBIDDEN", "name the box of another application"},
	{"", "403", "come as a user without an enrolment for NCTS, or in API 1.0 with the legacy one alone"},
	{"", "429 TOO_MANY_REQUESTS", "ask for the balance of a guarantee twice within a minute"},
	{"", "429", "send more requests a second than --rate-limit allows; HMRC allows 3"},
	{"", "410", "start with --phase5-api gone, --phase4-api gone or --balance-api gone"},
	{"unknown", "404 MATCHING_RESOURCE_NOT_FOUND", "ask for a path that no API has"},
	{"unknown", "4", "ask for a path that no API has, with --platform off"},
	{"", "404 MATCHING_RESOURCE_NOT_FOUND", "name a version in Accept that has no such path, or that --api-versions switches off"},

	// What the services answer.
	{"/box/", "404", "name a box that is not there"},
	{"balances/", "404", "ask for an enquiry that is unknown, or older than an hour"},
	{"/balance", "404", "ask for a guarantee that is not registered"},
	{"", "404", "name a movement or message that is not there, or another trader's"},
	{"", "406", "send an Accept without a version, or in a format that the call does not have"},
	{"", "409", "declare with an LRN of DUPLRN and digits, or one that was used before"},
	{"", "413", "send a body that is too long"},
	{"", "415", "send another Content-Type, or none"},
	{"", "400 SCHEMA_VALIDATION", "send a message against its schema, as a declaration without an LRN"},
	{"", "400 BUSINESS_VALIDATION_ERROR", "send a message to an office of another country, or in whose root another type stands"},
	{"/balance", "400 FUNCTIONAL_ERROR", "ask with a wrong access code, or for a GRN that is not registered"},
	{"/balance", "400 INVALID_GUARANTEE_TYPE", "ask for a guarantee of a type that has no balance"},
	{"/balance", "400", "leave a field out of the body, or write something that is not JSON"},
	{"push-pull", "400", "send a body that lacks a field, an id that is not a UUID, or a parameter that is not allowed"},
	{"/create-test-user/", "400", "ask for a service that does not exist, or send a bad EORI"},
	{"PUT /customs/", "400 CLIENT_ERROR", "send an IE007 that must not follow, with --transitions strict"},
	{"POST /customs/", "400 CLIENT_ERROR", "send a message with a date that cannot be, or one that must not follow, with --transitions strict"},
	{"push-pull-notifications/box", "400 CLIENT_ERROR", "ask for the box without a client id"},
	{"", "400 BAD_REQUEST", "write an id that has another form, or a message that is not well-formed or has another root"},
	{"GET ", "400", "send a parameter that cannot be read, as receivedSince=yesterday"},
	{"POST /test/", "400", "send JSON that cannot be read"},
	{"", "400", "send XML that is not well-formed"},
	{"", "501", "send a message of the other kind of movement, as unloading remarks for a departure"},
	{"", "504", "ask while --balance-delay is longer than 15s and --balance-api sync"},
	{"/balance", "500", "let a fault answer it: nctsim faults add"},
	{"", "5", "let a fault answer it: nctsim faults add, or a scenario with one"},
}

// hintOf says how to provoke an answer, "" if nobody has written it down.
func hintOf(k coverage.Key) string {
	words := strings.SplitN(k.Name, " ", 3)
	route, answer := words[0], strings.TrimPrefix(k.Name, words[0]+" ")
	if len(words) == 3 && strings.HasPrefix(words[1], "/") {
		route, answer = words[0]+" "+words[1], words[2]
	}
	for _, h := range answerHints {
		if strings.Contains(route, h.route) && strings.HasPrefix(answer, h.answer) {
			return h.hint
		}
	}
	return ""
}
