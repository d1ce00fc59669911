package endpoint

import (
	"fmt"
	"slices"
	"strings"

	"nctsim/simulator/message"
)

// phaseIDs is what the attribute PhaseID of a root begins with, by phase.
var phaseIDs = map[message.Phase]string{message.Phase5: "NCTS5", message.Phase6: "NCTS6"}

// OtherVersion says that a message which a phase refuses looks like one of another, "" if it does not: its PhaseID or the
// name of its root tells. It is for the log, because HMRC's answer does not say so.
func OtherVersion(p message.Phase, body []byte) string {
	root, phaseID := message.Peek(body)
	for _, other := range message.Phases {
		known := slices.ContainsFunc(other.Types(), func(t message.Type) bool { return t.Root == root })
		named := phaseIDs[other] != "" && strings.HasPrefix(phaseID, phaseIDs[other])
		if other == p || !known || !named && other.Generation() == p.Generation() {
			continue
		}
		if phaseIDs[other] != "" && phaseID != "" && !named {
			continue
		}
		return fmt.Sprintf("the message looks like one of API %[1]s; hint: send it with Accept: application/vnd.hmrc.%[1]s+json", other.APIVersion())
	}
	return ""
}
