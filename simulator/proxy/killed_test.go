package proxy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/proxy"
	"nctsim/simulator/traffic"
)

// recordTo says to this program, started again, that it is a proxy which records to the file.
const recordTo = "NCTSIM_TEST_RECORD_TO"

// TestRecording is the program that is killed. It does nothing in a run of the tests.
func TestRecording(t *testing.T) {
	name, upstream, _ := strings.Cut(os.Getenv(recordTo), "|")
	if name == "" {
		t.Skip("this is for a process that the specs start")
	}
	u, err := proxy.ParseUpstream(upstream)
	if err != nil {
		t.Fatal(err)
	}
	w, err := traffic.Create(name, "test")
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(proxy.New(proxy.Options{Upstream: u, Record: w.Add, ID: "x", Now: time.Now}))
	fmt.Println("ready", front.URL)
	select {} // until it is killed
}

var _ = Describe("A proxy that is killed", func() {
	It("leaves a recording that can be read as far as it goes, and gone on with", func() {
		long := strings.Repeat("<a>long</a>", 400_000)
		service := serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = w.Write([]byte(long))
		})
		file := filepath.Join(GinkgoT().TempDir(), "killed.har")
		before := 0
		for round := range 4 {
			cmd := exec.Command(os.Args[0], "-test.run=^TestRecording$")
			cmd.Env = append(os.Environ(), recordTo+"="+file+"|"+service.URL)
			out, err := cmd.StdoutPipe()
			Expect(err).NotTo(HaveOccurred())
			Expect(cmd.Start()).To(Succeed())
			line, err := bufio.NewReader(out).ReadString('\n')
			Expect(err).NotTo(HaveOccurred())
			front := strings.TrimSpace(strings.TrimPrefix(line, "ready"))

			direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			size := func() int64 {
				info, err := os.Stat(file)
				Expect(err).NotTo(HaveOccurred())
				return info.Size()
			}
			begun := size()
			var clients sync.WaitGroup
			for range 3 {
				clients.Go(func() {
					for range 50 {
						response, err := direct.Post(front+"/x", "application/xml", strings.NewReader(long))
						if err != nil {
							return // it was killed
						}
						_, _ = io.Copy(io.Discard, response.Body)
						_ = response.Body.Close()
					}
				})
			}
			Eventually(size, 20*time.Second, time.Duration(round+1)*time.Millisecond).Should(BeNumerically(">", begun+int64(len(long))))
			Expect(cmd.Process.Kill()).To(Succeed())
			_ = cmd.Wait() // says that it was killed
			clients.Wait()

			f, err := os.Open(file)
			Expect(err).NotTo(HaveOccurred())
			n := 0
			for x, err := range traffic.Read(f, nil) {
				var cut *traffic.CutError
				if errors.As(err, &cut) {
					Expect(cut.After).To(Equal(n))
					break
				}
				Expect(err).NotTo(HaveOccurred())
				Expect(len(x.Sent.Body)).To(Equal(len(long)))
				n++
			}
			Expect(f.Close()).To(Succeed())
			Expect(n).To(BeNumerically(">", before))
			before = n
		}
	})
})
