package uploads

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"nctsim/simulator/api/endpoint"
	"nctsim/simulator/api/wire"
	"nctsim/simulator/movement"
	"nctsim/simulator/upload"
)

// Names of fields.
const (
	fieldKey       = "key"
	fieldACL       = "acl"
	fieldPolicy    = "policy"
	fieldAlgorithm = "x-amz-algorithm"
	fieldWho       = "x-amz-credential"
	fieldDate      = "x-amz-date"
	fieldSignature = "x-amz-signature"

	meta         = "x-amz-meta-"
	metaFile     = meta + "original-filename"
	metaCallback = meta + "callback-url"
	metaService  = meta + "consuming-service"
	metaRequest  = meta + "request-id"
	metaSession  = meta + "session-id"
	metaReceived = meta + "upscan-initiate-received"
	metaAnswered = meta + "upscan-initiate-response"
)

// policy is what the form says of the file, as far as the specification knows.
var policy = base64.StdEncoding.EncodeToString([]byte(`{"conditions":[["content-length-range",0,` + strconv.Itoa(upload.MaxSize) + `]]}`))

// stamp is how the fields write a time with milliseconds.
const stamp = "2006-01-02T15:04:05.000Z"

// Form is the form for an upload that a request has asked for.
func (a *API) Form(r *http.Request, m movement.Movement, u movement.Upload) *endpoint.UploadForm {
	address := wire.AddressOf(r.Context())
	base := a.PublicURL + address.Path
	if a.PublicURL == "" {
		base = "http://" + r.Host + address.Elsewhere()
	}
	f := &endpoint.UploadForm{Href: base + Path, Fields: a.fields(m, u)}
	f.Fields[metaCallback] = fmt.Sprintf("%s/traders/%s/movements/%s/%s/messages/%s/final", base, m.EORI, m.Kind.Plural(), m.ID, u.Message)
	return f
}

// fields are those of an upload but for the URL of the callback, which nobody looks at: they follow from the upload alone.
func (a *API) fields(m movement.Movement, u movement.Upload) map[string]string {
	created := u.Created.UTC()
	ids := a.Source.Stream("upload form", u.Key)
	f := map[string]string{
		fieldACL: "private", fieldKey: u.Key, fieldPolicy: policy, fieldAlgorithm: "AWS4-HMAC-SHA256",
		fieldWho:  "ASIA" + ids.Pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16) + created.Format("/20060102") + "/eu-west-2/s3/aws4_request",
		fieldDate: created.Format("20060102T150405Z"),
		metaFile:  "${filename}", metaService: "common-transit-convention-traders",
		metaRequest: "govuk-tax-" + ids.UUID(), metaSession: m.ID,
		metaReceived: created.Format(stamp), metaAnswered: created.Format(stamp),
	}
	sign := hmac.New(sha256.New, []byte(a.Source.Stream("upload signature").Hex(64)))
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(sign, "%s=%s\n", name, f[name])
	}
	f[fieldSignature] = hex.EncodeToString(sign.Sum(nil))
	return f
}
