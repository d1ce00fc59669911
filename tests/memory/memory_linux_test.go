// Package memory_test measures what the real binary needs for hostile and large messages.
package memory_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
	"nctsim/tests/binary"
)

func TestMemory(t *testing.T) {
	suite.Run(t, "Memory")
}

// memory is a figure of the memory of a process in bytes: VmRSS for what it uses, VmHWM for the most that it has used.
func memory(p binary.Process, figure string) int {
	GinkgoHelper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Command.Process.Pid))
	Expect(err).NotTo(HaveOccurred())
	found := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		Skip("SKIPPED: this system does not say how much memory a process uses")
	}
	kilobytes, err := strconv.Atoi(string(found[1]))
	Expect(err).NotTo(HaveOccurred())
	return kilobytes << 10
}

// say puts a figure into the report of the spec.
func say(what string, bytes int) {
	AddReportEntry(what, fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)))
}

// upload begins a POST of a declaration in a format, "xml" or "json", and returns the connection.
func upload(p binary.Process, format string, length int) net.Conn {
	GinkgoHelper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nAccept: application/vnd.hmrc.2.1+json\r\n"+
		"Content-Type: application/%s\r\nContent-Length: %d\r\n\r\n", "/customs/transits/movements/departures", format, length)
	Expect(err).NotTo(HaveOccurred())
	return conn
}

// What a declaration begins and ends with.
const (
	startOfXML = `<ncts:CC015C PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec">`
	endOfXML   = `</ncts:CC015C>`
)

// declaration is one of at least so many bytes that is accepted: 950 items with up to 99 packagings each.
func declaration(length int) []byte {
	const items = 950
	xml := simtest.Sample(message.Phase5, simtest.Simplified)
	xml = regexp.MustCompile(`<(limitDate|arrivalDateAndTimeEstimated)>2025`).ReplaceAll(xml, []byte("<${1}>2099")) // to come
	xml = regexp.MustCompile(`<grossMass>[^<]*`).ReplaceAll(xml, []byte("<grossMass>950"))
	around := regexp.MustCompile(`(?s)<ConsignmentItem>.*</ConsignmentItem>`).FindIndex(xml)
	element := func(name string) *regexp.Regexp { return regexp.MustCompile(`(?s)<` + name + `>.*?</` + name + `>`) }
	with := func(text []byte, leaf string, value int) []byte {
		return element(leaf).ReplaceAll(text, fmt.Appendf(nil, "<%s>%d</%[1]s>", leaf, value))
	}
	item := with(with(element("ConsignmentItem").Find(xml), "grossMass", 1), "netMass", 1)
	packaging := element("Packaging").Find(item)
	before, after, _ := bytes.Cut(item, packaging)
	out := bytes.NewBuffer(make([]byte, 0, length+length/100))
	out.Write(xml[:around[0]])
	for n := range items {
		out.Write(with(with(before, "goodsItemNumber", n+1), "declarationGoodsItemNumber", n+1))
		for p := 0; p < 99 && (p == 0 || out.Len() < (n+1)*length/items); p++ {
			out.Write(with(packaging, "sequenceNumber", p+1))
		}
		out.Write(after)
	}
	out.Write(xml[around[1]:])
	return out.Bytes()
}

var _ = Describe("The memory of the real binary", func() {
	const length = 5_000_000

	It("is not filled by uploads that never end", func() {
		tier.Slow()
		p := binary.Serve(GinkgoT().TempDir())
		before := memory(p, "VmRSS")
		almost := strings.Repeat(" ", length-1)
		var sending sync.WaitGroup
		for range 60 {
			conn := upload(p, "xml", length)
			// The server stops reading when it has no room, and closes the connection in the end.
			sending.Go(func() { _, _ = io.WriteString(conn, almost) })
		}
		// The first ones are given up meanwhile, and what they have left waits for the collector.
		Consistently(func() int { return memory(p, "VmRSS") - before }, "10s", "100ms").Should(BeNumerically("<", 240<<20))
		Expect(p.Ready()).To(Equal(http.StatusOK))
		p.Kill().Wait(binary.Patience)
		sending.Wait()
	})

	It("grows by less than 40 MB while an upload of 20 MB comes, is checked and stored, and is given back after the office has read it", func(ctx SpecContext) {
		tier.Slow()
		p := binary.Serve(GinkgoT().TempDir())
		xml := simtest.Sample(message.Phase5, simtest.Simplified)
		item := regexp.MustCompile(`(?s)<ConsignmentItem>.*?</ConsignmentItem>`).Find(xml)
		house := regexp.MustCompile(`(?s)<HouseConsignment>.*</HouseConsignment>`).FindIndex(xml)
		one := xml[house[0]:house[1]]
		full := bytes.Replace(one, item, bytes.Repeat(item, 900), 1)
		large := slices.Concat(xml[:house[0]], bytes.Repeat(full, (20_000_000-len(xml))/len(full)), xml[house[1]:])
		receipt, form, err := p.Trader.BeginUpload(ctx, client.Submission{Type: message.Phase5.Creating(message.Departure)})
		Expect(err).NotTo(HaveOccurred())
		before, anonymous := memory(p, "VmHWM"), memory(p, "RssAnon")
		Expect(p.Trader.Upload(ctx, form, "delayed.1s.xml", large)).To(Succeed())
		Expect(memory(p, "VmHWM")-before).To(BeNumerically("<", 10<<20), "while it came")
		most := 0 // of what was seen before the message was stored
		Eventually(ctx, func() (string, error) {
			used := memory(p, "RssAnon") - anonymous
			list, err := p.Trader.Messages(ctx, message.Departure, receipt.Movement)
			stored := strings.Contains(fmt.Sprint(list), "Success")
			if !stored {
				most = max(most, used)
			}
			return fmt.Sprint(list), err
		}, "2m", "5ms").Should(ContainSubstring("Success"))
		Expect(most).To(BeNumerically("<", 38<<20), "while it was checked and stored")
		settled := make(chan struct{})
		go func() {
			defer GinkgoRecover()
			defer close(settled)
			p.Settle(ctx)
		}()
		Eventually(ctx, func() <-chan struct{} {
			most = max(most, memory(p, "RssAnon")-anonymous)
			return settled
		}, "2m", "5ms").Should(BeClosed())
		say("anonymous memory of a refusal", most)
		say("resident memory of a refusal", memory(p, "VmHWM")-before)
		Expect(most).To(BeNumerically("<", 60<<20), "while the office read it and refused it with all errors that an answer holds")
		Eventually(func() int { return memory(p, "RssAnon") - anonymous }, "2m", "200ms").Should(BeNumerically("<", 20<<20))
		say("anonymous memory that is left after a refusal", memory(p, "RssAnon")-anonymous)
	})

	It("grows by less than 40 MB while the office accepts an upload of 20 MB, and repeats it in the release, and gives it back at once", func(ctx SpecContext) {
		tier.Slow()
		p := binary.Serve(GinkgoT().TempDir())
		receipt, form, err := p.Trader.BeginUpload(ctx, client.Submission{Type: message.Phase5.Creating(message.Departure)})
		Expect(err).NotTo(HaveOccurred())
		anonymous, before := memory(p, "RssAnon"), memory(p, "VmHWM")
		Expect(p.Trader.Upload(ctx, form, "large.xml", declaration(19_990_000))).To(Succeed())
		most := 0
		Eventually(ctx, func() (string, error) {
			most = max(most, memory(p, "RssAnon")-anonymous)
			list, err := p.Trader.Messages(ctx, message.Departure, receipt.Movement)
			return fmt.Sprint(list), err
		}, "2m", "5ms").Should(ContainSubstring("IE029"))
		say("anonymous memory of a release", most)
		say("resident memory of a release", memory(p, "VmHWM")-before)
		Expect(most).To(BeNumerically("<", 40<<20))
		Eventually(func() int { return memory(p, "RssAnon") - anonymous }, "10s", "100ms").Should(BeNumerically("<", 20<<20))
		say("anonymous memory that is left after a release", memory(p, "RssAnon")-anonymous)
	})

	DescribeTable("stays within bounds when 16 hostile messages come at once",
		func(format, start, piece, end string) {
			tier.Slow()
			p := binary.Serve(GinkgoT().TempDir())
			body := start + strings.Repeat(piece, (length-len(start)-len(end))/len(piece)) + end
			var sending sync.WaitGroup
			for range 16 {
				conn := upload(p, format, len(body))
				sending.Go(func() {
					_, _ = io.WriteString(conn, body)
					_, _ = io.ReadAll(io.LimitReader(conn, 100))
				})
			}
			sending.Wait()
			Expect(memory(p, "VmHWM")).To(BeNumerically("<", 400<<20))
		},
		Entry("of many elements", "xml", startOfXML, "<a/>", endOfXML),
		Entry("of many attributes", "xml", startOfXML, `<a b="" c="" d=""/>`, endOfXML),
		Entry("of many empty objects", "json", `{"n1:CC015C":[`, "{},", `{}]}`),
		Entry("of many numbers, cut off", "json", `{"n1:CC015C":[`, "0,", ""),
	)
})
