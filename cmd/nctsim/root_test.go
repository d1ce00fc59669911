package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The output", func() {
	Describe("has colours", func() {
		var terminal *os.File

		BeforeEach(func() {
			var err error
			terminal, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
			if err != nil {
				Skip("this system has no pseudo-terminals: " + err.Error())
			}
			DeferCleanup(terminal.Close)
			GinkgoT().Setenv("TERM", "xterm")
			GinkgoT().Setenv("NO_COLOR", "")
		})

		It("on a terminal", func() {
			Expect(colours(terminal)).NotTo(Equal(palette{}))
			Expect(colours(&watched{Writer: terminal})).NotTo(Equal(palette{}))
		})

		It("unless NO_COLOR is set, or the terminal is dumb", func() {
			GinkgoT().Setenv("NO_COLOR", "1")
			Expect(colours(terminal)).To(Equal(palette{}))
			GinkgoT().Setenv("NO_COLOR", "")
			GinkgoT().Setenv("TERM", "dumb")
			Expect(colours(terminal)).To(Equal(palette{}))
		})

		It("never in a file or a pipe", func() {
			file, err := os.Create(GinkgoT().TempDir() + "/out")
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(file.Close)
			Expect(colours(file)).To(Equal(palette{}))
			Expect(colours(&bytes.Buffer{})).To(Equal(palette{}))
		})
	})

	DescribeTable("explains errors with their hints on lines of their own, and decides the exit code:",
		func(err error, code int, text string) {
			var stderr bytes.Buffer
			Expect(report(&stderr, err)).To(Equal(code))
			Expect(stderr.String()).To(Equal(text))
		},
		Entry("nothing", nil, 0, ""),
		Entry("a failure", &exitError{exitNo, errors.New("open store: in use; hint: stop the other")}, 1,
			"nctsim: open store: in use\n  hint: stop the other\n"),
		Entry("several, with a line of a file", &exitError{exitUsage, errors.New("a.yaml:2:1: unknown setting; hint: did you mean x\n  y: 1\nseed: wrong")}, 2,
			"nctsim: a.yaml:2:1: unknown setting\n  y: 1\n  hint: did you mean x\nnctsim: seed: wrong\n"),
		Entry("wrapped", fmt.Errorf("start: %w", &exitError{exitUnreachable, errors.New("nobody there")}), 3,
			"nctsim: start: nobody there\n"),
		Entry("one whose output has said it all", no(), 1, ""),
		Entry("a command line that could not be parsed", errors.New("unknown flag: --prot"), 2,
			"nctsim: unknown flag: --prot\n  hint: nctsim help lists the commands, nctsim COMMAND --help explains one\n"),
	)
})

var _ = Describe("The address of the simulator", func() {
	DescribeTable("is found in the environment",
		func(environment map[string]string, expected string) {
			Expect(defaultURL(func(name string) string { return environment[name] })).To(Equal(expected))
		},
		Entry("nowhere: the default of serve", nil, "http://localhost:8080"),
		Entry("as such", map[string]string{"NCTSIM_URL": "http://sim:1", "NCTSIM_ADDR": ":2"}, "http://sim:1"),
		Entry("as the address that serve listens on", map[string]string{"NCTSIM_ADDR": ":2"}, "http://localhost:2"),
		Entry("as one address of the machine", map[string]string{"NCTSIM_ADDR": "10.0.0.1:2"}, "http://10.0.0.1:2"),
		Entry("as all addresses", map[string]string{"NCTSIM_ADDR": "[::]:2"}, "http://localhost:2"),
		Entry("as the control API's own", map[string]string{"NCTSIM_ADDR": ":2", "NCTSIM_CONTROL_ADDR": "127.0.0.1:3"}, "http://127.0.0.1:3"),
	)
})
