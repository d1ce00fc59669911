package traffic_test

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
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/traffic"
)

// read gives all exchanges of a recording, and the error at its end.
func read(text string) (list []traffic.Exchange, failure error) {
	for x, err := range traffic.Read(strings.NewReader(text), nil) {
		if err != nil {
			return list, err
		}
		list = append(list, x)
	}
	return list, nil
}

func all(text string) []traffic.Exchange {
	GinkgoHelper()
	list, err := read(text)
	Expect(err).NotTo(HaveOccurred())
	return list
}

// har is a HAR file with entries.
func har(entries ...string) string {
	return `{"log":{"version":"1.2","pages":[{"a":[1,{}]}],"entries":[` + strings.Join(entries, ",") + `],"comment":"x"}}`
}

func entry(at, path, answer string) string {
	return fmt.Sprintf(`{"startedDateTime":%q,"time":12.5,"request":{"method":"post","url":"https://api.example.com%s","headers":[{"name":":path","value":"/"},
		{"name":"accept","value":"application/json"}],"postData":{"mimeType":"application/xml","text":"<a/>"}},"response":{"status":200,"content":%s}}`, at, path, answer)
}

var _ = Describe("Reading a HAR file", func() {
	It("gives requests and answers with their headers, bodies and times", func() {
		x := all(har(entry("2026-03-02T09:15:00.500+01:00", "/x?a=b", `{"mimeType":"application/json","text":"{}"}`)))
		Expect(x).To(HaveLen(1))
		Expect(x[0].Method).To(Equal("POST"))
		Expect(x[0].URL.String()).To(Equal("https://api.example.com/x?a=b"))
		Expect(x[0].Started).To(Equal(time.Date(2026, 3, 2, 8, 15, 0, 5e8, time.UTC)))
		Expect(x[0].Took).To(Equal(12500 * time.Microsecond))
		Expect(x[0].Sent.Header).To(Equal(http.Header{"Accept": {"application/json"}, "Content-Type": {"application/xml"}}))
		Expect(string(x[0].Sent.Body)).To(Equal("<a/>"))
		Expect(x[0].Answered.Header.Get("Content-Type")).To(Equal("application/json"))
		Expect(string(x[0].Answered.Body)).To(Equal("{}"))
	})

	It("puts exchanges into the order of their times, which tools write when they are over", func() {
		x := all(har(entry("2026-03-02T09:15:05Z", "/2", "{}"), entry("2026-03-02T09:15:00Z", "/1", "{}"), entry("2026-03-02T09:15:05Z", "/3", "{}")))
		Expect([]string{x[0].URL.Path, x[1].URL.Path, x[2].URL.Path}).To(Equal([]string{"/1", "/2", "/3"}))
		Expect(x[0].Number).To(Equal(2), "the number is that of the place in the file")
	})

	It("reads base64 and gzip, and says why a body is not there", func() {
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		_, err := z.Write([]byte("<b/>"))
		Expect(errors.Join(err, z.Close())).To(Succeed())
		x := all(har(
			entry("", "/1", `{"encoding":"base64","text":"`+base64.StdEncoding.EncodeToString([]byte("plain"))+`"}`),
			entry("", "/2", `{"encoding":"base64","text":"`+base64.StdEncoding.EncodeToString(zipped.Bytes())+`"}`),
			entry("", "/3", `{"encoding":"base64","text":"%%%"}`),
			entry("", "/4", `{"size":700}`),
			entry("", "/5", `{"size":0}`),
			entry("", "/6", `{"encoding":"base64","text":"`+base64.StdEncoding.EncodeToString(zipped.Bytes()[:12])+`"}`),
		))
		Expect(string(x[0].Answered.Body)).To(Equal("plain"))
		Expect(string(x[1].Answered.Body)).To(Equal("<b/>"))
		Expect(x[2].Answered.Left).To(ContainSubstring("base64"))
		Expect(x[3].Answered.Left).To(Equal("the recording does not have it; hint: record with bodies"))
		Expect(x[4].Answered.Left).To(BeEmpty())
		Expect(x[5].Answered.Left).To(ContainSubstring("gzip"))
	})

	It("gives everything before the place where a file ends in the middle, and says that it does", func() {
		text := har(entry("", "/1", "{}"), entry("", "/2", "{}"))
		list, err := read(text[:strings.Index(text, "/2")])
		Expect(list).To(HaveLen(1))
		var cut *traffic.CutError
		Expect(errors.As(err, &cut)).To(BeTrue())
		Expect(cut.After).To(Equal(1))
	})

	DescribeTable("says what is wrong with",
		func(text, problem string) {
			_, err := read(text)
			Expect(err).To(MatchError(ContainSubstring(problem)))
		},
		Entry("an empty file", "", "neither a HAR file nor a collection"),
		Entry("another file", `{"swagger":"2.0"}`, "neither a HAR file nor a collection"),
		Entry("XML", `<html/>`, "neither a HAR file nor a collection"),
		Entry("a Postman environment", `{"id":"1","name":"test","values":[]}`, "give it with --environment"),
		Entry("Insomnia's own format", `{"_type":"export","resources":[]}`, "hint: export it as HAR"),
		Entry("UTF-16", "{\x00\"\x00l\x00", "saved as UTF-16"),
		Entry("a log without entries", `{"log":{"version":"1.2"}}`, "no entries"),
		Entry("entries that are not a list", `{"log":{"entries":{}}}`, "no list of entries"),
		Entry("an entry of another shape", har(`{"request":7}`), "line 1, request 1 is not as HAR 1.2 has it"),
		Entry("a URL that is none", har(`{"request":{"method":"GET","url":"nowhere"}}`), "is not a URL"),
		Entry("what is not JSON", har(`{"request":nonsense}`), "line 1, request 1 is not JSON"),
		Entry("a collection of another shape", `{"item":[{"request":{"url":7}}]}`, "as Postman writes it"),
		Entry("a collection that ends in the middle", `{"item":[{"request"`, "is not JSON"),
	)

	It("reads a file of any size bit by bit", func() {
		const entries = 500
		one := entry("2026-03-02T09:15:00Z", "/large", `{"text":"`+strings.Repeat("x", 20_000)+`"}`)
		pieces := []io.Reader{strings.NewReader(`{"log":{"entries":[` + one)}
		for range entries - 1 {
			pieces = append(pieces, strings.NewReader(","), strings.NewReader(one))
		}
		pieces = append(pieces, strings.NewReader("]}}"))
		n := 0
		for _, err := range traffic.Read(once{io.MultiReader(pieces...)}, nil) {
			Expect(err).NotTo(HaveOccurred())
			n++
		}
		Expect(n).To(Equal(entries))
	})

	It("leaves out a body that is longer than the memory, and reads on", func() {
		const long = 100 << 20
		entries := []io.Reader{
			strings.NewReader("{\"log\":{\"entries\":[\n" + entry("", "/1", "{}") + ",\n"),
			strings.NewReader(`{"request":{"method":"POST","url":"https://a/2","postData":{"text":"`), &repeated{'x', long}, strings.NewReader(`"}},"response":{"status":413}},` + "\n"),
			strings.NewReader(`{"request":{"url":"https://a/3"},"response":{"status":200,"content":{"text":"`), &repeated{'\\', long}, strings.NewReader(`"}}}` + "\n]}}"),
		}
		var list []traffic.Exchange
		before := allocated()
		for x, err := range traffic.Read(once{io.MultiReader(entries...)}, nil) {
			Expect(err).NotTo(HaveOccurred())
			list = append(list, x)
		}
		Expect(allocated()-before).To(BeNumerically("<", 2*long), "neither was ever held as a whole")
		Expect(list).To(HaveLen(3))
		Expect([]int{list[0].Line, list[1].Line, list[2].Line}).To(Equal([]int{2, 4, 5}), "the first takes two lines")
		Expect(list[1].Sent.Left).To(Equal("it has more than 24 MB, and is not read"))
		Expect(list[1].Sent.Body).To(BeEmpty())
		Expect(list[2].Answered.Left).To(Equal("it has more than 24 MB, and is not read"))
	})

	It("refuses one request that takes all of the memory", func() {
		endless := once{io.MultiReader(strings.NewReader(`{"log":{"entries":[{"_own":`), &repeated{'1', traffic.MostEntry + 1})}
		var failure error
		for _, err := range traffic.Read(endless, nil) {
			failure = err
		}
		Expect(failure).To(MatchError(ContainSubstring("takes more than 64 MB")))
	})
})

// allocated is how many bytes were taken of the heap until now, freed ones among them.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// once is a reader that cannot go back.
type once struct{ io.Reader }

func (once) Seek(int64, int) (int64, error) { return 0, nil }

// repeated is a long text.
type repeated struct {
	of   byte
	left int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := min(len(p), r.left)
	for i := range n {
		p[i] = r.of
	}
	if r.left -= n; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

var _ = Describe("Reading a collection", func() {
	It("takes Postman's saved examples, with variables and the token of the collection", func() {
		x := all(`{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
			"variable":[{"key":"host","value":"https://api.example.com"},{"key":"token","value":"abc"}],
			"auth":{"type":"bearer","bearer":[{"key":"token","value":"{{token}}"}]},
			"item":[{"name":"Departures","item":[
				{"name":"create","request":{"method":"POST","url":{"raw":"{{host}}/departures"},"header":[{"key":"Accept","value":"a/b"},{"key":"X","value":"1","disabled":true}],"body":{"mode":"raw","raw":"<a/>"}},
				 "response":[{"name":"accepted","code":202,"header":[{"key":"Content-Type","value":"application/json"}],"body":"{}","responseTime":15}]},
				{"name":"list","request":{"url":"{{unknown}}/departures?page=1"},"response":[]}]}]}`)
		Expect(x).To(HaveLen(2))
		Expect(x[0].Name).To(Equal("Departures / create / accepted"))
		Expect(x[0].URL.String()).To(Equal("https://api.example.com/departures"))
		Expect(x[0].Sent.Header).To(Equal(http.Header{"Accept": {"a/b"}, "Authorization": {"Bearer abc"}}))
		Expect(string(x[0].Sent.Body)).To(Equal("<a/>"))
		Expect(x[0].Status).To(Equal(202))
		Expect(string(x[0].Answered.Body)).To(Equal("{}"))
		Expect(x[1].URL.RequestURI()).To(Equal("/departures?page=1"))
		Expect(x[1].Method).To(Equal("GET"))
		Expect(x[1].Status).To(BeZero())
	})

	It("takes the examples of Bruno's exports", func() {
		x := all(`{"name":"c","version":"1","environments":[{"variables":[{"name":"host","value":"https://api.example.com","enabled":true}]}],
			"items":[{"type":"folder","name":"D","items":[{"type":"http","name":"create","request":{"url":"{{host}}/d","method":"POST",
			"headers":[{"name":"Accept","value":"a/b","enabled":true},{"name":"X","value":"1","enabled":false}],"auth":{"mode":"bearer","bearer":{"token":"abc"}},
			"body":{"mode":"xml","xml":"<a/>"}},"examples":[{"name":"ok","response":{"status":"202","headers":[{"name":"content-type","value":"application/json"}],"body":{"type":"json","content":"{}"}}}]}]}]}`)
		Expect(x).To(HaveLen(1))
		Expect(x[0].Name).To(Equal("D / create / ok"))
		Expect(x[0].Sent.Header).To(Equal(http.Header{"Accept": {"a/b"}, "Content-Type": {"application/xml"}, "Authorization": {"Bearer abc"}}))
		Expect(string(x[0].Sent.Body)).To(Equal("<a/>"))
		Expect(x[0].Status).To(Equal(202))
		Expect(string(x[0].Answered.Body)).To(Equal("{}"))
	})
})

var _ = Describe("Writing a HAR file", func() {
	var file string
	example := func(path string, body string) traffic.Exchange {
		u, err := url.Parse("https://api.example.com" + path)
		Expect(err).NotTo(HaveOccurred())
		return traffic.Exchange{
			Started: time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC), Took: time.Second, Method: "POST", URL: u, Status: 202,
			Sent:     traffic.Content{Header: http.Header{"Accept": {"a/b"}}, Body: []byte("<a/>")},
			Answered: traffic.Content{Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)},
		}
	}
	BeforeEach(func() { file = filepath.Join(GinkgoT().TempDir(), "x.har") })
	content := func() string {
		text, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		return string(text)
	}

	It("leaves a file that is whole after each exchange, and reads back what was written", func() {
		w, err := traffic.Create(file, "1")
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Valid([]byte(content()))).To(BeTrue())
		for i := range 3 {
			Expect(w.Add(example(fmt.Sprintf("/%d?q=%%20", i), "\xff<>&"))).To(Succeed())
			Expect(json.Valid([]byte(content()))).To(BeTrue())
			Expect(all(content())).To(HaveLen(i + 1))
		}
		Expect(w.Close()).To(Succeed())
		x := all(content())[2]
		Expect(x.Line).To(Equal(4), "each stands in a line of its own")
		x.Number, x.Line = 0, 0
		want := example("/2?q=%20", "\xff<>&")
		Expect(x).To(Equal(want))
	})

	It("goes on with a file that is there, and with one that was cut off", func() {
		w, err := traffic.Create(file, "1")
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Add(example("/1", "{}"))).To(Succeed())
		Expect(w.Add(example("/2", "{}"))).To(Succeed())
		Expect(w.Close()).To(Succeed())
		Expect(os.Truncate(file, int64(len(content())-40))).To(Succeed())

		w, err = traffic.Create(file, "1")
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Count()).To(Equal(1))
		Expect(w.Add(example("/3", "{}"))).To(Succeed())
		Expect(w.Close()).To(Succeed())
		list := all(content())
		Expect(list).To(HaveLen(2))
		Expect(list[1].URL.Path).To(Equal("/3"))
	})

	It("leaves files alone that are something else", func() {
		for _, text := range []string{"hello", `{"a":1}`, har(entry("", "/1", "{}"))} {
			Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
			_, err := traffic.Create(file, "1")
			Expect(err).To(MatchError(ContainSubstring("hint: name another file")))
			Expect(content()).To(Equal(text))
		}
	})
})

func FuzzRead(f *testing.F) {
	f.Add(har(entry("2026-03-02T09:15:05Z", "/2", `{"encoding":"base64","text":"aGVsbG8="}`)))
	f.Add(`{"item":[{"name":"a","request":{"url":"{{a}}/b","header":[]},"response":[{"code":200}]}],"variable":[{"key":"a","value":"{{a}}x"}]}`)
	f.Add(`{"items":[{"request":{"url":"http://a/b"},"examples":[{"response":{"status":200,"body":"x"}}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		for x, err := range traffic.Read(strings.NewReader(text), nil) {
			if err != nil {
				continue
			}
			n++
			if x.URL == nil || x.Sent.Header == nil || x.Number == 0 {
				t.Fatalf("exchange %d lacks something: %+v", n, x)
			}
		}
	})
}
