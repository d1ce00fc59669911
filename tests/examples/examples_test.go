// Package examples_test runs the clients in examples, in every language whose runtime is there.
package examples_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/jsonmessage"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
)

func TestExamples(t *testing.T) {
	suite.Run(t, "Examples")
}

const exampleFixture = "ie015-simplified-gb-xi"

var _ = Describe("An example client", func() {
	goes := func(way, submitted string, declaration func() (name string, text []byte)) {
		DescribeTable("goes from a token to the release of goods "+way+", with a test user and a callback,",
			func(ctx context.Context, command ...string) {
				if way != "in XML" || command[0] == "java" {
					tier.Slow()
				}
				program := runtime(ctx, command)
				name, text := declaration()
				dir := GinkgoT().TempDir()
				file := filepath.Join(dir, name)
				Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
				port := freePort()
				sim := runForExamples(dir, port)

				args := append(command[1:], sim.URL(), file)
				if submitted != "" {
					args = append(args, "upload")
				}
				cmd := exec.CommandContext(ctx, program, args...)
				cmd.Dir = "../../examples"
				cmd.Env = append(os.Environ(), "CLIENT_PORT="+port)
				var failure bytes.Buffer
				cmd.Stderr = &failure
				out, err := cmd.StdoutPipe()
				Expect(err).NotTo(HaveOccurred())
				Expect(cmd.Start()).To(Succeed())
				printed := playPerson(sim.URL(), out)
				Expect(cmd.Wait()).To(Succeed(), failure.String())
				Expect(printed).To(MatchRegexp(`^Hello Application\nsign in as [0-9]{12} [0-9a-zA-Z]{12}\nopen http://\S+\n`+
					`declared [0-9a-f]{16}\n`+submitted+`IE928\nIE028\nIE029\nreleased: (true|True)\n$`), failure.String())
			},
			Entry("in Go", "go", "run", ".", SpecTimeout(time.Minute)),
			Entry("in Java", "java", "Client.java", SpecTimeout(time.Minute)),
			Entry("in Node", "node", "client.mjs", SpecTimeout(time.Minute)),
			Entry("in Python", "python3", "client.py", SpecTimeout(time.Minute)),
		)
	}
	xml := func() []byte {
		GinkgoHelper()
		text := simtest.File("phase5/valid/" + exampleFixture + ".xml")
		return text
	}
	goes("in XML", "", func() (string, []byte) { return "declaration.xml", xml() })
	goes("in JSON", "", func() (string, []byte) {
		return "declaration.json", jsonmessage.Append(nil, simtest.Document(message.Phase5, exampleFixture))
	})
	goes("by upload of 6 MB", "submitted: SUCCESS\n", func() (string, []byte) {
		padding := "<!--" + strings.Repeat(" ", 6_000_000) + "--></ncts:CC015C>"
		return "declaration.xml", bytes.Replace(xml(), []byte("</ncts:CC015C>"), []byte(padding), 1)
	})

	DescribeTable("with a library gets, uses and refreshes tokens, and declares goods:",
		func(ctx context.Context, probe string, command ...string) {
			program := runtime(ctx, command)
			look := exec.CommandContext(ctx, program, strings.Split(probe, " ")...)
			look.Dir = "../../examples/libraries"
			if err := look.Run(); err != nil {
				Skip("its library is not installed; examples/README.md says how")
			}
			sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile, c.OAuth = "instant", simulator.OAuthAuto })
			file, err := filepath.Abs("../../fixtures/phase5/valid/" + exampleFixture + ".xml")
			Expect(err).NotTo(HaveOccurred())
			cmd := exec.CommandContext(ctx, program, append(command[1:], sim.URL(), file)...)
			cmd.Dir = look.Dir
			out, err := cmd.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
			Expect(string(out)).To(Equal("Hello User\nHello User\n202\n"))
		},
		Entry("simple-oauth2", "-e require.resolve('simple-oauth2')", "node", "simple-oauth2.mjs", SpecTimeout(time.Minute)),
		Entry("openid-client", "-e import('openid-client').catch(()=>process.exit(1))", "node", "openid-client.mjs", SpecTimeout(time.Minute)),
		Entry("requests-oauthlib", "-c import\trequests_oauthlib", "python3", "requests_oauthlib_client.py", SpecTimeout(time.Minute)),
	)
})

// runtime is the program of a command, without which the spec is skipped. Some systems have a stand-in that does not run.
func runtime(ctx context.Context, command []string) string {
	GinkgoHelper()
	version := map[string]string{"go": "version"}[command[0]]
	if version == "" {
		version = "--version"
	}
	program, err := exec.LookPath(command[0])
	if err == nil {
		err = exec.CommandContext(ctx, program, version).Run()
	}
	if err != nil {
		Skip(command[0] + " is not installed")
	}
	return program
}

// freePort is one on which nobody listens.
func freePort() string {
	GinkgoHelper()
	l, err := net.Listen("tcp", "localhost:0")
	Expect(err).NotTo(HaveOccurred())
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	Expect(err).NotTo(HaveOccurred())
	return port
}

// runForExamples is a simulator that knows the application of the examples and nobody else.
func runForExamples(dir, port string) *simulator.Simulator {
	GinkgoHelper()
	text, err := os.ReadFile("../../examples/applications.yaml")
	Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(dir, "applications.yaml")
	Expect(os.WriteFile(file, bytes.ReplaceAll(text, []byte("8081"), []byte(port)), 0o600)).To(Succeed())
	return simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Profile, c.Applications, c.Auth = "instant", file, simulator.AuthStrict })
}

// playPerson is whoever reads what a client prints, and opens and signs in what it asks for. It returns all that was printed.
func playPerson(host string, out io.Reader) string {
	GinkgoHelper()
	jar, err := cookiejar.New(nil)
	Expect(err).NotTo(HaveOccurred())
	browser := &http.Client{Jar: jar, Transport: &http.Transport{}}
	defer browser.CloseIdleConnections()
	var printed strings.Builder
	var user []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		printed.WriteString(line + "\n")
		if m := regexp.MustCompile(`^sign in as (\S+) (\S+)$`).FindStringSubmatch(line); m != nil {
			user = m
		}
		address, asked := strings.CutPrefix(line, "open ")
		if !asked {
			continue
		}
		Expect(user).NotTo(BeNil(), printed.String())
		page, err := browser.Get(address)
		Expect(err).NotTo(HaveOccurred())
		defer page.Body.Close()
		page = simtest.SendForm(browser, page, host+"/api-test-login/sign-in", "userId", user[1], "password", user[2])
		defer page.Body.Close()
		back := simtest.SendForm(browser, page, host+"/oauth/grantscope")
		Expect(back.StatusCode).To(Equal(200))
		Expect(back.Body.Close()).To(Succeed())
	}
	Expect(lines.Err()).NotTo(HaveOccurred())
	return printed.String()
}
