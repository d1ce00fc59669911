package movement_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
)

var _ = DescribeTable("the check digit of a published number:",
	func(digits string, want string) {
		Expect(string(movement.CheckDigit(digits))).To(Equal(want))
	},
	Entry("MRN of phase 5 23GB000246YHVFYMJ0", "23GB000246YHVFYMJ", "0"),
	Entry("MRN of phase 5 23XI000081JYRJUVJ9", "23XI000081JYRJUVJ", "9"),
	Entry("MRN of phase 6 26GB000246AL65TIJ5", "26GB000246AL65TIJ", "5"),
	Entry("MRN of phase 6 26XI000081CIV3XWJ7", "26XI000081CIV3XWJ", "7"),
	Entry("MRN of phase 4 21GB000060100DEAE4", "21GB000060100DEAE", "4"),
	Entry("MRN of phase 4 19IT02110010007827", "19IT0211001000782", "7"),
	Entry("MRN of phase 4 21XI000142100D55C9", "21XI000142100D55C", "9"),
	Entry("GRN 23GB0000010000058", "23GB000001000005", "8"),
	Entry("GRN 23XI00000100000D0", "23XI00000100000D", "0"),
	Entry("GRN 24GB0000010000031", "24GB000001000003", "1"),
	Entry("GRN 26GB000001038B634", "26GB000001038B63", "4"),
	Entry("GRN 26XI0000010943D40", "26XI0000010943D4", "0"),
	Entry("GRN 09GB00000100000M0", "09GB00000100000M", "0"),
	Entry("GRN 20XI00014200002V8", "20XI00014200002V", "8"),
	Entry("GRN 24GB0000010000295", "24GB000001000029", "5"),
)

var _ = Describe("CheckDigit", func() {
	It("is none for other characters than upper-case letters and digits", func() {
		for _, s := range []string{"23gb", "23GB 0", "23ÄB"} {
			Expect(movement.CheckDigit(s)).To(BeZero(), s)
		}
	})

	It("skips the multiples of eleven in the values of letters", func() {
		// A letter in the first place counts as its value modulo 11.
		for letter, value := range map[string]string{"A": "0", "B": "1", "K": "0", "L": "1", "U": "0", "V": "1", "Z": "5"} {
			Expect(string(movement.CheckDigit(letter))).To(Equal(value), letter)
		}
	})
})

var _ = DescribeTable("the 17th character of an MRN tells the safety data (R0410):",
	func(security, want string) {
		Expect(string(movement.ProcedureLetter(security))).To(Equal(want))
	},
	Entry("none", "0", "J"),
	Entry("entry", "1", "L"),
	Entry("exit", "2", "K"),
	Entry("both", "3", "M"),
	Entry("not said", "", "J"),
)

var _ = Describe("NewMRN", func() {
	at := time.Date(2026, 12, 31, 23, 30, 0, 0, time.FixedZone("west", -2*3600))

	It("is the year in UTC, the office, six characters, the letter and the check digit", func() {
		mrn := movement.NewMRN(at, "GB000246", "2", clock.NewSource(7).Stream("mrn"))
		Expect(mrn).To(MatchRegexp(`^27GB000246[A-Z0-9]{6}K[0-9]$`))
		Expect(movement.CheckMRN(mrn)).To(Succeed())
	})

	It("is the same for the same seed and another for the next", func() {
		st := clock.NewSource(7).Stream("mrn")
		first := movement.NewMRN(at, "GB000246", "0", st)
		Expect(movement.NewMRN(at, "GB000246", "0", clock.NewSource(7).Stream("mrn"))).To(Equal(first))
		Expect(movement.NewMRN(at, "GB000246", "0", st)).NotTo(Equal(first))
	})

	It("fits the schema's pattern from 2024 on, whatever the office and the safety data", func() {
		pattern := regexp.MustCompile(`^([2][4-9]|[3-9][0-9])[A-Z]{2}[A-Z0-9]{12}[J-M][0-9]$`)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			year := rapid.IntRange(2024, 2099).Draw(t, "year")
			office := rapid.StringMatching(`[A-Z]{2}[A-Z0-9]{6}`).Draw(t, "office")
			security := rapid.SampledFrom([]string{"0", "1", "2", "3", ""}).Draw(t, "security")
			seed := rapid.Uint64().Draw(t, "seed")
			mrn := movement.NewMRN(time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC), office, security, clock.NewSource(seed).Stream("x"))
			if !pattern.MatchString(mrn) || movement.CheckMRN(mrn) != nil || mrn[2:10] != office {
				t.Fatalf("MRN %s", mrn)
			}
		})
	})
})

var _ = Describe("NewPhase4MRN", func() {
	at := time.Date(2026, 12, 31, 23, 30, 0, 0, time.FixedZone("west", -2*3600))

	It("is the year in UTC, the office, a 1, six hexadecimal digits and the check digit", func() {
		mrn := movement.NewPhase4MRN(at, "XI000142", clock.NewSource(7).Stream("mrn"))
		Expect(mrn).To(MatchRegexp(`^27XI0001421[0-9A-F]{6}[0-9]$`))
		Expect(movement.CheckMRN(mrn)).To(Succeed())
	})

	It("is the same for the same seed and another for the next", func() {
		st := clock.NewSource(7).Stream("mrn")
		first := movement.NewPhase4MRN(at, "GB000060", st)
		Expect(movement.NewPhase4MRN(at, "GB000060", clock.NewSource(7).Stream("mrn"))).To(Equal(first))
		Expect(movement.NewPhase4MRN(at, "GB000060", st)).NotTo(Equal(first))
	})
})

var _ = Describe("NewGRN", func() {
	It("is the year in UTC, the office, six characters and the check digit", func() {
		grn := movement.NewGRN(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "GB000001", clock.NewSource(7).Stream("grn"))
		Expect(grn).To(MatchRegexp(`^26GB000001[A-Z0-9]{6}[0-9]$`))
		Expect(movement.CheckGRN(grn)).To(Succeed())
	})
})

var _ = DescribeTable("The check of an MRN tells right from wrong:",
	func(mrn string, want error) {
		if want == nil {
			Expect(movement.CheckMRN(mrn)).To(Succeed())
			return
		}
		Expect(movement.CheckMRN(mrn)).To(MatchError(want))
	},
	Entry("of phase 5", "23GB000246YHVFYMJ0", nil),
	Entry("of phase 6", "26GB000246CNETLOJ0", nil),
	Entry("of phase 4", "21GB000060100DEAE4", nil),
	Entry("with a wrong digit", "23GB000246YHVFYMJ1", movement.ErrCheckDigit),
	Entry("with two letters exchanged", "23GB000246HYVFYMJ0", movement.ErrCheckDigit),
	Entry("too short", "23GB000246YHVFYMJ", movement.ErrMalformed),
	Entry("too long", "23GB000246YHVFYMJ00", movement.ErrMalformed),
	Entry("in lower case", "23gb000246yhvfymj0", movement.ErrMalformed),
	Entry("with a letter as check digit", "23GB000246YHVFYMJA", movement.ErrMalformed),
	Entry("without a country", "2300000246YHVFYMJ0", movement.ErrMalformed),
	Entry("without a year", "GBGB000246YHVFYMJ0", movement.ErrMalformed),
	Entry("empty", "", movement.ErrMalformed),
)

var _ = DescribeTable("The check of a GRN tells right from wrong:",
	func(grn string, want error) {
		if want == nil {
			Expect(movement.CheckGRN(grn)).To(Succeed())
			return
		}
		Expect(movement.CheckGRN(grn)).To(MatchError(want))
	},
	Entry("registered in the test data", "24GB0000010000295", nil),
	Entry("a voucher, with a letter and six digits behind (R0318)", "24GB0000010000295A123456", nil),
	Entry("the published bad one (R0028)", "24GB0000010000296", movement.ErrCheckDigit),
	Entry("a voucher of it", "24GB0000010000296A123456", movement.ErrCheckDigit),
	Entry("a voucher without a letter", "24GB00000100002951123456", movement.ErrMalformed),
	Entry("a voucher with letters for digits", "24GB0000010000295A12345X", movement.ErrMalformed),
	Entry("a length between", "24GB0000010000295A1", movement.ErrMalformed),
	Entry("too short", "24GB", movement.ErrMalformed),
	Entry("with a space", "24GB 000010000295", movement.ErrMalformed),
	Entry("empty", "", movement.ErrMalformed),
)

var _ = Describe("an error about a reference", func() {
	It("quotes it, cut short", func() {
		Expect(movement.CheckMRN("x")).To(MatchError(`MRN "x" has not the right form`))
		Expect(movement.CheckGRN("24GB0000010000296")).To(MatchError(`GRN "24GB0000010000296" has a wrong check digit`))
		Expect(len(movement.CheckMRN(strings.Repeat("x", 1000)).Error())).To(BeNumerically("<", 100))
	})
})

var _ = It("every MRN and GRN of the published answers has a right check digit", func() {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "samples", "p[456]", "response-*.xml"))
	if len(files) == 0 {
		Skip("the published samples are not beside the repository (folder shared/samples)")
	}
	element := regexp.MustCompile(`<(MRN|GRN|DocNumHEA5|GuaRefNumGRNREF21)>([^<]*)<`)
	seen := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		for _, found := range element.FindAllStringSubmatch(string(data), -1) {
			check := movement.CheckMRN
			if strings.Contains(found[1], "GRN") {
				check = movement.CheckGRN
			}
			Expect(check(found[2])).To(Succeed(), file)
			seen++
		}
	}
	Expect(seen).To(BeNumerically(">", 20))
})

var _ = DescribeTable("the address of a trader in phase 4 (docs/spec/api-1.0.md#7)",
	func(k message.Kind, number, correlation int, want string) {
		Expect(movement.TraderAddress(k, number, correlation)).To(Equal(want))
	},
	Entry("names the departure and the message", message.Departure, 12, 1, "MDTP-DEP-00000000000000000000012-01"),
	Entry("names the arrival and the message", message.Arrival, 4, 12, "MDTP-ARR-00000000000000000000004-12"),
	Entry("grows past 99 messages", message.Departure, 2147483647, 100, "MDTP-DEP-00000000000002147483647-100"),
)
