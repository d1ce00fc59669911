package uploads

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzForm reads forms of any kind: what comes of one is its fields within their limits and perhaps a file, or an answer of the
// storage. Nothing else may happen.
func FuzzForm(f *testing.F) {
	const whole = "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a\\\\b\x85.xml\"\r\nContent-Type: application/xml\r\n\r\n<a/>\r\n--b--\r\n"
	for _, contentType := range []string{"multipart/form-data; boundary=b", "multipart/form-data", "multipart/mixed; boundary=\"b\"", "text/plain", ""} {
		f.Add(contentType, []byte(whole))
	}
	for _, body := range []string{
		"", "--b--", "--b\r\n", "--b\r\n\r\n", whole[:60], whole[:len(whole)-12], strings.Replace(whole, "name=", "NAME*0=", 1),
		strings.Replace(whole, "form-data", "attachment", 1), strings.Replace(whole, "\r\n\r\n", "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=", 1),
		strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n", 200) + "--b--",
	} {
		f.Add("multipart/form-data; boundary=b", []byte(body))
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, Path, bytes.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		in, err := read(r)
		if err != nil {
			if response := Failure(err); response.Status != http.StatusBadRequest {
				t.Errorf("%v is answered with %d", err, response.Status)
			}
			return
		}
		size := 0
		for name, value := range in.fields {
			size += len(name) + len(value)
		}
		if len(in.fields) > maxFields || size > maxFieldSize {
			t.Errorf("%d fields with %d bytes got through", len(in.fields), size)
		}
		if in.file == nil {
			return
		}
		name := NameOf(in.file.Header.Get("Content-Disposition"))
		if !utf8.ValidString(name) || strings.ContainsAny(name, `/\`) || strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Errorf("the name %q cannot be shown", name)
		}
		if n, _ := io.Copy(io.Discard, in.file); n > int64(len(body)) {
			t.Errorf("a file of %d bytes in a form of %d", n, len(body))
		}
	})
}
