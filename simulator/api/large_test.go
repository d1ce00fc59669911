package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/engine"
	"nctsim/simulator/simtest/tier"
)

// offer is the answer to a request for an upload.
type offer struct {
	DepartureID, MessageID, BoxID string
	UploadRequest                 struct {
		Href   string
		Fields map[string]string
	}
}

// offered asks for an upload: of a new departure, or for one.
func (w *world) offered(path string, options ...option) offer {
	GinkgoHelper()
	a := w.post(path, "", append([]option{without("Content-Type")}, options...)...)
	Expect(a.Status).To(Equal(202), a.Body)
	var o offer
	Expect(json.Unmarshal([]byte(a.Body), &o)).To(Succeed())
	return o
}

func (o offer) messages() string { return departures + "/" + o.DepartureID + "/messages" }

// piece is a part of a form; the file is one that has a file name.
type piece struct{ name, file, value string }

// form is the form of an offer in its order, without a file.
func (o offer) form() (pieces []piece) {
	for _, name := range slices.Sorted(maps.Keys(o.UploadRequest.Fields)) {
		pieces = append(pieces, piece{name: name, value: o.UploadRequest.Fields[name]})
	}
	return pieces
}

func encoded(pieces ...piece) (contentType string, body []byte) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range pieces {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q", p.name))
		if p.file != "" {
			h.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename="%s"`, p.name, p.file))
			h.Set("Content-Type", "application/xml")
		}
		w, err := m.CreatePart(h)
		Expect(err).NotTo(HaveOccurred())
		_, _ = io.WriteString(w, p.value)
	}
	Expect(m.Close()).To(Succeed())
	return m.FormDataContentType(), b.Bytes()
}

// send sends a form, without a token.
func (w *world) send(pieces ...piece) answer {
	GinkgoHelper()
	contentType, body := encoded(pieces...)
	return w.post("/upscan/upload-proxy", string(body), header("Content-Type", contentType), without("Authorization"), without("Accept"))
}

// upload uploads a file with the form of an offer.
func (w *world) upload(o offer, file, content string) {
	GinkgoHelper()
	a := w.send(append(o.form(), piece{"file", file, content})...)
	Expect(a.Status).To(Equal(204), a.Body)
	Expect(a.Body).To(BeEmpty())
}

// advance moves the clock.
func (w *world) advance(by time.Duration) {
	GinkgoHelper()
	_, _, err := w.engine.Advance(context.Background(), engine.Target{By: by})
	Expect(err).NotTo(HaveOccurred())
}

// statusOf is the status of a message, and what else E6 says of it.
func (w *world) statusOf(o offer) (status string, message map[string]any) {
	GinkgoHelper()
	a := w.get(o.messages()+"/"+o.MessageID, accept("2.1+json-xml"))
	Expect(a.Status).To(Equal(200), a.Body)
	Expect(json.Unmarshal([]byte(a.Body), &message)).To(Succeed())
	return message["status"].(string), message
}

// failed compares how an upload has ended with the error body that is notified.
func (w *world) failed(box boxOf, o offer, response string) {
	GinkgoHelper()
	status, _ := w.statusOf(o)
	Expect(status).To(Equal("Failed"))
	texts := w.notified(box)
	Expect(texts).To(HaveLen(1))
	Expect(texts[0]).To(HaveSuffix(`,"response":` + response + `}`))
}

// notified are the texts in a box, the oldest first.
func (w *world) notified(box boxOf) (texts []string) {
	GinkgoHelper()
	a := w.get("/misc/push-pull-notification/box/"+box.ID+"/notifications", accept("1.0+json"), as(trader))
	Expect(a.Status).To(Equal(200), a.Body)
	var all []struct{ Message string }
	Expect(json.Unmarshal([]byte(a.Body), &all)).To(Succeed())
	for _, n := range all {
		texts = append(texts, n.Message)
	}
	return texts
}

// spaced is a declaration of so many bytes.
func spaced(lrn string, size int) string {
	xml := declaration(lrn)
	return xml + strings.Repeat("\n", size-len(xml))
}

var _ = Describe("A large message", func() {
	It("is asked for without a body, and gets a form whose last member leads to the upload", func() {
		w := newWorld()
		a := w.post(departures, declaration("ignored"), without("Content-Type"))
		var o offer
		Expect(json.Unmarshal([]byte(a.Body), &o)).To(Succeed())
		self := departures + "/" + o.DepartureID
		Expect(a.Body).To(HavePrefix(`{"_links":{"self":{"href":"` + self + `"},"messages":{"href":"` + self + `/messages"},"message":{"href":"` +
			self + `/messages/` + o.MessageID + `"}},"departureId":"` + o.DepartureID + `","messageId":"` + o.MessageID + `","uploadRequest":{"href":"` +
			w.url + `/upscan/upload-proxy","fields":{"acl":"private",`))
		policy, err := base64.StdEncoding.DecodeString(o.UploadRequest.Fields["policy"])
		Expect(err).NotTo(HaveOccurred())
		Expect(string(policy)).To(Equal(`{"conditions":[["content-length-range",0,20000000]]}`))
		Expect(o.UploadRequest.Fields).To(And(
			HaveLen(14),
			HaveKeyWithValue("key", MatchRegexp(`^[0-9a-f-]{36}$`)),
			HaveKeyWithValue("x-amz-algorithm", "AWS4-HMAC-SHA256"),
			HaveKeyWithValue("x-amz-date", "20260302T091501Z"),
			HaveKeyWithValue("x-amz-credential", HaveSuffix("/20260302/eu-west-2/s3/aws4_request")),
			HaveKeyWithValue("x-amz-meta-original-filename", "${filename}"),
			HaveKeyWithValue("x-amz-meta-upscan-initiate-received", "2026-03-02T09:15:01.459Z"),
		))
		w.get(self).is(200, `{"_links":{"self":{"href":"`+self+`"},"messages":{"href":"`+self+`/messages"}},"id":"`+o.DepartureID+
			`","movementReferenceNumber":null,"localReferenceNumber":null,"created":"2026-03-02T09:15:01.459Z","updated":"2026-03-02T09:15:01.459Z",`+
			`"enrollmentEORINumber":"GB123456789012","movementEORINumber":null}`)
		status, message := w.statusOf(o)
		Expect(status).To(Equal("Pending"))
		Expect(message).NotTo(Or(HaveKey("type"), HaveKey("body")))
	})

	It("has a form that leads to the public URL", func() {
		w := newWorld(deps(func(d *api.Deps) { d.PublicURL = "http://nctsim:8080" }))
		Expect(w.offered(departures).UploadRequest.Href).To(Equal("http://nctsim:8080/upscan/upload-proxy"))
	})

	It("is Success once it was scanned, and the office answers it", func() {
		w := newWorld(profile("fast"))
		box := w.makeBox(trader, "2.1")
		o := w.offered(departures)
		Expect(o.BoxID).To(Equal(box.ID))
		xml := declaration("LRN-UPLOAD")
		w.upload(o, "declaration.xml", xml)
		w.settle()
		status, _ := w.statusOf(o)
		Expect(status).To(Equal("Pending"))
		w.advance(2 * time.Second)
		status, message := w.statusOf(o)
		Expect(status).To(Equal("Success"))
		Expect(message).To(And(HaveKeyWithValue("type", "IE015"), HaveKeyWithValue("body", xml)))
		Expect(w.get(departures + "/" + o.DepartureID).Body).To(ContainSubstring(`"localReferenceNumber":"LRN-UPLOAD"`))
		Expect(w.notified(box)[0]).To(Equal(`{"messageUri":"` + o.messages() + `/` + o.MessageID + `","notificationType":"SUBMISSION_NOTIFICATION","messageId":"` +
			o.MessageID + `","enrollmentEORINumber":"GB123456789012","departureId":"` + o.DepartureID + `","response":{"code":"SUCCESS","message":"The message ` +
			o.MessageID + ` for movement ` + o.DepartureID + ` was successfully processed"}}`))
		Expect(w.get(o.messages()).Body).To(ContainSubstring(`"type":"IE928"`))
		Expect(w.store.Check()).To(Succeed())
	})

	It("is attached to a movement", func() {
		w := newWorld(profile("fast"))
		id := w.declare("LRN-0001")
		w.settle()
		o := w.offered(departures + "/" + id.movement + "/messages")
		Expect(o.BoxID).To(BeEmpty())
		w.upload(o, "x.xml", withLRN(fixture(invalidation), "LRN-0001"))
		w.advance(2 * time.Second)
		status, message := w.statusOf(o)
		Expect(status).To(Equal("Success"), fmt.Sprint(message))
		Expect(message).To(HaveKeyWithValue("type", "IE014"))
		Expect(w.get(o.messages()).Body).To(ContainSubstring(`"type":"IE056"`), "the goods were released before the scan was over")
	})

	DescribeTable("fails with what is wrong, and the notification says it:",
		func(file, content, response string) {
			w := newWorld()
			box := w.makeBox(trader, "2.1")
			o := w.offered(departures)
			w.upload(o, file, content)
			w.advance(2 * time.Second)
			w.failed(box, o, response)
			_, message := w.statusOf(o)
			Expect(message).NotTo(HaveKey("body"))
		},
		Entry("a virus", "infected.Eicar.xml", "x", `{"message":"Eicar","code":"BAD_REQUEST"}`),
		Entry("a kind of file that is not allowed", "invalid.reason.xml", "x", `{"message":"reason","code":"BAD_REQUEST"}`),
		Entry("a scanner that does not know", "unknown.why.xml", "x", `{"message":"why","code":"BAD_REQUEST"}`),
		Entry("something that cannot be read", "x.xml", "%PDF", `{"message":"Input was malformed","code":"BAD_REQUEST"}`),
		Entry("an empty file", "x.xml", "", `{"message":"Input was malformed","code":"BAD_REQUEST"}`),
		Entry("a message that is none", "x.xml", "<CC999C/>", `{"message":"CC999C is not a valid message type","code":"BAD_REQUEST"}`),
		Entry("a message of the other side", "x.xml", "<CC007C/>", `{"message":"CC007C is not a valid message type","code":"BAD_REQUEST"}`),
		Entry("a message from customs", "x.xml", "<CC029C/>", `{"message":"CC029C is not a valid message type","code":"BAD_REQUEST"}`),
		Entry("a message of phase 4", "x.xml", "<CC015B/>", `{"message":"CC015B is not a valid message type","code":"BAD_REQUEST"}`),
		Entry("what its schema refuses", "x.xml", "<CC015C/>", `{"message":"Request failed schema validation","code":"SCHEMA_VALIDATION","validationErrors":[{"lineNumber":1,"columnNumber":10,"message":"cvc-elt.1.a: Cannot find the declaration of element 'CC015C'."}]}`),
	)

	It("is stored and fails when NCTS refuses its LRN, or does not get it", func() {
		w := newWorld()
		box := w.makeBox(trader, "2.1")
		o := w.offered(departures)
		w.upload(o, "x.xml", declaration("DUPLRN01"))
		w.advance(2 * time.Second)
		w.failed(box, o, `{"message":"LRN DUPLRN01 has previously been used and cannot be reused","code":"CONFLICT"}`)
		_, message := w.statusOf(o)
		Expect(message).To(HaveKey("body"))

		o = w.offered(departures)
		w.upload(o, "undelivered.xml", declaration("LRN-0002"))
		w.advance(2 * time.Second)
		status, message := w.statusOf(o)
		Expect(status).To(Equal("Failed"))
		Expect(message).To(HaveKey("body"))
		Expect(w.notified(box)[1]).To(HaveSuffix(`"response":{"message":"Internal server error","code":"INTERNAL_SERVER_ERROR"}}`))
	})

	It("of more than 8 MiB is Processing until its transfer is over", func() {
		tier.Slow()
		w := newWorld(profile("trader-test"))
		o := w.offered(departures)
		w.upload(o, "x.xml", spaced("LRN-0001", 8<<20+1))
		w.advance(2 * time.Second)
		status, message := w.statusOf(o)
		Expect(status).To(Equal("Processing"))
		Expect(message["body"]).To(HaveLen(8<<20 + 1))
		w.advance(59 * time.Second)
		Expect(w.get(o.messages()).Body).To(ContainSubstring(`"totalCount":1`))
		w.advance(time.Second)
		status, _ = w.statusOf(o)
		Expect(status).To(Equal("Success"))
		Expect(w.get(o.messages()).Body).To(ContainSubstring(`"type":"IE928"`))
	})

	It("of 8 MiB goes straight on", func() {
		tier.Slow()
		w := newWorld(profile("trader-test"))
		o := w.offered(departures)
		w.upload(o, "delayed.1m.x.xml", spaced("LRN-0001", 8<<20))
		w.advance(61 * time.Second)
		status, _ := w.statusOf(o)
		Expect(status).To(Equal("Pending"), "its name asks for a delay")
		w.advance(time.Second)
		status, _ = w.statusOf(o)
		Expect(status).To(Equal("Success"))
	})

	It("may have 20,000,000 bytes and no more, and can be tried again after that", func() {
		tier.Slow()
		w := newWorld()
		o := w.offered(departures)
		key := o.UploadRequest.Fields["key"]
		w.send(append(o.form(), piece{"file", "x.xml", strings.Repeat("x", 20_000_001)})...).
			is(400, `{"errorCode":"EntityTooLarge","errorMessage":"Your proposed upload exceeds the maximum allowed size","errorResource":"NoFileReference","errorRequestId":"SomeRequestId","key":"`+key+`"}`)
		w.send(append(o.form(), piece{"file", "reject.EntityTooSmall.xml", "x"})...).
			is(400, `{"errorCode":"EntityTooSmall","errorMessage":"we were instructed to reject this upload","errorResource":"NoFileReference","errorRequestId":"SomeRequestId","key":"`+key+`"}`)
		w.advance(time.Hour)
		status, _ := w.statusOf(o)
		Expect(status).To(Equal("Pending"))
		w.upload(o, "x.xml", spaced("LRN-0001", 20_000_000))
		w.advance(time.Hour)
		status, _ = w.statusOf(o)
		Expect(status).To(Equal("Success"))
	})

	It("begins no process with something else than what begins one", func() {
		w := newWorld(profile("fast"))
		o := w.offered(departures)
		w.upload(o, "x.xml", withLRN(fixture(invalidation), "LRN-0001"))
		w.advance(time.Hour)
		status, message := w.statusOf(o)
		Expect(status).To(Equal("Success"), fmt.Sprint(message))
		Expect(w.get(o.messages()).Body).To(ContainSubstring(`"totalCount":1`))
		Expect(w.get(departures + "/" + o.DepartureID).Body).To(ContainSubstring(`"localReferenceNumber":null`))

		id := w.declare("LRN-0001")
		o = w.offered(departures + "/" + id.movement + "/messages")
		w.upload(o, "x.xml", declaration("LRN-0002"))
		w.advance(time.Hour)
		status, _ = w.statusOf(o)
		Expect(status).To(Equal("Success"))
		Expect(w.get(departures + "/" + id.movement).Body).To(ContainSubstring(`"localReferenceNumber":"LRN-0001"`))
	})
})

var _ = Describe("A movement whose first message is still to be uploaded", func() {
	It("leaves officers and Test Support nothing to do", func() {
		w := newWorld()
		o := w.offered(departures)
		at := "/test" + o.messages()
		w.post(at, `{"message":{"messageType":"IE928"}}`, header("Content-Type", "application/json")).
			refused(500, "INTERNAL_SERVER_ERROR", "Internal server error")
		Expect(w.do("POST", "/simulator/v1/movements/"+o.DepartureID+"/actions", `{"action":"release"}`, header("Content-Type", "application/json")).Status).To(Equal(409))
		w.upload(o, "x.xml", declaration("LRN-0001"))
		w.advance(time.Hour)
		w.inject(o.DepartureID, "IE928")
	})
})

var _ = Describe("The form of a large message", func() {
	invalid := func(key, text string) string {
		return `{"errorCode":"InvalidArgument","errorMessage":"` + text + `","errorResource":"NoFileReference","errorRequestId":"SomeRequestId"` + key + `}`
	}
	const broken = "The body of your POST request is not well-formed multipart/form-data."

	It("must be complete, with the file behind its fields", func() {
		w := newWorld()
		o := w.offered(departures)
		form := o.form()
		key := `,"key":"` + o.UploadRequest.Fields["key"] + `"`
		file := piece{"file", "x.xml", declaration("A")}
		w.send(file).is(400, `{"message":"Could not find key field in request"}`)
		w.send(append([]piece{file}, form...)...).is(400, `{"message":"Could not find key field in request"}`)
		w.send(form...).is(400, invalid(key, "POST requires exactly one file upload per request."))
		w.send(piece{name: "key", value: o.UploadRequest.Fields["key"]}, file).
			is(400, invalid(key, "Bucket POST must contain a field named 'policy'.  If it is specified, please check the order of the fields."))
		var many []piece
		for i := range 10_000 {
			many = append(many, piece{name: fmt.Sprint("field", i), value: "x"})
		}
		a := w.send(append(many, file)...)
		Expect(a.Status).To(Equal(400))
		Expect(a.Body).To(ContainSubstring(`"errorCode":"MaxPostPreDataLengthExceeded"`))
		a = w.send(append(form[:len(form):len(form)], piece{name: "x-amz-meta-other", value: strings.Repeat("x", 30_000)}, file)...)
		Expect(a.Body).To(ContainSubstring(`"errorCode":"MaxPostPreDataLengthExceeded"`))
	})

	DescribeTable("may be written as other libraries write forms:",
		func(contentType string, field, file string) {
			w := newWorld()
			o := w.offered(departures)
			var b strings.Builder
			for _, p := range o.form() {
				b.WriteString("--b 1\r\n" + strings.ReplaceAll(field, "NAME", p.name) + "\r\n\r\n" + p.value + "\r\n")
			}
			b.WriteString("--b 1\r\n" + file + "\r\n\r\n" + declaration("LRN-0001") + "\r\n--b 1--\r\n")
			a := w.post("/upscan/upload-proxy", b.String(), header("Content-Type", contentType), without("Authorization"), without("Accept"))
			Expect(a.Status).To(Equal(204), a.Body)
			w.advance(time.Hour)
			status, _ := w.statusOf(o)
			Expect(status).To(Equal("Success"))
		},
		Entry(".NET, with names without quotes and types of texts", `multipart/form-data; boundary="b 1"`,
			"Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=NAME",
			"Content-Type: application/xml\r\nContent-Disposition: form-data; name=file; filename=a.xml; filename*=utf-8''a.xml"),
		Entry("Apache's HttpClient, with transfer encodings", `multipart/form-data; charset=ISO-8859-1; boundary="b 1"`,
			"Content-Disposition: form-data; name=\"NAME\"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit",
			"Content-Disposition: form-data; name=\"file\"; filename=\"a.xml\"\r\nContent-Type: application/xml\r\nContent-Transfer-Encoding: binary"),
		Entry("Python's urllib3, without types", `multipart/form-data; boundary="b 1"`,
			`Content-Disposition: form-data; name="NAME"`, `Content-Disposition: form-data; name="file"; filename="a.xml"`),
	)

	DescribeTable("may not keep the simulator busy with what comes before the file:",
		func(front string) {
			w := newWorld()
			form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.xml\"\r\n\r\n<a/>\r\n--x--"
			a := w.post("/upscan/upload-proxy", strings.Replace(front, "FORM", form, 1), header("Content-Type", "multipart/form-data; boundary=x"))
			Expect(a.Status).To(Equal(400))
			Expect(a.Body).To(ContainSubstring(`"errorCode":"MaxPostPreDataLengthExceeded"`))
		},
		Entry("text", strings.Repeat("text\r\n", 20_000)+"FORM"),
		Entry("the header of a part", "--x\r\nX: "+strings.Repeat("x", 2_000_000)+"\r\n\r\n\r\nFORM"),
		Entry("the file's own header", "--x\r\nX: "+strings.Repeat("x", 2_000_000)+"\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n<a/>\r\n--x--"),
	)

	DescribeTable("must be multipart/form-data:",
		func(contentType, body string) {
			newWorld().post("/upscan/upload-proxy", body, header("Content-Type", contentType)).is(400, invalid("", broken))
		},
		Entry("another type", "application/xml", "<a/>"),
		Entry("no boundary", "multipart/form-data", "--x\r\n\r\n--x--"),
		Entry("parts of something else", "multipart/mixed; boundary=x", "--x\r\n\r\n--x--"),
		Entry("no type", "", "x"),
		Entry("a part that never ends", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nabc"),
		Entry("a long line before the first part", "multipart/form-data; boundary=x", strings.Repeat("x", 100_000)+"\r\n--x\r\n\r\n--x--"),
		Entry("another boundary", "multipart/form-data; boundary=x", "--y\r\n\r\n--y--"),
	)

	It("must be the one that was handed out", func() {
		w := newWorld()
		o, other := w.offered(departures), w.offered(departures)
		file := piece{"file", "x.xml", declaration("A")}
		change := func(name, value string) answer {
			form := o.form()
			for i := range form {
				if form[i].name == name {
					form[i].value = value
				}
			}
			return w.send(append(form, file)...)
		}
		for _, name := range []string{"policy", "x-amz-signature", "x-amz-date", "x-amz-credential", "x-amz-algorithm"} {
			a := change(name, "e30=")
			Expect(a.Status).To(Equal(403), name+": "+a.Body)
			Expect(a.Body).To(ContainSubstring(`"errorCode":"SignatureDoesNotMatch"`), name)
		}
		a := change("key", other.UploadRequest.Fields["key"])
		Expect(a.Body).To(ContainSubstring(`"errorCode":"SignatureDoesNotMatch"`))
		for _, unknown := range []string{"../../etc/passwd", "00000000-0000-0000-0000-000000000000", "a\x00b", strings.Repeat("k", 10_000)} {
			a := change("key", unknown)
			Expect(a.Status).To(Equal(403))
			Expect(a.Body).To(ContainSubstring(`"errorCode":"AccessDenied","errorMessage":"Access Denied"`))
		}
		a = change("acl", "public-read")
		Expect(a.Status).To(Equal(403))
		Expect(a.Body).To(ContainSubstring(`Policy Condition failed: [\"eq\", \"$acl\", \"private\"]`))
		w.upload(o, "x.xml", file.value)
		a = w.send(append(o.form(), file)...)
		Expect(a.Status).To(Equal(403))
		Expect(a.Body).To(ContainSubstring(`"errorCode":"AccessDenied"`))
		w.advance(time.Hour)
		a = w.send(append(o.form(), file)...)
		Expect(a.Body).To(ContainSubstring(`"errorCode":"AccessDenied"`))
	})

	It("may name its file as it likes", func() {
		w := newWorld()
		o := w.offered(departures)
		w.send(append(o.form(), piece{"file", "\x01.xml", "x"})...).is(400, invalid(`,"key":"`+o.UploadRequest.Fields["key"]+`"`, broken))
		w.upload(o, "..\\..\\../../etc/\u0085é"+strings.Repeat("x", 300)+`.xml`, declaration("LRN-0001"))
		a := w.get("/simulator/v1/movements/" + o.DepartureID)
		Expect(a.Body).To(ContainSubstring(`as \"?é` + strings.Repeat("x", 198) + `\"`))
		Expect(a.Body).To(ContainSubstring(`"timers":[{"name":"upload_scan ` + o.MessageID + `","due":"2026-03-02T09:15:03.459Z"}]`))
		w.advance(time.Hour)
		status, _ := w.statusOf(o)
		Expect(status).To(Equal("Success"))
	})

	It("is forgotten with its movement, and by a reset, with the file", func() {
		w := newWorld()
		o, other := w.offered(departures), w.offered(departures)
		w.upload(o, "x.xml", declaration("LRN-0001"))
		w.upload(other, "x.xml", declaration("LRN-0002"))
		files := func() int {
			found, err := os.ReadDir(w.uploads)
			Expect(err).NotTo(HaveOccurred())
			return len(found)
		}
		Expect(files()).To(Equal(2))
		Expect(w.do("DELETE", "/simulator/v1/movements/"+o.DepartureID, "").Status).To(Equal(204))
		Expect(files()).To(Equal(1))
		Expect(w.do("POST", "/simulator/v1/reset", "").Status).To(Equal(204))
		Expect(files()).To(BeZero())
		Expect(w.send(append(other.form(), piece{"file", "x.xml", "x"})...).Status).To(Equal(403))
		Expect(w.store.Check()).To(Succeed())
	})

	It("leaves nothing behind when the connection is cut, and can be sent again", func() {
		w := newWorld()
		o := w.offered(departures)
		contentType, body := encoded(append(o.form(), piece{"file", "x.xml", declaration("LRN-0001")})...)
		r, err := http.NewRequest("POST", w.url+"/upscan/upload-proxy", io.MultiReader(bytes.NewReader(body[:len(body)-100]), failing{}))
		Expect(err).NotTo(HaveOccurred())
		r.Header.Set("Content-Type", contentType)
		_, err = w.client.Do(r)
		Expect(err).To(HaveOccurred())
		Eventually(func() ([]os.DirEntry, error) { return os.ReadDir(w.uploads) }).Should(BeEmpty())
		w.upload(o, "x.xml", declaration("LRN-0001"))
	})
})

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
