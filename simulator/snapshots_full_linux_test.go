package simulator_test

import (
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/scenario"
)

// onFullDisk says that this process is the one whose disk is full: the limit holds for whatever a process writes, and what runs the
// tests writes, too.
const onFullDisk = "NCTSIM_TEST_FULL_DISK"

var _ = Describe("A disk that is full", func() {
	It("keeps nothing half written of a snapshot, a restore or a workspace that begins with one, and changes nothing", func(ctx SpecContext) {
		if os.Getenv(onFullDisk) == "" {
			child := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestSimulator$", "-ginkgo.focus", "A disk that is full keeps nothing half written")
			child.Env = append(os.Environ(), onFullDisk+"=yes")
			out, err := child.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
			Expect(string(out)).To(ContainSubstring("1 Passed"))
			return
		}
		dir := GinkgoT().TempDir()
		sim := simulator.RunT(GinkgoT(), still, func(c *simulator.Config) {
			c.Data, c.Durability, c.Workspaces = dir, simulator.DurabilityOS, simulator.WorkspacesExplicit
		})
		c := sim.Client()
		text, err := sim.Fixture(message.Phase5, "ie015-simplified-gb-xi", scenario.Facts{LRN: "FULL1"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Declare(ctx, message.Phase5, text)
		Expect(err).NotTo(HaveOccurred())
		saved, err := c.SaveSnapshot(ctx, client.NewSnapshot{Name: "there"})
		Expect(err).NotTo(HaveOccurred())
		Expect(os.MkdirAll(filepath.Join(dir, "workspaces"), 0o700)).To(Succeed())
		before, files := picture(ctx, sim), filesOf(dir)

		// As near to a full disk as one gets without one: files cannot be made larger than this.
		signal.Ignore(syscall.SIGXFSZ)
		var usual syscall.Rlimit
		Expect(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &usual)).To(Succeed())
		defer func() { Expect(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &usual)).To(Succeed()) }()
		Expect(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(saved.Bytes) / 2, Max: usual.Max})).To(Succeed())

		full := And(HaveField("Status", http.StatusInsufficientStorage), HaveField("Code", "NO_ROOM"), HaveField("Hint", ContainSubstring("nothing was changed")))
		_, err = c.SaveSnapshot(ctx, client.NewSnapshot{Name: "another"})
		Expect(err).To(full)
		_, err = c.SaveSnapshot(ctx, client.NewSnapshot{Name: "there", Replace: true})
		Expect(err).To(full)
		_, err = c.ImportSnapshot(ctx, "brought", false, strings.NewReader(strings.Repeat("much", 100_000)))
		Expect(err).To(full)
		_, err = c.RestoreSnapshot(ctx, "there")
		Expect(err).To(full)
		for _, begin := range []client.WorkspaceOptions{{From: "there"}, {Fork: client.DefaultWorkspace}} {
			_, err = c.MakeWorkspace(ctx, "begun", begin)
			Expect(err).To(full)
			_, err = c.Workspace(ctx, "begun")
			Expect(err).To(HaveField("Code", "WORKSPACE_NOT_FOUND"))
		}
		Expect(picture(ctx, sim)).To(Equal(before))
		Expect(filesOf(dir)).To(Equal(files))

		Expect(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &usual)).To(Succeed())
		_, err = c.RestoreSnapshot(ctx, "there")
		Expect(err).NotTo(HaveOccurred())
		Expect(picture(ctx, sim)).To(Equal(before))
	})
})

// filesOf are the files in a folder and below.
func filesOf(dir string) (files []string) {
	GinkgoHelper()
	Expect(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		files = append(files, path)
		return err
	})).To(Succeed())
	return files
}
