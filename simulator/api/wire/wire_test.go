package wire_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/api/wire"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest/suite"
)

func TestWire(t *testing.T) {
	suite.Run(t, "Wire")
}

var _ = Describe("JSON", func() {
	It("keeps the order of the calls, is compact, and writes nulls", func() {
		var j wire.JSON
		j.Object("").String("b", "1").Null("a").Array("list")
		j.Object("").EndObject().Object("").Int("n", -7).EndObject().String("", "x")
		j.EndArray().Link("self", "/p?a=1&b=2").StringOrNull("e", "").StringOrNull("f", "g").EndObject()
		Expect(string(j.Bytes())).To(Equal(`{"b":"1","a":null,"list":[{},{"n":-7},"x"],"self":{"href":"/p?a=1&b=2"},"e":null,"f":"g"}`))
	})

	It("writes numbers as they are given", func() {
		var j wire.JSON
		j.Object("").Number("balance", "12345678.9").Number("n", "0").EndObject()
		Expect(string(j.Bytes())).To(Equal(`{"balance":12345678.9,"n":0}`))
	})

	It("does not escape what only HTML gives a meaning to", func() {
		var j wire.JSON
		j.String("", "<a href='/b'>&amp;</a> \u2028é")
		Expect(string(j.Bytes())).To(Equal("\"<a href='/b'>&amp;</a> \u2028é\""))
	})

	It("escapes quotes, backslashes and control characters, in strings and in bytes", func() {
		for _, j := range []*wire.JSON{
			new(wire.JSON).String("", "\"\\\n\r\t\b\f\x01\x1f"),
			new(wire.JSON).StringBytes("", []byte("\"\\\n\r\t\b\f\x01\x1f")),
		} {
			Expect(string(j.Bytes())).To(Equal(`"\"\\\n\r\t\b\f\u0001\u001F"`))
		}
	})

	It("replaces bytes that are no UTF-8", func() {
		Expect(string(new(wire.JSON).String("", "a\xffb\xe2\x82").Bytes())).To(Equal("\"a\uFFFDb\uFFFD\uFFFD\""))
	})
})

func TestAnyStringSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		var back string
		if err := json.Unmarshal(new(wire.JSON).String("", value).Bytes(), &back); err != nil {
			t.Fatalf("%q became unreadable: %v", value, err)
		}
		if back != value {
			t.Fatalf("%q became %q", value, back)
		}
	})
}

var _ = Describe("Response", func() {
	serve := func(r wire.Response) *http.Response {
		GinkgoHelper()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { r.Write(w) }))
		DeferCleanup(server.Close)
		response, err := server.Client().Get(server.URL)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(response.Body.Close)
		return response
	}

	It("has a Content-Length and a bare media type", func() {
		response := serve(wire.OfJSON(http.StatusAccepted, []byte("{}")))
		Expect(response.StatusCode).To(Equal(http.StatusAccepted))
		Expect(response.ContentLength).To(Equal(int64(2)))
		Expect(response.TransferEncoding).To(BeEmpty())
		Expect(response.Header.Values("Content-Type")).To(Equal([]string{"application/json"}))
	})

	DescribeTable("is chunked when told so, long or short:",
		func(size int) {
			response := serve(wire.Response{Status: 200, Type: wire.TypeXML, Body: []byte(strings.Repeat("x", size)), Chunked: true})
			Expect(response.TransferEncoding).To(Equal([]string{"chunked"}))
			Expect(response.ContentLength).To(Equal(int64(-1)))
			body, err := io.ReadAll(response.Body)
			Expect(err).NotTo(HaveOccurred())
			Expect(body).To(HaveLen(size))
		},
		Entry("3 bytes", 3), Entry("100,000 bytes", 100_000))

	It("can be empty", func() {
		response := serve(wire.Empty(http.StatusUnauthorized))
		Expect(response.ContentLength).To(BeZero())
		Expect(response.Header).NotTo(HaveKey("Content-Type"))
	})
})

var _ = DescribeTable("Time is UTC with milliseconds and no trailing zeros:",
	func(t time.Time, text string) { Expect(wire.Time(t)).To(Equal(text)) },
	Entry("three digits", time.Date(2026, 3, 2, 9, 15, 51, 459_999_999, time.UTC), "2026-03-02T09:15:51.459Z"),
	Entry("two digits", time.Date(2026, 3, 2, 9, 15, 51, 450_000_000, time.UTC), "2026-03-02T09:15:51.45Z"),
	Entry("no fraction at 000", time.Date(2026, 3, 2, 9, 15, 51, 999, time.UTC), "2026-03-02T09:15:51Z"),
	Entry("another zone", time.Date(2026, 3, 2, 9, 15, 51, 0, time.FixedZone("", 3600)), "2026-03-02T08:15:51Z"),
)

var _ = It("Links lead into the API", func() {
	Expect(wire.ListPath(message.Departure)).To(Equal("/customs/transits/movements/departures"))
	Expect(wire.MessagePath(message.Arrival, "a", "b")).To(Equal("/customs/transits/movements/arrivals/a/messages/b"))
})
