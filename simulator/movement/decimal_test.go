package movement_test

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/movement"
	"nctsim/simulator/simtest/suite"
)

var _ = Describe("A decimal number", func() {
	number := func(text string) movement.Decimal {
		GinkgoHelper()
		d, err := movement.ParseDecimal(text)
		Expect(err).NotTo(HaveOccurred())
		return d
	}

	DescribeTable("is written without superfluous zeros, or with the decimals of money", suite.Parameters,
		func(text, plain, money string) {
			Expect(number(text).String()).To(Equal(plain))
			Expect(number(text).Fixed(2)).To(Equal(money))
		},
		Entry(nil, "262626.00", "262626", "262626.00"),
		Entry(nil, "12345678.90", "12345678.9", "12345678.90"),
		Entry(nil, "0.125", "0.125", "0.125"),
		Entry(nil, "+.5", "0.5", "0.50"),
		Entry(nil, "5.", "5", "5.00"),
		Entry(nil, "-00.10", "-0.1", "-0.10"),
		Entry(nil, "99999999999999999999.01", "99999999999999999999.01", "99999999999999999999.01"),
	)

	DescribeTable("is in plain notation, with digits before or after a point", suite.Parameters,
		func(text string) {
			_, err := movement.ParseDecimal(text)
			Expect(err).To(MatchError(ContainSubstring("is not a decimal number; hint: ")))
		},
		Entry(nil, ""), Entry(nil, "."), Entry(nil, "-"), Entry(nil, "1,5"), Entry(nil, "1E9"), Entry(nil, "1/3"), Entry(nil, "0x10"),
		Entry(nil, " 1"), Entry(nil, "1 "), Entry(nil, "1_000"), Entry(nil, "Inf"), Entry(nil, "٣"),
	)

	It("adds up to the penny", func() {
		var sum movement.Decimal
		for range 1000 {
			sum = sum.Plus(number("0.10"))
		}
		Expect(sum.String()).To(Equal("100"))
		Expect(sum.Minus(number("100.01")).String()).To(Equal("-0.01"))
		Expect(sum.Cmp(number("100.00"))).To(Equal(0))
		Expect(movement.Decimal{}.Sign()).To(Equal(0))
	})

	It("can be rounded", func() {
		Expect(number("0.125").Rounded(2).String()).To(Equal("0.13"))
		Expect(number("-0.125").Rounded(2).String()).To(Equal("-0.13"))
		Expect(number("7").Rounded(2).String()).To(Equal("7"))
	})

	It("keeps its value in JSON", func() {
		data, err := json.Marshal(map[string]movement.Decimal{"amount": number("1000.50")})
		Expect(err).NotTo(HaveOccurred())
		Expect(data).To(MatchJSON(`{"amount":"1000.5"}`))
		var back map[string]movement.Decimal
		Expect(json.Unmarshal(data, &back)).To(Succeed())
		Expect(back["amount"].Cmp(number("1000.5"))).To(Equal(0))
		Expect(json.Unmarshal([]byte(`{"amount":"x"}`), &back)).NotTo(Succeed())
	})
})
