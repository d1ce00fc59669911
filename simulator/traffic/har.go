package traffic

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The elements of HAR 1.2, as far as they are read or written here.
type (
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     amount      `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Comment  string      `json:"comment,omitempty"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		QueryString []harPair `json:"queryString"`
		PostData    *harPost  `json:"postData,omitempty"`
		HeadersSize amount    `json:"headersSize"`
		BodySize    amount    `json:"bodySize"`
	}
	harResponse struct {
		Status      amount     `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize amount     `json:"headersSize"`
		BodySize    amount     `json:"bodySize"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	// amount is a number, which some tools write as text, or as null for one that they do not know.
	amount float64
	// harPost is the body of a request. Encoding is not in HAR 1.2, but several tools write it as in answers. File is where Playwright
	// puts a body that it does not write into the recording.
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params,omitempty"`
		Text     string    `json:"text"`
		Encoding string    `json:"encoding,omitempty"`
		Comment  string    `json:"comment,omitempty"`
		File     string    `json:"_file,omitempty"`
	}
	harContent struct {
		Size     amount `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
		File     string `json:"_file,omitempty"`
	}
	harTimings struct {
		Send    amount `json:"send"`
		Wait    amount `json:"wait"`
		Receive amount `json:"receive"`
	}
)

// UnmarshalJSON takes what is not a number as 0, which stands for an unknown one everywhere.
func (a *amount) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseFloat(strings.Trim(string(data), `" `), 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > 1e15 {
		n = 0
	}
	*a = amount(n)
	return nil
}

// CutError says that a HAR file ends in the middle: the program that wrote it was stopped, or the file was cut off.
type CutError struct{ After int }

func (e *CutError) Error() string {
	return fmt.Sprintf("the file ends in the middle; %d requests stand before that", e.After)
}

// harReader stands in the entries of a HAR file.
type harReader struct {
	in  *source
	dec *json.Decoder
	n   int
	// at is the line of the entry that is being read.
	at int
}

// next reads one exchange; io.EOF says that there are no more.
func (h *harReader) next() (Exchange, error) {
	h.in.left = MostEntry
	if !h.dec.More() {
		if t, err := h.dec.Token(); err != nil || t != json.Delim(']') {
			return Exchange{}, h.wrong(err)
		}
		return Exchange{}, io.EOF
	}
	var e harEntry
	h.at = h.in.line(h.dec.InputOffset() + separators(h.dec.Buffered()))
	err := h.dec.Decode(&e)
	if err != nil {
		return Exchange{}, h.wrong(err)
	}
	h.n++
	x, err := e.exchange()
	x.Number, x.Line = h.n, h.at
	if err != nil {
		return x, fmt.Errorf("line %d, request %d: %w", h.at, h.n, err)
	}
	return x, nil
}

// separators is how many bytes stand between a value and the next, as far as they have been read.
func separators(buffered io.Reader) (n int64) {
	var one [1]byte
	for {
		if k, _ := buffered.Read(one[:]); k == 0 || !strings.ContainsRune(" \t\r\n,", rune(one[0])) {
			return n
		}
		n++
	}
}

// wrong is an error of the decoder for people.
func (h *harReader) wrong(err error) error {
	var typed *json.UnmarshalTypeError
	switch {
	case errors.Is(err, errTooLarge):
		return err
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &CutError{h.n}
	case errors.As(err, &typed):
		return fmt.Errorf("line %d, request %d is not as HAR 1.2 has it: %s is a %s; hint: export it again, or take the request out", h.at, h.n+1, typed.Field, typed.Value)
	}
	return fmt.Errorf("line %d, request %d is not JSON; hint: export it again, or take the request out", h.at, h.n+1)
}

func (e *harEntry) exchange() (Exchange, error) {
	x := Exchange{
		Name: firstLine(e.Comment), Method: strings.ToUpper(e.Request.Method), Status: int(max(e.Response.Status, 0)),
		Took: time.Duration(max(e.Time, 0) * amount(time.Millisecond)),
	}
	var err error
	if x.URL, err = url.Parse(e.Request.URL); err != nil || x.URL.Host == "" && x.URL.Scheme == "" {
		return x, fmt.Errorf("%.200q is not a URL; hint: it begins with http:// or https://", e.Request.URL)
	}
	x.Started = instant(e.Started)
	x.Sent.Header, x.Answered.Header = headerOf(e.Request.Headers), headerOf(e.Response.Headers)
	if p := e.Request.PostData; p != nil {
		text := p.Text
		if text == "" && len(p.Params) > 0 {
			form := url.Values{}
			for _, pair := range p.Params {
				form.Add(pair.Name, pair.Value)
			}
			text = form.Encode()
		}
		x.Sent.fill(text, p.Encoding, p.MimeType, p.Comment, p.File, e.Request.BodySize)
	} else if e.Request.BodySize > 0 {
		x.Sent.Left = missing
	}
	c := e.Response.Content
	x.Answered.fill(c.Text, c.Encoding, c.MimeType, c.Comment, c.File, c.Size)
	return x, nil
}

// firstLine is what a tool calls a request, in its first comment line.
func firstLine(comment string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(comment), "\n")
	return strings.TrimSpace(line)
}

// instant reads the times of tools: RFC 3339, with or without a colon in the zone.
func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func headerOf(pairs []harPair) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		if p.Name != "" && !strings.HasPrefix(p.Name, ":") { // those of HTTP/2 are not headers
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

// missing says that a body is not in a recording.
const missing = "the recording does not have it; hint: record with bodies"

// fill takes a body as a tool writes it.
func (c *Content) fill(text, encoding, media, comment, file string, size amount) {
	if media != "" && c.Header.Get("Content-Type") == "" && text != "" {
		c.Header.Set("Content-Type", media)
	}
	switch {
	case text == "" && file != "":
		c.Left = fmt.Sprintf("the recording has it in the file %.200q; hint: let the tool write bodies into the recording (Playwright: content: 'embed')", file)
		return
	case text == "":
		if size > 0 || comment != "" && size < 0 {
			c.Left = cmp.Or(comment, missing)
		}
		return
	case strings.HasSuffix(text, shortened):
		c.Left = fmt.Sprintf("it has more than %d MB, and is not read", longestString>>20)
		return
	}
	body := []byte(text)
	if strings.EqualFold(encoding, "base64") {
		decoded, err := base64.StdEncoding.DecodeString(strings.Map(withoutSpace, text))
		if err != nil {
			c.Left = "it is said to be base64, and is not"
			return
		}
		body = decoded
	}
	c.Body, c.Left = Uncompressed(c.Header.Get("Content-Encoding"), body)
	if comment != "" && c.Left == "" {
		c.Left = comment
	}
}

func withoutSpace(r rune) rune {
	if r == '\n' || r == '\r' || r == ' ' {
		return -1
	}
	return r
}

// Uncompressed is a body without the compression that a Content-Encoding names, or that of gzip, which the body tells by itself:
// many tools write bodies without it and leave the header. Left says why it could not be read, "" if it could.
func Uncompressed(encoding string, body []byte) (plain []byte, left string) {
	var z io.Reader
	var err error
	switch encoding = strings.ToLower(strings.TrimSpace(encoding)); {
	case bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		encoding = "gzip"
		z, err = gzip.NewReader(bytes.NewReader(body))
	case encoding == "", encoding == "identity", utf8.Valid(body):
		return body, ""
	case encoding == "deflate":
		z, err = zlib.NewReader(bytes.NewReader(body))
	default:
		return nil, fmt.Sprintf("it is compressed by %.40q, which is not read; hint: record without it, or through nctsim proxy", encoding)
	}
	if err == nil {
		plain, err = io.ReadAll(io.LimitReader(z, MostBody+1))
	}
	switch {
	case err != nil:
		return nil, "it is " + encoding + " that cannot be read"
	case len(plain) > MostBody:
		return nil, fmt.Sprintf("it has more than %d MB without %s", MostBody>>20, encoding)
	}
	return plain, ""
}

// entry is an exchange as HAR has it.
func entry(x Exchange) harEntry {
	const unknown = "HTTP/1.1"
	ms := amount(x.Took.Microseconds()) / 1000
	e := harEntry{
		Started: x.Started.UTC().Format("2006-01-02T15:04:05.000000Z"), Time: ms, Timings: harTimings{Wait: ms},
		Request: harRequest{
			Method: x.Method, URL: x.URL.String(), HTTPVersion: unknown, Cookies: []harPair{}, Headers: pairsOf(x.Sent.Header), QueryString: []harPair{},
			HeadersSize: -1, BodySize: amount(len(x.Sent.Body)),
		},
		Response: harResponse{
			Status: amount(x.Status), StatusText: http.StatusText(x.Status), HTTPVersion: unknown, Cookies: []harPair{}, Headers: pairsOf(x.Answered.Header),
			RedirectURL: x.Answered.Header.Get("Location"), HeadersSize: -1, BodySize: amount(len(x.Answered.Body)),
		},
	}
	for _, field := range strings.Split(x.URL.RawQuery, "&") {
		if name, value, _ := strings.Cut(field, "="); field != "" {
			e.Request.QueryString = append(e.Request.QueryString, harPair{unescaped(name), unescaped(value)})
		}
	}
	if len(x.Sent.Body) > 0 || x.Sent.Left != "" {
		text, encoding := textOf(x.Sent.Body)
		e.Request.PostData = &harPost{MimeType: x.Sent.Header.Get("Content-Type"), Text: text, Encoding: encoding, Comment: x.Sent.Left}
	}
	text, encoding := textOf(x.Answered.Body)
	e.Response.Content = harContent{
		Size: amount(len(x.Answered.Body)), MimeType: x.Answered.Header.Get("Content-Type"), Text: text, Encoding: encoding, Comment: x.Answered.Left,
	}
	return e
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// textOf is a body as text, or in base64 if JSON would make it several times as long.
func textOf(body []byte) (text, encoding string) {
	if utf8.Valid(body) && !bytes.ContainsFunc(body, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func pairsOf(h http.Header) []harPair {
	out := []harPair{}
	for _, name := range sortedNames(h) {
		for _, value := range h[name] {
			out = append(out, harPair{name, value})
		}
	}
	return out
}
