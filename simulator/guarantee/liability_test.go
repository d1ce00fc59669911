package guarantee_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/guarantee"
)

var _ = Describe("The text of a liability", func() {
	DescribeTable("is amount, currency and reference:",
		func(text, amount, currency string) {
			l, err := guarantee.ParseLiability(text, "09GB00000100000M0")
			Expect(err).NotTo(HaveOccurred())
			Expect(l.Reference).To(Equal("09GB00000100000M0"))
			Expect(l.Stated()).To(Equal(amount != "0"))
			Expect([]string{l.Amount.String(), l.Currency}).To(Equal([]string{amount, currency}))
		},
		Entry("all of it", "5000.00GBP09GB00000100000M0", "5000", "GBP"),
		Entry("a small sum", "0.01EUR09GB00000100000M0", "0.01", "EUR"),
		Entry("as long as it may be", "999999999999999.99EUR09GB00000100000M0", "999999999999999.99", "EUR"),
		Entry("the reference alone", "09GB00000100000M0", "0", ""),
		Entry("a currency without an amount", "EUR09GB00000100000M0", "0", ""),
	)

	It("ends with the reference", func() {
		_, err := guarantee.ParseLiability("5GBP09GB00000100000M0 ", "09GB00000100000M0")
		Expect(err).To(Equal(guarantee.NotTransformable))
	})
})

// FuzzLiability makes sure that no text breaks the parser, and that what it takes says the same when it is written.
func FuzzLiability(f *testing.F) {
	for _, text := range []string{"", "99.05EUR", "EUR", "111.22", "00.00EUR", "111,22EUR", "'1EUR", "1E5EUR", "€€€", "\xff"} {
		f.Add(text, "20GB0000010000GX1")
	}
	f.Add("", "")
	f.Fuzz(func(t *testing.T, front, reference string) {
		l, err := guarantee.ParseLiability(front+reference, reference)
		if err != nil {
			if _, ok := err.(guarantee.Refusal); !ok || err.Error() == "" {
				t.Fatalf("%q: %v is not a refusal", front, err)
			}
			return
		}
		if !l.Stated() {
			if strings.ContainsAny(front, "0123456789") {
				t.Fatalf("%q: the amount got lost", front)
			}
			return
		}
		again, err := guarantee.ParseLiability(l.Amount.String()+l.Currency+reference, reference)
		if err != nil || again.Amount.Cmp(l.Amount) != 0 || again.Currency != l.Currency {
			t.Fatalf("%q: %v became %v, %v", front, l, again, err)
		}
	})
}
