package guarantee_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/guarantee"
	"nctsim/simulator/message"
	"nctsim/simulator/movement"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
)

// register is a guarantee system with one guarantee.
type register struct{ account guarantee.Account }

func (r register) Account(grn string) (guarantee.Account, bool) {
	return r.account, grn == r.account.GRN
}
func (r register) Trader(taxID string) bool   { return taxID != "GB000000000000" }
func (r register) Unreadable(grn string) bool { return grn == "23GB0000010009176" }

var _ = Describe("The messages behind a balance enquiry (docs/spec/guarantee-balance.md#1-6)", func() {
	const holder = "GB123456789012"
	at := time.Date(2021, 9, 14, 9, 52, 15, 0, time.UTC)
	asks := guarantee.Envelope{Address: "MDTP-GUA-22b9899e24ee48e6a18997d1", Reference: "1Z2Y3X", At: at}
	answers := guarantee.Envelope{Reference: "9A8B7C", At: at.Add(time.Minute)}
	money := func(text string) movement.Decimal {
		GinkgoHelper()
		d, err := movement.ParseDecimal(text)
		Expect(err).NotTo(HaveOccurred())
		return d
	}
	account := func() guarantee.Account {
		return guarantee.Account{GRN: grn, Type: "1", Holder: holder, Access: "ABC1", Balance: money("12345678.90"), Reserved: money("10.5"), Currency: "GBP", Since: "2021-01-02"}
	}
	valid := func(d *message.Document, root string) {
		GinkgoHelper()
		Expect(d.Root.Name).To(Equal(root))
		result := simtest.Catalogue().Set(message.Phase4).Validate(GinkgoT().Context(), d.Bytes(), schema.Options{Root: root})
		Expect(result.Errors).To(BeEmpty(), string(d.Bytes()))
	}
	query := func(q guarantee.Enquiry) *message.Document {
		GinkgoHelper()
		d, err := q.Query(simtest.Catalogue(), asks)
		Expect(err).NotTo(HaveOccurred())
		valid(d, "CD034A")
		return d
	}
	answer := func(q guarantee.Enquiry, a guarantee.Account) *message.Document {
		GinkgoHelper()
		d, err := guarantee.Answer(simtest.Catalogue(), query(q), register{a}, answers)
		Expect(err).NotTo(HaveOccurred())
		return d
	}
	right := guarantee.Enquiry{TaxID: holder, GRN: grn, Access: "ABC1"}

	It("ask with an IE034", func() {
		Expect(string(query(right).Bytes())).To(Equal("<CD034A><SynIdeMES1>UNOC</SynIdeMES1><SynVerNumMES2>3</SynVerNumMES2>" +
			"<MesSenMES3>MDTP-GUA-22b9899e24ee48e6a18997d1</MesSenMES3><MesRecMES6>NTA.GB</MesRecMES6>" +
			"<DatOfPreMES9>20210914</DatOfPreMES9><TimOfPreMES10>0952</TimOfPreMES10><IntConRefMES11>1Z2Y3X</IntConRefMES11>" +
			"<MesIdeMES19>1Z2Y3X</MesIdeMES19><MesTypMES20>GB034A</MesTypMES20><TRAPRIRC1><TINRC159>GB123456789012</TINRC159></TRAPRIRC1>" +
			"<GUAREF2><GuaRefNumGRNREF21>20GB0000010000GX1</GuaRefNumGRNREF21><GUAQUE><QueIdeQUE1>2</QueIdeQUE1></GUAQUE>" +
			"<TRAPRIOTG><TINOTG59>GB123456789012</TINOTG59></TRAPRIOTG><ACCDOC728><AccCodCOD729>ABC1</AccCodCOD729></ACCDOC728></GUAREF2></CD034A>"))
	})

	It("answer with the balance in an IE037", func() {
		d := answer(right, account())
		valid(d, "CD037A")
		Expect(d.Get("MesRecMES6")).To(Equal(asks.Address))
		Expect(d.Get("CUSTOFFGUARNT/RefNumRNT1")).To(Equal("GB000001"))
		Expect(d.Get("GUAREF2[1]/AccDatREF24")).To(Equal("20210102"))
		Expect(d.Get("GUAREF2[1]/EXPEXP/ExpEXP1")).To(Equal("10.5"))
		reply, err := guarantee.ReadReply(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(reply.Balance.String()).To(Equal("12345678.9"))
		Expect(reply.Currency).To(Equal("GBP"))
		Expect(reply.Errors).To(BeEmpty())
	})

	It("name the office that keeps the guarantee", func() {
		a, q := account(), right
		a.GRN, q.GRN = "23XI0000010000655", "23XI0000010000655"
		Expect(answer(q, a).Get("CUSTOFFGUARNT/RefNumRNT1")).To(Equal("XI000001"))
	})

	It("show a guarantee that is overdrawn as used up", func() {
		a := account()
		a.Balance, a.Since = money("-3"), ""
		d := answer(right, a)
		valid(d, "CD037A")
		Expect(d.Get("GUAREF2[1]/EXPEXP/BalEXP3")).To(Equal("0"))
		Expect(d.Get("GUAREF2[1]/AccDatREF24")).To(Equal("20210914"))
	})

	It("hold no more of what is reserved than sixteen characters, however much it is", func() {
		a := account()
		a.Balance, a.Reserved = money("9999999999999.99"), money("99999999999999.99")
		d := answer(right, a)
		valid(d, "CD037A")
		Expect(d.Get("GUAREF2[1]/EXPEXP/BalEXP3")).To(Equal("9999999999999.99"))
		Expect(d.Get("GUAREF2[1]/EXPEXP/ExpEXP1")).To(Equal("9999999999999.99"))
	})

	DescribeTable("refuse in an IE906:",
		func(change func(*guarantee.Enquiry, *guarantee.Account), want guarantee.RefusedQuery) {
			q, a := right, account()
			change(&q, &a)
			d := answer(q, a)
			valid(d, "CD906A")
			Expect(d.Get("OriMesIdeMES22")).To(Equal("1Z2Y3X"))
			reply, err := guarantee.ReadReply(d)
			Expect(err).NotTo(HaveOccurred())
			Expect(reply.Errors).To(Equal([]guarantee.RefusedQuery{want}))
		},
		Entry("a wrong access code", func(q *guarantee.Enquiry, _ *guarantee.Account) { q.Access = "ABC2" },
			guarantee.RefusedQuery{Type: "12", Pointer: "GRR(1).ACC(1).Access code"}),
		Entry("an unknown GRN", func(q *guarantee.Enquiry, _ *guarantee.Account) { q.GRN = "20GB0000010000GX2" },
			guarantee.RefusedQuery{Type: "12", Pointer: "GRR(1).Guarantee reference number (GRN)"}),
		Entry("somebody else's guarantee", func(q *guarantee.Enquiry, _ *guarantee.Account) { q.TaxID = "GB123456789013" },
			guarantee.RefusedQuery{Type: "12", Pointer: "GRR(1).OTG(1).TIN"}),
		Entry("an unknown tax id", func(q *guarantee.Enquiry, _ *guarantee.Account) { q.TaxID = "GB000000000000" },
			guarantee.RefusedQuery{Type: "12", Pointer: "RC1.TIN"}),
		Entry("a type without a balance", func(_ *guarantee.Enquiry, a *guarantee.Account) { a.Type = "4" },
			guarantee.RefusedQuery{Type: "14", Pointer: "GRR(1).GQY(1).Query identifier", Reason: "R261"}),
	)

	It("say in an IE917 that the enquiry cannot be read", func() {
		d := answer(guarantee.Enquiry{TaxID: holder, GRN: "23GB0000010009176", Access: "ABC1"}, account())
		valid(d, "CC917A")
		reply, err := guarantee.ReadReply(d)
		Expect(err).NotTo(HaveOccurred())
		Expect(reply.Unreadable).To(BeTrue())
	})

	It("are not an answer if they are something else", func() {
		_, err := guarantee.ReadReply(query(right))
		Expect(err).To(MatchError(ContainSubstring("CD034A")))
	})
})
