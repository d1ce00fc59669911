package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

func replaceAll(s, old, new string) string { return strings.ReplaceAll(s, old, new) }

// simple is a scenario of one step with a head of its own.
func simple(id, head string) string {
	return "id: " + id + "\ntitle: " + id + "\nmovement: departure\nphases: [5, 6]\n" + head + "steps:\n  - trader: { send: IE015, from: ie015-simplified-gb-xi }\n"
}

func named(list []*scenario.Scenario) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.ID)
	}
	return out
}

var _ = Describe("Loading", func() {
	It("reads every YAML file in and below a folder, and nothing else", func() {
		list, problems := reader.Load(fstest.MapFS{
			"b.yaml": {Data: []byte(simple("B", ""))}, "deep/down/a.yml": {Data: []byte(simple("A", ""))},
			"notes.md": {Data: []byte("id: C")}, "deep/x.xml": {Data: []byte("<x/>")},
		})
		Expect(problems).To(BeEmpty())
		Expect(named(list)).To(Equal([]string{"B", "A"}))
		Expect(list[1].File).To(Equal("deep/down/a.yml"))
	})
	It("keeps the others when a file is broken", func() {
		list, problems := reader.Load(fstest.MapFS{
			"a.yaml": {Data: []byte(simple("A", ""))}, "b.yaml": {Data: []byte("id: [")}, "c.yaml": {Data: []byte(simple("C", "mode: x\n"))}, "d.yaml": {Data: []byte(simple("D", ""))},
		})
		Expect(named(list)).To(Equal([]string{"A", "D"}))
		Expect(problems).To(HaveLen(2))
		Expect([]string{problems[0].File, problems[1].File}).To(Equal([]string{"b.yaml", "c.yaml"}))
	})
	It("reports the second file with an id", func() {
		list, problems := reader.Load(fstest.MapFS{"a.yaml": {Data: []byte(simple("A", ""))}, "b.yaml": {Data: []byte("# again\n" + simple("A", ""))}})
		Expect(named(list)).To(Equal([]string{"A"}))
		Expect(problems.Error()).To(Equal("b.yaml:2:1: the id A is taken by a.yaml\n  id: A\n  ^"))
	})
	It("names files by the folder that was given", func() {
		dir := GinkgoT().TempDir()
		Expect(os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(simple("A", "")), 0o644)).To(Succeed())
		list, problems := reader.LoadDir(dir + "/")
		Expect(problems).To(BeEmpty())
		Expect(list[0].File).To(Equal(filepath.ToSlash(dir) + "/a.yaml"))
	})
	It("reports a folder that is not there", func() {
		list, problems := reader.LoadDir("no/such/folder")
		Expect(list).To(BeEmpty())
		Expect(problems).To(HaveLen(1))
		Expect(problems[0].Error()).To(Equal("no/such/folder: it cannot be read: no such file or directory"))
	})
})

var _ = Describe("The library", func() {
	var dir string
	var l *scenario.Library
	write := func(name, text string) {
		GinkgoHelper()
		file := filepath.Join(dir, name)
		Expect(os.WriteFile(file, []byte(text), 0o644)).To(Succeed())
		// Two changes within one tick of the file system's clock must still be two.
		stamp := time.Now().Add(time.Duration(len(text)) * time.Second)
		Expect(os.Chtimes(file, stamp, stamp)).To(Succeed())
	}
	BeforeEach(func() {
		dir = GinkgoT().TempDir()
		write("mine.yaml", simple("DSGB2", "description: mine\n"))
		write("broken.yaml", "id: BROKEN\n")
		l = reader.Open(fstest.MapFS{
			"a.yaml": {Data: []byte(simple("DSGB10", ""))}, "b.yaml": {Data: []byte(simple("DSGB2", "description: built in\n"))}, "c.yaml": {Data: []byte(simple("DSGB1", ""))},
		}, dir)
	})

	It("lists by id, with numbers as numbers", func() {
		Expect(named(l.All())).To(Equal([]string{"DSGB1", "DSGB2", "DSGB10"}))
	})
	It("prefers the user's file to the built-in one with its id", func() {
		s, ok := l.Get("DSGB2")
		Expect(ok).To(BeTrue())
		Expect(s.Description).To(Equal("mine"))
	})
	It("knows ids by their case and suggests the nearest", func() {
		_, ok := l.Get("dsgb2")
		Expect(ok).To(BeFalse())
		Expect(l.Suggest("dsgb2")).To(Equal("DSGB2"))
		Expect(l.Suggest("something")).To(BeEmpty())
	})
	It("reports broken files", func() {
		Expect(l.Problems()).NotTo(BeEmpty())
		Expect(l.Problems()[0].File).To(HaveSuffix("/broken.yaml"))
	})
	It("takes a scenario that is put in, in the place of the one with its id, until it is deleted", func() {
		_, err := l.Put("PUT DSGB2", []byte(simple("DSGB2", "description: put\n")))
		Expect(err).NotTo(HaveOccurred())
		s, _ := l.Get("DSGB2")
		Expect([]string{s.Description, s.File}).To(Equal([]string{"put", "PUT DSGB2"}))
		Expect(l.Delete("DSGB2")).To(BeTrue())
		s, _ = l.Get("DSGB2")
		Expect(s.Description).To(Equal("mine"))
		Expect(l.Delete("DSGB2")).To(BeTrue())
		Expect(l.Delete("DSGB2")).To(BeTrue())
		Expect(l.Delete("DSGB2")).To(BeFalse())
		Expect(named(l.All())).To(Equal([]string{"DSGB1", "DSGB10"}))
	})
	It("takes a scenario that was read elsewhere, with the files beside it", func() {
		files := fstest.MapFS{"own.yaml": {Data: []byte(simple("OWN", ""))}}
		s, err := reader.Parse("own.yaml", files["own.yaml"].Data, files)
		Expect(err).NotTo(HaveOccurred())
		l := reader.Open(nil, "")
		l.Add(s)
		l.Add(s)
		Expect(l.All()).To(HaveExactElements(BeIdenticalTo(s)))
	})
	It("stays as it is when what is put in is wrong", func() {
		_, err := l.Put("PUT DSGB2", []byte("id: DSGB2\n"))
		Expect(err).To(BeAssignableToTypeOf(scenario.Problems{}))
		s, _ := l.Get("DSGB2")
		Expect(s.Description).To(Equal("mine"))
	})
	It("reads the folder again when something in it has changed, and only then", func() {
		Expect(l.Refresh()).To(BeFalse())
		write("new.yaml", simple("NEW", ""))
		write("broken.yaml", simple("BROKEN", ""))
		Expect(l.Refresh()).To(BeTrue())
		Expect(named(l.All())).To(Equal([]string{"BROKEN", "DSGB1", "DSGB2", "DSGB10", "NEW"}))
		Expect(l.Problems()).To(BeEmpty())
		Expect(os.Remove(filepath.Join(dir, "new.yaml"))).To(Succeed())
		Expect(l.Refresh()).To(BeTrue())
		Expect(l.Refresh()).To(BeFalse())
		Expect(named(l.All())).NotTo(ContainElement("NEW"))
	})
	It("keeps the last good scenario of a file that has become wrong, and reports it", func() {
		write("mine.yaml", "id: DSGB2\ntitle: in the middle of typing\n")
		Expect(l.Refresh()).To(BeTrue())
		s, _ := l.Get("DSGB2")
		Expect(s.Description).To(Equal("mine"))
		Expect(l.Problems().Error()).To(ContainSubstring("mine.yaml:1:1: the scenario has no movement"))
	})
})

var _ = Describe("Finding the scenario of a movement", func() {
	declaration := func(lrn string) *message.Document {
		GinkgoHelper()
		d, err := read(simple("X", "")).Steps[0].Trader.Document(message.Phase5, scenario.Facts{LRN: lrn})
		Expect(err).NotTo(HaveOccurred())
		return d
	}
	open := func(scenarios ...string) *scenario.Library {
		GinkgoHelper()
		files := fstest.MapFS{}
		for i, s := range scenarios {
			files[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(s)}
		}
		l := reader.Open(files, "")
		Expect(l.Problems()).To(BeEmpty())
		return l
	}
	find := func(l *scenario.Library, header, lrn string) scenario.Found {
		GinkgoHelper()
		return l.Find(scenario.Query{Header: header, Phase: message.Phase5, Document: declaration(lrn)})
	}
	const arrival = "id: ARR\ntitle: A\nmovement: arrival\nphases: [5]\nsteps:\n  - trader: { send: IE007 }\n"

	It("goes by the header before anything else", func() {
		l := open(simple("A", "match: { lrn: '^A' }\n"), simple("B", ""))
		f := find(l, "B", "A-1")
		Expect([]any{f.Scenario.ID, f.By, f.Why, f.Others}).To(Equal([]any{"B", scenario.ByHeader, "the header Gov-Test-Scenario names it", []*scenario.Scenario(nil)}))
	})
	It("finds none by a header that names no scenario, and says why", func() {
		l := open(simple("DSGB6", "match: { lrn: '^A' }\n"), strings.Replace(simple("P6", ""), "[5, 6]", "[6]", 1), arrival)
		Expect(find(l, "dsgb6", "A-1")).To(Equal(scenario.Found{Why: "the header Gov-Test-Scenario names dsgb6, which is not a scenario of the library; hint: did you mean DSGB6", Hint: "did you mean DSGB6"}))
		Expect(find(l, "P6", "A-1")).To(Equal(scenario.Found{Why: "the header Gov-Test-Scenario names P6, which does not work in phase 5", Hint: "P6 works in API 3.0, not in 2.1"}))
		Expect(find(l, "ARR", "A-1")).To(Equal(scenario.Found{Why: "the header Gov-Test-Scenario names ARR, which begins with IE007 and not with IE015", Hint: "ARR begins with IE007"}))
		Expect(find(l, "NOBODY-KNOWS", "A-1").Hint).To(Equal("GET /simulator/v1/scenarios lists the scenarios"))
	})
	It("goes by the LRN, to which the case of letters matters", func() {
		l := open(simple("A", "match: { lrn: '^A-' }\n"))
		f := find(l, "", "A-1")
		Expect([]any{f.Scenario.ID, f.By, f.Why}).To(Equal([]any{"A", scenario.ByLRN, "its LRN A-1 fits ^A-"}))
		Expect(find(l, "", "a-1")).To(Equal(scenario.Found{}))
	})
	DescribeTable("goes by patterns of the LRN of every form", func(pattern, lrn string, fits bool) {
		l := open(simple("A", "match: { lrn: '"+pattern+"' }\n"))
		Expect(find(l, "", lrn).Scenario != nil).To(Equal(fits))
	},
		Entry("one that begins with letters", "^AB-", "AB-1", true),
		Entry("one that begins with other letters", "^AC-", "AB-1", false),
		Entry("the last letter of which may be missing", "^AB?-", "A-1", true),
		Entry("with a choice behind the letters", "^A(B|C)-", "AC-1", true),
		Entry("with a choice of the whole", "^AB|^AC", "AC-1", true),
		Entry("in any case of letters", "(?i)^ab-", "AB-1", true),
		Entry("not bound to the beginning", "B-1$", "AB-1", true),
		Entry("bound to the beginning alone", "^", "AB-1", true),
		Entry("of letters alone", "^AB-1", "AB-1", true),
	)
	It("goes by fields that all fit", func() {
		l := open(simple("A", "match: { fields: { messageSender: '^NORTHWAY', CustomsOfficeOfDeparture/referenceNumber: '^GB' } }\n"), simple("B", "match: { fields: { messageSender: '^NORTHWAY', CustomsOfficeOfDeparture/referenceNumber: '^XI' } }\n"),
			simple("C", "match: { fields: { Consignment/Carrier/identificationNumber: '' } }\n"))
		f := find(l, "", "L")
		Expect([]any{f.Scenario.ID, f.By, f.Why}).To(Equal([]any{"A", scenario.ByFields, "messageSender NORTHWAY-FREIGHT fits ^NORTHWAY and CustomsOfficeOfDeparture/referenceNumber GB000246 fits ^GB"}))
		Expect(f.Others).To(BeEmpty())
	})
	It("takes the one with more conditions, then the longer pattern, and names the others", func() {
		l := open(simple("SHORT", "match: { lrn: '^A' }\n"), simple("LONG", "match: { lrn: '^A-1' }\n"),
			simple("TWO", "match: { fields: { messageSender: '^N', TransitOperation/LRN: '^A-1' } }\n"), simple("ELSE", "match: { lrn: '^B' }\n"))
		f := find(l, "", "A-1")
		Expect(f.Scenario.ID).To(Equal("TWO"))
		Expect(named(f.Others)).To(Equal([]string{"LONG", "SHORT"}))
		Expect(f.Why).To(HaveSuffix("; LONG, SHORT fits too, less exactly"))
	})
	It("leaves scenarios of the other phase, and those that begin with another message, alone", func() {
		l := open(strings.Replace(simple("P6", "match: { lrn: '^A' }\n"), "[5, 6]", "[6]", 1), replaceAll(arrival, "steps:", "match: { fields: { messageSender: '.' } }\nsteps:"))
		Expect(find(l, "", "A-1").Scenario).To(BeNil())
	})
})
