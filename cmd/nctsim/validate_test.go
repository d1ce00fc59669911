package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator"
	"nctsim/simulator/client"
	"nctsim/simulator/message"
	"nctsim/simulator/simtest"
)

var _ = Describe("nctsim validate --rules", func() {
	It("says the same as POST /simulator/v1/validate", func(ctx SpecContext) {
		sim := simulator.RunT(GinkgoT())

		fixture := func(name string) string { return string(simtest.File(name)) }
		declaration := fixture("phase5/valid/ie015-simplified-gb-xi.xml")
		without := strings.Replace(declaration, ` PhaseID="NCTS5.1"`, "", 1)
		Expect(without).NotTo(Equal(declaration))
		for name, text := range map[string]string{
			"valid":           declaration,
			"phase 6":         fixture("phase6/valid/ie015-simplified-gb-xi.xml"),
			"phase 4":         fixture("phase4/valid/ie015-simplified-gb-xi.xml"),
			"no phase":        without,
			"no phase, wrong": strings.Replace(without, "<LRN>", "<LRM>", 1),
			"wrong order":     fixture("phase5/invalid/ie007-wrong-order.xml"),
			"a code list":     strings.Replace(declaration, "<guaranteeType>1<", "<guaranteeType>X<", 1),
			"submission":      strings.Replace(declaration, "<messageRecipient>NTA.GB<", "<messageRecipient>NTA.FR<", 1),
			"not of NCTS":     "<order/>",
			"not XML":         "dear customs",
			"an old root":     "<CC015A/>",
			"phase 4, wrong":  "<CC015B/>",
		} {
			for _, phase := range []message.Phase{0, message.Phase5, message.Phase6} {
				answer, err := sim.Client().Validate(ctx, phase, []byte(text))
				Expect(err).NotTo(HaveOccurred(), name)

				file := filepath.Join(GinkgoT().TempDir(), "message.xml")
				Expect(os.WriteFile(file, []byte(text), 0o600)).To(Succeed())
				args := []string{"validate", "--rules", "--output", "json", file}
				if phase != 0 {
					args = append(args, "--phase", phase.String())
				}
				var stdout, stderr bytes.Buffer
				code := run(ctx, args, &bytes.Buffer{}, &stdout, &stderr)
				Expect(code == 0).To(Equal(answer.Valid), "%s: %s", name, stderr.String())
				var verdicts []verdict
				Expect(json.Unmarshal(stdout.Bytes(), &verdicts)).To(Succeed(), name)
				Expect(verdicts).To(HaveLen(1))
				said := verdicts[0]
				faults := []client.Fault{}
				for _, e := range said.Errors {
					faults = append(faults, client.Fault{Line: e.Line, Column: e.Column, Path: e.Path, Message: e.Message})
				}
				Expect(said.Valid).To(Equal(answer.Valid), name)
				Expect(said.Phase).To(Equal(answer.Phase.String()), name)
				Expect(faults).To(Equal(answer.Schema), name)
				Expect(said.Submission).To(ConsistOf(answer.Submission), name)
				Expect(said.Findings).To(ConsistOf(answer.Findings), name)
				Expect(said.Versions).To(Equal(answer.Versions), name)
			}
		}
	})
})
