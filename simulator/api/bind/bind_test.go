package bind_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/simtest/suite"
)

func TestBind(t *testing.T) {
	suite.Run(t, "Bind")
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	Expect(err).NotTo(HaveOccurred())
	return t
}

var _ = DescribeTable("A timestamp in a query",
	func(text, echo, since, until string) {
		t, ok := bind.ParseTimestamp(text)
		Expect(ok).To(BeTrue())
		Expect(t.Given()).To(BeTrue())
		Expect(t.String()).To(Equal(echo))
		Expect(t.Since()).To(BeTemporally("==", at(since)))
		Expect(t.Until()).To(BeTemporally("==", at(until)))
	},
	Entry("may have no seconds, which are echoed", "2021-06-21T09:00Z",
		"2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z"),
	Entry("with a zero offset is echoed with Z", "2021-06-21T09:00:00+00:00",
		"2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z"),
	Entry("with a negative zero offset is echoed with Z", "2021-06-21T09:00:00-00:00",
		"2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z"),
	Entry("loses trailing zeros of the fraction in the echo; a lower bound between two milliseconds is the later one", "2021-06-21T09:00:00.123450Z",
		"2021-06-21T09:00:00.12345Z", "2021-06-21T09:00:00.124Z", "2021-06-21T09:00:00.12345Z"),
	Entry("loses a zero fraction", "2021-06-21T09:00:00.000Z",
		"2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z", "2021-06-21T09:00:00Z"),
	Entry("keeps its offset in the echo, but filters by its local part", "2021-06-21T10:00:00+01:00",
		"2021-06-21T10:00:00+01:00", "2021-06-21T10:00:00Z", "2021-06-21T10:00:00Z"),
	Entry("may lie west", "2021-06-21T10:00:00-05:30",
		"2021-06-21T10:00:00-05:30", "2021-06-21T10:00:00Z", "2021-06-21T10:00:00Z"),
	Entry("may have an offset without a colon", "2021-06-21T10:00:00+0100",
		"2021-06-21T10:00:00+01:00", "2021-06-21T10:00:00Z", "2021-06-21T10:00:00Z"),
	Entry("may have an offset of hours", "2021-06-21T10:00:00+01",
		"2021-06-21T10:00:00+01:00", "2021-06-21T10:00:00Z", "2021-06-21T10:00:00Z"),
	Entry("may be in lower case", "2021-06-21t10:00z",
		"2021-06-21T10:00:00Z", "2021-06-21T10:00:00Z", "2021-06-21T10:00:00Z"),
	Entry("may be a leap day", "2024-02-29T00:00Z",
		"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
	Entry("of a far year bounds at the end of the year 9999", "+123456-01-01T00:00Z",
		"+123456-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
)

var _ = DescribeTable("A timestamp is not",
	func(text string) {
		_, ok := bind.ParseTimestamp(text)
		Expect(ok).To(BeFalse())
	},
	Entry("nothing", ""),
	Entry("a word", "yesterday"),
	Entry("a date", "2021-06-21"),
	Entry("a time without an offset", "2021-06-21T09:00:00"),
	Entry("a blank for the plus", "2021-06-21T09:00:00 00:00"),
	Entry("hours alone", "2021-06-21T09Z"),
	Entry("a blank between date and time", "2021-06-21 09:00Z"),
	Entry("the 30th of February", "2021-02-30T09:00Z"),
	Entry("the 29th of February of a common year", "2021-02-29T09:00Z"),
	Entry("month 13", "2021-13-01T09:00Z"),
	Entry("month 0", "2021-00-01T09:00Z"),
	Entry("day 0", "2021-01-00T09:00Z"),
	Entry("24 o'clock", "2021-01-01T24:00Z"),
	Entry("a leap second", "2021-01-01T23:59:60Z"),
	Entry("an offset of 19 hours", "2021-01-01T00:00+19:00"),
	Entry("an offset of 60 minutes", "2021-01-01T00:00+01:60"),
	Entry("a dot without a fraction", "2021-01-01T00:00:00.Z"),
	Entry("a fraction of ten digits", "2021-01-01T00:00:00.0123456789Z"),
	Entry("a fraction without seconds", "2021-01-01T00:00.5Z"),
	Entry("a year of two digits", "21-01-01T00:00Z"),
	Entry("a year of five digits without a sign", "12021-01-01T00:00Z"),
	Entry("a year of four digits with a plus", "+2021-01-01T00:00Z"),
	Entry("something behind the offset", "2021-01-01T00:00Z[Europe/London]"),
)

var _ = Describe("A query", func() {
	It("echoes what was given in the order of reading, times rendered, numbers as numbers, texts encoded as in a form", func() {
		q := bind.NewQuery("count=9999&name=a+b%26%2B~*%2F&page=007&since=2021-06-21T09:00%2B01:00&other=1")
		Expect(q.Time("since").Given()).To(BeTrue())
		Expect(q.Text("name")).To(Equal("a b&+~*/"))
		page, given := q.Long("page")
		Expect(given).To(BeTrue())
		Expect(page).To(Equal(int64(7)))
		_, given = q.Long("absent")
		Expect(given).To(BeFalse())
		count, _ := q.Long("count")
		Expect(count).To(Equal(int64(9999)))
		Expect(q.Err()).NotTo(HaveOccurred())
		Expect(q.Echo()).To(Equal("?since=2021-06-21T09:00:00+01:00&name=a+b%26%2B%7E*%2F&page=7&count=9999"))
	})

	It("takes an empty value for absence, and the first of several", func() {
		q := bind.NewQuery("page=&count=3&count=4&name=")
		_, given := q.Long("page")
		Expect(given).To(BeFalse())
		count, _ := q.Long("count")
		Expect(count).To(Equal(int64(3)))
		Expect(q.Text("name")).To(BeEmpty())
		Expect(q.Time("since").Given()).To(BeFalse())
		Expect(q.Echo()).To(Equal("?count=3"))
		Expect(q.Err()).NotTo(HaveOccurred())
	})

	It("reports the first parameter in the order of reading", func() {
		q := bind.NewQuery("count=x&page=y")
		q.Long("page")
		q.Long("count")
		Expect(q.Err()).To(MatchError(`Cannot parse parameter page as Long: For input string: "y"`))
	})

	DescribeTable("with something unreadable is a 400 of two keys:",
		func(raw, body string) {
			q := bind.NewQuery(raw)
			q.Time("updatedSince")
			q.Long("page")
			response := q.Err().(*bind.Error).Response()
			Expect(response.Status).To(Equal(400))
			Expect(string(response.Body)).To(Equal(body))
		},
		Entry("a date", "updatedSince=nope",
			`{"statusCode":400,"message":"Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"}`),
		Entry("a bare plus, which means a blank", "updatedSince=2021-06-21T09:00:00+00:00",
			`{"statusCode":400,"message":"Cannot parse parameter updatedSince as a valid ISO 8601 timestamp, e.g. 2015-09-08T01:55:28+00:00"}`),
		Entry("the year 0", "updatedSince=0000-01-01T00:00Z", `{"statusCode":400,"message":"Year cannot be negative"}`),
		Entry("a year before 0", "updatedSince=-0001-01-01T00:00Z", `{"statusCode":400,"message":"Year cannot be negative"}`),
		Entry("a word for a number", "page=abc",
			`{"statusCode":400,"message":"Cannot parse parameter page as Long: For input string: \"abc\""}`),
		Entry("a fraction", "page=1.5",
			`{"statusCode":400,"message":"Cannot parse parameter page as Long: For input string: \"1.5\""}`),
		Entry("a number beyond 64 bits", "page=9223372036854775808",
			`{"statusCode":400,"message":"Cannot parse parameter page as Long: For input string: \"9223372036854775808\""}`),
	)
})

var _ = Describe("An id in the path", func() {
	It("is 16 lower-case hexadecimal digits", func() {
		Expect(bind.ID(bind.MovementID, "6365135ba5e821ee")).To(Equal("6365135ba5e821ee"))
	})

	DescribeTable("is nothing else: a 400 of three keys:",
		func(segment, body string) {
			_, err := bind.ID(bind.MovementID, segment)
			response := err.(*bind.Error).Response()
			Expect(response.Status).To(Equal(400))
			Expect(string(response.Body)).To(Equal(body))
		},
		Entry("a word", "ABC", `{"message":"movementId: Value ABC is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("upper case", "6365135BA5E821EE", `{"message":"movementId: Value 6365135BA5E821EE is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("17 digits", "6365135ba5e821ee0", `{"message":"movementId: Value 6365135ba5e821ee0 is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("an encoded text", "a%2Fb", `{"message":"movementId: Value a/b is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`),
		Entry("a badly encoded text", "a%zz", `{"message":"movementId: Value a%zz is not a 16 character hexadecimal string","statusCode":400,"code":"BAD_REQUEST"}`),
	)

	It("names the message id too", func() {
		_, err := bind.ID(bind.MessageID, "1")
		Expect(err).To(MatchError("messageId: Value 1 is not a 16 character hexadecimal string"))
	})

	It("says so of another movement type", func() {
		response := bind.MovementType("foo").(*bind.Error).Response()
		Expect(string(response.Body)).To(Equal(`{"statusCode":400,"message":"movementType value foo is not valid. expecting arrivals or departures"}`))
	})
})

// FuzzParseTimestamp: what is read is echoed in a form that is read again as the same, and bounds are in order.
func FuzzParseTimestamp(f *testing.F) {
	for _, seed := range []string{"2021-06-21T09:00Z", "2021-06-21T09:00:00.123456+01:00", "-0001-01-01T00:00Z", "+123456789-12-31T23:59:59.999999999-18:00", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, ok := bind.ParseTimestamp(text)
		if !ok || first.Year() < 1 {
			return
		}
		echo := first.String()
		second, ok := bind.ParseTimestamp(echo)
		if !ok || second != first || second.String() != echo {
			t.Fatalf("%q was echoed as %q, which reads as %v", text, echo, second)
		}
		if gap := first.Since().Sub(first.Until()); gap < 0 || gap >= time.Millisecond {
			t.Fatalf("%q: lower bound %v, upper bound %v", text, first.Since(), first.Until())
		}
	})
}

// FuzzQuery: whatever the query, reading ends in an error or in an echo that means the same.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "page=1&count=2", "page=%zz;&count=1", "updatedSince=2021-06-21T09:00%2B01:00", "name=a+b%26&page=007"} {
		f.Add(seed)
	}
	read := func(raw string) (*bind.Query, [4]any) {
		q := bind.NewQuery(raw)
		since := q.Time("updatedSince")
		name := q.Text("name")
		page, _ := q.Long("page")
		count, _ := q.Long("count")
		return q, [4]any{since, name, page, count}
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, values := read(raw)
		if q.Err() != nil {
			return
		}
		// The echo leaves the plus of an offset bare, as HMRC does; a client has to encode it.
		echo := q.Echo()
		if echo == "" {
			return
		}
		if since := values[0].(bind.Timestamp); since.Given() {
			echo = "?updatedSince=" + url.QueryEscape(since.String()) + echo[len("?updatedSince=")+len(since.String()):]
		}
		again, back := read(echo[1:])
		if again.Err() != nil || back != values {
			t.Fatalf("%q was echoed as %q, which reads as %v instead of %v: %v", raw, echo, back, values, again.Err())
		}
	})
}

var _ = DescribeTable("A timestamp in a query of API 1.0 is the moment that it names", suite.Parameters,
	func(text, moment string) {
		t, ok := bind.ParseTimestamp(text)
		Expect(ok).To(BeTrue())
		Expect(t.Instant()).To(BeTemporally("==", at(moment)))
	},
	Entry(nil, "2021-06-21T09:00Z", "2021-06-21T09:00:00Z"),
	Entry(nil, "2021-06-21T09:00:00.1234+01:00", "2021-06-21T08:00:00.124Z"),
	Entry(nil, "2021-06-21T22:30:00-05:30", "2021-06-22T04:00:00Z"),
)

var _ = It("A missing timestamp in a query of API 1.0 is the zero time", func() {
	Expect(bind.Timestamp{}.Instant()).To(BeZero())
})

// FuzzNumber reads ids of API 1.0: what is taken is a whole number of 32 bits, and all else says what was given.
func FuzzNumber(f *testing.F) {
	for _, text := range []string{"1", "+1", "-1", "007", "2147483648", "%31", "abc", "1%", "", "9999999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := NewWithT(t)
		n, err := bind.Number("departureId", text)
		if err == nil {
			g.Expect(n).To(And(BeNumerically(">=", math.MinInt32), BeNumerically("<=", math.MaxInt32)))
			again, err := bind.Number("departureId", strconv.Itoa(n))
			g.Expect(again, err).To(Equal(n))
			return
		}
		var binding *bind.Error
		g.Expect(errors.As(err, &binding)).To(BeTrue())
		var body struct{ Message, Code string }
		g.Expect(json.Unmarshal(binding.Response().Body, &body)).To(Succeed())
		g.Expect(body.Code).To(Equal("BAD_REQUEST"))
		g.Expect(body.Message).To(HavePrefix("Cannot parse parameter departureId as Int: For input string: \""))
	})
}
