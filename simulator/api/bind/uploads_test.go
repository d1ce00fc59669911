package bind_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/api/bind"
	"nctsim/simulator/simtest/suite"
)

const mostOfBody = 5_000_000

// reading is a server that reads bodies and says how long they were or what was wrong; it keeps those longer than a byte
// until let is closed.
func reading(l bind.Limits) (address string, let chan struct{}) {
	GinkgoHelper()
	return readingFor(bind.NewUploads(l))
}

func readingFor(u *bind.Uploads) (address string, let chan struct{}) {
	GinkgoHelper()
	let = make(chan struct{})
	server := httptest.NewServer(u.Bound(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keep := strings.HasPrefix(string(bind.Peek(r)), "k")
		body, err := bind.Body(r, mostOfBody)
		switch {
		case errors.Is(err, bind.ErrBusy):
			w.WriteHeader(503)
		case errors.Is(err, bind.ErrSlow):
			w.WriteHeader(408)
		case errors.Is(err, bind.ErrTooLarge):
			bind.Discard(r)
			w.WriteHeader(413)
		case err != nil:
			w.WriteHeader(400)
		default:
			Expect(bind.UploadFailure(r)).NotTo(HaveOccurred())
			if keep {
				<-let
			}
			fmt.Fprint(w, len(body))
		}
	})))
	DeferCleanup(server.Close)
	return server.Listener.Addr().String(), let
}

// send begins to send a body and returns the connection; length -1 sends it in chunks.
func send(address string, length int, start string) net.Conn {
	GinkgoHelper()
	conn, err := net.Dial("tcp", address)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	if length < 0 {
		_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(start), start)
	} else {
		_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", length, start)
	}
	Expect(err).NotTo(HaveOccurred())
	return conn
}

// answered is the status of the answer and its body.
func answered(conn net.Conn) string {
	GinkgoHelper()
	Expect(conn.SetReadDeadline(time.Now().Add(30 * time.Second))).To(Succeed())
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", string(body)))
}

var _ = Describe("A body", func() {
	limits := bind.Limits{Uploads: 3, Small: 10_000, Large: 500_000, Pause: 30 * time.Second, Rate: 1000, Patience: 30 * time.Second}
	with := func(change func(*bind.Limits)) bind.Limits {
		l := limits
		change(&l)
		return l
	}

	DescribeTable("arrives whole, whatever its length", suite.Parameters,
		func(length int) {
			address, _ := reading(bind.DefaultLimits())
			body := strings.Repeat("x", length)
			Expect(answered(send(address, length, body))).To(Equal(fmt.Sprint("200 ", length)))
			chunked := send(address, -1, body)
			_, err := io.WriteString(chunked, "0\r\n\r\n")
			Expect(err).NotTo(HaveOccurred())
			Expect(answered(chunked)).To(Equal(fmt.Sprint("200 ", length)))
		},
		Entry(nil, 1), Entry(nil, 16<<10), Entry(nil, 16<<10+1), Entry(nil, 64<<10), Entry(nil, 64<<10+1), Entry(nil, 1_000_000),
		Entry("the largest", mostOfBody),
	)

	It("of more than the largest length is too large, whether it says so or not", func() {
		address, _ := reading(bind.DefaultLimits())
		body := strings.Repeat("x", mostOfBody+1)
		Expect(answered(send(address, len(body), body))).To(Equal("413"))
		chunked := send(address, -1, body)
		_, err := io.WriteString(chunked, "0\r\n\r\n")
		Expect(err).NotTo(HaveOccurred())
		Expect(answered(chunked)).To(Equal("413"))
	})

	It("that ends early is not a body", func() {
		address, _ := reading(limits)
		conn := send(address, 100, "short")
		Expect(conn.(*net.TCPConn).CloseWrite()).To(Succeed())
		Expect(answered(conn)).To(Equal("400"))
	})

	It("that pauses for too long is given up", func() {
		address, _ := reading(with(func(l *bind.Limits) { l.Pause = 50 * time.Millisecond }))
		Expect(answered(send(address, 100, "x"))).To(Equal("408"))
		Expect(answered(send(address, 1_000_000, strings.Repeat("x", 20_000)))).To(Equal("408"))
		Expect(answered(send(address, -1, "x"))).To(Equal("408"))
	})

	It("that comes too slowly altogether is given up, without a long pause as well", func() {
		address, _ := reading(with(func(l *bind.Limits) { l.Pause, l.Rate = 300*time.Millisecond, 1_000_000 }))
		conn := send(address, 1000, "x")
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
					if _, err := io.WriteString(conn, "x"); err != nil {
						return
					}
				}
			}
		}()
		Expect(answered(conn)).To(Equal("408"))
		close(stop)
		<-done
	})

	It("waits for its turn when too many are arriving", func() {
		address, _ := reading(limits)
		var stalled []net.Conn
		for range limits.Uploads {
			stalled = append(stalled, send(address, 5, "x"))
		}
		waiting := send(address, 3, "xyz")
		for _, conn := range stalled {
			_, err := io.WriteString(conn, "1234")
			Expect(err).NotTo(HaveOccurred())
			Expect(answered(conn)).To(Equal("200 5"))
		}
		Expect(answered(waiting)).To(Equal("200 3"))
	})

	It("waits for its turn when those that are large take what there is, but not if it is small", func() {
		address, let := reading(limits)
		kept := send(address, 400_000, strings.Repeat("k", 400_000))
		large := send(address, 300_000, strings.Repeat("x", 300_000))
		Expect(answered(send(address, 10_000, strings.Repeat("x", 10_000)))).To(Equal("200 10000"))
		close(let)
		Expect(answered(kept)).To(Equal("200 400000"))
		Expect(answered(large)).To(Equal("200 300000"))
	})

	It("waits no longer than its patience", func() {
		address, let := reading(with(func(l *bind.Limits) { l.Patience = 50 * time.Millisecond }))
		kept := send(address, 400_000, strings.Repeat("k", 400_000))
		// The other one asks for room when the first has taken it.
		Eventually(func() string { return answered(send(address, 300_000, strings.Repeat("x", 300_000))) }).Should(Equal("503"))
		Expect(answered(send(address, 3, "xyz"))).To(Equal("200 3"))
		close(let)
		Expect(answered(kept)).To(Equal("200 400000"))
	})

	It("is given up when there is no more time, whether it is arriving, waits for its turn or comes later", func() {
		u := bind.NewUploads(limits)
		address, let := readingFor(u)
		kept := send(address, 400_000, strings.Repeat("k", 400_000))
		large := send(address, 300_000, strings.Repeat("x", 300_000))
		stalled := send(address, 1000, "x")
		u.Abandon()
		for _, conn := range []net.Conn{large, stalled, send(address, 3, "xyz")} {
			Expect(answered(conn)).To(Equal("503"))
		}
		close(let)
		Expect(answered(kept)).To(Or(Equal("200 400000"), Equal("503")), "depending on whether it had arrived")
	})

	It("may be larger than all that there is room for, alone", func() {
		address, _ := reading(limits)
		Expect(answered(send(address, 2_000_000, strings.Repeat("x", 2_000_000)))).To(Equal("200 2000000"))
	})
})
