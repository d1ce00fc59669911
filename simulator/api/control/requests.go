package control

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
)

// RequestVar is the name of a variable in the paths of the routes.
const RequestVar = "number"

// How many requests a list has if nobody asks for another number, and at most.
const (
	defaultRequests = 100
	mostRequests    = 1000
)

// requestFilter is what a list of requests is narrowed by.
type requestFilter struct {
	status, eori, path, method, version, refused, check, movement string

	after uint64
	// following says that after was given.
	following bool
	limit     int
	wait      time.Duration
}

func readRequestFilter(r *http.Request) (f requestFilter, err error) {
	q := r.URL.Query()
	f = requestFilter{
		status: strings.ToLower(q.Get("status")), eori: q.Get("eori"), path: q.Get("path"), method: strings.ToUpper(q.Get("method")),
		version: q.Get("version"), refused: q.Get("refused"), check: q.Get("check"), movement: q.Get("movement"), limit: defaultRequests,
	}
	if f.status != "" && (len(f.status) != 3 || strings.Trim(f.status[:1], "012345") != "" || f.status[1:] != "xx" && strings.Trim(f.status, "0123456789") != "") {
		return f, bad("write it as 415 or as 4xx", "status cannot be %q", f.status)
	}
	if !slices.Contains([]string{"", "true", "false"}, f.refused) {
		return f, bad("refused is true or false", "refused cannot be %q", f.refused)
	}
	if q.Has("after") {
		if f.after, err = strconv.ParseUint(q.Get("after"), 10, 63); err != nil {
			return f, bad("after is the number of a request, or 0", "after cannot be %q", q.Get("after"))
		}
		f.following = true
	}
	if q.Has("limit") {
		if f.limit, err = strconv.Atoi(q.Get("limit")); err != nil || f.limit < 1 || f.limit > mostRequests {
			return f, bad(fmt.Sprintf("limit is a number from 1 to %d", mostRequests), "limit cannot be %q", q.Get("limit"))
		}
	}
	f.wait, err = waitOf(q.Get("wait"))
	return f, err
}

func (f requestFilter) fits(x *exchange.Exchange) bool {
	status := strconv.Itoa(x.Status)
	return (f.status == "" || f.status == status || f.status[1:] == "xx" && f.status[0] == status[0]) &&
		(f.eori == "" || strings.EqualFold(f.eori, x.EORI)) &&
		strings.Contains(x.Path, f.path) && (f.method == "" || f.method == x.Method) && (f.version == "" || f.version == x.Version) &&
		(f.refused == "" || f.refused == strconv.FormatBool(x.Refused)) && (f.check == "" || f.check == string(x.RefusedBy())) &&
		(f.movement == "" || f.movement == x.Movement)
}

func (f requestFilter) page(l *exchange.Log) exchange.Page {
	if f.following {
		return l.After(f.after, f.limit, f.fits)
	}
	return l.Newest(f.limit, f.fits)
}

// Requests lists what the simulated APIs were asked, and waits for one that fits if there is none and the call says so.
func (a *API) Requests(r *http.Request) (wire.Response, error) {
	f, err := readRequestFilter(r)
	if err != nil {
		return wire.Response{}, err
	}
	page := f.page(a.Log)
	if len(page.Found) == 0 && f.wait > 0 {
		ctx, cancel := a.waitingWith(r, f.wait)
		defer cancel()
		page = f.await(ctx, a.Log, page)
	}
	views := make([]client.Exchange, len(page.Found))
	for i, x := range page.Found {
		views[i] = viewExchange(x)
	}
	return reply(http.StatusOK, client.Exchanges{Requests: views, Last: page.Last, Kept: a.Log.Most(), Dropped: page.Dropped}), nil
}

// await waits until something is there, or until the context ends.
func (f requestFilter) await(ctx context.Context, l *exchange.Log, page exchange.Page) exchange.Page {
	for len(page.Found) == 0 {
		select {
		case <-page.Changed: // never, if there is no log
			page = f.page(l)
		case <-ctx.Done():
			return page
		}
	}
	return page
}

// Request shows one request with its answer, and what would have been accepted in its place.
func (a *API) Request(r *http.Request) (wire.Response, error) {
	x, err := a.logged(r)
	if err != nil {
		return wire.Response{}, err
	}
	return a.showRequest(r.Context(), x)
}

// logged is the exchange that the path names.
func (a *API) logged(r *http.Request) (*exchange.Exchange, error) {
	text := pathVar(r, RequestVar)
	number, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return nil, bad("requests have numbers, as GET /simulator/v1/requests lists them", "a request cannot have the number %q", text)
	}
	if x := a.Log.Get(number); x != nil {
		return x, nil
	}
	hint := "GET /simulator/v1/requests lists those that are kept; --request-log says how many"
	if a.Log == nil {
		hint = "the log of requests is off; --request-log 1000 keeps the last thousand"
	}
	return nil, unknown(hint, "request %d is not in the log", number)
}

func (a *API) showRequest(ctx context.Context, x *exchange.Exchange) (wire.Response, error) {
	near, err := a.NearMisses(ctx, x)
	if err != nil {
		return wire.Response{}, err
	}
	return reply(http.StatusOK, client.ExchangeDetail{
		Exchange: viewExchange(x), Request: viewContent(x.Sent), Response: viewContent(x.Answered), NearMisses: orEmpty(near), Curl: curl(x),
	}), nil
}

// ForgetRequests empties the log.
func (a *API) ForgetRequests(*http.Request) (wire.Response, error) {
	a.Log.Clear()
	return wire.Empty(http.StatusNoContent), nil
}

// Refusals counts the requests that were refused, by cause.
func (a *API) Refusals(r *http.Request) (wire.Response, error) {
	return reply(http.StatusOK, client.Refusals{Errors: a.Log.Refusals(wordsOf)}), nil
}

func viewExchange(x *exchange.Exchange) client.Exchange {
	v := client.Exchange{
		Number: x.Number, At: x.At, Duration: x.Duration.Round(time.Microsecond).String(), Method: x.Method, Path: x.Path, Query: x.Query, Route: x.Route,
		Version: x.Version, EORI: x.EORI, ClientID: x.ClientID, Status: x.Status, Passed: orEmpty(x.Passed()), RefusedBy: x.RefusedBy(),
		Remark: x.Remark, Scenario: x.Scenario, Movement: x.Movement, MessageID: x.MessageID, MessageType: x.MessageType,
	}
	if x.Refused {
		v.Code, v.Message = wordsOf(x)
	}
	return v
}

func viewContent(c exchange.Content) client.Content {
	v := client.Content{Headers: c.Header, Body: strings.ToValidUTF8(string(c.Body), "\uFFFD"), Size: c.Size, Left: c.Left}
	if v.Headers == nil {
		v.Headers = http.Header{}
	}
	if v.Left == "" && !utf8.Valid(c.Body) {
		v.Left = "bytes that are not UTF-8 are shown as \uFFFD"
	}
	return v
}

// wordsOf are the words of a refusal as the answer has them, in whichever of the shapes that HMRC's services have.
func wordsOf(x *exchange.Exchange) (code, message string) { return wordsOfBody(x.Answered.Body) }

func wordsOfBody(body []byte) (code, message string) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return "", ""
	case body[0] == '{':
		return wordsOfJSON(body)
	case body[0] == '<':
		var said struct {
			Code    string `xml:"Code"`
			Message string `xml:"Message"`
		}
		_ = xml.Unmarshal(body, &said) // what cannot be read has no words
		return said.Code, said.Message
	}
	return "", string(body[:min(len(body), mostWords)])
}

// mostWords is how many bytes of an answer that is a text are shown as its words.
const mostWords = 1000

func wordsOfJSON(body []byte) (code, message string) {
	var said struct {
		Code, Message    string
		Error            string `json:"error"`
		Description      string `json:"error_description"`
		ErrorMessage     string `json:"errorMessage"`
		ValidationErrors []struct {
			Line    int    `json:"lineNumber"`
			Column  int    `json:"columnNumber"`
			Path    string `json:"schemaPath"`
			Message string `json:"message"`
		} `json:"validationErrors"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	code, message = said.Code, said.Message
	if said.Error != "" {
		code, message = said.Error, said.Description
	}
	if message == "" {
		message = said.ErrorMessage
	}
	if n := len(said.ValidationErrors); n > 0 {
		first := said.ValidationErrors[0]
		place := first.Path
		if first.Line > 0 {
			place = fmt.Sprintf("%d:%d", first.Line, first.Column)
		}
		message += fmt.Sprintf(": %s: %s", place, first.Message)
		if n > 1 {
			message += fmt.Sprintf(" (and %d more)", n-1)
		}
	}
	return code, message
}

// unsent are headers that a client makes itself.
var unsent = []string{"Host", "Content-Length", "Connection", "Transfer-Encoding", "User-Agent", "Accept-Encoding", "Traceparent", "Tracestate"}

// curl is a command line that sends a request again. What is masked is a variable of the shell, and a body that is not kept
// whole a file; in the place of a token stands the EORI, which is a token as well.
func curl(x *exchange.Exchange) string {
	var b strings.Builder
	b.WriteString("curl")
	if x.Method != http.MethodGet {
		b.WriteString(" -X " + x.Method)
	}
	target := x.Prefix + x.Path
	if x.Query != "" {
		target += "?" + x.Query
	}
	host := "localhost:8080"
	if h := x.Sent.Header.Get("Host"); h != "" {
		host = h
	}
	b.WriteString(" " + quote(strings.ReplaceAll("http://"+host+target, exchange.Mask, "$SECRET")))
	for _, name := range slices.Sorted(maps.Keys(x.Sent.Header)) {
		if slices.Contains(unsent, name) {
			continue
		}
		for _, value := range x.Sent.Header[name] {
			if name == "Authorization" && platform.IsEORI(x.EORI) {
				value = strings.ReplaceAll(value, exchange.Mask, x.EORI)
			}
			b.WriteString(" \\\n  -H " + quote(name+": "+strings.ReplaceAll(value, exchange.Mask, "$TOKEN")))
		}
	}
	switch body := x.Sent.Body; {
	case x.Sent.Size == 0:
	case x.Sent.Left != "" || !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		b.WriteString(" \\\n  --data-binary @BODY")
	default:
		b.WriteString(" \\\n  --data-binary " + quote(string(body)))
	}
	return b.String()
}

// quote is a text as a word of the shell. Variables in it are left to be filled in.
func quote(s string) string {
	if strings.Contains(s, "$TOKEN") || strings.Contains(s, "$SECRET") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`").Replace(s) + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
