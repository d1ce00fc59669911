package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"

	"nctsim/simulator/scenario"
)

// UploadForm is what the API hands out for the upload of a large message (docs/spec/api-2.1-3.0.md#10): where the file is sent,
// and the fields that come before it.
type UploadForm struct {
	Href   string
	Fields map[string]string
}

// BeginUpload asks for the upload of a message; its text stays here. The error is a [*RefusedError] if the API does not allow
// it.
func (t Trader) BeginUpload(ctx context.Context, s Submission) (Receipt, UploadForm, error) {
	api := apiOf(t.Phase) // a file is XML, whatever the trader sends otherwise
	r, err := api.submission(s)
	if err != nil {
		return Receipt{}, UploadForm{}, err
	}
	r.Body = nil
	delete(r.Header, "Content-Type")
	a, err := t.call(ctx, scenario.CallSubmit, r)
	if err != nil {
		return Receipt{}, UploadForm{}, err
	}
	if a.Status != http.StatusAccepted {
		return Receipt{}, UploadForm{}, &RefusedError{"the upload of the " + s.Type.Code, a.Status, a.Body}
	}
	receipt, err := api.receipt(a.Body)
	var in struct{ UploadRequest UploadForm }
	if err == nil {
		err = json.Unmarshal(a.Body, &in)
	}
	if err == nil && in.UploadRequest.Href == "" {
		err = fmt.Errorf("the answer has no form: %.200s", a.Body)
	}
	if err != nil {
		err = fmt.Errorf("ask for the upload of the %s: %w", s.Type.Code, err)
	}
	return receipt, in.UploadRequest, err
}

// Upload sends a file under a name. The error is a [*RefusedError] if it is not taken.
func (t Trader) Upload(ctx context.Context, f UploadForm, name string, text []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range f.Fields {
		if err := form.WriteField(field, value); err != nil {
			return fmt.Errorf("write a form: %w", err)
		}
	}
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", name)}, "Content-Type": {typeXML},
	})
	if err == nil {
		_, err = io.Copy(part, bytes.NewReader(text))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return fmt.Errorf("write a form: %w", err)
	}
	a, err := t.Do(ctx, Request{
		Method: http.MethodPost, URL: f.Href, Body: body.Bytes(), Header: map[string]string{"Content-Type": form.FormDataContentType()},
	})
	if err != nil {
		return fmt.Errorf("upload %s: %w", name, err)
	}
	if a.Status/100 != 2 {
		return &RefusedError{"the file " + name, a.Status, a.Body}
	}
	return nil
}
