// Package documents_test runs the sessions that the documents show.
package documents_test

import (
	"bufio"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"nctsim/tests/binary"
)

var update = flag.Bool("update", false, "write what the commands of the documents print into them")

const repository = "../.."

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"curl": binary.Curl}) }

// TestDocuments runs the sessions of the documents, word for word, and compares what they print. Only the port differs:
// the test has a free one where the documents have 8080.
func TestDocuments(t *testing.T) {
	for _, document := range []string{"README.md", "docs/notifications.md", "docs/clients.md", "docs/api-1.0.md", "docs/guarantees.md", "docs/migration.md", "docs/compare.md", "docs/time.md", "docs/workspaces.md"} {
		t.Run(document, func(t *testing.T) {
			if testing.Short() && document != "README.md" {
				t.Skip("SKIPPED: takes long, and this is a short run (go test -short, make quick)")
			}
			t.Parallel()
			checkDocument(t, document)
		})
	}
}

func checkDocument(t *testing.T, document string) {
	path := filepath.Join(repository, document)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := newSession(t).play(string(text))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s is not true (- what it says, + what happens); go test ./tests/documents -update mends it:\n%s", document, diff)
	}
}

// session runs commands in a folder that looks like the repository after `make build`.
type session struct {
	t       *testing.T
	dir     string
	address string // of the server, once it runs
	second  string // of what was started beside it
}

// The addresses of the documents: of the server, and of what is started beside it.
const (
	usualAddress  = "localhost:8080"
	secondAddress = "localhost:8081"
)

// free is a command with the addresses that there are, and usual the other way round.
func (s *session) free(command string) string {
	if s.address != "" {
		command = strings.ReplaceAll(command, usualAddress, s.address)
	}
	if s.second != "" {
		command = strings.ReplaceAll(command, secondAddress, s.second)
	}
	return command
}

func (s *session) usual(printed string) string {
	if s.second != "" {
		printed = strings.ReplaceAll(printed, s.second, secondAddress)
	}
	if s.address != "" {
		printed = strings.ReplaceAll(printed, s.address, usualAddress)
	}
	return printed
}

func newSession(t *testing.T) *session {
	s := &session{t: t, dir: t.TempDir()}
	program, err := binary.Path()
	if err == nil {
		err = os.Mkdir(filepath.Join(s.dir, "bin"), 0o700)
	}
	if err == nil {
		err = os.Symlink(program, filepath.Join(s.dir, "bin", "nctsim"))
	}
	fixtures, absErr := filepath.Abs(filepath.Join(repository, "fixtures"))
	if err = errors.Join(err, absErr); err == nil {
		err = os.Symlink(fixtures, filepath.Join(s.dir, "fixtures"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// play runs the commands of all console blocks and returns the text with what they printed.
func (s *session) play(text string) string {
	var out strings.Builder
	inside, commands := false, 0
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case line == "```console":
			inside = true
		case line == "```":
			inside = false
		case inside && !strings.HasPrefix(line, "$ "):
			continue // printed by the command before
		}
		out.WriteString(line)
		if i+1 < len(lines) {
			out.WriteString("\n")
		}
		if !inside || line == "```console" {
			continue
		}
		command := strings.TrimPrefix(line, "$ ")
		for strings.HasSuffix(command, "\\") {
			i++
			out.WriteString(lines[i] + "\n")
			command = strings.TrimSuffix(command, "\\") + lines[i]
		}
		if _, word, some := strings.Cut(command, "<<'"); some { // a file that is written
			for end := strings.TrimSuffix(word, "'"); i+1 < len(lines) && !strings.HasSuffix(command, "\n"+end); {
				i++
				out.WriteString(lines[i] + "\n")
				command += "\n" + lines[i]
			}
		}
		out.WriteString(s.run(command))
		commands++
	}
	if commands == 0 {
		s.t.Fatal("the document has no console block")
	}
	return out.String()
}

// run gives what a command prints, with the usual address in it.
func (s *session) run(command string) string {
	if background, ok := strings.CutSuffix(command, " &"); ok {
		return s.start(background)
	}
	out, err := s.command(s.free(command)).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatalf("%s: %v", command, err)
	}
	printed := s.usual(string(out))
	if printed != "" && !strings.HasSuffix(printed, "\n") {
		printed += "\n"
	}
	return printed
}

func (s *session) command(line string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + s.dir, "NCTSIM_ADDR=127.0.0.1:0"}
	if s.address != "" {
		cmd.Env = append(cmd.Env, "NCTSIM_URL=http://"+s.address)
	}
	return cmd
}

// start runs the server and gives its ready line.
func (s *session) start(command string) string {
	own := &s.address
	if s.address != "" {
		own = &s.second
	}
	cmd := s.command("exec " + s.free(strings.ReplaceAll(command, secondAddress, "127.0.0.1:0")))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		if err := cmd.Wait(); err != nil {
			s.t.Errorf("%s ended with %v", command, err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.t.Fatalf("%s: %v", command, err)
	}
	*own = regexp.MustCompile(`//([^ ]+)`).FindStringSubmatch(line)[1]
	return s.usual(line)
}
