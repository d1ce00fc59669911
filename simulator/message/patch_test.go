package message_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
)

var _ = Describe("A document that was edited", func() {
	const text = "\ufeff<?xml version='1.0'?>\n<!-- ours -->\n<n:CC015C  xmlns:n='http://ncts.dgtaxud.ec'\n PhaseID='NCTS5.1'>\n" +
		"\t<messageSender>A &amp; B</messageSender>\r\n  <TransitOperation >\n    <LRN><![CDATA[L-1]]></LRN>\n    <!-- a --><limitDate> 2026-01-01 </limitDate>\n  </TransitOperation >\n" +
		"  <Authorisation><sequenceNumber/></Authorisation>\n</n:CC015C>\n<!-- end -->\n"
	edit := func(change func(b *message.Builder)) string {
		GinkgoHelper()
		d, err := catalogue.Parse(message.Phase5, []byte(text))
		Expect(err).NotTo(HaveOccurred())
		b := message.Edit(d)
		change(b)
		out := string(b.Document().Patched([]byte(text), d.Root))
		again, err := catalogue.Parse(message.Phase5, []byte(out))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(again.Bytes())).To(Equal(string(b.Document().Bytes())), "text and tree say the same")
		return out
	}
	set := func(path, value string) func(b *message.Builder) {
		return func(b *message.Builder) { Expect(b.Set(path, value)).To(Succeed()) }
	}
	changed := func(from, to string) string { return strings.Replace(text, from, to, 1) }

	It("keeps every byte that was not changed", func() {
		Expect(edit(func(*message.Builder) {})).To(Equal(text))
		Expect(edit(set("TransitOperation/LRN", "L-1"))).To(Equal(text))
	})
	It("has new texts in their places, escaped", func() {
		Expect(edit(set("TransitOperation/LRN", "<2>"))).To(Equal(changed("<![CDATA[L-1]]>", "&lt;2&gt;")))
		Expect(edit(set("TransitOperation/limitDate", "2026-02-02"))).To(Equal(changed(" 2026-01-01 ", "2026-02-02")))
		Expect(edit(set("Authorisation/sequenceNumber", "1"))).To(Equal(changed("<sequenceNumber/>", "<sequenceNumber>1</sequenceNumber>")))
	})
	It("has new elements where they belong, indented as their neighbours", func() {
		Expect(edit(set("TransitOperation/declarationType", "T1"))).To(Equal(changed("</LRN>", "</LRN>\n    <declarationType>T1</declarationType>")))
		Expect(edit(set("CustomsOfficeOfDeparture/referenceNumber", "GB1"))).To(Equal(changed("</Authorisation>", "</Authorisation>\n\t<CustomsOfficeOfDeparture><referenceNumber>GB1</referenceNumber></CustomsOfficeOfDeparture>")))
	})
	It("lacks what was taken out", func() {
		Expect(edit(func(b *message.Builder) { Expect(b.Remove("Authorisation")).To(Succeed()) })).To(Equal(
			changed("\n  <Authorisation><sequenceNumber/></Authorisation>", "")))
		Expect(edit(func(b *message.Builder) { Expect(b.Remove("TransitOperation/LRN")).To(Succeed()) })).To(Equal(
			changed("\n    <LRN><![CDATA[L-1]]></LRN>", "")))
	})
})
