package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api"
	"nctsim/simulator/api/guarantees"
	"nctsim/simulator/api/platform"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/rules"
	"nctsim/simulator/setting"
	"nctsim/simulator/simtest/suite"
)

// registry has the published guarantees and some more.
func registry() *rules.Registry {
	GinkgoHelper()
	r, err := rules.LoadRegistry("registry.yaml", []byte(`
guarantees:
  - { grn: 20GB0000010000GX1, type: "1", access: ABC1, owner: GB123456789012, balance: 12345678.90, currency: GBP }
  - { grn: 24GB0000010000295, type: "4", access: ABC1, owner: GB123456789012 }
`), rules.Lenient)
	Expect(err).NotTo(HaveOccurred())
	return r
}

// balances changes the settings of the guarantee balance API.
func balances(change func(*guarantees.Settings)) func(*settings) {
	return deps(func(d *api.Deps) { change(&d.GuaranteesSettings) })
}

func withRegistry() func(*settings) {
	return deps(func(d *api.Deps) { d.Registry = registry() })
}

const (
	requests  = "/customs/guarantees/balances"
	enquiry   = `{"taxIdentifier":"GB123456789012","guaranteeReference":"20GB0000010000GX1","accessCode":"ABC1"}`
	success   = `{"response":{"balance":12345678.9,"currency":"GBP"}}`
	internal  = `{"message":"Internal server error","code":"INTERNAL_SERVER_ERROR"}`
	unreached = "23GB0000010009176"
)

var jsonBody = header("Content-Type", "application/json")

// asks sends an enquiry of version 1.0.
func (w *world) asks(body string, options ...option) answer {
	GinkgoHelper()
	return w.post(requests, body, append([]option{jsonBody, accept("1.0+json")}, options...)...)
}

// asked sends an enquiry of version 2.0.
func (w *world) asked(grn, body string, options ...option) answer {
	GinkgoHelper()
	return w.post("/customs/guarantees/"+grn+"/balance", body, append([]option{jsonBody, accept("2.0+json")}, options...)...)
}

// reserve puts a released movement into the store that has reserved a sum.
func (w *world) reserve(grn, amount, currency string) {
	GinkgoHelper()
	w.put(movement.Movement{
		ID: "00000000000000aa", Kind: message.Departure, Phase: message.Phase5, Created: w.clock.Now(), Updated: w.clock.Now(),
		State: movement.Released, Facts: movement.Facts{Released: w.clock.Now(), Reserved: []movement.Reservation{{GRN: grn, Amount: amount, Currency: currency}}},
	})
}

var _ = Describe("The guarantee balance API 1.0", func() {
	world1 := func(change ...func(*settings)) *world {
		GinkgoHelper()
		return newWorld(append([]func(*settings){withRegistry(), balances(func(s *guarantees.Settings) { s.BalanceFaults = []string{unreached} })}, change...)...)
	}

	It("answers in time with the balance and its currency", func() {
		world1().asks(enquiry).is(http.StatusOK, success)
	})

	It("takes text/json, and an Accept header that says it among other things", func() {
		w := world1()
		w.asks(enquiry, header("Content-Type", "text/json; charset=utf-8"), header("Accept", "text/html, application/vnd.hmrc.1.0+json;q=0.9")).is(http.StatusOK, success)
	})

	It("takes off what movements have reserved in the same currency", func() {
		w := world1()
		w.reserve("20GB0000010000GX1", "678.905", "GBP")
		w.asks(enquiry).is(http.StatusOK, `{"response":{"balance":12345000,"currency":"GBP"}}`)
		w.reserve("20GB0000010000GX1", "678.90", "EUR")
		w.asks(enquiry).is(http.StatusOK, success)
		for _, more := range []string{"99999999", "99999999999999.99"} {
			w.reserve("20GB0000010000GX1", more, "GBP")
			w.asks(enquiry).is(http.StatusOK, `{"response":{"balance":0,"currency":"GBP"}}`)
		}
	})

	It("leaves balances as they are registered when they are frozen", func() {
		w := world1(balances(func(s *guarantees.Settings) { s.GuaranteeBalance = guarantees.Frozen }))
		w.reserve("20GB0000010000GX1", "678.90", "GBP")
		w.asks(enquiry).is(http.StatusOK, success)
	})

	DescribeTable("passes on what the guarantee system refuses (docs/spec/guarantee-balance.md#1-6):",
		func(body, errors string) {
			world1().asks(body).is(http.StatusBadRequest, `{"code":"FUNCTIONAL_ERROR","message":"The request was rejected by the guarantee management system","response":{"errors":[`+errors+`]}}`)
		},
		Entry("a wrong access code", strings.Replace(enquiry, "ABC1", "ABC2", 1), `{"errorType":12,"errorPointer":"GRR(1).ACC(1).Access code"}`),
		Entry("an unknown GRN", strings.Replace(enquiry, "GX1", "GX2", 1), `{"errorType":12,"errorPointer":"GRR(1).Guarantee reference number (GRN)"}`),
		Entry("a guarantee without a registered balance", strings.Replace(enquiry, "20GB0000010000GX1", "24GB0000010000031", 1),
			`{"errorType":12,"errorPointer":"GRR(1).Guarantee reference number (GRN)"}`),
		Entry("a tax id that does not hold the guarantee", strings.Replace(enquiry, "789012", "789013", 1), `{"errorType":12,"errorPointer":"GRR(1).OTG(1).TIN"}`),
		Entry("an unknown tax id", strings.Replace(enquiry, "GB123456789012", "9B123456789012", 1), `{"errorType":12,"errorPointer":"RC1.TIN"}`),
		Entry("a type without a balance", strings.Replace(enquiry, "20GB0000010000GX1", "24GB0000010000295", 1),
			`{"errorType":14,"errorPointer":"GRR(1).GQY(1).Query identifier","errorReason":"R261"}`),
	)

	It("answers 500 when the guarantee system cannot read the enquiry (IE917)", func() {
		world1().asks(strings.Replace(enquiry, "20GB0000010000GX1", unreached, 1)).is(http.StatusInternalServerError, internal)
	})

	DescribeTable("needs a body of the right shape (docs/spec/guarantee-balance.md#1-3):",
		func(body, errors string) {
			world1().asks(body).is(http.StatusBadRequest, `{"code":"INVALID_REQUEST_JSON","message":"Invalid request JSON","errors":{`+errors+`}}`)
		},
		Entry("a field is missing", `{"taxIdentifier":"GB1","guaranteeReference":"X"}`, `"$.accessCode":["Missing path"]`),
		Entry("a field is not a text", `{"taxIdentifier":1,"guaranteeReference":null,"accessCode":"ABC1"}`,
			`"$.taxIdentifier":["String value expected"],"$.guaranteeReference":["String value expected"]`),
		Entry("it is not an object", `[]`, `"$.taxIdentifier":["Missing path"],"$.guaranteeReference":["Missing path"],"$.accessCode":["Missing path"]`),
	)

	DescribeTable("needs values of the right form, and says all that is wrong (docs/spec/guarantee-balance.md#1-3):",
		func(taxID, grn, access string, want ...string) {
			const about = `{"code":"INVALID_%s","message":"Invalid %s value","reason":"%s"}`
			var errors []string
			for _, reason := range want {
				code, name := "TAX_IDENTIFIER", "tax identifier"
				switch {
				case strings.HasPrefix(reason, "Guarantee"):
					code, name = "GUARANTEE_REFERENCE", "guarantee reference"
				case strings.HasPrefix(reason, "Access"):
					code, name = "ACCESS_CODE", "access code"
				}
				errors = append(errors, fmt.Sprintf(about, code, name, reason))
			}
			body, err := json.Marshal(map[string]string{"taxIdentifier": taxID, "guaranteeReference": grn, "accessCode": access})
			Expect(err).NotTo(HaveOccurred())
			world1().asks(string(body)).is(http.StatusBadRequest, `{"code":"BAD_REQUEST","message":"Bad request","errors":[`+strings.Join(errors, ",")+`]}`)
		},
		Entry("empty", "", "", "", "Tax identifier must not be empty", "Guarantee reference must not be empty", "Access code must be 4 characters in length"),
		Entry("too long", strings.Repeat("A", 18), strings.Repeat("1", 25), "ABCD5", "Tax identifier has a maximum length of 17 characters",
			"Guarantee reference has a maximum length of 24 characters", "Access code must be 4 characters in length"),
		Entry("not alphanumeric", "GB-1", "20GB/1", "AB_1", "Tax identifier must be alphanumeric", "Guarantee reference must be alphanumeric", "Access code must be alphanumeric"),
		Entry("both", strings.Repeat("é", 18), "1", "ü", "Tax identifier has a maximum length of 17 characters", "Tax identifier must be alphanumeric",
			"Access code must be 4 characters in length", "Access code must be alphanumeric"),
		Entry("as long as may be", strings.Repeat("A", 17), strings.Repeat("1", 24), "A", "Access code must be 4 characters in length"),
	)

	Describe("checks in the order of docs/spec/guarantee-balance.md#1-1", func() {
		It("the token", func() {
			w := world1()
			w.asks("nonsense", without("Authorization")).is(http.StatusUnauthorized, `{"code":"MISSING_CREDENTIALS","message":"Authentication information is not provided"}`)
			bare := world1(deps(func(d *api.Deps) {
				d.Platform, d.Auth = setting.Off, platform.Strict
				d.FixedTokens = map[string]platform.Grant{"scopeless": {Standing: platform.NoScope}, "unenrolled": {Standing: platform.NoEnrolment}}
			}))
			for token, status := range map[string]int{"nobody": http.StatusUnauthorized, "scopeless": http.StatusForbidden} {
				a := bare.asks("nonsense", as(token))
				Expect([]any{a.Status, a.Body, a.Header["Content-Type"]}).To(Equal([]any{status, "", []string(nil)}))
			}
			bare.asks(enquiry, as("unenrolled")).is(http.StatusOK, success)
		})

		It("the content type and the JSON", func() {
			w := world1(balances(func(s *guarantees.Settings) { s.BalanceAPI = guarantees.Gone }))
			for _, typ := range []option{without("Content-Type"), header("Content-Type", "application/xml")} {
				w.asks(enquiry, typ).is(http.StatusUnsupportedMediaType, `{"statusCode":415,"message":"Expecting text/json or application/json body"}`)
			}
			for _, body := range []string{"{", "", "x", "{\"accessCode\":\"\xff\"}"} {
				a := w.asks(body)
				Expect(a.Status).To(Equal(http.StatusBadRequest))
				Expect(a.Body).To(HavePrefix(`{"statusCode":400,"message":"Invalid Json: `))
			}
			Expect(w.asks(`"` + strings.Repeat("x", 100<<10-2) + `"`).Status).To(Equal(http.StatusGone))
			Expect(w.asks(`"` + strings.Repeat("x", 100<<10-1) + `"`).Status).To(Equal(http.StatusRequestEntityTooLarge))
		})

		It("whether it is still there", func() {
			w := world1(balances(func(s *guarantees.Settings) { s.BalanceAPI = guarantees.Gone }))
			gone := `{"message":"Requests for New Guarantee Balance enquiries using the CTC Guarantee Balance API v1.0 are no longer supported. ` +
				`Please use CTC Guarantee Balance API v2.0 for balance inquiries.","code":"GONE"}`
			w.asks("{}", without("Accept")).is(http.StatusGone, gone)
			w.get(requests+"/x", without("Accept")).is(http.StatusGone, gone)
			w.asked("23GB0000010000854", `{"accessCode":"AC01"}`).is(http.StatusOK, `{"_links":{"self":{"href":"/customs/guarantees/23GB0000010000854/balance"}},"balance":262626,"currency":"GBP"}`)
		})

		It("the Accept header", func() {
			w := world1()
			for _, o := range []option{without("Accept"), accept("2.0+json"), accept("1.0+xml"), header("Accept", "application/vnd_hmrc.1.0+json")} {
				w.asks("{}", o).is(http.StatusNotAcceptable, `{"code":"ACCEPT_HEADER_INVALID","message":"The accept header is missing or invalid"}`)
				w.get(requests+"/x", o).is(http.StatusNotAcceptable, `{"code":"ACCEPT_HEADER_INVALID","message":"The accept header is missing or invalid"}`)
			}
		})
	})

	It("locks a guarantee for a user for 60 seconds (docs/spec/guarantee-balance.md#1-4)", func() {
		w := world1(balances(func(s *guarantees.Settings) { s.BalanceLock = setting.On }))
		locked := `{"code":"TOO_MANY_REQUESTS","message":"Too many requests"}`
		w.asks(strings.Replace(enquiry, "ABC1", "ABC", 1)).is(http.StatusBadRequest,
			`{"code":"BAD_REQUEST","message":"Bad request","errors":[{"code":"INVALID_ACCESS_CODE","message":"Invalid access code value","reason":"Access code must be 4 characters in length"}]}`)
		w.asks(enquiry).is(http.StatusOK, success)
		w.asks(enquiry).is(http.StatusTooManyRequests, locked)
		w.asks(enquiry, as(stranger)).is(http.StatusOK, success)
		Expect(w.asks(strings.Replace(enquiry, "GX1", "GX2", 1)).Status).To(Equal(http.StatusBadRequest), "another guarantee")
		w.pass(59_999 * time.Millisecond)
		w.asks(enquiry).is(http.StatusTooManyRequests, locked)
		w.pass(time.Millisecond)
		w.asks(enquiry).is(http.StatusOK, success)
	})

	It("tells users without an enrolment apart by their tokens", func() {
		w := world1(balances(func(s *guarantees.Settings) { s.BalanceLock = setting.On }), deps(func(d *api.Deps) {
			none := platform.Grant{Standing: platform.NoEnrolment}
			d.Auth, d.FixedTokens = platform.Strict, map[string]platform.Grant{"one": none, "two": none}
		}))
		for _, token := range []string{"one", "two"} {
			w.asks(enquiry, as(token)).is(http.StatusOK, success)
		}
		Expect(w.asks(enquiry, as("one")).Status).To(Equal(http.StatusTooManyRequests))
	})

	It("lets one of many who ask at the same moment pass", func() {
		w := world1(balances(func(s *guarantees.Settings) { s.BalanceLock = setting.On }))
		var statuses sync.Map
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				defer GinkgoRecover()
				statuses.Store(i, w.asks(enquiry).Status)
			})
		}
		group.Wait()
		passed := 0
		statuses.Range(func(_, status any) bool {
			if status == http.StatusOK {
				passed++
			}
			return true
		})
		Expect(passed).To(Equal(1))
	})

	Describe("when the guarantee system takes longer than 15 seconds", func() {
		late := func(change ...func(*settings)) *world {
			return world1(append(change, balances(func(s *guarantees.Settings) { s.BalanceDelay = 50 * time.Second }))...)
		}
		accepted := func(w *world, body string) (id string) {
			GinkgoHelper()
			a := w.asks(body)
			id = between(a.Body, `"balanceId":"`, `"`)
			Expect(id).To(MatchRegexp(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`))
			a.is(http.StatusAccepted, `{"_links":{"self":{"href":"/customs/guarantees/balances/`+id+`"}},"balanceId":"`+id+`"}`)
			Expect(a.Header.Get("Location")).To(Equal("/customs/guarantees/balances/" + id))
			return id
		}
		fetch := func(w *world, id string) answer {
			GinkgoHelper()
			return w.get(requests+"/"+id, accept("1.0+json"))
		}
		body := func(id, grn, more string) string {
			return `{"_links":{"self":{"href":"/customs/guarantees/balances/` + id + `"}},"request":{"balanceId":"` + id +
				`","taxIdentifier":"GB123456789012","guaranteeReference":"` + grn + `","requestedAt":"2026-03-02T09:15:01.459Z"` + more + `}}`
		}

		It("waits no longer than that", func() {
			w := world1(balances(func(s *guarantees.Settings) { s.BalanceDelay = 15 * time.Second }))
			w.asks(enquiry).is(http.StatusOK, success)
			w = world1(balances(func(s *guarantees.Settings) { s.BalanceDelay = 15*time.Second + time.Millisecond }))
			accepted(w, enquiry)
		})

		It("answers 202 and tells the balance later, on the simulator's clock", func() {
			w := late()
			id := accepted(w, enquiry)
			fetch(w, id).is(http.StatusOK, body(id, "20GB0000010000GX1", ""))
			w.pass(50*time.Second - time.Millisecond)
			fetch(w, id).is(http.StatusOK, body(id, "20GB0000010000GX1", ""))
			w.pass(time.Millisecond)
			done := body(id, "20GB0000010000GX1", `,"completedAt":"2026-03-02T09:15:51.459Z","response":{"status":"SUCCESS","balance":12345678.9,"currency":"GBP"}`)
			fetch(w, id).is(http.StatusOK, done)
			fetch(w, strings.ToUpper(id)).is(http.StatusOK, done)
		})

		It("tells a refusal later, with status 200", func() {
			w := late()
			id := accepted(w, strings.Replace(enquiry, "20GB0000010000GX1", "24GB0000010000295", 1))
			w.pass(time.Minute)
			fetch(w, id).is(http.StatusOK, body(id, "24GB0000010000295", `,"completedAt":"2026-03-02T09:15:51.459Z","response":{"status":"FUNCTIONAL_ERROR",`+
				`"errors":[{"errorType":14,"errorPointer":"GRR(1).GQY(1).Query identifier","errorReason":"R261"}]}`))
		})

		It("answers 500 later when the enquiry could not be read", func() {
			w := late()
			id := accepted(w, strings.Replace(enquiry, "20GB0000010000GX1", unreached, 1))
			Expect(fetch(w, id).Status).To(Equal(http.StatusOK))
			w.pass(time.Minute)
			fetch(w, id).is(http.StatusInternalServerError, internal)
		})

		It("forgets an enquiry after 3,600 seconds", func() {
			w := late()
			id := accepted(w, enquiry)
			w.pass(3600*time.Second - time.Millisecond)
			Expect(fetch(w, id).Status).To(Equal(http.StatusOK))
			w.pass(time.Millisecond)
			fetch(w, id).refused(http.StatusNotFound, "NOT_FOUND", "The balance request with ID "+id+" was not found")
		})

		It("knows no other id, and none that is no UUID", func() {
			w := late()
			fetch(w, "22b9899e-24ee-48e6-a189-97d1f45391c4").refused(http.StatusNotFound, "NOT_FOUND", "The balance request with ID 22b9899e-24ee-48e6-a189-97d1f45391c4 was not found")
			Expect(fetch(w, "22b9899e").Status).To(Equal(http.StatusBadRequest))
		})

		It("gives the same ids for the same seed, and never one twice", func() {
			one, two := late(), late()
			id := accepted(one, enquiry)
			Expect(accepted(two, enquiry)).To(Equal(id))
			Expect(accepted(two, enquiry)).NotTo(Equal(id))
		})

		It("answers 504 when asynchronous answers are switched off", func() {
			w := late(balances(func(s *guarantees.Settings) { s.BalanceAPI = guarantees.Sync }))
			w.asks(enquiry).is(http.StatusGatewayTimeout, `{"message":"Request timed out","code":"GATEWAY_TIMEOUT"}`)
		})
	})
})

var _ = Describe("The guarantee balance API 2.0", func() {
	const right = `{"accessCode":"AC01"}`
	world2 := func(change ...func(*settings)) *world {
		GinkgoHelper()
		return newWorld(append([]func(*settings){withRegistry(), balances(func(s *guarantees.Settings) { s.BalanceFaults = []string{unreached} })}, change...)...)
	}

	DescribeTable("tells the published balances (docs/spec/guarantee-balance.md#2-3)", suite.Parameters,
		func(grn, balance string) {
			world2().asked(grn, right).is(http.StatusOK, `{"_links":{"self":{"href":"/customs/guarantees/`+grn+`/balance"}},"balance":`+balance+`,"currency":"GBP"}`)
		},
		Entry(nil, "23GB0000010000854", "262626"), Entry(nil, "23GB0000010000863", "10000"), Entry(nil, "23GB0000010000872", "90000"),
		Entry(nil, "23XI0000010000655", "30000"), Entry(nil, "23XI0000010000664", "50000"),
	)

	It("takes off what movements have reserved, unless balances are frozen", func() {
		w := world2()
		w.reserve("23GB0000010000854", "626.01", "GBP")
		Expect(w.asked("23GB0000010000854", right).Body).To(HaveSuffix(`"balance":261999.99,"currency":"GBP"}`))
		w.reserve("23GB0000010000854", "262626.01", "GBP")
		Expect(w.asked("23GB0000010000854", right).Body).To(HaveSuffix(`"balance":0,"currency":"GBP"}`))
		w = world2(balances(func(s *guarantees.Settings) { s.GuaranteeBalance = guarantees.Frozen }))
		w.reserve("23GB0000010000854", "626.01", "GBP")
		Expect(w.asked("23GB0000010000854", right).Body).To(HaveSuffix(`"balance":262626,"currency":"GBP"}`))
	})

	DescribeTable("looks at the GRN of the path first of all:",
		func(grn, text string) {
			w := world2(deps(func(d *api.Deps) { d.Platform, d.Auth = setting.Off, platform.Strict }))
			w.asked(grn, "nonsense", without("Accept"), as("nobody")).refused(http.StatusBadRequest, "BAD_REQUEST", text)
		},
		Entry("too short", "23GB000001000085", "The guarantee reference number is not in the correct format."),
		Entry("too long", "23GB00000100008541", "The guarantee reference number is not in the correct format."),
		Entry("lower case", "23gb0000010000854", "The guarantee reference number is not in the correct format."),
		Entry("with a line break", "23GB0000010000854%0A", "The guarantee reference number is not in the correct format."),
		Entry("badly escaped letters", "23GB000001000085%C3%A9", "The guarantee reference number is not in the correct format."),
		Entry("of another country", "23FR0000010000854", "The guarantee reference number must be for a GB or XI guarantee."),
	)

	It("then at the token, the body and the Accept header", func() {
		bare := world2(deps(func(d *api.Deps) { d.Platform, d.Auth = setting.Off, platform.Strict }))
		a := bare.asked("23GB0000010000854", "nonsense", as("nobody"))
		Expect([]any{a.Status, a.Body}).To(Equal([]any{http.StatusUnauthorized, ""}))
		w := world2()
		w.asked("23GB0000010000854", right, without("Accept"), header("Content-Type", "application/xml")).is(http.StatusUnsupportedMediaType,
			`{"statusCode":415,"message":"Expecting text/json or application/json body"}`)
		Expect(w.asked("23GB0000010000854", "{", without("Accept")).Status).To(Equal(http.StatusBadRequest))
		for _, o := range []option{without("Accept"), accept("1.0+json"), header("Accept", "application/vnd.hmrc.2.0+json, */*")} {
			w.asked("23GB0000010000854", "{}", o).refused(http.StatusNotAcceptable, "NOT_ACCEPTABLE",
				"The accept header must be set to application/vnd.hmrc.2.0+json to use this resource.")
		}
	})

	DescribeTable("needs an access code:",
		func(body string) {
			world2().asked("23GB0000010000854", body).refused(http.StatusBadRequest, "BAD_REQUEST", "The access code was not supplied.")
		},
		Entry("missing", "{}"), Entry("no text", `{"accessCode":1234}`), Entry("null", `{"accessCode":null}`), Entry("no object", `["AC01"]`),
	)

	DescribeTable("of four letters or digits:",
		func(code string) {
			world2().asked("23GB0000010000854", `{"accessCode":"`+code+`"}`).refused(http.StatusBadRequest, "BAD_REQUEST", "Access code "+code+" must be four alphanumeric characters.")
		},
		Entry("too short", "AC0"), Entry("too long", "AC012"), Entry("another character", "AC-1"), Entry("nothing", ""), Entry("another alphabet", "ÄC01"),
	)

	It("locks a guarantee for a user before it looks at the access code", func() {
		w := world2(balances(func(s *guarantees.Settings) { s.BalanceLock = setting.On }))
		locked := "The request for the API is throttled as you have exceeded your quota."
		w.asked("23GB0000010000854", "{}").refused(http.StatusBadRequest, "BAD_REQUEST", "The access code was not supplied.")
		Expect(w.asked("23GB0000010000854", `{"accessCode":"A"}`).Status).To(Equal(http.StatusBadRequest))
		w.asked("23GB0000010000854", right).refused(http.StatusTooManyRequests, "MESSAGE_THROTTLED_OUT", locked)
		Expect(w.asked("23GB0000010000854", right, as(stranger)).Status).To(Equal(http.StatusOK))
		w.pass(time.Minute)
		Expect(w.asked("23GB0000010000854", right).Status).To(Equal(http.StatusOK))
		w.asked("23GB0000010000854", right).refused(http.StatusTooManyRequests, "MESSAGE_THROTTLED_OUT", locked)
	})

	DescribeTable("does not tell an unknown guarantee from a wrong access code:",
		func(grn, body string) {
			world2().asked(grn, body).refused(http.StatusNotFound, "NOT_FOUND", "The guarantee reference number or access code did not match an existing guarantee.")
		},
		Entry("unknown", "23GB0000010000855", right),
		Entry("known to be wrong", "20XI0000010000110", right),
		Entry("without a registered balance", "24GB0000010000031", right),
		Entry("a wrong access code", "23GB0000010000854", `{"accessCode":"AC02"}`),
		Entry("a wrong access code of a type without a balance", "24GB0000010000295", right),
	)

	It("knows types without a balance", func() {
		world2().asked("24GB0000010000295", `{"accessCode":"ABC1"}`).refused(http.StatusBadRequest, "INVALID_GUARANTEE_TYPE", "Guarantee type is not supported.")
	})

	It("answers 500 when the guarantee system fails", func() {
		world2().asked(unreached, right).is(http.StatusInternalServerError, internal)
	})
})

var _ = Describe("The settings of the simulator", func() {
	It("list the guarantees with what is left of them", func() {
		w := newWorld(withRegistry())
		w.reserve("23GB0000010000854", "626.50", "GBP")
		var shown struct{ Guarantees []json.RawMessage }
		Expect(json.Unmarshal([]byte(w.get("/simulator/v1/settings").Body), &shown)).To(Succeed())
		Expect(shown.Guarantees).To(HaveLen(15))
		Expect(shown.Guarantees).To(ContainElements(
			MatchJSON(`{"type":"0","grn":"23GB0000010000854","holder":"GB953574106000","balance":262626,"left":261999.5,"currency":"GBP","accessCodes":["AC01"]}`),
			MatchJSON(`{"type":"4","grn":"24GB0000010000295","holder":"GB123456789012","accessCodes":["ABC1"]}`),
		))
	})

	It("list none without a registry", func() {
		Expect(newWorld().get("/simulator/v1/settings").Body).To(ContainSubstring(`"guarantees":[]`))
	})
})
