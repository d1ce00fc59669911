package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// dial connects to the world without an HTTP client.
func (w *world) dial() *net.TCPConn {
	GinkgoHelper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = conn.Close() })
	return conn.(*net.TCPConn)
}

// request is a whole request as it goes over the wire.
func request(method, path, body string, headers ...string) string {
	text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n", method, path, trader, len(body))
	for _, h := range headers {
		text += h + "\r\n"
	}
	return text + "\r\n" + body
}

// halfClosed sends a request, closes the client's side of the connection and reads the answer.
func (w *world) halfClosed(text string) (status int, body string) {
	GinkgoHelper()
	conn := w.dial()
	_, err := io.WriteString(conn, text)
	Expect(err).NotTo(HaveOccurred())
	Expect(conn.CloseWrite()).To(Succeed())
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response.StatusCode, string(data)
}

var _ = Describe("A client that closes its side of the connection when it has sent everything", func() {
	const xml, json = "Content-Type: application/xml", "Content-Type: application/json"
	accepting := func(version string) string { return "Accept: application/vnd.hmrc." + version + "+json" }

	It("is answered in all versions as any other, and what it has sent is stored", func() {
		w := newWorld()
		for i := range 25 {
			lrn := fmt.Sprint("LRN", i)
			status, body := w.halfClosed(request("POST", departures, declaration(lrn), xml, accepting("2.1")))
			Expect(status).To(Equal(202), body)
			first := departures + "/" + between(body, `"departureId":"`, `"`)
			status, body = w.halfClosed(request("POST", departures, withLRN(fixture("phase6/valid/ie015-simplified-gb-xi.xml"), lrn+"B"), xml, accepting("3.0")))
			Expect(status).To(Equal(202), body)
			status, body = w.halfClosed(request("POST", first+"/messages", fixture(invalidation), xml, accepting("2.1")))
			Expect(status).To(Equal(202), body)
			status, body = w.halfClosed(request("GET", first+"/messages", "", accepting("2.1")))
			Expect(status).To(Equal(200), body)
			Expect(body).To(ContainSubstring(`"totalCount":2`))
			status, body = w.halfClosed(request("POST", "/test"+first+"/messages", `{"message":{"messageType":"IE928"}}`, json, accepting("2.1")))
			Expect(status).To(Equal(201), body)

			status, body = w.halfClosed(request("POST", arrivals, fixture(p4Notification), xml))
			Expect(status).To(Equal(202), body)
			legacy := fmt.Sprint(arrivals, "/", i+1)
			status, body = w.halfClosed(request("PUT", legacy, fixture(p4Notification), xml))
			Expect(status).To(Equal(202), body)
			status, body = w.halfClosed(request("POST", legacy+"/messages", fixture(p4Remarks), xml))
			Expect(status).To(Equal(202), body)
		}
		Expect(w.get(departures).Body).To(ContainSubstring(`"totalCount":50`))
		Expect(w.get1(arrivals).Body).To(ContainSubstring(`"totalArrivals":25`))
	})

	It("is answered by the control API as any other, also when that takes a while", func() {
		w := newWorld(profile("trader-test"))
		for i := range 10 {
			id := w.declare(fmt.Sprint("LRN", i))
			status, body := w.halfClosed(request("POST", "/simulator/v1/settle", ""))
			Expect(status).To(Equal(200), body)
			status, body = w.halfClosed(request("POST", "/simulator/v1/clock/advance", `{"by":"2h"}`))
			Expect(status).To(Equal(200), body)
			status, body = w.halfClosed(request("POST", "/simulator/v1/movements/"+id.movement+"/messages", `{"messageType":"IE928"}`, json))
			Expect(status).To(Equal(201), body)
			status, body = w.halfClosed(request("GET", "/simulator/v1/movements/"+id.movement, ""))
			Expect(status).To(Equal(200), body)
			Expect(body).To(ContainSubstring("IE928"))
		}
		status, _ := w.halfClosed(request("POST", "/simulator/v1/reset", ""))
		Expect(status).To(Equal(204))
	})

	It("gets the stream of events for as long as it listens", func() {
		w := newWorld()
		conn := w.dial()
		_, err := io.WriteString(conn, request("GET", "/simulator/v1/events", ""))
		Expect(err).NotTo(HaveOccurred())
		Expect(conn.CloseWrite()).To(Succeed())
		lines := bufio.NewScanner(conn)
		for lines.Scan() && lines.Text() != ": alive" {
		}
		w.declare("LRN-0001")
		Expect(conn.SetReadDeadline(time.Now().Add(10 * time.Second))).To(Succeed())
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: ") {
		}
		Expect(lines.Text()).To(HavePrefix("event: "))
		Expect(conn.Close()).To(Succeed())
	})

	It("is not waited for by a server that shuts down: what waits ends", func(ctx context.Context) {
		w := newWorld()
		server := w.api.NewServer(w.api.Everything())
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		go func() { _ = server.Serve(listener) }()
		conn, err := net.Dial("tcp", listener.Addr().String())
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close()
		_, err = io.WriteString(conn, request("GET", "/simulator/v1/events", ""))
		Expect(err).NotTo(HaveOccurred())
		_, err = bufio.NewReader(conn).ReadString('\n')
		Expect(err).NotTo(HaveOccurred())
		Expect(conn.(*net.TCPConn).CloseWrite()).To(Succeed())
		shutdown, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		Expect(server.Shutdown(shutdown)).To(Succeed())
	})
})
