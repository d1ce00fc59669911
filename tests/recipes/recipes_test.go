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
	"github.com/spf13/pflag"

	"nctsim/simulator"
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

	DescribeTable("are YAML, and set what can be set", func(file string) {
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

	DescribeTable("replay with command lines that work", func(file string) {
		folder := GinkgoT().TempDir()
		Expect(os.MkdirAll(folder+"/transit/scenarios", 0o755)).To(Succeed())
		Expect(os.WriteFile(folder+"/transit/scenarios/mine.yaml", []byte(mine), 0o644)).To(Succeed())
		lines := regexp.MustCompile(`nctsim (replay [^\n]*)`).FindAllStringSubmatch(read(file), -1)
		Expect(lines).To(HaveLen(1))
		cmd := binary.Command(strings.Fields(lines[0][1])...)
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(out))
		Expect(folder + "/report.html").To(BeARegularFile())
		Expect(read(folder + "/junit.xml")).To(ContainSubstring(`tests="1" failures="0"`))
	},
		Entry("GitHub Actions", examples+"ci/github-workflow.yml"),
		Entry("GitLab", examples+"ci/gitlab-ci.yml"),
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
