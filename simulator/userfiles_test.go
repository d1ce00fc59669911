package simulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/scenario"
	"nctsim/simulator/simtest"
)

// byteOrderMark is what some editors put at the beginning of a file.
const byteOrderMark = "\ufeff"

// utf16Text is a text as Windows editors save it when asked for "Unicode".
func utf16Text(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

var _ = Describe("A file that a user writes", func() {
	write := func(dir, name, text string) string {
		GinkgoHelper()
		file := filepath.Join(dir, name)
		Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
		return file
	}
	newWith := func(change func(*simulator.Config)) error {
		c := simulator.Default()
		change(&c)
		_, err := simulator.New(c)
		return err
	}
	const notUTF8 = "the file is saved as UTF-16, not UTF-8; hint: save it as UTF-8"
	const scenarioText = `id: MINE
title: mine
movement: departure
phases: [5]
steps:
  - trader: { send: IE015, from: own.xml }
    expect: [IE928]
`
	declaration := func() string {
		text := simtest.File("phase5/valid/ie015-simplified-gb-xi.xml")
		return string(text)
	}
	readFolder := func(scenarioText, message string) ([]*scenario.Scenario, scenario.Problems) {
		dir := GinkgoT().TempDir()
		write(dir, "mine.yaml", scenarioText)
		write(dir, "own.xml", message)
		return simulator.Reader().LoadDir(dir)
	}

	Describe("with a byte order mark is read as if it were not there:", func() {
		It("settings", func() {
			c, err := load(nil, nil, map[string]string{"nctsim.yaml": byteOrderMark + "profile: silent\nseed: 7\n"})
			Expect(err).NotTo(HaveOccurred())
			Expect(c.Profile).To(Equal("silent"))
			Expect(c.Seed).To(Equal(uint64(7)))
		})

		It("settings with a mistake, whose column is that of the text", func() {
			_, err := load(nil, nil, map[string]string{"nctsim.yaml": byteOrderMark + "profil: silent\n"})
			Expect(err).To(MatchError(HavePrefix(`nctsim.yaml:1:1: there is no setting profil;`)))
		})

		It("tokens, the first line too", func() {
			file := write(GinkgoT().TempDir(), "tokens.txt", byteOrderMark+"bow-token GB111222333000\r\nstern-token XI111222333000\r\n")
			sim := simulator.RunT(GinkgoT(), func(c *simulator.Config) { c.Tokens, c.Auth = file, simulator.AuthStrict })
			for _, token := range []string{"bow-token", "stern-token"} {
				req, err := http.NewRequest("GET", sim.URL()+"/customs/transits/movements/departures", nil)
				Expect(err).NotTo(HaveOccurred())
				req.Header.Set("Authorization", "Bearer "+token)
				req.Header.Set("Accept", "application/vnd.hmrc.2.1+json")
				res, err := http.DefaultClient.Do(req)
				Expect(err).NotTo(HaveOccurred())
				Expect(res.Body.Close()).To(Succeed())
				Expect(res.StatusCode).To(Equal(200), token)
			}
		})

		It("the registry", func() {
			file := write(GinkgoT().TempDir(), "registry.yaml", byteOrderMark+"replace: false\n")
			Expect(newWith(func(c *simulator.Config) { c.RegistryFile = file })).To(Succeed())
		})

		It("code lists", func() {
			dir := GinkgoT().TempDir()
			write(dir, "CL231-mine.tsv", byteOrderMark+"code\tdescription\nT1\tfirst\n")
			Expect(newWith(func(c *simulator.Config) { c.CodeLists = dir })).To(Succeed())
		})

		It("the control token", func() {
			file := write(GinkgoT().TempDir(), "token", byteOrderMark+"hush\n")
			Expect(simulator.ReadToken(file)).To(Equal("hush"))
		})

		It("a scenario and a message beside it", func() {
			read, problems := readFolder(byteOrderMark+scenarioText, byteOrderMark+declaration())
			Expect(problems).To(BeEmpty())
			Expect(read).To(HaveLen(1))
			Expect(string(read[0].Text)).To(Equal(scenarioText))
		})
	})

	Describe("in UTF-16 is refused with its name and what to do:", func() {
		It("settings", func() {
			_, err := load(nil, nil, map[string]string{"nctsim.yaml": utf16Text("profile: silent\n")})
			Expect(err).To(MatchError(HavePrefix("nctsim.yaml: " + notUTF8)))
		})

		It("tokens", func() {
			file := write(GinkgoT().TempDir(), "tokens.txt", utf16Text("bow-token GB111222333000\n"))
			Expect(newWith(func(c *simulator.Config) { c.Tokens = file })).To(MatchError(HavePrefix("tokens: " + file + ": " + notUTF8)))
		})

		It("the registry", func() {
			file := write(GinkgoT().TempDir(), "registry.yaml", utf16Text("replace: false\n"))
			err := newWith(func(c *simulator.Config) { c.RegistryFile = file })
			Expect(err).To(MatchError(And(HavePrefix("registry-file: "+file+": "), ContainSubstring(notUTF8))))
		})

		It("code lists", func() {
			dir := GinkgoT().TempDir()
			write(dir, "CL231-mine.tsv", utf16Text("code\tdescription\nT1\tfirst\n"))
			err := newWith(func(c *simulator.Config) { c.CodeLists = dir })
			Expect(err).To(MatchError(And(HavePrefix("code-lists: "+dir+": "), ContainSubstring("CL231-mine.tsv: "+notUTF8))))
			Expect(strings.Count(err.Error(), "hint:")).To(Equal(1), "one way on, not that of another mistake")
		})

		It("the control token, and certificates", func() {
			file := write(GinkgoT().TempDir(), "file", utf16Text("hush\n"))
			_, err := simulator.ReadToken(file)
			Expect(err).To(MatchError(HavePrefix(file + ": " + notUTF8)))
			err = newWith(func(c *simulator.Config) { c.CallbackCA = file })
			Expect(err).To(MatchError(HavePrefix("callback-ca: " + file + ": " + notUTF8)))
		})

		It("a scenario", func() {
			_, problems := readFolder(utf16Text(scenarioText), declaration())
			Expect(problems).To(HaveLen(1))
			Expect(problems[0].Error()).To(And(ContainSubstring("mine.yaml: "), ContainSubstring(notUTF8)))
		})

		It("a message beside a scenario, at the place that names it", func() {
			_, problems := readFolder(scenarioText, utf16Text(declaration()))
			Expect(problems).To(HaveLen(1))
			Expect(problems[0].Error()).To(And(ContainSubstring("mine.yaml:6:"), ContainSubstring("own.xml cannot be read: "+notUTF8)))
		})
	})

	It("is read in every case from the field", func() {
		dir := filepath.Join("..", "..", "shared", "cases", "byte-order-mark")
		if _, err := os.Stat(dir); err != nil {
			Skip("the cases from the field are not beside the repository (folder shared/cases)")
		}
		settings, err := os.ReadFile(filepath.Join(dir, "nctsim.yaml"))
		Expect(err).NotTo(HaveOccurred())
		_, err = load(nil, nil, map[string]string{"nctsim.yaml": string(settings)})
		Expect(err).NotTo(HaveOccurred())
		Expect(newWith(func(c *simulator.Config) { c.Tokens = filepath.Join(dir, "tokens.txt") })).To(Succeed())
		library := simulator.Library(filepath.Join(dir, "scenario"))
		Expect(library.Problems()).To(BeEmpty())
		_, ok := library.Get("QS-BOM")
		Expect(ok).To(BeTrue())
	})
})
