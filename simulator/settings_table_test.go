package simulator_test

import (
	"flag"
	"fmt"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/pflag"

	"nctsim/simulator"
)

var update = flag.Bool("update", false, "write the table of settings into docs/configuration.md, docs/coverage.md and docs/schemas/nctsim.schema.json")

var _ = Describe("docs/configuration.md", func() {
	It("lists every setting with its variable, default and meaning", func() {
		const path = "../docs/configuration.md"
		const begin, end = "<!-- settings: written by go test ./simulator -update -->\n", "<!-- end of settings -->\n"
		text, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		before, rest, found := strings.Cut(string(text), begin)
		Expect(found).To(BeTrue(), "the page has no place for the table")
		table, after, found := strings.Cut(rest, end)
		Expect(found).To(BeTrue(), "the table has no end")
		if *update {
			Expect(os.WriteFile(path, []byte(before+begin+settingsTable()+end+after), 0o644)).To(Succeed())
			return
		}
		Expect(table).To(Equal(settingsTable()), "go test ./simulator -update mends it")
	})
})

var _ = Describe("docs/schemas/nctsim.schema.json", func() {
	It("has every setting", func() {
		const path = "../docs/schemas/nctsim.schema.json"
		if *update {
			Expect(os.WriteFile(path, simulator.SettingsSchema(), 0o644)).To(Succeed())
		}
		written, err := os.ReadFile(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(written)).To(Equal(string(simulator.SettingsSchema())), "go test ./simulator -update mends it")
	})
})

// settingsTable lists the flags in the order in which they are declared.
func settingsTable() string {
	config := simulator.Default()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	flags.SortFlags = false
	config.AddFlags(flags)
	var b strings.Builder
	b.WriteString("| Flag and key | Variable | Default | Meaning |\n|---|---|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		standard := strings.Trim(f.DefValue, "[]")
		if standard != "" {
			standard = "`" + standard + "`"
		}
		fmt.Fprintf(&b, "| `%s` %s | `%s` | %s | %s |\n", f.Name, value, simulator.Variable(f.Name), standard, strings.ReplaceAll(usage, "|", "\\|"))
	})
	return b.String()
}
