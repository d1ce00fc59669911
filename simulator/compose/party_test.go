package compose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
)

const holder = "HolderOfTheTransitProcedure"

// parts lists the children of the holder.
func parts(m *message.Document) []string {
	var out []string
	for _, n := range m.Find(holder) {
		for _, c := range n.Children {
			out = append(out, c.Name)
		}
	}
	return out
}

var fullHolder = map[string]string{
	holder + "/name": "Whoever Ltd", holder + "/Address/streetAndNumber": "1 Quay", holder + "/Address/postcode": "DV1 1AA",
	holder + "/Address/city": "Dover", holder + "/Address/country": "GB",
	holder + "/ContactPerson/name": "Ann", holder + "/ContactPerson/phoneNumber": "0123",
}

var _ = Describe("The holder of the transit procedure (docs/spec/responses.md#3)", func() {
	DescribeTable("is shown in the form of the message:",
		func(code string, phase5, phase6 []string) {
			for p, want := range map[message.Phase][]string{message.Phase5: phase5, message.Phase6: phase6} {
				Expect(parts(made(request(code, fixture(p, "ie015-normal-gb-xi"))))).To(Equal(want), p.Dir())
			}
		},
		Entry("IE928 short", "IE928", short, short),
		Entry("IE028 short", "IE028", short, short),
		Entry("IE004 short", "IE004", short, short),
		Entry("IE009 short", "IE009", short, short),
		Entry("IE051 short", "IE051", short, short),
		Entry("IE055 short", "IE055", short, short),
		Entry("IE056 as sent", "IE056", short, short),
		Entry("IE060 short", "IE060", short, short),
		Entry("IE029 long", "IE029", long, long),
		Entry("IE019 long from phase 6", "IE019", short, long),
		Entry("IE035 long from phase 6", "IE035", short, long),
		Entry("IE045 long from phase 6", "IE045", short, long),
		Entry("IE182 not at all", "IE182", nil, nil),
	)

	It("has the TIR holder's number too under TIR, but in the IE055 (C0904)", func() {
		d := fixture(message.Phase5, "ie015-tir-xi")
		for _, code := range []string{"IE928", "IE028", "IE004", "IE009", "IE051", "IE056", "IE060", "IE019"} {
			Expect(parts(made(request(code, d)))).To(Equal([]string{"identificationNumber", "TIRHolderIdentificationNumber"}), code)
		}
		Expect(parts(made(request("IE055", d)))).To(Equal(short))
	})

	It("stays short although the trader sent name, address and contact beside the number", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), fullHolder)
		for _, code := range []string{"IE928", "IE028", "IE009", "IE060"} {
			Expect(parts(made(request(code, d)))).To(Equal(short), code)
		}
	})

	It("without a number is shown with name and address in every message, with the contact where there is room", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), fullHolder, holder+"/identificationNumber")
		for _, code := range departureTypes {
			m := made(request(code, d))
			switch code {
			case "IE182":
				Expect(m.Has(holder)).To(BeFalse())
			case "IE009", "IE029", "IE060":
				Expect(parts(m)).To(Equal([]string{"name", "Address", "ContactPerson"}), code)
			default:
				Expect(parts(m)).To(Equal([]string{"name", "Address"}), code)
				Expect(m.Get(holder + "/name")).To(Equal("Whoever Ltd"))
			}
		}
	})

	It("is taken from the movement when there is no declaration", func() {
		r := request("IE928", fixture(message.Phase5, "ie015-normal-gb-xi"))
		r.Original = nil
		Expect(made(r).Get(holder + "/identificationNumber")).To(Equal("GB953574106000"))
		r.Movement.MovementEORI = ""
		Expect(parts(made(r))).To(BeEmpty())
	})
})

var (
	short = []string{"identificationNumber"}
	long  = []string{"identificationNumber", "name", "Address"}
)

var _ = Describe("Party details (docs/spec/responses.md#3)", func() {
	const consignee = "Consignment/HouseConsignment[1]/Consignee"

	It("are three dashes for whoever is not in the register, in the country of the office of departure", func() {
		for name, country := range map[string]string{"ie015-normal-gb-xi": "GB", "ie015-normal-xi-gb": "XI"} {
			m := made(request("IE029", fixture(message.Phase5, name)))
			for _, party := range []string{holder, consignee} {
				Expect(m.Get(party + "/name")).To(Equal("---"))
				Expect(m.Get(party + "/Address/streetAndNumber")).To(Equal("---"))
				Expect(m.Get(party + "/Address/postcode")).To(Equal("---"))
				Expect(m.Get(party + "/Address/city")).To(Equal("---"))
				Expect(m.Get(party + "/Address/country")).To(Equal(country))
			}
		}
	})

	It("are those of the register for registered parties", func() {
		d := edited(fixture(message.Phase6, "ie015-normal-gb-xi"), map[string]string{
			holder + "/identificationNumber": "GB201909015000", consignee + "/identificationNumber": "GB201909015000",
		})
		m := made(request("IE029", d))
		for _, party := range []string{holder, consignee} {
			Expect(m.Get(party + "/name")).To(Equal("TT INVENTORY"))
			Expect(m.Get(party + "/Address/streetAndNumber")).To(Equal("3 LONDON ROAD"))
			Expect(m.Get(party + "/Address/postcode")).To(Equal("IP1 2JJ"))
			Expect(m.Get(party + "/Address/city")).To(Equal("IPSWICH"))
			Expect(m.Get(party + "/Address/country")).To(Equal("GB"))
		}
	})

	It("leave out what the register does not know", func() {
		own := compose.New(catalogue, compose.Options{Registry: map[string]compose.Party{
			"GB953574106000": {Name: "Own", Street: "Street", City: "City", Country: "IE"},
		}})
		out, err := own.Compose(request("IE029", fixture(message.Phase5, "ie015-normal-gb-xi")))
		Expect(err).NotTo(HaveOccurred())
		Expect(out.Document.Get(holder + "/Address/country")).To(Equal("IE"))
		Expect(out.Document.Has(holder + "/Address/postcode")).To(BeFalse())
	})

	It("stay as sent when the trader sent them", func() {
		m := made(request("IE029", edited(fixture(message.Phase5, "ie015-normal-gb-xi"), fullHolder)))
		Expect(m.Get(holder + "/name")).To(Equal("Whoever Ltd"))
		Expect(m.Get(holder + "/Address/city")).To(Equal("Dover"))
		Expect(m.Get(holder + "/ContactPerson/name")).To(Equal("Ann"))
	})

	It("are added to consignor and consignee of the consignment and of every house", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Consignment/Consignor/identificationNumber": "GB1", "Consignment/Consignee/identificationNumber": "GB2",
		})
		m := made(request("IE029", d))
		for _, party := range []string{
			"Consignment/Consignor", "Consignment/Consignee",
			"Consignment/HouseConsignment[1]/Consignor", "Consignment/HouseConsignment[1]/Consignee",
			"Consignment/HouseConsignment[2]/Consignor", "Consignment/HouseConsignment[2]/Consignee",
		} {
			Expect(m.Get(party+"/name")).To(Equal("---"), party)
			Expect(m.Get(party+"/Address/country")).To(Equal("GB"), party)
		}
	})
})

var _ = Describe("The representative (G0860)", func() {
	declared := map[string]string{
		"Representative/identificationNumber": "GB100000000000", "Representative/status": "2",
		"Representative/ContactPerson/name": "Rep", "Representative/ContactPerson/phoneNumber": "0999",
	}

	It("is copied into IE029, IE051, IE056 and IE060, in the IE056 without contact", func() {
		for _, p := range phases {
			d := edited(fixture(p, "ie015-normal-gb-xi"), declared)
			for _, code := range departureTypes {
				m := made(request(code, d))
				switch code {
				case "IE029", "IE051", "IE060":
					Expect(m.Get("Representative/ContactPerson/name")).To(Equal("Rep"), code)
				case "IE056":
					Expect(m.Get("Representative/status")).To(Equal("2"))
					Expect(m.Has("Representative/ContactPerson")).To(BeFalse())
				default:
					Expect(m.Has("Representative")).To(BeFalse(), code)
				}
			}
		}
	})

	It("is not there when nobody represents", func() {
		for _, code := range departureTypes {
			Expect(made(request(code, fixture(message.Phase5, "ie015-normal-gb-xi"))).Has("Representative")).To(BeFalse(), code)
		}
	})
})

var _ = Describe("A rejection (G0868)", func() {
	It("echoes office, holder and representative of the rejected message", func() {
		d := fixture(message.Phase5, "ie015-normal-gb-xi")
		wrong := edited(amendment(d), map[string]string{
			"CustomsOfficeOfDeparture/referenceNumber": "XI000081",
			holder + "/identificationNumber":           "GB000000000001",
			holder + "/name":                           "Somebody else",
			"Representative/identificationNumber":      "GB2", "Representative/status": "2",
		})
		m := made(answering("IE056", d, wrong))
		Expect(m.Get("CustomsOfficeOfDeparture/referenceNumber")).To(Equal("XI000081"))
		Expect(m.Get(holder + "/identificationNumber")).To(Equal("GB000000000001"))
		Expect(m.Get(holder + "/name")).To(Equal("Somebody else"))
		Expect(m.Get("Representative/identificationNumber")).To(Equal("GB2"))
		Expect(m.Get("messageSender")).To(Equal("NTA.GB"))
	})

	It("takes the declaration's representative for messages that have none", func() {
		d := edited(fixture(message.Phase5, "ie015-normal-gb-xi"), map[string]string{
			"Representative/identificationNumber": "GB1", "Representative/status": "2",
		})
		Expect(made(answering("IE056", d, invalidation(d))).Get("Representative/identificationNumber")).To(Equal("GB1"))
	})
})

var _ = It("a mail address that only the trader's messages may have is left out", func() {
	d := edited(fixture(message.Phase5, "ie015-simplified-gb-xi"), map[string]string{holder + "/ContactPerson/eMailAddress": "@at@example.com"})
	result := catalogue.Set(message.Phase5).Validate(GinkgoT().Context(), d.Bytes(), schemaOptions)
	Expect(result.Errors).To(BeEmpty(), "the declaration itself is valid")
	out := composed(request("IE029", d))
	Expect(out.Document.Has(holder + "/ContactPerson/eMailAddress")).To(BeFalse())
	Expect(out.Document.Has(holder + "/ContactPerson/name")).To(BeTrue())
	Expect(out.Warnings).To(ConsistOf("the mail address @at@example.com was left out, as IE029 cannot hold it"))
})
