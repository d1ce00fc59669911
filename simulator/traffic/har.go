package traffic

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// The elements of HAR 1.2, as far as they are read or written here.
type (
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"`
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
		HeadersSize int       `json:"headersSize"`
		BodySize    int64     `json:"bodySize"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int64      `json:"bodySize"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	// harPost is the body of a request. Encoding is not in HAR 1.2, but several tools write it as in answers.
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params,omitempty"`
		Text     string    `json:"text"`
		Encoding string    `json:"encoding,omitempty"`
		Comment  string    `json:"comment,omitempty"`
	}
	harContent struct {
		Size     int64  `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
		Comment  string `json:"comment,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// CutError says that a HAR file ends in the middle: the program that wrote it was stopped, or the file was cut off.
type CutError struct{ After int }

func (e *CutError) Error() string {
	return fmt.Sprintf("the file ends in the middle; %d requests stand before that", e.After)
}

// limited gives an error when one value takes too much of the memory.
type limited struct {
	r    io.Reader
	left int64
}

var errTooLarge = fmt.Errorf("one request with its answer takes more than %d MB", MostEntry>>20)

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// harReader stands in the entries of a HAR file.
type harReader struct {
	in  *limited
	dec *json.Decoder
	n   int
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
	if err := h.dec.Decode(&e); err != nil {
		return Exchange{}, h.wrong(err)
	}
	h.n++
	x, err := e.exchange()
	x.Number = h.n
	if err != nil {
		return x, fmt.Errorf("request %d: %w", h.n, err)
	}
	return x, nil
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
		return fmt.Errorf("request %d is not as HAR 1.2 has it: %s is not a %s", h.n+1, typed.Field, typed.Type)
	}
	return fmt.Errorf("request %d: the file is not JSON at byte %d", h.n+1, h.dec.InputOffset())
}

func (e *harEntry) exchange() (Exchange, error) {
	x := Exchange{Method: strings.ToUpper(e.Request.Method), Status: max(e.Response.Status, 0), Took: time.Duration(e.Time * float64(time.Millisecond))}
	var err error
	if x.URL, err = url.Parse(e.Request.URL); err != nil || x.URL.Host == "" {
		return x, fmt.Errorf("%.200q is not a URL", e.Request.URL)
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
		x.Sent.fill(text, p.Encoding, p.MimeType, p.Comment, e.Request.BodySize)
	} else if e.Request.BodySize > 0 {
		x.Sent.Left = "the recording does not have it"
	}
	c := e.Response.Content
	x.Answered.fill(c.Text, c.Encoding, c.MimeType, c.Comment, c.Size)
	return x, nil
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

// fill takes a body as a tool writes it.
func (c *Content) fill(text, encoding, media, comment string, size int64) {
	if media != "" && c.Header.Get("Content-Type") == "" && text != "" {
		c.Header.Set("Content-Type", media)
	}
	if text == "" {
		if size > 0 {
			c.Left = "the recording does not have it"
			if comment != "" {
				c.Left = comment
			}
		}
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
	c.Body, c.Left = Unzipped(body)
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

// Unzipped is a body without gzip around it; left says why it could not be read, "" if it could.
func Unzipped(body []byte) (plain []byte, left string) {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, ""
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		plain, err = io.ReadAll(io.LimitReader(z, MostBody+1))
	}
	switch {
	case err != nil:
		return nil, "it is gzip that cannot be read"
	case len(plain) > MostBody:
		return nil, fmt.Sprintf("it has more than %d MB without gzip", MostBody>>20)
	}
	return plain, ""
}

// entry is an exchange as HAR has it.
func entry(x Exchange) harEntry {
	const unknown = "HTTP/1.1"
	ms := float64(x.Took.Microseconds()) / 1000
	e := harEntry{
		Started: x.Started.UTC().Format("2006-01-02T15:04:05.000000Z"), Time: ms, Timings: harTimings{Wait: ms},
		Request: harRequest{
			Method: x.Method, URL: x.URL.String(), HTTPVersion: unknown, Cookies: []harPair{}, Headers: pairsOf(x.Sent.Header), QueryString: []harPair{},
			HeadersSize: -1, BodySize: int64(len(x.Sent.Body)),
		},
		Response: harResponse{
			Status: x.Status, StatusText: http.StatusText(x.Status), HTTPVersion: unknown, Cookies: []harPair{}, Headers: pairsOf(x.Answered.Header),
			RedirectURL: x.Answered.Header.Get("Location"), HeadersSize: -1, BodySize: int64(len(x.Answered.Body)),
		},
	}
	for _, field := range strings.Split(x.URL.RawQuery, "&") {
		if name, value, _ := strings.Cut(field, "="); field != "" {
			e.Request.QueryString = append(e.Request.QueryString, harPair{unescaped(name), unescaped(value)})
		}
	}
	if len(x.Sent.Body) > 0 || x.Sent.Left != "" {
		text, encoding := textOf(x.Sent.Body)
		e.Request.PostData = &harPost{x.Sent.Header.Get("Content-Type"), nil, text, encoding, x.Sent.Left}
	}
	text, encoding := textOf(x.Answered.Body)
	e.Response.Content = harContent{int64(len(x.Answered.Body)), x.Answered.Header.Get("Content-Type"), text, encoding, x.Answered.Left}
	return e
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func textOf(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
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
