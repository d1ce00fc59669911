// Package recipes_test runs what docs/ci.md gives people to copy, as far as it runs without a container engine or the CI
// system that it is for, and holds the rest against the program: settings, paths and command lines.
package recipes_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"
	"github.com/spf13/pflag"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/simtest/tier"
	"nctsim/tests/binary"
)

func TestRecipes(t *testing.T) {
	suite.Run(t, "Recipes for CI")
}

const examples = "../../examples/"

func read(file string) string {
	GinkgoHelper()
	text, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// program is nctsim as a file.
func program() string {
	GinkgoHelper()
	path, err := binary.Path()
	Expect(err).NotTo(HaveOccurred())
	return path
}

var _ = Describe("The tests of examples/ci", func() {
	DescribeTable("pass against the binary", func(ctx context.Context, passed string, command ...string) {
		tier.Slow()
		if _, err := exec.LookPath(command[0]); err != nil {
			Skip(command[0] + " is not installed")
		}
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Dir = examples + "ci"
		cmd.Env = append(os.Environ(), "NCTSIM="+program(), "PYTHONDONTWRITEBYTECODE=1")
		out, err := cmd.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(out))
		Expect(string(out)).To(MatchRegexp(passed))
	},
		Entry("in Node", `pass 2\b`, "node", "--test", SpecTimeout(time.Minute)),
		Entry("in Python", `Ran 2 tests[^\n]*\n\nOK`, "python3", "-m", "unittest", SpecTimeout(time.Minute)),
	)
})

var _ = Describe("The recipes for CI systems", func() {
	settings := map[string]bool{}
	keys := map[string]bool{}
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config := simulator.Default()
	config.AddFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) { settings[simulator.Variable(f.Name)], keys[f.Name] = true, true })

	DescribeTable("are YAML, and set what can be set:", func(file string) {
		text := read(file)
		documents := strings.Split(text, "\n---\n")
		for _, d := range documents {
			var any map[string]any
			Expect(yaml.Unmarshal([]byte(d), &any)).To(Succeed())
			Expect(any).NotTo(BeEmpty())
		}
		for _, name := range regexp.MustCompile(`\b(NCTSIM_[A-Z_]+)[:=]`).FindAllStringSubmatch(text, -1) {
			Expect(settings).To(HaveKey(name[1]))
		}
	},
		Entry("action.yml", "../../action.yml"),
		Entry("GitHub Actions", examples+"ci/github-workflow.yml"),
		Entry("GitLab", examples+"ci/gitlab-ci.yml"),
		Entry("docker compose", examples+"ci/compose.yaml"),
		Entry("Kubernetes", examples+"ci/kubernetes.yaml"),
	)

	It("configure Kubernetes with settings that there are, and probe paths that answer", func() {
		text := read(examples + "ci/kubernetes.yaml")
		var configured struct {
			Data map[string]string `yaml:"data"`
		}
		Expect(yaml.Unmarshal([]byte(strings.Split(text, "\n---\n")[0]), &configured)).To(Succeed())
		var values map[string]any
		Expect(yaml.Unmarshal([]byte(configured.Data["nctsim.yaml"]), &values)).To(Succeed())
		Expect(values).NotTo(BeEmpty())
		for key := range values {
			Expect(keys).To(HaveKey(key))
		}
		server := binary.Serve(GinkgoT().TempDir())
		probes := regexp.MustCompile(`path: (/health/\w+)`).FindAllStringSubmatch(text, -1)
		Expect(probes).To(HaveLen(3))
		for _, p := range probes {
			res, err := http.Get(server.URL + p[1])
			Expect(err).NotTo(HaveOccurred())
			Expect(res.Body.Close()).To(Succeed())
			Expect(res.StatusCode).To(Equal(http.StatusOK), p[1])
		}
	})

	DescribeTable("replay with command lines that work:", func(ctx context.Context, file string) {
		folder := GinkgoT().TempDir()
		Expect(os.MkdirAll(folder+"/transit/scenarios", 0o755)).To(Succeed())
		Expect(os.WriteFile(folder+"/transit/scenarios/mine.yaml", []byte(mine), 0o644)).To(Succeed())
		lines := regexp.MustCompile(`nctsim (replay [^\n]*)`).FindAllStringSubmatch(read(file), -1)
		Expect(lines).To(HaveLen(1))
		cmd := binary.Command(strings.Fields(lines[0][1])...)
		cmd.Dir = folder
		out := gbytes.NewBuffer()
		cmd.Stdout, cmd.Stderr = out, out
		following := strings.Contains(lines[0][1], "--follow")
		var server binary.Process
		if following {
			server = binary.Serve(GinkgoT().TempDir(), "--profile", "instant")
			cmd.Env = append(cmd.Environ(), "NCTSIM_URL="+server.URL)
		}
		Expect(cmd.Start()).To(Succeed())
		if following {
			Eventually(out).WithContext(ctx).Should(gbytes.Say("watching for MINE"))
			declare(ctx, server.URL, "MINE")
		}
		Expect(cmd.Wait()).To(Succeed(), string(out.Contents()))
		Expect(folder + "/report.html").To(BeARegularFile())
		Expect(read(folder + "/junit.xml")).To(ContainSubstring(`tests="1" failures="0"`))
	},
		Entry("GitHub Actions", examples+"ci/github-workflow.yml", SpecTimeout(time.Minute)),
		Entry("GitLab", examples+"ci/gitlab-ci.yml", SpecTimeout(time.Minute)),
	)

	It("start the action's container with its inputs, and say where it answers", func(ctx context.Context) {
		if _, err := exec.LookPath("bash"); err != nil {
			Skip("bash is not installed")
		}
		var action struct {
			Runs struct {
				Steps []struct {
					Run string `yaml:"run"`
				} `yaml:"steps"`
			} `yaml:"runs"`
		}
		Expect(yaml.Unmarshal([]byte(read("../../action.yml")), &action)).To(Succeed())
		folder := GinkgoT().TempDir()
		Expect(os.MkdirAll(folder+"/bin", 0o755)).To(Succeed())
		Expect(os.MkdirAll(folder+"/transit", 0o755)).To(Succeed())
		stub := "#!/bin/sh\necho docker \"$@\" >>\"" + folder + "/calls\"\n"
		Expect(os.WriteFile(folder+"/bin/docker", []byte(stub), 0o755)).To(Succeed())
		cmd := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", action.Runs.Steps[0].Run)
		cmd.Dir = folder
		cmd.Env = []string{
			"PATH=" + folder + "/bin:" + os.Getenv("PATH"), "PORT=9090", "SETTINGS=NCTSIM_PROFILE=instant\nNCTSIM_SEED=7", "CONFIGURATION=transit",
			"IMAGE=", "ACTION=/nctsim", "RUNNER_TEMP=" + folder, "GITHUB_OUTPUT=" + folder + "/output",
		}
		out, err := cmd.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(out))
		Expect(read(folder + "/output")).To(Equal("url=http://localhost:9090\n"))
		Expect(read(folder + "/nctsim.env")).To(Equal("NCTSIM_PROFILE=instant\nNCTSIM_SEED=7\n"))
		real, err := filepath.EvalSymlinks(folder)
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Split(strings.TrimSpace(read(folder+"/calls")), "\n")).To(Equal([]string{
			"docker build --quiet --tag nctsim /nctsim",
			"docker run --detach --name nctsim --publish 9090:8080 --env-file " + folder + "/nctsim.env --volume " + real + "/transit:/etc/nctsim:ro " +
				"--add-host host.docker.internal:host-gateway nctsim",
			"docker exec nctsim /nctsim healthcheck --wait 30s",
		}))
	})

	It("name files that there are", func() {
		for _, name := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(read("../../docs/ci.md"), -1) {
			if !strings.Contains(name[1], "://") {
				_, err := os.Stat(filepath.Join("../../docs", name[1]))
				Expect(err).NotTo(HaveOccurred())
			}
		}
		var files []string
		Expect(fs.WalkDir(os.DirFS(examples+"ci"), ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.Contains(path, "__pycache__") {
				files = append(files, path)
			}
			return err
		})).To(Succeed())
		for _, f := range files {
			Expect(read("../../docs/ci.md")).To(ContainSubstring(f), "a recipe that the page does not mention")
		}
	})
})

const mine = `id: MINE
title: Released at once
movement: departure
phases: [5]
steps:
  - trader: { send: IE015, from: ie015-simplified-gb-xi }
    expect: [IE928, IE028]
`

// declare sends a declaration that says which scenario it follows.
func declare(ctx context.Context, url, id string) {
	GinkgoHelper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/customs/transits/movements/departures", strings.NewReader(read(declaration)))
	Expect(err).NotTo(HaveOccurred())
	req.Header = http.Header{
		"Authorization": {"Bearer GB123456789000"}, "Accept": {"application/vnd.hmrc.2.1+json"}, "Content-Type": {"application/xml"},
		client.ScenarioHeader: {id},
	}
	res, err := http.DefaultClient.Do(req)
	Expect(err).NotTo(HaveOccurred())
	Expect(res.Body.Close()).To(Succeed())
	Expect(res.StatusCode).To(Equal(http.StatusAccepted))
}

const declaration = "../../fixtures/phase5/valid/ie015-simplified-gb-xi.xml"

// withClient are the tests of a trader whose software is examples/client.py: the browser in which a person grants authority
// is a request, because the simulator of the job grants it at once.
const withClient = `set -eu
python3 client.py "$CTC_BASE_URL" declaration.xml >said &
client=$!
trap 'kill $client 2>/dev/null || true' EXIT
until grep -q '^open ' said; do kill -0 $client; sleep 0.1; done
python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$(sed -n 's/^open //p' said)"
wait $client
grep -q '^released: True' said
`

var _ = Describe("job.sh", func() {
	var folder string

	// run runs the job in a project that has the client of examples, with declarations of this LRN, and a scenario.
	run := func(ctx context.Context, lrn, scenario string, command ...string) (said string, code int) {
		GinkgoHelper()
		tier.Slow()
		if _, err := exec.LookPath("python3"); err != nil {
			Skip("python3 is not installed")
		}
		folder = GinkgoT().TempDir()
		port, callback := freeAddress(), freeAddress()
		_, clientPort, _ := strings.Cut(callback, ":")
		for name, text := range map[string]string{
			"transit/scenarios/release.yaml": scenario,
			"transit/applications.yaml":      strings.ReplaceAll(read(examples+"applications.yaml"), "localhost:8081", "localhost:"+clientPort),
			"client.py":                      read(examples + "client.py"),
			"declaration.xml":                regexp.MustCompile(`<LRN>.*?</LRN>`).ReplaceAllString(read(declaration), "<LRN>"+lrn+"</LRN>"),
			"job.sh":                         read(examples + "ci/job.sh"),
			"tests.sh":                       withClient,
			// What an earlier job has left behind must not be taken for its own.
			"reports/verdicts.log": "watching for OUR-RELEASE: now let your software be the trader\n",
		} {
			Expect(os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755)).To(Succeed())
			Expect(os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)).To(Succeed())
		}
		cmd := exec.CommandContext(ctx, "sh", append([]string{"job.sh"}, command...)...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "NCTSIM="+program(), "NCTSIM_ADDR="+port, "NCTSIM_OAUTH=auto", "NCTSIM_CALLBACKS=http://localhost:"+clientPort+"/",
			"NCTSIM_APPLICATIONS=transit/applications.yaml", "CLIENT_PORT="+clientPort, "GITHUB_ACTIONS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			Expect(err).To(BeAssignableToTypeOf(&exec.ExitError{}), string(out))
		}
		return string(out), cmd.ProcessState.ExitCode()
	}

	// ours is the scenario of docs/ci.md.
	ours := func() string {
		GinkgoHelper()
		found := regexp.MustCompile("(?s)```yaml\\n(id: OUR-RELEASE\\n.*?)```").FindStringSubmatch(read("../../docs/ci.md"))
		Expect(found).NotTo(BeNil())
		return found[1]
	}

	It("passes when the tests do and the software has done what the scenario says", func(ctx context.Context) {
		said, code := run(ctx, "OURS-1", ours(), "sh", "tests.sh")
		Expect(code).To(BeZero(), said)
		Expect(said).To(And(ContainSubstring("ok    OUR-RELEASE"), ContainSubstring("1 passed")))
		Expect(read(folder + "/reports/junit.xml")).To(And(ContainSubstring(`tests="1" failures="0"`), ContainSubstring(`file="transit/scenarios/release.yaml"`)))
		Expect(folder + "/reports/report.html").To(BeARegularFile())
	}, SpecTimeout(time.Minute))

	It("fails when the software has not done it, as soon as the tests are over", func(ctx context.Context) {
		said, code := run(ctx, "OTHERS-1", ours(), "sh", "tests.sh")
		Expect(code).To(Equal(1), said)
		Expect(said).To(ContainSubstring("no movement has followed the scenario; the last without a scenario had the LRN OTHERS-1; hint: "))
		Expect(read(folder + "/reports/junit.xml")).To(ContainSubstring(`tests="1" failures="1"`))
	}, SpecTimeout(time.Minute))

	It("fails as the tests do", func(ctx context.Context) {
		said, code := run(ctx, "OURS-1", ours(), "sh", "-c", "exit 7")
		Expect(code).To(Equal(7), said)
	}, SpecTimeout(time.Minute))

	It("says where the scenario file has a mistake, and runs nothing", func(ctx context.Context) {
		said, code := run(ctx, "OURS-1", "id: WRONG\n", "sh", "-c", "echo begun")
		Expect(code).To(Equal(2), said)
		Expect(said).To(And(ContainSubstring("transit/scenarios/release.yaml:1:1"), Not(ContainSubstring("begun"))))
	}, SpecTimeout(time.Minute))
})

// freeAddress is an address of this machine at which nobody listens.
func freeAddress() string {
	GinkgoHelper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(l.Close()).To(Succeed()) }()
	return l.Addr().String()
}

var _ = Describe("transit.http", func() {
	It("walks through a transit, call by call", func() {
		server := binary.Serve(GinkgoT().TempDir(), "--clock", "manual", "--oauth", "auto")
		answers := play(examples+"collections/transit.http", server.URL)
		Expect(answers).To(HaveLen(8))
		Expect(answers[4]).To(And(ContainSubstring(`"type":"IE028"`), Not(ContainSubstring(`"type":"IE029"`))))
		Expect(answers[6]).To(ContainSubstring(`"type":"IE029"`))
		Expect(answers[7]).To(HavePrefix("<ncts:CC029C"))
	})
})

// play sends the requests of a file one after another, as the REST Client does: variables of the file, values of
// earlier answers by name and path, bodies from files. Every answer must be a success; they are returned.
func play(file, host string) []string {
	GinkgoHelper()
	variables := map[string]string{}
	named := map[string]any{}
	var answers []string
	fill := func(s string) string {
		return regexp.MustCompile(`\{\{([^}]+)\}\}`).ReplaceAllStringFunc(s, func(m string) string {
			expression := m[2 : len(m)-2]
			if name, path, ok := strings.Cut(expression, ".response.body.$."); ok {
				return valueAt(named[name], path)
			}
			Expect(variables).To(HaveKey(expression))
			return variables[expression]
		})
	}
	blocks := strings.Split(read(file), "\n###")
	for _, line := range strings.Split(blocks[0], "\n") {
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, "@"), " = "); ok && strings.HasPrefix(line, "@") {
			variables[name] = value
		}
	}
	Expect(variables["host"]).To(Equal("http://localhost:8080"))
	variables["host"] = host
	for _, block := range blocks[1:] {
		title, rest, _ := strings.Cut(block, "\n")
		name := ""
		if after, ok := strings.CutPrefix(rest, "# @name "); ok {
			name, rest, _ = strings.Cut(after, "\n")
		}
		head, body, _ := strings.Cut(strings.TrimRight(rest, "\n"), "\n\n")
		lines := strings.Split(head, "\n")
		method, target, _ := strings.Cut(lines[0], " ")
		if path, ok := strings.CutPrefix(body, "< "); ok {
			body = read(filepath.Join(filepath.Dir(file), fill(path)))
		}
		req, err := http.NewRequest(method, fill(target), strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		for _, h := range lines[1:] {
			key, value, _ := strings.Cut(h, ": ")
			req.Header.Set(key, fill(value))
		}
		res, err := http.DefaultClient.Do(req)
		Expect(err).NotTo(HaveOccurred())
		answer, err := io.ReadAll(res.Body)
		Expect(err).NotTo(HaveOccurred())
		Expect(res.Body.Close()).To(Succeed())
		Expect(res.StatusCode).To(BeNumerically("<", 300), title+": "+string(answer))
		answers = append(answers, string(answer))
		if name != "" {
			var v any
			Expect(json.NewDecoder(bytes.NewReader(answer)).Decode(&v)).To(Succeed(), title)
			named[name] = v
		}
	}
	return answers
}

// valueAt is the text at a path such as messages[0]._links.self.href.
func valueAt(v any, path string) string {
	GinkgoHelper()
	for _, part := range strings.Split(path, ".") {
		key, index, listed := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		v = v.(map[string]any)[key]
		if listed {
			var n int
			_, err := fmt.Sscan(index, &n)
			Expect(err).NotTo(HaveOccurred())
			v = v.([]any)[n]
		}
	}
	Expect(v).To(BeAssignableToTypeOf(""), path)
	return v.(string)
}
