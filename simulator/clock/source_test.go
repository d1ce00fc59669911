package clock_test

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
)

var _ = Describe("A source", func() {
	source := clock.NewSource(42)

	// Whoever changes these values changes the ids and MRNs of everybody who works with --seed.
	It("gives the same values in every release", func() {
		st := source.Stream("movement", "1")
		Expect(st.Hex(16)).To(Equal("8339746d5c0cfbf3"))
		Expect(st.Uint64()).To(Equal(uint64(11285530896540757163)))
		Expect(st.IntN(1000)).To(Equal(698))
		Expect(st.Pick("ABC", 8)).To(Equal("CBCCBCBB"))
		Expect(st.UUID()).To(Equal("1e103e3f-f35d-4d21-ad21-21ae458ae53c"))
		Expect(clock.NewSource(0).Stream().Hex(16)).To(Equal("b5fe02ee32edd1f0"))
	})

	It("gives the same values for the same names, from the beginning", func() {
		first := source.Stream("a", "b").Hex(64)
		source.Stream("a", "b").Hex(1000)
		Expect(source.Stream("a", "b").Hex(64)).To(Equal(first))
		Expect(clock.NewSource(42).Stream("a", "b").Hex(64)).To(Equal(first))
	})

	It("gives other values for other names, other lists of names and other seeds", func() {
		seen := map[string]string{}
		for name, st := range map[string]*clock.Stream{
			"ab, c":         source.Stream("ab", "c"),
			"a, bc":         source.Stream("a", "bc"),
			"abc":           source.Stream("abc"),
			"abc, empty":    source.Stream("abc", ""),
			"empty, abc":    source.Stream("", "abc"),
			"no name":       source.Stream(),
			"an empty name": source.Stream(""),
			"another seed":  clock.NewSource(43).Stream("abc"),
		} {
			value := st.Hex(32)
			Expect(seen).NotTo(HaveKey(value), "%s is as %s", name, seen[value])
			seen[value] = name
		}
	})

	It("gives what it would alone when many goroutines draw", func() {
		want := source.Stream("x").Hex(256)
		got := make([]string, 16)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() { got[i] = source.Stream("x").Hex(256) })
		}
		wg.Wait()
		Expect(got).To(HaveEach(want))
	})

	It("has a seed that nobody foresees when none is given", func() {
		Expect(clock.RandomSeed()).NotTo(Equal(clock.RandomSeed()))
	})
})

var _ = Describe("A stream", func() {
	var st *clock.Stream

	BeforeEach(func() { st = clock.NewSource(7).Stream("spec", CurrentSpecReport().LeafNodeText) })

	It("gives as many hexadecimal digits as asked for", func() {
		Expect(st.Hex(0)).To(BeEmpty())
		Expect(st.Hex(33)).To(MatchRegexp("^[0-9a-f]{33}$"))
	})

	It("picks from the alphabet, whatever letters that has", func() {
		Expect(st.Pick("äöü", 100)).To(MatchRegexp("^[äöü]{100}$"))
		Expect(st.Pick("", 0)).To(BeEmpty())
	})

	It("uses all of the alphabet", func() {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		drawn := st.Pick(alphabet, 4000)
		for _, letter := range alphabet {
			Expect(strings.Count(drawn, string(letter))).To(BeNumerically("~", 4000/36, 60), string(letter))
		}
	})

	It("spreads numbers evenly, up to the one below the limit", func() {
		counts := make([]int, 7)
		for range 70_000 {
			counts[st.IntN(7)]++
		}
		Expect(counts).To(HaveEach(BeNumerically("~", 10_000, 500)))
	})

	It("spreads numbers evenly where the limit is close to the largest number", func() {
		const limit = 3 << 61
		below := 0
		for range 9_000 {
			if st.IntN(limit) < limit/3 {
				below++
			}
		}
		Expect(below).To(BeNumerically("~", 3_000, 200))
	})

	It("has nothing below 1", func() {
		Expect(st.IntN(1)).To(BeZero())
		Expect(func() { st.IntN(0) }).To(Panic())
		Expect(func() { st.IntN(-1) }).To(Panic())
	})

	It("makes UUIDs of version 4", func() {
		seen := map[string]bool{}
		for range 100 {
			id := st.UUID()
			Expect(id).To(MatchRegexp("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"))
			Expect(seen).NotTo(HaveKey(id))
			seen[id] = true
		}
	})
})
