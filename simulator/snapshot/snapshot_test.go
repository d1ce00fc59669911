package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/clock"
	"nctsim/simulator/snapshot"
	"nctsim/simulator/store"
)

// content is text in the place of a store's file.
type content string

func (c content) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(c))
	return int64(n), err
}

var manifest = snapshot.Manifest{
	Name: "one", Taken: time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC), Reason: snapshot.Saved, Version: "test", StoreFormat: store.Format,
	Counts: snapshot.Counts{Movements: 3, Messages: 9}, Seed: 7, Clock: snapshot.Clock{Mode: clock.Manual, Scale: 1},
	Scenarios: []snapshot.Scenario{{File: "mine.yaml", Text: "id: MINE"}}, Removed: []string{"DSGB1"},
	Uploads: []snapshot.Upload{{Key: "0f3c-1"}, {Key: "0f3c-2"}},
}

// written is the bytes of a snapshot.
func written(m snapshot.Manifest) []byte {
	GinkgoHelper()
	var b bytes.Buffer
	_, err := snapshot.Write(context.Background(), &b, m, snapshot.Content{Store: content(strings.Repeat("store ", 1000)), Files: []io.Reader{strings.NewReader("upload 1"), strings.NewReader("")}[:len(m.Uploads)]})
	Expect(err).NotTo(HaveOccurred())
	return b.Bytes()
}

// inFile opens bytes as a snapshot.
func inFile(b []byte) (*snapshot.Snapshot, error) {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "it.snapshot")
	Expect(os.WriteFile(path, b, 0o600)).To(Succeed())
	s, err := snapshot.Open(path)
	if s != nil {
		DeferCleanup(s.Close)
	}
	return s, err
}

var _ = Describe("A snapshot", func() {
	It("gives back what was written", func(ctx SpecContext) {
		s, err := inFile(written(manifest))
		Expect(err).NotTo(HaveOccurred())
		want := manifest
		want.StoreBytes, want.Uploads = 6000, []snapshot.Upload{{Key: "0f3c-1", Bytes: 8}, {Key: "0f3c-2"}}
		Expect(s.Manifest).To(Equal(want))
		Expect(s.Verify(ctx)).To(Succeed())
		dir := GinkgoT().TempDir()
		Expect(s.Extract(ctx, filepath.Join(dir, "store"), filepath.Join(dir, "uploads"))).To(Succeed())
		Expect(os.ReadFile(filepath.Join(dir, "store"))).To(BeEquivalentTo(strings.Repeat("store ", 1000)))
		Expect(os.ReadFile(filepath.Join(dir, "uploads", "0f3c-1"))).To(BeEquivalentTo("upload 1"))
		Expect(os.ReadFile(filepath.Join(dir, "uploads", "0f3c-2"))).To(BeEmpty())
	})

	It("is made of a store by what is appended to it", func(ctx SpecContext) {
		path := filepath.Join(GinkgoT().TempDir(), "store")
		Expect(os.WriteFile(path, []byte(strings.Repeat("store ", 1000)), 0o600)).To(Succeed())
		m := manifest
		m.Uploads = []snapshot.Upload{{Key: "0f3c-1"}}
		sealed, err := snapshot.Seal(path, m, []io.Reader{strings.NewReader("upload 1")})
		Expect(err).NotTo(HaveOccurred())
		Expect(sealed.StoreBytes).To(BeEquivalentTo(6000))
		s, err := snapshot.Open(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Verify(ctx)).To(Succeed())
		Expect(s.Close()).To(Succeed())
	})

	It("is refused wherever it is cut", func(ctx SpecContext) {
		whole := written(manifest)
		for _, length := range []int{0, 1, 63, 64, 100, 3000, 6000, 6100, len(whole) - 65, len(whole) - 64, len(whole) - 25, len(whole) - 1} {
			_, err := inFile(whole[:length])
			Expect(err).To(MatchError(snapshot.ErrDamaged), "%d bytes", length)
		}
	})

	It("is refused whatever byte of it is another one", func(ctx SpecContext) {
		whole := written(manifest)
		for at := 0; at < len(whole); at += 1 + (len(whole)-at)/100 {
			changed := bytes.Clone(whole)
			changed[at] ^= 0x20
			s, err := inFile(changed)
			if err == nil {
				dir := GinkgoT().TempDir()
				err = s.Extract(ctx, filepath.Join(dir, "store"), filepath.Join(dir, "uploads"))
				Expect(filepath.Glob(filepath.Join(dir, "*", "*"))).To(BeEmpty())
				Expect(filepath.Join(dir, "store")).NotTo(BeAnExistingFile(), "nothing of it stays")
			}
			Expect(err).To(Or(MatchError(snapshot.ErrDamaged), MatchError(snapshot.ErrNewer)), "byte %d", at)
		}
	})

	It("is refused when a newer version has written it", func() {
		newer := manifest
		newer.StoreFormat, newer.Version = store.Format+1, "99.0"
		_, err := inFile(written(newer))
		Expect(err).To(MatchError(And(ContainSubstring("taken by nctsim 99.0"), ContainSubstring("hint: use that version or a later one"))))
		Expect(err).To(MatchError(snapshot.ErrNewer))
		_, err = inFile(bytes.Replace(written(manifest), []byte("nctsim snapshot 1"), []byte("nctsim snapshot 2"), 1))
		Expect(err).To(MatchError(snapshot.ErrNewer))
	})

	It("is refused when its manifest leads out of the folder of uploads", func() {
		for _, key := range []string{"../../etc/passwd", "a/b", "", ".", "a\x00b"} {
			m := manifest
			m.Uploads = []snapshot.Upload{{Key: key}}
			_, err := inFile(written(m))
			Expect(err).To(MatchError(snapshot.ErrDamaged), "%q", key)
		}
		m := manifest
		m.Uploads = []snapshot.Upload{{Key: "same"}, {Key: "same"}}
		_, err := inFile(written(m))
		Expect(err).To(MatchError(snapshot.ErrDamaged))
	})

	It("ends when its context does", func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := snapshot.Write(ctx, io.Discard, snapshot.Manifest{}, snapshot.Content{Store: content("store")})
		Expect(err).To(MatchError(context.Canceled))
	})
})

var _ = Describe("The folder of snapshots", func() {
	var dir string
	var folder *snapshot.Folder
	BeforeEach(func() {
		dir = filepath.Join(GinkgoT().TempDir(), "snapshots")
		var err error
		folder, err = snapshot.OpenFolder(dir)
		Expect(err).NotTo(HaveOccurred())
	})
	write := func(p *snapshot.Pending, err error) {
		GinkgoHelper()
		Expect(err).NotTo(HaveOccurred())
		m := manifest
		m.Uploads = nil
		_, err = p.Write(written(m))
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Keep()).To(Succeed())
	}
	names := func() (names []string) {
		for _, l := range folder.List() {
			names = append(names, l.Name)
		}
		return names
	}

	It("has a snapshot under its name, and none twice", func() {
		Expect(folder.List()).To(BeEmpty())
		write(folder.Create("one", false))
		Expect(names()).To(ConsistOf("one"))
		_, err := folder.Create("one", false)
		Expect(err).To(MatchError(snapshot.ErrExists))
		write(folder.Create("one", true))
		Expect(folder.Delete("one")).To(Succeed())
		Expect(folder.Delete("one")).To(MatchError(snapshot.ErrNotFound))
		_, err = folder.Open("one")
		Expect(err).To(MatchError(snapshot.ErrNotFound))
	})

	It("takes no name that leads elsewhere", func() {
		for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, ".hidden", "-x", "a\x00", "a b", "ü", strings.Repeat("a", 65), "a\n", "CON:"} {
			_, err := folder.Create(name, true)
			Expect(err).To(MatchError(snapshot.ErrName), "%q", name)
			_, err = folder.Open(name)
			Expect(err).To(MatchError(snapshot.ErrName), "%q", name)
			Expect(folder.Delete(name)).To(MatchError(snapshot.ErrName), "%q", name)
		}
		for _, name := range []string{"undo", "undo-1"} {
			Expect(snapshot.CheckNew(name)).To(MatchError(snapshot.ErrName))
		}
		Expect(snapshot.CheckNew("undo-later")).To(Succeed())
	})

	It("finds out that a file was changed, also when its time was set back, and when that happens after it was opened", func(ctx SpecContext) {
		write(folder.Create("one", false))
		path := filepath.Join(dir, "one.snapshot")
		out := GinkgoT().TempDir()
		extract := func(s *snapshot.Snapshot) error {
			GinkgoHelper()
			err := s.Extract(ctx, filepath.Join(out, "store"), filepath.Join(out, "uploads"))
			Expect(s.Close()).To(Succeed())
			return err
		}
		opened := func() *snapshot.Snapshot {
			GinkgoHelper()
			s, err := folder.Open("one")
			Expect(err).NotTo(HaveOccurred())
			return s
		}
		change := func() {
			GinkgoHelper()
			before, err := os.Stat(path)
			Expect(err).NotTo(HaveOccurred())
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			Expect(err).NotTo(HaveOccurred())
			_, err = f.WriteAt([]byte("S"), 3000)
			Expect(errors.Join(err, f.Close())).To(Succeed())
			Expect(os.Chtimes(path, before.ModTime(), before.ModTime())).To(Succeed())
		}
		Expect(extract(opened())).To(Succeed())
		Expect(os.ReadFile(filepath.Join(out, "store"))).To(BeEquivalentTo(strings.Repeat("store ", 1000)))
		Expect(os.Remove(filepath.Join(out, "store"))).To(Succeed())
		late := opened()
		change()
		for _, s := range []*snapshot.Snapshot{late, opened()} {
			Expect(extract(s)).To(MatchError(snapshot.ErrDamaged))
			Expect(filepath.Join(out, "store")).NotTo(BeAnExistingFile(), "nothing of it stays")
		}
		write(folder.Create("one", true))
		Expect(extract(opened())).To(Succeed(), "it is another one")
	})

	It("keeps the newest automatic ones, and counts on", func() {
		for range 5 {
			write(folder.Automatic())
			Expect(folder.Prune(3)).To(Succeed())
		}
		write(folder.Create("mine", false))
		Expect(names()).To(ConsistOf("mine", "undo-3", "undo-4", "undo-5"))
		s, err := folder.Open(snapshot.Undo)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Name).To(Equal("undo-5"))
		Expect(s.Close()).To(Succeed())
		again, err := snapshot.OpenFolder(dir)
		Expect(err).NotTo(HaveOccurred())
		p, err := again.Automatic()
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Name()).To(Equal("undo-6"))
		p.Discard()
		Expect(folder.Prune(0)).To(Succeed())
		_, err = folder.Open(snapshot.Undo)
		Expect(err).To(MatchError(snapshot.ErrNotFound))
	})

	It("has nothing of what was not written to its end, also after a crash", func() {
		p, err := folder.Create("one", false)
		Expect(err).NotTo(HaveOccurred())
		_, err = p.WriteString("half")
		Expect(err).NotTo(HaveOccurred())
		Expect(folder.List()).To(BeEmpty())
		Expect(p.Close()).To(Succeed()) // as a crash does
		_, err = snapshot.OpenFolder(dir)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.ReadDir(dir)).To(BeEmpty())
	})

	It("says of a file that cannot be used why not, and lists the others", func() {
		write(folder.Create("good", false))
		Expect(os.WriteFile(filepath.Join(dir, "bad.snapshot"), []byte("nothing"), 0o600)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("nothing"), 0o600)).To(Succeed())
		Expect(folder.List()).To(ConsistOf(
			And(HaveField("Name", "good"), HaveField("Err", BeNil())),
			And(HaveField("Name", "bad"), HaveField("Err", MatchError(snapshot.ErrDamaged)))))
	})

	It("takes in what a reader has, unless it is not a snapshot or does not come to its end", func(ctx SpecContext) {
		m := manifest
		m.Uploads = nil
		verify := func(s *snapshot.Snapshot) error { return s.Verify(ctx) }
		whole := written(m)
		changed := bytes.Clone(whole)
		changed[100] ^= 1
		for _, wrong := range []io.Reader{bytes.NewReader(whole[:500]), bytes.NewReader(changed), io.MultiReader(bytes.NewReader(whole[:500]), broken{})} {
			p, err := folder.Create("one", false)
			Expect(err).NotTo(HaveOccurred())
			_, err = snapshot.Import(p, wrong, verify)
			Expect(err).To(Or(MatchError(And(ContainSubstring("snapshot one: "), Not(ContainSubstring(".part")))), MatchError(errBroken)))
			Expect(err).To(Or(MatchError(snapshot.ErrDamaged), MatchError(errBroken)))
			Expect(os.ReadDir(dir)).To(BeEmpty())
		}
		p, err := folder.Create("another", false)
		Expect(err).NotTo(HaveOccurred())
		Expect(snapshot.Import(p, bytes.NewReader(whole), verify)).To(HaveField("Name", "another"))
		Expect(folder.List()).To(HaveExactElements(HaveField("Name", "another")))
	})
})

var errBroken = errors.New("the connection broke")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }
