package simulator_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/store"
)

var _ = Describe("A workspace that begins with a snapshot", func() {
	// told is what the control API shows of a workspace, without where that is.
	told := func(ctx context.Context, sim *simulator.Simulator, workspace string) string {
		GinkgoHelper()
		c := sim.Client().In(workspace)
		list, err := c.Movements(ctx, client.MovementQuery{Limit: 100})
		Expect(err).NotTo(HaveOccurred())
		var all strings.Builder
		for _, m := range list.Movements {
			for _, path := range []string{"", "/entries"} {
				answer, err := client.Request{Method: http.MethodGet, URL: c.Base() + "/simulator/v1/movements/" + m.ID + path}.Do(ctx, nil)
				Expect(err).NotTo(HaveOccurred())
				all.Write(answer.Body)
			}
			detail, err := c.Movement(ctx, m.ID)
			Expect(err).NotTo(HaveOccurred())
			for _, r := range detail.Records {
				body, err := c.Body(ctx, m.ID, r.ID)
				Expect(err).NotTo(HaveOccurred())
				all.Write(body)
			}
		}
		return strings.ReplaceAll(all.String(), client.WorkspacesPath+workspace+"/", "/")
	}
	// saved hosts workspaces and has a snapshot of one movement, in a folder.
	saved := func(ctx context.Context, dir string) *simulator.Simulator {
		GinkgoHelper()
		sim := hosting(still, func(c *simulator.Config) { c.Data, c.Durability = dir, simulator.DurabilityOS })
		status, body := declaredAt(ctx, sim.URL(), "SAVED1")
		Expect(status).To(Equal(http.StatusAccepted), body)
		Expect(sim.Settle(ctx)).To(Succeed())
		_, err := sim.Client().SaveSnapshot(ctx, client.NewSnapshot{Name: "saved"})
		Expect(err).NotTo(HaveOccurred())
		return sim
	}

	It("has what was in it, goes on as that did, and by itself", func(ctx SpecContext) {
		sim := saved(ctx, GinkgoT().TempDir())
		c := sim.Client()
		made, err := c.MakeWorkspace(ctx, "begun", client.WorkspaceOptions{From: "saved"})
		Expect(err).NotTo(HaveOccurred())
		reading, err := c.Info(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(made).To(And(HaveField("Movements", 1), HaveField("Seed", reading.Seed), HaveField("Now", BeTemporally("==", reading.Now))))
		Expect(told(ctx, sim, "begun")).To(Equal(told(ctx, sim, "")))

		before := told(ctx, sim, "")
		_, err = c.In("begun").Advance(ctx, client.Target{By: "1h"})
		Expect(err).NotTo(HaveOccurred())
		Expect(told(ctx, sim, "")).To(Equal(before), "what it was taken of stays as it is")
		after := told(ctx, sim, "begun")
		Expect(after).NotTo(Equal(before))
		Expect(c.DeleteSnapshot(ctx, "saved")).To(Succeed(), "it is needed no more")
		_, err = c.Advance(ctx, client.Target{By: "1h"})
		Expect(err).NotTo(HaveOccurred())
		Expect(told(ctx, sim, "")).To(Equal(after), "the same comes to be there")
		_, err = c.MakeWorkspace(ctx, "copy", client.WorkspaceOptions{Fork: "begun"})
		Expect(err).NotTo(HaveOccurred())
		Expect(told(ctx, sim, "copy")).To(Equal(after))
	})

	It("is there after a restart as it was left, without its snapshot", func(ctx SpecContext) {
		dir := GinkgoT().TempDir()
		sim := saved(ctx, dir)
		_, err := sim.Client().MakeWorkspace(ctx, "begun", client.WorkspaceOptions{From: "saved"})
		Expect(err).NotTo(HaveOccurred())
		_, err = sim.Client().In("begun").Advance(ctx, client.Target{By: "1h"})
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Client().DeleteSnapshot(ctx, "saved")).To(Succeed())
		list, err := sim.Client().In("begun").Movements(ctx, client.MovementQuery{})
		Expect(err).NotTo(HaveOccurred())
		Expect(sim.Close(ctx)).To(Succeed())
		again := hosting(still, func(c *simulator.Config) { c.Data, c.Durability = dir, simulator.DurabilityOS })
		Expect(again.Client().In("begun").Movements(ctx, client.MovementQuery{})).To(Equal(list))
	})

	It("is empty if a request names it first, whatever snapshots there are, and then not another one", func(ctx SpecContext) {
		sim := saved(ctx, GinkgoT().TempDir())
		status, body := declaredAt(ctx, sim.URL()+"/workspaces/named", "NAMED1")
		Expect(status).To(Equal(http.StatusAccepted), body)
		Expect(sim.Client().Workspace(ctx, "named")).To(And(HaveField("Movements", 1), HaveField("From", "")))
		_, err := sim.Client().MakeWorkspace(ctx, "named", client.WorkspaceOptions{From: "saved"})
		Expect(err).To(And(HaveField("Status", http.StatusConflict), HaveField("Code", "WORKSPACE_EXISTS")))
		Expect(sim.Client().Workspace(ctx, "named")).To(HaveField("Movements", 1))
	})

	DescribeTable("is not made of one that cannot be used, and leaves nothing",
		func(ctx SpecContext, change func([]byte) []byte, reason string) {
			dir := GinkgoT().TempDir()
			sim := saved(ctx, dir)
			path := filepath.Join(dir, "snapshots", "saved.snapshot")
			file, err := os.ReadFile(path)
			Expect(err).NotTo(HaveOccurred())
			Expect(os.WriteFile(path, change(file), 0o600)).To(Succeed())
			Expect(os.MkdirAll(filepath.Join(dir, "workspaces"), 0o700)).To(Succeed())
			before, files := told(ctx, sim, ""), filesOf(dir)
			_, err = sim.Client().MakeWorkspace(ctx, "begun", client.WorkspaceOptions{From: "saved"})
			Expect(err).To(And(HaveField("Status", http.StatusUnprocessableEntity), HaveField("Code", "INVALID_SNAPSHOT"), HaveField("Message", ContainSubstring(reason))))
			Expect(filesOf(dir)).To(Equal(files))
			_, err = sim.Client().Workspace(ctx, "begun")
			Expect(err).To(HaveField("Code", "WORKSPACE_NOT_FOUND"))
			Expect(told(ctx, sim, "")).To(Equal(before))
			Expect(sim.Client().MakeWorkspace(ctx, "begun", client.WorkspaceOptions{})).To(HaveField("Movements", 0), "the name is free")
		},
		Entry("because a byte of it was changed", func(b []byte) []byte {
			b[5000] ^= 1
			return b
		}, "its checksum is another one"),
		Entry("because it was cut", func(b []byte) []byte { return b[:len(b)-100] }, "it was cut off"),
		Entry("because it is empty", func([]byte) []byte { return nil }, "it was cut off"),
		Entry("because its format is newer", func(b []byte) []byte {
			return bytes.Replace(b, []byte("nctsim snapshot 1"), []byte("nctsim snapshot 2"), 1)
		}, "is from a newer version"),
		Entry("because its store is newer", func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"storeFormat":`+string(rune('0'+store.Format))), []byte(`"storeFormat":9`), 1)
		}, "and this version knows"),
	)
})
