// Package compare plays recorded requests against a simulator, in their order and at their times, and tells where its answers
// differ from those that were recorded. What has to be different in another world (ids, MRNs, message identifications, times)
// is learned from the answers and put into the requests that follow.
package compare

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"nctsim/simulator/message"
	"nctsim/simulator/pattern"
	"nctsim/simulator/traffic"
)

// Kind says what about an answer is different.
type Kind string

// Kinds of differences.
const (
	Status Kind = "status"
	Header Kind = "header"
	JSON   Kind = "json"
	XML    Kind = "xml"
	// Body is a body that is neither JSON nor XML, or another one of them than was recorded.
	Body Kind = "body"
	// Messages are those of a movement, by their types and order.
	Messages Kind = "messages"
)

// Kinds are all kinds of differences.
var Kinds = []Kind{Status, Header, JSON, XML, Body, Messages}

// Difference is one thing that the simulator answered otherwise.
type Difference struct {
	// File, Number and Line say which recorded request it is about, as in Verdict; Request is its method and path, and Route the same
	// with {id} in the place of ids.
	File    string `json:"file"`
	Number  int    `json:"number"`
	Line    int    `json:"line,omitempty"`
	Request string `json:"request"`
	Route   string `json:"route"`
	Kind    Kind   `json:"kind"`
	// Path is the name of a header, the path in JSON ("$.messages[0].type") or that in XML ("/CC029C/…").
	Path string `json:"path,omitempty"`
	// Recorded and Simulator are the two values, "" for what is not there.
	Recorded  string `json:"recorded"`
	Simulator string `json:"simulator"`
	// Reason says why it is accepted, "" if it is not.
	Reason string `json:"reason,omitempty"`
}

// Verdict is what became of one recorded request.
type Verdict struct {
	File string `json:"file"`
	// Number counts the requests of a file from 1, and Line is where it stands there, 0 in a collection in JSON.
	Number  int    `json:"number"`
	Line    int    `json:"line,omitempty"`
	Name    string `json:"name,omitempty"`
	Request string `json:"request"`
	// Skipped says why it was not played, "" if it was.
	Skipped string        `json:"skipped,omitempty"`
	Took    time.Duration `json:"-"`
	// Differences are those that are not accepted, and Accepted those that are; see Result for how many are kept.
	Differences []Difference `json:"differences,omitempty"`
	Accepted    []Difference `json:"accepted,omitempty"`

	listed bool
}

// Result is what a comparison came to.
type Result struct {
	Verdicts []*Verdict `json:"requests"`
	// Played, Skipped, Different and Accepted count: requests, and differences of either sort.
	Played    int `json:"played"`
	Skipped   int `json:"skipped"`
	Different int `json:"different"`
	Accepted  int `json:"accepted"`
	// Unused are the accepted differences that nothing has matched.
	Unused []Accepted `json:"unused"`
	// Notices say what the comparison could not look at.
	Notices []string `json:"notices"`

	Began time.Time `json:"-"`
}

// MostKept is how many differences are kept in a result, and how many requests without one; the rest is only counted. A recording
// may have more requests than there is memory for.
const MostKept = 20_000

// Options say how to compare.
type Options struct {
	// World is what the requests are played against.
	World World
	// Catalogue has the schemas by which messages are compared.
	Catalogue *message.Catalogue
	// Accept are the differences that are known.
	Accept []Accepted
	// Tolerance is how far apart times may be, when the difference of the two clocks is taken off.
	Tolerance time.Duration
	// Headers are compared beside those that are compared anyway.
	Headers []string
	// Hosts are those whose requests are played; none means all hosts that were asked for a simulated API.
	Hosts []string
	// Unanswered plays requests without a recorded answer as well, to see what they meet.
	Unanswered bool
	// Now is the real time.
	Now func() time.Time
}

// DefaultTolerance is how far apart times may be: a real service needs a while for what takes the simulator none.
const DefaultTolerance = 2 * time.Minute

// Comparison plays recordings one after another; they share what was learned.
type Comparison struct {
	Options
	result   Result
	learned  *learned
	accepted []int // how often each was used
	notices  map[string]int
	kept     int
	file     string
	// last is what changes by itself while time passes, as the list of a movement's messages: the last answer alone is judged,
	// because those before may be early or late. ordered has its keys.
	last    map[string]pending
	ordered []string
}

// pending is a comparison that the next answer of its kind may settle, with the request that it belongs to.
type pending struct {
	verdict *Verdict
	d       Difference
	wrong   bool
}

// New begins a comparison.
func New(o Options) *Comparison {
	c := &Comparison{Options: o, learned: newLearned(), accepted: make([]int, len(o.Accept)), notices: map[string]int{}, last: map[string]pending{}}
	c.result.Began = o.Now()
	return c
}

// Play plays the requests of a recording, which is read twice. An error says that the recording cannot be read on, or that the
// simulator does not answer; what was played before stays in the result. A file that ends in the middle is played as far as it goes.
func (c *Comparison) Play(ctx context.Context, name string, read func() iter.Seq2[traffic.Exchange, error]) error {
	c.file = name
	c.meetCallers(read())
	for x, err := range read() {
		var cut *traffic.CutError
		if errors.As(err, &cut) {
			c.notice(name + ": " + cut.Error())
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := c.one(ctx, x); err != nil {
			return fmt.Errorf("%s, request %d: %w", name, x.Number, err)
		}
	}
	c.settleLast()
	return nil
}

// whose is the EORI of a caller in answers.
var whose = pattern.New(`"enrollmentEORINumber"\s*:\s*"([A-Z0-9]{3,17})"`)

// meetCallers reads the recording for who its callers are, as far as answers tell.
func (c *Comparison) meetCallers(recording iter.Seq2[traffic.Exchange, error]) {
	for x, err := range recording {
		if err != nil {
			break // it is told when the requests are played
		}
		sent := x.Sent.Header.Get("Authorization")
		if m := whose().FindSubmatch(x.Answered.Body); m != nil && sent != "" {
			c.learned.meet(sent, string(m[1]))
		}
	}
}

// Result is what the recordings that were played came to.
func (c *Comparison) Result() Result {
	r := c.result
	r.Unused, r.Notices = []Accepted{}, []string{}
	if r.Verdicts == nil {
		r.Verdicts = []*Verdict{}
	}
	if n := r.Played + r.Skipped - len(r.Verdicts); n > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("%d requests are counted, but not listed: there are too many", n))
	}
	for i, a := range c.Accept {
		if c.accepted[i] == 0 {
			r.Unused = append(r.Unused, a)
		}
	}
	for text, n := range c.notices {
		if n > 1 {
			text += fmt.Sprintf(" (%d times)", n)
		}
		r.Notices = append(r.Notices, text)
	}
	slices.Sort(r.Notices)
	return r
}

func (c *Comparison) notice(text string) {
	if _, known := c.notices[text]; known || len(c.notices) < 1000 {
		c.notices[text]++
	}
}

// simulatedPaths begin the paths of the APIs that a simulator has.
var simulatedPaths = []string{
	"/customs/transits/", "/customs/guarantees/", "/test/customs/transits/", "/misc/push-pull-notification/", "/create-test-user/", "/hello/",
	"/oauth/", "//oauth/", "/api-test-login/",
}

// boxPath begins the paths of boxes for notifications.
const boxPath = "/misc/push-pull-notification/box/"

// isSimulated reports whether a simulator has an API at the path.
func isSimulated(path string) bool {
	return slices.ContainsFunc(simulatedPaths, func(p string) bool { return strings.HasPrefix(path, p) })
}

// unfit says why a request is not played, "" if it is. Foreign says that it is not the simulator's business at all.
func (c *Comparison) unfit(x traffic.Exchange) (why string, foreign bool) {
	switch host := x.URL.Host; {
	case len(c.Hosts) > 0 && !slices.Contains(c.Hosts, host):
		return "requests to " + host + " are not compared", true
	case host == "":
		return "requests to URLs that begin with " + x.URL.Scheme + ": are not compared", true
	case !isSimulated(x.URL.Path):
		return "requests to " + host + " that are none to a simulated API are not compared", true
	case len(x.Open) > 0:
		return "there is no value for " + strings.Join(x.Open, ", ") + "; hint: give one with --environment, or save the example with its values", false
	case strings.Contains(x.URL.Path, "/oauth/"), strings.HasPrefix(x.URL.Path, "/api-test-login/"):
		return "signing in is not compared: recordings do not keep secrets", false
	case strings.HasPrefix(x.URL.Path, boxPath) && strings.HasSuffix(x.URL.Path, "/callback"):
		return "callback URLs are not set: the simulator would call them", false
	case x.Sent.Left != "" && len(x.Sent.Body) == 0:
		return "the body of the request is not in the recording: " + x.Sent.Left, false
	case strings.Contains(string(x.Sent.Body), `"***"`):
		return "the body of the request has secrets, which are masked", false
	case x.Status == 0 && !c.Unanswered:
		return "there is no answer to compare with", false
	}
	if x.Status < 400 {
		if id := c.learned.unknownID(x.URL.Path); id != "" {
			return "it is about " + id + ", of which no answer before has told", false
		}
	}
	return "", false
}

// one plays one request and compares the answers.
func (c *Comparison) one(ctx context.Context, x traffic.Exchange) error {
	file := c.file
	if x.File != "" {
		file = path.Join(file, x.File)
	}
	v := &Verdict{File: file, Number: x.Number, Line: x.Line, Name: x.Name, Request: x.Method + " " + shortened(x.URL.RequestURI())}
	why, foreign := c.unfit(x)
	if foreign {
		c.notice(c.file + ": " + why)
		return nil
	}
	if why != "" {
		v.Skipped = why
		c.result.Skipped++
		c.list(v)
		return nil
	}
	began := c.Now()
	if err := c.World.Reach(ctx, x.Started); err != nil {
		return err
	}
	request, err := c.request(ctx, x)
	if err != nil {
		return err
	}
	answer, err := c.World.Do(request)
	if err != nil {
		return err
	}
	c.result.Played++
	c.list(v)
	if x.Status != 0 {
		(&one{Comparison: c, x: x, verdict: v, route: x.Method + " " + routeOf(x.URL.Path)}).judge(answer)
	}
	v.Took = c.Now().Sub(began)
	return nil
}

// list puts a verdict into the result, as long as there are not too many; those with differences come in when they have one.
func (c *Comparison) list(v *Verdict) {
	if v.listed || len(v.Differences)+len(v.Accepted) == 0 && len(c.result.Verdicts) >= MostKept {
		return
	}
	v.listed = true
	c.result.Verdicts = append(c.result.Verdicts, v)
}

// left are headers of a recording that do not belong to what its client wanted to say.
var left = []string{
	"Host", "Content-Length", "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect",
	"Accept-Encoding", "Cookie", "Via", "Authorization", "Forwarded", "If-None-Match", "If-Modified-Since",
}

// request is a recorded request in the world of the simulator.
func (c *Comparison) request(ctx context.Context, x traffic.Exchange) (*http.Request, error) {
	path := c.learned.path(x.URL.EscapedPath())
	query := c.learned.query(x.URL.RawQuery, c.World.Shift())
	body := c.learned.body(x.Sent.Body, x.Sent.Header.Get("Content-Type"), c.World)
	target := strings.TrimSuffix(c.World.URL(), "/") + path
	if query != "" {
		target += "?" + query
	}
	r, err := http.NewRequestWithContext(ctx, x.Method, target, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	for name, values := range x.Sent.Header {
		if !slices.Contains(left, name) {
			r.Header[name] = slices.Clone(values)
		}
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = []string{"nctsim-compare"}
	}
	sent := x.Sent.Header.Get("Authorization")
	if sent == "" && x.Status != http.StatusUnauthorized && !strings.HasPrefix(x.URL.Path, "/hello/") {
		c.notice(c.file + ": requests without an Authorization were answered, and come with a token: the recording has none")
		sent = "Bearer"
	}
	if sent != "" {
		r.Header.Set("Authorization", "Bearer "+c.World.Token(c.learned.eori(sent)))
	}
	return r, nil
}

// add counts a difference of a request, and keeps it if there is room.
func (c *Comparison) add(v *Verdict, d Difference) {
	d.Recorded, d.Simulator = shortened(d.Recorded), shortened(d.Simulator)
	for i, a := range c.Accept {
		if a.matches(d) {
			c.accepted[i]++
			c.result.Accepted++
			d.Reason = a.Reason
			if c.kept < MostKept {
				v.Accepted = append(v.Accepted, d)
				c.kept++
				c.list(v)
			}
			return
		}
	}
	c.result.Different++
	if c.kept < MostKept {
		v.Differences = append(v.Differences, d)
		c.kept++
		c.list(v)
	}
}

// settleLast judges what changes by itself, by the last answers.
func (c *Comparison) settleLast() {
	for _, key := range c.ordered {
		if p := c.last[key]; p.wrong {
			c.add(p.verdict, p.d)
		}
	}
	c.last, c.ordered = map[string]pending{}, nil
}

// mostShown is how many characters of a value are shown.
const mostShown = 400

func shortened(text string) string {
	if len(text) <= mostShown {
		return text
	}
	return strings.ToValidUTF8(text[:mostShown], "") + "…"
}

// collections are the parts of paths behind which an id stands.
var collections = []string{"departures", "arrivals", "messages", "box", "balances", "movements"}

// An id is a number, one of HMRC's 16 hexadecimal digits, or a UUID.
var (
	number  = pattern.New(`^[0-9]{1,15}$`)
	hexID   = pattern.New(`^[0-9a-f]{16}$`)
	uuid    = pattern.New(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	mrn     = pattern.New(`^[0-9]{2}[A-Z]{2}[A-Z0-9]{13}[0-9]$`)
	objectI = pattern.New(`^[0-9a-f]{24}$`)
)

func isID(s string) bool {
	return number().MatchString(s) || hexID().MatchString(s) || uuid().MatchString(s) || objectI().MatchString(s)
}

// routeOf is a path with {id} in the place of ids.
func routeOf(path string) string {
	parts := strings.Split(path, "/")
	for i := 1; i < len(parts); i++ {
		if slices.Contains(collections, parts[i-1]) && isID(parts[i]) || mrn().MatchString(parts[i]) {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// one is a request that is being judged.
type one struct {
	*Comparison
	x       traffic.Exchange
	verdict *Verdict
	route   string
}

func (o *one) differs(kind Kind, path, recorded, simulator string) {
	o.add(o.verdict, o.difference(kind, path, recorded, simulator))
}

func (o *one) difference(kind Kind, path, recorded, simulator string) Difference {
	return Difference{
		File: o.verdict.File, Number: o.x.Number, Line: o.x.Line, Request: o.verdict.Request, Route: o.route, Kind: kind, Path: path, Recorded: recorded, Simulator: simulator,
	}
}

// headersCompared are those that clients go by.
var headersCompared = []string{"Content-Type", "Location", "Retry-After", "Www-Authenticate", "Allow"}

// judge compares an answer with the recorded one.
func (o *one) judge(answer Answer) {
	if answer.Status != o.x.Status {
		o.differs(Status, "", statusText(o.x.Status, o.x.Answered.Body), statusText(answer.Status, answer.Body))
		return // what stands in another answer is another matter
	}
	bodiless := o.x.Answered.Left != "" && len(o.x.Answered.Body) == 0
	for _, name := range slices.Concat(headersCompared, o.Headers) {
		name = http.CanonicalHeaderKey(name)
		if bodiless && name == "Content-Type" {
			continue
		}
		recorded, own := o.x.Answered.Header.Get(name), answer.Header.Get(name)
		if len(o.x.Answered.Header) == 0 || o.sameHeader(name, recorded, own) {
			continue
		}
		o.differs(Header, name, recorded, own)
	}
	if bodiless {
		o.notice(o.file + ": bodies of answers are not compared that are not in the recording: " + o.x.Answered.Left)
		return
	}
	o.bodies(o.x.Answered.Body, answer.Body)
}

// sameHeader compares a header of the two answers.
func (o *one) sameHeader(name, recorded, own string) bool {
	switch name {
	case "Content-Type":
		return mediaOf(recorded) == mediaOf(own)
	case "Location":
		a, errA := url.Parse(recorded)
		b, errB := url.Parse(own)
		return errA == nil && errB == nil && o.sameText("location", a.RequestURI(), b.RequestURI())
	}
	return o.sameText(name, recorded, own)
}

// mediaOf is a media type as it is compared: spaces and letters do not count, nor that JSON is in UTF-8.
func mediaOf(s string) string {
	s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
	return strings.TrimSuffix(s, ";charset=utf-8")
}

// statusText is a status with the code of an error.
func statusText(status int, body []byte) string {
	if code := codeOf(body); code != "" {
		return strconv.Itoa(status) + " " + code
	}
	return strconv.Itoa(status)
}

var errorCode = pattern.New(`^\s*\{\s*"(?:code|statusCode)"\s*:\s*"?([A-Za-z0-9_]+)|"code"\s*:\s*"([A-Z_]+)"`)

func codeOf(body []byte) string {
	m := errorCode().FindSubmatch(body[:min(len(body), 4096)])
	if m == nil {
		return ""
	}
	return string(m[1]) + string(m[2])
}
