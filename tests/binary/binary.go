// Package binary lets tests start nctsim as a user builds it: a process of its own, without the race detector even when the
// tests run under it. What these tests are about (crashes, memory, time, what documents promise) is that of this program; the
// packages of the simulator have specs of their own under the race detector. It is not part of the simulator.
package binary

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/onsi/gomega/gexec"

	"nctsim/simulator/client"
	"nctsim/simulator/message"

	// go test runs a test again when a package has changed that it imports; these are what the command is made of.
	_ "nctsim/simulator"
	_ "nctsim/simulator/replay"
)

// Patience is how long a process may take for what takes it no time on a machine that is not busy.
const Patience = 20 * time.Second

const command = "nctsim/cmd/nctsim"

// Path is the program, built once for all packages of tests and again only when its sources have changed.
var Path = sync.OnceValues(func() (string, error) {
	dir, err := run("go", "list", "-f", "{{.Dir}}", command)
	if err != nil {
		return "", err
	}
	if err := lookAt(dir); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "..", "..", "bin", "test", "nctsim")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	// Packages are tested at the same time; the second finds the program that the first has built.
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("wait for another test that builds the program: %w", err)
	}
	_, err = run("go", "build", "-buildvcs=false", "-o", path, command)
	return path, err
})

// lookAt looks at the sources of the command, which is nothing that a test can import: go test runs a test again when a file
// has changed that it looked at.
func lookAt(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") {
			if _, err := os.Stat(filepath.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// run gives what a program prints.
func run(program string, args ...string) (string, error) {
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// Command is the program with arguments and nothing of this process's environment.
func Command(args ...string) *exec.Cmd {
	ginkgo.GinkgoHelper()
	path, err := Path()
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	cmd := exec.Command(path, args...)
	cmd.Env = []string{"TMPDIR=" + os.TempDir()}
	return cmd
}

// Process is a running `nctsim serve`, and those who call it.
type Process struct {
	*gexec.Session
	URL     string
	Control client.Client
	// Trader calls API 2.1.
	Trader client.Trader
}

// Serve starts the program on a folder and waits until it is ready. It is killed after the spec, and its store has to be sound
// then, whatever the spec was about.
func Serve(data string, args ...string) Process {
	ginkgo.GinkgoHelper()
	args = append([]string{"serve", "--addr", "127.0.0.1:0", "--data", data}, args...)
	session, err := gexec.Start(Command(args...), nil, ginkgo.GinkgoWriter)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	ginkgo.DeferCleanup(func() {
		session.Kill().Wait(Patience)
		out, err := Command("check", data).CombinedOutput()
		gomega.Expect(err).NotTo(gomega.HaveOccurred(), string(out))
	})
	gomega.Eventually(session.Out, Patience).Should(gbytes.Say(`ready \S+ `))
	url := string(regexp.MustCompile(`ready (\S+) `).FindSubmatch(session.Out.Contents())[1])
	return Process{
		Session: session, URL: url, Control: client.Client{URL: url},
		Trader: client.Trader{URL: url, Token: "GB123456789012", Phase: message.Phase5},
	}
}

// Submit posts a declaration and gives the id of the new movement.
func (p Process) Submit(ctx context.Context, declaration []byte) (string, error) {
	receipt, err := p.Trader.Submit(ctx, client.Submission{Type: message.Phase5.Creating(message.Departure), Text: declaration})
	return receipt.Movement, err
}

// Settle waits until the offices have nothing to do.
func (p Process) Settle(ctx context.Context) {
	ginkgo.GinkgoHelper()
	_, err := p.Control.Settle(ctx, time.Minute)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
}

// Ready is the status of the answer to whether the simulator is ready.
func (p Process) Ready() int {
	ginkgo.GinkgoHelper()
	res, err := http.Get(p.URL + "/health/ready")
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	gomega.Expect(res.Body.Close()).To(gomega.Succeed())
	return res.StatusCode
}
