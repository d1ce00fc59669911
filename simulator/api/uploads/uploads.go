// Package uploads takes the files of large messages (docs/spec/api-2.1-3.0.md#10): the form for an upload, and the endpoint that
// it is sent to, which stands in for HMRC's upload proxy and the storage behind it.
//
// A file goes straight to the disk. What else is in a form is limited, and nothing is written before the form has shown that it
// was handed out and not used yet.
package uploads

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"nctsim/simulator/api/exchange"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/client"
	"nctsim/simulator/clock"
	"nctsim/simulator/engine"
	"nctsim/simulator/store"
	"nctsim/simulator/upload"
)

// Path is where forms are sent to.
const Path = "/upscan/upload-proxy"

// Options of the endpoint.
type Options struct {
	Engine *engine.Engine
	Clock  *clock.Clock
	Source clock.Source
	// PublicURL is where clients find the simulator; "" for the address under which they call.
	PublicURL string
}

// API has the forms and the endpoint.
type API struct{ Options }

// New makes the API.
func New(o Options) *API { return &API{o} }

// Limits of what comes before the file; the storage at HMRC allows 20 KB.
const (
	maxFields    = 100
	maxFieldSize = 20 << 10 // of all names and values together
	maxFront     = 64 << 10 // of all bytes, with the headers of the parts and what stands before the first
)

var errFront = errors.New("what comes before the file is too large")

// front reads a form up to its file, whose bytes come when it is open. The reader of forms would keep ten megabytes of the header
// of one part.
type front struct {
	body io.Reader
	left int
	open bool
}

func (f *front) Read(p []byte) (int, error) {
	if f.open {
		return f.body.Read(p)
	}
	if f.left == 0 {
		return 0, errFront
	}
	n, err := f.body.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

// form is what came before the file.
type form struct {
	fields map[string]string
	file   *multipart.Part
}

// Upload takes a form with a file. The answer to one that is taken is 204.
func (a *API) Upload(r *http.Request) (wire.Response, error) {
	exchange.At(r.Context(), client.CheckBody)
	in, err := read(r)
	if err != nil {
		return wire.Response{}, err
	}
	key := in.fields[fieldKey]
	if key == "" {
		return wire.Response{}, errNoKey
	}
	if in.file == nil {
		return wire.Response{}, refuse(badArgument, "POST requires exactly one file upload per request.", key)
	}
	exchange.At(r.Context(), client.CheckAuthorisation)
	if m, u, err := a.Engine.FindUpload(key); err == nil {
		exchange.Concern(r.Context(), m.ID, u.Message, "")
	}
	if err := a.check(in.fields); err != nil {
		return wire.Response{}, err
	}
	name := NameOf(in.file.Header.Get("Content-Disposition"))
	exchange.At(r.Context(), client.CheckSize)
	if code := upload.PlanOf(name).Refused; code != "" {
		return wire.Response{}, refuse(code, "we were instructed to reject this upload", key)
	}
	return wire.Response{Status: http.StatusNoContent}, a.take(r, key, name, in.file)
}

// read reads a form up to its file.
func read(r *http.Request) (form, error) {
	in := form{fields: map[string]string{}}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return in, malformed("")
	}
	body := &front{body: r.Body, left: maxFront}
	parts := multipart.NewReader(body, params["boundary"])
	size := 0
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it says that there was no end
			return in, nil
		}
		if err != nil {
			return in, unread(err, in.fields[fieldKey])
		}
		name := part.FormName()
		if name == "file" {
			in.file, body.open = part, true
			return in, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxFieldSize+1))
		if err != nil {
			return in, unread(err, in.fields[fieldKey])
		}
		if size += len(name) + len(value); size > maxFieldSize || n >= maxFields {
			return in, unread(errFront, in.fields[fieldKey])
		}
		in.fields[strings.ToLower(name)] = string(value)
	}
}

// unread says why a form could not be read up to its file.
func unread(err error, key string) error {
	if errors.Is(err, errFront) {
		return refuse("MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.", key)
	}
	return malformed(key)
}

// signed are the fields that a form must have, in the order in which they are missed.
var signed = []string{fieldPolicy, fieldAlgorithm, fieldWho, fieldDate, fieldSignature}

// check compares a form with the one that was handed out.
func (a *API) check(sent map[string]string) error {
	key := sent[fieldKey]
	for _, name := range signed {
		if _, there := sent[name]; !there {
			return refuse(badArgument, fmt.Sprintf("Bucket POST must contain a field named '%s'.  If it is specified, please check the order of the fields.", name), key)
		}
	}
	m, u, err := a.Engine.FindUpload(key)
	if err := known(err, key); err != nil {
		return err
	}
	want := a.fields(m, u)
	for _, name := range signed {
		if sent[name] != want[name] {
			return forbid("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.", key)
		}
	}
	for _, name := range []string{fieldACL, metaService, metaRequest, metaSession, metaReceived, metaAnswered} {
		if value, there := sent[name]; !there || value != want[name] {
			return denied(fmt.Sprintf(`Invalid according to Policy: Policy Condition failed: ["eq", "$%s", %q]`, name, want[name]), key)
		}
	}
	return nil
}

// known words why an upload cannot be found.
func known(err error, key string) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return denied("Access Denied", key)
	case errors.Is(err, engine.ErrUploaded):
		return denied("Invalid according to Policy: Policy expired.", key)
	}
	return err
}

// take writes the file to the disk.
func (a *API) take(r *http.Request, key, name string, file io.Reader) error {
	in, err := a.Engine.ReceiveUpload(key)
	if err != nil {
		return known(err, key)
	}
	size, err := io.Copy(struct{ io.Writer }{in}, io.LimitReader(file, upload.MaxSize+1))
	var disk *fs.PathError
	switch {
	case errors.As(err, &disk):
		in.Discard()
		return fmt.Errorf("write an upload: %w", err)
	case err != nil:
		in.Discard()
		return malformed(key)
	case size > upload.MaxSize:
		in.Discard()
		return refuse("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", key)
	}
	return known(in.Keep(r.Context(), name, int(size)), key)
}

// maxName is how many characters of a name are kept.
const maxName = 200

// NameOf is the name of a file in a Content-Disposition as it can be shown: without folders, and of what cannot be printed
// there is a question mark. "" if there is none.
func NameOf(disposition string) string {
	_, params, err := mime.ParseMediaType(disposition)
	if err != nil {
		return ""
	}
	name := strings.ToValidUTF8(params["filename"], "?")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	letters := []rune(name)
	for i, c := range letters {
		if !unicode.IsPrint(c) {
			letters[i] = '?'
		}
	}
	return string(slices.Clip(letters[:min(len(letters), maxName)]))
}
