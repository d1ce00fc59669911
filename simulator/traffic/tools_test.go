package traffic_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/traffic"
)

func compressed(text string, with func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	z := with(&b)
	_, err := z.Write([]byte(text))
	Expect(errors.Join(err, z.Close())).To(Succeed())
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func withGzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func withZlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

var _ = Describe("A HAR file as tools write it", func() {
	It("is read from Chrome, also one without cookies and tokens", func() {
		x := all("\ufeff" + `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[{"startedDateTime":"2026-03-02T09:15:00.100Z","id":"page_1","title":"t","pageTimings":{"onContentLoad":null,"onLoad":12.5}}],
"entries":[{"_connectionId":"88","_initiator":{"type":"script","stack":{"callFrames":[{"functionName":"","lineNumber":1}]}},"_priority":"High","_resourceType":"fetch","cache":{},"connection":"443","pageref":"page_1",
"request":{"method":"POST","url":"https://api.example.com/departures?q=1","httpVersion":"h2","headers":[{"name":":authority","value":"api.example.com"},{"name":":method","value":"POST"},{"name":"accept","value":"a/b"}],
"queryString":[{"name":"q","value":"1"}],"cookies":[],"headersSize":-1,"bodySize":4,"postData":{"mimeType":"application/xml","text":"<a/>"}},
"response":{"status":202,"statusText":"","httpVersion":"h2","headers":[{"name":"content-type","value":"application/json"}],"cookies":[],"content":{"size":2,"mimeType":"application/json","text":"e30=","encoding":"base64"},"redirectURL":"","headersSize":-1,"bodySize":-1,"_transferSize":89,"_error":null,"_fetchedViaServiceWorker":false},
"serverIPAddress":"10.0.0.1","startedDateTime":"2026-03-02T09:15:00.250Z","time":33.75,"timings":{"blocked":1.2,"dns":-1,"ssl":-1,"connect":-1,"send":0.1,"wait":30,"receive":2,"_blocked_queueing":1}},
{"request":{"method":"GET","url":"blob:https://api.example.com/1","headers":[]},"response":{"status":0,"_error":"net::ERR_ABORTED","content":{"size":0,"mimeType":"x-unknown"}},"startedDateTime":"2026-03-02T09:15:01.250Z","time":null},
{"request":{"method":"GET","url":"data:image/png;base64,AA","headers":[]},"response":{"status":200,"content":{"size":0}},"startedDateTime":"2026-03-02T09:15:02Z","time":-1}]}}`)
		Expect(x).To(HaveLen(3))
		Expect(x[0].Sent.Header).To(Equal(http.Header{"Accept": {"a/b"}, "Content-Type": {"application/xml"}}))
		Expect(string(x[0].Answered.Body)).To(Equal("{}"))
		Expect(x[0].Took).To(Equal(33750 * time.Microsecond))
		Expect([]int{x[0].Line, x[1].Line, x[2].Line}).To(Equal([]int{2, 7, 8}))
		Expect(x[1].Status).To(BeZero())
		Expect(x[2].URL.Scheme).To(Equal("data"))
	})

	It("is read from Firefox, with the times of a zone and remarks where bodies are left out", func() {
		x := all(`{"log":{"version":"1.2","creator":{"name":"Firefox","version":"130.0"},"browser":{"name":"Firefox","version":"130.0"},"pages":[],
"entries":[{"startedDateTime":"2026-03-02T10:15:00.250+01:00","request":{"bodySize":4,"method":"POST","url":"https://api.example.com/d","httpVersion":"HTTP/2","headers":[{"name":"Host","value":"api.example.com"}],"cookies":[],"queryString":[],"headersSize":390,"postData":{"mimeType":"application/xml","params":[],"text":"<a/>"}},
"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/2","headers":[],"cookies":[],"content":{"mimeType":"application/json; charset=utf-8","size":12,"comment":"Response bodies are not included."},"redirectURL":"","headersSize":10,"bodySize":22},"cache":{},"timings":{"blocked":0,"dns":0,"connect":0,"ssl":0,"send":0,"wait":7,"receive":0},"time":7,"_securityState":"secure"},
{"startedDateTime":"2026-03-02T10:15:01.250+0100","request":{"bodySize":9,"method":"POST","url":"https://api.example.com/d","headers":[],"postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a","value":"b c"}],"text":""}},"response":{"status":200,"content":{}}}]}}`)
		Expect(x[0].Started).To(Equal(time.Date(2026, 3, 2, 9, 15, 0, 25e7, time.UTC)))
		Expect(x[0].Answered.Left).To(Equal("Response bodies are not included."))
		Expect(string(x[1].Sent.Body)).To(Equal("a=b+c"))
		Expect(x[1].Started).To(Equal(time.Date(2026, 3, 2, 9, 15, 1, 25e7, time.UTC)))
	})

	It("is read from Insomnia and Fiddler, which say in a comment what a request is called", func() {
		x := all(`{"log":{"version":"1.2","creator":{"name":"Insomnia REST Client","version":"insomnia.desktop.app:v9"},"entries":[{"startedDateTime":"2026-03-02T09:15:00.000Z","time":12,
"request":{"method":"GET","url":"https://api.example.com/d","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"queryString":[],"postData":{"mimeType":"","text":""},"headersSize":-1,"bodySize":-1,"settingEncodeUrl":true},
"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","cookies":[],"headers":[],"content":{"size":2,"mimeType":"application/json","text":"{}"},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"blocked":-1,"dns":-1,"connect":-1,"send":0,"wait":12,"receive":0,"ssl":-1},"comment":"Departures\nall"},
{"startedDateTime":"2026-03-02T10:15:00.5000000+01:00","time":"12","request":{"method":"CONNECT","url":"https://api.example.com:443","bodySize":"0"},"response":{"status":"200","content":{"size":null}},"comment":"[#2]"}]}}`)
		Expect(x[0].Name).To(Equal("Departures"))
		Expect(x[0].Sent.Left).To(BeEmpty())
		Expect(x[1].Name).To(Equal("[#2]"))
		Expect(x[1].Status).To(Equal(200))
	})

	It("is read from Charles and mitmproxy, with bodies that are still compressed", func() {
		x := all(har(
			`{"startedDateTime":"2026-03-02T09:15:00.123456+00:00","request":{"url":"https://a/1"},"response":{"status":200,"headers":[{"name":"content-encoding","value":"gzip"}],"content":{"encoding":"base64","size":4,"compression":-24,"text":"`+compressed("<b/>", withGzip)+`"}}}`,
			`{"startedDateTime":"2026-03-02T09:15:01Z","_charlesStatus":"COMPLETE","request":{"url":"https://a/2"},"response":{"status":200,"headers":[{"name":"Content-Encoding","value":"deflate"}],"content":{"encoding":"base64","text":"`+compressed("<c/>", withZlib)+`"}}}`,
			`{"startedDateTime":"2026-03-02T09:15:02Z","request":{"url":"https://a/3"},"response":{"status":200,"headers":[{"name":"Content-Encoding","value":"br"}],"content":{"encoding":"base64","text":"iwGAPGIvPgM="}}}`,
			`{"startedDateTime":"2026-03-02T09:15:03Z","request":{"url":"https://a/4"},"response":{"status":200,"headers":[{"name":"Content-Encoding","value":"br"}],"content":{"text":"<d/>"}}}`,
		))
		Expect(string(x[0].Answered.Body)).To(Equal("<b/>"))
		Expect(string(x[1].Answered.Body)).To(Equal("<c/>"))
		Expect(x[2].Answered.Left).To(Equal(`it is compressed by "br", which is not read; hint: record without it, or through nctsim proxy`))
		Expect(string(x[3].Answered.Body)).To(Equal("<d/>"), "it was written as plain text")
	})

	It("is read from Playwright, and says which file has the body", func() {
		x := all(har(`{"_frameref":"f","_monotonicTime":1.5,"startedDateTime":"2026-03-02T09:15:00Z","request":{"url":"https://a/1","bodySize":9,"postData":{"mimeType":"application/xml","params":[],"_file":"3f.xml"}},"response":{"status":200,"content":{"size":-1,"mimeType":"x","_file":"4a.json"},"_transferSize":-1}}`))
		Expect(x[0].Sent.Left).To(ContainSubstring(`the file "3f.xml"; hint: let the tool write bodies into the recording`))
		Expect(x[0].Answered.Left).To(ContainSubstring("4a.json"))
	})
})

var _ = Describe("A collection as Postman writes it", func() {
	It("has auth by folders, paths in parts, variables in paths, bodies of several sorts", func() {
		x := all(`{"info":{"name":"c","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
"auth":{"type":"bearer","bearer":[{"key":"token","value":"outer","type":"string"}]},
"variable":[{"key":"base","value":"https://api.example.com"},{"key":"off","value":"x","disabled":true}],
"item":[{"name":"F","auth":{"type":"bearer","bearer":[{"key":"token","value":"{{t}}","type":"string"}]},"item":[
 {"name":"parts","request":{"method":"GET","header":[],"url":{"protocol":"https","host":["api","example","com"],"port":"8443","path":["departures",":id","messages"],"query":[{"key":"page","value":"1"},{"key":"count","value":"2","disabled":true}],"variable":[{"key":"id","value":"0123456789abcdef"}]}},"response":[]},
 {"name":"form","request":{"auth":{"type":"noauth"},"method":"POST","header":[],"body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"b","type":"text"},{"key":"c","value":"d","disabled":true}]},"url":{"raw":"{{base}}/token"}},"response":[]},
 {"name":"file","request":{"method":"POST","header":[],"body":{"mode":"file","file":{"src":"/tmp/x.xml"}},"url":"{{base}}/departures"},"response":[]},
 {"name":"formdata","request":{"method":"POST","body":{"mode":"formdata","formdata":[{"key":"f","type":"file","src":["a"]}]},"url":"{{base}}/departures"},"response":[]},
 {"name":"raw","request":{"method":"POST","header":[],"body":{"mode":"raw","raw":"<a>{{$guid}}</a>","options":{"raw":{"language":"xml"}}},"url":"{{base}}/departures/{{departureId}}"},
  "response":[{"id":"1","name":"saved","originalRequest":{"method":"POST","header":[],"body":{"mode":"raw","raw":"<b/>"},"url":{"raw":"{{base}}/departures/7"}},"status":"Accepted","code":202,"_postman_previewlanguage":"json","header":[{"key":"Content-Type","value":"application/json"}],"cookie":[],"responseTime":null,"body":"{}"}]}
 ]},
 {"name":"open","request":{"method":"GET","header":[{"key":"Authorization","value":"Bearer {{nowhere}}"}],"url":{"raw":"{{base}}/departures/{{departureId}}/messages/:messageId","variable":[{"key":"messageId","value":""}]}}},
 {"name":"alone","request":"https://api.example.com/hello"}]}`)
		Expect(x).To(HaveLen(7))
		Expect(x[0].URL.String()).To(Equal("https://api.example.com:8443/departures/0123456789abcdef/messages?page=1"))
		Expect(x[0].Sent.Header.Get("Authorization")).To(Equal("Bearer {{t}}"))
		Expect(x[0].Open).To(BeEmpty(), "a token stands for some trader without a value, too")
		Expect(string(x[1].Sent.Body)).To(Equal("a=b"))
		Expect(x[1].Sent.Header).To(Equal(http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}))
		Expect(x[2].Sent.Left).To(ContainSubstring("it is in a file (body file)"))
		Expect(x[3].Sent.Left).To(ContainSubstring("it is in a file (body formdata)"))
		Expect(x[4].Name).To(Equal("F / raw / saved"))
		Expect(x[4].URL.Path).To(Equal("/departures/7"))
		Expect(x[4].Status).To(Equal(202))
		Expect(x[5].Open).To(Equal([]string{"departureId", ":messageId"}))
		Expect(x[6].URL.Path).To(Equal("/hello"))
	})

	It("has its settings of authorisation in an object in version 2.0, and takes the values of an environment", func() {
		v, err := traffic.ReadVariables(strings.NewReader(`{"id":"1","name":"test","values":[{"key":"base","value":"https://other.example.com","enabled":true},{"key":"id","value":"9","enabled":false}],"_postman_variable_scope":"environment"}`))
		Expect(err).NotTo(HaveOccurred())
		var x []traffic.Exchange
		for e, err := range traffic.Read(strings.NewReader(`{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.0.0/collection.json"},"auth":{"type":"bearer","bearer":{"token":"abc"}},
			"variables":[],"variable":[{"id":"base","value":"https://api.example.com"}],"item":[{"name":"a","request":{"url":"{{base}}/d/{{id}}","method":"GET","header":"Accept: a/b","body":{}}}]}`), v) {
			Expect(err).NotTo(HaveOccurred())
			x = append(x, e)
		}
		Expect(x[0].URL.Host).To(Equal("other.example.com"))
		Expect(x[0].Sent.Header.Get("Authorization")).To(Equal("Bearer abc"))
		Expect(x[0].Open).To(Equal([]string{"id"}))
	})

	It("says where it is not JSON", func() {
		_, err := read("{\"item\":[\n  {\"name\":\"é\", oops}]}")
		Expect(err).To(MatchError(ContainSubstring("line 2, column 16: the collection is not JSON")))
	})
})

// bruno is a collection in a folder.
func bruno(change map[string]string) fstest.MapFS {
	folder := fstest.MapFS{}
	for name, text := range map[string]string{
		"bruno.json":               `{"version":"1","name":"c","type":"collection"}`,
		"collection.bru":           "headers {\n  Accept: application/vnd.hmrc.2.1+json\n}\n\nauth {\n  mode: bearer\n}\n\nauth:bearer {\n  token: {{token}}\n}\n",
		"environments/Sandbox.bru": "vars {\n  host: https://api.example.com\n  ~old: x\n}\nvars:secret [\n  token\n]\n",
		"Departures/folder.bru":    "meta {\n  name: Departures\n  seq: 2\n}\n",
		"Departures/list.bru": "meta {\n  name: list\n  type: http\n  seq: 2\n}\n\nget {\n  url: {{host}}/departures/:id?page=1\n  body: none\n  auth: inherit\n}\n\n" +
			"params:query {\n  page: 1\n  ~count: 2\n}\n\nparams:path {\n  id: 7\n}\n\nheaders {\n  ~X: 1\n}\n",
		"Departures/create.bru": "meta {\r\n  name: create\r\n  type: http\r\n  seq: 1\r\n}\r\n\r\npost {\r\n  url: {{host}}/departures\r\n  body: xml\r\n  auth: inherit\r\n}\r\n\r\n" +
			"body:xml {\r\n  <a>\r\n    <b/>\r\n  </a>\r\n}\r\n\r\ntests {\r\n  test(\"x\", function() {\r\n  });\r\n}\r\n\r\n" +
			"example {\r\n  name: accepted\r\n  description: as it was\r\n\r\n  request: {\r\n    url: {{host}}/departures\r\n    method: post\r\n    mode: xml\r\n    headers: {\r\n      Accept: a/b\r\n    }\r\n\r\n" +
			"    body:xml: {\r\n      <c/>\r\n    }\r\n  }\r\n\r\n  response: {\r\n    headers: {\r\n      Content-Type: application/json\r\n    }\r\n\r\n    status: {\r\n      code: 202\r\n      text: Accepted\r\n    }\r\n\r\n" +
			"    body: {\r\n      type: json\r\n      content: '''\r\n        {\r\n          \"a\": 1\r\n        }\r\n      '''\r\n    }\r\n  }\r\n}\r\n",
		"one.bru": "meta {\n  name: one\n  type: http\n  seq: 1\n}\n\npost {\n  url: {{host}}/upload\n  body: multipartForm\n  auth: none\n}\n",
	} {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range change {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func folder(fsys fs.FS, v traffic.Variables) (list []traffic.Exchange, failure error) {
	for x, err := range traffic.ReadFolder(fsys, v) {
		if err != nil {
			return list, err
		}
		list = append(list, x)
	}
	return list, nil
}

var _ = Describe("A collection of Bruno in a folder", func() {
	It("is read with its folders, environments, headers for all, examples", func() {
		x, err := folder(bruno(nil), nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(x).To(HaveLen(3))
		Expect(x[0].Name).To(Equal("Departures / create / accepted"))
		Expect([]any{x[0].File, x[0].Line, x[0].Method, x[0].Status}).To(Equal([]any{"Departures/create.bru", 7, "POST", 202}))
		Expect(x[0].Sent.Header).To(Equal(http.Header{"Accept": {"a/b"}, "Content-Type": {"application/xml"}, "Authorization": {"Bearer {{token}}"}}))
		Expect(string(x[0].Sent.Body)).To(Equal("<c/>"))
		Expect(string(x[0].Answered.Body)).To(MatchJSON(`{"a":1}`))
		Expect(x[1].URL.String()).To(Equal("https://api.example.com/departures/7?page=1"))
		Expect(x[1].Sent.Header.Get("Accept")).To(Equal("application/vnd.hmrc.2.1+json"))
		Expect(x[1].Open).To(BeEmpty())
		Expect(x[2].Sent.Left).To(ContainSubstring("paste the message as an XML or JSON body"))
	})

	It("takes the values of an environment that is named", func() {
		v, err := traffic.ReadVariables(strings.NewReader("vars {\n  host: https://second.example.com\n}\n"))
		Expect(err).NotTo(HaveOccurred())
		x, err := folder(bruno(nil), v)
		Expect(err).NotTo(HaveOccurred())
		Expect(x[0].URL.Host).To(Equal("second.example.com"))
	})

	DescribeTable("says with file and line what is wrong with",
		func(change map[string]string, problem string) {
			_, err := folder(bruno(change), nil)
			Expect(err).To(MatchError(ContainSubstring(problem)))
		},
		Entry("a file that is something else", map[string]string{"x.bru": "meta {\n}\nhello\n"}, `x.bru: line 3: "hello" is not the beginning of a block; hint:`),
		Entry("a block that does not end", map[string]string{"Departures/x.bru": "meta {\n  name: x\n}\nget {\n  url: x\n"}, "Departures/x.bru: line 4: the block get does not end; hint:"),
		Entry("a request without a URL", map[string]string{"x.bru": "meta {\n  name: x\n}\nget {\n}\n"}, `is not a URL`),
		Entry("UTF-16", map[string]string{"x.bru": "m\x00e\x00"}, "x.bru: the file is saved as UTF-16"),
	)

	It("is told from folders that are something else", func() {
		_, err := folder(fstest.MapFS{}, nil)
		Expect(err).To(MatchError(ContainSubstring("it has no bruno.json")))
		_, err = folder(fstest.MapFS{"opencollection.yml": {}}, nil)
		Expect(err).To(MatchError(ContainSubstring("hint: export it as one file (JSON)")))
	})
})

func FuzzReadFolder(f *testing.F) {
	for _, file := range bruno(nil) {
		f.Add(string(file.Data))
	}
	f.Add("meta {\n  name: a\n}\nget {\n  url: {{a}}/:b\n}\nexample {\n  name: x\n  request: {\n    url: y\n  }\n}\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"x.bru", "F/folder.bru", "collection.bru", "environments/e.bru"} {
			for x, err := range traffic.ReadFolder(bruno(map[string]string{name: text, "F/y.bru": "get {\n  url: http://a/b\n}\n"}), nil) {
				if err == nil && (x.URL == nil || x.Sent.Header == nil || x.Number == 0 || x.Method == "") {
					t.Fatalf("%s: an exchange lacks something: %+v", name, x)
				}
			}
		}
		if v, err := traffic.ReadVariables(strings.NewReader(text)); err == nil && v == nil {
			t.Fatal("neither variables nor an error")
		}
	})
}
