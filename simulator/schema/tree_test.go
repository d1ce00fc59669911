package schema_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/schema"
)

var _ = Describe("The element tree", func() {
	It("has order, repetition and types of a message", func() {
		root := phases["phase5"].Root("CC015C")
		Expect(root.PhaseID.Enum).To(Equal([]string{"NCTS5.1", "NCTS5.1", "NCTS5.0"}))
		Expect(root.Children[0].Name).To(Equal("messageSender"))
		house := root.Child("Consignment").Child("HouseConsignment")
		Expect([]int{house.Min, house.Max}).To(Equal([]int{1, 1999}))
		Expect(house.Leaf()).To(BeFalse())
		mass := house.Child("grossMass")
		Expect(mass.Type.Base).To(Equal("decimal"))
		Expect(mass.Type.Valid("0")).To(BeFalse())
		Expect(root.Child("TransitOperation").Child("declarationType").List).To(Equal("CL231"))
		Expect(root.Child("nothing").Child("below")).To(BeNil())
	})

	It("knows every message of the phase", func() {
		for _, dir := range []string{"phase5", "phase6"} {
			Expect(phases[dir].Roots()).To(ContainElements("CC004C", "CC015C", "CC170C", "CC906C", "CC917C", "CC928C"))
		}
		Expect(phases["phase4"].Roots()).To(Equal([]string{
			"CC007A", "CC008A", "CC009A", "CC014A", "CC015B", "CC016A", "CC025A", "CC028A", "CC029B", "CC043A", "CC044A", "CC045A",
			"CC051B", "CC054A", "CC055A", "CC058A", "CC060A", "CC062A", "CC917A", "CC928A", "CD034A", "CD037A", "CD906A",
		}))
		for _, set := range phases {
			Expect(set.Root("CC999C")).To(BeNil())
		}
	})

	It("compiles every pattern and checks every type without a panic", func() {
		for _, set := range phases {
			for _, root := range set.Roots() {
				walk(set.Root(root), "/"+root, func(e *schema.Element, path string) {
					if e.Leaf() {
						Expect(e.Type.Valid(strings.Repeat("\n", 3000))).To(BeFalse(), path)
					}
				})
			}
		}
	})

	for short, dir := range publishedPhases {
		It("of "+dir+" agrees row by row with the published structure tables", func() {
			files, err := filepath.Glob(published("messages", short, "C*.tsv"))
			Expect(err).NotTo(HaveOccurred())
			if len(files) == 0 {
				Skip("the structure tables are not there; the schema files stand for themselves")
			}
			for _, file := range files {
				if !drafts[path.Base(file)] {
					compareWithTable(phases[dir], file)
				}
			}
		})
	}
})

// drafts are early versions of CC029B and CC051B that nobody sends.
var drafts = map[string]bool{"CC029A.tsv": true, "CC051A.tsv": true}

// recommended says where a schema follows the contract instead of the table (API 1.0, section 11): CC054A need not name
// its sender, which no other message of a trader may, and its message type is checked as theirs are.
var recommended = strings.NewReplacer(
	"CC054A/MesSenMES3 1..1", "CC054A/MesSenMES3 0..1",
	"CC054A/MesTypMES20 1..1 token length -1-16 digits -1-1 range .. pattern .{1,6}", "CC054A/MesTypMES20 1..1 token length 6-1-1 digits -1-1 range .. pattern (CC|GB|XI)054A",
)

func walk(e *schema.Element, path string, visit func(*schema.Element, string)) {
	visit(e, path)
	for _, c := range e.Children {
		walk(c, path+"/"+c.Name, visit)
	}
}

func compareWithTable(set *schema.Set, file string) {
	data, err := os.ReadFile(file)
	Expect(err).NotTo(HaveOccurred())
	root := strings.TrimSuffix(filepath.Base(file), ".tsv")
	var want, got []string
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		c := strings.Split(line, "\t")
		for len(c) < 17 {
			c = append(c, "")
		}
		if c[2] == "attr" {
			continue
		}
		list, _, _ := strings.Cut(c[16], ":")
		want = append(want, recommended.Replace(fmt.Sprint(c[1], " ", c[3], "..", c[4], " ", c[5], " length ", facet(c[6]), facet(c[7]), facet(c[8]), " digits ", facet(c[9]), facet(c[10]), " range ", c[11], "..", c[12],
			" pattern ", strings.ReplaceAll(c[13], " OR ", "|"), " list ", list)))
	}
	walk(set.Root(root), root, func(e *schema.Element, path string) {
		row := fmt.Sprint(path, " ", e.Min, "..", e.Max, " ")
		if t := e.Type; t != nil {
			var steps []string
			for _, step := range t.Patterns {
				steps = append(steps, strings.Join(step, "|"))
			}
			row += fmt.Sprint(t.Base, " length ", t.Length, t.MinLength, t.MaxLength, " digits ", t.TotalDigits, t.FractionDigits, " range ", t.MinInclusive, "..", t.MaxInclusive, " pattern ", strings.Join(steps, " AND "))
		} else {
			row += " length -1-1-1 digits -1-1 range .. pattern "
		}
		got = append(got, row+" list "+e.List)
	})
	normal := func(rows []string) []string {
		for i, r := range rows {
			rows[i] = strings.ReplaceAll(r, "-1 -1 -1", "-1-1-1")
			rows[i] = strings.ReplaceAll(rows[i], " ", "")
		}
		return rows
	}
	Expect(normal(got)).To(Equal(normal(want)), root)
}

// facet is a number of the table, -1 where the cell is empty.
func facet(cell string) string {
	if cell == "" {
		return "-1"
	}
	n, err := strconv.Atoi(cell)
	Expect(err).NotTo(HaveOccurred())
	return strconv.Itoa(n)
}
