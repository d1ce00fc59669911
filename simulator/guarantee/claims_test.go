package guarantee_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/simtest"
)

func claim(grn, amount, currency string) movement.Reservation {
	return movement.Reservation{GRN: grn, Amount: amount, Currency: currency}
}

var _ = Describe("What a declaration claims of its guarantees", func() {
	var claims []movement.Reservation
	set := func(b *message.Builder, path, value string) {
		GinkgoHelper()
		Expect(b.Set(path, value)).To(Succeed())
	}

	for _, phase := range []message.Phase{message.Phase5, message.Phase6} {
		current := func(edit func(*message.Builder)) []movement.Reservation {
			GinkgoHelper()
			return guarantee.Standard.Claims(simtest.Edited(phase, "ie015-simplified-gb-xi", func(b *message.Builder) {
				Expect(b.Remove("Guarantee")).To(Succeed())
				edit(b)
			}))
		}
		one := func(b *message.Builder, typ, grn, amount, currency string) {
			GinkgoHelper()
			group, err := b.Append("Guarantee")
			Expect(err).NotTo(HaveOccurred())
			set(group, "guaranteeType", typ)
			for path, value := range map[string]string{"GRN": grn, "amountToBeCovered": amount, "currency": currency} {
				if value != "" {
					set(group, "GuaranteeReference[1]/"+path, value)
				}
			}
		}

		Describe("in phase "+phase.String(), func() {
			It("is the amount to be covered", func() {
				claims = current(func(b *message.Builder) { one(b, "1", "24GB0000010000031", "1000.50", "GBP") })
				Expect(claims).To(Equal([]movement.Reservation{claim("24GB0000010000031", "1000.5", "GBP")}))
			})

			It("is ten thousand euros where no amount is given", func() {
				claims = current(func(b *message.Builder) { one(b, "1", "24GB0000010000031", "", "") })
				Expect(claims).To(Equal([]movement.Reservation{claim("24GB0000010000031", "10000", "EUR")}))
			})

			It("is in the currency of the default where an amount has none", func() {
				claims = current(func(b *message.Builder) { one(b, "1", "24GB0000010000031", "12.5", "") })
				Expect(claims).To(Equal([]movement.Reservation{claim("24GB0000010000031", "12.5", "EUR")}))
			})

			It("is one sum for each guarantee and currency, in the order of the declaration", func() {
				claims = current(func(b *message.Builder) {
					one(b, "0", "24XI0000010000031", "0.10", "GBP")
					one(b, "1", "24GB0000010000031", "5", "GBP")
					one(b, "0", "24XI0000010000031", "0.20", "GBP")
					one(b, "0", "24XI0000010000031", "7", "EUR")
				})
				Expect(claims).To(Equal([]movement.Reservation{
					claim("24XI0000010000031", "0.3", "GBP"), claim("24GB0000010000031", "5", "GBP"), claim("24XI0000010000031", "7", "EUR"),
				}))
			})

			It("is nothing for guarantees without a GRN, and nothing for an amount of zero", func() {
				claims = current(func(b *message.Builder) {
					one(b, "3", "", "5", "GBP")
					one(b, "8", "24XI0000010000031", "5", "GBP")
					one(b, "1", "24GB0000010000031", "0", "GBP")
				})
				Expect(claims).To(BeEmpty())
			})
		})
	}

	Describe("in phase 4", func() {
		claimed := func(d declaration) []movement.Reservation {
			GinkgoHelper()
			doc, err := simtest.Catalogue().Document(message.Phase4, d.root())
			Expect(err).NotTo(HaveOccurred())
			return guarantee.Standard.Claims(doc)
		}

		It("is the sum of the mentions of all items", func() {
			d := toItaly(item("1", cal("1000.10GBP"+grn)), item("2", cal("0.9GBP"+grn), mention("5GBP"+grn, "DG0")), item("3"))
			Expect(claimed(d)).To(Equal([]movement.Reservation{claim(grn, "1001", "GBP")}))
		})

		It("is the default for each mention without an amount, and for a guarantee without a mention", func() {
			Expect(claimed(toItaly(item("1", cal(grn)), item("2", cal("EUR"+grn))))).To(Equal([]movement.Reservation{claim(grn, "20000", "EUR")}))
			Expect(claimed(toItaly(item("1")))).To(Equal([]movement.Reservation{claim(grn, "10000", "EUR")}))
		})

		It("keeps guarantees and currencies apart", func() {
			d := toItaly(item("1", cal("5GBP"+grn), cal("6GBP09GB00000100000M0")), item("2", cal("7EUR"+grn)))
			d.guarantees = secured("1", grn) + secured("0", "09GB00000100000M0", grn) + secured("8", "20XI00014200002V8")
			Expect(claimed(d)).To(Equal([]movement.Reservation{claim(grn, "5", "GBP"), claim(grn, "7", "EUR"), claim("09GB00000100000M0", "6", "GBP")}))
		})
	})

	It("is nothing without a declaration", func() {
		Expect(guarantee.Standard.Claims(nil)).To(BeEmpty())
	})
})

var _ = Describe("The ledger", func() {
	It("takes what is reserved in the same currency off a balance", func() {
		l := guarantee.NewLedger([]movement.Reservation{claim(grn, "10.5", "GBP"), claim(grn, "0.25", "GBP"), claim(grn, "3", "EUR"), claim("x", "9", "GBP")})
		Expect(l.Remaining(claim(grn, "100", "GBP")).String()).To(Equal("89.25"))
		Expect(l.Remaining(claim(grn, "1", "EUR")).String()).To(Equal("-2"))
		Expect(l.Remaining(claim(grn, "1", "USD")).String()).To(Equal("1"))
		Expect(guarantee.Ledger{}.Remaining(claim(grn, "7", "GBP")).String()).To(Equal("7"))
	})

	It("can be had without some reservations, and stays as it is", func() {
		l := guarantee.NewLedger([]movement.Reservation{claim(grn, "10.5", "GBP"), claim(grn, "3", "EUR")})
		less := l.Without([]movement.Reservation{claim(grn, "10", "GBP"), claim("x", "1", "GBP")})
		Expect(less.Remaining(claim(grn, "100", "GBP")).String()).To(Equal("99.5"))
		Expect(less.Remaining(claim(grn, "100", "EUR")).String()).To(Equal("97"))
		Expect(less.Remaining(claim("x", "100", "GBP")).String()).To(Equal("100"))
		Expect(l.Remaining(claim(grn, "100", "GBP")).String()).To(Equal("89.5"))
	})
})
