package compose_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/compose"
	"nctsim/simulator/message"
)

// declared is a sample declaration of phase 5; both phases have the same rules here.
func declared() *message.Document { return fixture(message.Phase5, "ie015-normal-gb-xi") }

// group is a group's texts with their paths.
func group(m *message.Document, path string) []string {
	GinkgoHelper()
	found := m.Find(path)
	Expect(found).To(HaveLen(1), path)
	return leaves(found[0])
}

var _ = Describe("The acceptance of the declaration (IE028)", func() {
	It("has the day of acceptance in UTC", func() {
		r := request("IE028", declared())
		r.Movement.Facts.Accepted = time.Date(2026, 7, 2, 0, 30, 0, 0, time.FixedZone("BST", 3600))
		Expect(made(r).Get("TransitOperation/declarationAcceptanceDate")).To(Equal("2026-07-01"))
	})

	It("is today when the movement does not know the day", func() {
		r := request("IE028", declared())
		r.Movement.Facts.Accepted = time.Time{}
		Expect(made(r).Get("TransitOperation/declarationAcceptanceDate")).To(Equal("2026-04-21"))
	})
})

var _ = Describe("The acceptance of an amendment (IE004)", func() {
	It("was submitted when the IE013 was received and accepted now", func() {
		m := made(answering("IE004", declared(), amendment(declared())))
		Expect(m.Get("TransitOperation/amendmentSubmissionDateAndTime")).To(Equal("2026-04-21T08:31:05"))
		Expect(m.Get("TransitOperation/amendmentAcceptanceDateAndTime")).To(Equal("2026-04-21T09:15:40"))
	})
})

var _ = Describe("The decision on an invalidation (IE009)", func() {
	It("accepts the trader's request and echoes their words", func() {
		Expect(group(made(answering("IE009", declared(), invalidation(declared()))), "Invalidation")).To(Equal([]string{
			"Invalidation/requestDateAndTime=2026-04-21T08:29:00", "Invalidation/decisionDateAndTime=2026-04-21T09:15:40",
			"Invalidation/decision=1", "Invalidation/initiatedByCustoms=0", "Invalidation/justification=Lorry has broken down",
		}))
	})

	It("refuses in the officer's words", func() {
		r := answering("IE009", declared(), invalidation(declared()))
		r.Content = compose.Content{Decision: "0", Justification: "No"}
		m := made(r)
		Expect(m.Get("Invalidation/decision")).To(Equal("0"))
		Expect(m.Get("Invalidation/initiatedByCustoms")).To(Equal("0"))
		Expect(m.Get("Invalidation/justification")).To(Equal("No"))
	})

	It("was requested when it was received if the IE014 does not say", func() {
		r := answering("IE009", declared(), edited(invalidation(declared()), nil, "Invalidation/requestDateAndTime"))
		Expect(made(r).Get("Invalidation/requestDateAndTime")).To(Equal("2026-04-21T08:31:05"))
	})

	It("has no date of request when customs acted (C0129)", func() {
		r := answering("IE009", declared(), invalidation(declared()))
		r.Content = compose.Content{ByCustoms: true, Justification: "Declared twice"}
		Expect(group(made(r), "Invalidation")).To(Equal([]string{
			"Invalidation/decisionDateAndTime=2026-04-21T09:15:40", "Invalidation/decision=1",
			"Invalidation/initiatedByCustoms=1", "Invalidation/justification=Declared twice",
		}))
	})

	It("can only come from customs when nobody sent an IE014", func() {
		for _, r := range []compose.Request{request("IE009", declared()), answering("IE009", declared(), declared())} {
			m := made(r)
			Expect(m.Get("Invalidation/initiatedByCustoms")).To(Equal("1"))
			Expect(m.Has("Invalidation/requestDateAndTime")).To(BeFalse())
			Expect(m.Get("Invalidation/justification")).To(Equal("Invalidated by customs"))
		}
	})
})

var _ = Describe("A rejection (IE056)", func() {
	It("is of the type of the rejected message", func() {
		d := declared()
		for code, answered := range map[string]*message.Document{
			"015": d, "013": amendment(d), "014": invalidation(d), "170": fixture(message.Phase5, "ie170-presentation"),
		} {
			Expect(made(answering("IE056", d, answered)).Get("TransitOperation/businessRejectionType")).To(Equal(code))
		}
		Expect(made(request("IE056", d)).Get("TransitOperation/businessRejectionType")).To(Equal("015"))
	})

	It("has code 12 and the errors, in the order of the office", func() {
		r := answering("IE056", declared(), declared())
		r.Content = compose.Content{Rejection: "015", Errors: []compose.FunctionalError{
			{Pointer: "/CC015C/TransitOperation/LRN", Code: "14", Reason: "BR20006", Original: "L1"},
			{Pointer: "/CC015C/Consignment", Code: "13", Reason: "C0001"},
		}}
		m := made(r)
		Expect(m.Get("TransitOperation/rejectionCode")).To(Equal("12"))
		Expect(m.Has("TransitOperation/rejectionReason")).To(BeFalse())
		Expect(m.Get("TransitOperation/rejectionDateAndTime")).To(Equal(m.Get("preparationDateAndTime")))
		Expect(group(m, "FunctionalError[1]")).To(Equal([]string{
			"FunctionalError/errorPointer=/CC015C/TransitOperation/LRN", "FunctionalError/errorCode=14",
			"FunctionalError/errorReason=BR20006", "FunctionalError/originalAttributeValue=L1",
		}))
		Expect(group(m, "FunctionalError[2]")).To(Equal([]string{
			"FunctionalError/errorPointer=/CC015C/Consignment", "FunctionalError/errorCode=13", "FunctionalError/errorReason=C0001",
		}))
	})

	It("has code 4 and a reason when there are no errors (C0492)", func() {
		r := request("IE056", declared())
		Expect(made(r).Get("TransitOperation/rejectionCode")).To(Equal("4"))
		Expect(made(r).Get("TransitOperation/rejectionReason")).To(Equal("Rejected by the office of departure"))
		r.Content = compose.Content{RejectionCode: "4", RejectionReason: "time limit for presentation expired"}
		Expect(made(r).Get("TransitOperation/rejectionReason")).To(Equal("time limit for presentation expired"))
	})

	It("cuts pointers and values at 512 characters, not bytes", func() {
		r := answering("IE056", declared(), declared())
		r.Content.Errors = []compose.FunctionalError{{Pointer: "/" + strings.Repeat("p", 600), Code: "14", Reason: "R0001", Original: strings.Repeat("é", 600)}}
		out := composed(r)
		Expect(out.Document.Get("FunctionalError/errorPointer")).To(HaveLen(512))
		Expect(out.Document.Get("FunctionalError/originalAttributeValue")).To(Equal(strings.Repeat("é", 512)))
		Expect(out.Warnings).To(HaveLen(2))
	})

	It("has room for 9999 errors and tells how many were left out", func() {
		r := answering("IE056", declared(), declared())
		for i := range 10003 {
			r.Content.Errors = append(r.Content.Errors, compose.FunctionalError{Pointer: fmt.Sprintf("/CC015C/x%d", i), Code: "14", Reason: "R0001"})
		}
		out := composed(r)
		Expect(out.Document.Find("FunctionalError")).To(HaveLen(9999))
		Expect(out.Document.Get("FunctionalError[9999]/errorPointer")).To(Equal("/CC015C/x9998"))
		Expect(out.Warnings).To(ConsistOf("IE056 has room for 9999 FunctionalError, 4 were left out"))
	})
})

var _ = Describe("A refusal to release (IE051)", func() {
	It("was declared when the IE015 was received", func() {
		r := request("IE051", declared())
		Expect(made(r).Get("TransitOperation/declarationSubmissionDateAndTime")).To(Equal("2026-04-21T08:30:05"))
		r.Movement.Facts.Submitted = time.Time{}
		r.Movement.Created = received.Add(time.Hour)
		Expect(made(r).Get("TransitOperation/declarationSubmissionDateAndTime")).To(Equal("2026-04-21T09:30:05"))
	})

	DescribeTable("has a code and a text", func(given compose.Motivation, code, text string) {
		r := request("IE051", declared())
		r.Content.Motivation = given
		Expect(made(r).Get("TransitOperation/noReleaseMotivationCode")).To(Equal(code))
		Expect(made(r).Get("TransitOperation/noReleaseMotivationText")).To(Equal(text))
	},
		Entry("for a bad guarantee", compose.Motivation{Code: "G1"}, "G1", "Guarantee not valid"),
		Entry("for a cash guarantee", compose.Motivation{Code: "G2"}, "G2", "Cash guarantee not provided"),
		Entry("for an unsatisfactory control", compose.Motivation{Code: "B1", Text: "Seals broken"}, "B1", "Seals broken"),
		Entry("by default", compose.Motivation{}, "B1", "Control result not satisfactory"),
		Entry("for a code nobody knows", compose.Motivation{Code: "Z9"}, "Z9", "Z9"),
	)
})

var _ = Describe("A bad guarantee (IE055)", func() {
	It("numbers the guarantees and the reasons on their own", func() {
		r := request("IE055", declared())
		r.Content.Guarantees = []compose.InvalidGuarantee{
			{GRN: "20XI0000010000110", Reasons: []compose.Reason{{Code: "G01", Text: "Does not exist"}}},
			{GRN: "24GB0000010000031", Reasons: []compose.Reason{{Code: "G03"}, {Code: "G04"}}},
		}
		m := made(r)
		Expect(group(m, "GuaranteeReference[2]")).To(Equal([]string{
			"GuaranteeReference/sequenceNumber=2", "GuaranteeReference/GRN=24GB0000010000031",
			"GuaranteeReference/InvalidGuaranteeReason/sequenceNumber=1", "GuaranteeReference/InvalidGuaranteeReason/code=G03",
			"GuaranteeReference/InvalidGuaranteeReason/sequenceNumber=2", "GuaranteeReference/InvalidGuaranteeReason/code=G04",
		}))
		Expect(m.Get("GuaranteeReference[1]/InvalidGuaranteeReason/text")).To(Equal("Does not exist"))
		Expect(m.Get("TransitOperation/declarationAcceptanceDate")).To(Equal("2026-04-21"))
	})

	It("explains a wrong access code in phase 6 only", func() {
		for p, want := range map[message.Phase]string{message.Phase5: "", message.Phase6: "Access code not valid"} {
			r := request("IE055", fixture(p, "ie015-normal-gb-xi"))
			r.Content.Guarantees = []compose.InvalidGuarantee{{GRN: "24GB0000010000031", Reasons: []compose.Reason{{Code: "G03"}}}}
			Expect(made(r).Get("GuaranteeReference/InvalidGuaranteeReason/text")).To(Equal(want))
		}
	})

	It("speaks of every declared GRN when the office names none", func() {
		d := edited(declared(), map[string]string{
			"Guarantee[2]/sequenceNumber": "2", "Guarantee[2]/GuaranteeReference[1]/GRN": "20XI0000010000110",
			"Guarantee[2]/GuaranteeReference[2]/sequenceNumber": "2",
		})
		m := made(request("IE055", d))
		Expect(m.Find("GuaranteeReference")).To(HaveLen(2))
		Expect(m.Get("GuaranteeReference[2]/GRN")).To(Equal("20XI0000010000110"))
		Expect(m.Get("GuaranteeReference[2]/InvalidGuaranteeReason/code")).To(Equal("G02"))
	})

	It("makes up a GRN when the declaration has none, and says so", func() {
		out := composed(request("IE055", fixture(message.Phase5, "ie015-tir-xi")))
		Expect(out.Document.Get("GuaranteeReference/GRN")).To(MatchRegexp(`^26XI000081[A-Z0-9]{6}[0-9]$`))
		Expect(out.Warnings).To(ConsistOf(HavePrefix("the declaration has no guarantee reference number, so IE055 speaks of 26XI000081")))
	})

	It("has room for 99 guarantees with 9 reasons each", func() {
		r := request("IE055", declared())
		reasons := make([]compose.Reason, 11)
		for i := range reasons {
			reasons[i].Code = "G04"
		}
		for range 120 {
			r.Content.Guarantees = append(r.Content.Guarantees, compose.InvalidGuarantee{GRN: "24GB0000010000031", Reasons: reasons})
		}
		out := composed(r)
		Expect(out.Document.Find("GuaranteeReference")).To(HaveLen(99))
		Expect(out.Document.Find("GuaranteeReference/InvalidGuaranteeReason")).To(HaveLen(99 * 9))
		Expect(out.Warnings).To(ContainElement("IE055 has room for 99 GuaranteeReference, 21 were left out"))
	})
})

var _ = Describe("A control decision (IE060)", func() {
	control := func(c compose.Content) *message.Document {
		GinkgoHelper()
		r := request("IE060", declared())
		r.Content = c
		m := made(r)
		Expect(m.Get("TransitOperation/controlNotificationDateAndTime")).To(Equal("2026-04-21T09:15:40"))
		return m
	}
	kinds := func(m *message.Document) []int {
		return []int{len(m.Find("TypeOfControls")), len(m.Find("RequestedDocument"))}
	}

	It("of type 0 names at least one control, by default of type 40", func() {
		m := control(compose.Content{})
		Expect(m.Get("TransitOperation/notificationType")).To(Equal("0"))
		Expect(group(m, "TypeOfControls")).To(Equal([]string{"TypeOfControls/sequenceNumber=1", "TypeOfControls/type=40"}))
		Expect(kinds(m)).To(Equal([]int{1, 0}))
	})

	It("of type 0 may ask for documents too", func() {
		m := control(compose.Content{
			Controls:  []compose.Control{{Type: "10"}, {Type: "30", Text: "Scanner"}},
			Documents: []compose.RequestedDocument{{Type: "N380", Description: "Invoice"}},
		})
		Expect(kinds(m)).To(Equal([]int{2, 1}))
		Expect(m.Get("TypeOfControls[2]/text")).To(Equal("Scanner"))
		Expect(group(m, "RequestedDocument")).To(Equal([]string{
			"RequestedDocument/sequenceNumber=1", "RequestedDocument/documentType=N380", "RequestedDocument/description=Invoice",
		}))
	})

	It("explains a control of type 50 (C0451)", func() {
		Expect(control(compose.Content{Controls: []compose.Control{{Type: "50"}}}).Get("TypeOfControls/text")).NotTo(BeEmpty())
		Expect(control(compose.Content{Controls: []compose.Control{{Type: "50", Text: "Vet"}}}).Get("TypeOfControls/text")).To(Equal("Vet"))
	})

	It("of type 1 asks for documents and names no controls", func() {
		m := control(compose.Content{NotificationType: "1", Controls: []compose.Control{{Type: "10"}}})
		Expect(kinds(m)).To(Equal([]int{0, 1}))
		Expect(m.Get("RequestedDocument/documentType")).To(Equal("C651"))
	})

	It("of type 2 has neither", func() {
		m := control(compose.Content{
			NotificationType: "2", Controls: []compose.Control{{Type: "10"}}, Documents: []compose.RequestedDocument{{Type: "N380"}},
		})
		Expect(kinds(m)).To(Equal([]int{0, 0}))
	})
})

var _ = Describe("What customs tells of the journey", func() {
	It("IE019 has the day, and the officer's text if there is one", func() {
		r := request("IE019", declared())
		Expect(made(r).Get("TransitOperation/discrepanciesNotificationDate")).To(Equal("2026-04-21"))
		Expect(made(r).Has("TransitOperation/discrepanciesNotificationText")).To(BeFalse())
		r.Content.Discrepancies = "unsatisfactory"
		Expect(made(r).Get("TransitOperation/discrepanciesNotificationText")).To(Equal("unsatisfactory"))
		Expect(made(r).Has("Guarantor")).To(BeFalse())
	})

	It("IE035 claims 0 EUR at the recovery office of the side by default", func() {
		for name, office := range map[string]string{"ie015-normal-gb-xi": "GB000001", "ie015-normal-xi-gb": "XI000001"} {
			m := made(request("IE035", fixture(message.Phase5, name)))
			Expect(m.Get("RecoveryNotification/recoveryNotificationDate")).To(Equal("2026-04-21"))
			Expect(m.Has("RecoveryNotification/recoveryNotificationText")).To(BeFalse())
			Expect(m.Get("RecoveryNotification/amountClaimed")).To(Equal("0"))
			Expect(m.Get("RecoveryNotification/currency")).To(Equal("EUR"))
			Expect(m.Get("CustomsOfficeOfRecoveryAtDeparture/referenceNumber")).To(Equal(office))
			Expect(m.Get("TransitOperation/declarationAcceptanceDate")).To(Equal("2026-04-21"))
			Expect(m.Has("Guarantor")).To(BeFalse())
		}
	})

	It("IE035 claims what the officer says", func() {
		r := request("IE035", declared())
		r.Content.Recovery = compose.Recovery{Text: "Lost", Amount: "12.50", Currency: "GBP"}
		Expect(group(made(r), "RecoveryNotification")).To(Equal([]string{
			"RecoveryNotification/recoveryNotificationDate=2026-04-21", "RecoveryNotification/recoveryNotificationText=Lost",
			"RecoveryNotification/amountClaimed=12.50", "RecoveryNotification/currency=GBP",
		}))
	})

	It("IE045 has the day", func() {
		m := made(request("IE045", declared()))
		Expect(m.Get("TransitOperation/writeOffDate")).To(Equal("2026-04-21"))
		Expect(m.Has("Guarantor")).To(BeFalse())
	})

	It("takes out of a handwritten text what a message cannot hold", func() {
		r := request("IE019", declared())
		r.Content.Discrepancies = "two\x00 lines\n" + strings.Repeat("x", 600) + "\xff"
		out := composed(r)
		Expect(out.Document.Get("TransitOperation/discrepanciesNotificationText")).To(Equal("two  lines " + strings.Repeat("x", 501)))
		Expect(out.Warnings).To(ConsistOf("the text of TransitOperation/discrepanciesNotificationText was cut at 512 characters"))
	})

	It("cuts it as the schema counts, an emoji for two, and takes out the ends of lines of other scripts", func() {
		r := request("IE019", declared())
		r.Content.Discrepancies = "a\u2028" + strings.Repeat("🚚", 300)
		Expect(composed(r).Document.Get("TransitOperation/discrepanciesNotificationText")).To(Equal("a " + strings.Repeat("🚚", 255)))
	})
})

var _ = Describe("An incident (IE182)", func() {
	const at = "Consignment/Incident"
	withContainer := func() *message.Document { return fixture(message.Phase5, "ie015-simplified-gb-xi") }

	It("is by default a change of tractor unit at the declared office of destination", func() {
		m := made(request("IE182", declared()))
		Expect(m.Get("TransitOperation/incidentNotificationDateAndTime")).To(Equal("2026-04-21T09:15:40"))
		Expect(m.Get("CustomsOfficeOfIncidentRegistration/referenceNumber")).To(Equal("XI000142"))
		Expect(m.Get(at + "/code")).To(Equal("3"))
		Expect(m.Get(at + "/text")).To(Equal("Change of tractor unit"))
		Expect(m.Get(at + "/Location/UNLocode")).To(Equal("GBBEL"))
		Expect(m.Get(at + "/Location/country")).To(Equal("XI"))
		Expect(m.Get(at + "/Endorsement/date")).To(Equal("2026-04-21"))
	})

	It("happens on the side of the office that registered it", func() {
		r := request("IE182", declared())
		for office, place := range map[string]string{"GB000060": "GBDVR", "XI005160": "GBBEL", "FR001260": "GBDVR"} {
			r.Content.Incident.Office = office
			Expect(made(r).Get("CustomsOfficeOfIncidentRegistration/referenceNumber")).To(Equal(office))
			Expect(made(r).Get(at + "/Location/UNLocode")).To(Equal(place))
		}
	})

	DescribeTable("has the groups that its code wants (C0240):",
		func(code string, equipment, transhipment bool) {
			r := request("IE182", withContainer())
			r.Content.Incident.Code = code
			m := made(r)
			Expect(m.Has(at + "/TransportEquipment")).To(Equal(equipment))
			Expect(m.Has(at + "/Transhipment")).To(Equal(transhipment))
			Expect(m.Get(at + "/text")).NotTo(BeEmpty())
		},
		Entry("1 neither", "1", false, false),
		Entry("2 equipment", "2", true, false),
		Entry("3 transhipment, and the equipment", "3", true, true),
		Entry("4 equipment", "4", true, false),
		Entry("5 neither", "5", false, false),
		Entry("6 transhipment, and the equipment", "6", true, true),
		Entry("7 of the published phase 6 example neither", "7", false, false),
	)

	It("shows equipment without seals when it is about equipment and none was declared", func() {
		r := request("IE182", declared())
		r.Content.Incident = compose.Incident{Code: "2", Text: "Seal cut"}
		m := made(r)
		Expect(m.Get(at + "/text")).To(Equal("Seal cut"))
		Expect(group(m, at+"/TransportEquipment")).To(Equal([]string{"TransportEquipment/sequenceNumber=1", "TransportEquipment/numberOfSeals=0"}))
	})

	It("goes on in containers only if there is one (C0040, C0820)", func() {
		r := request("IE182", declared())
		Expect(made(r).Get(at + "/Transhipment/containerIndicator")).To(Equal("0"))
		r = request("IE182", withContainer())
		Expect(made(r).Get(at + "/Transhipment/containerIndicator")).To(Equal("1"))
		Expect(made(r).Get(at + "/TransportEquipment/containerIdentificationNumber")).NotTo(BeEmpty())
	})
})
