package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"nctsim/fixtures"
	"nctsim/tests/binary"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"curl": binary.Curl})
}

// TestScripts runs the scripts of testdata/script: one per command, each behaviour in a few lines, with the program as a user
// builds it. It is started some 400 times, which the race detector, having found nothing here that the specs of the packages
// do not find, made take three minutes. Beside testscript's own commands they have:
//
//	start ARGS…          nctsim serve on a free port, in the background; sets $URL and $ADDRESS; stopped when the script ends
//	shutdown, crash      ends that server in good order (and insists on exit code 0), or with SIGKILL
//	warned TEXT          insists that the server's log has the text
//	exits CODE ARGS…     runs nctsim and insists on the exit code
//	fixture NAME FILE    copies a fixture into the script's folder
//	post FILE LRN        posts a declaration with that LRN; sets $MOVEMENT and $MESSAGE
//	http METHOD PATH     calls the server; the status and the body go to stdout
//	follow ARGS…         begins nctsim replay --follow and waits until it watches
//	followed CODE        waits until it ends and insists on the exit code; its output goes to stdout and stderr
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": cmdStart, "shutdown": cmdShutdown, "crash": cmdCrash, "warned": cmdWarned, "exits": cmdExits,
			"fixture": cmdFixture, "post": cmdPost, "http": cmdHTTP,
			"follow": cmdFollow, "followed": cmdFollowed,
		},
		Setup: func(env *testscript.Env) error {
			program, err := binary.Path()
			if err != nil {
				return err
			}
			env.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Values[serverKey{}] = &scriptServer{}
			env.Values[followKey{}] = &following{}
			return nil
		},
	})
}

const patience = 20 * time.Second

type serverKey struct{}

// scriptServer is the server of one script.
type scriptServer struct {
	cmd    *exec.Cmd
	stderr logBuffer
	ended  chan error
}

// logBuffer is what a server has logged so far.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Reset()
}

func server(ts *testscript.TestScript) *scriptServer { return ts.Value(serverKey{}).(*scriptServer) }

// environment is what commands started by start and exits see of the script's.
var environment = []string{"PATH", "TMPDIR", "NCTSIM_URL", "NCTSIM_ADDR", "NCTSIM_PROFILE", "NCTSIM_CONTROL_TOKEN", "GITHUB_STEP_SUMMARY"}

// nctsim is a command that runs in the script's folder and environment. It is looked up there as the shell would.
func nctsim(ts *testscript.TestScript, args ...string) *exec.Cmd {
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		path := dir + "/nctsim"
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			cmd := exec.Command(path, args...)
			cmd.Dir = ts.MkAbs(".")
			for _, name := range environment {
				cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
			}
			return cmd
		}
	}
	ts.Fatalf("nctsim is not on the PATH")
	return nil
}

func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("start cannot be negated; use exits")
	}
	s := server(ts)
	s.cmd = nctsim(ts, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	s.stderr.Reset()
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(line, "ready ")
	if err != nil || !ok {
		ts.Fatalf("serve said %q: %v\n%s", line, err, s.stderr.String())
	}
	url, _, _ = strings.Cut(strings.TrimSpace(url), " ")
	ended := make(chan error, 1)
	cmd := s.cmd // the script may start another one, and end this one, before the goroutine gets to run
	go func() { ended <- cmd.Wait() }()
	s.ended = ended
	ts.Setenv("URL", url)
	ts.Setenv("ADDRESS", strings.TrimPrefix(url, "http://"))
	ts.Defer(func() {
		if err := s.end(ts, syscall.SIGTERM); err != nil {
			ts.Fatalf("the server ended with %v:\n%s", err, s.stderr.String())
		}
	})
}

// end signals the server and waits for it.
func (s *scriptServer) end(ts *testscript.TestScript, signal syscall.Signal) error {
	if s.cmd == nil {
		return nil
	}
	ts.Check(s.cmd.Process.Signal(signal))
	select {
	case err := <-s.ended:
		s.cmd = nil
		return err
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		ts.Fatalf("the server did not end after %v", signal)
		return nil
	}
}

func cmdShutdown(ts *testscript.TestScript, _ bool, _ []string) {
	s := server(ts)
	if err := s.end(ts, syscall.SIGTERM); err != nil {
		ts.Fatalf("the server ended with %v:\n%s", err, s.stderr.String())
	}
}

func cmdCrash(ts *testscript.TestScript, _ bool, _ []string) {
	_ = server(ts).end(ts, syscall.SIGKILL) // it cannot end well
}

func cmdWarned(ts *testscript.TestScript, neg bool, args []string) {
	log := ""
	for began := time.Now(); time.Since(began) < patience; time.Sleep(10 * time.Millisecond) {
		if log = server(ts).stderr.String(); neg || strings.Contains(log, args[0]) {
			break // the log comes through a pipe, a little later than the answer
		}
	}
	if strings.Contains(log, args[0]) == neg {
		ts.Fatalf("the log is:\n%s", log)
	}
}

func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := nctsim(ts, args[1:]...)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("exit code %d instead of %d", got, want)
	}
}

func cmdFixture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: fixture NAME FILE")
	}
	data, err := fixtures.Files.ReadFile(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o600))
}

type followKey struct{}

// following is a replay of a script that follows.
type following struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	stderr bytes.Buffer
	read   chan struct{}
}

func cmdFollow(ts *testscript.TestScript, _ bool, args []string) {
	f := ts.Value(followKey{}).(*following)
	*f = following{cmd: nctsim(ts, append([]string{"replay", "--follow"}, args...)...), read: make(chan struct{})}
	f.cmd.Stdout = &f.stdout
	said, err := f.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(f.cmd.Start())
	ts.Defer(func() { _ = f.cmd.Process.Kill() }) // it may have ended
	ready := make(chan bool, 1)
	go func() {
		defer close(f.read)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			fmt.Fprintln(&f.stderr, lines.Text())
			if strings.HasPrefix(lines.Text(), "watching ") {
				ready <- true
			}
		}
		ready <- false
	}()
	select {
	case watches := <-ready:
		if !watches {
			ts.Fatalf("it does not watch: %s", f.stderr.String())
		}
	case <-time.After(patience):
		ts.Fatalf("it does not watch")
	}
}

func cmdFollowed(ts *testscript.TestScript, _ bool, args []string) {
	f := ts.Value(followKey{}).(*following)
	<-f.read
	_ = f.cmd.Wait() // the exit code says it
	fmt.Fprint(ts.Stdout(), f.stdout.String())
	fmt.Fprint(ts.Stderr(), f.stderr.String())
	if code := strconv.Itoa(f.cmd.ProcessState.ExitCode()); len(args) != 1 || code != args[0] {
		ts.Fatalf("exit code %s\n%s%s", code, f.stdout.String(), f.stderr.String())
	}
}

var lrnElement = regexp.MustCompile(`<LRN>[^<]*</LRN>`)

// departures is the path of the API's collection.
const departures = "/customs/transits/movements/departures"

func cmdPost(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: post FILE LRN")
	}
	body := lrnElement.ReplaceAllString(ts.ReadFile(args[0]), "<LRN>"+args[1]+"</LRN>")
	answer := call(ts, http.MethodPost, departures, strings.NewReader(body))
	for variable, key := range map[string]string{"MOVEMENT": "departureId", "MESSAGE": "messageId"} {
		found := regexp.MustCompile(`"` + key + `":"([0-9a-f]{16})"`).FindStringSubmatch(answer)
		if found == nil {
			ts.Fatalf("no %s in %s", key, answer)
		}
		ts.Setenv(variable, found[1])
	}
}

func cmdHTTP(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: http METHOD PATH")
	}
	fmt.Fprintln(ts.Stdout(), call(ts, args[0], args[1], nil))
}

// call sends a request as a trader would and gives status and body.
func call(ts *testscript.TestScript, method, path string, body io.Reader) string {
	req, err := http.NewRequest(method, ts.Getenv("URL")+path, body)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer GB123456789012")
	req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
	if body != nil {
		req.Header.Set("Content-Type", "application/xml")
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	ts.Check(err)
	return strconv.Itoa(res.StatusCode) + " " + string(answer)
}
