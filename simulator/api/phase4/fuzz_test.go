package phase4

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/schema"
	"nctsim/simulator/simtest"
	"nctsim/simulator/xmltree"
)

// FuzzBody reads bodies as D1 does: whatever comes, nothing breaks; and what is valid is shown and sealed as a document
// that says the same, but for the sender.
func FuzzBody(f *testing.F) {
	for _, name := range []string{"valid/ie015-simplified-gb-xi.xml", "valid/ie054-sender.xml", "invalid/ie015-prefix.xml", "invalid/ie014-doctype.xml"} {
		data := simtest.File("phase4/" + name)
		f.Add(data)
	}
	f.Add([]byte("<CC015B><a/><b></b>&amp;<![CDATA[<]]><!-- --></CC015B>"))
	f.Add([]byte("<a xmlns=''>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		g := gomega.NewWithT(t)
		rootTag(body)
		shown := reserialised(body)
		result := simtest.Catalogue().Set(phase).Validate(t.Context(), body, schema.Options{MaxErrors: 1})
		if !result.Valid() {
			return
		}
		again, err := xmltree.Parse(shown)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(outline(again)).To(gomega.Equal(outline(result.Root)))
		g.Expect(reserialised(shown)).To(gomega.Equal(shown))
		g.Expect(string(written(again))).To(gomega.Equal(string(withoutBlanks(shown))))
		stored, err := xmltree.Parse(open(shown).seal("MDTP"))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(stored.All(senderElement)).To(gomega.HaveLen(1))
		g.Expect(stored.Value(senderElement)).To(gomega.Equal("MDTP"))
		g.Expect(open(open(shown).seal("a")).seal("MDTP")).To(gomega.Equal(open(shown).seal("MDTP")))
	})
}

// withoutBlanks is a reserialised document without the white space between its elements.
func withoutBlanks(text []byte) []byte {
	var b bytes.Buffer
	behindEnd := false // of an element
	for s := xmltree.NewScanner(text); ; {
		t, err := s.Next()
		if err != nil || t.Kind == xmltree.End {
			return b.Bytes()
		}
		blank := t.Kind == xmltree.Text && strings.Trim(t.Name, " \t\r\n") == ""
		if !blank || !behindEnd && bytes.HasPrefix(text[t.End:], []byte("</")) {
			b.Write(text[t.Start:t.End])
		}
		behindEnd = t.Kind != xmltree.StartTag
	}
}

// outline is what a tree says: names and texts.
func outline(n *xmltree.Node) string {
	var b strings.Builder
	b.WriteString("<" + n.Name + ">" + strconv.Quote(n.Text))
	for _, c := range n.Children {
		b.WriteString(outline(c))
	}
	return b.String() + "</>"
}

// FuzzPrepared reads preparation dates and times: an answer is a minute of a day that exists.
func FuzzPrepared(f *testing.F) {
	for _, date := range []string{"20260302", "260302", "2026030", "20210231", "00000101", "-1234567", "99999999"} {
		f.Add(date, "0905")
		f.Add(date, "2460")
	}
	f.Fuzz(func(t *testing.T, date, clock string) {
		at, err := prepared(date, clock)
		if err != nil {
			return
		}
		g := gomega.NewWithT(t)
		g.Expect(at.Format("1504")).To(gomega.Equal(clock))
		g.Expect(at.Format("20060102")[:6]).To(gomega.Or(gomega.Equal(date[:len(date)-2]), gomega.Equal("20"+date[:len(date)-2])))
		g.Expect(at.Second() + at.Nanosecond()).To(gomega.BeZero())
	})
}

// FuzzWanted reads requests to the Test Support API: nothing breaks, and what is accepted is of the direction.
func FuzzWanted(f *testing.F) {
	f.Add(`{"message":{"messageType":"IE043","goodsCount":3}}`)
	f.Add(`{"message":{"messageType":"IE917","source":"DEP"}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		request, err := decodeJSON([]byte(text))
		if err != nil {
			return
		}
		for _, k := range []message.Kind{message.Departure, message.Arrival} {
			want, err := wantedOf(request, k)
			if err != nil {
				continue
			}
			known, ok := phase.TypeOfCode(want.typ)
			g := gomega.NewWithT(t)
			g.Expect(ok).To(gomega.BeTrue())
			g.Expect(known.Of(k)).To(gomega.BeTrue())
		}
	})
}
