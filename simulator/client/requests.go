package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Check is one of the checks that a request to a simulated API goes through, in the order of its API.
type Check string

// Checks. Each API makes those that it has in an order of its own.
const (
	// CheckThrottle is whether the client has made too many calls, CheckVersion whether the version is there and still open,
	// CheckRoute whether any API has the path and method, and CheckPath whether the ids in the path can be ones.
	CheckThrottle Check = "throttle"
	CheckVersion  Check = "version"
	CheckRoute    Check = "route"
	CheckPath     Check = "path"
	// CheckAuthorisation is who calls, and whether they may.
	CheckAuthorisation Check = "authorisation"
	CheckContentType   Check = "contentType"
	CheckAccept        Check = "accept"
	CheckSize          Check = "size"
	// CheckBody is whether the body, or the query, can be read and is meant for this path; CheckSchema and CheckRules hold a
	// message against its schema and the submission rules.
	CheckBody   Check = "body"
	CheckSchema Check = "schema"
	CheckRules  Check = "rules"
	// CheckMovement is whether what the path names is there, is the caller's, and is in a state for the call; CheckLRN whether
	// the LRN is free, and CheckBox whether the box is there.
	CheckMovement Check = "movement"
	CheckLRN      Check = "lrn"
	CheckBox      Check = "box"
	// CheckGuarantee is whether a guarantee is known and tells its balance, CheckPage whether a list has the page.
	CheckGuarantee Check = "guarantee"
	CheckPage      Check = "page"
	// CheckFault is a fault that a scenario has ready for the call.
	CheckFault Check = "fault"
	// CheckAnswer is what comes behind all checks: the call is done, and what it is about is stored.
	CheckAnswer Check = "answer"
)

// Exchange is a request to a simulated API and its answer. Tokens, secrets, codes, passwords and cookies are masked in all of it.
type Exchange struct {
	// Number counts the exchanges since the simulator was started.
	Number uint64 `json:"number"`
	// At is when the request came, by the simulator's clock, and Duration how long the answer took in real time: "1.2ms".
	At       time.Time `json:"at"`
	Duration string    `json:"duration"`
	Method   string    `json:"method"`
	Path     string    `json:"path"`
	Query    string    `json:"query,omitempty"`
	// Route is the path with its variables, "unknown" if no API has one.
	Route string `json:"route"`
	// Version is the API version that answered, as far as the path has several: "2.1".
	Version string `json:"version,omitempty"`
	// EORI and ClientID say who called, as far as the token tells.
	EORI     string `json:"eori,omitempty"`
	ClientID string `json:"clientId,omitempty"`
	// Status is that of the answer, 0 for a connection that a fault has cut.
	Status int `json:"status"`
	// Passed are the checks that the request has got through, and RefusedBy is the one that did not let it pass; empty if
	// none has refused it.
	Passed    []Check `json:"passed"`
	RefusedBy Check   `json:"refusedBy,omitempty"`
	// Code and Message are HMRC's words of a refusal; Remark says what the answer does not tell, in the simulator's.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Remark  string `json:"remark,omitempty"`
	// Scenario is what the answer says of the scenario of a new movement.
	Scenario string `json:"scenario,omitempty"`
	// Movement and MessageID are the ids of the movement and message that the request is about, MessageType is its IE code.
	Movement    string `json:"movement,omitempty"`
	MessageID   string `json:"messageId,omitempty"`
	MessageType string `json:"messageType,omitempty"`
}

// ExchangeDetail is an exchange with what was sent both ways.
type ExchangeDetail struct {
	Exchange
	Request  Content `json:"request"`
	Response Content `json:"response"`
	// NearMisses are what would have been accepted, or found, in the place of what was sent.
	NearMisses []NearMiss `json:"nearMisses"`
	// Curl is a command line that sends the request again, with what is masked in it as variables of the shell.
	Curl string `json:"curl"`
}

// Content is one direction of an exchange.
type Content struct {
	Headers map[string][]string `json:"headers"`
	// Body is the beginning of the body, as text, and Size is all that it has, in bytes; -1 if nobody knows, because the rest
	// was not read.
	Body string `json:"body,omitempty"`
	Size int64  `json:"size"`
	// Left says why the body is not here as it was: its rest was left out, or secrets are masked in it.
	Left string `json:"left,omitempty"`
}

// NearMiss is something that was nearly right in a request.
type NearMiss struct {
	// About says what it is about: path, method, version, accept, contentType, authorisation, schema, movement, lrn, scenario.
	About string `json:"about"`
	// Text is a sentence about it.
	Text string `json:"text"`
	// Value is what could have stood there instead; Movement is the id of the movement that it is about.
	Value    string `json:"value,omitempty"`
	Movement string `json:"movement,omitempty"`
}

// Exchanges are exchanges of the request log.
type Exchanges struct {
	Requests []Exchange `json:"requests"`
	// Last is the number of the newest exchange that there was, 0 for none; After of a query can go on there.
	Last uint64 `json:"last"`
	// Kept is how many exchanges the log has at most; 0 if it is off. Dropped are those that were there and are not any more.
	Kept    int    `json:"kept"`
	Dropped uint64 `json:"dropped"`
}

// ExchangeQuery narrows the list of exchanges; empty fields find all.
type ExchangeQuery struct {
	// Status is one, "415", or all of a class, "4xx".
	Status string
	// EORI is that of the caller; Path is a part of the path.
	EORI, Path string
	Method     string
	Version    string
	// Refused is "true" for requests that were refused, "false" for all others.
	Refused string
	// Check is the one that refused them.
	Check Check
	// Movement is the id of the movement that they are about.
	Movement string
	// After lists exchanges with greater numbers, the oldest first; nil lists the newest first.
	After *uint64
	// Limit is the largest number that is listed; 0 leaves that to the simulator.
	Limit int
	// Wait is how long to wait for one that fits if there is none yet, in real time; 0 for not at all.
	Wait time.Duration
}

// Values is the query as a URL has it.
func (q ExchangeQuery) Values() url.Values {
	out := url.Values{}
	for name, value := range map[string]string{
		"status": q.Status, "eori": q.EORI, "path": q.Path, "method": q.Method, "version": q.Version, "refused": q.Refused,
		"check": string(q.Check), "movement": q.Movement,
	} {
		if value != "" {
			out.Set(name, value)
		}
	}
	if q.After != nil {
		out.Set("after", strconv.FormatUint(*q.After, 10))
	}
	if q.Limit > 0 {
		out.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Wait > 0 {
		out.Set("wait", q.Wait.String())
	}
	return out
}

// Requests lists requests to the simulated APIs. With a Wait it returns as soon as there is one that fits, and without any
// when the time is over.
func (c Client) Requests(ctx context.Context, q ExchangeQuery) (Exchanges, error) {
	return get[Exchanges](ctx, c, withQuery(requestsPath, q.Values()))
}

// Request shows one request with its answer.
func (c Client) Request(ctx context.Context, number uint64) (ExchangeDetail, error) {
	return get[ExchangeDetail](ctx, c, below(requestsPath, strconv.FormatUint(number, 10)))
}

// Again says how a request is sent again.
type Again struct {
	// Token is the bearer token of the caller, which the log does not keep. Without one it is the EORI of the caller, which is a
	// token as well, though not that of the same client; a request that had none is sent without.
	Token string `json:"token,omitempty"`
}

// SendAgain sends a request of the log again, the way that it came, and shows what came of it. A request of which the log has not
// everything, because its body is too long or secrets in it are masked, cannot be sent again.
func (c Client) SendAgain(ctx context.Context, number uint64, a Again) (ExchangeDetail, error) {
	return send[ExchangeDetail](ctx, c, http.MethodPost, below(requestsPath, strconv.FormatUint(number, 10), "again"), a)
}

// ForgetRequests empties the request log. Numbers count on.
func (c Client) ForgetRequests(ctx context.Context) error {
	_, err := c.do(ctx, http.MethodDelete, requestsPath, "", nil)
	return err
}

// RefusalGroup are requests that were refused for the same cause.
type RefusalGroup struct {
	// Count is how many there are, First and Last are the numbers of the oldest and the newest.
	Count int    `json:"count"`
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	// At is when the newest came.
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Route  string    `json:"route"`
	Status int       `json:"status"`
	// RefusedBy is the check, Code and Message are the words of the newest answer.
	RefusedBy Check  `json:"refusedBy"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	// EORIs are those of the callers, as far as they are known.
	EORIs []string `json:"eoris,omitempty"`
}

// Refusals are the requests that were refused, by cause, the most frequent first.
type Refusals struct {
	Errors []RefusalGroup `json:"errors"`
}

// Refusals counts the requests that were refused, by cause.
func (c Client) Refusals(ctx context.Context) (Refusals, error) {
	return get[Refusals](ctx, c, below(requestsPath, "errors"))
}
