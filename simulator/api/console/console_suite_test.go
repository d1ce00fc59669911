package console_test

import (
	"flag"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/clock"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest/suite"
)

var update = flag.Bool("update", false, "rewrite the golden pages")

func TestConsole(t *testing.T) {
	suite.Run(t, "Console")
}

// start is where the clock of the specs stands.
var start = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)

// open starts a simulator that does the same whenever it is started.
func open(change ...func(*simulator.Config)) *simulator.Simulator {
	GinkgoHelper()
	return simulator.RunT(GinkgoT(), append([]func(*simulator.Config){func(c *simulator.Config) {
		c.Clock, c.Now, c.Profile, c.Version = clock.Manual, start, "trader-test", "test"
	}}, change...)...)
}

// declare posts a sample and waits for the offices.
func declare(sim *simulator.Simulator, name string, facts scenario.Facts) string {
	GinkgoHelper()
	text, err := sim.Fixture(message.Phase5, name, facts)
	Expect(err).NotTo(HaveOccurred())
	m, err := sim.Declare(GinkgoT().Context(), message.Phase5, text)
	Expect(err).NotTo(HaveOccurred())
	return m.ID
}

// browser is somebody at the console.
type browser struct {
	*http.Client
	base string
}

// answer is what a browser was answered.
type answer struct {
	*http.Response
	Text string
}

func visit(sim *simulator.Simulator) browser {
	transport := &http.Transport{}
	DeferCleanup(transport.CloseIdleConnections)
	return browser{&http.Client{
		Transport:     transport,
		Timeout:       10 * time.Second, // of streams, too
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, sim.URL() + "/console/"}
}

func (b browser) do(r *http.Request) answer {
	GinkgoHelper()
	res, err := b.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer{res, string(text)}
}

func (b browser) request(method, path string, form url.Values, header ...string) *http.Request {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(GinkgoT().Context(), method, b.base+path, strings.NewReader(form.Encode()))
	Expect(err).NotTo(HaveOccurred())
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (b browser) get(path string, header ...string) answer {
	GinkgoHelper()
	return b.do(b.request(http.MethodGet, path, nil, header...))
}

// post sends a form; the fields are names and values in turn.
func (b browser) post(path string, fields ...string) answer {
	GinkgoHelper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do(b.request(http.MethodPost, path, form))
}

// follow goes where an answer leads.
func (b browser) follow(a answer) answer {
	GinkgoHelper()
	Expect(a.StatusCode).To(Equal(http.StatusSeeOther), a.Text)
	to, err := a.Request.URL.Parse(a.Header.Get("Location"))
	Expect(err).NotTo(HaveOccurred())
	Expect(to.String()).To(HavePrefix(b.base))
	return b.get(strings.TrimPrefix(to.String(), b.base))
}

// read opens a stream.
func read(b browser, path string, header ...string) io.ReadCloser {
	GinkgoHelper()
	res, err := b.Do(b.request(http.MethodGet, path, nil, header...))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(res.Body.Close)
	Expect(res.Header.Get("Content-Type")).To(Equal("text/event-stream"))
	return res.Body
}

// until reads a stream until a piece of text has come.
func until(r io.Reader, text string) string {
	GinkgoHelper()
	var all strings.Builder
	buffer := make([]byte, 4096)
	for !strings.Contains(all.String(), text) {
		n, err := r.Read(buffer)
		all.Write(buffer[:n])
		Expect(err).NotTo(HaveOccurred(), all.String())
	}
	return all.String()
}

// streamOf is the address of the stream of a page.
func streamOf(page answer) string {
	GinkgoHelper()
	return html.UnescapeString(regexp.MustCompile(`data-stream="(?:\./|(?:\.\./)+)(stream\?[^"]*)"`).FindStringSubmatch(page.Text)[1])
}

// chance is what differs from run to run: the name of the store, the port, and how long things take.
var chance = regexp.MustCompile(`(after=[0-9]+-)[0-9a-z]+|(127\.0\.0\.1:)[0-9]+|(<[a-z]+ class="(?:took|real)">)[^<]+`)

// beGolden holds a page, without the frame, against the file of its name.
func beGolden(page, name string) {
	GinkgoHelper()
	begin, end := strings.Index(page, "<main"), strings.Index(page, "</main>")
	Expect(begin).To(BeNumerically(">", 0), page)
	beGoldenFrame(page[begin:end]+"</main>\n", name)
}

// beGoldenFrame holds a whole page against the file of its name.
func beGoldenFrame(page, name string) {
	GinkgoHelper()
	page = chance.ReplaceAllString(page, "${1}${2}${3}X")
	if !strings.Contains(name, ".") {
		name += ".html"
	}
	file := filepath.Join("testdata", name)
	if *update {
		Expect(os.MkdirAll("testdata", 0o755)).To(Succeed())
		Expect(os.WriteFile(file, []byte(page), 0o644)).To(Succeed())
	}
	golden, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	Expect(page).To(Equal(string(golden)), "the page differs from "+file+"; if it should, run go test ./simulator/api/console -update")
}
