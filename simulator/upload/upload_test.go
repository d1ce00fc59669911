package upload_test

import (
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"nctsim/simulator/simtest/suite"
	"nctsim/simulator/upload"
)

func TestUpload(t *testing.T) {
	suite.Run(t, "upload")
}

var _ = DescribeTable("The name of a file",
	func(name string, want upload.Plan) { Expect(upload.PlanOf(name)).To(Equal(want)) },
	Entry("asks for nothing", "declaration.xml", upload.Plan{}),
	Entry("that is missing asks for nothing", "", upload.Plan{}),
	Entry("with a word elsewhere asks for nothing", "my.infected.Eicar.xml", upload.Plan{}),
	Entry("without an extension asks for nothing", "infected.xml", upload.Plan{}),
	Entry("finds a virus", "infected.Eicar.xml", upload.Plan{Failed: upload.Quarantine, Text: "Eicar"}),
	Entry("is refused by the scanner", "invalid.PDF.xml", upload.Plan{Failed: upload.Rejected, Text: "PDF"}),
	Entry("puzzles the scanner", "unknown.why.xml", upload.Plan{Failed: upload.Unknown, Text: "why"}),
	Entry("is refused by the storage", "reject.EntityTooLarge.xml", upload.Plan{Refused: "EntityTooLarge"}),
	Entry("gets lost", "undelivered.xml", upload.Plan{Undelivered: true}),
	Entry("takes long", "delayed.90s.x.xml", upload.Plan{Delay: 90 * time.Second}),
	Entry("takes long and finds a virus", "delayed.5m.infected.Eicar.xml", upload.Plan{Delay: 5 * time.Minute, Failed: upload.Quarantine, Text: "Eicar"}),
	Entry("takes no time that is none", "delayed.99999999999999999999h.infected.Eicar.xml", upload.Plan{}),
	Entry("takes no time that is too long", "delayed.1000h.x.xml", upload.Plan{}),
)
